/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "why was this invoice (not) chased, and what comes next?". Decides nothing
 * itself: it asks decide() and tells. Never changes anything.
 */

#include "api/explain.h"

#include <errno.h>

#include "api/shapes.h"
#include "engine/charges.h"
#include "engine/moment.h"
#include "store/accounts.h"

void explain_sentence(const Exchange *exchange, const Account *account, size_t instalment,
        const Judgement *judgement, StrBuf *sentence)
{
        const Instalment *of = &account->instalments[instalment];
        const Policy *policy = judgement->policy;
        ReasonDetail detail = { .date = judgement->not_before };

        if (policy && judgement->next >= 0)
                detail.step = policy->steps[judgement->next].id;
        if (judgement->reason == REASON_HELD)
                detail.date = of->held_until;
        else if (!date_is_set(detail.date))
                detail.date = judgement->earliest;
        if (policy)
                detail.text = policy->name;
        else
                detail.text = is_empty(of->policy) ? account->policy : of->policy;
        reason_sentence(
                judgement->reason, &detail, exchange->engine->config->creditor.language, sentence);
}

static int usable_channel(const Rulebook *book, const Route *route, const Account *account)
{
        for (unsigned i = 0; i < route->n_channels; i++)
                if (channel_is_usable(book, route->channels[i], account))
                        return route->channels[i];
        return -1;
}

/* Whether it is only a matter of time: not for what waits for a sum to change (R10). */
static bool has_a_day(const Judgement *judgement)
{
        if (!date_is_set(judgement->not_before) || judgement->reason == REASON_COVERED ||
                judgement->reason == REASON_MIN_TOTAL)
                return false;
        return judgement->verdict == VERDICT_WAIT || judgement->verdict == VERDICT_DUE ||
               judgement->verdict == VERDICT_HELD;
}

Instant explain_next_opening(
        const Exchange *exchange, const Account *account, const Judgement *judgement)
{
        const Engine *engine = exchange->engine;
        const Rulebook *book = &engine->config->book;
        const Step *step = &judgement->policy->steps[judgement->next];
        Instant from = exchange->now.instant, first = INSTANT_NONE;

        if (!has_a_day(judgement))
                return INSTANT_NONE;
        if (date_compare(judgement->not_before, exchange->now.local.day) > 0)
                from = zone_instant(engine->zone, judgement->not_before, 0);
        for (unsigned i = 0; i < step->n_routes; i++) {
                int channel = usable_channel(book, &step->routes[i], account);
                if (channel < 0)
                        continue;
                Instant at;
                if (channel_next_opening(engine, (unsigned)channel, account, from, &at) &&
                        (!instant_is_set(first) || at.usec < first.usec))
                        first = at;
        }
        return first;
}

static json_t *shape_next(
        const Exchange *exchange, const Account *account, const Judgement *judgement)
{
        if (judgement->next < 0 || !judgement->policy || judgement->verdict == VERDICT_NEVER ||
                judgement->verdict == VERDICT_CLOSED)
                return json_null();
        json_t *shaped = json_object();
        shape_put(&shaped, "step", shape_text(judgement->policy->steps[judgement->next].id));
        shape_put(&shaped, "earliest", shape_date(judgement->earliest));
        shape_put(&shaped, "at",
                shape_instant(exchange->engine->zone,
                        explain_next_opening(exchange, account, judgement)));
        return shaped;
}

static json_t *shape_done(const Exchange *exchange, const Instalment *instalment)
{
        json_t *list = json_array();

        for (size_t i = 0; i < instalment->n_done; i++) {
                const Done *done = &instalment->done[i];
                json_t *shaped = json_object();
                shape_put(&shaped, "step", shape_text(done->step));
                shape_put(&shaped, "at", shape_instant(exchange->engine->zone, done->at));
                shape_append(&list, shaped);
        }
        return list;
}

