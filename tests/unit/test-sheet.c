/* SPDX-License-Identifier: MIT */
/* Tests of intake/sheet: headers, kinds, and rows of the wrong shape. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "intake/sheet.h"
#include "tests/unit/csv-source.h"

/* What the sheet says, a line a call. */
typedef struct Heard {
        StrBuf text;
        const Layout *layout;
        int answer; /* of row() */
} Heard;

static int on_kind(void *owner, FileKind kind)
{
        Heard *heard = owner;

        heard->layout = &layouts[kind];
        strbuf_addf(&heard->text, "%s\n", heard->layout->name);
        return 0;
}

static int on_problem(void *owner, bool is_warning, unsigned line, const char *text)
{
        Heard *heard = owner;

        strbuf_addf(&heard->text, "%u: %s%s\n", line, is_warning ? "(warning) " : "", text);
        return 0;
}

static int on_row(void *owner, unsigned line, bool has_line_end, const CsvField *fields)
{
        Heard *heard = owner;

        strbuf_addf(&heard->text, "%u:", line);
        for (size_t i = 0; i < heard->layout->n_columns; i++)
                if (fields[i].length > 0)
                        strbuf_addf(
                                &heard->text, " %s=%s", heard->layout->columns[i], fields[i].text);
        strbuf_add(&heard->text, has_line_end ? "\n" : " $\n");
        return heard->answer;
}

static int on_skipped(void *owner, unsigned line, const char *key)
{
        Heard *heard = owner;

        strbuf_addf(&heard->text, "%u: left out %s\n", line, key ? key : "?");
        return 0;
}

static char *hear(Bytes from, int answer, int expected)
{
        Heard heard = { .text = STRBUF_INIT, .answer = answer };
        SheetSink sink = { &heard, on_kind, on_problem, on_row, on_skipped };
        char *text;

        assert_int_equal(sheet_read(bytes_source, &from, &sink), expected);
        assert_int_equal(strbuf_take(&heard.text, &text), 0);
        return text;
}

#define INVOICES "number,customer,issued,due,amount,currency\n"

static const struct {
        const char *name, *bytes, *expected;
        size_t length; /* 0: of the string */
} cases[] = {
        { "customers", "id,name,email\nC-1,Dupont,a@b.example\n",
                "customers\n2: id=C-1 name=Dupont email=a@b.example\n", 0 },
        { "columns in any order and any case", "Name;ID\nDupont;C-1\n",
                "customers\n2: id=C-1 name=Dupont\n", 0 },
        { "invoices", INVOICES "F-1,C-1,2026-01-05,,12.00,EUR\n",
                "invoices\n2: number=F-1 customer=C-1 issued=2026-01-05 amount=12.00 "
                "currency=EUR\n",
                0 },
        { "payments", "id,invoice,date,amount,currency\nP-1,F-1,2026-01-05,12,EUR\n",
                "payments\n2: id=P-1 invoice=F-1 date=2026-01-05 amount=12 currency=EUR\n", 0 },
        { "payments on account", "id,customer,date,amount,currency\nP-1,C-1,2026-01-05,12,EUR\n",
                "payments\n2: id=P-1 customer=C-1 date=2026-01-05 amount=12 currency=EUR\n", 0 },
        { "payments for nothing", "id,date,amount,currency\nP-1,2026-01-05,12,EUR\n",
                "payments\n1: columns \"invoice\" and \"customer\" are both missing; payments need "
                "one of them\n",
                0 },
        { "an unknown column is told with the nearest one", "id,name,emial\nC-1,Dupont,x\n",
                "customers\n1: (warning) column \"emial\" is not known of customers and is "
                "ignored; the nearest known one is \"email\"\n2: id=C-1 name=Dupont\n",
                0 },
        { "an unknown column with no near one", "id,name,favourite colour\nC-1,Dupont,red\n",
                "customers\n1: (warning) column \"favourite colour\" is not known of customers "
                "and is ignored\n2: id=C-1 name=Dupont\n",
                0 },
        { "separators too many on every line", "id;name;;\nC-1;Dupont;;\n;;;\n",
                "customers\n2: id=C-1 name=Dupont\n", 0 },
        { "a column twice", "id,name,email,email\nC-1,Dupont,x,y\n",
                "customers\n1: column \"email\" stands twice; expected once\n", 0 },
        { "required columns missing", "number,customer,issued,amont,currency\nF-1,C-1,x,y,z\n",
                "invoices\n1: (warning) column \"amont\" is not known of invoices and is ignored; "
                "the nearest known one is \"amount\"\n1: column \"due\" is missing; invoices need "
                "it\n1: column \"amount\" is missing; invoices need it (the nearest one here is "
                "\"amont\")\n",
                0 },
        { "no columns of ours", "Artikel;Preis\nx;1\n",
                "1: these are the columns neither of customers (id, name, …), of invoices (number, "
                "customer, issued, due, amount, currency, …) nor of payments (id, invoice, "
                "customer, date, amount, currency, …); expected a header row\n",
                0 },
        { "a header alone", "id,name\n", "customers\n", 0 },
        { "a header alone, without line end", "id,name", "customers\n", 0 },
        { "nothing", "", "1: the file is empty; expected a header row\n", 0 },
        { "UTF-16", "\xFF\xFEi\0d\0", "1: the file is UTF-16; save it as CSV UTF-8\n", 6 },
        { "NULs in the header", "i\0d\0,\0n\0a\0",
                "1: the header is not UTF-8 text; save the file as CSV UTF-8\n", 10 },
        { "Latin-1 in the header", "id,name,soci\xE9t\xE9\n",
                "1: the header is not UTF-8 text; save the file as CSV UTF-8\n", 0 },
        { "a spreadsheet", "PK\x03\x04",
                "1: the file is a spreadsheet, a PDF or an archive; save it as CSV UTF-8\n", 0 },
        { "too many and too few fields", "id,name\nC-1,Dupont,SARL\nC-2\nC-3,Martin\n",
                "customers\n2: 3 fields, where the header has 2\n2: left out C-1\n3: 1 field, "
                "where the header has 2\n3: left out C-2\n4: id=C-3 name=Martin\n",
                0 },
        { "a last line cut short", "id,name\nC-1,Dupont\nC-2",
                "customers\n2: id=C-1 name=Dupont\n3: 1 field, where the header has 2; the file "
                "ends within this line and seems truncated\n3: left out C-2\n",
                0 },
        { "a last line cut within its last field", "id,name\nC-1,Dup",
                "customers\n2: id=C-1 name=Dup $\n", 0 },
        { "a last line cut within quotes", "id,name\nC-1,\"Dup",
                "customers\n2: a quoted field is not closed before the file ends; it seems "
                "truncated\n2: left out C-1\n",
                0 },
        { "a stray quote", "id,name\nC-1,Du\"pont\nC-2,Martin\n",
                "customers\n2: a quote stands within a field; expected the whole field in quotes "
                "and every quote within it doubled\n2: left out C-1\n3: id=C-2 name=Martin\n",
                0 },
        { "Latin-1 in rows", "id,name,city\nC-1,Ren\xE9,N\xEEmes\nC-\xE9,x,y\nC-2,Martin,Lyon\n",
                "customers\n2: name: \"Ren\\xE9\" is not UTF-8; save the file as UTF-8\n"
                "2: city: \"N\\xEEmes\" is not UTF-8; save the file as UTF-8\n2: left out C-1\n"
                "3: id: \"C-\\xE9\" is not UTF-8; save the file as UTF-8\n3: left out ?\n"
                "4: id=C-2 name=Martin city=Lyon\n",
                0 },
        { "Latin-1 in a column that is ignored", "id,name,x\nC-1,Dupont,\xE9\n",
                "customers\n1: (warning) column \"x\" is not known of customers and is ignored\n"
                "2: id=C-1 name=Dupont\n",
                0 },
        { "a NUL in a row", "id,name\nC-1,Du\0pont\nC-2,Martin\n",
                "customers\n2: name: \"Du\\x00pont\" holds a NUL byte; expected text\n2: left out "
                "C-1\n3: id=C-2 name=Martin\n",
                31 },
        { "a header that spans lines", "\n\"id\",\"name\n\"\nC-1,Dupont\n",
                "customers\n4: id=C-1 name=Dupont\n", 0 },
        { "a header with an open quote", "id,\"name\nC-1,Dupont\n",
                "1: a quoted field is not closed before the file ends; it seems truncated\n", 0 },
};

