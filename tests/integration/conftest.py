# SPDX-License-Identifier: MIT
"""Fixtures of the integration tests."""

import pathlib
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import firm as firms  # noqa: E402
from servers.daemon import Daemon  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="twenty times as many random histories")


def pytest_configure():
    tempfile.tempdir = firms.memory_folder()  # None: as the environment says


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
