# SPDX-License-Identifier: MIT
"""What a person tells relanced, and takes back: every command, its answer, its exit code and what
follows from it."""

import sqlite3

import pytest

import firm as firms
from servers.daemon import Daemon

AT = "2026-03-05T09:00"
TODAY = "2026-03-05"


def steps():
    """A ladder with a step of every kind that waits for a person."""
    return [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]},
        {"id": "firm", "action": "remind", "after_due": 8, "send": ["email"], "approve": True},
        {"id": "call", "action": "call", "after_due": 12},
        {"id": "agency", "action": "agency", "after_due": 20},
    ]


def settle(firm, at=AT):
    """Its customers owe: F-1 of C-1 is late by 3 days, F-2 has two instalments, F-3 is C-2's."""
    firm.config["creditor"]["language"] = "en"
    firm.config["policies"]["firm"] = {"steps": steps()}
    firm.write_config()
    firm.init()
    firm.load([firms.customer(phone="+33612345678"), firms.customer("C-2", "Garage Petit")],
              [firms.invoice(), firms.invoice("F-2", due="2026-03-20", amount="50.00"),
               firms.invoice("F-2", due="2026-04-20", amount="50.00"),
               firms.invoice("F-3", "C-2", policy="firm")], at=at)
    return firm


@pytest.fixture
def people(bare_firm):
    return settle(bare_firm)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """One firm for all that leaves it as it was."""
    return settle(firms.Firm(tmp_path_factory.mktemp("untouched") / "firm"))


def tell(firm, *arguments, at=AT, status=0):
    """The answer's lines."""
    return firm.json(*arguments, at=at, status=status)


def explain(firm, invoice="F-1", at=AT):
    return tell(firm, "explain", invoice, at=at)


def reason(firm, invoice="F-1", at=AT):
    return explain(firm, invoice, at)[0]["reason"]


def page(firm, invoice="F-1"):
    [told] = tell(firm, "show", invoice)
    return told


def fact(firm, number, invoice="F-1"):
    [found] = [each for each in page(firm, invoice)["facts"] if each["fact"] == number]
    return found


def task(firm, kind, at=AT):
    [found] = [each for each in tell(firm, "tasks", at=at) if each["kind"] == kind]
    return found


# Each command, and its way back

TOLD = [
    (["promise", "F-1", "2026-03-20"],
     {"recorded": "promise", "invoice": "F-1", "until": "2026-03-20", "amount": "1200.00"}),
    (["promise", "F-1", "2026-03-20", "500,00", "--note", "by phone"],
     {"recorded": "promise", "amount": "500.00", "open": "1200.00", "note": "by phone"}),
    (["promise", "F-1", TODAY], {"until": TODAY}),
    (["promise", "F-1", "2028-03-20", "--force"], {"until": "2028-03-20"}),
    (["plan", "F-1", "--parts", "3", "--first", "2026-03-31"], {"recorded": "plan", "fee": None}),
    (["hold", "F-1"], {"recorded": "hold", "until": None}),
    (["hold", "F-1", "--until", "2026-03-20", "--note", "bank"],
     {"until": "2026-03-20", "note": "bank"}),
    (["dispute", "F-1", "--reason", "quality", "--note", "scratched"],
     {"recorded": "dispute", "reason": "quality", "note": "scratched"}),
    (["release", "F-1"], {"recorded": "release", "free_from": "2026-03-06", "ended": []}),
    (["skip", "F-1", "reminder", "--note", "has called"],
     {"recorded": "skip", "step": "reminder", "instalment": 1, "note": "has called"}),
    (["policy", "F-1", "none"], {"recorded": "policy", "policy": "none"}),
    (["policy", "F-1", "auto"], {"policy": None}),
    (["policy", "F-1", ""], {"policy": None}),
    (["waive", "F-1", "--note", "goodwill"], {"recorded": "waive", "note": "goodwill"}),
    (["pay", "F-1", "200"], {"recorded": "payment", "open": "1000.00", "date": TODAY}),
    (["pay", "F-1", "200", "--date", "2026-03-09", "--force"], {"date": "2026-03-09"}),
]


