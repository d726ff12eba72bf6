/* SPDX-License-Identifier: MIT */
/* Owns an instalment's place on its ladder. Pure; see ladder.h. */

#include "core/ladder.h"

static const Done *last_done(const Instalment *instalment)
{
        return instalment->n_done > 0 ? &instalment->done[instalment->n_done - 1] : NULL;
}

static const Done *last_sent(const Instalment *instalment)
{
        for (size_t i = instalment->n_done; i > 0; i--)
                if (!instalment->done[i - 1].is_skip)
                        return &instalment->done[i - 1];
        return NULL;
}

bool instalment_has_done(const Instalment *instalment, const char *step)
{
        for (size_t i = 0; i < instalment->n_done; i++)
                if (streq(instalment->done[i].step, step))
                        return true;
        return false;
}

/* R3: a step that does not apply any more is passed over without completing. */
static bool is_passed_over(
        const Step *step, const Account *account, const Instalment *instalment, Date today)
{
        if (step->trigger == TRIGGER_BEFORE_DUE && date_compare(today, instalment->due) > 0)
                return true;
        if (step->action == ACTION_SUSPEND && account->relation != RELATION_SERVICE)
                return true;
        if (instalment->is_handed_over && step->action < ACTION_AGENCY) /* R17 */
                return true;
        /* Only after an edit that moved a completed step behind the last one. */
        return instalment_has_done(instalment, step->id);
}

/* R21: where the climb goes on when the last completed step is no longer in the ladder. */
static int last_known(const Policy *policy, const Instalment *instalment)
{
        int known = -1;

        for (size_t i = 0; i < instalment->n_done; i++)
                known = MAX(known, policy_find_step(policy, instalment->done[i].step));
        return known;
}

int ladder_next(
        const Policy *policy, const Account *account, const Instalment *instalment, Date today)
{
        const Done *last = last_done(instalment);
        Action mildest = ACTION_COURTESY;
        int after = -1;

        if (last) {
                after = policy_find_step(policy, last->step);
                if (after < 0) {
                        after = last_known(policy, instalment);
                        mildest = last->action;
                }
        }
        for (int i = after + 1; i < (int)policy->n_steps; i++) {
                const Step *step = &policy->steps[i];
                if (step->action < mildest || is_passed_over(step, account, instalment, today))
                        continue;
                return i;
        }
        return -1;
}

Date instalment_deadline(const Instalment *instalment)
{
        for (size_t i = instalment->n_done; i > 0; i--)
                if (date_is_set(instalment->done[i - 1].deadline))
                        return instalment->done[i - 1].deadline;
        return DATE_NONE;
}

Date instalment_reopened_on(
        const Policy *policy, const Account *account, const Instalment *instalment)
{
        if (instalment->reopened_from > amounts_get(&policy->tolerance, account->currency))
                return DATE_NONE;
        return instalment->reopened_on;
}

static bool counts_from_due(const Step *step)
{
        return step->trigger == TRIGGER_AFTER_DUE || step->trigger == TRIGGER_BEFORE_DUE;
}

static int signed_days(const Step *step)
{
        return step->trigger == TRIGGER_BEFORE_DUE ? -step->days : step->days;
}

/* R1 */
static Date trigger_day(const Step *step, const Instalment *instalment)
{
        const Done *previous = last_done(instalment);
        Date day = DATE_NONE;

        switch (step->trigger) {
        case TRIGGER_AFTER_DUE:
        case TRIGGER_BEFORE_DUE: day = date_add(instalment->due, signed_days(step)); break;
        case TRIGGER_AFTER_ISSUE: day = date_add(instalment->issued, step->days); break;
        case TRIGGER_AFTER_PREVIOUS:
                day = date_add(previous ? previous->on : instalment->due, step->days);
                break;
        case TRIGGER_AFTER_DEADLINE:
                day = date_add(instalment_deadline(instalment), step->days);
                break;
        }
        return step->end_of_month && date_is_set(day) ? date_end_of_month(day) : day;
}

/* R2: the first day after the previous step, DATE_NONE without one. */
static Date gap_day(const Policy *policy, const Step *step, const Instalment *instalment)
{
        const Done *previous = last_done(instalment);
        if (!previous)
                return DATE_NONE;
        int known = policy_find_step(policy, previous->step);
        int gap = policy->min_gap_days;

        if (known < 0) /* R21: gaps count from the last real sending */
                previous = last_sent(instalment);
        else if (counts_from_due(step) && counts_from_due(&policy->steps[known]))
                gap = MAX(gap, signed_days(step) - signed_days(&policy->steps[known]));
        if (step->min_gap_days >= 0)
                gap = step->min_gap_days;
        return previous ? date_add(previous->on, gap) : DATE_NONE;
}

static void no_earlier_than(Earliest *earliest, Date day, Reason reason)
{
        if (date_compare(day, earliest->day) > 0)
                *earliest = (Earliest){ day, reason };
}

Earliest ladder_earliest(
        const Policy *policy, int step, const Account *account, const Instalment *instalment)
{
        const Step *next = &policy->steps[step];
        const Done *previous = last_done(instalment);
        Earliest earliest = { trigger_day(next, instalment), REASON_NOT_YET };

        if (!date_is_set(earliest.day))
                return (Earliest){ DATE_NONE, REASON_NO_DEADLINE };
        no_earlier_than(&earliest, gap_day(policy, next, instalment), REASON_GAP);
        if (previous)
                no_earlier_than(&earliest, date_add(previous->on, 1), REASON_STEP_TODAY);
        no_earlier_than(
                &earliest, date_add(instalment_deadline(instalment), 1), REASON_DEADLINE_RUNNING);
        if (instalment->is_held)
                no_earlier_than(&earliest, date_add(instalment->held_until, 1), REASON_RELEASED);
        no_earlier_than(&earliest, date_add(instalment->promised_until, 1), REASON_RELEASED);
        no_earlier_than(&earliest, date_add(instalment->released_on, 1), REASON_RELEASED);
        Date reopened = instalment_reopened_on(policy, account, instalment);
        no_earlier_than(&earliest, date_add(reopened, policy->reopen_gap_days), REASON_REOPENED);
        return earliest;
}

Place ladder_place(const Policy *policy, const Account *account, const Instalment *instalment,
        Date today, Date from)
{
        Place place = { ladder_next(policy, account, instalment, today),
                { DATE_NONE, REASON_LADDER_DONE } };

        if (place.step < 0)
                return place;
        place.earliest = ladder_earliest(policy, place.step, account, instalment);
        if (policy->steps[place.step].trigger != TRIGGER_BEFORE_DUE ||
                date_compare(date_later(place.earliest.day, from), instalment->due) <= 0)
                return place;
        Date past_due = date_add(instalment->due, 1);
        place = (Place){ ladder_next(policy, account, instalment, past_due),
                { DATE_NONE, REASON_LADDER_DONE } };
        if (place.step < 0)
                return place;
        place.earliest = ladder_earliest(policy, place.step, account, instalment);
        if (date_is_set(place.earliest.day))
                no_earlier_than(&place.earliest, past_due, REASON_NOT_YET);
        return place;
}
