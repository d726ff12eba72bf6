# SPDX-License-Identifier: MIT
"""relancectl test and relancectl channels: the truth about a channel, step by step, for whoever has
to make it work. Where a channel must fail on demand it is tests/integration/scripted.c."""

import base64
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
import urllib.parse

import firm as firms
import pytest
from scripted import Scripted
from servers.certificate import Authority
from servers.daemon import Daemon
from servers.gateway import Gateway, closed_port, reply
from servers.scripted_smtp import ScriptedSmtp

TO = "essai@example.org"
DAY1 = "2026-03-05T09:00"
STEPS = ["module", "options", "worker", "address", "begin"]


def tell(firm, *arguments, status=None):
    """The steps and the outcome of a test, and its exit status."""
    done = firm.ctl("--json", "test", *arguments, status=status)
    *steps, outcome = [json.loads(line) for line in done.stdout.splitlines()]
    return steps, outcome, done.returncode


def names(steps):
    return [step["step"] for step in steps if step["step"] != "said"]


# What is told

# script → steps that went well, outcome, what the answer says
OUTCOMES = [
    ("acted-sent", STEPS, "sent", None),
    ("sent", STEPS[:4], "sent", None),
    ("retry", STEPS[:4], "retry", "busy"),
    ("begun-retry", STEPS, "retry", "busy"),
    ("refused-address", STEPS[:4], "refused-address", "no such recipient"),
    ("begun-refused-message", STEPS, "refused-message", "spam"),
    ("down", STEPS[:4], "channel-down", "wrong password"),
    ("begun-uncertain", STEPS, "uncertain", "no answer"),
    ("acted-abort", STEPS, "uncertain", "signal 6"),
    ("begun-exit", STEPS, "uncertain", "exit status 0"),
    ("abort", STEPS[:3], "retry", "signal 6"),
    ("exit", STEPS[:3], "retry", "exit status 0"),
    ("close", STEPS[:3], "retry", "its worker"),
    ("acted-hang", STEPS, "uncertain", "no answer within"),
    ("hang", STEPS[:3], "retry", "no answer within"),
    ("chatter", STEPS[:3], "retry", "no answer within"),
    ("flood", STEPS[:3], "retry", "no answer within"),
]


