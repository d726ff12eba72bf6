/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_WAKE_H
#define RELANCED_ENGINE_WAKE_H

/*
 * A wake as a job (DESIGN 2): cancels what no longer holds (R6, R9, R11), decides page by page,
 * queues. One page at each step, in a transaction of its own, so that whoever owns the loop is not
 * held up by a large store. A bad record is reported and passed over (R23).
 */

#include "core/date.h"

typedef struct Engine Engine;

typedef struct WakeResult {
        size_t n_accounts, n_instalments; /* looked at */
        size_t n_contacts, n_notices;     /* queued */
        size_t n_cancelled, n_tasks;
        size_t n_failed; /* accounts that could not be decided or composed (R23): reported */
        unsigned guards; /* that held everything back: GUARD_BIT()s of core/decide.h */
        /* The earliest instant at which a window opens that something due waits for (R5);
         * INSTANT_NONE: nothing does. */
        Instant opening;
} WakeResult;

typedef struct Wake Wake;

/* is_dry_run: within a transaction of the caller's, makes none of its own. -ENOMEM. */
int wake_new(Engine *engine, bool is_dry_run, Wake **ret_wake);
void wake_free(Wake *wake);
DEFINE_CLEANUP(Wake, wake_free)

/* Which time it was planned for and why it runs (static text), for the log; without, it is when it
 * has begun. */
void wake_plan(Wake *wake, Instant slot, const char *why);

/* 1: there is more to do; 0: it is over, and told; -errno: it cannot go on, what was committed
 * stays. Never leaves a transaction open. */
int wake_step(Wake *wake);
const WakeResult *wake_result(const Wake *wake);

#endif
