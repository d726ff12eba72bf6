# SPDX-License-Identifier: MIT
"""Every text that is shipped, in every language and form, in eight situations and for both relations,
as the program sends it: mails by the module email to a mail server, text messages to a gateway. A
test judges all letters of a language and a template together and names those that it finds wrong."""

import collections
import concurrent.futures
import datetime
import decimal
import re
import shutil
import subprocess

import correspondence
import firm as firms
import mail
import proofreader
import pytest
import spam
from correspondence import LANGUAGES, NOTES, SITUATIONS, TO_CUSTOMERS

SCORE_MAX = 1.0
TEMPLATES = (*TO_CUSTOMERS, *NOTES)
NAMES = (correspondence.LONG_NAME, correspondence.LONG_CONTACT, correspondence.RTL_NAME,
         correspondence.RTL_CONTACT, "Boulangerie Martin", "Hélène Martin", "Atelier Dumont",
         "1 place du Marché", "12 rue des Lilas")
ASKING = ("courtesy", "remind", "resend", "deadline", "suspend", "promise-confirmed",
          "promise-reminder")
MONTHS = {
    "fr": "mars avril mai juin", "en": "March April May June", "de": "März April Mai Juni",
    "es": "marzo abril mayo junio", "it": "marzo aprile maggio giugno",
    "nl": "maart april mei juni"}
DAYS = {"de": "{day}. {month} {year}", "es": "{day} de {month} de {year}"}
GSM_BASIC = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRS"
             "TUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
GSM_EXTENDED = "^{}\\[~]|€\f"


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """{(language, template): [Letter]}"""
    found = collections.defaultdict(list)
    for letter in correspondence.write_all(tmp_path_factory.mktemp("letters")):
        found[letter.language, letter.template].append(letter)
    return found


@pytest.fixture(params=[(language, template) for language in LANGUAGES for template in TEMPLATES],
                ids="-".join)
def batch(request, letters):
    return letters[request.param]


def of_form(batch, *forms):
    return [letter for letter in batch if letter.form in forms]


def sent_mails(letters):
    return [letter for batch in letters.values() for letter in batch if letter.raw]


def report(found):
    """Fails with the faults, each with the letters that have it."""
    faults = collections.defaultdict(list)
    for letter, fault in found:
        faults[fault].append(str(letter))
    assert not faults, "\n".join(f"{fault}\n    {', '.join(sorted(set(who))[:4])} …"
                                 for fault, who in list(faults.items())[:20])


# What there is

def test_all_that_is_shipped_is_written(letters):
    shipped = {path.parent.name for path in
               (firms.REPOSITORY / "config/templates/en").glob("*/email.txt")}
    assert shipped == {*TEMPLATES, "call"}  # of a call nothing is ever sent
    for language in LANGUAGES:
        for template in TEMPLATES:
            written = {(letter.situation, letter.relation, letter.form)
                       for letter in letters[language, template]}
            situations = set(SITUATIONS) - ({"many"} if template in NOTES else set())
            relations = {"service"} if template in ("suspend", "reconnect", "agency") else \
                {"goods"} if template == "legal" else {"goods", "service"}
            assert written == {(situation, relation, form) for situation in situations
                               for relation in relations for form in correspondence.FORMS}


# Words

def test_the_words_are_fit_to_print(batch):
    report((letter, fault) for letter in batch for text in (letter.text, letter.subject) if text
           for fault in proofreader.faults(text, letter.language, letter.form, NAMES))


def test_the_page_is_whole_and_brings_nothing_from_outside(batch):
    for letter in of_form(batch, "email"):
        page = proofreader.Page(letter.html)
        report((letter, fault) for fault in
               (*proofreader.page_faults(page, letter.language),
                *proofreader.faults(page.text, letter.language, "email", NAMES)))


def test_text_and_page_say_the_same_figures(batch):
    found = []
    for letter in of_form(batch, "email"):
        page = proofreader.Page(letter.html)
        one = proofreader.figures(letter.text)
        other = proofreader.figures(" ".join([page.text, *page.links]))
        found += [(letter, f"only one of text and page says {figure}") for figure in one ^ other]
    report(found)


