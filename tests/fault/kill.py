#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The kill test: never twice, never lost (DESIGN 5), while processes die at random moments.

A firm has a notice due to each of its customers, through a slow `file` channel with several
workers. `relanced --once` is started again and again and killed: the daemon, a worker, everything.
The oracle looks at what left the house (one file a message) and at what the store says of it:

- no message twice: one file for an invoice, and the channel never overwrites
- no message lost: once drained each invoice has one notice, sent or uncertain, and what the store
  calls sent is there
- uncertain is only what was leaving when something was killed: no more than was in flight, also
  when the channel asks ahead and much has begun (`eager`), and exactly what the flight files say

usage: kill.py [--seed N] [--customers N] [kills|ahead|orphans|power-cut|… see TESTS]    TAP on stdout
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import firm as firms  # noqa: E402

AT = "2026-03-05T09:00"
RETRIES_AT = "2026-03-05T09:30"
SETTLED_AT = "2026-03-05T15:00"
WORKERS = 4
PATIENCE_S = 60
EAGER = firms.BUILD / "tests" / "fault" / "eager.so"
SHIM = firms.BUILD / "tests" / "fault" / "powercut.so"


class Broken(Exception):
    """What the oracle found."""


class Skipped(Exception):
    """What is missing for a test."""


def await_condition(condition, what):
    """Waits until condition() is true."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise Broken(f"waited {PATIENCE_S} s for {what}")
        time.sleep(0.002)


def children(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in text.split()]


def state(pid):
    """The letter of proc(5); X: there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "X"
    return text.rpartition(")")[2].split()[0]


def is_alive(pid):
    return state(pid) not in ("Z", "X")


