/* SPDX-License-Identifier: MIT */
/*
 * Owns the table of rules for one instalment. The first rule that speaks settles the judgement, so
 * the order of the table is the policy: what must never be asked for comes first, what only has to
 * wait comes last. Rules about the account as a whole (R4–R8, R10's sums) follow in contact.c.
 */

#include "core/judge.h"

#include "core/rules.h"

static const struct {
        const char *number;
        bool (*apply)(Case *c); /* true: it has settled the case */
        bool is_last_word;      /* where it speaks, no later rule has anything to add */
} rules[] = {
        { "R22", rule_status, true },
        { "R22", rule_credit_note, true },
        { "R15", rule_replaced, true },
        { "R10", rule_paid, true },
        { "R21", rule_known_policy, true },
        { "R10", rule_tolerated, true },
        { "R22", rule_do_not_contact, false },
        { "R21", rule_steps, true },
        { "R22", rule_due_date, true },
        { "R22", rule_direct_debit, false },
        { "R14", rule_dispute, false },
        { "R14", rule_hold, false },
        { "R13", rule_promise, false },
        { "R18", rule_adoption, false },
        { "R8", rule_listable, false },
        { "R9", rule_in_flight, false },
        { "R9", rule_uncertain, false },
        { "R4", rule_aside, false },
        { "R3", rule_ladder, true },
        { "R17", rule_handed_over, false },
        { "R25", rule_reply, false },
        { "R16", rule_suspend, false },
        { "R2", rule_earliest, false },
        { "R10", rule_sum, false },
        { "R19", rule_payments, false },
        { "R17", rule_person, false },
        { "", rule_paused, false }, /* relancectl pause */
        { "R18", rule_stale, false },
        { "R20", rule_clock, false },
        { "R20", rule_restored, false },
        { "R2", rule_due, true },
};

static Judgement unsettled(
        const Rulebook *book, const Account *account, const Instalment *instalment)
{
        return (Judgement){
                .policy = rulebook_policy_of(book, account, instalment),
                .next = -1,
                .earliest = DATE_NONE,
                .not_before = DATE_NONE,
        };
}

void judge_instalment(const Rulebook *book, const Account *account, const Instalment *instalment,
        const Now *now, const Forced *forced, Judgement *ret_judgement)
{
        Case c = { book, account, instalment, now, forced, ret_judgement, REASON_NOT_YET };

        *ret_judgement = unsettled(book, account, instalment);
        for (size_t i = 0; i < ELEMENTSOF(rules); i++)
                if (rules[i].apply(&c))
                        return;
}

/* A rule that says the same in two ways; a hold that runs, told as one that has ended by then. */
static bool is_told(Reason reason, const Reason *reasons, size_t n)
{
        return n > 0 && (reason == reasons[n - 1] || reason == REASON_RELEASED);
}

size_t judge_reasons(const Rulebook *book, const Account *account, const Instalment *instalment,
        const Now *now, Reason *reasons, Judgement *ret_last)
{
        Judgement judgement = unsettled(book, account, instalment);
        Case c = { book, account, instalment, now, NULL, &judgement, REASON_NOT_YET };
        bool is_never = false;
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                if (!rules[i].apply(&c))
                        continue;
                is_never = is_never || judgement.verdict == VERDICT_NEVER;
                bool is_idle = is_never && judgement.verdict == VERDICT_WAIT; /* for nothing */
                if (judgement.verdict != VERDICT_DUE && !is_idle &&
                        !is_told(judgement.reason, reasons, n))
                        reasons[n++] = judgement.reason;
                if (rules[i].is_last_word)
                        break;
        }
        *ret_last = judgement;
        return n;
}
