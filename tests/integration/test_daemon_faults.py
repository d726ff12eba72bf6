# SPDX-License-Identifier: MIT
"""The daemon where something is wrong: a store that is not as it was, a full disk, a wrong clock. It
sends nothing it could not answer for, says in a sentence what to do, and goes on when it is put
right."""

import contextlib
import datetime
import json
import pathlib
import signal
import sqlite3
import subprocess
import time
import zoneinfo

import pytest

import firm as firms
from servers.daemon import Daemon, faketime_library
from servers.process import wait_until

EXIT_CONFIG = 78
SMALL = "16m"  # a log of the database alone may have 4
WELL_S = 240  # a disk that was slow is told of for two minutes
ALWAYS = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}


def alone(firm, **options):
    return Daemon(firm, firms.RELANCED, rights=(), **options)


def overdue(n):
    """Customers and invoices that a reminder is due for, now."""
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()
    due, issued = (str(today - datetime.timedelta(days=days)) for days in (5, 40))
    return ([firms.customer(f"C-{i}") for i in range(n)],
            [firms.invoice(f"F-{i}", f"C-{i}", issued=issued, due=due) for i in range(n)])


@pytest.fixture
def lively(bare_firm):
    """A firm with one reminder, that may be sent at any time."""
    bare_firm.config["sending"] = ALWAYS
    bare_firm.config["wake"] = {"days": "mon-sun", "at": ["00:00"]}
    bare_firm.config["channels"]["email"].update(delay_ms=20, workers=1)
    bare_firm.config["policies"]["standard"] = {
        "steps": [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}]}
    bare_firm.write_config()
    bare_firm.init()
    return bare_firm


# A store that is not as it was

def is_gone(state):
    for path in state.glob("relanced.db*"):
        path.unlink()


def is_damaged(state):
    (state / "relanced.db").write_bytes(b"\0" * 8192)


def is_half(state):
    with open(state / "relanced.db", "r+b") as file:
        file.truncate(6000)


def is_foreign(state):
    is_gone(state)
    with contextlib.closing(sqlite3.connect(state / "relanced.db")) as database:
        database.execute("create table t (x)")


def is_newer(state):
    with contextlib.closing(sqlite3.connect(state / "relanced.db")) as database:
        database.execute("pragma user_version = 999")


@pytest.mark.parametrize("damage, word", [
    (is_gone, "--init"), (is_damaged, "damaged"), (is_half, "damaged"), (is_foreign, "no store of"),
    (is_newer, "newer")])
def test_a_store_that_is_not_as_it_was_is_not_sent_from(lively, damage, word):
    lively.load(*overdue(1))
    with alone(lively) as daemon:
        lively.ctl("wake")
        wait_until(lambda: len(lively.files("email")) == 1, "the reminder")
        assert daemon.end() == 0
    damage(lively.state)
    done = lively.relanced(status=EXIT_CONFIG)
    assert word in done.stderr and str(lively.state) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(lively.files("email")) == 1
    assert not list((lively.state / "sockets").glob("*"))


def test_a_simulated_store_is_refused(firm):
    firm.load(*overdue(1), at="2026-03-05")
    firm.wake("2026-03-05T09:00")
    assert "simulated" in firm.relanced(status=EXIT_CONFIG).stderr


def test_what_leaves_after_a_kill_in_the_first_wake_makes_the_store_a_real_one(lively):
    lively.config["channels"]["email"]["delay_ms"] = 100  # so that not all has left by the kill
    lively.write_config()
    lively.load(*overdue(200))
    with alone(lively) as daemon:
        lively.ctl("wake")
        wait_until(lambda: lively.files("email"), "something to leave")
        assert daemon.end() == 0
    # As a kill between the wake's first page and its end leaves it.
    with contextlib.closing(sqlite3.connect(lively.state / "relanced.db")) as database:
        database.execute("update meta set mode = 0")
        database.commit()
    n = len(lively.files("email"))
    with alone(lively):
        wait_until(lambda: len(lively.files("email")) > n, "more to leave")
    assert lively.json("status", status=None)[0]["mode"] == "real"
    done = lively.ctl("wake", at="2099-01-01", status=1)
    assert "really sent" in done.stderr


