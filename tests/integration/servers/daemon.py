# SPDX-License-Identifier: MIT
"""relanced as a service, without systemd: on sockets of its own in its firm's state folder."""

import contextlib
import signal

import firm as firms
from servers.process import Server, wait_until


class Daemon(Server):
    """The running daemon of a firm, ready once it has told where it can be asked."""

    def __init__(self, firm, *prefix, environment=None, **options):
        self.firm = firm
        super().__init__([*prefix, firms.RELANCED, "--config", firm.path], firm.folder,
                         ready=self.is_announced,
                         env={**firm.environment, **(environment or {})}, **options)

    @property
    def sockets(self):
        return self.firm.state / "sockets"

    def is_announced(self):
        """By this very process, or by the one that its prefix has started."""
        with contextlib.suppress(OSError):
            text = (self.firm.state / "relanced.lock").read_text()
            return text.count("\n") == 2
        return False

    def start(self):
        with contextlib.suppress(FileNotFoundError):
            (self.firm.state / "relanced.lock").write_text("")  # of one that was killed
        return super().start()

    @property
    def pid(self):
        """Of relanced itself, whatever stands before it."""
        return int((self.firm.state / "relanced.lock").read_text().split("\n")[0])

    def kill(self):
        self.stop(signal.SIGKILL)

    def end(self, how=signal.SIGTERM, timeout=30):
        """Its exit status."""
        self.process.send_signal(how)
        status = self.process.wait(timeout)
        self.process = None
        return status

    def said(self):
        return self.log.read_text(errors="replace")

    def await_state(self, state, n, timeout=60):
        """Waits until so many notices are in that state; they."""
        wait_until(lambda: len(self.firm.log("--state", state)) >= n, f"{n} {state}", timeout)
        return self.firm.log("--state", state)
