/* SPDX-License-Identifier: MIT */
/* Owns the bundle that the rest of the engine works on, and the questions about one account that
 * write nothing. Fails as the store does; a template's fault is told in words. */

#include "engine/engine.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "engine/dispatch.h"
#include "engine/draft.h"
#include "engine/moment.h"

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
        sd_event_unref(engine->event);
        free(engine);
}

Now engine_now(const Engine *engine)
{
        Now now = { .instant = clock_now(&engine->clock) };

        now.local = zone_local(engine->zone, now.instant);
        return now;
}

typedef struct Refusals {
        const Rulebook *book;
        Account *account;
} Refusals;

/* A refusal is of one address: a corrected one is free. An opt-out names none and is of all. */
static void add_refusal(void *owner, const char *channel, const char *address)
{
        const Refusals *refusals = owner;

        for (unsigned i = 0; i < refusals->book->n_channels; i++) {
                const Channel *known = &refusals->book->channels[i];
                if (streq(known->name, channel) &&
                        (is_empty(address) ||
                                streq(refusals->account->addresses[known->address], address)))
                        refusals->account->refused_channels |= UINT32_C(1) << i;
        }
}

int account_complete(Engine *engine, const Now *now, bool has_refusals, Account *account)
{
        Refusals refusals = { &engine->config->book, account };

        account->customer_time = zone_local(customer_zone(engine, account), now->instant);
        account->refused_channels = 0;
        if (!has_refusals)
                return 0;
        return store_refused_channels(engine->store, account->customer, add_refusal, &refusals);
}

int engine_decide(Engine *engine, int64_t account, int64_t except_contact, const Now *now,
        const Forced *forced, Arena *arena, Account *ret_account, Decision *ret_decision)
{
        int r = store_load_account(engine->store, account, except_contact, arena, ret_account);

        if (r == 0)
                r = account_complete(engine, now, true, ret_account);
        if (r < 0)
                return r;
        return decide(&engine->config->book, ret_account, now, forced, arena, ret_decision);
}

int engine_compose(Engine *engine, const Account *account, const Planned *planned, const Now *now,
        Arena *arena, Contact *ret_contact, Notice **ret_notices, size_t *ret_n,
        const char **ret_problem)
{
        const DraftSource source = { engine, account, planned, now, false, arena };
        Draft draft;

        int r = draft_make(&source, &draft, ret_problem);
        if (r < 0)
                return r;
        *ret_contact = draft.contact;
        *ret_notices = draft.notices;
        *ret_n = draft.n_notices;
        return 0;
}

int engine_queue(Engine *engine, const Account *account, const Planned *planned, const Now *now,
        bool is_forced, int64_t *ret_contact, const char **ret_problem)
{
        Arena arena = ARENA_INIT;
        const DraftSource source = { engine, account, planned, now, is_forced, &arena };
        Draft draft;

        int r = draft_make(&source, &draft, ret_problem);
        if (r == 0)
                r = store_begin(engine->store);
        if (r == 0) {
                r = draft_put(&source, &draft);
                if (r == 0)
                        r = store_commit(engine->store);
                if (r != 0)
                        store_rollback(engine->store);
                else
                        *ret_contact = draft.contact.id;
        }
        arena_release(&arena);
        return r;
}
