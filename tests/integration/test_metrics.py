# SPDX-License-Identifier: MIT
"""What a running daemon tells of itself: the status, and OpenMetrics text judged by a parser that
knows nothing but the standard (OpenMetrics 1.0, ABNF and MUSTs of section 5)."""

import contextlib
import re
import signal

import pytest

from firm import RELANCED, customer, invoice
from servers.daemon import RIGHTS, Daemon, UnixConnection
from servers.process import wait_until

SLOW = "the disk or the machine is slow"  # as the tests' own may be
WAKE_DONE = "a4d1c0d2f1a84f3e9b1a7c5e60b1f00f"

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
METADATA = re.compile(rf"# (HELP|TYPE|UNIT) ({NAME}) (.+)")
SAMPLE = re.compile(rf"({NAME})(?:\{{((?:{LABEL})(?:,{LABEL})*)\}})? (\S+)")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]Inf|NaN")
SUFFIX = {"gauge": "", "counter": "_total", "info": "_info"}


def parse(text):
    """{family: {labels: value}}; fails on anything that the standard does not allow."""
    assert text.endswith("# EOF\n") and text.count("# EOF") == 1
    assert "\r" not in text and "\t" not in text
    kinds, units, helped, samples, current = {}, {}, set(), {}, None
    for line in text.removesuffix("# EOF\n").splitlines():
        assert line, "an empty line"
        if line.startswith("#"):
            keyword, name, rest = METADATA.fullmatch(line).groups()
            if name != current:
                assert name not in samples, f"{name} is interleaved"
                current, samples[name] = name, {}
            assert not samples[name], f"metadata of {name} after a sample"
            if keyword == "TYPE":
                assert name not in kinds and rest in SUFFIX
                kinds[name] = rest
            elif keyword == "UNIT":
                assert name not in units and name.endswith(f"_{rest}")
                units[name] = rest
            else:
                assert name not in helped
                assert not re.search(r"\\[^\\n\"]", rest)
                helped.add(name)
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        assert name == current + SUFFIX[kinds[current]], f"{name} within {current}"
        assert NUMBER.fullmatch(value), value
        assert labels not in samples[current], f"{line} twice"
        names = re.findall(r'([a-zA-Z_]\w*)="', labels or "")
        assert len(names) == len(set(names))
        assert kinds[current] != "counter" or float(value) >= 0
        assert kinds[current] != "info" or float(value) == 1
        samples[current][labels] = float(value)
    assert set(kinds) == helped == set(samples)
    for name in kinds:  # no name may be another's sample
        assert not any(name == other + SUFFIX[kinds[other]] for other in kinds if other != name)
    return samples


@pytest.fixture
def start(firm):
    started = []

    def begin(**options):
        started.append(Daemon(firm, RELANCED, **options))
        return started[-1].start()

    yield begin
    for daemon in started:
        daemon.stop(signal.SIGKILL)


def fetch(daemon, right="read"):
    connection = UnixConnection(daemon.socket_path(right), 60)
    with contextlib.closing(connection):
        connection.request("GET", "/v1/metrics")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Content-Type"] == \
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        return answer.read().decode("utf-8")


def test_a_daemon_is_measured_on_every_socket(firm, start):
    firm.load([customer(), customer("C-2", "Garage Petit", email="")],
              [invoice(), invoice("F-2", "C-2", due="2026-03-01")],
              [{"id": "P-1", "invoice": "F-2", "customer": "C-2", "date": "2026-03-04",
                "amount": "1.00", "currency": "EUR"}])
    daemon = start(clock="@2026-03-05 07:59:58")
    daemon.wait_for(WAKE_DONE)
    for right in RIGHTS:
        metrics = parse(fetch(daemon, right))
    assert metrics["relanced_up"][None] == 1
    assert metrics["relanced_customers"][None] == 2
    assert metrics["relanced_open_instalments"][None] == 2
    assert metrics["relanced_open_tasks"][None] == 1
    assert sum(metrics["relanced_notices"].values()) == 1
    assert metrics["relanced_wakes"][None] == 1
    assert metrics["relanced_last_wake_failed"][None] == 0
    assert metrics["relanced_configuration_refused"][None] == 0
    assert metrics["relanced_newest_payment_seconds"][None] == 1772582400
    assert metrics["relanced_next_wake_seconds"][None] == 1772715600
    assert 1772697600 <= metrics["relanced_last_wake_seconds"][None] < 1772697620
    assert metrics["relanced_channel_suspended"]['channel="email"'] == 0
    text = fetch(daemon)
    for word in ("Martin", "Garage", "C-1", "F-1", "example", "1200", "Dumont"):
        assert word not in text


def test_without_a_daemon_nothing_is_told_of_one(firm):
    text = firm.ctl("status", "--json").stdout
    assert '"running_since":null' in text and '"loop":null' in text and '"inbox":null' in text
    assert '"next_wake":null' in text and '"config_problem":null' in text


def test_the_status_of_a_daemon_tells_since_when_and_what_next(start):
    daemon = start(clock="@2026-03-05 10:30:00")
    _, (status,) = daemon.ask("/v1/status", "report")
    assert status["ok"] is not bool(status["problems"])
    assert not [problem for problem in status["problems"] if SLOW not in problem]
    assert status["running_since"].startswith("2026-03-05T11:30:0")
    assert status["configured"].startswith("2026-03-05T11:30:0")
    assert status["next_wake"] == "2026-03-05T14:00:00+01:00"
    assert status["config_problem"] is None
    assert status["inbox"] == {"waiting": 0, "failed": 0}
    assert set(status["loop"]) == {"longest_stall_ms", "recent_stall_ms", "stalls_over_50_ms",
                                   "longest"}


def test_a_refused_configuration_is_a_problem_with_its_line(firm, start):
    daemon = start()
    firm.write_config(firm.path.read_text() + "colour = 1;\nshape = 2;\n")
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: daemon.ask("/v1/status")[1][0]["config_problem"], "the refusal")
    _, (status,) = daemon.ask("/v1/status", "report")
    assert status["ok"] is False and "colour" in status["config_problem"]
    (problem,) = (each for each in status["problems"] if SLOW not in each)
    assert problem.startswith("a newer configuration is refused, the old one is in use: ")
    assert re.search(r"relanced\.conf:\d+: .*colour", problem)
    assert problem.endswith("(relanced --check tells the rest)")
    metrics = parse(fetch(daemon))
    assert metrics["relanced_configuration_refused"][None] == 1
    assert metrics["relanced_ok"][None] == 0 and metrics["relanced_problems"][None] >= 1
