# SPDX-License-Identifier: MIT
"""What paying late costs (R24): the program beside a day-by-day account in exact fractions, and
what becomes of charges in notices, tasks and files of rates."""

import datetime
import decimal
import fractions
import random

import pytest

import firm as firms
import session

DAY = datetime.timedelta(days=1)
START = datetime.date(2030, 1, 1)

# Over the reference rate, in points; which rate; whether it is frozen; rounded up to.
REGIMES = {
    "FR-business": (10, "ecb", False, None),
    "FR-public": (8, "ecb", True, None),
    "EU": (8, "ecb", False, None),
    "GB": (8, "boe", True, None),
    "BE": (8, "ecb", False, fractions.Fraction(1, 2)),
    "DE": (9, "de", False, None),
}
TOLERANCE = {"EUR": 100}


def cents(text):
    return int(decimal.Decimal(text) * 100)


def money(minor):
    return f"{minor // 100}.{minor % 100:02d}"


def half_year(day):
    return f"{day.year:04d}-S{1 if day.month <= 6 else 2}"


class Rates:
    """Reference rates of years to come, made up; a firm's own files of them."""

    def __init__(self, dice):
        halves = [f"{year}-S{half}" for year in range(2030, 2035) for half in (1, 2)]
        self.tables = {name: {half: fractions.Fraction(dice.randint(low, 600), 100)
                              for half in halves}
                       for name, low in (("ecb", 0), ("boe", 0), ("de", -88))}

    def write(self, firm):
        folder = firm.folder / "rates"
        folder.mkdir()
        for name, table in self.tables.items():
            rows = ",\n".join(f'  "{half} {float(rate):.2f}"' for half, rate in table.items())
            (folder / f"{name}.conf").write_text(f"rates = [\n{rows}\n];\n", encoding="utf-8")

    def of(self, regime, day, kind="business"):
        margin, table, _, step = REGIMES[regime]
        rate = self.tables[table][half_year(day)]
        if step:
            rate = -(-rate // step) * step
        if regime == "DE" and kind == "consumer":
            margin = 5
        return rate + margin


class Case:
    """An invoice and what became of it."""

    def __init__(self, dice, number, currency):
        self.number, self.currency = number, currency
        self.parts = [(START + dice.randint(20, 900) * DAY, dice.randint(1, 4_000_000))
                      for _ in range(dice.choice((1, 1, 1, 2, 3)))]
        self.facts = []
        day = min(due for due, _ in self.parts) + dice.randint(-30, 10) * DAY
        for _ in range(dice.randint(0, 4)):
            day += dice.randint(0, 200) * DAY
            whole = sum(amount for _, amount in self.parts)
            kind = dice.choice(("payment", "payment", "payment", "credit", "refund", "chargeback"))
            self.facts.append((day, kind, dice.choice((whole, dice.randint(1, whole)))))
        if dice.random() < 0.1:
            self.facts.append((day + 50 * DAY, "write-off", 1))

    def invoices(self):
        return [firms.invoice(self.number, issued=START.isoformat(), due=due.isoformat(),
                              amount=money(amount), currency=self.currency)
                for due, amount in self.parts]

    def payments(self):
        return [{"id": f"{self.number}-{i}", "invoice": self.number, "date": day.isoformat(),
                 "amount": money(amount), "currency": self.currency, "kind": kind}
                for i, (day, kind, amount) in enumerate(self.facts)]

    def open_on(self, day):
        """What is open of each part on a day: facts count from the next one on (R10)."""
        before = [fact for fact in self.facts if fact[0] < day]
        if any(kind == "write-off" for _, kind, _ in before):
            return [0] * len(self.parts)

        def total(*kinds):
            return sum(amount for _, kind, amount in before if kind in kinds)

        left = max(total("payment") - total("refund", "chargeback"), 0) + total("credit")
        result = [0] * len(self.parts)
        for i in sorted(range(len(self.parts)), key=lambda i: (self.parts[i][0], i)):
            amount = self.parts[i][1]
            result[i] = amount - min(amount, left)
            left -= min(amount, left)
        return result

    def charges(self, rates, regime, today, kind="business"):
        """As of today, every day by itself."""
        interest, first, began = fractions.Fraction(0), None, {}
        day = min(due for due, _ in self.parts) + DAY
        while day <= today:
            for i, open_ in enumerate(self.open_on(day)):
                if day <= self.parts[i][0] or open_ <= TOLERANCE.get(self.currency, 0):
                    continue
                began.setdefault(i, day)
                first = first or sum(self.open_on(day))
                at = began[i] if REGIMES[regime][2] else day
                interest += fractions.Fraction(open_) * rates.of(regime, at, kind) / 36500
            day += DAY
        rounded = int(interest + fractions.Fraction(1, 2))
        return {"interest": money(rounded),
                "fixed": money(self.fixed(regime, first) if kind != "consumer" else 0)}

    def fixed(self, regime, first):
        if first is None:
            return 0
        if regime == "GB":
            if self.currency != "GBP":
                return 0
            return 4000 if first < 100_000 else 7000 if first < 1_000_000 else 10000
        return 4000 if self.currency == "EUR" else 0


def explain(client, number):
    answer = client.get(f"explain/{number}")
    assert all(row["charges"] is None for row in answer[1:])
    assert "charges_error" not in answer[0], answer[0]
    return answer[0]["charges"]


def check_regime(firm, dice, rates, regime, kind="business"):
    """The charges of twenty invoices on three days."""
    currency = "GBP" if regime == "GB" else "EUR"
    cases = [Case(dice, f"F-{i}", dice.choice((currency, currency, currency, "USD")))
             for i in range(20)]
    firm.config["charges"] = {kind: regime}
    firm.write_config()
    rates.write(firm)
    firm.init()
    firm.load([firms.customer(kind=kind)], [row for case in cases for row in case.invoices()],
              [row for case in cases for row in case.payments()], at="2030-01-02T10:00")
    for days in (90, 600, 1300):
        today = START + dice.randint(days - 60, days) * DAY
        with session.Session(firm, f"{today}T10:00") as client:
            for case in cases:
                expected = case.charges(rates, regime, today, kind)
                assert explain(client, case.number) == expected, (case.number, today, case.facts)


@pytest.mark.parametrize("regime", REGIMES)
def test_charges_are_those_of_every_single_day(bare_firm, regime):
    dice = random.Random(f"charges {regime}")
    check_regime(bare_firm, dice, Rates(dice), regime)


def test_german_consumers_owe_five_points_and_no_fixed_sum(bare_firm):
    dice = random.Random("charges of consumers")
    check_regime(bare_firm, dice, Rates(dice), "DE", "consumer")


def charges_of(firm, number, at):
    return firm.json("explain", number, at=at)[0]["charges"]


def test_the_law_of_the_country_says_what_who_owes(firm):
    firm.load([firms.customer("C-1"), firms.customer("C-2", kind="public"),
               firms.customer("C-3", kind="consumer")],
              [firms.invoice(f"F-{i}", f"C-{i}", issued="2025-05-01", due="2025-06-20",
                             amount="1000.00") for i in (1, 2, 3)], at="2025-05-02T10:00")
    at = "2025-07-10T10:00"
    assert charges_of(firm, "F-1", at) == {"interest": "6.93", "fixed": "40.00"}
    assert charges_of(firm, "F-2", at) == {"interest": "6.11", "fixed": "40.00"}
    assert charges_of(firm, "F-3", at) == {"interest": "0.00", "fixed": "0.00"}


def test_charges_never_touch_what_is_open_and_outlive_its_payment(firm):
    firm.load([firms.customer()], [firms.invoice(amount="1000.00", due="2026-01-31")],
              at="2026-02-01T10:00")
    firm.ctl("pay", "F-1", "1000.00", "--date", "2026-02-10", at="2026-02-12T10:00")
    row = firm.json("explain", "F-1", at="2026-06-01T10:00")[0]
    assert row["open"] == "0.00" and row["reason"] == "paid"
    assert row["charges"] == {"interest": "3.33", "fixed": "40.00"}
    said = firm.ctl("explain", "F-1", at="2026-06-01T10:00").stdout
    assert "Charges, beside what is open: 3.33 of interest, a fixed sum of 40.00." in said


def test_waived_charges_are_gone_and_later_days_count_anew(firm):
    firm.load([firms.customer()], [firms.invoice(amount="1000.00", due="2026-01-31")],
              at="2026-02-01T10:00")
    firm.ctl("waive", "F-1", at="2026-02-10T10:00")
    assert charges_of(firm, "F-1", "2026-02-10T18:00") == {"interest": "0.00", "fixed": "0.00"}
    assert charges_of(firm, "F-1", "2026-02-20T10:00") == {"interest": "3.33", "fixed": "0.00"}


def test_a_plan_gives_time_without_interest(firm):
    firm.load([firms.customer()], [firms.invoice(amount="1000.00", due="2026-01-31")],
              at="2026-02-01T10:00")
    firm.ctl("plan", "F-1", "--parts", "2", "--first", "2026-03-01", "--every", "1m",
             "--fee", "15", at="2026-02-10T10:00")
    rows = firm.json("explain", "F-1", at="2026-02-25T10:00")
    assert [row["open"] for row in rows] == ["0.00", "515.00", "500.00"]
    assert rows[0]["charges"] == {"interest": "3.33", "fixed": "40.00"}
    # 3.3288 and 3 days of 500: 0.4993
    assert charges_of(firm, "F-1", "2026-03-04T10:00") == {"interest": "3.83", "fixed": "40.00"}


def test_what_waits_to_be_collected_is_not_late(firm):
    firm.load([firms.customer()],
              [firms.invoice(amount="1000.00", due="2026-01-31", method="direct_debit"),
               firms.invoice("F-2", amount="1000.00", due="2026-01-31", status="draft"),
               firms.invoice("F-3", amount="1000.00", due="2026-01-31", status="cancelled")],
              at="2026-02-01T10:00")
    for number in ("F-1", "F-2", "F-3"):
        assert charges_of(firm, number, "2026-02-10T10:00") == {"interest": "0.00",
                                                                "fixed": "0.00"}


def ask_with_charges(firm):
    """A ladder of one step that tells of charges, and an invoice of a time without a rate."""
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "deadline", "action": "deadline", "after_due": 20, "deadline_days": 8,
         "send": ["email"], "charges": True}]}
    firm.write_config()
    firm.init()
    firm.load([firms.customer(), firms.customer("C-2", "Zoe", kind="consumer")],
              [firms.invoice(amount="1000.00", issued="2034-11-01", due="2034-12-20"),
               firms.invoice("F-2", "C-2", amount="1000.00", issued="2034-11-01",
                             due="2034-12-20")], at="2034-12-01T10:00")


