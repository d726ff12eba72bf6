# SPDX-License-Identifier: MIT
"""The module email by itself, against smtp-sink and a server that does as it is told: what it says
became of each message is what the server knows."""

import concurrent.futures
import re
import socket
import threading

import pytest
from drive import drive, outcome
from servers.gateway import closed_port
from servers.scripted_smtp import CLOSE, RESET, ScriptedSmtp
from servers.smtp_sink import SmtpSink

MESSAGE = {"to": "martin@boulangerie.example", "subject": "Relance", "text": "Bonjour,\n\nMerci.\n",
           "message_id": "n1@atelier.example", "date": 1772697600}


def options(port, **more):
    return {"server": "127.0.0.1", "port": port, "tls": "none", "from": "compta@atelier.example",
            "from_name": "Atelier Dumont", "timeout_s": 50, **more}


HANGING = {"timeout_s": 3}  # so that what hangs is given up after two seconds, not after forty


def messages(number, **more):
    return [{"notice": n, **MESSAGE, "message_id": f"n{n}@atelier.example", **more}
            for n in range(1, number + 1)]


def check_run(run):
    assert not run.crashed, (run.status, run.stderr)
    assert not run.is_asked_twice
    assert ("over", "0") in run.events


# smtp-sink's options; the outcome; whether begin() was asked. The rows of libESMTP's truth table.
SINK = {
    "takes it": ([], "sent", True),
    "without ESMTP": (["-e"], "sent", True),
    "without PIPELINING": (["-p"], "sent", True),
    "without enhanced codes": (["-E"], "sent", True),
    "drops the connection at the dot": (["-q", "."], "uncertain", True),
    "answers the dot too late": (["-W", ".:8"], "uncertain", True),
    "closes with 421 at the dot": (["-Q", "."], "retry", True),
    "puts it off at the dot": (["-r", "."], "retry", True),
    "refuses it at the dot": (["-f", "."], "refused-message", True),
    "drops at CONNECT": (["-q", "CONNECT"], "retry", False),
    "drops at EHLO": (["-q", "EHLO"], "retry", False),
    "drops at MAIL": (["-q", "MAIL"], "retry", False),
    "drops at RCPT": (["-q", "RCPT"], "retry", False),
    "drops at DATA": (["-q", "DATA"], "retry", False),
    "closes with 421 at CONNECT": (["-Q", "CONNECT"], "retry", False),
    "closes with 421 at EHLO": (["-Q", "EHLO"], "retry", False),
    "closes with 421 at MAIL": (["-Q", "MAIL"], "retry", False),
    "closes with 421 at RCPT": (["-Q", "RCPT"], "retry", False),
    "closes with 421 at DATA": (["-Q", "DATA"], "retry", False),
    "puts off the sender": (["-r", "MAIL"], "retry", False),
    "puts off the recipient": (["-r", "RCPT"], "retry", False),
    "puts off the recipient, without PIPELINING": (["-p", "-r", "RCPT"], "retry", False),
    "puts off the message": (["-r", "DATA"], "retry", False),
    "refuses the connection": (["-f", "CONNECT"], "channel-down", False),
    "refuses the sender": (["-f", "MAIL"], "channel-down", False),
    "refuses the recipient": (["-f", "RCPT"], "refused-message", False),
    "refuses the recipient, without PIPELINING": (["-p", "-f", "RCPT"], "refused-message", False),
    "does not know the recipient": (["-B", "550 5.1.1 unknown", "-f", "RCPT"],
                                    "refused-address", False),
    "refuses the message": (["-f", "DATA"], "refused-message", False),
    "says nothing at RCPT": (["-p", "-W", "RCPT:8"], "retry", False),
    "gives up within the message": (["-A", "0"], "retry|refused-message", None),
}


@pytest.mark.parametrize("row", SINK)
def test_smtp_sink(row):
    switches, kind, is_begun = SINK[row]
    with SmtpSink(*switches) as sink:
        run = drive("email", options(sink.port, **HANGING if "-W" in switches else {}), messages(1))
    check_run(run)
    assert run.outcomes[1].kind in kind.split("|"), run.outcomes[1].detail
    assert is_begun is None or run.begun == ([1] if is_begun else [])
    assert run.outcomes[1].detail, "says why"


