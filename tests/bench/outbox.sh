#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the outbox benchmark in a folder of its own: outbox.sh PROGRAM WORK NOTICES.
set -eu
mkdir -p "$2"
folder=$(mktemp -d "$2/outbox-XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$1" "$folder/state" "$3"
