/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_SERVICE_H
#define RELANCED_ENGINE_SERVICE_H

/*
 * A running daemon as those see it who ask over its sockets: kept by main/, shown by api/. An
 * engine that serves one command, or one wake, has none.
 */

#include "engine/wake.h"

/* How long the loop was held up: by one call out of it, since the daemon has started. */
typedef struct LoopTimes {
        int64_t longest_usec; /* of all */
        int64_t recent_usec;  /* of the last minute, and the one before */
        uint64_t n_stalls;    /* longer than LOOP_STALL_USEC */
        uint64_t n_turns;     /* times the loop has woken */
        const char *longest;  /* what it was: static text, or NULL */
} LoopTimes;

#define LOOP_STALL_USEC INT64_C(50000)

typedef struct Service {
        Instant started;
        Instant configured;         /* when the configuration in use was read */
        const char *config_problem; /* why the last reload was refused, a line for each mistake;
                                       NULL: it was not */
        Instant next_wake;          /* INSTANT_NONE: none is planned */
        bool is_reloading, is_waking, is_stopping;
        uint64_t n_wakes;  /* that have ended, well or not */
        WakeResult result; /* of the last one */
        int wake_error;    /* its -errno, or 0 */
        size_t n_waiting;  /* files in the inbox */
        size_t n_failed;   /* files in inbox/failed */
        LoopTimes loop;

        /* Asks for a wake as soon as can be, and says at which n_wakes it will have ended. -EBUSY:
         * the daemon is about to end. */
        int (*request_wake)(void *owner, uint64_t *ret_n_wakes);
        /* Has one come within a minute, which nobody waits for. */
        void (*expect_wake)(void *owner);
        void *owner;
} Service;

#endif
