# SPDX-License-Identifier: MIT
"""What a mail of relanced has beside its texts: the customer's cc, the mails before it about the
same instalments, the code to pay by; and that a retry is the same mail."""

import contextlib
import email
import email.policy
import sqlite3

import firm as firms
import pytest
from servers.scripted_smtp import ScriptedSmtp

TO, CC = "marie@martin.example", "achats@martin.example, Boss@Martin.example"
AGENCY = {"name": "Cabinet Recouvre", "email": "dossiers@recouvre.example"}


def mailing(firm, server):
    """The firm sends by that server: a mail 3, 10 and 20 days after the due date, then an agency."""
    firm.config["channels"]["email"] = {
        "module": "email", "server": "127.0.0.1", "port": server.port, "tls": "none",
        "from": "compta@atelier-dumont.example"}
    firm.config["policies"]["standard"] = {"thanks": ["email"], "steps": [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]},
        {"id": "resend", "action": "resend", "after_due": 10, "send": ["email"]},
        {"id": "deadline", "action": "deadline", "after_due": 20, "deadline_days": 8, "send": ["email"]},
        {"id": "agency", "action": "agency", "after_due": 30}]}
    firm.config["agency"] = AGENCY
    firm.write_config()
    return firm


def mails(server):
    return [email.message_from_bytes(each.text.replace(b"\r\n.", b"\r\n"), policy=email.policy.default)
            for each in server.mails]


def references(mail):
    return (mail["References"] or "").split()


def bodies(firm):
    """[(channel, cc, refs, payment_code)] of the outbox, in the order of its notices."""
    copy = firm.folder / "copy.db"
    copy.unlink(missing_ok=True)
    firm.ctl("backup", copy)
    with contextlib.closing(sqlite3.connect(copy)) as store:
        return store.execute("select n.channel, b.cc, b.refs, b.payment_code from notice n "
                             "join body b on b.notice = n.id order by n.id").fetchall()


def test_the_mails_of_a_ladder_answer_each_other_and_go_to_the_copies(firm):
    with ScriptedSmtp() as server:
        mailing(firm, server).load(
            [firms.customer("C-1", "Martin", email=TO, cc=CC)],
            [firms.invoice("F-1", "C-1", due="2026-03-02"),
             firms.invoice("F-2", "C-1", due="2026-03-20")], at="2026-03-02T10:00")
        for day in ("2026-03-05", "2026-03-12", "2026-03-23", "2026-04-02"):
            firm.wake(f"{day}T10:00")
        firm.ctl("approve", next(each["task"] for each in firm.json("tasks") if each["kind"] == "agency"),
                 at="2026-04-02T11:00")
        firm.wake("2026-04-02T12:00")
        firm.ctl("pay", "F-2", "1200.00", at="2026-04-03T10:00")
        firm.wake("2026-04-03T11:00")
    got = mails(server)
    ids = [mail["Message-Id"] for mail in got]
    sent = [(notice["action"] or "thanks", notice["to"]) for notice in firm.log()]
    assert [action for action, _ in sent] == ["remind", "resend", "deadline", "resend", "agency", "thanks"]
    # The third is about both; the fourth about F-2 alone, which was a line of the third.
    expected = [[], ids[:1], ids[:2], ids[2:3], [], ids[2:4]]
    assert [references(mail) for mail in got] == expected
    assert [mail["In-Reply-To"] for mail in got] == [each[-1] if each else None for each in expected]
    copied = ["achats@martin.example", "Boss@Martin.example"]
    for mail, (action, to) in zip(server.mails, sent):
        assert mail.recipients == ([AGENCY["email"]] if action == "agency" else [TO, *copied]), action
        assert to == mail.recipients[0]
    assert [mail["Cc"] for mail in got] == [CC if action != "agency" else None for action, _ in sent]


def test_a_retry_is_the_same_mail_with_the_same_copies(firm):
    with ScriptedSmtp({"DOT": ("451 4.3.0 later", "451 4.3.0 later", "250 ok")}) as server:
        mailing(firm, server).load([firms.customer("C-1", "Martin", email=TO, cc=CC)],
                                   [firms.invoice("F-1", "C-1", due="2026-03-02")], at="2026-03-02T10:00")
        firm.wake("2026-03-05T10:00")
        # What is told now is of no mail that is there already.
        firm.load([firms.customer("C-1", "Martin", email=TO, cc="other@martin.example")], at="2026-03-05T11:00")
        for hour in (12, 14, 17):
            firm.wake(f"2026-03-05T{hour}:00")
    assert [notice["state"] for notice in firm.log()] == ["sent"]
    assert len(server.mails) >= 3 and len({mail.text for mail in server.mails}) == 1
    # The second refusal of the second try was for the customer alone; then it went out, once.
    [accepted] = server.accepted
    assert accepted.recipients[0] == TO


