# SPDX-License-Identifier: MIT
"""Random lives of firms, lived through twice: by the program, as relancectl and relanced do, and by
naive.py. A life is plain data, so that it can be kept, cut down to what matters, and lived again:

        histories.py SEED               a firm's life of that seed, e.g. 20260305/7
        histories.py FILE               one that was kept
"""

import copy
import datetime
import json
import pathlib
import random
import shutil
import sys

import firm as firms
from naive import DAY, GROUPED, TRIGGERS, Customer, Money, Part, Rules, minor, money
from session import Refused, Session

START = datetime.date(2026, 2, 2)
ROUNDS = 40
FORESEEN_DAYS = 20
HOURS = ["07:00", "08:59", "18:00"] + ["09:00", "09:00", "10:00", "11:59", "14:00", "17:59"] * 2
COLUMNS = ("email", "phone")


# ---- what a firm is like

def random_amounts(rng, *amounts):
    """One amount in euros, and maybe one in dollars."""
    return [{"currency": currency, "amount": money(rng.choice(amounts))}
            for currency in ["EUR", "USD"][:rng.choice([1, 1, 2])]]


def random_tolerance(rng):
    """3.00 is what an event may leave open, 4.50 what an invoice may be of."""
    return random_amounts(rng, 0, 100, 299, 300, 450, 1000)


def random_minimum(rng):
    return random_amounts(rng, 5000, 50000, 100000)


def random_step(rng, action, number, days):
    step = {"id": f"{action}-{number}", "action": action, "send": ["email"]}
    if action == "courtesy":
        step["before_due"] = rng.randint(0, 5)
    elif action == "suspend":
        step[rng.choice(["after_deadline", "after_deadline", "after_due"])] = rng.randint(0, 3)
        step["send"] = ["hook"]
    else:
        key = rng.choice(["after_due", "after_due", "after_due", "after_previous", "after_issue",
                          "after_deadline"])
        step[key] = {"after_due": max(0, days), "after_issue": max(0, days) + 30}.get(
            key, rng.randint(0, 8))
        step["send"] = rng.choice([["email"], ["sms"], ["email", "sms"], ["sms|email"],
                                   ["email|sms", "sms"]])
    if rng.random() < 0.15:
        step["min_gap_days"] = rng.randint(0, 9)
    if action == "deadline" or rng.random() < 0.05:
        step["deadline_days"] = rng.randint(1, 9)
    if rng.random() < 0.1:
        step["end_of_month"] = True
    if rng.random() < 0.1:
        step["min_total"] = random_minimum(rng)
    if action in ("agency", "legal", "call"):
        del step["send"]
    elif rng.random() < 0.05:
        step["approve"] = True
    return step


def random_policy(rng):
    """A ladder of rising severity, each step later than the one before more often than not."""
    actions = ["courtesy", "remind", "remind", "resend", "deadline", "suspend", "deadline"]
    actions += rng.choice([["agency"], ["agency", "legal"], ["call", "remind"], []])
    steps, days = [], rng.randint(-2, 3)
    for number, action in enumerate(each for each in actions if rng.random() < 0.7):
        days += rng.randint(0, 6)
        steps.append(random_step(rng, action, number, days))
    policy = {"min_gap_days": rng.choice([0, 0, 0, 0, 2, 5]), "steps": steps, "confirm": []}
    if rng.random() < 0.3:
        policy["reopen_gap_days"] = rng.randint(0, 6)
    if rng.random() < 0.2:
        policy["list_upcoming"] = True
    if rng.random() < 0.6:
        policy["tolerance"] = random_tolerance(rng)
    return policy


def random_assign(rng):
    conditions = [{"relation": "service"}, {"kind": "consumer"}, {"currency": "USD"},
                  {"amount": "1000.00"}, {"tag": "vip"}, {"tag": "vip", "relation": "goods"}]
    rules = [{"when": rng.choice(conditions), "policy": rng.choice(["first", "second", "third"])}
             for _ in range(rng.randint(0, 3))]
    return [{"when": {"tag": "quiet"}, "policy": "none"}] + rules + [{"policy": "first"}]