def drip(text, pause):
    for letter in text:
        yield letter.encode()
        yield pause


def endless(chunk):
    while True:
        yield chunk


def ahead(*replies):
    """Answers several questions at once, before the later ones were asked."""
    return "".join(reply + "\r\n" for reply in replies).encode()


# The server's script; the outcome; what its detail says.
SCRIPTED = {
    "takes it, with an id of its own": ({}, "sent", "250 2.0.0 Ok: queued as 4ZB1xK"),
    "takes it in several lines": (
        {"DOT": b"250-2.0.0 first\r\n250-2.0.0 second\r\n250 2.0.0 third\r\n"}, "sent",
        "first 2.0.0 second 2.0.0 third"),
    "takes it with a bare code": ({"DOT": b"250\r\n"}, "sent", "250"),
    "takes it with bare codes throughout": (
        {"MAIL": b"250\r\n", "RCPT": b"250\r\n", "DATA": b"354\r\n"}, "sent", "250"),
    "takes it with a NUL in the answer": ({"DOT": b"250 o\0k\r\n"}, "sent", "250 o"),
    "takes it with control characters": ({"DOT": b"250 \x1b[31mred\r\n"}, "sent", r"250 \?\[31mred"),
    "takes it byte by byte": ({"DOT": lambda *_: drip("250 ok\r\n", 0.01)}, "sent", "250 ok"),
    "greets in several lines": ({"CONNECT": b"220-hello\r\n220-you\r\n220 there\r\n"}, "sent", ""),
    "knows no EHLO": ({"EHLO": "502 5.5.1 what?"}, "sent", ""),
    # Drops
    "closes at CONNECT": ({"CONNECT": CLOSE}, "retry", "lost at the connection"),
    "closes at EHLO": ({"EHLO": CLOSE}, "retry", "lost at the greeting"),
    "closes at MAIL": ({"MAIL": CLOSE}, "retry", "lost at the sender"),
    "closes at RCPT": ({"RCPT": CLOSE}, "retry", "lost at the recipient"),
    "closes at DATA": ({"DATA": CLOSE}, "retry", "lost at the message"),
    "closes before the message": ({"TEXT": [0.0, CLOSE]}, "retry|uncertain", ""),
    "closes at the dot": ({"DOT": CLOSE}, "uncertain", "lost at the end of the message"),
    "resets at CONNECT": ({"CONNECT": RESET}, "retry", ""),
    "resets at EHLO": ({"EHLO": RESET}, "retry", ""),
    "resets at MAIL": ({"MAIL": RESET}, "retry", ""),
    "resets at RCPT": ({"RCPT": RESET}, "retry", ""),
    "resets at DATA": ({"DATA": RESET}, "retry", ""),
    "resets at the dot": ({"DOT": RESET}, "uncertain", ""),
    "closes within the answer to MAIL": ({"MAIL": [b"250 o", CLOSE]}, "retry", ""),
    "closes within the answer to the dot": ({"DOT": [b"25", CLOSE]}, "uncertain", ""),
    # 4xx and 5xx
    "is not ready": ({"CONNECT": "421 4.3.2 later"}, "retry", "421 4.3.2 later"),
    "does not want us": ({"CONNECT": "554 5.7.1 blocked"}, "channel-down", "554 5.7.1 blocked"),
    "puts off the greeting": ({"EHLO": "451 4.3.0 later"}, "retry", "451"),
    "refuses the greeting": ({"EHLO": "550 5.7.1 bad name"}, "channel-down", "550 5.7.1 bad name"),
    "knows neither EHLO nor HELO": ({"EHLO": "502 no", "HELO": "502 no"}, "channel-down", "502"),
    "puts off the sender": ({"MAIL": "451 4.7.1 later"}, "retry", "sender.*451 4.7.1"),
    "refuses the sender, 550": ({"MAIL": "550 5.7.1 no"}, "channel-down", "sender.*550 5.7.1"),
    "refuses the sender, 553": ({"MAIL": "553 5.1.8 no"}, "channel-down", "sender.*553 5.1.8"),
    "refuses the sender, 554": ({"MAIL": "554 no"}, "channel-down", "sender.*554"),
    "wants a login": ({"MAIL": "530 5.7.0 log in"}, "channel-down", "user name.*530"),
    "finds the mail too large": ({"MAIL": "552 5.3.4 large"}, "refused-message", "too large"),
    "greylists": ({"RCPT": "450 4.2.0 greylisted"}, "retry", "recipient.*450 4.2.0"),
    "greylists with 451": ({"RCPT": "451 4.7.1 greylisted"}, "retry", "451 4.7.1 greylisted"),
    "is short of room": ({"RCPT": "452 4.3.1 full"}, "retry", "452"),
    "does not know the mailbox": ({"RCPT": "550 5.1.1 who?"}, "refused-address", "does not exist"),
    "does not know it, basic code": ({"RCPT": "550 who?"}, "refused-address", "550 who?"),
    "knows where it went": ({"RCPT": "551 moved"}, "refused-address", "551"),
    "does not like the address": ({"RCPT": "553 5.1.3 bad"}, "refused-address", "not valid"),
    "is of a domain without mail": ({"RCPT": "556 5.1.10 null MX"}, "refused-address", "no mail"),
    "has closed the mailbox": ({"RCPT": "550 5.2.1 disabled"}, "refused-address", "closed"),
    "has a full mailbox": ({"RCPT": "552 5.2.2 over quota"}, "refused-message", "full"),
    "has a rule against us": ({"RCPT": "554 5.7.1 listed"}, "refused-message", "rules"),
    "has a rule against us, 550": ({"RCPT": "550 5.7.1 listed"}, "refused-message", "rules"),
    "does not relay": ({"RCPT": "554 5.7.1 <x>: Relay access denied"}, "channel-down", "Relay"),
    "refuses in several lines": ({"RCPT": b"550-5.1.1 no\r\n550 5.1.1 such user\r\n"},
                                 "refused-address", "550 5.1.1 no 5.1.1 such"),
    "puts off the message": ({"DATA": "451 4.3.0 later"}, "retry", "message.*451"),
    "refuses the message": ({"DATA": "554 5.6.0 no"}, "refused-message", "message.*554"),
    "puts it off at the dot": ({"DOT": "451 4.3.0 later"}, "retry", "451 4.3.0 later"),
    "refuses it at the dot": ({"DOT": "554 5.7.1 spam"}, "refused-message", "554 5.7.1 spam"),
    "refuses it at the dot, 550": ({"DOT": "550 spam"}, "refused-message", "550 spam"),
    "finds out the mailbox at the dot": ({"DOT": "550 5.1.1 who?"}, "refused-address", "exist"),
    # Not SMTP
    "speaks something else": ({"CONNECT": b"SSH-2.0-OpenSSH_9.2\r\n"}, "retry", "speak SMTP"),
    "speaks HTTP": ({"CONNECT": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, "retry", "speak SMTP"),
    "answers without a code": ({"MAIL": b"ok\r\n"}, "retry", "speak SMTP"),
    "answers with an empty line": ({"MAIL": b"\r\n"}, "retry", "speak SMTP"),
    "answers with half a code": ({"RCPT": b"25 ok\r\n"}, "retry", "speak SMTP"),
    "answers with too many digits": ({"RCPT": b"2500 ok\r\n"}, "retry", "speak SMTP"),
    "answers NULs": ({"RCPT": b"\0\0\0\0\0\0\r\n"}, "retry", "speak SMTP"),
    "answers the dot without a code": ({"DOT": b"ok\r\n"}, "uncertain", "speak SMTP"),
    "answers the dot with NULs": ({"DOT": b"\0\0\0 ok\r\n"}, "uncertain", "speak SMTP"),
    "answers the dot with another go": ({"DOT": "354 go on"}, "uncertain", ""),
    "contradicts itself": ({"RCPT": b"250-ok\r\n550 no\r\n"}, "retry", "contradict"),
    "contradicts itself at the dot": ({"DOT": b"250-ok\r\n550 no\r\n"}, "uncertain", "contradict"),
    "answers before it is asked": ({"CONNECT": ahead("220 hi", "250 ehlo", "250 mail", "250 rcpt")},
                                   "retry", "not asked"),
    "takes the message before it is sent": (
        {"DATA": ahead("354 go", "250 2.0.0 queued")}, "retry", "not asked"),
    "takes the message while it is sent": (
        {"DATA": [b"354 go\r\n250 2.0.0 queued\r\n", CLOSE]}, "retry", ""),
    # Without end
    "answers 10 MB in one line": ({"RCPT": b"250 " + b"x" * 10_000_000 + b"\r\n"}, "retry", "end"),
    "answers 10 MB in many lines": (
        {"EHLO": b"250-X\r\n" * 1_400_000 + b"250 X\r\n"}, "retry", "end"),
    "answers the dot with 10 MB": ({"DOT": b"250-" + b"x" * 10_000_000}, "uncertain", "end"),
    "greets without end": ({"CONNECT": lambda *_: endless(b"220-" + b"x" * 65536)}, "retry", "end"),
    "greets line after line": ({"CONNECT": lambda *_: endless(b"220-hello\r\n" * 100)}, "retry", "end"),
    "lists extensions without end": (
        {"EHLO": lambda *_: endless(b"250-AUTH A B C D\r\n" * 100)}, "retry", "end"),
    # Slow
    "never greets": ({"CONNECT": 30}, "retry", "no answer within 2 s at the connection"),
    "greets byte by byte": ({"CONNECT": lambda *_: drip("220 " + "x" * 500, 0.1)}, "retry", "within"),
    "never answers MAIL": ({"MAIL": 30}, "retry", "no answer within 2 s at the sender"),
    "never answers DATA": ({"DATA": 30}, "retry", "no answer within 2 s at the message"),
    "never answers the dot": ({"DOT": 30}, "uncertain", "no answer within 2 s at the end"),
    "answers the dot byte by byte": (
        {"DOT": lambda *_: drip("250-" + "x" * 500, 0.1)}, "uncertain", "within 2 s"),
    "has no word for nobody": ({"RCPT": "450 4.2.0 later", "DATA": "354 go ahead", "DOT": "554 no"},
                               "retry", "450 4.2.0"),
    "takes what is for nobody": ({"RCPT": "550 5.1.1 who?", "DATA": "354 go ahead"},
                                 "refused-address", "550 5.1.1"),
}


SLOW = [row for row, (_, _, detail) in SCRIPTED.items() if "within" in detail]


def meet(row):
    """The server, what came of a message, and how many bytes the server had said by then."""
    with ScriptedSmtp(SCRIPTED[row][0]) as server:
        run = drive("email", options(server.port, **HANGING if row in SLOW else {}), messages(1))
        return server, run, server.n_sent


@pytest.fixture(scope="module", name="met")
def met_fixture():
    """The slow ones, all at once."""
    with concurrent.futures.ThreadPoolExecutor(len(SLOW)) as pool:
        return dict(zip(SLOW, pool.map(meet, SLOW)))


@pytest.mark.parametrize("row", SCRIPTED)
def test_a_scripted_server(met, row):
    script, kinds, detail = SCRIPTED[row]
    server, run, n_sent = met.get(row) or meet(row)
    check_run(run)
    found = run.outcomes[1]
    assert found.kind in kinds.split("|"), found
    assert re.search(detail, found.detail, re.I | re.S), found
    assert found.detail.isprintable(), "fit for a line of a log"
    # The truth.
    assert len(server.accepted) == (found.kind == "sent")
    if found.kind not in ("sent", "uncertain"):
        assert len(server.mails) == (script.keys() == {"DOT"})
    is_begun = found.kind in ("sent", "uncertain") or script.keys() == {"DOT"}
    assert "|" in kinds or run.begun == ([1] if is_begun else [])
    assert n_sent < 50_000_000, "an answer without end is cut"


@pytest.mark.parametrize("offers", [("PIPELINING", "CHUNKING", "8BITMIME"),
                                    ("CHUNKING",), ("PIPELINING", "chunking", "BINARYMIME")])
@pytest.mark.parametrize("script, kind", [({}, "sent"), ({"RCPT": CLOSE}, "retry"),
                                          ({"RCPT": "450 4.2.0 later"}, "retry"),
                                          ({"RCPT": "550 5.1.1 who?"}, "refused-address"),
                                          ({"DOT": CLOSE}, "uncertain")])
def test_chunking_changes_nothing(offers, script, kind):
    with ScriptedSmtp(script, offers) as server:
        run = drive("email", options(server.port), messages(3))
    check_run(run)
    assert run.outcomes[1].kind == kind
    assert "BDAT" not in server.verbs()


def test_chunking_is_masked_wherever_the_answer_is_cut():
    reply = b"250-x.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 DSN\r\n"
    start = reply.index(b"CHUNKING")
    for at in range(start - 1, start + len(b"CHUNKING") + 3):
        with ScriptedSmtp({"EHLO": [reply[:at], 0.002, reply[at:]], "RCPT": CLOSE}) as server:
            assert outcome("email", options(server.port), MESSAGE).kind == "retry"
            assert "BDAT" not in server.verbs()


def test_a_message_that_must_not_leave_does_not_and_stops_no_other():
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port), messages(5), refuse=2)
    check_run(run)
    assert {n: each.kind for n, each in run.outcomes.items()} == {
        1: "sent", 2: "retry", 3: "sent", 4: "sent", 5: "sent"}
    assert [re.search(rb"Message-Id: <n(\d)@", mail.text)[1] for mail in server.mails] == [
        b"1", b"3", b"4", b"5"]


