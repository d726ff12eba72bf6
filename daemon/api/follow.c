/* SPDX-License-Identifier: MIT */
/*
 * Owns the log as it goes on: what a period lists first, then one line for each change of a notice
 * that matches, until the client goes. A client that reads too slowly is told how many changes it
 * has missed, and nobody waits for it.
 */

#include "api/follow.h"

#include <errno.h>

#include "api/shapes.h"
#include "engine/changes.h"

#define LINES_PER_TURN 256

typedef struct Follow {
        LogFilter filter; /* its texts are the request's */
        Pager *pager;     /* of what comes first, or NULL */
        uint64_t number;  /* of the change that was looked at last */
} Follow;

static void follow_free(void *work)
{
        Follow *follow = work;

        pager_free(follow->pager);
        free(follow);
}

static int add_line(void *owner, const LogRow *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_log(exchange->engine->zone, row));
        return exchange->reply.error;
}

static void add_lost(Exchange *exchange, uint64_t n_lost)
{
        json_t *line = json_object();

        shape_put(&line, "lost", json_integer((json_int_t)n_lost));
        reply_add(&exchange->reply, line);
}

/* One change. 1: there may be more; 0: none for now. */
static int add_change(Exchange *exchange, Follow *follow)
{
        Engine *engine = exchange->engine;
        uint64_t n_lost;
        int64_t notice;

        if (!changes_next(engine->changes, &follow->number, &notice, &n_lost))
                return 0;
        if (n_lost > 0)
                add_lost(exchange, n_lost);
        int r = store_get_log(engine->store, notice, &follow->filter, add_line, exchange);
        return r < 0 && r != -ENOENT ? r : 1;
}

static int resume_follow(Exchange *exchange)
{
        Follow *follow = exchange->work;
        bool more = false;
        int r = 1;

        exchange->is_busy = false;
        if (follow->pager) {
                r = pager_step(follow->pager, &more);
                if (r < 0)
                        return r;
                if (!more) {
                        pager_free(follow->pager);
                        follow->pager = NULL;
                }
                exchange->is_busy = true;
                return 0;
        }
        for (int n = 0; n < LINES_PER_TURN && r > 0; n++)
                r = add_change(exchange, follow);
        exchange->is_busy = r > 0;
        return MIN(r, 0);
}

int follow_log(Exchange *exchange, const LogFilter *filter)
{
        Engine *engine = exchange->engine;

        if (!engine->service)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "there is no daemon that runs: nothing happens that could be followed");
        Follow *follow = malloc(sizeof(*follow));
        if (!follow)
                return -ENOMEM;
        *follow = (Follow){ .filter = *filter, .number = changes_newest(engine->changes) };
        follow->filter.since = INSTANT_NONE; /* of the changes: they are all of now */
        exchange->work = follow;
        exchange->free_work = follow_free;
        if (instant_is_set(filter->since)) {
                int r = store_page_log(engine->store, filter, add_line, exchange, &follow->pager);
                if (r < 0)
                        return r;
        }
        exchange->is_live = exchange->is_busy = true;
        exchange->resume = resume_follow;
        return 0;
}
