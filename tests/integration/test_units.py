# SPDX-License-Identifier: MIT
"""The units as systemd reads them, from where `meson install` puts them: without a mistake, and
with as little exposed as a service on the network can have."""

import configparser
import pathlib
import re
import shutil
import subprocess

import firm as firms
import pytest

from servers.process import program

SERVICES = ("relanced.service", "relanced@dupont.service")
RIGHTS = ("read", "operate", "report")
SOCKETS = tuple(f"relanced-{right}{firm}.socket" for right in RIGHTS for firm in ("", "@dupont"))
EXPOSURE_MAX = 12  # tenths

# Where this machine keeps what systemd itself comes with.
SYSTEM = pathlib.Path("/usr/lib/systemd/system")


class Unit(configparser.RawConfigParser):
    """A unit's file: of a key that is given twice, what stands last."""

    def __init__(self, path):
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",),
                         interpolation=None)
        self.optionxform = str
        self.read_string(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """What is installed, and around it as much of a system as its units name."""
    program("systemd-analyze")
    program("meson")
    if not SYSTEM.is_dir():
        pytest.skip("systemd's own units are not on this machine")
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(SYSTEM, root / "usr/lib/systemd/system", symlinks=True)
    subprocess.run(["meson", "install", "-C", firms.BUILD, "--no-rebuild", "--quiet",
                    "--destdir", root], check=True, capture_output=True)
    (root / "bin").mkdir()
    shutil.copy("/bin/sh", root / "bin/sh")
    return root


def analyze(root, *arguments):
    return subprocess.run(["systemd-analyze", f"--root={root}", "--no-pager", *arguments],
                          capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("unit", SERVICES + SOCKETS)
def test_systemd_finds_no_mistake_in_it(root, unit):
    done = analyze(root, "--recursive-errors=yes", "--man=no", "verify", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES)
def test_its_exposure_is_low(root, unit):
    done = analyze(root, "--offline=true", f"--threshold={EXPOSURE_MAX}", "security", unit)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("firm", ["", "@"])
def test_each_right_has_a_socket_and_a_group_of_its_own(root, firm):
    folder = root / "usr/lib/systemd/system"
    service = Unit(folder / f"relanced{firm}.service")
    instance = "@%i" if firm else ""
    assert service["Service"]["Sockets"] == service["Install"]["Also"] == " ".join(
        f"relanced-{right}{instance}.socket" for right in RIGHTS)
    for right in RIGHTS:
        unit = Unit(folder / f"relanced-{right}{firm}.socket")
        assert dict(unit["Socket"]) == {
            "ListenStream": f"/run/relanced/{'%i/' if firm else ''}{right}.sock",
            "FileDescriptorName": right, "Service": f"relanced{instance}.service",
            "SocketUser": "root", "SocketGroup": f"relanced-{right}", "SocketMode": "0660",
            "DirectoryMode": "0755", "RemoveOnStop": "yes"}
        assert unit["Unit"]["PartOf"] == f"relanced{instance}.service"


def test_one_firm_and_each_of_several_are_as_closed(root):
    def closed(name):
        unit = Unit(root / "usr/lib/systemd/system" / name)["Service"]
        return {key: value for key, value in unit.items() if key not in (
            "ExecStart", "Sockets", "StateDirectory", "CacheDirectory", "LoadCredential",
            "TemporaryFileSystem")}

    assert closed("relanced.service") == closed("relanced@.service")


def test_installing_enables_nothing(root):
    assert not [path for path in (root / "etc").rglob("*") if path.is_symlink()]
    assert not [path for path in root.rglob("*.wants/relanced*")]


def test_the_readme_names_the_packages_that_the_machine_of_the_tests_has():
    [listed] = re.findall(r"^RUNTIME_PACKAGES=\(([^)]+)\)$",
                          (firms.REPOSITORY / "dev").read_text(encoding="utf-8"), re.M)
    [named] = re.findall(r"`(libsystemd0 [^`]+)`",
                         (firms.REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed.split()) == sorted(named.split())
