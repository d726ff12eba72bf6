#!/bin/sh
# SPDX-License-Identifier: MIT
# What systemd has to be told once the files of relanced are in their places. Starts nothing, and
# leaves nothing to start with the machine.
set -eu
[ "$(id -u)" -eq 0 ] || exit 0
for program in systemd-sysusers systemd-tmpfiles journalctl systemctl; do
  command -v "$program" >/dev/null || exit 0
done
systemd-sysusers "$MESON_INSTALL_PREFIX/lib/sysusers.d/relanced.conf"
systemd-tmpfiles --create "$MESON_INSTALL_PREFIX/lib/tmpfiles.d/relanced.conf"
journalctl --update-catalog
[ ! -d /run/systemd/system ] || systemctl daemon-reload
