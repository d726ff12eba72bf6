# SPDX-License-Identifier: MIT
"""The module email and a real Postfix, with all that one offers (CHUNKING, PIPELINING, SIZE), and
what two parsers make of its mails."""

import email
import email.policy
import re
import shutil
import subprocess

import pytest
from drive import drive, outcome
from servers import certificate
from servers.postfix import Postfix
from servers.scripted_smtp import ScriptedSmtp
from test_email import MESSAGE, check_run, messages, options


@pytest.fixture(scope="module")
def postfix():
    recipients = ("check_recipient_access inline:{ {gone@x.example = 550 5.1.1 gone}, "
                  "{later@x.example = 450 4.2.0 later}, {never@x.example = 554 5.7.1 never}, "
                  "{stop@x.example = 421 4.3.2 stop} }")
    with Postfix(recipients=recipients, message_size_limit="300000") as server:
        yield server


def test_what_a_postfix_takes_is_what_it_got(postfix):
    before = len(postfix.messages())
    run = drive("email", options(postfix.port, copy_to="archive@x.example"),
                messages(150, text="Bonjour,\n.\n..\nFrom x\nfin é\n"))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}
    kept = [email.message_from_bytes(each, policy=email.policy.default)
            for each in postfix.await_messages(before + 300)]
    accepted = postfix.accepted()
    assert {accepted[f"n{n}@atelier.example"] for n in range(1, 151)} == {1}
    assert len({each.reference for each in run.outcomes.values()}) == 150
    assert re.search(rf"{run.outcomes[1].reference}: message-id=<n1@", postfix.mail_log())
    assert all(each.get_content() == "Bonjour,\n.\n..\nFrom x\nfin é\n" for each in kept)
    assert {each["Delivered-To"] for each in kept} == {MESSAGE["to"], "archive@x.example"}
    assert not any(each["Bcc"] or each["Cc"] for each in kept)


def test_a_postfix_that_refuses_copies_takes_the_mail_for_the_others(postfix):
    refused = ("gone@x.example", "later@x.example", "never@x.example")
    mails = [{**mail, "message_id": f"copy{n}@atelier.example",
              "cc": f"copy{n}@x.example, {refused[n % 3]}, other{n}@x.example" if n % 2 else ""}
             for n, mail in enumerate(messages(30), 1)]
    before = len(postfix.messages())
    run = drive("email", options(postfix.port), mails)
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}
    kept = postfix.await_messages(before + 15 + 15 * 3)
    got = [email.message_from_bytes(each, policy=email.policy.default) for each in kept]
    for n in range(1, 31):
        boxes = sorted(each["Delivered-To"] for each in got
                       if each["Message-Id"] == f"<copy{n}@atelier.example>")
        assert boxes == ([f"copy{n}@x.example", MESSAGE["to"], f"other{n}@x.example"] if n % 2
                         else [MESSAGE["to"]])


@pytest.mark.parametrize("to, text, kind", [
    ("ok@x.example", "x", "sent"), ("ok@bücher.example", "x", "sent"),
    ("gone@x.example", "x", "refused-address"), ("later@x.example", "x", "retry"),
    ("never@x.example", "x", "refused-message"), ("stop@x.example", "x", "retry"),
    ("ok@x.example", "x" * 70 + "\n", "sent"),
    ("ok@x.example", ("x" * 70 + "\n") * 6000, "refused-message"),
], ids=("taken", "a domain beyond ASCII", "unknown", "greylisted", "against the rules", "421", "small",
        "too large"))
def test_each_of_its_answers(postfix, to, text, kind):
    found = outcome("email", options(postfix.port), {**MESSAGE, "to": to, "text": text})
    assert found.kind == kind, found


def test_a_postfix_that_does_not_relay_stops_the_channel():
    with Postfix(recipients="reject_unauth_destination",
                 smtpd_relay_restrictions="reject_unauth_destination") as server:
        found = outcome("email", options(server.port), MESSAGE)
    assert found.kind == "channel-down" and "Relay access denied" in found.detail


def test_a_postfix_with_tls(tmp_path):
    authority = certificate.Authority(tmp_path)
    pem = authority.issue("good")
    with Postfix(certificate=(pem, pem), tls="encrypt") as server:
        run = drive("email", options(server.port, server="localhost", tls="starttls",
                                     ca_file=authority.file), messages(120))
        refused = outcome("email", options(server.port), MESSAGE)
        accepted = server.accepted()
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}, run.outcomes[1]
    assert sum(accepted.values()) == 120
    assert refused.kind == "channel-down" and "530" in refused.detail


