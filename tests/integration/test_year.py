# SPDX-License-Identifier: MIT
"""A year in a minute: the daemon through both changes of the clock in Europe/Paris and on Lord Howe
Island (half an hour), and through the ends of all months. The wall clock is fast, the monotonic one
is not: workers and gateways take the time they take."""

import datetime
import os
import signal
import zoneinfo

import pytest

from firm import RELANCED, Firm, customer, invoice
from servers.daemon import RECORD, Daemon
from servers.process import wait_until

WAKE_DONE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f00f"
YEAR = 2026
# A year a minute: a day lasts 164 ms. Slower on a machine that sleeps through too much of it.
SPEEDS = (525600, 131400)
# Hours that a change of the clock leaps over or shows twice, and one in daylight.
HOURS = {"Europe/Paris": ("02:30", "14:30"), "Australia/Lord_Howe": ("01:45", "14:30")}
FIRST, LAST = datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31)
# A machine that is busy elsewhere for 80 ms sleeps through half a day; then one wake makes up for
# all that were missed, and says so. More than a few of them are not the machine's fault.
MISSED_MAX = 20
PATIENCE_S = 240  # for a year at the first speed
STEPS = ("courtesy", "reminder", "resend", "deadline")


def shown_at(day, hour, zone):
    """The instant when the zone's clock shows that hour, the first one; if it never does, the end
    of the gap."""
    local = datetime.datetime.combine(day, datetime.time.fromisoformat(hour), zone)
    instant = local.astimezone(datetime.timezone.utc)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    while instant.astimezone(zone).utcoffset() != local.utcoffset():
        instant -= datetime.timedelta(minutes=1)
    return instant + datetime.timedelta(minutes=1)


def configured(zone_name):
    """Every wake of the year, as RFC 3339 on the zone's clock."""
    zone = zoneinfo.ZoneInfo(zone_name)
    days = [FIRST + datetime.timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
    return [shown_at(day, hour, zone).astimezone(zone).isoformat()
            for day in days for hour in HOURS[zone_name]]


def start(folder, zone_name, speed):
    firm = Firm(folder)
    firm.config["creditor"]["timezone"] = zone_name
    firm.config["wake"]["at"] = list(HOURS[zone_name])
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00",
                              "holidays": "none"}
    firm.config["policies"]["standard"]["steps"] = [
        {"id": "courtesy", "action": "courtesy", "before_due": 3, "send": ["email"]},
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]},
        {"id": "resend", "action": "resend", "after_due": 10, "send": ["email"]},
        {"id": "deadline", "action": "deadline", "after_due": 20, "deadline_days": 8,
         "send": ["email"]}]
    firm.write_config()
    firm.init()
    firm.load([customer(f"C-{month}") for month in range(1, 13)],
              [invoice(f"F-{month}", f"C-{month}", issued=f"{YEAR - 1}-12-01", due=last_day(month))
               for month in range(1, 13)])
    daemon = Daemon(firm, RELANCED, clock=f"@{YEAR - 1}-12-31 00:00:00 x{speed}")
    return daemon.start()


def last_day(month):
    following = datetime.date(YEAR + month // 12, month % 12 + 1, 1)
    return (following - datetime.timedelta(days=1)).isoformat()


def has_ended(daemon):
    """Looks at the last lines of its log: who reads all of it every time is a burden."""
    assert daemon.process.poll() is None, daemon.log.read_text()
    with open(daemon.log, "rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - 65536))
        lines = log.read().decode("utf-8", "replace").rpartition("\n")[0].splitlines()
    last = [RECORD.findall(line) for line in lines if WAKE_DONE in line][-1:]
    return last and dict(last[0])["WAKE"] >= f"{YEAR + 1}-01-15"


def check_wakes(daemon, zone_name):
    """Each hour once; one that is not there was slept through. Their slots, and how many are not."""
    wakes = [(record["WAKE"], record["REASON"]) for record in daemon.records(WAKE_DONE)
             if record["WAKE"].startswith(str(YEAR))
             and record["REASON"] not in ("opening", "afresh")]
    wanted, n_missed, at = configured(zone_name), 0, 0
    for slot, reason in wakes:
        assert reason in ("configured", "missed")
        before = at
        at = wanted.index(slot, at) + 1  # in order, none twice, each at its hour
        n_missed += at - before - 1
        # One that came while the wake before was beginning is within that wake.
        assert at - before <= 2 or reason == "missed", f"nobody says why the wake before {slot} fails"
    return [slot for slot, _ in wakes], len(wanted) - at + n_missed


def check_notices(firm):
    """Each step of each invoice that comes to it this year was sent once, in order."""
    sent = {}
    for notice in firm.sent():
        assert len(notice["lines"]) == 1
        sent.setdefault(notice["lines"][0]["invoice"], []).append(
            (notice["step"], notice["at"][:10]))
    assert set(sent) == {f"F-{month}" for month in range(1, 13)}
    for number, steps in sent.items():
        due = datetime.date.fromisoformat(last_day(int(number[2:])))
        wanted = [step for step, days in zip(STEPS, (-3, 3, 10, 20))
                  if due + datetime.timedelta(days=days + 2) <= LAST]
        assert [step for step, _ in steps][:len(wanted)] == wanted, number
        assert len(steps) <= len(STEPS) and len({step for step, _ in steps}) == len(steps), number
        for (step, day), days in zip(steps, (-3, 3, 10, 20)):
            assert day >= (due + datetime.timedelta(days=days)).isoformat(), (number, step, day)


def live_through(folder, speed):
    """A year of each zone; how many wakes one of them slept through at most."""
    daemons, n_missed = {}, 0
    try:
        for zone_name in HOURS:
            daemons[zone_name] = start(folder / zone_name.replace("/", "-"), zone_name, speed)
        wait_until(lambda: all(has_ended(daemon) for daemon in daemons.values()), "a year",
                   PATIENCE_S * SPEEDS[0] / speed)
        for zone_name, daemon in daemons.items():
            assert daemon.end() == 0
            slots, n = check_wakes(daemon, zone_name)
            n_missed = max(n, n_missed)
            assert len(slots) + n == 730
            check_notices(daemon.firm)
            assert daemon.firm.ctl("status", status=None).returncode in (0, 1)
    finally:
        for daemon in daemons.values():
            daemon.stop(signal.SIGKILL)
    return n_missed


def test_each_configured_hour_of_a_year_has_one_wake(tmp_path):
    n_missed = []
    for speed in SPEEDS:
        n_missed.append(live_through(tmp_path / str(speed), speed))
        if n_missed[-1] <= MISSED_MAX:
            return
    raise AssertionError(f"{n_missed} wakes were missed")


@pytest.mark.parametrize("zone_name, day, slot", [
    ("Europe/Paris", "2026-03-29", "2026-03-29T03:00:00+02:00"),
    ("Europe/Paris", "2026-10-25", "2026-10-25T02:30:00+02:00"),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-05T01:45:00+11:00"),
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-04T01:45:00+10:30"),
])
def test_the_hours_that_this_file_expects_are_those_of_the_clock(zone_name, day, slot):
    assert [each for each in configured(zone_name) if each.startswith(day)][0] == slot
