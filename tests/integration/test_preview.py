# SPDX-License-Identifier: MIT
"""relancectl preview: the text, the page, the mail byte for byte and the picture of what would go
out, without anything going out."""

import email
import email.policy
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import zlib

import pytest

from firm import RELANCECTL, TIMEOUT_S, customer, invoice
from servers.process import wait_until

AT = "2026-03-05T10:00"
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 64
BROWSERS = [name for name in ("chromium", "wkhtmltoimage") if shutil.which(name)]


@pytest.fixture(name="shop")
def shop_fixture(firm):
    """A firm that mails by a server which nobody may ask: it is not there."""
    firm.config["creditor"]["name"] = "Atelier Łódź"
    firm.config["channels"]["email"] = {
        "module": "email", "server": "127.0.0.1", "port": 1, "tls": "none",
        "from": "compta@atelier-dumont.example"}
    firm.config["policies"]["standard"]["steps"][1] = {
        "id": "reminder", "action": "remind", "after_due": 3, "send": ["email", "sms"], "attach": "own"}
    firm.write_config()
    (firm.folder / "documents" / "F-1.pdf").write_bytes(PDF)
    firm.load([customer("C-1", "Martin", contact_name="Łucja <b>", email="marie@martin.example",
                        cc="a@martin.example", phone="+33612345678")],
              [invoice("F-1", "C-1", document="F-1.pdf", payment_url="https://pay.example/F-1")], at=AT)
    return firm


