# SPDX-License-Identifier: MIT
"""The program and naive.py agree about random lives of firms (histories.py).

A history is one customer's life; a firm has 50 of them. RELANCED_HISTORIES says how many histories
(default 1000; 20000 with --long), RELANCED_SEED which. One that fails is cut down and printed;
`histories.py SEED` lives it again.
"""

import json
import os

import pytest

import histories

SEED = os.environ.get("RELANCED_SEED", "20260305")
PER_FIRM = 50


def pytest_generate_tests(metafunc):
    n = 20000 if metafunc.config.getoption("--long") else 1000
    n = int(os.environ.get("RELANCED_HISTORIES", n))
    metafunc.parametrize("firm", range(-(-n // PER_FIRM)))


def test_program_and_naive_rules_agree(tmp_path, firm):
    life = histories.random_life(f"{SEED}/{firm}", PER_FIRM)
    try:
        assert histories.live(tmp_path / "firm", life) > 0
    except histories.Differs as differs:
        smaller = histories.shrink(tmp_path / "firm", life, differs)
        pytest.fail(f"{differs}\n{json.dumps(smaller)}")
