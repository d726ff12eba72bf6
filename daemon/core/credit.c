/* SPDX-License-Identifier: MIT */
/* Owns which claim takes the credit on an account. Nothing of it is stored: it follows from what is
 * open and from what a person has approved, so that a file's sum is the same before it goes out and
 * after. */

#include "core/credit.h"

#include "core/deciding.h"

typedef struct Claim {
        const Account *account;
        IsClaimed is_claimed;
        const void *owner;
} Claim;

static bool takes_credit(const Instalment *instalment)
{
        return instalment->open > 0 && instalment->status != STATUS_CANCELLED &&
               instalment->status != STATUS_DRAFT;
}

static bool is_file(const Instalment *instalment)
{
        return instalment->is_handed_over || !is_empty(instalment->approved);
}

/* Nobody asks for it now. */
static bool is_unasked(const Instalment *instalment)
{
        return instalment->is_disputed || instalment->status == STATUS_DISPUTED ||
               (instalment->method == METHOD_DIRECT_DEBIT && !instalment->collection_failed) ||
               !date_is_set(instalment->due);
}

static bool is_covered_before(const Instalment *a, const Instalment *b)
{
        bool is_last = is_unasked(a);

        if (!is_file(b))
                return true;
        return is_last == is_unasked(b) ? instalment_compare(a, b) < 0 : !is_last;
}

static bool is_member(const Claim *claim, size_t i)
{
        return claim->is_claimed(claim->owner, i) && takes_credit(&claim->account->instalments[i]);
}

/* A file of its own that is covered before all of the claim. */
static bool goes_before(const Claim *claim, const Instalment *other)
{
        if (!takes_credit(other) || !is_file(other))
                return false;
        for (size_t i = 0; i < claim->account->n_instalments; i++) {
                const Instalment *mine = &claim->account->instalments[i];
                if (is_member(claim, i) && (mine == other || !is_covered_before(other, mine)))
                        return false;
        }
        return true;
}

int64_t credit_of_claim(const Account *account, IsClaimed is_claimed, const void *owner)
{
        const Claim claim = { account, is_claimed, owner };
        int64_t credit = account->unassigned, open = 0;

        for (size_t i = 0; i < account->n_instalments && credit > open; i++)
                if (is_member(&claim, i))
                        open += MIN(account->instalments[i].open, credit - open);
        for (size_t i = 0; i < account->n_instalments && credit > 0 && open > 0; i++)
                if (goes_before(&claim, &account->instalments[i]))
                        credit -= MIN(credit, account->instalments[i].open);
        return MIN(credit, open);
}

static bool is_one(const void *owner, size_t i)
{
        return i == *(const size_t *)owner;
}

int64_t credit_of_instalment(const Account *account, size_t i)
{
        return credit_of_claim(account, is_one, &i);
}
