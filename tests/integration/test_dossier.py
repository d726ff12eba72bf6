# SPDX-License-Identifier: MIT
"""The dossier: what it claims is what the store knows, its hashes agree, one changed byte is found,
and a file that is handed over has it (R17)."""

import hashlib
import io
import json
import os
import random
import re
import shutil
import stat
import subprocess
import zipfile
from decimal import Decimal

import pytest

import firm as firms

AGENCY = {"name": "Recouvrement Central", "email": "dossiers@recouvrement.example"}
STEPS = [{"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]},
         {"id": "agency", "action": "agency", "after_due": 10}]
FROZEN = "2026-03-12"
AT = "2026-03-20T10:00"
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def opened(path):
    """The files of a ZIP by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A firm that has written to a customer, who promised, paid a part and disputed another."""
    firm = firms.Firm(tmp_path_factory.mktemp("dossier") / "firm")
    firm.init()
    (firm.folder / "documents/F-1.pdf").write_bytes(PDF)
    firm.load([firms.customer(address="3 rue Neuve", postcode="69001", city="Lyon"),
               firms.customer("C-2", "Garage Petit")],
              [firms.invoice(document="F-1.pdf", contract="CTR 9"),
               firms.invoice("F-2", due="2026-03-10", amount="300.00"),
               firms.invoice("G-1", "C-2", amount="80.00")], at="2026-03-05T09:00")
    firm.wake("2026-03-05T09:00")
    firm.ctl("pay", "F-1", "200", at="2026-03-06T10:00")
    firm.ctl("promise", "F-1", "2026-03-09", "--note", "au téléphone", at="2026-03-06T10:00")
    firm.ctl("dispute", "F-2", "--reason", "defective", at="2026-03-11T10:00")
    firm.wake("2026-03-16T10:00")
    return firm


def make(firm, target, name, *options, at=AT):
    path = firm.folder / name
    firm.ctl("dossier", target, "-o", path, *options, at=at)
    return path


@pytest.fixture(scope="module")
def dossier(told):
    return make(told, "F-1", "F-1.zip")


@pytest.fixture(scope="module")
def model(dossier):
    return json.loads(opened(dossier)["dossier.json"])


def test_a_dossier_has_its_files_and_their_hashes(dossier):
    files = opened(dossier)
    assert set(files) == {"dossier.pdf", "letter.pdf", "dossier.json", "invoices/F-1.pdf",
                          "MANIFEST"}
    assert files["invoices/F-1.pdf"] == PDF
    listed = dict(line.split("  ", 1)[::-1] for line in files["MANIFEST"].decode().splitlines())
    assert listed == {name: hashlib.sha256(content).hexdigest()
                      for name, content in files.items() if name != "MANIFEST"}
    assert stat.S_IMODE(os.stat(dossier).st_mode) == 0o600


def test_the_claim_adds_up(model):
    claim = {name: Decimal(value) for name, value in model["claim"].items()}
    assert claim["principal"] == Decimal("1000.00") and claim["credit"] == 0
    assert claim["charges"] == claim["interest"] + claim["fixed"] > 40
    assert claim["total"] == claim["principal"] - claim["credit"] + claim["charges"]
    [invoice] = model["invoices"]
    assert (invoice["amount"], invoice["paid"], invoice["open"]) == ("1200.00", "200.00", "1000.00")
    assert sum(Decimal(period["sum"]) for period in invoice["charges"]["periods"]) == \
        claim["interest"]
    assert model["statement"][-1]["balance"] == "1000.00"
    assert [line["kind"] for line in model["statement"]] == ["invoice", "payment"]


ADDRESSES = {  # of street, postcode and town
    "": ["3 rue Neuve", "69001 Lyon"], "DE": ["3 rue Neuve", "69001 Lyon"],
    "GB": ["3 rue Neuve", "Lyon", "69001"], "IE": ["3 rue Neuve", "Lyon", "69001"],
    "US": ["3 rue Neuve", "Lyon 69001"]}


def test_an_address_is_written_as_the_post_of_its_country_has_it(tmp_path):
    firm = firms.Firm(tmp_path / "firm")
    firm.init()
    firm.load([firms.customer(f"C-{country}", country=country, address="3 rue Neuve",
                              postcode="69001", city="Lyon") for country in ADDRESSES] +
              [firms.customer("C-none", country="GB", city="Lyon")],
              [firms.invoice(f"F-{country}", f"C-{country}") for country in (*ADDRESSES, "none")],
              at="2026-03-05T09:00")
    written = {country: json.loads(opened(make(firm, f"F-{country}", f"{country}.zip"))[
        "dossier.json"])["customer"]["address"] for country in (*ADDRESSES, "none")}
    assert written == {**ADDRESSES, "none": ["Lyon"]}


def test_every_notice_stands_in_it_as_it_was_sent(told, model):
    log = [notice for notice in told.json("log", "--invoice", "F-1") if notice["state"] == "sent"]
    assert [notice["notice"] for notice in model["notices"]] == [one["notice"] for one in log]
    for notice, row in zip(model["notices"], log):
        [page] = told.json("show", f"notice:{row['notice']}")
        assert (notice["text"], notice["subject"]) == (page["text"], page["subject"])
        assert {name: notice[name] for name in ("at", "channel", "to", "state", "lines", "total")} \
            == {name: row[name] for name in ("at", "channel", "to", "state", "lines", "total")}


def test_the_entries_prove_the_texts(model):
    for notice in model["notices"]:
        assert hashlib.sha256(notice["text"].encode()).hexdigest() == notice["sha256"]
        assert f"text-sha256 {notice['sha256']}\n" in notice["message"]
        message = hashlib.sha256(notice["message"].encode()).hexdigest()
        for entry in notice["entries"]:
            assert hashlib.sha256(entry["record"].encode()).hexdigest() == entry["hash"]
            assert f"message {message}\n" in entry["record"]
            assert f"previous {entry['previous']}\n" in entry["record"]
        last = notice["entries"][-1]
        assert notice["chain"] == {name: last[name] for name in ("entry", "previous", "hash")}


def test_what_was_said_stands_in_it(told, model):
    kinds = [fact["kind"] for fact in model["facts"]]
    assert kinds == ["promise", "promise-broken"]
    assert model["facts"][0]["note"] == "au téléphone"
    assert model["facts"][0]["at"] == "2026-03-06T10:00:00+01:00"
    assert model["facts"][0]["sentence"] == \
        "Le client promet de régler tout ce qui est dû au plus tard le 9 mars 2026."
    whole = json.loads(opened(make(told, "customer:C-1", "C-1.zip"))["dossier.json"])
    assert {fact["kind"] for fact in whole["facts"]} == {"promise", "promise-broken", "dispute"}
    assert "Le client conteste la facture : non-conformité ou défaut." in {
        fact["sentence"] for fact in whole["facts"]}
    assert {invoice["number"] for invoice in whole["invoices"]} == {"F-1", "F-2"}
    assert "G-1" not in json.dumps(whole)


def test_the_same_facts_at_the_same_time_give_the_same_bytes(told, dossier):
    assert make(told, "F-1", "again.zip").read_bytes() == dossier.read_bytes()


def test_a_dossier_that_nobody_touched_is_verified(told, dossier):
    assert "files" in told.ctl("dossier", "--verify", dossier).stdout
    [verdict] = told.json("dossier", "--verify", dossier)
    assert verdict["verified"] and verdict["files"] == 4 and verdict["notices"] >= 1


def test_one_flipped_byte_in_any_file_of_it_is_found(told, dossier):
    chance = random.Random(20260320)
    files = opened(dossier)
    path = told.folder / "flipped.zip"
    for name, content in files.items():
        for _ in range(4):
            place = chance.randrange(len(content))
            other = bytearray(content)
            other[place] ^= 1 << chance.randrange(8)
            path.write_bytes(packed(files | {name: bytes(other)}))
            done = told.ctl("dossier", "--verify", path, status=1)
            assert str(path) in done.stderr and not done.stdout


def test_one_flipped_byte_in_the_compressed_files_is_found(told, dossier):
    chance = random.Random(6)
    content = dossier.read_bytes()
    path = told.folder / "flipped.zip"
    with zipfile.ZipFile(dossier) as archive:
        for info in archive.infolist():
            begin = info.header_offset + 30 + len(info.filename.encode())
            begin += int.from_bytes(content[info.header_offset + 28:info.header_offset + 30],
                                    "little")
            other = bytearray(content)
            other[begin + chance.randrange(info.compress_size)] ^= 1 << chance.randrange(8)
            path.write_bytes(other)
            told.ctl("dossier", "--verify", path, status=1)


@pytest.mark.parametrize("change", ["text", "record", "hash", "message", "entry"])
def test_a_notice_that_was_rewritten_is_found_though_manifest_agrees(told, dossier, change):
    files = opened(dossier)
    forged = json.loads(files["dossier.json"])
    notice = forged["notices"][0]
    if change in ("text", "message"):
        notice[change] = notice[change].replace("F-1", "F-9")
    if change == "text":
        notice["sha256"] = hashlib.sha256(notice["text"].encode()).hexdigest()
    if change == "record":
        notice["entries"][0]["record"] = notice["entries"][0]["record"].replace("sent", "sont")
    if change == "hash":
        notice["entries"][0]["hash"] = notice["chain"]["hash"] = "0" * 64
    if change == "entry":
        notice["entries"].pop()
    files["dossier.json"] = json.dumps(forged).encode()
    del files["MANIFEST"]
    files["MANIFEST"] = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n"
                                for name, content in files.items()).encode()
    path = told.folder / "forged.zip"
    path.write_bytes(packed(files))
    done = told.ctl("dossier", "--verify", path, status=1)
    assert f"notice {notice['notice']}" in done.stderr


