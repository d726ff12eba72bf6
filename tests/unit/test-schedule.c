/* SPDX-License-Identifier: MIT */
/* engine/schedule: the hours at which the daemon wakes, also where the clock is set. */

#include "engine/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EVERY_DAY 0x7FU
#define WORKING_DAYS 0x1FU
#define MONDAYS (1U << MONDAY)
#define SUNDAYS (1U << SUNDAY)
#define AT(hour, minute) ((hour)*60 + (minute))
#define HOURS_MAX 4

#define PARIS "Europe/Paris"
#define HOWE "Australia/Lord_Howe"

/* next is what follows now; last what was there at now or before. */
typedef struct Case {
        const char *zone;
        unsigned days;
        int hours[HOURS_MAX]; /* minutes of the day; ends with 0 where there are fewer */
        const char *now, *last, *next;
} Case;

static const Case cases[] = {
        /* Several hours a day. */
        { PARIS, EVERY_DAY, { AT(9, 0), AT(14, 0) }, "2026-03-05T08:59:59+01:00",
                "2026-03-04T14:00:00+01:00", "2026-03-05T09:00:00+01:00" },
        { PARIS, EVERY_DAY, { AT(9, 0), AT(14, 0) }, "2026-03-05T09:00:00+01:00",
                "2026-03-05T09:00:00+01:00", "2026-03-05T14:00:00+01:00" },
        { PARIS, EVERY_DAY, { AT(9, 0), AT(14, 0) }, "2026-03-05T20:00:00+01:00",
                "2026-03-05T14:00:00+01:00", "2026-03-06T09:00:00+01:00" },
        { PARIS, EVERY_DAY, { AT(6, 1), AT(12, 30), AT(23, 59) }, "2026-03-05T12:31:00+01:00",
                "2026-03-05T12:30:00+01:00", "2026-03-05T23:59:00+01:00" },
        /* Midnight is the end of its day. */
        { PARIS, MONDAYS, { AT(24, 0) }, "2026-03-02T23:00:00+01:00", "2026-02-24T00:00:00+01:00",
                "2026-03-03T00:00:00+01:00" },
        /* Days of the week: the 6th of March 2026 is a Friday. */
        { PARIS, WORKING_DAYS, { AT(9, 0) }, "2026-03-06T10:00:00+01:00",
                "2026-03-06T09:00:00+01:00", "2026-03-09T09:00:00+01:00" },
        { PARIS, MONDAYS, { AT(9, 0), AT(10, 0) }, "2026-03-09T10:00:00+01:00",
                "2026-03-09T10:00:00+01:00", "2026-03-16T09:00:00+01:00" },
        { PARIS, MONDAYS, { AT(9, 0) }, "2026-03-09T08:59:00+01:00", "2026-03-02T09:00:00+01:00",
                "2026-03-09T09:00:00+01:00" },
        /* Ends of months, years and February. */
        { PARIS, EVERY_DAY, { AT(9, 0) }, "2026-12-31T09:00:00+01:00", "2026-12-31T09:00:00+01:00",
                "2027-01-01T09:00:00+01:00" },
        { PARIS, EVERY_DAY, { AT(9, 0) }, "2027-01-01T00:00:00+01:00", "2026-12-31T09:00:00+01:00",
                "2027-01-01T09:00:00+01:00" },
        { PARIS, EVERY_DAY, { AT(9, 0) }, "2028-02-28T09:00:00+01:00", "2028-02-28T09:00:00+01:00",
                "2028-02-29T09:00:00+01:00" },
        /* The clock is set: the hour stays that of the clock. */
        { PARIS, EVERY_DAY, { AT(9, 0) }, "2026-03-28T09:00:00+01:00", "2026-03-28T09:00:00+01:00",
                "2026-03-29T09:00:00+02:00" },
        { PARIS, EVERY_DAY, { AT(9, 0) }, "2026-10-24T09:00:00+02:00", "2026-10-24T09:00:00+02:00",
                "2026-10-25T09:00:00+01:00" },
        { HOWE, EVERY_DAY, { AT(9, 0) }, "2026-04-04T09:00:00+11:00", "2026-04-04T09:00:00+11:00",
                "2026-04-05T09:00:00+10:30" },
        { HOWE, EVERY_DAY, { AT(9, 0) }, "2026-10-03T09:00:00+10:30", "2026-10-03T09:00:00+10:30",
                "2026-10-04T09:00:00+11:00" },
        /* An hour in the gap of spring is the first instant after it; two in it are one. */
        { PARIS, EVERY_DAY, { AT(2, 30) }, "2026-03-29T01:59:59+01:00", "2026-03-28T02:30:00+01:00",
                "2026-03-29T03:00:00+02:00" },
        { PARIS, EVERY_DAY, { AT(2, 10), AT(2, 50) }, "2026-03-29T03:00:00+02:00",
                "2026-03-29T03:00:00+02:00", "2026-03-30T02:10:00+02:00" },
        { PARIS, EVERY_DAY, { AT(2, 30), AT(3, 0) }, "2026-03-29T03:00:00+02:00",
                "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00" },
        { HOWE, SUNDAYS, { AT(2, 15) }, "2026-10-04T01:59:00+10:30", "2026-09-27T02:15:00+10:30",
                "2026-10-04T02:30:00+11:00" },
        /* An hour that autumn shows twice is its first. */
        { PARIS, EVERY_DAY, { AT(2, 30) }, "2026-10-25T02:29:00+02:00", "2026-10-24T02:30:00+02:00",
                "2026-10-25T02:30:00+02:00" },
        { PARIS, EVERY_DAY, { AT(2, 30) }, "2026-10-25T02:29:00+01:00", "2026-10-25T02:30:00+02:00",
                "2026-10-26T02:30:00+01:00" },
        { HOWE, EVERY_DAY, { AT(1, 45) }, "2026-04-05T01:40:00+10:30", "2026-04-05T01:45:00+11:00",
                "2026-04-06T01:45:00+10:30" },
        /* Where the clock goes back over midnight, a day is there twice. */
        { "America/Sao_Paulo", EVERY_DAY, { AT(23, 30) }, "2018-02-17T23:15:00-03:00",
                "2018-02-17T23:30:00-02:00", "2018-02-18T23:30:00-03:00" },
        { "America/St_Johns", SUNDAYS, { AT(0, 1) }, "2010-11-06T23:30:00-03:30",
                "2010-10-31T00:01:00-02:30", "2010-11-07T00:01:00-03:30" },
        /* A day that was never there. */
        { "Pacific/Apia", EVERY_DAY, { AT(9, 0) }, "2011-12-29T09:00:00-10:00",
                "2011-12-29T09:00:00-10:00", "2011-12-31T00:00:00+14:00" },
};

