/* SPDX-License-Identifier: MIT */
/* Tests of intake/csv: records and their lines, whatever the bytes and however they arrive. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "intake/csv.h"
#include "tests/unit/csv-source.h"

/* Every record as "line:field|field" on a line of its own; faults as "line!fault:fields", a record
 * without line end is followed by "$". */
static void describe(StrBuf *text, const CsvRecord *record)
{
        static const char *const faults[] = { ":", "!long:", "!open:", "!stray:" };

        strbuf_addf(text, "%u%s", record->line, faults[record->fault]);
        for (size_t i = 0; i < record->n_fields; i++) {
                strbuf_add(text, i > 0 ? "|" : "");
                for (size_t k = 0; i < CSV_FIELDS_MAX && k < record->fields[i].length; k++) {
                        char c = record->fields[i].text[k];
                        if (c == '\n')
                                strbuf_add(text, "\\n");
                        else if (c == '\r')
                                strbuf_add(text, "\\r");
                        else if (c == '\0')
                                strbuf_add(text, "\\0");
                        else
                                strbuf_add_char(text, c);
                }
        }
        strbuf_add(text, record->has_line_end ? "\n" : "$\n");
}

static char *read_all(Bytes from)
{
        _cleanup_(csv_reader_freep) CsvReader *reader = NULL;
        const CsvRecord *record;
        StrBuf text = STRBUF_INIT;
        char *taken;
        int r;

        assert_int_equal(csv_reader_new(bytes_source, &from, &reader), 0);
        r = csv_reader_start(reader);
        assert_true(r >= 0);
        if (r != CSV_START_TEXT)
                strbuf_addf(&text, "start %d\n", r);
        while (r == CSV_START_TEXT && (csv_reader_next(reader, &record)) > 0)
                describe(&text, record);
        assert_int_equal(strbuf_take(&text, &taken), 0);
        return taken;
}

static const struct {
        const char *name, *bytes, *expected;
        size_t length; /* 0: of the string */
} cases[] = {
        { "a plain file", "a,b\n1,2\n3,4\n", "1:a|b\n2:1|2\n3:3|4\n", 0 },
        { "semicolons when the header has more of them", "a;b;c,d\n1;2,5;3\n",
                "1:a|b|c,d\n2:1|2,5|3\n", 0 },
        { "separators in a quoted header do not count", "\"a;b;c\",d\n1,2\n", "1:a;b;c|d\n2:1|2\n",
                0 },
        { "a single column", "a\n1\n", "1:a\n2:1\n", 0 },
        { "Windows line ends", "a,b\r\n1,2\r\n3,4\r\n", "1:a|b\n2:1|2\n3:3|4\n", 0 },
        { "line ends of an old Macintosh", "a,b\r1,2\r3,4\r", "1:a|b\n2:1|2\n3:3|4\n", 0 },
        { "mixed line ends", "a\r\n1\r2\n\r\n3\n\r4\n", "1:a\n2:1\n3:2\n5:3\n7:4\n", 0 },
        { "a byte order mark",
                "\xEF\xBB\xBF"
                "a,b\n1,2\n",
                "1:a|b\n2:1|2\n", 0 },
        { "no line end at the end", "a,b\n1,2", "1:a|b\n2:1|2$\n", 0 },
        { "a last line cut short", "a,b,c\n1,2,3\n4,5", "1:a|b|c\n2:1|2|3\n3:4|5$\n", 0 },
        { "blank lines are skipped and counted", "\n\n a,b\n\n  \t\n1,2\n\n", "3:a|b\n6:1|2\n", 0 },
        { "blanks around unquoted fields", "a , b\n 1\t,\t2 \n", "1:a|b\n2:1|2\n", 0 },
        { "blanks within quotes stay", "a,b\n\" 1 \",2\n", "1:a|b\n2: 1 |2\n", 0 },
        { "empty fields", "a,b,c\n,,\n1,,\n", "1:a|b|c\n2:||\n3:1||\n", 0 },
        { "quoted separators, quotes and line ends",
                "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"one\ntwo\r\nthree\",2\n5,6\n",
                "1:a|b\n2:x,y|say \"hi\"\n3:one\\ntwo\\r\\nthree|2\n6:5|6\n", 0 },
        { "a quoted CR counts as a line end", "a,b\n\"x\ry\",1\n2,3\n", "1:a|b\n2:x\\ry|1\n4:2|3\n",
                0 },
        { "a quoted field with the file's end", "a\n\"x\"", "1:a\n2:x$\n", 0 },
        { "a NUL is data", "a,b\n1\0,2\n3,4\n", "1:a|b\n2:1\\0|2\n3:3|4\n", 13 },
        { "Latin-1 is data", "a,b\nCaf\xE9,2\n", "1:a|b\n2:Caf\xE9|2\n", 0 },
        { "a stray quote costs its row", "a,b\n1,x\"y\n3,4\n", "1:a|b\n2!stray:1\n3:3|4\n", 0 },
        { "a quote that is not doubled costs its row", "a,b\n1,\"x\"y\"\n3,4\n",
                "1:a|b\n2!stray:1\n3:3|4\n", 0 },
        { "a quote that is not closed costs its row: found by the next quote",
                "a,b\n1,\"x\n3,4\n5,\"six\"\n7,8\n", "1:a|b\n2!stray:1\n3:3|4\n4:5|six\n5:7|8\n",
                0 },
        { "a quote that is not closed costs its row: found by the end", "a,b\n1,\"x\n3,4\n5,6",
                "1:a|b\n2!open:1$\n3:3|4\n4:5|6$\n", 0 },
        { "a quote is the last byte", "a,b\n1,2\n\"", "1:a|b\n2:1|2\n3!open:$\n", 0 },
        { "nothing", "", "start 1\n", 0 },
        { "a mark and nothing", "\xEF\xBB\xBF", "start 1\n", 0 },
        { "blank lines alone", " \n\r\n\t", "start 1\n", 0 },
        { "UTF-16",
                "\xFF\xFE"
                "a\0,\0b\0",
                "start 2\n", 8 },
        { "a spreadsheet", "PK\x03\x04 and so on", "start 3\n", 0 },
        { "a PDF", "%PDF-1.7", "start 3\n", 0 },
        { "three bytes", "a,b", "1:a|b$\n", 0 },
};