def listed_twice(manifest):
    """One file in the place of another."""
    lines = manifest.splitlines(keepends=True)
    return b"".join([*lines[1:], lines[1]])


def write_forged(folder, files, model):
    """What somebody can do who knows how a dossier is made, and has no relanced to make it."""
    files = {name: content for name, content in files.items() if name != "MANIFEST"}
    files["dossier.json"] = json.dumps(model).encode()
    files["MANIFEST"] = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n"
                                for name, content in files.items()).encode()
    content = packed(files)[:-2] + bytes([72, 0]) + b"SHA-256 "
    path = folder / "forged.zip"
    path.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    return path


def test_a_dossier_can_be_packed_by_the_manual(told, dossier, model):
    told.ctl("dossier", "--verify", write_forged(told.folder, opened(dossier), model))


@pytest.mark.parametrize("member, value", [
    ("to", "other@example.org"), ("to", None), ("subject", "x"), ("at", "2026-03-01T09:00:00+01:00"),
    ("total", "1.00"), ("deadline", "2026-03-09"), ("state", "failed"), ("reference", "250 Ok"),
    ("reason", "settled"), ("attempts", 2), ("step", "deadline"), ("action", "deadline"),
    ("occasion", "thanks"), ("lines", []), ("notice", 7), ("entries", [])])
def test_what_is_told_of_a_notice_is_what_its_records_say(told, dossier, model, member, value):
    forged = json.loads(json.dumps(model))
    forged["notices"][0][member] = value
    path = write_forged(told.folder, opened(dossier), forged)
    assert "dossier.json: notice" in told.ctl("dossier", "--verify", path, status=1).stderr


@pytest.mark.parametrize("change, said", [
    (lambda model: model["notices"][0]["lines"][0].update(open="1.00"), "notice 1"),
    (lambda model: model["notices"][0]["lines"][0].update(invoice="F-9"), "notice 1"),
    (lambda model: model["chain"].update(entries=model["notices"][-1]["chain"]["entry"],
                                         head="0" * 64), "one log"),
    (lambda model: model["chain"].update(entries=0), "one log"),
    (lambda model: model["notices"].append(model["notices"][0]), "one log"),
    (lambda model: model["invoices"][0].update(open="999.00"), "sums"),
    (lambda model: model["statement"][-1].update(balance="999.00"), "sums"),
    (lambda model: model["claim"].update(total="1.00"), "claim.total"),
    (lambda model: model["invoices"][0]["document"].update(name="F-2.pdf"), "F-2.pdf"),
    (lambda model: model.pop("invoices"), "invoices"),
])
def test_what_contradicts_itself_is_found(told, dossier, model, change, said):
    forged = json.loads(json.dumps(model))
    change(forged)
    path = write_forged(told.folder, opened(dossier), forged)
    assert said in told.ctl("dossier", "--verify", path, status=1).stderr


@pytest.mark.parametrize("change", [
    lambda content: content + b"x", lambda content: b"x" + content, lambda content: content[:-1],
    lambda content: content[:10] + bytes([content[10] ^ 1]) + content[11:],  # the first file's time
    lambda content: content + content])