@pytest.mark.parametrize("arguments, answer", TOLD, ids=lambda each: " ".join(each))
def test_what_is_told_of_an_invoice_is_a_fact_and_can_be_taken_back(
        untouched, arguments, answer):
    people, before = untouched, explain(untouched)
    [told] = tell(people, *arguments)
    assert answer.items() <= told.items()
    assert told["undo"] == f"relancectl undo {told['fact']}"
    assert fact(people, told["fact"])["withdrawn"] is False
    [undone] = tell(people, "undo", told["fact"])
    assert undone["undone"] == told["fact"] and undone["invoice"] == "F-1"
    assert fact(people, told["fact"])["withdrawn"] is True
    assert explain(people) == before


@pytest.mark.parametrize("arguments, answer", [
    (["hold", "customer:C-1"], {"recorded": "hold", "customer": "C-1", "invoice": None}),
    (["reply", "C-1", "--note", "asks for a copy"], {"recorded": "reply", "date": TODAY}),
    (["reply", "C-1", "--date", "2026-03-03"], {"date": "2026-03-03"}),
    (["opt-out", "C-1", "email"], {"recorded": "opt-out", "channel": "email"}),
], ids=lambda each: " ".join(each))
def test_what_is_told_of_a_customer_is_a_fact_and_can_be_taken_back(
        untouched, arguments, answer):
    people, before = untouched, explain(untouched)
    [told] = tell(people, *arguments)
    assert answer.items() <= told.items()
    assert explain(people) != before
    [undone] = tell(people, "undo", told["fact"])
    assert undone["undone"] == told["fact"] and undone["customer"] == "C-1"
    assert explain(people) == before


def test_each_answer_says_the_fact_s_number_and_the_way_back(untouched):
    people = untouched
    for arguments, _ in TOLD[::4]:
        text = people.ctl(*arguments, at=AT).stdout
        number = text.split("Fact ")[1].split(".")[0]
        assert f"relancectl undo {number}" in text
        people.ctl("undo", number, at=AT)


def test_what_is_told_of_a_customer_is_listed_with_each_of_its_invoices(people):
    [told] = tell(people, "hold", "customer:C-1", "--note", "moves house")
    for invoice in ("F-1", "F-2"):
        assert fact(people, told["fact"], invoice)["scope"] == "customer"
    assert told["fact"] not in {each["fact"] for each in page(people, "F-3")["facts"]}
    assert "moves house  (of the whole customer)" in people.ctl("show", "F-2", at=AT).stdout


# What makes no sense

