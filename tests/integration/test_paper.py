# SPDX-License-Identifier: MIT
"""relanced-paper: the PDFs and the archive that it makes of a dossier, judged by other programs."""

import copy
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import unicodedata
import zipfile

import pytest

import firm as firms
import paper_sample
from paper_sample import cents, documents, sample

PAPER = firms.BUILD / "relanced-paper"
KINDS = ("letter", "statement", "charges", "dossier-pdf")
LANGUAGES = ("fr", "en", "de", "es", "it", "nl")
DONE, FAILED, USAGE, BAD_JSON, BAD_DOCUMENT = range(5)
NO = ("no", "none")
SPACES = str.maketrans("\u00a0\u202f\u2009\n", "    ")

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("pdfinfo", "pdffonts", "pdftotext", "pdfdetach", "pdftoppm"))),
    reason="poppler-utils is not installed")


def run(kind, dossier, papers=None, folder=None, environment=None):
    """The finished process, documents given as open descriptors."""
    text = dossier if isinstance(dossier, bytes) else json.dumps(dossier).encode()
    command, descriptors = [str(PAPER), kind], []
    for name, data in (papers or {}).items():
        path = folder / f"document-{len(descriptors)}"
        path.write_bytes(data)
        descriptors.append(os.open(path, os.O_RDONLY))
        command += ["--document", f"{name}={descriptors[-1]}"]
    try:
        return subprocess.run(command, input=text, capture_output=True, pass_fds=descriptors,
            timeout=120, check=False, env={**os.environ, **(environment or {})})
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def make(kind, dossier, papers=None, folder=None, environment=None):
    done = run(kind, dossier, papers, folder, environment)
    assert (done.returncode, done.stderr) == (DONE, b"")
    return done.stdout


def tool(name, *arguments, data):
    done = subprocess.run([name, *arguments], input=data, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout.decode()


def words(data):
    """All that a PDF says, with single plain spaces."""
    text = tool("pdftotext", "-enc", "UTF-8", "-", "-", data=data).translate(SPACES)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text))


def info(data):
    lines = tool("pdfinfo", "-", data=data).splitlines()
    return {key.strip(): value.strip() for key, value in (line.split(":", 1) for line in lines)}


def two_instalments():
    """A dossier whose first invoice has two instalments and a part payment."""
    dossier = sample(2)
    first = dossier["invoices"][0]
    first.update(amount="1200.00", paid="200.00", open="1000.00", instalments=[
        {"instalment": 1, "due": "2026-01-31", "amount": "600.00", "open": "400.00", "days_late": 74},
        {"instalment": 2, "due": "2026-02-28", "amount": "600.00", "open": "600.00", "days_late": 46}])
    first["charges"]["periods"] = [
        {"instalment": 1, "from": "2026-02-01", "to": "2026-02-10", "days": 10, "base": "600.00",
         "rate": "12.15", "sum": "2.00"},
        {"instalment": 1, "from": "2026-02-11", "to": "2026-04-15", "days": 64, "base": "400.00",
         "rate": "12.15", "sum": "8.52"},
        {"instalment": 2, "from": "2026-03-01", "to": "2026-04-15", "days": 46, "base": "600.00",
         "rate": "12.15", "sum": "9.19"}]
    first["charges"]["interest"] = "19.71"
    dossier["claim"] = paper_sample.claim(dossier["invoices"], credit=1500)
    dossier["statement"] = paper_sample.statement(dossier["invoices"])
    return dossier


HARD_NAMES = {
    "very long": "Société des Anciens Établissements " * 40,
    "right to left": "מאפיית שלום בע״מ 12",
    "Arabic within": "Bakery محمد بن عبد الله Ltd",
    "emoji": "Boulangerie 😀 🎄 & Fils",
    "template": "{{name}} {{> evil}} {1} %s %n",
    "markup": "<b>bold</b> &amp; <script>alert(1)</script>",
    "PDF": "a) /JavaScript (b) <</S/JavaScript>> endobj",
    "lines": "one\r\ntwo\tthree\x1b[31m",
    "overrides": "abc\u202egpj.exe\u2066",
    "one word": "W" * 10000,
}


