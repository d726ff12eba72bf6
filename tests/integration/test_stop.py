# SPDX-License-Identifier: MIT
"""The end on request: nothing begins any more, what has begun is finished, and the next start has
nothing to find out. The daemon, a single run and one command of relancectl alike."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

import firm as firms
from servers.daemon import Daemon
from servers.process import wait_until
from servers.scripted_smtp import ScriptedSmtp

EAGER = firms.BUILD / "tests" / "fault" / "eager.so"
AT = "2026-03-05T09:00"
ALWAYS = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
WORKERS = 4
END_S = 18  # what is under way gets
BROKEN_OFF = "does not end in time"


def load(firm, n, **channel):
    """A firm that has a reminder due to each of n customers, through that channel."""
    firm.config["sending"] = ALWAYS
    firm.config["channels"]["email"] = {"address": "email", **channel}
    firm.config["policies"]["standard"] = {
        "steps": [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}]}
    firm.write_config()
    firm.load([firms.customer(f"C-{i}") for i in range(n)],
              [firms.invoice(f"F-{i}", f"C-{i}") for i in range(n)])


class Gate:
    """What a message that is under way waits for."""

    def __init__(self, firm):
        self.path = firm.folder / "gate"

    def open(self):
        self.path.touch()

    def close(self):
        self.path.unlink()


def load_gated(firm, n, ahead=1):
    """ahead: for how many messages a worker asks at a time."""
    gate = Gate(firm)
    load(firm, n, module=str(EAGER), path="out/email", workers=WORKERS, in_flight=WORKERS * ahead,
         ahead=ahead, gate=str(gate.path), timeout_s=300)
    return gate


def wake(daemon):
    assert daemon.ask("/v1/wake", method="POST")[0] == 200


def under_way(firm):
    """Messages that have begun and are not out yet."""
    folder = firm.folder / firm.config["channels"]["email"]["path"]
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def states(firm):
    found = [notice["state"] for notice in firm.log()]
    return {state: found.count(state) for state in set(found)}


def assert_all_sent_once(firm, n):
    assert states(firm) == {"sent": n}
    assert sorted(firm.files("email")) == sorted(f"{notice['notice']}.txt" for notice in firm.log())


@contextlib.contextmanager
def running(firm, program, *arguments):
    with open(firm.folder / "stderr", "ab") as errors:
        process = subprocess.Popen([program, "--config", firm.path, *arguments],
                                   env=firm.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_stopping(daemon):
    return daemon.has_told("STOPPING", "1")


def told(daemon):
    return daemon.log.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("ahead", [1, 4])
def test_the_daemon_finishes_what_has_begun_and_loses_nothing(firm, ahead):
    n = 60
    gate = load_gated(firm, n, ahead)
    for _ in range(3):
        before = len(firm.files("email"))
        with Daemon(firm, firms.RELANCED) as daemon:
            wake(daemon)
            wait_until(lambda: len(under_way(firm)) == WORKERS, "messages under way")
            daemon.signal(signal.SIGTERM)
            wait_until(lambda: is_stopping(daemon), "the end to be asked for")
            gate.open()
            assert daemon.process.wait(timeout=firms.TIMEOUT_S) == 0
            assert BROKEN_OFF not in told(daemon)
        assert not under_way(firm)
        # What each worker had been told to begin; nothing else has begun.
        n_sent = len(firm.files("email"))
        assert WORKERS <= n_sent - before <= WORKERS * ahead
        assert states(firm) == {"sent": n_sent, "pending": n - n_sent}
        gate.close()
    gate.open()
    with Daemon(firm, firms.RELANCED) as daemon:
        wait_until(lambda: len(firm.files("email")) == n and not under_way(firm), "the rest")
        assert daemon.end(timeout=firms.TIMEOUT_S) == 0
    assert_all_sent_once(firm, n)


def test_an_idle_daemon_ends_at_once(firm):
    load_gated(firm, 1).open()
    with Daemon(firm, firms.RELANCED) as daemon:
        wake(daemon)
        wait_until(lambda: daemon.ask("/v1/log?state=sent")[1], "the message")
        begin = time.monotonic()
        assert daemon.end(timeout=firms.TIMEOUT_S) == 0
        took_s = time.monotonic() - begin
        # Hundredths of a second where it has the machine for itself.
        assert took_s < END_S / 2 and BROKEN_OFF not in told(daemon)


def test_a_slow_server_gets_its_time(firm):
    """What the server has got the final dot of is sent when it says so, not uncertain."""
    answers = threading.Event()

    def keep(*_):
        answers.wait(firms.TIMEOUT_S)
        return "250 2.0.0 Ok: queued as 4ZB1xK"

    with ScriptedSmtp({"DOT": keep}) as server:
        load(firm, 20, module="email", server="127.0.0.1", port=server.port, tls="none",
             **{"from": "compta@atelier-dumont.example"}, workers=2)
        with Daemon(firm, firms.RELANCED) as daemon:
            wake(daemon)
            wait_until(lambda: len(server.mails) == 2, "messages with the server")
            daemon.signal(signal.SIGTERM)
            wait_until(lambda: is_stopping(daemon), "the end to be asked for")
            answers.set()
            assert daemon.process.wait(timeout=firms.TIMEOUT_S) == 0
            assert BROKEN_OFF not in told(daemon)
        assert len(server.accepted) == 2
    assert states(firm) == {"sent": 2, "pending": 18}


def test_who_hangs_is_broken_off(firm):
    """The message may have left."""
    load_gated(firm, 1)
    with Daemon(firm, firms.RELANCED) as daemon:
        with running(firm, firms.RELANCECTL, "--socket", daemon.socket_path("operate"), "send",
                     "F-0"):
            wait_until(lambda: under_way(firm), "the message under way")
            begin = time.monotonic()
            assert daemon.end(timeout=firms.TIMEOUT_S) == 0  # it would hang for ever
            assert time.monotonic() - begin >= END_S
            assert BROKEN_OFF in told(daemon)
    with Daemon(firm, firms.RELANCED) as daemon:
        assert [notice["state"] for notice in daemon.ask("/v1/log")[1]] == ["uncertain"]
        assert daemon.end(timeout=firms.TIMEOUT_S) == 0


def said(firm):
    return (firm.folder / "stderr").read_text(encoding="utf-8", errors="replace")


def test_a_test_that_no_server_answers_does_not_keep_it(firm):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(firms.TIMEOUT_S)
        firm.config["channels"]["email"] = {"module": "email", "server": "127.0.0.1", "tls": "none",
                                            "port": deaf.getsockname()[1]}
        firm.write_config()
        with Daemon(firm, firms.RELANCED) as daemon, \
                running(firm, firms.RELANCECTL, "--socket", daemon.socket_path("operate"), "test",
                        "email", "--to", "clerk@atelier-dumont.example") as client:
            with deaf.accept()[0]:  # and says nothing: a connection let go would be its end
                assert daemon.end(timeout=firms.TIMEOUT_S) == 0
                assert BROKEN_OFF not in told(daemon)
                assert client.wait(timeout=firms.TIMEOUT_S) == 4
    assert "about to end" in said(firm)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_single_run_finishes_what_has_begun(firm, number):
    n = 12
    gate = load_gated(firm, n)
    with running(firm, firms.RELANCED, "--once", "--at", AT) as once:
        wait_until(lambda: len(under_way(firm)) == WORKERS, "messages under way")
        once.send_signal(number)
        wait_until(lambda: "told to stop" in said(firm), "the end to be asked for")
        gate.open()
        assert once.wait(timeout=firms.TIMEOUT_S) == 1
    assert "the next run goes on" in said(firm) and BROKEN_OFF not in said(firm)
    assert not under_way(firm) and len(firm.files("email")) == WORKERS
    assert states(firm) == {"sent": WORKERS, "pending": n - WORKERS}
    firm.wake(AT)
    assert_all_sent_once(firm, n)


def test_a_run_that_is_told_to_stop_before_it_sends_sends_nothing(firm):
    """The signal waits for a moment at which something can be said about it."""
    load_gated(firm, 5).open()
    with running(firm, firms.RELANCED, "--once", "--at", AT) as once:
        while once.poll() is None:  # whenever it comes, it ends well
            once.send_signal(signal.SIGTERM)
            time.sleep(0.002)
    found = states(firm)
    assert set(found) <= {"pending", "sent"} and "uncertain" not in found
    firm.wake(AT)
    assert_all_sent_once(firm, 5)


def private_of(client):
    """The pid of the relanced that relancectl has started."""
    path = f"/proc/{client.pid}/task/{client.pid}/children"
    with open(path, encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


@pytest.mark.parametrize("who", ["relancectl is killed", "relancectl is interrupted",
                                 "relanced is told to end"])
def test_a_message_sent_by_hand_is_finished(firm, who):
    gate = load_gated(firm, 1)
    with running(firm, firms.RELANCECTL, "--at", AT, "send", "F-0") as client:
        wait_until(lambda: under_way(firm), "the message under way")
        [private] = private_of(client)
        if who == "relanced is told to end":
            os.kill(private, signal.SIGTERM)
            wait_until(lambda: not is_pending(private, signal.SIGTERM), "the end to be asked for")
        else:
            client.send_signal(signal.SIGKILL if who == "relancectl is killed" else signal.SIGINT)
            client.wait(timeout=firms.TIMEOUT_S)
        assert is_alive(private)
        gate.open()
        if who == "relanced is told to end":
            assert "sent" in client.communicate(timeout=firms.TIMEOUT_S)[0]
            assert client.returncode == 0
        wait_until(lambda: not is_alive(private), "the end of relanced")
    assert_all_sent_once(firm, 1)


def is_pending(pid, number):
    """Whether a signal was sent to a process that has not taken it yet."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        [mask] = re.findall(r"^ShdPnd:\s*(\w+)$", file.read(), re.MULTILINE)
    return int(mask, 16) >> (number - 1) & 1 == 1


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return not re.match(r"[ZX]", file.read().rpartition(")")[2].split()[0])
    except FileNotFoundError:
        return False
