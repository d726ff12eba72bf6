#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Adds up the test cases of meson's logs into one closing line: "N passed, N failed", after why
cases were skipped.

A program that tells of its cases (TAP, cmocka, pytest) counts for them, any other for one. One that
ended badly without telling of a failed case counts as one failed.

usage: count.py TESTLOG.JSON…
"""

import collections
import json
import re
import sys

GOOD = ("OK", "EXPECTEDFAIL")


def cases(text):
    """(passed, failed, skipped) as a program tells them; None: it does not."""
    tap = re.findall(r"^(not )?ok \d+\b(.*)$", text, re.M)
    if tap:
        skipped = sum("# SKIP" in rest.upper() for _, rest in tap)
        failed = sum(bool(no) for no, _ in tap)
        return len(tap) - failed - skipped, failed, skipped
    if re.search(r"^\[=+\] .*\d+ test\(s\)", text, re.M):
        return tuple(sum(map(int, re.findall(rf"^\[  {word}\s*\] (\d+) test\(s\)", text, re.M)))
                     for word in ("PASSED", "FAILED", "SKIPPED"))
    closing = re.findall(r"^(?:=+ )?((?:\d+ \w+,? ?)+) in [\d.]+s", text, re.M)
    if closing:
        count = {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", closing[-1])}
        return (count.get("passed", 0), count.get("failed", 0) + count.get("error", 0)
                + count.get("errors", 0), count.get("skipped", 0))
    return None


def reasons(text):
    """{why: how many cases were skipped for it}, as TAP and pytest -rs tell it."""
    found = collections.Counter(re.findall(r"^ok \d+\b.*# SKIP (.+)$", text, re.M | re.I))
    for number, why in re.findall(r"^SKIPPED \[(\d+)\] \S+: (.+)$", text, re.M):
        found[why] += int(number)
    return found


def main(paths):
    total, why_skipped = [0, 0, 0], collections.Counter()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for test in map(json.loads, file):
                text = test.get("stdout", "") + "\n" + test.get("stderr", "")
                count = cases(text)
                why_skipped += reasons(text)
                is_good = test["result"] in GOOD
                if test["result"] == "SKIP":
                    count = (0, 0, 1)
                elif count is None:
                    count = (1, 0, 0) if is_good else (0, 1, 0)
                elif not is_good and count[1] == 0:
                    count = (count[0], 1, count[2])
                total = [sum(pair) for pair in zip(total, count)]
    passed, failed, skipped = total
    for why, number in why_skipped.most_common():
        print(f"{number} skipped: {why}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
