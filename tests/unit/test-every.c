/* SPDX-License-Identifier: MIT */
/* The days of a plan's parts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/every.h"

static Date day(const char *text)
{
        Date date;

        assert_int_equal(date_parse(text, &date), 0);
        return date;
}

static void parts_are_as_far_apart_as_is_said(void **state)
{
        static const struct {
                const char *every, *first, *days[3]; /* of the parts 1, 2 and 12 after the first */
        } cases[] = {
                { "1d", "2026-02-27", { "2026-02-28", "2026-03-01", "2026-03-11" } },
                { "10d", "2026-03-05", { "2026-03-15", "2026-03-25", "2026-07-03" } },
                { "2w", "2026-03-05", { "2026-03-19", "2026-04-02", "2026-08-20" } },
                { "1m", "2026-03-05", { "2026-04-05", "2026-05-05", "2027-03-05" } },
                { "3m", "2026-11-15", { "2027-02-15", "2027-05-15", "2029-11-15" } },
                { "12m", "2026-12-01", { "2027-12-01", "2028-12-01", "2038-12-01" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Every every;
                assert_int_equal(every_parse(cases[i].every, &every), 0);
                Date first = day(cases[i].first);
                assert_int_equal(every_day(&every, first, 0).days, first.days);
                assert_int_equal(every_day(&every, first, 1).days, day(cases[i].days[0]).days);
                assert_int_equal(every_day(&every, first, 2).days, day(cases[i].days[1]).days);
                assert_int_equal(every_day(&every, first, 12).days, day(cases[i].days[2]).days);
        }
}

static void a_month_too_short_gives_its_last_day_and_no_later_one_suffers(void **state)
{
        static const struct {
                const char *first;
                int i;
                const char *day;
        } cases[] = {
                { "2026-01-30", 1, "2026-02-28" },
                { "2026-01-30", 2, "2026-03-30" },
                { "2027-12-29", 2, "2028-02-29" },
                { "2024-02-29", 12, "2025-02-28" },
        };
        const Every every = { 1, EVERY_MONTHS };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(every_day(&every, day(cases[i].first), cases[i].i).days,
                        day(cases[i].day).days);
}

static void from_the_last_day_of_a_month_on_it_is_always_the_last(void **state)
{
        static const struct {
                const char *first;
                int i;
                const char *day;
        } cases[] = {
                { "2026-01-31", 1, "2026-02-28" },
                { "2026-01-31", 2, "2026-03-31" },
                { "2026-04-30", 1, "2026-05-31" },
                { "2026-02-28", 1, "2026-03-31" },
                { "2028-02-28", 1, "2028-03-28" },
                { "2028-02-29", 12, "2029-02-28" },
        };
        const Every every = { 1, EVERY_MONTHS };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(every_day(&every, day(cases[i].first), cases[i].i).days,
                        day(cases[i].day).days);
}

static void what_is_no_period_is_refused(void **state)
{
        static const char *const texts[] = { "", "1", "m", "0m", "-1m", "1y", "1M", "1 m", "m1",
                "1mm", "367d", "53w", "13m", "99999999999d", "1.5m", "½m" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                Every every;
                assert_true(every_parse(texts[i], &every) < 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parts_are_as_far_apart_as_is_said),
                cmocka_unit_test(a_month_too_short_gives_its_last_day_and_no_later_one_suffers),
                cmocka_unit_test(from_the_last_day_of_a_month_on_it_is_always_the_last),
                cmocka_unit_test(what_is_no_period_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
