/* SPDX-License-Identifier: MIT */
/* core/calendar: public holidays, working days, windows (R5, R6). */

#include "core/calendar.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define YEAR_TEXT_SIZE 512

/* All holidays of a year as "MM-DD MM-DD …". */
static const char *holidays_of(const char *name, int year, char text[static YEAR_TEXT_SIZE])
{
        const Calendar *calendar = calendar_find(name);
        Date last = date_of(year, 12, 31);
        size_t length = 0;

        assert_non_null(calendar);
        text[0] = '\0';
        for (Date day = date_of(year, 1, 1); date_compare(day, last) <= 0; day = date_add(day, 1)) {
                char date[DATE_TEXT_SIZE];
                if (!calendar_is_holiday(calendar, day))
                        continue;
                date_format(day, date);
                length += (size_t)snprintf(text + length, YEAR_TEXT_SIZE - length, "%s%s",
                        length > 0 ? " " : "", date + 5);
        }
        return text;
}

static void each_country_has_its_holidays(void **state)
{
        static const struct {
                const char *name;
                int year;
                const char *days;
        } cases[] = {
                { "none", 2026, "" },
                { "FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25" },
                { "BE", 2026, "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25" },
                { "CH", 2026, "01-01 05-14 08-01 12-25" },
                { "LU", 2026, "01-01 04-06 05-01 05-09 05-14 05-25 06-23 08-15 11-01 12-25 12-26" },
                { "LU", 2018, "01-01 04-02 05-01 05-10 05-21 06-23 08-15 11-01 12-25 12-26" },
                { "DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26" },
                { "ES", 2026, "01-01 01-06 04-03 05-01 08-15 10-12 11-01 12-06 12-08 12-25" },
                { "IT", 2026,
                        "01-01 01-06 04-05 04-06 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 "
                        "12-26" },
                { "IT", 2025,
                        "01-01 01-06 04-20 04-21 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26" },
                { "NL", 2026, "01-01 04-06 04-27 05-05 05-14 05-25 12-25 12-26" },
                { "NL", 2025, "01-01 04-21 04-26 05-05 05-29 06-09 12-25 12-26" },
                { "IE", 2026, "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25 12-26" },
                { "IE", 2030, "01-01 02-01 03-17 04-22 05-06 06-03 08-05 10-28 12-25 12-26" },
                { "IE", 2022, "01-01 03-17 04-18 05-02 06-06 08-01 10-31 12-25 12-26" },
                { "GB", 2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26" },
                { "GB", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28" },
                /* Christmas on a Saturday, on a Sunday */
                { "GB", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28" },
                { "GB", 2033, "01-01 01-03 04-15 04-18 05-02 05-30 08-29 12-25 12-26 12-27" },
                /* New Year's Day on a Sunday */
                { "GB", 2034, "01-01 01-02 04-07 04-10 05-01 05-29 08-28 12-25 12-26" },
        };
        char text[YEAR_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(holidays_of(cases[i].name, cases[i].year, text), cases[i].days);
}

/* Reads the dates of the official list into days; their number. */
static size_t read_official_days(FILE *file, Date *days, size_t max)
{
        char line[256], text[DATE_TEXT_SIZE];
        size_t n = 0;

        while (n < max && fgets(line, sizeof(line), file)) {
                (void)snprintf(text, sizeof(text), "%.10s", line);
                n += date_parse(text, &days[n]) == 0;
        }
        return n;
}

static void french_holidays_are_the_official_ones(void **state)
{
        static Date official[4096];
        const Calendar *calendar = calendar_find("FR");
        const char *shared = getenv("RELANCED_SHARED");
        char path[4096];

        (void)snprintf(path, sizeof(path), "%s/data/holidays/jours_feries_metropole.csv",
                shared ? shared : "");
        FILE *file = fopen(path, "re");
        if (!file) {
                print_message("skipped: no official list at %s\n", path);
                skip();
        }
        size_t n = read_official_days(file, official, ELEMENTSOF(official)), at = 0;
        (void)fclose(file);
        assert_true(n > 100);
        for (Date day = official[0]; date_compare(day, official[n - 1]) <= 0;
                day = date_add(day, 1)) {
                bool is_official = at < n && date_compare(official[at], day) == 0;
                char text[DATE_TEXT_SIZE];
                if (calendar_is_holiday(calendar, day) != is_official)
                        fail_msg("%s: official %d", date_format(day, text), is_official);
                at += is_official;
                while (at < n && date_compare(official[at], day) <= 0)
                        at++; /* two holidays on one day */
        }
        assert_int_equal(at, n);
}

static void an_unknown_calendar_is_not_found(void **state)
{
        size_t n;
        const char *const *names = calendar_names(&n);

        assert_null(calendar_find("EL"));
        assert_null(calendar_find("fr"));
        assert_null(calendar_find(""));
        assert_string_equal(names[0], "none");
        for (size_t i = 0; i < n; i++)
                assert_non_null(calendar_find(names[i]));
}

static void working_days_are_weekdays_that_are_no_holiday(void **state)
{
        const Calendar *fr = calendar_find("FR"), *none = calendar_find("none");

        assert_true(calendar_is_working_day(fr, date_of(2026, 3, 5)));
        assert_false(calendar_is_working_day(fr, date_of(2026, 3, 7)));  /* Saturday */
        assert_false(calendar_is_working_day(fr, date_of(2026, 3, 8)));  /* Sunday */
        assert_false(calendar_is_working_day(fr, date_of(2026, 5, 14))); /* Ascension */
        assert_true(calendar_is_working_day(none, date_of(2026, 3, 8)));
}

static void a_deadline_moves_forward_to_a_working_day(void **state)
{
        static const struct {
                const char *name;
                int month, day, to_month, to_day;
        } cases[] = {
                { "FR", 3, 5, 3, 5 },
                { "FR", 3, 7, 3, 9 },
                { "FR", 5, 1, 5, 4 }, /* a Friday, then the weekend */
                { "FR", 4, 4, 4, 7 }, /* over Easter Monday */
                { "FR", 12, 25, 12, 28 },
                { "none", 3, 7, 3, 7 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(calendar_working_day_from(calendar_find(cases[i].name),
                                         date_of(2026, cases[i].month, cases[i].day))
                                         .days,
                        date_of(2026, cases[i].to_month, cases[i].to_day).days);
}

#define MON_FRI 0x1FU

static LocalTime at(int month, int day, int minute)
{
        return (LocalTime){
                .day = date_of(2026, month, day), .minute = minute, .offset_minutes = 60
        };
}

static void a_window_is_open_from_its_first_minute_to_before_its_last(void **state)
{
        Window window = { MON_FRI, 9 * 60, 18 * 60, calendar_find("FR") };

        assert_false(window_is_open(&window, at(3, 5, 539)));
        assert_true(window_is_open(&window, at(3, 5, 540)));
        assert_true(window_is_open(&window, at(3, 5, 1079)));
        assert_false(window_is_open(&window, at(3, 5, 1080)));
        assert_false(window_is_open(&window, at(3, 7, 600)));  /* Saturday */
        assert_false(window_is_open(&window, at(5, 14, 600))); /* Ascension */
        window.to_minute = 1440;
        assert_true(window_is_open(&window, at(3, 5, 1439)));
}

static void the_weekdays_alone_say_whether_saturdays_count(void **state)
{
        Window window = { WINDOW_ALL_DAYS, 0, 1440, calendar_find("FR") };

        assert_true(window_is_open(&window, at(3, 7, 600)));
        assert_true(window_is_open(&window, at(3, 8, 600)));
        assert_false(window_is_open(&window, at(8, 15, 600))); /* a holiday on a Saturday */
        window.calendar = calendar_find("none");
        assert_true(window_is_open(&window, at(8, 15, 600)));
        window.days = MON_FRI;
        assert_false(window_is_open(&window, at(8, 15, 600)));
}

static void the_next_opening_is_the_first_minute_at_which_it_is_open(void **state)
{
        Window window = { MON_FRI, 9 * 60, 18 * 60, calendar_find("FR") };
        static const struct {
                int month, day, minute, to_month, to_day, to_minute;
        } cases[] = {
                { 3, 5, 0, 3, 5, 540 },
                { 3, 5, 540, 3, 5, 540 },
                { 3, 5, 700, 3, 5, 700 },
                { 3, 5, 1080, 3, 6, 540 },
                { 3, 6, 1080, 3, 9, 540 },
                { 4, 3, 1100, 4, 7, 540 },
        };
        LocalTime opening;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_true(window_next_opening(
                        &window, at(cases[i].month, cases[i].day, cases[i].minute), &opening));
                assert_int_equal(
                        opening.day.days, date_of(2026, cases[i].to_month, cases[i].to_day).days);
                assert_int_equal(opening.minute, cases[i].to_minute);
                assert_int_equal(opening.offset_minutes, 60);
        }
        window.days = 0;
        assert_false(window_next_opening(&window, at(3, 5, 0), &opening));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_country_has_its_holidays),
                cmocka_unit_test(french_holidays_are_the_official_ones),
                cmocka_unit_test(an_unknown_calendar_is_not_found),
                cmocka_unit_test(working_days_are_weekdays_that_are_no_holiday),
                cmocka_unit_test(a_deadline_moves_forward_to_a_working_day),
                cmocka_unit_test(a_window_is_open_from_its_first_minute_to_before_its_last),
                cmocka_unit_test(the_weekdays_alone_say_whether_saturdays_count),
                cmocka_unit_test(the_next_opening_is_the_first_minute_at_which_it_is_open),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
