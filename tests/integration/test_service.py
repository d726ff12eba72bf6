# SPDX-License-Identifier: MIT
"""relanced as a service: what it tells systemd, when it wakes, how it ends."""

import contextlib
import datetime
import pathlib
import signal
import socket
import threading
import time
import zoneinfo

import pytest

from firm import customer, invoice
from servers.process import wait_until

WAKE_DONE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f00f"
STARTED = "a4d1c0d2f1a84f3e9b1a7c5e60b1f0a3"
STOPPED = "a4d1c0d2f1a84f3e9b1a7c5e60b1f0a4"
# Before the hour, by a clock that runs as ours does: a busy machine has started a daemon by then.
BEFORE_NINE = "@2026-03-05 07:59:58"  # UTC: TZ of a firm's environment
NINE = "2026-03-05T09:00:00+01:00"
NEXT_AT_TWO = "Next wake 2026-03-05 14:00"


def wakes(daemon):
    """(the time it was planned for, why it ran) of each wake that has ended."""
    return [(record["WAKE"], record["REASON"]) for record in daemon.records(WAKE_DONE)]


def test_it_is_ready_and_says_when_it_wakes_next(firm, start):
    daemon = start(clock="@2026-03-05 10:30:00")
    assert daemon.statuses()[-1] == NEXT_AT_TWO
    daemon.wait_for(STARTED)
    assert daemon.end() == 0
    wait_until(lambda: daemon.has_told("STOPPING", "1"), "STOPPING")
    assert daemon.records(STOPPED)


def test_a_wake_comes_at_its_hour_and_sends_what_is_due(firm, start):
    firm.load([customer()], [invoice()])
    daemon = start(clock=BEFORE_NINE)
    daemon.wait_for(WAKE_DONE)
    wait_until(lambda: firm.files("email"), "the reminder")
    assert wakes(daemon) == [(NINE, "configured")]
    wait_until(lambda: daemon.statuses()[-1] == NEXT_AT_TWO, "the next wake")
    assert daemon.end() == 0
    assert [notice["state"] for notice in firm.log()] == ["sent"]


def test_a_firm_that_never_woke_waits_for_its_hour(firm, start):
    firm.load([customer()], [invoice()])
    daemon = start(clock="@2026-03-05 09:30:00")
    assert daemon.end() == 0
    assert not wakes(daemon) and not firm.files("email")


def test_missed_wakes_are_made_up_for_by_one_after_the_start(firm, start):
    daemon = start(clock=BEFORE_NINE)
    daemon.wait_for(WAKE_DONE)
    assert daemon.end() == 0
    firm.load([customer()], [invoice()])
    later = start(clock="@2026-03-09 08:30:00")  # a Monday, 09:30 there
    later.wait_for(WAKE_DONE, 2)
    wait_until(lambda: firm.files("email"), "the reminder")
    assert later.end() == 0
    assert wakes(later) == [(NINE, "configured"), ("2026-03-09T09:00:00+01:00", "missed")]


def test_an_hour_has_one_wake_however_often_the_daemon_starts(firm, start):
    first = start(clock=BEFORE_NINE)
    first.wait_for(WAKE_DONE)
    assert first.end() == 0
    # Once more before it, then the same second and minutes later.
    for clock in (BEFORE_NINE, "@2026-03-05 08:00:00", "@2026-03-05 08:05:00"):
        again = start(clock=clock)
        wait_until(lambda: again.statuses()[-1] == NEXT_AT_TWO, "no wake before two")
        assert again.end() == 0
    assert wakes(again) == [(NINE, "configured")]


def test_a_window_that_opens_later_is_waited_for(firm, start):
    """R5: the wake at 09:00 finds a channel closed until 10:00, and is followed by one then."""
    firm.config["sending"]["from"] = "10:00"
    firm.write_config()
    firm.load([customer()], [invoice()])
    daemon = start(clock="@2026-03-05 07:00:00 x1800")
    daemon.wait_for(WAKE_DONE, 2)
    wait_until(lambda: firm.files("email"), "the reminder")
    assert daemon.end() == 0
    assert wakes(daemon)[:2] == [(NINE, "configured"), ("2026-03-05T10:00:00+01:00", "opening")]


def test_the_watchdog_is_fed(firm, start):
    daemon = start(watchdog_s=0.4)
    wait_until(lambda: sum("WATCHDOG" in fields for _, fields in list(daemon.told)) > 4, "pings")
    assert daemon.end() == 0


def test_a_reload_is_told_from_its_begin_to_its_end(firm, start):
    daemon = start()
    before = len(daemon.told)
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: any("READY" in fields for _, fields in daemon.told[before:]), "READY")
    told = [fields for _, fields in daemon.told[before:]]
    begin, = (fields for fields in told if "RELOADING" in fields)  # a STATUS may come before it
    assert begin["RELOADING"] == "1" and int(begin["MONOTONIC_USEC"]) > 0
    assert told.index(begin) < next(n for n, fields in enumerate(told) if "READY" in fields)
    assert daemon.end() == 0