REFUSED = [
    (["promise", "F-9", "2026-03-20"], 3, "'F-9'"),
    (["promise", "C-1", "2026-03-20"], 3, "customer:C-1"),
    (["promise", "F-1", "2026-03-04"], 1, TODAY),
    (["promise", "F-1", "20 March"], 1, "YYYY-MM-DD"),
    (["promise", "F-1", "2026-03-20", "0"], 1, "120.00"),
    (["promise", "F-1", "2026-03-20", "1200.01"], 1, "1200.00 EUR"),
    (["promise", "F-1", "2206-03-20"], 1, "--force"),
    (["promise", "F-1"], 2, "DATE"),
    (["plan", "F-9", "--parts", "3", "--first", "2026-04-01"], 3, "'F-9'"),
    (["plan", "F-1", "--parts", "0", "--first", "2026-04-01"], 1, "1 to"),
    (["plan", "F-1", "--parts", "three", "--first", "2026-04-01"], 1, "'three'"),
    (["plan", "F-1", "--parts", "3", "--first", "2026-03-04"], 1, TODAY),
    (["plan", "F-1", "--parts", "3", "--first", "soon"], 1, "YYYY-MM-DD"),
    (["plan", "F-1", "--parts", "3", "--first", "2036-04-01"], 1, "first"),
    (["plan", "F-1", "--parts", "3", "--first", "2026-04-01", "--every", "1y"], 1, "10d"),
    (["plan", "F-1", "--parts", "3", "--first", "2026-04-01", "--fee", "-1"], 1, "120.00"),
    (["plan", "F-1", "--first", "2026-04-01"], 2, "--parts"),
    (["plan", "F-1", "--parts", "3"], 2, "--first"),
    (["hold", "F-9"], 3, "'F-9'"),
    (["hold", "C-1"], 3, "customer:C-1"),
    (["hold", "customer:C-9"], 3, "'C-9'"),
    (["hold", "F-1", "--until", "2026-03-04"], 1, TODAY),
    (["hold", "F-1", "--note", "x" * 2001], 1, "too long"),
    (["release", "C-1"], 3, "customer:C-1"),
    (["dispute", "F-9", "--reason", "price"], 3, "'F-9'"),
    (["skip", "F-9", "reminder", "--note", "x"], 3, "'F-9'"),
    (["skip", "F-1", "deadline", "--note", "x"], 1, "'reminder'"),
    (["skip", "F-1", "remainder", "--note", "x"], 3, "reminder"),
    (["skip", "F-1", "reminder", "--note", ""], 1, "note"),
    (["skip", "F-1", "reminder"], 2, "--note"),
    (["policy", "F-9", "none"], 3, "'F-9'"),
    (["policy", "F-1", "standart"], 3, "'standard'"),
    (["policy", "F-1", "frobnicate"], 3, "'frobnicate'"),
    (["policy", "F-1"], 2, "POLICY"),
    (["waive", "F-9"], 3, "'F-9'"),
    (["opt-out", "C-9", "sms"], 3, "'C-9'"),
    (["opt-out", "C-1", "smss"], 3, "'sms'"),
    (["opt-out", "C-1"], 2, "CHANNEL"),
    (["reply", "C-9"], 3, "'C-9'"),
    (["reply", "C-1", "--date", "2026-03-06"], 1, TODAY),
    (["undo", "4711"], 3, "4711"),
    (["undo", "F-1"], 1, "number"),
    (["undo"], 2, "FACT"),
    (["pay", "F-1", "5", "--date", "2026-03-06"], 1, "yet to come"),
    (["approve", "4711"], 3, "4711"),
    (["approve", "adopted"], 3, "'adopt'"),
    (["approve", "adopt"], 3, "'adopt'"),
    (["approve", "adopt", "17"], 1, "alone"),
    (["approve"], 2, "TASK"),
    (["settle", "4711", "sent"], 3, "4711"),
    (["log", "--customer", "C-9"], 3, "'C-9'"),
    (["log", "--invoice", "F-9"], 3, "'F-9'"),
    (["log", "--channel", "fax"], 3, "'fax'"),
    (["log", "--step", "remainder"], 3, "'remainder'"),
    (["log", "--since", "tomorrow"], 1, "yesterday"),
    (["notices", "--customer", "C-9"], 3, "'C-9'"),
    (["notices", "--invoice", "F-9"], 3, "'F-9'"),
    (["notices", "--channel", "emial"], 3, "'email'"),
    (["notices", "--step", "nope"], 3, "'nope'"),
    (["invoices", "--customer", "C-9"], 3, "'C-9'"),
]


@pytest.mark.parametrize("arguments, status, words", REFUSED, ids=lambda each: str(each)[:60])
def test_what_makes_no_sense_is_refused_in_a_sentence_and_changes_nothing(
        untouched, arguments, status, words):
    before = page(untouched)
    done = untouched.ctl(*arguments, at=AT, status=status)
    assert words in done.stderr and done.stdout == ""
    assert page(untouched) == before


def test_of_what_is_paid_nothing_can_be_promised_planned_or_skipped(people):
    people.ctl("pay", "F-1", "1200", at=AT)
    for arguments in (["promise", "F-1", "2026-03-20"],
                      ["plan", "F-1", "--parts", "2", "--first", "2026-04-01"],
                      ["skip", "F-1", "reminder", "--note", "x"]):
        assert "F-1" in people.ctl(*arguments, at=AT, status=1).stderr


