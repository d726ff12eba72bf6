#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The kill test with e-mail: the oracle of kill.py, what left being what a mail server took on.

- postfix: a real Postfix; each message it delivered is a file
- slow-dot: a server that keeps the message at its final dot and answers 200 ms later, so that every
  kill finds messages that are taken on and not answered

Beside kill.py's oracle, every message received has the Message-ID that the store keeps for its
invoice. A server that is not installed is a skipped test.

usage: kill_email.py [--seed N] [--customers N] [postfix|slow-dot …]    TAP on stdout
"""

import contextlib
import email
import email.policy
import functools
import socketserver
import sqlite3
import sys
import threading
import time

import kill
import pytest
from kill import Broken
from servers import postfix

ANSWER_S = 0.2


class SlowDot(socketserver.ThreadingTCPServer):
    """Keeps each message at its final dot, then takes its time to say so."""

    daemon_threads = True
    allow_reuse_address = True

    class Session(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self):
            with self.server.counted(), contextlib.suppress(OSError):
                self.say("220 slow.example.net ESMTP")
                while line := self.rfile.readline():
                    word = line[:4].upper().strip()
                    if word == b"EHLO":
                        self.say("250-slow.example.net\r\n250-PIPELINING\r\n250 8BITMIME")
                    elif word == b"DATA":
                        self.say("354 go on")
                        self.take()
                    elif word == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        def say(self, reply):
            self.wfile.write(reply.encode() + b"\r\n")

        def take(self):
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                if not line:
                    return
                lines.append(line)
            self.server.kept.append(b"".join(lines))
            time.sleep(self.server.answer_s)
            self.say("250 kept")

    def __init__(self, answer_s=ANSWER_S):
        super().__init__(("127.0.0.1", 0), self.Session)
        self.port, self.kept, self.answer_s = self.server_address[1], [], answer_s
        self.n_open, self.lock = 0, threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.server_close()

    @contextlib.contextmanager
    def counted(self):
        with self.lock:
            self.n_open += 1
        try:
            yield
        finally:
            with self.lock:
                self.n_open -= 1

    def n_messages(self):
        return len(self.kept)

    def is_at_rest(self):
        return self.n_open == 0

    def messages(self):
        return list(self.kept)


@functools.cache
def read(raw):
    """A mail's Message-ID and text."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return message["Message-ID"], message.get_body(("plain",)).get_content()


class MailTrial(kill.Trial):
    """A firm that writes to a server which is not killed."""

    def __init__(self, folder, chance, customers, server, stride, **options):
        self.server, self.stride, self.n_in_flight = server, stride, 0
        super().__init__(folder, chance, customers, port=server.port, **options)

    @staticmethod
    def channel(**options):
        return {"module": "email", "server": "127.0.0.1", "tls": "none",
                "from": "compta@atelier-dumont.example", **options}

    def n_left(self):
        return self.server.n_messages()

    def left(self):
        """{Message-ID and position: text}"""
        kill.await_condition(self.server.is_at_rest, "the server to come to rest")
        found = {}
        for number, raw in enumerate(self.server.messages()):
            message_id, text = read(raw)
            found[f"{message_id} ({number})"] = text
        return found

    def strike(self, daemon, victim):
        """A worker has one message in flight."""
        self.n_in_flight += 1 if victim == "worker" else len(kill.children(daemon.pid))
        return super().strike(daemon, victim)

    def judge(self, n_uncertain_max):
        n_uncertain = super().judge(n_uncertain_max)
        copy = self.firm.folder / "copy.db"
        self.firm.ctl("backup", copy)
        with contextlib.closing(sqlite3.connect(copy)) as store:
            ids = dict(store.execute("select id, message_id from notice"))
        kept = {(notice["lines"][0]["invoice"], f"<{ids[notice['notice']]}>")
                for notice in self.firm.log()}
        received = {(invoice, name.split()[0]) for invoice, names in self.messages().items()
                    for name in names}
        if strange := received - kept:
            raise Broken(f"received with a Message-ID that is not the notice's: {sorted(strange)}")
        return n_uncertain


def drain(make_server, folder, chance, customers, stride, **options):
    try:
        server = make_server()
    except pytest.skip.Exception as missing:
        raise kill.Skipped(str(missing)) from None
    with server:
        trial = MailTrial(folder, chance, customers, server, stride, **options)
        trial.drain_while_killing()
        n_uncertain = trial.judge(trial.n_in_flight)
        trial.settle(n_uncertain)
    if trial.n_kills < customers / 100:
        raise Broken(f"only {trial.n_kills} kills: that proves nothing")
    return (f"{trial.n_kills} kills with up to {trial.n_in_flight} messages in flight, "
            f"{n_uncertain} uncertain")


def test_postfix(*arguments):
    return drain(postfix.Postfix, *arguments, stride=24)


def test_slow_dot(*arguments):
    return drain(SlowDot, *arguments, stride=60, workers=2 * kill.WORKERS)


if __name__ == "__main__":
    sys.exit(kill.run({"postfix": test_postfix, "slow-dot": test_slow_dot},
                      "the kill test with e-mail"))