def random_config(rng):
    config = firms.default_config()
    config["policies"] = {name: random_policy(rng) for name in ("first", "second", "third")}
    config["policies"]["none"] = {"steps": [], "confirm": []}
    config["policies"]["plan"] = {
        "grace_days": rng.choice([1, 3, 6]), "confirm": [], "steps": [
            {"id": "before", "action": "courtesy", "before_due": 3, "send": ["email"]},
            {"id": "late", "action": "remind", "after_due": 1, "send": ["email|sms"]}]}
    if rng.random() < 0.5:
        config["policies"]["plan"]["tolerance"] = random_tolerance(rng)
    config["agency"] = {"name": "Recouvrement", "email": "agency@example.org"}
    config["legal"] = {"name": "Avocat", "email": "lawyer@example.org"}
    config["assign"] = random_assign(rng)
    config["limits"].update(
        contact_gap_days=rng.choice([0, 2, 3, 5]), adopt_max_age_days=rng.choice([0, 0, 20, 40]),
        payments_max_age_days=rng.choice([0, 0, 0, 7]), reply_pause_days=rng.choice([1, 3, 5]))
    config["creditor"]["timezone"] = rng.choice(
        ["Europe/Paris", "Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland"])
    config["sending"] = rng.choice([
        config["sending"], config["sending"], {**config["sending"], "holidays": "none"},
        {"days": "mon-sat", "from": "08:00", "to": "12:00", "holidays": "FR"},
        {"days": "mon-sun", "from": "08:00", "to": "20:00", "holidays": "none"}])
    return config


def random_customer(rng, n):
    customer = {"id": f"C-{n}", "name": f"Client {n}",
                "kind": rng.choice(["business", "business", "consumer", "public"]),
                "relation": rng.choice(["goods", "service"]),
                "policy": rng.choice(["", "", "", "second"]),
                "tags": rng.choice([""] * 10 + ["vip", "vip", "quiet", "do_not_contact"]),
                "email": rng.choice([f"c{n}@example.org"] * 5 + [""]),
                "phone": rng.choice([f"+3363998{n:04}"] * 3 + [""])}
    rows = []
    for k in range(rng.randint(1, 4)):
        issued = START + DAY * rng.randint(-50, 15)
        currency = rng.choice(["EUR"] * 6 + ["USD"])
        status = rng.choice(["open"] * 16 + ["draft", "cancelled", "disputed"])
        method = rng.choice(["transfer"] * 15 + ["direct_debit"])
        for seq in range(1, rng.choice([1, 1, 1, 2, 3]) + 1):
            due = issued + DAY * (rng.choice([30, 30, 30, 0, 14, 45]) + 30 * (seq - 1))
            amount = rng.choice([rng.randint(1, 300000), 120000, 450, -5000])
            rows.append({"number": f"F-{n}-{k}", "customer": f"C-{n}", "issued": str(issued),
                         "due": str(due) if rng.random() > 0.03 else "", "amount": money(amount),
                         "currency": currency, "method": method,
                         "status": status if amount > 0 else status.replace("disputed", "open"),
                         "policy": rng.choice([""] * 15 + ["none", "third"])})
    return customer, rows


# ---- what happens to it

EVENTS = ["payment"] * 6 + ["unassigned", "credit", "refund", "chargeback", "lower", "write-off",
                            "hold", "hold-until", "dispute", "release", "release", "address",
                            "policy", "customer-policy", "promise", "promise", "reply", "plan",
                            "skip", "opt-out"] + ["task"] * 5
# What some customers' lives are made of, so that one thing meets another of its like.
HOLDS = ["hold"] * 2 + ["hold-until"] * 3 + ["release"]
RESTS = ["payment"] * 3 + ["refund", "refund", "chargeback", "credit", "lower", "unassigned",
                           "unassigned", "policy", "customer-policy"]
THEMES = [EVENTS] * 5 + [HOLDS, RESTS, RESTS]


