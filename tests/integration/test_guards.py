# SPDX-License-Identifier: MIT
"""What keeps everything from leaving until a person resumes: a pause, a wake that came too late
(R18), a clock that jumped and a backup that was put back (R20)."""

import shutil

import pytest

from firm import customer, invoice
from servers.daemon import UnixConnection, faketime_library
from servers.process import wait_until

WAKE_DONE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f00f"
STALE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f0b2"
CLOCK_JUMP = "a4d1c0d2f1a84f3e9b1a7c5e60b1f0b3"
RESTORED = "a4d1c0d2f1a84f3e9b1a7c5e60b1f0b4"


def guards(firm, at=None):
    """The names that status gives, told in its first problems, each with an open task."""
    status, = firm.json("status", at=at, status=None)
    names = status["guards"]
    assert all("nothing leaves" in each for each in status["problems"][:len(names)])
    assert not (names and status["ok"])
    kinds = [task["kind"] for task in firm.json("tasks", at=at)]
    assert [kind for kind in kinds if kind in ("paused", "stale", "clock-jump", "restored")] == names
    return names


def only_task(firm):
    task, = firm.json("tasks")
    return task


def states(firm):
    return [notice["state"] for notice in firm.log()]


# R18

@pytest.fixture
def watched(bare_firm):
    """A firm that may miss three days."""
    bare_firm.config["limits"]["stale_after_days"] = 3
    bare_firm.write_config()
    bare_firm.init()
    return bare_firm


def test_after_too_long_without_a_wake_nothing_leaves_until_a_person_resumes(watched):
    watched.wake("2026-03-02T10:00")
    watched.load([customer()], [invoice()], at="2026-03-06T08:00")
    done = watched.wake("2026-03-06T10:00")
    assert STALE in done.stderr and "relancectl resume" in done.stderr
    assert not watched.files("email") and guards(watched) == ["stale"]
    assert "2026-03-02 10:00" in only_task(watched)["sentence"]
    assert "relancectl resume" in only_task(watched)["commands"]
    told, = watched.json("explain", "F-1")
    assert told["reason"] == "stale"
    assert STALE not in watched.wake("2026-03-06T11:00").stderr  # one alert
    assert not watched.files("email")
    watched.ctl("resume", at="2026-03-06T12:00")
    assert guards(watched) == []
    watched.wake("2026-03-06T12:00")
    assert len(watched.files("email")) == 1


@pytest.mark.parametrize("day, is_stale", [("2026-03-05", False), ("2026-03-06", True)])
def test_a_wake_is_late_after_more_days_than_are_allowed(watched, day, is_stale):
    watched.wake("2026-03-02T18:00")
    watched.wake(f"{day}T09:00")
    assert guards(watched) == ["stale"] * is_stale


def test_the_first_wake_of_all_is_never_late(watched):
    watched.load([customer()], [invoice()], at="2026-03-05")
    watched.wake("2026-03-05T10:00")
    assert len(watched.files("email")) == 1 and guards(watched) == []


def test_a_dry_run_shows_that_nothing_would_leave_and_leaves_no_guard(watched):
    watched.wake("2026-03-02T10:00")
    watched.load([customer()], [invoice()], at="2026-03-06T08:00")
    done = watched.relanced("--once", "--dry-run", "--at", "2026-03-06T10:00")
    assert done.stdout == "0 notices would leave\n" and "stale" in done.stderr
    assert guards(watched) == []


# A pause

def test_a_pause_holds_everything_and_a_resume_lets_it_go(firm):
    firm.load([customer()], [invoice()], at="2026-03-05")
    firm.ctl("pause", "--note", "inventory", at="2026-03-05T09:00")
    firm.wake("2026-03-05T10:00")
    assert not firm.files("email") and guards(firm) == ["paused"]
    assert "inventory" in only_task(firm)["sentence"]
    assert firm.json("explain", "F-1")[0]["reason"] == "paused"
    assert firm.ctl("send", "F-1", at="2026-03-05T10:00", status=1).stderr
    assert not firm.files("email")
    firm.ctl("resume", at="2026-03-05T11:00")
    firm.wake("2026-03-05T11:00")
    assert len(firm.files("email")) == 1 and guards(firm) == []


