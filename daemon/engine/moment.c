/* SPDX-License-Identifier: MIT */
/* Owns the search for a channel's next opening: minute by minute through what is left of the day,
 * because two clocks, a window and the night have a say in it. Pure but for the zones. */

#include "engine/moment.h"

#define MINUTES_A_DAY (24 * 60)

const Zone *customer_zone(const Engine *engine, const Account *account)
{
        const Zone *zone = *account->timezone ? zone_find(account->timezone) : NULL;

        return zone ? zone : engine->zone;
}

bool channel_opening(const Engine *engine, unsigned channel, const Account *account, const Now *now,
        Instant *ret_opening)
{
        const Rulebook *book = &engine->config->book;
        const Zone *zone = customer_zone(engine, account);
        Account later = *account;

        if (channel_is_open(book, channel, account, now)) {
                *ret_opening = INSTANT_NONE;
                return true;
        }
        for (int minute = now->local.minute + 1; minute < MINUTES_A_DAY; minute++) {
                Now then = { .instant = zone_instant(engine->zone, now->local.day, minute) };
                then.local = zone_local(engine->zone, then.instant);
                later.customer_time = zone_local(zone, then.instant);
                if (!channel_is_open(book, channel, &later, &then))
                        continue;
                *ret_opening = then.instant;
                return true;
        }
        return false;
}
