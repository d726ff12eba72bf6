# SPDX-License-Identifier: MIT
"""The log as a proof: `relancectl log --verify` says whether everything is as it was written, and
names the first thing that is not."""

import contextlib
import hashlib
import random
import sqlite3

import pytest

import firm as firms
from test_upgrade import restore

AT = "2026-03-05T09:00"


def edit(firm, statement, *values):
    """What somebody with the file and sqlite3 can do."""
    with contextlib.closing(sqlite3.connect(firm.state / "relanced.db")) as database:
        for trigger in ("chain_never_edited", "chain_never_shortened"):
            database.execute(f"drop trigger if exists {trigger}")
        rows = database.execute(statement, values).fetchall()
        database.commit()
        return rows


@pytest.fixture
def told(firm):
    """A firm that has written to three customers."""
    firm.load([firms.customer(f"C-{n}") for n in (1, 2, 3)],
              [firms.invoice(f"F-{n}", f"C-{n}") for n in (1, 2, 3)], at=AT)
    firm.wake(AT)
    return firm


def test_a_log_that_nobody_touched_is_whole(told):
    [verdict] = told.json("log", "--verify")
    assert verdict == {"verified": True, "entries": 3, "head": verdict["head"], "entry": None,
                       "notice": None, "problem": None}
    [[last]] = edit(told, "select hash from chain where entry = 3")
    assert verdict["head"] == last
    assert "3 entries" in told.ctl("log", "--verify").stdout


def test_an_empty_log_is_whole(firm):
    [verdict] = firm.json("log", "--verify")
    assert verdict["verified"] and verdict["entries"] == 0 and verdict["head"] == "0" * 64


def test_each_later_entry_proves_those_before_it(told):
    before = told.json("log", "--verify")[0]
    told.wake("2026-03-12T10:00")
    after = told.json("log", "--verify")[0]
    assert after["entries"] > 3 and after["head"] != before["head"]
    [[previous]] = edit(told, "select hash from chain where entry = 3")
    assert previous == before["head"]


def test_one_flipped_byte_in_a_text_is_found(told):
    chance = random.Random(6)
    for column in ("text", "html", "subject"):
        for _ in range(4):
            notice = chance.randint(1, 3)
            [[text]] = edit(told, f"select {column} from body where notice = ?", notice)
            if not text:
                continue
            place = chance.randrange(len(text))
            other = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1:]
            edit(told, f"update body set {column} = ? where notice = ?", other, notice)
            done = told.ctl("log", "--verify", status=1)
            assert f"(notice {notice})" in done.stderr and not done.stdout
            [verdict] = told.json("log", "--verify", status=1)
            assert not verdict["verified"] and verdict["notice"] == notice
            assert verdict["entries"] == verdict["entry"] - 1
            edit(told, f"update body set {column} = ? where notice = ?", text, notice)
    told.ctl("log", "--verify")


def test_another_recipient_or_time_is_found(told):
    for statement in ("update notice set recipient = 'x@example.org' where id = 2",
                      "update notice set sent_at = sent_at - 86400000000 where id = 2",
                      "update notice set state = 4 where id = 2",
                      "update chain set hash = replace(hash, substr(hash, 1, 1), 'z') "
                      "where entry = 2"):
        before = (told.state / "relanced.db").read_bytes()
        edit(told, statement)
        assert "entry 2" in told.ctl("log", "--verify", status=1).stderr
        (told.state / "relanced.db").write_bytes(before)


COPY = "select {}, notice, event, at, begun, attempt, reason, reference, detail, message, hash " \
       "from chain where entry = 2"


@pytest.mark.parametrize("statements, said", [
    (["delete from chain where entry = 1"], "entry 2"),
    (["delete from chain where entry = 2"], "entry 3"),
    (["delete from chain where entry = 3"], "notice 3"),
    (["delete from chain"], "notice 1"),
    (["update chain set entry = 9 where entry = 1", "update chain set entry = 1 where entry = 2",
      "update chain set entry = 2 where entry = 9"], "entry 1"),
    (["insert into chain " + COPY.format("4")], "entry 4"),
    (["insert into chain " + COPY.format("0")], "notice 2"),
    (["insert into chain " + COPY.format("-1")], "notice 2"),
])
def test_an_entry_taken_out_put_in_or_moved_is_found(told, statements, said):
    for statement in statements:
        edit(told, statement)
    done = told.ctl("log", "--verify", status=1)
    assert said in done.stderr and not done.stdout


def test_the_whole_log_is_verified_and_nothing_less(told):
    assert "leave the other options out" in told.ctl(
        "log", "--verify", "--customer", "C-1", status=1).stderr


@pytest.mark.parametrize("name", ["schema-1.sql", "schema-7.sql"])
def test_what_an_earlier_release_had_sent_is_in_the_chain(bare_firm, name):
    restore(bare_firm, name)
    ended = [notice for notice in bare_firm.log()
             if notice["state"] in ("sent", "failed", "uncertain")]
    [verdict] = bare_firm.json("log", "--verify")
    assert verdict["verified"] and verdict["entries"] == len(ended)
    rows = edit(bare_firm, "select notice, event, at from chain order by entry")
    assert rows == [(notice["notice"], notice["state"], None) for notice in ended]


def test_a_hash_is_the_sha256_of_its_record(told):
    """relanced-dossier(5) says how; here it is done without relanced."""
    previous = "0" * 64
    for row in edit(told, "select entry, notice, event, at, begun, attempt, reason, reference, "
                          "detail, message, hash from chain order by entry"):
        entry, notice, event, at, begun, attempt, reason, reference, detail, message, digest = row
        lines = ["relanced-entry-1", f"entry {entry}", f"previous {previous}", f"notice {notice}",
                 f"event {event}", f"at {instant(at)}", f"begun {instant(begun)}",
                 f"attempt {attempt}", f"reason {reason}"]
        lines += [f"reference {reference}"] if reference is not None else []
        lines += [f"detail {detail}"] if detail else []
        lines += [f"message {message}"]
        record = "".join(line + "\n" for line in lines)
        assert hashlib.sha256(record.encode()).hexdigest() == digest
        previous = digest


def instant(usec):
    [[text]] = sqlite3.connect(":memory:").execute(
        "select strftime('%Y-%m-%dT%H:%M:%S', ?, 'unixepoch')", [usec // 1000000]).fetchall()
    return f"{text}.{usec % 1000000:06}Z"
