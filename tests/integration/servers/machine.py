# SPDX-License-Identifier: MIT
"""A machine of its own with a real systemd as its first process: a container on a bare Debian, what
`meson install` installs laid over it. What is written there is gone with it. It shares the network
of this machine, of which there is only loopback to be used: servers of the tests are reached.

    with Machine(folder, layers=[installed]) as machine:
        machine.run("systemctl", "start", "relanced")
        machine.path("/etc/relanced/relanced.conf").write_text(text)

Needs root, systemd-nspawn and a bare Debian, which `./dev test` makes; without them its tests are
skipped.
"""

import contextlib
import itertools
import os
import pathlib
import shlex
import subprocess

import firm as firms
import pytest

from servers import process

BARE = pathlib.Path(os.environ.get("RELANCED_ROOT", firms.REPOSITORY / "build-root"))
BOOT_S = 90
COMMAND_S = 60

# All of it is in a mount namespace of its own and ends with it: the layers, what is written over
# them, and the container.
BOOT = """
mount -t tmpfs -o mode=0755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
: >"$1/root/etc/machine-id"
exec systemd-nspawn --quiet --directory="$1/root" --machine="$3" --boot --console=pipe \
    --register=no --keep-unit --settings=no --link-journal=no --resolv-conf=off --timezone=off
"""

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "LANG": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0", "TERM": "dumb"}

numbers = itertools.count(1)


class CannotBoot(Exception):
    """systemd did not come up; why."""


def unified_cgroup():
    """The folder of this process in the unified hierarchy of control groups, or None."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        roots = [line.split()[1] for line in mounts if line.split()[2] == "cgroup2"]
    with open("/proc/self/cgroup", encoding="utf-8") as groups:
        own = [line.strip().split("::", 1)[1] for line in groups if line.startswith("0::")]
    return pathlib.Path(roots[0] + own[0]) if roots and own else None


def require():
    """Skips the test where no machine can be started for this build."""
    if firms.is_sanitized():
        pytest.skip("a machine has no libraries of the sanitizers: the plain build is run there")
    if os.geteuid() != 0:
        pytest.skip("a machine with systemd is started by root only")
    for name in ("systemd-nspawn", "nsenter", "unshare"):
        process.program(name)
    if not (BARE / "usr/lib/systemd/systemd").exists():
        pytest.skip(f"there is no bare Debian in {BARE}: ./dev test makes it")
    group = unified_cgroup()
    if not group or not os.access(group / "cgroup.procs", os.W_OK):
        pytest.skip("there is no control group here that could be divided")


class Machine:
    """layers: folders laid over the bare Debian, the last one on top. folder: for its console."""

    def __init__(self, folder, layers=()):
        self.folder = pathlib.Path(folder) / f"machine-{next(numbers)}"
        self.layers = [pathlib.Path(each) for each in layers]
        self.name = f"relanced-{os.getpid()}-{self.folder.name[8:]}"
        self.console = self.folder / "console"
        self.group = self.leader = self.process = None

    # Its life

    def start(self):
        (self.folder / "mount").mkdir(parents=True)
        self.group = unified_cgroup() / self.name
        try:
            self.group.mkdir()
        except OSError as error:
            raise CannotBoot(f"no control group can be made: {error}") from error
        lower = ":".join(str(each) for each in (*reversed(self.layers), BARE))
        with open(self.console, "wb") as console:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-ec", 'echo $$ >"$0/cgroup.procs"' + BOOT, self.group,
                 self.folder / "mount", lower, self.name],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        try:
            process.wait_until(self.is_up, "systemd", BOOT_S)
        except AssertionError as error:
            said = self.console.read_text(errors="replace")[-3000:]
            raise CannotBoot(f"{error}\n{said}") from None
        return self

    def is_up(self):
        assert self.process.poll() is None, "systemd-nspawn has ended"
        with contextlib.suppress(FileNotFoundError, IndexError):
            procs = self.group / "payload/init.scope/cgroup.procs"
            self.leader = int(procs.read_text(encoding="ascii").split()[0])
            if self.path("/run/systemd/private").exists():
                state = self.run("systemctl", "is-system-running", status=None).stdout.strip()
                return state in ("running", "degraded")
        return False

    def stop(self):
        """Ends everything in it at once."""
        if not self.group or not self.group.exists():
            return
        (self.group / "cgroup.kill").write_text("1", encoding="ascii")
        if self.process:
            self.process.wait(timeout=BOOT_S)
        process.wait_until(lambda: "populated 0" in (self.group / "cgroup.events").read_text(),
                           f"{self.group} to be empty")
        for folder, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(folder)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *exception):
        self.stop()

    # What is done in it

    def path(self, path):
        """A file in there, as seen from here."""
        return pathlib.Path("/proc", str(self.leader), "root", str(path).lstrip("/"))

    def run(self, *command, user=None, status=0, timeout=COMMAND_S):
        """A finished command of root or of a user; status None: any."""
        if user:
            command = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--",
                       *command)
        command = [str(each) for each in command]
        done = subprocess.run(
            ["nsenter", f"--target={self.leader}", "--all", "--root", "--wd", "--", *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=timeout, env=ENVIRONMENT, check=False)
        assert status is None or done.returncode == status, (
            f"{shlex.join(command)}\nended with {done.returncode}, not {status}\n"
            f"{done.stdout}{done.stderr}")
        return done

    def write(self, path, text, mode=0o644):
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def show(self, unit, name):
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()


def can_boot(folder):
    try:
        with Machine(folder):
            return True
    except CannotBoot:
        return False


@contextlib.contextmanager
def boot(folder, layers):
    """A machine that runs; the test is skipped where not even a bare one does."""
    machine = Machine(folder, layers)
    try:
        machine.start()
    except CannotBoot as error:
        machine.stop()
        if can_boot(folder):
            raise
        pytest.skip(f"no container can be started here: {error}")
    try:
        yield machine
    finally:
        machine.stop()
