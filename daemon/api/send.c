/* SPDX-License-Identifier: MIT */
/*
 * Owns sending by a person's will: queues one notice, lets it go and answers when it has left or
 * failed. Never sends outside R5 and R9, which hold here as everywhere. While it waits, the loop
 * goes on.
 */

#include <errno.h>

#include "api/forced.h"
#include "api/shapes.h"
#include "engine/service.h"
#include "store/outbox.h"

typedef struct Progress {
        Exchange *exchange;
        json_t *lines;
        bool has_active; /* a notice of the contact is still on its way */
} Progress;

static int add_progress(void *owner, const LogRow *row)
{
        Progress *progress = owner;

        if (row->contact != progress->exchange->contact)
                return 0;
        if (row->state == NOTICE_PENDING || row->state == NOTICE_HANDED ||
                row->state == NOTICE_BEGUN)
                progress->has_active = true;
        shape_append(&progress->lines, shape_log(progress->exchange->engine->zone, row));
        return 0;
}

/* While another configuration is taken over, messages only wait for that. */
static bool is_at_rest(const Engine *engine)
{
        return engine_is_idle(engine) && !(engine->service && engine->service->is_reloading);
}

/* Answers once no notice of the contact can get any further by itself. */
static int resume_send(Exchange *exchange)
{
        const LogFilter filter = { .since = INSTANT_NONE,
                .until = INSTANT_NONE,
                .state = -1,
                .invoice = exchange_get(exchange, "invoice") };
        Progress progress = { .exchange = exchange, .lines = json_array() };
        json_t *line;
        size_t i;

        int r = store_list_log(exchange->engine->store, &filter, add_progress, &progress);
        if (r == 0 && (!progress.has_active || is_at_rest(exchange->engine))) {
                json_array_foreach(progress.lines, i, line)
                        reply_add(&exchange->reply, json_incref(line));
                exchange->resume = NULL;
        }
        json_decref(progress.lines);
        return r;
}

int exchange_claim(Exchange *exchange)
{
        Engine *engine = exchange->engine;
        StoreMode wanted = clock_is_simulated(&engine->clock) ? STORE_SIMULATED : STORE_REAL;
        StoreMode mode;
        int r;

        r = store_get_mode(engine->store, &mode);
        if (r < 0 || mode == wanted)
                return r;
        if (mode == STORE_SIMULATED)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "the store is simulated and never sends without --at TIME"),
                       1;
        if (mode == STORE_REAL)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "the store has really sent: --at is only for simulated ones"),
                       1;
        r = store_begin(engine->store);
        if (r == 0)
                r = store_set_mode(engine->store, wanted);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        return r;
}

/* 0, or 1: refused. The same command given twice is not meant twice (R3); who names the step means
 * it. */
static int check_repeated(Exchange *exchange, const ForcedPlan *plan)
{
        const Instalment *instalment = &plan->account.instalments[plan->instalment];

        if (exchange_get(exchange, "step") || instalment->n_done == 0 ||
                date_compare(instalment->done[instalment->n_done - 1].on, exchange->now.local.day) <
                        0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                "step '%s' of %s was done today already: with --step another can be sent all the "
                "same",
                instalment->done[instalment->n_done - 1].step, instalment->number);
        return 1;
}

int exchange_dispatch(Exchange *exchange)
{
        Engine *engine = exchange->engine;
        int r = engine->dispatch ? 0 : engine_start_dispatch(engine);

        return r < 0 ? r : engine_dispatch(engine);
}

int handle_send(Exchange *exchange)
{
        const char *problem = NULL;
        ForcedPlan plan;
        int r;

        r = forced_plan(exchange, false, &plan);
        if (r != 0)
                return MIN(r, 0);
        if (check_repeated(exchange, &plan) > 0)
                return 0;
        r = exchange_claim(exchange);
        if (r != 0)
                return MIN(r, 0);
        r = engine_queue(exchange->engine, &plan.account, plan.planned, &exchange->now,
                &exchange->contact, &problem);
        if (r > 0)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "this step is already in the outbox: see relancectl notices");
        if (r < 0)
                return MIN(0, forced_no_text(exchange, problem, r));
        r = exchange_dispatch(exchange);
        if (r < 0)
                return r;
        exchange->resume = resume_send;
        return resume_send(exchange);
}
