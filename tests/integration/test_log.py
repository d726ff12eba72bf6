# SPDX-License-Identifier: MIT
"""What people look at: the log narrowed and followed, the page of a notice with its tries, and what
the journal says of each notice."""

import contextlib
import datetime
import hashlib
import json
import re
import shutil
import signal
import subprocess

import pytest

import firm as firms
from servers.daemon import RECORD, Daemon
from servers.process import wait_until

DAY1, DAY2, DAY3 = "2026-03-05T09:00", "2026-03-12T10:00", "2026-04-03T09:00"


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """A firm in which notices of several customers, steps and channels left on three days."""
    firm = firms.Firm(tmp_path_factory.mktemp("history") / "firm")
    firm.init()
    firm.load([firms.customer(phone="+33612345678"), firms.customer("C-2", "Garage Petit"),
               firms.customer("C-3", "Fleurs Rose", relation="service")],
              [firms.invoice(), firms.invoice("F-2", due="2026-03-20"),
               firms.invoice("F-3", "C-2"), firms.invoice("17", "C-3"),
               firms.invoice("1", "C-2", due="2026-03-09")], at=DAY1)
    for at in (DAY1, DAY2, DAY3):
        firm.wake(at)
    return firm


# arguments → whether a row of the log is shown
FILTERS = [
    ([], lambda row: True),
    (["--customer", "C-2"], lambda row: row["account"]["customer"] == "C-2"),
    (["--invoice", "F-2"], lambda row: "F-2" in [line["invoice"] for line in row["lines"]]),
    (["--step", "reminder"], lambda row: row["step"] == "reminder"),
    (["--step", "thanks"], lambda row: False),
    (["--channel", "sms"], lambda row: row["channel"] == "sms"),
    (["--state", "sent"], lambda row: row["state"] == "sent"),
    (["--state", "uncertain"], lambda row: False),
    (["--since", "2026-03-06"], lambda row: row["at"] >= "2026-03-06"),
    (["--since", DAY2], lambda row: row["at"] >= DAY2),
    (["--since", "2026-03-12T10:01"], lambda row: row["at"] >= "2026-03-13"),
    (["--until", "2026-03-12"], lambda row: row["at"] < "2026-03-13"),
    (["--until", DAY2], lambda row: row["at"] < DAY2),
    (["--until", "2026-03-12T10:00:01+01:00"], lambda row: row["at"] < "2026-03-13"),
    (["--since", "2026-03-12", "--until", "2026-03-12"], lambda row: row["at"][:10] == DAY2[:10]),
    (["--customer", "C-1", "--channel", "email", "--since", "2026-03-06", "--state", "sent"],
     lambda row: row["account"]["customer"] == "C-1" and row["channel"] == "email"
     and row["at"] >= "2026-03-06"),
    (["--invoice", "F-1", "--step", "deadline", "--until", "2026-12-31"],
     lambda row: "F-1" in [line["invoice"] for line in row["lines"]] and row["step"] == "deadline"),
]


@pytest.mark.parametrize("arguments, shows", FILTERS, ids=[" ".join(each) for each, _ in FILTERS])
def test_the_log_can_be_narrowed(history, arguments, shows):
    everything = history.log()
    assert len(everything) >= 9 and {row["channel"] for row in everything} >= {"email", "sms"}
    wanted = [row for row in everything if shows(row)]
    assert history.json("log", *arguments) == wanted
    table = history.ctl("log", *arguments).stdout.splitlines()
    if wanted:
        assert [int(line.split()[0]) for line in table[1:]] == [row["notice"] for row in wanted]
    else:
        assert table == ["No notices."]


@pytest.mark.parametrize("arguments, word", [
    (["--since", "tomorrow"], "since 'tomorrow' is no time"),
    (["--until", "2026-02-30"], "until '2026-02-30' is no time"),
    (["--since", "2026-03-06", "--until", "2026-03-05"], "ends before it begins"),
    (["--follow"], "no daemon that runs"),
])
def test_a_filter_that_makes_no_sense_is_refused(history, arguments, word):
    done = history.ctl("log", *arguments, status=1)
    assert word in done.stderr and not done.stdout


def test_a_notice_is_shown_as_it_was_sent(history):
    [row] = history.json("log", "--invoice", "F-3", "--step", "reminder")
    [shown] = history.json("show", f'notice:{row["notice"]}')
    assert {name: shown[name] for name in row} == row
    assert shown["from"] == "compta@atelier-dumont.example" and "F-3" in shown["text"]
    assert shown["attachments"] == [] and shown["date"] == row["at"]
    assert shown["history"] == [{
        "attempt": 1, "begun": row["at"], "ended": row["at"], "outcome": "sent", "reason": "due",
        "reference": row["reference"], "detail": None}]
    page = history.ctl("show", f'notice:{row["notice"]}').stdout
    for text in (row["to"], row["subject"], shown["from"], *shown["text"].split("\n\n")):
        assert text in page
    assert shown["text"] in history.files("email")[f'{row["notice"]}.txt']


