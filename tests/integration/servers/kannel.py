# SPDX-License-Identifier: MIT
"""Kannel's two processes, and fakesmsc as its operator."""

import pathlib
import re
import urllib.error
import urllib.request

from servers.process import Server, accepts, free_port, program, wait_until

USER, PASSWORD, ADMIN = "relanced", "kannel-p4ss&wörd", "admin-pass"

CORE = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {admin_password}
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = {folder}/bearerbox.txt
log-level = 0
sms-resend-freq = 1
sms-resend-retry = 2
dlr-storage = internal
{smsc}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
mo-recode = true
log-file = {folder}/smsbox.txt
log-level = 0

group = sendsms-user
username = {user}
password = "{password}"
max-messages = 6
concatenation = true
default-sender = 38000
white-list-regex = "^[+]?[0-9]+$"

group = sms-service
keyword = default
text = ""
max-messages = 0
"""

FAKE = """
group = smsc
smsc = fake
smsc-id = main
port = {port}
connect-allow-ip = 127.0.0.1
"""

SMPP = """
group = smsc
smsc = smpp
smsc-id = main
host = 127.0.0.1
port = {port}
transceiver-mode = true
smsc-username = relanced
smsc-password = relanced
system-type = ""
reconnect-delay = 1
enquire-link-interval = 5
"""


class Kannel:
    """smsc: the configuration of its operator `main`; without one it is fakesmsc."""

    def __init__(self, folder, smsc=None):
        self.folder = pathlib.Path(folder)
        self.admin, self.smsbox_port, self.sendsms, self.smsc_port = (
            free_port() for _ in range(4))
        self.conf = self.folder / "kannel.conf"
        self.conf.write_text(CORE.format(
            admin=self.admin, smsbox=self.smsbox_port, sendsms=self.sendsms, folder=self.folder,
            user=USER, password=PASSWORD, admin_password=ADMIN,
            smsc=FAKE.format(port=self.smsc_port) if smsc is None else smsc), encoding="utf-8")
        self.bearerbox = Server([program("bearerbox"), self.conf], self.folder, self.admin)
        self.smsbox = Server([program("smsbox"), self.conf], self.folder, self.sendsms)
        self.fake = None if smsc is not None else Server(
            [program("fakesmsc", "/usr/lib/kannel/test"), "-H", "127.0.0.1", "-r", self.smsc_port,
             "-m", "0", "x x text x"], self.folder)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms"

    def ask(self, command, **query):
        """The admin's interface."""
        parameters = "&".join(f"{key}={value}" for key, value in {"password": ADMIN,
                                                                  **query}.items())
        url = f"http://127.0.0.1:{self.admin}/{command}?{parameters}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode(errors="replace")

    def state(self):
        """Of the operator's connection: online, re-connecting, dead …"""
        match = re.search(r"main(?:\[\w+\])?\s.*?\((\S+)", self.ask("status.txt"))
        return match.group(1) if match else ""

    def wait_for_state(self, state):
        wait_until(lambda: self.state().startswith(state), f"Kannel's operator to be {state}")

    def received(self):
        """What fakesmsc got: its lines, one for each part."""
        return [line for line in self.fake.log.read_text(errors="replace").splitlines()
                if "Got message" in line]

    def __enter__(self):
        self.bearerbox.start()
        wait_until(lambda: accepts(self.smsbox_port), "bearerbox to listen for smsbox")
        self.smsbox.start()
        wait_until(lambda: "smsbox:" in self.ask("status.txt"), "smsbox to be known to bearerbox")
        if self.fake:
            self.fake.start()
            self.wait_for_state("online")
        return self

    def __exit__(self, *exception):
        for server in (self.fake, self.smsbox, self.bearerbox):
            if server:
                server.stop()
