#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the outbox benchmarks in folders of their own, on the disk of WORK and in memory:
# outbox.sh STORE_PROGRAM DISPATCH_PROGRAM MODULE WORK NOTICES.
set -eu
mkdir -p "$4"
folder=$(mktemp -d "$4/outbox-XXXXXX")
memory=$(mktemp -d /dev/shm/outbox-XXXXXX)
trap 'rm -rf "$folder" "$memory"' EXIT
"$1" "$folder/state" "$5"
for place in "$folder" "$memory"; do
        for workers in 1 4; do
                for ahead in 1 16 64; do
                        notices=10000
                        # One at a time waits for the disk with each.
                        [ "$ahead" != 1 ] || [ "$place" = "$memory" ] || notices=1000
                        echo "$place: $("$2" "$place/$workers-$ahead" "$3" "$notices" \
                                "$workers" "$ahead")"
                done
        done
done
