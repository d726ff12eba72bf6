/* SPDX-License-Identifier: MIT */
/* Characters one by one, and the names of files that are made of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/character.h"

static void characters_are_read_one_by_one_to_the_end(void **state)
{
        static const uint32_t expected[] = { 'a', 0xE9, 0x20AC, 0x1F600 };
        const char *text = "a\u00E9\u20AC\U0001F600";

        for (size_t i = 0; i < ELEMENTSOF(expected); i++)
                assert_int_equal(character_next(&text), expected[i]);
        assert_string_equal(text, "");
        text = "\xF0\x9F"; /* cut: nothing is read behind it */
        (void)character_next(&text);
        assert_string_equal(text, "");
}

static void a_file_name_is_a_name_and_no_path(void **state)
{
        static const struct {
                const char *name;
                bool is_good;
        } cases[] = {
                { "F-1.pdf", true },
                { "facture n° 12 – été.pdf", true },
                { "", false },
                { ".", false },
                { "..", false },
                { ".hidden", false },
                { "a/b.pdf", false },
                { "a\\b.pdf", false },
                { "a\nb", false },
                { "a\xFF", false },
                { "a\u202Efdp.exe", false },
                { "\u200EF-1.pdf", false },
                { "F\u2028.pdf", false },
        };
        char longest[202];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(file_name_is_plain(cases[i].name), cases[i].is_good);
        memset(longest, 'a', sizeof(longest));
        longest[201] = 0;
        assert_false(file_name_is_plain(longest));
        longest[200] = 0;
        assert_true(file_name_is_plain(longest));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(characters_are_read_one_by_one_to_the_end),
                cmocka_unit_test(a_file_name_is_a_name_and_no_path),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
