/* SPDX-License-Identifier: MIT */
/* engine/moment: when a channel may speak next, by two clocks, also where they are set (R5). */

#include "engine/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "rulebook.h"

#define PARIS "Europe/Paris"
#define HOWE "Australia/Lord_Howe"
#define MINUTE_USEC (60 * USEC_PER_SEC)

static Instant instant_of(const char *text)
{
        Instant instant = INSTANT_NONE;

        assert_int_equal(instant_parse(text, &instant), 0);
        return instant;
}

/* A firm in one zone, its customer in another. */
typedef struct World {
        Config config;
        Engine engine;
        Account account;
} World;

static void world_open(World *world, const char *firm, const char *customer, Window window)
{
        *world = (World){ .config.book = firm_rulebook(), .account = firm_account(NULL, 0) };
        world->config.book.sending = window;
        world->account.timezone = customer;
        world->engine = (Engine){ .config = &world->config, .zone = zone_find(firm) };
        assert_non_null(world->engine.zone);
}

/* Whether a channel may speak, asked of the two clocks themselves. */
static bool is_open(const World *world, unsigned channel, Instant at)
{
        Account account = world->account;
        Now now = { .instant = at, .local = zone_local(world->engine.zone, at) };

        account.customer_time = zone_local(customer_zone(&world->engine, &account), at);
        return channel_is_open(&world->config.book, channel, &account, &now);
}

