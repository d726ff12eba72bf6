# SPDX-License-Identifier: MIT
"""A real Dovecot on loopback: takes mail by LMTP for any address into a Maildir each, as a user
without rights. Its configuration and all it writes lie in a folder of its own. Needs root, as
Dovecot does to change users.

    with Dovecot() as boxes, Postfix(transport=f"lmtp:inet:127.0.0.1:{boxes.port}") as mail:
        …
        boxes.await_messages(1)
"""

import os
import pathlib
import shutil

import firm as firms
import pytest

from servers import process

USER, GROUP = "nobody", "nogroup"

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = lmtp
ssl = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
postmaster_address = postmaster@mail.example.net
passdb {{
  driver = static
  args = password=unused
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
"""


class Dovecot(process.Server):
    def __init__(self):
        dovecot = process.program("dovecot")
        if not pathlib.Path("/usr/lib/dovecot/lmtp").exists():
            pytest.skip("dovecot-lmtpd is not installed")
        if os.geteuid() != 0:
            pytest.skip("Dovecot changes users as root only")
        self.home = firms.scratch_folder("dovecot")
        super().__init__([dovecot, "-F", "-c", self.home / "dovecot.conf"], self.home,
                         process.free_port())

    def start(self):
        self.home.chmod(0o755)
        for name in ("run", "state"):
            (self.home / name).mkdir(mode=0o755)
        (self.home / "mail").mkdir(mode=0o700)
        shutil.chown(self.home / "mail", USER, GROUP)
        (self.home / "dovecot.conf").write_text(
            CONFIGURATION.format(home=self.home, port=self.port, user=USER, group=GROUP),
            encoding="utf-8")
        return super().start()

    def stop(self, *how):
        super().stop(*how)
        shutil.rmtree(self.home, ignore_errors=True)

    def messages(self, address="*"):
        """The messages received, or those for one address, as bytes."""
        return [path.read_bytes() for path in sorted(self.home.glob(f"mail/{address}/new/*"))]

    def await_messages(self, number, address="*"):
        """messages(), once there are so many."""
        try:
            process.wait_until(lambda: len(self.messages(address)) >= number,
                               f"{number} messages to be received")
        except AssertionError as late:
            log = (self.home / "dovecot.log").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"{late}\n{log[-3000:]}") from None
        return self.messages(address)
