/* SPDX-License-Identifier: MIT */
/* Owns the wakes to come. The first one of each day is looked for once, when it is first asked for:
 * every account asks for the same. */

#include "engine/horizon.h"

#include <errno.h>

#include "engine/schedule.h"
#include "store/accounts.h"

Instant horizon_after(const Horizon *horizon, int days)
{
        const LocalTime *local = &horizon->start.local;
        Instant at = zone_instant(horizon->engine.zone, date_add(local->day, days), local->minute);
        int64_t rest = horizon->start.instant.usec % (60 * USEC_PER_SEC);

        return (Instant){ at.usec + rest };
}

static int find_underway(Store *store, bool *ret_has_underway)
{
        static const NoticeState states[] = { NOTICE_PENDING, NOTICE_HANDED, NOTICE_BEGUN,
                NOTICE_UNCERTAIN };
        size_t n = 0;
        int64_t id;
        int r = 0;

        for (size_t i = 0; r == 0 && n == 0 && i < ELEMENTSOF(states); i++)
                r = store_list_state(store, states[i], 0, &id, 1, &n);
        if (r == 0)
                *ret_has_underway = n > 0;
        return r;
}

int horizon_init(Horizon *horizon, Engine *engine, const Config *config, int days)
{
        *horizon = (Horizon){
                .engine = {
                        .config = config,
                        .store = engine->store,
                        .clock = engine->clock,
                        .zone = zone_find(config->creditor.timezone),
                },
                .start = engine_now(engine),
                .n_mornings = (size_t)days + 2,
        };
        if (!horizon->engine.zone)
                return -EINVAL;
        horizon->start.local = zone_local(horizon->engine.zone, horizon->start.instant);
        horizon->until = horizon_after(horizon, days);
        horizon->mornings = calloc(horizon->n_mornings, sizeof(*horizon->mornings));
        if (!horizon->mornings)
                return -ENOMEM;
        for (size_t i = 0; i < horizon->n_mornings; i++)
                horizon->mornings[i] = INSTANT_NONE;
        int r = store_any_refused(engine->store, &horizon->has_refusals);
        return r < 0 ? r : find_underway(engine->store, &horizon->has_underway);
}

void horizon_release(Horizon *horizon)
{
        free(horizon->mornings);
        *horizon = (Horizon){ 0 };
}

Now horizon_now(const Horizon *horizon, Instant at)
{
        Now now = horizon->start;

        now.instant = at;
        now.local = zone_local(horizon->engine.zone, at);
        return now;
}

Instant horizon_next(const Horizon *horizon, Instant after)
{
        return schedule_next(horizon->engine.config, horizon->engine.zone, after);
}

Instant horizon_first(const Horizon *horizon)
{
        return horizon_next(horizon, (Instant){ horizon->start.instant.usec - 1 });
}

Instant horizon_morning(Horizon *horizon, Date day)
{
        int i = date_difference(day, horizon->start.local.day);

        if (i < 0 || (size_t)i >= horizon->n_mornings)
                return horizon->until;
        if (!instant_is_set(horizon->mornings[i])) {
                Instant midnight = zone_instant(horizon->engine.zone, day, 0);
                horizon->mornings[i] = horizon_next(horizon, (Instant){ midnight.usec - 1 });
        }
        return horizon->mornings[i];
}
