/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_AGENCY_H
#define RELANCED_ENGINE_AGENCY_H

/* R17: what was paid after a file was handed over is told to a person, who tells the agency; and an
 * approval that was overtaken before it was used is asked for again. */

#include "core/account.h"
#include "core/decide.h"
#include "engine/engine.h"

/* Whether there is anything to look at: for most accounts not. */
bool account_is_handed_over(const Account *account);

/* What agency_find() has found: an instalment of each invoice with news. */
typedef struct AgencyNews {
        size_t *instalments; /* indices in the account, in the arena */
        size_t n;
} AgencyNews;
int agency_find(Engine *engine, const Account *account, Arena *arena, AgencyNews *ret_news);
/* Opens its tasks, in the caller's transaction. *ret_n: those that were not open yet. */
int agency_tell(Engine *engine, const Account *account, const AgencyNews *news, Instant at,
        Arena *arena, size_t *ret_n);

/* Both at once, after a fact about one account: in a transaction of its own. */
int engine_tell_agency(Engine *engine, int64_t account);

/* Whether a step was approved, and what it asks for has since been settled, covered, promised or
 * disputed: it must not go out by itself when that ends, perhaps months later. */
bool approval_is_overtaken(const Instalment *instalment, const Judgement *judgement);

#endif