def stop(daemon):
    """All its workers: who is stopped starts no other."""
    daemon.send_signal(signal.SIGSTOP)
    await_condition(lambda: state(daemon.pid) in ("T", "Z", "X"), "the daemon to be stopped")
    return children(daemon.pid)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Trial:
    """A firm whose notices leave while it is being killed."""

    stride = 24  # messages between two kills, at most

    def __init__(self, folder, chance, customers, **options):
        self.chance = chance
        config = firms.default_config()
        config["limits"]["uncertain_hours"] = 4
        config["channels"]["email"] = self.channel(**{"workers": WORKERS, **options})
        config["policies"]["standard"] = {
            "steps": [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}]}
        self.firm = firms.Firm(folder, config)
        self.firm.init()
        self.numbers = [f"F-{i:04}" for i in range(customers)]
        self.firm.load([firms.customer(f"C-{i:04}") for i in range(customers)],
                       [firms.invoice(number, f"C-{i:04}") for i, number in enumerate(self.numbers)],
                       at=AT)
        self.n_kills = 0
        self.variables = {}
        self.errors = self.firm.folder / "stderr"

    @staticmethod
    def channel(delay_ms=8, **options):
        return {"module": "file", "path": "out/email", "delay_ms": delay_ms, **options}

    def start(self, at=AT):
        with open(self.errors, "ab") as errors:
            return subprocess.Popen(
                [firms.RELANCED, "--config", self.firm.path, "--once", "--at", at],
                env={**self.firm.environment, **self.variables}, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors)

    def n_left(self):
        """How many messages left the house, at least."""
        return sum(not name.startswith(".") for name in os.listdir(self.firm.folder / "out/email"))

    def left(self):
        """{name: text} of the messages that left the house, all of them."""
        return self.firm.files("email")

    def wait_for_moment(self, daemon, must_leave=False):
        """Some more messages and some milliseconds later, or right at the start. False: it ended."""
        if not must_leave and self.chance.random() < 0.2:
            end = time.monotonic() + self.chance.uniform(0, 0.15)
        else:
            target = self.n_left() + self.chance.randint(1, self.stride)
            await_condition(lambda: self.n_left() >= target or daemon.poll() is not None,
                            "messages to leave")
            end = time.monotonic() + self.chance.uniform(0, 0.02)
        await_condition(lambda: time.monotonic() >= end or daemon.poll() is not None, "a moment")
        return daemon.poll() is None

    def kill_everything(self, daemon):
        workers = stop(daemon)
        kill(daemon.pid)
        daemon.wait()
        for pid in workers:
            kill(pid)
        await_condition(lambda: not any(map(is_alive, workers)), "killed workers to end")

    def finish(self, daemon):
        """A run that came to its end must have ended well."""
        if daemon.returncode != 0:
            said = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
            tail = [line for line in said if 'MESSAGE="notice ' not in line][-20:]
            raise Broken("\n".join([f"relanced ended with {daemon.returncode}", *tail]))

    def strike(self, daemon, victim):
        """Kills the daemon, a worker or both. How many workers alone."""
        if victim == "both":
            self.kill_everything(daemon)
        elif victim == "daemon":
            kill(daemon.pid)
            daemon.wait()
        elif workers := children(daemon.pid):
            kill(self.chance.choice(workers))
            return 1
        return 0

    def drain_while_killing(self):
        """Kills the daemon, workers or both until a run comes to its end by itself. A run that lost
        workers may give up its channel and say so: another one follows."""
        while True:
            daemon, n_workers_killed = self.start(), 0
            while self.wait_for_moment(daemon):
                victim = self.chance.choice(("daemon", "worker", "both"))
                self.n_kills += 1
                n_workers_killed += self.strike(daemon, victim)
                if victim != "worker":
                    break
            else:
                daemon.wait()
                if daemon.returncode == 1 and n_workers_killed > 1:
                    continue
                self.finish(daemon)
                return

    def messages(self):
        """{invoice: [names]} of what left the house."""
        found = {number: [] for number in self.numbers}
        for name, text in self.left().items():
            numbers = set(re.findall(r"\bF-\d{4}\b", text))
            if len(numbers) != 1:
                raise Broken(f"{name} is of {sorted(numbers) or 'no invoice'}")
            found[numbers.pop()].append(name)
        return found

    def judge(self, n_uncertain_max):
        """The oracle; gives the number of uncertain notices. Messages whose worker heard no answer
        to begin() surely did not leave and wait a little: they get their time first."""
        self.firm.wake(RETRIES_AT)
        faults, n_uncertain = [], 0
        notices = {number: [] for number in self.numbers}
        for notice in self.firm.log():
            if notice["state"] != "cancelled":
                notices[notice["lines"][0]["invoice"]].append(notice)
        for number, names in self.messages().items():
            if len(names) > 1:
                faults.append(f"{number} left {len(names)} times: {', '.join(names)}")
            states = [notice["state"] for notice in notices[number]]
            if len(states) != 1 or states[0] not in ("sent", "uncertain"):
                faults.append(f"{number}: notices {states or 'none'}, {len(names)} messages")
            elif states[0] == "uncertain":
                n_uncertain += 1
            elif not names:
                faults.append(f"{number} is sent and never left")
        if n_uncertain > n_uncertain_max:
            faults.append(f"{n_uncertain} are uncertain, at most {n_uncertain_max} were in flight")
        if faults:
            raise Broken(f"{len(faults)} faults\n" + "\n".join(faults[:10]))
        return n_uncertain

    def settle(self, n_uncertain):
        """What stays uncertain is assumed sent in time, and nothing more leaves for it."""
        before = self.left()
        self.firm.wake(SETTLED_AT)
        if self.left() != before:
            raise Broken("something left when the uncertain ones were settled")
        states = [notice["state"] for notice in self.firm.log() if notice["state"] != "cancelled"]
        if states != ["sent"] * len(self.numbers):
            raise Broken(f"{n_uncertain} uncertain ones were not settled")
        self.verify_log(n_uncertain)

    def verify_log(self, n_uncertain):
        """The log is whole, and each notice was sent once in it."""
        [verdict] = self.firm.json("log", "--verify", status=None)
        if not verdict["verified"]:
            raise Broken(f"the log: {verdict}")
        with contextlib.closing(sqlite3.connect(self.firm.state / "relanced.db")) as store:
            told = dict(store.execute("select event, count(*) from chain group by event"))
            n_notices = store.execute("select count(distinct notice) from chain "
                                      "where event = 'sent'").fetchone()[0]
        n = len(self.numbers)
        if (told["sent"], n_notices) != (n, n) or told.get("uncertain", 0) < n_uncertain:
            raise Broken(f"the log tells {told} of {n} notices")


