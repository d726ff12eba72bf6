/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_BROKEN_H
#define RELANCED_ENGINE_BROKEN_H

/*
 * Words that were not kept: a promise that ran out (R13), a plan with a part that is late (R15).
 * Recorded once, by the first wake that finds them, before it decides about the account.
 */

#include "engine/engine.h"
#include "engine/journal.h"
#include "store/outbox.h"

typedef struct Broken {
        Engine *engine;
        const Account *account; /* as it is before anything is recorded */
        const Now *now;
        Journal *journal;
        Arena *arena;
        /* Out, in the arena: */
        size_t *promises, *plans; /* indices of instalments, the first of each plan */
        size_t n_promises, n_plans;
        Task *tasks; /* to be opened */
        size_t n_tasks;
} Broken;

/*
 * Finds what is to be recorded; nearly always nothing, without a question to the store. Nothing is
 * found as long as a guard holds: a day that seems over may not be, and a payment that seems
 * missing may only not be known.
 */
int broken_find(Broken *broken);
static inline bool broken_is_any(const Broken *broken)
{
        return broken->n_promises + broken->n_plans > 0;
}
/* Records it, within the caller's transaction; the account is to be read again. */
int broken_record(Broken *broken);

#endif
