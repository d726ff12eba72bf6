/* SPDX-License-Identifier: MIT */
/* core/calendar: public holidays, working days, windows (R5, R6). */

#include "core/calendar-rules.h"

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
                { "weekdays", 2026, "" },
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
                { "IE", 2022, "01-01 03-17 03-18 04-18 05-02 06-06 08-01 10-31 12-25 12-26" },
                { "NL", 2013, "01-01 04-01 04-30 05-05 05-09 05-20 12-25 12-26" },
                { "NL", 2006, "01-01 04-17 04-29 05-05 05-25 06-05 12-25 12-26" },
                { "IE", 2023, "01-01 02-06 03-17 04-10 05-01 06-05 08-07 10-30 12-25 12-26" },
                { "IE", 2024, "01-01 02-05 03-17 04-01 05-06 06-03 08-05 10-28 12-25 12-26" },
                { "DE", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 10-03 10-31 12-25 12-26" },
                { "IT", 2011,
                        "01-01 01-06 03-17 04-24 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26" },
                { "BE", 2024, "01-01 04-01 05-01 05-09 05-20 07-21 08-15 11-01 11-11 12-25" },
                /* Ascension on the first of May; leap years and the extremes of Easter */
                { "FR", 2008, "01-01 03-24 05-01 05-08 05-12 07-14 08-15 11-01 11-11 12-25" },
                { "FR", 2038, "01-01 04-26 05-01 05-08 06-03 06-14 07-14 08-15 11-01 11-11 12-25" },
                { "GB", 2002, "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26" },
                { "GB", 2011, "01-01 01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-25 12-26 12-27" },
                { "GB", 2012, "01-01 01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26" },
                { "GB", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28" },
                { "GB", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28" },
                { "GB", 2022,
                        "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27" },
                { "GB", 2023, "01-01 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26" },
                { "GB", 2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26" },
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

static void parts_of_a_country_have_days_of_their_own(void **state)
{
        static const struct {
                const char *name;
                int year;
                const char *days; /* "+MM-DD" beside those of the country, "-MM-DD" without */
        } cases[] = {
                { "FR-6AE", 2026, "+04-03 +12-26" },
                { "FR-57", 2027, "+03-26 +12-26" },
                { "FR-67", 2024, "+03-29 +12-26" },
                { "FR-68", 2024, "+03-29 +12-26" },
                { "GP", 2026, "+05-27" },
                { "MQ", 2026, "+05-22" },
                { "GF", 2026, "+06-10" },
                { "RE", 2026, "+12-20" },
                { "YT", 2026, "+04-27" },
                { "BL", 2026, "+10-09" },
                { "MF", 2026, "+05-28" },
                { "MF", 2017, "+05-27" },
                { "DE-BW", 2026, "+01-06 +06-04 +11-01" },
                { "DE-BY", 2026, "+01-06 +06-04 +11-01" },
                { "DE-BE", 2018, "" },
                { "DE-BE", 2019, "+03-08" },
                { "DE-BE", 2020, "+03-08 +05-08" },
                { "DE-BE", 2025, "+03-08 +05-08" },
                { "DE-BE", 2026, "+03-08" },
                { "DE-BB", 2026, "+04-05 +05-24 +10-31" },
                { "DE-HB", 2026, "+10-31" },
                { "DE-HH", 2026, "+10-31" },
                { "DE-HH", 2016, "" },
                { "DE-HE", 2026, "+06-04" },
                { "DE-MV", 2022, "+10-31" },
                { "DE-MV", 2026, "+03-08 +10-31" },
                { "DE-NI", 2026, "+10-31" },
                { "DE-NW", 2026, "+06-04 +11-01" },
                { "DE-RP", 2026, "+06-04 +11-01" },
                { "DE-SL", 2026, "+06-04 +08-15 +11-01" },
                { "DE-SN", 2026, "+10-31 +11-18" },
                { "DE-SN", 2027, "+10-31 +11-17" },
                { "DE-SN", 2028, "+10-31 +11-22" },
                { "DE-SN", 2022, "+10-31 +11-16" },
                { "DE-ST", 2026, "+01-06 +10-31" },
                { "DE-SH", 2026, "+10-31" },
                { "DE-TH", 2026, "+09-20 +10-31" },
                { "DE-TH", 2018, "+10-31" },
                { "GB-SCT", 2024, "+01-02 -04-01 +08-05 -08-26 +11-30 +12-02" },
                { "GB-SCT", 2026, "+01-02 -04-06 +06-15 +08-03 -08-31 +11-30" },
                { "GB-SCT", 2006, "+01-03 -04-17 +08-07 -08-28" },
                { "GB-NIR", 2024, "+03-17 +03-18 +07-12" },
                { "GB-NIR", 2025, "+03-17 +07-12 +07-14" },
                { "GB-NIR", 2026, "+03-17 +07-12 +07-13" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Calendar *calendar = calendar_find(cases[i].name);
                bool is_french = cases[i].name[2] == '\0' || cases[i].name[0] == 'F';
                char country[3] = "FR", text[YEAR_TEXT_SIZE] = "";
                size_t length = 0;
                assert_non_null(calendar);
                if (!is_french)
                        memcpy(country, cases[i].name, 2);
                const Calendar *whole = calendar_find(country);
                for (Date day = date_of(cases[i].year, 1, 1);
                        date_compare(day, date_of(cases[i].year, 12, 31)) <= 0;
                        day = date_add(day, 1)) {
                        bool is_own = calendar_is_holiday(calendar, day);
                        char date[DATE_TEXT_SIZE];
                        if (is_own == calendar_is_holiday(whole, day))
                                continue;
                        date_format(day, date);
                        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%c%s",
                                length > 0 ? " " : "", is_own ? '+' : '-', date + 5);
                }
                if (!streq(text, cases[i].days))
                        fail_msg("%s %d: %s", cases[i].name, cases[i].year, text);
        }
}

/* Where Scotland has a holiday on both of the first days of a year. */
static void new_years_days_in_scotland_make_room_for_each_other(void **state)
{
        static const struct {
                int year, first, second; /* working days of January that are holidays */
        } cases[] = { { 2024, 1, 2 }, { 2021, 1, 4 }, { 2022, 3, 4 }, { 2023, 2, 3 } };
        const Calendar *calendar = calendar_find("GB-SCT");

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                for (int day = 1; day <= 5; day++) {
                        Date date = date_of(cases[i].year, 1, day);
                        if (date_weekday(date) <= FRIDAY &&
                                calendar_is_working_day(calendar, date) !=
                                        (day != cases[i].first && day != cases[i].second))
                                fail_msg("%d-01-%02d", cases[i].year, day);
                }
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

/* Every day from the first year of the list to its last. */
static void check_official_days(const Calendar *calendar, const Date *official, size_t n)
{
        int first, last, month, day;
        size_t at = 0;

        date_split(official[0], &first, &month, &day);
        date_split(official[n - 1], &last, &month, &day);
        for (Date date = date_of(first, 1, 1); date_compare(date, date_of(last, 12, 31)) <= 0;
                date = date_add(date, 1)) {
                bool is_official = at < n && date_compare(official[at], date) == 0;
                char text[DATE_TEXT_SIZE];
                if (calendar_is_holiday(calendar, date) != is_official)
                        fail_msg("%s: official %d", date_format(date, text), is_official);
                while (at < n && date_compare(official[at], date) <= 0)
                        at++; /* two holidays on one day */
        }
        assert_int_equal(at, n);
}

static void french_holidays_are_the_official_ones(void **state)
{
        static const struct {
                const char *zone, *name;
        } lists[] = {
                { "metropole", "FR" },
                { "alsace-moselle", "FR-6AE" },
                { "alsace-moselle", "FR-57" },
                { "guadeloupe", "GP" },
                { "la-reunion", "RE" },
        };
        static Date official[4096];
        const char *shared = getenv("RELANCED_SHARED");

        for (size_t i = 0; i < ELEMENTSOF(lists); i++) {
                char path[4096];
                (void)snprintf(path, sizeof(path), "%s/data/holidays/jours_feries_%s.csv",
                        shared ? shared : "", lists[i].zone);
                FILE *file = fopen(path, "re");
                if (!file) {
                        print_message("skipped: no official list at %s\n", path);
                        skip();
                }
                size_t n = read_official_days(file, official, ELEMENTSOF(official));
                (void)fclose(file);
                assert_true(n > 100);
                check_official_days(calendar_find(lists[i].name), official, n);
        }
}

static void an_unknown_calendar_is_not_found(void **state)
{
        size_t n;
        const Calendar *const *all = calendar_all(&n);

        assert_null(calendar_find("EL"));
        assert_null(calendar_find("fr"));
        assert_null(calendar_find("FR-75"));
        assert_null(calendar_find(""));
        assert_string_equal(all[0]->name, "none");
        for (size_t i = 0; i < n; i++) {
                assert_ptr_equal(calendar_find(all[i]->name), all[i]);
                assert_true(*all[i]->title);
        }
}

static void days_added_and_removed_go_before_those_of_the_calendar_it_is_like(void **state)
{
        static const HolidayRule rules[] = {
                { .month = 11, .day = 11, .is_worked = true },
                { .kind = HOLIDAY_EASTER, .day = 1, .is_worked = true },
                { .month = 12, .day = 24 },
                { .month = 5, .day = 15, .since = 2026, .until = 2026 },
                { .month = 11, .day = 11, .since = 2027, .until = 2027 },
                { .kind = HOLIDAY_EASTER, .day = -2 },
        };
        static const HolidayRule more[] = { { .month = 12, .day = 24, .is_worked = true } };
        const Calendar firm = { .name = "firm",
                .like = calendar_find("FR"),
                .rules = rules,
                .n_rules = ELEMENTSOF(rules),
                .has_weekends = true };
        const Calendar shop = {
                .name = "shop", .like = &firm, .rules = more, .n_rules = 1, .has_weekends = true
        };
        static const struct {
                int year, month, day;
                bool is_firms, is_shops;
        } cases[] = {
                { 2026, 7, 14, true, true },
                { 2026, 11, 11, false, false },
                { 2027, 11, 11, true, true },
                { 2026, 4, 3, true, true },
                { 2026, 4, 6, false, false },
                { 2026, 5, 15, true, true },
                { 2027, 5, 15, false, false },
                { 2026, 12, 24, true, false },
                { 2030, 12, 24, true, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Date day = date_of(cases[i].year, cases[i].month, cases[i].day);
                assert_int_equal(calendar_is_holiday(&firm, day), cases[i].is_firms);
                assert_int_equal(calendar_is_holiday(&shop, day), cases[i].is_shops);
        }
}

static void who_works_on_weekends_rests_on_her_own_holidays_alone(void **state)
{
        static const HolidayRule rules[] = { { .month = 5, .day = 1 } };
        const Calendar hotel = {
                .name = "hotel", .like = calendar_find("none"), .rules = rules, .n_rules = 1
        };

        assert_true(calendar_is_working_day(&hotel, date_of(2026, 3, 8)));
        assert_true(calendar_is_working_day(&hotel, date_of(2026, 12, 25)));
        assert_false(calendar_is_working_day(&hotel, date_of(2026, 5, 1)));
}

static void a_calendar_without_a_working_day_ends_no_loop_late(void **state)
{
        HolidayRule rules[366];
        Calendar never = { .name = "never", .rules = rules };
        Window window = { WINDOW_ALL_DAYS, 0, 1440, &never };
        LocalTime opening;

        for (Date day = date_of(2024, 1, 1); date_compare(day, date_of(2024, 12, 31)) <= 0;
                day = date_add(day, 1)) {
                HolidayRule *rule = &rules[never.n_rules++];
                int year;
                *rule = (HolidayRule){ 0 };
                date_split(day, &year, &rule->month, &rule->day);
        }
        Date day = date_of(2026, 3, 5);
        assert_int_equal(calendar_working_day_from(&never, day).days, day.days);
        assert_false(window_next_opening(&window, (LocalTime){ .day = day }, &opening));
}

static void working_days_are_weekdays_that_are_no_holiday(void **state)
{
        const Calendar *fr = calendar_find("FR"), *none = calendar_find("none");

        assert_true(calendar_is_working_day(fr, date_of(2026, 3, 5)));
        assert_false(calendar_is_working_day(fr, date_of(2026, 3, 7)));  /* Saturday */
        assert_false(calendar_is_working_day(fr, date_of(2026, 3, 8)));  /* Sunday */
        assert_false(calendar_is_working_day(fr, date_of(2026, 5, 14))); /* Ascension */
        assert_true(calendar_is_working_day(none, date_of(2026, 3, 8)));
        assert_true(calendar_is_working_day(calendar_find("weekdays"), date_of(2026, 12, 25)));
        assert_false(calendar_is_working_day(calendar_find("weekdays"), date_of(2026, 12, 26)));
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
                cmocka_unit_test(parts_of_a_country_have_days_of_their_own),
                cmocka_unit_test(new_years_days_in_scotland_make_room_for_each_other),
                cmocka_unit_test(french_holidays_are_the_official_ones),
                cmocka_unit_test(an_unknown_calendar_is_not_found),
                cmocka_unit_test(days_added_and_removed_go_before_those_of_the_calendar_it_is_like),
                cmocka_unit_test(who_works_on_weekends_rests_on_her_own_holidays_alone),
                cmocka_unit_test(a_calendar_without_a_working_day_ends_no_loop_late),
                cmocka_unit_test(working_days_are_weekdays_that_are_no_holiday),
                cmocka_unit_test(a_deadline_moves_forward_to_a_working_day),
                cmocka_unit_test(a_window_is_open_from_its_first_minute_to_before_its_last),
                cmocka_unit_test(the_weekdays_alone_say_whether_saturdays_count),
                cmocka_unit_test(the_next_opening_is_the_first_minute_at_which_it_is_open),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