def amount_pattern(amount):
    """Of an amount as the log has it: any language may group it."""
    whole, cents = amount.split(".")
    return r"(?<!\d)" + r"[.,’\u00a0\u202f ]?".join(
        re.findall(r"\d{1,3}(?=(?:\d{3})*$)", whole)) + rf"[.,]{cents}(?!\d)"


def day_words(date, language, form):
    day = datetime.date.fromisoformat(date)
    if form == "sms":
        short = f"{day:%d} {'Mar Apr'.split()[day.month - 3]} {day.year}"  # English
        return rf"{day:%d}[/.-]{day:%m}[/.-]{day.year}|{short}"
    month = MONTHS[language].split()[day.month - 3]
    first = "1er" if language == "fr" and day.day == 1 else day.day
    return re.escape(DAYS.get(language, "{day} {month} {year}").format(
        day=first, month=month, year=day.year))


def expected_patterns(letter):
    """What a letter must say: the sum and the day of its notice, and each invoice it is about."""
    notice = letter.notice
    if letter.template in ASKING:
        yield amount_pattern(notice["total"])
    if notice["deadline"]:
        yield day_words(notice["deadline"], letter.language, letter.form)
    if letter.template.startswith("promise"):
        yield day_words(correspondence.PROMISED, letter.language, letter.form)
    if letter.template == "plan-confirmed":
        yield day_words(correspondence.FIRST_PART, letter.language, letter.form)
    for line in notice["lines"] if letter.form != "sms" else ():
        yield re.escape(line["invoice"])
        if letter.template in ASKING:
            yield amount_pattern(line["open"])


def test_sum_day_and_invoices_are_those_of_the_notice(batch):
    found = []
    for letter in batch:
        shown = [letter.text] + ([proofreader.Page(letter.html).text] if letter.html else [])
        for pattern in expected_patterns(letter) if letter.notice else ():
            found += [(letter, f"nothing like {pattern}") for text in shown
                      if not re.search(pattern, text)]
    report(found)


def test_what_is_not_yet_due_was_not_forgotten(firm):
    """A reminder of one invoice, grouped with the courtesy of another (R8)."""
    firm.load([firms.customer(f"C-{language}", language=language) for language in LANGUAGES],
              [firms.invoice(f"{language}-{due[-1]}", f"C-{language}", due=due)
               for language in LANGUAGES for due in ("2026-03-02", "2026-03-08")], at="2026-03-02")
    firm.wake("2026-03-05T10:00")
    openings = [text.split("\n\n")[2] for text in firm.files("email").values() if "-8" in text]
    assert len(openings) == len(LANGUAGES)
    for language in LANGUAGES:
        opening, = (text for text in openings if f"{language}-2" in text)
        assert f"{language}-8" not in opening and "2" not in opening.replace(f"{language}-2", "")


def test_who_may_pay_online_is_told_where(batch):
    found = []
    for letter in batch:
        if letter.template not in ASKING or letter.situation in ("many", "currencies"):
            continue
        page = proofreader.Page(letter.html).links if letter.html else letter.urls
        for url in letter.urls:
            is_told = re.search(rf"(?<!\S){re.escape(url)}(?!\S)", letter.text) and url in page
            if not is_told and (letter.form != "sms" or letter.template != "promise-confirmed"):
                found.append((letter, f"not told: {url}"))
    report(found)


def test_a_long_name_and_letters_from_right_to_left_arrive_whole(batch):
    found = []
    for letter in of_form(batch, "email", "whatsapp"):
        contact = SITUATIONS[letter.situation].get("contact", "Hélène Martin")
        for text in filter(None, (letter.text, letter.html and proofreader.Page(letter.html).text)):
            if contact not in text and (letter.template not in NOTES or letter.form == "email"):
                found.append((letter, f"no {contact}"))
    report(found)


# Text messages

def parts(text):
    """How many messages of 140 octets a text takes, as 3GPP 23.038 has it."""
    if all(letter in GSM_BASIC or letter in GSM_EXTENDED for letter in text):
        sizes, one, more = [1 + (letter in GSM_EXTENDED) for letter in text], 160, 153
    else:
        sizes, one, more = [1 + (letter > "\uffff") for letter in text], 70, 67
    if sum(sizes) <= one:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > more:
            count, used = count + 1, 0
        used += size
    return count


