# SPDX-License-Identifier: MIT
"""What a customer was allowed, from its first day to its last: promises (R13), plans (R15), and the
tasks that broken ones leave."""

import re

import pytest

from firm import customer, invoice


@pytest.fixture
def firm(bare_firm):
    """F-1 was reminded on 5 March."""
    bare_firm.config["policies"]["plan"] = {"steps": [
        {"id": "before", "action": "courtesy", "before_due": 3, "send": ["email"]},
        {"id": "late", "action": "remind", "after_due": 1, "send": ["email"]}]}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([customer()], [invoice()], at="2026-03-05")
    bare_firm.wake("2026-03-05T10:00")
    return bare_firm


def wake(firm, *days):
    for day in days:
        firm.wake(f"2026-03-{day}T10:00")


def told(firm):
    """(day, step or occasion) of what was sent since the reminder."""
    return [(notice["at"][5:10], notice["step"] or notice["occasion"])
            for notice in firm.sent()][1:]


def tasks(firm):
    return [(task["kind"], task["invoice"]) for task in firm.json("tasks")]


def on_account(amount):
    return {"id": "P-1", "customer": "C-1", "date": "2026-03-10", "amount": amount,
            "currency": "EUR"}


def test_a_promise_is_confirmed_reminded_broken_and_the_ladder_goes_on(firm):
    firm.ctl("promise", "F-1", "2026-03-17", at="2026-03-06T09:00")
    wake(firm, "06", "09", "12", "13", "16")
    assert told(firm) == [("03-06", "promise-confirmed"), ("03-16", "promise-reminder")]
    wake(firm, "17")
    assert tasks(firm) == []
    wake(firm, "18")
    assert told(firm)[2:] == [("03-18", "resend")]
    assert tasks(firm) == [("promise-broken", "F-1")]
    wake(firm, "19")
    assert tasks(firm) == [("promise-broken", "F-1")]
    task, = firm.json("tasks")
    assert "2026-03-17" in task["sentence"]
    firm.ctl("done", task["task"], at="2026-03-19T11:00")
    wake(firm, "20", "21")
    assert tasks(firm) == []
    kinds = [fact["kind"] for fact in firm.json("show", "F-1")[0]["facts"]]
    assert kinds.count("promise-broken") == 1


def test_a_reminder_says_what_was_promised_and_what_is_still_to_come_of_it(firm):
    firm.ctl("promise", "F-1", "2026-03-17", "700.00", at="2026-03-06T09:00")
    wake(firm, "06")
    firm.ctl("pay", "F-1", "200.00", at="2026-03-10T09:00")
    firm.load(payments=[on_account("50.00")], at="2026-03-10T09:00")
    wake(firm, "16")
    notice = firm.sent()[-1]
    assert (notice["occasion"], notice["total"]) == ("promise-reminder", "450.00")
    text, = (text for name, text in firm.files("email").items() if str(notice["notice"]) in name)
    text = re.sub(r"\s+", " ", text)
    assert "vous nous avez annoncé un règlement de 700,00 € au plus tard le 17 mars" in text
    assert "il en reste 450,00 €." in text
    assert "Règlement convenu : 500,00 €" in text and "À régler d’ici au 17 mars 2026 : 450" in text


def test_credit_is_taken_off_one_promise_and_not_off_each(firm):
    firm.load([customer()], [invoice("F-2", amount="300.00")], at="2026-03-06T08:00")
    firm.ctl("promise", "F-1", "2026-03-17", at="2026-03-06T09:00")
    firm.ctl("promise", "F-2", "2026-03-17", at="2026-03-06T09:00")
    wake(firm, "06", "09")
    firm.load(payments=[on_account("100.00")], at="2026-03-10T09:00")
    wake(firm, "16", "17")
    assert sorted(notice["total"] for notice in firm.sent()
                  if notice["occasion"] == "promise-reminder") == ["1100.00", "300.00"]


def test_a_promise_that_was_kept_leaves_no_task(firm):
    firm.ctl("promise", "F-1", "2026-03-17", at="2026-03-06T09:00")
    wake(firm, "06")
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-17T09:00")
    wake(firm, "18")
    assert tasks(firm) == [] and told(firm) == [("03-06", "promise-confirmed")]


def test_a_broken_promises_task_ends_with_the_payment_or_another_promise(firm):
    firm.ctl("promise", "F-1", "2026-03-10", at="2026-03-06T09:00")
    wake(firm, "11")
    assert tasks(firm) == [("promise-broken", "F-1")]
    firm.ctl("promise", "F-1", "2026-03-20", at="2026-03-11T11:00")
    wake(firm, "12")
    assert tasks(firm) == []
    wake(firm, "21")
    assert tasks(firm) == [("promise-broken", "F-1")]
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-22T09:00")
    wake(firm, "23")
    assert tasks(firm) == []


