# SPDX-License-Identifier: MIT
"""What relancectl does, many times: the private relanced that each command starts for itself is
asked one thing after another, over the same socket and with the same requests."""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile

import firm as firms
from servers.daemon import UnixConnection

LISTEN_FD = 3  # as of sd_listen_fds(3)
BOUNDARY = "rows"


class Refused(Exception):
    """An answer that is no success: its status and what it said."""


class Session:
    """relancectl --at `at`, for as many commands as one likes: a context."""

    def __init__(self, firm, at):
        self.firm, self.at = firm, at
        self.folder = self.process = self.spare = None

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="relanced-"))
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.folder / "socket"))
            listening.listen()
            # The shell knows the number of the process that it becomes.
            self.process = subprocess.Popen(
                ["/bin/bash", "-c", f'eval "exec {LISTEN_FD}<&$1"; shift; '
                 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", str(listening.fileno()),
                 str(firms.RELANCED), "--config", str(self.firm.path), "--private", "--at", self.at],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env=self.firm.environment, pass_fds=[listening.fileno()])
        self.spare = self.connect()
        if self.process.stdout.readline() != "serves\n":
            raise firms.CommandFailed(f"--private --at {self.at}: {self.process.communicate()[1]}")
        return self

    def __exit__(self, *_):
        self.spare.close()
        _, said = self.process.communicate(timeout=firms.TIMEOUT_S)
        shutil.rmtree(self.folder)
        if self.process.returncode != 0 or "Sanitizer" in said or "runtime error:" in said:
            raise firms.CommandFailed(f"--private --at {self.at}: {self.process.returncode} {said}")

    def connect(self):
        connection = UnixConnection(self.folder / "socket", firms.TIMEOUT_S)
        connection.connect()
        return connection

    def ask(self, *request):
        """A client that says nothing for half a minute, as on a machine that is busy elsewhere, is
        let go, and the last one's end is the program's: then it is started again."""
        try:
            return self.ask_once(*request)
        except ConnectionError:
            self.__exit__()
            self.__enter__()
            return self.ask_once(*request)

    def ask_once(self, method, path, body=None, headers=None):
        """It serves as long as it has a client: another one is there before this one goes."""
        connection, self.spare = self.spare, self.connect()
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise Refused(f"{path}: {answer.status} {text.strip()}")
        return [json.loads(line) for line in text.splitlines()]

    def get(self, path):
        return self.ask("GET", f"/v1/{path}")

    def post(self, path, **arguments):
        return self.ask("POST", f"/v1/{path}", json.dumps(arguments),
                        {"Content-Type": "application/json"})

    def load(self, *files):
        """relancectl import."""
        body = b""
        for path in map(pathlib.Path, files):
            body += (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
                     f'filename="{path.name}"\r\n\r\n').encode() + path.read_bytes() + b"\r\n"
        return self.ask("POST", "/v1/import", body + f"--{BOUNDARY}--\r\n".encode(),
                        {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