class EagerTrial(Trial):
    """A channel that asks ahead: at any moment most of what has begun has not left."""

    NOTE = struct.Struct("=IIQIIQ")     # magic, step, notice, attempt, -, checksum
    OUTCOME = struct.Struct("=IHHQIIIIQ")  # magic, lengths of texts, notice, attempt, …
    LEAVING = 1

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.leaving = set()

    @staticmethod
    def channel(delay_ms=8, **options):
        return {"module": str(EAGER), "path": "out/email", "ahead": 16, "in_flight": 32,
                "delay_ms": delay_ms, **options}

    def leaving_of(self, data):
        """The notices that were leaving by a flight file, and of which it knows no outcome."""
        leaving, finished, at = set(), set(), 0
        while at + 4 <= len(data):
            magic = data[at:at + 4]
            if magic == b"1NLF" and at + self.NOTE.size <= len(data):
                _, step, notice, attempt, _, _ = self.NOTE.unpack_from(data, at)
                if step == self.LEAVING:
                    leaving.add((notice, attempt))
                at += self.NOTE.size
            elif magic == b"1TLF" and at + self.OUTCOME.size <= len(data):
                _, first, second, notice, attempt, *_ = self.OUTCOME.unpack_from(data, at)
                finished.add((notice, attempt))
                at += self.OUTCOME.size + first + second
            else:
                at += 1
        return {notice for notice, _ in leaving - finished}

    def strike(self, daemon, victim):
        """Looks into the flight files of the dead before anybody settles them."""
        workers = stop(daemon)
        if victim == "worker":
            workers = [self.chance.choice(workers)] if workers else []
        else:
            kill(daemon.pid)
            daemon.wait()
        for pid in workers:
            kill(pid)
        await_condition(lambda: not any(map(is_alive, workers)), "killed workers to end")
        for path in (self.firm.state / "flight").glob("*.flight"):
            self.leaving |= self.leaving_of(path.read_bytes())
        if victim != "worker":
            return 0
        daemon.send_signal(signal.SIGCONT)
        return len(workers)

    def judge(self, n_uncertain_max):
        n_uncertain = super().judge(n_uncertain_max)
        found = {notice["notice"] for notice in self.firm.log("--state", "uncertain")}
        if not found <= self.leaving:
            raise Broken(f"{sorted(found - self.leaving)} are uncertain and were not leaving")
        return n_uncertain


def test_ahead(folder, chance, customers):
    trial = EagerTrial(folder, chance, customers)
    trial.drain_while_killing()
    n_uncertain = trial.judge(trial.n_kills * WORKERS)
    trial.settle(n_uncertain)
    if trial.n_kills < customers / 50:
        raise Broken(f"only {trial.n_kills} kills: that proves nothing")
    return f"{trial.n_kills} kills, {n_uncertain} uncertain"


def test_kills(folder, chance, customers):
    trial = Trial(folder, chance, customers)
    trial.drain_while_killing()
    n_uncertain = trial.judge(trial.n_kills * WORKERS)
    trial.settle(n_uncertain)
    if trial.n_kills < customers / 50:
        raise Broken(f"only {trial.n_kills} kills: that proves nothing")
    return f"{trial.n_kills} kills, {n_uncertain} uncertain"


def test_orphans(folder, chance, customers):
    """A worker outlives its daemon with a message begun: the next daemon waits for it."""
    trial = Trial(folder, chance, 2 * WORKERS, delay_ms=1500)
    trial.variables = {"LD_PRELOAD": str(SHIM), "FAULT_ORPHANS": "1"}
    daemon = trial.start()
    await_condition(lambda: len(children(daemon.pid)) >= WORKERS or daemon.poll() is not None,
                    "the workers")
    await_condition(lambda: trial.n_left() >= 1 or daemon.poll() is not None, "a first message")
    workers = [pid for pid in children(daemon.pid) if is_alive(pid)]
    kill(daemon.pid)
    daemon.wait()
    if not any(map(is_alive, workers)):
        raise Broken("no worker outlived its daemon: that proves nothing")
    again = trial.start()
    try:
        again.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        trial.kill_everything(again)
        raise Broken("the second daemon never came to its end") from None
    trial.finish(again)
    if any(map(is_alive, workers)):
        raise Broken("the second daemon did not wait for the orphans")
    return f"{trial.judge(0)} uncertain"


def put_back(shadow, state):
    """The files of the state folder are the same files as before, with what the disk has of them."""
    for path in [path for path in state.rglob("*") if path.is_file()]:
        if not (shadow / path.relative_to(state)).is_file():
            path.unlink()
    for path in [path for path in shadow.rglob("*") if path.is_file()]:
        target = state / path.relative_to(shadow)
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "ab") as file:
            file.truncate(0)
            file.write(path.read_bytes())


