# SPDX-License-Identifier: MIT
"""relancectl and the running daemon: how it is found, what is said when it is not, and that two
firms are never mixed up."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unicodedata

import pytest

import firm as firms
from servers.daemon import Daemon, faketime_library

FACTS = ([firms.customer()], [firms.invoice()])


def alone(firm):
    """The firm's daemon, on sockets of its own."""
    return Daemon(firm, firms.RELANCED, rights=())


def folder_of(daemon):
    return daemon.firm.state / "sockets"


@pytest.fixture
def daemon(firm):
    with alone(firm) as running:
        yield running


def run(*arguments, environment=None, **options):
    """relancectl by itself, without any configuration named."""
    variables = {key: value for key, value in os.environ.items() if key != "RELANCED_SOCKET"}
    return subprocess.run([str(firms.RELANCECTL), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=firms.TIMEOUT_S, check=False,
                          env={**variables, "LC_ALL": "C.UTF-8", **(environment or {})}, **options)


def creditor(done):
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


# Found

def test_the_daemon_that_has_the_store_is_asked(firm, daemon, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    firm.environment["TMPDIR"] = str(scratch)
    firm.load(*FACTS)
    assert firm.json("invoices")[0]["invoice"] == "F-1"
    firm.ctl("pay", "F-1", "200.00")
    assert firm.json("invoices")[0]["open"] == "1000.00"
    assert not any(scratch.iterdir())


def test_a_path_names_a_socket_or_the_folder_of_sockets(firm, daemon):
    for name in (folder_of(daemon), folder_of(daemon) / "operate.sock", folder_of(daemon) / "read.sock"):
        assert "Atelier Dumont" in creditor(run("--socket", name, "status"))
        assert "Atelier Dumont" in creditor(run("status", environment={"RELANCED_SOCKET": str(name)}))
    assert "Atelier Dumont" in creditor(run("--socket", folder_of(daemon), "status",
                                            environment={"RELANCED_SOCKET": "/none"}))


def test_a_path_may_be_longer_than_an_address(tmp_path):
    firm = firms.Firm(tmp_path / ("a folder with a long name " * 4) / ("and another one " * 5))
    firm.init()
    with alone(firm) as daemon:
        assert len(str(folder_of(daemon))) > 108
        assert firm.json("status", status=None)
        assert run("--socket", folder_of(daemon), "status").returncode in (0, 1)
        second = firm.relanced(status=1)
        assert str(folder_of(daemon) / "operate.sock") in second.stderr


def test_files_are_imported_from_pipes_too(firm, daemon):
    customers = firm.csv("customers", [firms.customer()])
    done = subprocess.run(["bash", "-c", f"'{firms.RELANCECTL}' --config '{firm.path}' "
                           f"import <(cat '{customers}')"], capture_output=True, text=True,
                          timeout=firms.TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    assert [row["customer"] for row in firm.json("customers")] == ["C-1"]


def test_a_configuration_is_checked_without_the_daemon(firm, daemon):
    assert "right" in firm.ctl("check").stdout


# Two firms

def test_two_firms_are_never_mixed_up(tmp_path):
    one, other = firms.Firm(tmp_path / "one"), firms.Firm(tmp_path / "other")
    other.config["creditor"]["name"] = "Garage Petit"
    other.write_config()
    for each in (one, other):
        each.init()
    with alone(one) as daemon, alone(other):
        one.load(*FACTS)
        assert other.json("invoices") == []
        other.load([firms.customer()], [firms.invoice(amount="10.00")])
        # What stands on the command line is meant more than what stands in the environment.
        done = run("--config", other.path, "--json", "invoices",
                   environment={"RELANCED_SOCKET": str(folder_of(daemon))})
        assert '"10.00"' in done.stdout
        other.ctl("pay", "F-1", "10.00")
        assert other.json("invoices")[0]["open"] == "0.00"
        assert one.json("invoices")[0]["open"] == "1200.00"
        daemon.stop(signal.SIGKILL)
        # The dead one's place is not taken by the other that runs.
        one.ctl("pay", "F-1", "200.00")
        assert one.json("invoices")[0]["open"] == "1000.00"


# Not there

def test_after_a_kill_a_private_relanced_answers_and_sockets_are_said_to_be_dead(firm, daemon):
    firm.load(*FACTS)
    sockets = folder_of(daemon)
    daemon.stop(signal.SIGKILL)
    assert (sockets / "operate.sock").exists()
    assert firm.json("invoices")[0]["invoice"] == "F-1"
    for name in (sockets, sockets / "operate.sock"):
        done = run("--socket", name, "status")
        assert done.returncode == 4 and "not running" in done.stderr
    with alone(firm):
        assert firm.json("invoices")[0]["invoice"] == "F-1"


def test_what_is_left_when_the_daemon_ends_is_nothing(firm, daemon):
    sockets = folder_of(daemon)
    assert daemon.end() == 0
    assert list(sockets.iterdir()) == [] and (firm.state / "relanced.lock").read_text() == ""
    assert run("--socket", sockets, "status").returncode == 4


def test_a_store_is_of_one_process_and_the_other_is_told_which(firm, daemon):
    for arguments in ([], ["--once"], ["--dry-run"]):
        done = firm.relanced(*arguments, status=1)
        assert f"process {daemon.process.pid}" in done.stderr
        assert str(folder_of(daemon) / "operate.sock") in done.stderr


def test_who_has_the_store_for_a_moment_is_waited_for(firm):
    lock = open(firm.state / "relanced.lock", "w", encoding="ascii")
    fcntl.flock(lock, fcntl.LOCK_EX)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    releasing = threading.Timer(1, lock.close)
    releasing.start()
    with alone(firm):
        assert firm.json("invoices") == []
    releasing.join()


def test_each_who_has_the_store_for_a_moment_is_waited_for(firm):
    """One after the other, and longer than for one alone."""
    is_held = threading.Event()

    def hold():
        with open(firm.state / "relanced.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for pid in range(os.getpid(), os.getpid() + 3):
                os.ftruncate(lock.fileno(), 0)
                os.pwrite(lock.fileno(), f"{pid}\n".encode(), 0)
                is_held.set()
                time.sleep(1.3)

    holding = threading.Thread(target=hold)
    holding.start()
    is_held.wait()
    assert firm.json("invoices") == []
    holding.join()


def test_commands_without_a_daemon_wait_for_each_other(firm):
    firm.load(*FACTS)
    paying = [subprocess.Popen([str(firms.RELANCECTL), "--config", str(firm.path), "pay", "F-1", "1"],
                               env=firm.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL) for _ in range(6)]
    assert [each.wait(firms.TIMEOUT_S) for each in paying] == [0] * 6
    assert firm.json("invoices")[0]["open"] == "1194.00"


def test_time_cannot_be_played_with_while_the_daemon_runs(firm, daemon):
    done = firm.ctl("status", at="2026-03-05", status=1)
    assert "--at" in done.stderr and "daemon" in done.stderr and done.stdout == ""
    done = run("--at", "2026-03-05", "status", environment={"RELANCED_SOCKET": str(folder_of(daemon))})
    assert done.returncode == 2 and "RELANCED_SOCKET" in done.stderr


# Rights

def test_who_may_only_look_is_told_so(firm, daemon):
    firm.load(*FACTS)
    read, report = folder_of(daemon) / "read.sock", folder_of(daemon) / "report.sock"
    assert run("--socket", read, "invoices").returncode == 0
    done = run("--socket", read, "pay", "F-1", "5.00")
    assert done.returncode == 1 and done.stderr
    assert run("--socket", report, "invoices").returncode == 1
    assert run("--socket", report, "status").returncode in (0, 1)
    assert firm.json("invoices")[0]["open"] == "1200.00"


@pytest.fixture
def stranger():
    """Runs relancectl as an account with no right but what the sockets say."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to be somebody else")
    folder = tempfile.mkdtemp(prefix="relanced-stranger-")
    program = shutil.copy(firms.RELANCECTL, folder)
    os.chmod(folder, 0o755)

    def ask(*arguments):
        return subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=firms.TIMEOUT_S, check=False,
                              user=65534, group=65534, extra_groups=[], cwd="/",
                              env={"LC_ALL": "C.UTF-8"})
    yield pathlib.Path(folder), ask
    shutil.rmtree(folder)


def test_an_account_gets_the_rights_of_the_sockets_that_it_may_open(stranger):
    folder, ask = stranger
    firm = firms.Firm(folder / "firm")
    firm.init()
    with alone(firm) as daemon:
        firm.load(*FACTS)
        for each in (folder / "firm", firm.state, folder_of(daemon)):
            each.chmod(0o755)
        operate, read, report = (folder_of(daemon) / f"{name}.sock"
                                 for name in ("operate", "read", "report"))
        shutil.chown(operate, group="adm")

        done = ask("--socket", folder_of(daemon), "invoices")
        assert done.returncode == 4 and "'adm'" in done.stderr and str(operate) in done.stderr
        read.chmod(0o666)
        assert "F-1" in ask("--socket", folder_of(daemon), "invoices").stdout
        done = ask("--socket", folder_of(daemon), "pay", "F-1", "5.00")
        assert done.returncode == 1 and "'adm'" in done.stderr and str(operate) in done.stderr
        done = ask("--socket", folder_of(daemon), "explain", "F-9")
        assert done.returncode == 3 and "adm" not in done.stderr

        payments = folder / "payments.csv"
        payments.write_text("id,invoice,customer,date,amount,currency,kind\n"
                            "P-1,F-1,C-1,2026-03-03,200.00,EUR,payment\n")
        payments.chmod(0o644)
        done = ask("--socket", folder_of(daemon), "import", payments)
        assert done.returncode == 1 and "'adm'" in done.stderr
        report.chmod(0o666)
        done = ask("--socket", folder_of(daemon), "import", payments)
        assert done.returncode == 0, done.stderr
        assert firm.json("invoices")[0]["open"] == "1000.00"
        read.chmod(0o660)
        assert ask("--socket", folder_of(daemon), "status").returncode in (0, 1)


# A daemon that does not do as it should

@contextlib.contextmanager
def pretender(path, answer, reads=True):
    """Takes connections at the path, says what it is told to and closes; answer None: never."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done = threading.Event()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(16)
        kept = []

        def serve():
            while not done.is_set():
                with contextlib.suppress(OSError):
                    client, _ = listener.accept()
                    client.settimeout(firms.TIMEOUT_S)
                    kept.append(client)
                    with contextlib.suppress(OSError):
                        if reads and client.recv(65536) and answer is not None:
                            client.sendall(answer)
                    if answer is not None:
                        client.close()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield path
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for client in kept:
                client.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
ROW = b'{"invoice":"F-1","customer":"C-1"}\n'
CHUNK = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(ROW), ROW)


@pytest.mark.parametrize("answer, shown", [
    (b"", ""), (b"HTTP/1.1 200", ""), (HEAD, ""), (b"garbage\r\n\r\n", ""),
    (HEAD + b"Content-Length: 1000\r\n\r\n" + ROW, ROW.decode()), (CHUNK, ROW.decode()),
    (CHUNK + b"20\r\n{\"half", ROW.decode()), (HEAD + b"Content-Length: 9\r\n\r\n{\"half", ""),
])
def test_an_answer_that_breaks_off_is_never_taken_for_whole(tmp_path, answer, shown):
    with pretender(tmp_path / "a.sock", answer) as path:
        done = run("--socket", path, "invoices")
        assert done.returncode == 4 and done.stdout == "" and done.stderr
        done = run("--socket", path, "--json", "invoices")
        assert done.returncode == 4 and done.stdout in ("", shown) and done.stderr
        backup = tmp_path / "backup"
        assert run("--socket", path, "backup", backup).returncode == 4 and not backup.exists()
        status = run("--socket", path, "--json", "status")
        assert status.returncode == 4 and status.stdout == ""


@pytest.mark.parametrize("command, patience", [(["invoices"], "x100"), (["pay", "F-1", "5"], "x100"),
                                               (["wake"], "x6000"), (["--json", "log"], "x100")])
def test_a_daemon_that_never_answers_is_not_waited_for_for_ever(tmp_path, command, patience):
    """Its time runs faster here: a minute is a second."""
    faster = {"LD_PRELOAD": str(faketime_library()), "FAKETIME": f"+0 {patience}"}
    with pretender(tmp_path / "a.sock", None) as path:
        done = run("--socket", path, *command, environment=faster)
        assert done.returncode == 4 and "does not answer" in done.stderr and done.stdout == ""


def test_a_daemon_that_takes_no_connection_is_not_waited_for_for_ever(tmp_path):
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(str(path))  # the queue is full
            done = run("--socket", path, "status")
            assert done.returncode == 4 and "busy" in done.stderr


# Where units have their sockets

STANDARD = r"""
import os, pathlib, socket, subprocess, sys, threading
import test_daemon_ctl as test

def place(folder, names, answer):
    for name in names:
        path = pathlib.Path(folder) / f"{name}.sock"
        yield test.pretender(path, answer)

def body(text):
    return test.HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(text), text)

row = b'{"ok":true,"creditor":"%s","now":"2026-03-05T09:00:00+01:00","problems":[]}\n'
import contextlib
with contextlib.ExitStack() as stack:
    for each in place("/run/relanced", ["operate"], body(row % b"One")):
        stack.enter_context(each)
    for each in place("/run/relanced/acme", ["read"], body(row % b"Acme")):
        stack.enter_context(each)
    for each in place("/run/relanced/gone", ["operate"], b""):
        with each:
            pass
    for arguments in sys.argv[1:]:
        done = test.run(*arguments.split())
        print(done.returncode, "One" in done.stdout, "Acme" in done.stdout, flush=True)
"""


def test_units_have_their_sockets_in_run(tmp_path):
    commands = {
        "status": "0 True False",
        "--config /etc/relanced/relanced.conf status": "0 True False",
        "--config /etc/relanced/acme.conf status": "0 False True",
        "--config /etc/relanced/none.conf status": "1 False False",
        "--config /etc/relanced/gone.conf status": "1 False False",
        "--config /srv/relanced.conf status": "1 False False",
        "--at 2026-03-05 status": "1 False False",
    }
    namespace = ["unshare", "--mount", "--map-root-user"]
    done = subprocess.run([*namespace, "mount", "-t", "tmpfs", "none", "/run"], check=False,
                          capture_output=True)
    if done.returncode != 0:
        pytest.skip("there can be no mount namespace here")
    script = tmp_path / "standard.py"
    script.write_text(STANDARD)
    here = pathlib.Path(__file__).parent
    done = subprocess.run([*namespace, "sh", "-c", 'mount -t tmpfs none /run && exec "$@"', "sh",
                           "/usr/bin/python3", str(script), *commands], capture_output=True,
                          text=True, timeout=firms.TIMEOUT_S, check=False,
                          env={**os.environ, "PYTHONPATH": str(here)})
    assert done.stdout.splitlines() == list(commands.values()), done.stderr


# The screen

WELL = {
    "ok": True, "creditor": "Atelier Dumont", "mode": "real", "now": "2026-03-05T09:12:00+01:00",
    "running_since": "2026-03-01T08:00:00+01:00", "configured": "2026-03-01T08:00:00+01:00",
    "config_problem": None, "last_wake": "2026-03-05T09:00:00+01:00",
    "next_wake": "2026-03-05T14:00:00+01:00", "last_sent": "2026-03-05T09:04:00+01:00",
    "newest_payment": "2026-03-04", "customers": 120, "open_instalments": 340, "tasks": 0,
    "notices": {"pending": 4, "handed": 2, "sent": 812, "failed": 3, "uncertain": 0,
                "cancelled": 17},
    "inbox": {"waiting": 1, "failed": 0},
    "loop": {"longest_stall_ms": 12, "recent_stall_ms": 3, "stalls_over_50_ms": 0,
             "longest": "wake"},
    "channels": [{"channel": "email", "state": "ready"}, {"channel": "sms", "state": "ready"}],
    "problems": [],
}
SENTENCE = "channel 'sms' is suspended since 2026-03-05 09:00: the server says 535 wrong password "
MANY = {
    **WELL, "ok": False, "creditor": "株式会社 " * 30, "config_problem": "x:1: y", "tasks": 10 ** 9,
    "channels": [{"channel": f"a-channel-with-a-name-{n}", "state": "suspended"} for n in range(40)],
    "problems": [SENTENCE * 9] + ["\n".join(["é" * 200] * 30)] + [SENTENCE + str(n) for n in range(40)],
    "loop": {**WELL["loop"], "stalls_over_50_ms": 10 ** 12, "longest": "something very long " * 20},
    "inbox": {"waiting": 10 ** 12, "failed": 10 ** 12},
}


def status_of(tmp_path, status):
    text = (json.dumps(status) + "\n").encode()
    answer = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(text), text)
    with pretender(tmp_path / "a.sock", answer) as path:
        return run("--socket", path, "status")


def columns(line):
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)


def test_when_all_is_well_the_first_line_says_so(tmp_path):
    done = status_of(tmp_path, WELL)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines()[0].startswith("All is well.")
    for word in ("2026-03-01 08:00", "2026-03-05 09:00", "2026-03-05 14:00", "4 waiting",
                 "812 sent in all", "email ready", "1 waiting", "2026-03-04", "12 ms"):
        assert word in done.stdout


def test_what_is_not_well_comes_first_whole_and_decides_the_exit_code(tmp_path):
    done = status_of(tmp_path, {**WELL, "ok": False, "problems": [SENTENCE, "another one"]})
    assert done.returncode == 1 and done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("2 problems") and lines[1].startswith("! channel 'sms'")
    assert " ".join(" ".join(lines[1:3]).split()) == f"! {SENTENCE.strip()}"
    assert lines[3] == "! another one"


@pytest.mark.parametrize("status", [WELL, MANY, {"ok": True}, {}, {**MANY, "problems": [SENTENCE] * 3},
                                    {**MANY, "problems": ["x" * 10000]}])
def test_status_is_never_more_than_a_screen(tmp_path, status):
    lines = status_of(tmp_path, status).stdout.splitlines()
    assert 1 <= len(lines) <= 24 and max(map(columns, lines)) <= 80
    shown = sum(line.startswith("! ") for line in lines)
    assert shown >= min(len(status.get("problems", [])), 1)
    if len(status.get("problems", [])) > shown:
        assert any("more" in line for line in lines)
