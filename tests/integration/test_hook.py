# SPDX-License-Identifier: MIT
"""The channel `hook`: what becomes of a notice, however the firm's program behaves; first the module
by itself, then a firm's services suspended and reconnected."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import subprocess

import drive
import firm as firms
import pytest

from servers.process import wait_until

EVENT = '{"event": "suspend", "customer": {"name": "Hôtel du \\"Parc\\""}}\n'

SH, PYTHON = "#!/bin/sh\n", "#!/usr/bin/python3\n"


@pytest.fixture
def program(tmp_path):
    """Writes a program into the test's folder; its path."""
    def write(text, name="program", mode=0o755):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path
    return write


def call(path, text=EVENT, timeout_s=20, **options):
    """One message through the module: its outcome."""
    switches = {key: options.pop(key) for key in ("refuse", "begin_ms") if key in options}
    run = drive.drive("hook", {"run": path, "timeout_s": timeout_s, **options},
                      [{"notice": 1, "text": text}], **switches)
    assert run.fault is None and not run.crashed, (run.fault, run.stderr)
    assert not run.is_asked_twice
    return run.outcomes[1]


# How a program ends: (its text, kind, reference, what the detail says; "": there is none).
ENDS = {
    "exit code 0 is sent": (SH + "exit 0\n", "sent", "", ""),
    "it has no argument but those given": (SH + "exit $#\n", "sent", "", ""),
    "its first line is the reference": (
        SH + "echo; echo T-17 suspended; echo more\n", "sent", "T-17 suspended", ""),
    "what it says on stderr changes nothing": (SH + "echo oh >&2\n", "sent", "", ""),
    "exit code 75 is tried again": (
        SH + "echo busy >&2; exit 75\n", "retry", "", "exit code 75: busy"),
    "exit code 1 is refused": (
        SH + "echo first >&2; echo no such account >&2; exit 1\n", "refused-message", "",
        "exit code 1: no such account"),
    "exit code 69 is refused": (SH + "exit 69\n", "refused-message", "", "exit code 69"),
    "exit code 127 is refused": (
        SH + "no-such-command\n", "refused-message", "", "exit code 127"),
    "exit code 255 is refused": (SH + "exit 255\n", "refused-message", "", "exit code 255"),
    "a signal leaves it uncertain": (
        SH + "echo half done >&2; kill -9 $$\n", "uncertain", "", "signal 9: half done"),
    "its own SIGTERM leaves it uncertain": (SH + "kill -15 $$\n", "uncertain", "", "signal 15"),
    "a last line without a newline counts": (
        SH + "printf 'a\\nb' >&2; exit 2\n", "refused-message", "", "exit code 2: b"),
    "empty lines at the end do not count": (
        SH + "printf 'why\\n\\n\\n' >&2; exit 2\n", "refused-message", "", "exit code 2: why"),
    "control characters are left out": (
        SH + "printf '\\033[31mred\\a\\r\\t\\302\\233x\\n' >&2; exit 2\n", "refused-message", "",
        "exit code 2: [31mred??x"),
    "what is not UTF-8 is shown as that": (
        SH + "printf 'caf\\351 \\303\\251\\n' >&2; exit 2\n", "refused-message", "",
        "exit code 2: caf? é"),
    "a line of a megabyte is cut": (
        PYTHON + "import sys\nsys.stderr.write('z' * 1000000)\nsys.exit(3)\n", "refused-message",
        "", "exit code 3: " + "z" * 200),
    "it need not read its input": (SH + "exec </dev/null; exit 0\n", "sent", "", ""),
    "it may close everything": (SH + "exec <&- >&- 2>&-; exit 75\n", "retry", "", "75"),
    "a closed stderr is not waited for": (
        SH + "exec >&- 2>&-; sleep 0.2; exit 1\n", "refused-message", "", "exit code 1"),
    "what it leaves behind is not waited for": (
        SH + "echo T-1; echo said >&2; sleep 600 & echo $! >$(dirname $0)/left; exit 1\n",
        "refused-message", "T-1", "exit code 1: said"),
    "what it leaves behind may go on printing": (
        SH + "yes >&2 & echo $! >$(dirname $0)/left; exit 1\n", "refused-message", "",
        "exit code 1"),
    "a flood of output does no harm": (
        SH + "echo T-2; head -c 50M /dev/zero; head -c 50M /dev/zero >&2; exit 0\n", "sent", "T-2",
        ""),
}