def cut_power(trial, is_lying=False, has_new_boots=True):
    """Runs until drained; each run but the last ends with everything killed and the state folder
    as the disk has it. A disk that lies gives nothing back, so that three cuts must do, after
    messages have left."""
    shadow = trial.firm.folder / "shadow"
    trial.variables = {"LD_PRELOAD": str(SHIM), "FAULT_STATE": str(trial.firm.state),
                       "FAULT_SHADOW": str(shadow)}
    if is_lying:
        trial.variables["FAULT_DROP"] = "1"
    while True:
        trial.variables["FAULT_BOOT"] = f"{trial.n_kills * has_new_boots + 1:032x}"
        shutil.rmtree(shadow, ignore_errors=True)
        shutil.copytree(trial.firm.state, shadow)
        daemon = trial.start()
        is_last = is_lying and trial.n_kills == 3
        if is_last or not trial.wait_for_moment(daemon, must_leave=is_lying):
            daemon.wait()
            trial.finish(daemon)
            return
        trial.kill_everything(daemon)
        trial.n_kills += 1
        for fresh in shadow.rglob("*.fresh"):
            fresh.unlink()
        put_back(shadow, trial.firm.state)


def test_power_cut(folder, chance, customers):
    trial = Trial(folder, chance, customers // 2)
    cut_power(trial)
    n_uncertain = trial.judge(trial.n_kills * WORKERS)
    trial.settle(n_uncertain)
    return f"{trial.n_kills} power cuts, {n_uncertain} uncertain"


def test_power_cut_ahead(folder, chance, customers):
    """What had begun is all uncertain here, since nobody knows what the flight files have lost."""
    trial = EagerTrial(folder, chance, customers // 2)
    cut_power(trial)
    n_uncertain = Trial.judge(trial, trial.n_kills * WORKERS * 32)
    trial.settle(n_uncertain)
    return f"{trial.n_kills} power cuts, {n_uncertain} uncertain"


def assert_doubles(trial, what):
    """The oracle must see that messages left twice, or it is blind."""
    try:
        Trial.judge(trial, trial.n_kills * WORKERS * 32)
    except Broken as fault:
        if doubled := re.search(r".*left \d+ times", str(fault)):
            return f"{trial.n_kills} power cuts: {doubled[0]}"
        raise
    raise Broken(f"nothing was doubled although {what}: the oracle is blind")


def test_power_cut_bites(folder, chance, customers):
    """On a disk that lies, nothing that was begun is really there."""
    trial = Trial(folder, chance, customers // 4)
    cut_power(trial, is_lying=True)
    return assert_doubles(trial, "nothing was committed")


def test_same_boot_bites(folder, chance, customers):
    """With one boot id before and after, the flight files are believed although they lack their
    end: what left is taken for unsent."""
    trial = EagerTrial(folder, chance, customers // 2)
    cut_power(trial, has_new_boots=False)
    return assert_doubles(trial, "flight files that lost their end were believed")


TESTS = {"kills": test_kills, "ahead": test_ahead, "orphans": test_orphans,
         "power-cut": test_power_cut, "power-cut-ahead": test_power_cut_ahead,
         "power-cut-bites": test_power_cut_bites, "same-boot-bites": test_same_boot_bites}


def run(tests, description):
    """The tests that were asked for (TAP); 1 if one failed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("tests", nargs="*", choices=[[], *tests])
    options = parser.parse_args()
    names = options.tests or list(tests)
    print(f"1..{len(names)}\n# --seed {options.seed}", flush=True)
    n_failed = 0
    for number, name in enumerate(names, 1):
        folder = firms.scratch_folder("kill")
        started = time.monotonic()
        try:
            found = tests[name](folder / "firm", random.Random(options.seed), options.customers)
            print(f"ok {number} - {name}")
        except Skipped as missing:
            found = ""
            print(f"ok {number} - {name} # SKIP {missing}")
        except (Broken, firms.CommandFailed) as fault:
            n_failed += 1
            found = str(fault)
            print(f"not ok {number} - {name}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print("".join(f"# {line}\n" for line in found.splitlines())
              + f"# {time.monotonic() - started:.1f} s", flush=True)
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(run(TESTS, "the kill test"))
