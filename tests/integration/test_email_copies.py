# SPDX-License-Identifier: MIT
"""The module email: whom else a mail goes to, what it answers, and the code to pay by. The customer
gets the mail exactly once, whatever becomes of the copies."""

import email
import email.policy
import itertools
import shutil
import subprocess

import firm as firms
import pytest
from drive import drive, outcome
from servers.scripted_smtp import CLOSE, RESET, ScriptedSmtp
from test_email import COPY, MESSAGE, check_run, messages, options

TO = MESSAGE["to"]
CC = "a@x.example, b@x.example"
CODE = ("BCD\n002\n1\nSCT\n\nÉts. Dumont & fils\nFR7630006000011234567890189\nEUR1200.50\n\n\n"
        "F-2026-001, F-2026-002")
HTML = '<html><body><p>Bonjour é</p>\n<img src="cid:pay" alt="QR" width="160"></body></html>'


def read(wire):
    """The mail as a strict parser has it, once the wire's dots are taken off."""
    text = wire.replace(b"\r\n.", b"\r\n")
    mail = email.message_from_bytes(text, policy=email.policy.default)
    assert not [part.defects for part in mail.walk() if part.defects]
    assert not [part[key].defects for part in mail.walk() for key in part.keys() if part[key].defects]
    return mail


def answers(**refused):
    """Of RCPT: what is refused, by the part of the address before the @."""
    def answer(_, line):
        name = line[9:].split("@")[0]
        return refused.get(name, "250 2.1.5 ok")
    return {"RCPT": answer}


def for_one_alone(reply):
    """A server that looks at the recipients only when it has the mail."""
    return {"DOT": lambda session, _: reply if len(session.recipients) > 1 else "250 2.0.0 ok"}


def warnings(run):
    return [text for level, text in run.logs if level < 7]


@pytest.mark.parametrize("cc, copy_to, got, shown", [
    ("", "", [], None),
    ("a@x.example", "", ["a@x.example"], "a@x.example"),
    (CC, "", ["a@x.example", "b@x.example"], CC),
    (CC, COPY, ["a@x.example", "b@x.example", COPY], CC),
    (f"{CC}, {COPY}", COPY, ["a@x.example", "b@x.example", COPY], f"{CC}, {COPY}"),
    ("a@bücher.example;A@BÜCHER.example", "", ["a@xn--bcher-kva.example"], "a@xn--bcher-kva.example"),
    (f"{TO.upper()}, a@x.example", "", ["a@x.example"], "a@x.example"),
], ids=("none", "one", "two", "and the archive", "the archive among them", "one, twice", "the customer again"))
def test_a_mail_goes_once_to_each_of_its_recipients(cc, copy_to, got, shown):
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port, copy_to=copy_to), messages(2, cc=cc))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"} and not warnings(run)
    assert [mail.recipients for mail in server.mails] == [[TO, *got]] * 2
    assert {read(mail.text)["Cc"] for mail in server.mails} == {shown}


@pytest.mark.parametrize("cc, n", [("nobody, a@x.example", 1), ("é@x.example, @", 2),
                                   (", ".join(f"c{i}@x.example" for i in range(13)), 3)])
def test_copies_that_cannot_be_written_to_are_told_and_left_out(cc, n):
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port), messages(1, cc=cc))
    assert run.outcomes[1].kind == "sent"
    assert [text for text in warnings(run) if f"notice 1: {n} of the addresses in cc" in text
            and "@" not in text]
    assert server.mails[0].recipients[0] == TO


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize("refused, kind, got", [
    ({"a": "550 5.1.1 no"}, "sent", [TO, "b@x.example"]),
    ({"a": "450 4.2.0 later"}, "sent", [TO, "b@x.example"]),
    ({"a": "550 5.1.1 no", "b": "452 4.5.3 too many"}, "sent", [TO]),
    ({"b": "554 5.7.1 never"}, "sent", [TO, "a@x.example"]),
    ({"martin": "550 5.1.1 no"}, "refused-address", None),
    ({"martin": "450 4.2.0 later"}, "retry", None),
    ({"martin": "550 5.1.1 no", "a": "550 5.1.1 no", "b": "550 5.1.1 no"}, "refused-address", None),
])
def test_a_refused_copy_keeps_the_mail_from_nobody_else(offers, refused, kind, got):
    with ScriptedSmtp(answers(**refused), offers) as server:
        run = drive("email", options(server.port), messages(3, cc=CC))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {kind}
    assert [mail.recipients for mail in server.mails] == ([got] * 3 if got else [])
    told = [text for text in warnings(run) if "in cc were not taken" in text]
    assert len(told) == (3 if kind == "sent" else 0) and not any("@" in text for text in told)
    assert all(("in cc were not taken" in each.detail) == (kind == "sent")
               for each in run.outcomes.values())