@pytest.mark.parametrize("text, n", [
    ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("€" * 80, 1), ("€" * 81, 2), ("ê" * 70, 1),
    ("ê" * 71, 2), ("a" * 152 + "€" + "a" * 151, 2), ("a" * 152 + "€" + "a" * 152, 3),
    ("🥐" * 35, 1), ("🥐" * 36, 2), ("a" * 66 + "🥐" + "ê" * 66, 3)],
    ids=range(12))
def test_parts_are_counted_as_telephones_count(text, n):
    assert parts(text) == n


def test_a_text_message_is_one_line_within_its_parts(batch):
    for letter in of_form(batch, "sms"):
        assert "\n" not in letter.text
        if letter.notice:  # what is only shown was never for a telephone
            assert parts(letter.text) <= correspondence.MAX_PARTS, letter.text


# Is something wrong, and would instalments help?
ASKED = {"fr": ("souci", "échelonner"), "en": ("wrong|problem", "instalments"),
         "de": ("Stimmt etwas", "Raten"), "es": ("Algo no va bien", "plazos"),
         "it": ("Qualcosa non va", "a rate"), "nl": ("Klopt er iets niet", "termijnen")}


def test_a_text_message_asks_what_is_wrong_offers_instalments_and_says_who_to_call(batch):
    found = []
    for letter in of_form(batch, "sms"):
        wrong, instalments = ASKED[letter.language]
        wanted = {
            r"\+33 1 23 45 67 89": letter.template in TO_CUSTOMERS,
            wrong: letter.template in ("courtesy", "remind", "resend", "deadline", "suspend"),
            instalments: letter.template in ("remind", "resend")}
        found += [(letter, f"nothing like {pattern}: {letter.text}")
                  for pattern, is_wanted in wanted.items()
                  if is_wanted and not re.search(pattern, letter.text)]
    report(found)


# Mails

def test_two_parsers_find_no_defect(letters):
    mails = sent_mails(letters)
    mail.reformime(mails[0].raw, "-i")  # skips here, not in a thread
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda letter: mail.faults(letter.raw), mails)
        report((letter, fault) for letter, faults in zip(mails, found) for fault in faults)


def test_a_mail_carries_the_texts_of_its_notice(batch):
    for letter in batch:
        if letter.raw:
            message = mail.parse(letter.raw)
            assert message["Subject"] == letter.subject and not re.search(r"\s\s", letter.subject)
            assert message["To"].addresses[0].addr_spec == letter.to
            assert message.get_body(("plain",)).get_content().strip("\n") == letter.text
            page = message.get_body(("html",)).get_content().strip("\n")
            assert re.sub(r"cid:[^\"]+", "cid:pay", page) == letter.html.strip("\n")
            assert page.count("cid:") == bool(letter.code)


def pictures(letters):
    """Letters and the bytes of the picture that their page shows."""
    for letter in sent_mails(letters):
        message = mail.parse(letter.raw)
        page = message.get_body(("html",)).get_content()
        shown = re.findall(r'src="cid:([^"]+)"', page)
        parts_ = {part["Content-ID"].strip("<>"): part for part in message.walk()
                  if part["Content-ID"]}
        assert set(shown) == set(parts_), letter
        for part in parts_.values():
            yield letter, part.get_content()


def payment_code(letter):
    """EPC069-12, written down from the standard."""
    return "\n".join(["BCD", "002", "1", "SCT", "AGRIFRPP", "Atelier Dumont",
                      "FR7630006000011234567890189",
                      "EUR" + letter.notice["total"], "", ""])


def decode(folder, names):
    """What each picture says. As bytes: zbarimg guesses at letters; nothing stands between two."""
    done = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", *names], cwd=folder,
                          capture_output=True, check=True)
    begin, *said = re.split(r"^BCD\n|(?<=.)BCD\n(?=002\n1\nSCT\n)", done.stdout.decode())
    assert begin == "" and len(said) == len(names)
    return dict(zip(names, ("BCD\n" + each for each in said)))


