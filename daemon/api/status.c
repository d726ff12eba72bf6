/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "is all well?" as people and relancectl read it. Never changes anything. What
 * needs a person is a sentence in problems; without any, ok is true.
 */

#include "api/health.h"
#include "api/shapes.h"

static json_t *count_notices(const StoreStatus *status)
{
        json_t *notices = json_object();

        for (int state = 0; state < (int)ELEMENTSOF(notice_state_names); state++) {
                int64_t n = status->n_notices[state];
                if (state == NOTICE_BEGUN)
                        continue;
                if (state == NOTICE_HANDED)
                        n += status->n_notices[NOTICE_BEGUN];
                shape_put(&notices, notice_state_names[state], json_integer(n));
        }
        return notices;
}

static json_t *list_channels(const Exchange *exchange, const Health *health)
{
        const Rulebook *book = &exchange->engine->config->book;
        json_t *channels = json_array();

        for (size_t i = 0; i < health->n_channels; i++) {
                const ChannelStanding *standing = &health->channels[i];
                json_t *channel = json_object();
                shape_put(&channel, "channel", shape_text(book->channels[i].name));
                shape_put(&channel, "state",
                        json_string(standing->is_suspended    ? "suspended"
                                    : standing->n_retried > 0 ? "retrying"
                                                              : "ready"));
                shape_append(&channels, channel);
        }
        return channels;
}

static json_t *count_inbox(const Service *service)
{
        json_t *inbox = json_object();

        shape_put(&inbox, "waiting", json_integer((json_int_t)service->n_waiting));
        shape_put(&inbox, "failed", json_integer((json_int_t)service->n_failed));
        return inbox;
}

static json_t *shape_loop(const LoopTimes *times)
{
        json_t *loop = json_object();

        shape_put(&loop, "longest_stall_ms", json_integer(times->longest_usec / 1000));
        shape_put(&loop, "recent_stall_ms", json_integer(times->recent_usec / 1000));
        shape_put(&loop, "stalls_over_50_ms", json_integer((json_int_t)times->n_stalls));
        shape_put(&loop, "longest", shape_text(times->longest));
        return loop;
}

/* All of it null where no daemon runs. */
static void put_service(json_t **shaped, const Service *service, const Zone *zone)
{
        bool is = service;

        shape_put(
                shaped, "running_since", is ? shape_instant(zone, service->started) : json_null());
        shape_put(shaped, "next_wake", is ? shape_instant(zone, service->next_wake) : json_null());
        shape_put(
                shaped, "configured", is ? shape_instant(zone, service->configured) : json_null());
        shape_put(shaped, "config_problem", shape_text(is ? service->config_problem : NULL));
        shape_put(shaped, "inbox", is ? count_inbox(service) : json_null());
        shape_put(shaped, "loop", is ? shape_loop(&service->loop) : json_null());
}

static json_t *list_guards(unsigned guards)
{
        json_t *names = json_array();

        for (Guard guard = 0; guard < GUARDS; guard++)
                if (guards & GUARD_BIT(guard))
                        shape_append(&names, json_string(guard_names[guard]));
        return names;
}

static json_t *shape_health(const Exchange *exchange, Health *health)
{
        static const char *const mode_names[] = { "fresh", "real", "simulated" };
        const StoreStatus *store = &health->store;
        const Engine *engine = exchange->engine;
        json_t *shaped = json_object();

        shape_put(&shaped, "ok", json_boolean(health_is_ok(health)));
        shape_put(&shaped, "creditor", shape_text(engine->config->creditor.name));
        shape_put(&shaped, "mode", json_string(mode_names[store->mode]));
        shape_put(&shaped, "now", shape_instant(engine->zone, exchange->now.instant));
        shape_put(&shaped, "guards", list_guards(exchange->now.guards));
        shape_put(&shaped, "last_wake", shape_instant(engine->zone, store->last_wake));
        shape_put(&shaped, "last_sent", shape_instant(engine->zone, store->last_sent));
        shape_put(&shaped, "newest_payment", shape_date(store->newest_payment));
        shape_put(&shaped, "customers", json_integer(store->n_customers));
        shape_put(&shaped, "open_instalments", json_integer(store->n_open_instalments));
        shape_put(&shaped, "tasks", json_integer(store->n_tasks));
        shape_put(&shaped, "notices", count_notices(store));
        put_service(&shaped, health->service, engine->zone);
        shape_put(&shaped, "channels", list_channels(exchange, health));
        shape_put(&shaped, "problems", TAKE_PTR(health->problems));
        return shaped;
}

int handle_status(Exchange *exchange)
{
        Health health;
        int r = health_get(exchange, &health);

        if (r == 0)
                reply_add(&exchange->reply, shape_health(exchange, &health));
        health_release(&health);
        return r;
}
