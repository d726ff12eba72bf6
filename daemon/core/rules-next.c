/* SPDX-License-Identifier: MIT */
/*
 * Owns the rules about the next step: whether there is one (R3, R12), when it comes (R2, R16, R25),
 * whether its sum is worth it (R10), who may take it (R17), and whether what the firm knows is
 * fresh enough for it (R18–R20).
 */

#include "core/credit.h"
#include "core/ladder.h"
#include "core/rules.h"

const Step *case_step(const Case *c)
{
        return &c->judgement->policy->steps[c->judgement->next];
}

/* The step a person asks for, whether or not it is its day. */
static Place forced_place(const Case *c)
{
        const Policy *policy = c->judgement->policy;
        Place place = { .earliest = { DATE_NONE, REASON_LADDER_DONE } };

        if (c->forced->step)
                place.step = policy_find_step(policy, c->forced->step);
        else
                place.step = ladder_next(policy, c->account, c->instalment, c->now->local.day);
        if (place.step >= 0)
                place.earliest = ladder_earliest(policy, place.step, c->account, c->instalment);
        return place;
}

void case_find_place(Case *c)
{
        Place place = c->forced ? forced_place(c)
                                : ladder_place(c->judgement->policy, c->account, c->instalment,
                                          c->now->local.day, case_free_day(c));

        c->judgement->next = place.step;
        c->judgement->earliest = place.earliest.day;
        c->waits_for = place.earliest.reason;
}

static bool is_reopened_since_last_step(const Case *c)
{
        const Instalment *instalment = c->instalment;
        Date reopened = instalment_reopened_on(c->judgement->policy, c->account, instalment);

        return date_is_set(reopened) && instalment->n_done > 0 &&
               date_compare(reopened, instalment->done[instalment->n_done - 1].on) >= 0;
}

bool rule_ladder(Case *c)
{
        case_find_place(c);
        if (c->judgement->next >= 0)
                return false;
        if (is_reopened_since_last_step(c)) /* R12 */
                return settle(c, VERDICT_TASK, REASON_LADDER_DONE_REOPENED);
        return settle(c, VERDICT_HELD,
                c->instalment->is_handed_over ? REASON_HANDED_OVER : REASON_LADDER_DONE);
}

/* Nothing but the next agency or legal step's task follows, on its day. */
bool rule_handed_over(Case *c)
{
        Date day = c->judgement->earliest;

        if (!c->instalment->is_handed_over)
                return false;
        if (!c->forced && date_is_set(day) && date_compare(c->now->local.day, day) >= 0)
                return false;
        return settle_until(c, VERDICT_HELD, REASON_HANDED_OVER, day);
}

/* A person who sends by hand has read the answer. */
bool rule_reply(Case *c)
{
        return !c->forced && date_compare(c->now->local.day, c->account->paused_until) <= 0 &&
               settle_until(c, VERDICT_HELD, REASON_REPLIED, c->judgement->earliest);
}

/* Also when a person asks for the step out of turn. */
bool rule_suspend(Case *c)
{
        Date deadline = instalment_deadline(c->instalment);

        if (case_step(c)->action != ACTION_SUSPEND)
                return false;
        if (c->account->relation != RELATION_SERVICE)
                return settle(c, VERDICT_HELD, REASON_NOT_A_SERVICE);
        if (!date_is_set(deadline))
                return settle(c, VERDICT_WAIT, REASON_NO_DEADLINE);
        return c->forced && date_compare(c->now->local.day, deadline) <= 0 &&
               settle_until(c, VERDICT_WAIT, REASON_DEADLINE_RUNNING, date_add(deadline, 1));
}

bool rule_earliest(Case *c)
{
        Date earliest = c->judgement->earliest;

        if (c->forced)
                return false;
        return (!date_is_set(earliest) || date_compare(c->now->local.day, earliest) < 0) &&
               settle_until(c, VERDICT_WAIT, c->waits_for, earliest);
}

/* R10, of what acts for its instalment alone (R8): the sum that it is about, less the credit of the
 * account; of a file, less what other files leave of that. What is grouped is summed up in
 * contact.c. */
bool rule_sum(Case *c)
{
        const Step *step = case_step(c);
        const char *currency = c->account->currency;
        size_t i = (size_t)(c->instalment - c->account->instalments);
        int64_t credit = step->action < ACTION_AGENCY ? c->account->unassigned
                                                      : credit_of_instalment(c->account, i);
        int64_t sum = c->instalment->open - credit;

        if (step->action <= ACTION_DEADLINE)
                return false;
        if (sum <= amounts_get(&c->judgement->policy->tolerance, currency))
                return settle(c, VERDICT_WAIT, REASON_COVERED);
        return sum < amounts_get(&step->min_total, currency) &&
               settle(c, VERDICT_WAIT, REASON_MIN_TOTAL);
}

/* The longer nothing was heard of payments, the likelier it is that a threat is unjust. */
bool rule_payments(Case *c)
{
        int limit = c->book->limits.payments_max_age_days;
        Date newest = c->now->newest_payment;

        if (limit == 0 || case_is_preview(c) || case_step(c)->action < ACTION_DEADLINE)
                return false;
        if (date_is_set(newest) && date_difference(c->now->local.day, newest) <= limit)
                return false;
        return settle(c, VERDICT_HELD, REASON_PAYMENTS_STALE);
}

bool rule_person(Case *c)
{
        const Step *step = case_step(c);

        if (case_is_preview(c))
                return false;
        if (step->action == ACTION_CALL)
                return settle(c, VERDICT_TASK, REASON_NEEDS_CALL);
        if (streq(c->instalment->approved, step->id))
                return false;
        if (step->action == ACTION_AGENCY || step->action == ACTION_LEGAL)
                return settle(c, VERDICT_TASK, REASON_NEEDS_PERSON);
        return step->needs_approval && settle(c, VERDICT_TASK, REASON_NEEDS_APPROVAL);
}

/* Whatever the account: nothing leaves until a person resumes. */
static bool is_guarded(Case *c, Guard guard, Reason reason)
{
        return (c->now->guards & GUARD_BIT(guard)) != 0 && !case_is_preview(c) &&
               settle(c, VERDICT_HELD, reason);
}

bool rule_paused(Case *c)
{
        return is_guarded(c, GUARD_PAUSED, REASON_PAUSED);
}

bool rule_stale(Case *c)
{
        return is_guarded(c, GUARD_STALE, REASON_STALE);
}

bool rule_clock(Case *c)
{
        return is_guarded(c, GUARD_CLOCK, REASON_CLOCK_JUMP);
}

bool rule_restored(Case *c)
{
        return is_guarded(c, GUARD_RESTORED, REASON_RESTORED);
}

bool rule_due(Case *c)
{
        return settle_until(c, VERDICT_DUE, REASON_DUE, c->judgement->earliest);
}
