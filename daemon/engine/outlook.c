/* SPDX-License-Identifier: MIT */
/*
 * Owns the course of one account under simulated time: which wakes are worth deciding at, and what
 * the notices decided there look like in the log. Never writes anything. Texts and documents are
 * not made: a template or document that fails would only show at the wake itself (R23).
 */

#include "engine/outlook.h"

#include <errno.h>

#include "engine/moment.h"
#include "engine/underway.h"

LogRow *outlook_add_row(Outlook *outlook)
{
        if (outlook->n_rows == outlook->n_room) {
                size_t room = outlook->n_room * 2 + 4;
                LogRow *rows = arena_alloc_array(outlook->arena, room, sizeof(*rows));
                if (!rows)
                        return NULL;
                if (outlook->n_rows > 0)
                        memcpy(rows, outlook->rows, outlook->n_rows * sizeof(*rows));
                outlook->rows = rows;
                outlook->n_room = room;
        }
        LogRow *row = &outlook->rows[outlook->n_rows++];
        *row = (LogRow){
                .customer = outlook->account.code,
                .customer_name = outlook->account.name,
                .currency = outlook->account.currency,
                .subject = "",
                .text = "",
                .detail = "",
        };
        return row;
}

static int make_lines(Outlook *outlook, const Decision *decision, const Planned *planned,
        const LogLine **ret_lines)
{
        LogLine *lines = arena_alloc_array(outlook->arena, planned->n_lines, sizeof(*lines));

        if (!lines)
                return -ENOMEM;
        for (size_t i = 0; i < planned->n_lines; i++) {
                const NoticeLine *line = &planned->lines[i];
                const Instalment *instalment = &outlook->account.instalments[line->instalment];
                const Policy *policy = decision->judgements[line->instalment].policy;
                lines[i] = (LogLine){
                        .invoice = instalment->number,
                        .seq = instalment->seq,
                        .step = line->step < 0 ? NULL : policy->steps[line->step].id,
                        .open = instalment->open,
                };
        }
        *ret_lines = lines;
        return 0;
}

/* Reconnecting does not wait for a window (R16). false: not today any more. */
static bool leaves_today(const Outlook *outlook, const Planned *planned, unsigned channel,
        const Now *now, Instant *ret_at)
{
        Engine *engine = &outlook->horizon->engine;
        Instant opening = INSTANT_NONE;

        if (planned->kind != NOTICE_RECONNECT &&
                !channel_is_open(&engine->config->book, channel, &outlook->account, now) &&
                !channel_opening(engine, channel, &outlook->account, now, &opening))
                return false;
        *ret_at = instant_is_set(opening) ? opening : now->instant;
        return ret_at->usec < outlook->horizon->until.usec;
}

static bool is_taken(const Outlook *outlook, size_t first, const char *channel)
{
        for (size_t i = first; i < outlook->n_rows; i++)
                if (streq(outlook->rows[i].channel, channel))
                        return true;
        return false;
}

/* A row for each route that leaves today, as the outbox would have them. */
static int add_rows(
        Outlook *outlook, const Decision *decision, const Planned *planned, const Now *now)
{
        const Rulebook *book = &outlook->horizon->engine.config->book;
        size_t first = outlook->n_rows;
        const LogLine *lines;
        Instant at;

        int r = make_lines(outlook, decision, planned, &lines);
        for (unsigned route = 0; r == 0 && route < planned->n_routes; route++) {
                if (planned->chosen[route] < 0)
                        continue;
                unsigned index = planned->routes[route].channels[planned->chosen[route]];
                const Channel *channel = &book->channels[index];
                if (is_taken(outlook, first, channel->name) ||
                        !leaves_today(outlook, planned, index, now, &at))
                        continue;
                LogRow *row = outlook_add_row(outlook);
                if (!row)
                        return -ENOMEM;
                row->at = at;
                row->step = planned->step ? planned->step->id : NULL;
                row->occasion = occasion_names[planned->kind];
                row->action = planned->action;
                row->lines = lines;
                row->n_lines = planned->n_lines;
                row->total = planned->total;
                row->deadline = planned->deadline;
                row->channel = channel->name;
                row->to = planned->recipient ? planned->recipient->email
                                             : outlook->account.addresses[channel->address];
                row->reason = planned->reason;
        }
        return r;
}