# Promises

def test_more_promises_than_the_policy_allows_need_force(people):
    for day in ("2026-03-10", "2026-03-12"):
        people.ctl("promise", "F-1", day, at=AT)
    assert "--force" in people.ctl("promise", "F-1", "2026-03-14", at=AT, status=1).stderr
    [told] = tell(people, "promise", "F-1", "2026-03-14", "--force")
    assert page(people)["instalments"][0]["promise"]["until"] == "2026-03-14"
    people.ctl("undo", told["fact"], at=AT)
    assert page(people)["instalments"][0]["promise"]["until"] == "2026-03-12"


def test_a_promise_that_nobody_confirms_is_not_said_to_be_confirmed(people):
    people.load([firms.customer("C-9", "Garage Grand", tags="do_not_contact")],
                [firms.invoice("F-8", status="draft"), firms.invoice("F-9", "C-9")], at=AT)
    told = {number: tell(people, "promise", number, "2026-03-20")[0]["effect"]
            for number in ("F-1", "F-8", "F-9")}
    assert "confirmed in writing" in told["F-1"]
    assert told["F-8"] is None and told["F-9"] is None


def test_an_agreement_that_no_channel_can_confirm_says_so(people):
    people.load([firms.customer("C-9", "Garage Grand", email="")],
                [firms.invoice("F-8", "C-9"), firms.invoice("F-9", "C-9")], at=AT)
    people.ctl("opt-out", "C-1", "email", at=AT)
    plan = ["--parts", "2", "--first", "2026-03-31"]
    told = [*tell(people, "promise", "F-1", "2026-03-20"),
            *tell(people, "promise", "F-9", "2026-03-20"), *tell(people, "plan", "F-8", *plan)]
    assert all("no channel reaches the customer" in each["effect"] for each in told)
    people.ctl("contact", "C-9", "--email", "louise@grand.example", at=AT)
    [again] = tell(people, "promise", "F-9", "2026-03-21")
    assert "confirmed in writing" in again["effect"]


def test_what_is_disputed_or_held_is_not_said_to_be_confirmed(people):
    people.load([], [firms.invoice("F-8"), firms.invoice("F-9")], at=AT)
    people.ctl("dispute", "F-8", "--reason", "price", at=AT)
    people.ctl("hold", "F-9", at=AT)
    for number in ("F-8", "F-9"):
        assert tell(people, "promise", number, "2026-03-20")[0]["effect"] is None


def test_a_fact_that_takes_another_back_names_it(people):
    told, = tell(people, "hold", "F-1")
    undone, = tell(people, "undo", str(told["fact"]))
    assert fact(people, undone["fact"])["withdraws"] == told["fact"]
    assert f"of fact {told['fact']}" in people.ctl("show", "F-1", at=AT).stdout


def test_the_page_of_an_invoice_says_what_was_promised(people):
    [told] = tell(people, "promise", "F-1", "2026-03-20", "500")
    [instalment] = page(people)["instalments"]
    assert instalment["promise"] == {
        "fact": told["fact"], "until": "2026-03-20", "rest": "700.00"}
    text = people.ctl("show", "F-1", at=AT).stdout
    assert "promised until 2026-03-20, down to 700.00" in text and str(told["fact"]) in text


# Plans

@pytest.mark.parametrize("options, parts", [
    ([], [("2026-03-31", "400.00"), ("2026-04-30", "400.00"), ("2026-05-31", "400.00")]),
    (["--every", "2w", "--fee", "15"],
     [("2026-03-31", "415.00"), ("2026-04-14", "400.00"), ("2026-04-28", "400.00")]),
    (["--every", "10d", "--fee", "0"],
     [("2026-03-31", "400.00"), ("2026-04-10", "400.00"), ("2026-04-20", "400.00")]),
])
def test_a_plan_tells_its_parts(people, options, parts):
    [told] = tell(people, "plan", "F-1", "--parts", "3", "--first", "2026-03-31", *options)
    assert [(each["due"], each["amount"]) for each in told["parts"]] == parts
    assert [each["instalment"] for each in told["parts"]] == [2, 3, 4]
    rows = page(people)["instalments"]
    assert rows[0]["replaced"] and rows[0]["open"] == "0.00"
    assert {each["plan"]["fact"] for each in rows[1:]} == {told["fact"]}
    again = people.ctl("plan", "F-1", "--parts", "2", "--first", "2026-04-01", at=AT, status=1)
    assert f"undo {told['fact']}" in again.stderr


