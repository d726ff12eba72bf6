/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_THREAD_H
#define RELANCED_STORE_THREAD_H

/* Which mails went before one about the same instalments, so that it is shown beneath them. */

#include "base/arena.h"
#include "store/store.h"

#define THREAD_MAX 20 /* Message-IDs of one thread */

typedef struct Thread {
        int64_t notices[THREAD_MAX]; /* oldest first */
        const char *message_ids[THREAD_MAX];
        size_t n;
} Thread;

/* Adds the mails about an instalment that were sent to that address, of any channel; of too many
 * the newest are kept. Texts live in the arena. */
int store_add_to_thread(
        Store *store, int64_t invoice, int seq, const char *to, Arena *arena, Thread *thread);

#endif
