/* SPDX-License-Identifier: MIT */
/*
 * Owns what a customer and a person agree on: a promise to pay by a day (R13), a plan of parts
 * (R15). Each is one transaction and one fact. Never tells the customer: that is what the next wake
 * decides.
 */

#include <errno.h>
#include <inttypes.h>
#include <limits.h>

#include "api/every.h"
#include "api/recording.h"
#include "api/shapes.h"
#include "base/parse.h"
#include "core/money.h"
#include "engine/moment.h"

#define AHEAD_MAX_DAYS 366 /* of a promise, without force */
#define PARTS_MAX 120
#define PLAN_POLICY "plan"
#define EFFECT_IN_WRITING "It holds from now on, and is confirmed in writing " WAKE "."
#define EFFECT_NOT_TOLD                                                                            \
        "It holds from now on. It cannot be confirmed in writing, as no channel reaches the "      \
        "customer: tell the customer another way."

/* What an agreement is about. */
typedef struct Agreed {
        int64_t open;
        int max_promises;    /* the least that the policies of its instalments allow */
        bool is_in_writing;  /* some policy has routes for confirmations */
        bool is_reachable;   /* and one of them leads to the customer */
        bool is_handed_over; /* part of it is an agency's or a lawyer's (R17) */
        int64_t plan;        /* the fact of the plan that runs, or 0 */
} Agreed;

/* R4: an address, or an opt-out, may be missing or come later: what counts is how it is now. */
static bool is_reachable(const Exchange *exchange, const Account *account, const Policy *policy)
{
        const Rulebook *book = &exchange->engine->config->book;

        for (unsigned r = 0; r < policy->n_confirm_routes; r++)
                for (unsigned a = 0; a < policy->confirm_routes[r].n_channels; a++)
                        if (channel_is_usable(book, policy->confirm_routes[r].channels[a], account))
                                return true;
        return false;
}

/* As recording_load(), with what says who can be reached. */
static int load(Exchange *exchange, const char *number, Recorded *ret_recorded)
{
        int r = recording_load(exchange, number, ret_recorded);

        return r != 0 ? r
                      : account_complete(exchange->engine, &exchange->now, &ret_recorded->account);
}

static void add_instalment(
        const Exchange *exchange, const Recorded *recorded, size_t i, Agreed *agreed)
{
        const Instalment *instalment = &recorded->account.instalments[i];
        const Policy *policy =
                rulebook_policy_of(&exchange->engine->config->book, &recorded->account, instalment);

        if (instalment->invoice != recorded->invoice || instalment->open <= 0)
                return;
        if (money_add(&agreed->open, instalment->open) < 0)
                agreed->open = INT64_MAX;
        agreed->is_handed_over |= instalment->is_handed_over;
        if (instalment->plan > 0 && !instalment->is_plan_broken)
                agreed->plan = instalment->plan;
        if (policy) {
                agreed->max_promises = MIN(agreed->max_promises, policy->max_promises);
                agreed->is_in_writing |=
                        policy->n_confirm_routes > 0 && !instalment->is_handed_over;
                agreed->is_reachable |= is_reachable(exchange, &recorded->account, policy);
        }
}

static Agreed weigh(const Exchange *exchange, const Recorded *recorded)
{
        Agreed agreed = { .max_promises = INT_MAX };

        for (size_t i = 0; i < recorded->account.n_instalments; i++)
                add_instalment(exchange, recorded, i, &agreed);
        return agreed;
}

/* R14: what is disputed or held is not written about until that has ended. */
static bool is_aside(const Exchange *exchange, const Instalment *instalment)
{
        Date until = instalment->held_until;

        return instalment->is_disputed ||
               (instalment->is_held &&
                       (!date_is_set(until) || date_compare(exchange->now.local.day, until) <= 0));
}

/* Not a draft, nor of a customer whom nobody writes to: nothing is confirmed of those (R22). */
static bool is_written_about(const Exchange *exchange, const Recorded *recorded)
{
        const Account *account = &recorded->account;

        for (size_t i = 0; i < account->n_instalments; i++)
                if (account->instalments[i].invoice == recorded->invoice &&
                        account->instalments[i].status == STATUS_OPEN &&
                        !is_aside(exchange, &account->instalments[i]))
                        return !account_has_tag(account, "do_not_contact");
        return false;
}

/* 0, or 1: refused. NULL: the default stands. */
static int parse_amount(
        Exchange *exchange, const char *name, const char *currency, int64_t least, int64_t *amount)
{
        const char *text = exchange_get(exchange, name);

        if (!text || (money_parse(text, currency, amount) == 0 && *amount >= least))
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "%s '%s' is not an amount in %s: expected one like 120.00", name, text, currency);
        return 1;
}