def test_what_is_too_little_for_that_many_parts_is_no_plan(people):
    people.ctl("pay", "F-1", "1199.98", at=AT)
    done = people.ctl("plan", "F-1", "--parts", "3", "--first", "2026-04-01", at=AT, status=1)
    assert "3 parts" in done.stderr


# Disputes

def test_the_reason_of_a_dispute_is_shown_where_one_looks(people):
    people.ctl("dispute", "F-1", "--reason", "quality", "--note", "scratched", at=AT)
    assert page(people)["dispute"]["reason"] == "quality"
    assert "quality: scratched" in people.ctl("show", "F-1", at=AT).stdout
    people.wake(AT)
    assert task(people, "dispute")["dispute"]["note"] == "scratched"
    assert "quality: scratched" in people.ctl("tasks", at=AT).stdout
    people.ctl("release", "F-1", at=AT)
    assert page(people)["dispute"] is None


# Payments

def test_a_payment_that_looks_like_one_before_is_recorded_with_a_warning(people):
    [first] = tell(people, "pay", "F-1", "200")
    assert "warning" not in first
    [second] = tell(people, "pay", "F-1", "200")
    assert str(first["fact"]) in second["warning"] and second["open"] == "800.00"
    [third] = tell(people, "pay", "F-1", "200", "--kind", "credit")
    assert "warning" not in third
    assert "recorded before" in people.ctl("pay", "F-1", "200", at=AT).stdout
    people.ctl("undo", second["fact"], at=AT)
    assert explain(people)[0]["open"] == "600.00"


def test_a_payment_of_more_than_is_open_says_what_becomes_of_the_rest(people):
    [whole] = tell(people, "pay", "F-1", "1200")
    assert "warning" not in whole and whole["open"] == "0.00"
    [more] = tell(people, "pay", "F-1", "50.5")
    assert "50.50 EUR" in more["warning"] and "credit" in more["warning"]
    [back] = tell(people, "pay", "F-1", "50.5", "--kind", "refund")
    assert "warning" not in back and back["open"] == "0.00"


def test_a_refund_of_more_than_was_paid_says_that_later_payments_make_up_for_it(people):
    tell(people, "pay", "F-1", "200")
    [refund] = tell(people, "pay", "F-1", "300", "--kind", "refund")
    assert "100.00 EUR" in refund["warning"] and refund["open"] == "1200.00"
    [late] = tell(people, "pay", "F-1", "1200", "--date", "2026-03-04")
    assert late["open"] == "100.00" and "warning" not in late


# Undo

def test_nothing_is_taken_back_twice_and_not_everything_can_be(people):
    [told] = tell(people, "hold", "F-1")
    [undone] = tell(people, "undo", told["fact"])
    assert "already" in people.ctl("undo", told["fact"], at=AT, status=1).stderr
    assert "recorded again" in people.ctl("undo", undone["fact"], at=AT, status=1).stderr
    people.ctl("contact", "C-1", "--email", "new@example.org", at=AT)
    kinds = {each["kind"]: each["fact"] for each in page(people)["facts"]}
    assert "import" in people.ctl("undo", kinds["invoice"], at=AT, status=1).stderr


# Tasks

def ripen(people, kind, at):
    people.wake(at)
    return task(people, kind, at=at)


def steps_done(firm, invoice="F-3", at=AT):
    return [each["step"] for each in explain(firm, invoice, at)[0]["done"]]


