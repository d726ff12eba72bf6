# SPDX-License-Identifier: MIT
"""Random firms, lived through twice: by the program's command line and by naive.py.

A history is one customer's: random invoices, payments, holds, disputes, and wakes on random days at
random hours. A firm holds many of them under one random configuration. RELANCED_HISTORIES says how
many (default 1000), RELANCED_SEED which.
"""

import datetime
import json
import os
import pathlib
import random
import subprocess

import pytest

from naive import Account, DAY, Instalment, Rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RELANCED_BUILD", ROOT / "build"))
HISTORIES = int(os.environ.get("RELANCED_HISTORIES", "1000"))
SEED = int(os.environ.get("RELANCED_SEED", "20260305"))
PER_FIRM = 50
START = datetime.date(2026, 2, 2)
CHANNELS = {"email": "email", "sms": "phone", "hook": None}
TIMINGS = ["after_due", "after_due", "after_due", "after_previous", "after_issue"]


def random_steps(rng):
    """A ladder of rising severity, each step later than the one before more often than not."""
    actions = ["courtesy", "remind", "remind", "resend", "deadline", "suspend", "deadline",
               "agency"]
    steps, days = [], rng.randint(-2, 3)
    for n, action in enumerate(a for a in actions if rng.random() < 0.7):
        step = {"id": f"s{n}-{action}", "action": action, "send": ["email"]}
        days += rng.randint(0, 6)
        if action == "courtesy":
            step["timing"] = ("before_due", rng.randint(0, 5))
        elif action == "suspend":
            step["timing"] = ("after_deadline", rng.randint(0, 3))
            step["send"] = ["hook"]
        else:
            key = rng.choice(TIMINGS)
            step["timing"] = (key, rng.randint(0, 8) if key == "after_previous"
                              else max(0, days) + (30 if key == "after_issue" else 0))
            step["send"] = rng.choice([["email"], ["sms"], ["email", "sms"], ["sms|email"]])
        if rng.random() < 0.15:
            step["min_gap_days"] = rng.randint(0, 9)
        if action == "deadline" or rng.random() < 0.05:
            step["deadline_days"] = rng.randint(1, 9)
        if rng.random() < 0.1:
            step["end_of_month"] = True
        if rng.random() < 0.1 and action in ("remind", "resend"):
            step["min_total"] = rng.choice([5000, 50000, 100000])
        steps.append(step)
    return steps


def random_config(rng):
    policies = {name: {"steps": random_steps(rng)} for name in ("standard", "other")}
    policies["none"] = {"steps": []}
    for policy in policies.values():
        policy["tolerance"] = rng.choice([0, 0, 100, 500])
        policy["min_gap_days"] = rng.choice([0, 0, 0, 2, 5])
    assign = [({"relation": "service"}, "other")] if rng.random() < 0.5 else []
    assign += [({"tag": "quiet"}, "none"), ({}, "standard")]
    return {"policies": policies, "assign": assign, "channels": CHANNELS,
            "contact_gap_days": rng.choice([0, 2, 3, 5]), "holidays": rng.choice(["FR", "none"])}


