# SPDX-License-Identifier: MIT
"""What a channel refuses is not asked for again at each wake: a person is told, and says when it may
be tried once more (R4). A service that could not be reconnected is loud."""

import pytest

from firm import customer, invoice


@pytest.fixture
def firm(bare_firm):
    """A service that was suspended on 19 March; its program refuses to connect it again."""
    program, answer = bare_firm.folder / "service", bare_firm.folder / "answer"
    program.write_text("#!/bin/sh\ntext=$(cat)\n"
                       "case $text in *reconnect*) echo called >>"
                       f"{bare_firm.folder}/calls; test -e {answer} ;; esac\n")
    program.chmod(0o755)
    bare_firm.config["channels"]["hook"] = {"module": "hook", "run": str(program)}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([customer(relation="service")], [invoice()], at="2026-03-05")
    for day in ("05", "13", "19"):
        wake(bare_firm, day)
    assert bare_firm.sent()[-1]["action"] == "suspend"
    bare_firm.answer = answer
    return bare_firm


def wake(firm, *days):
    for day in days:
        firm.wake(f"2026-03-{day}T10:00", status=None)


def n_calls(firm):
    calls = firm.folder / "calls"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def tasks(firm):
    return [(task["kind"], task["invoice"]) for task in firm.json("tasks")]


@pytest.mark.parametrize("free", [("release", "F-1"), ("contact", "C-1", "--phone", "+33123456789")])
def test_a_refused_reconnection_is_asked_for_again_when_a_person_says_so(firm, free):
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-19T15:00")
    wake(firm, "19", "20", "23", "24")
    assert n_calls(firm) == 1 and tasks(firm) == [("all-routes-refused", "F-1")]
    task, = firm.json("tasks")
    assert "relancectl release F-1" in task["commands"]
    assert firm.json("explain", "F-1")[0]["reason"] == "all-routes-refused"
    firm.answer.touch()
    firm.ctl(*free, at="2026-03-24T11:00")
    wake(firm, "25", "26")
    assert n_calls(firm) == 2 and tasks(firm) == []
    assert firm.sent()[-1]["action"] == "reconnect"


def test_a_confirmation_that_is_refused_is_told_and_holds_nothing(firm):
    program = firm.folder / "paper"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    firm.config["channels"]["paper"] = {"module": "hook", "run": str(program), "address": "email"}
    firm.config["policies"]["standard"]["confirm"] = ["paper"]
    firm.write_config()
    firm.load([customer("C-2")], [invoice("F-2", "C-2")], at="2026-03-19T11:00")
    firm.ctl("promise", "F-2", "2026-03-25", at="2026-03-19T11:00")
    wake(firm, "19", "20", "23")
    assert tasks(firm) == [("not-told", "F-2")]
    failed = [notice for notice in firm.log() if notice["state"] == "failed"]
    assert [notice["occasion"] for notice in failed] == ["promise-confirmed"]
    task, = firm.json("tasks")
    firm.ctl("done", task["task"], at="2026-03-23T11:00")
    wake(firm, "24", "26")
    assert ("promise-broken", "F-2") in tasks(firm)
    assert firm.sent()[-1]["action"] == "remind"
