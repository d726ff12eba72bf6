/* SPDX-License-Identifier: MIT */
/* Owns the task "tell-agency": when there is one, and that each payment asks for it once; and which
 * approvals are none any more. Never writes to the agency itself. Fails as the store does. */

#include "engine/agency.h"

#include <errno.h>

#include "core/ladder.h"
#include "engine/duties.h"
#include "store/accounts.h"
#include "store/handover.h"

bool account_is_handed_over(const Account *account)
{
        for (size_t i = 0; i < account->n_instalments; i++)
                if (account->instalments[i].is_handed_over)
                        return true;
        return false;
}

/* The instalments of an invoice stand together. */
static bool is_first_of_invoice(const Account *account, size_t i, const AgencyNews *news)
{
        if (!account->instalments[i].is_handed_over)
                return false;
        return news->n == 0 || account->instalments[news->instalments[news->n - 1]].invoice !=
                                       account->instalments[i].invoice;
}

int agency_find(Engine *engine, const Account *account, Arena *arena, AgencyNews *ret_news)
{
        AgencyNews news = { .n = 0 };
        bool has_news;
        int r = 0;

        news.instalments = arena_alloc_array(arena, account->n_instalments, sizeof(size_t));
        if (!news.instalments)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < account->n_instalments; i++) {
                if (!is_first_of_invoice(account, i, &news))
                        continue;
                r = store_has_handover_news(
                        engine->store, account->id, account->instalments[i].invoice, &has_news);
                if (r == 0 && has_news)
                        news.instalments[news.n++] = i;
        }
        if (r == 0)
                *ret_news = news;
        return r;
}

static int tell(Engine *engine, const Duty *duty, Instant at, bool *ret_is_new)
{
        Task task;

        int r = duty_of_agency(duty, &task);
        if (r == 0)
                r = store_open_task(engine->store, &task, at, ret_is_new);
        return r < 0 ? r : store_note_handover_news(engine->store, task.invoice, at);
}

int agency_tell(Engine *engine, const Account *account, const AgencyNews *news, Instant at,
        Arena *arena, size_t *ret_n)
{
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; r == 0 && i < news->n; i++) {
                const Duty duty = { engine, account, news->instalments[i], arena };
                bool is_new = false;
                r = tell(engine, &duty, at, &is_new);
                n += is_new;
        }
        if (r == 0)
                *ret_n = n;
        return r;
}

static int tell_at_once(Engine *engine, int64_t id, Arena *arena)
{
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
                r = agency_tell(engine, &account, &news, clock_now(&engine->clock), arena, &n);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        return r;
}

int engine_tell_agency(Engine *engine, int64_t account)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        bool is_handed_over;

        int r = store_is_handed_over(engine->store, account, &is_handed_over);
        return r < 0 || !is_handed_over ? r : tell_at_once(engine, account, &arena);
}

/* A step that waits for its approval, and has it. */
static bool is_approved(const Instalment *instalment, const Policy *policy)
{
        int step = *instalment->approved ? policy_find_step(policy, instalment->approved) : -1;

        return step >= 0 && !instalment_has_done(instalment, policy->steps[step].id);
}

bool approval_is_overtaken(const Instalment *instalment, const Judgement *judgement)
{
        if (!judgement->policy || !is_approved(instalment, judgement->policy))
                return false;
        return judgement->verdict == VERDICT_CLOSED || judgement->verdict == VERDICT_NEVER ||
               judgement->reason == REASON_COVERED || judgement->reason == REASON_PROMISED ||
               judgement->reason == REASON_DISPUTED;
}