def test_each_recipient_has_its_own_outcome():
    def judge(session, line):
        return {"1": "250 ok", "2": "550 5.1.1 who?", "3": "450 4.2.0 later",
                "4": "554 5.7.1 no"}[line[9]]
    letters = [{**each, "to": f"{each['notice']}@x.example"} for each in messages(4)]
    with ScriptedSmtp({"RCPT": judge}) as server:
        run = drive("email", options(server.port), letters)
    check_run(run)
    assert [run.outcomes[n].kind for n in range(1, 5)] == [
        "sent", "refused-address", "retry", "refused-message"]
    assert [mail.recipients for mail in server.mails] == [["1@x.example"]]


def test_a_connection_carries_a_hundred_messages():
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port), messages(250))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}
    assert [sum(mail.connection == n for mail in server.mails) for n in (1, 2, 3)] == [100, 100, 50]
    assert server.verbs().count("QUIT") == 3


@pytest.mark.parametrize("script", [{"MAIL": ("250 ok", "250 ok", [b"421 4.7.0 enough\r\n", CLOSE])},
                                    {"MAIL": ("250 ok", "250 ok", CLOSE)}])
def test_a_server_that_takes_two_messages_at_once_gets_no_third(script):
    with ScriptedSmtp(script) as server:
        run = drive("email", options(server.port), messages(6))
    check_run(run)
    kinds = [each.kind for _, each in sorted(run.outcomes.items())]
    assert kinds[:2] == ["sent", "sent"] and set(kinds[2:]) == {"retry"}
    assert len(server.accepted) == 2


