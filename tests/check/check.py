#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The taste of the house, held up by a script: prints `file:line: what` for each finding.

    check.py [--root FOLDER] [--build FOLDER] [CHECK …]

Exit status: 0 nothing found, 1 something, 77 the one check that was asked for cannot be made here.
"""

import argparse
import os
import sys

import manual
import rules
import symbols
from tree import Tree

CHECKS = {
    "layers": rules.check_layers,
    "headers": rules.check_headers,
    "includes": rules.check_includes,
    "lengths": rules.check_lengths,
    "calls": rules.check_calls,
    "heads": rules.check_heads,
    "listed": rules.check_listed,
    "catalog": rules.check_catalog,
    "links": manual.check_links,
    "format": rules.check_format,
}
# These look at what was built, too.
BUILD_CHECKS = {
    "symbols": lambda tree, build: symbols.check_symbols(build),
    "manual": manual.check_manual,
}
EXIT_SKIPPED = 77


def parse_arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=root)
    parser.add_argument("--build", default=os.environ.get("RELANCED_BUILD"))
    names = [*CHECKS, *BUILD_CHECKS]
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(names))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.checks if name not in names]
    if unknown:
        parser.error(f"no check named {unknown[0]}: {', '.join(names)}")
    arguments.checks = arguments.checks or names
    arguments.build = arguments.build or os.path.join(arguments.root, "build")
    return arguments


def main():
    arguments = parse_arguments()
    tree = Tree(arguments.root)
    n_found, n_skipped = 0, 0
    for name in arguments.checks:
        try:
            found = list(CHECKS[name](tree) if name in CHECKS else
                BUILD_CHECKS[name](tree, arguments.build))
        except rules.Skipped as reason:
            print(f"{name}: skipped: {reason}")
            n_skipped += 1
            continue
        for finding in found:
            print(f"{finding.path}:{finding.line}: {finding.what}")
        print(f"{name}: {len(found)} found")
        n_found += len(found)
    if n_found > 0:
        return 1
    return EXIT_SKIPPED if n_skipped == len(arguments.checks) else 0


if __name__ == "__main__":
    sys.exit(main())