static json_t *shape_days_late(const Exchange *exchange, const Instalment *instalment)
{
        if (!date_is_set(instalment->due))
                return json_null();
        int days = date_difference(exchange->now.local.day, instalment->due);
        return json_integer(instalment->open > 0 ? MAX(days, 0) : 0);
}

/* R24: of the invoice, as of today: on its first instalment alone. */
static int add_charges(Exchange *exchange, const Account *account, int64_t invoice, json_t *first)
{
        const Engine *engine = exchange->engine;
        const char *error = "The amounts are too large for their charges to be told.";
        MissingRate missing;
        Charges charges;
        const ChargesAsked asked = { account, invoice, exchange->now.local.day };
        int r = engine_charges(engine, &asked, &exchange->arena, &charges, &missing);

        if (r == 0) {
                json_t *shaped = json_object();
                shape_put(&shaped, "interest", shape_money(charges.interest, account->currency));
                shape_put(&shaped, "fixed", shape_money(charges.fixed, account->currency));
                return json_object_set_new(first, "charges", shaped) < 0 ? -ENOMEM : 0;
        }
        if (r == CHARGES_NO_RATE)
                error = missing_rate_sentence(engine->config, &missing, &exchange->arena);
        else if (r != -EOVERFLOW)
                return r;
        return json_object_set_new(first, "charges_error", shape_text(error)) < 0 ? -ENOMEM : 0;
}

static json_t *shape_judgement(
        const Exchange *exchange, const Account *account, size_t i, const Judgement *judgement)
{
        const Instalment *instalment = &account->instalments[i];
        StrBuf sentence = STRBUF_INIT;

        explain_sentence(exchange, account, i, judgement, &sentence);
        json_t *shaped = json_object();
        shape_put(&shaped, "invoice", shape_text(instalment->number));
        shape_put(&shaped, "instalment", json_integer(instalment->seq));
        shape_put(&shaped, "open", shape_money(instalment->open, account->currency));
        shape_put(&shaped, "days_late", shape_days_late(exchange, instalment));
        shape_put(
                &shaped, "policy", shape_text(judgement->policy ? judgement->policy->name : NULL));
        shape_put(&shaped, "done", shape_done(exchange, instalment));
        shape_put(&shaped, "next", shape_next(exchange, account, judgement));
        shape_put(&shaped, "charges", json_null());
        shape_put(&shaped, "charges_error", json_null());
        shape_put(&shaped, "reason", json_string(reason_code(judgement->reason)));
        shape_put(&shaped, "sentence", shape_text(strbuf_text(&sentence)));
        strbuf_release(&sentence);
        return shaped;
}

int explain_invoice(Exchange *exchange, const char *number, json_t **ret_array)
{
        int64_t account_id, invoice;
        Account account;
        Decision decision;
        int r;

        r = store_find_invoice(exchange->engine->store, number, &account_id, &invoice);
        if (r < 0)
                return r;
        const Question question = { .account = account_id, .now = &exchange->now };
        r = engine_decide(exchange->engine, &question, &exchange->arena, &account, &decision);
        if (r < 0)
                return r;
        json_t *array = json_array();
        for (size_t i = 0; i < account.n_instalments; i++) {
                if (account.instalments[i].invoice != invoice)
                        continue;
                json_t *shaped = shape_judgement(exchange, &account, i, &decision.judgements[i]);
                shape_append(&array, shaped);
        }
        if (json_array_size(array) > 0)
                r = add_charges(exchange, &account, invoice, json_array_get(array, 0));
        if (r < 0)
                json_decref(array);
        else
                *ret_array = array;
        return !array ? -ENOMEM : r;
}

int handle_explain(Exchange *exchange)
{
        const char *number = exchange_get(exchange, "invoice");
        json_t *array = NULL, *line;
        size_t i;

        int r = explain_invoice(exchange, number, &array);
        if (r == -ENOENT)
                return exchange_no_invoice(exchange, number);
        if (r < 0)
                return r;
        json_array_foreach(array, i, line) reply_add(&exchange->reply, json_incref(line));
        json_decref(array);
        return 0;
}
