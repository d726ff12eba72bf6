# SPDX-License-Identifier: MIT
"""Dossiers as relanced hands them to relanced-paper, made up, and small PDFs to go with them."""

import copy
import datetime
import hashlib

CREDITOR = {
    "name": "Atelier Dumont", "address": ["12 rue des Lilas", "69003 Lyon"], "country": "FR",
    "registration": "RCS Lyon 812 345 678", "vat": "FR12812345678",
    "iban": "FR7630006000011234567890189", "bic": "AGRIFRPP",
    "email": "compta@atelier-dumont.example", "phone": "+33 1 23 45 67 89"}
CUSTOMER = {
    "id": "C-1042", "name": "Boulangerie Martin SARL", "kind": "business", "relation": "goods",
    "contact_name": "Claire Martin", "address": ["4 place de l'Église", "38200 Vienne"],
    "country": "FR", "registration": "RCS Vienne 498 765 432",
    "email": "claire@boulangerie-martin.example", "phone": "+33 4 74 00 11 22"}
SOURCE = "C. com. L441-10 II, D441-5"
TEXT = """Bonjour Claire Martin,

Notre précédent message s'est peut-être perdu : voici de nouveau les factures qui restent à régler.

  • {number} du 2 janvier 2026 – échéance 31 janvier 2026 – 1 200,00 €

Merci de régler 1 200,00 € par virement sur le compte FR76 3000 6000 0112 3456 7890 189, en
indiquant la référence {number}.

Un souci avec la livraison ou la facture ? Répondez simplement à ce message.

Bien cordialement,
Atelier Dumont
"""


def digest(data):
    return hashlib.sha256(data).hexdigest()


def cents(number):
    return f"{number // 100}.{number % 100:02d}"


def pdf(words):
    """A one-page PDF that says the words."""
    stream = f"BT /F1 24 Tf 72 720 Td ({words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(out)))


def invoice(number, amount, due, as_of, document=None):
    """An open invoice, late since its due date, at 12.15 % a year."""
    days = (as_of - due).days
    first_of_july = datetime.date(as_of.year, 7, 1)
    interest = (amount * 1215 * days * 2 + 3650000) // 7300000
    period = {"from": str(due + datetime.timedelta(1)), "to": str(as_of), "days": days,
        "base": cents(amount), "rate": "12.15", "sum": cents(interest)}
    assert as_of < first_of_july
    return {
        "number": number, "issued": str(due - datetime.timedelta(30)), "due": str(due),
        "contract": "BC-2025-118", "delivered": "Bon de livraison BL-7781, signé le 30/12/2025",
        "amount": cents(amount), "paid": "0.00", "open": cents(amount), "document": document,
        "instalments": [{"instalment": 1, "due": str(due), "amount": cents(amount),
            "open": cents(amount), "days_late": days}],
        "charges": {"interest": cents(interest), "fixed": "40.00", "regime": "FR-business",
            "source": SOURCE, "periods": [period]}}


def notice(number, day, **changes):
    text = TEXT.format(number=f"F-{1000 + number}")
    return {
        "notice": 200 + number, "at": f"{day}T09:0{number % 10}:12+01:00",
        "account": {"customer": "C-1042", "currency": "EUR"}, "step": "resend", "action": "resend",
        "occasion": None, "total": "1200.00", "deadline": None, "channel": "email",
        "lines": [{"invoice": "F-1001", "instalment": 1, "step": "resend", "open": "1200.00"}],
        "to": "claire@boulangerie-martin.example", "state": "sent", "reason": None, "attempts": 1,
        "reference": f"<{number}.relanced@atelier-dumont.example>", "delivered": "delivered",
        "delivered_at": f"{day}T09:0{number % 10}:40+01:00",
        "subject": "Vos factures, de nouveau", "text": text, "sha256": digest(text.encode()),
        "chain": {"entry": 2 * number, "previous": digest(b"%d" % number),
            "hash": digest(b"%d" % (number + 1))}, **changes}


def statement(invoices):
    rows, balance = [], 0
    for one in invoices:
        balance += round(float(one["amount"]) * 100)
        rows.append({"date": one["issued"], "kind": "invoice", "invoice": one["number"],
            "reference": one["contract"], "debit": one["amount"], "credit": None,
            "balance": cents(balance)})
        paid = round(float(one["paid"]) * 100)
        if paid:
            balance -= paid
            rows.append({"date": one["due"], "kind": "payment", "invoice": one["number"],
                "reference": "VIR SEPA 88213", "debit": None, "credit": one["paid"],
                "balance": cents(balance)})
    return rows


def claim(invoices, credit=0):
    def total(name):
        return sum(round(float(one["charges"][name]) * 100) for one in invoices if one["charges"])

    principal = sum(round(float(one["open"]) * 100) for one in invoices)
    interest, fixed = total("interest"), total("fixed")
    return {"principal": cents(principal), "credit": cents(credit), "interest": cents(interest),
        "fixed": cents(fixed), "charges": cents(interest + fixed),
        "total": cents(principal - credit + interest + fixed)}


def documents(n):
    """{name: bytes} of the first invoices' PDFs."""
    return {f"F-{1001 + i}.pdf": pdf(f"F-{1001 + i}") for i in range(n)}


FACTS = [
    {"date": "2026-02-12T14:20:00+01:00", "kind": "call", "invoice": "F-1001",
     "sentence": "Appel : la cliente demande une copie de la facture.", "note": "Rappeler mardi."},
    {"date": "2026-02-20", "kind": "promise", "invoice": "F-1001",
     "sentence": "Promesse de régler 1 200,00 € avant le 27 février 2026.", "note": None},
    {"date": "2026-02-28", "kind": "promise", "invoice": "F-1001",
     "sentence": "La promesse du 20 février 2026 n'a pas été tenue.", "note": None}]


def sample(n_invoices=3, n_notices=3, **changes):
    """A dossier in French for an agency, as of 15 April 2026."""
    as_of = datetime.date(2026, 4, 15)
    papers = documents(n_invoices)
    invoices = []
    for i in range(n_invoices):
        name = f"F-{1001 + i}.pdf"
        invoices.append(invoice(f"F-{1001 + i}", 120000 + 4567 * i,
            datetime.date(2026, 1, 31) + datetime.timedelta(i % 50), as_of,
            {"name": name, "sha256": digest(papers[name]), "size": len(papers[name])}))
    days = [str(datetime.date(2026, 2, 10) + datetime.timedelta(7 * i)) for i in range(n_notices)]
    return {
        "format": "relanced-dossier-1", "purpose": "agency", "made": "2026-04-15T09:30:00+02:00",
        "as_of": str(as_of), "language": "fr", "creditor": copy.deepcopy(CREDITOR),
        "recipient": {"name": "Recouvrement Rhône", "email": "dossiers@rr.example"},
        "customer": copy.deepcopy(CUSTOMER), "currency": "EUR", "claim": claim(invoices),
        "letter": {"deadline": "2026-04-27", "follows": "agency"}, "invoices": invoices,
        "statement": statement(invoices),
        "notices": [notice(i + 1, day) for i, day in enumerate(days)],
        "facts": copy.deepcopy(FACTS),
        "chain": {"entries": 2 * n_notices, "head": digest(b"head")}, **changes}
