/* SPDX-License-Identifier: MIT */
/*
 * Owns what leaves outside the contact of the day: a service is suspended and connected again
 * (R16), a customer who was chased and has paid is thanked (R11).
 */

#include "core/deciding.h"

#include <errno.h>

/* A notice about some instalments that is outside the contact: routes must be usable. */
static int plan_aside(Deciding *d, Planned *planned, const size_t *instalments, size_t n)
{
        int r = planned_make_lines(d, planned);

        for (size_t i = 0; r == 0 && i < n; i++) {
                const Judgement *judgement = &d->decision->judgements[instalments[i]];
                int step = planned->kind == NOTICE_SUSPEND ? judgement->next : -1;
                planned_add_line(d, planned, (NoticeLine){ instalments[i], step, false });
                r = money_add(&planned->total, d->account->instalments[instalments[i]].open);
        }
        if (r == 0)
                deciding_add(d, planned);
        return r;
}

/* R16 */
static int plan_suspend(Deciding *d, size_t i)
{
        Judgement *judgement = &d->decision->judgements[i];
        Planned planned = {
                .kind = NOTICE_SUSPEND,
                .policy = judgement->policy,
                .lead = i,
                .deadline = DATE_NONE,
                .reason = d->forced ? REASON_BY_PERSON : REASON_DUE,
        };

        planned_use_step(&planned, judgement_step(judgement));
        if (!deciding_choose_routes(d, &planned)) {
                deciding_hold_back(judgement, VERDICT_TASK, REASON_NO_ADDRESS, DATE_NONE);
                return 0;
        }
        if (!deciding_is_open(d, &planned)) {
                deciding_hold_back(
                        judgement, VERDICT_WAIT, REASON_OUTSIDE_WINDOW, d->now->local.day);
                return 0;
        }
        return plan_aside(d, &planned, &i, 1);
}

/* The step that suspended an instalment, as its ladder stands today; else any that suspends. */
static const Step *suspending_step(const Policy *policy, const Instalment *instalment)
{
        if (!policy)
                return NULL;
        for (size_t i = 0; i < instalment->n_done; i++) {
                int step = policy_find_step(policy, instalment->done[i].step);
                if (instalment->done[i].action == ACTION_SUSPEND && step >= 0)
                        return &policy->steps[step];
        }
        for (size_t i = 0; i < policy->n_steps; i++)
                if (policy->steps[i].action == ACTION_SUSPEND)
                        return &policy->steps[i];
        return NULL;
}

/* R16: at once, once, outside any window, when no suspended instalment is open any more. */
int plan_reconnect(Deciding *d)
{
        Planned planned = { .kind = NOTICE_RECONNECT,
                .action = ACTION_RECONNECT,
                .deadline = DATE_NONE,
                .reason = REASON_RECONNECT };
        size_t *suspended = arena_alloc_array(d->arena, d->account->n_instalments, sizeof(size_t));
        const Step *step = NULL;
        size_t n = 0;

        if (!suspended)
                return -ENOMEM;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                if (!d->account->instalments[i].is_suspended)
                        continue;
                if (judgement->verdict != VERDICT_CLOSED && judgement->reason != REASON_CANCELLED)
                        return 0;
                if (!step) {
                        step = suspending_step(judgement->policy, &d->account->instalments[i]);
                        planned.policy = judgement->policy;
                        planned.lead = i;
                }
                suspended[n++] = i;
        }
        if (!step)
                return 0;
        planned.routes = step->routes;
        planned.n_routes = step->n_routes;
        if (deciding_choose_routes(d, &planned))
                return plan_aside(d, &planned, suspended, n);
        /* Nobody would learn that a customer who has paid is still cut off. */
        deciding_hold_back(
                &d->decision->judgements[planned.lead], VERDICT_TASK, REASON_NO_ADDRESS, DATE_NONE);
        return 0;
}

static bool was_chased(const Instalment *instalment)
{
        for (size_t i = 0; i < instalment->n_done; i++)
                if (!instalment->done[i].is_skip && instalment->done[i].action > ACTION_COURTESY)
                        return true;
        return false;
}

/* R7: thanks yield to a contact on the same day. */
static bool has_contact_today(const Deciding *d)
{
        if (d->decision->n_notices > 0 && d->decision->notices[0].kind == NOTICE_CONTACT)
                return true;
        return d->account->has_contact_in_flight ||
               date_compare(d->account->last_contact, d->now->local.day) == 0;
}

/* R11: one thanks for an invoice whose instalments [first, end) are all closed, by payments. */
static int plan_invoice_thanks(Deciding *d, size_t first, size_t end)
{
        Judgement *judgements = d->decision->judgements;
        const Policy *policy = judgements[first].policy;
        Planned planned = { .kind = NOTICE_THANKS,
                .policy = policy,
                .lead = first,
                .deadline = DATE_NONE,
                .reason = REASON_THANKS };
        bool is_open = false, is_chased = false, is_paid = false;
        size_t *closed = arena_alloc_array(d->arena, end - first, sizeof(size_t)), n = 0;

        if (!closed)
                return -ENOMEM;
        for (size_t i = first; i < end; i++) {
                if (judgements[i].verdict == VERDICT_CLOSED)
                        closed[n++] = i;
                else
                        is_open = is_open || judgements[i].reason != REASON_CANCELLED;
                is_chased = is_chased || was_chased(&d->account->instalments[i]);
                is_paid = is_paid || d->account->instalments[i].has_payment;
        }
        if (!policy || policy->n_thanks_routes == 0 || !is_paid || (!is_chased && !is_open))
                return 0;
        planned.routes = policy->thanks_routes;
        planned.n_routes = policy->n_thanks_routes;
        if (!deciding_choose_routes(d, &planned))
                return 0;
        for (size_t i = 0; i < n; i++)
                judgements[closed[i]].has_follow_up = true;
        if (is_open || has_contact_today(d) || !deciding_is_open(d, &planned))
                return 0;
        return plan_aside(d, &planned, closed, n);
}

int plan_thanks(Deciding *d)
{
        const Instalment *list = d->account->instalments;

        for (size_t first = 0, end; first < d->account->n_instalments; first = end) {
                bool has_closed = false;
                for (end = first;
                        end < d->account->n_instalments && list[end].invoice == list[first].invoice;
                        end++)
                        has_closed = has_closed ||
                                     d->decision->judgements[end].verdict == VERDICT_CLOSED;
                int r = has_closed ? plan_invoice_thanks(d, first, end) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

int plan_suspends(Deciding *d)
{
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                if (judgement->verdict != VERDICT_DUE ||
                        judgement_step(judgement)->action != ACTION_SUSPEND)
                        continue;
                int r = plan_suspend(d, i);
                if (r < 0)
                        return r;
        }
        return 0;
}