/* An occasion happens once (the outbox refuses the second). */
static int was_told(const Outlook *outlook, const Planned *planned)
{
        const Instalment *lead = &outlook->account.instalments[planned->lead];

        if (planned->kind != NOTICE_THANKS)
                return 0;
        if (lead->said & 1U << NOTICE_THANKS || planned_is_settled(&outlook->account, planned))
                return 1;
        return store_has_occasion(
                outlook->horizon->engine.store, outlook->account.id, "thanks", lead->number);
}

static int send_planned(Outlook *outlook, const Decision *decision, const Now *now, bool *ret_sent)
{
        *ret_sent = false;
        for (size_t i = 0; i < decision->n_notices; i++) {
                const Planned *planned = &decision->notices[i];
                int r = was_told(outlook, planned);
                if (r < 0)
                        return r;
                if (r > 0)
                        continue;
                r = add_rows(outlook, decision, planned, now);
                if (r == 0)
                        r = account_apply_planned(
                                &outlook->account, decision, planned, now, outlook->arena);
                if (r < 0)
                        return r;
                *ret_sent = true;
        }
        return 0;
}

/* Since the first wake that asks for it, until one does not. */
static void note_waits(Outlook *outlook, const Decision *decision, const Now *now)
{
        for (size_t i = 0; i < outlook->account.n_instalments; i++) {
                const Judgement *judgement = &decision->judgements[i];
                Wait *wait = &outlook->waits[i];
                bool is_same = instant_is_set(wait->since) &&
                               wait->judgement.reason == judgement->reason &&
                               wait->judgement.next == judgement->next;
                if (!judgement_task(judgement))
                        wait->since = INSTANT_NONE;
                else if (!is_same)
                        *wait = (Wait){ *judgement, now->instant };
        }
}

/* The first opening that something due waits for (R5), which is a wake of its own; it lowers *next.
 * -ENOMEM. */
static int wait_for_opening(
        Outlook *outlook, const Decision *decision, const Now *now, Instant *next)
{
        Instant first = { INT64_MAX }, opening;

        for (unsigned channel = 0; decision->waiting_channels >> channel; channel++)
                if (decision->waiting_channels >> channel & 1 &&
                        channel_next_opening(&outlook->horizon->engine, channel, &outlook->account,
                                now->instant, &opening))
                        first.usec = MIN(first.usec, opening.usec);
        if (first.usec == INT64_MAX)
                return 0;
        next->usec = MIN(next->usec, first.usec);
        return horizon_note_opening(outlook->horizon, first);
}

/* The first wake that may find something else than this one: of a day on which anything begins or
 * ends, or at an opening. */
static int find_next(Outlook *outlook, const Decision *decision, const Now *now, bool has_sent)
{
        Horizon *horizon = outlook->horizon;
        Instant next = { INT64_MAX };

        Date day =
                account_next_day(&horizon->engine.config->book, &outlook->account, decision, now);
        if (has_sent || outlook->n_underway > 0)
                next = horizon_wake(horizon, (Instant){ now->instant.usec + USEC_PER_SEC });
        else if (date_is_set(day))
                next = horizon_morning(horizon, day);
        int r = wait_for_opening(outlook, decision, now, &next);
        outlook->at = next.usec < INT64_MAX ? next : INSTANT_NONE;
        return r;
}

/* What a wake records before it decides (R15). A promise is broken by itself (R13). */
static int break_plans(Outlook *outlook, const Now *now)
{
        const Rulebook *book = &outlook->horizon->engine.config->book;
        Account *account = &outlook->account;

        for (size_t i = 0; now->guards == 0 && i < outlook->n_plans; i++) {
                RunningPlan *running = &outlook->plans[i];
                if (!plan_is_broken(book, account, running->plan, now->local.day))
                        continue;
                int r = account_break_plan(
                        account, running->plan, &running->heritage, now->local.day, outlook->arena);
                if (r < 0)
                        return r;
        }
        return 0;
}