def raw(firm, *arguments, status=0):
    """stdout, byte for byte."""
    done = subprocess.run([str(RELANCECTL), "--config", str(firm.path), "--at", AT, *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, env=firm.environment,
                          timeout=120, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_the_mail_is_the_one_that_would_leave_with_its_document(shop):
    mail = email.message_from_bytes(raw(shop, "preview", "F-1", "--format", "eml"),
                                    policy=email.policy.strict)
    assert mail["To"] == "marie@martin.example" and mail["Cc"] == "a@martin.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert parts["application/pdf"].get_payload(decode=True) == PDF
    assert parts["application/pdf"].get_filename() == "F-1.pdf"
    assert "Łódź" in parts["text/plain"].get_content()
    assert parts["image/png"].get_payload(decode=True).startswith(b"\x89PNG")
    assert shop.log() == []


def test_a_file_is_made_anew_or_not_at_all(shop):
    path = shop.folder / "notice.eml"
    shop.ctl("preview", "F-1", "--format", "eml", "-o", path, at=AT)
    written = path.read_bytes()
    assert written.startswith(b"From: ") or b"\nFrom: " in written
    assert path.stat().st_mode & 0o777 == 0o600
    done = shop.ctl("preview", "F-1", "--format", "html", "--output", path, at=AT, status=1)
    assert "File exists" in done.stderr and path.read_bytes() == written
    missing = shop.folder / "none.eml"
    shop.ctl("preview", "F-1", "--channel", "sms", "--format", "eml", "-o", missing, at=AT, status=1)
    assert not missing.exists()


def test_with_json_the_answer_becomes_the_file(shop):
    path = shop.folder / "notice.json"
    printed = raw(shop, "--json", "preview", "F-1", "--channel", "sms")
    assert raw(shop, "--json", "preview", "F-1", "--channel", "sms", "-o", path) == b""
    assert path.read_bytes() == printed and path.stat().st_mode & 0o777 == 0o600
    done = shop.ctl("--json", "preview", "F-1", "-o", path, at=AT, status=1)
    assert f"{path}: File exists" in done.stderr and path.read_bytes() == printed
    missing = shop.folder / "none.json"
    shop.ctl("--json", "preview", "F-9", "-o", missing, at=AT, status=3)
    assert not missing.exists()


def test_an_sms_that_would_be_refused_is_said_to_be(shop):
    shop.load(invoices=[invoice("F-1", "C-1", payment_url="https://pay.example/" + "F" * 200)], at=AT)
    for most in (1, 9):
        shop.config["channels"]["sms"]["max_parts"] = most
        shop.write_config()
        shown, = shop.json("preview", "F-1", "--channel", "sms", at=AT)
        assert 1 < shown["parts"] < 9 and shown["max_parts"] == most
        text = shop.ctl("preview", "F-1", "--channel", "sms", at=AT).stdout
        assert ("the module sms refuses it" in text) == (most == 1)


def test_the_page_shows_its_code_outside_of_a_mail(shop):
    page = raw(shop, "preview", "F-1", "--format", "html").decode()
    assert page.lstrip().startswith("<!DOCTYPE html") or page.lstrip().startswith("<!doctype html")
    assert "cid:pay" not in page and 'src="data:image/svg+xml,%3Csvg' in page
    assert "Łucja &lt;b&gt;" in page and "https://pay.example/F-1" in page


def test_a_name_is_no_picture(shop):
    shop.load([customer("C-1", "Martin", contact_name='Marie src="cid:pay"', email="marie@martin.example")], [],
              at=AT)
    page = raw(shop, "preview", "F-1", "--format", "html").decode()
    assert "Marie src=&quot;cid:pay&quot;" in page and page.count("data:image") == 1


REFUSED = [
    # what is asked for → exit code, words
    (["--format", "html", "--channel", "sms"], 1, ["no e-mail"]),
    (["--format", "eml", "--channel", "sms"], 1, ["no e-mail"]),
    (["--format", "pdf"], 2, ["pdf", "png"]),
    (["--format", "eml", "--format", "png"], 2, ["twice"]),
    (["-o"], 2, ["needs a value"]),
    (["-x"], 2, ["-x"]),
]


@pytest.mark.parametrize("arguments, status, words", REFUSED)
def test_what_cannot_be_shown_is_refused_in_words(shop, arguments, status, words):
    done = shop.ctl("preview", "F-1", *arguments, at=AT, status=status)
    assert done.stdout == "" and all(word in done.stderr for word in words), done.stderr


def test_of_several_mails_one_is_to_be_chosen(shop):
    shop.config["channels"]["second"] = dict(shop.config["channels"]["email"], address="email")
    shop.config["policies"]["standard"]["steps"][1]["send"] = ["email", "second"]
    shop.write_config()
    done = shop.ctl("preview", "F-1", "--format", "eml", at=AT, status=1)
    assert "--channel (email, second)" in done.stderr
    assert raw(shop, "preview", "F-1", "--format", "eml", "--channel", "second")
    rows = shop.json("preview", "F-1", "--format", "eml", at=AT)
    assert [row["channel"] for row in rows] == ["email", "second"]
    assert all(row["eml"].count("\r\n") > 20 for row in rows)


def test_a_channel_that_makes_no_mail_says_so(firm):
    firm.load([customer()], [invoice()], at=AT)
    done = firm.ctl("preview", "F-1", "--format", "eml", at=AT, status=1)
    assert "channel email makes no mail of this message" in done.stderr, done.stderr


def test_a_document_that_is_not_there_is_told(shop):
    (shop.folder / "documents" / "F-1.pdf").unlink()
    done = shop.ctl("preview", "F-1", "--format", "eml", at=AT, status=1)
    assert "F-1.pdf" in done.stderr


def test_who_telephones_reads_what_to_ask_and_the_sums(firm):
    """It goes to nobody, and in the firm's own language."""
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "telephone", "action": "call", "after_due": 3}]}
    firm.write_config()
    firm.load([customer("C-1", "Martin", language="de", email="marie@martin.example",
                        phone="+33612345678")],
              [invoice("F-1", "C-1"), invoice("F-2", "C-1", due="2026-04-02")], at=AT)
    firm.load(payments=[{"id": "P-1", "customer": "C-1", "date": "2026-03-04", "amount": "200.00",
                         "currency": "EUR"}], at=AT)
    firm.wake(AT)
    task, = firm.json("tasks")
    assert task["kind"] == "call" and "relancectl preview F-1" in task["commands"]
    for asked in ([], ["--step", "telephone"]):
        shown, = firm.json("preview", "F-1", *asked, at=AT)
        assert (shown["step"], shown["action"], shown["to"], shown["total"], shown["language"]) == (
            "telephone", "call", None, "1000.00", "fr")
        assert "À appeler" in shown["subject"] and shown["payment_code"] is None
        for said in ("Martin", "612345678", "F-1", "Àdemander", "1000,00"):
            assert said in re.sub(r"\s", "", shown["text"]), said
        assert "F-2" not in shown["text"]
    firm.ctl("send", "F-1", "--step", "telephone", at=AT, status=1)
    firm.wake("2026-03-06T10:00")
    assert firm.log() == [] and len(firm.json("tasks")) == 1


def test_an_sms_tells_how_many_parts_it_takes(shop):
    shop.config["channels"]["sms"].update(max_parts=1, transliterate=True)
    shop.write_config()
    [row] = shop.json("preview", "F-1", "--channel", "sms", at=AT)
    assert "Lodz" in row["text"] and row["parts"] >= 1 and row["html"] is None
    assert "\nParts" in shop.ctl("preview", "F-1", "--channel", "sms", at=AT).stdout


def test_a_picture_is_not_for_a_terminal(shop):
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [str(RELANCECTL), "--config", str(shop.path), "--at", AT, "preview", "F-1", "--format", "png"],
            stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.PIPE, env=shop.environment,
            timeout=120, check=False)
    finally:
        os.close(follower)
        os.close(leader)
    assert done.returncode == 2 and b"--output" in done.stderr