def test_a_telephone_reads_what_is_to_be_paid(letters, tmp_path):
    if not shutil.which("zbarimg"):
        pytest.skip("zbarimg is not installed")
    shown = list(pictures(letters))
    names = {letter.code: f"{number}.png" for number, (letter, _) in enumerate(shown)}
    for letter, picture in shown:
        path = tmp_path / names[letter.code]
        assert not path.exists() or path.read_bytes() == picture
        path.write_bytes(picture)
    found = decode(tmp_path, list(names.values()))
    for letter, _ in shown:
        read = found[names[letter.code]]
        assert read == letter.code and read.startswith(payment_code(letter)), (str(letter), read)
        asked = sum(decimal.Decimal(line["open"]) for line in letter.notice["lines"]
                    if line["invoice"] in read)
        credit = asked - decimal.Decimal(letter.notice["total"])
        assert credit in (0, SITUATIONS[letter.situation].get("credit", 0)), (str(letter), read)
    asking = [letter for letter in sent_mails(letters) if letter.template in ASKING
              and letter.notice["account"]["currency"] == "EUR"]
    assert [letter for letter, _ in shown] == asking


# Judges

HOP = b"""Received: from mail.atelier-dumont.example (mail.atelier-dumont.example [93.184.216.34])
	by mx.customer.example (Postfix) with ESMTPS id 4ZB1xK; """


def some(mails):
    """Of each template, situation and relation at least one, in turns of the languages: a mail takes
    a tenth of a second. All of them with --long."""
    kinds = {}
    for letter in mails:
        kinds.setdefault((letter.template, letter.situation, letter.relation), {}) \
            .setdefault(letter.language, letter)
    for number, letters in enumerate(kinds.values()):
        yield list(letters.values())[number % len(letters)]


@pytest.fixture(scope="module")
def scores(request, letters, tmp_path_factory):
    """{language: [(letter, score, the rules it hit)]}"""
    if firms.is_sanitized():
        pytest.skip("the same mails are judged beside the build without sanitizers")
    mails = sent_mails(letters)
    if not request.config.getoption("--long"):
        mails = list(some(mails))
    judged = spam.judge([HOP + str(mail.parse(letter.raw)["Date"]).encode() + b"\n" + letter.raw
                         for letter in mails], tmp_path_factory.mktemp("spamassassin"))
    found = collections.defaultdict(list)
    for letter, (score, rules) in zip(mails, judged):
        found[letter.language].append((letter, score, rules))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_looks_like_spam(scores, language):
    assert scores[language]
    report((letter, f"{score}: {rules}") for letter, score, rules in scores[language]
           if score >= SCORE_MAX)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_has_nothing_to_say_of_what_is_shipped(language, bare_firm):
    """Each template is filled, and each word of the tone list is looked for (R26)."""
    bare_firm.config["creditor"]["language"] = language
    bare_firm.write_config()
    done = bare_firm.relanced("--check")
    assert not re.search(r"warning|templates/", done.stdout + done.stderr), done.stderr


def test_no_word_of_the_tone_list_is_used(letters):
    found = []
    for language in LANGUAGES:
        listed = (firms.REPOSITORY / f"config/tone/{language}.txt").read_text(encoding="utf-8")
        words = [line.strip() for line in listed.splitlines() if line.strip() and line[0] != "#"]
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.I)
        found += [(letter, f"of the tone list: {word}") for template in TO_CUSTOMERS
                  for letter in letters[language, template]
                  for word in pattern.findall(letter.subject + " " + letter.text)]
    report(found)