int outlook_step(Outlook *outlook)
{
        Horizon *horizon = outlook->horizon;
        Decision decision;
        bool has_sent = false;

        if (!instant_is_set(outlook->at) || outlook->at.usec >= horizon->until.usec)
                return 0;
        const Now now = horizon_now(horizon, outlook->at);
        arena_reset(&outlook->scratch);
        int r = account_complete(&horizon->engine, &now, &outlook->account);
        if (r == 0)
                r = underway_settle(outlook, &now);
        if (r == 0)
                r = break_plans(outlook, &now);
        if (r == 0)
                r = decide(&horizon->engine.config->book, &outlook->account, &now, NULL,
                        &outlook->scratch, &decision);
        if (r == -EOVERFLOW)
                return 0;
        if (r == 0)
                r = send_planned(outlook, &decision, &now, &has_sent);
        if (r < 0)
                return r;
        note_waits(outlook, &decision, &now);
        r = find_next(outlook, &decision, &now, has_sent);
        if (r < 0)
                return r;
        return instant_is_set(outlook->at) && outlook->at.usec < horizon->until.usec;
}

/* What waited at the last wake still has its opening to come. */
static int wait_since_last_wake(Outlook *outlook)
{
        Horizon *horizon = outlook->horizon;
        Instant opening = { INT64_MAX };
        Decision decision;

        if (!instant_is_set(horizon->last_wake) ||
                horizon->last_wake.usec > horizon->start.instant.usec)
                return 0;
        const Now then = horizon_now(horizon, horizon->last_wake);
        int r = account_complete(&horizon->engine, &then, &outlook->account);
        if (r == 0)
                r = decide(&horizon->engine.config->book, &outlook->account, &then, NULL,
                        &outlook->scratch, &decision);
        if (r < 0)
                return r == -EOVERFLOW ? 0 : r;
        r = wait_for_opening(outlook, &decision, &then, &opening);
        if (opening.usec >= horizon->start.instant.usec)
                outlook->at.usec = MIN(outlook->at.usec, opening.usec);
        return r;
}

static bool is_known(const Outlook *outlook, int64_t plan)
{
        for (size_t i = 0; i < outlook->n_plans; i++)
                if (outlook->plans[i].plan == plan)
                        return true;
        return false;
}

/* What plans have replaced is settled and not among what a wake reads. */
static int find_plans(Outlook *outlook)
{
        const Account *account = &outlook->account;
        Account whole = { 0 };

        for (size_t i = 0; i < account->n_instalments; i++) {
                const Instalment *part = &account->instalments[i];
                if (part->plan == 0 || part->is_plan_broken || is_known(outlook, part->plan))
                        continue;
                if (!outlook->plans) {
                        outlook->plans = arena_alloc_array(
                                outlook->arena, account->n_instalments, sizeof(RunningPlan));
                        if (!outlook->plans)
                                return -ENOMEM;
                        int r = store_load_account(outlook->horizon->engine.store, account->id, 0,
                                outlook->arena, &whole);
                        if (r < 0)
                                return r;
                }
                RunningPlan *running = &outlook->plans[outlook->n_plans];
                running->plan = part->plan;
                if (account_find_heritage(&whole, part->plan, &running->heritage))
                        outlook->n_plans++;
        }
        return 0;
}

int outlook_begin(Outlook *outlook, Horizon *horizon, const Account *account, Arena *arena)
{
        *outlook = (Outlook){
                .horizon = horizon,
                .at = horizon_wake(horizon, horizon->start.instant),
                .arena = arena,
        };
        outlook->waits = arena_alloc_array(arena, account->n_instalments, sizeof(Wait));
        if (!outlook->waits)
                return -ENOMEM;
        for (size_t i = 0; i < account->n_instalments; i++)
                outlook->waits[i].since = INSTANT_NONE;
        int r = account_copy(account, arena, &outlook->account);
        if (r == 0)
                r = find_plans(outlook);
        if (r == 0)
                r = underway_begin(outlook);
        return r < 0 ? r : wait_since_last_wake(outlook);
}

void outlook_release(Outlook *outlook)
{
        arena_release(&outlook->scratch);
        *outlook = (Outlook){ 0 };
}
