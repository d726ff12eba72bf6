# SPDX-License-Identifier: MIT
"""A firm whose channels are scripted.c, which does what its script says."""

import pathlib
import shutil
import subprocess
import time

import pytest

import firm as firms

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 30  # less than a worker may idle


def compiled(folder):
    """The module of those channels."""
    if not shutil.which("cc"):
        pytest.skip("needs a compiler")
    path = folder / "scripted.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-Wall", "-fPIC", "-shared", f"-I{firms.REPOSITORY}",
                    HERE / "scripted.c", "-o", path], check=True)
    return path


class Scripted(firms.Firm):
    """A firm whose channels do as they are told."""

    def __init__(self, folder, module):
        super().__init__(folder)
        for name, address in (("email", "email"), ("sms", "phone"), ("whatsapp", "whatsapp")):
            self.config["channels"][name] = {
                "module": str(module), "address": address, "folder": f"out/{name}", "timeout_s": 1}
        self.policy([["email|sms"]])
        self.init()

    def policy(self, routes, **step):
        """A ladder of steps, three days apart, with these routes."""
        self.config["policies"]["standard"] = {"steps": [
            {"id": f"s{n}", "action": "remind", "after_due": 3 * n, "send": send, **step}
            for n, send in enumerate(routes, 1)]}
        self.write_config()

    def script(self, channel, *lines):
        folder = self.folder / "out" / channel
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "used").unlink(missing_ok=True)
        (folder / "script").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def received(self, channel):
        path = self.folder / "out" / channel / "received"
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []

    def once(self, at):
        """A wake of which the status is judged elsewhere; one that waits for nothing."""
        began = time.monotonic()
        done = self.relanced("--once", "--at", at, status=None)
        assert time.monotonic() - began < PATIENCE_S
        return done

    def states(self):
        return [f'{notice["channel"]} {notice["state"]}'
                for notice in sorted(self.log(), key=lambda notice: notice["notice"])]

    def tasks(self):
        return sorted(task["kind"] for task in self.json("tasks"))