FROM_NAME = "Éts. Dumont & fils (\"Atelier\")"

# Texts that have broken something somewhere.
HOSTILE = {
    "letters of many kinds": "Éléonore Ünïcödé — 日本語 — العربية — 😀",
    "right to left": "\u202eחשבונית\u202c \u2066x\u2069",
    "a word of 10 kB": "w" * 10_000,
    "emoji, 10 kB": "😀" * 2_500,
    "encoded words": "=?utf-8?q?=0D=0ABcc:_x=40y.example?= =?x?",
    "quotes and brackets": "\"a\" <b@c.example>, (d); e: \\",
    "a header within": "Relance Bcc: x@y.example",
    "blanks": "  two  blanks  ",
    "dots": ".",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_change_neither_envelope_nor_headers(name, tmp_path):
    text = HOSTILE[name]
    document = tmp_path / ("n° " + re.sub("[/\0]", "", text[:60]))
    document.write_bytes(bytes(range(256)) * 40)
    letter = {**MESSAGE, "subject": text, "text": f"{text}\n.\n..\n.x\n{text}", "attach": [document],
              "language": "fr"}
    with ScriptedSmtp() as server:
        given = options(server.port, reply_to="reply@atelier.example", from_name=FROM_NAME)
        runs = [drive("email", given, [{"notice": 1, "attempt": n, **letter}]) for n in (1, 2)]
    for run in runs:
        check_run(run)
        assert run.outcomes[1].kind == "sent", run.outcomes[1]
    first, second = server.mails
    assert first.text == second.text, "a retry sends the same bytes"
    assert server.verbs().count("RCPT") == 2 and first.recipients == [MESSAGE["to"]]
    check_mail(first.text, letter)


def check_mail(wire, letter):
    assert wire.isascii() and b"\0" not in wire
    assert all(len(line) <= 998 for line in wire.split(b"\r\n")) and b"\n" not in wire.replace(b"\r\n", b"")
    bare = re.sub(rb"^\.", b"", wire, flags=re.M).replace(b"\r\n", b"\n")
    mail = email.message_from_bytes(bare, policy=email.policy.default)
    assert not [part.defects for part in mail.walk() if part.defects]
    assert not [mail[key].defects for key in mail.keys() if mail[key].defects]
    assert sorted(mail.keys()) == sorted([
        "MIME-Version", "From", "Reply-To", "To", "Subject", "Date", "Message-Id", "Auto-Submitted",
        "Content-Language", "Content-Type"])
    assert str(mail["Subject"]).split() == letter["subject"].split()
    assert mail["From"].addresses[0].display_name == FROM_NAME
    assert mail["From"].addresses[0].addr_spec == "compta@atelier.example"
    assert mail["Message-Id"] == f"<{letter['message_id']}>"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Content-Language"] == "fr"
    body, document = mail.iter_parts()
    assert body.get_content().rstrip("\n") == letter["text"]
    assert document.get_filename() == letter["attach"][0].name.rstrip()
    assert document.get_content() == letter["attach"][0].read_bytes()
    if shutil.which("mshow"):
        shown = subprocess.run(["mshow", "-O", "/dev/stdin", "2"], input=bare, capture_output=True,
                               check=True)
        assert letter["text"].splitlines()[-1] in shown.stdout.decode(errors="replace")


def test_an_html_part_stands_beside_the_text():
    with ScriptedSmtp() as server:
        outcome("email", options(server.port), {**MESSAGE, "html": "<p>Bonjour é</p>"})
    mail = email.message_from_bytes(server.mails[0].text, policy=email.policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("html",)).get_content().strip() == "<p>Bonjour é</p>"


@pytest.mark.parametrize("part", ["subject", "message_id", "language"])
@pytest.mark.parametrize("value", ["a\rBcc: x@y.example", "a\nBcc: x@y.example", "a\x1b[1m", "a\x85b"])
def test_a_control_character_in_a_header_is_refused(part, value):
    with ScriptedSmtp() as server:
        found = outcome("email", options(server.port), {**MESSAGE, part: value})
    assert found.kind == "refused-message" and not server.mails
