/* SPDX-License-Identifier: MIT */
/*
 * Owns what does not wait for a wake: a reconnect, and the task to tell an agency. Decides as the
 * wake does, and takes of each decision nothing but the reconnect. What cannot be decided or
 * composed is left to the wake, which tells it as a task (R23); only the store's own failure is
 * returned.
 */

#include "engine/reconnect.h"

#include <errno.h>

#include "engine/agency.h"
#include "engine/draft.h"
#include "engine/journal.h"
#include "store/accounts.h"
#include "store/handover.h"
#include "sys/log.h"
#include "sys/message-ids.h"

/* Of a turn: a decision is some 100 µs, a text as much again. */
#define ACCOUNTS_PER_TURN 32

typedef struct Reconnecting {
        Engine *engine;
        Now now;
        Arena arena; /* of an account */
        Journal journal;
        size_t n_queued;
} Reconnecting;

static int put_draft(Reconnecting *r, const DraftSource *source, Draft *draft)
{
        Store *store = r->engine->store;
        int result = store_begin(store);

        if (result == 0)
                result = draft_put(source, draft);
        if (result == 0)
                result = store_commit(store);
        if (result != 0) {
                store_rollback(store);
                return result == OUTBOX_DUPLICATE ? 0 : result;
        }
        for (size_t i = 0; i < draft->n_notices; i++)
                journal_notice(&r->journal, LOG_INFO, MESSAGE_NOTICE_QUEUED, draft->notices[i].id,
                        "queued");
        r->n_queued += draft->n_notices;
        return 0;
}

static int queue(Reconnecting *r, const Account *account, const Planned *planned)
{
        const DraftSource source = {
                .engine = r->engine,
                .account = account,
                .planned = planned,
                .now = &r->now,
                .arena = &r->arena,
        };
        DraftProblem problem;
        Draft draft;

        int result = draft_make(&source, &draft, &problem);
        if (result < 0)
                return problem.sentence ? 0 : result;
        return put_draft(r, &source, &draft);
}

static int reconnect_account(Reconnecting *r, int64_t id)
{
        const Question question = { .account = id, .now = &r->now };
        Account account;
        Decision decision;

        arena_reset(&r->arena);
        int result = engine_decide(r->engine, &question, &r->arena, &account, &decision);
        if (result == -EOVERFLOW)
                return 0;
        for (size_t i = 0; result == 0 && i < decision.n_notices; i++)
                if (decision.notices[i].kind == NOTICE_RECONNECT)
                        result = queue(r, &account, &decision.notices[i]);
        return result;
}

static int reconnect_accounts(Engine *engine, const int64_t *accounts, size_t n)
{
        Reconnecting r = { .engine = engine, .now = engine_now(engine) };
        int result = 0;

        for (size_t i = 0; i < n && result == 0; i++)
                result = reconnect_account(&r, accounts[i]);
        journal_write(&r.journal, engine);
        journal_release(&r.journal);
        arena_release(&r.arena);
        if (result == 0 && r.n_queued > 0 && engine->dispatch)
                result = engine_dispatch(engine);
        return result;
}

/* R17 */
static int tell_agency(Engine *engine, int64_t id, Arena *arena)
{
        Instant now = clock_now(&engine->clock);
        Account account;
        AgencyNews news;
        size_t n;

        int r = store_load_account(engine->store, id, 0, arena, &account);
        if (r == 0)
                r = agency_find(engine, &account, arena, &news);
        if (r < 0 || news.n == 0)
                return r;
        r = store_begin(engine->store);
        if (r == 0)
                r = agency_tell(engine, &account, &news, now, arena, &n);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        return r;
}

static int look_for_agency_news(Engine *engine, int64_t account)
{
        Arena arena = ARENA_INIT;
        bool is_handed_over;

        int r = store_is_handed_over(engine->store, account, &is_handed_over);
        if (r == 0 && is_handed_over)
                r = tell_agency(engine, account, &arena);
        arena_release(&arena);
        return r;
}

int engine_reconnect(Engine *engine, int64_t account)
{
        bool is_suspended;
        int r = look_for_agency_news(engine, account);

        if (r == 0)
                r = store_is_suspended(engine->store, account, &is_suspended);
        return r < 0 || !is_suspended ? r : reconnect_accounts(engine, &account, 1);
}

int engine_reconnect_some(Engine *engine, int64_t *after)
{
        int64_t accounts[ACCOUNTS_PER_TURN];
        size_t n;

        int r = store_list_suspended(engine->store, *after, accounts, ELEMENTSOF(accounts), &n);
        if (r == 0)
                r = reconnect_accounts(engine, accounts, n);
        if (r < 0 || n < ELEMENTSOF(accounts))
                return r;
        *after = accounts[n - 1];
        return 1;
}