def test_a_number_is_an_invoice_first_and_then_a_notice(history):
    assert history.json("show", "17")[0]["invoice"] == "17"
    assert history.json("show", "1")[0]["invoice"] == "1"
    assert history.json("show", "notice:1")[0]["notice"] == 1
    assert history.json("show", "2")[0]["notice"] == 2
    for name in ("99", "notice:99", "F-99"):
        done = history.ctl("show", name, status=3)
        assert "there is no" in done.stderr
    history.ctl("show", "notice:F-1", status=1)


def test_documents_are_shown_with_their_digests(firm):
    content = b"%PDF-1.4 an invoice\n"
    (firm.folder / "documents" / "F-1.pdf").write_bytes(content)
    firm.config["policies"]["standard"]["steps"][1]["attach"] = "own"
    firm.write_config()
    firm.load([firms.customer()], [firms.invoice(document="F-1.pdf")], at=DAY1)
    firm.wake(DAY1)
    [notice] = firm.log()
    [shown] = firm.json("show", "notice:1")
    digest = hashlib.sha256(content).hexdigest()
    assert [(each["sha256"], each["size"]) for each in shown["attachments"]] == [
        (digest, len(content))]
    assert digest in firm.ctl("show", str(notice["notice"])).stdout


@pytest.mark.parametrize("words, told", [
    (["begun-retry"], [("retry", "busy", True), ("sent", None, True)]),
    (["retry"], [("retry", "busy", False), ("sent", None, True)]),
    (["down"], [("retry", "wrong password", False), ("sent", None, True)]),
    (["refused-address"], [("failed", "no such recipient", False)]),
    (["begun-uncertain"], [("uncertain", "no answer", True)]),
    (["retry", "begun-refused-message"],
     [("retry", "busy", False), ("failed", "spam", True)]),
])
def test_a_notice_tells_each_of_its_tries(scripted, words, told):
    scripted.policy([["email"]])
    scripted.script("email", *[f"* {word}" for word in words])
    scripted.load([firms.customer()], [firms.invoice()], at=DAY1)
    for at in ("2026-03-05T09:00", "2026-03-05T16:00"):
        scripted.once(at)
    [notice] = scripted.log()
    [shown] = scripted.json("show", "1")
    tries = shown["history"]
    assert [(each["outcome"], each["detail"], each["begun"] is not None) for each in tries] == told
    assert [each["attempt"] for each in tries] == list(range(1, len(tries) + 1))
    assert notice["attempts"] == len(tries)
    assert all(each["ended"].startswith("2026-03-05T") for each in tries)
    assert (tries[-1]["reference"] == "ref") == (tries[-1]["outcome"] == "sent")
    page = scripted.ctl("show", "1").stdout
    for outcome, detail, _ in told:
        assert outcome in page and (detail or "") in page


def records(stderr):
    """Fields of each line: a name may come more than once."""
    return [[(name, value.strip('"')) for name, value in RECORD.findall(line)]
            for line in stderr.splitlines()]


# Whatever is in them, none of it may be in the log.
CANARIES = {"name": "Canari Zelda", "email": "canari-{}@zelda.example", "phone": "+33699{:0>6}",
            "amount": "4321.{:0>2}", "address": "7 rue Canari", "city": "Zeldaville"}
NOTICE = {"NOTICE", "INVOICE", "CUSTOMER", "CHANNEL", "STEP", "STATE", "REASON", "MESSAGE_ID",
          "MESSAGE", "PRIORITY"}
STORY = {"queued": 1, "sent": 2, "retry": 3, "failed": 4, "cancelled": 5, "uncertain": 6,
         "task": 0xa, "module": 0xd1}


