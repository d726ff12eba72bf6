# SPDX-License-Identifier: MIT
"""A store of an earlier release: everything in it is there, and it goes on where it stood."""

import sqlite3

import firm as firms
import pytest

STORES = firms.REPOSITORY / "tests/integration/stores"
NEWEST = len(list((firms.REPOSITORY / "daemon/store/schema").glob("*.sql")))
BEFORE = [(1, "email", "sent", "1000.00"), (2, "email", "sent", "340.50"),
          (3, "whatsapp", "pending", "340.50"), (4, "email", "uncertain", "75.00")]


def version(firm):
    database = sqlite3.connect(f"file:{firm.state}/relanced.db?mode=ro", uri=True)
    [[number]] = database.execute("pragma user_version")
    database.close()
    return number


def restore(firm, name):
    """The store that a text describes."""
    firm.state.mkdir(mode=0o700)
    path = firm.state / "relanced.db"
    database = sqlite3.connect(path)
    database.executescript((STORES / name).read_text(encoding="utf-8"))
    database.close()
    path.chmod(0o600)


@pytest.fixture
def old_firm(bare_firm):
    """A firm with the store that schema-1.sql describes."""
    restore(bare_firm, "schema-1.sql")
    bare_firm.config["policies"]["standard"]["steps"][1]["send"] = ["email", "whatsapp|sms"]
    bare_firm.write_config()
    return bare_firm


def shown(firm):
    return sorted((notice["notice"], notice["channel"], notice["state"], notice["total"])
                  for notice in firm.log())


def test_what_an_earlier_release_knew_is_known(old_firm):
    assert version(old_firm) == 1
    assert shown(old_firm) == BEFORE
    assert version(old_firm) == NEWEST
    [done] = old_firm.json("explain", "F-1", at="2026-03-05T10:00")
    assert done["open"] == "1000.00" and [step["step"] for step in done["done"]] == ["reminder"]
    assert [task["kind"] for task in old_firm.json("tasks")] == ["uncertain"]
    for notice, outcomes in ((1, ["sent"]), (3, ["retry"]), (4, ["uncertain"])):
        [page] = old_firm.json("show", f"notice:{notice}")
        assert [one["outcome"] for one in page["history"]] == outcomes and page["text"]
        assert all(one["ended"] is None for one in page["history"])


def test_what_waited_in_an_earlier_release_leaves_once(old_firm):
    for _ in range(2):
        old_firm.wake("2026-03-05T10:00")
        assert shown(old_firm) == [(*notice[:2], "sent", notice[3]) if notice[0] == 3 else notice
                                   for notice in BEFORE]
        [text] = old_firm.files("whatsapp").values()
        assert "F-2" in text
        assert not old_firm.files("email")


def test_a_store_of_a_later_release_is_refused_and_left_alone(firm):
    path = firm.state / "relanced.db"
    database = sqlite3.connect(path)
    database.execute(f"pragma user_version = {NEWEST + 1}")
    database.close()
    before = path.read_bytes()
    done = firm.relanced("--once", "--at", "2026-03-05T10:00", status=None)
    assert done.returncode != 0 and "later" in done.stderr + done.stdout
    assert path.read_bytes() == before


@pytest.fixture
def told_firm(bare_firm):
    """A firm that was told of holds and disputes, with the store that schema-7.sql describes. What
    is old when it comes in would wait for approval."""
    restore(bare_firm, "schema-7.sql")
    bare_firm.config["limits"]["adopt_max_age_days"] = 1
    bare_firm.write_config()
    return bare_firm


def standing(firm, at="2026-03-05T11:00"):
    return {(row["invoice"], row["instalment"]):
            (row["held"], row["disputed"], row["status"], row["open"])
            for row in firm.json("invoices", at=at)}


def fact(firm, invoice, kind):
    [page] = firm.json("show", invoice)
    [found] = [told["fact"] for told in page["facts"] if told["kind"] == kind]
    return found


def test_what_an_earlier_release_was_told_can_be_taken_back(told_firm):
    before = {
        ("F-1", 1): (True, False, "open", "1000.00"),
        ("F-2", 1): (False, True, "open", "200.00"),
        ("F-3", 1): (True, False, "open", "500.00"),
        ("F-3", 2): (True, False, "open", "50.00"),
        ("F-4", 1): (False, False, "open", "80.00"),
        ("F-5", 1): (False, False, "open", "0.00"),
        ("F-5", 2): (False, False, "open", "290.00"),
        ("F-6", 1): (True, False, "open", "90.00"),
    }
    assert standing(told_firm) == before
    after = {
        ("F-1", "hold"): {("F-1", 1): (False, False, "open", "1000.00")},
        ("F-2", "dispute"): {("F-2", 1): (False, False, "open", "200.00")},
        ("F-4", "release"): {("F-4", 1): (True, True, "disputed", "80.00")},
        ("F-5", "payment"): {("F-5", 1): (False, False, "open", "300.00"),
                             ("F-5", 2): (False, False, "open", "300.00")},
    }
    for (invoice, kind), change in after.items():
        told_firm.ctl("undo", str(fact(told_firm, invoice, kind)), at="2026-03-05T11:00")
        before.update(change)
        assert standing(told_firm) == before


def test_what_was_there_already_waits_for_no_approval(told_firm):
    told_firm.load(invoices=[firms.invoice("F-7", "C-3", due="2026-02-01", amount="10.00")],
                   at="2026-03-05T11:00")
    reasons = {(row["invoice"], row["instalment"]): row["reason"]
               for number in ("F-5", "F-7")
               for row in told_firm.json("explain", number, at="2026-03-05T11:00")}
    assert reasons[("F-7", 1)] == "adoption" and reasons[("F-5", 2)] != "adoption"
