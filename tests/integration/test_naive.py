# SPDX-License-Identifier: MIT
"""The program and naive.py agree about random lives of firms (histories.py).

A history is one customer's life; a firm has 50 of them. RELANCED_HISTORIES says how many histories
(default 1000; 20000 with --long), RELANCED_SEED which. One that fails is cut down and printed;
`histories.py SEED` lives it again.
"""

import concurrent.futures
import json
import os
import shutil

import pytest

import firm as firms
import histories

SEED = os.environ.get("RELANCED_SEED", "20260305")
PER_FIRM = 50
AT_A_TIME = 2


def pytest_generate_tests(metafunc):
    n = 20000 if metafunc.config.getoption("--long") else 1000
    n = int(os.environ.get("RELANCED_HISTORIES", n))
    metafunc.parametrize("number", range(-(-n // PER_FIRM)))


def live(number):
    """The number of notices of a firm's life, or how the two differ."""
    life = histories.random_life(f"{SEED}/{number}", PER_FIRM)
    folder = firms.scratch_folder("history")
    try:
        return histories.live(folder / "firm", life), None
    except histories.Differs as differs:
        smaller = histories.shrink(folder / "firm", life, differs)
        return 0, f"{differs}\n{json.dumps(smaller)}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def lives(request):
    """All that are asked for, some at a time: {number: future}."""
    numbers = [item.callspec.params["number"] for item in request.session.items
               if item.module is request.module]
    with concurrent.futures.ProcessPoolExecutor(AT_A_TIME) as pool:
        yield {number: pool.submit(live, number) for number in numbers}


def test_program_and_naive_rules_agree(lives, number):
    n_notices, difference = lives[number].result()
    assert difference is None, difference
    assert n_notices > 0
