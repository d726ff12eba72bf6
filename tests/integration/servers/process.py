# SPDX-License-Identifier: MIT
"""A server as a process: started, awaited on its port, ended by its own pid, its output kept."""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
# Where `./dev test` put the packages of package.json.
NPM = pathlib.Path(os.environ.get("RELANCED_NPM", REPOSITORY / "build-npm")) / "node_modules"
START_S = 60


# Below those that a system gives out by itself, so that no connection takes one meanwhile.
PORTS = range(10000, 32768)
_claims = []


def free_port(host="127.0.0.1"):
    """A port that nobody listens on, and that no other process of these tests is given."""
    for port in random.sample(PORTS, len(PORTS)):
        claim = socket.socket(socket.AF_UNIX)  # a name without a file, until this process ends
        try:
            claim.bind(f"\0relanced-test-port-{port}")
            with socket.socket() as probe:
                probe.bind((host, port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise AssertionError("no port is free")


def program(name, *folders):
    """Its path, wherever daemons are kept; the test is skipped where it is not installed."""
    path = shutil.which(name, path=os.pathsep.join(
        (os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *folders)))
    if not path:
        pytest.skip(f"{name} is not installed")
    return path


def npm_module(name):
    """The folder of an npm package; the test is skipped where it is not installed."""
    if not (NPM / name).is_dir() or not shutil.which("node"):
        pytest.skip(f"the npm package {name} is not installed in {NPM}")
    return NPM / name


def accepts(port, host="127.0.0.1"):
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def wait_until(is_so, what, timeout=START_S):
    """Polls a condition; fails with what was waited for."""
    end = time.monotonic() + timeout
    while not is_so():
        assert time.monotonic() < end, f"waited {timeout} s for {what}"
        time.sleep(0.01)


class Server:
    """A child process that listens. Use as a context; its log is the file `log`."""

    start_s = START_S

    def __init__(self, arguments, folder, port=None, ready=None, **options):
        self.arguments, self.folder, self.port = [str(each) for each in arguments], folder, port
        self.ready = ready or (lambda: port is None or accepts(port))
        self.options, self.process = options, None
        self.log = pathlib.Path(folder) / (pathlib.Path(self.arguments[0]).name + ".log")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.arguments, cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True,
                                            **self.options)
        wait_until(lambda: self.process.poll() is not None or self.ready(),
                   f"{self.arguments[0]} to listen, see {self.log}", self.start_s)
        assert self.process.poll() is None, self.log.read_text(errors="replace")
        return self

    def stop(self, how=signal.SIGTERM):
        """Ends the process and the group it leads, and waits for it."""
        if not self.process:
            return
        for each in (how, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, each)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=10)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *exception):
        self.stop()
