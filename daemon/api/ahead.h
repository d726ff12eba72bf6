/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_AHEAD_H
#define RELANCED_API_AHEAD_H

/* When the next steps of an invoice would really leave, if nobody pays and nobody speaks: the
 * forecast of its account, as far as it is needed. In steps, as an account may be large. */

#include "api/routes.h"

typedef struct Ahead Ahead;

/* account: as decide() was given it, with that decision; they outlive this. */
int ahead_new(Engine *engine, const Account *account, const Decision *decision, int64_t invoice,
        Ahead **ret_ahead);
void ahead_free(Ahead *ahead);
DEFINE_CLEANUP(Ahead, ahead_free)

/* 1: there is more to do; 0: it is known; -errno. */
int ahead_step(Ahead *ahead);
/* Of the account's instalment of that index; INSTANT_NONE: it waits for more than time. */
Instant ahead_at(const Ahead *ahead, size_t instalment);

/* GUARD_BIT()s that hold from the next wake on. */
unsigned ahead_guards(Ahead *ahead);

#endif