def test_a_session_that_broke_is_followed_by_another():
    with ScriptedSmtp({"MAIL": ("250 ok", "250 ok", CLOSE, "250 ok")}) as server:
        run = drive("email", options(server.port), messages(6))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}
    assert server.n_connections == 2 and len(server.accepted) == 6


def test_a_server_that_hangs_up_at_each_dot_is_not_fed_the_whole_queue():
    with ScriptedSmtp({"DOT": CLOSE}) as server:
        run = drive("email", options(server.port), messages(3))
    check_run(run)
    uncertain = [n for n, each in run.outcomes.items() if each.kind == "uncertain"]
    assert len(server.mails) == len(uncertain) and set(run.begun) == set(uncertain)
    assert {each.kind for each in run.outcomes.values()} == {"uncertain", "retry"}


def test_a_refused_sender_stops_the_channel_for_all():
    with ScriptedSmtp({"MAIL": "550 5.7.1 not you"}) as server:
        run = drive("email", options(server.port), messages(4))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"channel-down"}
    assert {each.detail for each in run.outcomes.values()} == {run.outcomes[1].detail}
    assert not run.begun and not server.mails and server.verbs().count("MAIL") <= 2


@pytest.mark.parametrize("server, detail", [
    ("127.0.0.1", "cannot be reached: Connection refused"),
    ("no-such-host.invalid", "cannot be reached"),
])
def test_no_server(server, detail):
    with closed_port() as port:
        found = outcome("email", {**options(port), "server": server}, MESSAGE)
    assert found.kind == "retry" and detail in found.detail