def test_every_line_about_a_notice_has_its_fields_and_nobody_s_data(scripted):
    """One customer for each word: over two days, every state and all that is said on the way."""
    words = ["acted-sent", "begun-retry", "retry", "refused-address", "begun-uncertain", "sent",
             "begun-abort", "refused-message", "abort", "never"]
    customers, invoices = [], []
    for i, _ in enumerate(words):
        customers.append(firms.customer(
            f"C-{i}", CANARIES["name"], email=CANARIES["email"].format(i), city=CANARIES["city"],
            phone=CANARIES["phone"].format(i), address=CANARIES["address"]))
        for k in range(2):
            invoices.append(firms.invoice(f"F-{i}-{k}", f"C-{i}",
                                          amount=CANARIES["amount"].format(i)))
    scripted.policy([["email|sms"], ["email"]])
    scripted.script("email", *[f"canari-{i}@ {word}" for i, word in enumerate(words[:-1])],
                    *[f"canari-{len(words) - 1}@ retry"] * 3)
    scripted.load(customers, invoices, at="2026-03-03T09:00")
    stderr = "".join(scripted.once(at).stderr for at in
                     (DAY1, "2026-03-05T09:30", "2026-03-06T09:00", "2026-03-09T09:00"))
    about = [line for line in records(stderr) if "NOTICE" in dict(line)]
    seen = {dict(line)["MESSAGE_ID"] for line in about}
    assert seen >= {f"a4d1c0d2f1a84f3e9b1a7c5e60b1f0{number:02x}" for number in STORY.values()}
    states = {dict(line)["STATE"] for line in about}
    assert states >= {"pending", "sent", "failed", "uncertain", "cancelled"}
    for line in about:
        assert {name for name, _ in line} == NOTICE
        assert re.fullmatch(r"notice \d+: .+", dict(line)["MESSAGE"])
        # The two invoices of one customer, each in a field of its own.
        customer = dict(line)["CUSTOMER"]
        assert [value for name, value in line if name == "INVOICE"] == [
            f"F-{customer[2:]}-0", f"F-{customer[2:]}-1"]
        assert [name for name, _ in line].count("NOTICE") == 1
    for canary in ("Canari", "canari", "Zelda", "zelda", "+33699", "33699", "4321", "4 321"):
        assert canary not in stderr


def test_an_invoice_with_the_number_of_its_notice_is_named(firm):
    firm.load([firms.customer("2")], [firms.invoice("1", "2"), firms.invoice("remind", "2")],
              at=DAY1)
    about = [line for line in records(firm.wake(DAY1).stderr) if "NOTICE" in dict(line)]
    assert {dict(line)["NOTICE"] for line in about} == {"1"}
    for line in about:
        assert [value for name, value in line if name == "INVOICE"] == ["1", "remind"]


def test_thanks_are_told_by_their_occasion(firm):
    firm.config["policies"]["standard"]["thanks"] = ["email"]
    firm.write_config()
    firm.load([firms.customer()], [firms.invoice()], at=DAY1)
    firm.wake(DAY1)
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-06T09:00")
    stderr = firm.wake("2026-03-06T10:00").stderr
    assert len(firm.json("log", "--step", "thanks")) == 1
    assert [dict(line)["STEP"] for line in records(stderr) if "NOTICE" in dict(line)] == [
        "thanks", "thanks"]


# Following

@contextlib.contextmanager
def running(firm):
    daemon = Daemon(firm, firms.RELANCED)
    try:
        yield daemon.start()
    finally:
        daemon.stop(signal.SIGKILL)


