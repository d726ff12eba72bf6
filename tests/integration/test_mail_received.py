# SPDX-License-Identifier: MIT
"""Mails as a customer gets them: by `relanced --once` and the module email through a real Postfix
into a real Dovecot, then read by two parsers and judged by SpamAssassin, offline."""

import contextlib
import hashlib
import re
import sqlite3

import firm as firms
import mail
import pytest
import spam
from servers.dovecot import Dovecot
from servers.postfix import Postfix

FROM = "compta@atelier-dumont.example"
SCORE_MAX = 1.0

# A day for each wake, and what leaves on it in each language: customer, its invoice and its action.
CHASED_AT, ANSWERED_AT, PAID_AT = "2026-03-05T09:00", "2026-03-19T09:00", "2026-03-20T09:00"
MAILS = [
    (CHASED_AT, "before", "courtesy"),
    (CHASED_AT, "late", "remind"),
    (CHASED_AT, "copy", "resend"),
    (CHASED_AT, "last", "deadline"),
    (CHASED_AT, "hosted", "deadline"),
    (ANSWERED_AT, "late", "thanks"),
    (ANSWERED_AT, "hosted", "suspend"),
    (PAID_AT, "hosted", "reconnect"),
]
LANGUAGES = ["fr", "en"]
CASES = [(language, who, what) for language in LANGUAGES for _, who, what in MAILS]


def step(action, **more):
    return {"id": action, "action": action, "after_due": 3, "send": ["email"], **more}


POLICIES = {
    "before": [{"id": "courtesy", "action": "courtesy", "before_due": 3, "send": ["email"]}],
    "late": [step("remind")],
    "copy": [step("resend", attach="own")],
    "last": [step("deadline", deadline_days=8)],
    "hosted": [step("deadline", deadline_days=8),
               {"id": "suspend", "action": "suspend", "after_deadline": 1, "send": ["email"]}],
}


def document(language):
    """A PDF of one empty page; what is in it matters to nobody here but for its bytes."""
    return (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
            b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
            b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
            b"%" + language.encode() + bytes(range(256)) * 40 + b"\n"
            b"trailer<</Root 1 0 R>>\n%%EOF\n")


def address(language, who):
    return f"{who}.{language}@customer.example"


def number(language, who):
    return f"F-{language}-{who}".upper()


def configure(firm, port):
    firm.config["channels"]["email"] = {
        "module": "email", "server": "127.0.0.1", "port": port, "tls": "none", "from": FROM}
    firm.config["policies"] = {
        name: {"steps": steps, "thanks": ["email"] if name == "late" else []}
        for name, steps in POLICIES.items()}
    firm.config["assign"] = [{"policy": "late"}]
    firm.config["creditor"]["name"] = "Atelier Dûmont, père & fils"
    firm.write_config()


def load(firm):
    for language in LANGUAGES:
        (firm.folder / f"documents/{language}.pdf").write_bytes(document(language))
    everyone = [(language, who) for language in LANGUAGES for who in POLICIES]
    firm.load(
        [firms.customer(f"C-{language}-{who}", "Boulangerie Martin", language=language, policy=who,
                        email=address(language, who), contact_name="Hélène Martin",
                        country="FR" if language == "fr" else "IE",
                        relation="service" if who == "hosted" else "goods")
         for language, who in everyone],
        [firms.invoice(number(language, who), f"C-{language}-{who}",
                       due="2026-03-08" if who == "before" else "2026-03-02",
                       document=f"{language}.pdf" if who == "copy" else "")
         for language, who in everyone],
        at=CHASED_AT)


def wakes(firm):
    load(firm)
    firm.wake(CHASED_AT)
    firm.ctl("pay", number("fr", "late"), "1200.00", at="2026-03-18T10:00")
    firm.ctl("pay", number("en", "late"), "1200.00", at="2026-03-18T10:00")
    firm.wake(ANSWERED_AT)
    firm.ctl("pay", number("fr", "hosted"), "1200.00", at="2026-03-19T10:00")
    firm.ctl("pay", number("en", "hosted"), "1200.00", at="2026-03-19T10:00")
    firm.wake(PAID_AT)


