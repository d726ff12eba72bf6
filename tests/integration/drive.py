# SPDX-License-Identifier: MIT
"""A channel module run by itself: messages in, what it did out (see drive.c)."""

import collections
import subprocess

from firm import BUILD

DRIVE = BUILD / "tests/integration/drive"

Finish = collections.namedtuple("Finish", "notice kind retry_after_s reference detail")


def escape(text):
    return str(text).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def unescape(text):
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


class Run:
    """What came of it: the events in order as (word, rest), and the outcome of each notice."""

    def __init__(self, status, output, stderr):
        self.status, self.stderr = status, stderr
        self.events = [tuple(line.split(" ", 1)) if " " in line else (line, "")
                       for line in output.splitlines()]
        self.outcomes, self.begun, self.logs, self.rendered = {}, [], [], {}
        for word, rest in self.events:
            if word in ("finish", "finished-already"):
                head, reference, detail = rest.split("\t")
                notice, kind, retry_after_s = head.split(" ")
                assert word == "finish", f"notice {notice} was finished twice"
                self.outcomes[int(notice)] = Finish(int(notice), kind, int(retry_after_s),
                                                    unescape(reference), unescape(detail))
            elif word == "begin":
                self.begun.append(int(rest))
            elif word == "rendered":
                notice, _, digits = rest.partition(" ")
                self.rendered[int(notice)] = bytes.fromhex(digits)
            elif word == "log":
                level, text = rest.split(" ", 1)
                self.logs.append((int(level), unescape(text)))

    @property
    def fault(self):
        return next((rest for word, rest in self.events if word == "fault"), None)

    @property
    def is_asked_twice(self):
        return any(word == "twice" for word, _ in self.events)

    @property
    def crashed(self):
        return self.status < 0


def module(name):
    return BUILD / "channels" / name / f"{name}.so"


def command(name, options, **switches):
    """switches: refuse, begin_ms, begin_when, check, render."""
    return [str(DRIVE), str(module(name)),
            *(f"--{key.replace('_', '-')}={value}" for key, value in switches.items()),
            *(f"{key}={escape(value)}" for key, value in options.items())]


def lines(messages):
    """Messages are dicts; the keys "fields" (a dict) and "attach" (paths) are spelt out."""
    text = []
    for message in messages:
        parts = [(key, value) for key, value in message.items()
                 if key not in ("fields", "attach")]
        parts += [(f"field.{key}", value) for key, value in message.get("fields", {}).items()]
        parts += [("attach", path) for path in message.get("attach", ())]
        text.append("\t".join(f"{key}={escape(value)}" for key, value in parts))
    return "".join(line + "\n" for line in text)


def drive(name, options, messages=(), timeout=60, **switches):
    done = subprocess.run(command(name, options, **switches), input=lines(messages), text=True,
                          capture_output=True, timeout=timeout, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


def outcome(name, options, message, **switches):
    """Of one message."""
    run = drive(name, options, [{"notice": 1, **message}], **switches)
    assert not run.crashed, (run.status, run.stderr)
    return run.outcomes[1]
