# SPDX-License-Identifier: MIT
"""A firm whose relanced is a unit of a machine with a real systemd: its configuration in /etc, its
state in /var, asked over its sockets by users who may."""

import csv
import datetime
import io
import json

import firm as firms

from servers.process import wait_until

CLERK = "clerk"  # may operate


# A zone in which it is midday while the tests run, so that any message may leave and no day ends.
_NOW = datetime.datetime.now(datetime.timezone.utc)
MIDDAY = f"Etc/GMT{_NOW.hour - 12:+d}"
_TODAY = (_NOW + datetime.timedelta(hours=12 - _NOW.hour)).date()


def day(offset):
    """Today and so many days, where it is midday."""
    return (_TODAY + datetime.timedelta(days=offset)).isoformat()


class Service:
    """name: of an instance; without one, the firm of relanced.service."""

    def __init__(self, machine, name=None):
        self.machine, self.name = machine, name
        self.unit = f"relanced@{name}" if name else "relanced"
        self.path = f"/etc/relanced/{name or 'relanced'}.conf"
        self.state = f"/var/lib/relanced/{name}" if name else "/var/lib/relanced"
        self.sockets = f"/run/relanced/{name}" if name else "/run/relanced"
        self.credentials = f"/etc/relanced/{name}.credentials" if name else \
            "/etc/relanced/credentials"
        self.config = firms.default_config()
        del self.config["documents"]
        self.config.update({
            "state": self.state, "channels": {},
            "sending": {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}})
        self.config["creditor"]["timezone"] = MIDDAY
        self.ladder("letters")
        self.channel("letters", module="file", path=f"{self.state}/letters", address="email")

    # What an administrator does

    def channel(self, name, **options):
        self.config["channels"][name] = options

    def ladder(self, *routes, **more):
        """One policy of one step for everyone."""
        self.config["policies"] = {"standard": {"steps": [
            {"id": "reminder", "action": "remind", "after_due": 3, "send": list(routes), **more}]}}
        self.config["assign"] = [{"policy": "standard"}]

    def write_config(self, text=None):
        self.machine.write(self.path, text or firms.config_text(self.config))

    def write_credential(self, name, secret):
        self.machine.write(f"{self.credentials}/{name}", secret + "\n", 0o600)

    def drop_in(self, *lines):
        """More of its unit, by the book."""
        self.machine.write(f"/run/systemd/system/{self.unit}.service.d/test.conf",
                           "\n".join(lines) + "\n")
        self.machine.run("systemctl", "daemon-reload")

    def systemctl(self, command, **options):
        return self.machine.run("systemctl", command, self.unit, **options)

    def start(self):
        """A fresh firm, running."""
        self.write_config()
        self.machine.run("relanced", "--config", self.path, "--init")
        self.systemctl("start")
        return self

    # What is asked of it

    def ctl(self, *arguments, user=CLERK, **options):
        return self.machine.run("relancectl", "--config", self.path, *arguments, user=user,
                                **options)

    def json(self, *arguments, **options):
        done = self.ctl("--json", *arguments, **options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def problems(self):
        """As its status tells them, but for the one that is this machine's."""
        [status] = self.json("status", status=None)
        assert status["ok"] is not bool(status["problems"])
        return [each for each in status["problems"] if "the machine is slow" not in each]

    def log(self):
        return self.json("log")

    def states(self):
        return [notice["state"] for notice in self.log()]

    def await_states(self, *states):
        """The log, once it has as many notices, in these states."""
        found = []

        def is_so():
            found[:] = self.log()
            return sorted(notice["state"] for notice in found) == sorted(states)

        try:
            wait_until(is_so, f"{len(states)} notices")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{found}\n{self.journal()}") from None
        return found

    def file(self, kind, rows):
        """A file of facts in the machine that anyone may read."""
        text = io.StringIO()
        writer = csv.DictWriter(text, firms.COLUMNS[kind].split(","), restval="",
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path = f"/srv/{self.unit}-{kind}.csv"
        self.machine.write(path, text.getvalue())
        return path

    def load(self, n=1, prefix="C", user=CLERK, **columns):
        """So many customers, each with an invoice that is late for its first reminder."""
        codes = [f"{prefix}-{i}" for i in range(1, n + 1)]
        self.ctl("import", self.file("customers", [
            firms.customer(code, f"Client {code}", timezone=MIDDAY, **columns)
            for code in codes]), user=user)
        self.ctl("import", self.file("invoices", [
            firms.invoice(code.replace(prefix, f"F-{prefix}"), code, issued=day(-40), due=day(-10))
            for code in codes]), user=user)
        return codes

    def wake(self, **options):
        return self.ctl("wake", **options)

    # What becomes of it

    def main_pid(self):
        return int(self.machine.show(self.unit, "MainPID"))

    def restarts(self):
        return int(self.machine.show(self.unit, "NRestarts"))

    def is_active(self):
        return self.systemctl("is-active", status=None).stdout.strip() == "active"

    def has_failed(self):
        """For good: systemd does not start it again."""
        return self.systemctl("is-failed", status=None).stdout.strip() == "failed"

    def await_active(self):
        wait_until(self.is_active, f"{self.unit} to run")

    def journal(self, *options):
        return self.machine.run("journalctl", "--quiet", "--no-pager", f"--unit={self.unit}",
                                *options).stdout

    def records(self, *fields):
        """What the journal has of it, and of it with these FIELD=VALUE: fields by name."""
        return [json.loads(line) for line in self.journal("--output=json", *fields).splitlines()]