def test_what_was_changed_around_the_files_is_found(told, dossier, change):
    path = told.folder / "around.zip"
    path.write_bytes(change(dossier.read_bytes()))
    assert "not the ZIP that was made" in told.ctl("dossier", "--verify", path, status=1).stderr


def test_its_files_packed_anew_are_what_they_were(told, dossier):
    path = told.folder / "anew.zip"
    path.write_bytes(packed(opened(dossier)))
    assert "packed them anew" in told.ctl("dossier", "--verify", path).stdout


def test_the_last_64_characters_are_the_sha256_of_what_is_before_them(dossier):
    content = dossier.read_bytes()
    assert hashlib.sha256(content[:-64]).hexdigest().encode() == content[-64:]


@pytest.mark.parametrize("name, size", [("dossier.json", 80 * 1024 * 1024), ("MANIFEST", 1)])
def test_a_zip_that_is_larger_than_it_looks_is_refused(told, dossier, name, size):
    files = opened(dossier) | {name: bytes(size)}
    path = told.folder / "bomb.zip"
    path.write_bytes(packed(files))
    told.ctl("dossier", "--verify", path, status=1)


@pytest.mark.parametrize("change, said", [
    (lambda files: files.pop("letter.pdf"), "letter.pdf"),
    (lambda files: files.pop("MANIFEST"), "MANIFEST"),
    (lambda files: files.update({"more.pdf": b"x"}), "MANIFEST"),
    (lambda files: files.update({"MANIFEST": files["MANIFEST"] + b"\0more"}), "MANIFEST"),
    (lambda files: files.update({"MANIFEST": listed_twice(files["MANIFEST"])}), "twice"),
])
def test_a_file_that_is_missing_or_too_many_is_found(told, dossier, change, said):
    files = opened(dossier)
    change(files)
    path = told.folder / "changed.zip"
    path.write_bytes(packed(files))
    assert said in told.ctl("dossier", "--verify", path, status=1).stderr


def test_what_is_added_behind_or_between_the_files_is_found(told, dossier):
    content = dossier.read_bytes()
    path = told.folder / "more.zip"
    with zipfile.ZipFile(dossier) as archive:
        second = archive.infolist()[1].header_offset
    for other in (content + b"more", content[:second] + b"more" + content[second:]):
        path.write_bytes(other)
        told.ctl("dossier", "--verify", path, status=1)


def test_who_asks_for_what_there_is_not_is_told_what_there_is(told):
    path = told.folder / "nothing.zip"
    told.load(invoices=[firms.invoice("G-2", "C-2", amount="90.00", currency="GBP")],
              at="2026-03-20T09:00")
    for asked, status, said in (
            (["C-2"], 3, "did you mean customer:C-2?"),
            (["G-9"], 3, "there is no invoice 'G-9'"),
            (["customer:C-9"], 3, "there is no customer 'C-9'"),
            (["customer:C-2"], 1, "say which with --currency (EUR, GBP)"),
            (["customer:C-2", "--currency", "USD"], 1, "nothing is open of customer 'C-2' in USD"),
    ):
        done = told.ctl("dossier", *asked, "-o", path, at=AT, status=status)
        assert said in done.stderr and not path.exists()


@pytest.mark.parametrize("name", [b"\x1b]0;owned\x07", b"\xc2\x9b31m", b"\xff\x1b[31m", b"a\rb"])
def test_the_names_in_a_strangers_dossier_do_nothing_to_a_terminal(told, name):
    path = told.folder / "stranger.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("MANIFEST", b"0" * 64 + b"  " + name + b"\n")
    said = told.ctl("dossier", "--verify", path, status=1).stderr
    assert "is listed in MANIFEST" in said and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said)
    [verdict] = told.json("dossier", "--verify", path, status=1)
    assert "is listed in MANIFEST" in verdict["problem"]


def test_what_is_no_dossier_is_told(told):
    path = told.folder / "none.zip"
    path.write_bytes(b"no ZIP at all")
    assert "ZIP" in told.ctl("dossier", "--verify", path, status=1).stderr
    told.ctl("dossier", "--verify", told.folder / "missing.zip", status=1)


def test_what_cannot_be_asked_for_is_refused(told):
    path = told.folder / "x.zip"
    told.ctl("dossier", "F-99", "-o", path, at=AT, status=3)
    told.ctl("dossier", "customer:C-99", "-o", path, at=AT, status=3)
    told.ctl("dossier", "F-1", at=AT, status=2)
    told.ctl("dossier", "F-1", "--for", "nobody", "-o", path, at=AT, status=2)
    assert not path.exists()
    path.write_text("mine", encoding="utf-8")
    told.ctl("dossier", "F-1", "-o", path, at=AT, status=1)
    assert path.read_text(encoding="utf-8") == "mine"


