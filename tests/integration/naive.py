# SPDX-License-Identifier: MIT
"""A second, deliberately naive implementation of the rules: R1-R19, R21, R22 and R25.

It is written from the rules' text alone, shares no structure with the program, and prefers being
obvious to being quick. Money is in minor units, days are datetime.date. The configuration is the one
that the program reads, as firm.default_config() has it.
"""

import calendar
import datetime
import decimal
from dataclasses import dataclass, field

DAY = datetime.timedelta(days=1)
SEVERITY = ["courtesy", "remind", "resend", "deadline", "call", "suspend", "agency", "legal"]
GROUPED = SEVERITY[:4]
PRESSING = SEVERITY[1:4]
TRIGGERS = ["after_due", "before_due", "after_issue", "after_previous", "after_deadline"]
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def minor(text):
    return int(decimal.Decimal(text) * 100)


def money(amount):
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def amount_in(amounts, currency):
    """Of a list of one amount per currency: that one's, or nothing."""
    return sum(minor(each["amount"]) for each in amounts or () if each["currency"] == currency)


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
    """A step that was sent, or skipped by a person."""
    step: str
    action: str
    on: datetime.date
    deadline: object = None
    is_skip: bool = False


@dataclass
class Part:
    """An instalment."""
    invoice: str
    seq: int
    issued: datetime.date
    due: object
    amount: int
    currency: str = "EUR"
    status: str = "open"
    method: str = "transfer"
    policy: str = ""
    is_disputed: bool = False
    holds: dict = field(default_factory=dict)  # whose, its invoice's or customer's: its last day
    released: object = None
    uncovered: object = None  # on which day
    rest_before: int = 0  # what was open before that
    was_closed: bool = False  # at the last wake
    collection_failed: bool = False
    is_suspended: bool = False
    done: list = field(default_factory=list)
    open: int = 0
    promised_until: object = None
    n_promises: int = 0
    waits_for_adoption: bool = False
    approved: str = ""
    is_handed_over: bool = False
    plan: object = None  # of a part
    is_replaced: bool = False
    whole: int = 0  # the amount of what is replaced

    def deadline(self):
        """The last one printed for it."""
        return next((d.deadline for d in reversed(self.done) if d.deadline), None)

    def uncover(self, rest, day):
        """R12: what is open already is not reopened once more, unless less of it was open."""
        if self.uncovered is None or self.was_closed or rest <= self.rest_before:
            self.uncovered, self.rest_before = max(self.uncovered or day, day), rest

    def hold_end(self):
        """The last day of the longest hold of it, or None."""
        return max((until for until in self.holds.values() if until), default=None)


@dataclass
class Money:
    """A fact about money; invoice "": unassigned."""
    invoice: str
    kind: str
    amount: int
    currency: str = "EUR"


@dataclass
class Plan:
    """R15: what replaces the open instalments of an invoice."""
    replaced: list  # oldest first
    parts: list
    fee: int
    is_broken: bool = False


@dataclass
class Customer:
    code: str
    kind: str = "business"
    relation: str = "goods"
    policy: str = ""
    tags: list = field(default_factory=list)
    email: str = ""
    phone: str = ""
    parts: list = field(default_factory=list)
    money: list = field(default_factory=list)
    last_contact: dict = field(default_factory=dict)  # by currency
    last_pressed: dict = field(default_factory=dict)
    paused_until: object = None
    refused: set = field(default_factory=set)  # channels

    def currencies(self):
        return sorted({part.currency for part in self.parts})

    def account(self, currency):
        return [part for part in self.parts if part.currency == currency]

    def invoice(self, number):
        return [part for part in self.parts if part.invoice == number]


