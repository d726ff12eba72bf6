# SPDX-License-Identifier: MIT
"""An HTTP gateway that does what a test tells it to, right or wrong.

    with Gateway(lambda request: reply(202, "0: Accepted for delivery")) as gateway:
        … gateway.url("/cgi-bin/sendsms") …
    assert [request.query["to"] for request in gateway.requests] == …

What answers a request is bytes, or a series of steps: bytes are sent, a number is a pause in
seconds, a function is called, RESET and CLOSE end the connection. A generator may go on for ever.
"""

import contextlib
import json
import socket
import ssl
import struct
import threading
import urllib.parse

RESET, CLOSE = object(), object()

REASONS = {200: "OK", 201: "Created", 202: "Accepted", 400: "Bad Request"}


def head(status, length=None, **headers):
    """A status line and headers; a name's underscores are hyphens."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@contextlib.contextmanager
def closed_port():
    """A port that refuses every connection, and is nobody else's meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


class Together(tuple):
    """Pieces that are written one by one and arrive at once; the last may be CLOSE."""


def reply(status, body="", **headers):
    """A whole answer. A body that is no text or bytes goes as JSON."""
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        headers.setdefault("Content_Type", "application/json")
    body = body.encode() if isinstance(body, str) else body
    return head(status, len(body), **headers) + body


def later(seconds, *steps):
    return [seconds, *steps]


def endless(chunk, pause=0):
    while True:
        yield chunk
        if pause:
            yield pause


def then(*parts):
    """One series of steps from several."""
    for part in parts:
        if isinstance(part, (bytes, int, float)) or part in (RESET, CLOSE):
            yield part
        else:
            yield from part


class Request:
    """What came in."""

    def __init__(self, connection, line, headers, body):
        self.connection, self.headers, self.body = connection, headers, body
        self.method, self.target, version = line.split(" ", 2)
        if not self.method.isalpha() or not version.startswith("HTTP/1."):
            raise ValueError("no request: the beginning of TLS, by chance in three words")
        self.path, _, query = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


class Gateway:
    """Listens while it is a context. `requests` are those that were read whole, in order."""

    def __init__(self, answer, certificate=None, accept=None, versions=None, closed=None):
        """certificate: a PEM file with its key; accept: what is done before anything is read;
        versions: the oldest and newest of TLS; closed: a function, called after each connection."""
        self.answer, self.accept, self.closed = answer, accept, closed
        self.requests, self.connections = [], []
        self.is_over = threading.Event()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.set_ciphers("DEFAULT:@SECLEVEL=0")
            self.tls.load_cert_chain(certificate)
            if versions:
                self.tls.minimum_version, self.tls.maximum_version = versions
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]

    def url(self, path="/", host="127.0.0.1"):
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def __enter__(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.is_over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self.serve, args=(connection, len(self.connections)),
                                 daemon=True).start()

    def serve(self, connection, number):
        with contextlib.suppress(OSError, ValueError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                if self.accept:
                    self.play(connection, self.accept)
                with connection.makefile("rb") as stream:
                    self.converse(connection, stream, number)
        if self.closed:
            self.closed()

    def converse(self, connection, stream, number):
        while request := self.read(stream, number):
            self.requests.append(request)
            if not self.play(connection, self.answer(request)):
                break

    @staticmethod
    def read(stream, number):
        line = stream.readline().decode("latin-1").strip()
        if not line:
            return None
        headers = {}
        while (header := stream.readline().decode("latin-1").strip()):
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while (size := int(stream.readline(), 16)):
                body += stream.read(size)
                stream.readline()
            stream.readline()
        else:
            body = stream.read(int(headers.get("content-length", 0)))
        return Request(number, line, headers, body)

    def play(self, connection, steps):
        """False: the connection is over."""
        for step in [steps] if isinstance(steps, bytes) else steps:
            if step is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                return False
            if step is CLOSE:
                return False
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, Together):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
                for piece in step:
                    if piece is CLOSE:
                        return False
                    connection.sendall(piece)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
            elif callable(step):
                step()
            elif self.is_over.wait(step):
                return False
        return True
