/* SPDX-License-Identifier: MIT */
/* Owns what of a decision depends on the customer's clock and on refusals. The next opening of a
 * channel is looked for minute by minute through what is left of the day, because two clocks, a
 * window and the night have a say in it. Never writes. */

#include "engine/moment.h"

#define MINUTES_A_DAY (24 * 60)

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

int account_complete(Engine *engine, const Now *now, bool has_refusals, Account *account)
{
        Refusals refusals = { &engine->config->book, account };

        account->customer_time = zone_local(customer_zone(engine, account), now->instant);
        account->refused_channels = 0;
        if (!has_refusals)
                return 0;
        return store_refused_channels(engine->store, account->customer, add_refusal, &refusals);
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