static Bytes bytes_of(size_t i)
{
        size_t length = cases[i].length ? cases[i].length : strlen(cases[i].bytes);

        return (Bytes){ .bytes = cases[i].bytes, .length = length };
}

static void records_and_their_lines(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *text = read_all(bytes_of(i));
                if (!streq(text, cases[i].expected))
                        print_message("in \"%s\"\n", cases[i].name);
                assert_string_equal(text, cases[i].expected);
        }
}

static void the_result_never_depends_on_how_the_bytes_arrive(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                for (size_t cut = 0; cut <= bytes_of(i).length + 3; cut++) {
                        Bytes from = bytes_of(i);
                        if (cut <= from.length)
                                from.cut = cut;
                        else
                                from.step = cut - from.length; /* 1, 2, 3 bytes at a time */
                        _cleanup_(freep) char *text = read_all(from);
                        if (!streq(text, cases[i].expected))
                                print_message("in \"%s\" cut at %zu\n", cases[i].name, cut);
                        assert_string_equal(text, cases[i].expected);
                }
        }
}

/* head, then n times c, then tail. */
static char *long_file(const char *head, size_t n, char c, const char *tail, size_t *ret_length)
{
        StrBuf text = STRBUF_INIT;
        char *taken;

        strbuf_add(&text, head);
        for (size_t i = 0; i < n; i++)
                strbuf_add_char(&text, c);
        strbuf_add(&text, tail);
        *ret_length = text.length;
        assert_int_equal(strbuf_take(&text, &taken), 0);
        return taken;
}

