/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_JUDGE_H
#define RELANCED_CORE_JUDGE_H

/* What the rules say of one instalment, before its account is looked at as a whole. */

#include "core/decide.h"

/* forced: a person's wish for this very instalment, or NULL. */
void judge_instalment(const Rulebook *book, const Account *account, const Instalment *instalment,
        const Now *now, const Forced *forced, Judgement *ret_judgement);

/* Every rule that would keep the instalment from its next step now, the deciding one first: what
 * explain tells. At most REASON_MAX; gives their number. Rules about the account as a whole (R5,
 * R7, R10) are not among them. */
size_t judge_reasons(const Rulebook *book, const Account *account, const Instalment *instalment,
        const Now *now, Reason *reasons);

#endif
