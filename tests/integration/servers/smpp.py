# SPDX-License-Identifier: MIT
"""An operator that speaks SMPP (npm `smpp`). The last digit of a number says how it is treated."""

import json
import pathlib

from servers.process import Server, free_port, npm_module, program

# Last digits
TAKEN, THROTTLED, THROTTLED_ONCE, REFUSED, HANGS_UP_ONCE = "12345"


class Operator(Server):
    def __init__(self, folder, port=None):
        port = port or free_port()
        super().__init__([program("node"), pathlib.Path(__file__).with_name("smpp.js"),
                          npm_module("smpp"), port], folder, port)

    def messages(self):
        """Each submit_sm: to, ton, coding, text, status."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]
