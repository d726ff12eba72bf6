/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_ROUND_H
#define RELANCED_MAIN_ROUND_H

/*
 * One round of the inbox: the files that are ready are imported together and put away, each with
 * what is wrong with it, then services come back that these facts set free (R16). In turns of the
 * engine's loop.
 */

#include "engine/engine.h"
#include "main/dropped.h"

typedef struct Round Round;

typedef struct RoundOrder {
        Engine *engine;
        DroppedList *dropped; /* outlives the round; what cannot be put away is left in it */
        int inbox_fd, done_fd, failed_fd;
        /* Called once, never from inside; may free the round. -errno: nothing was put away, the
         * store could not record. */
        void (*done)(void *owner, int result);
        void *owner;
} RoundOrder;

int round_new(const RoundOrder *order, Round **ret_round);
/* Before it is done: ends it. What was imported stays, and what was not yet put away is imported
 * again, which changes nothing. */
void round_free(Round *round);
DEFINE_CLEANUP(Round, round_free)

#endif