@pytest.mark.parametrize("currency, creditor, code", [
    ("EUR", {}, "BCD\n002\n1\nSCT\n\nAtelier Dumont\nFR7630006000011234567890189\nEUR1200.00\n\n\nF-1"),
    ("EUR", {"bic": "AGRIFRPP", "name": "Éts. Dumont & Fils"},
     "BCD\n002\n1\nSCT\nAGRIFRPP\nÉts. Dumont & Fils\nFR7630006000011234567890189\nEUR1200.00\n\n\nF-1"),
    ("EUR", {"iban": ""}, None), ("EUR", {"iban": "FR7630006000011234567890188"}, None),
    ("EUR", {"iban": "CH93 0076 2011 6238 5295 7"}, None),
    ("EUR", {"iban": "CH93 0076 2011 6238 5295 7", "bic": "POFICHBE"},
     "BCD\n002\n1\nSCT\nPOFICHBE\nAtelier Dumont\nCH9300762011623852957\nEUR1200.00\n\n\nF-1"),
    ("CHF", {}, None),
], ids=("an IBAN", "with a BIC", "no IBAN", "a wrong one", "outside the EEA without a BIC", "and with one",
        "another currency"))
def test_a_mail_has_a_code_where_a_sepa_transfer_pays(bare_firm, currency, creditor, code):
    firm = bare_firm
    firm.config["creditor"].update(creditor)
    firm.config["policies"]["standard"]["steps"] = [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email", "sms"]}]
    firm.write_config()
    firm.init()
    firm.load([firms.customer("C-1", "Martin", email=TO, phone="+33612345678")],
              [firms.invoice("F-1", "C-1", due="2026-03-02", currency=currency)], at="2026-03-02T10:00")
    firm.wake("2026-03-05T10:00")
    assert bodies(firm) == [("email", "", "", code), ("sms", "", "", None)]


def test_the_code_pays_what_the_notice_asks_for(firm):
    firm.load([firms.customer("C-1", "Martin", email=TO)],
              [firms.invoice("F-1", "C-1", due="2026-03-02"), firms.invoice("F-2", "C-1", due="2026-03-02"),
               firms.invoice("F-3", "C-1", due="2026-03-02"),
               firms.invoice("F-4", "C-1", due="2026-03-08")], at="2026-03-02T10:00")
    firm.ctl("pay", "F-1", "1000.00", at="2026-03-03T10:00")
    firm.ctl("dispute", "F-2", "--reason", "quality", at="2026-03-03T10:00")
    firm.wake("2026-03-05T10:00")
    [(_, _, _, code)] = bodies(firm)
    assert code.splitlines()[7:] == ["EUR1400.00", "", "", "F-1, F-3"]
    firm.ctl("pay", "F-1", "200.00", at="2026-03-05T11:00")
    firm.ctl("pay", "F-3", "1200.00", at="2026-03-05T11:00")
    firm.wake("2026-03-06T10:00")
    assert all(code is None for *_, code in bodies(firm)[1:]), "thanks ask for nothing"


@pytest.mark.parametrize("channel, at, chats", [
    ("whatsapp", "2026-03-04T11:00", 1), ("whatsapp", "2026-03-04T10:30", 0), ("email", "2026-03-04T18:00", 0),
    (None, "2026-03-04T18:00", 0),
])
def test_who_has_just_written_by_whatsapp_may_be_answered_freely(firm, channel, at, chats):
    firm.config["limits"]["reply_pause_days"] = 0
    firm.config["policies"]["standard"]["steps"] = [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email", "whatsapp"]}]
    firm.write_config()
    firm.load([firms.customer("C-1", "Martin", email=TO, whatsapp="+33612345678",
                              whatsapp_opt_in="2026-01-01")],
              [firms.invoice("F-1", "C-1", due="2026-03-02")], at="2026-03-02T10:00")
    firm.ctl("reply", "C-1", *(["--channel", channel] if channel else []), at=at)
    firm.wake("2026-03-05T10:00")
    copy = firm.folder / "copy.db"
    firm.ctl("backup", copy)
    with contextlib.closing(sqlite3.connect(copy)) as store:
        found = store.execute("select n.channel, b.may_chat from notice n join body b on b.notice = n.id "
                              "order by n.id").fetchall()
    assert found == [("email", 0), ("whatsapp", chats)]