def test_a_server_that_does_not_take_the_call():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        callers = [socket.socket() for _ in range(4)]  # all that may wait, and more
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(address)
        run = drive("email", options(address[1], **HANGING), messages(3))
        for caller in callers:
            caller.close()
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"retry"}
    assert "cannot be reached: no answer within 2 s" in run.outcomes[1].detail


def test_a_server_that_reads_nothing_more_gets_no_half_message():
    # The library would drop what it could not write, and go on behind the gap.
    body = "".join(f"line {n} of many, to fill what lies between us\n" for n in range(200_000))
    with ScriptedSmtp({"TEXT": 4}) as server:
        server.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        run = drive("email", options(server.port, **HANGING),
                    [{"notice": 1, **MESSAGE, "text": body}])
    check_run(run)
    assert run.outcomes[1].kind == "retry" and not run.begun
    assert not server.mails


# An archive copy: script; the outcome; whether the customer and the copy got it; a warning.
COPY = "archive@atelier.example"


def by_recipient(customer, copy):
    return {"RCPT": lambda session, line: copy if "archive" in line else customer}


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize("customer, copy, kind, recipients", [
    ("250 ok", "250 ok", "sent", ["martin@boulangerie.example", COPY]),
    ("250 ok", "550 5.1.1 no", "sent", ["martin@boulangerie.example"]),
    ("250 ok", "450 4.2.0 no", "sent", ["martin@boulangerie.example"]),
    ("550 5.1.1 no", "250 ok", "refused-address", None),
    ("450 4.2.0 no", "250 ok", "retry", None),
    ("550 5.1.1 no", "550 5.1.1 no", "refused-address", None),
])
def test_the_archive_copy(offers, customer, copy, kind, recipients):
    with ScriptedSmtp(by_recipient(customer, copy), offers) as server:
        run = drive("email", options(server.port, copy_to=COPY), messages(3))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {kind}
    assert [mail.recipients for mail in server.mails] == ([recipients] * 3 if recipients else [])
    assert all(COPY.encode() not in mail.text for mail in server.mails), "nobody sees the copy"
    warnings = [text for level, text in run.logs if level < 7]
    assert len(warnings) == (kind == "sent" and not copy.startswith("250"))
    assert all("@" not in text for text in warnings)


