/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_LADDER_H
#define RELANCED_CORE_LADDER_H

/* R1–R3 and R21's live edits: which step of its ladder an instalment comes to next, and when. */

#include "core/policy.h"
#include "core/reason.h"

/* The index of the next step, or -1: the ladder is finished (R3, R21). */
int ladder_next(
        const Policy *policy, const Account *account, const Instalment *instalment, Date today);

/* The day a step may come, by R1 and R2, and which of their clauses sets it. DATE_NONE with
 * REASON_NO_DEADLINE: it counts from a deadline and none was printed. */
typedef struct Earliest {
        Date day;
        Reason reason;
} Earliest;
Earliest ladder_earliest(
        const Policy *policy, int step, const Account *account, const Instalment *instalment);

/* The step that will be taken next, as nothing may come before a day from: one that will have been
 * passed over by the time it could come is not it. step -1: the ladder is finished. */
typedef struct Place {
        int step;
        Earliest earliest;
} Place;
Place ladder_place(const Policy *policy, const Account *account, const Instalment *instalment,
        Date today, Date from);

/* Whether the step of that id is behind it, sent or skipped. */
bool instalment_has_done(const Instalment *instalment, const char *step);

/* The deadline that was printed last for it, or DATE_NONE. */
Date instalment_deadline(const Instalment *instalment);

/* The day it was reopened after having been closed (R12), or DATE_NONE. */
Date instalment_reopened_on(
        const Policy *policy, const Account *account, const Instalment *instalment);

#endif
