# SPDX-License-Identifier: MIT
"""Fixtures of the integration tests."""

import pathlib
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import firm as firms  # noqa: E402
import outside  # noqa: E402
import scripted as scripts  # noqa: E402
from servers.daemon import Daemon  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="twenty times as many random histories")


def pytest_configure():
    tempfile.tempdir = firms.memory_folder()  # None: as the environment says
    # A shell has what runs in its background ignore it, and all that this starts would.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def bare_firm(tmp_path):
    """A firm with a configuration and no store yet."""
    return firms.Firm(tmp_path / "firm")


@pytest.fixture
def firm(bare_firm):
    """A firm with an empty store."""
    bare_firm.init()
    return bare_firm


@pytest.fixture
def start(firm):
    """Starts daemons of the firm, one after the other; ends what is left."""
    started = []

    def begin(**options):
        daemon = Daemon(firm, firms.RELANCED, **options)
        started.append(daemon)
        return daemon.start()

    yield begin
    for daemon in started:
        daemon.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def module(tmp_path_factory):
    """A channel module that does as it is told."""
    return scripts.compiled(tmp_path_factory.mktemp("module"))


@pytest.fixture
def scripted(tmp_path, module):
    """A firm with three channels of that module."""
    return scripts.Scripted(tmp_path / "firm", module)


@pytest.fixture
def late(scripted):
    """The same with a customer who is two days late."""
    scripted.load([firms.customer(phone="+33612345678")], [firms.invoice()], at="2026-03-03T09:00")
    return scripted


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The environment of who has the package for developers."""
    return outside.install(tmp_path_factory.mktemp("root"))