def test_without_a_browser_the_package_is_named(shop):
    shop.environment["PATH"] = str(shop.folder)
    done = shop.ctl("preview", "F-1", "--format", "png", "-o", shop.folder / "x.png", at=AT, status=1)
    assert "apt install chromium" in done.stderr
    assert not (shop.folder / "x.png").exists()


def fake_browser(firm, text):
    """A chromium that the test has written."""
    path = firm.folder / "bin" / "chromium"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    firm.environment["PATH"] = f"{path.parent}:{os.environ['PATH']}"


@pytest.mark.parametrize("end, words", [
    ("exit 7", "exit status 7"), ("kill -9 $$", "exit status 137"),
    ("exit 0", "has made no picture"),
])
def test_a_browser_that_fails_leaves_nothing_behind(shop, end, words, tmp_path):
    asked = shop.folder / "asked"
    shop.environment["TMPDIR"] = str(tmp_path)
    fake_browser(shop, f"#!/bin/sh\necho \"$@\" > {asked}\n{end}\n")
    done = shop.ctl("preview", "F-1", "--format", "png", "-o", shop.folder / "x.png", at=AT, status=1)
    assert words in done.stderr, done.stderr
    assert not (shop.folder / "x.png").exists()
    desks = set(re.findall(rf"{tmp_path}/relancectl-\w+", asked.read_text(encoding="utf-8")))
    assert len(desks) == 1 and not os.path.exists(desks.pop())


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_who_is_interrupted_leaves_nothing_behind(shop, end, tmp_path):
    asked = shop.folder / "asked"
    fake_browser(shop, f"#!/bin/sh\necho $$ \"$@\" > {asked}.new\nmv {asked}.new {asked}\n"
                       "exec sleep 600\n")
    desks = tmp_path / "desks"
    desks.mkdir()
    shop.environment["TMPDIR"] = str(desks)
    with subprocess.Popen([str(RELANCECTL), "--config", str(shop.path), "--at", AT, "preview", "F-1",
                           "--format", "png"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, env=shop.environment) as preview:
        wait_until(lambda: asked.exists() or preview.poll() is not None, "the browser")
        assert str(desks) in asked.read_text(encoding="utf-8")
        preview.send_signal(end)
        assert preview.communicate(timeout=TIMEOUT_S) == (b"", b"")
    browser = int(asked.read_text(encoding="utf-8").split()[0])
    assert preview.returncode == -end and not os.path.exists(f"/proc/{browser}")
    assert not list(desks.iterdir())


def pixels(png):
    """Width, height, and the rows of an eight-bit PNG without a palette."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert depth == 8 and colour in (2, 6)
    data, at = b"", 8
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at:at + 4]), png[at + 4:at + 8]
        data += png[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return width, height, zlib.decompress(data)


@pytest.mark.skipif(not BROWSERS, reason="neither chromium nor wkhtmltoimage is installed")
def test_the_picture_is_of_the_whole_page_and_its_code_can_be_read(shop, tmp_path):
    path = tmp_path / "notice.png"
    shop.ctl("preview", "F-1", "--format", "png", "-o", path, at=AT)
    width, height, _ = pixels(path.read_bytes())
    assert width == 680 and 600 < height < 3000
    if shutil.which("zbarimg"):
        code = subprocess.run(["zbarimg", "--quiet", "--raw", str(path)], capture_output=True, text=True,
                              timeout=60, check=True).stdout
        [row] = shop.json("preview", "F-1", "--format", "png", at=AT)
        assert code.strip() == row["payment_code"].strip()


CHARGES = re.compile("pénalité|charges|Verzug|intereses|interessi|rente", re.IGNORECASE)


@pytest.mark.parametrize("language", ["fr", "en", "de", "es", "it", "nl"])
def test_a_consumer_is_not_told_of_charges_that_are_for_firms(firm, language):
    """R24: no charge is configured, and what the law has for firms is not announced to a person."""
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "deadline", "action": "deadline", "after_due": 3, "deadline_days": 8,
         "send": ["email", "sms"]}]}
    firm.write_config()
    kinds = {"consumer": "F-1", "business": "F-2"}
    firm.load([customer(kind, kind=kind, language=language, phone="+33612345678") for kind in kinds],
              [invoice(number, kind) for kind, number in kinds.items()], at=AT)
    for kind, number in kinds.items():
        for row in firm.json("preview", number, "--step", "deadline", at=AT):
            assert bool(CHARGES.search(row["text"])) == (kind == "business"), row["text"]
