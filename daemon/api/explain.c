/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "why was this invoice (not) chased, and what comes next?". Decides nothing
 * itself: it asks decide() and tells. Never changes anything.
 */

#include "api/explain.h"

#include <errno.h>

#include "api/ahead.h"
#include "api/shapes.h"
#include "core/judge.h"
#include "engine/charges.h"
#include "store/accounts.h"

typedef struct Explaining {
        Exchange *exchange;
        int64_t invoice;
        Account account;
        Decision decision;
        Ahead *ahead;
        json_t *tasks; /* of the invoice, while they are read */
        int (*done)(Exchange *exchange, json_t *explained);
} Explaining;

/* Until when, or from when on, a reason holds; DATE_NONE: its sentence names no day. */
static Date reason_date(const Exchange *exchange, const Account *account,
        const Instalment *instalment, const Judgement *judgement, Reason reason)
{
        if (reason == REASON_HELD)
                return instalment->held_until;
        if (reason == REASON_PROMISED)
                return instalment->promised_until;
        if (reason == REASON_REPLIED)
                return account->paused_until;
        if (reason == REASON_PAYMENTS_STALE)
                return exchange->now.newest_payment;
        if (reason == REASON_LADDER_DONE_REOPENED)
                return instalment->reopened_on;
        if ((reason == REASON_CONTACT_GAP || reason == REASON_CONTACT_TODAY) &&
                reason != judgement->reason)
                return account_contact_day(&exchange->engine->config->book, account,
                        judgement->policy->steps[judgement->next].action);
        if (reason == judgement->reason && date_is_set(judgement->not_before))
                return judgement->not_before;
        return judgement->earliest;
}

static void add_sentence(const Exchange *exchange, const Account *account, size_t i,
        const Judgement *judgement, Reason reason, StrBuf *sentence)
{
        const Instalment *of = &account->instalments[i];
        const Policy *policy = judgement->policy;
        ReasonDetail detail = { .date = reason_date(exchange, account, of, judgement, reason) };

        if (policy && judgement->next >= 0)
                detail.step = policy->steps[judgement->next].id;
        if (policy)
                detail.text = policy->name;
        else
                detail.text = is_empty(of->policy) ? account->policy : of->policy;
        reason_sentence(reason, &detail, exchange->engine->config->creditor.language, sentence);
}

void explain_sentence(const Exchange *exchange, const Account *account, size_t instalment,
        const Judgement *judgement, StrBuf *sentence)
{
        add_sentence(exchange, account, instalment, judgement, judgement->reason, sentence);
}

static json_t *shape_next(const Explaining *e, size_t i)
{
        const Judgement *judgement = &e->decision.judgements[i];

        if (judgement->next < 0 || !judgement->policy || judgement->verdict == VERDICT_NEVER ||
                judgement->verdict == VERDICT_CLOSED)
                return json_null();
        json_t *shaped = json_object();
        shape_put(&shaped, "step", shape_text(judgement->policy->steps[judgement->next].id));
        shape_put(&shaped, "earliest", shape_date(judgement->earliest));
        shape_put(&shaped, "at", shape_instant(e->exchange->engine->zone, ahead_at(e->ahead, i)));
        return shaped;
}

/* asked: with the next step and its day, also where the deciding rule leaves them open. */
static void add_also(const Explaining *e, size_t i, const Judgement *asked, const Reason *reasons,
        size_t n, json_t **also)
{
        for (size_t k = 0; k < n; k++) {
                bool is_told = reasons[k] == e->decision.judgements[i].reason;
                for (size_t before = 0; before < k; before++)
                        is_told = is_told || reasons[before] == reasons[k];
                if (is_told)
                        continue;
                StrBuf sentence = STRBUF_INIT;
                add_sentence(e->exchange, &e->account, i, asked, reasons[k], &sentence);
                json_t *shaped = json_object();
                shape_put(&shaped, "reason", json_string(reason_code(reasons[k])));
                shape_put(&shaped, "sentence", shape_text(strbuf_text(&sentence)));
                shape_append(also, shaped);
                strbuf_release(&sentence);
        }
}

/* Every other hold and guard that applies, too: of the instalment, then of its account. */
static json_t *shape_also(const Explaining *e, size_t i)
{
        const Rulebook *book = &e->exchange->engine->config->book;
        const Judgement *judgement = &e->decision.judgements[i];
        Reason reasons[REASON_MAX + ACCOUNT_REASONS_MAX];
        Judgement asked = *judgement, last;
        json_t *also = json_array();
        Now now = e->exchange->now;

        now.guards |= ahead_guards(e->ahead);
        size_t n =
                judge_reasons(book, &e->account, &e->account.instalments[i], &now, reasons, &last);
        if (judgement->verdict != VERDICT_NEVER && judgement->verdict != VERDICT_CLOSED)
                n += account_reasons(book, &e->account, &now, judgement, reasons + n);
        if (asked.next < 0) {
                asked.next = last.next;
                asked.earliest = last.earliest;
        }
        add_also(e, i, &asked, reasons, n, &also);
        return also;
}

