# SPDX-License-Identifier: MIT
"""The configuration exchanged while the daemon runs: what is wrong is refused as relancectl check
refuses it, what is right holds from then on, and no notice is lost or repeated by it."""

import datetime
import pathlib
import shutil
import signal
import subprocess
import zoneinfo

import pytest

import firm as firms
from servers.daemon import Daemon
from servers.process import wait_until

HERE = pathlib.Path(__file__).resolve().parent
EAGER = firms.BUILD / "tests" / "fault" / "eager.so"
RELOADED = "a4d1c0d2f1a84f3e9b1a7c5e60b1f020"
REFUSED = "a4d1c0d2f1a84f3e9b1a7c5e60b1f021"
CHANNEL_DOWN = "a4d1c0d2f1a84f3e9b1a7c5e60b1f007"


def told_since(daemon, n, name):
    return [fields for _, fields in list(daemon.told)[n:] if name in fields]


def reload(daemon):
    """Has it read its configuration again, and waits until that has come to an end."""
    n = len(daemon.told)
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: told_since(daemon, n, "READY"), "the end of the reload")
    told = [fields for _, fields in daemon.told[n:]]
    assert [name for fields in told for name in fields if name in ("RELOADING", "READY")] == [
        "RELOADING", "READY"]


def status(daemon):
    return daemon.ask("/v1/status")[1][0]


def send(daemon, number):
    code, notices = daemon.ask(f"/v1/send/{number}", method="POST")
    assert code == 200, notices
    return [notice["state"] for notice in notices]


def reason(record):
    """As it was before the log quoted it."""
    return record["REASON"].replace('\\"', '"').replace("\\\\", "\\")


def last_refusal(daemon):
    return reason(daemon.records(REFUSED)[-1])


ALWAYS = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}


@pytest.fixture
def late(firm):
    """A firm that may send at any time, with ten customers who are late."""
    firm.config["sending"] = ALWAYS
    firm.write_config()
    codes = [f"C-{i}" for i in range(1, 11)]
    firm.load([firms.customer(code) for code in codes],
              [firms.invoice(f"F-{i}", code) for i, code in enumerate(codes, 1)])
    return firm


def verdict(firm):
    """What relancectl check says: whether it is right, and each mistake."""
    done = firm.ctl("check", status=None)
    lines = [line for line in done.stderr.splitlines() if "warning: " not in line]
    return done.returncode == 0, lines


def test_a_bad_configuration_is_refused_as_by_check(late):
    """Each of the bad ones, with what a daemon must know added where its text can be read on; with
    sanitizers, which take their time, one in four."""
    good = late.path.read_text(encoding="utf-8")
    shutil.copytree(HERE / "bad-config" / "parts", late.folder / "parts")
    kept = f'\nstate = "{late.state}";\n'
    paths = sorted((HERE / "bad-config").glob("*.conf"))
    paths = paths[(len(paths) - 1) % 4::4] if firms.is_sanitized() else paths
    assert paths[-1].stem == "wrong-bracket"  # a mistake, that the status tells in the end
    n_refused = 0
    with Daemon(late, firms.RELANCED) as daemon:
        for path in paths:
            late.path.write_bytes(path.read_bytes() + kept.encode())
            is_right, mistakes = verdict(late)
            before = len(daemon.records(REFUSED)), len(daemon.records(RELOADED))
            reload(daemon)
            refused = daemon.records(REFUSED)[before[0]:]
            assert len(daemon.records(RELOADED)) - before[1] == is_right, path.name
            assert len(refused) == (not is_right), path.name
            assert ("refused" in daemon.statuses()[-1]) == (not is_right), path.name
            if is_right:  # nothing but warnings: the next one is compared with the firm's again
                late.path.write_text(good, encoding="utf-8")
                reload(daemon)
                continue
            n_refused += 1
            assert reason(refused[0])[:200] == mistakes[0][:200], path.name
            assert mistakes[0].startswith(str(late.folder)), path.name
            assert status(daemon)["config_problem"].splitlines() == mistakes, path.name
        assert n_refused >= len(paths) * 0.6
        shown = late.run(firms.RELANCECTL, "--socket", daemon.socket_path("read"), "status",
                         status=1).stdout
        shown = "".join(shown.split())  # whatever the width of the terminal
        assert "theoldoneisinuse" in shown and "relanced.conf:" in shown
        assert send(daemon, "F-1") == ["sent"]  # by the configuration of the start
        late.path.write_text(good, encoding="utf-8")
        reload(daemon)
        assert status(daemon)["config_problem"] is None
        assert daemon.end() == 0
    assert len(late.files("email")) == 1