def random_event(rng, theme, number, code):
    kind = rng.choice(theme)
    if kind in ("payment", "credit", "refund", "chargeback"):
        return {"do": "money", "kind": kind, "invoice": number, "customer": code,
                "how": rng.choice(["open", "all", "half", "more", "less", "less"]),
                "ago": rng.randint(0, 5)}
    if kind == "unassigned":
        return {"do": "unassigned", "customer": code, "amount": money(rng.randint(100, 90000)),
                "currency": rng.choice(["EUR", "EUR", "EUR", "USD"]),
                "is_nearly_all": rng.random() < 0.5}
    if kind in ("hold", "hold-until", "release"):
        target = number if rng.random() < 0.6 else f"customer:{code}"
        return {"do": kind.split("-")[0], "target": target, "customer": code,
                **({"days": rng.randint(0, 9)} if kind == "hold-until" else {})}
    if kind == "address":
        column = rng.choice(COLUMNS)
        value = {"email": f"new-{code.lower()}@example.org", "phone": "+33639980000"}[column]
        return {"do": "address", "customer": code, "column": column,
                "value": rng.choice(["", value])}
    if kind in ("policy", "customer-policy"):
        return {"do": kind, "customer": code, "invoice": number,
                "policy": rng.choice(["", "first", "second", "third", "none"])}
    event = {"do": kind, "invoice": number, "customer": code}
    if kind == "promise":
        event["days"] = rng.randint(0, 10)
    elif kind == "plan":
        event.update(parts=rng.randint(1, 4), days=rng.randint(0, 20), every=rng.randint(1, 30),
                     fee=rng.choice([0, 0, 1000, 1]))
    elif kind == "opt-out":
        event["channel"] = rng.choice(["email", "sms"])
    elif kind == "task":
        event["verb"] = rng.choice(["approve", "approve", "refuse", "done"])
    return event


def edited(rng, policy):
    """The policy with a step put in, taken out, moved, renamed, or timed otherwise, or with other
    amounts."""
    policy = copy.deepcopy(policy)
    steps = policy["steps"]
    at = rng.randrange(len(steps)) if steps else 0
    kind = rng.choice(["insert", "insert", "remove", "swap", "rename", "move", "gap", "tolerance",
                       "tolerance", "tolerance", "minimum"])
    if kind == "insert" or not steps:
        action = rng.choice(["courtesy", "remind", "resend", "deadline"])
        steps.insert(at, random_step(rng, action, rng.randint(100, 999), rng.randint(0, 25)))
    elif kind == "remove" and len(steps) > 1:
        del steps[at]
    elif kind == "swap" and len(steps) > 1:
        steps[at - 1], steps[at] = steps[at], steps[at - 1]
    elif kind == "rename":
        steps[at]["id"] = f"{steps[at]['action']}-{rng.randint(100, 999)}"
    elif kind == "move":
        key = next(key for key in TRIGGERS if key in steps[at])
        steps[at][key] = rng.randint(0, 30)
    elif kind == "tolerance":
        policy["tolerance"] = random_tolerance(rng)
    elif kind == "minimum":
        steps[at]["min_total"] = random_minimum(rng)
    else:
        policy["min_gap_days"] = rng.randint(0, 6)
    return policy


def random_round(rng, life, now):
    events = []
    for customer in life["customers"]:
        numbers = sorted({row["number"] for row in life["invoices"]
                          if row["customer"] == customer["id"]})
        theme = THEMES[int(customer["id"][2:]) % len(THEMES)]
        if rng.random() < (0.06 if theme is EVENTS else 0.2):
            events.append(random_event(rng, theme, rng.choice(numbers), customer["id"]))
    if rng.random() < 0.15:
        name = rng.choice(["first", "second", "third"])
        life["now"][name] = edited(rng, life["now"][name])
        events.append({"do": "edit", "name": name, "policy": life["now"][name]})
    if rng.random() < 0.03:
        events.append({"do": "assign", "assign": random_assign(rng)})
    return {"at": f"{now:%Y-%m-%dT%H:%M}", "events": events,
            "by": "session" if rng.random() < 0.85 else "commands"}