def words_of(value):
    """Every name of a member, however deep."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from words_of(each)


def test_the_manual_names_every_member(told):
    told.config["charges"] = {"business": "FR-business"}
    told.write_config()
    whole = json.loads(opened(make(told, "customer:C-1", "whole.zip"))["dossier.json"])
    page = (firms.REPOSITORY / "daemon/engine/relanced-dossier.5").read_text(encoding="utf-8")
    said = {word.strip(",;.:") for line in page.splitlines() if line.startswith((".Cm ", ".It Cm ",
            ".Pq Cm ", ".Pq its Cm ")) for word in line.split()[1:]}
    assert set(words_of(whole)) <= said
    assert {"rate", "sha256", "days_late"} <= set(words_of(whole))


def claimed(firm, target, at=AT):
    path = make(firm, target, "claimed.zip", at=at)
    files = opened(path)
    path.unlink()
    model = json.loads(files["dossier.json"])
    balance = model["statement"][-1]["balance"] if model["statement"] else "0.00"
    assert Decimal(balance) == \
        Decimal(model["claim"]["principal"]) - Decimal(model["claim"]["credit"])
    return model["claim"]["principal"], {
        (invoice["number"], part["instalment"], part["open"])
        for invoice in model["invoices"] for part in invoice["instalments"]}


def test_nothing_is_demanded_before_its_day(firm):
    firm.load([firms.customer(), firms.customer("C-2")],
              [firms.invoice(), firms.invoice("F-2", due="2026-06-30", amount="500.00"),
               firms.invoice("F-3", due=""), firms.invoice("F-4", method="direct_debit"),
               firms.invoice("P-1", amount="100.00"),
               firms.invoice("P-1", due="2026-05-02", amount="70.00"),
               firms.invoice("P-1", due="2026-07-02", amount="30.00"),
               firms.invoice("G-1", "C-2", due=AT[:10])], at="2026-03-05")
    assert claimed(firm, "customer:C-1") == \
        ("1300.00", {("F-1", 1, "1200.00"), ("P-1", 1, "100.00")})
    assert claimed(firm, "P-1") == ("100.00", {("P-1", 1, "100.00")})
    firm.ctl("pay", "P-1", "120", at="2026-03-06")  # the first part, and something of the second
    assert claimed(firm, "customer:C-1") == ("1200.00", {("F-1", 1, "1200.00")})
    assert claimed(firm, "P-1", "2026-06-03T10:00") == \
        ("50.00", {("P-1", 1, "0.00"), ("P-1", 2, "50.00")})
    assert claimed(firm, "F-2") == ("500.00", {("F-2", 1, "500.00")})  # it is asked for by name
    assert claimed(firm, "customer:C-2") == ("1200.00", {("G-1", 1, "1200.00")})
    assert claimed(firm, "customer:C-2", "2026-03-21T10:00") == \
        ("1200.00", {("G-1", 1, "1200.00")})


def test_a_plans_fee_takes_nothing_off_what_was_paid(bare_firm):
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="900.00")], at="2026-03-03T10:00")
    bare_firm.ctl("plan", "F-1", "--parts", 3, "--first", "2026-03-19", "--fee", "7.50",
                  at="2026-03-03T10:00")
    bare_firm.ctl("pay", "F-1", "100", at="2026-03-18")
    model = json.loads(opened(make(bare_firm, "F-1", "d.zip", at="2026-03-19T10:00"))["dossier.json"])
    [invoice] = model["invoices"]
    assert (invoice["amount"], invoice["paid"], invoice["open"]) == ("900.00", "100.00", "807.50")
    assert [(line["kind"], line["balance"]) for line in model["statement"]] == \
        [("invoice", "900.00"), ("fee", "907.50"), ("payment", "807.50")]
    assert [line["date"] for line in model["statement"]][1:] == ["2026-03-03", "2026-03-18"]


def facts_said(firm, at="2026-03-11T10:00"):
    path = make(firm, "F-1", "said.zip", at=at)
    said = [fact["sentence"] for fact in json.loads(opened(path)["dossier.json"])["facts"]]
    path.unlink()
    return [re.sub(r"\s", " ", sentence) for sentence in said]


def test_a_promise_says_its_sum_and_a_step_what_it_is(bare_firm):
    steps = bare_firm.config["policies"]["standard"]["steps"]
    steps[:] = [{"id": "phone", "action": "call", "after_due": 1},
                {"id": "call", "action": "call", "after_due": 2}]
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice()], at="2026-03-04T09:00")
    for day in ("2026-03-04", "2026-03-05"):
        bare_firm.wake(f"{day}T10:00")
        [task] = [task for task in bare_firm.json("tasks") if task["kind"] == "call"]
        bare_firm.ctl("done", task["task"], at=f"{day}T11:00")
    bare_firm.ctl("promise", "F-1", "2026-03-20", at="2026-03-06T10:00")
    told = facts_said(bare_firm, "2026-03-06T10:01")
    assert told == ["Fait par une personne : appel (phone).", "Fait par une personne : appel.",
                    "Le client promet de régler tout ce qui est dû au plus tard le 20 mars 2026."]


def test_a_promise_that_was_confirmed_says_the_sum_of_the_confirmation(firm):
    firm.load([firms.customer()], [firms.invoice()], at="2026-03-05T09:00")
    firm.wake("2026-03-05T10:00")
    firm.ctl("promise", "F-1", "2026-03-20", at="2026-03-05T11:00")
    firm.wake("2026-03-09T10:00")
    assert "promise-confirmed" in [notice["occasion"] for notice in firm.sent()]
    assert facts_said(firm) == [
        "Le client promet de régler 1 200,00 € au plus tard le 20 mars 2026."]


def test_the_instalment_that_a_plan_replaced_does_not_count_beside_its_parts(bare_firm):
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="900.00", due="2026-02-10")],
                   at="2026-03-03T10:00")
    bare_firm.ctl("plan", "F-1", "--parts", 3, "--first", "2026-03-06", "--fee", "7.50",
                  at="2026-03-03T10:00")
    bare_firm.ctl("pay", "F-1", "100", at="2026-03-03T11:00")

    def table(name, at):
        files = opened(make(bare_firm, "F-1", name, at=at))
        [invoice] = json.loads(files["dossier.json"])["invoices"]
        return (invoice["due"], [(one["due"], one["plan"], one["fee"], one["open"])
                                 for one in invoice["instalments"]],
                pdf_words(files["dossier.pdf"]).split("Relevé de compte Arrêté")[0])

    due, parts, said = table("kept.zip", "2026-03-09T10:00")
    assert (due, parts) == ("2026-03-06", [("2026-03-06", "part", "7.50", "207.50")])
    bare_firm.wake("2026-03-10T10:00")
    due, parts, said = table("broken.zip", "2026-03-11T10:00")
    assert (due, parts) == ("2026-02-10", [
        ("2026-02-10", "replaced", "0.00", "0.00"), ("2026-03-06", "part", "0.00", "200.00"),
        ("2026-03-10", "part", "0.00", "300.00"), ("2026-03-10", "part", "0.00", "300.00")])
    assert "F-1 01/02/2026 10/02/2026 29 900,00 € 100,00 € 800,00 €" in said
    assert facts_said(bare_firm) == [
        "Un échéancier est convenu : 307,50 € le 6 mars 2026, 300,00 € le 6 avril 2026 et 300,00 € "
        "le 6 mai 2026, dont 7,50 € de frais.", "L’échéancier n’est pas respecté et prend fin."]
    assert "remplacée" in said and said.count("900,00 €") == 2  # the invoice's, and in all
    assert "06/03/2026 5 300,00 € 100,00 € 200,00 €" in said


def test_a_plans_fee_stands_beside_the_invoices_amount(bare_firm):
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="900.00")], at="2026-03-03T10:00")
    bare_firm.ctl("plan", "F-1", "--parts", 3, "--first", "2026-03-16", "--fee", "7.50",
                  at="2026-03-03T10:00")
    said = pdf_words(opened(make(bare_firm, "F-1", "d.zip", at="2026-03-10T10:00"))["dossier.pdf"])
    assert "Frais de l’échéancier 7,50 €" in said and "Total 907,50 € 0,00 € 907,50 €" in said


def payment(code, number, **columns):
    return {"id": code, "invoice": number, "currency": "EUR", **columns}


def told_of(firm, target, at=AT):
    """The statement: what, when, of which invoice, by which reference, debit less credit; and the
    model, after its verification."""
    path = make(firm, target, "statement.zip", at=at)
    firm.ctl("dossier", "--verify", path)
    model = json.loads(opened(path)["dossier.json"])
    path.unlink()
    lines = [(line["kind"], line["date"], line["invoice"], line["reference"],
              Decimal(line.get("debit", 0)) - Decimal(line.get("credit", 0)))
             for line in model["statement"]]
    assert sum(line[-1] for line in lines) == Decimal(model["statement"][-1]["balance"])
    return lines, model


def test_a_statement_says_what_made_a_credit(firm):
    """What came without an invoice, and what was paid too much, as they came."""
    firm.load([firms.customer()],
              [firms.invoice(issued="2026-01-02", due="2026-02-02", amount="100.00"),
               firms.invoice("F-2", issued="2026-01-03", due="2026-02-03"),
               firms.invoice("F-3", issued="2026-01-04", amount="70.00")],
              [payment("p1", "F-1", date="2026-02-20", amount="100.00"),
               payment("p2", "F-1", date="2026-02-21", amount="100.00", reference="VIR 2"),
               payment("p3", "", customer="C-1", date="2026-02-22", amount="50.00"),
               payment("p4", "F-3", date="2026-02-23", amount="70.00"),
               payment("n1", "", customer="C-1", date="2026-02-24", amount="5.00",
                             kind="credit")], at="2026-03-05")
    overpaid = [("invoice", "2026-01-02", "F-1", None, 100)]
    paid = [("payment", "2026-02-20", "F-1", "p1", -100), ("payment", "2026-02-21", "F-1", "VIR 2", -100)]
    loose = [("payment", "2026-02-22", None, "p3", -50), ("credit", "2026-02-24", None, "n1", -5)]
    owed = [("invoice", "2026-01-03", "F-2", None, 1200)]
    for target in ("F-2", "customer:C-1"):
        lines, model = told_of(firm, target)
        assert lines == overpaid + owed + paid + loose
        assert model["claim"]["credit"] == "155.00"
    lines, model = told_of(firm, "F-1")
    assert lines == overpaid + paid + loose and model["statement"][-1]["balance"] == "-155.00"


def test_more_to_a_customers_credit_than_he_owes_is_below_zero(firm):
    firm.load([firms.customer()], [firms.invoice(amount="100.00")],
              [payment("p1", "", customer="C-1", date="2026-03-01", amount="130.00"),
               payment("r1", "", customer="C-1", date="2026-03-02", amount="10.00",
                             kind="refund")], at="2026-03-05")
    lines, model = told_of(firm, "customer:C-1")
    assert lines[1:] == [("payment", "2026-03-01", None, "p1", -130),
                         ("refund", "2026-03-02", None, "r1", 10)]
    assert model["statement"][-1]["balance"] == "-20.00" and model["claim"]["credit"] == "100.00"
    said = pdf_words(make(firm, "customer:C-1", "s.pdf", "--format", "statement").read_bytes())
    assert "en faveur du client" in said and "Pour régler par virement" not in said


def test_a_write_off_an_offer_and_a_refund_stand_on_their_days(bare_firm):
    bare_firm.init()
    bare_firm.load([firms.customer(), firms.customer("C-2")],
                   [firms.invoice(amount="1000.00", issued="2026-01-02", due="2026-03-01",
                                  discount_percent="2", discount_until="2026-02-10"),
                    firms.invoice("F-2", amount="80.00", issued="2026-01-02", due="2026-03-01"),
                    firms.invoice("G-1", "C-2", amount="60.00", issued="2026-01-02",
                                  due="2026-03-01")],
                   [payment("p1", "F-1", date="2026-02-09", amount="980.00"),
                    payment("p2", "F-1", date="2026-02-11", amount="20.00"),
                    payment("p3", "F-2", date="2026-02-12", amount="30.00"),
                    payment("w1", "F-2", date="2026-02-13", amount="1.00", kind="write-off"),
                    payment("p4", "G-1", date="2026-02-12", amount="30.00"),
                    payment("r1", "G-1", date="2026-02-14", amount="45.00", kind="refund")],
                   at="2026-03-05")
    lines, model = told_of(bare_firm, "F-1")
    assert lines == [("invoice", "2026-01-02", "F-1", None, 1000),
                     ("payment", "2026-02-09", "F-1", "p1", -980),
                     ("discount", "2026-02-09", "F-1", None, -20),
                     ("payment", "2026-02-11", "F-1", "p2", -20)]
    lines, model = told_of(bare_firm, "F-2")
    assert lines[-2:] == [("payment", "2026-02-12", "F-2", "p3", -30),
                          ("write-off", "2026-02-13", "F-2", "w1", -50)]
    lines, model = told_of(bare_firm, "G-1")
    assert lines[1:] == [("payment", "2026-02-12", "G-1", "p4", -30),
                         ("refund", "2026-02-14", "G-1", "r1", 45),
                         ("not-claimed", "2026-02-14", "G-1", None, -15)]
    assert model["claim"]["principal"] == "60.00"


def test_a_credit_note_of_its_own_number_is_a_credit(firm):
    firm.load([firms.customer()],
              [firms.invoice("A-1", issued="2026-01-05", due="", amount="-40.00"),
               firms.invoice("F-2", issued="2026-01-03", due="2026-02-03")], at="2026-03-05")
    lines, model = told_of(firm, "customer:C-1")
    assert lines == [("invoice", "2026-01-03", "F-2", None, 1200),
                     ("credit", "2026-01-05", "A-1", None, -40)]


def test_of_a_plan_that_is_kept_the_parts_past_due_are_demanded(bare_firm):
    bare_firm.config["policies"]["plan"] = {"grace_days": 30, "steps": []}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="900.00")], at="2026-03-03T10:00")
    bare_firm.ctl("plan", "F-1", "--parts", 3, "--first", "2026-03-16", at="2026-03-03T10:00")
    assert claimed(bare_firm, "F-1") == ("300.00", {("F-1", 2, "300.00")})
    bare_firm.ctl("pay", "F-1", "100", at="2026-03-18")
    assert claimed(bare_firm, "customer:C-1") == ("200.00", {("F-1", 2, "200.00")})


def test_a_document_that_is_not_surely_the_customers_is_not_enclosed(firm):
    (firm.folder / "documents/F.pdf").write_bytes(PDF)
    firm.load([firms.customer(), firms.customer("C-2")],
              [firms.invoice(document="F.pdf"), firms.invoice("G-1", "C-2", document="F.pdf"),
               firms.invoice("F-2", document="gone.pdf")], at=AT)
    files = opened(make(firm, "customer:C-1", "d.zip"))
    assert not [name for name in files if name.startswith("invoices/")]
    assert all(invoice["document"] is None
               for invoice in json.loads(files["dossier.json"])["invoices"])


def test_a_document_comes_along_whatever_its_name_is(firm):
    names = ["document-3.pdf", "a/F-1.pdf", "back\\slash.pdf", "\u200eF-1.pdf", "b/F-1.pdf"]
    for name in names:
        path = firm.folder / "documents" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PDF + name.encode())
    firm.load([firms.customer()], [firms.invoice(f"F-{i}", document=name)
                                   for i, name in enumerate(names, 1)], at=AT)
    files = opened(make(firm, "customer:C-1", "d.zip"))
    invoices = json.loads(files["dossier.json"])["invoices"]
    enclosed = {invoice["number"]: invoice["document"]["name"] for invoice in invoices}
    assert enclosed == {"F-1": "document-3.pdf", "F-2": "F-1.pdf", "F-3": "document-3-2.pdf",
                        "F-4": "document-4.pdf", "F-5": "document-5.pdf"}
    for i, name in enumerate(names, 1):
        assert files[f"invoices/{enclosed[f'F-{i}']}"] == PDF + name.encode()


def test_a_notice_to_nobody_by_a_hook_is_in_it(firm):
    firm.load([firms.customer(relation="service")], [firms.invoice()], at="2026-03-05")
    for day in ("2026-03-05", "2026-03-13", "2026-03-20"):
        firm.wake(f"{day}T10:00")
    path = make(firm, "F-1", "d.zip", at="2026-03-23T10:00")
    firm.ctl("dossier", "--verify", path)
    notices = json.loads(opened(path)["dossier.json"])["notices"]
    assert ("hook", None) in [(notice["channel"], notice["to"]) for notice in notices]


# R17

@pytest.fixture
def frozen(bare_firm):
    """A firm whose invoice F-1 waits for a person's word to be handed over."""
    bare_firm.config["agency"] = AGENCY
    bare_firm.config["policies"]["standard"] = {"steps": STEPS}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice()], at="2026-03-05")
    for day in ("2026-03-05", FROZEN):
        bare_firm.wake(f"{day}T10:00")
    return bare_firm


