/* SPDX-License-Identifier: MIT */
/*
 * Owns what a person says of a ladder and of a customer: skip, policy, waive, opt-out, reply. Each
 * is one transaction, and a fact for each instalment that it is about. Never sends anything.
 */

#include <errno.h>

#include "api/forced.h"
#include "api/recording.h"
#include "api/shapes.h"
#include "base/parse.h"
#include "store/accounts.h"
#include "store/outbox.h"

#define POLICY_AUTO "auto"

/* The open instalments of an invoice whose next step is that one are marked, in one transaction. */
typedef struct Skip {
        Exchange *exchange;
        Recorded recorded;
        const char *step, *note;
        size_t n; /* marked so far */
} Skip;

static const Step *next_step(const Skip *skip, size_t i)
{
        const Instalment *instalment = &skip->recorded.account.instalments[i];

        if (instalment->invoice != skip->recorded.invoice || instalment->open <= 0)
                return NULL;
        return recording_next_step(skip->exchange, &skip->recorded.account, instalment);
}

static int answer_skip(Skip *skip, const Instalment *instalment, int64_t fact)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "recorded", json_string("skip"));
        shape_put(&shaped, "invoice", shape_text(instalment->number));
        shape_put(&shaped, "instalment", json_integer(instalment->seq));
        shape_put(&shaped, "step", shape_text(skip->step));
        shape_put(&shaped, "note", shape_given(skip->note));
        return recording_answer(skip->exchange, shaped, fact, NULL);
}

static int skip_one(Skip *skip, size_t i)
{
        const Exchange *exchange = skip->exchange;
        const Instalment *instalment = &skip->recorded.account.instalments[i];
        const Step *step = next_step(skip, i);
        int64_t fact;

        if (!step || !streq(step->id, skip->step))
                return 0;
        const StepMark mark = {
                .account = skip->recorded.account.id,
                .invoice = instalment->invoice,
                .seq = instalment->seq,
                .step = step->id,
                .action = step->action,
                .note = skip->note,
        };
        int r = store_skip(exchange->engine->store, &mark, exchange->now.instant,
                exchange->now.local.day, &fact);
        if (r != 0)
                return r;
        skip->n++;
        return answer_skip(skip, instalment, fact);
}

static int skip_all(Skip *skip)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < skip->recorded.account.n_instalments; i++)
                r = skip_one(skip, i);
        return r == 0 && skip->n == 0 ? SAID_NOT_NEXT : r;
}

/* Always 0. */
static int refuse_skip(Skip *skip)
{
        const char *number = exchange_get(skip->exchange, "invoice");
        const Account *account = &skip->recorded.account;
        const Policy *policy = NULL;
        const Step *next = NULL;

        for (size_t i = 0; !next && i < account->n_instalments; i++) {
                next = next_step(skip, i);
                if (next)
                        policy = rulebook_policy_of(&skip->exchange->engine->config->book, account,
                                &account->instalments[i]);
        }
        if (forced_check_step(skip->exchange, skip->step, policy) > 0)
                return 0;
        if (next)
                return reply_refuse(&skip->exchange->reply, REPLY_REFUSED,
                        "the next step of %s is '%s', not '%s': only the next one can be skipped",
                        number, next->id, skip->step);
        return reply_refuse(&skip->exchange->reply, REPLY_REFUSED,
                "%s has no next step: there is nothing to skip", number);
}

int handle_skip(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        Skip skip = { .exchange = exchange, .step = exchange_get(exchange, "step") };
        int r = recording_load(exchange, exchange_get(exchange, "invoice"), &skip.recorded);

        if (r != 0)
                return MIN(r, 0);
        if (recording_note(exchange, &skip.note) > 0)
                return 0;
        if (is_empty(skip.step) || is_empty(skip.note))
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "a step to skip and a note that says why are needed");
        r = store_begin(store);
        if (r == 0)
                r = recording_end(store, skip_all(&skip));
        return r > 0 ? refuse_skip(&skip) : r;
}