@pytest.mark.parametrize("case", ENDS)
def test_how_the_program_ends_is_the_outcome(program, case):
    text, kind, reference, detail = ENDS[case]
    path = program(text)
    try:
        outcome = call(path)
    finally:
        left = path.parent / "left"
        if left.exists():
            os.kill(int(left.read_text()), signal.SIGKILL)  # it lives: nobody waited
    assert (outcome.kind, outcome.reference) == (kind, reference)
    assert detail in outcome.detail if detail else outcome.detail == ""
    assert outcome.detail.isprintable()


def running(mark):
    """Whether a process has this word on its command line."""
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                return True
    return False


# Programs that would not be done in time; MARK stands on the command line of what they start.
SLOW = {
    "sleeps": "sleep {mark}",
    "waits for its child": "sleep {mark} & wait",
    "ignores every polite signal": "trap '' TERM INT HUP; while :; do sleep {mark}; done",
    "prints for ever": "exec sh -c 'while :; do echo {mark}; done'",
    "reads slowly": "while read -r line; do sleep {mark}; done",
    "stops itself": "sleep {mark} & kill -STOP $$",
}


def test_at_the_time_limit_the_program_is_ended_with_all_it_has_started(program):
    marks = {case: f"777.{os.getpid()}{number:03}" for number, case in enumerate(SLOW)}
    paths = [program(SH + "echo working >&2\n" + SLOW[case].format(mark=mark) + "\n", mark)
             for case, mark in marks.items()]
    with concurrent.futures.ThreadPoolExecutor(len(SLOW)) as pool:
        outcomes = list(pool.map(lambda path: call(path, timeout_s=3), paths))
    for (case, mark), outcome in zip(marks.items(), outcomes):
        assert outcome.kind == "uncertain", case
        assert "timeout_s" in outcome.detail and "working" in outcome.detail, case
        wait_until(lambda mark=mark: not running(mark), f"the end of the program that {case}")


# What may not be started, and surely was not: (text, mode, what the detail says).
UNSTARTED = {
    "its interpreter is missing": ("#!/nonexistent/interpreter\n", 0o755, "interpreter"),
    "it is no program": ("just a text\n", 0o755, "#!"),
    "it is empty": ("", 0o755, "#!"),
}


@pytest.mark.parametrize("case", UNSTARTED)
def test_a_program_that_cannot_be_started_suspends_the_channel(program, case):
    text, mode, detail = UNSTARTED[case]
    outcome = call(program(text, mode=mode))
    assert outcome.kind == "channel-down"
    assert "cannot be started" in outcome.detail and detail in outcome.detail


def test_a_program_that_is_being_replaced_is_tried_again(program, tmp_path):
    path = tmp_path / "copy"
    path.write_bytes(pathlib.Path("/bin/true").read_bytes())
    path.chmod(0o755)
    with open(path, "r+b"):  # "text file busy"
        assert call(path).kind == "retry"
    assert call(path).kind == "sent"


# What is refused before anything is taken: (how it is made, what is said).
def _folder(tmp_path):
    (tmp_path / "p").mkdir()


def _fifo(tmp_path):
    os.mkfifo(tmp_path / "p", 0o755)


def _mode(mode):
    def make(tmp_path):
        (tmp_path / "p").write_text(SH)
        (tmp_path / "p").chmod(mode)
    return make


def _link(tmp_path):
    _mode(0o775)(tmp_path)
    (tmp_path / "p").rename(tmp_path / "target")
    (tmp_path / "p").symlink_to("target")


