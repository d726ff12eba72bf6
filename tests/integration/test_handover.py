# SPDX-License-Identifier: MIT
"""A file that is handed to an agency or a lawyer (R17): frozen until a person approves, sent to whom
the configuration names, and after that nothing but what a person has to know."""

import email
import email.policy

import pytest

from firm import customer, invoice
from servers.scripted_smtp import ScriptedSmtp

AGENCY = {"name": "Recouvrement Central", "email": "dossiers@recouvrement.example"}
STEPS = [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]},
         {"id": "agency", "action": "agency", "after_due": 10},
         {"id": "legal", "action": "legal", "after_due": 30}]
FROZEN = "2026-03-12"  # ten days after the due day, a Thursday


@pytest.fixture
def firm(bare_firm):
    """A firm whose invoice F-1 waits for a person's word to be handed over."""
    bare_firm.config["agency"] = AGENCY
    bare_firm.config["policies"]["standard"] = {"steps": STEPS}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([customer()], [invoice()], at="2026-03-05")
    for day in ("2026-03-05", FROZEN):
        bare_firm.wake(f"{day}T10:00")
    return bare_firm


def tasks(firm, kind=None):
    return [task for task in firm.json("tasks") if kind in (None, task["kind"])]


def reason(firm):
    return firm.json("explain", "F-1")[0]["reason"]


def hand_over(firm, day=FROZEN):
    task, = tasks(firm, "agency")
    firm.ctl("approve", task["task"], at=f"{day}T11:00")
    firm.wake(f"{day}T11:30")


def handed(firm):
    return [notice for notice in firm.sent() if notice["action"] in ("agency", "legal")]


def test_a_file_is_frozen_until_a_person_approves_and_is_sent_once(firm):
    task, = tasks(firm)
    assert (task["kind"], task["invoice"], task["instalment"]) == ("agency", "F-1", 1)
    number = task["task"]
    shown, = firm.json("preview", "F-1", at=f"{FROZEN}T10:30")
    assert shown["to"] == AGENCY["email"] and "F-1" in shown["text"]
    assert {f"relancectl approve {number}", f"relancectl done {number} --note TEXT",
            f"relancectl refuse {number} --note TEXT"} <= set(task["commands"])
    assert not handed(firm) and len(firm.sent()) == 1
    hand_over(firm)
    notice, = handed(firm)
    assert (notice["to"], notice["step"], notice["action"]) == (AGENCY["email"], "agency", "agency")
    assert [line["invoice"] for line in notice["lines"]] == ["F-1"]
    assert reason(firm) == "handed-over" and not tasks(firm)
    for day in ("2026-03-13", "2026-03-20", "2026-03-27"):
        firm.wake(f"{day}T10:00")
    assert len(firm.sent()) == 2 and not tasks(firm)


def test_what_is_approved_in_the_night_leaves_in_the_window(firm):
    task, = tasks(firm, "agency")
    firm.ctl("approve", task["task"], at=f"{FROZEN}T21:00")
    firm.wake(f"{FROZEN}T21:00")
    assert not handed(firm)
    firm.wake("2026-03-13T09:00")
    assert len(handed(firm)) == 1


def test_the_next_step_opens_its_own_task_on_its_day(firm):
    hand_over(firm)
    firm.wake("2026-03-31T10:00")
    assert not tasks(firm)
    firm.wake("2026-04-01T10:00")
    assert [task["kind"] for task in tasks(firm)] == ["legal"]


def test_a_person_who_did_it_herself_ends_the_task(firm):
    task, = tasks(firm, "agency")
    firm.ctl("done", task["task"], "--note", "by post", at=f"{FROZEN}T11:00")
    firm.wake("2026-03-13T10:00")
    assert not handed(firm) and not tasks(firm) and reason(firm) == "handed-over"


def test_a_file_that_is_refused_is_not_handed_over(firm):
    task, = tasks(firm, "agency")
    firm.ctl("refuse", task["task"], "--note", "a good customer", at=f"{FROZEN}T11:00")
    firm.wake("2026-03-13T10:00")
    assert not handed(firm) and not tasks(firm) and reason(firm) != "handed-over"


