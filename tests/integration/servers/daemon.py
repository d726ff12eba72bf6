# SPDX-License-Identifier: MIT
"""relanced as a service without systemd: its sockets are passed to it as systemd would, what it
tells of itself is kept, and its clock may be another one (libfaketime)."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import sys
import tempfile
import threading
import time

import pytest

import firm as firms
from servers.process import Server, wait_until

RIGHTS = ("read", "operate", "report")
ACTIVATE = pathlib.Path(__file__).with_name("activate.py")
FAKETIME = [pathlib.Path(folder) / "faketime/libfaketime.so.1"
            for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")]
RECORD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')


def faketime_library():
    """The path of libfaketime; the test is skipped where it cannot be loaded."""
    if firms.is_sanitized():
        pytest.skip("libfaketime does not mix with a sanitizer")
    for path in FAKETIME:
        if path.exists():
            return path
    return pytest.skip("libfaketime is not installed")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon(Server):
    """The daemon of a Firm. `told` has what it said on the notify socket: (monotonic time, fields).
    clock: libfaketime's FAKETIME, for the wall clock alone. rights: of the sockets passed; none: it
    makes its own."""

    def __init__(self, firm, program, rights=RIGHTS, watchdog_s=0, clock=None, **environment):
        self.firm, self.rights, self.told = firm, rights, []
        self.run_folder = pathlib.Path(tempfile.mkdtemp(prefix="relanced-"))
        env = {**firm.environment, "NOTIFY_SOCKET": str(self.run_folder / "notify"), **environment}
        if watchdog_s:
            env["WATCHDOG_USEC"] = str(int(watchdog_s * 1_000_000))
        if clock:
            # Timers by a false monotonic clock never end; false times of files never stand still.
            env.update(PASSED_PRELOAD=str(faketime_library()), FAKETIME=clock, NO_FAKE_STAT="1",
                       FAKETIME_DONT_FAKE_MONOTONIC="1")
        self.listening = [self.listen(right) for right in rights]
        env["PASSED_FDS"] = " ".join(str(each.fileno()) for each in self.listening)
        env["PASSED_NAMES"] = ":".join(rights)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(env["NOTIFY_SOCKET"])
        threading.Thread(target=self.listen_to, args=(self.notify,), daemon=True).start()
        super().__init__(
            [sys.executable, ACTIVATE, program, "--config", firm.path], firm.folder,
            ready=lambda: self.has_told("READY", "1"), env=env,
            pass_fds=[each.fileno() for each in self.listening])
        self.log = firm.folder / "relanced.log"

    def listen(self, right):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.socket_path(right)))
        listening.listen(128)
        return listening

    def socket_path(self, right):
        folder = self.run_folder if self.rights else self.firm.state / "sockets"
        return folder / f"{right}.sock"

    def listen_to(self, notify):
        with contextlib.suppress(OSError):
            while datagram := notify.recv(65536):
                lines = datagram.decode().splitlines()
                self.told.append((time.monotonic(), dict(line.split("=", 1) for line in lines)))

    def has_told(self, name, value=None):
        return any(name in fields and value in (None, fields[name]) for _, fields in list(self.told))

    def statuses(self):
        return [fields["STATUS"] for _, fields in list(self.told) if "STATUS" in fields]

    def ask(self, path, right="operate", method="GET", body=None, timeout=60):
        """The HTTP status, and the objects of the answer."""
        connection = UnixConnection(self.socket_path(right), timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body and json.dumps(body))
            answer = connection.getresponse()
            return answer.status, [json.loads(line) for line in answer.read().splitlines()]

    def records(self, message_id=None):
        """The records of its log, as fields; key=value on stderr."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        records = [{name: value[1:-1] if value[:1] == '"' else value
                    for name, value in RECORD.findall(line)} for line in text.splitlines()]
        return [record for record in records
                if message_id in (None, record.get("MESSAGE_ID"))]

    def wait_for(self, message_id, n=1, timeout=60):
        """The first n records with that id, once they are there."""
        wait_until(lambda: self.process.poll() is not None or len(self.records(message_id)) >= n,
                   f"{n} records {message_id} in {self.log}", timeout)
        records = self.records(message_id)
        assert len(records) >= n, self.log.read_text(errors="replace")
        return records

    def signal(self, number):
        os.kill(self.process.pid, number)

    def end(self, number=15, timeout=30):
        """Asks it to end; its exit status."""
        self.signal(number)
        return self.process.wait(timeout=timeout)

    def stop(self, *how):
        super().stop(*how)
        for each in (*self.listening, self.notify):
            each.close()
        shutil.rmtree(self.run_folder, ignore_errors=True)
