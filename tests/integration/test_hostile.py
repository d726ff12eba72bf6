# SPDX-License-Identifier: MIT
"""A thousand clients that mean no good at its three sockets, while it sends."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from firm import RELANCED, customer, invoice, is_sanitized
from servers.daemon import RIGHTS, Daemon
from servers.process import wait_until
from servers.service import day

CROWD = pathlib.Path(__file__).with_name("crowd.py")
CLIENTS, NOTICES = 1000, 400
# On a machine of its own; the program as it is shipped.
STALL_MS = 50
ANSWER_S = 2
GROWTH_KIB = 128 * 1024  # 32 connections a socket, each with its buffers


@pytest.fixture
def busy_firm(firm):
    """One whose every notice may leave now, over some seconds."""
    firm.config["channels"] = {"email": {"module": "file", "path": "out/email", "address": "email",
                                         "rate_per_minute": 6000}}
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.config["policies"] = {"standard": {"steps": [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}]}}
    firm.config["assign"] = [{"policy": "standard"}]
    firm.write_config()
    codes = [f"C-{i}" for i in range(NOTICES)]
    firm.load([customer(code) for code in codes],
              [invoice(f"F-{i}", code, issued=day(-40), due=day(-10)) for i, code in
               enumerate(codes)])
    return firm


@pytest.fixture
def daemon(busy_firm):
    daemon = Daemon(busy_firm, RELANCED)
    yield daemon.start()
    daemon.stop(signal.SIGKILL)


class Crowd:
    def __init__(self, daemon, seed):
        places = [word for right in RIGHTS for word in (str(daemon.socket_path(right)), right)]
        self.process = subprocess.Popen(
            [sys.executable, CROWD, str(CLIENTS), str(seed), *places], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def wait(self):
        assert self.process.stdout.readline() == "ready\n"

    def end(self):
        """How often each part was played."""
        played, _ = self.process.communicate("", timeout=60)
        return json.loads(played)


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


def resident_kib(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def disk_ms(folder):
    """How long this disk takes, at the worst of some times, to keep a little."""
    worst = 0.0
    with open(folder / "probe", "wb", buffering=0) as probe:
        for _ in range(100):
            begin = time.monotonic()
            probe.write(bytes(4096))
            os.fdatasync(probe.fileno())
            worst = max(worst, time.monotonic() - begin)
    return worst * 1000


def slowness(daemon, before=(0, 0)):
    """How many times longer than on a machine of its own the daemon took, waiting for its turn; and
    what to measure from the next time."""
    with open(f"/proc/{daemon.process.pid}/schedstat", encoding="ascii") as file:
        ran, waited = (int(word) - past for word, past in zip(file.read().split(), before))
    return (ran + waited) / ran, (ran + before[0], waited + before[1])


def asked(daemon, right):
    """The status, and how long it took."""
    begin = time.monotonic()
    code, (status,) = daemon.ask("/v1/status", right)
    assert code == 200
    return status, time.monotonic() - begin


def test_a_thousand_hostile_clients_harm_nobody(busy_firm, daemon):
    crowd_free = descriptors(daemon), resident_kib(daemon)
    _, begin = slowness(daemon)
    crowd = Crowd(daemon, seed=4)
    crowd.wait()
    assert daemon.ask("/v1/wake", method="POST")[0] == 200
    waited, end = [], time.monotonic() + 60
    status = {"notices": {"sent": 0}}
    while (status["notices"]["sent"] < NOTICES or len(waited) < 12) and time.monotonic() < end:
        for right in RIGHTS:
            status, seconds = asked(daemon, right)
            waited.append(seconds)
    slow, _ = slowness(daemon, begin)
    played = crowd.end()
    assert daemon.process.poll() is None
    assert len(played) > 25 and min(played.values()) > 10, played
    wait_until(lambda: descriptors(daemon) <= crowd_free[0] + 4, "their connections to end")
    grown_kib = resident_kib(daemon) - crowd_free[1]
    status, _ = asked(daemon, "operate")
    disk = disk_ms(busy_firm.state)
    print(f"{sum(played.values())} clients; answers within {max(waited):.2f} s; {status['loop']}; "
          f"machine {slow:.1f} times slower; disk {disk:.1f} ms")
    assert daemon.end() == 0
    notices = busy_firm.log()
    assert [(notice["state"], notice["attempts"]) for notice in notices] == [("sent", 1)] * NOTICES
    assert len(busy_firm.files("email")) == NOTICES
    assert not [record for record in daemon.records() if int(record["PRIORITY"]) <= 3]
    if not is_sanitized():
        assert grown_kib < GROWTH_KIB
        assert max(waited) < ANSWER_S * slow
        assert status["loop"]["longest_stall_ms"] <= STALL_MS * slow + 2 * disk