/* 0, or 1: refused. */
static int parse_promise(
        Exchange *exchange, const Recorded *recorded, const Agreed *agreed, Promise *promise)
{
        const char *currency = recorded->account.currency;
        char open[MONEY_TEXT_SIZE];

        if (!exchange_get(exchange, "date"))
                return (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "the day is missing: expected YYYY-MM-DD"),
                       1;
        if (recording_coming_day(exchange, "date", &promise->until) > 0 ||
                parse_amount(exchange, "amount", currency, 1, &promise->amount) > 0)
                return 1;
        if (promise->amount > agreed->open && agreed->open > 0)
                return (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "amount '%s' is more than is open: %s %s",
                               exchange_get(exchange, "amount"),
                               money_format(agreed->open, currency, open), currency),
                       1;
        if (promise->is_forced ||
                date_difference(promise->until, exchange->now.local.day) <= AHEAD_MAX_DAYS)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                "date '%s' is more than a year away: with --force it is recorded all the same",
                exchange_get(exchange, "date"));
        return 1;
}

/* Always 0. */
static int refuse_said(Exchange *exchange, Said said, const char *number, const Agreed *agreed)
{
        switch (said) {
        case SAID_TOO_MANY_PROMISES:
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "%s has had %d %s already, as many as its policy allows: with --force "
                        "another one is recorded",
                        number, agreed->max_promises,
                        agreed->max_promises == 1 ? "promise" : "promises");
        case SAID_NOTHING_OPEN:
                return reply_refuse(
                        &exchange->reply, REPLY_REFUSED, "nothing is open of %s", number);
        case SAID_ALREADY:
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "%s has a plan already: relancectl undo %" PRId64 " takes it back first",
                        number, agreed->plan);
        case SAID:
        case SAID_NOT_NEXT:
        case SAID_NOT_UNDONE:
        case SAID_HANDED_OVER: break;
        }
        return -EUCLEAN;
}

static int answer_promise(Exchange *exchange, const Recorded *recorded, const Promise *promise,
        const Agreed *agreed, int64_t fact)
{
        const char *currency = recorded->account.currency;
        int64_t amount = promise->amount > 0 ? promise->amount : agreed->open;
        const char *effect = agreed->is_reachable ? EFFECT_IN_WRITING : EFFECT_NOT_TOLD;
        bool is_in_writing = agreed->is_in_writing && is_written_about(exchange, recorded);
        json_t *shaped = json_object();

        shape_put(&shaped, "recorded", json_string("promise"));
        shape_put(&shaped, "invoice", shape_text(promise->invoice));
        shape_put(&shaped, "until", shape_date(promise->until));
        shape_put(&shaped, "currency", json_string(currency));
        shape_put(&shaped, "amount", shape_money(amount, currency));
        shape_put(&shaped, "open", shape_money(agreed->open, currency));
        shape_put(&shaped, "note", shape_given(promise->note));
        return recording_answer(exchange, shaped, fact, is_in_writing ? effect : NULL);
}

int handle_promise(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        Promise promise = { .invoice = exchange_get(exchange, "invoice"),
                .until = DATE_NONE,
                .is_forced = recording_flag(exchange, "force") };
        Recorded recorded;
        int64_t fact;

        int r = load(exchange, promise.invoice, &recorded);
        if (r != 0)
                return MIN(r, 0);
        const Agreed agreed = weigh(exchange, &recorded);
        promise.max_promises = agreed.max_promises;
        if (parse_promise(exchange, &recorded, &agreed, &promise) > 0 ||
                recording_note(exchange, &promise.note) > 0)
                return 0;
        r = store_begin(store);
        if (r == 0)
                r = recording_end(
                        store, store_promise(store, &promise, exchange->now.instant, &fact));
        if (r > 0)
                return refuse_said(exchange, (Said)r, promise.invoice, &agreed);
        return r < 0 ? r : answer_promise(exchange, &recorded, &promise, &agreed, fact);
}