def test_a_pause_holds_a_reconnection_too(firm):
    firm.load([customer(relation="service")], [invoice()], at="2026-03-05")
    for day in ("2026-03-05", "2026-03-13", "2026-03-19"):
        firm.wake(f"{day}T10:00")
    assert [notice["action"] for notice in firm.sent()][-1] == "suspend"
    firm.ctl("pause", at="2026-03-19T11:00")
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-19T12:00")
    firm.wake("2026-03-19T13:00")
    assert [notice["action"] for notice in firm.sent()][-1] == "suspend"
    firm.ctl("resume", at="2026-03-19T14:00")
    firm.wake("2026-03-19T14:00")
    assert [notice["action"] for notice in firm.sent()][-1] == "reconnect"


def test_what_was_resumed_is_decided_within_a_minute(firm, start):
    """No hour of a wake comes in between."""
    firm.load([customer()], [invoice()])
    daemon = start(clock="@2026-03-05 09:00:00 x60")
    firm.ctl("pause")
    firm.ctl("wake")
    assert not firm.files("email")
    firm.ctl("resume")
    wait_until(lambda: firm.files("email"), "the reminder")
    assert [record["REASON"] for record in daemon.wait_for(WAKE_DONE, 2)] == ["asked-for", "afresh"]
    assert daemon.end() == 0


# R20: a restored backup

def test_a_backup_that_was_put_back_sends_nothing_until_a_person_resumes(firm):
    store, backup = firm.state / "relanced.db", firm.folder / "backup.db"
    firm.load([customer()], [invoice()], at="2026-03-04")
    firm.wake("2026-03-04T10:00")
    shutil.copy(store, backup)
    firm.wake("2026-03-05T10:00")
    assert states(firm) == ["sent"]
    shutil.copy(backup, store)
    assert guards(firm) == ["restored"]
    done = firm.wake("2026-03-05T11:00")
    assert "relancectl resume" in done.stderr
    assert states(firm) == [] and len(firm.files("email")) == 1
    task = only_task(firm)
    assert "2026-03-04 10:00" in task["sentence"]
    assert any("relancectl skip" in each for each in task["commands"])
    # What left is recorded, so that it does not leave again.
    firm.ctl("skip", "F-1", "reminder", "--note", "sent before", at="2026-03-05T11:00")
    firm.ctl("resume", at="2026-03-05T11:00")
    firm.wake("2026-03-05T12:00")
    assert guards(firm) == [] and len(firm.files("email")) == 1


def test_a_restored_store_that_is_taken_as_it_is_sends_again(firm):
    store, backup = firm.state / "relanced.db", firm.folder / "backup.db"
    firm.load([customer()], [invoice()], at="2026-03-05")
    shutil.copy(store, backup)
    firm.wake("2026-03-05T10:00")
    shutil.copy(backup, store)
    firm.ctl("resume", at="2026-03-05T11:00")
    firm.wake("2026-03-05T12:00")
    assert states(firm) == ["sent"] and len(firm.files("email")) == 2
    shutil.copy(backup, store)
    assert guards(firm) == ["restored"]  # and so each time


def test_a_daemon_on_a_restored_store_runs_and_can_be_asked(firm, start):
    store, backup = firm.state / "relanced.db", firm.folder / "backup.db"
    firm.load([customer()], [invoice()])
    shutil.copy(store, backup)
    daemon = start(clock="@2026-03-05 09:30:00")
    firm.ctl("wake")
    wait_until(lambda: states(firm) == ["sent"], "the reminder")
    assert daemon.end() == 0
    shutil.copy(backup, store)
    daemon = start(clock="@2026-03-05 09:40:00")
    assert len(daemon.records(RESTORED)) == 1
    assert guards(firm) == ["restored"] and firm.ctl("status", status=1)
    firm.ctl("wake")
    assert states(firm) == []
    firm.ctl("pay", "F-1", "1200.00", "--date", "2026-03-05")
    firm.ctl("resume")
    firm.ctl("wake")
    assert guards(firm) == [] and states(firm) == []
    assert daemon.end() == 0


