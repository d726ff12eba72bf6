/* SPDX-License-Identifier: MIT */
/* Owns the bundle that the rest of the engine works on, and the questions about one account that
 * write nothing. Fails as the store does; a template's fault is told in words. */

#include "engine/engine.h"

#include <assert.h>
#include <errno.h>
#include <systemd/sd-event.h>

#include "engine/changes.h"
#include "engine/dispatch.h"
#include "engine/dossiers.h"
#include "engine/draft.h"
#include "engine/moment.h"
#include "engine/service.h"
#include "engine/settle.h"

int engine_new(
        const Config *config, Store *store, Composer *composer, Clock clock, Engine **ret_engine)
{
        _cleanup_(engine_freep) Engine *engine = malloc(sizeof(*engine));

        if (!engine)
                return -ENOMEM;
        *engine = (Engine){
                .config = config,
                .store = store,
                .clock = clock,
                .composer = composer,
                .zone = zone_find(config->creditor.timezone),
        };
        if (!engine->zone)
                return -EINVAL;
        int r = sd_event_new(&engine->event);
        if (r == 0)
                r = changes_new(&engine->changes);
        if (r < 0)
                return r;
        *ret_engine = TAKE_PTR(engine);
        return 0;
}

void engine_free(Engine *engine)
{
        if (!engine)
                return;
        dispatch_free(engine->dispatch);
        dossiers_free(engine->dossiers);
        changes_free(engine->changes);
        free(engine->problem);
        sd_event_unref(engine->event);
        free(engine);
}

int engine_set_config(Engine *engine, const Config *config, Composer *composer)
{
        const Zone *zone = zone_find(config->creditor.timezone);

        assert(!engine->dispatch);
        if (!zone)
                return -EINVAL;
        engine->config = config;
        engine->composer = composer;
        engine->zone = zone;
        return 0;
}

Now engine_now(const Engine *engine)
{
        Now now = { .instant = clock_now(&engine->clock) };

        now.local = zone_local(engine->zone, now.instant);
        if (store_get_guards(engine->store, &now.guards) < 0)
                now.guards = GUARD_BIT(GUARDS) - 1;
        if (store_get_newest_payment(engine->store, &now.newest_payment) < 0)
                now.newest_payment = DATE_NONE;
        return now;
}

void engine_expect_wake(Engine *engine)
{
        if (engine->service)
                engine->service->expect_wake(engine->service->owner);
}

int engine_decide(Engine *engine, const Question *question, Arena *arena, Account *ret_account,
        Decision *ret_decision)
{
        int r = store_load_account(
                engine->store, question->account, question->except_contact, arena, ret_account);

        if (r == 0)
                r = account_complete(engine, question->now, ret_account);
        if (r < 0)
                return r;
        return decide(&engine->config->book, ret_account, question->now, question->forced, arena,
                ret_decision);
}

int engine_compose(Engine *engine, const Account *account, const Planned *planned, const Now *now,
        Arena *arena, Composed *ret_composed)
{
        const DraftSource source = {
                .engine = engine,
                .account = account,
                .planned = planned,
                .now = now,
                .is_preview = true,
                .arena = arena,
        };
        DraftProblem problem;
        Draft draft;

        int r = draft_make(&source, &draft, &problem);
        if (r < 0) {
                ret_composed->problem = problem.sentence;
                return r;
        }
        *ret_composed = (Composed){
                .contact = draft.contact,
                .notices = draft.notices,
                .n = draft.n_notices,
        };
        return 0;
}

int engine_queue(Engine *engine, const Account *account, const Planned *planned, const Now *now,
        int64_t *ret_contact, const char **ret_problem)
{
        Arena arena = ARENA_INIT;
        const DraftSource source = {
                .engine = engine,
                .account = account,
                .planned = planned,
                .now = now,
                .is_forced = true,
                .arena = &arena,
        };
        DraftProblem problem;
        Draft draft;

        int r = draft_make(&source, &draft, &problem);
        free(engine->problem);
        engine->problem = problem.sentence ? strdup(problem.sentence) : NULL;
        *ret_problem = engine->problem;
        if (r == 0)
                r = draft_queue(&source, &draft);
        if (r == 0)
                *ret_contact = draft.contact.id;
        arena_release(&arena);
        return r;
}

int engine_settle(Engine *engine, int64_t notice, bool is_sent, const Now *now)
{
        Journal journal = { 0 };

        int r = store_begin(engine->store);
        if (r < 0)
                return r;
        r = settle_by_person(engine, notice, is_sent, now, &journal);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        else
                journal_write(&journal, engine);
        journal_release(&journal);
        return r;
}