/* The days of the parts, in the arena. 0; 1: refused; -ENOMEM. */
static int parse_days(Exchange *exchange, PlanOrder *order)
{
        const char *parts = exchange_get(exchange, "parts");
        const char *period = exchange_get(exchange, "every");
        Date first = DATE_NONE;
        Every every;

        if (!parts || parse_int(parts, 1, PARTS_MAX, &order->n_parts) < 0)
                return (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "parts '%s' is not a number from 1 to %d", parts ? parts : "",
                               PARTS_MAX),
                       1;
        if (every_parse(period ? period : "1m", &every) < 0)
                return (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "every '%s' is not a period of at most a year: expected one like "
                               "10d, 2w or 1m",
                               period),
                       1;
        if (recording_coming_day(exchange, "first", &first) > 0)
                return 1;
        if (!date_is_set(first) || date_difference(first, exchange->now.local.day) > AHEAD_MAX_DAYS)
                return (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "first must be a day within the next %d: YYYY-MM-DD",
                               AHEAD_MAX_DAYS),
                       1;
        Date *days = arena_alloc_array(&exchange->arena, (size_t)order->n_parts, sizeof(*days));
        if (!days)
                return -ENOMEM;
        for (int i = 0; i < order->n_parts; i++)
                days[i] = every_day(&every, first, i);
        order->days = days;
        return 0;
}

/* 0; 1: refused; -ENOMEM. */
static int parse_plan(
        Exchange *exchange, const Recorded *recorded, const Agreed *agreed, PlanOrder *order)
{
        int r = parse_days(exchange, order);

        if (r != 0)
                return r;
        if (agreed->is_handed_over) /* its parts would be chased as though it were not */
                return (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "the file of %s was handed over: a plan is agreed with whom it was "
                               "handed to, and nothing is sent about it from here",
                               order->invoice),
                       1;
        if (parse_amount(exchange, "fee", recorded->account.currency, 0, &order->fee) > 0 ||
                recording_note(exchange, &order->note) > 0)
                return 1;
        if (!rulebook_find_policy(&exchange->engine->config->book, order->policy))
                return (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "the configuration has no policy '%s', which parts are chased by",
                               order->policy),
                       1;
        if (agreed->open > 0 && agreed->open < order->n_parts)
                return (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "what is open of %s is too little for %d parts", order->invoice,
                               order->n_parts),
                       1;
        return 0;
}

typedef struct Parts {
        const Recorded *before;
        json_t *list;
} Parts;

/* An instalment that was not there before is a part. */
static int add_part(void *owner, const InvoiceReport *row)
{
        Parts *parts = owner;
        const Account *account = &parts->before->account;

        for (size_t i = 0; i < account->n_instalments; i++)
                if (account->instalments[i].invoice == parts->before->invoice &&
                        account->instalments[i].seq == row->seq)
                        return 0;
        json_t *line = json_object();
        shape_put(&line, "instalment", json_integer(row->seq));
        shape_put(&line, "due", shape_date(row->due));
        shape_put(&line, "amount", shape_money(row->amount, row->currency));
        shape_append(&parts->list, line);
        return 0;
}

static int answer_plan(
        Exchange *exchange, const Recorded *recorded, const PlanOrder *order, int64_t fact)
{
        const char *currency = recorded->account.currency;
        const Policy *policy = rulebook_find_policy(&exchange->engine->config->book, order->policy);
        Parts parts = { .before = recorded, .list = json_array() };
        int r = store_list_invoices(
                exchange->engine->store, NULL, order->invoice, add_part, &parts);

        if (r < 0) {
                json_decref(parts.list);
                return r;
        }
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("plan"));
        shape_put(&shaped, "invoice", shape_text(order->invoice));
        shape_put(&shaped, "currency", json_string(currency));
        shape_put(&shaped, "fee", order->fee > 0 ? shape_money(order->fee, currency) : json_null());
        shape_put(&shaped, "parts", parts.list);
        shape_put(&shaped, "note", shape_given(order->note));
        const char *effect = is_reachable(exchange, &recorded->account, policy) ? EFFECT_IN_WRITING
                                                                                : EFFECT_NOT_TOLD;
        bool is_in_writing = policy->n_confirm_routes > 0 && is_written_about(exchange, recorded);
        return recording_answer(exchange, shaped, fact, is_in_writing ? effect : NULL);
}

int handle_plan(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        PlanOrder order = { .invoice = exchange_get(exchange, "invoice"), .policy = PLAN_POLICY };
        Recorded recorded;
        int64_t fact;

        int r = load(exchange, order.invoice, &recorded);
        if (r != 0)
                return MIN(r, 0);
        const Agreed agreed = weigh(exchange, &recorded);
        r = parse_plan(exchange, &recorded, &agreed, &order);
        if (r != 0)
                return MIN(r, 0);
        r = store_begin(store);
        if (r == 0)
                r = recording_end(store, store_plan(store, &order, exchange->now.instant,
                                                 exchange->now.local.day, &fact));
        if (r > 0)
                return refuse_said(exchange, (Said)r, order.invoice, &agreed);
        return r < 0 ? r : answer_plan(exchange, &recorded, &order, fact);
}
