#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The kill test of the running daemon: never twice, never lost, and status tells what is uncertain.

A clerk imports invoices and payments through the daemon's socket and asks for wakes while the daemon
is killed and started again; each command is repeated until the daemon has answered it. What leaves
goes to a mail server that takes a message on and then takes its time to say so.

- kills: SIGKILL at random moments, with and without its workers
- stops: the daemon is stopped (as one that hangs), its workers go on, then the watchdog kills it
- terms: SIGTERM at random moments; nothing is uncertain, and it ends well each time

The oracle, once drained: each invoice that was not paid before has one notice, sent or uncertain;
what is sent was received, once; what has no such notice was not received; no more are uncertain than
were in flight; no import is lost.

usage: kill_service.py [--seed N] [--customers N] [--long] [kills|stops|terms …]    TAP on stdout
"""

import collections
import datetime
import json
import re
import signal
import subprocess
import sys
import threading
import time
import zoneinfo

import kill
from kill import Broken, await_condition
from kill_email import SlowDot, read

import firm as firms

BATCH = 20
ANSWER_S = 0.05
STRIDE = 7  # messages between two strikes, at most
IDLE_S, IDLE_MAX_S = 1.0, 16.0
END_S = 60  # of which it gives 18 to what is under way
DRAIN_S = 150  # a message that surely did not leave gets another try after a minute
LONG = 8000


def config(server, workers):
    config = firms.default_config()
    config["wake"] = {"days": "mon-sun", "at": ["00:00"]}
    config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    config["channels"]["email"] = {
        "module": "email", "server": "127.0.0.1", "port": server.port, "tls": "none",
        "from": "compta@atelier-dumont.example", "workers": workers}
    config["policies"]["standard"] = {
        "steps": [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]}]}
    return config


class Clerk(threading.Thread):
    """Hands in what happens, and does not give up."""

    def __init__(self, trial):
        super().__init__(daemon=True)
        self.trial, self.error, self.n_repeated = trial, None, 0
        self.is_over = threading.Event()

    def do(self, *arguments):
        end = time.monotonic() + DRAIN_S
        while not self.is_over.is_set():
            done = self.trial.ctl(*arguments)
            if done.returncode == 0:
                self.trial.n_answers += 1
                return
            # 1: the daemon is about to end and says so.
            if done.returncode not in (1, 4) or time.monotonic() > end:
                raise Broken(f"{arguments[0]} ended with {done.returncode}: {done.stderr}")
            self.n_repeated += 1
            time.sleep(0.005)

    def run(self):
        try:
            for batch in self.trial.batches:
                self.do("import", *self.trial.files_of(batch))
                self.do("wake")
        except (Broken, OSError, subprocess.SubprocessError) as error:
            self.error = error


class Trial:
    """A firm whose daemon is struck while it works."""

    def __init__(self, folder, chance, customers, server, workers=kill.WORKERS):
        self.chance, self.server = chance, server
        self.firm = firms.Firm(folder, config(server, workers))
        self.firm.init()
        numbers = [f"F-{n:04}" for n in range(customers)]
        self.batches = [numbers[n:n + BATCH] for n in range(0, customers, BATCH)]
        self.paid = set(chance.sample(numbers, customers // 10))
        self.day = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()
        self.n_strikes = self.n_in_flight = self.n_answers = self.progress = 0
        self.idle_s, self.clerk = IDLE_S, None
        self.process = None
        self.errors = self.firm.folder / "stderr"

    # The daemon

    def start(self):
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [firms.RELANCED, "--config", self.firm.path], env=self.firm.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        await_condition(lambda: self.process.poll() is not None or self.is_announced(),
                        "the daemon to say where it can be asked")
        self.must_run()

    def is_announced(self):
        lines = (self.firm.state / "relanced.lock").read_text().split("\n")
        return lines[0] == str(self.process.pid) and len(lines) == 3

    def must_run(self):
        if self.process.poll() is not None:
            said = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
            tail = [line for line in said if 'MESSAGE="notice ' not in line][-20:]
            raise Broken("\n".join([f"the daemon ended with {self.process.returncode}", *tail]))

    def ctl(self, *arguments):
        return subprocess.run(
            [firms.RELANCECTL, "--socket", self.firm.state / "sockets", *arguments],
            env=self.firm.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=firms.TIMEOUT_S, check=False)

    def status(self):
        """The exit code, and what it says."""
        done = self.ctl("--json", "status")
        if done.returncode not in (0, 1):
            raise Broken(f"status ended with {done.returncode}: {done.stderr}")
        return done.returncode, json.loads(done.stdout)

    # What happens

    def files_of(self, batch):
        """The same content under the same names, however often."""
        due, issued = (str(self.day - datetime.timedelta(days=days)) for days in (5, 40))
        rows = [firms.customer(f"C-{number[2:]}") for number in batch]
        yield self.firm.csv("customers", rows, f"customers-{batch[0]}.csv")
        rows = [firms.invoice(number, f"C-{number[2:]}", issued=issued, due=due)
                for number in batch]
        yield self.firm.csv("invoices", rows, f"invoices-{batch[0]}.csv")
        at = self.batches.index(batch)  # what was invoiced two batches ago
        rows = [{"id": f"P-{number}", "invoice": number, "date": str(self.day), "amount": "1200.00",
                 "currency": "EUR", "kind": "payment"}
                for number in (self.batches[at - 2] if at >= 2 else []) if number in self.paid]
        if rows:
            yield self.firm.csv("payments", rows, f"payments-{batch[0]}.csv")

    def wait_for_moment(self):
        """Some more messages and some milliseconds later, or soon after the start."""
        if self.chance.random() < 0.2:
            end = time.monotonic() + self.chance.uniform(0, 0.15)
        else:
            target = self.server.n_messages() + self.chance.randint(1, STRIDE)
            idle = time.monotonic() + self.idle_s
            await_condition(lambda: self.server.n_messages() >= target
                            or time.monotonic() > idle, "messages to leave")
            end = time.monotonic() + self.chance.uniform(0, 0.02)
        await_condition(lambda: time.monotonic() >= end, "a moment")
        self.be_patient()
        self.must_run()

    def be_patient(self):
        """A daemon that a slow machine gave no time to get anywhere has more of it the next time."""
        before, self.progress = self.progress, self.server.n_messages() + self.n_answers
        is_stuck = self.clerk.is_alive() and self.progress == before
        self.idle_s = min(2 * self.idle_s, IDLE_MAX_S) if is_stuck else IDLE_S

    def strike_down(self, pause_s=None):
        """The daemon alone or with its workers; pause_s: it hangs for so long before."""
        if pause_s is not None:
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(pause_s)
        workers = kill.stop(self.process)
        self.n_in_flight += len(workers)
        kill.kill(self.process.pid)
        self.process.wait()
        for pid in workers if self.chance.random() < 0.5 else []:
            kill.kill(pid)

    def end(self):
        """As systemd does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.strike_down()
            raise Broken(f"SIGTERM was not obeyed within {END_S} s") from None
        if status != 0:
            self.must_run()

    def work_while(self, strike, n_strikes):
        """Strikes until the clerk is done and all has left, and then often enough."""
        self.clerk = clerk = Clerk(self)
        self.start()
        clerk.start()
        try:
            while clerk.is_alive() or self.n_strikes < n_strikes:
                self.wait_for_moment()
                strike()
                self.n_strikes += 1
                self.start()
            if clerk.error:
                raise clerk.error
            self.drain()
        finally:
            clerk.is_over.set()
            clerk.join()
        return clerk.n_repeated

    def drain(self):
        end = time.monotonic() + DRAIN_S
        done = self.ctl("wake")
        if done.returncode not in (0, 1):
            raise Broken(f"wake ended with {done.returncode}: {done.stderr}")
        while True:
            self.must_run()
            _, status = self.status()
            left = {state: status["notices"][state] for state in ("pending", "handed")}
            if not any(left.values()):
                return
            if time.monotonic() > end:
                raise Broken(f"not drained: {left}, {status['problems']}")
            time.sleep(0.1)

    # The oracle

    def received(self):
        await_condition(self.server.is_at_rest, "the server to come to rest")
        found = collections.Counter()
        for raw in self.server.messages():
            [number] = set(re.findall(r"\bF-\d{4}\b", read(raw)[1]))
            found[number] += 1
        return found

    def judge(self, n_uncertain_max):
        log = [json.loads(line) for line in self.ctl("--json", "log").stdout.splitlines()]
        states = collections.defaultdict(list)
        for notice in log:
            if notice["state"] != "cancelled":
                states[notice["lines"][0]["invoice"]].append(notice["state"])
        invoices = [json.loads(line)["invoice"]
                    for line in self.ctl("--json", "invoices").stdout.splitlines()]
        numbers = [number for batch in self.batches for number in batch]
        received, faults = self.received(), []
        if sorted(invoices) != numbers:
            faults.append(f"{len(numbers)} invoices were imported, {len(invoices)} are there")
        for number in numbers:
            ends = states[number]
            if received[number] > 1:
                faults.append(f"{number} was received {received[number]} times")
            if len(ends) > 1 or (not ends and number not in self.paid):
                faults.append(f"{number} has the notices {ends}")
            elif any(state not in ("sent", "uncertain") for state in ends):
                faults.append(f"{number} is {ends[0]}")
            elif ends != ["uncertain"] and received[number] != len(ends):
                faults.append(f"{number} is {ends or 'not sent'}, received {received[number]}")
        n_uncertain = sum(ends == ["uncertain"] for ends in states.values())
        if n_uncertain > n_uncertain_max:
            faults.append(f"{n_uncertain} are uncertain, {n_uncertain_max} were in flight")
        code, status = self.status()
        told = [problem for problem in status["problems"] if "may have been sent" in problem]
        if status["notices"]["uncertain"] != n_uncertain or bool(told) != (n_uncertain > 0) or (
                code == 0) != status["ok"] or (n_uncertain > 0 and status["ok"]):
            faults.append(f"status says {status}")
        if faults:
            raise Broken(f"{len(faults)} faults\n" + "\n".join(faults[:10]))
        return n_uncertain