@pytest.mark.parametrize("copies", [{"cc": CC}, {"copy_to": COPY}, {"cc": CC, "copy_to": COPY}],
                         ids=("cc", "the archive", "both"))
@pytest.mark.parametrize("reply, attempt, kind, got", [
    ("550 5.1.1 who?", 1, "sent", [TO]), ("554 5.7.1 no", 1, "sent", [TO]),
    ("451 4.3.0 later", 1, "retry", None), ("451 4.3.0 later", 2, "sent", [TO]),
    (["421 4.3.0 bye", CLOSE], 2, "retry", None), (CLOSE, 1, "uncertain", None),
])
def test_a_mail_refused_to_all_together_is_offered_to_the_customer_alone(copies, reply, attempt, kind, got):
    copy_to, cc = copies.get("copy_to", ""), copies.get("cc", "")
    with ScriptedSmtp(for_one_alone(reply)) as server:
        run = drive("email", options(server.port, copy_to=copy_to),
                    messages(1, cc=cc, attempt=attempt))
    check_run(run)
    assert run.outcomes[1].kind == kind and run.begun == [1], "begin() is asked once"
    assert [mail.recipients for mail in server.accepted] == ([got] if got else [])
    assert len({mail.text for mail in server.mails}) == 1, "the same bytes"
    assert any("once more without copies" in text for text in warnings(run)) == (kind == "sent")
    assert ("without its addresses in cc" in run.outcomes[1].detail) == (kind == "sent" and bool(cc))


def test_the_firm_can_read_that_a_copy_was_not_taken(firm):
    with ScriptedSmtp(answers(a="550 5.1.1 no")) as server:
        firm.config["channels"]["email"] = {"module": "email", "server": "127.0.0.1",
                                            "port": server.port, "tls": "none", "from": "compta@x.example"}
        firm.write_config()
        firm.load([firms.customer("C-1", cc=CC), firms.customer("C-2", email="two@x.example")],
                  [firms.invoice(), firms.invoice("F-2", "C-2")], at="2026-03-05T09:00")
        firm.wake("2026-03-05T09:00")
    pages = {notice["account"]["customer"]: page for notice in firm.log()
             for page in firm.json("show", f"notice:{notice['notice']}")}
    assert all(page["state"] == "sent" for page in pages.values())
    assert pages["C-1"]["detail"].startswith("1 of its addresses in cc were not taken")
    assert "250" in pages["C-1"]["detail"] and "in cc" not in pages["C-2"]["detail"]
    assert "in cc were not taken" in firm.ctl("show", f"notice:{pages['C-1']['notice']}").stdout
    firm.ctl("log", "--verify")


def test_what_is_refused_to_the_customer_alone_is_the_customers_affair():
    with ScriptedSmtp({"DOT": "550 5.1.1 who?"}) as server:
        run = drive("email", options(server.port), messages(2, cc=CC))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"refused-address"}
    assert sorted(len(mail.recipients) for mail in server.mails) == [1, 1, 3, 3]


def test_a_mail_that_is_offered_again_is_uncertain_only_if_it_may_have_left():
    for script, kind in ((("550 5.1.1 who?", CLOSE), "uncertain"), (("550 5.1.1 who?", "451 no"), "retry")):
        with ScriptedSmtp({"DOT": script}) as server:
            run = drive("email", options(server.port), messages(1, cc=CC))
        check_run(run)
        assert run.outcomes[1].kind == kind and run.begun == [1]
    # Between the two the connection is lost: surely not sent.
    with ScriptedSmtp({"DOT": "550 5.1.1 who?", "MAIL": ("250 ok", CLOSE)}) as server:
        run = drive("email", options(server.port), messages(1, cc=CC))
    check_run(run)
    assert run.outcomes[1].kind == "retry" and run.begun == [1] and len(server.mails) == 1


