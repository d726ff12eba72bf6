/* SPDX-License-Identifier: MIT */
/*
 * Owns the table of rules for one instalment. The first rule that speaks settles the judgement, so
 * the order of the table is the policy: what must never be asked for comes first, what only has to
 * wait comes last. Rules about the account as a whole (R4–R8, R10's sums) follow in contact.c.
 *
 * Rules that are still to come have their place: promises (R13) and replies (R25) beside the holds,
 * plans (R15) before the policy is chosen, adoption and stale data (R18, R19) beside approvals.
 */

#include "core/judge.h"

#include "core/ladder.h"

typedef struct Case {
        const Rulebook *book;
        const Account *account;
        const Instalment *instalment;
        const Now *now;
        const Forced *forced;
        Judgement *judgement;
} Case;

/* Settles the case; always true, so that a rule may end with it. */
static bool settle(Case *c, Verdict verdict, Reason reason)
{
        c->judgement->verdict = verdict;
        c->judgement->reason = reason;
        return true;
}

static bool rule_status(Case *c)
{
        if (c->instalment->status == STATUS_DRAFT)
                return settle(c, VERDICT_NEVER, REASON_DRAFT);
        if (c->instalment->status == STATUS_CANCELLED)
                return settle(c, VERDICT_NEVER, REASON_CANCELLED);
        return false;
}

static bool rule_credit_note(Case *c)
{
        return c->instalment->amount <= 0 && settle(c, VERDICT_NEVER, REASON_CREDIT_NOTE);
}

static bool rule_paid(Case *c)
{
        return c->instalment->open <= 0 && settle(c, VERDICT_CLOSED, REASON_PAID);
}

static bool rule_known_policy(Case *c)
{
        return !c->judgement->policy && settle(c, VERDICT_TASK, REASON_UNKNOWN_POLICY);
}

static bool rule_tolerated(Case *c)
{
        int64_t tolerance = amounts_get(&c->judgement->policy->tolerance, c->account->currency);

        return c->instalment->open <= tolerance && settle(c, VERDICT_CLOSED, REASON_TOLERATED);
}

static bool rule_do_not_contact(Case *c)
{
        return account_has_tag(c->account, "do_not_contact") &&
               settle(c, VERDICT_NEVER, REASON_DO_NOT_CONTACT);
}

static bool rule_steps(Case *c)
{
        return c->judgement->policy->n_steps == 0 && settle(c, VERDICT_NEVER, REASON_NO_STEPS);
}

static bool rule_due_date(Case *c)
{
        return !date_is_set(c->instalment->due) && settle(c, VERDICT_NEVER, REASON_NO_DUE_DATE);
}

static bool rule_direct_debit(Case *c)
{
        return c->instalment->method == METHOD_DIRECT_DEBIT && !c->instalment->collection_failed &&
               settle(c, VERDICT_NEVER, REASON_DIRECT_DEBIT);
}

static bool rule_dispute(Case *c)
{
        return (c->instalment->is_disputed || c->instalment->status == STATUS_DISPUTED) &&
               settle(c, VERDICT_TASK, REASON_DISPUTED);
}

static bool rule_hold(Case *c)
{
        const Instalment *instalment = c->instalment;
        Judgement *judgement = c->judgement;

        if (!instalment->is_held)
                return false;
        if (!date_is_set(instalment->held_until))
                return settle(c, VERDICT_HELD, REASON_HELD);
        if (date_compare(c->now->local.day, instalment->held_until) > 0)
                return false;
        judgement->next = ladder_next(
                judgement->policy, c->account, instalment, date_add(instalment->held_until, 1));
        judgement->earliest = date_add(instalment->held_until, 1);
        if (judgement->next >= 0)
                judgement->earliest =
                        ladder_earliest(judgement->policy, judgement->next, c->account, instalment)
                                .day;
        return settle(c, VERDICT_HELD, REASON_HELD);
}

static bool rule_handed_over(Case *c)
{
        return c->instalment->is_handed_over && settle(c, VERDICT_HELD, REASON_HANDED_OVER);
}

/* From here on the instalment could be chased: it may be listed in its account's notices (R8). */
static bool rule_listable(Case *c)
{
        c->judgement->is_listable = date_compare(c->now->local.day, c->instalment->due) > 0;
        return false;
}

static bool rule_in_flight(Case *c)
{
        return c->instalment->is_in_flight && settle(c, VERDICT_HELD, REASON_IN_FLIGHT);
}