def test_a_store_that_cannot_be_written_is_refused(lively):
    """Its folder read-only, as a disk with errors becomes."""
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c",
         'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"', "sh",
         str(lively.state), str(firms.RELANCED), "--config", str(lively.path)],
        capture_output=True, text=True, timeout=firms.TIMEOUT_S, check=False,
        env=lively.environment)
    if done.returncode == 32 or "unshare" in done.stderr:
        pytest.skip("there can be no mount namespace here")
    assert done.returncode in (1, EXIT_CONFIG)
    assert str(lively.state) in done.stderr and "Read-only" in done.stderr


# A disk that is full

class Confined(Daemon):
    """Its state folder is a small disk of its own, which the test reaches through the process."""

    SCRIPT = ('cp -a "$1" "$1.copy" && mount -t tmpfs -o size=$2 none "$1" && '
              'cp -a "$1.copy/." "$1" && shift 2 && exec "$@"')

    def __init__(self, firm):
        super().__init__(firm, firms.RELANCED, rights=())
        self.arguments = ["unshare", "--mount", "--map-root-user", "sh", "-c", self.SCRIPT, "sh",
                          str(firm.state), SMALL, *self.arguments]

    @property
    def state(self):
        return pathlib.Path(f"/proc/{self.process.pid}/root{self.firm.state}")

    def ctl(self, *arguments):
        return subprocess.run([firms.RELANCECTL, "--socket", self.state / "sockets", *arguments],
                              env=self.firm.environment, stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, text=True, timeout=firms.TIMEOUT_S)

    @contextlib.contextmanager
    def full(self):
        filler = self.state / "filler"
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        yield
        filler.unlink()


@pytest.fixture
def confined(lively):
    done = subprocess.run(["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "none",
                           str(lively.state)], check=False, capture_output=True)
    if done.returncode != 0:
        pytest.skip("there can be no mount namespace here")
    with Confined(lively) as daemon:
        yield daemon


def load(daemon, n):
    customers, invoices = overdue(n)
    done = daemon.ctl("import", daemon.firm.csv("customers", customers),
                      daemon.firm.csv("invoices", invoices))
    assert done.returncode == 0, done.stderr


def test_a_wake_on_a_full_disk_says_so_and_the_next_one_does_it_all(confined):
    load(confined, 40)
    with confined.full():
        done = confined.ctl("wake")
        assert done.returncode == 1 and "space" in done.stderr
        done = confined.ctl("status")
        assert done.returncode == 1 and "space" in done.stdout
        assert not confined.firm.files("email")
    assert confined.ctl("wake").returncode == 0
    wait_until(lambda: len(confined.firm.files("email")) == 40, "what was due")
    wait_until(lambda: confined.ctl("status").returncode == 0, "all to be well", WELL_S)


def test_sending_stops_while_the_disk_is_full_and_goes_on_by_itself(confined):
    n = 80
    load(confined, n)
    left = lambda: len(confined.firm.files("email"))  # noqa: E731
    assert confined.ctl("wake").returncode == 0
    wait_until(lambda: left() >= 5, "some to leave")
    confined.signal(signal.SIGSTOP)  # not all of them leave before the disk is full
    with confined.full():
        confined.signal(signal.SIGCONT)
        wait_until(lambda: "nothing is sent" in confined.ctl("status").stdout,
                   "status to say that it has stopped")
        n_then = left()
        assert n_then < n and confined.ctl("status").returncode == 1
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            assert left() == n_then
            time.sleep(0.1)
    wait_until(lambda: left() == n, "the others to leave")
    wait_until(lambda: confined.ctl("status").returncode == 0, "all to be well", WELL_S)
    log = [json.loads(line) for line in confined.ctl("--json", "log").stdout.splitlines()]
    assert [each["state"] for each in log] == ["sent"] * n
    assert f"{n} entries" in confined.ctl("log", "--verify").stdout


# A clock that is wrong

def test_before_the_clock_is_set_nothing_leaves(lively):
    """A machine without a battery starts in 1970."""
    lively.load(*overdue(3))
    faketime_library()
    with alone(lively, clock="@1970-01-01 12:00:00") as daemon:
        lively.ctl("wake", env={**lively.environment})
        assert not lively.files("email")
        assert daemon.end() == 0
    with alone(lively) as daemon:
        lively.ctl("wake")
        wait_until(lambda: len(lively.files("email")) == 3, "what was due")
        assert daemon.end() == 0