class Follower:
    """relancectl log --follow, and what it has printed so far."""

    def __init__(self, daemon, *arguments, right="read"):
        self.path = daemon.firm.folder / f"followed-{'-'.join(arguments)}"
        self.out = open(self.path, "wb")
        self.process = subprocess.Popen(
            [str(firms.RELANCECTL), "--socket", str(daemon.socket_path(right)), *arguments, "log",
             "--follow", "--since", "2026-01-01"], stdin=subprocess.DEVNULL, stdout=self.out,
            stderr=subprocess.PIPE, env=daemon.firm.environment)

    def lines(self):
        """Those that have come to their end."""
        return self.path.read_bytes().rpartition(b"\n")[0].decode().splitlines()

    def wait_for(self, what, text):
        wait_until(lambda: any(what(line) for line in self.lines()), text)

    def end(self, number):
        """Its exit status and what it said."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        _, stderr = self.process.communicate(timeout=30)
        self.out.close()
        return self.process.returncode, stderr.decode()


def send(daemon, invoice, status=0):
    done = subprocess.run([str(firms.RELANCECTL), "--socket", str(daemon.socket_path("operate")),
                           "send", invoice], env=daemon.firm.environment, check=False,
                          capture_output=True)
    assert done.returncode == status, done.stderr


@pytest.fixture
def busy(firm):
    """A firm with three customers, each with an invoice that is due. It may send at any time, and
    does not wake today."""
    today = datetime.date.today()
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.config["wake"]["days"] = f"{today + datetime.timedelta(days=3):%a}".lower()
    firm.write_config()
    firm.load([firms.customer(f"C-{i}", f"Client {i}") for i in range(1, 4)],
              [firms.invoice(f"F-{i}", f"C-{i}", issued="2026-01-02",
                             due=today - datetime.timedelta(days=4)) for i in range(1, 4)])
    return firm


def has_sent(notice):
    return lambda line: json.loads(line)["notice"] == notice and json.loads(line)["state"] == "sent"


def test_what_happens_is_followed_as_it_happens(busy):
    with running(busy) as daemon:
        send(daemon, "F-1")
        follower, others = Follower(daemon, "--json"), Follower(daemon)
        follower.wait_for(has_sent(1), "what was there")
        wait_until(lambda: others.lines(), "what was there, for people")
        assert len(follower.lines()) == 1
        send(daemon, "F-2")
        send(daemon, "F-3")
        follower.wait_for(has_sent(3), "what was sent since")
        rows = [json.loads(line) for line in follower.lines()]
        [now] = [row for row in daemon.ask("/v1/log?invoice=F-3")[1]]
        assert rows[-1] == now and {row["notice"] for row in rows} == {1, 2, 3}
        wait_until(lambda: "sent" in others.lines()[-1] and "F-3" in others.lines()[-1], "the line")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d  3  C-3  reminder  F-3  1200.00 EUR  email  "
                            r"c-3@example.org  sent", others.lines()[-1])
        for each in (follower, others):
            assert each.end(signal.SIGINT) == (0, "")


def test_a_notice_that_a_person_sends_is_told_and_followed_from_when_it_is_queued(busy):
    busy.config["channels"]["email"]["path"] = "relanced.conf"  # no folder: nothing leaves
    busy.write_config()
    with running(busy) as daemon:
        follower = Follower(daemon, "--json")
        send(daemon, "F-1", status=1)
        follower.wait_for(lambda line: json.loads(line)["state"] in ("pending", "handed"),
                          "what waits")
        assert [record["STATE"] for record in daemon.records()
                if record["MESSAGE"] == "notice 1: queued"] == ["pending"]
        follower.end(signal.SIGINT)


def test_a_follower_sees_only_what_matches(busy):
    with running(busy) as daemon:
        send(daemon, "F-2")
        status, _ = daemon.ask("/v1/log?follow=1&until=2026-03-31")
        assert status == 400
        assert daemon.ask("/v1/log?follow=yes")[0] == 400
        assert daemon.ask("/v1/log?follow=1", right="report")[0] == 403
        follower = Follower(daemon, "--json")
        follower.wait_for(has_sent(1), "what was there")
        narrow = subprocess.Popen(
            [str(firms.RELANCECTL), "--socket", str(daemon.socket_path("read")), "--json", "log",
             "--follow", "--since", "2026-01-01", "--customer", "C-2"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, env=busy.environment)
        assert json.loads(narrow.stdout.readline())["notice"] == 1
        send(daemon, "F-3")
        follower.wait_for(has_sent(2), "the other customer's")
        daemon.ask("/v1/hold/F-2", method="POST", body={})
        narrow.send_signal(signal.SIGINT)
        rest, _ = narrow.communicate(timeout=30)
        assert (narrow.returncode, rest) == (0, b"")
        follower.end(signal.SIGINT)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_follower_is_told_when_the_daemon_goes(busy, how):
    with running(busy) as daemon:
        send(daemon, "F-1")
        followers = Follower(daemon, "--json"), Follower(daemon)
        for each in followers:
            wait_until(each.lines, "what was there")
        daemon.end(how)
        for each in followers:
            code, stderr = each.ended()
            assert code == 4 and "the daemon has ended" in stderr and len(each.lines()) == 1


def test_a_list_names_the_occasion_of_what_was_not_sent(firm):
    firm.load([firms.customer()], [firms.invoice()], at="2026-03-05T09:00")
    firm.wake("2026-03-05T10:00")
    firm.ctl("promise", "F-1", "2026-03-20", at="2026-03-05T11:00")
    folder = firm.folder / firm.config["channels"]["email"]["path"]
    shutil.rmtree(folder)
    folder.write_text("in the way", encoding="utf-8")
    for day in ("2026-03-09", "2026-03-10"):
        firm.wake(f"{day}T10:00", status=None)
    [notice] = [notice for notice in firm.log() if notice["state"] == "cancelled"]
    assert (notice["occasion"], notice["reason"]) == ("promise-confirmed", "day-over")
    [line] = [line for line in firm.ctl("log").stdout.splitlines() if "day-over" in line]
    assert "promise-confirmed" in line
