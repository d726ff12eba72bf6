/* SPDX-License-Identifier: MIT */
/* sys/zone: clocks of the world, also on the days on which they are set. */

#include "sys/zone.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define LOCAL_TEXT_SIZE 64

static Instant instant_of(const char *text)
{
        Instant instant = INSTANT_NONE;

        assert_int_equal(instant_parse(text, &instant), 0);
        return instant;
}

static Date day_of(const char *text)
{
        Date date = DATE_NONE;

        assert_int_equal(date_parse(text, &date), 0);
        return date;
}

/* "2026-03-05 09:00 +60" */
static const char *local_text(LocalTime local, char text[static LOCAL_TEXT_SIZE])
{
        char date[DATE_TEXT_SIZE];

        (void)snprintf(text, LOCAL_TEXT_SIZE, "%s %02d:%02d %+d", date_format(local.day, date),
                local.minute / 60, local.minute % 60, local.offset_minutes);
        return text;
}

static void an_instant_is_shown_as_the_clock_there_shows_it(void **state)
{
        static const struct {
                const char *zone, *instant, *local;
        } cases[] = {
                { "Europe/Paris", "2026-03-05T08:00:00Z", "2026-03-05 09:00 +60" },
                { "Europe/Paris", "2026-03-05T22:59:59.9Z", "2026-03-05 23:59 +60" },
                { "Europe/Paris", "2026-03-05T23:00:00Z", "2026-03-06 00:00 +60" },
                { "Europe/Paris", "2026-03-29T00:59:59Z", "2026-03-29 01:59 +60" },
                { "Europe/Paris", "2026-03-29T01:00:00Z", "2026-03-29 03:00 +120" },
                { "Europe/Paris", "2026-10-25T00:59:59Z", "2026-10-25 02:59 +120" },
                { "Europe/Paris", "2026-10-25T01:00:00Z", "2026-10-25 02:00 +60" },
                { "Australia/Lord_Howe", "2026-04-04T14:59:00Z", "2026-04-05 01:59 +660" },
                { "Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05 01:30 +630" },
                { "Asia/Kolkata", "2026-03-05T18:30:00Z", "2026-03-06 00:00 +330" },
                { "America/St_Johns", "2026-01-01T00:00:00Z", "2025-12-31 20:30 -210" },
                { "Pacific/Kiritimati", "2026-01-01T10:00:00Z", "2026-01-02 00:00 +840" },
                { "UTC", "1969-12-31T23:59:59Z", "1969-12-31 23:59 +0" },
        };
        char text[LOCAL_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Zone *zone = zone_find(cases[i].zone);
                assert_non_null(zone);
                LocalTime local = zone_local(zone, instant_of(cases[i].instant));
                assert_string_equal(local_text(local, text), cases[i].local);
        }
}

static void a_clock_reading_gives_the_first_instant_that_shows_it(void **state)
{
        static const struct {
                const char *zone, *day;
                int minute;
                const char *instant;
        } cases[] = {
                { "Europe/Paris", "2026-03-05", 9 * 60, "2026-03-05T08:00:00Z" },
                { "Europe/Paris", "2026-07-01", 9 * 60, "2026-07-01T07:00:00Z" },
                { "Europe/Paris", "2026-03-05", 1440, "2026-03-05T23:00:00Z" },
                /* the hour that is left out in spring */
                { "Europe/Paris", "2026-03-29", 119, "2026-03-29T00:59:00Z" },
                { "Europe/Paris", "2026-03-29", 120, "2026-03-29T01:00:00Z" },
                { "Europe/Paris", "2026-03-29", 150, "2026-03-29T01:00:00Z" },
                { "Europe/Paris", "2026-03-29", 179, "2026-03-29T01:00:00Z" },
                { "Europe/Paris", "2026-03-29", 180, "2026-03-29T01:00:00Z" },
                { "Europe/Paris", "2026-03-29", 1440, "2026-03-29T22:00:00Z" },
                /* the hour that comes twice in autumn */
                { "Europe/Paris", "2026-10-25", 119, "2026-10-24T23:59:00Z" },
                { "Europe/Paris", "2026-10-25", 120, "2026-10-25T00:00:00Z" },
                { "Europe/Paris", "2026-10-25", 179, "2026-10-25T00:59:00Z" },
                { "Europe/Paris", "2026-10-25", 180, "2026-10-25T02:00:00Z" },
                /* half an hour */
                { "Australia/Lord_Howe", "2026-04-05", 100, "2026-04-04T14:40:00Z" },
                { "Australia/Lord_Howe", "2026-04-05", 120, "2026-04-04T15:30:00Z" },
                { "Australia/Lord_Howe", "2026-10-04", 125, "2026-10-03T15:30:00Z" },
                { "Australia/Lord_Howe", "2026-10-04", 150, "2026-10-03T15:30:00Z" },
                /* a midnight that is left out, and a whole day */
                { "America/Havana", "2026-03-08", 0, "2026-03-08T05:00:00Z" },
                { "Pacific/Apia", "2011-12-30", 600, "2011-12-30T10:00:00Z" },
                { "Pacific/Apia", "2011-12-31", 0, "2011-12-30T10:00:00Z" },
                { "UTC", "2026-03-29", 150, "2026-03-29T02:30:00Z" },
        };
        char text[INSTANT_TEXT_SIZE], expected[INSTANT_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Zone *zone = zone_find(cases[i].zone);
                Instant instant = zone_instant(zone, day_of(cases[i].day), cases[i].minute);
                assert_string_equal(instant_format(instant, 0, text),
                        instant_format(instant_of(cases[i].instant), 0, expected));
        }
}

