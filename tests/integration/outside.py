# SPDX-License-Identifier: MIT
"""What somebody has who builds a channel module outside the tree."""

import os
import shutil
import subprocess

import pytest

import firm as firms


def install(root):
    """What the package for developers would hold; gives its pkg-config's environment."""
    if not shutil.which("meson") or not shutil.which("pkg-config"):
        pytest.skip("needs meson and pkg-config")
    subprocess.run(["meson", "install", "-C", firms.BUILD, "--no-rebuild", "--quiet", "--tags", "devel",
                    "--destdir", root], check=True, capture_output=True)
    [pc] = root.rglob("relanced-channel.pc")
    return {**os.environ, "PKG_CONFIG_PATH": str(pc.parent), "PKG_CONFIG_SYSROOT_DIR": str(root)}


def pkg_config(installed, *arguments):
    done = subprocess.run(["pkg-config", *arguments, "relanced-channel"], env=installed, check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def build(installed, folder, compiler, source, suffix):
    path = folder / f"pigeon.{suffix}"
    path.write_text(source, encoding="utf-8")
    module = folder / "pigeon.so"
    subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-fPIC", "-shared",
                    *pkg_config(installed, "--cflags", "--libs"), path, "-o", module], check=True)
    return module