def random_life(seed, n_customers):
    rng = random.Random(seed)
    config = random_config(rng)
    life = {"seed": seed, "config": config, "customers": [], "invoices": [], "rounds": [],
            "now": copy.deepcopy(config["policies"])}
    for n in range(n_customers):
        customer, rows = random_customer(rng, n)
        life["customers"].append(customer)
        life["invoices"] += rows
    now = datetime.datetime.combine(START, datetime.time(9))
    for _ in range(ROUNDS):
        days = rng.choice([0, 1, 1, 1, 2, 2, 3, 4, 5]) if rng.random() > 0.04 else 40  # downtime
        hour = rng.choice(HOURS)
        if days == 0:
            hour = max(hour, f"{now:%H:%M}")
        now = datetime.datetime.combine(now.date() + DAY * days, datetime.time.fromisoformat(hour))
        life["rounds"].append(random_round(rng, life, now))
    del life["now"]
    return life


# ---- lived by the program

class Lived:
    """The program's side of a life. Events come as `act` has resolved them: whole facts."""

    def __init__(self, folder, life):
        self.firm = firms.Firm(folder, life["config"])
        self.firm.init()
        self.seen = 0
        self.session = None
        self.firm.load(life["customers"], life["invoices"], at=f"{START}T06:00")

    def begin(self, at, by):
        """Until end(), everything is asked of one private relanced, or of relancectl each time."""
        self.at, self.by = at, by
        self.session = Session(self.firm, at).__enter__() if by == "session" else None

    def end(self):
        if self.session:
            self.session.__exit__()
            self.session = None

    POSITIONAL = {"promise": ["date"], "skip": ["step"], "opt-out": ["channel"]}

    def command(self, verb, target, **options):
        if self.session:
            self.session.post(f"{verb}/{target}", **options)
            return
        words = [options.pop(name) for name in self.POSITIONAL.get(verb, [])]
        words += [word for key, value in options.items() for word in (f"--{key}", value)]
        self.firm.ctl(verb, target, *words, at=self.at)

    def answer(self, verb, task):
        """Whether it was taken: a task may be out of date until the next wake."""
        if not self.session:
            return self.firm.ctl(verb, task, at=self.at, status=None).returncode == 0
        try:
            return bool(self.session.post(verb, task=str(task)))
        except Refused:
            return False

    def pay(self, number, amount, kind):
        if self.session:
            self.session.post(f"pay/{number}", amount=amount, kind=kind)
        else:
            self.firm.ctl("pay", number, amount, "--kind", kind, at=self.at)

    def load(self, kind, rows):
        path = self.firm.csv(kind, rows)
        if self.session:
            answer = self.session.load(path)
            assert not any(each.get("errors") for each in answer), answer
        else:
            self.firm.ctl("import", path, at=self.at)

    def ask(self, *words):
        if self.session:
            return self.session.get("/".join(words))
        return self.firm.json(*words, at=self.at)

    def wake(self):
        """What newly left, in the shape of Rules.notice()."""
        if self.session:
            self.session.post("wake")
        else:
            self.firm.wake(self.at)
        rows = self.ask("log")
        new = [row for row in rows if row["notice"] > self.seen]
        self.seen = max([self.seen] + [row["notice"] for row in rows])
        assert all(row["state"] == "sent" for row in new), new
        return [self.notice_of(row) for row in new]

    def forecast(self, days):
        if self.session:
            return self.session.get(f"forecast?days={days}")
        return self.firm.json("forecast", "--days", days, at=self.at)

    @staticmethod
    def notice_of(row):
        return {"customer": row["account"]["customer"], "currency": row["account"]["currency"],
                "action": row["action"], "step": row["step"], "channel": row["channel"],
                "to": row["to"] or "", "total": row["total"], "deadline": row["deadline"],
                "lines": sorted((line["invoice"], line["instalment"], line["step"] or "",
                                 line["open"]) for line in row["lines"])}


# ---- lived by the naive rules, and compared

class Differs(AssertionError):
    """The two do not agree: in what, about which customers."""

    def __init__(self, what, text, customers):
        super().__init__(text)
        self.what, self.customers = what, customers


