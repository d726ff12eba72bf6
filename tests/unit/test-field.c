/* SPDX-License-Identifier: MIT */
/* Tests of intake/field and intake/quote: what each notion accepts, and its normal form. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake/field.h"
#include "intake/quote.h"

/* country: whose number it is when no country code stands ahead; "": not known. */
static void a_telephone_number_is_kept_in_e164_however_it_is_written(void **state)
{
        static const struct {
                const char *text, *country, *expected; /* NULL: refused */
        } cases[] = {
                { "+33 6 12 34 56 78", "FR", "+33612345678" },
                { "+33612345678", "", "+33612345678" },
                { "06 12 34 56 78", "FR", "+33612345678" },
                { "06.12.34.56.78", "FR", "+33612345678" },
                { "06-12-34-56-78", "FR", "+33612345678" },
                { "06/12/34/56/78", "FR", "+33612345678" },
                { "(06) 12 34 56 78", "FR", "+33612345678" },
                { "0612345678", "FR", "+33612345678" },
                { "612345678", "FR", "+33612345678" },   /* the 0 got lost in a spreadsheet */
                { "33612345678", "FR", "+33612345678" }, /* the + did */
                { "4915123456789", "DE", "+4915123456789" },
                { "0033612345678", "FR", "+33612345678" },
                { "00 33 (0)6 12 34 56 78", "FR", "+33612345678" },
                { "+33 (0)6-12-34-56-78", "FR", "+33612345678" },
                { "+33 06 12 34 56 78", "FR", "+33612345678" },
                { "+33\u00A06\u202F12345678", "FR", "+33612345678" },
                { "\u202A+33 6 12\u201134 56 78\u202C", "FR", "+33612345678" },
                { "01 99 00 12 34", "FR", "+33199001234" }, /* for films */
                { "06 39 98 01 01", "FR", "+33639980101" }, /* too */
                { "07700 900107", "GB", "+447700900107" },  /* and there */
                { "+44 (0)20 7946 0958", "FR", "+442079460958" },
                { "0800 123 456", "FR", "+33800123456" },
                { "01 23 45 67 89", "FR", "+33123456789" },
                { "0041 44 668 18 00", "FR", "+41446681800" },
                { "011 33 6 12 34 56 78", "US", "+33612345678" },
                { "(202) 555-0108", "US", "+12025550108" },
                { "1-202-555-0108", "US", "+12025550108" },
                { "0471 12 34 56", "BE", "+32471123456" },
                { "030 901820", "DE", "+4930901820" },
                { "06 1234 5678", "IT", "+390612345678" }, /* it keeps its 0 */
                { "+39 (0)6 1234 5678", "FR", "+390612345678" },
                { "0692 12 34 56", "RE", "+262692123456" },
                { "+882 16 1234 567", "FR", "+882161234567" }, /* of no country */
                { "", "FR", NULL },
                { "+", "FR", NULL },
                { "-", "FR", NULL },
                { "112", "FR", NULL },
                { "3631", "FR", NULL },
                { "06 12 34 56 7", "FR", NULL },
                { "06 12 34 56 789", "FR", NULL },
                { "555-0108", "US", NULL },
                { "00 00 00 00 00", "FR", NULL },
                { "+1 000 000 0000", "US", NULL },
                { "+999 12 34 56 78", "FR", NULL },
                { "06 12 34 56 78", "", NULL },
                { "06 12 34 56 78", "XX", NULL },
                { "1234567890123456789012345", "FR", NULL },
                { "+12345678901234567", "FR", NULL },
                { "06 12 34 56 7x", "FR", NULL },
                { "++33612345678", "FR", NULL },
                { "06+12345678", "FR", NULL },
                { "06 12 34 56 78\n", "FR", NULL },
                { "06 12 34 56 78 ext. 4", "FR", NULL },
                { "06 12 34 56 78;ext=4", "FR", NULL },
                { "06 12 34 56 78 / 01 23 45 67 89", "FR", NULL },
                { "1-800-FLOWERS", "US", NULL },
                { "tel:+33612345678", "FR", NULL },
                { "3.36E+10", "FR", NULL },
                { "\uFF10\uFF16", "FR", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char phone[PHONE_SIZE], again[PHONE_SIZE];
                const char *fault = NULL;
                int r = phone_read(cases[i].text, cases[i].country, phone, &fault);
                if (r != (cases[i].expected ? 0 : -EINVAL))
                        fail_msg("%s of %s: %s", cases[i].text, cases[i].country,
                                fault ? fault : phone);
                assert_true(r == 0 ? !fault : !is_empty(fault));
                if (r < 0)
                        continue;
                assert_string_equal(phone, cases[i].expected);
                assert_int_equal(phone_read(phone, "", again, &fault), 0);
                assert_string_equal(again, phone);
        }
}

static void a_refused_number_says_what_is_wrong_with_it(void **state)
{
        static const struct {
                const char *text, *country, *fault;
        } cases[] = {
                { "06 12 34 56 7", "FR", "its country has no such number" },
                { "6 12 34 56 7", "FR", "it is too short" },
                { "06 12 34 56 789", "FR", "it is too long" },
                { "+", "FR", "it is too short" },
                { "06 12 34 56 78", "XX", "it has no country code, and the country is not known" },
                { "+999 12 34 56 78", "FR", "no country has that code" },
                { "06 12 34 56 78 p. 12", "FR",
                        "it may hold digits, blanks and . - / ( ) alone; an extension cannot be "
                        "kept" },
                { "00 00 00 00 00", "FR", "its country has no such number" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char phone[PHONE_SIZE];
                const char *fault;
                assert_int_equal(
                        phone_read(cases[i].text, cases[i].country, phone, &fault), -EINVAL);
                assert_string_equal(fault, cases[i].fault);
        }
}

static void languages_and_countries(void **state)
{
        static const struct {
                const char *text, *language, *country;
        } cases[] = {
                { "fr", "fr", "FR" },
                { "FR", "fr", "FR" },
                { "fr-fr", "fr-FR", NULL },
                { "pt_BR", "pt-BR", NULL },
                { "", NULL, NULL },
                { "f", NULL, NULL },
                { "fra", NULL, NULL },
                { "f1", NULL, NULL },
                { "fr-F1", NULL, NULL },
                { "fr FR", NULL, NULL },
                { "é", NULL, NULL },
                { "French", NULL, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[16];
                assert_int_equal(
                        language_normalise(cases[i].text, text), cases[i].language ? 0 : -EINVAL);
                if (cases[i].language)
                        assert_string_equal(text, cases[i].language);
                assert_int_equal(
                        country_normalise(cases[i].text, text), cases[i].country ? 0 : -EINVAL);
                if (cases[i].country)
                        assert_string_equal(text, cases[i].country);
        }
}

static void web_addresses(void **state)
{
        assert_true(url_is_plausible("https://pay.example/F-1?x=1&y=2#z"));
        assert_true(url_is_plausible("HTTP://pay.example"));
        assert_false(url_is_plausible(""));
        assert_false(url_is_plausible("pay.example/F-1"));
        assert_false(url_is_plausible("ftp://pay.example"));
        assert_false(url_is_plausible("javascript:alert(1)"));
        assert_false(url_is_plausible("https://"));
        assert_false(url_is_plausible("https:///x"));
        assert_false(url_is_plausible("https://pay.example/a b"));
        assert_false(url_is_plausible("https://pay.example/\"onclick"));
        assert_false(url_is_plausible("https://pay.example/\n"));
        assert_false(url_is_plausible("https://pay.example/é"));
}

static void paths_beneath_a_folder(void **state)
{
        assert_true(path_is_plausible("F-1.pdf"));
        assert_true(path_is_plausible("2026/janvier/facture n°1.pdf"));
        assert_true(path_is_plausible("..F-1.pdf"));
        assert_false(path_is_plausible(""));
        assert_false(path_is_plausible("/etc/passwd"));
        assert_false(path_is_plausible("../F-1.pdf"));
        assert_false(path_is_plausible("2026/../../F-1.pdf"));
        assert_false(path_is_plausible("2026/.."));
        assert_false(path_is_plausible("./F-1.pdf"));
        assert_false(path_is_plausible("2026//F-1.pdf"));
        assert_false(path_is_plausible("2026/"));
        assert_false(path_is_plausible("F-1\n.pdf"));
}

static void zone_names(void **state)
{
        assert_true(zone_name_is_plausible("Europe/Paris"));
        assert_true(zone_name_is_plausible("Etc/GMT+1"));
        assert_false(zone_name_is_plausible(""));
        assert_false(zone_name_is_plausible("../../etc/passwd"));
        assert_false(zone_name_is_plausible("/etc/localtime"));
        assert_false(zone_name_is_plausible("Europe Paris"));
}

static void percentages(void **state)
{
        static const struct {
                const char *text;
                int expected; /* < 0: none */
        } cases[] = {
                { "2", 200 },
                { "2.5", 250 },
                { "2,25", 225 },
                { "0", 0 },
                { "100", 10000 },
                { "100.00", 10000 },
                { "100.01", -1 },
                { "2.555", -1 },
                { "-2", -1 },
                { "", -1 },
                { ".5", -1 },
                { "2.", -1 },
                { "2.,5", -1 },
                { "2 %", -1 },
                { "99999999999999999999", -1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int value = -1;
                int r = percent_parse(cases[i].text, &value);
                assert_int_equal(r, cases[i].expected < 0 ? -EINVAL : 0);
                assert_int_equal(value, cases[i].expected);
        }
}

static void texts_of_one_line_and_of_several(void **state)
{
        char text[64];

        assert_int_equal(line_normalise("Dupont\r\n\tSARL", text), 0);
        assert_string_equal(text, "Dupont SARL");
        assert_int_equal(line_normalise("Dupont\x1B[2J", text), -EINVAL);
        assert_int_equal(line_normalise("Dupont\x7F", text), -EINVAL);
        assert_int_equal(line_normalise("Dupont\xC2\x90", text), -EINVAL);
        assert_int_equal(line_normalise("Dup\u00F3nt…", text), 0);
        assert_int_equal(lines_normalise("12 rue\r\nBât.\tB\r3e\n", text), 0);
        assert_string_equal(text, "12 rue\nBât. B\n3e\n");
        assert_int_equal(lines_normalise("12 rue\x01", text), -EINVAL);
        assert_int_equal(lines_normalise("12 rue\xC2\x85", text), -EINVAL);
}

static void values_in_messages_are_harmless_and_short(void **state)
{
        static const struct {
                const char *text, *expected;
        } cases[] = {
                { "", "\"\"" },
                { "Café", "\"Café\"" },
                { "a\x1B[31m\n", "\"a\\x1B[31m\\x0A\"" },
                { "Caf\xE9", "\"Caf\\xE9\"" },
                { "\xC2\x85", "\"\\xC2\\x85\"" },
                { "123456789012345678901234567890123456789012345678901234567890",
                        "\"123456789012345678901234567890123456789012345678901234567890\"" },
                { "12345678901234567890123456789012345678901234567890123456789é!",
                        "\"12345678901234567890123456789012345678901234567890123456789é…\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf text = STRBUF_INIT;
                quote_add(&text, cases[i].text, strlen(cases[i].text));
                assert_string_equal(strbuf_text(&text), cases[i].expected);
                strbuf_release(&text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_telephone_number_is_kept_in_e164_however_it_is_written),
                cmocka_unit_test(a_refused_number_says_what_is_wrong_with_it),
                cmocka_unit_test(languages_and_countries),
                cmocka_unit_test(web_addresses),
                cmocka_unit_test(paths_beneath_a_folder),
                cmocka_unit_test(zone_names),
                cmocka_unit_test(percentages),
                cmocka_unit_test(texts_of_one_line_and_of_several),
                cmocka_unit_test(values_in_messages_are_harmless_and_short),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
