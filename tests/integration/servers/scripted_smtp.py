# SPDX-License-Identifier: MIT
"""An SMTP server that does what a test tells it to, right or wrong, and keeps what arrived.

    with ScriptedSmtp({"RCPT": "450 4.2.0 later"}) as server: … server.port, server.mails …

The script says what answers a verb: CONNECT, EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, DATA, TEXT
(before the message is read), DOT (once it was), RSET, QUIT; what is not in it is answered as it
should be. An answer is a text (a line end is added), bytes, CLOSE or RESET, a number (a pause in
seconds), a list of such steps, an iterator of them that may go on for ever, or a function of
(session, line) that gives one. A tuple holds one answer for each time the verb comes, the last one
for all that follow.
"""

import contextlib
import dataclasses
import select
import socket
import ssl
import struct
import threading

CLOSE, RESET = object(), object()


def go_ahead(session, _):
    return "354 go ahead" if session.recipients else "503 5.5.1 nobody to give it to"


NORMAL = {"CONNECT": "220 scripted.example.net ESMTP", "HELO": "250 scripted.example.net",
          "STARTTLS": "220 go ahead", "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
          "DATA": go_ahead, "TEXT": (), "DOT": "250 2.0.0 Ok: queued as 4ZB1xK",
          "RSET": "250 2.0.0 ok", "QUIT": [b"221 2.0.0 bye\r\n", CLOSE]}


@dataclasses.dataclass
class Mail:
    """What arrived up to its final dot."""

    sender: str
    recipients: list  # those that were answered with 250
    text: bytes       # as it was on the wire, without the final dot
    is_accepted: bool = False
    connection: int = 0


class Gone(Exception):
    """The connection is over."""


class Session:
    """One connection."""

    def __init__(self, server, connection, number):
        self.server, self.socket, self.number = server, connection, number
        self.reader = connection.makefile("rb")
        self.is_tls, self.sender, self.recipients = False, None, []

    def send(self, data):
        self.socket.sendall(data)
        self.server.n_sent += len(data)

    def step(self, step):
        if step is CLOSE:
            raise Gone
        if step is RESET:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Gone
        if isinstance(step, (int, float)):
            self.server.stopped.wait(step)
        elif isinstance(step, bytes):
            self.send(step)
        else:
            self.send(step.encode() + b"\r\n")

    def do(self, verb, line=b""):
        """Answers; gives the code of the last line said, as text."""
        answer = self.server.answer(verb)
        if callable(answer):
            answer = answer(self, line.decode(errors="replace").strip())
        steps = [answer] if isinstance(answer, (str, bytes, int, float)) or answer in (CLOSE, RESET) \
            else answer
        said = b""
        for step in steps:
            if self.server.stopped.is_set():
                raise Gone
            self.step(step)
            said += step.encode() + b"\r\n" if isinstance(step, str) else b""
            said += step if isinstance(step, bytes) and len(said) < 10_000 else b""
        return said.rstrip().rpartition(b"\n")[2][:3].decode(errors="replace")

    def readline(self):
        line = self.reader.readline()
        if not line:
            raise Gone
        self.server.said.append(line)
        return line

    def start_tls(self):
        self.socket = self.server.context.wrap_socket(self.socket, server_side=True)
        self.reader, self.is_tls = self.socket.makefile("rb"), True

    def offers(self):
        words = [word for word in self.server.offers if not (self.is_tls and word == "STARTTLS")]
        lines = ["scripted.example.net", *words]
        return "".join(f"250{'-' if i + 1 < len(lines) else ' '}{line}\r\n"
                       for i, line in enumerate(lines)).encode()

    def take(self):
        self.do("TEXT")
        lines = []
        while (line := self.reader.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line)
        mail = Mail(self.sender, list(self.recipients), b"".join(lines), connection=self.number)
        if mail.recipients:
            self.server.mails.append(mail)
        mail.is_accepted = self.do("DOT").startswith("2")

    def serve(self):
        self.do("CONNECT")
        while True:
            line = self.readline()
            verb = line[:8].split()[0].decode().upper() if line.split() else ""
            if verb == "EHLO" and "EHLO" not in self.server.script:
                self.send(self.offers())
                continue
            code = self.do(verb if verb in NORMAL or verb in self.server.script else "RSET", line)
            if verb == "MAIL" and code == "250":
                self.sender, self.recipients = line[10:].split(b">")[0].decode(), []
            elif verb == "RCPT" and code == "250":
                self.recipients.append(line[9:].split(b">")[0].decode())
            elif verb == "STARTTLS" and code == "220":
                self.start_tls()
            elif verb == "DATA" and code == "354":
                self.take()


class ScriptedSmtp:
    """offers: what EHLO lists; context: an ssl.SSLContext for STARTTLS."""

    def __init__(self, script=None, offers=("PIPELINING", "8BITMIME"), context=None):
        self.script, self.offers, self.context = script or {}, offers, context
        self.mails, self.said, self.n_connections, self.n_sent = [], [], 0, 0
        self.counts, self.lock, self.stopped = {}, threading.Lock(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []

    def answer(self, verb):
        given = self.script.get(verb, NORMAL.get(verb, "500 5.5.1 what?"))
        if not isinstance(given, tuple) or not given:
            return given
        with self.lock:
            count = self.counts[verb] = self.counts.get(verb, 0) + 1
        return given[min(count, len(given)) - 1]

    def verbs(self):
        return [line.split()[0].decode(errors="replace").upper() for line in self.said]

    @property
    def accepted(self):
        return [mail for mail in self.mails if mail.is_accepted]

    def serve(self, connection):
        with self.lock:
            self.n_connections += 1
            session = Session(self, connection, self.n_connections)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(Gone, OSError, ssl.SSLError, ValueError):
            session.serve()
        with contextlib.suppress(OSError):
            session.reader.close()
            session.socket.close()

    def accept(self):
        while not self.stopped.is_set():
            if not select.select([self.listener], [], [], 0.05)[0]:
                continue
            connection, _ = self.listener.accept()
            thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def __enter__(self):
        self.threads.append(threading.Thread(target=self.accept, daemon=True))
        self.threads[0].start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        for thread in self.threads:
            thread.join(timeout=5)
        self.listener.close()