@pytest.mark.parametrize("kind, language", [
    *((kind, language) for kind in ("letter", "dossier-pdf") for language in LANGUAGES),
    ("statement", "fr"), ("charges", "fr")])
def test_every_paper_in_every_language_is_a_sound_pdf(kind, language):
    data = make(kind, two_instalments() | {"language": language})
    about = info(data)
    assert about["Tagged"] == "yes" and about["Metadata Stream"] == "yes"
    assert about["JavaScript"] in NO and about["Form"] == "none"
    assert about["Page size"].endswith("(A4)")
    assert about["Author"] == "Atelier Dumont" and "Boulangerie Martin SARL" in about["Title"]
    assert about["CreationDate"] == about["ModDate"] and "2026" in about["CreationDate"]
    assert b"/Lang <FEFF" + "".join(f"{ord(c):04X}" for c in language).encode() + b">" in data
    fonts = tool("pdffonts", "-", data=data).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert re.search(r"\s(yes) yes yes +\d+ +0$", font), font
    said = words(data)
    assert "{1}" not in said and "{2}" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_the_colours_of_a_pdf_have_a_profile(kind):
    data = make(kind, sample(1))
    number, = re.findall(rb"/S /GTS_PDFA1 /DestOutputProfile (\d+) 0 R", data)
    length, profile = re.search(
        rb"\n%s 0 obj\n<< /N 3 /Length (\d+) >>\nstream\n(.*?)\nendstream" % number, data, re.S).groups()
    assert int.from_bytes(profile[:4], "big") == len(profile) == int(length)
    assert profile[12:20] == b"mntrRGB " and profile[36:40] == b"acsp"
    assert profile[8] == 2  # the version that PDF 1.4 knows


@pytest.mark.parametrize("kind", KINDS + ("dossier-zip",))
def test_the_same_input_gives_the_same_bytes(kind, tmp_path):
    papers = documents(2)
    args = (kind, sample(2), papers, tmp_path)
    first = make(*args)
    assert first == make(*args, {"TZ": "Asia/Tokyo", "LC_ALL": "C"})


def test_the_letter_names_the_sum_the_day_and_what_follows_once():
    dossier = sample()
    said = words(make("letter", dossier))
    assert said.count("27 avril 2026") == 1
    assert said.count("confierons") == 1
    assert "mettons en demeure" in said and "article 1344 du Code civil" in said
    total = dossier["claim"]["total"].replace(".", ",")
    assert f"{total[0]} {total[1:]} €" in said
    assert "FR76 3000 6000 0112 3456 7890 189" in said
    for number in ("F-1001", "F-1002", "F-1003"):
        assert number in said
    assert "dette" not in said.lower()
    assert info(make("letter", dossier))["Pages"] == "1"


def test_the_letter_names_the_days_on_which_the_customer_was_written_to():
    dossier = sample() | {"notices": [
        paper_sample.notice(n, f"2026-{day}", **changes) for n, (day, changes) in enumerate((
            ("02-10", {}), ("02-18", {"action": "deadline"}), ("02-20", {"state": "failed"}),
            ("03-02", {"action": "suspend"}), ("03-05", {"action": None, "occasion": "thanks"}),
            ("03-10", {"action": "agency"}), ("03-11", {"action": "call"})), 1)]}
    said = words(make("letter", dossier))
    assert "écrit à ce sujet (10 février 2026 et 18 février 2026)" in said
    assert "mars 2026" not in said


def test_a_letter_without_a_deadline_gives_eight_days():
    dossier = sample() | {"letter": None}
    assert "huit jours suivant la réception" in words(make("letter", dossier))