static void every_minute_of_a_year_comes_back_from_its_instant(void **state)
{
        static const char *const names[] = { "Europe/Paris", "Australia/Lord_Howe",
                "America/St_Johns", "UTC" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const Zone *zone = zone_find(names[i]);
                Instant from = instant_of("2026-01-01T00:00:00Z");
                for (int n = 0; n < 365 * 24 * 2; n++) {
                        Instant instant = { from.usec + n * 1800 * USEC_PER_SEC };
                        LocalTime local = zone_local(zone, instant);
                        Instant again = zone_instant(zone, local.day, local.minute);
                        /* The second time in autumn gives the first. */
                        int64_t before = instant.usec - again.usec;
                        LocalTime first = zone_local(zone, again);
                        assert_true(before >= 0 && before <= 3600 * USEC_PER_SEC);
                        assert_int_equal(first.day.days, local.day.days);
                        assert_int_equal(first.minute, local.minute);
                        if (first.offset_minutes == local.offset_minutes)
                                assert_int_equal(before, 0);
                }
        }
}

static void the_next_change_of_a_clock_is_found(void **state)
{
        static const struct {
                const char *zone, *after, *until, *change;
        } cases[] = {
                { "Europe/Paris", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z",
                        "2026-03-29T01:00:00Z" },
                { "Europe/Paris", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z",
                        "2026-03-29T01:00:00Z" },
                { "Europe/Paris", "2026-03-29T01:00:00Z", "2026-10-25T00:59:59Z", NULL },
                { "Europe/Paris", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", NULL },
                { "Europe/Dublin", "2026-04-01T00:00:00Z", "2027-01-01T00:00:00Z",
                        "2026-10-25T01:00:00Z" },
                { "Africa/Casablanca", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
                        "2026-02-15T02:00:00Z" },
                { "Africa/Casablanca", "2026-02-15T02:00:00Z", "2027-01-01T00:00:00Z",
                        "2026-03-22T02:00:00Z" },
                { "Australia/Lord_Howe", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
                        "2026-04-04T15:00:00Z" },
                { "Pacific/Chatham", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
                        "2026-04-04T14:00:00Z" },
                { "Pacific/Kiritimati", "2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z", NULL },
                { "UTC", "2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Instant change = zone_next_change(zone_find(cases[i].zone),
                        instant_of(cases[i].after), instant_of(cases[i].until));
                assert_int_equal(instant_is_set(change), cases[i].change != NULL);
                if (cases[i].change)
                        assert_int_equal(change.usec, instant_of(cases[i].change).usec);
        }
}

/* Minute by minute around a change: what the clock shows leads back, or, where the hour is shown a
 * second time, to its first time; what it leaps over leads to the change itself. */
static void check_around(const Zone *zone, const char *name, Instant change)
{
        const int64_t minute = 60 * USEC_PER_SEC;
        LocalTime before = zone_local(zone, (Instant){ change.usec - minute });
        LocalTime after = zone_local(zone, change);
        int gained = after.offset_minutes - before.offset_minutes;

        for (int64_t n = -180; n <= 180; n++) {
                Instant instant = { change.usec + n * minute };
                LocalTime local = zone_local(zone, instant);
                int64_t again = zone_instant(zone, local.day, local.minute).usec;
                int64_t back = n >= 0 && n < -gained ? -gained * minute : 0;
                if (again != instant.usec - back)
                        fail_msg("%s, %d minutes from a change by %d", name, (int)n, gained);
        }
        for (int n = 1; n <= gained; n++) {
                Date day = date_add(before.day, (before.minute + n) / 1440);
                if (zone_instant(zone, day, (before.minute + n) % 1440).usec != change.usec)
                        fail_msg("%s, %d minutes leapt over of %d", name, n, gained);
        }
}

static void in_every_zone_the_clock_leads_back_around_every_change_of_three_years(void **state)
{
        FILE *file = fopen("/usr/share/zoneinfo/zone1970.tab", "re");
        char line[512], name[64];
        const Instant end = instant_of("2028-01-01T00:00:00Z");
        unsigned n_zones = 0, n_changes = 0;

        if (!file) {
                print_message("skipped: no list of zones\n");
                skip();
        }
        while (fgets(line, sizeof(line), file)) {
                if (sscanf(line, "%*[A-Z,] %*s %63s", name) != 1)
                        continue;
                const Zone *zone = zone_find(name);
                assert_non_null(zone);
                n_zones++;
                Instant at = instant_of("2025-01-01T00:00:00Z");
                while (instant_is_set(at = zone_next_change(zone, at, end))) {
                        check_around(zone, name, at);
                        n_changes++;
                }
        }
        (void)fclose(file);
        assert_true(n_zones > 250 && n_changes > 400);
}

static void a_zone_is_found_by_its_name_alone(void **state)
{
        static const char *const wrong[] = { "", "Europe/Atlantis", "Paris1", "XYZ5", "+01:00",
                "europe", "Europe", "/usr/share/zoneinfo/Europe/Paris", "../zoneinfo/Europe/Paris",
                "zone.tab", "CET-1CEST,M3.5.0,M10.5.0", "Europe/Paris " };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_null(zone_find(wrong[i]));
        assert_non_null(zone_find("UTC"));
        assert_ptr_equal(zone_find("Europe/Paris"), zone_find("Europe/Paris"));
        assert_ptr_not_equal(zone_find("Europe/Paris"), zone_find("Europe/Berlin"));
}

static void a_time_is_read_with_an_offset_or_on_the_zones_clock(void **state)
{
        static const struct {
                const char *text, *instant;
        } cases[] = {
                { "2026-03-05T09:00:00-05:00", "2026-03-05T14:00:00Z" },
                { "2026-03-05T09:00", "2026-03-05T08:00:00Z" },
                { "2026-03-05", "2026-03-04T23:00:00Z" },
                { "2026-07-01", "2026-06-30T22:00:00Z" },
                { "2026-03-29T02:30", "2026-03-29T01:00:00Z" },
                { "2026-10-25T02:30", "2026-10-25T00:30:00Z" },
                { "2026-03-05T24:00", "2026-03-05T23:00:00Z" },
        };
        static const char *const wrong[] = { "", "2026", "2026-02-30", "2026-03-05T",
                "2026-03-05T9:00", "2026-03-05 09:00", "2026-03-05T09:00:00", "2026-03-05T09:00x",
                "09:00", "now" };
        const Zone *paris = zone_find("Europe/Paris");
        Instant instant = INSTANT_NONE;

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(zone_parse_time(paris, wrong[i], &instant), -EINVAL);
        assert_false(instant_is_set(instant));
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_int_equal(zone_parse_time(paris, cases[i].text, &instant), 0);
                assert_int_equal(instant.usec, instant_of(cases[i].instant).usec);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_instant_is_shown_as_the_clock_there_shows_it),
                cmocka_unit_test(a_clock_reading_gives_the_first_instant_that_shows_it),
                cmocka_unit_test(every_minute_of_a_year_comes_back_from_its_instant),
                cmocka_unit_test(the_next_change_of_a_clock_is_found),
                cmocka_unit_test(
                        in_every_zone_the_clock_leads_back_around_every_change_of_three_years),
                cmocka_unit_test(a_zone_is_found_by_its_name_alone),
                cmocka_unit_test(a_time_is_read_with_an_offset_or_on_the_zones_clock),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
