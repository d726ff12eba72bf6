# SPDX-License-Identifier: MIT
"""A real Postfix on loopback with a configuration, queue, data and log of its own beside the
system's; else as the package ships it (CHUNKING, PIPELINING, 8BITMIME, SIZE …). Any number at
once. Needs root, as Postfix does.

    with Postfix() as mail:                                    # keeps each message: mail.messages()
    with Postfix(transport="discard:") as mail:                # throws each message away
    with Postfix(transport=f"lmtp:inet:127.0.0.1:{port}") as mail:               # hands them on
    with Postfix(certificate=(chain, key), tls="encrypt") as mail:               # paths of PEM
    with Postfix(recipients="check_recipient_access inline:{ {no@example.org = reject} }") as mail:
"""

import collections
import contextlib
import os
import pwd
import re
import shutil

import firm as firms
import pytest

from servers import process

DAEMONS = "/usr/lib/postfix/sbin"
KEPT = "virtual:"  # Postfix's own delivery, one file for each message

# name, type, private, unprivileged, chroot, wakeup, most processes, command: see master(5).
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

# Folders of the queue: owner, group, mode.
PRIVATE = ("postfix", "root", 0o700)
QUEUE = {
    **dict.fromkeys(("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold",
                     "incoming", "private", "saved", "trace"), PRIVATE),
    "maildrop": ("postfix", "postdrop", 0o730),
    "public": ("postfix", "postdrop", 0o710),
    "pid": ("root", "root", 0o755),
}


class Postfix(process.Server):
    """home: its folder, else one in memory; settings: more of main.cf, which win over these."""

    def __init__(self, transport=KEPT, certificate=None, tls="may", recipients="", home=None,
                 **settings):
        master = process.program("master", DAEMONS)
        if os.geteuid() != 0:
            pytest.skip("Postfix runs as root only")
        self.home = home or firms.scratch_folder("postfix")
        super().__init__([master, "-d", "-c", self.home], self.home, process.free_port())
        nobody = pwd.getpwnam("nobody")
        self.settings = {
            "compatibility_level": "3.6",
            "enable_long_queue_ids": "yes",
            "queue_directory": self.home / "queue",
            "data_directory": self.home / "data",
            "maillog_file": self.home / "mail.log",
            "maillog_file_prefixes": self.home,
            "myhostname": "mail.example.net",
            "mydestination": "",
            "alias_maps": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "smtp_dns_support_level": "disabled",
            "smtpd_peername_lookup": "no",
            "smtpd_recipient_restrictions": recipients,
            "default_transport": transport,
            "virtual_mailbox_domains": "",
            "virtual_mailbox_base": self.home / "kept",
            "virtual_mailbox_maps": "static:all/",
            "virtual_uid_maps": f"static:{nobody.pw_uid}",
            "virtual_gid_maps": f"static:{nobody.pw_gid}",
        }
        if certificate:
            self.settings.update(zip(("smtpd_tls_cert_file", "smtpd_tls_key_file"), certificate),
                                 smtpd_tls_security_level=tls)
        self.settings.update(settings)

    def start(self):
        self.home.mkdir(exist_ok=True)
        self.home.chmod(0o755)
        (self.home / "main.cf").write_text(
            "".join(f"{key} = {value}\n" for key, value in self.settings.items()), encoding="utf-8")
        os.utime(self.home / "main.cf", (0, 0))  # Postfix lets a fresh one settle for two seconds
        (self.home / "master.cf").write_text(SERVICES.format(port=self.port), encoding="utf-8")
        (self.home / "queue").mkdir()
        for name, (owner, group, mode) in QUEUE.items():
            folder = self.home / "queue" / name
            folder.mkdir()
            shutil.chown(folder, owner, group)
            folder.chmod(mode)
        for name, owner in (("data", "postfix"), ("kept", "nobody")):
            (self.home / name).mkdir(mode=0o700)
            shutil.chown(self.home / name, owner)
        return super().start()

    def stop(self, *how):
        super().stop(*how)
        shutil.rmtree(self.home, ignore_errors=True)

    def mail_log(self):
        with contextlib.suppress(FileNotFoundError):
            return (self.home / "mail.log").read_text(encoding="utf-8", errors="replace")
        return ""

    def accepted(self):
        """How often each Message-ID (without <>) was taken on: answered 250 after its final dot. A
        message whose sender went away before that is logged too, and not counted."""
        log = self.mail_log()
        queued = re.findall(r"/qmgr\[\d+\]: (\w+): from=.*queue active", log)
        ids = dict(re.findall(r"/cleanup\[\d+\]: (\w+): message-id=<(.*)>", log))
        return collections.Counter(ids[each] for each in dict.fromkeys(queued))

    def messages(self):
        """The messages kept, as bytes."""
        return [path.read_bytes() for path in sorted((self.home / "kept/all/new").glob("*"))]

    def n_messages(self):
        with contextlib.suppress(FileNotFoundError):
            return len(os.listdir(self.home / "kept/all/new"))
        return 0

    def is_at_rest(self):
        """No session is open and nothing is queued: messages() is all there is."""
        log = self.mail_log()
        return (len(re.findall(r"/smtpd\[\d+\]: connect", log)) ==
                len(re.findall(r"/smtpd\[\d+\]: disconnect", log)) and
                not any(path.is_file() for name in ("incoming", "active", "deferred", "maildrop")
                        for path in (self.home / "queue" / name).rglob("*")))

    def await_messages(self, number):
        """messages(), once there are so many."""
        try:
            process.wait_until(lambda: self.n_messages() >= number,
                               f"{number} messages to be delivered")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.mail_log()[-3000:]}") from None
        return self.messages()