def write_rates(firm, rates):
    (firm.folder / "rates").mkdir(exist_ok=True)
    text = ", ".join(f'"{rate}"' for rate in rates)
    (firm.folder / "rates/ecb.conf").write_text(f"rates = [ {text} ];\n", encoding="utf-8")


def test_a_notice_waits_for_the_rate_it_needs_and_a_task_names_it(bare_firm):
    firm = bare_firm
    ask_with_charges(firm)
    write_rates(firm, ["2034-S2 2.00"])
    at = "2035-01-09T10:00"
    row = firm.json("explain", "F-1", at=at)[0]
    assert row["charges"] is None and "ecb 2035-S1" in row["charges_error"]
    assert "ecb 2035-S1" in firm.ctl("explain", "F-1", at=at).stdout
    firm.wake(at, status=1)  # as for every account that stays behind
    # A consumer owes nothing of it, so that nothing is missing for her.
    assert [notice["lines"][0]["invoice"] for notice in firm.sent()] == ["F-2"]
    tasks = firm.json("tasks")
    assert [(task["kind"], task["invoice"]) for task in tasks] == [("rate", "F-1")]
    assert "ecb 2035-S1" in tasks[0]["sentence"]
    assert str(firm.folder / "rates/ecb.conf") in tasks[0]["sentence"]

    write_rates(firm, ["2034-S2 2.00", "2035-S1 3.00"])
    firm.wake("2035-01-10T10:00")
    assert [notice["lines"][0]["invoice"] for notice in firm.sent()] == ["F-2", "F-1"]
    assert firm.json("tasks") == []
    # 1000 × (11 × 12 % + 10 × 13 %) / 365 = 7.18
    text = "".join(firm.files("email").values())
    assert "7,18" in text and "40,00" in text
    assert firm.sent()[1]["total"] == "1000.00"
    assert text.count("Montant dû\u202f: 1\u202f000,00") == 2


def test_mistakes_in_files_of_rates_are_told_with_file_and_line(firm):
    write_rates(firm, ["2035-S1 3.00", "2034-S2 2.00", "2036-S3 1.00"])
    done = firm.relanced("--check", status=1)
    said = done.stdout + done.stderr
    path = firm.folder / "rates/ecb.conf"
    assert f"{path}:1: 2034-S2 is out of order" in said
    assert f"{path}:1: \"2036-S3 1.00\" does not begin with a half-year" in said
