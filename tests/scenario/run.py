#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Plays scenarios: plain text in scripted time, on the real programs, through the command line.

A scenario says what a firm has and what must leave at each wake; README.md beside this file has
its grammar. Each plays on a fresh simulated store of its own. An `expect` is exact: it lists every
notice that newly left at that wake, and nothing else may leave.

usage: run.py [-v] [-k WORDS] [-j N] [FILE…]     TAP on stdout, exit status 1 if one failed
"""

import argparse
import concurrent.futures
import copy
import datetime
import json
import os
import pathlib
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import firm as firms  # noqa: E402

DATE = r"\d{4}-\d{2}-\d{2}"
AMOUNT = r"-?[\d  ]+(?:[.,]\d+)?"
COLUMNS = {
    "customer": firms.COLUMNS["customers"].split(","),
    "invoice": firms.COLUMNS["invoices"].split(","),
    "payment": firms.COLUMNS["payments"].split(","),
}
TIMINGS = {"after due": "after_due", "before due": "before_due", "after issue": "after_issue",
           "after previous": "after_previous", "after deadline": "after_deadline"}


class Wrong(Exception):
    """A scenario that cannot be read, or is not met; with file:line."""


class Line:
    """One statement: its text and the indented lines below it."""

    def __init__(self, file, number, text):
        self.file, self.number, self.text, self.block = file, number, text, []

    def wrong(self, what):
        return Wrong(f"{self.file}:{self.number}: {what}")

    def match(self, pattern):
        return re.fullmatch(pattern, self.text)


def read_scenarios(path):
    """[(title, [Line])]; statements before the first scenario of a file belong to all of them."""
    common, scenarios, current, last = [], [], None, None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = re.sub(r"(^|\s)#.*", "", raw).rstrip()
        if not text.strip():
            continue
        line = Line(path.name, number, text.strip())
        if text[0].isspace():
            if last is None:
                raise line.wrong("an indented line needs a statement above it")
            last.block.append(line)
            continue
        if found := line.match(r"Scenario: (.+)"):
            current = copy.deepcopy(common)
            scenarios.append((found[1], current))
            last = None
            continue
        last = line
        (common if current is None else current).append(line)
    if not scenarios:
        raise Wrong(f"{path.name}: no scenario in it")
    return scenarios


def plain_amount(text):
    """"1 200,00" → "1200.00"."""
    return re.sub(r"[  ]", "", text).replace(",", ".")


def columns(line, kind, text):
    """", email x@y, tags a b" → a dict of columns."""
    row = {}
    for part in filter(None, re.split(r",\s*", text)):
        key, _, value = part.partition(" ")
        if key not in COLUMNS[kind]:
            raise line.wrong(f"“{key}” is no column of a {kind}")
        row[key] = value
    return row


def fact_row(line, text):
    """(kind, row) of a `customer …`, `invoice …` or `payment …`."""
    if found := re.fullmatch(r'customer (\S+) "([^"]*)"(.*)', text):
        return "customer", {"id": found[1], "name": found[2], **columns(line, "customer", found[3])}
    found = re.fullmatch(rf"invoice (\S+) of (\S+) issued ({DATE}) due ({DATE}|never) "
                         rf"({AMOUNT}) ([A-Z]{{3}})(.*)", text)
    if found:
        return "invoice", {"number": found[1], "customer": found[2], "issued": found[3],
                           "due": "" if found[4] == "never" else found[4],
                           "amount": plain_amount(found[5]), "currency": found[6],
                           **columns(line, "invoice", found[7])}
    found = re.fullmatch(rf"payment (\S+) (for|on account of) (\S+) on ({DATE}) of ({AMOUNT}) "
                         rf"([A-Z]{{3}})(.*)", text)
    if found:
        return "payment", {"id": found[1], "date": found[4], "amount": plain_amount(found[5]),
                           "currency": found[6], "kind": "payment",
                           "invoice" if found[2] == "for" else "customer": found[3],
                           **columns(line, "payment", found[7])}
    raise line.wrong("expected customer …, invoice … or payment …")


def policy_step(line):
    """`ID: ACTION N days after due, …` → a step of the configuration."""
    found = line.match(r"(\S+): (\S+) (\d+) days? ((?:before|after) \S+)((?:, .+)?)")
    if not found or found[4].rstrip(",") not in TIMINGS:
        raise line.wrong("expected ID: ACTION N days after due|before due|after issue|"
                         "after previous|after deadline, …")
    step = {"id": found[1], "action": found[2], TIMINGS[found[4]]: int(found[3])}
    send = []
    for part in filter(None, re.split(r",\s*", found[5])):
        if known := re.fullmatch(r"by (\S+(?: or \S+)*)", part):
            send.append(known[1].replace(" or ", "|"))
        elif known := re.fullmatch(r"(\d+) days? to pay", part):
            step["deadline_days"] = int(known[1])
        elif known := re.fullmatch(r"gap (\d+) days?", part):
            step["min_gap_days"] = int(known[1])
        elif known := re.fullmatch(rf"from ({AMOUNT}) ([A-Z]{{3}})", part):
            step["min_total"] = [{"currency": known[2], "amount": plain_amount(known[1])}]
        elif part == "at the end of the month":
            step["end_of_month"] = True
        elif known := re.fullmatch(r"(\d+) % off within (\d+) days?", part):
            step["offer"] = {"percent": int(known[1]), "valid_days": int(known[2])}
        elif part == "needs approval":
            step["approve"] = True
        elif part == "with charges":
            step["charges"] = True
        else:
            raise line.wrong(f"“{part}” is nothing a step has")
    if send:
        step["send"] = send
    return step


def set_policy(config, name, line):
    policy = {}
    steps = []
    for below in line.block:
        if found := below.match(rf"tolerance = ({AMOUNT}) ([A-Z]{{3}})"):
            policy["tolerance"] = [{"currency": found[2], "amount": plain_amount(found[1])}]
        elif found := below.match(r"(\w+) = (.+)"):
            policy[found[1]] = json.loads(found[2])
        else:
            steps.append(policy_step(below))
    policy["steps"] = steps
    config["policies"][name] = policy


def set_assign(config, line):
    rules = []
    for below in line.block:
        found = below.match(r"(.+): (\S+)")
        if not found:
            raise below.wrong("expected WHEN: POLICY")
        rule = {"policy": found[2]}
        if found[1] != "all":
            rule = {"when": dict(part.split(" ", 1) for part in found[1].split(" and ")), **rule}
        rules.append(rule)
    config["assign"] = rules


def set_setting(config, line, path, value):
    *folders, last = path.split(".")
    for name in folders:
        config = config.setdefault(name, {})
    try:
        config[last] = json.loads(value)
    except json.JSONDecodeError:
        raise line.wrong(f"“{value}” is no value: write numbers, \"text\" or [ lists ]") from None


def line_names(line, text, lead):
    """`F-1/2 (reminder) + F-2 at 50.00` → [(invoice, instalment, step, open or None)]."""
    names = []
    for part in text.split(" + "):
        found = re.fullmatch(rf"(\S+?)(?:/(\d+))?(?: \((\S+)\))?(?: at ({AMOUNT}))?", part)
        if not found:
            raise line.wrong(f"“{part}” is no invoice")
        names.append((found[1], int(found[2] or 1), found[3] or lead,
                      found[4] and plain_amount(found[4])))
    return names


def read_expected(line, text):
    """One expected notice, in the shape of seen_notice()."""
    if found := re.fullmatch(r"(\S+) by (\S+)(?: to (\S+))?", text):
        return {"step": found[1], "channel": found[2], "to": found[3] or ""}
    found = re.fullmatch(
        rf"(\S+) by (\S+)(?: to (\S+))? for (.+?)(?:, listing (.+?))?"
        rf"[,:] ({AMOUNT}) ([A-Z]{{3}})(?:, deadline ({DATE}))?", text)
    if not found:
        raise line.wrong(f"“{text}”: expected STEP by CHANNEL [to ADDRESS] for INVOICE [+ …]"
                         "[, listing …], TOTAL CURRENCY[, deadline DATE]")
    lines = line_names(line, found[4], found[1])
    if found[5]:
        lines += line_names(line, found[5], None)
    return {"step": found[1], "channel": found[2], "to": found[3] or "",
            "lines": sorted(lines, key=lambda each: each[:2]), "total": plain_amount(found[6]),
            "currency": found[7], "deadline": found[8]}


def seen_notice(notice):
    return {"step": notice["step"] or notice["action"] or notice["reason"],
            "channel": notice["channel"],
            "to": notice["to"] or "",
            "lines": sorted(((each["invoice"], each["instalment"], each["step"], each["open"])
                             for each in notice["lines"]), key=lambda each: each[:2]),
            "total": notice["total"], "currency": notice["account"]["currency"],
            "deadline": notice["deadline"]}


def is_met(expected, seen):
    if any(expected[key] != seen[key] for key in expected if key != "lines"):
        return False
    if "lines" not in expected:
        return True
    return len(expected["lines"]) == len(seen["lines"]) and all(
        want[:3] == got[:3] and want[3] in (None, got[3])
        for want, got in zip(expected["lines"], seen["lines"]))


def notice_text(notice):
    def names(lines):
        return " + ".join(number + (f"/{seq}" if seq != 1 else "")
                          + (f" ({step})" if step and step != notice["step"] else "")
                          + (f" at {is_open}" if is_open else "")
                          for number, seq, step, is_open in lines)
    head = (f"{notice['step']} by {notice['channel']}"
            + (f" to {notice['to']}" if notice["to"] else ""))
    if "lines" not in notice:
        return head
    due = [each for each in notice["lines"] if each[2] is not None]
    listed = [each for each in notice["lines"] if each[2] is None]
    return (head + f" for {names(due)}"
            + (f", listing {names(listed)}" if listed else "")
            + f", {notice['total']} {notice['currency']}"
            + (f", deadline {notice['deadline']}" if notice["deadline"] else ""))


class Player:
    """Plays one scenario on one firm."""

    def __init__(self, folder, lines):
        self.firm = firms.Firm(folder)
        self.lines = lines
        self.given = {"customer": [], "invoice": [], "payment": []}
        self.has_started = False
        self.seen = set()
        self.told = None  # the number of the fact that a person told last
        self.down = set()
        self.may_complain = False
        self.kept = None  # a backup; once it was put back the log knows less than the folders

    def play(self):
        for line in self.lines:
            try:
                if found := line.match(r"Given (.+)"):
                    self.take_given(line, found[1])
                else:
                    self.take_event(line)
            except firms.CommandFailed as failure:
                raise line.wrong(str(failure)) from None
        self.compare_files()

    def take_given(self, line, text):
        if self.has_started:
            raise line.wrong("a Given stands before the first On")
        if text == "wakes that complain":
            self.may_complain = True
        elif not self.take_setting(line, text):
            kind, row = fact_row(line, text.removeprefix("a ").removeprefix("an "))
            self.given[kind].append(row)

    def take_setting(self, line, text):
        config = self.firm.config
        if found := re.fullmatch(r"policy (\S+)", text):
            set_policy(config, found[1], line)
        elif found := re.fullmatch(r"no policy (\S+)(?: any more)?", text):
            del config["policies"][found[1]]
        elif text == "assignment":
            set_assign(config, line)
        elif found := re.fullmatch(r"setting (\S+) = (.+)", text):
            set_setting(config, line, found[1], found[2])
        else:
            return False
        return True

    def start(self, at):
        self.has_started = True
        self.firm.write_config()
        self.firm.init()
        self.firm.load(self.given["customer"], self.given["invoice"], self.given["payment"], at=at)

    def take_event(self, line):
        if found := line.match(rf"Daily from ({DATE}) to ({DATE})(?: at (\d\d:\d\d))? expect"):
            self.wake_daily(line, found[1], found[2], found[3] or "09:00")
            return
        if found := line.match(rf"Every hour of ({DATE}) expect"):
            self.wake_hourly(line, found[1])
            return
        found = line.match(rf"On ({DATE})(?: (\d\d:\d\d))?,? (.+)")
        if not found:
            raise line.wrong("expected Given …, On DATE [HH:MM] …, Daily from … or Every hour of …")
        at = f"{found[1]}T{found[2] or '09:00'}"
        if not self.has_started:
            self.start(at)
        for pattern, action in self.EVENTS:
            if known := re.fullmatch(pattern, found[3]):
                action(self, line, at, *known.groups())
                return
        if self.take_setting(line, found[3]):
            self.firm.write_config()
            return
        raise line.wrong(f"“{found[3]}” is nothing that can happen")

    # Wakes

    def run_wake(self, at):
        """A wake ends well, unless a channel is down or the scenario has something to complain of."""
        done = self.firm.wake(at, status=None)
        if done.returncode > (1 if self.down or self.may_complain else 0):
            raise firms.CommandFailed(f"the wake at {at} ended with {done.returncode}\n{done.stderr}")

    def newly_sent(self, line):
        new = [notice for notice in self.firm.log() if notice["state"] == "sent"
               and notice["notice"] not in self.seen]
        self.seen.update(notice["notice"] for notice in new)
        if len({notice["notice"] for notice in new}) != len(new):
            raise line.wrong("the log has a notice twice")
        return [seen_notice(notice) for notice in new]

    def compare(self, line, at, expected):
        seen = self.newly_sent(line)
        left, missing = list(seen), []
        for want in expected:
            match = next((got for got in left if is_met(want, got)), None)
            if match is None:
                missing.append(want)
            else:
                left.remove(match)
        if not missing and not left:
            return
        text = [f"at {at}"]
        text += [f"  did not leave: {notice_text(want)}" for want in missing]
        text += [f"  left unasked:  {notice_text(got)}" for got in left]
        raise line.wrong("\n".join(text))

    def wake(self, line, at, _=None):
        self.run_wake(at)
        self.compare(line, at, [read_expected(each, each.text) for each in line.block])

    def wake_nothing(self, line, at):
        self.run_wake(at)
        self.compare(line, at, [])

    def wake_one(self, line, at, text):
        self.run_wake(at)
        self.compare(line, at, [read_expected(line, text)])

    def expected_by(self, line, pattern):
        """{moment: [expected]} of a block whose lines start with a moment."""
        expected = {}
        for below in line.block:
            found = below.match(rf"({pattern}) (.+)")
            if not found:
                raise below.wrong("expected a moment, then a notice")
            expected.setdefault(found[1], []).append(read_expected(below, found[2]))
        return expected

    def wake_daily(self, line, first, last, time):
        expected = self.expected_by(line, DATE)
        day, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
        while day <= end:
            at = f"{day}T{time}"
            if not self.has_started:
                self.start(at)
            self.run_wake(at)
            self.compare(line, at, expected.pop(str(day), []))
            day += datetime.timedelta(days=1)
        if expected:
            raise line.wrong(f"{', '.join(expected)}: not within these days")

    def wake_hourly(self, line, day):
        expected = self.expected_by(line, r"\d\d:\d\d")
        for hour in range(24):
            time = f"{hour:02}:00"
            if not self.has_started:
                self.start(f"{day}T{time}")
            self.run_wake(f"{day}T{time}")
            self.compare(line, f"{day}T{time}", expected.pop(time, []))
        if expected:
            raise line.wrong(f"{', '.join(expected)}: no full hour")

    def send(self, line, at, number, step):
        self.firm.ctl("send", number, *(["--step", step] if step else []), at=at)
        self.compare(line, at, [read_expected(each, each.text) for each in line.block])

    def send_refused(self, line, at, number, step):
        done = self.firm.ctl("send", number, *(["--step", step] if step else []), at=at,
                             status=None)
        if done.returncode not in (1, 3):
            raise line.wrong(f"it ended with {done.returncode}")
        self.compare(line, at, [])

    # What happens outside

    def tell(self, at, *arguments, is_refused=False):
        """A command that records a fact; `undo` finds its number here."""
        done = self.firm.ctl("--json", *arguments, at=at, status=1 if is_refused else 0)
        for line in done.stdout.splitlines():
            self.told = json.loads(line).get("fact", self.told)

    def pay(self, line, at, number, verb, amount, day):
        kind = {"paid": "payment", "credited": "credit", "refunded": "refund",
                "charged back": "chargeback", "written off": "write-off"}[verb]
        self.tell(at, "pay", number, plain_amount(amount), "--date", day or at[:10], "--kind", kind,
                  *(["--force"] if day and day > at[:10] else []))

    def load(self, line, at, text):
        rows = {"customer": [], "invoice": [], "payment": []}
        for each, row_text in ([(line, text)] if text else
                               [(below, below.text) for below in line.block]):
            kind, row = fact_row(each, row_text)
            rows[kind].append(row)
        self.firm.load(rows["customer"], rows["invoice"], rows["payment"], at=at)

    def target(self, name):
        is_customer = any(row["id"] == name for row in self.given["customer"])
        return f"customer:{name}" if is_customer else name

    def hold(self, line, at, name, day):
        self.tell(at, "hold", self.target(name), *(["--until", day] if day else []))

    def release(self, line, at, name):
        self.tell(at, "release", self.target(name))

    def dispute(self, line, at, number, reason):
        self.tell(at, "dispute", number, "--reason", reason)

    def promise(self, line, at, number, day, amount, forced, refused):
        self.tell(at, "promise", number, day, *([plain_amount(amount)] if amount else []),
                  *(["--force"] if forced else []), is_refused=bool(refused))

    def plan(self, line, at, number, parts, first, every, fee, refused):
        self.tell(at, "plan", number, "--parts", parts, "--first", first,
                  *(["--every", every] if every else []),
                  *(["--fee", plain_amount(fee)] if fee else []), is_refused=bool(refused))

    def skip(self, line, at, step, number, refused):
        self.tell(at, "skip", number, step, "--note", "as agreed", is_refused=bool(refused))

    def policy(self, line, at, number, name):
        self.tell(at, "policy", number, name)

    def no_policy(self, line, at, number):
        self.tell(at, "policy", number, "auto")

    def answer(self, line, at, verb, kind, number=None, seq=None):
        """approve, refuse or done, of one instalment's task, a customer's, or all of a kind."""
        if number is None:
            self.tell(at, verb, kind)
            return
        found = [task["task"] for task in self.firm.json("tasks", at=at)
                 if task["kind"] == kind and number in (task["invoice"], task["customer"])
                 and task["instalment"] in (int(seq or 1), None)]
        if len(found) != 1:
            raise line.wrong(f"{len(found)} tasks {kind} for {number}")
        self.tell(at, verb, found[0])

    def opt_out(self, line, at, code, channel):
        self.tell(at, "opt-out", code, channel)

    def reply(self, line, at, code, day):
        self.tell(at, "reply", code, *(["--date", day] if day else []))

    def waive(self, line, at, number):
        self.tell(at, "waive", number)

    def undo(self, line, at):
        if self.told is None:
            raise line.wrong("nothing was told that could be undone")
        self.tell(at, "undo", self.told)

    def pause(self, line, at, verb):
        self.tell(at, "pause" if verb == "paused" else "resume")

    def backup(self, line, at):
        self.kept = self.firm.folder / "kept"
        self.firm.ctl("backup", self.kept, at=at)

    def restore(self, line, at):
        """As an administrator would after a crash, who forgets the fence: it lies elsewhere."""
        [store] = self.firm.state.glob("*.db")
        for beside in self.firm.state.glob(f"{store.name}-*"):
            beside.unlink()
        self.kept.replace(store)

    def contact(self, line, at, code, column, value):
        self.firm.ctl("contact", code, f"--{column}", value, at=at)

    def lose_contact(self, line, at, code, column):
        self.contact(line, at, code, column, "")

    def channel(self, line, at, name, state):
        path = self.firm.folder / self.firm.config["channels"][name]["path"]
        parked = path.with_name(f".{path.name}-parked")
        if state == "down":
            self.down.add(name)
            path.rename(parked)
            path.write_text("not a folder\n", encoding="utf-8")
        else:
            self.down.remove(name)
            path.unlink()
            parked.rename(path)

    # What is asked

    def explain(self, line, at, number, seq, reason, rest):
        found = [each for each in self.firm.json("explain", number, at=at)
                 if each["instalment"] == int(seq or 1)]
        if len(found) != 1:
            raise line.wrong(f"{number} has no instalment {seq or 1}")
        got = found[0]
        step = got["next"]
        checks = [("reason", reason, got["reason"])]
        for part in filter(None, re.split(r",\s*", rest or "")):
            if known := re.fullmatch(rf"(interest|fixed) ({AMOUNT})", part):
                checks.append((known[1], plain_amount(known[2]), (got["charges"] or {}).get(known[1])))
            elif known := re.fullmatch(rf"leaving ({DATE}) (\d\d:\d\d)", part):
                checks.append(("at", f"{known[1]}T{known[2]}", ((step or {}).get("at") or "")[:16]))
            elif part == "leaving no one knows when":
                checks.append(("at", None, (step or {}).get("at")))
            elif part == "no charges":
                checks.append(("charges", None, got["charges"]))
            elif known := re.fullmatch(r"also (.+)", part):
                checks.append(("also", sorted(known[1].split(" + ")),
                               sorted(each["reason"] for each in got["also"])))
            elif known := re.fullmatch(rf"next (\S+) from ({DATE})", part):
                checks += [("next step", known[1], step and step["step"]),
                           ("earliest", known[2], step and step["earliest"])]
            elif known := re.fullmatch(r"next (\S+)", part):
                checks.append(("next step", known[1], step and step["step"]))
            elif part == "no next":
                checks.append(("next", None, step))
            elif known := re.fullmatch(rf"open ({AMOUNT})", part):
                checks.append(("open", plain_amount(known[1]), got["open"]))
            elif known := re.fullmatch(r"(-?\d+) days late", part):
                checks.append(("days late", int(known[1]), got["days_late"]))
            elif known := re.fullmatch(r"policy (\S+)", part):
                checks.append(("policy", known[1], got["policy"]))
            elif part == "nothing done":
                checks.append(("done", [], [each["step"] for each in got["done"]]))
            elif known := re.fullmatch(r"done (.+)", part):
                checks.append(("done", known[1].split(" + "), [each["step"] for each in got["done"]]))
            else:
                raise line.wrong(f"“{part}” is nothing that explain says")
        for what, want, is_so in checks:
            if want != is_so:
                raise line.wrong(f"{what} of {number} is {is_so}, not {want} ({got['sentence']})")

    def tasks(self, line, at, text):
        wanted = sorted([] if text == "none" else
                        [(found[1], found[2] or "", int(found[3] or 1)) for below in line.block
                         if (found := below.match(r"(\S+)(?: for (\S+?)(?:/(\d+))?)?"))])
        if text != "none" and len(wanted) != len(line.block):
            raise line.wrong("expected lines of KIND, KIND for CUSTOMER or KIND for INVOICE")
        got = sorted((task["kind"], task["invoice"] or task["customer"] or "",
                      task["instalment"] or 1) for task in self.firm.json("tasks", at=at))
        if wanted != got:
            raise line.wrong(f"the tasks are {got}")

    def foreseen(self, at, days):
        """{day: [notice]} of a forecast."""
        by_day = {}
        for notice in self.firm.json("forecast", "--days", days, at=at):
            by_day.setdefault(notice["at"][:10], []).append(seen_notice(notice))
        return by_day

    def forecast(self, line, at, days):
        expected, got = self.expected_by(line, DATE), self.foreseen(at, days)
        text = [f"{day} is not foreseen: {notice_text(want)}" for day, wanted in expected.items()
                for want in wanted if not any(is_met(want, each) for each in got.get(day, []))]
        text += [f"{day} is foreseen: {notice_text(each)}" for day, found in got.items()
                 for each in found if not any(is_met(want, each) for want in expected.get(day, []))]
        if text:
            raise line.wrong("\n  ".join(text))

    def as_foreseen(self, line, at, days):
        """What a forecast tells is what then leaves."""
        expected = self.foreseen(at, days)
        day = datetime.date.fromisoformat(at[:10])
        for _ in range(int(days)):
            then = f"{day}T{at[11:]}"
            self.run_wake(then)
            self.compare(line, then, expected.pop(str(day), []))
            day += datetime.timedelta(days=1)
        if any(name < str(day) for name in expected):
            raise line.wrong(f"{', '.join(expected)}: foreseen, on no day of a wake")

    def log_says(self, line, at, step, number, state, reason):
        found = [notice for notice in self.firm.log()
                 if step in (notice["step"], notice["action"], notice["reason"])
                 and any(each["invoice"] == number for each in notice["lines"])]
        if not found:
            raise line.wrong("the log has no such notice")
        got = found[-1]
        if got["state"] != state or reason not in (None, got["reason"]):
            raise line.wrong(f"it is {got['state']} because {got['reason']}")

    def compare_files(self):
        """What the folders hold is what the log calls sent."""
        if self.kept and not self.kept.exists():
            return
        sent = self.firm.sent()
        for name in self.firm.config["channels"]:
            want = sum(notice["channel"] == name for notice in sent)
            got = len(self.firm.files(name))
            if want != got:
                raise self.lines[-1].wrong(f"{name}: {want} notices sent, {got} files")

    EVENTS = (
        (r"expect nothing", wake_nothing),
        (r"expect", wake),
        (r"expect (.+)", wake_one),
        (r"send (\S+)(?: step (\S+))? expect", send),
        (r"send (\S+)(?: step (\S+))? is refused", send_refused),
        (rf"(\S+) is (paid|credited|refunded|charged back|written off) ({AMOUNT})"
         rf"(?: dated ({DATE}))?", pay),
        (r"import()", load),
        (r"import (.+)", load),
        (rf"(\S+) is held(?: until ({DATE}))?", hold),
        (r"(\S+) is released", release),
        (r"(\S+) is disputed for (\S+)", dispute),
        (rf"(\S+) is promised by ({DATE})(?: to ({AMOUNT}))?( once more)?(, which is refused)?",
         promise),
        (rf"(\S+) is to be paid in (\d+) parts from ({DATE})(?: every (\w+))?"
         rf"(?: with a fee of ({AMOUNT}))?(, which is refused)?", plan),
        (r"step (\S+) of (\S+) is skipped(, which is refused)?", skip),
        (r"(\S+) follows policy (\S+)", policy),
        (r"(\S+) follows no policy of its own", no_policy),
        (r"(approve|refuse|done) all (\S+)", answer),
        (r"(approve|refuse|done) (\S+) of (\S+?)(?:/(\d+))?", answer),
        (r"(\S+) opts out of (\S+)", opt_out),
        (rf"(\S+) answers(?: on ({DATE}))?", reply),
        (r"charges of (\S+) are waived", waive),
        (r"that is undone", undo),
        (r"everything is (paused|resumed)", pause),
        (r"the store is backed up", backup),
        (r"the backup is put back", restore),
        (r"the next (\d+) days go as foreseen", as_foreseen),
        (r"forecast of (\d+) days", forecast),
        (r"(\S+) gets (email|phone|whatsapp) (\S+)", contact),
        (r"(\S+) loses (email|phone|whatsapp)", lose_contact),
        (r"channel (\S+) is (down|up)", channel),
        (r"explain (\S+?)(?:/(\d+))? says ([a-z-]+)((?:, .+)?)", explain),
        (r"tasks are( none|)", lambda self, line, at, text: self.tasks(line, at, text.strip())),
        (r"the log has (\S+) for (\S+) (\w+)(?: because (\S+))?", log_says),
    )


def play(title, lines):
    """None, or what went wrong."""
    folder = firms.scratch_folder("scenario")
    try:
        Player(folder, lines).play()
        return None
    except Wrong as wrong:
        return str(wrong)
    except Exception as error:  # a broken program or runner fails its scenario, not the others
        return f"{lines[0].file}: {title}: {type(error).__name__}: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="plays scenarios")
    parser.add_argument("-k", default="", help="only titles that contain this")
    parser.add_argument("-j", type=int, default=min(os.cpu_count() or 1, 4), help="at a time")
    parser.add_argument("--list", action="store_true", help="only print the titles")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    try:
        scenarios = [(f"{path.stem}: {title}", lines)
                     for path in options.files or sorted(HERE.glob("*.txt"))
                     for title, lines in read_scenarios(path) if options.k in f"{path.stem}: {title}"]
    except Wrong as wrong:
        sys.exit(f"{wrong}")
    if options.list:
        print("\n".join(title for title, _ in scenarios))
        return 0
    print(f"1..{len(scenarios)}", flush=True)
    n_failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        results = pool.map(lambda each: play(*each), scenarios)
        for number, ((title, _), failure) in enumerate(zip(scenarios, results), 1):
            print(f"{'not ok' if failure else 'ok'} {number} - {title}")
            if failure:
                n_failed += 1
                print("".join(f"# {each}\n" for each in failure.splitlines()), end="")
            sys.stdout.flush()
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
