/* SPDX-License-Identifier: MIT */
/* core/date: civil days, weekdays, Easter, and the texts of days, instants and minutes. */

#include "core/date.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void days_count_from_1970(void **state)
{
        static const struct {
                int year, month, day, days;
        } cases[] = {
                { 1970, 1, 1, 0 },
                { 1969, 12, 31, -1 },
                { 2000, 2, 29, 11016 },
                { 2000, 3, 1, 11017 },
                { 2026, 3, 5, 20517 },
                { 1, 1, 1, -719162 },
                { 9999, 12, 31, 2932896 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(
                        date_of(cases[i].year, cases[i].month, cases[i].day).days, cases[i].days);
}

static void every_day_of_the_calendar_splits_into_what_it_was_made_of(void **state)
{
        Date date = date_of(1, 1, 1), last = date_of(9999, 12, 31);
        Weekday weekday = MONDAY; /* 0001-01-01 */
        int year = 1, month = 1, day = 1;

        for (; date_compare(date, last) <= 0; date = date_add(date, 1)) {
                int y, m, d;
                date_split(date, &y, &m, &d);
                if (y != year || m != month || d != day || date_weekday(date) != weekday ||
                        date_of(y, m, d).days != date.days)
                        fail_msg("%d-%d-%d became %d-%d-%d", year, month, day, y, m, d);
                weekday = weekday == SUNDAY ? MONDAY : weekday + 1;
                if (date_is_valid(year, month, day + 1)) {
                        day++;
                } else {
                        day = 1;
                        year += month == 12;
                        month = month % 12 + 1;
                }
        }
}

static void only_days_that_exist_are_valid(void **state)
{
        static const struct {
                int year, month, day;
                bool is_valid;
        } cases[] = {
                { 2024, 2, 29, true },
                { 2025, 2, 29, false },
                { 1900, 2, 29, false },
                { 2000, 2, 29, true },
                { 2026, 4, 31, false },
                { 2026, 13, 1, false },
                { 2026, 0, 1, false },
                { 2026, 1, 0, false },
                { 0, 1, 1, false },
                { 10000, 1, 1, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(date_is_valid(cases[i].year, cases[i].month, cases[i].day),
                        cases[i].is_valid);
}

static void weekdays_are_those_of_the_almanac(void **state)
{
        assert_int_equal(date_weekday(date_of(2026, 3, 5)), THURSDAY);
        assert_int_equal(date_weekday(date_of(2000, 1, 1)), SATURDAY);
        assert_int_equal(date_weekday(date_of(1900, 1, 1)), MONDAY);
        assert_int_equal(date_weekday(date_of(1969, 12, 28)), SUNDAY);
}

static void easter_is_that_of_the_almanac(void **state)
{
        /* With the earliest and the latest day that is possible, and both exceptions of the
         * epact. */
        static const struct {
                int year, month, day;
        } cases[] = {
                { 1818, 3, 22 },
                { 1943, 4, 25 },
                { 1954, 4, 18 },
                { 1981, 4, 19 },
                { 2000, 4, 23 },
                { 2008, 3, 23 },
                { 2024, 3, 31 },
                { 2025, 4, 20 },
                { 2026, 4, 5 },
                { 2027, 3, 28 },
                { 2038, 4, 25 },
                { 2049, 4, 18 },
                { 2285, 3, 22 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(date_easter(cases[i].year).days,
                        date_of(cases[i].year, cases[i].month, cases[i].day).days);
}

static void the_end_of_a_month_is_its_last_day(void **state)
{
        assert_int_equal(date_end_of_month(date_of(2024, 2, 1)).days, date_of(2024, 2, 29).days);
        assert_int_equal(date_end_of_month(date_of(2026, 12, 31)).days, date_of(2026, 12, 31).days);
        assert_int_equal(date_end_of_month(date_of(2026, 4, 12)).days, date_of(2026, 4, 30).days);
}

static void no_date_is_before_every_day_and_stays_none(void **state)
{
        assert_true(date_compare(DATE_NONE, date_of(1, 1, 1)) < 0);
        assert_false(date_is_set(date_add(DATE_NONE, 3)));
        assert_int_equal(date_later(DATE_NONE, date_of(2026, 1, 1)).days, date_of(2026, 1, 1).days);
}

static void a_date_is_read_only_in_its_one_form(void **state)
{
        static const char *const wrong[] = { "", "2026", "2026-3-5", "2026-03-05 ", " 2026-03-05",
                "2026/03/05", "05-03-2026", "2026-02-29", "2026-00-10", "0000-01-01", "+026-03-05",
                "2026-03-0x", "20260305", "2026-03-05T09:00" };
        char text[DATE_TEXT_SIZE];
        Date date = DATE_NONE;

        assert_int_equal(date_parse("2026-03-05", &date), 0);
        assert_int_equal(date.days, date_of(2026, 3, 5).days);
        assert_string_equal(date_format(date, text), "2026-03-05");
        assert_string_equal(date_format(DATE_NONE, text), "");
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                assert_int_equal(date_parse(wrong[i], &date), -EINVAL);
                assert_int_equal(date.days, date_of(2026, 3, 5).days);
        }
}

static void days_beyond_the_calendar_show_as_its_ends(void **state)
{
        char text[DATE_TEXT_SIZE], long_text[INSTANT_TEXT_SIZE];

        assert_string_equal(date_format((Date){ INT32_MAX }, text), "9999-12-31");
        assert_string_equal(date_format(date_add(date_of(1, 1, 1), -9), text), "0001-01-01");
        assert_string_equal(instant_format((Instant){ INT64_MAX }, 840, long_text),
                "9999-12-31T23:59:59+14:00");
        assert_string_equal(instant_format((Instant){ INT64_MIN + 1 }, -840, long_text),
                "0001-01-01T00:00:00-14:00");
}

static void instants_are_written_as_a_clock_of_that_offset_shows_them(void **state)
{
        static const struct {
                int64_t seconds;
                int offset;
                const char *text;
        } cases[] = {
                { 0, 0, "1970-01-01T00:00:00+00:00" },
                { -1, 0, "1969-12-31T23:59:59+00:00" },
                { 1772697600, 60, "2026-03-05T09:00:00+01:00" },
                { 1772697600, -210, "2026-03-05T04:30:00-03:30" },
                { 1772697600, 840, "2026-03-05T22:00:00+14:00" },
        };
        char text[INSTANT_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Instant instant = { cases[i].seconds * USEC_PER_SEC }, again;
                assert_string_equal(instant_format(instant, cases[i].offset, text), cases[i].text);
                assert_int_equal(instant_parse(text, &again), 0);
                assert_int_equal(again.usec, instant.usec);
        }
        assert_string_equal(instant_format((Instant){ -1 }, 0, text), "1969-12-31T23:59:59+00:00");
        assert_string_equal(instant_format(INSTANT_NONE, 0, text), "");
}

static void an_instant_is_read_with_its_offset(void **state)
{
        static const struct {
                const char *text;
                int64_t seconds;
        } cases[] = {
                { "2026-03-05T09:00:00+01:00", 1772697600 },
                { "2026-03-05t08:00:00z", 1772697600 },
                { "2026-03-05T08:00:00Z", 1772697600 },
                { "2026-03-05T08:00:00.999999999Z", 1772697600 },
                { "2026-03-05T08:00:00-00:00", 1772697600 },
                { "2016-12-31T23:59:60Z", 1483228800 },
                { "0001-01-01T00:00:00+23:59", -62135596800 - 86340 },
        };
        static const char *const wrong[] = { "", "2026-03-05", "2026-03-05T09:00",
                "2026-03-05T09:00+01:00", "2026-03-05T09:00:00", "2026-03-05T24:00:00Z",
                "2026-03-05T09:60:00Z", "2026-03-05T09:00:61Z", "2026-03-05T09:00:00.Z",
                "2026-03-05T09:00:00+0100", "2026-03-05T09:00:00+24:00", "2026-03-05T09:00:00Zx",
                "2026-03-05 09:00:00Z", "2026-02-30T09:00:00Z" };
        Instant instant = INSTANT_NONE;

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(instant_parse(wrong[i], &instant), -EINVAL);
        assert_false(instant_is_set(instant));
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_int_equal(instant_parse(cases[i].text, &instant), 0);
                assert_int_equal(instant.usec, cases[i].seconds * USEC_PER_SEC);
        }
}

static void a_time_of_day_is_read_up_to_midnight_at_its_end(void **state)
{
        static const char *const wrong[] = { "", "9:00", "09:0", "09:00 ", "24:01", "23:60",
                "-1:00", "0900", "09.00", "25:00" };
        int minute = -1;

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(minute_parse(wrong[i], &minute), -EINVAL);
        assert_int_equal(minute, -1);
        assert_int_equal(minute_parse("00:00", &minute), 0);
        assert_int_equal(minute, 0);
        assert_int_equal(minute_parse("18:05", &minute), 0);
        assert_int_equal(minute, 1085);
        assert_int_equal(minute_parse("24:00", &minute), 0);
        assert_int_equal(minute, 1440);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(days_count_from_1970),
                cmocka_unit_test(every_day_of_the_calendar_splits_into_what_it_was_made_of),
                cmocka_unit_test(only_days_that_exist_are_valid),
                cmocka_unit_test(weekdays_are_those_of_the_almanac),
                cmocka_unit_test(easter_is_that_of_the_almanac),
                cmocka_unit_test(the_end_of_a_month_is_its_last_day),
                cmocka_unit_test(no_date_is_before_every_day_and_stays_none),
                cmocka_unit_test(a_date_is_read_only_in_its_one_form),
                cmocka_unit_test(days_beyond_the_calendar_show_as_its_ends),
                cmocka_unit_test(instants_are_written_as_a_clock_of_that_offset_shows_them),
                cmocka_unit_test(an_instant_is_read_with_its_offset),
                cmocka_unit_test(a_time_of_day_is_read_up_to_midnight_at_its_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