def test_a_broken_promises_task_comes_again_with_the_promise(firm):
    """The one that had ended it was recorded by mistake, and is taken back."""
    firm.ctl("promise", "F-1", "2026-03-10", at="2026-03-06T09:00")
    wake(firm, "11")
    later, = firm.json("promise", "F-1", "2026-03-20", at="2026-03-11T11:00")
    wake(firm, "12")
    assert tasks(firm) == []
    firm.ctl("undo", later["fact"], at="2026-03-12T11:00")
    wake(firm, "13", "16")
    assert tasks(firm) == [("promise-broken", "F-1")]
    firm.ctl("done", firm.json("tasks")[0]["task"], at="2026-03-16T11:00")
    wake(firm, "17", "18")
    assert tasks(firm) == []
    kinds = [fact["kind"] for fact in firm.json("show", "F-1")[0]["facts"]]
    assert kinds.count("promise-broken") == 1


def test_one_promise_for_two_instalments_is_one_task(bare_firm):
    bare_firm.init()
    bare_firm.load([customer()], [invoice(), invoice(due="2026-03-03")], at="2026-03-05")
    bare_firm.ctl("promise", "F-1", "2026-03-10", at="2026-03-06T09:00")
    wake(bare_firm, "06", "11")
    assert tasks(bare_firm) == [("promise-broken", "F-1")]
    assert [notice["occasion"] for notice in bare_firm.sent()].count("promise-confirmed") == 1


def test_no_promise_is_broken_while_a_guard_holds(firm):
    firm.ctl("promise", "F-1", "2026-03-10", at="2026-03-06T09:00")
    firm.ctl("pause", at="2026-03-06T09:30")
    wake(firm, "11", "12")
    assert tasks(firm) == [("paused", None)]
    firm.ctl("resume", at="2026-03-12T11:00")
    firm.wake("2026-03-12T12:00")
    assert tasks(firm) == [("promise-broken", "F-1")] and told(firm) == [("03-12", "resend")]


def test_a_plan_is_confirmed_reminded_and_ends_with_its_last_part(firm):
    firm.ctl("plan", "F-1", "--parts", "2", "--first", "2026-03-16", "--every", "1w",
             at="2026-03-06T09:00")
    wake(firm, "06", "13")
    assert told(firm) == [("03-06", "plan-confirmed"), ("03-13", "before")]
    firm.ctl("pay", "F-1", "600.00", at="2026-03-16T09:00")
    wake(firm, "17", "20")
    assert told(firm)[2:] == [("03-20", "before")]
    firm.ctl("pay", "F-1", "600.00", at="2026-03-23T09:00")
    wake(firm, "24", "30")
    assert tasks(firm) == [] and len(told(firm)) == 3


def test_a_plan_that_breaks_leaves_a_task_and_the_old_ladder_goes_on(firm):
    firm.ctl("plan", "F-1", "--parts", "2", "--first", "2026-03-16", "--fee", "40.00",
             at="2026-03-06T09:00")
    wake(firm, "06", "13", "17", "18")
    assert told(firm)[-1] == ("03-17", "late") and tasks(firm) == []
    wake(firm, "20")
    assert tasks(firm) == [("plan-broken", "F-1")]
    wake(firm, "23", "26")
    assert told(firm)[-1] == ("03-26", "resend")  # ten days after the first part's due day
    assert [notice["total"] for notice in firm.sent()][-1] == "1200.00"  # without the fee
    task, = firm.json("tasks")
    assert "2026-03-16" in task["sentence"]
    firm.ctl("done", task["task"], at="2026-03-26T11:00")
    wake(firm, "27")
    assert tasks(firm) == []


def test_old_invoices_wait_for_a_person_one_or_all_at_once(bare_firm):
    """R18"""
    bare_firm.config["limits"]["adopt_max_age_days"] = 60
    bare_firm.write_config()
    bare_firm.init()
    old = {"issued": "2025-10-01", "due": "2025-11-03"}
    bare_firm.load([customer()], [invoice(f"F-{i}", **old) for i in range(3)], at="2026-03-05")
    wake(bare_firm, "05")
    found = bare_firm.json("tasks")
    assert [task["kind"] for task in found] == ["adopt"] * 3 and not bare_firm.sent()
    number = found[0]["task"]
    assert f"relancectl approve {number}" in found[0]["commands"]
    bare_firm.ctl("refuse", number, "--note", "settled long ago", at="2026-03-05T11:00")
    bare_firm.ctl("approve", "adopt", at="2026-03-05T11:00")
    bare_firm.wake("2026-03-05T12:00")
    notice, = bare_firm.sent()
    assert [line["invoice"] for line in notice["lines"]] == ["F-1", "F-2"] and tasks(bare_firm) == []
