/* SPDX-License-Identifier: MIT */
/*
 * Owns the reconnect that does not wait for a wake. Decides as the wake does, and takes of each
 * decision nothing but the reconnect. What cannot be decided or composed is left to the wake, which
 * tells it as a task (R23); only the store's own failure is returned.
 */

#include "engine/reconnect.h"

#include <errno.h>

#include "engine/draft.h"
#include "store/accounts.h"

/* Of a turn: a decision is some 100 µs, a text as much again. */
#define ACCOUNTS_PER_TURN 32

typedef struct Reconnecting {
        Engine *engine;
        Now now;
        Arena arena; /* of an account */
        size_t n_queued;
} Reconnecting;

static int queue(Reconnecting *reconnecting, const Account *account, const Planned *planned)
{
        const DraftSource source = {
                .engine = reconnecting->engine,
                .account = account,
                .planned = planned,
                .now = &reconnecting->now,
                .arena = &reconnecting->arena,
        };
        DraftProblem problem;
        Draft draft;

        int r = draft_make(&source, &draft, &problem);
        if (r < 0)
                return problem.sentence ? 0 : r;
        r = draft_queue(&source, &draft);
        if (r == 0)
                reconnecting->n_queued += draft.n_notices;
        return r == OUTBOX_DUPLICATE ? 0 : r;
}

static int reconnect_account(Reconnecting *reconnecting, int64_t id)
{
        const Question question = { .account = id, .now = &reconnecting->now };
        Account account;
        Decision decision;

        arena_reset(&reconnecting->arena);
        int r = engine_decide(
                reconnecting->engine, &question, &reconnecting->arena, &account, &decision);
        if (r == -EOVERFLOW)
                return 0;
        for (size_t i = 0; r == 0 && i < decision.n_notices; i++)
                if (decision.notices[i].kind == NOTICE_RECONNECT)
                        r = queue(reconnecting, &account, &decision.notices[i]);
        return r;
}

static int reconnect_accounts(Engine *engine, const int64_t *accounts, size_t n)
{
        Reconnecting reconnecting = { .engine = engine, .now = engine_now(engine) };
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++)
                r = reconnect_account(&reconnecting, accounts[i]);
        arena_release(&reconnecting.arena);
        if (r == 0 && reconnecting.n_queued > 0 && engine->dispatch)
                r = engine_dispatch(engine);
        return r;
}

int engine_reconnect(Engine *engine, int64_t account)
{
        bool is_suspended;
        int r = store_is_suspended(engine->store, account, &is_suspended);

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
