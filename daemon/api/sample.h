/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_SAMPLE_H
#define RELANCED_API_SAMPLE_H

/* The message of `relancectl test`: says in the creditor's language that it is a test of the
 * reminders of that firm and that nothing is owed. It is about no customer and no invoice. */

#include "base/arena.h"
#include "config/config.h"
#include "core/date.h"
#include "engine/trial.h"

/* Of the form of the channel, to an address as its module wants it. Lives in the arena; its notice
 * is 0, which no notice of the store has. -ENOMEM. */
int sample_make(const Config *config, size_t channel, const char *to, Instant now, Arena *arena,
        struct relanced_message *ret_message);

#endif
