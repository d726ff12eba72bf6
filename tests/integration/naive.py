# SPDX-License-Identifier: MIT
"""A second, deliberately naive implementation of rules R1-R12, R14, R16, R21 and R22.

It is written from the rules' text alone, shares no structure with the program, and prefers being
obvious to being quick. Money is in minor units, days are datetime.date.
"""

import calendar
import datetime
from dataclasses import dataclass, field

DAY = datetime.timedelta(days=1)
SEVERITY = ["courtesy", "remind", "resend", "deadline", "call", "suspend", "agency", "legal"]
GROUPED = SEVERITY[:4]
PRESSING = SEVERITY[1:4]


def easter(year):
    """Gauss, as in every almanac."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 19 * m) // 433
    month = (h + m - 7 * n + 90) // 25
    return datetime.date(year, month, (h + m - 7 * n + 33 * month + 19) % 32)


def is_holiday(day, country):
    if country == "none":
        return False
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    moving = [easter(day.year) + DAY * n for n in (1, 39, 50)]
    return (day.month, day.day) in fixed or day in moving


def is_working_day(day, country):
    return country == "none" or (day.weekday() < 5 and not is_holiday(day, country))


@dataclass
class Done:
    step: str
    action: str
    on: datetime.date
    deadline: object = None


@dataclass
class Instalment:
    invoice: str
    seq: int
    issued: datetime.date
    due: object
    amount: int
    status: str = "open"
    method: str = "transfer"
    policy: str = ""
    disputed: bool = False
    held: bool = False
    held_until: object = None
    released: object = None
    done: list = field(default_factory=list)
    suspended: bool = False
    open: int = 0


@dataclass
class Account:
    customer: str
    kind: str
    relation: str
    policy: str
    tags: list
    email: str
    phone: str
    instalments: list
    paid: dict = field(default_factory=dict)  # invoice -> minor units, "" -> unassigned
    last_contact: object = None
    last_pressed: object = None


class Rules:
    def __init__(self, config):
        self.policies = config["policies"]  # name -> {steps, tolerance, min_gap_days}
        self.assign = config["assign"]  # [({key: value}, policy)]
        self.gap_days = config["contact_gap_days"]
        self.country = config["holidays"]
        self.channels = config["channels"]  # name -> "email" | "phone" | None

    # ---- what is owed (R10)

    def unassigned(self, account):
        """Fills open of every instalment; what is left over is credit on the account."""
        left_over = account.paid.get("", 0)
        for number in {i.invoice for i in account.instalments}:
            parts = [i for i in account.instalments if i.invoice == number]
            money = account.paid.get(number, 0)
            for part in parts:
                if part.amount <= 0:  # below zero: credit on the account, if it stands
                    left_over -= part.amount if part.status == "open" else 0
                    part.open = 0
            for part in sorted(parts, key=lambda p: (p.due or datetime.date.max, p.seq)):
                if part.amount > 0 and part.status != "cancelled":
                    used = min(money, part.amount)
                    part.open = part.amount - used
                    money -= used
            left_over += money
        return left_over

    # ---- which ladder (R21), which step (R3), which day (R1, R2)

    def policy_of(self, account, part):
        if part.policy or account.policy:
            return self.policies[part.policy or account.policy]
        for when, name in self.assign:
            facts = {"kind": account.kind, "relation": account.relation}
            if all(v in account.tags if k == "tag" else facts[k] == v for k, v in when.items()):
                return self.policies[name]
        raise AssertionError("the last rule matches all")

    def next_step(self, account, part, today):
        steps = self.policy_of(account, part)["steps"]
        ids = [s["id"] for s in steps]
        start = ids.index(part.done[-1].step) + 1 if part.done else 0
        for step in steps[start:]:
            if step["timing"][0] == "before_due" and today > part.due:
                continue
            if step["action"] == "suspend" and account.relation != "service":
                continue
            return step
        return None

    def earliest(self, account, part, step):
        key, n = step["timing"]
        deadlines = [d.deadline for d in part.done if d.deadline]
        if key == "after_due":
            day = part.due + DAY * n
        elif key == "before_due":
            day = part.due - DAY * n
        elif key == "after_issue":
            day = part.issued + DAY * n
        elif key == "after_previous":
            day = (part.done[-1].on if part.done else part.due) + DAY * n
        elif not deadlines:
            return None
        else:
            day = deadlines[-1] + DAY * n
        if step.get("end_of_month"):
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        candidates = [day]
        if part.done:
            policy = self.policy_of(account, part)
            before = next(s for s in policy["steps"] if s["id"] == part.done[-1].step)
            gap = policy.get("min_gap_days", 0)
            signs = {"after_due": 1, "before_due": -1}
            if key in signs and before["timing"][0] in signs:
                gap = max(gap, signs[key] * n
                          - signs[before["timing"][0]] * before["timing"][1])
            if "min_gap_days" in step:
                gap = step["min_gap_days"]
            candidates += [part.done[-1].on + DAY * gap, part.done[-1].on + DAY]
        if deadlines:
            candidates.append(deadlines[-1] + DAY)
        if part.held and part.held_until:
            candidates.append(part.held_until + DAY)
        if part.released:
            candidates.append(part.released + DAY)
        return max(candidates)

    # ---- whether it is chased at all

    def is_closed(self, account, part):
        return part.open <= self.policy_of(account, part).get("tolerance", 0)

    def is_chaseable(self, account, part, today):
        if part.status != "open" or part.amount <= 0 or self.is_closed(account, part):
            return False
        if "do_not_contact" in account.tags or not self.policy_of(account, part)["steps"]:
            return False
        if part.due is None or part.method == "direct_debit" or part.disputed:
            return False
        return not (part.held and (part.held_until is None or today <= part.held_until))

    def due_step(self, account, part, today):
        if not self.is_chaseable(account, part, today):
            return None
        step = self.next_step(account, part, today)
        if step is None:
            return None
        day = self.earliest(account, part, step)
        return step if day is not None and today >= day else None

    def channels_for(self, account, step):
        """The first alternative of each route that has an address."""
        taken = []
        for route in step["send"]:
            for name in route.split("|"):
                column = self.channels[name]
                if column is None or getattr(account, column):
                    taken.append(name)
                    break
        return taken

    # ---- the wake (R5-R8)

    def in_window(self, now):
        return (is_working_day(now.date(), self.country) and now.weekday() < 5
                and 9 <= now.hour < 18)

    def wake(self, account, now):
        """The notices that leave now, as comparable tuples; completes their steps."""
        today, notices = now.date(), []
        credit = self.unassigned(account)
        due = {id(p): self.due_step(account, p, today) for p in account.instalments}
        ladder = [(p, due[id(p)]) for p in account.instalments if due[id(p)]]
        # R16: a reconnect knows no window.
        suspended = [p for p in account.instalments if p.suspended]
        reconnect = suspended and all(self.is_closed(account, p) for p in suspended)
        if self.in_window(now):
            group = [(p, s) for p, s in ladder if s["action"] in GROUPED]
            notices += self.contact(account, group, credit, today)
            for part, step in ladder:
                if step["action"] == "suspend":
                    notices += self.suspend(account, part, step, today)
        if reconnect:
            lines = tuple(sorted((p.invoice, p.seq, None, p.open) for p in suspended))
            notices.append((account.customer, "reconnect", None, lines, 0, None, "hook"))
            for part in suspended:
                part.suspended = False
        return notices

    def suspend(self, account, part, step, today):
        deadlines = [d.deadline for d in part.done if d.deadline]
        if not deadlines or today <= deadlines[-1]:
            return []
        part.done.append(Done(step["id"], "suspend", today))
        part.suspended = True
        line = ((part.invoice, part.seq, step["id"], part.open),)
        return [(account.customer, "suspend", step["id"], line, part.open, None, name)
                for name in self.channels_for(account, step)]

    def contact(self, account, group, credit, today):
        policy_steps = lambda p: self.policy_of(account, p)["steps"]  # noqa: E731
        while group:
            part, lead = max(group, key=lambda ps: (
                SEVERITY.index(ps[1]["action"]), policy_steps(ps[0]).index(ps[1]),
                -ps[0].due.toordinal(), [-ord(c) for c in ps[0].invoice] + [1], -ps[0].seq))
            if not self.channels_for(account, lead):
                group = [ps for ps in group if ps[0] is not part]
                continue
            steps = {id(p): s for p, s in group}
            listed = [p for p in account.instalments if id(p) in steps
                      or (self.is_chaseable(account, p, today) and today > p.due)]
            total = sum(p.open for p in listed) - credit
            small = [p for p, s in group if total < s.get("min_total", 0)]
            if small:
                group = [ps for ps in group if not any(ps[0] is p for p in small)]
                continue
            break
        else:
            return []
        if total <= self.policy_of(account, part).get("tolerance", 0):
            return []
        if account.last_contact == today:
            return []
        if lead["action"] in PRESSING and self.gap_days and account.last_pressed \
                and today < account.last_pressed + DAY * self.gap_days:
            return []
        deadline = None
        for _, step in group:
            if step.get("deadline_days"):
                day = today + DAY * step["deadline_days"]
                while not is_working_day(day, self.country):
                    day += DAY
                deadline = max(deadline or day, day)
        lines = tuple(sorted((p.invoice, p.seq, steps[id(p)]["id"] if id(p) in steps else None,
                              p.open) for p in listed))
        for p, step in group:
            p.done.append(Done(step["id"], step["action"], today,
                               deadline if step.get("deadline_days") else None))
        account.last_contact = today
        if lead["action"] in PRESSING:
            account.last_pressed = today
        return [(account.customer, lead["action"], lead["id"], lines, total, deadline, name)
                for name in self.channels_for(account, lead)]