# R20: the clock

@pytest.fixture
def clock(tmp_path):
    """Moves the wall clock of a daemon that has the clock's environment: by days from a time 60 days
    ago, because the kernel's timers do not know of it and end at once for times that are over."""
    path = tmp_path / "clock"

    def move(days):
        path.write_text(f"-{60 - days}d\n")

    move(0)
    move.environment = {
        "PASSED_PRELOAD": str(faketime_library()), "FAKETIME_TIMESTAMP_FILE": str(path),
        "FAKETIME_NO_CACHE": "1", "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return move


@pytest.fixture
def ticking(firm):
    """A firm that notices a jump, wakes when it is asked to, and may send at any time."""
    firm.config["limits"]["clock_jump_hours"] = 24
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.write_config()
    return firm


def test_a_clock_that_jumps_while_the_daemon_runs_holds_everything(ticking, start, clock):
    daemon = start(**clock.environment)
    ticking.ctl("wake")
    clock(30)
    ticking.load([customer()], [invoice()])
    ticking.ctl("wake")
    assert guards(ticking) == ["clock-jump"] and not ticking.files("email")
    assert len(daemon.records(CLOCK_JUMP)) == 1
    clock(0)
    ticking.ctl("resume")
    ticking.ctl("wake")
    assert guards(ticking) == []
    wait_until(lambda: ticking.files("email"), "what was held back")
    assert daemon.end() == 0


def test_a_clock_that_goes_back_is_noticed_after_a_restart_too(ticking, start, clock):
    clock(40)
    daemon = start(**clock.environment)
    ticking.ctl("wake")
    assert guards(ticking) == [] and daemon.end() == 0
    clock(0)
    daemon = start(**clock.environment)
    ticking.ctl("wake")
    assert guards(ticking) == ["clock-jump"] and daemon.end() == 0


def test_monitoring_sees_each_guard(firm, start):
    daemon = start()
    firm.ctl("pause")
    status, lines = metrics(daemon)
    assert status == 200 and 'relanced_guard{guard="paused"} 1' in lines
    assert 'relanced_guard{guard="restored"} 0' in lines and "relanced_ok 0" in lines
    assert daemon.end() == 0


def metrics(daemon):
    connection = UnixConnection(daemon.socket_path("read"), 30)
    connection.request("GET", "/v1/metrics")
    answer = connection.getresponse()
    lines = answer.read().decode().splitlines()
    connection.close()
    return answer.status, lines


# R19

def test_status_says_that_payments_are_too_old(firm):
    firm.config["limits"]["payments_max_age_days"] = 5
    firm.write_config()
    firm.load([customer()], [invoice()],
              [{"id": "P-1", "invoice": "F-1", "date": "2026-03-01", "amount": "1.00",
                "currency": "EUR"}], at="2026-03-02")
    for day, is_old in (("2026-03-06", False), ("2026-03-07", True)):
        status, = firm.json("status", at=day, status=None)
        assert any("2026-03-01" in each for each in status["problems"]) is is_old
        assert status["ok"] is not is_old


def test_what_waits_for_newer_payments_is_a_task_until_they_come(firm):
    firm.config["limits"]["payments_max_age_days"] = 5
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "deadline", "action": "deadline", "after_due": 3, "deadline_days": 8,
         "send": ["email"]}]}
    firm.write_config()

    def pay(number, day):
        firm.load(payments=[{"id": f"P-{number}", "invoice": "F-1", "date": day, "amount": "1.00",
                             "currency": "EUR"}], at=day)

    firm.load([customer()], [invoice(), invoice("F-2")], at="2026-03-02")
    pay(1, "2026-03-02")
    for day in ("2026-03-09", "2026-03-10"):
        firm.wake(f"{day}T10:00")
        task = only_task(firm)
        assert task["kind"] == "payments-stale" and "2026-03-02" in task["sentence"]
    assert not firm.files("email")
    pay(2, "2026-03-10")
    firm.wake("2026-03-10T11:00")
    assert firm.json("tasks") == [] and len(firm.files("email")) == 1