def message_ids(firm):
    """{Message-ID: notice's id}, of the store."""
    copy = firm.folder / "copy.db"
    firm.ctl("backup", copy)
    with contextlib.closing(sqlite3.connect(copy)) as store:
        return {f"<{message_id}>": notice
                for notice, message_id in store.execute("select id, message_id from notice")}


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """{(language, who, what): (the mail as Dovecot keeps it, its notice in the log)}"""
    firm = firms.Firm(tmp_path_factory.mktemp("mail") / "firm")
    with Dovecot() as boxes, Postfix(transport=f"lmtp:inet:127.0.0.1:{boxes.port}") as post:
        configure(firm, post.port)
        firm.init()
        wakes(firm)
        mails = boxes.await_messages(len(CASES))
    notices = {notice["notice"]: notice for notice in firm.log()}
    ids, found = message_ids(firm), {}
    for raw in mails:
        message = mail.parse(raw)
        notice = notices[ids[message["Message-ID"]]]
        who, language = notice["to"].split("@")[0].split(".")
        found[language, who, notice["action"] or notice["reason"]] = raw, notice
    assert len(mails) == len(CASES)
    return found


@pytest.fixture(params=CASES, ids="-".join)
def case(request, received):
    return (*request.param, *received[request.param])


def test_two_parsers_find_no_defect(case):
    *_, raw, _ = case
    assert mail.faults(raw) == []


@pytest.mark.parametrize("damage", [
    (rb"\nSubject: ", b"\nSubject: \xc3\xa9"),
    (rb"\nSubject: ", b"\nSubject: one\nSubject: "),
    (rb"\nTo: ", b"\nTo: a@b@c, "),
    (rb"\nDate: [^\n]*", b""),
    (rb"\nDate: [^\n]*", b"\nDate: yesterday"),
    (rb"(?i)\nMessage-ID: <", b"\nMessage-ID: "),
    (rb"charset=utf-8", b"charset=us-ascii"),
    (rb"charset=utf-8", b"charset=utf-9"),
    (rb"\n\nBonjour", b"\n\nBonjour =ZZ"),
    (rb"\n\nBonjour", b"\n\n" + b"=\n" * 9 + b"x" * 999 + b"\nBonjour"),
    (rb"\nJVBER", b"\nJVBE"),
    (rb"\nJVBER", b"\n%%%JVBER"),
    (rb"--\n*$", b""),
    (rb"boundary=\"", b"boundary=\"x"),
], ids=str)
def test_the_judges_see_damage(received, damage):
    raw, _ = received["fr", "copy", "resend"]
    pattern, replacement = damage
    damaged, n = re.subn(pattern, lambda _: replacement, raw, count=1)
    assert n == 1
    assert mail.faults(damaged) != []


def test_the_headers_are_those_of_the_notice(case):
    language, who, _, raw, notice = case
    message = mail.parse(raw)
    [sender] = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Atelier Dûmont, père & fils", FROM)
    [to] = message["To"].addresses
    assert to.addr_spec == notice["to"] == address(language, who)
    assert message["Subject"] == notice["subject"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.isoformat()[:10] == notice["at"][:10]
    assert message["Return-Path"].strip("<>") == FROM


def test_the_text_is_of_the_invoice_and_the_attachment_is_the_document(case):
    language, who, what, raw, notice = case
    message = mail.parse(raw)
    text = message.get_body(("plain",)).get_content()
    assert number(language, who) in text and "Hélène Martin" in text
    documents = [(part.get_filename(), part.get_content_type(),
                  hashlib.sha256(part.get_content()).hexdigest())
                 for part in message.iter_attachments()]
    assert documents == ([(f"{language}.pdf", "application/pdf",
                           hashlib.sha256(document(language)).hexdigest())]
                         if what == "resend" else [])


# SpamAssassin

def as_delivered_then(raw):
    """The calendar of the test is not the machine's: the hops get the day of the mail."""
    head, blank, body = raw.partition(b"\n\n")
    date = str(mail.parse(raw)["Date"]).encode()
    head = re.sub(rb"(\nReceived:(?:[^\n]|\n[ \t])*;\s+)[^\n]*(?:\n[ \t][^\n]*)*", rb"\1" + date, head)
    return head + blank + body


@pytest.fixture(scope="module")
def scores(received, tmp_path_factory):
    """{case: (score, the rules it hit)}"""
    mails = [spam.SPAM, *(as_delivered_then(received[case][0]) for case in CASES)]
    return dict(zip(["spam", *CASES], spam.judge(mails, tmp_path_factory.mktemp("spamassassin"))))


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_no_mail_looks_like_spam(scores, case):
    score, rules = scores[case]
    assert score < SCORE_MAX, rules


def test_spamassassin_knows_spam(scores):
    score, rules = scores["spam"]
    assert score > 5, rules
