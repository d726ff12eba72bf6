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


def test_a_preview_names_the_dossier_that_leaves(firm):
    """Also before it is made: nothing of the customer's goes by itself."""
    firm.config["channels"]["email"] = {
        "module": "email", "server": "127.0.0.1", "port": 1, "tls": "none",
        "from": "compta@atelier-dumont.example"}
    firm.config["legal"] = AGENCY
    firm.write_config()
    document = firm.folder / "documents" / "F-1.pdf"
    document.parent.mkdir(exist_ok=True)
    document.write_bytes(b"%PDF-1.4\n")
    firm.load(invoices=[invoice(document="F-1.pdf")], at=f"{FROZEN}T10:00")
    at = f"{FROZEN}T10:30"
    shown, = firm.json("preview", "F-1", at=at)
    attached, = shown["attachments"]
    assert attached["name"] == "F-1.zip" and attached["document"].startswith("/dossiers/F-1_1_agency")
    mail = firm.json("preview", "F-1", "--format", "eml", at=at)[0]["eml"]
    parts = {part.get_content_type(): part for part in
             email.message_from_string(mail, policy=email.policy.default).walk()}
    assert "application/pdf" not in parts
    assert parts["application/zip"].get_filename() == "F-1.zip"
    assert len(parts["application/zip"].get_payload(decode=True)) == attached["size"]
    shown, = firm.json("preview", "F-1", "--step", "legal", at=at)
    assert shown["attachments"] == [{"name": "F-1.zip", "document": None, "size": None}]
    firm.ctl("preview", "F-1", "--step", "legal", "--format", "eml", at=at)


def test_credit_is_the_customers_to_whoever_is_handed_the_file(firm):
    """And the customer's own to the customer."""
    words = {"fr": ("Somme au crédit du client", "Somme à votre crédit"),
             "en": ("The customer’s credit", "Your credit"),
             "de": ("Guthaben des Kunden", "Ihr Guthaben"),
             "es": ("Saldo a favor del cliente", "Saldo a su favor"),
             "it": ("Credito a favore del cliente", "Credito a Suo favore"),
             "nl": ("Tegoed van de klant", "Uw tegoed")}
    paid = {"id": "P-1", "customer": "C-1", "date": FROZEN, "amount": "100.00", "currency": "EUR"}
    firm.load(payments=[paid], at=f"{FROZEN}T10:10")
    for language, (theirs, yours) in words.items():
        firm.config["creditor"]["language"] = language
        firm.write_config()
        for step, said, unsaid in (("agency", theirs, yours), ("reminder", yours, theirs)):
            shown, = firm.json("preview", "F-1", "--step", step, at=f"{FROZEN}T10:30")
            for text in (shown["text"], shown["html"]):
                assert said in text and unsaid not in text, (language, step, text)


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


def test_no_plan_is_made_of_a_file_that_was_handed_over(firm):
    """R17: the customer would hear of its parts from two."""
    hand_over(firm)
    done = firm.ctl("plan", "F-1", "--parts", "2", "--first", "2026-03-20",
                    at="2026-03-16T10:00", status=1)
    assert "handed over" in done.stderr
    for day in ("2026-03-17", "2026-03-24"):
        firm.wake(f"{day}T10:00")
    assert len(firm.sent()) == 2


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


def test_who_hands_over_is_told_until_when_a_later_notice_has_asked_for_it(firm):
    """F-2's deadline notice lists F-1, whose file may go: R6 does not bind it, fairness may."""
    steps = [{"id": "deadline", "action": "deadline", "after_due": 3, "deadline_days": 8,
              "send": ["email"]}]
    firm.config["policies"]["formal"] = {"steps": steps}
    firm.write_config()
    firm.load(invoices=[invoice("F-2", due="2026-03-09", policy="formal")], at=f"{FROZEN}T10:10")
    assert "asked_until" not in tasks(firm, "agency")[0]
    firm.wake("2026-03-13T10:00")
    assert firm.sent()[-1]["deadline"] == "2026-03-23"
    assert "F-1" in {line["invoice"] for line in firm.sent()[-1]["lines"]}
    task, = firm.json("tasks", at="2026-03-23T12:00")
    assert task["kind"] == "agency" and task["asked_until"] == "2026-03-23"
    assert "by 2026-03-23" in firm.ctl("tasks", at="2026-03-14T10:00").stdout
    assert "asked_until" not in firm.json("tasks", at="2026-03-24T08:00")[0]
    done = firm.ctl("approve", task["task"], at="2026-03-14T10:00")
    assert "by 2026-03-23" in done.stdout