@pytest.mark.parametrize("answer", [b"what?\r\n", b"25\r\n", b"250-2.1.5 one\r\n550 two\r\n", CLOSE, RESET])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_server_that_fails_among_the_recipients_ends_nothing_but_the_session(answer, place):
    with ScriptedSmtp({"RCPT": (*["250 ok"] * (place - 1), answer, "250 ok")}) as server:
        run = drive("email", options(server.port), messages(3, cc=CC))
    check_run(run)
    assert not server.mails and {found.kind for found in run.outcomes.values()} == {"retry"}


def test_mails_with_and_without_copies_share_a_connection():
    mails = messages(60)
    for mail in itertools.islice(mails, 9, None, 2):
        mail["cc"] = CC
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port), mails)
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}
    assert sorted(run.begun) == list(range(1, 61)) and len(server.mails) == 60
    assert server.n_connections == 2, "one with three commands at once, one step by step"
    with_copies = [mail for mail in server.mails if len(mail.recipients) == 3]
    assert len(with_copies) == 26


def test_a_mail_answers_those_before_it():
    before = [f"{n:032x}@atelier.example" for n in range(20)]
    with ScriptedSmtp() as server:
        outcome("email", options(server.port), {**MESSAGE, "references": " ".join(before)})
        outcome("email", options(server.port), MESSAGE)
    mail, first = (read(each.text) for each in server.mails)
    assert mail["References"].split() == [f"<{each}>" for each in before]
    assert mail["In-Reply-To"] == f"<{before[-1]}>"
    assert first["References"] is None and first["In-Reply-To"] is None


@pytest.mark.parametrize("references", ["a@b\nBcc: x@y.example", "a@b>\rX: <c@d", "<a@b>", "a@b\x7f"])
def test_no_reference_ends_its_header(references):
    with ScriptedSmtp() as server:
        found = outcome("email", options(server.port), {**MESSAGE, "references": references})
    assert found.kind == "refused-message" and not server.mails


def decode(picture, path):
    path.write_bytes(picture)
    """As text: a code that does not say which letters its bytes are is guessed at."""
    shown = subprocess.run(["zbarimg", "-q", "--raw", path], capture_output=True, check=True)
    return shown.stdout.decode().removesuffix("\n")


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbar-tools is not installed")
@pytest.mark.parametrize("code", [CODE, CODE + " " + "x" * 140, CODE.replace("Dumont", "Дюмон 🧁"),
                                  CODE.replace("Atelier", "Société Éléonore Müller &")],
                         ids=("usual", "long", "letters of many kinds", "accents"))
def test_a_telephone_reads_the_code_of_a_mail(code, tmp_path):
    document = tmp_path / "F-1.pdf"
    document.write_bytes(b"%PDF-1.7")
    with ScriptedSmtp() as server:
        for attempt in (1, 2):
            outcome("email", options(server.port), {**MESSAGE, "html": HTML, "payment_code": code,
                                                    "attempt": attempt, "attach": [document]})
    first, second = server.mails
    assert first.text == second.text, "a retry sends the same bytes"
    mail = read(first.text)
    body, attached = mail.iter_parts()
    assert mail.get_content_type() == "multipart/mixed" and attached.get_filename() == "F-1.pdf"
    assert body.get_content_type() == "multipart/alternative"
    text, related = body.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related" and related.get_param("type") == "text/html"
    html, picture = related.iter_parts()
    assert picture.get_content_type() == "image/png" and picture.get_content_disposition() == "inline"
    name = picture["Content-Id"]
    assert name.startswith("<pay@") and f'src="cid:{name[1:-1]}"' in html.get_content()
    assert decode(picture.get_content(), tmp_path / "pay.png") == code


def test_two_mails_have_pictures_of_different_names():
    with ScriptedSmtp() as server:
        drive("email", options(server.port), messages(2, html=HTML, payment_code=CODE))
    names = {part["Content-Id"] for mail in server.mails for part in read(mail.text).walk()
             if part.get_content_type() == "image/png"}
    assert len(names) == 2


def test_what_is_rendered_is_what_is_sent(tmp_path):
    document = tmp_path / "F-1.pdf"
    document.write_bytes(b"%PDF-1.7")
    mails = messages(1, html=HTML, payment_code=CODE, cc=CC, attach=[document], references="n0@x.example")
    mails += [{**MESSAGE, "notice": 2, "to": "nobody"}, {**MESSAGE, "notice": 3, "subject": "a\nBcc: b"}]
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port), mails, render=1)
    check_run(run)
    assert run.rendered[1] == server.mails[0].text and run.rendered[1]
    assert run.rendered[2] == run.rendered[3] == b""
