# SPDX-License-Identifier: MIT
"""Files of facts that are dropped into the inbox of a running daemon."""

import contextlib
import datetime
import os
import shutil
import socket
import sqlite3
import subprocess
import time
import zoneinfo

import pytest

from firm import RELANCED, RELANCECTL, customer, invoice
from servers.daemon import Daemon, faketime_library
from servers.process import program, wait_until

IMPORT_DONE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f010"
IMPORT_FAILED = "a4d1c0d2f1a84f3e9b1a7c5e60b1f030"
INBOX_TROUBLE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f031"
WAKE_DONE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f00f"
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
CUSTOMERS = "id,name,email\nC-1,Boulangerie Martin,martin@example.org\n"
INVOICES = "number,customer,issued,due,amount,currency\n"
PAYMENTS = "id,invoice,date,amount,currency\n"
MANY = 20000


class Inbox:
    def __init__(self, firm):
        self.path = firm.state / "inbox"
        self.firm = firm

    def drop(self, name, text):
        """As a copy does it: under its name from the first byte on."""
        self.path.mkdir(exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def names(self, folder):
        path = self.path / folder
        return sorted(each.name for each in path.iterdir()) if path.exists() else []

    def wait(self, folder, *names):
        wait_until(lambda: set(names) <= set(self.names(folder)),
                   f"{names} in {folder}: {self.names(folder)}, {self.names('failed')}")

    def problems(self, name):
        return (self.path / "failed" / f"{name}.problems.txt").read_text(encoding="utf-8")


@pytest.fixture
def inbox(firm):
    return Inbox(firm)


def day(days):
    """That many days from today, on the creditor's calendar."""
    today = datetime.datetime.now(PARIS).date()
    return (today + datetime.timedelta(days=days)).isoformat()


def open_always(firm):
    """Sends at any hour; wakes neither now nor soon."""
    hour = (datetime.datetime.now(PARIS).hour + 12) % 24
    firm.config["wake"] = {"days": "mon-sun", "at": [f"{hour:02}:00"]}
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00",
                              "holidays": "none"}
    firm.write_config()


def wake(daemon):
    status, _ = daemon.ask("/v1/wake", method="POST", timeout=30)
    assert status == 200


def many_invoices(n=MANY):
    return INVOICES + "".join(
        f"F-{i},C-1,2026-02-01,2026-03-02,{i % 900 + 1}.00,EUR\n" for i in range(n))


def count_invoices(firm):
    """What a daemon has committed; read while none runs."""
    with contextlib.closing(sqlite3.connect(firm.state / "relanced.db")) as database:
        return database.execute("select count(*) from invoice").fetchone()[0]


