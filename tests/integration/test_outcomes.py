# SPDX-License-Identifier: MIT
"""Whatever a channel answers and however its module fails: nothing twice, nothing lost, nothing
stuck. Channels here are tests/integration/scripted.c, which does what its script says."""

import datetime
import os
import pathlib
import shutil
import signal
import subprocess
import time

import firm as firms
import pytest

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 30  # less than a worker may idle
DAY1, DAY2, DAY3 = "2026-03-05T09:00", "2026-03-06T09:00", "2026-03-09T09:00"


@pytest.fixture(scope="session")
def module(tmp_path_factory):
    if not shutil.which("cc"):
        pytest.skip("needs a compiler")
    path = tmp_path_factory.mktemp("module") / "scripted.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-Wall", "-fPIC", "-shared", f"-I{firms.REPOSITORY}",
                    HERE / "scripted.c", "-o", path], check=True)
    return path


class Scripted(firms.Firm):
    """A firm whose channels do as they are told."""

    def __init__(self, folder, module):
        super().__init__(folder)
        for name, address in (("email", "email"), ("sms", "phone"), ("whatsapp", "whatsapp")):
            self.config["channels"][name] = {
                "module": str(module), "address": address, "folder": f"out/{name}", "timeout_s": 1}
        self.policy([["email|sms"]])
        self.init()

    def policy(self, routes, **step):
        """A ladder of steps, three days apart, with these routes."""
        self.config["policies"]["standard"] = {"steps": [
            {"id": f"s{n}", "action": "remind", "after_due": 3 * n, "send": send, **step}
            for n, send in enumerate(routes, 1)]}
        self.write_config()

    def script(self, channel, *lines):
        folder = self.folder / "out" / channel
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "used").unlink(missing_ok=True)
        (folder / "script").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def received(self, channel):
        path = self.folder / "out" / channel / "received"
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []

    def once(self, at):
        """A wake of which the status is judged elsewhere; one that waits for nothing."""
        began = time.monotonic()
        done = self.relanced("--once", "--at", at, status=None)
        assert time.monotonic() - began < PATIENCE_S
        return done

    def states(self):
        return [f'{notice["channel"]} {notice["state"]}'
                for notice in sorted(self.log(), key=lambda notice: notice["notice"])]

    def tasks(self):
        return sorted(task["kind"] for task in self.json("tasks"))


@pytest.fixture
def scripted(tmp_path, module):
    firm = Scripted(tmp_path / "firm", module)
    firm.load([firms.customer(phone="+33612345678")], [firms.invoice()], at="2026-03-03T09:00")
    return firm


# script of email → what stands in the log after the wake, what was received, tasks
ONE_ROUTE = [
    ("acted-sent", ["email sent"], 1, []),
    ("refused-address", ["email failed"], 0, ["all-routes-refused"]),
    ("begun-refused-address", ["email failed"], 0, ["all-routes-refused"]),
    ("refused-message", ["email failed"], 0, ["all-routes-refused"]),
    ("begun-refused-message", ["email failed"], 0, ["all-routes-refused"]),
    ("retry", ["email pending"], 0, []),
    ("begun-retry", ["email pending"], 0, []),
    ("down", ["email pending"], 0, ["channel-down"]),
    ("begun-down", ["email pending"], 0, ["channel-down"]),
    ("begun-uncertain", ["email uncertain"], 0, ["uncertain"]),
    ("acted-uncertain", ["email uncertain"], 1, ["uncertain"]),
    ("uncertain", ["email uncertain"], 0, ["uncertain"]),
    ("sent", ["email sent"], 0, []),
    ("begun-abort", ["email uncertain"], 0, ["uncertain"]),
    ("acted-abort", ["email uncertain"], 1, ["uncertain"]),
    ("begun-exit", ["email uncertain"], 0, ["uncertain"]),
    ("acted-exit", ["email uncertain"], 1, ["uncertain"]),
    ("begun-hang", ["email uncertain"], 0, ["uncertain"]),
    ("acted-hang", ["email uncertain"], 1, ["uncertain"]),
    ("begun-chatter", ["email uncertain"], 0, ["uncertain"]),
    ("acted-close", ["email uncertain"], 1, ["uncertain"]),
    ("hang", ["email pending"], 0, []),
    ("chatter", ["email pending"], 0, []),
    ("flood", ["email pending"], 0, []),
    ("abort", ["email sent"], 1, []),
    ("exit", ["email sent"], 1, []),
    ("close", ["email sent"], 1, []),
]


@pytest.mark.parametrize("word, states, n_received, tasks", ONE_ROUTE, ids=[c[0] for c in ONE_ROUTE])
def test_an_outcome_becomes_a_state(scripted, word, states, n_received, tasks):
    scripted.policy([["email"]])
    scripted.script("email", f"* {word}")
    scripted.once(DAY1)
    assert scripted.states() == states
    assert len(scripted.received("email")) == n_received
    assert scripted.tasks() == tasks
    scripted.once(DAY1)
    assert scripted.states()[:len(states)] in (states, ["email sent"])
    assert len(set(scripted.received("email"))) == len(scripted.received("email"))


def real_firm(tmp_path, module):
    """Two customers, late since yesterday by the real clock, written to at any hour."""
    firm = Scripted(tmp_path / "firm", module)
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.config["channels"]["email"].update(timeout_s=60)
    firm.policy([["email"]])
    late = datetime.date.today() - datetime.timedelta(days=4)
    firm.load([firms.customer("C-1"), firms.customer("C-2")],
              [firms.invoice("F-1", "C-1", issued=late, due=late),
               firms.invoice("F-2", "C-2", issued=late, due=late)])
    return firm


def await_that(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_earlier_try_does_not_speak_for_a_later_one(tmp_path, module):
    """C-1 is to come again, comes again while C-2 takes long, is sent, and the daemon never hears of
    it: the flight file holds two words about one message."""
    firm = real_firm(tmp_path, module)
    firm.script("email", "c-1 retry-soon", "c-2 acted-slow", "c-1 acted-freeze")
    flights = firm.state / "flight"
    with subprocess.Popen([firms.RELANCED, "--config", firm.path, "--once"], env=firm.environment,
                          stderr=subprocess.DEVNULL) as daemon:
        await_that(lambda: sum(path.read_bytes().count(b"ref") for path in flights.glob("*")) == 2)
        daemon.send_signal(signal.SIGKILL)
    firm.relanced("--once")
    assert firm.states() == ["email sent", "email sent"]
    assert len(firm.received("email")) == 2
