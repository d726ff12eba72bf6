/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_STOP_H
#define RELANCED_MAIN_STOP_H

/* The way out of a process that was started for one thing, a wake or a command: at SIGTERM and
 * SIGINT nothing begins any more, and what has begun comes to its end. */

#include "api/api.h"
#include "engine/engine.h"

typedef struct sd_event_source sd_event_source;

typedef struct Stop {
        Engine *engine;
        Api *api;      /* or NULL */
        bool is_asked; /* by a signal that the loop has seen */
        sd_event_source *signals[2], *timer;
} Stop;

/* From now on signals wait for the engine's loop. -errno. */
int stop_watch(Stop *stop);
/* Lets the loop look whether there was a signal, and go on. -errno. */
int stop_look(const Stop *stop);
/* Returns when what has begun is finished, or was broken off after most of 20 s. */
void stop_finish(Stop *stop);
void stop_release(Stop *stop);

#endif
