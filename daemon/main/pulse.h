/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_PULSE_H
#define RELANCED_MAIN_PULSE_H

/* The daemon's loop, and how long each call out of it takes. */

#include "engine/engine.h"
#include "engine/service.h"

typedef struct Pulse {
        Engine *engine;
        LoopTimes *times;
        int (*after_turn)(void *owner); /* -errno ends the loop */
        void *owner;
        int64_t minute_usec, minute_longest_usec; /* the minute at hand: its start; its longest */
        int64_t before_longest_usec;              /* the longest of the minute before */
} Pulse;

/* Runs the engine's loop until somebody calls sd_event_exit(): its status, or -errno. */
int pulse_run(Pulse *pulse);

#endif
