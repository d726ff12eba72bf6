/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_RULES_H
#define RELANCED_CORE_RULES_H

/*
 * Private to judge.c, whose table puts the rules in order: each looks at one instalment alone and
 * either settles its case (true) or has nothing to say (false). What a rule may rely on is what the
 * rules before it in the table let pass: a known policy, then steps, then a due date, then a next
 * step.
 */

#include "core/decide.h"

typedef struct Case {
        const Rulebook *book;
        const Account *account;
        const Instalment *instalment;
        const Now *now;
        const Forced *forced;
        Judgement *judgement;
        Reason waits_for; /* the clause that sets judgement->earliest (R1, R2) */
} Case;

/* Settles the case, for as long as nothing happens; true, so that a rule may end with it. */
bool settle(Case *c, Verdict verdict, Reason reason);
/* Settles it until a day: the latest one that any rule knows of today. */
bool settle_until(Case *c, Verdict verdict, Reason reason, Date day);

bool case_is_preview(const Case *c);
/* The first day on which no hold, promise or pause with a known end stands; today if none does. */
Date case_free_day(const Case *c);
/* Finds the next step and its day, as of case_free_day(). */
void case_find_place(Case *c);
/* The step that was found. */
const Step *case_step(const Case *c);

/* What is owed, and whether it is chased at all: rules-owed.c */
bool rule_status(Case *c);
bool rule_credit_note(Case *c);
bool rule_replaced(Case *c);
bool rule_paid(Case *c);
bool rule_known_policy(Case *c);
bool rule_tolerated(Case *c);
bool rule_do_not_contact(Case *c);
bool rule_steps(Case *c);
bool rule_due_date(Case *c);
bool rule_direct_debit(Case *c);

/* What holds it, whatever its next step is: rules-held.c */
bool rule_dispute(Case *c);
bool rule_hold(Case *c);
bool rule_promise(Case *c);
bool rule_adoption(Case *c);
bool rule_listable(Case *c); /* never settles */
bool rule_in_flight(Case *c);
bool rule_uncertain(Case *c);
bool rule_aside(Case *c);

/* The next step: which, when, for what sum, and who may take it: rules-next.c */
bool rule_ladder(Case *c);
bool rule_handed_over(Case *c);
bool rule_reply(Case *c);
bool rule_suspend(Case *c);
bool rule_earliest(Case *c);
bool rule_sum(Case *c);
bool rule_payments(Case *c);
bool rule_person(Case *c);
bool rule_paused(Case *c);
bool rule_stale(Case *c);
bool rule_clock(Case *c);
bool rule_restored(Case *c);
bool rule_due(Case *c);

#endif
