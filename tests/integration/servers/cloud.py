# SPDX-License-Identifier: MIT
"""A double of Meta's Cloud API that answers as it is told, and writes down what it was asked.

        cloud.py PORT SCRIPT LOG

SCRIPT is a JSON object: a recipient's number without its +, or the name of a document that is
uploaded, and what it meets:
{"status": 400, "body": "…" or an object, "headers": {…}, "act": "…", "close": true}. An act goes
beyond an answer: "close" (the request is read whole, then silence), "reset", "reset-early" (before
the request is read whole), "stop-in-body", "drip", "huge", "endless", "hang". Whoever is not named
is accepted. "drop-reused" closes only where the connection had served another request before.
LOG has a line of JSON for each request, written before it is answered."""

import asyncio
import email.parser
import email.policy
import hashlib
import json
import pathlib
import socket
import struct
import sys

from servers.process import Server, free_port

ACCEPTED = {"messaging_product": "whatsapp"}
CHUNK = b"x" * 65536


class Cloud(Server):
    """The double as a server of a test: Cloud(folder, script)."""

    def __init__(self, folder, script=None):
        self.script_path = pathlib.Path(folder) / "cloud-script.json"
        self.log_path = pathlib.Path(folder) / "cloud-requests.jsonl"
        self.script_path.write_text(json.dumps(script or {}), encoding="utf-8")
        self.log_path.write_text("", encoding="utf-8")
        port = free_port()
        super().__init__([sys.executable, "-m", "servers.cloud", port, self.script_path,
                          self.log_path], folder, port,
                         env={"PYTHONPATH": str(pathlib.Path(__file__).resolve().parents[1])})

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v23.0"

    def requests(self):
        with open(self.log_path, encoding="utf-8") as log:
            return [json.loads(line) for line in log]

    def messages(self):
        return [each for each in self.requests() if each["path"].endswith("/messages")]

    def uploads(self):
        return [each for each in self.requests() if each["path"].endswith("/media")]


def error(code, message="(#%d) scripted", details=None, **more):
    """An error's body as Meta words it."""
    body = {"message": message % code if "%" in message else message, "type": "OAuthException",
            "code": code, "fbtrace_id": "AbC123", **more}
    if details:
        body["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": body}


def accepted(to="33600000000", wamid="wamid.HBgLMzM2MDAwMDAwMDAVAgARGBI=", status=None):
    message = {"id": wamid, **({"message_status": status} if status else {})}
    return {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}],
            "messages": [message]}


def parts(headers, body):
    """The parts of a form: name → (file name, type, bytes)."""
    head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return {part.get_param("name", header="content-disposition"):
            (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
            for part in form.iter_parts()}


class Double:
    """One run: the script, the log and a count of connections."""

    def __init__(self, script, log):
        self.script, self.log, self.n_connections, self.n_answers = script, log, 0, 0

    def note(self, **request):
        self.log.write(json.dumps(request) + "\n")
        self.log.flush()

    def read_form(self, headers, body):
        form = parts(headers, body)
        name, kind, data = form.get("file", (None, None, b""))
        self.note(path=headers["path"], name=name, type=kind, size=len(data),
                  sha256=hashlib.sha256(data).hexdigest(), headers=headers,
                  form={key: value[2].decode() for key, value in form.items() if key != "file"})
        return name, {"id": f"media-{name}"}

    def read_message(self, headers, body, connection):
        message = json.loads(body)
        self.note(path=headers["path"], to=message["to"], body=body.decode(), headers=headers,
                  connection=connection)
        self.n_answers += 1
        return message["to"], accepted(message["to"], f"wamid.{self.n_answers}")

    async def serve(self, reader, writer):
        self.n_connections += 1
        number, n_served = self.n_connections, 0
        try:
            while await self.serve_one(reader, writer, number, n_served):
                n_served += 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def serve_one(self, reader, writer, connection, n_served):
        """Whether the connection is kept."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in
                   (line.split(":", 1) for line in head[1:] if line)}
        headers["path"] = head[0].split(" ")[1]
        length = int(headers.get("content-length", 0))
        if self.script.get("*", {}).get("act") == "reset-early":
            reset(writer)
            return False
        body = await reader.readexactly(length)
        if headers["path"].endswith("/media"):
            key, answer = self.read_form(headers, body)
        else:
            key, answer = self.read_message(headers, body, connection)
        told = {"body": answer, **self.script.get(key, {})}
        act = told.get("act")
        if act == "drop-reused":
            act = "close" if n_served > 0 else None
        if act:
            await ACTS[act](writer, told)
            return False
        writer.write(head_of(told) + body_of(told))
        await writer.drain()
        return not told.get("close")


def body_of(told):
    body = told["body"]
    return (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogateescape")


def head_of(told, length=None):
    size = length if length is not None else len(body_of(told))
    headers = {"Content-Type": "application/json; charset=UTF-8", "Content-Length": size,
               **told.get("headers", {})}
    return (f"HTTP/1.1 {told.get('status', 200)} Scripted\r\n" +
            "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               struct.pack("ii", 1, 0))
    writer.transport.abort()


async def act_close(writer, told):
    """Not a byte."""


async def act_reset(writer, told):
    reset(writer)


async def act_stop_in_body(writer, told):
    writer.write(head_of(told) + body_of(told)[:10])
    await writer.drain()


async def act_drip(writer, told):
    for byte in head_of(told) + body_of(told):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.2)


async def act_huge(writer, told):
    writer.write(head_of(told, 1 << 30))
    for _ in range((1 << 30) // len(CHUNK)):
        writer.write(CHUNK)
        await writer.drain()


async def act_endless(writer, told):
    writer.write(b"HTTP/1.1 200 Scripted\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
        await writer.drain()


async def act_hang(writer, told):
    await asyncio.sleep(600)


ACTS = {"close": act_close, "reset": act_reset, "stop-in-body": act_stop_in_body,
        "drip": act_drip, "huge": act_huge, "endless": act_endless, "hang": act_hang}


async def main(port, script_path, log_path):
    with open(script_path, encoding="utf-8") as script, \
            open(log_path, "a", encoding="utf-8") as log:
        double = Double(json.load(script), log)
        server = await asyncio.start_server(double.serve, "127.0.0.1", int(port),
                                            limit=1 << 20, backlog=256)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
