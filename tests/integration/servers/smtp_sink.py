# SPDX-License-Identifier: MIT
"""Postfix's smtp-sink: takes mail and throws it away, or fails as its options say (-q -Q -r -f -W)."""

import os
import tempfile

from servers import process


class SmtpSink(process.Server):
    """with SmtpSink("-q", ".") as sink: … sink.port …"""

    def __init__(self, *options, backlog=100):
        self.scratch = tempfile.TemporaryDirectory(prefix="smtp-sink-")
        port = process.free_port()
        user = ("-u", "nobody") if os.geteuid() == 0 else ()
        super().__init__([process.program("smtp-sink"), *user, "-h", "sink.example.net", *options,
                          f"127.0.0.1:{port}", backlog], self.scratch.name, port)

    def stop(self, *how):
        super().stop(*how)
        self.scratch.cleanup()
