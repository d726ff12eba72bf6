/* SPDX-License-Identifier: MIT */
/* Owns what of a decision depends on the customer's clock and on refusals. The next opening of a
 * channel is looked for in turns, by the window on the creditor's clock and by the night on the
 * customer's, until both agree. Never writes. */

#include "engine/moment.h"

#define MINUTE_USEC (60 * USEC_PER_SEC)
#define SEARCHES_MAX 1000 /* a window may lie in the customer's night for good */

const Zone *customer_zone(const Engine *engine, const Account *account)
{
        const Zone *zone = *account->timezone ? zone_find(account->timezone) : NULL;

        return zone ? zone : engine->zone;
}

typedef struct Refusals {
        const Rulebook *book;
        Account *account;
} Refusals;

/* A refusal is of one address: a corrected one is free. An opt-out names none and is of all. */
static void add_refusal(void *owner, const char *channel, const char *address)
{
        const Refusals *refusals = owner;

        for (unsigned i = 0; i < refusals->book->n_channels; i++) {
                const Channel *known = &refusals->book->channels[i];
                if (streq(known->name, channel) &&
                        (is_empty(address) ||
                                streq(refusals->account->addresses[known->address], address)))
                        refusals->account->refused_channels |= UINT32_C(1) << i;
        }
}

int account_complete(Engine *engine, const Now *now, Account *account)
{
        Refusals refusals = { &engine->config->book, account };
        const Zone *zone = customer_zone(engine, account);

        account->customer_time = zone == engine->zone ? now->local : zone_local(zone, now->instant);
        account->refused_channels = 0;
        if (!account->has_refusals)
                return 0;
        return store_refused_channels(engine->store, account->customer, add_refusal, &refusals);
}

/* When the zone's clock will show that day and minute, at least a minute later; or when it is set
 * before that: from there on everything is to be asked anew, as it may show an hour again. */
static Instant later_than(Instant at, const Zone *zone, Date day, int minute)
{
        Instant later = { MAX(zone_instant(zone, day, minute).usec, at.usec + MINUTE_USEC) };
        Instant change = zone_next_change(zone, at, later);

        return instant_is_set(change) ? change : later;
}

static bool next_in_window(const Engine *engine, const Window *window, LocalTime local, Instant *at)
{
        LocalTime opening;

        if (!window_next_opening(window, local, &opening))
                return false;
        *at = later_than(*at, engine->zone, opening.day, opening.minute);
        return true;
}

static Instant next_morning(const Zone *zone, Instant at)
{
        LocalTime local = zone_local(zone, at);
        Date day = date_add(local.day, local.minute >= NIGHT_BEGINS);

        return later_than(at, zone, day, NIGHT_ENDS);
}

bool channel_next_opening(const Engine *engine, unsigned channel, const Account *account,
        Instant from, Instant *ret_opening)
{
        const Rulebook *book = &engine->config->book;
        const Channel *c = &book->channels[channel];
        const Window *window = c->window ? c->window : &book->sending;
        const Zone *zone = customer_zone(engine, account);
        Account there = *account;
        Now then = { .instant = from };

        for (int i = 0; i < SEARCHES_MAX; i++) {
                then.local = zone_local(engine->zone, then.instant);
                there.customer_time = zone_local(zone, then.instant);
                if (channel_is_open(book, channel, &there, &then)) {
                        *ret_opening = then.instant;
                        return true;
                }
                if (window_is_open(window, then.local))
                        then.instant = next_morning(zone, then.instant);
                else if (!next_in_window(engine, window, then.local, &then.instant))
                        return false;
        }
        return false;
}

bool channel_opening(const Engine *engine, unsigned channel, const Account *account, const Now *now,
        Instant *ret_opening)
{
        Instant opening;

        if (!channel_next_opening(engine, channel, account, now->instant, &opening) ||
                date_compare(zone_local(engine->zone, opening).day, now->local.day) != 0)
                return false;
        *ret_opening = opening.usec > now->instant.usec ? opening : INSTANT_NONE;
        return true;
}
