/* SPDX-License-Identifier: MIT */
/* Owns the order in which credit on an account covers instalments. Nothing of it is stored: it
 * follows from what is open. */

#include "core/credit.h"

#include "core/deciding.h"

static bool takes_credit(const Instalment *instalment)
{
        return instalment->open > 0 && instalment->status != STATUS_CANCELLED &&
               instalment->status != STATUS_DRAFT;
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

        return is_last == is_unasked(b) ? instalment_compare(a, b) < 0 : !is_last;
}

int64_t credit_of_instalment(const Account *account, size_t i)
{
        const Instalment *instalment = &account->instalments[i];
        int64_t credit = account->unassigned;

        if (!takes_credit(instalment))
                return 0;
        for (size_t k = 0; k < account->n_instalments && credit > 0; k++) {
                const Instalment *other = &account->instalments[k];
                if (k != i && takes_credit(other) && is_covered_before(other, instalment))
                        credit -= other->open;
        }
        return MIN(MAX(credit, 0), instalment->open);
}