static Instant instant_of(const char *text)
{
        Instant instant = INSTANT_NONE;

        assert_int_equal(instant_parse(text, &instant), 0);
        return instant;
}

static Config config_of(const Case *c)
{
        Config config = { .wake_days = c->days, .wake_minutes = c->hours, .n_wake_minutes = 1 };

        while (config.n_wake_minutes < HOURS_MAX && c->hours[config.n_wake_minutes] > 0)
                config.n_wake_minutes++;
        return config;
}

static void assert_shows(const Zone *zone, Instant instant, const char *expected, const Case *c)
{
        char text[INSTANT_TEXT_SIZE];

        (void)instant_format(instant, zone_local(zone, instant).offset_minutes, text);
        if (!streq(text, expected))
                fail_msg("%s, at %s: %s, not %s", c->zone, c->now, text, expected);
}

static void the_next_wake_is_the_first_configured_hour_after_now(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Zone *zone = zone_find(cases[i].zone);
                const Config config = config_of(&cases[i]);
                assert_non_null(zone);
                assert_shows(zone, schedule_next(&config, zone, instant_of(cases[i].now)),
                        cases[i].next, &cases[i]);
        }
}

static void the_last_wake_is_the_latest_configured_hour_up_to_now(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Zone *zone = zone_find(cases[i].zone);
                const Config config = config_of(&cases[i]);
                assert_shows(zone, schedule_last(&config, zone, instant_of(cases[i].now)),
                        cases[i].last, &cases[i]);
        }
}

/* From each wake to the next, and back again, for a year. */
static void every_wake_of_a_year_is_there_once(void **state)
{
        static const char *const zones[] = { PARIS, HOWE, "America/St_Johns", "UTC" };
        static const int hours[] = { AT(1, 45), AT(2, 30), AT(9, 0) };
        const Config config = {
                .wake_days = EVERY_DAY, .wake_minutes = hours, .n_wake_minutes = 3
        };

        for (size_t i = 0; i < ELEMENTSOF(zones); i++) {
                const Zone *zone = zone_find(zones[i]);
                const Instant end = instant_of("2026-12-31T12:00:00Z");
                Instant at = schedule_last(&config, zone, instant_of("2025-12-31T12:00:00Z"));
                size_t n = 0;
                for (;; n++) {
                        Instant next = schedule_next(&config, zone, at);
                        assert_true(next.usec > at.usec);
                        assert_int_equal(schedule_last(&config, zone, next).usec, next.usec);
                        const Instant before = { next.usec - 1 };
                        assert_int_equal(schedule_last(&config, zone, before).usec, at.usec);
                        if (next.usec > end.usec)
                                break;
                        at = next;
                }
                assert_int_equal(n, 3 * 365);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_next_wake_is_the_first_configured_hour_after_now),
                cmocka_unit_test(the_last_wake_is_the_latest_configured_hour_up_to_now),
                cmocka_unit_test(every_wake_of_a_year_is_there_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