def test_a_bad_template_or_channel_is_refused_with_its_line(late):
    templates = late.folder / "templates" / "fr" / "remind"
    templates.mkdir(parents=True)
    with Daemon(late, firms.RELANCED) as daemon:
        late.config["channels"]["sms"]["delay_ms"] = "soon"
        late.write_config()
        reload(daemon)
        assert f"{late.path}:" in last_refusal(daemon)
        assert "delay_ms" in last_refusal(daemon)
        del late.config["channels"]["sms"]["delay_ms"]
        late.config["channels"]["sms"]["module"] = "fi1e"
        late.write_config()
        reload(daemon)
        assert "no module 'fi1e'" in last_refusal(daemon)
        late.config["channels"]["sms"]["module"] = "file"
        late.config["templates"] = "templates"
        (templates / "email.txt").write_text("Subject: Rappel\n\nBonjour {{nobody}}\n")
        late.write_config()
        reload(daemon)
        assert "email.txt:3: " in last_refusal(daemon)
        assert verdict(late) == (False, [last_refusal(daemon)])
        (templates / "email.txt").unlink()
        reload(daemon)
        assert len(daemon.records(RELOADED)) == 1
        assert daemon.end() == 0


def test_a_reload_that_is_asked_for_while_a_bad_one_is_checked_follows_it(late):
    """At once, and not when something else happens."""
    bad = late.folder / "templates" / "fr" / "remind" / "email.txt"
    bad.parent.mkdir(parents=True)
    bad.write_text("Subject: Rappel\n\nBonjour {{nobody}}\n")
    late.config["templates"] = "templates"
    with Daemon(late, firms.RELANCED) as daemon:
        late.write_config()
        n = len(daemon.told)
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: told_since(daemon, n, "RELOADING"), "the first one to begin")
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: len(told_since(daemon, n, "READY")) == 2, "the end of both")
        assert len(daemon.records(REFUSED)) == 2
        assert daemon.end() == 0


def test_what_cannot_change_while_it_runs_is_refused_with_a_sentence(late):
    with Daemon(late, firms.RELANCED) as daemon:
        for key in ("state", "cache"):
            good = late.path.read_text(encoding="utf-8")
            lines = [line for line in good.splitlines() if not line.startswith(f"{key} = ")]
            lines.insert(0, f'{key} = "elsewhere";')
            late.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            reload(daemon)
            assert last_refusal(daemon).startswith(
                f"{late.path}:1: {key} cannot change while relanced runs")
            assert not (late.folder / "elsewhere").exists()
            late.path.write_text(good, encoding="utf-8")
        (late.folder / "elsewhere").symlink_to(late.state)  # another name of the same folder
        late.path.write_text(good.replace('"state"', '"elsewhere"'), encoding="utf-8")
        reload(daemon)
        assert len(daemon.records(RELOADED)) == 1 and len(daemon.records(REFUSED)) == 2
        assert daemon.end() == 0


def test_the_next_notice_goes_by_the_new_configuration(late):
    with Daemon(late, firms.RELANCED) as daemon:
        assert send(daemon, "F-1") == ["sent"]
        first = late.files("email")
        late.config["channels"]["email"]["path"] = "out/elsewhere"
        late.write_config()
        reload(daemon)
        assert send(daemon, "F-2") == ["sent"]
        assert len(late.files("email")) == len(first) == 1
        assert not set(late.files("email")) & set(first)
        assert daemon.end() == 0


def next_wake(timezone):
    """As the status tells it: the next 9:00 or 14:00 of that place."""
    now = datetime.datetime.now(zoneinfo.ZoneInfo(timezone))
    hours = [now.replace(hour=hour, minute=0) + datetime.timedelta(days=day)
             for day in (0, 1) for hour in (9, 14)]
    return f"Next wake {min(hour for hour in hours if hour > now):%Y-%m-%d %H:%M}"


