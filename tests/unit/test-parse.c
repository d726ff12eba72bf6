/* SPDX-License-Identifier: MIT */
/* Strict parsing. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"

static void an_integer_is_the_whole_text_within_its_bounds(void **state)
{
        static const struct {
                const char *text;
                int64_t min, max, value;
                int result;
        } cases[] = {
                { "0", 0, 9, 0, 0 },
                { "-7", -9, 9, -7, 0 },
                { "+7", -9, 9, 7, 0 },
                { "007", 0, 9, 7, 0 },
                { "10", 0, 9, 0, -ERANGE },
                { "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, 0 },
                { "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, 0 },
                { "9223372036854775808", INT64_MIN, INT64_MAX, 0, -ERANGE },
                { "", 0, 9, 0, -EINVAL },
                { "-", -9, 9, 0, -EINVAL },
                { " 1", 0, 9, 0, -EINVAL },
                { "1 ", 0, 9, 0, -EINVAL },
                { "1.0", 0, 9, 0, -EINVAL },
                { "0x1", 0, 9, 0, -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t value = 42;
                assert_int_equal(parse_int64(cases[i].text, cases[i].min, cases[i].max, &value),
                        cases[i].result);
                assert_int_equal(value, cases[i].result < 0 ? 42 : cases[i].value);
        }
}

static void words_for_yes_and_no_and_nothing_else(void **state)
{
        bool value = false;

        assert_int_equal(parse_bool("YES", &value), 0);
        assert_true(value);
        assert_int_equal(parse_bool("false", &value), 0);
        assert_false(value);
        assert_int_equal(parse_bool("maybe", &value), -EINVAL);
        assert_int_equal(parse_bool("", &value), -EINVAL);
}

static void utf8_is_well_formed_or_refused(void **state)
{
        static const struct {
                const char *text;
                bool is_valid;
        } cases[] = {
                { "", true }, { "Été – 1 200 €", true }, { "\xF0\x9F\x99\x82", true },
                { "\xF4\x8F\xBF\xBF", true }, { "\xE9t\xE9", false }, /* Latin-1 */
                { "\xC0\xAF", false },                                /* overlong */
                { "\xE0\x80\xAF", false },                            /* overlong */
                { "\xED\xA0\x80", false },                            /* surrogate */
                { "\xF4\x90\x80\x80", false },                        /* beyond U+10FFFF */
                { "\xE2\x82", false },                                /* cut off */
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(
                        utf8_is_valid(cases[i].text, strlen(cases[i].text)), cases[i].is_valid);
        assert_false(utf8_is_valid("a\0b", 3));
}

static void a_character_is_measured_no_further_than_the_text_goes(void **state)
{
        static const struct {
                const char *text;
                size_t length, expected;
        } cases[] = {
                { "ab", 2, 1 },
                { "\u00e9t\u00e9", UTF8_MAX, 2 },
                { "\u20ac", UTF8_MAX, 3 },
                { "\U0001f642", UTF8_MAX, 4 },
                { "\u20ac", 2, 0 },          /* more may not be read */
                { "\xE2\x82", UTF8_MAX, 0 }, /* the text ends before */
                { "\xE9t", UTF8_MAX, 0 },
                { "", UTF8_MAX, 0 },
                { "a", 0, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(utf8_length(cases[i].text, cases[i].length), cases[i].expected);
}

static void the_nearest_name_is_one_that_may_be_meant(void **state)
{
        static const char *const names[] = { "after_due", "before_due", "send", "id" };

        assert_string_equal(nearest_name("after_deu", names, 4), "after_due");
        assert_string_equal(nearest_name("sned", names, 4), "send");
        assert_null(nearest_name("workers", names, 4));
        assert_null(nearest_name("xx", names, 4));
        assert_int_equal(edit_distance("kitten", "sitting"), 3);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_integer_is_the_whole_text_within_its_bounds),
                cmocka_unit_test(words_for_yes_and_no_and_nothing_else),
                cmocka_unit_test(utf8_is_well_formed_or_refused),
                cmocka_unit_test(a_character_is_measured_no_further_than_the_text_goes),
                cmocka_unit_test(the_nearest_name_is_one_that_may_be_meant),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
