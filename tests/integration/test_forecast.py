# SPDX-License-Identifier: MIT
"""What would leave: the forecast of random firms against what is then really sent at every wake,
explain's next against the same, differences between configurations, and the dry run.

RELANCED_FIRMS says how many random firms (default 30), RELANCED_SEED which; with RELANCED_LONG each
of their wakes is run, else those that the forecast names and some others: what a wake forgets the
next one sends.
"""

import datetime
import os
import random

import pytest

from firm import Firm, customer, default_config, invoice

FIRMS = int(os.environ.get("RELANCED_FIRMS", "30"))
SEED = int(os.environ.get("RELANCED_SEED", "20260305"))
IS_LONG = "RELANCED_LONG" in os.environ
DAY = datetime.timedelta(days=1)
START = datetime.date(2026, 3, 2)
DAYS = 60
WEEK = ["mon-sun", "mon-fri", "mon-sun", "tue-sat"]
HOURS = [["09:00", "14:00"], ["06:00"], ["10:30"], ["07:00", "12:00", "19:00"]]
ZONES = ["", "", "", "", "America/Guadeloupe", "Pacific/Noumea", "Asia/Kolkata"]


def random_step(rng, n, action, days):
    step = {"id": f"s{n}-{action}", "action": action}
    if action == "suspend":
        step |= {"after_deadline": rng.randint(0, 3), "send": ["hook"]}
    elif action == "courtesy":
        step["before_due"] = rng.randint(0, 6)
    elif action in ("agency", "legal", "call"):
        step["after_due"] = days
    else:
        timing = rng.choice(["after_due", "after_due", "after_due", "after_previous",
                             "after_issue"])
        step[timing] = {"after_previous": rng.randint(0, 9), "after_issue": days + 30}.get(
            timing, days)
    if action in ("courtesy", "remind", "resend", "deadline"):
        step["send"] = rng.choice([["email"], ["sms"], ["email", "sms"], ["whatsapp|sms|email"],
                                   ["email", "whatsapp|sms"]])
        if rng.random() < 0.15:
            step["min_gap_days"] = rng.randint(0, 9)
        if rng.random() < 0.1:
            step["end_of_month"] = True
        if rng.random() < 0.1:
            step["min_total"] = [{"currency": "EUR", "amount": rng.choice(["50.00", "900.00"])}]
        if rng.random() < 0.05:
            step["approve"] = True
    if action == "deadline" or (action == "resend" and rng.random() < 0.2):
        step["deadline_days"] = rng.randint(1, 12)
    return step


def random_steps(rng):
    actions = ["courtesy", "remind", "remind", "resend", "deadline", "call", "suspend", "deadline",
               "agency", "legal"]
    rare = ("call", "agency", "legal")
    steps, days = [], rng.randint(-2, 3)
    for action in actions:
        if rng.random() < (0.2 if action in rare else 0.7):
            days += rng.randint(0, 8)
            steps.append(random_step(rng, len(steps), action, max(days, 0)))
    return steps


def random_config(rng):
    config = default_config()
    config["wake"] = {"days": rng.choice(WEEK), "at": rng.choice(HOURS)}
    config["sending"] = {"days": rng.choice(["mon-fri", "mon-fri", "mon-sat", "mon-sun"]),
                         "from": rng.choice(["08:00", "09:00", "09:00", "11:15"]),
                         "to": rng.choice(["12:30", "18:00", "24:00"]),
                         "holidays": rng.choice(["FR", "FR", "none", "DE"])}
    if rng.random() < 0.4:
        config["channels"]["sms"]["sending"] = {
            "days": rng.choice(["mon-fri", "mon-sat", "wed"]), "from": rng.choice(["10:00", "13:00"]),
            "to": "19:30", "holidays": "FR"}
    config["limits"]["contact_gap_days"] = rng.choice([0, 1, 3, 3, 6])
    config["policies"] = {name: {"steps": random_steps(rng)} for name in ("standard", "other")}
    config["policies"]["none"] = {"steps": []}
    for name in ("standard", "other"):
        policy = config["policies"][name]
        policy["tolerance"] = [{"currency": "EUR", "amount": rng.choice(["0.00", "5.00"])}]
        policy["min_gap_days"] = rng.choice([0, 0, 0, 2, 5])
        policy["list_upcoming"] = rng.random() < 0.3
        if rng.random() < 0.4:
            policy["thanks"] = ["email"]
        policy["confirm"] = rng.choice([["email"], ["sms|email"], []])
        policy["remind_before_days"] = rng.choice([0, 1, 3])
    config["policies"]["plan"] = {
        "grace_days": rng.choice([1, 3, 5]),
        "steps": [{"id": "before", "action": "courtesy", "before_due": 3, "send": ["email"]},
                  {"id": "late", "action": "remind", "after_due": 1, "send": ["email|sms"]}]}
    config["assign"] = [{"when": {"relation": "service"}, "policy": "other"},
                        {"policy": "standard"}]
    for name in ("agency", "legal"):
        config[name] = {"name": name, "email": f"{name}@example.org"}
    return config


def random_customer(rng, n):
    return customer(
        f"C-{n}", f"Client {n}", relation=rng.choice(["goods", "service"]),
        email=rng.choice([f"c{n}@example.org"] * 5 + [""]),
        phone=rng.choice([f"+3363998{n:04}"] * 3 + [""]), timezone=rng.choice(ZONES),
        whatsapp=rng.choice([f"+3363998{n:04}", ""]),
        whatsapp_opt_in=rng.choice(["2026-01-01", str(START + 20 * DAY), ""]),
        policy=rng.choice(["", "", "other"]), tags=rng.choice([""] * 8 + ["do_not_contact"]))