static bool rule_uncertain(Case *c)
{
        return c->instalment->is_uncertain && settle(c, VERDICT_HELD, REASON_UNCERTAIN);
}

static bool rule_aside(Case *c)
{
        return c->instalment->is_aside && settle(c, VERDICT_TASK, REASON_ALL_ROUTES_REFUSED);
}

static bool is_reopened_since_last_step(const Case *c)
{
        const Instalment *instalment = c->instalment;
        Date reopened = instalment_reopened_on(c->judgement->policy, c->account, instalment);

        return date_is_set(reopened) && instalment->n_done > 0 &&
               date_compare(reopened, instalment->done[instalment->n_done - 1].on) >= 0;
}

static bool rule_ladder(Case *c)
{
        const Policy *policy = c->judgement->policy;

        c->judgement->next =
                c->forced && c->forced->step
                        ? policy_find_step(policy, c->forced->step)
                        : ladder_next(policy, c->account, c->instalment, c->now->local.day);
        if (c->judgement->next >= 0)
                return false;
        if (is_reopened_since_last_step(c))
                return settle(c, VERDICT_TASK, REASON_LADDER_DONE_REOPENED);
        return settle(c, VERDICT_HELD, REASON_LADDER_DONE);
}

static bool rule_earliest(Case *c)
{
        Judgement *judgement = c->judgement;
        Earliest earliest =
                ladder_earliest(judgement->policy, judgement->next, c->account, c->instalment);

        judgement->earliest = earliest.day;
        if (c->forced)
                return false;
        if (!date_is_set(earliest.day))
                return settle(c, VERDICT_WAIT, earliest.reason);
        return date_compare(c->now->local.day, earliest.day) < 0 &&
               settle(c, VERDICT_WAIT, earliest.reason);
}

/* R16, also when a person asks for the step out of turn. */
static bool rule_suspend(Case *c)
{
        const Step *step = &c->judgement->policy->steps[c->judgement->next];
        Date deadline = instalment_deadline(c->instalment);

        if (step->action != ACTION_SUSPEND)
                return false;
        if (c->account->relation != RELATION_SERVICE)
                return settle(c, VERDICT_HELD, REASON_NOT_A_SERVICE);
        if (!date_is_set(deadline))
                return settle(c, VERDICT_WAIT, REASON_NO_DEADLINE);
        return date_compare(c->now->local.day, deadline) <= 0 &&
               settle(c, VERDICT_WAIT, REASON_DEADLINE_RUNNING);
}

static bool rule_person(Case *c)
{
        const Step *step = &c->judgement->policy->steps[c->judgement->next];

        if (step->action == ACTION_CALL)
                return settle(c, VERDICT_TASK, REASON_NEEDS_CALL);
        if (step->action == ACTION_AGENCY || step->action == ACTION_LEGAL)
                return settle(c, VERDICT_TASK, REASON_NEEDS_PERSON);
        return step->needs_approval && settle(c, VERDICT_TASK, REASON_NEEDS_APPROVAL);
}

static bool rule_due(Case *c)
{
        return settle(c, VERDICT_DUE, REASON_DUE);
}

static const struct {
        const char *number;
        bool (*apply)(Case *c); /* true: it has settled the case */
} rules[] = {
        { "R22", rule_status },
        { "R22", rule_credit_note },
        { "R10", rule_paid },
        { "R21", rule_known_policy },
        { "R10", rule_tolerated },
        { "R22", rule_do_not_contact },
        { "R21", rule_steps },
        { "R22", rule_due_date },
        { "R22", rule_direct_debit },
        { "R14", rule_dispute },
        { "R14", rule_hold },
        { "R17", rule_handed_over },
        { "R8", rule_listable },
        { "R9", rule_in_flight },
        { "R9", rule_uncertain },
        { "R4", rule_aside },
        { "R3", rule_ladder },
        { "R2", rule_earliest },
        { "R16", rule_suspend },
        { "R17", rule_person },
        { "R2", rule_due },
};

void judge_instalment(const Rulebook *book, const Account *account, const Instalment *instalment,
        const Now *now, const Forced *forced, Judgement *ret_judgement)
{
        Case c = { book, account, instalment, now, forced, ret_judgement };

        *ret_judgement = (Judgement){
                .policy = rulebook_policy_of(book, account, instalment),
                .next = -1,
                .earliest = DATE_NONE,
                .not_before = DATE_NONE,
        };
        for (size_t i = 0; i < ELEMENTSOF(rules); i++)
                if (rules[i].apply(&c))
                        break;
        ret_judgement->not_before = ret_judgement->earliest;
}