def approve(firm, at):
    [task] = [task for task in firm.json("tasks") if task["kind"] == "agency"]
    firm.ctl("approve", task["task"], at=at)


def attached(firm):
    [notice] = [notice for notice in firm.log() if notice["action"] == "agency"
                and notice["state"] == "sent"]
    [page] = firm.json("show", f"notice:{notice['notice']}")
    return page["attachments"]


def test_who_is_asked_may_look_at_the_dossier(frozen):
    [task] = frozen.json("tasks")
    path = frozen.folder / task["dossier"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    frozen.ctl("dossier", "--verify", path)
    model = json.loads(opened(path)["dossier.json"])
    assert model["purpose"] == "agency" and model["recipient"] == AGENCY
    assert model["as_of"] == FROZEN and str(path) in frozen.ctl("tasks").stdout


def test_the_dossier_goes_with_the_file(frozen):
    [task] = frozen.json("tasks")
    path = frozen.folder / task["dossier"]
    before = path.read_bytes()
    approve(frozen, f"{FROZEN}T11:00")
    frozen.wake(f"{FROZEN}T11:30")
    [attachment] = attached(frozen)
    assert attachment["name"] == "F-1.zip" and path.read_bytes() == before
    assert attachment["sha256"] == hashlib.sha256(before).hexdigest()
    assert not frozen.json("tasks")


@pytest.mark.parametrize("by", ["--once", "wake"])
def test_it_is_made_anew_when_the_day_or_the_facts_are_others(frozen, by):
    [task] = frozen.json("tasks")
    path = frozen.folder / task["dossier"]
    frozen.ctl("pay", "F-1", "100", at=f"{FROZEN}T12:00")
    approve(frozen, "2026-03-13T09:30")
    if by == "--once":
        frozen.wake("2026-03-13T10:00")
    else:
        frozen.ctl("wake", at="2026-03-13T10:00")
    [attachment] = attached(frozen)
    assert attachment["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    model = json.loads(opened(path)["dossier.json"])
    assert model["as_of"] == "2026-03-13" and model["claim"]["principal"] == "1100.00"


def test_without_its_dossier_a_file_is_not_handed_over_and_a_task_says_why(frozen):
    folder = frozen.state / "dossiers"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("in the way", encoding="utf-8")
    approve(frozen, "2026-03-13T09:30")
    frozen.wake("2026-03-13T10:00", status=None)
    assert not [notice for notice in frozen.log() if notice["action"] == "agency"]
    [task] = frozen.json("tasks")
    assert task["kind"] == "dossier" and task["invoice"] == "F-1"
    folder.unlink()
    frozen.wake("2026-03-13T11:00", status=None)
    frozen.wake("2026-03-13T12:00")
    assert len(attached(frozen)) == 1 and not frozen.json("tasks")


def test_of_several_instalments_one_is_claimed(bare_firm):
    bare_firm.config["agency"] = AGENCY
    bare_firm.config["policies"]["standard"] = {"steps": STEPS[1:]}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="700.00"),
                                        firms.invoice(due="2026-04-02", amount="500.00")],
                   at="2026-03-05")
    bare_firm.ctl("pay", "F-1", "100", at="2026-03-06")
    bare_firm.wake(f"{FROZEN}T10:00")
    [task] = bare_firm.json("tasks")
    model = json.loads(opened(bare_firm.folder / task["dossier"])["dossier.json"])
    assert model["claim"]["principal"] == "600.00"
    assert [one["instalment"] for one in model["invoices"][0]["instalments"]] == [1]
    assert [(line["kind"], line["date"], line["balance"]) for line in model["statement"]] == [
        ("invoice", "2026-02-01", "1200.00"), ("payment", "2026-03-06", "1100.00"),
        ("not-claimed", FROZEN, "600.00")]