def random_invoices(rng, n):
    rows = []
    for k in range(rng.randint(1, 4)):
        issued = START + DAY * rng.randint(-70, 15)
        currency, method = rng.choice(["EUR"] * 9 + ["USD"]), rng.choice(["transfer"] * 12 + [
            "direct_debit"])
        status = rng.choice(["open"] * 12 + ["draft", "cancelled", "disputed"])
        for part in range(rng.choice([1, 1, 1, 2, 3])):
            rows.append(invoice(
                f"F-{n}-{k}", f"C-{n}", issued=issued, due=issued + 30 * (part + 1) * DAY,
                amount=rng.choice(["1200.00", "89.90", "4.00", f"{rng.randint(1, 3000)}.50"]),
                currency=currency, method=method, status=status))
    return rows


def stamp(moment):
    return f"{moment:%Y-%m-%dT%H:%M}"


class Life(Firm):
    """A random firm with a past: some weeks of wakes, payments and people's words."""

    def __init__(self, folder, rng):
        super().__init__(folder, random_config(rng))
        self.rng = rng
        self.init()
        n = rng.randint(6, 14)
        self.invoices = [row for i in range(n) for row in random_invoices(rng, i)]
        first = START - rng.randint(0, 25) * DAY
        self.load([random_customer(rng, i) for i in range(n)], self.invoices, at=first)
        day = first
        while day < START:
            self.wake(f"{day}T{rng.choice(['09:00', '13:05', '17:00'])}")
            self.something_happens(day)
            day += rng.randint(2, 9) * DAY

    def something_happens(self, day):
        rng, at = self.rng, f"{day}T18:30"
        number = rng.choice(self.invoices)["number"]
        rows = []
        for row in rng.sample(self.invoices, rng.randint(0, 3)):
            rows.append({"id": f"P-{day}-{len(rows)}", "invoice": rng.choice([row["number"]] * 4 + [""]),
                         "customer": row["customer"], "date": str(day), "currency": row["currency"],
                         "amount": rng.choice([row["amount"], row["amount"], "20.00"])})
        if rows:
            self.load(payments=rows, at=at, status=None)
        near = START + rng.randint(-9, 30) * DAY
        words = [
            ("hold", number), ("dispute", number, "--reason", "price"), ("release", number),
            ("hold", number, "--until", max(near, day)), ("promise", number, max(near, day)),
            ("promise", number, max(near, day), "20.00"), ("reply", f"C-{rng.randint(0, 5)}"),
            ("plan", number, "--parts", str(rng.randint(2, 4)), "--first", max(near, day),
             "--every", rng.choice(["1w", "2w", "1m"]), "--fee", rng.choice(["0", "12.50"])),
            ("policy", number, rng.choice(["other", "standard", "none"])),
            ("opt-out", f"C-{rng.randint(0, 5)}", rng.choice(["sms", "whatsapp"])),
            ("approve", rng.choice(["approve", "agency", "legal"]), "--note", "yes"),
            ("done", "call", "--note", "said yes")]
        for word in rng.sample(words, rng.randint(0, 3)):
            self.ctl(*word, at=at, status=None)


def shape(notice):
    """What a forecast and a log must agree about."""
    lines = tuple((x["invoice"], x["instalment"], x["step"], x["open"]) for x in notice["lines"])
    return (notice["at"], notice["account"]["customer"], notice["account"]["currency"],
            notice["step"] or "", notice["action"] or "", lines, notice["total"],
            notice["deadline"] or "", notice["channel"], notice["to"] or "", notice["reason"])


def wakes(config, first, end):
    """The configured wakes of those days, as local times."""
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    since, _, until = config["wake"]["days"].partition("-")
    days = range(names.index(since), names.index(until or since) + 1)
    while first < end:
        if first.weekday() in days:
            yield from (f"{first}T{hour}" for hour in config["wake"]["at"])
        first += DAY


def live(life, planned, rng):
    """Wakes the firm as the daemon would, and gives what has really left."""
    seen = max((row["notice"] for row in life.log()), default=0)
    moments = {row["at"][:16] for row in planned}
    moments |= {at for at in wakes(life.config, START, START + DAYS * DAY)
                if IS_LONG or rng.random() < 0.2}
    for at in sorted(moments):
        life.wake(at)
    rows = [row for row in life.log() if row["notice"] > seen]
    return [row for row in rows if row["state"] != "cancelled"]


@pytest.mark.parametrize("number", range(FIRMS))
def test_a_forecast_is_what_is_then_really_sent(tmp_path, number):
    rng = random.Random(f"{SEED}/{number}")
    life = Life(tmp_path, rng)
    planned = life.json("forecast", "--days", str(DAYS), at=START)
    sent = live(life, planned, rng)
    assert all(row["state"] == "planned" and row["notice"] is None for row in planned)
    assert [row["at"] for row in planned] == sorted(row["at"] for row in planned)
    expected, actual = sorted(map(shape, planned)), sorted(map(shape, sent))
    missing = [row for row in expected if row not in actual]
    surplus = [row for row in actual if row not in expected]
    print(len(actual), "notices")
    assert actual == expected, f"seed {SEED}/{number}\nnot sent: {missing}\nnot foreseen: {surplus}"