def test_three_files_in_the_wrong_order_are_one_import(firm, inbox, start):
    daemon = start()
    inbox.drop("a-payments.csv", PAYMENTS + "P-1,F-1,2026-03-04,100.00,EUR\n")
    inbox.drop("b-invoices.csv", INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200.00,EUR\n")
    inbox.drop("c-customers.csv", CUSTOMERS)
    inbox.wait("done", "a-payments.csv", "b-invoices.csv", "c-customers.csv")
    assert inbox.names("done") == ["a-payments.csv", "b-invoices.csv", "c-customers.csv"]
    assert not inbox.names("failed")
    wait_until(lambda: len(daemon.records(IMPORT_DONE)) == 3, "three records")
    assert daemon.end() == 0
    assert [each["open"] for each in firm.json("explain", "F-1")] == ["1100.00"]


def test_the_instalments_that_a_file_withdraws_are_named_beside_it(firm, inbox, start):
    rows = ["F-1,C-1,2026-02-01,2026-03-02,10.00,EUR\n", "F-1,C-1,2026-02-01,2026-04-01,20.00,EUR\n"]
    firm.load([customer()])
    daemon = start()
    inbox.drop("both.csv", INVOICES + "".join(rows))
    inbox.wait("done", "both.csv")
    inbox.drop("one.csv", INVOICES + rows[0])
    inbox.wait("done", "one.csv", "one.csv.problems.txt")
    told = (inbox.path / "done" / "one.csv.problems.txt").read_text(encoding="utf-8")
    assert told == ("one.csv: instalments withdrawn, as it has no row for them any more: 1\n"
                    "F-1, instalment 2, due 2026-04-01, 20.00 EUR\n")
    assert inbox.names("done") == ["both.csv", "one.csv", "one.csv.problems.txt"]
    assert not inbox.names("failed") and daemon.end() == 0


def test_what_is_wrong_with_a_file_stands_beside_it(firm, inbox, start):
    firm.load([customer()])
    daemon = start()
    inbox.drop("Facture Martin.csv", INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200.00,EUR\n"
               "F-2,C-1,2026-02-01,2026-02-30,12O,EUR\nF-3,C-9,2026-02-01,2026-03-02,5.00,EUR\n")
    inbox.wait("failed", "Facture Martin.csv", "Facture Martin.csv.problems.txt")
    problems = inbox.problems("Facture Martin.csv")
    assert "1 of its 3 rows count all the same" in problems
    assert 'Facture Martin.csv:3: due: "2026-02-30" is no date; expected YYYY-MM-DD' in problems
    assert 'Facture Martin.csv:3: amount: "12O"' in problems
    assert 'Facture Martin.csv:4: customer: "C-9" is not known' in problems
    wait_until(lambda: daemon.statuses()[-1].endswith("1 file is in inbox/failed"), "the status")
    (record,) = daemon.wait_for(IMPORT_FAILED)
    assert "3 rows, 1 added" in record["MESSAGE"]
    # The name of a file, too, may be a customer's.
    assert "Martin" not in daemon.log.read_text(encoding="utf-8")
    (inbox.path / "failed" / "Facture Martin.csv").unlink()
    wait_until(lambda: "failed" not in daemon.statuses()[-1], "the status without it")
    assert daemon.end() == 0
    assert [each["invoice"] for each in firm.json("invoices")] == ["F-1"]


def test_a_file_is_taken_when_it_is_complete(firm, inbox, start):
    """Written slowly, or under another name first."""
    firm.load([customer()])
    daemon = start()
    lines = [INVOICES, "F-1,C-1,2026-02-01,2026-", "03-02,1200.00,EUR\n"]
    with open(inbox.path / "slow.csv", "w", encoding="utf-8") as file:
        for line in lines:
            file.write(line)
            file.flush()
            inbox.drop("unfinished.csv.part", INVOICES + "F-9")
            end = time.monotonic() + 1.2
            wait_until(lambda: time.monotonic() > end, "a while")
            assert "slow.csv" in os.listdir(inbox.path)
    inbox.wait("done", "slow.csv")
    beside = firm.folder / "beside.csv"
    beside.write_text(INVOICES + "F-2,C-1,2026-02-01,2026-03-02,1200.00,EUR\n")
    beside.rename(inbox.path / "beside.csv")
    inbox.wait("done", "beside.csv")
    assert not inbox.names("failed")
    assert "unfinished.csv.part" in os.listdir(inbox.path)
    assert daemon.end() == 0
    assert len(firm.json("invoices")) == 2


def test_many_files_at_once(firm, inbox, start):
    firm.load([customer()])
    daemon = start()
    for i in range(120):
        inbox.drop(f"{i:03}.csv",
                   INVOICES + f"F-{i},C-1,2026-02-01,2026-03-02,1200.00,EUR\n")
    wait_until(lambda: len(inbox.names("done")) == 120, "all of them in done/")
    assert daemon.end() == 0
    assert len(firm.json("invoices")) == 120


def test_files_that_wait_when_the_daemon_starts_come_before_a_missed_wake(firm, inbox, start):
    """Else who has paid is written to."""
    open_always(firm)
    firm.load([customer()], [invoice(due=day(-3))])
    with contextlib.closing(sqlite3.connect(firm.state / "relanced.db")) as database, database:
        long_ago = int((time.time() - 3 * 86400) * 1_000_000)
        database.execute("update meta set last_wake = ?", (long_ago,))
    inbox.drop("payments.csv", PAYMENTS + f"P-1,F-1,{day(-1)},1200.00,EUR\n")
    daemon = start()
    daemon.wait_for(WAKE_DONE)
    assert inbox.names("done") == ["payments.csv"]
    assert daemon.end() == 0
    assert not firm.log()


def test_a_payment_takes_back_what_has_not_left(firm, inbox, start):
    open_always(firm)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # does not listen
        firm.config["channels"]["email"] = {
            "module": "email", "server": "127.0.0.1", "port": nobody.getsockname()[1],
            "tls": "none", "from": "compta@atelier-dumont.example"}
        firm.write_config()
        firm.load([customer()], [invoice(due=day(-3))])
        daemon = start()
        wake(daemon)
        inbox.drop("payments.csv", PAYMENTS + f"P-1,F-1,{day(-1)},1200.00,EUR\n")
        inbox.wait("done", "payments.csv")
        wake(daemon)
        assert daemon.end() == 0
    assert [(each["state"], each["reason"]) for each in firm.log()] == [("cancelled", "paid")]


def reconnections(firm):
    return [name for name, text in firm.files("hook").items() if "reconnect" in text]


def test_services_come_back_with_the_payment_and_nothing_else_leaves(firm, inbox, start):
    """R16: at once, without a wake. No reminder leaves because of a fact."""
    preload = str(faketime_library())
    open_always(firm)
    firm.load([customer("C-1", relation="service"), customer("C-2", relation="service"),
               customer("C-3")],
              [invoice("F-1", "C-1", issued=day(-40), due=day(-17)),
               invoice("F-2", "C-2", issued=day(-40), due=day(-17))])
    for days in (-15, -7, -1):
        firm.relanced("--once", env={**firm.environment, "LD_PRELOAD": preload,
                                     "FAKETIME": f"@{day(days)} 12:00:00"})
    sent = firm.sent()
    assert [each["action"] for each in sent][-2:] == ["suspend", "suspend"]
    daemon = start()
    wake(daemon)
    n_wakes = len(daemon.records(WAKE_DONE))
    inbox.drop("invoices.csv",
               INVOICES + f"F-3,C-3,{day(-40)},{day(-17)},1200.00,EUR\n")
    inbox.drop("payments.csv", PAYMENTS + f"P-1,F-1,{day(-1)},1200.00,EUR\n")
    wait_until(lambda: len(reconnections(firm)) == 1, "the reconnection of C-1")
    status, _ = daemon.ask("/v1/pay/F-2", method="POST", body={"amount": "1200.00"})
    assert status == 200
    wait_until(lambda: len(reconnections(firm)) == 2, "the reconnection of C-2")
    assert len(daemon.records(WAKE_DONE)) == n_wakes
    assert daemon.end() == 0
    late = firm.sent()[len(sent):]
    assert [(each["action"], each["lines"][0]["invoice"]) for each in late] == [
        ("reconnect", "F-1"), ("reconnect", "F-2")]


def workers_of(daemon):
    """The pids of its children."""
    pid = daemon.process.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


@contextlib.contextmanager
def importing(firm, daemon, text):
    """relancectl imports a large file, and some of it is in the store."""
    path = firm.folder / "many.csv"
    path.write_text(text)
    command = [RELANCECTL, "--config", firm.path, "--socket", daemon.socket_path("operate"),
               "import", path]
    with subprocess.Popen(command, env=firm.environment) as process:
        wait_until(lambda: workers_of(daemon), "the worker")
        yield process


def test_others_are_answered_while_a_large_file_is_imported(firm, start):
    firm.load([customer()])
    daemon = start()
    with importing(firm, daemon, many_invoices()) as process:
        wait_until(lambda: daemon.ask("/v1/pay/F-0", method="POST", body={"amount": "1.00"})[0]
                   == 200, "a payment of the first invoice")
        backup = firm.folder / "backup.db"
        done = subprocess.run(
            [RELANCECTL, "--config", firm.path, "--socket", daemon.socket_path("operate"),
             "backup", backup], env=firm.environment, check=False, timeout=60)
        is_running = process.poll() is None
        assert process.wait(timeout=120) == 0
    assert (done.returncode, is_running) == (0, True)
    assert daemon.end() == 0
    assert count_invoices(firm) == MANY
    with contextlib.closing(sqlite3.connect(backup)) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        assert 0 < database.execute("select count(*) from invoice").fetchone()[0] <= MANY


def test_an_import_ends_with_its_client_and_what_was_put_stays(firm, start):
    firm.load([customer()])
    daemon = start()
    with importing(firm, daemon, many_invoices()) as process:
        wait_until(lambda: daemon.ask("/v1/show/F-0")[0] == 200, "the first row")
        process.kill()
    wait_until(lambda: not workers_of(daemon), "the end of the worker")
    assert daemon.end() == 0
    assert 0 < count_invoices(firm) < MANY


def test_the_end_of_the_daemon_breaks_an_import_off_and_the_next_one_repeats_it(
        firm, inbox, start):
    firm.load([customer()])
    daemon = start()
    inbox.drop("many.csv", many_invoices())
    wait_until(lambda: workers_of(daemon), "the worker")
    assert daemon.end() == 0
    assert "many.csv" in os.listdir(inbox.path)
    daemon = start()
    inbox.wait("done", "many.csv")
    assert daemon.end() == 0
    assert count_invoices(firm) == MANY


def test_what_cannot_be_put_away_is_told_once_and_not_imported_again(firm, inbox, start):
    other = "/dev/shm"
    if os.stat(other).st_dev == os.stat(firm.folder).st_dev:
        other = "/var/tmp"
    if os.stat(other).st_dev == os.stat(firm.folder).st_dev:
        pytest.skip("there is no other file system to write to")
    daemon = start()
    (inbox.path / "done").rmdir()
    (inbox.path / "done").symlink_to(other)
    inbox.drop("customers.csv", CUSTOMERS)
    daemon.wait_for(INBOX_TROUBLE)
    inbox.drop("more.csv", "id,name\nC-2,Garage Petit\n")
    daemon.wait_for(INBOX_TROUBLE, 2)
    assert len(daemon.records(IMPORT_DONE)) == 2
    assert {"customers.csv", "more.csv"} <= set(os.listdir(inbox.path))
    assert daemon.end() == 0


def test_killed_at_any_moment_of_putting_away_nothing_is_lost_or_counted_twice(firm, inbox):
    strace = program("strace")
    firm.load([customer()])
    inbox.drop("template.csv", INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200.00,EUR\n"
                                          "F-2,C-1,2026-02-01,2026-02-30,1.00,EUR\n")
    template = (inbox.path / "template.csv").rename(firm.folder / "template.csv")
    for moment in ("renameat2:when=1", "renameat2:when=2", "fsync:when=1", "fsync:when=2"):
        shutil.copy(template, inbox.path / "good.csv")
        (inbox.path / "good.csv").write_text(
            INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200.00,EUR\n")
        shutil.copy(template, inbox.path / "half.csv")
        name, when = moment.split(":")
        killed = subprocess.run(
            [strace, "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e",
             f"inject={name}:signal=KILL:{when}", RELANCED, "--config", firm.path],
            env=firm.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False)
        assert killed.returncode != 0, moment
        with Daemon(firm, RELANCED):
            wait_until(lambda: not {"good.csv", "half.csv"} & set(os.listdir(inbox.path)),
                       f"all to be put away after {moment}")
        facts = firm.json("show", "F-1")
        assert [each["invoice"] for each in firm.json("invoices")] == ["F-1"], facts
    done, failed = inbox.names("done"), inbox.names("failed")
    assert len(done) == 4
    assert len([each for each in failed if not each.endswith(".problems.txt")]) == 4
