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
 * R7, R10) are not among them. ret_last has the next step and its day, also where the deciding
 * rule has not asked for them. */
size_t judge_reasons(const Rulebook *book, const Account *account, const Instalment *instalment,
        const Now *now, Reason *reasons, Judgement *ret_last);

/* The rules about the account as a whole that would keep an instalment's next step from leaving at
 * now if it were due: R4, R7, R5. Told beside judge_reasons(). Gives their number. */
#define ACCOUNT_REASONS_MAX 4
size_t account_reasons(const Rulebook *book, const Account *account, const Now *now,
        const Judgement *judgement, Reason reasons[static ACCOUNT_REASONS_MAX]);
/* The first day on which R7 lets a contact of this action come, or DATE_NONE. */
Date account_contact_day(const Rulebook *book, const Account *account, Action action);

#endif