BAD_FILES = {
    "missing": (lambda tmp_path: None, "No such file"),
    "a folder": (_folder, "not a regular file"),
    "a FIFO": (_fifo, "not a regular file"),
    "not executable": (_mode(0o644), "executable"),
    "writable by its group": (_mode(0o775), "writable"),
    "writable by everybody": (_mode(0o757), "writable"),
    "a link to one writable by its group": (_link, "writable"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_program_that_is_not_the_owners_alone_is_refused_with_its_path(tmp_path, case):
    make, said = BAD_FILES[case]
    make(tmp_path)
    run = drive.drive("hook", {"run": tmp_path / "p"}, [{"notice": 1, "text": EVENT}])
    assert run.fault and str(tmp_path / "p") in run.fault and said in run.fault
    assert run.begun == [] and run.outcomes == {}


def test_a_program_of_somebody_else_is_refused(program):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    path = program(SH)
    os.chown(path, 65534, 65534)
    assert "owned by" in drive.drive("hook", {"run": path}).fault


def test_a_relative_path_is_refused():
    assert "absolute" in drive.drive("hook", {"run": "true"}).fault


def test_a_link_to_a_program_of_the_owners_is_fine(program, tmp_path):
    (tmp_path / "link").symlink_to(program(SH + "echo yes\n"))
    assert call(tmp_path / "link").reference == "yes"


WITNESS = PYTHON + """
import json, os, pathlib, signal, sys
fds = sorted(int(fd) for fd in os.listdir("/proc/self/fd"))
status = dict(line.split(":\\t") for line in open("/proc/self/status") if ":\\t" in line)
pathlib.Path(sys.argv[0]).with_name("witness").write_text(json.dumps({
    "arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd(),
    "descriptors": [fd for fd in fds if os.path.exists(f"/proc/self/fd/{fd}")],
    "leads": os.getsid(0) == os.getpid() == os.getpgid(0), "parent": os.getppid(),
    "blocked": int(status["SigBlk"], 16), "ignored": int(status["SigIgn"], 16),
    "input": sys.stdin.buffer.read().decode()}))
"""


def test_the_program_has_its_event_and_nothing_of_the_daemons(program):
    path = program(WITNESS)
    outcome = call(path, arguments="--mode\n\nof two words\n$(id)\n", text=EVENT.rstrip("\n"))
    assert outcome.kind == "sent", outcome
    seen = json.loads((path.parent / "witness").read_text())
    assert seen["input"] == EVENT
    assert seen["arguments"] == ["--mode", "", "of two words", "$(id)", ""]
    environment = dict(seen["environment"])
    environment.pop("LC_CTYPE", None)  # Python's own doing
    assert environment == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8", "RELANCED_NOTICE": "1", "RELANCED_ATTEMPT": "1"}
    assert seen["folder"] == "/"
    assert seen["descriptors"] == [0, 1, 2]
    assert seen["leads"]
    assert seen["blocked"] == 0
    assert seen["ignored"] & ~(1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)) == 0


def test_an_event_of_sixteen_megabytes_arrives_whole_at_a_slow_reader(program):
    path = program(SH + "sleep 0.3; wc -c\n")
    outcome = call(path, text="é" * 8_000_000)
    assert outcome.reference == "16000001"


def test_without_leave_to_begin_the_program_does_not_run(program):
    path = program(SH + "touch $(dirname $0)/ran\n")
    assert call(path, refuse=1).kind == "retry"
    assert not (path.parent / "ran").exists()
    assert call(path, begin_ms=50).kind == "sent"
    assert (path.parent / "ran").exists()


def test_begin_is_asked_once_and_before_anything_of_the_program(program):
    path = program(SH + "cat >/dev/null; exit $(($RELANCED_NOTICE * 75 % 150))\n")
    run = drive.drive("hook", {"run": path}, [{"notice": n, "text": EVENT} for n in range(1, 41)])
    assert run.begun == list(range(1, 41)) and not run.is_asked_twice
    assert [run.outcomes[n].kind for n in range(1, 41)] == ["retry", "sent"] * 20
    assert run.events[-1] == ("over", "0")


def test_a_program_spoilt_meanwhile_is_not_run_any_more(program):
    path = program(SH + "chmod g+w $0\n")
    run = drive.drive("hook", {"run": path}, [{"notice": n, "text": EVENT} for n in (1, 2)])
    assert [run.outcomes[n].kind for n in (1, 2)] == ["sent", "channel-down"]
    assert "writable" in run.outcomes[2].detail and run.begun == [1]


def has_ended(process):
    """Nothing of it is left but what its parent has not asked for yet."""
    with contextlib.suppress(OSError):
        return "Z" in (process / "stat").read_text().split(")")[1]
    return True


def test_the_program_does_not_outlive_the_worker(program):
    path = program(SH + "echo $$ >$(dirname $0)/pid; exec sleep 600\n")
    worker = subprocess.Popen(drive.command("hook", {"run": path}), stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL)
    worker.stdin.write(drive.lines([{"notice": 1, "text": EVENT}]).encode())
    worker.stdin.close()
    pid_file = path.parent / "pid"
    wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "the program")
    worker.kill()
    worker.wait()
    process = pathlib.Path("/proc") / pid_file.read_text().strip()
    wait_until(lambda: has_ended(process), "its end")


