# SPDX-License-Identifier: MIT
"""Time as people have it (R5, R6): every zone, days of 23 and 25 hours, leap days, holidays of the
configuration. What is expected comes from Python's own zones, not from the program."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import firm as firms

# A firm that wakes all the time: a step leaves as soon as it may.
QUARTERS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 15)]
REMIND = {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}


@pytest.fixture
def clocks(tmp_path):
    """Makes a firm in a zone with a ladder, a customer (more columns) and an invoice."""
    def make(zone, steps, due="2026-03-26", customer=None, **sending):
        made = firms.Firm(tmp_path / "firm")
        made.config["creditor"]["timezone"] = zone
        made.config["sending"] = {"days": "mon-sun", "from": "09:00", "to": "18:00",
                                  "holidays": "none", **sending}
        made.config["wake"] = {"days": "mon-sun", "at": QUARTERS}
        made.config["policies"]["standard"] = {"steps": steps}
        made.write_config()
        made.init()
        made.load([firms.customer(phone="+33612345678", **(customer or {}))],
                  [firms.invoice(issued="2024-01-01", due=due)])
        return made
    return make


def rfc3339(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def sent_after(firm, moment):
    firm.wake(rfc3339(moment))
    return len(firm.sent())


# A zone and a day on which its clock is set: one hour forward or back, half an hour, below zero, at
# an odd quarter, for Ramadan; and zones at the ends of the world on a plain day.
DAYS = [
    ("Europe/Paris", date(2026, 3, 29)), ("Europe/Paris", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)), ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Europe/Dublin", date(2026, 3, 29)), ("Europe/Dublin", date(2026, 10, 25)),
    ("Africa/Casablanca", date(2026, 2, 15)), ("Africa/Casablanca", date(2026, 3, 22)),
    ("Pacific/Chatham", date(2026, 4, 5)), ("Pacific/Chatham", date(2026, 9, 27)),
    ("America/Havana", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
    ("Pacific/Kiritimati", date(2026, 3, 29)), ("Pacific/Apia", date(2026, 3, 29)),
    ("Pacific/Pago_Pago", date(2026, 3, 29)), ("Asia/Kathmandu", date(2026, 3, 29)),
]


@pytest.mark.parametrize("zone, day", DAYS)
def test_the_day_begins_and_ends_by_the_firms_clock_also_where_that_is_set(clocks, zone, day):
    """The reminder is due on that day: nothing before nine, then it leaves; explain said when."""
    firm = clocks(zone, [REMIND], due=str(day - timedelta(days=3)))
    nine = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo(zone))
    eve = datetime(day.year, day.month, day.day, 17, 59, tzinfo=ZoneInfo(zone)) - timedelta(days=1)
    assert sent_after(firm, eve) == 0
    said, = firm.json("explain", "F-1", at=rfc3339(eve))
    assert datetime.fromisoformat(said["next"]["at"]) == nine
    assert said["next"]["earliest"] == str(day)
    assert sent_after(firm, nine - timedelta(seconds=60)) == 0
    assert sent_after(firm, nine) == 1
    notice, = firm.sent()
    assert datetime.fromisoformat(notice["at"]).utcoffset() == nine.utcoffset()


@pytest.mark.parametrize("zone, day", [*DAYS[:4], DAYS[6], DAYS[8]])
def test_a_day_of_another_length_is_one_day_all_the_same(clocks, zone, day):
    """Steps a day apart, woken every six hours of three real days: one each day."""
    steps = [{"id": f"s{n}", "action": "courtesy", "after_due": n, "send": ["email"]}
             for n in (1, 2, 3)]
    firm = clocks(zone, steps, due=str(day - timedelta(days=2)), **{"from": "00:00", "to": "24:00"})
    first = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) - timedelta(days=1)
    at = first.astimezone(timezone.utc) + timedelta(minutes=20)
    for hour in range(0, 72, 6):
        firm.wake(rfc3339(at + timedelta(hours=hour)))
    days = [datetime.fromisoformat(notice["at"]).date() for notice in firm.sent()]
    assert days == [day - timedelta(days=1), day, day + timedelta(days=1)]


# The creditor's zone, the customer's, a day, and the minute (UTC) at which her night ends, by hand.
NIGHTS = [
    ("UTC", "Europe/Paris", "2026-03-28", "07:00"), ("UTC", "Europe/Paris", "2026-03-29", "06:00"),
    ("UTC", "Europe/Paris", "2026-10-25", "07:00"), ("UTC", "Europe/Dublin", "2026-01-05", "08:00"),
    ("UTC", "Europe/Dublin", "2026-07-06", "07:00"),
    ("UTC", "Africa/Casablanca", "2026-02-14", "07:00"),
    ("UTC", "Africa/Casablanca", "2026-02-16", "08:00"),
    ("UTC", "Asia/Kolkata", "2026-03-29", "02:30"),
    ("UTC", "Asia/Kathmandu", "2026-03-29", "02:15"),
    ("UTC", "Australia/Lord_Howe", "2026-01-05", None),  # 21:00 the day before
    ("Europe/Paris", "", "2026-03-29", "06:00"),
]


@pytest.mark.parametrize("zone, customers, day, minute", NIGHTS)
def test_her_night_ends_by_her_own_clock(clocks, zone, customers, day, minute):
    steps = [{**REMIND, "send": ["sms"]}]
    due = date.fromisoformat(day) - timedelta(days=3)
    firm = clocks(zone, steps, due=str(due), customer={"timezone": customers},
                  **{"from": "00:00", "to": "24:00"})
    midnight = datetime.fromisoformat(f"{day}T00:00+00:00").astimezone(ZoneInfo(zone))
    if minute is None:
        assert sent_after(firm, midnight) == 1
        return
    morning = datetime.fromisoformat(f"{day}T{minute}+00:00")
    assert sent_after(firm, morning - timedelta(minutes=1)) == 0
    said, = firm.json("explain", "F-1", at=rfc3339(morning - timedelta(minutes=1)))
    assert datetime.fromisoformat(said["next"]["at"]) == morning
    assert sent_after(firm, morning) == 1


# Due date, step's timing; the day it leaves. Leap years: 2024, 2028, 2000; 2100 is none.
MONTH_ENDS = [
    ("2024-02-10", {"after_due": 3}, "2024-02-29"), ("2023-02-10", {"after_due": 3}, "2023-02-28"),
    ("2028-01-31", {"after_due": 29}, "2028-02-29"), ("2028-01-31", {"after_due": 30}, "2028-03-31"),
    ("2027-01-31", {"after_due": 28}, "2027-02-28"), ("2027-01-31", {"after_due": 29}, "2027-03-31"),
    ("2028-02-29", {"after_due": 0}, "2028-02-29"), ("2028-03-01", {"before_due": 1}, "2028-02-29"),
    ("2100-02-10", {"after_due": 3}, "2100-02-28"), ("2027-12-20", {"after_due": 20}, "2028-01-31"),
]


@pytest.mark.parametrize("due, timing, day", MONTH_ENDS)
def test_the_end_of_the_month_knows_leap_years(clocks, due, timing, day):
    firm = clocks("Europe/Paris", [{"id": "s", "action": "courtesy", **timing, "end_of_month": True,
                                    "send": ["email"]}], due=due)
    last = date.fromisoformat(day)
    firm.wake(f"{last - timedelta(days=1)}T17:00")
    assert firm.sent() == []
    firm.wake(f"{last}T09:00")
    assert len(firm.sent()) == 1


# What sending.holidays says, the calendars there are, a step's day, and the first day it may leave.
HOLIDAYS = [
    ("FR", {}, "2026-04-03", "2026-04-03"), ("FR-57", {}, "2026-04-03", "2026-04-07"),
    ("FR", {}, "2026-05-27", "2026-05-27"), ("GP", {}, "2026-05-27", "2026-05-28"),
    ("GB", {}, "2026-12-26", "2026-12-29"), ("GB-SCT", {}, "2026-11-30", "2026-12-01"),
    ("IE", {}, "2026-12-26", "2026-12-28"), ("DE-SN", {}, "2026-11-18", "2026-11-19"),
    ("firm", {"firm": {"add": ["2026-05-15"]}}, "2026-05-14", "2026-05-18"),
    ("firm", {"firm": {"like": "GB", "remove": ["12-28"]}}, "2026-12-26", "2026-12-28"),
    ("shop", {"firm": {"add": ["12-24"]}, "shop": {"like": "firm", "remove": ["easter+1"]}},
     "2026-04-06", "2026-04-06"),
    ("shop", {"firm": {"add": ["12-24"]}, "shop": {"like": "firm", "remove": ["easter+1"]}},
     "2026-12-24", "2026-12-28"),
    (None, {"FR": {"add": ["05-15"]}}, "2026-05-14", "2026-05-18"),
]


@pytest.mark.parametrize("holidays, calendars, day, leaves", HOLIDAYS)
def test_nothing_leaves_on_a_holiday_of_the_calendar_that_is_named(tmp_path, holidays, calendars,
                                                                   day, leaves):
    firm = firms.Firm(tmp_path / "firm")
    firm.config["sending"].pop("holidays")
    if calendars:
        firm.config["calendars"] = calendars
    if holidays:
        firm.config["sending"]["holidays"] = holidays
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "d", "action": "deadline", "after_due": 3, "deadline_days": 7, "send": ["email"]}]}
    firm.write_config()
    firm.init()
    due = date.fromisoformat(day) - timedelta(days=3)
    firm.load([firms.customer()], [firms.invoice(issued="2026-01-01", due=str(due))])
    at = date.fromisoformat(day)
    while at < date.fromisoformat(leaves):
        firm.wake(f"{at}T10:00")
        assert firm.sent() == [], at
        at += timedelta(days=1)
    firm.wake(f"{leaves}T10:00")
    assert len(firm.sent()) == 1


def test_a_deadline_falls_on_no_holiday_of_ones_own_calendar(tmp_path):
    """Thursday 7 May + 7 days is Ascension Day, the Friday after it the firm's own, then weekend."""
    firm = firms.Firm(tmp_path / "firm")
    firm.config["calendars"] = {"firm": {"add": ["2026-05-15"]}}
    firm.config["sending"]["holidays"] = "firm"
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "d", "action": "deadline", "after_due": 3, "deadline_days": 7, "send": ["email"]}]}
    firm.write_config()
    firm.init()
    firm.load([firms.customer()], [firms.invoice(issued="2026-01-01", due="2026-05-04")])
    firm.wake("2026-05-07T10:00")
    notice, = firm.sent()
    assert notice["deadline"] == "2026-05-18"
