/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_OPENINGS_H
#define RELANCED_ENGINE_OPENINGS_H

/* When the channels open that what is due waits for (R5): kept by channel and customer's zone, so
 * that a wake of many accounts on a Sunday looks for few of them. */

#include "engine/engine.h"

typedef struct Opening {
        unsigned channel;
        const Zone *zone;
        Instant at; /* INT64_MAX: never */
} Opening;

typedef struct Openings {
        Opening *list;
        size_t n;
} Openings;

/* Lowers *earliest (INSTANT_NONE: none yet) to the first opening of one of the channels (bits) for
 * the account after now. -ENOMEM. */
int openings_add(Openings *openings, const Engine *engine, uint32_t channels,
        const Account *account, const Now *now, Instant *earliest);
void openings_release(Openings *openings);

#endif