# What is still to come, where a part has been paid.
SOME_IS_PAID = {"fr": "solde complet", "en": "remainder full", "de": "vollständig",
                "es": "resto completo", "it": "saldo completo", "nl": "restant volledige"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_paid_a_part_is_not_told_that_nothing_came(letters, language):
    parts = [letter for template in ("resend", "deadline", "suspend")
             for letter in of_form(letters[language, template], "email", "whatsapp")
             if letter.situation == "part"]
    assert len({letter.template for letter in parts}) == 3
    first = re.compile(rf"\b(?:{SOME_IS_PAID[language].replace(' ', '|')})\b", re.I)
    report((letter, "as if nothing had been paid") for letter in parts
           if not first.search(letter.text.partition("•")[0]))


# The proofreader: each damage to a good text is seen.

GOOD = {
    "fr": "Bonjour Marie,\n\nNous n’avons pas reçu 1\u202f200,00\u00a0€ pour 2\u00a0factures, "
          "1 jour de retard\u202f: « Nom »\u202f?\n\nMerci.",
    "en": "Dear Marie,\n\nWe have not received €1,200.00 for 2 invoices, 1 day late: see below.\n\n"
          "• Invoice F-1: €1,200.00, due on 2 March 2026 (copy attached)\n\nThank you.",
}
DAMAGES = [
    ("fr", "€", "€ {{total}}"), ("fr", "Marie", "Marie "), ("fr", "pas", "pas "),
    ("fr", "\u202f:", ":"), ("fr", "\u202f:", " :"), ("fr", "\u202f?", " ?"), ("fr", "’", "'"),
    ("fr", "1 jour", "1 jours"), ("fr", "2\u00a0factures", "2\u00a0facture"),
    ("fr", "\u00a0€", " €"), ("fr", "\n\nMerci", "\n\n\nMerci"), ("fr", "Merci", "merci"),
    ("fr", "pas", "pas pas"), ("fr", "pas", "pas invoice"), ("fr", "Merci.", "Merci\u202f:"),
    ("fr", "Merci.", "Merci \u202e."), ("en", "late:", "late :"), ("en", "€", "€ "),
    ("en", " (copy attached)", " ()"), ("en", ", due", ",, due"), ("en", "Invoice F-1: €1,200.00",
     "Invoice F-1: "), ("en", "late: see", "late. see"), ("en", "1 day", "3 day"),
    ("en", "1 day", "1 days"), ("en", "2 March 2026", "2026-03-02"), ("en", ", due", " , due"),
    ("en", "(copy", "copy"), ("en", "Thank you.", "&amp; thank you."), ("en", "below", "<b>below"),
]


@pytest.mark.parametrize("language", GOOD)
def test_the_proofreader_likes_what_is_good(language):
    assert list(proofreader.faults(GOOD[language].replace("« Nom »", "«\u202fNom\u202f»"), language,
                                   "email", ["Marie"])) == []


@pytest.mark.parametrize("language, before, after", DAMAGES, ids=lambda text: ascii(text)[1:-1])
def test_the_proofreader_sees_damage(language, before, after):
    good = GOOD[language].replace("« Nom »", "«\u202fNom\u202f»")
    assert before in good
    assert list(proofreader.faults(good.replace(before, after, 1), language, "email", ["Marie"]))


PAGE = ('<!DOCTYPE html>\n<html lang="en" dir="ltr"><head><title>A</title></head><body><p>A &amp; B</p>'
        '<a href="https://pay.example/1">pay</a><img src="cid:pay" alt="code"></body></html>')


@pytest.mark.parametrize("before, after", [
    ("<p>", ""), ("</p>", ""), ("</a>", "</b>"), ("&amp;", "&"), ("https:", "http:"),
    ("https:", "javascript:"), ("cid:pay", "https://x.example/a.png"), (' alt="code"', ""),
    ("<p>A &amp; B</p>", "<p> </p>"), ("<p>", "<script>x</script><p>"), ("<p>", "<p onclick='x'>"),
    ("<p>", "<p style='background:url(x)'>"), ("<p>", "<!-- x --><p>"), ('lang="en"', 'lang="fr"'),
    ("</head>", '<link rel="stylesheet" href="https://x.example/a.css"></head>'),
])
def test_the_proofreader_sees_what_is_wrong_with_a_page(before, after):
    assert list(proofreader.page_faults(proofreader.Page(PAGE), "en")) == []
    damaged = PAGE.replace(before, after, 1)
    assert damaged != PAGE
    assert list(proofreader.page_faults(proofreader.Page(damaged), "en"))