PARTIAL = {"fr": ("que partiellement réglée", "pas été réglées en totalité", "Réglé"),
           "en": ("only been paid in part", "not been paid in full", "Paid"),
           "de": ("nur teilweise bezahlt", "nicht vollständig bezahlt", "Bezahlt"),
           "es": ("solo se ha pagado en parte", "no se han pagado por completo", "Pagado"),
           "it": ("solo in parte", "per intero", "Pagato"),
           "nl": ("slechts gedeeltelijk betaald", "niet volledig betaald", "Betaald")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_knows_what_was_paid(language):
    one, many, column = PARTIAL[language]
    dossier = sample(2) | {"language": language}
    assert column not in words(make("letter", dossier))
    dossier["invoices"][0].update(paid="200.00", open=cents(
        round(float(dossier["invoices"][0]["amount"]) * 100) - 20000))
    dossier["claim"] = paper_sample.claim(dossier["invoices"])
    said = words(make("letter", dossier))
    assert column in said and many in said and re.search(r"\b200[.,]00", said)
    dossier["invoices"] = dossier["invoices"][:1]
    dossier["claim"] = paper_sample.claim(dossier["invoices"])
    said = words(make("letter", dossier))
    assert column in said and one in said


@pytest.mark.parametrize("theirs, word, country", [
    ("de", "Verzugszinsen", "Allemagne"), ("de-AT", "Verzugszinsen", "Allemagne"),
    ("pt", "Intérêts de retard", "Allemagne"), (None, "Intérêts de retard", "Allemagne")])
def test_a_letter_speaks_the_customers_language(theirs, word, country, tmp_path):
    """And is addressed for the creditor's post."""
    dossier = sample(1)
    dossier["customer"].update(language=theirs, country="DE")
    letter = make("letter", dossier)
    assert word in words(letter) and country in words(letter)
    language = theirs if theirs in ("de", "de-AT") else "fr"
    assert b"/Lang <FEFF" + "".join(f"{ord(c):04X}" for c in language).encode() + b">" in letter
    assert "Intérêts de retard" in words(make("dossier-pdf", dossier))
    with zipfile.ZipFile(io.BytesIO(make("dossier-zip", dossier))) as archive:
        assert word in words(archive.read("letter.pdf"))
        assert "Intérêts de retard" in words(archive.read("dossier.pdf"))


@pytest.mark.parametrize("language, wrong", [
    ("fr", ["cette date"]), ("en", ["that date"]), ("de", ["diesem Tag"]), ("nl", ["die dag"]),
    ("es", ["esa fecha", "ustedes", "señores"]), ("it", ["tale data", "Signori", " voi"])])
def test_a_letter_speaks_to_one_customer_and_of_no_day_that_is_not_there(language, wrong):
    said = words(make("letter", sample() | {"letter": None, "language": language}))
    assert not [phrase for phrase in wrong if phrase in said]


def long_ones():
    """A firm, a customer and invoices whose names and numbers take several lines."""
    dossier = sample(3)
    dossier["creditor"].update(
        name="Établissements Dumont-Vandenbroucke et Fils, ateliers d’ébénisterie et de restauration",
        address=["12 rue des Lilas, bâtiment A, troisième étage, porte de gauche", "69003 Lyon"])
    dossier["customer"].update(
        name="Société coopérative d’intérêt collectif des boulangers, pâtissiers et chocolatiers "
             "réunis de la vallée de l’Azergues et des monts du Lyonnais, établissement principal",
        contact_name="Marie-Françoise de La Rochefoucauld-Montmorency, née van den Heuvel",
        address=["4 place de l’Église, bâtiment C, escalier 12, zone industrielle", "38200 Vienne"])
    for one, row in zip(dossier["invoices"], dossier["statement"]):
        one["number"] = row["invoice"] = f"F-2026-AZERGUES-ÉTABLISSEMENT-{one['number']}"
        one["contract"] = row["reference"] = "Contrat cadre 2025-118, lot 7, menuiserie extérieure"
    return dossier


def test_long_names_are_whole_and_cover_nothing():
    dossier = long_ones()
    letter = make("letter", dossier)
    said = words(letter)
    assert dossier["customer"]["name"] in said
    assert "N° de TVA : FR12812345678" in said  # at the foot
    boxes = tool("pdftotext", "-bbox", "-", "-", data=letter)
    below, = re.findall(r'yMin="[\d.]+" xMax="[\d.]+" yMax="([\d.]+)">Vienne<', boxes)
    subject, = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="[\d.]+">Objet<', boxes)
    assert float(below) < float(subject)


def test_what_is_broken_over_lines_gains_no_letter():
    dossier = long_ones()
    said = words(make("statement", dossier))
    assert "Opération" in said and "Solde au 15/04/2026" in said
    said = words(make("dossier-pdf", dossier))
    assert "F-1001.pdf" in said.replace(" ", "") and "p-df" not in said.replace(" ", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_stands_alone_on_a_last_page(language):
    for n_invoices in range(2, 5):
        dossier = sample(n_invoices) | {"language": language}
        dossier["creditor"]["country"] = "NL"
        pages = tool("pdftotext", "-", "-", data=make("letter", dossier)).split("\f")[:-1]
        assert len(pages[-1].split()) > 40, pages[-1]


@pytest.mark.parametrize("country, millimetres", [("FR", 108), ("DE", 25)])
def test_the_address_stands_in_the_window(country, millimetres):
    dossier = sample(1)
    dossier["creditor"]["country"] = country
    boxes = tool("pdftotext", "-bbox", "-", "-", data=make("letter", dossier))
    x, y = map(float, re.search(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>38200<', boxes).groups())
    assert abs(x - millimetres * 72 / 25.4) < 1
    assert 45 < y * 25.4 / 72 < 90


def test_who_is_both_the_customer_and_whom_to_address_is_named_once():
    dossier = sample()
    dossier["customer"].update(name="Ana Roux", contact_name="Ana Roux")
    assert words(make("letter", dossier)).count("Ana Roux") == 1
    dossier["customer"]["contact_name"] = "Paul Roux"
    assert "Ana Roux Paul Roux" in words(make("letter", dossier))


def test_another_law_than_the_creditors_is_not_named():
    dossier = sample()
    dossier["creditor"]["country"] = "BE"
    assert "Code civil" not in words(make("letter", dossier))


@pytest.mark.parametrize("language, said", [
    ("fr", "Directive 2011/7/UE"), ("en", "Directive 2011/7/EU"), ("de", "Richtlinie 2011/7/EU"),
    ("es", "Directiva 2011/7/UE"), ("it", "Direttiva 2011/7/UE"), ("nl", "Richtlijn 2011/7/EU")])
def test_the_directive_is_named_in_the_papers_language(language, said):
    for source in ("Directive 2011/7/EU, art. 2(6), 3(3), 6", "Directive 2011/7/EU, art. 2(6), 3(3)"):
        dossier = sample(1) | {"language": language}
        dossier["invoices"][0]["charges"]["source"] = source
        for kind in ("letter", "charges"):
            assert said in words(make(kind, dossier))


def test_the_letter_names_the_law_of_the_fixed_sum_that_it_asks_for():
    dossier = sample(2)
    dossier["invoices"][0]["charges"].update(source="C. com. L441-10 II", fixed="0.00")
    dossier["claim"] = paper_sample.claim(dossier["invoices"])
    assert "(C. com. L441-10 II, D441-5)" in words(make("letter", dossier))


def test_the_charges_sheet_shows_every_period():
    dossier = two_instalments()
    dossier["invoices"][0]["charges"]["periods"][0]["rate"] = "12.40"
    said = words(make("charges", dossier))
    assert "Boulangerie Martin SARL" in said
    for text in ("01/02/2026", "10/02/2026", "12,40 %", "12,15 %", "8,52 €", "9,19 €", "19,71 €", "40,00 €",
                 paper_sample.SOURCE, "÷ 365", "à la plus petite unité de la monnaie"):
        assert text in said, text
    assert "centime" not in said  # there is none of a yen


def test_the_statement_ends_with_the_balance():
    dossier = two_instalments()
    said = words(make("statement", dossier))
    assert "Règlement" in said and "VIR SEPA 88213" in said
    assert "Boulangerie Martin SARL" in said and "38200 Vienne" in said
    balance = dossier["statement"][-1]["balance"].replace(".", ",")
    assert said.count(f"{balance[0]} {balance[1:]} €") >= 3  # and it is what to pay


def test_the_dossier_has_everything_that_was_sent_and_said():
    dossier = sample()
    data = make("dossier-pdf", dossier)
    said = words(data)
    for one in dossier["notices"]:
        assert one["sha256"] in said and one["chain"]["hash"] in said and one["reference"] in said
        for line in one["text"].split("\n"):
            assert re.sub(r"\s+", " ", line.translate(SPACES)).strip() in said, line
    for fact in dossier["facts"]:
        assert fact["sentence"] in said
    assert said.index("copie de la facture") < said.index("avant le 27 février 2026")
    assert dossier["chain"]["head"] in said and "Recouvrement Rhône" in said
    for one in dossier["invoices"]:
        assert one["document"]["sha256"] in said
    assert "non jointe" in said


def test_what_was_recorded_after_a_message_stands_below_it():
    dossier = sample()
    day = dossier["notices"][0]["at"][:10]
    facts = [{"at": f"{day}T{clock}:00+01:00", "date": day, "kind": "plan", "invoice": "F-1001",
              "sentence": f"Convenu à {clock}.", "note": None} for clock in ("11:00", "08:00")]
    dossier["facts"] = [*facts, {"date": day, "kind": "call", "sentence": "Ce jour-là."}]
    said = words(make("dossier-pdf", dossier))
    order = ["Ce jour-là.", "08:00 +01:00", "Convenu à 08:00.", dossier["notices"][0]["sha256"],
             "11:00 +01:00", "Convenu à 11:00.", dossier["notices"][1]["sha256"]]
    assert [said.index(each) for each in order] == sorted(said.index(each) for each in order)


def test_the_contents_name_the_pages_and_lead_to_them():
    data = make("dossier-pdf", sample(40, 20))
    pages = tool("pdftotext", "-layout", "-", "-", data=data).split("\f")
    for title in ("Factures", "Relevé de compte", "Intérêts et indemnités",
                  "Chronologie des échanges", "Preuve des envois"):
        page = int(re.search(rf"^ *{title} +(\d+)$", pages[0], re.M).group(1))
        assert re.search(rf"^ *{title}$", pages[page - 1], re.M), title
    assert f"Page 2 / {len(pages) - 1}" in pages[1].translate(SPACES)
    assert b"/Outlines" in data


@pytest.mark.parametrize("what", HARD_NAMES)
def test_no_name_breaks_a_paper(what, tmp_path):
    dossier = sample(2, 1)
    dossier["customer"].update(name=HARD_NAMES[what], contact_name=HARD_NAMES[what] + ".")
    dossier["invoices"][0]["number"] = HARD_NAMES[what]
    dossier["notices"][0].update(text=HARD_NAMES[what], subject=HARD_NAMES[what])
    dossier["facts"][0]["sentence"] = HARD_NAMES[what]
    for kind, pages in (("letter", 6), ("dossier-pdf", 25)):
        data = make(kind, dossier)
        about = info(data)
        assert about["JavaScript"] in NO and int(about["Pages"]) <= pages
    said = words(data)
    if what == "template":
        assert HARD_NAMES[what] in said
    if what == "markup":
        assert "<b>bold</b>" in said
    if what == "lines":
        assert "one two three [31m" in said


def test_what_an_archive_holds_is_what_its_manifest_says(tmp_path):
    dossier, papers = sample(3), documents(3)
    data = make("dossier-zip", dossier, papers, tmp_path)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["dossier.pdf", "letter.pdf", "dossier.json", "invoices/F-1001.pdf",
            "invoices/F-1002.pdf", "invoices/F-1003.pdf", "MANIFEST"]
        manifest = archive.read("MANIFEST").decode().splitlines()
        assert manifest == [f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}"
            for name in names[:-1]]
        assert archive.read("dossier.json") == json.dumps(dossier).encode()
        assert archive.read("invoices/F-1002.pdf") == papers["F-1002.pdf"]
        assert "jointe" in words(archive.read("dossier.pdf"))
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 4, 15, 7, 30, 0)}
        archive.extractall(tmp_path / "out")
    check = subprocess.run(["sha256sum", "-c", "--quiet", "MANIFEST"], cwd=tmp_path / "out",
        check=False)
    assert check.returncode == 0


def test_one_document_of_two_invoices_is_enclosed_once(tmp_path):
    dossier, papers = sample(2), documents(1)
    dossier["invoices"][1]["document"] = copy.deepcopy(dossier["invoices"][0]["document"])
    data = make("dossier-zip", dossier, papers, tmp_path)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist().count("invoices/F-1001.pdf") == 1


def test_names_beyond_ascii_are_kept(tmp_path):
    dossier, papers = sample(1), {"Facture n° 1 – été.pdf": paper_sample.pdf("x")}
    [(name, data)] = papers.items()
    dossier["invoices"][0]["document"] = {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
    with zipfile.ZipFile(io.BytesIO(make("dossier-zip", dossier, papers, tmp_path))) as archive:
        assert f"invoices/{name}" in archive.namelist()


def test_the_one_pdf_brings_the_invoices_along_byte_for_byte(tmp_path):
    papers = documents(2)
    one = tmp_path / "one.pdf"
    one.write_bytes(make("dossier-pdf", sample(2), papers, tmp_path))
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, one], check=True)
    for name, data in papers.items():
        assert (tmp_path / name).read_bytes() == data
    assert info(one.read_bytes())["Tagged"] == "yes"