static void a_record_of_the_largest_size_is_read_and_a_larger_one_is_not(void **state)
{
        static const struct {
                size_t n;
                const char *end, *head, *expected;
        } sizes[] = {
                { CSV_RECORD_SIZE_MAX - 3, "\n3,4\n", "1,", "2:" },
                { CSV_RECORD_SIZE_MAX - 2, "\n3,4\n", "1,", "2!long:" },
                { CSV_RECORD_SIZE_MAX - 4, "\r\n3,4\n", "1,", "2:" },
                { CSV_RECORD_SIZE_MAX - 3, "\r\n3,4\n", "1,", "2!long:" },
                { CSV_RECORD_SIZE_MAX - 3, "\r3,4\n", "1,", "2:" },
                { CSV_RECORD_SIZE_MAX - 2, "\r3,4\n", "1,", "2!long:" },
                { CSV_RECORD_SIZE_MAX * 3, "\n3,4\n", "1,", "2!long:" },
                { CSV_RECORD_SIZE_MAX * 3, "\r\n3,4\n", "1,", "2!long:" },
                { CSV_RECORD_SIZE_MAX * 3, "\"\n3,4\n", "\"", "2!long:" },
        };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                char head[16];
                size_t length = 0;
                (void)snprintf(head, sizeof(head), "a,b\n%s", sizes[i].head);
                _cleanup_(freep) char *file =
                        long_file(head, sizes[i].n, 'x', sizes[i].end, &length);
                for (size_t step = 0; step < 4; step++) {
                        Bytes from = { .bytes = file, .length = length };
                        from.step = (size_t[]){ 0, 1, 4096, 60 * 1024 + 1 }[step];
                        _cleanup_(freep) char *text = read_all(from);
                        assert_memory_equal(text + 6, sizes[i].expected, strlen(sizes[i].expected));
                        assert_string_equal(text + strlen(text) - 6, "3:3|4\n");
                }
        }
}

static void a_quote_open_for_too_long_costs_its_row(void **state)
{
        StrBuf file = STRBUF_INIT;
        size_t n_rows = 0;

        strbuf_add(&file, "a,b\n1,\"x\n");
        for (size_t i = 0; i < 30000; i++)
                strbuf_add(&file, "3,4\n");
        _cleanup_(freep) char *text =
                read_all((Bytes){ .bytes = strbuf_text(&file), .length = file.length });
        assert_memory_equal(text, "1:a|b\n2!open:1\n3:3|4\n4:3|4\n", 27);
        for (const char *p = text; *p; p++)
                n_rows += *p == '\n';
        assert_int_equal(n_rows, 30002);
        strbuf_release(&file);
}

static void a_file_of_open_quotes_is_read_in_linear_time(void **state)
{
        static const char *const lines[] = { "\"x\n", "\"\"\"\n", "1,\"\n", "\"\"x\"\n" };

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                StrBuf file = STRBUF_INIT;
                size_t n_rows = 0;

                strbuf_add(&file, "a,b\n");
                for (size_t k = 0; k < 200000; k++)
                        strbuf_add(&file, lines[i]);
                _cleanup_(freep) char *text =
                        read_all((Bytes){ .bytes = strbuf_text(&file), .length = file.length });
                for (const char *p = text; *p; p++)
                        n_rows += *p == '\n';
                assert_in_range(n_rows, 100001, 200001);
                strbuf_release(&file);
        }
}

static void too_many_fields_are_counted(void **state)
{
        size_t length = 0;
        _cleanup_(freep) char *file = long_file("a,b\n", 1000, ',', "\n", &length);
        _cleanup_(csv_reader_freep) CsvReader *reader = NULL;
        const CsvRecord *record;
        Bytes from = { .bytes = file, .length = length };

        assert_int_equal(csv_reader_new(bytes_source, &from, &reader), 0);
        assert_int_equal(csv_reader_start(reader), CSV_START_TEXT);
        assert_int_equal(csv_reader_next(reader, &record), 1);
        assert_int_equal(csv_reader_next(reader, &record), 1);
        assert_int_equal(record->n_fields, 1001);
        assert_int_equal(csv_reader_next(reader, &record), 0);
        assert_int_equal(csv_reader_next(reader, &record), 0);
}

static void what_the_source_fails_with_is_passed_on(void **state)
{
        _cleanup_(csv_reader_freep) CsvReader *reader = NULL;
        const CsvRecord *record;
        Bytes from = { .bytes = "a,b\n1", .length = 5, .error = -EIO };

        assert_int_equal(csv_reader_new(bytes_source, &from, &reader), 0);
        assert_int_equal(csv_reader_start(reader), CSV_START_TEXT);
        assert_int_equal(csv_reader_next(reader, &record), 1);
        assert_int_equal(csv_reader_next(reader, &record), -EIO);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(records_and_their_lines),
                cmocka_unit_test(the_result_never_depends_on_how_the_bytes_arrive),
                cmocka_unit_test(a_record_of_the_largest_size_is_read_and_a_larger_one_is_not),
                cmocka_unit_test(a_quote_open_for_too_long_costs_its_row),
                cmocka_unit_test(a_file_of_open_quotes_is_read_in_linear_time),
                cmocka_unit_test(too_many_fields_are_counted),
                cmocka_unit_test(what_the_source_fails_with_is_passed_on),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
