/* SPDX-License-Identifier: MIT */
/* config/codes: countries, languages, IBANs, days of the week. */

#include "config/codes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void days_of_the_week_are_read(void **state)
{
        static const struct {
                const char *text;
                int days; /* -1: refused */
        } cases[] = {
                { "mon-fri", 0x1F },
                { "mon-sun", 0x7F },
                { "mon,wed,fri", 0x15 },
                { "sat-mon", 0x61 },
                { "sun", 0x40 },
                { "mon-wed, sat", 0x27 },
                { "tue-tue", 2 },
                { "", -1 },
                { "mon,", -1 },
                { ",mon", -1 },
                { "mon-", -1 },
                { "Mon", -1 },
                { "monday", -1 },
                { "mon-fri-sun", -1 },
                { "mo", -1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                unsigned days = 0xFFFF;
                int r = days_parse(cases[i].text, &days);
                assert_int_equal(r, cases[i].days < 0 ? -EINVAL : 0);
                assert_int_equal(days, cases[i].days < 0 ? 0xFFFF : cases[i].days);
        }
}

static void codes_are_told_from_what_is_none(void **state)
{
        assert_true(country_is_known("FR") && country_is_known("ZW") && country_is_known("AD"));
        assert_false(country_is_known("fr") || country_is_known("F") || country_is_known("R G"));
        assert_false(country_is_known("") || country_is_known("UK") || country_is_known("F "));
        assert_true(language_is_known("fr") && language_is_known("en") && language_is_known("zu"));
        assert_false(language_is_known("FR") || language_is_known("fre"));
        assert_true(iban_is_valid("FR7630006000011234567890189"));
        assert_true(iban_is_valid("GB29 NWBK 6016 1331 9268 19"));
        assert_false(iban_is_valid("FR7630006000011234567890198"));
        assert_false(iban_is_valid("") || iban_is_valid("FR76"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(days_of_the_week_are_read),
                cmocka_unit_test(codes_are_told_from_what_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
