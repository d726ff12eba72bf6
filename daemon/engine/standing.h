/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_STANDING_H
#define RELANCED_ENGINE_STANDING_H

/*
 * Where a channel as a whole stands, for people: suspended or not, since when and why. True in a
 * running daemon as after one that has exited: the alert's task in the store outlives it.
 */

#include "engine/engine.h"

typedef struct ChannelStanding {
        bool is_suspended;
        const char *why;   /* of the suspension, or "" */
        Instant since;     /* of the suspension, or INSTANT_NONE */
        Instant next_try;  /* INSTANT_NONE: at the next wake */
        int64_t n_waiting; /* pending notices */
        int64_t n_retried; /* those that met a fault which may pass, more than once */
} ChannelStanding;

/* channel: its index in the configuration. Texts live in the arena. */
int engine_get_standing(Engine *engine, size_t channel, const Now *now, Arena *arena,
        ChannelStanding *ret_standing);

/* A message got through: the suspension is over, its task is closed in a transaction of its own. */
int engine_heal_channel(Engine *engine, size_t channel, const Now *now, bool *ret_was_suspended);

#endif
