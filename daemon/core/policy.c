/* SPDX-License-Identifier: MIT */
/* Owns look-ups in the rulebook and R21's choice of a policy. Never changes a rulebook. */

#include "core/policy.h"

const char *const trigger_names[] = { "after_due", "before_due", "after_issue", "after_previous",
        "after_deadline" };

int64_t amounts_get(const Amounts *amounts, const char *currency)
{
        for (size_t i = 0; i < amounts->n; i++)
                if (streq(amounts->list[i].currency, currency))
                        return amounts->list[i].minor;
        return 0;
}

const Policy *rulebook_find_policy(const Rulebook *book, const char *name)
{
        for (size_t i = 0; i < book->n_policies; i++)
                if (streq(book->policies[i].name, name))
                        return &book->policies[i];
        return NULL;
}

int rulebook_find_channel(const Rulebook *book, const char *name)
{
        for (size_t i = 0; i < book->n_channels; i++)
                if (streq(book->channels[i].name, name))
                        return (int)i;
        return -1;
}

int policy_find_step(const Policy *policy, const char *id)
{
        for (size_t i = 0; i < policy->n_steps; i++)
                if (streq(policy->steps[i].id, id))
                        return (int)i;
        return -1;
}

/* As the numbers that are written: 1000 JPY are as much as 1000.00 EUR. */
static bool is_at_least(int64_t minor, const char *currency, const Amount *least)
{
        __int128 number = minor, limit = least->minor;

        if (streq(currency, least->currency))
                return number >= limit;
        int decimals = currency_exponent(currency) - currency_exponent(least->currency);
        for (; decimals < 0; decimals++)
                number *= 10;
        for (; decimals > 0; decimals--)
                limit *= 10;
        return number >= limit;
}

static bool rule_matches(
        const AssignRule *rule, const Account *account, const Instalment *instalment)
{
        if (rule->kind >= 0 && rule->kind != (int)account->kind)
                return false;
        if (rule->relation >= 0 && rule->relation != (int)account->relation)
                return false;
        if (rule->currency && !streq(rule->currency, account->currency))
                return false;
        int64_t amount = instalment->whole > 0 ? instalment->whole : instalment->amount;
        if (rule->amount && !is_at_least(amount, account->currency, rule->amount))
                return false;
        return !rule->tag || account_has_tag(account, rule->tag);
}

const Policy *rulebook_policy_of(
        const Rulebook *book, const Account *account, const Instalment *instalment)
{
        if (*instalment->policy)
                return rulebook_find_policy(book, instalment->policy);
        if (*account->policy)
                return rulebook_find_policy(book, account->policy);
        for (size_t i = 0; i < book->n_rules; i++)
                if (rule_matches(&book->rules[i], account, instalment))
                        return book->rules[i].policy;
        return NULL;
}