def test_a_part_of_a_broken_plan_is_claimed_as_what_it_is(bare_firm):
    bare_firm.config["agency"] = AGENCY
    bare_firm.config["policies"]["standard"] = {"steps": STEPS[1:]}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="900.00")], at="2026-03-03T10:00")
    bare_firm.ctl("plan", "F-1", "--parts", 2, "--first", "2026-03-06", at="2026-03-03T10:00")
    for day in ("2026-03-04", "2026-03-10", "2026-03-24"):
        bare_firm.wake(f"{day}T10:00")
    models = [json.loads(opened(bare_firm.folder / task["dossier"])["dossier.json"])
              for task in bare_firm.json("tasks") if task["kind"] == "agency"]
    assert len(models) == 2
    for model in models:
        [invoice] = model["invoices"]
        assert (invoice["amount"], invoice["paid"], invoice["open"]) == ("450.00", "0.00", "450.00")
        assert [(line["kind"], line["balance"]) for line in model["statement"]] == [
            ("invoice", "900.00"), ("not-claimed", "450.00")]


def test_files_of_one_invoice_claim_its_charges_once(bare_firm):
    bare_firm.config["agency"] = AGENCY
    bare_firm.config["policies"]["standard"] = {"steps": STEPS[1:]}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice(amount="700.00"),
                                        firms.invoice(due="2026-03-04", amount="500.00"),
                                        firms.invoice(due="2026-03-05", amount="300.00")],
                   at="2026-03-03T10:00")
    bare_firm.ctl("pay", "F-1", "700", "--date", "2026-03-12", at="2026-03-13T09:00")
    bare_firm.wake("2026-03-16T10:00")
    tasks = [task for task in bare_firm.json("tasks") if task["kind"] == "agency"]
    claims = [json.loads(opened(bare_firm.folder / task["dossier"])["dossier.json"])["claim"]
              for task in tasks]
    assert [claim["fixed"] for claim in claims] == ["40.00", "0.00"]
    whole = bare_firm.json("explain", "F-1", at="2026-03-16T11:00")[0]["charges"]
    assert sum(Decimal(claim["interest"]) for claim in claims) == Decimal(whole["interest"]) > 0
    assert len({claim["total"] for claim in claims}) == 2
    bare_firm.ctl("approve", "agency", at="2026-03-16T11:00")
    bare_firm.wake("2026-03-17T10:00")
    letters = [page["text"] for notice in bare_firm.sent() if notice["action"] == "agency"
               for page in bare_firm.json("show", f"notice:{notice['notice']}")]
    assert len(letters) == 2 and sum("indemnité" in text for text in letters) == 1


