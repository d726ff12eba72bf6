# SPDX-License-Identifier: MIT
"""Prism: a server made of an OpenAPI description, which judges requests by it: 422 to what the
description does not allow, else one of its examples as the answer."""

import os
import pathlib

import pytest

from servers.process import REPOSITORY, Server, free_port, npm_module

SHARED = pathlib.Path(os.environ.get("RELANCED_SHARED", REPOSITORY / ".." / "shared"))


def description(name):
    """The path of a provider's own description; the test is skipped where it is not at hand."""
    path = SHARED / "data/openapi" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return path


class Prism(Server):
    """Takes seconds to start on a large description, and far more on a busy machine: one for all
    tests of a file."""

    start_s = 240

    def __init__(self, folder, name):
        path = description(name)
        script = npm_module("@stoplight/prism-cli") / "dist/index.js"
        port = free_port()
        super().__init__(["node", script, "mock", "--errors", "--host", "127.0.0.1", "--port", port,
                          path], folder, port)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"
