# SPDX-License-Identifier: MIT
"""Reads what a customer gets as a careful typographer would, without knowing what should be in it:
each function gives the faults that it finds, in words."""

import html.parser
import re
import unicodedata

LINK = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NNBSP, NBSP = "\u202f", "\u00a0"

# One of it and several, of what is counted in each language.
COUNTED = {
    "fr": ["facture factures", "jour jours", "échéance échéances"],
    "en": ["invoice invoices", "day days", "instalment instalments"],
    "de": ["Rechnung Rechnungen", "Tag Tage", "Tag Tagen", "Rate Raten"],
    "es": ["factura facturas", "día días", "plazo plazos"],
    "it": ["fattura fatture", "giorno giorni", "rata rate"],
    "nl": ["factuur facturen", "dag dagen", "termijn termijnen"],
}
# Words that give a language away.
TELLING = {
    "fr": "vous votre vos nous facture factures règlement",
    "en": "you your our invoice invoices payment the",
    "de": "Sie Ihre Ihrer wir Rechnung Rechnungen Zahlung",
    "es": "su usted nuestro factura facturas pago",
    "it": "Sua nostro fattura fatture pagamento della",
    "nl": "uw wij onze factuur facturen betaling het",
}
EVERYWHERE = [
    ("a tag that was not filled", r"\{\{|\}\}"),
    ("markup in a text", r"&(?:\w+|#\d+);|</?[a-z]+[ >/]"),
    ("two blanks", rf"(?<=\S)[ {NBSP}{NNBSP}]{{2,}}"),
    ("a blank at a line's end", rf"(?m)[ {NBSP}{NNBSP}]$"),
    ("several empty lines", r"\n{3,}|\A\n|\n\n\Z"),
    ("punctuation without a word", rf"(?m)^[ ]*[,.;:!?)]|\([ {NBSP})]|[ {NBSP}{NNBSP}][,.)](?!\d)"),
    ("punctuation twice", r"[,;:][,;:.!?]|\.\.|[!?][.,;:!?]"),
    ("nothing after a colon", r"(?<!\ABuenos días, Nom)(?<!\ABuenos días):(?=\n\n(?!•)|\n*\Z)"),
    ("an empty item", r"(?m)^•\s*$|•[^\n]*: *(?:,|$)"),
    ("a word twice", r"\b(?!(?:nous|vous|\d+)\b)(\w+) \1\b"),
    ("a sentence that begins small", r"[.!?] [a-zà-öø-ÿ]"),
    ("a paragraph that begins small", r"(?:\A|(?<!,)\n\n)[a-zà-öø-ÿ]"),
    ("a date as computers write it", r"\b\d{4}-\d\d-\d\d\b"),
    ("a number of computers", r"\bnull\b|\bnone\b|\bNaN\b"),
]
PAGES = [("a straight quote or apostrophe", r"['\"]")]  # not in an SMS, whose alphabet has no other
EURO = {  # what stands around it
    "fr": rf"\d[{NBSP}]€", "en": r"€\d", "de": rf"\d{NBSP}€", "es": rf"\d{NBSP}€",
    "it": rf"\d{NBSP}€", "nl": rf"€{NBSP}\d",
}
SPACED = [(f"no thin space before it: {mark!r}", rf"[^{NNBSP}]{re.escape(mark)}") for mark in ";!?"] + [
    ("no thin space before a colon", rf"[^{NNBSP}{NBSP}]:(?=\s|\Z)"),
    ("no thin space within quotes", rf"«[^{NNBSP}{NBSP}]|[^{NNBSP}{NBSP}]»")]
SPACED_SMS = [("no blank before it", r"[^ ][;!?](?=\s|\Z)|[^ ]:(?=\s|\Z)")]
UNSPACED = [("a blank before it", rf"[ {NBSP}{NNBSP}][;:!?]")]


def rules(language, form):
    yield from EVERYWHERE
    if form != "sms":
        yield from PAGES
    if language == "fr":
        yield from SPACED_SMS if form == "sms" else SPACED
    else:
        yield from UNSPACED
    for pair in COUNTED[language]:
        one, several = pair.split()
        yield "one is no plural", rf"(?<![\w.,/-])1[ {NBSP}{NNBSP}]{several}\b"
        yield "several are no singular", rf"(?<![\w.,/-])(?:[2-9]|\d\d+)[ {NBSP}{NNBSP}]{one}\b"


def strangers(text, language):
    """Words of another language, but those that this one has too."""
    own, words = set(TELLING[language].split()), set(re.findall(r"\w+", text))
    return {word for other, telling in TELLING.items() if other != language
            for word in words.intersection(telling.split()) - own - SHARED.get(language, set())}


SHARED = {"it": {"su", "rata", "nostro"}, "es": {"nostro"}, "fr": {"su"}, "nl": set(), "de": set(),
          "en": set()}


def quote(text, match):
    return repr(text[max(match.start() - 25, 0):match.end() + 25])