def test_the_time_zone_may_change(late):
    with Daemon(late, firms.RELANCED) as daemon:
        wait_until(lambda: next_wake("Europe/Paris") in daemon.statuses()[-1], "the hour in Paris")
        late.config["creditor"]["timezone"] = "Pacific/Kiritimati"
        late.write_config()
        reload(daemon)
        wait_until(lambda: next_wake("Pacific/Kiritimati") in daemon.statuses()[-1], "the one there")
        assert daemon.end() == 0


@pytest.fixture(scope="module")
def scripted(tmp_path_factory):
    path = tmp_path_factory.mktemp("module") / "scripted.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-I", firms.REPOSITORY, HERE / "scripted.c", "-o",
                    path], check=True)
    return path


def test_a_suspended_channel_is_tried_at_once(late, scripted):
    late.config["channels"]["email"] = {"module": str(scripted), "folder": "out/email",
                                        "address": "email"}
    late.write_config()
    (late.folder / "out/email/script").write_text("* down\n")
    with Daemon(late, firms.RELANCED) as daemon:
        assert send(daemon, "F-1") == ["pending"]
        assert [task["kind"] for task in daemon.ask("/v1/tasks")[1]] == ["channel-down"]
        reload(daemon)
        wait_until(lambda: not daemon.ask("/v1/tasks")[1], "the alert's end")
        assert [notice["state"] for notice in daemon.ask("/v1/log")[1]] == ["sent"]
        assert len(daemon.records(CHANNEL_DOWN)) == 1
        assert daemon.end() == 0


def test_an_answer_that_is_waited_for_survives_a_reload(late):
    """A channel is being tested, a message waits for its turn: both are answered."""
    late.config["channels"]["email"].update(module="file", delay_ms=1000)
    late.write_config()
    with Daemon(late, firms.RELANCED) as daemon:
        clients = [subprocess.Popen(
            [firms.RELANCECTL, "--socket", daemon.socket_path("operate"), "--json", *words],
            env=late.environment, stdout=subprocess.PIPE, text=True)
            for words in (["test", "email", "--to", "a@example.org"], ["send", "F-1"],
                          ["channels"])]
        wait_until(lambda: any(path.name.startswith(".") for path in
                               (late.folder / "out/email").iterdir()) or late.files("email"),
                   "a message under way")
        reload(daemon)
        answers = [client.communicate(timeout=60)[0] for client in clients]
        assert [client.returncode for client in clients] == [0, 0, 0], answers
        assert '"outcome": "sent"' in answers[0].replace('":"', '": "')
        assert '"state": "sent"' in answers[1].replace('":"', '": "')
        assert daemon.end() == 0


def test_reloads_under_load_lose_and_repeat_nothing(firm):
    """400 notices leave while the configuration is read again 20 times."""
    n = 400
    firm.config["channels"]["email"] = {"module": str(EAGER), "path": "out/email", "workers": 4,
                                        "in_flight": 24, "ahead": 8, "delay_ms": 20,
                                        "address": "email"}
    firm.config["sending"] = ALWAYS
    firm.write_config()
    firm.load([firms.customer(f"C-{i}") for i in range(n)],
              [firms.invoice(f"F-{i}", f"C-{i}") for i in range(n)])
    with Daemon(firm, firms.RELANCED) as daemon:
        assert daemon.ask("/v1/wake", method="POST")[0] == 200
        for i in range(20):
            wait_until(lambda: len(firm.files("email")) > i * 15, "messages")
            reload(daemon)
        wait_until(lambda: len(firm.files("email")) >= n, "all messages")
        wait_until(lambda: all(notice["state"] == "sent" for notice in daemon.ask("/v1/log")[1]),
                   "all outcomes")
        assert len(daemon.records(RELOADED)) == 20
        log = daemon.ask("/v1/log")[1]
        assert daemon.end() == 0
    assert len(log) == n
    assert sorted(firm.files("email")) == sorted(f"{notice['notice']}.txt" for notice in log)