/* What only a person can do about it, with what to type; and about another invoice's text or
 * document, which keeps back every notice of the account (R23). */
static json_t *shape_tasks(const Explaining *e, const char *number, int seq)
{
        json_t *tasks = json_array(), *task;
        size_t i;

        json_array_foreach(e->tasks, i, task)
        {
                const json_t *of = json_object_get(task, "instalment");
                const char *invoice = json_string_value(json_object_get(task, "invoice"));
                bool is_of_another = invoice && !streq(invoice, number);
                if (is_of_another || json_is_null(of) || json_integer_value(of) == seq)
                        shape_append(&tasks, json_incref(task));
        }
        return tasks;
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

static json_t *shape_judgement(const Explaining *e, size_t i)
{
        const Instalment *instalment = &e->account.instalments[i];
        const Judgement *judgement = &e->decision.judgements[i];
        StrBuf sentence = STRBUF_INIT;

        explain_sentence(e->exchange, &e->account, i, judgement, &sentence);
        json_t *shaped = json_object();
        shape_put(&shaped, "invoice", shape_text(instalment->number));
        shape_put(&shaped, "instalment", json_integer(instalment->seq));
        shape_put(&shaped, "open", shape_money(instalment->open, e->account.currency));
        shape_put(&shaped, "days_late", shape_days_late(e->exchange, instalment));
        shape_put(
                &shaped, "policy", shape_text(judgement->policy ? judgement->policy->name : NULL));
        shape_put(&shaped, "done", shape_done(e->exchange, instalment));
        shape_put(&shaped, "next", shape_next(e, i));
        shape_put(&shaped, "charges", json_null());
        shape_put(&shaped, "reason", json_string(reason_code(judgement->reason)));
        shape_put(&shaped, "sentence", shape_text(strbuf_text(&sentence)));
        shape_put(&shaped, "also", shape_also(e, i));
        shape_put(&shaped, "tasks", shape_tasks(e, instalment->number, instalment->seq));
        strbuf_release(&sentence);
        return shaped;
}

static int add_task(void *owner, const TaskReport *row)
{
        Explaining *e = owner;

        shape_append(&e->tasks, shape_task(e->exchange->engine->zone, row));
        return e->tasks ? 0 : -ENOMEM;
}

static int shape_all(Explaining *e, json_t **ret_array)
{
        json_t *array = json_array();

        e->tasks = json_array();
        int r = store_list_invoice_tasks(
                e->exchange->engine->store, e->account.id, e->invoice, add_task, e);
        for (size_t i = 0; r == 0 && i < e->account.n_instalments; i++)
                if (e->account.instalments[i].invoice == e->invoice)
                        shape_append(&array, shape_judgement(e, i));
        if (r == 0 && json_array_size(array) > 0)
                r = add_charges(e->exchange, &e->account, e->invoice, json_array_get(array, 0));
        if (r == 0 && !array)
                r = -ENOMEM;
        if (r < 0)
                json_decref(array);
        else
                *ret_array = array;
        return r;
}

static int resume_explaining(Exchange *exchange)
{
        Explaining *e = exchange->work;
        json_t *explained;
        int r = ahead_step(e->ahead);

        exchange->is_busy = r > 0;
        exchange->resume = r > 0 ? resume_explaining : NULL;
        if (r != 0)
                return MIN(r, 0);
        r = shape_all(e, &explained);
        return r < 0 ? r : e->done(exchange, explained);
}

static void explaining_free(void *owner)
{
        Explaining *e = owner;

        ahead_free(e->ahead);
        json_decref(e->tasks);
        free(e);
}

int explain_invoice(
        Exchange *exchange, const char *number, int (*done)(Exchange *exchange, json_t *explained))
{
        int64_t account, invoice;
        int r = store_find_invoice(exchange->engine->store, number, &account, &invoice);

        if (r < 0)
                return r;
        Explaining *e = calloc(1, sizeof(*e));
        if (!e)
                return -ENOMEM;
        e->exchange = exchange;
        e->invoice = invoice;
        e->done = done;
        exchange->work = e;
        exchange->free_work = explaining_free;
        const Question question = { .account = account, .now = &exchange->now };
        r = engine_decide(exchange->engine, &question, &exchange->arena, &e->account, &e->decision);
        if (r == 0)
                r = ahead_new(exchange->engine, &e->account, &e->decision, invoice, &e->ahead);
        return r < 0 ? r : resume_explaining(exchange);
}

static int reply_explained(Exchange *exchange, json_t *explained)
{
        json_t *line;
        size_t i;

        json_array_foreach(explained, i, line) reply_add(&exchange->reply, json_incref(line));
        json_decref(explained);
        return 0;
}

int handle_explain(Exchange *exchange)
{
        const char *number = exchange_get(exchange, "invoice");
        int r = explain_invoice(exchange, number, reply_explained);

        return r == -ENOENT ? exchange_no_invoice(exchange, number) : r;
}
