# SPDX-License-Identifier: MIT
"""Six firms, one for each language that is shipped, and all that they write to customers in every
situation: through the program, to a mail server, a gateway of text messages and a folder."""

import contextlib
import dataclasses
import datetime
import sqlite3
import threading
import urllib.parse

import firm as firms
import session
from servers.gateway import Gateway, reply
from servers.scripted_smtp import ScriptedSmtp

LANGUAGES = {"fr": "FR", "en": "IE", "de": "DE", "es": "ES", "it": "IT", "nl": "NL"}
RELATIONS = ("goods", "service")
FORMS = ("email", "sms", "whatsapp")

# The days of a firm: it imports, chases, confirms, reminds and suspends, is paid and thanks.
IMPORTED, CHASED, CONFIRMED, REMINDED, THANKED = (
    "2026-03-02T08:00", "2026-03-12T10:00", "2026-03-13T10:00", "2026-03-19T10:00",
    "2026-03-20T10:00")
PROMISED, FIRST_PART = "2026-03-20", "2026-04-15"
MAX_PARTS = 3

LONG_NAME = ("Société coopérative d’intérêt collectif des boulangers, pâtissiers et chocolatiers "
             "réunis de la vallée de l’Azergues et des monts du Lyonnais, établissement principal")
LONG_CONTACT = "Marie-Françoise de La Rochefoucauld-Montmorency, née van den Heuvel-Oudenaarden"
RTL_NAME, RTL_CONTACT = "مخبز السلام 🥐 بע״מ", "דנה כהן 👩🏽‍🍳"
LONG_NUMBER = "F-2026-AZERGUES-ÉTABLISSEMENT-0000"
LONG_URL = "https://pay.example/" + "azergues-" * 6

# What each customer owes: (days after the first is due, amount, currency, has an address to pay at),
# and what is particular about it.
ONE = [(0, "1200.00", "EUR", True)]
SITUATIONS = {
    "one": {"owes": ONE},
    "many": {"owes": [(0, "1200.00", "EUR", True), (9, "340.50", "EUR", True),
                      (13, "89.90", "EUR", False)], "credit": 50},
    "part": {"owes": [(0, "2000.00", "EUR", True)], "paid": "500.00"},
    "currencies": {"owes": [(0, "420.00", "EUR", False), (0, "1850.00", "USD", True)]},
    "charges": {"owes": [(0, "3000.00", "EUR", False)], "step": {"charges": True}},
    "offer": {"owes": ONE, "step": {"offer": {"percent": 2, "valid_days": 10}}},
    "long": {"owes": ONE, "name": LONG_NAME, "contact": LONG_CONTACT},
    "rtl": {"owes": ONE, "name": RTL_NAME, "contact": RTL_CONTACT},
}

# Ladders by the action that they are for, and what a person does about them.
LATE, SOON = datetime.date(2026, 3, 2), datetime.date(2026, 3, 15)
LADDERS = {
    "courtesy": [{"action": "courtesy", "before_due": 3}],
    "remind": [{"action": "remind", "after_due": 3}],                      # promised, then paid
    "resend": [{"action": "resend", "after_due": 3, "attach": "own"}],     # in parts
    "deadline": [{"action": "deadline", "after_due": 3, "deadline_days": 2},
                 {"action": "suspend", "after_deadline": 1}],              # suspended, then paid
    "agency": [{"action": "agency", "after_due": 3}],
    "legal": [{"action": "legal", "after_due": 3}],
}
NOTES = ("agency", "legal")  # not to the customer
TO_CUSTOMERS = ("courtesy", "remind", "resend", "deadline", "suspend", "reconnect", "thanks",
                "promise-confirmed", "promise-reminder", "plan-confirmed")
HANDED_OVER = {"goods": "legal", "service": "agency"}


def quote(text):
    return urllib.parse.quote(text, safe="")


@dataclasses.dataclass
class Letter:
    """A notice as it left, or (notes, which a person sends) as it is shown."""

    language: str
    template: str
    situation: str
    relation: str
    form: str
    subject: str
    text: str
    html: str | None
    code: str | None = None          # to pay by
    notice: dict | None = None       # in the log
    raw: bytes | None = None         # of a mail, as it was taken
    to: str = ""
    numbers: tuple = ()              # of the customer's invoices
    urls: tuple = ()

    def __str__(self):
        return "-".join((self.language, self.template, self.situation, self.relation, self.form))


@dataclasses.dataclass
class Case:
    """A customer."""

    ladder: str
    situation: str
    relation: str
    code: str
    phone: str
    numbers: list = dataclasses.field(default_factory=list)
    urls: list = dataclasses.field(default_factory=list)


