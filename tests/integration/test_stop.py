# SPDX-License-Identifier: MIT
"""The end on request: nothing begins any more, what has begun is finished, and the next start has
nothing to find out. The daemon, a single run and one command of relancectl alike."""

import contextlib
import re
import signal
import socket
import subprocess
import time

import pytest

import firm as firms
from servers.daemon import Daemon
from servers.process import wait_until
from servers.smtp_sink import SmtpSink

EAGER = firms.BUILD / "tests" / "fault" / "eager.so"
AT = "2026-03-05T09:00"
ALWAYS = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}


def load(firm, n, **channel):
    """A firm that has a reminder due to each of n customers, through a channel that takes its
    time."""
    firm.config["sending"] = ALWAYS
    firm.config["channels"]["email"] = {"path": "out/email", "address": "email", **channel}
    firm.config["policies"]["standard"] = {
        "steps": [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}]}
    firm.write_config()
    firm.load([firms.customer(f"C-{i}") for i in range(n)],
              [firms.invoice(f"F-{i}", f"C-{i}") for i in range(n)])


def load_slow(firm, n, delay_ms):
    load(firm, n, module=str(EAGER), workers=4, in_flight=16, ahead=4, delay_ms=delay_ms)


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


def test_the_daemon_finishes_what_has_begun_and_loses_nothing(firm):
    n = 60
    load_slow(firm, n, delay_ms=300)
    for _ in range(3):
        before = len(firm.files("email"))
        with Daemon(firm, firms.RELANCED) as daemon:
            wake(daemon)
            wait_until(lambda: under_way(firm) and len(firm.files("email")) > before, "messages")
            begin = time.monotonic()
            assert daemon.end() == 0
            took_s = time.monotonic() - begin
        assert took_s < 5, took_s
        assert not under_way(firm)
        # Four workers had one message each under way; nothing else has begun.
        assert states(firm) == {"sent": len(firm.files("email")),
                                "pending": n - len(firm.files("email"))}
        assert len(firm.files("email")) < n
    with Daemon(firm, firms.RELANCED) as daemon:
        wait_until(lambda: len(firm.files("email")) == n and not under_way(firm), "the rest")
        assert daemon.end() == 0
    assert_all_sent_once(firm, n)


def test_an_idle_daemon_ends_at_once(firm):
    load_slow(firm, 1, delay_ms=0)
    with Daemon(firm, firms.RELANCED) as daemon:
        wake(daemon)
        wait_until(lambda: firm.files("email"), "the message")
        begin = time.monotonic()
        assert daemon.end() == 0
        assert time.monotonic() - begin < 2


def test_a_slow_server_gets_its_time(firm):
    """The sink answers the final dot after three seconds: what was dotted is sent, not uncertain."""
    with SmtpSink("-W", ".:3") as sink:
        load(firm, 20, module="email", server="127.0.0.1", port=sink.port, tls="none",
             **{"from": "compta@atelier-dumont.example"}, workers=2)
        del firm.config["channels"]["email"]["path"]
        firm.write_config()
        with Daemon(firm, firms.RELANCED) as daemon:
            wake(daemon)
            wait_until(lambda: any(notice["state"] == "handed" for notice
                                   in daemon.ask("/v1/log")[1]), "messages with the worker")
            wait_until(lambda: "sent" in {notice["state"] for notice
                                          in daemon.ask("/v1/log")[1]}, "the first one")
            begin = time.monotonic()
            assert daemon.end() == 0
            assert time.monotonic() - begin < 10
    found = states(firm)
    assert set(found) == {"sent", "pending"} and found["sent"] <= 6, found


def test_who_hangs_does_not_keep_it_longer_than_20_seconds(firm):
    """The message may have left."""
    load(firm, 1, module=str(EAGER), delay_ms=60000, timeout_s=300)
    with Daemon(firm, firms.RELANCED) as daemon:
        with running(firm, firms.RELANCECTL, "--socket", daemon.socket_path("operate"), "send",
                     "F-0"):
            wait_until(lambda: under_way(firm), "the message under way")
            begin = time.monotonic()
            assert daemon.end() == 0
            assert 15 < time.monotonic() - begin < 20
    with Daemon(firm, firms.RELANCED) as daemon:
        assert [notice["state"] for notice in daemon.ask("/v1/log")[1]] == ["uncertain"]
        assert daemon.end() == 0


def test_a_test_that_no_server_answers_does_not_keep_it(firm):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(firms.TIMEOUT_S)
        firm.config["channels"]["email"] = {"module": "email", "server": "127.0.0.1", "tls": "none",
                                            "port": deaf.getsockname()[1]}
        firm.write_config()
        with Daemon(firm, firms.RELANCED) as daemon, \
                running(firm, firms.RELANCECTL, "--socket", daemon.socket_path("operate"), "test",
                        "email", "--to", "clerk@atelier-dumont.example") as client:
            deaf.accept()  # and says nothing
            begin = time.monotonic()
            assert daemon.end() == 0
            assert time.monotonic() - begin < 8
            assert client.wait(timeout=firms.TIMEOUT_S) == 4
    assert "about to end" in (firm.folder / "stderr").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_single_run_finishes_what_has_begun(firm, number):
    n = 40
    load_slow(firm, n, delay_ms=200)
    with running(firm, firms.RELANCED, "--once", "--at", AT) as once:
        wait_until(lambda: under_way(firm) and len(firm.files("email")) > 4, "messages")
        once.send_signal(number)
        assert once.wait(timeout=20) == 1
    assert "the next run goes on" in (firm.folder / "stderr").read_text()
    assert not under_way(firm) and len(firm.files("email")) < n
    assert states(firm) == {"sent": len(firm.files("email")),
                            "pending": n - len(firm.files("email"))}
    firm.wake(AT)
    assert_all_sent_once(firm, n)


def test_a_run_that_is_told_to_stop_before_it_sends_sends_nothing(firm):
    """The signal waits for a moment at which something can be said about it."""
    load_slow(firm, 5, delay_ms=0)
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
    load_slow(firm, 1, delay_ms=800)
    with running(firm, firms.RELANCECTL, "--at", AT, "send", "F-0") as client:
        wait_until(lambda: under_way(firm), "the message under way")
        [private] = private_of(client)
        if who == "relancectl is killed":
            client.kill()
        elif who == "relancectl is interrupted":
            client.send_signal(signal.SIGINT)
        else:
            subprocess.run(["kill", str(private)], check=True)
            assert "sent" in client.communicate(timeout=20)[0]
            assert client.returncode == 0
        wait_until(lambda: not is_alive(private), "the end of relanced")
    assert_all_sent_once(firm, 1)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return not re.match(r"[ZX]", file.read().rpartition(")")[2].split()[0])
    except FileNotFoundError:
        return False
