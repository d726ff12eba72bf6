/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_PLANS_H
#define RELANCED_STORE_PLANS_H

/* Private to store/: plans of payments (R15). */

#include "store/database.h"

/* Takes a plan back: its parts go, what they replaced is open again, and what was sent of them is
 * behind it. The caller has withdrawn its fact. SAID_NOT_UNDONE: another plan has replaced parts of
 * it; SAID_HANDED_OVER: the file of one has left (R17); nothing was done. */
int plan_undo(Store *store, int64_t account, int64_t invoice, int64_t plan);

#endif
