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

static void email_addresses(void **state)
{
        static const struct {
                const char *text;
                bool is_fine;
        } cases[] = {
                { "compta@atelier.example", true },
                { "a.b+c_d@x-y.example.org", true },
                { "root@localhost", true },
                { "a@société.example", true },
                { "", false },
                { "a", false },
                { "@b.example", false },
                { "a@", false },
                { "a@b", false },
                { "a@b@c.example", false },
                { "a@b..example", false },
                { "a@.example", false },
                { "a@b.example.", false },
                { "a@-b.example", false },
                { "a@b-.example", false },
                { "a@192.0.2.1", false },
                { ".a@b.example", false },
                { "a.@b.example", false },
                { "a..b@c.example", false },
                { "a b@c.example", false },
                { "é@b.example", false },
                { "a@b.example\nBcc: x@y.example", false },
                { "a@b.example\r", false },
                { "<a@b.example>", false },
                { "Jean <a@b.example>", false },
                { "a@b.example,c@d.example", false },
                { "\"a\"@b.example", false },
                { "a@b.ex\xC2\x85"
                  "ample",
                        false },
        };
        char text[300];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                if (email_is_valid(cases[i].text) != cases[i].is_fine)
                        fail_msg("%s", cases[i].text);
        memset(text, 'a', sizeof(text));
        memcpy(text + 64, "@b.example", 11);
        assert_true(email_is_valid(text));
        memset(text, 'a', 65);
        memcpy(text + 65, "@b.example", 11);
        assert_false(email_is_valid(text));
}

static void telephone_numbers(void **state)
{
        static const struct {
                const char *text, *expected; /* NULL: none */
        } cases[] = {
                { "+33 6 12 34 56 78", "+33612345678" },
                { "06.12.34.56.78", "0612345678" },
                { "+33 (0)6-12-34-56-78", "+33612345678" },
                { "(06) 12/34.56 78", "0612345678" },
                { "+33\u00A06\u202F12345678", "+33612345678" },
                { "3631", "3631" },
                { "", NULL },
                { "+", NULL },
                { "112", NULL },
                { "1234567890123456", NULL },
                { "06 12 34 56 7x", NULL },
                { "++33612345678", NULL },
                { "06+12345678", NULL },
                { "0612345678\n", NULL },
                { "0612345678 ext. 4", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char phone[64];
                int r = phone_normalise(cases[i].text, phone);
                if (r != (cases[i].expected ? 0 : -EINVAL))
                        fail_msg("%s", cases[i].text);
                if (r == 0)
                        assert_string_equal(phone, cases[i].expected);
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
                cmocka_unit_test(email_addresses),
                cmocka_unit_test(telephone_numbers),
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