def test_files_of_one_account_take_its_credit_once(bare_firm):
    """R10: what the agency is told to collect adds up to what the account owes."""
    bare_firm.config["agency"] = AGENCY
    bare_firm.config["policies"]["standard"] = {"steps": STEPS[1:]}
    bare_firm.write_config()
    bare_firm.init()
    bare_firm.load([firms.customer()], [firms.invoice("F-1", amount="70.00"),
                                        firms.invoice("F-2", due="2026-03-01", amount="20.00"),
                                        firms.invoice("F-3", due="2026-03-03", amount="300.00")],
                   [{"id": "P-1", "customer": "C-1", "date": "2026-03-04", "amount": "40.00",
                     "currency": "EUR"}], at="2026-03-05")
    bare_firm.wake("2026-03-16T10:00")
    tasks = [task for task in bare_firm.json("tasks") if task["kind"] == "agency"]
    assert {task["invoice"] for task in tasks} == {"F-1", "F-3"}  # F-2 is covered
    claims = {}
    for task in tasks:
        files = opened(bare_firm.folder / task["dossier"])
        claim = claims[task["invoice"]] = json.loads(files["dossier.json"])["claim"]
        total = claim["total"].replace(".", ",")
        assert total in pdf_words(files["letter.pdf"]) and total in pdf_words(files["dossier.pdf"])
    assert {number: (claim["principal"], claim["credit"]) for number, claim in claims.items()} == {
        "F-1": ("70.00", "40.00"), "F-3": ("300.00", "40.00")}  # each as though it alone went
    whole = json.loads(opened(make(bare_firm, "customer:C-1", "all.zip", at="2026-03-16T11:00"))[
        "dossier.json"])["claim"]
    assert (whole["principal"], whole["credit"]) == ("390.00", "40.00")
    bare_firm.ctl("approve", "agency", at="2026-03-16T11:00")
    bare_firm.wake("2026-03-16T11:30")
    sent = {notice["lines"][0]["invoice"]: notice["total"] for notice in bare_firm.sent()
            if notice["action"] == "agency"}
    assert sent == {"F-1": "30.00", "F-3": "300.00"}
    for task in tasks:
        claim = json.loads(opened(bare_firm.folder / task["dossier"])["dossier.json"])["claim"]
        assert Decimal(claim["principal"]) - Decimal(claim["credit"]) == Decimal(
            sent[task["invoice"]])


@pytest.fixture(scope="module")
def covered(tmp_path_factory):
    """Customers whose credit is more than what a letter would demand of them."""
    firm = firms.Firm(tmp_path_factory.mktemp("covered") / "firm")
    firm.init()
    firm.load([firms.customer(), firms.customer("C-2"), firms.customer("C-3")],
              [firms.invoice("F-1", due="2026-02-09", amount="100.00"),
               firms.invoice("G-1", "C-2", due="2026-02-09", amount="500.00"),
               firms.invoice("G-2", "C-2", due="2026-02-10", amount="100.00"),
               firms.invoice("H-1", "C-3", due="2026-02-09", amount="100.00")],
              [{"id": f"P-{i}", "customer": f"C-{i}", "date": "2026-02-20", "amount": amount,
                "currency": "EUR"} for i, amount in ((1, "150.00"), (2, "300.00"))], at="2026-03-05")
    firm.ctl("dispute", "G-1", "--reason", "defective", at="2026-03-05T10:00")
    firm.ctl("pay", "H-1", "100", "--date", "2026-02-20", at="2026-03-05T10:00")
    return firm