@pytest.mark.parametrize("answer", [b"what?\r\n", b"25\r\n", b"250-2.1.5 one\r\n550 two\r\n",
                                    CLOSE, RESET])
def test_a_server_that_fails_between_two_recipients_ends_nothing_but_the_session(answer):
    # Three commands said at once and the first one's answer broken: libESMTP would crash.
    with ScriptedSmtp({"RCPT": (answer, "250 ok")}) as server:
        run = drive("email", options(server.port, copy_to=COPY), messages(4))
    check_run(run)
    assert run.outcomes[1].kind == "retry" and not server.mails
    assert {found.kind for found in run.outcomes.values()} == {"retry"}


def test_a_mail_to_the_archive_itself_goes_out_once():
    with ScriptedSmtp() as server:
        found = outcome("email", options(server.port, copy_to=COPY), {**MESSAGE, "to": COPY})
    assert found.kind == "sent" and server.mails[0].recipients == [COPY]


# Options that open() refuses, and with what.
@pytest.mark.parametrize("wrong, fault", [
    ({"port": 465}, "port = 587"),
    ({"port": 0}, "port"),
    ({"server": "::1"}, "IPv6"),
    ({"server": "mail.example:25"}, "option of its own"),
    ({"server": ""}, "server"),
    ({"server": "a b"}, "server"),
    ({"tls": "yes"}, 'must be "starttls" or "none"'),
    ({"username": "u"}, "password: is missing"),
    ({"password": "p"}, "username: is missing"),
    ({"username": "u", "password": "p", "server": "mail.example"}, "would show the password"),
    ({"from": ""}, "from: is missing"),
    ({"from": "nobody"}, "from: nobody"),
    ({"from": "a@b.example\r\nBcc: x@y.example"}, "from"),
    ({"reply_to": "é@b.example"}, "reply_to"),
    ({"copy_to": "@"}, "copy_to"),
    ({"from_name": "A\nB"}, "from_name"),
    ({"ca_file": "ca.pem", "tls": "starttls"}, "absolute path"),
    ({"ca_file": "/nowhere/ca.pem", "tls": "starttls"}, "ca_file: /nowhere/ca.pem"),
    ({"ca_file": "/etc/passwd", "tls": "starttls"}, "ca_file: /etc/passwd"),
    ({"ca_file": "/x"}, 'of no use with tls = "none"'),
    ({"hello": "a b"}, "hello"),
    ({"timeout_s": 0}, "timeout_s"),
])
def test_open_refuses(wrong, fault):
    run = drive("email", {**options(25), **wrong})
    assert run.fault and fault in run.fault
    assert "\n" not in run.fault and not run.crashed