def test_every_outcome_is_told_with_what_went_before(tmp_path, module):
    """All of them side by side: those that hang take their time, the others have more of it."""
    told = {}

    def one(word, answer):
        firm = Scripted(tmp_path / word, module)
        if answer != "no answer within":
            firm.config["channels"]["email"]["timeout_s"] = firms.TIMEOUT_S
            firm.write_config()
        firm.script("email", f"* {word}")
        told[word] = tell(firm, "email", "--to", TO)

    threads = [threading.Thread(target=one, args=(word, answer)) for word, _, _, answer in OUTCOMES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for word, good, outcome, answer in OUTCOMES:
        steps, last, status = told[word]
        assert names(steps) == good, word
        assert last["outcome"] == outcome and last["begun"] == ("begin" in good), word
        assert answer is None or answer in last["answer"], word
        assert last["meaning"] and last["advice"], word
        assert status == (0 if outcome == "sent" else 1), word
        assert len(steps) <= 110, word
    assert told["acted-sent"][1]["reference"] == "ref"


def test_a_test_is_a_real_message_that_says_what_it_is(firm):
    firm.ctl("test", "email", "--to", TO)
    firm.ctl("test", "sms", "--to", "06 12 34 56 78")
    firm.ctl("test", "whatsapp", "--to", "+33612345678")
    firm.ctl("test", "hook", "--to", "nobody")
    [mail], [sms], [whatsapp], [event] = (firm.files(channel).values()
                                          for channel in ("email", "sms", "whatsapp", "hook"))
    head, body = mail.split("\n\n", 1)
    assert f"To: {TO}\n" in head and "Message-ID: <" in head
    assert "Essai des relances" in head and "Atelier Dumont" in head
    assert "Vous ne devez rien" in body and "Atelier Dumont" in body
    for text in (sms, whatsapp):
        assert "To: +33612345678\n" in text and "Vous ne devez rien" in text
        assert "essai" in text.lower() and "Atelier Dumont" in text
    told = json.loads(event.split("\n\n", 1)[1])
    assert told["event"] == "test" and told["customer"] is None and told["invoices"] == []


def test_a_test_speaks_the_creditor_s_language(bare_firm):
    bare_firm.config["creditor"].update(language="en", name="Smith \\ Sons @ # Ltd")
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.ctl("test", "email", "--to", TO)
    [mail] = bare_firm.files("email").values()
    assert "Subject: Test of the reminders of Smith \\ Sons @ # Ltd\n" in mail
    assert "You owe nothing" in mail


def test_two_tests_are_two_messages(firm):
    for _ in range(2):
        firm.ctl("test", "email", "--to", TO)
    ids = re.findall(r"Message-ID: <(.*)>", "".join(firm.files("email").values()))
    assert len(ids) == 2 and len(set(ids)) == 2


def test_a_test_is_no_notice_no_contact_and_no_task(scripted):
    scripted.load([firms.customer()], [firms.invoice()], at="2026-03-03T09:00")
    for word in ("acted-sent", "down", "acted-uncertain", "acted-abort"):
        scripted.script("email", f"* {word}")
        scripted.ctl("test", "email", "--to", TO, status=None)
    assert scripted.log() == [] and scripted.json("tasks") == []
    assert not list((scripted.state / "flight").glob("*")) if (scripted.state / "flight").exists() else True
    assert scripted.once(DAY1).returncode == 0
    assert scripted.states() == ["email sent"]


def test_a_test_goes_at_any_hour_and_leaves_a_fresh_store_fresh(bare_firm):
    bare_firm.config["sending"] = {"days": "mon", "from": "00:00", "to": "00:01", "holidays": "none"}
    bare_firm.write_config()
    bare_firm.init()
    assert tell(bare_firm, "sms", "--to", "+33612345678")[2] == 0
    assert bare_firm.json("status", status=None)[0]["mode"] == "fresh"


def test_the_log_has_the_test_without_its_address(bare_firm):
    bare_firm.init()
    with Daemon(bare_firm, firms.RELANCED) as daemon:
        bare_firm.ctl("test", "email", "--to", TO)
        assert daemon.end() == 0
    text = daemon.log.read_text(encoding="utf-8")
    assert "a4d1c0d2f1a84f3e9b1a7c5e60b1f018" in text and "CHANNEL=email" in text
    assert "STATE=sent" in text and "essai" not in text and "example.org" not in text


# What is refused before anything is tried

@pytest.mark.parametrize("arguments, status, word", [
    (["test", "emial", "--to", TO], 3, "did you mean 'email'"),
    (["test", "email", "--to", "nobody"], 1, "name@example.org"),
    (["test", "email", "--to", ""], 1, "needs an address"),
    (["test", "email", "--to", "a@example.org\r\nBcc: b@example.org"], 1, "name@example.org"),
    (["test", "email", "--to", "a@example.org,b@example.org"], 1, "name@example.org"),
    (["test", "sms", "--to", "12"], 1, "+33"),
    (["test", "sms", "--to", TO], 1, "+33"),
    (["test", "whatsapp", "--to", "+0612345678"], 1, "+33"),
    (["test", "email"], 2, "--to"),
    (["test"], 2, "CHANNEL"),
    (["--at", "2026-03-05", "test", "email", "--to", TO], 2, "--at"),
    (["channels", "emial"], 3, "did you mean 'email'"),
    (["channels", "email", "sms"], 2, "sms"),
])
def test_what_cannot_be_tried_is_refused_in_words(firm, arguments, status, word):
    done = firm.ctl(*arguments, status=status)
    assert word in done.stderr and done.stdout == ""
    assert not any(firm.files(channel) for channel in ("email", "sms", "whatsapp"))
    assert firm.json("status", status=None)[0]["mode"] == "fresh"


# A channel that is not right

def faulty_firm(firm, module, secret):
    firm.config["channels"].update({
        "missing": {"module": "nothing", "address": "email"},
        "foreign": {"module": "/etc/passwd", "address": "email"},
        "mistyped": {"module": "file", "path": "out/x", "address": "email", "delay_m": 5},
        "wrong": {"module": "file", "path": "out/x", "address": "email", "delay_ms": "soon"},
        "short": {"module": "file", "address": "email"},
        "closed": {"module": str(module), "address": "email", "folder": {"file": str(secret)}},
    })
    firm.write_config()


FAULTS = [
    ("missing", "module", "there is no module 'nothing'"),
    ("foreign", "module", "cannot be loaded"),
    ("mistyped", "options", "did you mean delay_ms?"),
    ("wrong", "options", "delay_ms must be a whole number"),
    ("short", "options", "needs the option path"),
    ("closed", "options", "folder must be a folder"),
]


def test_a_wrong_channel_is_told_with_file_and_line_and_the_others_are_listed(
        firm, module, tmp_path):
    faulty_firm(firm, module, tmp_path / "secret")
    checked = firm.relanced("--check", status=1).stderr.splitlines()
    done = firm.ctl("--json", "channels", status=1)
    listed = {row["channel"]: row for row in map(json.loads, done.stdout.splitlines())}
    for channel, step, words in FAULTS:
        [problem] = listed[channel]["problems"]
        assert problem in checked and words in problem and problem.startswith(f"{firm.path}:")
        assert listed[channel]["state"] == "faulty"
        steps, outcome, status = tell(firm, channel, "--to", TO)
        assert steps[-1] == {**steps[-1], "step": step, "ok": False, "text": problem}
        assert outcome["outcome"] == "channel-down" and not outcome["begun"] and status == 1
        assert words in outcome["answer"]
    assert listed["email"]["state"] == "never used" and listed["email"]["problems"] == []
    shown = firm.ctl("channels", status=1).stdout
    assert all(words in shown for _, _, words in FAULTS) and "\nemail " in shown


def compiled(tmp_path, source):
    """A module from its source."""
    if not shutil.which("cc"):
        pytest.skip("needs a compiler")
    path = tmp_path / "module.so"
    subprocess.run(["cc", "-fPIC", "-shared", f"-I{firms.REPOSITORY}", "-xc", "-", "-o", path],
                   input=source, text=True, check=True)
    return path


def test_a_module_that_dies_while_it_is_loaded_is_told(firm, tmp_path):
    stuck = compiled(tmp_path, "#include <unistd.h>\n__attribute__((constructor)) "
                               "static void die(void) { _exit(7); }\n")
    firm.config["channels"]["stuck"] = {"module": str(stuck), "address": "email"}
    firm.write_config()
    steps, outcome, _ = tell(firm, "stuck", "--to", TO, status=1)
    assert names(steps) == ["module"] and not steps[0]["ok"] and "exit status 7" in outcome["answer"]
    assert "exit status 7" in firm.relanced("--check", status=1).stderr


def test_a_worker_that_talks_nonsense_is_told(firm, tmp_path):
    firm.config["channels"]["stuck"] = {"address": "email", "module": str(compiled(tmp_path, """
#include <sys/socket.h>
__attribute__((constructor)) static void babble(void) { send(3, "nonsense", 8, 0); }
"""))}
    firm.write_config()
    steps, outcome, _ = tell(firm, "stuck", "--to", TO, status=1)
    assert names(steps) == ["module"] and "no packet" in outcome["answer"]
    assert "no packet" in firm.relanced("--check", status=1).stderr


# How a channel stands

def channel(firm, name, **options):
    [row] = firm.json("channels", name, **options)
    return row


def test_channels_show_their_options_and_where_secrets_come_from(firm, tmp_path):
    row = channel(firm, "email")
    assert row["module"] == "file" and row["form"] == "email" and row["address"] == "email"
    assert (row["workers"], row["in_flight"], row["rate_per_minute"], row["timeout_s"]) == (1, 8, 0, 60)
    assert row["state"] == "never used" and row["waiting"] == 0 and row["last_sent"] is None
    options = {option["name"]: option for option in row["options"]}
    assert options["path"]["value"] == str(firm.folder / "out/email") and options["path"]["given"]
    assert options["delay_ms"]["value"] == "0" and not options["delay_ms"]["given"]
    assert channel(firm, "hook")["address"] is None
    shown = firm.ctl("channels", "email").stdout
    assert re.search(r"delay_ms +0 \(default\)", shown) and "path" in shown
    assert [row["channel"] for row in firm.json("channels")] == list(firm.config["channels"])


def test_a_suspended_channel_is_seen_by_everybody_and_healed_by_a_test(scripted):
    scripted.load([firms.customer()], [firms.invoice()], at="2026-03-03T09:00")
    scripted.policy([["email"]])
    scripted.script("email", "* down")
    scripted.once(DAY1)
    row = channel(scripted, "email")
    assert row["state"] == "suspended" and row["since"].startswith("2026-03-05T09:00")
    assert "wrong password" in row["why"] and "wrong password" in row["last_error"]["text"]
    assert row["waiting"] == 1 and channel(scripted, "sms")["state"] == "never used"
    assert "suspended since 2026-03-05 09:00" in scripted.ctl("channels").stdout
    [problem] = scripted.json("status", status=1)[0]["problems"]
    assert "email" in problem and "suspended" in problem and "wrong password" in problem

    scripted.script("email", "* down")
    _, outcome, _ = tell(scripted, "email", "--to", TO, status=1)
    assert outcome["outcome"] == "channel-down" and outcome["suspension"] is None
    row = channel(scripted, "email")
    assert row["state"] == "suspended" and row["last_error"]["text"] == "in a test: wrong password"
    assert len(scripted.tasks()) == 1

    scripted.script("email")
    assert "works again" in tell(scripted, "email", "--to", TO, status=0)[1]["suspension"]
    assert channel(scripted, "email")["state"] == "ready" and scripted.tasks() == []
    assert scripted.json("status")[0]["ok"]
    scripted.once(DAY1)
    assert scripted.states() == ["email sent"]
    assert channel(scripted, "email")["last_sent"].startswith("2026-03-05T09:00")


def test_the_last_error_and_when_it_was_are_kept(scripted):
    scripted.load([firms.customer("C-1"), firms.customer("C-2")],
                  [firms.invoice("F-1", "C-1"), firms.invoice("F-2", "C-2")], at="2026-03-03T09:00")
    scripted.policy([["email"]])
    scripted.script("email", "c-1 refused-message")
    scripted.once(DAY1)
    row = channel(scripted, "email")
    assert row["state"] == "ready" and row["waiting"] == 0 and row["last_sent"]
    assert row["last_error"] == {"at": row["last_sent"], "text": "spam"}
    shown = scripted.ctl("channels", "email").stdout
    assert "spam (2026-03-05 09:00)" in shown


# Real modules

def closed_file(tmp_path, text):
    path = tmp_path / "password"
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def kannel(firm, tmp_path, url, password="right"):
    """The firm's SMS by Kannel, with a password in a closed file."""
    secret = closed_file(tmp_path, password)
    firm.config["channels"]["sms"] = {
        "module": "sms", "provider": "kannel", "url": url, "username": "relanced",
        "password": {"file": str(secret)}}
    firm.write_config()
    return secret


def test_a_gateway_that_takes_the_message_is_told_with_its_answer(firm, tmp_path):
    with Gateway(lambda request: reply(202, "0: Accepted for delivery")) as gateway:
        secret = kannel(firm, tmp_path, gateway.url("/cgi-bin/sendsms"))
        steps, outcome, status = tell(firm, "sms", "--to", "06 12 34 56 78")
        assert status == 0 and outcome["outcome"] == "sent" and names(steps) == STEPS
        assert any(step["step"] == "said" for step in steps)
        [request] = gateway.requests
        assert request.query["to"].endswith("33612345678") and "ESSAI" in request.query["text"].upper()
        assert f"password = file {secret}" in steps[1]["text"]


@pytest.mark.parametrize("status, body, outcome, words", [
    (403, "Authorization failed for sendsms", "channel-down", "Authorization failed"),
    (503, "", "retry", "503"),
    (404, "Unknown request.", "channel-down", "Unknown request"),
])
def test_a_gateway_that_refuses_is_told_in_its_own_words(firm, tmp_path, status, body, outcome, words):
    with Gateway(lambda request: reply(status, body)) as gateway:
        kannel(firm, tmp_path, gateway.url("/cgi-bin/sendsms"))
        _, told, code = tell(firm, "sms", "--to", "+33612345678")
        assert told["outcome"] == outcome and words in told["answer"] and code == 1
        assert len(gateway.requests) == 1


def test_a_gateway_that_is_not_there_is_told(firm, tmp_path):
    with closed_port() as port:
        kannel(firm, tmp_path, f"http://127.0.0.1:{port}/")
        steps, told, code = tell(firm, "sms", "--to", "+33612345678")
    assert told["outcome"] == "retry" and code == 1
    assert "connect" in told["answer"].lower() and names(steps)[:4] == STEPS[:4]


def test_a_secret_that_is_open_to_others_is_told_with_its_mode(firm, tmp_path):
    kannel(firm, tmp_path, "http://localhost:1/").chmod(0o644)
    steps, told, code = tell(firm, "sms", "--to", "+33612345678")
    assert names(steps) == ["module", "options"] and "0644" in told["answer"] and code == 1
    [row] = firm.json("channels", "sms", status=1)
    assert row["state"] == "faulty" and "0644" in row["problems"][0]


def test_a_channel_that_is_known_at_once_is_told_at_once(firm):
    firm.config["channels"]["sms"]["delay_ms"] = "soon"
    firm.write_config()

    def taken_s():
        begin = time.monotonic()
        [row] = firm.json("channels", "sms", status=1)
        assert row["state"] == "faulty"
        return time.monotonic() - begin
    # Not after the ten seconds that a channel may be looked at; a busy machine is slow by chance.
    assert any(taken_s() < 5 for _ in range(5))


def mail_server(*arguments):
    from servers.mail import MailServer  # noqa: PLC0415  (skips where aiosmtpd is missing)
    return MailServer(*arguments)


def mail_channel(firm, tmp_path, port, password="right", **options):
    secret = closed_file(tmp_path, password)
    login = {} if options.get("tls") else {"username": "compta", "password": {"file": str(secret)}}
    firm.config["channels"]["email"] = {"module": "email", "server": "localhost", "port": port,
                                        "tls": "none", **login, **options}
    firm.write_config()


@pytest.mark.parametrize("said", [
    "550 5.7.1 <c-1@example.org>: Relay access denied",
    "550 5.7.1 relaying denied for c-1@example.org.",
    "550 5.7.1 relaying denied (rcpt=c-1@example.org, tel:+33612345678)"])
def test_a_suspension_is_logged_without_the_address_that_the_server_repeats(firm, said):
    with ScriptedSmtp({"RCPT": said}) as server:
        firm.config["channels"]["email"] = {"module": "email", "server": "localhost",
                                            "port": server.port, "tls": "none"}
        firm.write_config()
        firm.load([firms.customer(email="c-1@example.org")], [firms.invoice()],
                  at="2026-03-03T09:00")
        log = firm.relanced("--once", "--at", DAY1, status=None).stderr
    [line] = [line for line in log.splitlines() if "channel email is suspended" in line]
    assert "550 5.7.1" in line and "denied" in line.replace("access ", "")
    assert "c-1@" not in log and "612345678" not in log
    [task] = firm.json("tasks")
    assert "c-1@example.org" in task["sentence"]


def test_a_mail_server_that_takes_the_message_is_told_with_its_answer(firm, tmp_path):
    with mail_server() as server:
        mail_channel(firm, tmp_path, server.port)
        steps, told, code = tell(firm, "email", "--to", TO)
        assert code == 0 and told["outcome"] == "sent" and names(steps) == STEPS
        assert "4711" in json.dumps([steps, told])
        [mail] = server.mails
        assert mail.rcpt_tos == [TO] and b"Subject: " in mail.content


def test_a_wrong_password_is_told_and_not_shown(firm, tmp_path):
    with mail_server() as server:
        mail_channel(firm, tmp_path, server.port, "wr0ng&word")
        _, told, code = tell(firm, "email", "--to", TO)
        assert told["outcome"] == "channel-down" and "535" in told["answer"] and code == 1
        assert "password" in told["advice"] and server.mails == []
        assert "wr0ng" not in json.dumps(told)


def test_a_mail_server_that_is_not_there_is_told(firm, tmp_path):
    with closed_port() as port:
        mail_channel(firm, tmp_path, port)
        _, told, code = tell(firm, "email", "--to", TO)
    assert told["outcome"] == "retry" and not told["begun"] and code == 1
    assert "connect" in told["answer"].lower()


def test_a_server_that_hides_its_starttls_gets_nothing(firm, tmp_path):
    with mail_server() as server:
        mail_channel(firm, tmp_path, server.port, tls="starttls")
        _, told, code = tell(firm, "email", "--to", TO)
        assert told["outcome"] != "sent" and code == 1 and server.mails == []
        assert "starttls" in told["answer"].lower() or "tls" in told["answer"].lower()


def test_a_certificate_that_nobody_vouches_for_is_told(firm, tmp_path):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(Authority(tmp_path).issue("server"))
    with mail_server(tls) as server:
        mail_channel(firm, tmp_path, server.port, tls="starttls")
        _, told, code = tell(firm, "email", "--to", TO)
        assert told["outcome"] in ("channel-down", "retry") and not told["begun"] and code == 1
        assert "certificate" in told["answer"] and server.mails == []
        mail_channel(firm, tmp_path, server.port, tls="starttls", ca_file=str(tmp_path / "ca.pem"))
        assert tell(firm, "email", "--to", TO)[2] == 0 and len(server.mails) == 1


# Secrets

# Each form of it differs from the others, and none is found by chance.
CANARY = "Kan4ri/Vogel+Gelb&Singt=7%ohne"


def forms(secret):
    """As it stands, in URLs, and in base64 wherever it may begin in what is encoded."""
    yield secret
    yield urllib.parse.quote(secret, safe="")
    yield urllib.parse.quote_plus(secret)
    for before in range(3):
        coded = base64.b64encode(b"x" * before + secret.encode()).decode()
        yield coded[4 if before else 0:-4]
    yield secret.encode().hex()


def processes():
    """What anybody may read of the programs under test: command lines and environments."""
    for process in os.listdir("/proc"):
        try:
            if process.isdigit() and os.readlink(f"/proc/{process}/exe").startswith(str(firms.BUILD)):
                for name in ("cmdline", "environ"):
                    with open(f"/proc/{process}/{name}", "rb") as file:
                        yield f"/proc/{process}/{name}", file.read()
        except OSError:
            pass


def test_a_secret_shows_nowhere(firm, tmp_path):
    """A test and a wake by SMS and by mail, both with a wrong password, and every question."""
    firm.environment["RELANCED_LOG"] = "debug"
    seen = []

    def answer(request):
        seen.extend(processes())
        return reply(403, f"Authorization failed for {CANARY}")

    def keep(done):
        seen.append((str(done.args), (done.stdout + done.stderr).encode()))

    with Gateway(answer) as gateway, mail_server() as server:
        kannel(firm, tmp_path, gateway.url("/"), CANARY)
        mail_channel(firm, tmp_path, server.port, CANARY)
        firm.config["policies"]["standard"]["steps"][1]["send"] = ["sms", "email"]
        firm.write_config()
        firm.load([firms.customer(phone="+33612345678")], [firms.invoice()], at="2026-03-03T09:00")
        keep(firm.ctl("test", "sms", "--to", "+33612345678", status=1))
        keep(firm.ctl("--json", "test", "email", "--to", TO, status=1))
        keep(firm.relanced("--check"))
        keep(firm.relanced("--once", "--at", DAY1, status=1))
        for command in ("channels", "channels sms", "channels email", "status", "tasks", "log",
                        "show F-1"):
            keep(firm.ctl(*command.split(), status=None))
            keep(firm.ctl("--json", *command.split(), status=None))
        assert [request.query["password"] for request in gateway.requests] == [CANARY] * 2
        assert server.mails == []
    assert {row["channel"] for row in firm.json("channels") if row["state"] == "suspended"} == {
        "sms", "email"}
    assert any(b"PRIORITY=7" in text for _, text in seen), "the wake did not log every step"
    assert any(name.endswith("environ") for name, _ in seen)
    for path in firm.folder.rglob("*"):
        if path.is_file():
            seen.append((str(path), path.read_bytes()))
    found = [(name, form) for name, text in seen for form in forms(CANARY) if form.encode() in text]
    assert found == []


def test_a_module_that_gives_its_secret_away_is_not_repeated_by_a_test(firm, tmp_path):
    parrot = compiled(tmp_path, """
#include "channels/channel.h"
#include <stdio.h>
static const char *secret;
static int parrot_open(const struct relanced_value *values, void **state, const char **error)
{ (void)state; (void)error; secret = values[0].value; return 0; }
static int parrot_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;
        char text[200];
        (void)state;
        snprintf(text, sizeof(text), "535 no such password: %s", secret);
        while (host->next(host, &message, -1) > 0) {
                struct relanced_outcome outcome = { RELANCED_CHANNEL_DOWN, 0, secret, text };
                host->log(host, RELANCED_DEBUG, text);
                host->finish(host, message, &outcome);
        }
        return 0;
}
static const struct relanced_option options[] = {
        { "password", RELANCED_SECRET, NULL, 0, 0, "" }, { NULL, RELANCED_TEXT, NULL, 0, 0, NULL } };
RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "parrot", "repeats", RELANCED_ANY, options, parrot_open,
        NULL, parrot_deliver, NULL, NULL, NULL };
""")
    secret = kannel(firm, tmp_path, "", CANARY)
    firm.config["channels"]["sms"] = {"module": str(parrot), "address": "phone",
                                      "password": {"file": str(secret)}}
    firm.write_config()
    steps, told, _ = tell(firm, "sms", "--to", "+33612345678", status=1)
    assert told["answer"].startswith("535") and told["outcome"] == "channel-down"
    assert CANARY not in json.dumps([steps, told]) and CANARY not in json.dumps(firm.json("channels"))