@pytest.mark.parametrize("target", ["F-1", "customer:C-1", "G-2", "customer:C-2"])
def test_no_letter_demands_charges_alone(covered, target):
    """R10, R24: what the customer has to his credit covers what it would ask for."""
    path = covered.folder / "letter.pdf"
    done = covered.ctl("dossier", target, "--format", "letter", "-o", path, at=AT, status=None)
    assert done.returncode != 0 and "to his credit covers" in done.stderr and not path.exists()
    assert "letter.pdf" not in opened(make(covered, target, f"{target}-covered.zip"))


@pytest.mark.parametrize("target, credit, left, unclaimed", [
    ("F-1", "100.00", "50.00", True), ("customer:C-1", "100.00", "50.00", True),
    ("G-1", "300.00", "0.00", False), ("G-2", "100.00", "0.00", True),
    ("customer:C-2", "300.00", "0.00", False), ("H-1", "0.00", "0.00", True)])
def test_charges_are_claimed_only_along_with_what_is_open(covered, target, credit, left, unclaimed):
    path = make(covered, target, f"{target}-claim.zip")
    covered.ctl("dossier", "--verify", path)
    files = opened(path)
    model = json.loads(files["dossier.json"])
    claim = {name: Decimal(value) for name, value in model["claim"].items()}
    reckoned = sum(Decimal(invoice["charges"][name]) for invoice in model["invoices"]
                   for name in ("interest", "fixed"))
    assert reckoned > 40 and claim["charges"] + claim["unclaimed"] == reckoned
    assert (claim["unclaimed"] > 0) == unclaimed and (claim["total"] == 0) == unclaimed
    assert (model["claim"]["credit"], model["claim"]["credit_left"]) == (credit, left)
    said = pdf_words(files["dossier.pdf"])
    assert ("Crédit qui reste au client 50,00" in said) == (left != "0.00")
    assert ("non réclamés" in said) == unclaimed


def test_charges_that_are_told_as_unclaimed_are_those_that_were_reckoned(covered):
    files = opened(make(covered, "F-1", "honest.zip"))
    for member, value in (("unclaimed", "0.00"), ("unclaimed", "99.00"), ("credit_left", "-1.00")):
        forged = json.loads(files["dossier.json"])
        forged["claim"][member] = value
        path = write_forged(covered.folder, files, forged)
        assert "dossier.json" in covered.ctl("dossier", "--verify", path, status=1).stderr


def test_a_statement_tells_the_credit_that_is_left(covered):
    path = make(covered, "customer:C-1", "statement.pdf", "--format", "statement")
    assert "Crédit qui reste au client : 50,00 €" in pdf_words(path.read_bytes()).translate(
        str.maketrans("\u00a0\u202f", "  "))


def test_what_is_not_late_yet_is_demanded_in_no_letter(told):
    told.load(invoices=[firms.invoice("F-7", due="2026-05-30")], at="2026-03-19T09:00")
    files = opened(make(told, "F-7", "F-7.zip"))
    assert set(files) == {"dossier.pdf", "dossier.json", "MANIFEST"}


def test_the_letter_is_in_the_language_of_the_customers_mails(firm):
    firm.load([firms.customer(language="de", country="DE")], [firms.invoice(due="2026-02-10")],
              at="2026-03-05")
    files = opened(make(firm, "F-1", "d.zip"))
    assert json.loads(files["dossier.json"])["customer"]["language"] == "de"
    assert "Mahnung" in pdf_words(files["letter.pdf"])
    assert "Mise en demeure" not in pdf_words(files["letter.pdf"])
    assert "Relevé de compte" in pdf_words(files["dossier.pdf"])


def pdf_words(pdf):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode())


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """A firm whose customer owes four invoices: a disputed one, a held one, one that is promised."""
    firm = firms.Firm(tmp_path_factory.mktemp("spoken") / "firm")
    firm.init()
    firm.load([firms.customer()], [firms.invoice(f"F-{i}", due="2026-02-10", amount=f"{i}00.00")
                                   for i in range(1, 5)], at="2026-03-05T09:00")
    firm.ctl("dispute", "F-2", "--reason", "defective", at="2026-03-05T10:00")
    firm.ctl("hold", "F-3", "--until", "2026-03-20", at="2026-03-05T10:00")
    firm.ctl("promise", "F-4", "2026-03-20", at="2026-03-05T10:00")
    return firm


def test_no_letter_demands_what_is_disputed_held_or_promised(spoken):
    files = opened(make(spoken, "customer:C-1", "C-1.zip", at="2026-03-20T10:00"))
    model = json.loads(files["dossier.json"])
    assert [invoice["aside"] for invoice in model["invoices"]] == [
        None, "disputed", "held", "promised"]
    charges = model["invoices"][0]["charges"]
    total = 100 + Decimal(charges["interest"]) + Decimal(charges["fixed"])
    said = pdf_words(files["letter.pdf"])
    assert "F-1" in said and not re.search("F-[234]", said)
    assert f"la somme de {total}".replace(".", ",") in said
    assert "F-2 (contestée)" in pdf_words(files["dossier.pdf"])
    assert pdf_words(make(spoken, "customer:C-1", "letter.pdf", "--format", "letter",
                          at="2026-03-20T10:00").read_bytes()) == said


@pytest.mark.parametrize("number, is_demanded_later", [("F-2", False), ("F-3", True), ("F-4", True)])
def test_a_letter_comes_back_when_the_day_of_a_hold_or_promise_has_passed(
        spoken, number, is_demanded_later):
    assert "letter.pdf" not in opened(make(spoken, number, f"{number}.zip", at="2026-03-20T10:00"))
    done = spoken.ctl("dossier", number, "--format", "letter", "-o", spoken.folder / f"{number}.pdf",
                      at="2026-03-20T10:00", status=None)
    assert done.returncode != 0 and "nothing to demand" in done.stderr
    later = opened(make(spoken, number, f"{number}-later.zip", at="2026-03-21T10:00"))
    assert ("letter.pdf" in later) == is_demanded_later


@pytest.mark.parametrize("paper, words", [
    ("pdf", "Chronologie"), ("letter", "Mise en demeure"), ("statement", "Relevé de compte"),
    ("charges", "intérêts")])
def test_one_paper_of_it_is_a_pdf(told, paper, words):
    path = make(told, "F-1", f"{paper}.pdf", "--format", paper)
    assert path.read_bytes().startswith(b"%PDF-1.")
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
        assert words.lower() in text.stdout.decode().lower()
