/* SPDX-License-Identifier: MIT */
/*
 * Owns the question how a channel is: its alert's task and its notices from the store, and the
 * outlet where dispatch runs. Never starts a dispatch or a worker for it. Fails as the store does.
 */

#include "engine/standing.h"

#include <errno.h>

#include "engine/outlet.h"
#include "store/channels.h"
#include "sys/clock.h"

#define TASKS_MAX 8 /* a channel has one; more are left from before a rename */

typedef struct Alerts {
        const char *channel;
        Arena *arena;
        ChannelStanding *standing; /* or NULL */
        int64_t notices[TASKS_MAX];
        size_t n;
} Alerts;

static int find_alert(void *owner, const TaskReport *row)
{
        Alerts *alerts = owner;
        const char *why = alert_reason(row, alerts->channel);

        if (!why)
                return 0;
        if (alerts->n < TASKS_MAX)
                alerts->notices[alerts->n++] = row->notice;
        if (!alerts->standing)
                return 0;
        alerts->standing->is_suspended = true;
        alerts->standing->since = row->since;
        alerts->standing->why = arena_strdup(alerts->arena, why);
        return alerts->standing->why ? 0 : -ENOMEM;
}

/* What the running dispatch knows and the store does not: when it is tried again. */
static void look_at_outlet(
        const Engine *engine, size_t channel, const Now *now, ChannelStanding *standing)
{
        const Outlet *outlet = engine->dispatch ? &engine->dispatch->outlets[channel] : NULL;

        if (!outlet || !outlet->is_down)
                return;
        int64_t wait = outlet->retry_usec - clock_monotonic_usec();
        standing->is_suspended = true;
        standing->next_try = (Instant){ now->instant.usec + MAX(wait, INT64_C(0)) };
}

int engine_get_standing(
        Engine *engine, size_t channel, const Now *now, Arena *arena, ChannelStanding *ret_standing)
{
        ChannelStanding standing = {
                .why = "",
                .since = INSTANT_NONE,
                .next_try = INSTANT_NONE,
        };
        Alerts alerts = {
                .channel = engine->config->channels[channel].name,
                .arena = arena,
                .standing = &standing,
        };

        int r = store_list_alerts(engine->store, CHANNEL_DOWN_TASK, find_alert, &alerts);
        if (r == 0)
                r = store_count_waiting(
                        engine->store, alerts.channel, &standing.n_waiting, &standing.n_retried);
        if (r < 0)
                return r;
        look_at_outlet(engine, channel, now, &standing);
        *ret_standing = standing;
        return 0;
}

static int close_alerts(Engine *engine, const Alerts *alerts, const Now *now)
{
        int r = store_begin(engine->store);

        for (size_t i = 0; r == 0 && i < alerts->n; i++)
                r = store_close_task(
                        engine->store, CHANNEL_DOWN_TASK, alerts->notices[i], now->instant);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        return r;
}

int engine_heal_channel(Engine *engine, size_t channel, const Now *now, bool *ret_was_suspended)
{
        Alerts alerts = { .channel = engine->config->channels[channel].name };
        Outlet *outlet = engine->dispatch ? &engine->dispatch->outlets[channel] : NULL;

        int r = store_list_alerts(engine->store, CHANNEL_DOWN_TASK, find_alert, &alerts);
        if (r == 0 && alerts.n > 0)
                r = close_alerts(engine, &alerts, now);
        if (r < 0)
                return r;
        *ret_was_suspended = alerts.n > 0 || (outlet && outlet->is_down);
        if (outlet)
                outlet_up(outlet);
        return 0;
}
