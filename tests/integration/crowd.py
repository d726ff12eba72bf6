# SPDX-License-Identifier: MIT
"""A crowd of clients that mean no good, in one process:

        crowd.py CLIENTS SEED PATH RIGHT …

keeps so many connections to the sockets (PATH, and the right that it gives) at once. Each plays one
part of PARTS until it is closed or has had enough, and makes way for another. Prints "ready" once
all have knocked, and, when its standard input ends, how often each part was played, as JSON."""

import collections
import json
import os
import random
import selectors
import socket
import sys
import time

HOST = b"Host: relanced\r\n"
FORM = (b"Content-Type: multipart/form-data; boundary=b\r\n",
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\nid,name\r\n")
PATIENCE_S = 20


def get(target, version=b"HTTP/1.1", headers=HOST):
    return b"GET " + target + b" " + version + b"\r\n" + headers + b"\r\n"


def post(target, body=b"{}", headers=b"", length=None):
    return (b"POST " + target + b" HTTP/1.1\r\n" + HOST + headers +
            b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body)


class Part:
    """What a client says at once, then piece by piece; whether it reads; when it has had enough."""

    def __init__(self, say=b"", piece=b"", pause_s=0.0, reads=True, stays_s=PATIENCE_S):
        self.say, self.piece, self.pause_s = say, piece, pause_s
        self.reads, self.stays_s = reads, stays_s


CHUNKED = HOST + b"Transfer-Encoding: chunked\r\n"
PARTS = {
    "silent": lambda _: Part(),
    "garbage": lambda dice: Part(dice.randbytes(dice.randrange(1, 5000))),
    "tls": lambda _: Part(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)),
    "half": lambda _: Part(b"GET /v1/status HTTP/1.1\r\nHost: rel"),
    "drip": lambda _: Part(b"GET /v1/status HTTP/1.1\r\n", b"X", 0.05),
    "gone at once": lambda _: Part(stays_s=0),
    "gone after asking": lambda _: Part(get(b"/v1/invoices"), stays_s=0),
    "large head": lambda _: Part(get(b"/v1/status", headers=HOST + b"X: " + b"x" * 300_000)),
    "many headers": lambda _: Part(get(b"/v1/status", headers=HOST + b"A: b\r\n" * 20_000)),
    "large body": lambda _: Part(post(b"/v1/pay/F-1", b"x" * 3_000_000)),
    "lying length": lambda _: Part(post(b"/v1/pay/F-1", length=10**12)),
    "endless chunks": lambda _: Part(b"POST /v1/pay/F-1 HTTP/1.1\r\n" + CHUNKED + b"\r\n",
                                     b"8000\r\n" + b"x" * 0x8000 + b"\r\n", stays_s=0.5),
    "bad chunk": lambda _: Part(b"POST /v1/hold/F-1 HTTP/1.1\r\n" + CHUNKED + b"\r\nzz\r\n"),
    "slow upload": lambda _: Part(post(b"/v1/import", FORM[1], FORM[0], 100_000), b"C-1,x\r\n", 0.2),
    "many files": lambda _: Part(post(b"/v1/import", FORM[1] + b"\r\n" + FORM[1] * 300, FORM[0],
                                      10**6)),
    "pipelined": lambda _: Part(get(b"/v1/status") * 50),
    "wrong method": lambda _: Part(b"DELETE /v1/status HTTP/1.1\r\n" + HOST + b"\r\n"),
    "wrong right": lambda dice: Part(dice.choice([post(b"/v1/pay/F-1"), get(b"/v1/log"),
                                                  post(b"/v1/hold/F-1")])
                                     if dice.right != "operate" else get(b"/v1/nope")),
    "zero byte": lambda _: Part(get(b"/v1/show/%00")),
    "absolute": lambda _: Part(get(b"http://relanced/v1/status")),
    "http/0.9": lambda _: Part(b"GET /v1/status\r\n\r\n"),
    "http/9.9": lambda _: Part(get(b"/v1/status", b"HTTP/9.9")),
    "no host": lambda _: Part(get(b"/v1/status", headers=b"")),
    "never reads": lambda _: Part(get(b"/v1/invoices"), reads=False),
    "follows": lambda _: Part(get(b"/v1/log?follow=1"), reads=False),
    "status": lambda _: Part(get(b"/v1/status")),
    "metrics": lambda _: Part(get(b"/v1/metrics")),
}


class Client:
    def __init__(self, crowd, path, right):
        crowd.dice.right = right
        self.crowd, self.path = crowd, path
        self.name = crowd.dice.choice(list(PARTS))
        self.part = PARTS[self.name](crowd.dice)
        self.left = self.part.say
        self.ends = self.next = None
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.setblocking(False)

    def knock(self, now):
        """False: the line before the door is too long."""
        try:
            self.sock.connect(self.path)
        except BlockingIOError:
            return False
        self.ends, self.next = now + self.part.stays_s, now
        if self.part.reads:
            self.crowd.selector.register(self.sock, selectors.EVENT_READ, self)
        self.crowd.played[self.name] += 1
        return True

    def speak(self, now):
        if not self.left and self.part.piece and now >= self.next:
            self.left, self.next = self.part.piece, now + self.part.pause_s
        while self.left:
            sent = self.sock.send(self.left, socket.MSG_NOSIGNAL)
            self.left = self.left[sent:]

    def hear(self):
        """False: it was shown the door."""
        return bool(self.sock.recv(65536))

    def is_talking(self):
        return self.left or self.part.piece


class Crowd:
    def __init__(self, n, seed, places):
        self.selector = selectors.DefaultSelector()
        self.dice = random.Random(seed)
        self.places, self.played = places, collections.Counter()
        self.inside, self.outside = set(), [self.newcomer(i) for i in range(n)]

    def newcomer(self, i):
        return Client(self, *self.places[i % len(self.places)])

    def leave(self, client):
        self.inside.remove(client)
        if client.part.reads:
            self.selector.unregister(client.sock)
        client.sock.close()
        self.outside.append(self.newcomer(self.dice.randrange(len(self.places))))

    def knock_all(self, now):
        waiting, self.outside = self.outside, []
        for client in waiting:
            if client.knock(now):
                self.inside.add(client)
            else:
                self.outside.append(client)

    def hear_all(self):
        for key, _ in self.selector.select(0.01):
            try:
                if key.data.hear():
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            self.leave(key.data)

    def speak_all(self, now):
        for client in [each for each in self.inside if each.is_talking() or now >= each.ends]:
            try:
                client.speak(now)
            except BlockingIOError:
                pass
            except OSError:
                self.leave(client)
                continue
            if now >= client.ends:
                self.leave(client)

    def turn(self):
        now = time.monotonic()
        self.knock_all(now)
        self.hear_all()
        self.speak_all(now)


def main(n, seed, *places):
    crowd = Crowd(int(n), int(seed), list(zip(places[::2], places[1::2])))
    os.set_blocking(0, False)
    is_ready = False
    while True:
        crowd.turn()
        if not is_ready and sum(crowd.played.values()) >= int(n):
            is_ready = True
            print("ready", flush=True)
        try:
            if not os.read(0, 1):
                break
        except BlockingIOError:
            pass
    print(json.dumps(crowd.played), flush=True)


main(*sys.argv[1:])