def test_a_document_that_is_not_the_one_named_is_refused(tmp_path):
    papers = documents(2)
    papers["F-1002.pdf"] = papers["F-1002.pdf"][:-2] + b"!\n"
    done = run("dossier-zip", sample(2), papers, tmp_path)
    assert (done.returncode, done.stdout) == (BAD_DOCUMENT, b"")
    assert done.stderr == (b"relanced-paper: invoices[1].document: the file is not the one with "
        b"that SHA-256\n")


def test_a_document_that_no_invoice_has_is_refused(tmp_path):
    done = run("dossier-zip", sample(1), documents(2), tmp_path)
    assert (done.returncode, done.stdout) == (BAD_DOCUMENT, b"")


@pytest.mark.parametrize("change, message", [
    ({"claim": None}, "claim: is missing"),
    ({"currency": "EURO"}, "currency: is not a currency of ISO 4217"),
    ({"notices": [{"notice": 1}]}, "notices[0].at: is missing"),
    ({"as_of": "15/04/2026"}, "as_of: is not a day (YYYY-MM-DD)"),
])
def test_json_that_is_not_as_promised_is_refused_with_its_member(change, message):
    done = run("dossier-pdf", sample(1) | change)
    assert (done.returncode, done.stdout) == (BAD_JSON, b"")
    assert done.stderr.decode() == f"relanced-paper: {message}\n"


