/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_CREDIT_H
#define RELANCED_CORE_CREDIT_H

/*
 * R10: whose the credit on an account is where an instalment is claimed by itself (R17): each part
 * of it counts once, so that the files of an account add up to what the account owes. A notice to
 * the customer takes all of it off its own sum instead. Pure.
 */

#include "core/account.h"

/* What the i-th instalment is given, 0 ≤ it ≤ its open amount: the one that fell due first is
 * covered first (C. civ. 1342-10), by instalment_compare(); what is disputed, what is still being
 * collected and what has no due day come last. */
int64_t credit_of_instalment(const Account *account, size_t i);

#endif