def test_a_payment_between_approval_and_sending_keeps_it_back(firm):
    task, = tasks(firm, "agency")
    firm.ctl("approve", task["task"], at=f"{FROZEN}T20:00")
    firm.ctl("pay", "F-1", "1200.00", at=f"{FROZEN}T20:30")
    firm.wake("2026-03-13T10:00")
    assert not handed(firm) and not tasks(firm)


def test_a_payment_after_the_handover_is_told_at_once_and_each_once(firm):
    hand_over(firm)
    firm.ctl("pay", "F-1", "200.00", at="2026-03-16T10:00")
    task, = tasks(firm)
    assert task["kind"] == "tell-agency" and task["invoice"] == "F-1"
    for at in ("2026-03-16T11:00", "2026-03-17T10:00"):
        firm.wake(at)
    assert len(tasks(firm)) == 1
    firm.ctl("done", task["task"], at="2026-03-17T11:00")
    for day in ("2026-03-17", "2026-03-18"):
        firm.wake(f"{day}T12:00")
    assert not tasks(firm)
    # By a file of payments: the next wake tells.
    firm.load(payments=[{"id": "P-9", "invoice": "F-1", "date": "2026-03-19", "amount": "1000.00",
                         "currency": "EUR"}], at="2026-03-19T10:00")
    firm.wake("2026-03-19T12:00")
    assert [each["kind"] for each in tasks(firm)] == ["tell-agency"]


def test_what_was_paid_before_the_handover_is_not_told(firm):
    firm.ctl("pay", "F-1", "200.00", at=f"{FROZEN}T10:30")
    hand_over(firm)
    firm.wake("2026-03-13T10:00")
    assert not tasks(firm)
    assert handed(firm)[0]["total"] == "1000.00"


@pytest.mark.parametrize("step", [None, "agency"])
def test_a_file_is_not_handed_over_by_send(firm, step):
    done = firm.ctl("send", "F-1", *(["--step", step] if step else []), at=f"{FROZEN}T11:00",
                    status=1)
    assert "approuver" in done.stderr and not handed(firm)
    task, = tasks(firm, "agency")
    firm.ctl("approve", task["task"], at=f"{FROZEN}T11:00")
    done = firm.ctl("send", "F-1", *(["--step", step] if step else []), at=f"{FROZEN}T11:00",
                    status=1)
    assert "next wake" in done.stderr and not handed(firm)


def test_a_recipient_who_cannot_be_reached_is_told_and_may_be_corrected(firm):
    """His address is no address of the customer's."""
    def answer(session, line):
        return "550 5.1.1 unknown" if "dossiers" in line else "250 2.1.5 ok"

    with ScriptedSmtp({"RCPT": answer}) as server:
        firm.config["channels"]["email"] = {
            "module": "email", "server": "127.0.0.1", "port": server.port, "tls": "none",
            "from": "compta@atelier-dumont.example"}
        firm.write_config()
        hand_over(firm)
        task, = tasks(firm)
        assert task["kind"] == "agency" and "5.1.1" in task["sentence"] and not server.mails
        firm.wake("2026-03-13T10:00")
        assert len(tasks(firm)) == 1 and not handed(firm)  # nothing is tried without a word
        firm.config["agency"]["email"] = "nouveau@recouvrement.example"
        firm.write_config()
        hand_over(firm, "2026-03-13")
        mail, = server.mails
        assert mail.recipients == ["nouveau@recouvrement.example"] and handed(firm)
        text = email.message_from_bytes(mail.text, policy=email.policy.default)
        assert text["To"].endswith("nouveau@recouvrement.example")
        assert "F-1" in text["Subject"] or "F-1" in text.get_body(("plain",)).get_content()


def test_a_firm_without_an_agency_says_so_when_it_is_approved(firm):
    del firm.config["agency"]
    firm.write_config()
    hand_over(firm)
    assert not handed(firm) and reason(firm) == "no-recipient" and len(tasks(firm)) == 1
