/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_HORIZON_H
#define RELANCED_ENGINE_HORIZON_H

/* Time to come under one configuration, the engine's own or another: when it would wake, and what
 * decide() would be told then. Reads the store, never writes. */

#include "engine/engine.h"

typedef struct Horizon {
        Engine engine; /* the store under these rules: without loop, composer and dispatch */
        Now start;
        Instant until;     /* the first instant that is not looked at */
        Instant *mornings; /* by day since start: its first wake or, without one, the next */
        size_t n_mornings;
        bool has_refusals; /* of addresses, by anybody */
        bool has_underway; /* notices that have neither an outcome nor been cancelled */
} Horizon;

/* From the engine's now on; config outlives the horizon. -EINVAL: its time zone is unknown. */
int horizon_init(Horizon *horizon, Engine *engine, const Config *config, int days);
void horizon_release(Horizon *horizon);

/* The same minute, that many days after the start. */
Instant horizon_after(const Horizon *horizon, int days);

/* What decide() is told at that instant. */
Now horizon_now(const Horizon *horizon, Instant at);
/* The first wake from the start on. Never INSTANT_NONE, nor in those below. */
Instant horizon_first(const Horizon *horizon);
/* The first wake after that instant; the first one of that day or a later one. */
Instant horizon_next(const Horizon *horizon, Instant after);
Instant horizon_morning(Horizon *horizon, Date day);

#endif
