/* SPDX-License-Identifier: MIT */
/*
 * Owns the decision of one account, and is where to start reading: judge.c says of each instalment
 * alone whether its next step is due; contact.c makes of the due ones at most one contact; aside.c
 * and agreed.c add what stands outside it.
 */

#include "core/decide.h"

#include <errno.h>

#include "core/deciding.h"
#include "core/judge.h"

const char *const occasion_names[NOTICE_KINDS] = {
        [NOTICE_THANKS] = "thanks",
        [NOTICE_PROMISE_CONFIRMED] = "promise-confirmed",
        [NOTICE_PROMISE_REMINDER] = "promise-reminder",
        [NOTICE_PLAN_CONFIRMED] = "plan-confirmed",
};

const char *const guard_names[GUARDS] = {
        [GUARD_PAUSED] = "paused",
        [GUARD_STALE] = "stale",
        [GUARD_CLOCK] = "clock-jump",
        [GUARD_RESTORED] = "restored",
};

static bool has_opted_in(const Account *account)
{
        return date_is_set(account->whatsapp_opt_in) &&
               date_compare(account->whatsapp_opt_in, account->customer_time.day) <= 0;
}

bool channel_is_usable(const Rulebook *book, unsigned channel, const Account *account)
{
        AddressColumn column = book->channels[channel].address;

        if (account->refused_channels & (UINT32_C(1) << channel))
                return false;
        if (column == ADDRESS_WHATSAPP && !has_opted_in(account))
                return false;
        return column == ADDRESS_NONE || *account->addresses[column];
}

static bool keeps_night(const Channel *channel)
{
        return channel->form == FORM_SMS || channel->form == FORM_WHATSAPP;
}

bool channel_is_open(const Rulebook *book, unsigned channel, const Account *account, const Now *now)
{
        const Channel *c = &book->channels[channel];
        int minute = account->customer_time.minute;

        if (keeps_night(c) && (minute < NIGHT_ENDS || minute >= NIGHT_BEGINS))
                return false;
        return window_is_open(c->window ? c->window : &book->sending, now->local);
}

const Step *judgement_step(const Judgement *judgement)
{
        return &judgement->policy->steps[judgement->next];
}

void deciding_hold_back(Judgement *judgement, Verdict verdict, Reason reason, Date not_before)
{
        judgement->verdict = verdict;
        judgement->reason = reason;
        judgement->not_before =
                date_is_set(not_before) ? date_later(judgement->not_before, not_before) : DATE_NONE;
}

/* A recipient is asked for nothing but an address: he is no customer. */
static bool is_usable(const Deciding *d, const Planned *planned, unsigned channel)
{
        AddressColumn column = d->book->channels[channel].address;

        if (!planned->recipient)
                return channel_is_usable(d->book, channel, d->account);
        return column == ADDRESS_NONE ||
               (column == ADDRESS_EMAIL && !is_empty(planned->recipient->email));
}

bool deciding_choose_routes(const Deciding *d, Planned *planned)
{
        bool found = false;

        for (unsigned r = 0; r < planned->n_routes; r++) {
                const Route *route = &planned->routes[r];
                planned->chosen[r] = -1;
                for (unsigned a = 0; a < route->n_channels && planned->chosen[r] < 0; a++)
                        if (is_usable(d, planned, route->channels[a]))
                                planned->chosen[r] = (int)a;
                found = found || planned->chosen[r] >= 0;
        }
        return found;
}

bool deciding_is_open(const Deciding *d, const Planned *planned)
{
        uint32_t closed = 0;

        if (d->forced && d->forced->is_preview)
                return true;
        for (unsigned r = 0; r < planned->n_routes; r++) {
                if (planned->chosen[r] < 0)
                        continue;
                unsigned channel = planned->routes[r].channels[planned->chosen[r]];
                if (channel_is_open(d->book, channel, d->account, d->now))
                        return true;
                closed |= UINT32_C(1) << channel;
        }
        d->decision->waiting_channels |= closed;
        return false;
}

/* Whether one of the channels opens later today, as both clocks go on. */
static bool opens_today(const Deciding *d, uint32_t channels)
{
        Account account = *d->account;
        Now now = *d->now;

        while (++now.local.minute < 24 * 60) {
                account.customer_time.minute = (account.customer_time.minute + 1) % (24 * 60);
                for (unsigned i = 0; i < d->book->n_channels; i++)
                        if ((channels & (UINT32_C(1) << i)) != 0 &&
                                channel_is_open(d->book, i, &account, &now))
                                return true;
        }
        return false;
}

bool deciding_has_contact_today(const Deciding *d)
{
        if (d->decision->n_notices > 0 && d->decision->notices[0].kind == NOTICE_CONTACT)
                return true;
        if (d->contact_channels != 0 && opens_today(d, d->contact_channels))
                return true;
        return d->account->has_contact_in_flight ||
               date_compare(d->account->last_contact, d->now->local.day) == 0;
}

Planned planned_new(NoticeKind kind, Reason reason)
{
        return (Planned){
                .kind = kind,
                .deadline = DATE_NONE,
                .offer_until = DATE_NONE,
                .reason = reason,
        };
}

void planned_use_step(Planned *planned, const Step *step)
{
        planned->step = step;
        planned->action = step->action;
        planned->routes = step->routes;
        planned->n_routes = step->n_routes;
}

