#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An SMS gateway that answers every request after a while, as Kannel does: PORT LATENCY_MS."""

import asyncio
import sys

ANSWER = (b"HTTP/1.1 202 Accepted\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\n"
          b"0: Accepted for delivery")


class Gateway(asyncio.Protocol):
    latency_s = 0.0

    def connection_made(self, transport):
        self.transport, self.received = transport, b""

    def data_received(self, data):
        self.received += data
        while b"\r\n\r\n" in self.received:
            self.received = self.received.split(b"\r\n\r\n", 1)[1]
            asyncio.get_running_loop().call_later(self.latency_s, self.transport.write, ANSWER)


async def main(port, latency_ms):
    Gateway.latency_s = latency_ms / 1000
    server = await asyncio.get_running_loop().create_server(
        Gateway, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
