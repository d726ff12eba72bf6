# SPDX-License-Identifier: MIT
"""Files of facts as people really send them: what is wrong is said with file and line, and the
rest of the file counts."""

import contextlib
import os
import re
import sqlite3

import firm as firms
import pytest

AT = "2026-03-05T09:00"

CUSTOMERS = "id,name,email,city\n"
INVOICES = "number,customer,issued,due,amount,currency\n"
PAYMENTS = "id,invoice,date,amount,currency\n"


@pytest.fixture
def books(firm):
    """A firm that knows the customers C-1 and C-2."""
    firm.load([firms.customer("C-1"), firms.customer("C-2", "Garage Petit")], at=AT)
    return firm


def put(firm, content, name="facts.csv"):
    path = firm.folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def invoices(firm):
    """(number, instalment, open) of all instalments."""
    numbers = {each.get("invoice") or each["number"] for each in firm.json("invoices")}
    return sorted((each["invoice"], each["instalment"], each["open"])
                  for number in numbers for each in firm.json("explain", number, at=AT))


def numbers(firm):
    return {number for number, _, _ in invoices(firm)}


def complaints(done, name="facts.csv"):
    """[(line, sentence)] of what was said about a file, in order."""
    return [(int(line), sentence) for line, sentence in
            re.findall(rf"{re.escape(name)}:(\d+): (.*)", done.stderr)]