def test_a_step_that_waits_for_a_word_goes_out_once_it_is_approved(people):
    people.wake("2026-03-05T09:00")
    at = "2026-03-10T09:00"
    asked = ripen(people, "approve", at)
    assert f"relancectl approve {asked['task']}" in asked["commands"]
    [told] = tell(people, "approve", asked["task"], "--note", "fine", at=at)
    assert told["step"] == "firm" and told["kind"] == "approve" and told["fact"]
    assert asked["task"] not in {each["task"] for each in tell(people, "tasks", at=at)}
    assert steps_done(people, at=at) == ["reminder"]
    people.wake(at)
    assert steps_done(people, at=at) == ["reminder", "firm"]


def test_an_approval_that_is_taken_back_opens_the_task_again(people):
    people.wake("2026-03-05T09:00")
    at = "2026-03-10T09:00"
    asked = ripen(people, "approve", at)
    [told] = tell(people, "approve", asked["task"], at=at)
    people.ctl("undo", told["fact"], at=at)
    again = ripen(people, "approve", at)
    assert again["task"] != asked["task"] and steps_done(people, at=at) == ["reminder"]


@pytest.mark.parametrize("verb", ["refuse", "done"])
def test_a_step_that_is_refused_or_done_by_hand_is_behind_it(people, verb):
    people.wake("2026-03-05T09:00")
    at = "2026-03-10T09:00"
    asked = ripen(people, "approve", at)
    [told] = tell(people, verb, asked["task"], "--note", "by letter", at=at)
    assert told["recorded"] == verb
    people.wake(at)
    assert steps_done(people, at=at) == ["reminder", "firm"]
    assert not [each for each in tell(people, "log") if each["step"] == "firm"]
    people.ctl("undo", told["fact"], at=at)
    assert steps_done(people, at=at) == ["reminder"]


def test_a_call_is_made_by_a_person_and_not_approved(people):
    people.wake("2026-03-05T09:00")
    people.ctl("done", ripen(people, "approve", "2026-03-10T09:00")["task"], at="2026-03-10T09:00")
    at = "2026-03-16T09:00"
    asked = ripen(people, "call", at)
    refused = people.ctl("approve", asked["task"], at=at, status=1)
    assert f"relancectl done {asked['task']}" in refused.stderr
    people.ctl("done", "call", "--note", "will pay", at=at)
    assert steps_done(people, at=at) == ["reminder", "firm", "call"]


def test_a_task_that_things_have_moved_on_from_is_refused(people):
    people.wake("2026-03-05T09:00")
    at = "2026-03-10T09:00"
    asked = ripen(people, "approve", at)
    people.ctl("policy", "F-3", "none", at=at)
    assert "out of date" in people.ctl("approve", asked["task"], at=at, status=1).stderr


def test_a_task_about_what_is_paid_is_gone_at_once(people):
    people.wake("2026-03-05T09:00")
    at = "2026-03-10T09:00"
    asked = ripen(people, "approve", at)
    people.ctl("pay", "F-3", "1200", at=at)
    assert asked["task"] not in [each["task"] for each in tell(people, "tasks", at=at)]
    assert "no open task" in people.ctl("approve", asked["task"], at=at, status=3).stderr


def test_of_several_tasks_those_that_can_be_answered_are(people):
    people.load(invoices=[firms.invoice(f"G-{n}", "C-2", policy="firm") for n in range(40)], at=AT)
    people.wake("2026-03-05T09:00")
    at = "2026-03-10T09:00"
    people.wake(at)
    asked = [each["task"] for each in tell(people, "tasks", at=at)]
    assert len(asked) == 41
    told = tell(people, "approve", asked[0], 4711, asked[1], asked[1], at=at, status=1)
    assert sorted(each["task"] for each in told) == sorted([asked[0], 4711, asked[1]])
    assert [each["task"] for each in told if "refused" in each] == [4711]
    told = tell(people, "approve", "approve", at=at)
    assert sorted(each["task"] for each in told) == asked[2:]
    assert len({each["fact"] for each in told}) == 39 and tell(people, "tasks", at=at) == []
    people.wake(at)
    assert {each["step"] for each in tell(people, "log") if each["state"] == "sent"} == {
        "reminder", "firm"}


