/* SPDX-License-Identifier: MIT */
/* channels/hook/line: the one line that is kept of a program's output, however it comes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"
#include "channels/hook/line.h"

static void the_first_or_last_line_is_kept_in_whatever_pieces_it_comes(void **state)
{
        static const struct {
                const char *output, *first, *last;
        } cases[] = {
                { "", "", "" },
                { "\n\n", "", "" },
                { "a", "a", "a" },
                { "a\n", "a", "a" },
                { "a\nb", "a", "b" },
                { "a\nb\n", "a", "b" },
                { "\n\na\n\nb\n\n\n", "a", "b" },
                { "one\ntwo\nthree", "one", "three" },
                { "a\r\nb\r\n", "a", "b" },
                { "\x1B[1mred\x1B[0m\a\n", "[1mred[0m", "[1mred[0m" },
                { "tab\tbed\x7F\n", "tabbed", "tabbed" },
                { "caf\xE9 \u00E9\u20AC\U0001F9FE\n", "caf? \u00E9\u20AC\U0001F9FE",
                        "caf? \u00E9\u20AC\U0001F9FE" },
                { "\xC2\x9B[31m\n", "??[31m", "??[31m" },
                { "\xE2\x82\n\xED\xA0\x80\n", "??", "???" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t length = strlen(cases[i].output);
                for (size_t piece = 1; piece <= length + 1; piece++) {
                        Line first = { .keeps_first = true }, last = { 0 };
                        char text[LINE_MAX_BYTES + 1];
                        for (size_t at = 0; at < length; at += piece) {
                                size_t n = MIN(piece, length - at);
                                line_take(&first, cases[i].output + at, n);
                                line_take(&last, cases[i].output + at, n);
                        }
                        line_show(&first, text);
                        assert_string_equal(text, cases[i].first);
                        line_show(&last, text);
                        assert_string_equal(text, cases[i].last);
                }
        }
}

static void a_line_without_end_is_cut_and_bytes_of_any_kind_make_text(void **state)
{
        char bytes[1000], text[LINE_MAX_BYTES + 1];
        uint32_t random = 1;

        for (int round = 0; round < 2000; round++) {
                Line lines[] = { { .keeps_first = true }, { 0 } };
                for (size_t i = 0; i < sizeof(bytes); i++) {
                        random = random * 1664525 + 1013904223;
                        bytes[i] = (char)(random >> 24);
                        if (round % 2 && bytes[i] == '\n')
                                bytes[i] = ' ';
                }
                for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                        line_take(&lines[i], bytes, sizeof(bytes));
                        line_show(&lines[i], text);
                        assert_true(strlen(text) <= LINE_MAX_BYTES);
                        assert_true(utf8_is_valid(text, strlen(text)));
                        for (const char *p = text; *p; p++)
                                assert_false((unsigned char)*p < 0x20 || *p == 0x7F);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_or_last_line_is_kept_in_whatever_pieces_it_comes),
                cmocka_unit_test(a_line_without_end_is_cut_and_bytes_of_any_kind_make_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
