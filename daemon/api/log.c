/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings of notices and tasks: log, notices, tasks. Never changes anything. Fails with
 * the store's errors; a filter that makes no sense is refused.
 */

#include "api/follow.h"
#include "api/shapes.h"
#include "base/parse.h"

static int add_notice(void *owner, const LogRow *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_log(exchange->engine->zone, row));
        return exchange->reply.error;
}

int handle_notices(Exchange *exchange)
{
        const LogFilter open = {
                .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1, .only_open = true
        };
        Pager *pager = NULL;
        int r = store_page_log(exchange->engine->store, &open, add_notice, exchange, &pager);

        return r < 0 ? r : exchange_page(exchange, pager);
}

/* 0, or 1: refused. */
static int parse_state(Exchange *exchange, int *ret_state)
{
        const char *name = exchange_get(exchange, "state");

        *ret_state = -1;
        if (!name || (parse_name(name, notice_state_names, ELEMENTSOF(notice_state_names),
                              ret_state) == 0 &&
                             *ret_state != NOTICE_BEGUN))
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "state '%s' is unknown: expected pending, handed, sent, failed, uncertain "
                "or cancelled",
                name);
        return 1;
}

/* 0, or 1: refused. A day's end is the beginning of the next one. */
static int parse_time(Exchange *exchange, const char *name, bool is_end, Instant *instant)
{
        const Zone *zone = exchange->engine->zone;
        const char *text = exchange_get(exchange, name);
        Date day;

        *instant = INSTANT_NONE;
        if (!text)
                return 0;
        if (is_end && date_parse(text, &day) == 0) {
                *instant = zone_instant(zone, date_add(day, 1), 0);
                return 0;
        }
        if (zone_parse_time(zone, text, instant) == 0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "%s '%s' is no time: expected YYYY-MM-DD[THH:MM] or RFC 3339", name, text);
        return 1;
}

/* 0, or 1: refused. */
static int parse_filter(Exchange *exchange, LogFilter *filter)
{
        *filter = (LogFilter){
                .customer = exchange_get(exchange, "customer"),
                .invoice = exchange_get(exchange, "invoice"),
                .step = exchange_get(exchange, "step"),
                .channel = exchange_get(exchange, "channel"),
        };
        if (parse_state(exchange, &filter->state) > 0 ||
                parse_time(exchange, "since", false, &filter->since) > 0 ||
                parse_time(exchange, "until", true, &filter->until) > 0)
                return 1;
        if (!instant_is_set(filter->since) || !instant_is_set(filter->until) ||
                filter->since.usec < filter->until.usec)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "the period ends before it begins: since '%s', until '%s'",
                exchange_get(exchange, "since"), exchange_get(exchange, "until"));
        return 1;
}

int handle_log(Exchange *exchange)
{
        const char *follow = exchange_get(exchange, "follow");
        LogFilter filter;
        Pager *pager = NULL;
        int r;

        if (parse_filter(exchange, &filter) > 0)
                return 0;
        if (follow && !streq(follow, "1"))
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "follow '%s' is unknown: expected 1", follow);
        if (follow && instant_is_set(filter.until))
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "what is followed has no end: leave until out");
        if (follow)
                return follow_log(exchange, &filter);
        r = store_page_log(exchange->engine->store, &filter, add_notice, exchange, &pager);
        return r < 0 ? r : exchange_page(exchange, pager);
}

static int add_task(void *owner, const TaskReport *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_task(exchange->engine->zone, row));
        return exchange->reply.error;
}

int handle_tasks(Exchange *exchange)
{
        Pager *pager = NULL;
        int r = store_page_tasks(exchange->engine->store, add_task, exchange, &pager);

        return r < 0 ? r : exchange_page(exchange, pager);
}