def test_without_a_word_about_tls_nothing_is_said_in_clear_text():
    with ScriptedSmtp() as server:
        given = options(server.port)
        del given["tls"]
        found = outcome("email", given, MESSAGE)
    assert found.kind == "channel-down" and 'tls = "none"' in found.detail
    assert "MAIL" not in server.verbs()


@pytest.mark.parametrize("address, verdict", [
    ("a@b.example", "good"), ("a.b+c@b.example", "good"), ("o'hara@b.example", "good"),
    ("a@bücher.example", "good"), ("a@日本語.example", "good"), ("a@localhost", "good"),
    ("é@b.example", "bad"), ("a@b..example", "bad"), ("a b@c.example", "bad"), ("a@", "bad"),
    ("a@b.example\r\nRCPT TO:<x@y.example>", "bad"), ("a@b.example\n", "bad"), ("@b.example", "bad"),
    ("a" * 65 + "@b.example", "bad"), ("a@" + "b" * 250 + ".example", "bad"),
    ("a@" + "ü" * 60 + ".example", "bad"), ("<a@b.example>", "bad"), ("", "bad"),
])
def test_which_addresses_can_be_written_to(address, verdict):
    run = drive("email", options(25), check=address)
    assert ("address", verdict) in run.events


def test_a_trial_is_told_step_by_step_without_what_was_said():
    with ScriptedSmtp() as server:
        run = drive("email", options(server.port), messages(1, template="test"))
    told = [text for level, text in run.logs if level == 7]
    assert [text.split(":")[0] for text in told] == [
        f"connected to 127.0.0.1, port {server.port}", "the connection", "the greeting (EHLO)",
        "the sender (MAIL FROM)", "the recipient (RCPT TO)", "the message (DATA)",
        "the end of the message", "the good-bye (QUIT)"]
    assert all("martin" not in text for text in told)


def test_many_at_once_share_nothing():
    with ScriptedSmtp() as server:
        runs = []
        threads = [threading.Thread(target=lambda: runs.append(
            drive("email", options(server.port), messages(120)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(runs) == 4 and len(server.accepted) == 480
    for run in runs:
        check_run(run)