def run(folder, chance, customers, n_strikes, strike):
    """strike(trial): what becomes of its daemon, again and again."""
    with SlowDot(ANSWER_S) as server:
        trial = Trial(folder, chance, customers, server)
        try:
            n_repeated = trial.work_while(lambda: strike(trial), n_strikes)
            n_uncertain = trial.judge(trial.n_in_flight)
            trial.end()
        finally:
            if trial.process and trial.process.poll() is None:
                trial.strike_down()
    return (f"{trial.n_strikes} strikes with up to {trial.n_in_flight} messages in flight, "
            f"{n_uncertain} uncertain, {n_repeated} commands repeated")


def test_kills(folder, chance, customers):
    return run(folder, chance, customers, max(customers // 8, 10), Trial.strike_down)


def test_stops(folder, chance, customers):
    return run(folder, chance, customers // 2, max(customers // 40, 5),
               lambda trial: trial.strike_down(pause_s=trial.chance.uniform(0.05, 0.3)))


def test_terms(folder, chance, customers):
    return run(folder, chance, customers // 2, max(customers // 20, 5), Trial.end)


if __name__ == "__main__":
    if "--long" in sys.argv:
        at = sys.argv.index("--long")
        sys.argv[at:at + 1] = ["--customers", str(LONG)]
    sys.exit(kill.run({"kills": test_kills, "stops": test_stops, "terms": test_terms},
                      "the kill test of the running daemon"))