static Bytes bytes_of(size_t i)
{
        size_t length = cases[i].length ? cases[i].length : strlen(cases[i].bytes);

        return (Bytes){ .bytes = cases[i].bytes, .length = length };
}

static void what_a_file_says(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *text = hear(bytes_of(i), 0, 0);
                if (!streq(text, cases[i].expected))
                        print_message("in \"%s\"\n", cases[i].name);
                assert_string_equal(text, cases[i].expected);
        }
}

static void it_says_the_same_byte_by_byte(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Bytes from = bytes_of(i);
                from.step = 1;
                _cleanup_(freep) char *text = hear(from, 0, 0);
                assert_string_equal(text, cases[i].expected);
        }
}

static void what_the_sink_answers_ends_the_reading(void **state)
{
        Bytes from = { .bytes = "id,name\nC-1,a\nC-2,b\n", .length = 20 };
        _cleanup_(freep) char *text = hear(from, -EPIPE, -EPIPE);

        assert_string_equal(text, "customers\n2: id=C-1 name=a\n");
}

static void what_the_source_fails_with_is_passed_on(void **state)
{
        Bytes from = { .bytes = "id,name\nC-1,a\nC-2", .length = 17, .error = -EIO };
        _cleanup_(freep) char *text = hear(from, 0, -EIO);

        assert_string_equal(text, "customers\n2: id=C-1 name=a\n");
}

static void more_columns_than_any_table_are_refused(void **state)
{
        StrBuf file = STRBUF_INIT;

        strbuf_add(&file, "id,name");
        for (int i = 0; i < 300; i++)
                strbuf_add(&file, ",");
        _cleanup_(freep) char *text =
                hear((Bytes){ .bytes = strbuf_text(&file), .length = file.length }, 0, 0);
        assert_string_equal(text, "1: more than 256 columns; is it a table of customers, invoices "
                                  "or payments?\n");
        strbuf_release(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_file_says),
                cmocka_unit_test(it_says_the_same_byte_by_byte),
                cmocka_unit_test(what_the_sink_answers_ends_the_reading),
                cmocka_unit_test(what_the_source_fails_with_is_passed_on),
                cmocka_unit_test(more_columns_than_any_table_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
