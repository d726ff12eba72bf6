# SPDX-License-Identifier: MIT
"""What systemd does between fork and exec for a unit with sockets.

        activate.py PROGRAM ARGUMENT…

becomes the program: with the descriptors $PASSED_FDS as its sockets, named as $PASSED_NAMES says,
and with $PASSED_PRELOAD in its LD_PRELOAD."""

import fcntl
import os
import sys

FIRST_FD = 3  # as of sd_listen_fds(3)
SPARE_FD = 64


def become(arguments):
    """What systemd does between fork and exec."""
    fds = [int(fd) for fd in os.environ.pop("PASSED_FDS").split()]
    names, preload = os.environ.pop("PASSED_NAMES"), os.environ.pop("PASSED_PRELOAD", None)
    spare = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, SPARE_FD) for fd in fds]
    for fd in fds:
        os.close(fd)
    for target, fd in enumerate(spare, FIRST_FD):
        os.dup2(fd, target)
    if fds:
        os.environ.update(LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=names,
                          LISTEN_PID=str(os.getpid()))
    if "WATCHDOG_USEC" in os.environ:
        os.environ["WATCHDOG_PID"] = str(os.getpid())
    if preload:
        os.environ["LD_PRELOAD"] = preload
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    become(sys.argv[1:])