# A firm's program: it keeps each event under the number of its notice, and ends as it is told.
KEEPER = SH + """
echo "$*" >"$(dirname "$0")/arguments"
cat >"$(dirname "$0")/$RELANCED_NOTICE-$RELANCED_ATTEMPT.json"
echo "done $RELANCED_NOTICE"
exit "$(cat "$(dirname "$0")/exit" 2>/dev/null || echo 0)"
"""


@pytest.fixture
def service(bare_firm):
    """A firm whose hook is a program of its own; it has one customer of a service, chased until the
    deadline of 2026-03-17."""
    folder = bare_firm.folder / "hooks"
    folder.mkdir()
    (folder / "service").write_text(KEEPER)
    (folder / "service").chmod(0o755)
    bare_firm.config["channels"]["hook"] = {"module": "hook", "run": "hooks/service"}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer("C-1", "Hôtel du \"Parc\"", relation="service")],
                   [firms.invoice("F-1", amount="90.00", contract="K-17")], at="2026-03-03T08:00")
    for day in ("04", "12"):
        bare_firm.wake(f"2026-03-{day}T09:00")
    return bare_firm


def events(firm):
    """{(notice, attempt): event} of the program's calls."""
    return {tuple(map(int, path.stem.split("-"))): json.loads(path.read_text(encoding="utf-8"))
            for path in (firm.folder / "hooks").glob("*.json")}


def calls(firm):
    """Of the log: the notices that went to the hook."""
    return [notice for notice in firm.log() if notice["channel"] == "hook"]


def test_a_service_is_suspended_and_reconnected_by_the_firms_program(service):
    service.wake("2026-03-18T09:00")
    service.load(payments=[{"id": "P-1", "invoice": "F-1", "date": "2026-03-21", "amount": "90.00",
                            "currency": "EUR"}], at="2026-03-21T22:00")
    for at in ("2026-03-21T22:30", "2026-03-22T09:00"):
        service.wake(at)
    suspended, connected = calls(service)
    assert (suspended["action"], suspended["step"], suspended["state"]) == (
        "suspend", "suspend", "sent")
    assert suspended["reference"] == f"done {suspended['notice']}"
    assert (connected["action"], connected["step"], connected["state"]) == (
        "reconnect", None, "sent")
    seen = events(service)
    assert set(seen) == {(suspended["notice"], 1), (connected["notice"], 1)}
    event = seen[suspended["notice"], 1]
    assert (event["event"], event["date"], event["step"], event["policy"], event["currency"],
            event["total"]) == ("suspend", "2026-03-18", "suspend", "subscription", "EUR", "90.00")
    assert (event["customer"]["id"], event["customer"]["name"], event["customer"]["relation"]) == (
        "C-1", 'Hôtel du "Parc"', "service")
    [line] = event["invoices"]
    assert (line["number"], line["instalment"], line["open"], line["amount"], line["due"],
            line["days_late"], line["contract"]) == (
        "F-1", 1, "90.00", "90.00", "2026-03-02", 16, "K-17")
    event = seen[connected["notice"], 1]
    assert (event["event"], event["step"], event["customer"]["id"]) == ("reconnect", None, "C-1")
    assert [line["number"] for line in event["invoices"]] == ["F-1"]


def test_exit_code_75_is_called_again_with_the_same_event(service):
    (service.folder / "hooks/exit").write_text("75")
    service.wake("2026-03-18T09:00")
    [call_] = calls(service)
    assert (call_["state"], call_["reason"], call_["attempts"]) == ("pending", "retry", 1)
    (service.folder / "hooks/exit").write_text("0")
    service.wake("2026-03-18T15:00")
    [call_] = calls(service)
    assert (call_["state"], call_["attempts"]) == ("sent", 2)
    first, second = events(service).items()
    assert {first[0], second[0]} == {(call_["notice"], 1), (call_["notice"], 2)}
    assert first[1] == second[1]


