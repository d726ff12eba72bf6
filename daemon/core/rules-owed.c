/* SPDX-License-Identifier: MIT */
/*
 * Owns the rules about what is owed and whether it is chased at all (R10, R15, R21, R22). None of
 * them looks at the day: what they settle stays so until a fact or the configuration changes.
 */

#include "core/rules.h"

bool rule_status(Case *c)
{
        if (c->instalment->status == STATUS_DRAFT)
                return settle(c, VERDICT_NEVER, REASON_DRAFT);
        if (c->instalment->status == STATUS_CANCELLED)
                return settle(c, VERDICT_NEVER, REASON_CANCELLED);
        return false;
}

bool rule_credit_note(Case *c)
{
        return c->instalment->amount <= 0 && settle(c, VERDICT_NEVER, REASON_CREDIT_NOTE);
}

/* Its parts are instalments of their own. What is open again of it, as money came back or a file
 * says more, is none of them and asked for by its own ladder. */
bool rule_replaced(Case *c)
{
        return c->instalment->is_replaced && c->instalment->open <= 0 &&
               settle(c, VERDICT_CLOSED, REASON_PLANNED);
}

bool rule_paid(Case *c)
{
        if (c->instalment->open > 0)
                return false;
        return settle(c, VERDICT_CLOSED, c->instalment->granted > 0 ? REASON_SETTLED : REASON_PAID);
}

bool rule_known_policy(Case *c)
{
        return !c->judgement->policy && settle(c, VERDICT_TASK, REASON_UNKNOWN_POLICY);
}

bool rule_tolerated(Case *c)
{
        int64_t tolerance = amounts_get(&c->judgement->policy->tolerance, c->account->currency);

        return c->instalment->open <= tolerance && settle(c, VERDICT_CLOSED, REASON_TOLERATED);
}

bool rule_do_not_contact(Case *c)
{
        return account_has_tag(c->account, "do_not_contact") &&
               settle(c, VERDICT_NEVER, REASON_DO_NOT_CONTACT);
}

bool rule_steps(Case *c)
{
        return c->judgement->policy->n_steps == 0 && settle(c, VERDICT_NEVER, REASON_NO_STEPS);
}

bool rule_due_date(Case *c)
{
        return !date_is_set(c->instalment->due) && settle(c, VERDICT_NEVER, REASON_NO_DUE_DATE);
}

bool rule_direct_debit(Case *c)
{
        return c->instalment->method == METHOD_DIRECT_DEBIT && !c->instalment->collection_failed &&
               settle(c, VERDICT_NEVER, REASON_DIRECT_DEBIT);
}
