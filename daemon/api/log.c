/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings of notices and tasks: log, notices, tasks. Never changes anything. Fails with
 * the store's errors; a filter that makes no sense, or that names what there is not, is refused.
 */

#include <errno.h>

#include "api/follow.h"
#include "api/proof.h"
#include "api/shapes.h"
#include "api/terms.h"
#include "base/parse.h"
#include "core/account.h"
#include "engine/dossiers.h"
#include "store/accounts.h"

static int add_notice(void *owner, const LogRow *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_log(exchange->engine->zone, row));
        return exchange->reply.error;
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

static bool parse_day(const Exchange *exchange, const char *text, Date *ret_day)
{
        Date today = exchange->now.local.day;

        if (date_parse(text, ret_day) == 0)
                return true;
        *ret_day = streq(text, "today") ? today : date_add(today, -1);
        return streq(text, "today") || streq(text, "yesterday");
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
        if (parse_day(exchange, text, &day)) {
                *instant = zone_instant(zone, is_end ? date_add(day, 1) : day, 0);
                return 0;
        }
        if (zone_parse_time(zone, text, instant) == 0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "%s '%s' is no time: expected YYYY-MM-DD[THH:MM], RFC 3339, today or yesterday",
                name, text);
        return 1;
}

/* 0; 1: there is no such customer or invoice, which is refused; -errno. */
static int check_whom(Exchange *exchange, const LogFilter *filter)
{
        Store *store = exchange->engine->store;
        int64_t account, invoice;
        bool is_known = !filter->customer;
        int r = is_known ? 0 : exchange_knows_customer(exchange, filter->customer, &is_known);

        if (r < 0)
                return r;
        if (!is_known)
                return exchange_no_customer(exchange, filter->customer), 1;
        r = filter->invoice ? store_find_invoice(store, filter->invoice, &account, &invoice) : 0;
        if (r == -ENOENT)
                return exchange_no_invoice(exchange, filter->invoice), 1;
        return r;
}

static bool is_configured_step(const Exchange *exchange, const char *step)
{
        const Rulebook *book = &exchange->engine->config->book;

        for (size_t i = 0; i < book->n_policies; i++)
                if (policy_find_step(&book->policies[i], step) >= 0)
                        return true;
        for (size_t i = 0; i < NOTICE_KINDS; i++)
                if (occasion_names[i] && streq(occasion_names[i], step))
                        return true;
        return streq(step, action_names[ACTION_RECONNECT]);
}

/* A channel or step that nothing was listed of is one that there is or was, or a mistake. 0, or 1:
 * it is a mistake, and refused. */
static int check_names(Exchange *exchange)
{
        const char *channel = exchange_get(exchange, "channel");
        const char *step = exchange_get(exchange, "step");

        if (channel && exchange_find_channel(exchange, channel) < 0)
                return 1;
        if (!step || is_configured_step(exchange, step))
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND, "no policy has a step '%s'", step);
        return 1;
}

/* What is no longer configured may still stand in the log: the names are looked at only where
 * nothing was found. */
static int end_listing(Exchange *exchange)
{
        if (exchange->reply.status == 0)
                (void)check_names(exchange);
        return 0;
}

static int list_notices(Exchange *exchange, const LogFilter *filter)
{
        Pager *pager = NULL;
        int r = store_page_log(exchange->engine->store, filter, add_notice, exchange, &pager);

        exchange->end_page = end_listing;
        return r < 0 ? r : exchange_page(exchange, pager);
}

int handle_notices(Exchange *exchange)
{
        const LogFilter filter = {
                .since = INSTANT_NONE,
                .until = INSTANT_NONE,
                .state = -1,
                .only_open = true,
                .customer = exchange_get(exchange, "customer"),
                .invoice = exchange_get(exchange, "invoice"),
                .step = exchange_get(exchange, "step"),
                .channel = exchange_get(exchange, "channel"),
        };
        int r = check_whom(exchange, &filter);

        return r == 0 ? list_notices(exchange, &filter) : MIN(r, 0);
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

/* All of the log or nothing: an entry proves those before it. */
static int verify(Exchange *exchange)
{
        if (!streq(exchange_get(exchange, "verify"), "1"))
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "verify '%s' is unknown: expected 1", exchange_get(exchange, "verify"));
        if (exchange->request.n_parameters > 1)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "the log is verified whole: leave the other options out");
        return proof_answer(exchange);
}

int handle_log(Exchange *exchange)
{
        const char *follow = exchange_get(exchange, "follow");
        LogFilter filter;

        if (exchange_get(exchange, "verify"))
                return verify(exchange);
        if (parse_filter(exchange, &filter) > 0)
                return 0;
        if (follow && !streq(follow, "1"))
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "follow '%s' is unknown: expected 1", follow);
        if (follow && instant_is_set(filter.until))
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "what is followed has no end: leave until out");
        int r = check_whom(exchange, &filter);
        if (r != 0)
                return MIN(r, 0);
        if (!follow)
                return list_notices(exchange, &filter);
        return check_names(exchange) > 0 ? 0 : follow_log(exchange, &filter);
}

/* R17: where the dossier of a file lies that may be handed over, and the day until which a notice
 * has asked for what it is about. */
static int put_handover(Exchange *exchange, const TaskReport *row, json_t **shaped)
{
        Engine *engine = exchange->engine;
        DossierKey key = { .seq = row->seq, .action = ACTION_AGENCY };
        int64_t account;
        DossierRow dossier;
        Date day;

        if (streq(row->kind, action_names[ACTION_LEGAL]))
                key.action = ACTION_LEGAL;
        if (!row->invoice || !streq(row->kind, action_names[key.action]))
                return 0;
        int r = store_find_invoice(engine->store, row->invoice, &account, &key.invoice);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        r = store_get_dossier(engine->store, &key, &exchange->arena, &dossier);
        if (r == 0 && *dossier.file)
                shape_put(shaped, "dossier",
                        shape_text(dossier_path(engine->config, dossier.file, &exchange->arena)));
        if (r < 0 && r != -ENOENT)
                return r;
        r = terms_find_asked_until(exchange, key.invoice, key.seq, &day);
        if (r == 0 && date_is_set(day))
                shape_put(shaped, "asked_until", shape_date(day));
        return r;
}

static int add_task(void *owner, const TaskReport *row)
{
        Exchange *exchange = owner;
        json_t *shaped = shape_task(exchange->engine->zone, row), *dispute;

        if (row->invoice && streq(row->kind, "dispute")) {
                int r = terms_find_dispute(exchange, row->invoice, &dispute);
                if (r < 0) {
                        json_decref(shaped);
                        return r;
                }
                shape_put(&shaped, "dispute", dispute);
        }
        int r = put_handover(exchange, row, &shaped);
        if (r < 0) {
                json_decref(shaped);
                return r;
        }
        reply_add(&exchange->reply, shaped);
        return exchange->reply.error;
}

int handle_tasks(Exchange *exchange)
{
        Pager *pager = NULL;
        int r = store_page_tasks(exchange->engine->store, add_task, exchange, &pager);

        return r < 0 ? r : exchange_page(exchange, pager);
}