@pytest.mark.parametrize("text", [b"", b"[", b"[]", b"\xff", b"{}" * 2, b"[" * 100000])
def test_what_is_no_json_object_is_refused(text):
    done = run("letter", text)
    assert (done.returncode, done.stdout) == (BAD_JSON, b"")
    assert done.stderr.startswith(b"relanced-paper: ") and done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("arguments", [[], ["dossier"], ["letter", "x"],
    ["letter", "--document"], ["letter", "--document", "x"], ["letter", "--document", "x=1"]])
def test_a_wrong_command_line_is_told(arguments):
    done = subprocess.run([PAPER, *arguments], input=b"", capture_output=True, check=False)
    assert done.returncode == USAGE and done.stderr.startswith(b"relanced-paper: usage: ")


def test_nothing_is_said_of_the_customer_when_something_is_wrong():
    dossier = sample(1)
    dossier["claim"]["total"] = "1.00"
    said = run("letter", dossier).stderr.decode()
    assert "claim.total" in said
    assert "Martin" not in said and "1.00" not in said


def test_a_full_disk_is_told():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PAPER, "letter"], input=json.dumps(sample(1)).encode(), stdout=full,
            stderr=subprocess.PIPE, check=False)
    assert done.returncode == FAILED and b"writing: No space left on device" in done.stderr


def test_large_sums_and_currencies_without_cents_fit_their_columns():
    dossier = sample(2, 0)
    dossier["currency"] = "EUR"
    for one in dossier["invoices"]:
        one.update(amount="123456789012.34", open="123456789012.34", charges=None)
    dossier["claim"] = paper_sample.claim(dossier["invoices"])
    dossier["statement"] = []
    assert "246 913 578 024,68 €" in words(make("dossier-pdf", dossier))
    assert cents(100) == "1.00"