int instalment_compare(const Instalment *a, const Instalment *b)
{
        int order = date_compare(a->due, b->due);

        if (order == 0)
                order = strcmp(a->number, b->number);
        return order != 0 ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

void planned_add_line(const Deciding *d, Planned *planned, NoticeLine line)
{
        const Instalment *list = d->account->instalments;
        size_t at = planned->n_lines++;

        for (; at > 0; at--) {
                size_t before = planned->lines[at - 1].instalment;
                if (instalment_compare(&list[before], &list[line.instalment]) <= 0)
                        break;
                planned->lines[at] = planned->lines[at - 1];
        }
        planned->lines[at] = line;
}

int planned_make_lines(const Deciding *d, Planned *planned)
{
        planned->lines = arena_alloc_array(d->arena, d->account->n_instalments, sizeof(NoticeLine));
        return planned->lines ? 0 : -ENOMEM;
}

void deciding_add(Deciding *d, const Planned *planned)
{
        d->decision->notices[d->decision->n_notices++] = *planned;
}

/* A person's wish names one instalment; the others of its account are at most listed. */
static const Forced *wish_for(const Deciding *d, const Instalment *instalment)
{
        const Forced *forced = d->forced;

        return forced && forced->invoice == instalment->invoice && forced->seq == instalment->seq
                       ? forced
                       : NULL;
}

/* Whether something may have to leave, or to be told to whoever settles what is closed. */
static bool is_busy(const Instalment *instalment, const Judgement *judgement)
{
        return judgement->verdict == VERDICT_DUE || judgement->verdict == VERDICT_CLOSED ||
               instalment->is_suspended || instalment_is_agreed(instalment);
}

/* Judges every instalment; whether anything may have to leave. */
static bool judge_all(Deciding *d)
{
        bool any_busy = false;

        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Instalment *instalment = &d->account->instalments[i];
                Judgement *judgement = &d->decision->judgements[i];
                const Forced *wish = wish_for(d, instalment);
                judge_instalment(d->book, d->account, instalment, d->now, wish, judgement);
                if (d->forced && !wish && judgement->verdict == VERDICT_DUE)
                        deciding_hold_back(
                                judgement, VERDICT_WAIT, REASON_CONTACT_TODAY, d->now->local.day);
                if (judgement->verdict == VERDICT_CLOSED && instalment->is_suspended)
                        judgement->has_follow_up = true;
                any_busy = any_busy || is_busy(instalment, judgement);
        }
        return any_busy;
}

/* What is only waiting for its day also knows the days its account keeps free (R7). */
static void foresee_contact_day(Deciding *d)
{
        if (!date_is_set(d->account->last_contact))
                return;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                Judgement *judgement = &d->decision->judgements[i];
                if ((judgement->verdict != VERDICT_WAIT && judgement->verdict != VERDICT_HELD) ||
                        !date_is_set(judgement->not_before) ||
                        judgement_step(judgement)->action > ACTION_DEADLINE)
                        continue;
                Reason reason;
                Date day = contact_day(d, judgement_step(judgement)->action, &reason);
                judgement->not_before = date_later(judgement->not_before, day);
        }
}

/* Everything that has to leave: the contact first, as occasions yield to it. */
static int plan_all(Deciding *d)
{
        static int (*const by_themselves[])(Deciding *) = {
                plan_agreed,
                plan_thanks, /* of what is closed, before plan_reconnect() may need a person */
                plan_reconnect,
        };
        int r = plan_contact(d);

        if (r == 0)
                r = plan_alone(d);
        for (size_t i = 0; r == 0 && !d->forced && i < ELEMENTSOF(by_themselves); i++)
                r = by_themselves[i](d);
        return r;
}

int decide(const Rulebook *book, const Account *account, const Now *now, const Forced *forced,
        Arena *arena, Decision *ret_decision)
{
        Decision decision = { 0 };
        Deciding d = { book, account, now, forced, arena, &decision, 0 };

        decision.judgements = arena_alloc_array(arena, account->n_instalments, sizeof(Judgement));
        if (!decision.judgements)
                return -ENOMEM;
        bool is_any_busy = judge_all(&d);
        int r = contact_drop_approvals(&d);
        if (r == 0 && is_any_busy) {
                /* At most a contact, a reconnect, and for each instalment a step alone or thanks
                 * and two occasions. */
                decision.notices =
                        arena_alloc_array(arena, 3 * account->n_instalments + 2, sizeof(Planned));
                if (!decision.notices)
                        return -ENOMEM;
                r = plan_all(&d);
        }
        if (r < 0)
                return r;
        foresee_contact_day(&d);
        for (size_t i = 0; i < account->n_instalments; i++)
                decision.has_tasks |= decision.judgements[i].verdict == VERDICT_TASK;
        *ret_decision = decision;
        return 0;
}

const char *judgement_task(const Judgement *judgement)
{
        static const char *const kinds[REASON_MAX] = {
                [REASON_NEEDS_CALL] = "call",
                [REASON_NEEDS_APPROVAL] = "approve",
                [REASON_LADDER_DONE_REOPENED] = "reopened",
                [REASON_DISPUTED] = "dispute",
                [REASON_ADOPTION] = "adopt",
        };

        if (judgement->verdict != VERDICT_TASK)
                return NULL;
        if (judgement->reason == REASON_NEEDS_PERSON || judgement->reason == REASON_NO_RECIPIENT)
                return action_names[judgement_step(judgement)->action];
        return kinds[judgement->reason] ? kinds[judgement->reason] : reason_code(judgement->reason);
}
