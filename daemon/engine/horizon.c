/* SPDX-License-Identifier: MIT */
/* Owns the wakes to come. The first one of each day is looked for once, when it is first asked for:
 * every account asks for the same. */

#include "engine/horizon.h"

#include <errno.h>

#include "engine/guards.h"
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

static KnownTime *known_time(Horizon *horizon, Instant at)
{
        uint64_t mixed = (uint64_t)(at.usec / USEC_PER_SEC) * UINT64_C(0x9E3779B97F4A7C15);
        KnownTime *time = &horizon->times[mixed >> 54];

        if (time->at.usec != at.usec)
                *time = (KnownTime){ at, zone_local(horizon->engine.zone, at), INSTANT_NONE };
        return time;
}

/* The first configured wake at that instant or later. */
static Instant first_configured(Horizon *horizon, Instant from)
{
        KnownTime *time = known_time(horizon, from);

        if (!instant_is_set(time->next))
                time->next = schedule_next(
                        horizon->engine.config, horizon->engine.zone, (Instant){ from.usec - 1 });
        return time->next;
}

Now horizon_now(Horizon *horizon, Instant at)
{
        Now now = horizon->start;

        now.instant = at;
        now.local = known_time(horizon, at)->local;
        if (instant_is_set(horizon->stale) && at.usec >= horizon->stale.usec)
                now.guards |= GUARD_BIT(GUARD_STALE);
        return now;
}

/* Wakes repeat week by week: what the first ones do not find stale, none does. */
static void find_stale(Horizon *horizon)
{
        Instant last = horizon->last_wake, end = horizon_after(horizon, 15);
        Instant wake = schedule_next(horizon->engine.config, horizon->engine.zone,
                (Instant){ horizon->start.instant.usec - 1 });

        for (; wake.usec < end.usec && !instant_is_set(horizon->stale);
                wake = schedule_next(horizon->engine.config, horizon->engine.zone, wake)) {
                const Now now = horizon_now(horizon, wake);
                if (instant_is_set(last) && guards_is_stale(&horizon->engine, last, &now))
                        horizon->stale = wake;
                last = wake;
        }
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
                .stale = INSTANT_NONE,
        };
        if (!horizon->engine.zone)
                return -EINVAL;
        horizon->start.local = zone_local(horizon->engine.zone, horizon->start.instant);
        horizon->until = horizon_after(horizon, days);
        horizon->mornings = calloc(horizon->n_mornings, sizeof(*horizon->mornings));
        if (!horizon->mornings)
                return -ENOMEM;
        for (size_t i = 0; i < horizon->n_mornings; i++)
                horizon->mornings[i] = (Morning){ INSTANT_NONE, INSTANT_NONE };
        for (size_t i = 0; i < KNOWN_TIMES; i++)
                horizon->times[i].at = INSTANT_NONE;
        int r = store_get_last_wake(engine->store, &horizon->last_wake);
        if (r == 0)
                r = find_underway(engine->store, &horizon->has_underway);
        if (r == 0)
                find_stale(horizon);
        return r;
}

void horizon_resume(Horizon *horizon)
{
        horizon->start.guards = 0;
        horizon->stale = INSTANT_NONE;
}

void horizon_release(Horizon *horizon)
{
        free(horizon->mornings);
        free(horizon->openings.list);
        free(horizon->found.list);
        *horizon = (Horizon){ 0 };
}

/* The first of the set at that instant or later; n: there is none. */
static size_t set_find(const InstantSet *set, Instant from)
{
        size_t low = 0, high = set->n;

        while (low < high) {
                size_t middle = (low + high) / 2;
                if (set->list[middle].usec < from.usec)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static int set_add(InstantSet *set, Instant instant)
{
        size_t at = set_find(set, instant);

        if (at < set->n && set->list[at].usec == instant.usec)
                return 0;
        if (set->n == set->n_room) {
                size_t room = set->n_room * 2 + 16;
                Instant *list = reallocarray(set->list, room, sizeof(*list));
                if (!list)
                        return -ENOMEM;
                set->list = list;
                set->n_room = room;
        }
        memmove(set->list + at + 1, set->list + at, (set->n - at) * sizeof(*set->list));
        set->list[at] = instant;
        set->n++;
        return 0;
}

static Instant or_opening(const Horizon *horizon, Instant from, Instant wake)
{
        size_t i = set_find(&horizon->openings, from);

        if (i < horizon->openings.n)
                wake.usec = MIN(wake.usec, horizon->openings.list[i].usec);
        return wake;
}

Instant horizon_wake(Horizon *horizon, Instant from)
{
        return or_opening(horizon, from, first_configured(horizon, from));
}

Instant horizon_morning(Horizon *horizon, Date day)
{
        int i = date_difference(day, horizon->start.local.day);

        if (i < 0 || (size_t)i >= horizon->n_mornings)
                return horizon->until;
        Morning *morning = &horizon->mornings[i];
        if (!instant_is_set(morning->wake)) {
                morning->midnight = zone_instant(horizon->engine.zone, day, 0);
                morning->wake = first_configured(horizon, morning->midnight);
        }
        return or_opening(horizon, morning->midnight, morning->wake);
}

int horizon_note_opening(Horizon *horizon, Instant opening)
{
        if (opening.usec >= horizon->until.usec ||
                first_configured(horizon, opening).usec == opening.usec)
                return 0;
        return set_add(&horizon->found, opening);
}

void horizon_take_openings(Horizon *horizon, Horizon *from)
{
        free(horizon->openings.list);
        horizon->openings = from->openings;
        from->openings = (InstantSet){ 0 };
}

bool horizon_agrees(Horizon *horizon)
{
        InstantSet known = horizon->openings;
        size_t size = known.n * sizeof(*known.list);
        bool agrees = known.n == horizon->found.n &&
                      (size == 0 || memcmp(known.list, horizon->found.list, size) == 0);

        horizon->openings = horizon->found;
        horizon->found = known;
        horizon->found.n = 0;
        return agrees;
}

unsigned horizon_guards(Horizon *horizon)
{
        return horizon_now(horizon, horizon_wake(horizon, horizon->start.instant)).guards;
}