static void the_next_opening_suits_the_firms_window_and_the_customers_night(void **state)
{
        static const struct {
                const char *firm, *customer;
                unsigned channel, days;
                int from, to; /* of the window, in minutes */
                const char *at, *opening;
        } cases[] = {
                { PARIS, "", CHANNEL_EMAIL, 0x1F, 540, 1080, "2026-03-05T10:00:30+01:00",
                        "2026-03-05T10:00:30+01:00" },
                { PARIS, "", CHANNEL_EMAIL, 0x1F, 540, 1080, "2026-03-05T18:00:00+01:00",
                        "2026-03-06T09:00:00+01:00" },
                /* A night of 23 hours, and one of 25. */
                { PARIS, "", CHANNEL_EMAIL, 0x7F, 540, 1080, "2026-03-28T18:00:00+01:00",
                        "2026-03-29T09:00:00+02:00" },
                { PARIS, "", CHANNEL_EMAIL, 0x7F, 540, 1080, "2026-10-24T18:00:00+02:00",
                        "2026-10-25T09:00:00+01:00" },
                /* A window that begins in the hour that is left out, or shown twice. */
                { PARIS, "", CHANNEL_EMAIL, 0x7F, 150, 1080, "2026-03-29T00:00:00+01:00",
                        "2026-03-29T03:00:00+02:00" },
                { PARIS, "", CHANNEL_EMAIL, 0x7F, 130, 170, "2026-03-29T00:00:00+01:00",
                        "2026-03-30T02:10:00+02:00" },
                { PARIS, "", CHANNEL_EMAIL, 0x7F, 130, 160, "2026-10-25T00:00:00+02:00",
                        "2026-10-25T02:10:00+02:00" },
                { PARIS, "", CHANNEL_EMAIL, 0x7F, 130, 160, "2026-10-25T02:40:00+02:00",
                        "2026-10-25T02:10:00+01:00" },
                { HOWE, "", CHANNEL_EMAIL, 0x7F, 100, 110, "2026-04-05T01:55:00+11:00",
                        "2026-04-05T01:40:00+10:30" },
                { HOWE, "", CHANNEL_EMAIL, 0x7F, 135, 1080, "2026-10-04T01:00:00+10:30",
                        "2026-10-04T02:30:00+11:00" },
                /* The customer's clock is set, the firm's is not. */
                { "UTC", PARIS, CHANNEL_SMS, 0x7F, 0, 1440, "2026-03-28T22:00:00Z",
                        "2026-03-29T06:00:00Z" },
                { "UTC", PARIS, CHANNEL_SMS, 0x7F, 0, 1440, "2026-03-27T22:00:00Z",
                        "2026-03-28T07:00:00Z" },
                { "UTC", PARIS, CHANNEL_SMS, 0x7F, 0, 1440, "2026-10-24T22:00:00Z",
                        "2026-10-25T07:00:00Z" },
                { PARIS, "UTC", CHANNEL_SMS, 0x7F, 0, 1440, "2026-03-28T22:00:00Z",
                        "2026-03-29T08:00:00Z" },
                /* Dublin's winter is a summer time below zero. */
                { PARIS, "Europe/Dublin", CHANNEL_WHATSAPP, 0x7F, 480, 1080, "2026-01-05T06:00:00Z",
                        "2026-01-05T08:00:00Z" },
                { PARIS, "Europe/Dublin", CHANNEL_WHATSAPP, 0x7F, 480, 1080, "2026-07-06T04:00:00Z",
                        "2026-07-06T07:00:00Z" },
                /* Casablanca puts its clock back for Ramadan: 15 February to 22 March 2026. */
                { PARIS, "Africa/Casablanca", CHANNEL_SMS, 0x7F, 480, 1080, "2026-02-14T00:00:00Z",
                        "2026-02-14T07:00:00Z" },
                { PARIS, "Africa/Casablanca", CHANNEL_SMS, 0x7F, 480, 1080, "2026-02-16T00:00:00Z",
                        "2026-02-16T08:00:00Z" },
                /* The other side of the world: another day, and three quarters of an hour. */
                { "Pacific/Kiritimati", "Pacific/Honolulu", CHANNEL_SMS, 0x7F, 540, 1080,
                        "2026-03-05T08:00:00+14:00", "2026-03-05T09:00:00+14:00" },
                { "Pacific/Kiritimati", "Pacific/Apia", CHANNEL_SMS, 0x7F, 540, 1080,
                        "2026-03-05T08:00:00+14:00", "2026-03-05T09:00:00+14:00" },
                { PARIS, "Pacific/Chatham", CHANNEL_SMS, 0x7F, 0, 1440, "2026-01-05T17:00:00Z",
                        "2026-01-05T18:15:00Z" },
                { PARIS, "Pacific/Chatham", CHANNEL_SMS, 0x7F, 0, 1440, "2026-07-05T18:00:00Z",
                        "2026-07-05T19:15:00Z" },
                /* A day that was never there. */
                { "Pacific/Apia", "", CHANNEL_EMAIL, 0x7F, 540, 1080, "2011-12-29T18:00:00-10:00",
                        "2011-12-31T09:00:00+14:00" },
                /* Only one of the two offsets of a year lets the clocks agree. */
                { PARIS, "America/Chicago", CHANNEL_SMS, 0x7F, 840, 880, "2026-02-01T00:00:00Z",
                        "2026-03-08T13:00:00Z" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Window window = { cases[i].days, cases[i].from, cases[i].to,
                        calendar_find("none") };
                char text[INSTANT_TEXT_SIZE];
                World world;
                Instant opening;
                world_open(&world, cases[i].firm, cases[i].customer, window);
                assert_true(channel_next_opening(&world.engine, cases[i].channel, &world.account,
                        instant_of(cases[i].at), &opening));
                if (opening.usec != instant_of(cases[i].opening).usec)
                        fail_msg("case %zu, %s, from %s: %s", i, cases[i].firm, cases[i].at,
                                instant_format(opening, 0, text));
        }
}

static void a_window_in_the_customers_night_never_opens(void **state)
{
        World world;
        Instant opening;

        world_open(&world, PARIS, "America/Los_Angeles",
                (Window){ 0x7F, 540, 960, calendar_find("none") });
        assert_false(channel_next_opening(&world.engine, CHANNEL_SMS, &world.account,
                instant_of("2026-03-05T10:00:00Z"), &opening));
        assert_true(channel_next_opening(&world.engine, CHANNEL_EMAIL, &world.account,
                instant_of("2026-03-05T10:00:00Z"), &opening));
}

/* The same found by looking at every minute, around the changes of a year in many zones. */
static void no_minute_before_the_next_opening_is_open(void **state)
{
        static const char *const zones[] = { PARIS, HOWE, "Europe/Dublin", "Africa/Casablanca",
                "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Apia", "America/St_Johns",
                "America/Havana", "Asia/Kathmandu", "America/New_York", "Asia/Beirut" };
        static const char *const starts[] = { "2026-02-14T20:00:00Z", "2026-03-07T21:00:00Z",
                "2026-03-21T19:00:00Z", "2026-03-28T18:00:00Z", "2026-04-04T11:00:00Z",
                "2026-09-26T10:00:00Z", "2026-10-03T12:00:00Z", "2026-10-24T19:00:00Z",
                "2026-10-31T20:00:00Z" };
        static const struct {
                int from, to;
        } windows[] = { { 540, 1080 }, { 0, 1440 }, { 100, 125 }, { 1, 190 }, { 1380, 1440 } };
        unsigned n = 0;

        for (size_t i = 0; i < ELEMENTSOF(zones) * ELEMENTSOF(starts) * ELEMENTSOF(windows); i++) {
                const char *firm = zones[i % ELEMENTSOF(zones)];
                const char *customer = zones[(i * 7 + i / 12) % ELEMENTSOF(zones)];
                size_t w = i % ELEMENTSOF(windows);
                Instant at = instant_of(starts[i / ELEMENTSOF(windows) % ELEMENTSOF(starts)]);
                World world;
                Instant opening;
                world_open(&world, firm, customer,
                        (Window){ 0x7F, windows[w].from, windows[w].to, calendar_find("none") });
                at.usec += (int64_t)(i * 13 % 1200) * MINUTE_USEC;
                for (unsigned channel = CHANNEL_EMAIL; channel <= CHANNEL_SMS; channel++) {
                        if (!channel_next_opening(
                                    &world.engine, channel, &world.account, at, &opening))
                                continue;
                        assert_true(is_open(&world, channel, opening));
                        Instant minute = at;
                        for (; minute.usec < opening.usec &&
                                minute.usec < at.usec + 2880 * MINUTE_USEC;
                                minute.usec += MINUTE_USEC)
                                if (is_open(&world, channel, minute))
                                        fail_msg("%s, %s, %d-%d", firm, customer, windows[w].from,
                                                windows[w].to);
                        n++;
                }
        }
        assert_true(n > 500);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_next_opening_suits_the_firms_window_and_the_customers_night),
                cmocka_unit_test(a_window_in_the_customers_night_never_opens),
                cmocka_unit_test(no_minute_before_the_next_opening_is_open),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