/* 0, or 1: there is no policy of that name. */
static int check_policy(Exchange *exchange, const char *name)
{
        const Rulebook *book = &exchange->engine->config->book;
        const char **names = arena_alloc_array(&exchange->arena, book->n_policies, sizeof(*names));

        if (is_empty(name) || rulebook_find_policy(book, name))
                return 0;
        for (size_t i = 0; names && i < book->n_policies; i++)
                names[i] = book->policies[i].name;
        const char *nearest = names ? nearest_name(name, names, book->n_policies) : NULL;
        (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND, "there is no policy '%s'%s%s%s", name,
                nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
        return 1;
}

int handle_policy(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *invoice = exchange_get(exchange, "invoice");
        const char *policy = exchange_get(exchange, "policy");
        int64_t fact;

        if (!policy)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "the policy is missing: expected its name, or auto");
        if (streq(policy, POLICY_AUTO))
                policy = "";
        if (check_policy(exchange, policy) > 0)
                return 0;
        int r = store_begin(store);
        if (r == 0)
                r = recording_end(store,
                        store_assign_policy(store, invoice, policy, exchange->now.instant, &fact));
        if (r == -ENOENT)
                return recording_no_target(exchange, &(Target){ .invoice = invoice });
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("policy"));
        shape_put(&shaped, "invoice", shape_text(invoice));
        shape_put(&shaped, "policy", shape_given(policy));
        return recording_answer(exchange, shaped, fact,
                *policy ? EFFECT_NEXT_WAKE
                        : "Its customer's policy, or what the rules say, applies " WAKE ".");
}

int handle_waive(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *invoice = exchange_get(exchange, "invoice"), *note;
        int64_t fact;

        if (recording_note(exchange, &note) > 0)
                return 0;
        int r = store_begin(store);
        if (r == 0)
                r = recording_end(store,
                        store_waive_charges(store, invoice, note, exchange->now.instant, &fact));
        if (r == -ENOENT)
                return recording_no_target(exchange, &(Target){ .invoice = invoice });
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("waive"));
        shape_put(&shaped, "invoice", shape_text(invoice));
        shape_put(&shaped, "note", shape_given(note));
        return recording_answer(exchange, shaped, fact, NULL);
}

int handle_opt_out(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *customer = exchange_get(exchange, "customer");
        const char *channel = exchange_get(exchange, "channel");
        int64_t fact;

        if (!channel)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "the channel is missing");
        if (exchange_find_channel(exchange, channel) < 0)
                return 0;
        int r = store_begin(store);
        if (r == 0)
                r = recording_end(store,
                        store_opt_out(store, customer, channel, exchange->now.instant, &fact));
        if (r == -ENOENT)
                return exchange_no_customer(exchange, customer);
        if (r > 0)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "customer %s has opted out of %s already", customer, channel);
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("opt-out"));
        shape_put(&shaped, "customer", shape_text(customer));
        shape_put(&shaped, "channel", shape_text(channel));
        return recording_answer(exchange, shaped, fact, NULL);
}

/* Somebody has to read it: a task for the first account of the customer, which ends with the fact
 * where that is taken back. */
static int open_reply_task(Exchange *exchange, const char *customer, const char *note, int64_t fact)
{
        Store *store = exchange->engine->store;
        StrBuf sentence = STRBUF_INIT;
        int64_t *accounts;
        size_t n;
        int r = store_find_accounts(store, customer, &exchange->arena, &accounts, &n);

        if (r < 0 || n == 0)
                return r;
        bool is_french = streq(exchange->engine->config->creditor.language, "fr");
        strbuf_addf(&sentence, is_french ? "%s a répondu%s%s" : "%s has answered%s%s", customer,
                *note ? (is_french ? " : " : ": ") : ".", note);
        r = strbuf_error(&sentence);
        const Task task = { .kind = TASK_REPLY,
                .sentence = strbuf_text(&sentence),
                .commands = "relancectl done {task}",
                .account = accounts[0],
                .notice = fact };
        if (r == 0)
                r = store_open_task(store, &task, exchange->now.instant, NULL);
        strbuf_release(&sentence);
        return r;
}

int handle_reply(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *customer = exchange_get(exchange, "customer");
        const char *channel = exchange_get(exchange, "channel"), *note;
        Date day = exchange->now.local.day;
        int64_t fact;

        if (recording_past_day(exchange, "date", &day) > 0 || recording_note(exchange, &note) > 0)
                return 0;
        if (channel && exchange_find_channel(exchange, channel) < 0)
                return 0;
        Date free_from = date_add(day, exchange->engine->config->book.limits.reply_pause_days);
        int r = store_begin(store);
        if (r < 0)
                return r;
        bool is_now = date_compare(day, exchange->now.local.day) == 0;
        const Answered answered = {
                .customer = customer,
                .note = note,
                .channel = channel && is_now ? channel : "",
                .paused_until = date_add(free_from, -1),
        };
        r = store_reply(store, &answered, exchange->now.instant, &fact);
        if (r == 0)
                r = open_reply_task(exchange, customer, note, fact);
        r = recording_end(store, r);
        if (r == -ENOENT)
                return exchange_no_customer(exchange, customer);
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("reply"));
        shape_put(&shaped, "customer", shape_text(customer));
        shape_put(&shaped, "date", shape_date(day));
        shape_put(&shaped, "free_from", shape_date(free_from));
        shape_put(&shaped, "note", shape_given(note));
        return recording_answer(exchange, shaped, fact, NULL);
}