def test_a_good_configuration_is_taken_over_and_a_bad_one_is_not(firm, start):
    daemon = start(clock="@2026-03-05 08:30:00")
    assert daemon.statuses()[-1] == NEXT_AT_TWO
    firm.config["wake"]["at"] = ["16:45"]
    firm.write_config()
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: daemon.statuses()[-1] == "Next wake 2026-03-05 16:45", "the new hour")
    firm.write_config("wake = { at = [ \"08:00\" ]; };\n")
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: "refused" in daemon.statuses()[-1], "the refusal")
    assert daemon.statuses()[-1].startswith("Next wake 2026-03-05 16:45")
    assert daemon.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it(firm, start, number):
    assert start().end(number) == 0


def test_reloads_in_a_row_end_with_the_last_configuration(firm, start):
    daemon = start(clock="@2026-03-05 08:30:00")
    for hour in range(11, 21):
        firm.config["wake"]["at"] = [f"{hour}:00"]
        firm.write_config()
        daemon.signal(signal.SIGHUP)
    wait_until(lambda: daemon.statuses()[-1] == "Next wake 2026-03-05 20:00", "the last hour")
    assert daemon.end() == 0


def test_a_simulated_store_is_refused_for_good(firm, start):
    firm.wake("2026-03-05T09:00")
    done = firm.relanced(status=78)
    assert "simulated" in done.stderr


def test_without_a_store_it_does_not_run(bare_firm):
    assert "--init" in bare_firm.relanced(status=78).stderr


def test_what_cannot_work_ends_with_78_and_what_may_with_1(firm, start):
    firm.write_config("nonsense")
    firm.relanced(status=78)
    firm.write_config()
    start()
    assert "in use by process" in firm.relanced(status=1).stderr


def test_a_wake_that_is_asked_for_is_answered_with_what_it_did(firm, start):
    firm.load([customer()], [invoice()])
    daemon = start(clock="@2026-03-05 08:30:00")
    status, [result] = daemon.ask("/v1/wake", method="POST")
    assert status == 200 and result["accounts"] == 1 and result["notices"] == 1
    wait_until(lambda: firm.files("email"), "the reminder")
    # Many at once: each answer is of a wake that began after its question.
    answers = []
    askers = [threading.Thread(target=lambda: answers.append(daemon.ask("/v1/wake", method="POST")))
              for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert [(status, result["notices"]) for status, [result] in answers] == [(200, 0)] * 8
    assert {why for _, why in wakes(daemon)} == {"asked-for"} and len(firm.files("email")) == 1
    for right in ("read", "report"):
        assert daemon.ask("/v1/wake", right, "POST")[0] == 403
    assert daemon.end() == 0


def test_a_wake_without_a_daemon_sends_what_is_due_before_it_ends(firm):
    firm.load([customer()], [invoice()])
    [result] = firm.json("wake", at="2026-03-05T09:00")
    assert result["notices"] == 1 and result["opening"] is None
    assert [notice["state"] for notice in firm.log()] == ["sent"]
    assert "1 account, 1 instalment: 0 notices" in firm.ctl("wake", at="2026-03-05T09:01").stdout


def test_a_wake_at_night_says_until_when_something_waits(firm):
    firm.load([customer()], [invoice()])
    [result] = firm.json("wake", at="2026-03-05T20:00")
    assert result["notices"] == 0 and result["opening"] == "2026-03-06T09:00:00+01:00"
    # A Friday evening: the next working day is a Monday.
    done = firm.ctl("wake", at="2026-03-06T20:00")
    assert "until 2026-03-09 09:00" in done.stdout


def test_a_wake_that_passes_someone_over_ends_with_1(firm):
    firm.load([customer()], [invoice(document="missing.pdf")])
    firm.config["policies"]["standard"]["steps"][1]["attach"] = "own"
    firm.write_config()
    done = firm.ctl("wake", at="2026-03-05T09:00", status=1)
    assert "relancectl tasks" in done.stderr


def test_a_wake_knows_of_the_payment_that_was_dropped_before_it(firm, start):
    """A wake was missed, and the bank's file came meanwhile: by the clock that all of it runs on."""
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00",
                              "holidays": "none"}
    firm.config["wake"]["at"] = ["14:00", "15:00"]  # 13:00 UTC, in winter or summer
    firm.write_config()
    daemon = start(clock=f"@{today - datetime.timedelta(days=3)} 12:59:58")
    daemon.wait_for(WAKE_DONE)
    assert daemon.end() == 0
    due = (today - datetime.timedelta(days=5)).isoformat()
    firm.load([customer("C-1"), customer("C-2")],
              [invoice("F-1", "C-1", due=due), invoice("F-2", "C-2", due=due)])
    payments = firm.csv("payments", [{"id": "P-1", "invoice": "F-1", "date": today.isoformat(),
                                      "amount": "1200.00", "currency": "EUR", "kind": "payment"}])
    payments.rename(firm.state / "inbox" / payments.name)
    daemon = start()
    daemon.wait_for(WAKE_DONE, 2)
    wait_until(lambda: firm.files("email"), "the reminder")
    assert daemon.end() == 0
    assert wakes(daemon)[1][1] == "missed"
    assert [notice["lines"][0]["invoice"] for notice in firm.log()] == ["F-2"]