# One file each: the rows that are wrong (line, what the sentence says) and the invoices that count.
BAD_INVOICES = {
    "a bad date": (
        INVOICES + "F-1,C-1,2026-02-01,2026-02-30,10.00,EUR\nF-2,C-1,2026-02-01,,10.00,EUR\n",
        [(2, ["due", '"2026-02-30"', "YYYY-MM-DD"])], {"F-2"}),
    "a date as people write it": (
        INVOICES + "F-1,C-1,01/02/2026,2026-03-02,10.00,EUR\nF-2,C-1,2026-02-01,,10.00,EUR\n",
        [(2, ["issued", '"01/02/2026"', "YYYY-MM-DD"])], {"F-2"}),
    "a bad amount": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,12.345,EUR\n"
                   "F-2,C-1,2026-02-01,2026-03-02,12 €,EUR\n"
                   "F-3,C-1,2026-02-01,2026-03-02,12.34,EUR\n",
        [(2, ["amount", '"12.345"', "expected"]), (3, ["amount", '"12 €"', "expected"])], {"F-3"}),
    "no amount": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,,EUR\nF-2,C-1,2026-02-01,2026-03-02,1,EUR\n",
        [(2, ["amount", "empty"])], {"F-2"}),
    "an unknown customer": (
        INVOICES + "F-1,C-99,2026-02-01,2026-03-02,10.00,EUR\n"
                   "F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["customer", '"C-99"', "not known"])], {"F-2"}),
    "an unknown currency": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10.00,euro\n"
                   "F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["currency", '"euro"', "ISO 4217"])], {"F-2"}),
    "every error of a row": (
        INVOICES + "F-1,C-1,soon,later,much,EUR\nF-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["issued", '"soon"']), (2, ["due", '"later"']), (2, ["amount", '"much"'])], {"F-2"}),
    "too many columns": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR,extra\n"
                   "F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["7 fields", "header has 6"])], {"F-2"}),
    "an amount with an unquoted decimal comma": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10,00,EUR\n"
                   "F-2,C-1,2026-02-01,2026-03-02,\"10,00\",EUR\n",
        [(2, ["7 fields", "header has 6"])], {"F-2"}),
    "too few columns": (
        INVOICES + "F-1,C-1,2026-02-01\nF-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["3 fields", "header has 6"])], {"F-2"}),
    "a truncated last line": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR\nF-2,C-1,2026-02",
        [(3, ["3 fields", "truncated"])], {"F-1"}),
    "a last line truncated within quotes": (
        INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR\nF-2,\"C-",
        [(3, ["quote", "truncated"])], {"F-1"}),
    "a quote that is never closed": (
        INVOICES + "F-1,\"C-1,2026-02-01,2026-03-02,10.00,EUR\n"
                   "F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["quote"])], {"F-2"}),
    "Latin-1 bytes": (
        INVOICES.encode() + b"F-\xe9,C-1,2026-02-01,2026-03-02,10.00,EUR\n"
                            b"F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["number", "UTF-8"])], {"F-2"}),
    "a NUL": (
        INVOICES.encode() + b"F-1,C-\x001,2026-02-01,2026-03-02,10.00,EUR\n"
                            b"F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["customer", "NUL"])], {"F-2"}),
    "an escape sequence": (
        INVOICES.encode() + b"F-\x1b[31m,C-1,2026-02-01,2026-03-02,10.00,EUR\n"
                            b"F-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["number", "\\x1B[31m", "control"])], {"F-2"}),
    "a line that never ends": (
        INVOICES + "F-1,C-1," + "9" * 100_000 + "\nF-2,C-1,2026-02-01,2026-03-02,10.00,EUR\n",
        [(2, ["longer than"])], {"F-2"}),
    "a document outside the documents": (
        INVOICES.replace("\n", ",document\n") +
        "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR,../../etc/passwd\n"
        "F-2,C-1,2026-02-01,2026-03-02,10.00,EUR,/etc/passwd\n"
        "F-3,C-1,2026-02-01,2026-03-02,10.00,EUR,2026/F-3.pdf\n",
        [(2, ["document", ".."]), (3, ["document", "/etc/passwd"])], {"F-3"}),
    "a policy that is not configured": (
        INVOICES.replace("\n", ",policy\n") +
        "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR,standart\n"
        "F-2,C-1,2026-02-01,2026-03-02,10.00,EUR,standard\n",
        [(2, ["policy", '"standart"', '"standard"'])], {"F-2"}),
    "lines are counted where records are": (
        "\r\n" + INVOICES.replace("\n", ",contract\r\n") +
        "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR,\"one\r\ntwo\"\r\n\r\n"
        "F-2,C-1,2026-02-01,2026-02-30,10.00,EUR,\r\n",
        [(6, ["due", '"2026-02-30"'])], {"F-1"}),
}


@pytest.mark.parametrize("case", BAD_INVOICES)
def test_a_bad_row_is_named_and_the_rest_counts(books, case):
    content, expected, good = BAD_INVOICES[case]
    done = books.ctl("import", put(books, content), at=AT, status=1)
    said = complaints(done)
    assert [line for line, _ in said] == [line for line, _ in expected], done.stderr
    for (_, sentence), (_, words) in zip(said, expected):
        assert all(word in sentence for word in words), sentence
    assert "\x1b" not in done.stderr
    assert numbers(books) == good


# What looks odd and is fine.
GOOD_INVOICES = {
    "Windows line ends": INVOICES.replace("\n", "\r\n") +
        "F-1,C-1,2026-02-01,2026-03-02,1200.00,EUR\r\n",
    "old Macintosh line ends": (INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200,EUR\n")
        .replace("\n", "\r"),
    "a byte order mark": "\ufeff" + INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200.0,EUR\n",
    "semicolons and decimal commas": INVOICES.replace(",", ";") +
        "F-1;C-1;2026-02-01;2026-03-02;1200,00;EUR\n",
    "everything quoted": "\"" + INVOICES.strip().replace(",", "\",\"") + "\"\n" +
        "\"F-1\",\"C-1\",\"2026-02-01\",\"2026-03-02\",\"1200,00\",\"EUR\"\n",
    "no line end at the end": INVOICES + "F-1,C-1,2026-02-01,2026-03-02,1200.00,EUR",
    "blank lines": "\n" + INVOICES + "\n\nF-1,C-1,2026-02-01,2026-03-02,1200.00,EUR\n\n,,,,,\n",
    "columns in another order": "currency,amount,due,issued,customer,number\n"
        "EUR,1200.00,2026-03-02,2026-02-01,C-1,F-1\n",
    "blanks around values": "number, customer, issued, due, amount, currency\n"
        "F-1, C-1, 2026-02-01, 2026-03-02, 1200.00, EUR \n",
}


@pytest.mark.parametrize("case", GOOD_INVOICES)
def test_what_spreadsheets_write_is_read(books, case):
    done = books.ctl("import", put(books, GOOD_INVOICES[case]), at=AT)
    assert complaints(done) == []
    assert invoices(books) == [("F-1", 1, "1200.00")]


# Nothing of these can be used: one sentence says why.
REFUSED = {
    "an empty file": (b"", 1, "empty"),
    "a file of another kind": (b"Artikel;Preis\nBrot;3\n", 1, "header"),
    "a required column missing": (b"number,customer,issued,amount,currency\n"
                                  b"F-1,C-1,2026-02-01,10.00,EUR\n", 1, '"due"'),
    "a column twice": (INVOICES.replace("\n", ",due\n").encode() +
                       b"F-1,C-1,2026-02-01,2026-03-02,10.00,EUR,2026-03-02\n", 1, '"due"'),
    "UTF-16": ("\ufeff" + INVOICES).encode("utf-16-le"),
    "a spreadsheet": b"PK\x03\x04" + bytes(2000),
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "zeroes": bytes(100_000),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_file_of_facts_is_refused_in_a_sentence(books, case):
    content, line, word = REFUSED[case] if isinstance(REFUSED[case], tuple) \
        else (REFUSED[case], 1, "")
    good = put(books, INVOICES + "F-9,C-1,2026-02-01,2026-03-02,10.00,EUR\n", "good.csv")
    done = books.ctl("import", put(books, content), good, at=AT, status=1)
    [(said_line, sentence)] = complaints(done)
    assert said_line == line and word in sentence
    assert numbers(books) == {"F-9"}


def test_a_header_alone_is_fine(books):
    books.ctl("import", put(books, INVOICES), at=AT)
    assert numbers(books) == set()


def test_an_unknown_column_is_named_with_the_nearest_one_and_ignored(books):
    done = books.ctl("import", put(books, "id,name,emial\nC-3,Martin,m@example.org\n"), at=AT)
    [(line, sentence)] = complaints(done)
    assert line == 1 and '"emial"' in sentence and '"email"' in sentence
    assert "C-3" in {each.get("customer") or each["id"] for each in books.json("customers")}


BAD_CUSTOMERS = {
    "Latin-1 bytes": (b"C-3,Ren\xe9,,\n", ["name", "UTF-8"]),
    "a NUL": (b"C-3,Re\0ne,,\n", ["name", "NUL"]),
    "an e-mail address with a header in it": (
        b'C-3,Rene,"r@example.org\r\nBcc: x@example.org",\n', ["email", "\\x0D\\x0A"]),
    "two e-mail addresses": (b'C-3,Rene,"r@example.org, s@example.org",\n', ["email"]),
    "no name": (b"C-3,,r@example.org,\n", ["name", "empty"]),
    "no id": (b",Rene,r@example.org,\n", ["id", "empty"]),
    "an e-mail address with a name in it": (b"C-3,Rene,Rene <r@example.org>,\n", ["email"]),
    "an e-mail address beyond ASCII": (
        "C-3,Rene,rené@example.org,\n".encode(), ["email", "ASCII", "expected"]),
    "an e-mail address without a domain": (b"C-3,Rene,rene@,\n", ["email", "expected"]),
    "an e-mail address of 255 bytes": (
        b"C-3,Rene,r@" + b".".join([b"a" * 60] * 5) + b".example,\n", ["email", "254"]),
    "an id too long": (b"C" * 65 + b",Rene,,\n", ["id", "64"]),
}


@pytest.mark.parametrize("case", BAD_CUSTOMERS)
def test_a_bad_customer_is_named_and_the_rest_counts(firm, case):
    row, words = BAD_CUSTOMERS[case]
    content = CUSTOMERS.encode() + row + "C-4,Éléonore Müller,e@example.org,Nîmes\n".encode()
    done = firm.ctl("import", put(firm, content), at=AT, status=1)
    [(line, sentence)] = complaints(done)
    assert line == 2 and all(word in sentence for word in words), sentence
    assert [each["name"] for each in firm.json("customers")] == ["Éléonore Müller"]


NUMBERS = "id,name,country,phone,whatsapp,cc\n"

# As they are written, and as they are kept.
PHONES = [
    ("FR", "06 12 34 56 78", "+33612345678"), ("", "06.12.34.56.78", "+33612345678"),
    ("FR", "+33 (0)6 12 34 56 78", "+33612345678"), ("FR", "0033612345678", "+33612345678"),
    ("BE", "0471/12.34.56", "+32471123456"), ("GB", "020 7946 0958", "+442079460958"),
    ("US", "(202) 555-0108", "+12025550108"), ("FR", "+1 202 555 0108", "+12025550108"),
    ("IT", "06 1234 5678", "+390612345678"), ("FR", "06 39 98 01 01", "+33639980101"),
    ("fr", "01 23 45 67 89", "+33123456789"), ("FR", "", None),
]

BAD_PHONES = [("FR", "06 12 34 56 7"), ("FR", "06 12 34 56 789"), ("FR", "12"), ("FR", "call me"),
              ("FR", "06 12 34 56 78 ext. 4"), ("FR", "+999 12 34 56 78"), ("AQ", "06 12 34"),
              ("US", "555-0108"), ("FR", "06 12 34 56 78 / 01 23 45 67 89"), ("FR", "00 00 00 00 00")]


def test_telephone_numbers_are_kept_in_e164_however_they_are_written(firm):
    rows = [f'C-{n:02},X,{country},{text},{text},\n' for n, (country, text, _) in enumerate(PHONES)]
    path = put(firm, NUMBERS + "".join(rows))
    firm.ctl("import", path, at=AT)
    assert [(each["phone"], each["whatsapp"]) for each in firm.json("customers")] == [
        (kept, kept) for _, _, kept in PHONES]
    assert f"{len(PHONES)} same" in firm.ctl("import", path, at=AT).stdout
    respelt = put(firm, NUMBERS + "".join(f"C-{n:02},X,{country},{kept or ''},{kept or ''},\n"
                                          for n, (country, _, kept) in enumerate(PHONES)))
    assert f"{len(PHONES)} same" in firm.ctl("import", respelt, at=AT).stdout


@pytest.mark.parametrize("column", ["phone", "whatsapp"])
def test_what_is_no_telephone_number_is_named_and_the_rest_counts(firm, column):
    header = f"id,name,country,{column}\n"
    rows = [f"C-{n},X,{country},{text}\nG-{n},Y,{country},\n"
            for n, (country, text) in enumerate(BAD_PHONES)]
    done = firm.ctl("import", put(firm, header + "".join(rows)), at=AT, status=1)
    said = complaints(done)
    assert [line for line, _ in said] == [2 * n + 2 for n in range(len(BAD_PHONES))]
    for (_, text), (_, sentence) in zip(BAD_PHONES, said):
        assert sentence.startswith(f'{column}: "{text}" ') and "expected" in sentence
    assert {each["name"] for each in firm.json("customers")} == {"Y"}


def test_a_number_kept_in_another_spelling_changes_once(firm):
    path = put(firm, NUMBERS + "C-1,X,FR,06 12 34 56 78,,\n")
    firm.ctl("import", path, at=AT)
    with contextlib.closing(sqlite3.connect(firm.state / "relanced.db")) as store:
        [[row]] = store.execute("select columns from imported_customer")
        assert row.count(b"+33612345678") == 1
        store.execute("update imported_customer set columns = ?",
                      [row.replace(b"+33612345678", b"06-123456-78")])
        store.execute("update customer set phone = '06-123456-78'")
        store.commit()
    for what in ("1 changed", "1 same"):
        assert what in firm.ctl("import", path, at=AT).stdout
        assert firm.json("customers")[0]["phone"] == "+33612345678"


def test_addresses_of_an_internationalised_domain_are_taken(firm):
    path = put(firm, "id,name,email,cc\nC-1,X,compta@société.example,a@b.example; x@例え.テスト\n"
                     "C-2,Y,,a@b.example prénom@b.example\n")
    [(line, sentence)] = complaints(firm.ctl("import", path, at=AT, status=1))
    assert line == 3 and sentence.startswith("cc: ") and "ASCII" in sentence
    assert [each["email"] for each in firm.json("customers")] == ["compta@société.example"]


BAD_PAYMENTS = {
    "an unknown invoice": ("P-1,F-404,2026-03-01,10.00,EUR\n", ["invoice", '"F-404"', "not known"]),
    "another currency": ("P-1,F-1,2026-03-01,10.00,USD\n", ["currency", '"USD"']),
    "nothing": ("P-1,F-1,2026-03-01,0.00,EUR\n", ["amount", '"0.00"']),
    "less than nothing": ("P-1,F-1,2026-03-01,-10.00,EUR\n", ["amount", '"-10.00"']),
    "no id": (",F-1,2026-03-01,10.00,EUR\n", ["id", "empty"]),
    "no target": ("P-1,,2026-03-01,10.00,EUR\n", ["invoice", "customer"]),
}


@pytest.mark.parametrize("case", BAD_PAYMENTS)
def test_a_bad_payment_is_named_and_the_rest_counts(books, case):
    row, words = BAD_PAYMENTS[case]
    books.load(invoices=[firms.invoice()], at=AT)
    done = books.ctl("import", put(books, PAYMENTS + row + "P-2,F-1,2026-03-01,200.00,EUR\n"),
                     at=AT, status=1)
    [(line, sentence)] = complaints(done)
    assert line == 2 and all(word in sentence for word in words), sentence
    assert invoices(books) == [("F-1", 1, "1000.00")]


def test_a_bad_instalment_does_not_move_the_others(books):
    rows = ["F-1,C-1,2026-02-01,2026-03-01,10.00,EUR\n", "F-1,C-1,2026-02-01,2026-04-01,20.00,EUR\n",
            "F-1,C-1,2026-02-01,2026-05-01,30.00,EUR\n"]
    books.ctl("import", put(books, INVOICES + "".join(rows)), at=AT)
    before = invoices(books)
    assert [amount for _, _, amount in before] == ["10.00", "20.00", "30.00"]
    for bad in (rows[1].replace("04-01", "04-31"), rows[1].replace(",EUR", ""), "F-1\n"):
        books.ctl("import", put(books, INVOICES + rows[0] + bad + rows[2]), at=AT, status=1)
        assert invoices(books) == before
    # Whose row it was cannot be told: nothing is withdrawn.
    books.ctl("import", put(books, (INVOICES + rows[0]).encode() + b"F\xe9" + rows[1][2:].encode()),
              at=AT, status=1)
    assert invoices(books) == before


def test_a_row_that_stands_twice_is_two_instalments_with_a_warning(books):
    row = "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR\n"
    other = row.replace("2026-03-02", "2026-04-02")
    done = books.ctl("import", put(books, INVOICES + row + other), at=AT)
    assert complaints(done) == []
    for _ in range(2):
        done = books.ctl("import", put(books, INVOICES + row + other + row), at=AT)
        [(line, sentence)] = complaints(done)
        assert line == 4 and '"F-1"' in sentence and sentence.endswith("(warning)")
    # Taken out, it is not owed any more.
    done = books.ctl("import", put(books, INVOICES + row + other), at=AT)
    assert complaints(done) == []
    assert [open_ for _, _, open_ in invoices(books)] == ["10.00", "10.00", "0.00"]


def test_a_payment_of_a_day_to_come_counts_with_a_warning(books):
    books.ctl("import", put(books, INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR\n"), at=AT)
    done = books.ctl("import", put(books, PAYMENTS + "P-1,F-1,2036-03-05,4.00,EUR\n"
                                                     "P-2,F-1,2026-03-05,1.00,EUR\n"), at=AT)
    [(line, sentence)] = complaints(done)
    assert line == 2 and '"2036-03-05"' in sentence and sentence.endswith("(warning)")
    assert invoices(books) == [("F-1", 1, "5.00")]


def test_an_instalment_that_the_file_lacks_is_withdrawn(books):
    rows = ["F-1,C-1,2026-02-01,2026-03-01,10.00,EUR\n", "F-1,C-1,2026-02-01,2026-04-01,20.00,EUR\n"]
    books.ctl("import", put(books, INVOICES + "".join(rows)), at=AT)
    books.ctl("import", put(books, INVOICES + rows[0]), at=AT)
    assert [each for each in invoices(books) if each[2] != "0.00"] == [("F-1", 1, "10.00")]


def test_the_instalments_that_a_file_withdraws_are_named(books):
    rows = [f"{number},C-1,2026-02-01,2026-0{n}-01,{n}0.00,EUR\n"
            for number in ("F-1", "F-2") for n in (3, 4, 5)]
    books.ctl("import", put(books, INVOICES + "".join(rows)), at=AT)
    shorter = put(books, INVOICES + rows[0] + rows[3] + rows[4].replace("2026-04-01", ""))
    told, = books.json("import", shorter, at=AT)
    assert told["withdrawn"] == 3
    assert told["withdrawn_instalments"] == [
        {"invoice": number, "instalment": n, "due": f"2026-0{n + 2}-01",
         "amount": f"{n + 2}0.00", "currency": "EUR"}
        for number, n in (("F-1", 2), ("F-1", 3), ("F-2", 3))]
    assert books.json("import", shorter, at=AT)[0]["withdrawn_instalments"] == []
    shortest = put(books, INVOICES + rows[0] + rows[3])
    assert books.ctl("import", shortest, at=AT).stdout.splitlines()[1:] == [
        "  withdrawn: F-2, instalment 2, 40.00 EUR"]


def test_what_is_no_readable_file_is_named_and_the_others_count(books):
    good = put(books, INVOICES + "F-1,C-1,2026-02-01,2026-03-02,10.00,EUR\n")
    folder = books.folder / "folder.csv"
    folder.mkdir()
    for bad in (books.folder / "missing.csv", folder):
        done = books.ctl("import", good, bad, at=AT, status=1)
        assert bad.name in done.stderr
    if os.geteuid() != 0:
        closed = put(books, INVOICES, "closed.csv")
        closed.chmod(0)
        assert "closed.csv" in books.ctl("import", closed, at=AT, status=1).stderr


def test_ten_thousand_rows_are_read_in_one_go(books):
    rows = "".join(f"F-{n},C-{n % 2 + 1},2026-02-01,2026-03-02,{n}.00,EUR\n"
                   for n in range(1, 10_001))
    books.ctl("import", put(books, INVOICES + rows), at=AT)
    assert len(books.json("invoices")) == 10_000