def test_a_refusal_is_a_task_with_what_the_program_said(service):
    path = service.folder / "hooks/service"
    path.write_text(KEEPER.replace("exit ", "echo no such account >&2\nexit ", 1))
    (service.folder / "hooks/exit").write_text("3")
    service.wake("2026-03-18T09:00")
    assert [call_["state"] for call_ in calls(service)] == ["failed"]
    [task] = service.json("tasks")
    assert task["customer"] == "C-1" and "exit code 3: no such account" in task["sentence"]
    service.wake("2026-03-19T09:00")
    assert len(calls(service)) == 1


def test_a_program_that_cannot_run_holds_the_notice_back_until_it_can(service):
    path = service.folder / "hooks/service"
    path.chmod(0o775)
    service.wake("2026-03-18T09:00", status=1)
    assert [call_["state"] for call_ in calls(service)] == ["pending"]
    [task] = service.json("tasks")
    assert "suspended" in task["sentence"] and "chmod go-w" in task["sentence"]
    path.chmod(0o755)
    service.wake("2026-03-18T15:00")
    assert [call_["state"] for call_ in calls(service)] == ["sent"]
    assert service.json("tasks") == []


@pytest.mark.parametrize("mode, said", [(0o775, "chmod go-w"), (0o757, "chmod go-w"),
                                        (0o644, "Permission denied"), (0o755, None)])
def test_a_program_that_would_not_be_run_is_found_by_the_check(service, mode, said):
    (service.folder / "hooks/service").chmod(mode)
    done = service.relanced("--check", status=1 if said else 0)
    assert not said or said in done.stderr and "hooks/service" in done.stderr


def test_a_service_that_hangs_is_uncertain_and_said_to_be(service):
    (service.folder / "hooks/service").write_text(KEEPER.replace("exit ", "sleep 600; exit ", 1))
    service.config["channels"]["hook"]["timeout_s"] = 1
    service.write_config()
    service.wake("2026-03-18T09:00")
    assert [call_["state"] for call_ in calls(service)] == ["uncertain"]
    [task] = service.json("tasks")
    assert task["kind"] == "uncertain" and "timeout_s" in task["sentence"]


# Names as nobody should have one; what of them may not stand in a line is a blank afterwards.
HOSTILE = ['"', "\\", '\\"', '","event":"reconnect","x":"', "\\u0022", "</script>", "{{total}}",
           "{{{text}}}", "{{>event}}", "{{/invoices}}", "%s%n", "'$(id)`id`'", "é\u0301", "\u202etxt",
           "\u2028a\u2029b", "\ufeffx", "\U0001f9fe" * 20, "a" * 4000, "null", "\\n\\r\\t\\0",
           "tab\tbed", "two\nlines", "\ud7ff\ue000", "\uffff", " /*x*/ //y", "&quot;&#34;"]


def test_an_event_is_json_whatever_a_customer_is_called(bare_firm):
    firm = bare_firm
    folder = firm.folder / "hooks"
    folder.mkdir()
    (folder / "service").write_text(KEEPER)
    (folder / "service").chmod(0o755)
    firm.config["channels"]["hook"] = {"module": "hook", "run": "hooks/service",
                                       "arguments": ["--any", "word"], "timeout_s": 20}
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "r\"1\\", "action": "remind", "after_due": 1, "send": ["hook"]}]}
    firm.write_config()
    firm.init()
    names = {f"C-{number}": name for number, name in enumerate(HOSTILE)}
    firm.load([firms.customer(code, name, contact_name=name[:300], email="", phone="")
               for code, name in names.items()],
              [firms.invoice(f'"{code}\\', code, contract=names[code][:60]) for code in names],
              at="2026-03-02T08:00")
    firm.wake("2026-03-03T10:00")
    assert (folder / "arguments").read_text() == "--any word\n"
    seen = {event["customer"]["id"]: event for event in events(firm).values()}
    assert set(seen) == set(names)
    for code, event in seen.items():
        assert event["event"] == "remind" and len(event["invoices"]) == 1, code
        assert event["invoices"][0]["number"] == f'"{code}\\', code
        name = " ".join(names[code].split())
        shown = event["customer"]["name"]
        assert shown in (name, name[:len(shown) - 1] + "…") or not name.isprintable(), (code, shown)