def faults(text, language, form, names=()):
    """names: what customers and firms are called; nobody may correct that."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "Nom")
    text = LINK.sub("Lien", text)
    for what, pattern in rules(language, form):
        for match in re.finditer(pattern, text):
            yield f"{what}: {quote(text, match)}"
    euros = len(re.findall(EURO[language].replace(NBSP, " ") if form == "sms" else EURO[language],
                           text))
    if euros != text.count("€"):
        yield f"{text.count('€')} euro signs, {euros} of them as {language} has them"
    if language == "es" and (text.count("¿"), text.count("¡")) != (text.count("?"), text.count("!")):
        yield "a question or exclamation that does not begin"
    for opening, closing in ("()", "«»", "„“" if language == "de" else "“”"):
        if text.count(opening) != text.count(closing):
            yield f"{opening} and {closing} do not match"
    for letter in set(text) - set("\n\u200d\ufe0f\u2066\u2067\u2068\u2069"):
        if unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn", "Cs"):
            yield f"a character that nobody sees: U+{ord(letter):04X}"
    yield from (f"a word of another language: {word}" for word in strangers(text, language))


# Pages

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
BREAKS = {"p", "div", "td", "tr", "table", "li", "ul", "br", "h1", "h2", "title", "body", "head"}
KNOWN = {"html", "head", "body", "meta", "title", "style", "table", "tr", "td", "div", "p", "br",
         "span", "bdi", "a", "img", "ul", "li", "strong", "b", "em"}
ADDRESSES = {"href": r"https://[^\s\"<>]+|mailto:[^\s\"<>]+|tel:\+?\d+", "src": r"cid:[\w.@-]+"}


class Page(html.parser.HTMLParser):
    """The page of a mail, read strictly: what is open is closed, and nothing comes from outside."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.found, self.words, self.links, self.images = [], [], [], [], []
        self.attributes, self.empty, self.style = {}, [], ""
        if not text.startswith("<!DOCTYPE html>\n"):
            self.found.append("not of HTML 5")
        for match in re.finditer(r"&(?!(?:amp|lt|gt|quot|nbsp|#\d+|#x[0-9a-fA-F]+);)", text):
            self.found.append(f"a bare &: {quote(text, match)}")
        self.feed(text)
        self.close()
        if self.open:
            self.found.append(f"not closed: {self.open}")
        if self.rawdata:
            self.found.append(f"not read: {self.rawdata!r}")
        if re.search(r"url\(|@import|expression\(", self.style, re.I):
            self.found.append("a style from outside")

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if len(attributes) != len(attrs):
            self.found.append(f"{tag} has an attribute twice")
        if tag not in KNOWN:
            self.found.append(f"what is {tag}?")
        for name, value in attrs:
            self.judge_attribute(tag, name, value)
        self.style += attributes.get("style") or ""
        self.attributes.setdefault(tag, attributes)
        if tag == "img":
            self.images.append(attributes)
            self.empty = [False] * len(self.empty)
        if tag == "a":
            self.links.append(attributes.get("href"))
        if tag in BREAKS:
            self.words.append("\n")
        if tag not in VOID:
            self.open.append(tag)
            self.empty.append(True)

    def judge_attribute(self, tag, name, value):
        if value is None or name.startswith("on") or name in ("background", "srcset", "action"):
            self.found.append(f"{tag} {name}")
        if name in ADDRESSES and not re.fullmatch(ADDRESSES[name], value or ""):
            self.found.append(f"{tag} {name} {value!r}")

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.found.append(f"</{tag}> closes {self.open[-1:]}")
            return
        self.open.pop()
        if self.empty.pop() and tag not in ("style", "meta"):
            self.found.append(f"an empty {tag}")
        if tag in BREAKS:
            self.words.append("\n")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
            return
        if data.strip():
            self.empty = [False] * len(self.empty)
        if not self.open or self.open[-1] != "title":
            self.words.append(data.replace("\n", " "))

    def handle_comment(self, data):
        self.found.append(f"a comment: {data!r}")

    def unknown_decl(self, data):
        self.found.append(f"a declaration: {data!r}")

    @property
    def text(self):
        """As it is seen: a paragraph for each block."""
        lines = "".join(self.words).split("\n")
        return "\n".join(line for line in (re.sub(" +", " ", each).strip(" ") for each in lines)
                         if line)


def page_faults(page, language):
    yield from page.found
    if page.attributes.get("html", {}).get("lang", "")[:2] != language:
        yield "another language"
    if page.attributes.get("html", {}).get("dir") != "ltr":
        yield "another direction"
    yield from (f"a picture without words: {image}" for image in page.images if not image.get("alt"))


def figures(text):
    """Every number, amount and date's digits in a text, as they stand there."""
    return set(re.findall(rf"\d+(?:[.,:/{NBSP}{NNBSP}’-]?\d+)*", text))