KINDS = {
    # kind: what approve, refuse and done of it say to type instead
    "dispute": "relancectl release F-1", "reopened": "relancectl policy F-1",
    "no-address": "relancectl contact C-1", "all-routes-refused": "relancectl contact C-1",
    "unknown-policy": "relancectl policy F-1", "uncertain": "relancectl settle",
    "channel-down": "relancectl channels", "template": "relanced --check",
    "no-document": "relancectl show F-1", "rate": "rate", "sum": "C-1",
    "payments-stale": "payments", "stale": "relancectl resume", "clock-jump": "relancectl resume",
    "restored": "relancectl resume", "of-tomorrow": "relancectl tasks",
}
NOTED = ("reply", "promise-broken", "plan-broken", "tell-agency", "document")


def put_task(firm, kind):
    """A task as a wake would open it."""
    with sqlite3.connect(firm.state / "relanced.db") as store:
        account, invoice = store.execute("select account, id from invoice where number = 'F-1'"
                                         ).fetchone()
        number = store.execute(
            "insert into task (kind, account, invoice, seq, notice, sentence, commands, since) "
            "values (?, ?, ?, 1, 0, 'x', '', 0)", (kind, account, invoice)).lastrowid
    store.close()
    return number


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_whose_cause_still_stands_is_not_answered_away(people, kind):
    number = put_task(people, kind)
    for verb in ("approve", "refuse", "done"):
        assert KINDS[kind] in people.ctl(verb, number, at=AT, status=1).stderr
    assert [each["task"] for each in tell(people, "tasks")] == [number]


@pytest.mark.parametrize("kind", NOTED)
def test_a_task_that_is_only_to_be_known_is_done(people, kind):
    number = put_task(people, kind)
    for verb in ("approve", "refuse"):
        assert f"relancectl done {number}" in people.ctl(verb, number, at=AT, status=1).stderr
    [told] = tell(people, "done", number, "--note", "has been seen to")
    assert tell(people, "tasks") == [] and told["undo"] is None
    assert fact(people, told["fact"])["note"] == "has been seen to"
    people.ctl("undo", told["fact"], at=AT, status=1)


def test_a_promise_that_was_broken_is_known_once_it_is_done(people):
    people.ctl("promise", "F-1", "2026-03-06", at=AT)
    people.wake("2026-03-06T09:00")
    asked = ripen(people, "promise-broken", "2026-03-09T09:00")
    people.ctl("done", asked["task"], at="2026-03-09T09:00")
    people.wake("2026-03-10T09:00")
    assert "promise-broken" not in {each["kind"] for each in tell(people, "tasks")}


def test_an_old_invoice_is_chased_once_it_is_adopted_and_held_where_it_is_refused(people):
    people.config["limits"]["adopt_max_age_days"] = 60
    people.write_config()
    people.load([firms.customer("C-3", "Cave Noire")],
                [firms.invoice(f"O-{n}", "C-3", issued="2025-01-02", due="2025-02-03")
                 for n in (1, 2, 3)], at=AT)
    people.wake(AT)
    first, second, third = [each for each in tell(people, "tasks") if each["kind"] == "adopt"]
    people.ctl("approve", first["task"], at=AT)
    people.ctl("refuse", second["task"], "--note", "too old", at=AT)
    done = people.ctl("done", third["task"], at=AT, status=1)
    assert "approve" in done.stderr and "refuse" in done.stderr
    assert [reason(people, f"O-{n}") for n in (1, 2, 3)] == ["due", "held", "adoption"]
    people.ctl("release", "O-2", at=AT)
    assert reason(people, "O-2", at="2026-03-06T09:00") == "adoption"


