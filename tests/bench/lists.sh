#!/bin/sh
# SPDX-License-Identifier: MIT
# The listings of a large firm, page by page: lists.sh FILL_STORE LIST_STORE WORK. The store is
# filled once and kept in WORK.
set -eu
store=$3/lists
if [ ! -d "$store" ]; then
        mkdir -p "$store.new"
        "$1" "$store.new/state" "$store.new/cache" 20000 1000000
        mv "$store.new" "$store"
fi
"$2" "$store/state" "$store/cache" 100000