def money(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def step_text(step):
    key, days = step["timing"]
    send = ", ".join(f'"{route}"' for route in step["send"])
    text = f'{{ id = "{step["id"]}"; action = "{step["action"]}"; {key} = {days}; '
    text += f"send = [ {send} ]; " if step["action"] != "agency" else ""
    for name in ("min_gap_days", "deadline_days"):
        text += f"{name} = {step[name]}; " if name in step else ""
    text += "end_of_month = true; " if step.get("end_of_month") else ""
    if "min_total" in step:
        text += f'min_total = ( {{ currency = "EUR"; amount = "{money(step["min_total"])}"; }} ); '
    return text + "}"


def config_text(config):
    text = ('creditor = { name = "Essai"; country = "FR"; timezone = "Europe/Paris"; '
            'language = "fr"; currency = "EUR"; email = "compta@essai.example"; };\n'
            'state = "state";\ndocuments = "documents";\n'
            f'sending = {{ days = "mon-fri"; from = "09:00"; to = "18:00"; '
            f'holidays = "{config["holidays"]}"; }};\n'
            f'limits = {{ contact_gap_days = {config["contact_gap_days"]}; '
            'adopt_max_age_days = 0; stale_after_days = 0; clock_jump_hours = 0; };\nchannels = {\n')
    for name in CHANNELS:
        text += f'  {name} = {{ module = "file"; path = "sent/{name}"; }};\n'
    text += "};\npolicies = {\n"
    for name, policy in config["policies"].items():
        text += f'  {name} = {{ min_gap_days = {policy["min_gap_days"]}; '
        text += (f'tolerance = ( {{ currency = "EUR"; amount = "{money(policy["tolerance"])}"; }} );'
                 f' steps = ( {", ".join(step_text(s) for s in policy["steps"])} ); }};\n')
    rules = []
    for when, name in config["assign"]:
        facts = " ".join(f'{k} = "{v}";' for k, v in when.items())
        rules.append("{ " + (f"when = {{ {facts} }}; " if when else "") + f'policy = "{name}"; }}')
    return text + "};\nassign = ( " + ", ".join(rules) + " );\n"


def random_account(rng, n):
    account = Account(
        customer=f"C-{n}", kind="business", relation=rng.choice(["goods", "service"]),
        policy=rng.choice(["", "", "", "other"]),
        tags=rng.choice([[], [], [], [], ["vip"], ["quiet"], ["do_not_contact"]]),
        email=rng.choice([f"c{n}@example.org"] * 5 + [""]),
        phone=rng.choice([f"+3363998{n:04}"] * 3 + [""]), instalments=[])
    for k in range(rng.randint(1, 4)):
        issued = START + DAY * rng.randint(-40, 30)
        for seq in range(1, rng.choice([1, 1, 1, 2, 3]) + 1):
            amount = rng.choice([rng.randint(1, 300000), 120000, 450, -5000])
            part = Instalment(f"F-{n}-{k}", seq, issued, issued + DAY * (30 * seq), amount)
            if rng.random() < 0.03:
                part.due = None
            part.status = rng.choice(["open"] * 15 + ["draft", "cancelled"])
            part.method = rng.choice(["transfer"] * 15 + ["direct_debit"])
            part.policy = rng.choice([""] * 9 + ["none"])
            account.instalments.append(part)
    return account


class Firm:
    def __init__(self, folder, rng, n_accounts):
        self.folder, self.rng = folder, rng
        self.config = random_config(rng)
        self.rules = Rules(self.config)
        self.accounts = [random_account(rng, n) for n in range(n_accounts)]
        (folder / "documents").mkdir(parents=True)
        (folder / "relanced.conf").write_text(config_text(self.config))
        self.run("relanced", "--init")
        self.seen = self.n_payments = 0
        self.write_files()

    def run(self, program, *arguments):
        command = [BUILD / program, "--config", self.folder / "relanced.conf", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert result.returncode == 0, f"{arguments}: {result.stdout}{result.stderr}"
        return result.stdout

    def write_files(self):
        customers = ["id,name,kind,relation,language,email,phone,policy,tags"]
        invoices = ["number,customer,issued,due,amount,currency,status,method,policy"]
        for a in self.accounts:
            customers.append(",".join([a.customer, f"Client {a.customer}", a.kind, a.relation, "fr",
                                       a.email, a.phone, a.policy, " ".join(a.tags)]))
            for p in a.instalments:
                invoices.append(",".join([p.invoice, a.customer, str(p.issued), str(p.due or ""),
                                          money(p.amount), "EUR", p.status, p.method, p.policy]))
        for name, rows in (("customers", customers), ("invoices", invoices)):
            (self.folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
        self.run("relancectl", "import", self.folder / "invoices.csv",
                 self.folder / "customers.csv")

    def payments(self, now):
        """Some customers pay something: an invoice, a part, too much, or no invoice named."""
        rows = ["id,invoice,customer,date,amount,currency,kind"]
        for account in self.accounts:
            if self.rng.random() > 0.15:
                continue
            part = self.rng.choice(account.instalments)
            if part.amount <= 0:
                continue
            amount = self.rng.choice([part.amount, part.amount + 700, max(1, part.amount // 2),
                                      max(1, part.amount - 300)])
            number = part.invoice if self.rng.random() < 0.85 else ""
            account.paid[number] = account.paid.get(number, 0) + amount
            self.n_payments += 1
            rows.append(f"P-{self.n_payments},{number},{account.customer},"
                        f"{now.date()},{money(amount)},EUR,payment")
        (self.folder / "payments.csv").write_text("\n".join(rows) + "\n")
        self.run("relancectl", "--at", f"{now:%Y-%m-%dT%H:%M}", "import",
                 self.folder / "payments.csv")

    def people(self, now):
        """A person holds, disputes or releases an invoice now and then."""
        today, at = now.date(), f"{now:%Y-%m-%dT%H:%M}"
        account = self.rng.choice(self.accounts)
        number = self.rng.choice(account.instalments).invoice
        parts = [p for p in account.instalments if p.invoice == number]
        wish = self.rng.choice(["hold", "hold-until", "dispute", "release"])
        if wish == "release":
            self.run("relancectl", "--at", at, "release", number)
            for p in parts:
                if p.disputed or (p.held and (p.held_until is None or p.held_until >= today)):
                    p.released = today
                p.held = p.disputed = False
                p.held_until = None
        elif wish == "dispute":
            self.run("relancectl", "--at", at, "dispute", number, "--reason", "price")
            for p in parts:
                p.disputed = True
        else:
            until = today + DAY * self.rng.randint(0, 9) if wish == "hold-until" else None
            self.run("relancectl", "--at", at, "hold", number,
                     *(["--until", str(until)] if until else []))
            for p in parts:
                p.held, p.held_until = True, until

    def wake(self, now):
        self.run("relanced", "--once", "--at", f"{now:%Y-%m-%dT%H:%M}")
        rows = [json.loads(line) for line in self.run("relancectl", "--json", "log").splitlines()]
        new, self.seen = [r for r in rows if r["notice"] > self.seen], max(
            [self.seen] + [r["notice"] for r in rows])
        assert all(r["state"] == "sent" for r in new), new
        return sorted((r["account"]["customer"], r["action"], r["step"] or "", tuple(sorted(
            (x["invoice"], x["instalment"], x["step"] or "", x["open"]) for x in r["lines"])),
            r["total"], r["deadline"] or "", r["channel"]) for r in new)

    def expected(self, now):
        notices = [n for account in self.accounts for n in self.rules.wake(account, now)]
        return sorted((customer, action, step or "", tuple(sorted(
            (i, s, x or "", money(o)) for i, s, x, o in lines)), money(total),
            str(deadline or ""), channel)
            for customer, action, step, lines, total, deadline, channel in notices)


@pytest.mark.parametrize("firm", range(-(-HISTORIES // PER_FIRM)))
def test_program_and_naive_rules_agree(tmp_path, firm):
    rng = random.Random(f"{SEED}/{firm}")
    life = Firm(tmp_path / "firm", rng, PER_FIRM)
    now = datetime.datetime.combine(START, datetime.time(9))
    n_notices = 0
    for _ in range(24):
        days, hour = rng.randint(0, 4), rng.randint(7, 19)
        hour = max(hour, now.hour) if days == 0 else hour
        now = datetime.datetime.combine(now.date() + DAY * days, datetime.time(hour))
        if rng.random() < 0.4:
            life.payments(now)
        if rng.random() < 0.4:
            life.people(now)
        expected = life.expected(now)
        actual = life.wake(now)
        missing = [n for n in expected if n not in actual]
        surplus = [n for n in actual if n not in expected]
        assert actual == expected, (
            f"seed {SEED}/{firm} at {now}\nmissing: {missing}\nsurplus: {surplus}")
        n_notices += len(actual)
    assert n_notices > 0