class Both:
    def __init__(self, folder, life):
        self.life = life
        self.config = copy.deepcopy(life["config"])
        self.rules = Rules(self.config)
        self.customers = {row["id"]: self.customer_of(row) for row in life["customers"]}
        self.rows, self.credits, self.written_off = {}, {}, set()
        for row in life["invoices"]:
            self.add_part(row)
        self.program = Lived(folder, life)
        self.n_payments = self.n_notices = 0

    @staticmethod
    def customer_of(row):
        return Customer(row["id"], row["kind"], row["relation"], row["policy"], row["tags"].split(),
                        row["email"], row["phone"])

    def add_part(self, row):
        customer = self.customers[row["customer"]]
        same = self.rows.setdefault(row["number"], [])
        same.append(row)
        customer.parts.append(Part(
            row["number"], len(same), datetime.date.fromisoformat(row["issued"]),
            datetime.date.fromisoformat(row["due"]) if row["due"] else None, minor(row["amount"]),
            row["currency"], row["status"], row["method"], row["policy"],
            is_disputed=row["status"] == "disputed"))
        self.rules.adopt_or_not(customer.parts[-1], START)

    # Events: what they come to is told by the naive side, and told to both.

    def money(self, event, customer, today):
        number, kind = event["invoice"], event["kind"]
        parts = [part for part in customer.invoice(number) if part.amount > 0]
        facts = [fact for fact in customer.money if fact.invoice == number]
        received = sum({"payment": 1, "refund": -1, "chargeback": -1}.get(fact.kind, 0) * fact.amount
                       for fact in facts)
        whole = sum(part.amount for part in parts)
        self.rules.settle(customer)
        base = received if kind in ("refund", "chargeback") else whole
        amount = {"open": sum(part.open for part in parts), "all": base, "half": base // 2,
                  "more": base + 700, "less": base - 300}[event["how"]]
        if kind in ("refund", "chargeback"):
            amount = min(amount, received)
        if not parts or amount <= 0 or number in self.written_off:
            return
        if kind != "payment" and any(part.plan for part in parts):
            return
        day = today - DAY * event["ago"]
        if kind in ("refund", "chargeback"):
            day = today
        if self.config["limits"]["payments_max_age_days"]:
            day = today
        if kind == "payment":
            self.hear(day)
        fact = Money(number, kind, amount, parts[0].currency)
        self.rules.add_money(customer, fact, day, today)
        row = self.payment_row(number, "", day, fact)
        if kind == "credit":
            self.credits[number] = (row, fact)
        self.program.load("payments", [row])

    def payment_row(self, number, code, day, fact):
        self.n_payments += 1
        return {"id": f"P-{self.n_payments}", "invoice": number, "customer": code, "date": str(day),
                "amount": money(fact.amount), "currency": fact.currency, "kind": fact.kind}

    def hear(self, day):
        """R19: the bank's newest news."""
        self.rules.newest_payment = max(self.rules.newest_payment or day, day)

    def unassigned(self, event, customer, today):
        """Of any amount, or all but 3.00 of what is overdue."""
        amount, currency = minor(event["amount"]), event["currency"]
        credit = self.rules.settle(customer)
        if event["is_nearly_all"]:
            owed = sum(part.open for part in customer.account(currency)
                       if self.rules.is_listed(customer, part, today))
            amount = max(1, owed - credit.get(currency, 0) - 300)
        fact = Money("", "payment", amount, currency)
        self.hear(today)
        customer.money.append(fact)
        self.program.load("payments", [self.payment_row("", customer.code, today, fact)])

    def lower(self, event, customer, today):
        """Half of a credit is withdrawn."""
        if event["invoice"] not in self.credits:
            return
        row, fact = self.credits.pop(event["invoice"])
        if any(part.plan for part in customer.invoice(event["invoice"])):
            return
        less = Money(fact.invoice, "credit", -(fact.amount - fact.amount // 2), fact.currency)
        if fact.amount < 2:
            return
        self.rules.add_money(customer, less, today, today)
        self.program.load("payments", [{**row, "amount": money(fact.amount // 2)}])

    def write_off(self, event, customer, today):
        number = event["invoice"]
        self.rules.settle(customer)
        parts = [part for part in customer.invoice(number) if part.amount > 0]
        amount = sum(part.open for part in parts if part.status != "cancelled")
        if amount <= 0 or number in self.written_off or any(part.plan for part in parts):
            return
        if self.config["limits"]["payments_max_age_days"]:
            return
        self.written_off.add(number)
        self.rules.add_money(
            customer, Money(number, "write-off", amount, parts[0].currency), today, today)
        self.program.pay(number, money(amount), "write-off")

    def parts_of(self, event, customer):
        return customer.invoice(event["target"]) or customer.parts

    @staticmethod
    def has_plan(customer):
        return any(part.plan for part in customer.parts)

    def promise(self, event, customer, today):
        self.rules.settle(customer)
        parts = customer.invoice(event["invoice"])
        if self.has_plan(customer) or all(part.open <= 0 for part in parts):
            return
        if any(part.n_promises >= 2 for part in parts):
            return
        until = today + DAY * event["days"]
        self.rules.promise(parts, until)
        self.program.command("promise", event["invoice"], date=str(until))

    def reply(self, _, customer, today):
        self.rules.reply(customer, today)
        self.program.command("reply", customer.code)

    def plan(self, event, customer, today):
        """Not of what is held, suspended or approved: what becomes of that is nobody's rule."""
        number, n = event["invoice"], event["parts"]
        self.rules.settle(customer)
        parts = customer.invoice(number)
        is_plain = all(part.status == "open" and part.amount > 0 and part.due
                       and not (part.holds or part.is_disputed or part.promised_until
                                or part.is_suspended or part.is_handed_over or part.approved
                                or part.waits_for_adoption or part.released or part.uncovered)
                       for part in parts)
        if not is_plain or self.has_plan(customer) or sum(part.open for part in parts) < n:
            return
        first = today + DAY * event["days"]
        self.rules.make_plan(customer, number, [first + DAY * event["every"] * k for k in range(n)],
                             event["fee"])
        self.program.command("plan", number, parts=str(n), first=str(first),
                             every=f"{event['every']}d",
                             **({"fee": money(event["fee"])} if event["fee"] else {}))

    def skip(self, event, customer, today):
        self.rules.settle(customer)
        parts = customer.invoice(event["invoice"])
        if len(parts) > 1 or not self.rules.is_chased(customer, parts[0], today):
            return
        step = self.rules.next_step(customer, parts[0], today)
        if step is not None:
            self.rules.skip(parts[0], step, today)
            self.program.command("skip", parts[0].invoice, step=step["id"], note="so agreed")

    def opt_out(self, event, customer, _):
        if event["channel"] not in customer.refused:
            customer.refused.add(event["channel"])
            self.program.command("opt-out", customer.code, channel=event["channel"])

    def task(self, event, customer, today):
        """The first task that a person may answer with this verb."""
        kinds = {"approve": ["adopt", "approve", "agency", "legal"],
                 "refuse": ["adopt", "approve", "agency", "legal", "call"],
                 "done": ["call", "agency", "legal"]}[event["verb"]]
        for task in self.program.ask("tasks"):
            if task["customer"] != customer.code or task["kind"] not in kinds:
                continue
            part = customer.invoice(task["invoice"])[task["instalment"] - 1]
            if self.program.answer(event["verb"], task["task"]):
                self.answer(event["verb"], task["kind"], customer, part, today)
            return

    def answer(self, verb, kind, customer, part, today):
        if kind == "adopt" and verb == "refuse":
            # The whole invoice; once it is released, this part is asked for again.
            self.rules.hold(customer.invoice(part.invoice), part.invoice, None)
            return
        if kind == "adopt":
            part.waits_for_adoption = False
            return
        step = self.rules.next_step(customer, part, today)
        if verb == "approve":
            part.approved = step["id"]
        elif verb == "refuse":
            self.rules.skip(part, step, today)
        else:
            self.rules.complete(part, step, today)

    def hold(self, event, customer, today):
        if self.has_plan(customer):
            return
        until = today + DAY * event["days"] if "days" in event else None
        self.rules.hold(self.parts_of(event, customer), event["target"], until)
        self.program.command("hold", event["target"], **({"until": str(until)} if until else {}))

    def release(self, event, customer, today):
        if self.has_plan(customer) or self.rules.is_paused(customer, today):
            return
        self.rules.release(self.parts_of(event, customer), today)
        self.program.command("release", event["target"])

    def dispute(self, event, customer, _):
        if self.has_plan(customer):
            return
        self.rules.dispute(customer.invoice(event["invoice"]))
        self.program.command("dispute", event["invoice"], reason="price")

    def address(self, event, customer, _):
        setattr(customer, event["column"], event["value"])
        self.program.command("contact", customer.code, **{event["column"]: event["value"]})

    def policy(self, event, customer, _):
        if self.has_plan(customer):
            return
        for part in customer.invoice(event["invoice"]):
            part.policy = event["policy"]
        for row in self.rows[event["invoice"]]:
            row["policy"] = event["policy"]
        self.program.load("invoices", self.rows[event["invoice"]])

    def customer_policy(self, event, customer, _):
        customer.policy = event["policy"]
        row = next(row for row in self.life["customers"] if row["id"] == customer.code)
        self.program.load("customers", [{**row, "policy": customer.policy, "email": customer.email,
                                         "phone": customer.phone}])

    EVENTS = {"money": money, "unassigned": unassigned, "lower": lower, "write-off": write_off,
              "hold": hold, "release": release, "dispute": dispute, "address": address,
              "policy": policy, "customer-policy": customer_policy, "promise": promise,
              "reply": reply, "plan": plan, "skip": skip, "opt-out": opt_out, "task": task}

    def configure(self, events):
        for event in events:
            if event["do"] == "edit":
                self.config["policies"][event["name"]] = event["policy"]
            else:
                self.config["assign"] = event["assign"]
        self.program.firm.config = self.config
        self.program.firm.write_config()

    def live(self):
        for n, each in enumerate(self.life["rounds"]):
            now = datetime.datetime.fromisoformat(each["at"])
            edits = [event for event in each["events"] if event["do"] in ("edit", "assign")]
            if edits:
                self.configure(edits)
            self.program.begin(each["at"], each["by"])
            try:
                for event in each["events"]:
                    if event["do"] in self.EVENTS:
                        self.EVENTS[event["do"]](
                            self, event, self.customers[event["customer"]], now.date())
                self.compare_wake(now)
                self.compare_tasks(now)
                self.compare_explained(now, n)
                if n % 15 == 7:
                    self.compare_forecast(now)
            finally:
                self.program.end()

    def compare_wake(self, now):
        expected = [notice for customer in self.customers.values()
                    for notice in self.rules.wake(customer, now)]
        actual = self.program.wake()
        self.n_notices += len(actual)
        missing = [notice for notice in expected if notice not in actual]
        surplus = [notice for notice in actual if notice not in expected]
        if missing or surplus or len(expected) != len(actual):
            raise Differs("notices", "\n".join(
                [f"{self.life['seed']} at {now}"] + [f"did not leave: {each}" for each in missing]
                + [f"left unasked:  {each}" for each in surplus]),
                {each["customer"] for each in missing + surplus})

    def compare_tasks(self, now):
        """The steps that wait for a person."""
        expected = [task for customer in self.customers.values()
                    for task in self.rules.tasks(customer, now.date())]
        actual = [(row["kind"], row["invoice"], row["instalment"])
                  for row in self.program.ask("tasks")
                  if row["kind"] in ("call", "agency", "legal", "approve")]
        differing = set(expected) ^ set(actual)
        if differing or len(expected) != len(actual):
            raise Differs("tasks", f"{self.life['seed']} at {now}: tasks that one of the two has: "
                          f"{sorted(differing)}", {f"C-{each[1].split('-')[1]}" for each in differing})

    def compare_forecast(self, now):
        """What would leave in the days to come, whatever the hour, if nothing happened."""
        last = now.date() + DAY * FORESEEN_DAYS
        actual = [(row["at"][:10], self.program.notice_of(row))
                  for row in self.program.forecast(FORESEEN_DAYS + 1) if row["at"][:10] <= str(last)]
        customers, expected = copy.deepcopy(self.customers), []
        opening = datetime.time.fromisoformat(self.config["sending"]["from"])
        while now.date() <= last:
            expected += [(str(now.date()), notice) for customer in customers.values()
                         for notice in self.rules.wake(customer, now)]
            day = now.date() + DAY * (now.time() >= opening)
            now = datetime.datetime.combine(day, opening)
        missing = [each for each in expected if each not in actual]
        surplus = [each for each in actual if each not in expected]
        if missing or surplus:
            raise Differs("forecast", "\n".join(
                [f"{self.life['seed']}, as forecast {FORESEEN_DAYS} days before {last}"]
                + [f"not foreseen: {each}" for each in missing]
                + [f"foreseen:     {each}" for each in surplus]),
                {each["customer"] for _, each in missing + surplus})

    def compare_explained(self, now, n):
        """A quarter of the customers at each wake, and one where each command is a process."""
        share = 4 if self.program.session else len(self.customers)
        for k, customer in enumerate(self.customers.values()):
            if k % share != n % share and len(self.customers) > 3:
                continue
            self.rules.settle(customer)
            for number in sorted({part.invoice for part in customer.parts}):
                for row in self.program.ask("explain", number):
                    part = customer.invoice(number)[row["instalment"] - 1]
                    self.compare_part(customer, part, row, now)

    def compare_part(self, customer, part, row, now):
        wanted = self.rules.explain(customer, part, now.date())
        got = {"open": row["open"], "policy": row["policy"], "days_late": row["days_late"],
               "done": [each["step"] for each in row["done"]],
               "next": row["next"] and (row["next"]["step"], row["next"]["earliest"])}
        for key in wanted:
            if wanted[key] != got[key]:
                raise Differs(key, f"{self.life['seed']} at {now}: {key} of {part.invoice}/{part.seq} is "
                              f"{got[key]}, not {wanted[key]} ({row['reason']})", {customer.code})


def live(folder, life):
    """Lives a life; raises Differs. The number of notices that left."""
    try:
        both = Both(folder, life)
        both.live()
        return both.n_notices
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- a life that fails, cut down

def reduced(life, customers):
    """The life of these customers alone."""
    life = copy.deepcopy(life)
    life["customers"] = [row for row in life["customers"] if row["id"] in customers]
    life["invoices"] = [row for row in life["invoices"] if row["customer"] in customers]
    for each in life["rounds"]:
        each["events"] = [event for event in each["events"]
                          if event.get("customer") in customers | {None}]
    return life


def failure(folder, life):
    """In what it fails, or None."""
    try:
        live(folder, life)
    except Differs as differs:
        return differs.what
    except (AssertionError, IndexError, KeyError, ValueError):
        return None  # what was cut off made no sense
    return None


def attempts(life):
    """The life without a round, an event, an invoice or a step."""
    for key in ("rounds", "invoices"):
        for i in reversed(range(len(life[key]))):
            less = copy.deepcopy(life)
            del less[key][i]
            yield less
    for n, each in enumerate(life["rounds"]):
        for i in range(len(each["events"])):
            less = copy.deepcopy(life)
            del less["rounds"][n]["events"][i]
            yield less
    for name, policy in life["config"]["policies"].items():
        for i in range(len(policy["steps"])):
            less = copy.deepcopy(life)
            del less["config"]["policies"][name]["steps"][i]
            yield less


def shrink(folder, life, differs, seconds=60):
    """A smaller life that fails as well."""
    end = datetime.datetime.now() + datetime.timedelta(seconds=seconds)
    smaller = reduced(life, differs.customers)
    what = failure(folder, smaller)  # of few customers everything is compared: maybe another one
    if what is None:
        return life
    has_shrunk = True
    while has_shrunk:
        has_shrunk = False
        for less in attempts(smaller):
            if datetime.datetime.now() > end:
                return smaller
            if failure(folder, less) == what:
                smaller, has_shrunk = less, True
                break
    return smaller


def main(what):
    folder = firms.scratch_folder("history")
    path = pathlib.Path(what)
    life = json.loads(path.read_text()) if path.is_file() else random_life(what, 50)
    try:
        print(f"{live(folder / 'firm', life)} notices, and no difference")
        return 0
    except Differs as differs:
        print(differs)
        smaller = shrink(folder / "firm", life, differs)
        kept = pathlib.Path("history.json")
        kept.write_text(json.dumps(smaller, indent=1))
        print(f"kept in {kept}, with {len(smaller['rounds'])} wakes")
        try:
            live(folder / "firm", smaller)
        except Differs as again:
            print(again)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
