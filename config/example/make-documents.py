#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the example's invoices as PDF files: one plain page each, the same bytes every time.

    python3 config/example/make-documents.py

makes documents/NAME.pdf for every document that invoices.csv names."""

import csv
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
FOOT = ("Atelier Dumont - 12 rue des Lilas - 69003 Lyon - RCS Lyon 812 345 678",
        "IBAN FR76 3000 6000 0112 3456 7890 189")


def escaped(text):
    """A PDF string: WinAnsi bytes between brackets."""
    raw = text.encode("cp1252")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def page(number, customer, rows):
    """The drawing of one invoice: its lines of text, top to bottom."""
    place = f'{customer["postcode"]} {customer["city"]}'
    lines = [(18, f"Facture {number}"), (10, f'Date : {rows[0]["issued"]}'), (10, ""),
             (11, customer["name"]), (10, customer["address"]), (10, place), (10, "")]
    for part, row in enumerate(rows, 1):
        label = f"Échéance {part}" if len(rows) > 1 else "Échéance"
        lines.append((11, f'{label} : {row["due"]}   {row["amount"]} {row["currency"]}'))
    lines += [(10, "")] + [(8, text) for text in FOOT]
    content, height = [b"BT 72 760 Td"], 0
    for size, text in lines:
        content.append(b"0 %d Td /F1 %d Tf %s Tj" % (-height, size, escaped(text)))
        height = size + 8
    return b"\n".join(content + [b"ET"])


def pdf(content):
    """A file of one A4 page with that content."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
                  b"startxref\n%d\n%%%%EOF\n"
                  % (len(objects) + 1, table, len(objects) + 1, len(out)))


def rows_of(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main():
    customers = {row["id"]: row for row in rows_of("customers.csv")}
    documents = {}
    for row in rows_of("invoices.csv"):
        if row["document"]:
            documents.setdefault(row["document"], []).append(row)
    for name, rows in documents.items():
        content = page(rows[0]["number"], customers[rows[0]["customer"]], rows)
        (HERE / "documents" / name).write_bytes(pdf(content))


if __name__ == "__main__":
    main()