@pytest.mark.parametrize("timezone, at, opening", [
    ("America/New_York", "2026-03-05T09:00", "2026-03-05T14:00:00+01:00"),
    ("America/New_York", "2026-03-05T13:59", "2026-03-05T14:00:00+01:00"),
    ("America/New_York", "2026-03-05T14:00", None),
    ("Asia/Tokyo", "2026-03-05T15:00", "2026-03-06T09:00:00+01:00"),
    ("Asia/Tokyo", "2026-03-06T15:00", "2026-03-09T09:00:00+01:00"),
    # The night there is the working day here: never, until summer time.
    ("Pacific/Auckland", "2026-03-05T15:00", "2026-04-07T09:00:00+02:00"),
    ("Antarctica/Davis", "2026-03-05T15:00", "2026-03-06T09:00:00+01:00"),
])
def test_a_text_message_waits_for_the_window_here_and_the_day_there(firm, timezone, at, opening):
    firm.config["policies"]["standard"]["steps"][1]["send"] = ["sms"]
    firm.write_config()
    firm.load([customer(phone="+33612345678", timezone=timezone)], [invoice()])
    [result] = firm.json("wake", at=at)
    assert result["opening"] == opening and result["notices"] == (opening is None)


def test_backups_that_nobody_fetches_do_not_fill_the_disk(firm, start):
    firm.load([customer(f"C-{i}") for i in range(3000)])  # more than a socket takes at once
    daemon = start(rights=("read", "operate", "report"))
    waiting = [socket.socket(socket.AF_UNIX) for _ in range(2)]
    with contextlib.ExitStack() as stack:
        for each in waiting:
            stack.enter_context(each)
            each.connect(str(daemon.socket_path("read")))
            each.sendall(b"GET /v1/backup HTTP/1.1\r\nHost: relanced\r\n\r\n")
            assert each.recv(12) == b"HTTP/1.1 200"
        status, [answer] = daemon.ask("/v1/backup")
        assert status == 503 and "try later" in answer["error"]
    wait_until(lambda: firm.ctl("backup", firm.folder / "copy.db", status=None).returncode == 0,
               "room for another backup")


def switches(daemon):
    """How often its threads were woken."""
    return sum(int(line.split()[1])
               for status in pathlib.Path(f"/proc/{daemon.process.pid}/task").glob("*/status")
               for line in status.read_text().splitlines()
               if line.startswith("voluntary_ctxt_switches"))


def is_left_alone(daemon, watchdog_s, seconds=3):
    """Whether nothing but the watchdog has woken it for so long."""
    before, pings = switches(daemon), len(daemon.told)
    time.sleep(seconds)
    n_told = len(daemon.told) - pings
    return switches(daemon) - before <= n_told + 1 and n_told <= seconds * watchdog_s + 1


@pytest.mark.parametrize("watchdog_s", [0, 2])
def test_nothing_wakes_an_idle_daemon_but_its_watchdog(firm, start, watchdog_s):
    """Half an hour of its clock; the watchdog's is ours. What the wake has begun may still go on for
    a moment: who is woken again and again is never left alone."""
    firm.load([customer()], [invoice()])
    daemon = start(clock="@2026-03-05 13:05:00 x600", watchdog_s=watchdog_s)
    assert daemon.ask("/v1/wake", method="POST")[0] == 200
    wait_until(lambda: firm.files("email") and
               daemon.statuses()[-1] == "Next wake 2026-03-06 09:00", "rest")
    wait_until(lambda: is_left_alone(daemon, watchdog_s), "a while in which nothing wakes it")
    assert daemon.end() == 0


def test_the_first_hour_of_all_is_made_up_for_too(firm, start):
    firm.load([customer()], [invoice()])
    assert start(clock="@2026-03-05 07:50:00").end() == 0
    later = start(clock="@2026-03-05 08:10:00")
    later.wait_for(WAKE_DONE)
    wait_until(lambda: firm.files("email"), "the reminder")
    assert later.end() == 0
    assert wakes(later) == [(NINE, "missed")]


def test_a_wake_that_the_end_breaks_off_is_made_up_for(firm, start):
    n = 800
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00",
                              "holidays": "none"}
    firm.write_config()
    firm.load([customer(f"C-{i}") for i in range(n)],
              [invoice(f"F-{i}", f"C-{i}") for i in range(n)])
    daemon = start(clock=BEFORE_NINE)
    wait_until(lambda: daemon.statuses()[-1].startswith("Going through"), "the wake")
    assert daemon.end() == 0
    assert not wakes(daemon)
    daemon = start(clock="@2026-03-05 08:10:00")
    daemon.wait_for(WAKE_DONE)
    wait_until(lambda: len(firm.files("email")) == n, "all reminders")
    assert daemon.end() == 0
    assert wakes(daemon) == [(NINE, "missed")]
    states = [notice["state"] for notice in firm.log()]
    assert states == ["sent"] * n
