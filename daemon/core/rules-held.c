/* SPDX-License-Identifier: MIT */
/*
 * Owns the rules about what holds an instalment whatever its next step is: what a person or the
 * customer has said of it (R13, R14, R18), and what has become of its last notice (R4, R9).
 */

#include "core/deciding.h"
#include "core/ladder.h"
#include "core/rules.h"

bool rule_dispute(Case *c)
{
        return (c->instalment->is_disputed || c->instalment->status == STATUS_DISPUTED) &&
               settle(c, VERDICT_TASK, REASON_DISPUTED);
}

/* Through its last day, or until somebody ends it. */
bool rule_hold(Case *c)
{
        const Instalment *instalment = c->instalment;

        if (!instalment->is_held)
                return false;
        if (!date_is_set(instalment->held_until))
                return settle(c, VERDICT_HELD, REASON_HELD);
        if (date_compare(c->now->local.day, instalment->held_until) > 0)
                return false;
        case_find_place(c);
        return settle_until(c, VERDICT_HELD, REASON_HELD, c->judgement->earliest);
}

/* Through the day that was promised, kept or not. */
bool rule_promise(Case *c)
{
        if (date_compare(c->now->local.day, c->instalment->promised_until) > 0)
                return false;
        case_find_place(c);
        return settle_until(c, VERDICT_HELD, REASON_PROMISED, c->judgement->earliest);
}

/* How late it was on the day it first came in says whether somebody has known of it before. */
static bool is_waiting_for_adoption(const Case *c)
{
        const Instalment *instalment = c->instalment;
        int limit = c->book->limits.adopt_max_age_days;

        if (limit == 0 || instalment->is_adopted || instalment->n_done > 0)
                return false;
        if (instalment->plan != 0 || !date_is_set(instalment->imported_on))
                return false;
        return date_difference(instalment->imported_on, instalment->due) > limit;
}

bool rule_adoption(Case *c)
{
        if (case_is_preview(c) || !is_waiting_for_adoption(c))
                return false;
        case_find_place(c);
        return settle(c, VERDICT_TASK, REASON_ADOPTION);
}

/* R17: from its approval on, as it would be asked for by two on the day it leaves. Not while nobody
 * is there to send it to. */
static bool is_being_handed_over(const Case *c)
{
        const Policy *policy = c->judgement->policy;

        if (!*c->instalment->approved)
                return false;
        int step = policy_find_step(policy, c->instalment->approved);
        if (step < 0 || policy->steps[step].action < ACTION_AGENCY)
                return false;
        return !instalment_has_done(c->instalment, policy->steps[step].id) &&
               handover_has_recipient(c->book, &policy->steps[step]);
}

/* From here on the instalment could be chased: it may be listed in its account's notices (R8). */
bool rule_listable(Case *c)
{
        bool is_theirs = c->instalment->is_handed_over || is_being_handed_over(c);
        bool is_overdue = date_compare(c->now->local.day, c->instalment->due) > 0;

        c->judgement->is_listable = !is_theirs && is_overdue;
        c->judgement->is_upcoming = !is_theirs && !is_overdue;
        return false;
}

bool rule_in_flight(Case *c)
{
        return c->instalment->is_in_flight && settle(c, VERDICT_HELD, REASON_IN_FLIGHT);
}

bool rule_uncertain(Case *c)
{
        return c->instalment->is_uncertain && settle(c, VERDICT_HELD, REASON_UNCERTAIN);
}

bool rule_aside(Case *c)
{
        return c->instalment->is_aside && settle(c, VERDICT_TASK, REASON_ALL_ROUTES_REFUSED);
}

bool case_is_preview(const Case *c)
{
        return c->forced && c->forced->is_preview;
}

Date case_free_day(const Case *c)
{
        Date free = c->now->local.day;

        if (c->instalment->is_held)
                free = date_later(free, date_add(c->instalment->held_until, 1));
        free = date_later(free, date_add(c->instalment->promised_until, 1));
        return c->forced ? free : date_later(free, date_add(c->account->paused_until, 1));
}

/* R16: it counts from a deadline, and who knows when one is printed. */
static bool is_without_deadline(const Case *c)
{
        return c->judgement->next >= 0 && case_step(c)->action == ACTION_SUSPEND &&
               !date_is_set(instalment_deadline(c->instalment));
}

/* Whether something holds it besides, of which nobody knows until when. */
static bool is_held_without_end(const Case *c)
{
        const Instalment *instalment = c->instalment;

        if (is_without_deadline(c))
                return true;
        return instalment->is_in_flight || instalment->is_uncertain || instalment->is_aside ||
               is_waiting_for_adoption(c);
}

bool settle(Case *c, Verdict verdict, Reason reason)
{
        c->judgement->verdict = verdict;
        c->judgement->reason = reason;
        c->judgement->not_before = DATE_NONE;
        return true;
}

bool settle_until(Case *c, Verdict verdict, Reason reason, Date day)
{
        (void)settle(c, verdict, reason);
        if (date_is_set(day) && !is_held_without_end(c))
                c->judgement->not_before = date_later(day, case_free_day(c));
        return true;
}
