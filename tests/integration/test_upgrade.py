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


@pytest.fixture
def old_firm(bare_firm):
    """A firm with the store that schema-1.sql describes."""
    bare_firm.state.mkdir(mode=0o700)
    path = bare_firm.state / "relanced.db"
    database = sqlite3.connect(path)
    database.executescript((STORES / "schema-1.sql").read_text(encoding="utf-8"))
    database.close()
    path.chmod(0o600)
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