class Writer:
    """One firm."""

    def __init__(self, folder, language, index):
        self.language, self.country, self.index = language, LANGUAGES[language], index
        self.firm = firms.Firm(folder / language)
        self.cases, self.letters = {}, []
        for ladder in LADDERS:
            for situation in SITUATIONS:
                for relation in RELATIONS:
                    if ladder not in NOTES or (
                            ladder == HANDED_OVER[relation] and situation != "many"):
                        self.add_case(ladder, situation, relation)

    def add_case(self, ladder, situation, relation):
        number = len(self.cases) + 1
        code = f"C-{number:03d}"
        self.cases[code] = Case(ladder, situation, relation, code,
                                f"+336{self.index + 10}{number:06d}")

    # What it is

    def configure(self, smtp_port, sms_url):
        config = self.firm.config
        config["creditor"].update(language=self.language, country=self.country, bic="AGRIFRPP")
        config["sending"]["holidays"] = "none"
        config["limits"]["contact_gap_days"] = 0
        config["charges"] = {"business": "FR-business"}
        config["agency"] = {"name": "Recouvrement Central", "email": "agency@file.example"}
        config["legal"] = {"name": "Maître Dubois", "email": "legal@file.example"}
        config["channels"] = {
            "email": {"module": "email", "server": "127.0.0.1", "port": smtp_port, "tls": "none",
                      "from": "compta@atelier-dumont.example"},
            "sms": {"module": "sms", "provider": "http", "url": sms_url, "method": "POST",
                    "headers": ["Content-Type: application/json"], "max_parts": MAX_PARTS,
                    "body": '{"to": "{{to}}", "text": "{{text}}"}'},
            "whatsapp": {"module": "file", "path": "out/whatsapp", "address": "whatsapp"},
        }
        config["policies"] = {"plan": {"steps": [
            {"id": "late", "action": "remind", "after_due": 1, "send": list(FORMS)}]}}
        for ladder, steps in LADDERS.items():
            for situation, what in SITUATIONS.items():
                config["policies"][f"{ladder}-{situation}"] = self.policy(ladder, steps, what)
        config["assign"] = [{"policy": "remind-one"}]
        self.firm.write_config()

    @staticmethod
    def policy(ladder, steps, what):
        more = {} if ladder in NOTES else dict(what.get("step", {}), send=list(FORMS))
        made = [{"id": step["action"], **step, **more} for step in steps]
        for step in made:
            if step["action"] in ("suspend", "courtesy"):
                step.pop("offer", None)
        return {"steps": made, "list_upcoming": True, "confirm": list(FORMS),
                "thanks": list(FORMS) if ladder == "remind" else []}

    def load(self):
        customers, invoices, payments = [], [], []
        for case in self.cases.values():
            what = SITUATIONS[case.situation]
            customers.append(firms.customer(
                case.code, what.get("name", "Boulangerie Martin"), relation=case.relation,
                kind="business", language=self.language, country=self.country,
                policy=f"{case.ladder}-{case.situation}", whatsapp=case.phone, phone=case.phone,
                contact_name=what.get("contact", "Hélène Martin"), whatsapp_opt_in="2026-01-15",
                email=f"{case.code.lower()}@customer.example", address="1 place du Marché",
                postcode="69001", city="Lyon", registration="RCS Lyon 900 000 000"))
            invoices += self.invoices_of(case, what)
            if "paid" in what:
                payments.append({"id": f"P-{case.code}", "invoice": case.numbers[0],
                                 "date": "2026-03-01", "amount": what["paid"], "currency": "EUR"})
            if "credit" in what:
                payments.append({"id": f"A-{case.code}", "customer": case.code,
                                 "date": "2026-03-01", "amount": what["credit"], "currency": "EUR"})
        self.firm.load(customers, invoices, payments, at=IMPORTED)

    def invoices_of(self, case, what):
        due = SOON if case.ladder == "courtesy" else LATE
        for part, (days, amount, currency, has_url) in enumerate(what["owes"]):
            number = f"F-2026-{case.code[2:]}{part}"
            url, document = f"https://pay.example/{number}" if has_url else "", ""
            if case.situation == "long":
                number, url = LONG_NUMBER + case.code[2:], LONG_URL + case.code[2:]
            if case.ladder == "resend" and currency == "EUR":
                document = f"{case.code}-{part}.pdf"
                (self.firm.folder / "documents" / document).write_bytes(
                    b"%PDF-1.4\n%" + document.encode() + b"\n%%EOF\n")
            case.numbers.append(number)
            case.urls += [url] if url else []
            yield firms.invoice(number, case.code, issued="2026-02-01", amount=amount,
                                due=str(due + datetime.timedelta(days)), currency=currency,
                                payment_url=url, document=document,
                                contract="HP-2024" if case.relation == "goods" else "")

    # Its days

    def live(self):
        self.firm.init()
        self.load()
        self.firm.wake(CHASED)
        with session.Session(self.firm, CHASED) as person:
            self.agree(person)
            self.show_notes(person)
            self.approve(person)
        self.firm.wake(CONFIRMED)
        self.firm.wake(REMINDED)
        self.firm.load(payments=[
            {"id": f"E-{number}", "invoice": number, "date": "2026-03-19", "amount": "3000.00",
             "currency": "USD" if case.situation == "currencies" and part else "EUR"}
            for case in self.cases.values() if case.ladder in ("remind", "deadline")
            for part, number in enumerate(case.numbers)], at=REMINDED)
        self.firm.wake(THANKED)

    def agree(self, person):
        for case in self.cases.values():
            for number in case.numbers:
                if case.ladder == "remind":
                    person.post(f"promise/{quote(number)}", date=PROMISED)
                if case.ladder == "resend":
                    person.post(f"plan/{quote(number)}", parts="3", first=FIRST_PART, fee="10.00")

    def show_notes(self, person):
        for case in self.cases.values():
            for form in FORMS if case.ladder in NOTES else ():
                for number in case.numbers:
                    path = f"preview/{quote(number)}?channel={form}&step={case.ladder}"
                    for shown in person.get(path):
                        self.letters.append(Letter(
                            self.language, case.ladder, case.situation, case.relation, form,
                            shown["subject"], shown["text"], shown["html"], to=shown["to"] or "",
                            numbers=(number,)))

    def approve(self, person):
        for task in person.get("tasks"):
            case = self.cases[task["customer"]]
            if task["kind"] == HANDED_OVER[case.relation]:
                person.post("approve", task=str(task["task"]))

    # What it wrote

    def collect(self, mails, texts):
        """mails: {Message-ID: bytes}; texts: [(to, text)]."""
        copy = self.firm.folder / "copy.db"
        self.firm.ctl("backup", copy)
        notices = {notice["notice"]: notice for notice in self.firm.log()}
        files = {int(name.split(".")[0]): text
                 for name, text in self.firm.files("whatsapp").items()}
        with contextlib.closing(sqlite3.connect(copy)) as store:
            rows = store.execute("select n.id, n.channel, n.message_id, b.subject, b.text, b.html,"
                                 " b.payment_code, b.template, n.recipient from notice n"
                                 " join body b on b.notice = n.id").fetchall()
        for identity, form, message_id, subject, text, html, code, template, to in rows:
            notice = notices[identity]
            if notice["reason"] == "day-over":  # decided after the last wake of its day
                continue
            assert notice["state"] == "sent", notice
            case = self.cases[notice["account"]["customer"]]
            if form == "whatsapp":
                assert files[identity].endswith(f"\n\n{text}\n"), identity
            elif form == "sms":
                texts.remove((to, text))
            self.letters.append(Letter(
                self.language, template, case.situation, case.relation, form, subject, text, html,
                code, notice, mails.pop(message_id) if form == "email" else None, to,
                tuple(line["invoice"] for line in notice["lines"]), tuple(case.urls)))
        assert not mails and not texts, "nothing left that is not in the log"
        return self.letters


def message_id(raw):
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    line, = (line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:"))
    return line.split(b"<")[1].split(b">")[0].decode()


def write_all(folder):
    """All letters of all firms; two write at a time."""
    writers = [Writer(folder, language, index) for index, language in enumerate(LANGUAGES)]
    letters, failures, turns = [], [], threading.Semaphore(2)

    def work(writer):
        with turns:
            try:
                letters.extend(write(writer))
            except BaseException as failure:  # pylint: disable=broad-except
                failures.append(failure)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return letters


def write(writer):
    with ScriptedSmtp() as post, Gateway(lambda _: reply(200, "ok")) as gateway:
        writer.configure(post.port, gateway.url("/send"))
        writer.live()
        mails = {message_id(mail.text): mail.text.replace(b"\r\n..", b"\r\n.")
                 .replace(b"\r\n", b"\n") for mail in post.accepted}
        texts = [(request.json["to"], request.json["text"]) for request in gateway.requests]
    return writer.collect(mails, texts)
