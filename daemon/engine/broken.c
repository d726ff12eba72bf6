/* SPDX-License-Identifier: MIT */
/* Owns what follows from a broken word: a fact, a record of the log, the task to open. Decides
 * nothing: core says what is broken. Fails as the store does. */

#include "engine/broken.h"

#include <errno.h>

#include "engine/duties.h"
#include "store/persons.h"
#include "sys/log.h"
#include "sys/message-ids.h"

static const Instalment *instalment_of(const Broken *broken, size_t i)
{
        return &broken->account->instalments[i];
}

static int make_room(Broken *broken)
{
        size_t n = broken->account->n_instalments;

        if (broken->promises)
                return 0;
        broken->promises = arena_alloc_array(broken->arena, n, sizeof(size_t));
        broken->plans = arena_alloc_array(broken->arena, n, sizeof(size_t));
        return broken->promises && broken->plans ? 0 : -ENOMEM;
}

/* A promise stays broken, and is recorded once; its task comes again with it, where the promise
 * that had ended the task is taken back. */
static int find_promise(Broken *broken, size_t i)
{
        const Instalment *instalment = instalment_of(broken, i);
        bool is_told, is_back = false;

        if (!date_is_set(instalment->promised_until) ||
                !promise_is_broken(&broken->engine->config->book, broken->account, instalment,
                        broken->now->local.day))
                return 0;
        int r = store_is_promise_told(broken->engine->store, broken->account->id,
                instalment->invoice, instalment->seq, &is_told);
        if (r == 0 && is_told)
                r = store_is_promise_back(broken->engine->store, broken->account->id,
                        instalment->invoice, instalment->seq, &is_back);
        if (r < 0 || (is_told && !is_back))
                return r;
        r = make_room(broken);
        if (r == 0)
                broken->promises[broken->n_promises++] = i;
        return r;
}

/* Whether the instalment is the first of its plan in the account: one answer for all parts. */
static bool leads_plan(const Broken *broken, size_t i)
{
        int64_t plan = instalment_of(broken, i)->plan;

        if (plan == 0 || instalment_of(broken, i)->is_plan_broken)
                return false;
        for (size_t k = 0; k < i; k++)
                if (instalment_of(broken, k)->plan == plan)
                        return false;
        return true;
}

static int find_plan(Broken *broken, size_t i)
{
        if (!leads_plan(broken, i) ||
                !plan_is_broken(&broken->engine->config->book, broken->account,
                        instalment_of(broken, i)->plan, broken->now->local.day))
                return 0;
        int r = make_room(broken);
        if (r == 0)
                broken->plans[broken->n_plans++] = i;
        return r;
}

int broken_find(Broken *broken)
{
        int r = 0;

        for (size_t i = 0; broken->now->guards == 0 && i < broken->account->n_instalments; i++) {
                r = find_promise(broken, i);
                if (r == 0)
                        r = find_plan(broken, i);
                if (r < 0)
                        break;
        }
        return r;
}

static void note(const Broken *broken, const char *message_id, size_t i, const char *text)
{
        journal_other(broken->journal, &(JournalEntry){ .priority = LOG_NOTICE,
                                               .message_id = message_id,
                                               .customer = broken->account->code,
                                               .invoice = instalment_of(broken, i)->number,
                                               .text = text });
}

/* One promise may be about several instalments of its invoice: it is told once. */
static bool is_first_of_promise(const Broken *broken, size_t n)
{
        for (size_t k = 0; k < n; k++)
                if (instalment_of(broken, broken->promises[k])->promise ==
                        instalment_of(broken, broken->promises[n])->promise)
                        return false;
        return true;
}

static int record_promise(Broken *broken, size_t n)
{
        size_t i = broken->promises[n];
        const Instalment *instalment = instalment_of(broken, i);
        const Duty duty = { broken->engine, broken->account, i, broken->arena };

        int r = store_break_promise(broken->engine->store, broken->account->id, instalment->invoice,
                instalment->seq, broken->now->instant);
        if (r < 0 || !is_first_of_promise(broken, n))
                return r;
        note(broken, MESSAGE_PROMISE_BROKEN, i, "a promise of payment was not kept");
        return duty_of_promise(
                &duty, instalment->promised_until, &broken->tasks[broken->n_tasks++]);
}

/* The part that is late for longest. */
static size_t find_late_part(const Broken *broken, size_t first)
{
        size_t late = first;

        for (size_t i = first; i < broken->account->n_instalments; i++) {
                const Instalment *part = instalment_of(broken, i);
                const Instalment *before = instalment_of(broken, late);
                if (part->plan == instalment_of(broken, first)->plan && part->open > 0 &&
                        (before->open <= 0 || date_compare(part->due, before->due) < 0))
                        late = i;
        }
        return late;
}

static int record_plan(Broken *broken, size_t first)
{
        size_t late = find_late_part(broken, first);
        const Duty duty = { broken->engine, broken->account, late, broken->arena };

        int r = store_break_plan(broken->engine->store, broken->account->id,
                instalment_of(broken, first)->plan, broken->now->local.day, broken->now->instant);
        if (r < 0)
                return r;
        note(broken, MESSAGE_PLAN_BROKEN, late, "a plan of payments was not kept");
        return duty_of_plan(
                &duty, instalment_of(broken, late)->due, &broken->tasks[broken->n_tasks++]);
}

int broken_record(Broken *broken)
{
        int r = 0;

        broken->tasks = arena_alloc_array(
                broken->arena, broken->n_promises + broken->n_plans, sizeof(Task));
        if (!broken->tasks)
                return -ENOMEM;
        for (size_t n = 0; r == 0 && n < broken->n_promises; n++)
                r = record_promise(broken, n);
        for (size_t n = 0; r == 0 && n < broken->n_plans; n++)
                r = record_plan(broken, broken->plans[n]);
        return r;
}
