/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings of notices and tasks: log, notices, tasks. Never changes anything. Fails with
 * the store's errors; a filter that makes no sense is refused.
 */

#include "api/routes.h"
#include "api/shapes.h"
#include "base/parse.h"

typedef struct Listing {
        Exchange *exchange;
        const char *state; /* as the log calls it, or NULL: any */
} Listing;

static int add_notice(void *owner, const LogRow *row)
{
        Listing *listing = owner;
        Exchange *exchange = listing->exchange;

        if (!listing->state || streq(listing->state, shape_state(row->state)))
                reply_add(&exchange->reply, shape_log(exchange->engine->zone, row));
        return exchange->reply.error;
}

int handle_notices(Exchange *exchange)
{
        const LogFilter filter = { .since = INSTANT_NONE, .state = -1, .only_open = true };
        Listing listing = { .exchange = exchange };

        return store_list_log(exchange->engine->store, &filter, add_notice, &listing);
}

static int parse_state(Exchange *exchange, int *ret_state)
{
        const char *name = exchange_get(exchange, "state");

        *ret_state = -1;
        if (!name)
                return 0;
        if (parse_name(name, notice_state_names, ELEMENTSOF(notice_state_names), ret_state) < 0 ||
                *ret_state == NOTICE_BEGUN) {
                (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "state '%s' is unknown: expected pending, handed, sent, failed, uncertain "
                        "or cancelled",
                        name);
                return 1;
        }
        if (*ret_state == NOTICE_HANDED)
                *ret_state = -1; /* it covers two of the store's */
        return 0;
}

int handle_log(Exchange *exchange)
{
        LogFilter filter = { .since = INSTANT_NONE,
                .customer = exchange_get(exchange, "customer"),
                .channel = exchange_get(exchange, "channel") };
        Listing listing = { exchange, exchange_get(exchange, "state") };
        const char *since = exchange_get(exchange, "since");

        if (since && zone_parse_time(exchange->engine->zone, since, &filter.since) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "since '%s' is no time: expected YYYY-MM-DD[THH:MM] or RFC 3339", since);
        if (parse_state(exchange, &filter.state) > 0)
                return 0;
        return store_list_log(exchange->engine->store, &filter, add_notice, &listing);
}

static int add_task(void *owner, const TaskReport *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_task(exchange->engine->zone, row));
        return exchange->reply.error;
}

int handle_tasks(Exchange *exchange)
{
        return store_list_tasks(exchange->engine->store, add_task, exchange);
}