def test_a_reply_pauses_its_customer_and_opens_a_task(people):
    [told] = tell(people, "reply", "C-1", "--note", "asks for a copy")
    asked = task(people, "reply")
    assert "asks for a copy" in asked["sentence"] and asked["customer"] == "C-1"
    assert asked["commands"] == [f"relancectl done {asked['task']}"]
    assert {reason(people, "F-1"), reason(people, "F-2")} == {"replied"}
    assert reason(people, "F-3") != "replied"
    people.ctl("done", asked["task"], at=AT)
    assert tell(people, "tasks") == [] and reason(people, "F-1") == "replied"
    assert reason(people, "F-1", at=f"{told['free_from']}T09:00") != "replied"


def test_each_reply_is_a_task_and_ends_when_it_is_taken_back(people):
    first, second = (tell(people, "reply", "C-1", "--note", note)[0] for note in ("one", "two"))
    assert len(tell(people, "tasks")) == 2
    people.ctl("undo", first["fact"], at=AT)
    assert "two" in task(people, "reply")["sentence"] and reason(people) == "replied"
    people.ctl("undo", second["fact"], at=AT)
    assert tell(people, "tasks") == [] and reason(people) == "due"


# Pause

def test_a_pause_stops_everything_until_it_is_resumed(people):
    [told] = tell(people, "pause", "--note", "stocktaking")
    assert told["undo"] == "relancectl resume"
    assert "stocktaking" in task(people, "paused")["sentence"]
    assert "resume" in people.ctl("pause", at=AT, status=1).stderr
    people.wake(AT)
    assert tell(people, "log") == [] and reason(people) == "paused"
    [told] = tell(people, "resume")
    assert told["ended"] == ["paused"] and tell(people, "tasks") == []
    people.wake(AT)
    assert {each["step"] for each in people.sent()} == {"reminder"}
    assert "nothing to end" in people.ctl("resume", at=AT).stdout


# Looking

def test_lists_can_be_narrowed_to_a_customer(people):
    people.ctl("pay", "F-1", "1200", at=AT)
    assert len(tell(people, "invoices")) == 4
    assert [each["invoice"] for each in tell(people, "invoices", "--customer", "C-1")] == [
        "F-2", "F-2"]
    assert [each["invoice"] for each in tell(people, "invoices", "--customer", "C-1", "--all")] == [
        "F-1", "F-2", "F-2"]


def test_the_log_of_today_and_of_yesterday(people):
    people.wake(AT)
    for words, n in ((["--since", "today"], 2), (["--since", "yesterday"], 2),
                     (["--until", "yesterday"], 0)):
        assert len(tell(people, "log", *words)) == n
    assert tell(people, "log", "--since", "today", at="2026-03-06T09:00") == []
    assert len(tell(people, "log", "--since", "yesterday", at="2026-03-06T09:00")) == 2


def test_what_is_no_longer_configured_is_still_found_in_the_log(people):
    people.wake(AT)
    people.config["policies"]["standard"]["steps"][1]["id"] = "nudge"
    people.config["policies"]["firm"]["steps"][0]["id"] = "nudge"
    people.config["policies"]["subscription"]["steps"][0]["id"] = "nudge"
    people.write_config()
    assert len(tell(people, "log", "--step", "reminder")) == 2
    assert tell(people, "log", "--step", "nudge") == []


def test_send_outside_the_window_says_when_it_opens(people):
    done = people.ctl("send", "F-1", at="2026-03-06T19:00", status=1)
    assert "2026-03-09 09:00" in done.stderr


# Rights

def test_only_who_may_operate_may_tell_anything(bare_firm):
    settle(bare_firm, at=None)
    others = [["undo", "1"], ["approve", "adopt"], ["refuse", "adopt"], ["done", "adopt"],
              ["pause"], ["resume"], ["reply", "C-1"], ["opt-out", "C-1", "sms"]]
    with Daemon(bare_firm, firms.RELANCED, rights=()):
        for right in ("read", "report"):
            path = bare_firm.state / "sockets" / f"{right}.sock"
            for arguments in [arguments for arguments, _ in TOLD] + others:
                done = bare_firm.run(firms.RELANCECTL, "--socket", path, *arguments, status=1)
                assert "operate" in done.stderr
    assert [each["kind"] for each in page(bare_firm)["facts"]] == ["invoice"]
