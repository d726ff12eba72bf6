/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_CREDIT_H
#define RELANCED_CORE_CREDIT_H

/*
 * R10: what a file that is handed over (R17), or another claim, takes off for the credit on the
 * account: all of it but what other files have need of, which fell due before; so no part of it
 * counts in two files. A notice to the customer always takes all of it off. Pure.
 */

#include "core/account.h"

/* Whether the i-th instalment is part of the claim. */
typedef bool (*IsClaimed)(const void *owner, size_t i);

/* 0 ≤ it ≤ what is open of all that is claimed. Files are what was handed over and what may be; of
 * them those that fell due first are covered first (C. civ. 1342-10), by instalment_compare(), and
 * disputed ones, those still collected and those without a due day last. */
int64_t credit_of_claim(const Account *account, IsClaimed is_claimed, const void *owner);
/* The same of the i-th instalment alone. */
int64_t credit_of_instalment(const Account *account, size_t i);

#endif