class Rules:
    def __init__(self, config):
        self.config = config
        self.newest_payment = None

    # ---- what is owed (R10)

    def paid(self, customer, number):
        """What stands against an invoice: refunds and chargebacks undo payments, never credits."""
        def total(*kinds):
            return sum(m.amount for m in customer.money if m.invoice == number and m.kind in kinds)
        return max(0, total("payment") - total("refund", "chargeback")) + total("credit", "write-off")

    def settle(self, customer):
        """Fills open of every instalment; gives the credit left on the account, by currency."""
        credit = {currency: 0 for currency in customer.currencies()}
        for fact in customer.money:
            if not fact.invoice and fact.currency in credit:
                credit[fact.currency] += fact.amount
        for number in {part.invoice for part in customer.parts}:
            parts = customer.invoice(number)
            left = self.paid(customer, number)
            for part in sorted(parts, key=lambda p: (p.plan is not None, p.due or datetime.date.max,
                                                     p.seq)):
                if part.amount <= 0:  # below zero: credit on the account, if it stands
                    credit[part.currency] -= part.amount if part.status == "open" else 0
                    part.open = 0
                elif part.status != "cancelled":
                    part.open = part.amount - min(left, part.amount)
                    left -= part.amount - part.open
            credit[parts[0].currency] += left
        return credit

    def tolerance(self, customer, part):
        return amount_in(self.policy_of(customer, part).get("tolerance"), part.currency)

    def is_closed(self, customer, part):
        return part.open <= self.tolerance(customer, part)

    def add_money(self, customer, fact, value_date, today):
        """R12: what is undone uncovers what it had paid."""
        self.settle(customer)
        rests = [part.open for part in customer.parts]
        customer.money.append(fact)
        self.settle(customer)
        for part, rest in zip(customer.parts, rests):
            if part.open > rest:
                part.uncover(rest, max(value_date, today))
        if fact.kind == "chargeback":
            for part in customer.invoice(fact.invoice):
                part.collection_failed = True

    # ---- what persons say (R14)

    def hold(self, parts, whose, until):
        """The invoice's and the customer's stand beside each other; a new one replaces its like."""
        for part in parts:
            part.holds[whose] = until

    def dispute(self, parts):
        for part in parts:
            part.is_disputed = True

    def release(self, parts, today):
        for part in parts:
            if part.is_disputed or part.status == "disputed" or self.is_held(part, today) \
                    or self.is_promised(part, today):
                part.released = today
            part.is_disputed, part.promised_until = False, None
            part.holds.clear()
            if part.status == "disputed":
                part.status = "open"

    def is_held(self, part, today):
        return any(until is None or today <= until for until in part.holds.values())

    def is_promised(self, part, today):
        return part.promised_until is not None and today <= part.promised_until

    def is_paused(self, customer, today):
        return customer.paused_until is not None and today <= customer.paused_until

    def promise(self, parts, until):
        """R13: of what is open."""
        for part in parts:
            if part.open > 0:
                part.promised_until, part.n_promises = until, part.n_promises + 1

    def reply(self, customer, today):
        """R25: so many days, today the first of them."""
        days = self.config["limits"]["reply_pause_days"]
        customer.paused_until = today + DAY * (days - 1)

    def adopt_or_not(self, part, today):
        """R18: when it comes in."""
        limit = self.config["limits"]["adopt_max_age_days"]
        part.waits_for_adoption = bool(limit and part.due and (today - part.due).days > limit)

    # ---- what persons do in the ladder's place (R3, R17)

    def skip(self, part, step, today):
        part.done.append(Done(step["id"], step["action"], today, is_skip=True))

    def complete(self, part, step, today):
        part.done.append(Done(step["id"], step["action"], today))
        part.is_handed_over = part.is_handed_over or step["action"] in ("agency", "legal")

    # ---- paying in parts (R15)

    def make_plan(self, customer, number, days, fee):
        """Parts due on these days, instead of what is open."""
        self.settle(customer)
        parts = customer.invoice(number)
        replaced = sorted((part for part in parts if part.open > 0), key=lambda p: (p.due, p.seq))
        whole, n = sum(part.open for part in replaced), len(days)
        amounts = [whole // n] * n
        amounts[0] += whole - sum(amounts) + fee
        plan = Plan(replaced, [], fee)
        for part in replaced:  # what was paid of them stays theirs
            part.whole = part.amount
            part.amount -= part.open
            part.is_replaced = True
        first = replaced[0]
        for k, (day, amount) in enumerate(zip(days, amounts)):
            part = Part(number, max(p.seq for p in parts) + k + 1, first.issued, day, amount,
                        first.currency, method=first.method, policy="plan", plan=plan)
            part.collection_failed = first.collection_failed
            plan.parts.append(part)
        customer.parts += plan.parts
        customer.parts.sort(key=lambda p: (p.invoice, p.seq))

    def break_plans(self, customer, today):
        """A part that is open too late: its plan is over, and the old ladder goes on."""
        credit = self.settle(customer)
        grace = self.config["policies"]["plan"].get("grace_days", 3)
        for plan in {id(p.plan): p.plan for p in customer.parts if p.plan}.values():
            late = [part for part in plan.parts if today >= part.due + DAY * grace
                    and not self.is_closed(customer, part)]
            if plan.is_broken or not late or sum(part.open for part in late) \
                    - credit[late[0].currency] <= self.tolerance(customer, late[0]):
                continue
            plan.is_broken = True
            first = plan.parts[0]
            first.amount -= min(plan.fee, first.open)
            for part in plan.parts:
                part.due = min(part.due, today)
                part.policy = plan.replaced[0].policy
                part.whole = plan.replaced[0].whole
                part.done = plan.replaced[0].done + part.done
        self.settle(customer)

    # ---- which ladder (R21)

    def policy_name(self, customer, part):
        if part.policy or customer.policy:
            return part.policy or customer.policy
        facts = {"kind": customer.kind, "relation": customer.relation, "currency": part.currency}
        amount = part.whole or part.amount
        for rule in self.config["assign"]:
            for key, wanted in rule.get("when", {}).items():
                if key == "tag":
                    is_met = wanted in customer.tags
                elif key == "amount":
                    is_met = amount >= minor(wanted)
                else:
                    is_met = facts[key] == wanted
                if not is_met:
                    break
            else:
                return rule["policy"]
        raise AssertionError("the last rule matches all")

    def policy_of(self, customer, part):
        return self.config["policies"][self.policy_name(customer, part)]

    # ---- which step (R3, R21)

    def next_step(self, customer, part, today):
        steps = self.policy_of(customer, part)["steps"]
        ids = [step["id"] for step in steps]
        first, mildest = 0, 0
        if part.done and part.done[-1].step in ids:
            first = ids.index(part.done[-1].step) + 1
        elif part.done:
            known = [ids.index(d.step) for d in part.done if d.step in ids]
            first = max(known) + 1 if known else 0
            mildest = SEVERITY.index(part.done[-1].action)
        for step in steps[first:]:
            if SEVERITY.index(step["action"]) < mildest:
                continue
            if part.is_handed_over and step["action"] not in ("agency", "legal"):
                continue  # R17: what would reach the customer
            if "before_due" in step and today > part.due:
                continue
            if step["action"] == "suspend" and customer.relation != "service":
                continue
            if step["id"] in [d.step for d in part.done]:  # an edit has moved it
                continue
            return step
        return None

    # ---- on which day (R1, R2)

    def trigger_day(self, part, step):
        key = next(key for key in TRIGGERS if key in step)
        days = DAY * step[key]
        if key == "after_due":
            day = part.due + days
        elif key == "before_due":
            day = part.due - days
        elif key == "after_issue":
            day = part.issued + days
        elif key == "after_previous":
            day = (part.done[-1].on if part.done else part.due) + days
        elif part.deadline() is None:
            return None
        else:
            day = part.deadline() + days
        if step.get("end_of_month"):
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return day

    def gap_day(self, customer, part, step):
        """The first day after the previous step that the gap allows, or None."""
        def signed(each):
            return each["after_due"] if "after_due" in each else -each["before_due"]
        policy = self.policy_of(customer, part)
        previous = part.done[-1] if part.done else None
        known = [s for s in policy["steps"] if previous and s["id"] == previous.step]
        gap = policy.get("min_gap_days", 0)
        if previous and not known:  # its id is no longer in the ladder
            previous = next((d for d in reversed(part.done) if not d.is_skip), None)
        elif known and all("after_due" in s or "before_due" in s for s in (step, known[0])):
            gap = max(gap, signed(step) - signed(known[0]))
        return previous and previous.on + DAY * step.get("min_gap_days", gap)

    def earliest(self, customer, part, step):
        """R2: the latest of all that it waits for; None: it waits for a deadline to be printed."""
        day = self.trigger_day(part, step)
        if day is None or (step["action"] == "suspend" and part.deadline() is None):
            return None
        days = [day, self.gap_day(customer, part, step)]
        if part.done:
            days.append(part.done[-1].on + DAY)
        if part.deadline():
            days.append(part.deadline() + DAY)
        if part.hold_end():
            days.append(part.hold_end() + DAY)
        if part.promised_until:
            days.append(part.promised_until + DAY)
        if part.released:
            days.append(part.released + DAY)
        if part.uncovered and part.rest_before <= self.tolerance(customer, part):
            # R12, R21: by the policy of today it had been closed.
            gap = self.policy_of(customer, part).get("reopen_gap_days", 3)
            days.append(part.uncovered + DAY * gap)
        return max(filter(None, days))

    # ---- whether it is chased at all (R14, R22)

    def is_chased(self, customer, part, today, for_others=False):
        """for_others: a file that left the firm may still go on to the next one (R17)."""
        if part.status != "open" or part.amount <= 0 or self.is_closed(customer, part):
            return False
        if "do_not_contact" in customer.tags or not self.policy_of(customer, part)["steps"]:
            return False
        if part.due is None or (part.method == "direct_debit" and not part.collection_failed):
            return False
        if part.is_replaced or part.waits_for_adoption:
            return False
        if part.is_handed_over and not for_others:
            return False
        return not (part.is_disputed or self.is_held(part, today) or self.is_promised(part, today)
                    or self.is_paused(customer, today))

    def is_listed(self, customer, part, today):
        return (self.is_chased(customer, part, today) and today > part.due
                and not self.is_leaving(customer, part))

    def is_leaving(self, customer, part):
        """R17: from the approval on it is asked for by somebody else."""
        return any(step["id"] == part.approved and step["action"] in ("agency", "legal")
                   for step in self.policy_of(customer, part)["steps"])

    def forget_approval(self, customer, part, today):
        """R17: never by itself, so not when what has overtaken an approval ends again."""
        is_waiting = part.approved not in [d.step for d in part.done] and any(
            step["id"] == part.approved for step in self.policy_of(customer, part)["steps"])
        is_out = (part.status != "open" or part.amount <= 0 or self.is_closed(customer, part)
                  or part.is_replaced or part.due is None or "do_not_contact" in customer.tags
                  or (part.method == "direct_debit" and not part.collection_failed))
        is_agreed = self.is_promised(part, today) and not self.is_held(part, today)
        if is_waiting and (is_out or part.is_disputed or is_agreed):
            part.approved = ""

    def due_step(self, customer, part, today, though_blind=False):
        if not self.is_chased(customer, part, today, for_others=True):
            return None
        step = self.next_step(customer, part, today)
        if step is None or (step.get("approve") and part.approved != step["id"]):
            return None
        if SEVERITY.index(step["action"]) >= SEVERITY.index("deadline") and self.is_blind(today) \
                and not though_blind:
            return None
        day = self.earliest(customer, part, step)
        return step if day is not None and today >= day else None

    def tasks(self, customer, today):
        """R17: the steps that are due and a person's: (kind, invoice, instalment)."""
        found, credit = [], self.settle(customer)
        for part in customer.parts:
            if not self.is_chased(customer, part, today, for_others=True):
                continue
            step = self.next_step(customer, part, today)
            if step is None:
                continue
            day = self.earliest(customer, part, step)
            if day is None or today < day or part.approved == step["id"]:
                continue
            if self.is_blind(today) and SEVERITY.index(step["action"]) >= SEVERITY.index("deadline"):
                continue
            is_persons = step["action"] in ("call", "agency", "legal")
            if not is_persons and not step.get("approve"):
                continue
            asked = [each for each in customer.account(part.currency) if each is part or (
                step["action"] in GROUPED and self.is_listed(customer, each, today))]
            total = sum(each.open for each in asked) - self.credit_for(
                customer, part, step, credit[part.currency])
            if self.is_worth(customer, part, step, total):
                found.append((step["action"] if is_persons else "approve", part.invoice, part.seq))
        return sorted(found)

    def is_blind(self, today):
        """R19: the bank's news are too old for a threat, or there never were any."""
        limit, newest = self.config["limits"]["payments_max_age_days"], self.newest_payment
        return bool(limit) and (newest is None or (today - newest).days > limit)

    def routes(self, customer, step):
        """(channel, address) of the first alternative of each route that can be used (R4); the
        same message goes by a channel once."""
        taken = []
        for route in step["send"]:
            for name in route.split("|"):
                column = self.config["channels"][name].get("address")
                if name not in customer.refused and (column is None or getattr(customer, column)):
                    taken.append((name, getattr(customer, column) if column else ""))
                    break
        return sorted(set(taken))

    # ---- the wake (R5-R8)

    def is_open(self, now):
        sending = self.config["sending"]
        first, last = (WEEK.index(day) for day in sending["days"].split("-"))
        return (first <= now.weekday() <= last and not is_holiday(now.date(), sending["holidays"])
                and sending["from"] <= f"{now:%H:%M}" < sending["to"])

    def wake(self, customer, now):
        """The notices that leave now; completes their steps."""
        notices = []
        self.break_plans(customer, now.date())
        credit = self.settle(customer)
        for part in customer.parts:
            self.forget_approval(customer, part, now.date())
        for currency in customer.currencies():
            parts = customer.account(currency)
            # R16: a reconnect knows no window.
            suspended = [part for part in parts if part.is_suspended]
            is_free = suspended and self.is_paid_up(customer, suspended, credit[currency])
            covered = [  # of what acts for its instalment alone
                part for part in parts
                if (step := self.due_step(customer, part, now.date(), though_blind=True))
                and step["action"] not in GROUPED and part.open - self.credit_for(
                    customer, part, step, credit[currency]) <= self.tolerance(customer, part)]
            for part in covered:
                part.approved = ""
            group = [(part, step) for part in parts if (
                step := self.due_step(customer, part, now.date())) and step["action"] in GROUPED]
            self.forget_covered(customer, currency, group, credit[currency], now.date())
            if self.is_open(now):
                due = [(part, step) for part in parts
                       if (step := self.due_step(customer, part, now.date()))]
                group = [(part, step) for part, step in due if step["action"] in GROUPED]
                notices += self.contact(customer, currency, group, credit[currency], now.date())
                own = [(part, step, part.open - self.credit_for(customer, part, step,
                                                                credit[currency]))
                       for part, step in due]
                for part, step, total in own:
                    if not self.is_worth(customer, part, step, total):
                        continue
                    if step["action"] == "suspend":
                        notices += self.suspend(customer, part, step, total, now.date())
                    if step["action"] in ("agency", "legal") and part.approved == step["id"]:
                        notices += self.hand_over(customer, part, step, total, now.date())
            if is_free:
                notices += self.reconnect(customer, currency, suspended)
        for part in customer.parts:
            part.was_closed = self.is_closed(customer, part)
        return notices

    def is_paid_up(self, customer, suspended, credit):
        """R10, R16: all of it is closed, or what is open of it is covered by credit."""
        rest = [part for part in suspended if not self.is_closed(customer, part)]
        return not rest or (credit > 0 and sum(part.open for part in rest) - credit
                            <= self.tolerance(customer, rest[0]))

    def notice(self, customer, action, step, route, lines, total, deadline=None):
        """In the shape that notices are compared in."""
        return {"customer": customer.code, "currency": lines[0][0].currency, "action": action,
                "step": step, "channel": route[0], "to": route[1], "total": money(total),
                "deadline": deadline and str(deadline),
                "lines": sorted((part.invoice, part.seq, own or "", money(part.open))
                                for part, own in lines)}

    @staticmethod
    def credit_for(customer, part, step, credit):
        """R10; R17: of a file, what other files that fell due first leave of the credit."""
        def has_file(each):
            return each.is_handed_over or each.approved

        def order(each):
            is_last = (each.is_disputed or each.status == "disputed" or each.due is None
                       or (each.method == "direct_debit" and not each.collection_failed))
            return is_last, each.due or datetime.date.max, each.invoice, each.seq

        if step["action"] not in ("agency", "legal"):
            return credit
        for each in customer.account(part.currency):
            if (each is not part and each.open > 0 and each.status in ("open", "disputed")
                    and has_file(each) and (not has_file(part) or order(each) < order(part))):
                credit -= min(credit, each.open)
        return credit

    def is_worth(self, customer, part, step, total):
        """R10: the sum of a notice, less the credit on the account."""
        return (total > self.tolerance(customer, part)
                and total >= amount_in(step.get("min_total"), part.currency))

    def suspend(self, customer, part, step, total, today):
        if today <= part.deadline():
            return []
        part.done.append(Done(step["id"], "suspend", today))
        part.is_suspended = True
        return [self.notice(customer, "suspend", step["id"], route, [(part, step["id"])], total)
                for route in self.routes(customer, step)]

    def hand_over(self, customer, part, step, total, today):
        """R17: what a person approved; nothing more reaches the customer about it."""
        self.complete(part, step, today)
        return [self.notice(customer, step["action"], step["id"],
                            ("email", self.config[step["action"]]["email"]),
                            [(part, step["id"])], total)]

    def reconnect(self, customer, currency, suspended):
        for part in suspended:
            part.is_suspended = False
        return [self.notice(customer, "reconnect", None, ("hook", ""),
                            [(part, None) for part in suspended],
                            sum(part.open for part in suspended))]

    def leads(self, customer, pair):
        """R8: severity; later in its ladder; older due date; invoice number."""
        part, step = pair
        place = self.policy_of(customer, part)["steps"].index(step)
        return (-SEVERITY.index(step["action"]), -place, part.due, part.invoice, part.seq)

    def choose(self, customer, currency, group, credit, today):
        """(group, leader, asked, total) of a contact, or None."""
        parts = customer.account(currency)
        while group:
            part, lead = min(group, key=lambda pair: self.leads(customer, pair))
            if not self.routes(customer, lead):
                group = [pair for pair in group if pair[0] is not part]
                continue
            asked = [p for p in parts if any(p is q for q, _ in group)
                     or self.is_listed(customer, p, today)]
            total = sum(p.open for p in asked) - credit
            enough = [(p, s) for p, s in group if total >= amount_in(s.get("min_total"), currency)]
            if len(enough) == len(group):
                return group, (part, lead), asked, total
            group = enough
        return None

    def forget_covered(self, customer, currency, group, credit, today):
        """R17: an approval to ask for what credit covers."""
        chosen = self.choose(customer, currency, group, credit, today)
        if chosen and chosen[3] <= self.tolerance(customer, chosen[1][0]):
            for part, _ in chosen[0]:
                part.approved = ""

    def contact(self, customer, currency, group, credit, today):
        chosen = self.choose(customer, currency, group, credit, today)
        if chosen is None:
            return []
        group, (part, lead), asked, total = chosen
        if total <= self.tolerance(customer, part):
            return []
        if customer.last_contact.get(currency) == today:
            return []
        gap, pressed = self.config["limits"]["contact_gap_days"], customer.last_pressed.get(currency)
        if lead["action"] in PRESSING and gap and pressed and today < pressed + DAY * gap:
            return []
        return self.send(customer, (part, lead), group, asked, total, today)

    def deadline(self, group, today):
        """R6: one date for all that print one."""
        latest = None
        for _, step in group:
            if step.get("deadline_days"):
                day = today + DAY * step["deadline_days"]
                while not is_working_day(day, self.config["sending"]["holidays"]):
                    day += DAY
                latest = max(latest or day, day)
        return latest

    def send(self, customer, leader, group, asked, total, today):
        part, lead = leader
        deadline = self.deadline(group, today)
        lines = [(p, next((s["id"] for q, s in group if q is p), None)) for p in asked]
        if self.policy_of(customer, part).get("list_upcoming"):
            lines += [(p, None) for p in customer.account(part.currency)
                      if self.is_chased(customer, p, today) and all(p is not q for q in asked)
                      and not self.is_leaving(customer, p)]
        notices = [self.notice(customer, lead["action"], lead["id"], route, lines, total, deadline)
                   for route in self.routes(customer, lead)]
        for p, step in group:
            p.done.append(Done(step["id"], step["action"], today,
                               deadline if step.get("deadline_days") else None))
        customer.last_contact[part.currency] = today
        if lead["action"] in PRESSING:
            customer.last_pressed[part.currency] = today
        return notices

    # ---- what is told of an instalment

    def explain(self, customer, part, today):
        """What can be told for certain; `next` is left out where a person has the word."""
        told = {"open": money(part.open), "policy": self.policy_name(customer, part),
                "done": [d.step for d in part.done]}
        if part.due is not None:
            told["days_late"] = max(0, (today - part.due).days) if part.open > 0 else 0
        if part.status == "disputed" or part.is_disputed or part.is_replaced or (
                None in part.holds.values()):
            return told
        if part.waits_for_adoption or part.is_handed_over or self.is_paused(customer, today):
            return told
        day = max([today] + [until + DAY for until in (
            part.hold_end(), part.promised_until) if until])
        if not self.is_chased(customer, part, day):
            return {**told, "next": None}
        step = self.next_step(customer, part, day)
        earliest = step and self.earliest(customer, part, step)
        if step and "before_due" in step and earliest > part.due:
            return told  # it will be passed over, when its day has come
        if step and step["action"] == "suspend" and earliest is None:
            return {**told}
        return {**told, "next": step and (step["id"], earliest and str(earliest))}
