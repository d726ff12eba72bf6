# SPDX-License-Identifier: MIT
"""Customers whose names mean harm, from the file that brings them to the mail, the text message, the
template at Meta, the firm's program and the dossier: a name is shown as a name and does nothing."""

import csv
import json
import pathlib
import re
import shutil
import subprocess
import zipfile

import firm as firms
import mail
import proofreader
import pytest
from servers.cloud import Cloud
from servers.gateway import Gateway, reply
from servers.process import free_port, program

AT, APPROVED, HANDED = "2026-03-05T10:00", "2026-03-05T11:00", "2026-03-05T12:00"
EVIL = "evil@evil.example"
LONG = 10 * 1024  # bytes, as long as a field may be

HOSTILE = {
    "a header after CR LF": f"Martin\r\nBcc: {EVIL}\r\n\r\n<b>another body</b>",
    "a header after LF": "Martin\nX-Evil: yes",
    "a header after CR": "Martin\rX-Evil: yes",
    "a header": f"Bcc: {EVIL}",
    "the end of a mail": "Martin\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n.",
    "a leading dot": ".Martin",
    "dots": "..",
    "10 kB": "M" * LONG,
    "10 kB of words": "Martin & Fils " * (LONG // 14),
    "10 kB of emoji": "🥐" * (LONG // 4),
    "a template": "{{total}} {{{body}}} {{#invoices}}{{number}}{{/invoices}} {{>frame}} {{=<% %>=}}",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><a href=https://evil.example>x",
    "the end of a page": "</title></style></td></table></body></html><h1>",
    "entities": "&lt;b&gt; &#60;script&#62; &amp;amp; &",
    "an encoded word": "=?utf-8?q?=0D=0ABcc:_evil=40evil.example?= =?utf-8?b?DQpCY2M6IGE=?=",
    "a boundary": "--=_relanced--\n--=_\n--\n------=_Part_1",
    "addresses": f"Martin <{EVIL}>, {EVIL}; \"x\" <y@z.example>",
    "a change of direction": "Martin\u202elive\u202c \u2066x\u2069 \u200f\u061c",
    "letters from right to left": "מאפייה של שלום — مخبز",
    "characters that nobody sees": "Mar\u200btin\ufeff\u00ad\u2028a\u2029b",
    "a shell": "$(touch pwned)`touch pwned`; touch pwned | touch pwned && touch pwned",
    "JSON": "\",\"event\":\"reconnect\",\"x\":\"\\",
    "a format": "%s%n%5000x ${jndi:ldap://evil.example/a}",
    "a path": "../../../../etc/passwd",
    "a formula": "=cmd|' /C calc'!A0",
    "PDF": "(Martin) Tj ET\nendstream endobj\n<< /S /JavaScript /JS (app.alert(1)) >>",
}
HEADERS = {"mime-version", "from", "reply-to", "to", "subject", "date", "message-id",
           "auto-submitted", "content-language", "content-type", "x-peer", "x-mailfrom", "x-rcptto"}

KEEPER = """\
#!/bin/sh
cat > "events/$$.json"
"""


class Taken:
    """What a real mail server took."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        assert b"\n" not in envelope.content.replace(b"\r\n", b"")
        self.mails.append((list(envelope.rcpt_tos), envelope.content.replace(b"\r\n", b"\n")))
        return "250 queued"


def configure(firm, smtp_port, sms_url, cloud_url):
    (firm.folder / "hook/events").mkdir(parents=True)
    (firm.folder / "hook/service").write_text(
        KEEPER.replace("events/", f"{firm.folder}/hook/events/"))
    (firm.folder / "hook/service").chmod(0o755)
    (firm.folder / "token").write_text("EAAG\n")
    (firm.folder / "token").chmod(0o600)
    firm.config["agency"] = {"name": "Recouvrement Central", "email": "agency@file.example"}
    firm.config["channels"] = {
        "email": {"module": "email", "server": "127.0.0.1", "port": smtp_port, "tls": "none",
                  "from": "compta@atelier-dumont.example"},
        "sms": {"module": "sms", "provider": "http", "url": sms_url, "method": "POST",
                "headers": ["Content-Type: application/json"], "max_parts": 20,
                "body": '{"to": "{{to}}", "text": "{{text}}"}'},
        "whatsapp": {"module": "whatsapp", "phone_id": "1065", "url": cloud_url,
                     "token": {"file": "token"}, "templates": [
                         "remind = reminder(customer.name, customer.contact_name, contract)"]},
        "hook": {"module": "hook", "run": "hook/service"},
    }
    firm.config["policies"] = {
        "standard": {"steps": [{"id": "remind", "action": "remind", "after_due": 1,
                                "send": ["email", "sms", "whatsapp", "hook"]}]},
        "handed": {"steps": [{"id": "agency", "action": "agency", "after_due": 1}]}}
    firm.config["assign"] = [{"policy": "standard"}]
    firm.write_config()


def quoted(firm, kind, rows):
    """A file of facts with every field in quotes: one may hold the end of a line."""
    path = firm.folder / f"{kind}.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, firms.COLUMNS[kind].split(","), restval="",
                                quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(firm):
    customers, invoices = [], []
    for number, text in enumerate(HOSTILE.values()):
        for code, policy in ((f"C-{number}", "standard"), (f"H-{number}", "handed")):
            customers.append(firms.customer(
                code, text, contact_name=text, address=text[:999], city=text[:999],
                postcode=text[:50], registration=text[:999], policy=policy, email=f"{code.lower()}@customer.example",
                phone=f"+336120000{number:02d}", whatsapp=f"+336120000{number:02d}",
                whatsapp_opt_in="2026-01-15", country="FR"))
            invoices.append(firms.invoice(f"F-{code}", code, contract=text))
    firm.ctl("import", quoted(firm, "customers", customers), quoted(firm, "invoices", invoices),
             at=AT)


@pytest.fixture(scope="module")
def harm(tmp_path_factory):
    """What came of each name: {name of the text: {what: …}}"""
    controller = pytest.importorskip("aiosmtpd.controller")
    folder = tmp_path_factory.mktemp("injection")
    firm, taken = firms.Firm(folder / "firm"), Taken()
    server = controller.Controller(taken, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with Gateway(lambda _: reply(200, "ok")) as gateway, Cloud(folder) as cloud:
            configure(firm, server.port, gateway.url("/send"), cloud.url)
            firm.init()
            load(firm)
            firm.wake(AT)
            for task in firm.json("tasks"):
                if task["kind"] == "agency":
                    firm.ctl("approve", task["task"], at=APPROVED)
            firm.wake(HANDED)
            texts = {each.json["to"]: each.json["text"] for each in gateway.requests}
            chats = {each["to"]: json.loads(each["body"]) for each in cloud.messages()}
    finally:
        server.stop()
    return sort(firm, taken.mails, texts, chats)


def sort(firm, mails, texts, chats):
    events = [json.loads(path.read_text(encoding="utf-8"))
              for path in (firm.folder / "hook/events").iterdir()]
    found = {"firm": firm, "mails": mails, "texts": texts, "chats": chats, "events": events}
    for number, name in enumerate(HOSTILE):
        found[name] = {
            "code": f"C-{number}",
            "mails": [raw for to, raw in mails if to == [f"c-{number}@customer.example"]],
            "sms": texts.get(f"+336120000{number:02d}"),
            "chat": chats.get(f"336120000{number:02d}"),
            "event": [each for each in events if each["customer"]["id"] == f"C-{number}"],
        }
    return found


@pytest.fixture(params=HOSTILE)
def one(request, harm):
    return HOSTILE[request.param], harm[request.param]


def letters_of(text):
    return re.sub(r"[^\w<>{}&=%$]", "", text)


def is_shown(text, where):
    """Whole, or its beginning where it is too long; blanks and what nobody sees aside."""
    return letters_of(text)[:60] in letters_of(where)


def test_each_customer_gets_one_of_each_and_nobody_else_anything(harm):
    for name in HOSTILE:
        got = harm[name]
        assert (len(got["mails"]), len(got["event"])) == (1, 1), name
        assert got["sms"] and got["chat"], name
    recipients = [to for to, _ in harm["mails"]]
    assert all(len(to) == 1 for to in recipients)
    assert {to[0].split("@")[1] for to in recipients} == {"customer.example", "file.example"}
    assert len(recipients) == 2 * len(HOSTILE)
    assert len(harm["texts"]) == len(harm["chats"]) == len(harm["events"]) == len(HOSTILE)


def test_no_header_is_won(harm):
    for _, raw in harm["mails"]:
        message = mail.parse(raw)
        assert {name.lower() for name in message.keys()} <= HEADERS
        assert len(message.keys()) == len(set(message.keys()))
        assert EVIL not in str(message["To"]) and EVIL not in str(message["From"])
        for part in message.walk():
            for _, value in part.items():
                assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", str(value))


def test_two_parsers_find_no_defect(one):
    _, got = one
    assert mail.faults(got["mails"][0]) == []


def test_the_mail_has_its_own_parts_and_shows_the_name(one):
    text, got = one
    message = mail.parse(got["mails"][0])
    assert [part.get_content_type() for part in mail.leaves(message)] == [
        "text/plain", "text/html", "image/png"]
    plain = message.get_body(("plain",)).get_content()
    assert is_shown(text, plain)
    assert "200,00" not in plain.partition("\n\n")[0], "not expanded"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", plain)


def test_the_page_shows_the_name_and_nothing_of_it_is_markup(one):
    text, got = one
    page = proofreader.Page(mail.parse(got["mails"][0]).get_body(("html",)).get_content())
    assert page.found == []
    assert is_shown(text, page.text)
    assert all(link.startswith(("https://pay.", "mailto:compta@")) for link in page.links)


def test_a_text_message_is_one_line_of_visible_characters(one):
    _, got = one
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", got["sms"])


def test_metas_template_gets_words_without_breaks(one):
    text, got = one
    given = got["chat"]["template"]["components"][0]["parameters"]
    for each in given:
        assert set(each) == {"type", "text"} and each["type"] == "text"
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]| {4}", each["text"])
        assert is_shown(text, each["text"])


def test_the_program_gets_the_name_as_a_value(one, harm):
    text, got = one
    event, = got["event"]
    assert event["event"] == "remind" and is_shown(text, event["customer"]["name"])
    assert not list(harm["firm"].folder.rglob("pwned")) and not pathlib.Path("pwned").exists()


def test_the_terminal_gets_no_escapes(harm):
    for command in (["customers"], ["invoices"], ["log"], ["tasks"]):
        shown = harm["firm"].ctl(*command, at=HANDED).stdout
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown), command


# Dossiers

@pytest.fixture(scope="module")
def dossiers(harm):
    """The files that were handed over, by the number of their customer."""
    program("pdftotext")
    found = {}
    for to, raw in harm["mails"]:
        if to == ["agency@file.example"]:
            assert mail.faults(raw) == []
            attached, = mail.parse(raw).iter_attachments()
            number = int(re.search(r"F-H-(\d+)", attached.get_filename()).group(1))
            found[number] = attached.get_content()
    assert set(found) == set(range(len(HOSTILE)))
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_dossier_says_the_name_and_does_nothing(name, dossiers, tmp_path):
    number = list(HOSTILE).index(name)
    path = tmp_path / "dossier.zip"
    path.write_bytes(dossiers[number])
    with zipfile.ZipFile(path) as bundle:
        assert bundle.testzip() is None
        names = bundle.namelist()
        assert all(re.fullmatch(r"(invoices/)?[\w.-]+", each) and ".." not in each for each in names)
        told = json.loads(bundle.read("dossier.json"))
        bundle.extractall(tmp_path)
    assert is_shown(HOSTILE[name], told["customer"]["name"])
    for pdf in tmp_path.glob("*.pdf"):
        scripts = subprocess.run(["pdfinfo", "-js", pdf], capture_output=True, check=True)
        assert scripts.stdout + scripts.stderr == b""
        shown = subprocess.run(["pdftotext", "-q", pdf, "-"], capture_output=True, check=True)
        assert shown.stdout


# What is no text at all

def test_a_row_with_a_nul_is_refused_with_its_line_and_the_others_count(firm):
    path = firm.folder / "customers.csv"
    path.write_bytes(b"id,name\nC-1,Mar\0tin\nC-2,Durand\nC-3,\xff\xfe\nC-4,Petit\n")
    done = firm.ctl("import", path, status=1)
    assert re.search(r"customers\.csv:2: ", done.stderr) and re.search(r"customers\.csv:4: ",
                                                                       done.stderr)
    assert [each["customer"] for each in firm.json("customers")] == ["C-2", "C-4"]


@pytest.mark.parametrize("address", [
    "a@b.example\nBcc: evil@evil.example", "a@b.example,evil@evil.example", "<a@b.example>",
    "a@b.example>\r\nRCPT TO:<evil@evil.example", "a b@c.example", "@", "a@b.example\0",
    "=?utf-8?q?x?=@b.example"])
def test_an_address_that_would_be_two_is_refused(firm, address):
    path = firm.folder / "customers.csv"
    quoted = address.replace('"', '""')
    path.write_bytes(f'id,name,email\nC-1,Martin,"{quoted}"\n'.encode())
    done = firm.ctl("import", path, status=1)
    assert "customers.csv:" in done.stderr and EVIL not in json.dumps(firm.json("customers"))


@pytest.mark.parametrize("url", [
    "javascript:alert(1)", "https://pay.example/\"><script>alert(1)</script>", "data:text/html,x",
    "https://pay.example/a\nb", "//evil.example", "file:///etc/passwd"])
def test_an_address_to_pay_at_runs_nothing(firm, url):
    firm.load([firms.customer()], [firms.invoice(payment_url=url)], at=AT, status=None)
    shown = firm.json("preview", "F-1", at=AT, status=None)
    for each in shown:
        page = proofreader.Page(each["html"])
        assert page.found == [] and not re.search(r"(?i)javascript:|data:|file:", " ".join(page.links))


@pytest.mark.parametrize("size", [2000, 2048])
def test_an_address_to_pay_at_is_never_cut(firm, size):
    url = "https://pay.example/" + "a" * (size - 20)
    firm.load([firms.customer()], [firms.invoice(payment_url=url)], at=AT)
    shown, = firm.json("preview", "F-1", "--channel", "email", at=AT)
    assert url in shown["text"].split() and url in proofreader.Page(shown["html"]).links


def test_an_address_to_pay_at_stays_in_the_quotes_of_a_firms_own_template(firm):
    url = "https://pay.example/'onmouseover='alert(1)"
    page = firm.folder / "own/fr/remind/email.html"
    page.parent.mkdir(parents=True)
    page.write_text("<a href='{{payment_url}}'>{{number}}</a>\n", encoding="utf-8")
    page.with_suffix(".txt").write_text("Subject: {{number}}\n\n{{payment_url}}\n", encoding="utf-8")
    firm.config["templates"] = "own"
    firm.write_config()
    firm.load([firms.customer()], [firms.invoice(payment_url=url)], at=AT)
    shown, = firm.json("preview", "F-1", "--channel", "email", "--step", "reminder", at=AT)
    assert url in proofreader.Page(shown["html"]).links and "onmouseover='" not in shown["html"]


# Files

NAMES = ["F-1.pdf", "Facture n°1 — société Éléonore.pdf", "é" * 100 + ".pdf", "請求書" * 20 + ".pdf",
         "🥐" * 50 + ".pdf", "x" * 200 + ".pdf", "=?utf-8?q?x?=.pdf", 'a"b;name*=utf-8\'\'x.pdf',
         "2026\\F-1.pdf", "C:F-1.pdf", "fdp.\u202efdp.exe", "a\u2028b\u200f.pdf", "F-1.PDF",
         "document-2.pdf"]


@pytest.fixture(scope="module")
def filed(tmp_path_factory):
    """{name of a file: (the mail that brings it, the firm)}, one customer for each."""
    firm, taken = firms.Firm(tmp_path_factory.mktemp("files") / "firm"), Taken()
    server = pytest.importorskip("aiosmtpd.controller").Controller(
        taken, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        firm.config["channels"]["email"] = {
            "module": "email", "server": "127.0.0.1", "port": server.port, "tls": "none"}
        firm.config["policies"]["standard"]["steps"] = [
            {"id": "remind", "action": "remind", "after_due": 1, "send": ["email"], "attach": "own"}]
        firm.write_config()
        firm.init()
        for number, name in enumerate(NAMES):
            (firm.folder / "documents" / name).write_bytes(b"%PDF-1.7 " + name.encode())
        firm.load([firms.customer(f"C-{number}") for number, _ in enumerate(NAMES)],
                  [firms.invoice(f"F-{number}", f"C-{number}", document=name)
                   for number, name in enumerate(NAMES)], at=AT)
        firm.wake(AT)
    finally:
        server.stop()
    mails = {to[0]: raw for to, raw in taken.mails}
    return {name: (mails[f"c-{number}@example.org"], firm) for number, name in enumerate(NAMES)}


@pytest.mark.parametrize("name", NAMES)
def test_an_attachment_has_its_name_and_two_parsers_find_no_defect(name, filed):
    raw, _ = filed[name]
    assert mail.faults(raw) == []
    attached, = mail.parse(raw).iter_attachments()
    assert attached.get_content() == b"%PDF-1.7 " + name.encode()
    assert attached.get_filename() == re.sub("\u2028", " ", re.sub("\u202e", "", name))
    assert all(len(line) <= 78 for line in raw.partition(b"\n\nJVBER")[0].split(b"\n"))


def test_a_file_of_any_name_is_in_a_dossier_under_one_that_every_system_takes(filed, tmp_path):
    for number, name in enumerate(NAMES):
        path = tmp_path / f"{number}.zip"
        filed[name][1].ctl("dossier", f"F-{number}", "-o", path, at=APPROVED)
        with zipfile.ZipFile(path) as bundle:
            packed, = (each for each in bundle.namelist() if each.startswith("invoices/"))
            assert bundle.read(packed) == b"%PDF-1.7 " + name.encode()
            assert re.fullmatch(r"invoices/[^/\\:*?\"<>|\u200e\u200f\u2028-\u202e\u2066-\u2069]+", packed)


def test_files_of_one_name_are_all_in_a_dossier(firm, tmp_path):
    names = ["document-2.pdf", "a/F.pdf", "b/f.PDF", "c/F.pdf", "DOCUMENT-3.pdf"]
    for name in names:
        path = firm.folder / "documents" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%PDF-1.7 " + name.encode())
    firm.load([firms.customer()], [firms.invoice(f"F-{number}", document=name)
                                   for number, name in enumerate(names)], at=AT)
    path = tmp_path / "dossier.zip"
    firm.ctl("dossier", "customer:C-1", "-o", path, at=AT)
    firm.ctl("dossier", "--verify", path)
    with zipfile.ZipFile(path) as bundle:
        packed = [each for each in bundle.namelist() if each.startswith("invoices/")]
        assert len({each.lower() for each in packed}) == len(packed) == len(names)
        assert sorted(map(bundle.read, packed)) == sorted(b"%PDF-1.7 " + each.encode() for each in names)
