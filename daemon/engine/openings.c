/* SPDX-License-Identifier: MIT */
/* Owns the openings found so far. One that has come is looked for anew. */

#include "engine/openings.h"

#include <errno.h>

#include "engine/moment.h"

static Opening *find(Openings *openings, unsigned channel, const Zone *zone)
{
        for (size_t i = 0; i < openings->n; i++)
                if (openings->list[i].channel == channel && openings->list[i].zone == zone)
                        return &openings->list[i];
        return NULL;
}

static Opening *add(Openings *openings, unsigned channel, const Zone *zone)
{
        Opening *grown = reallocarray(openings->list, openings->n + 1, sizeof(*grown));

        if (!grown)
                return NULL;
        openings->list = grown;
        grown[openings->n] = (Opening){ .channel = channel, .zone = zone, .at = { INT64_MAX } };
        return &grown[openings->n++];
}

static int look_up(Openings *openings, const Engine *engine, unsigned channel,
        const Account *account, const Now *now, Instant *ret_at)
{
        const Zone *zone = customer_zone(engine, account);
        Opening *opening = find(openings, channel, zone);
        bool is_new = !opening;

        if (is_new)
                opening = add(openings, channel, zone);
        if (!opening)
                return -ENOMEM;
        if ((is_new || opening->at.usec <= now->instant.usec) &&
                !channel_next_opening(engine, channel, account, now->instant, &opening->at))
                opening->at.usec = INT64_MAX;
        *ret_at = opening->at;
        return 0;
}

int openings_add(Openings *openings, const Engine *engine, uint32_t channels,
        const Account *account, const Now *now, Instant *earliest)
{
        for (unsigned channel = 0; channels >> channel; channel++) {
                Instant at;
                if (!(channels >> channel & 1))
                        continue;
                int r = look_up(openings, engine, channel, account, now, &at);
                if (r < 0)
                        return r;
                if (at.usec < INT64_MAX && (!instant_is_set(*earliest) || at.usec < earliest->usec))
                        *earliest = at;
        }
        return 0;
}

void openings_release(Openings *openings)
{
        free(openings->list);
        *openings = (Openings){ 0 };
}
