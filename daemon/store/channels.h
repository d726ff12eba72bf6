/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_CHANNELS_H
#define RELANCED_STORE_CHANNELS_H

/* What is on record of a channel as a whole, for people. */

#include "base/arena.h"
#include "store/report.h"

typedef struct ChannelReport {
        Instant last_sent; /* or INSTANT_NONE */
        const char *error; /* what was last said of a message that it did not send, or "" */
        Instant error_at;  /* INSTANT_NONE: none */
} ChannelReport;

/* Texts live in the arena. */
int store_get_channel(Store *store, const char *channel, Arena *arena, ChannelReport *ret_report);
/* Its pending notices, and those that met a fault which may pass, more than once. */
int store_count_waiting(Store *store, const char *channel, int64_t *ret_n, int64_t *ret_n_retried);

/* Its open alerts: tasks of that kind, without the customer and invoice that they do not have. */
int store_list_alerts(Store *store, const char *kind,
        int (*row)(void *owner, const TaskReport *row), void *owner);

/* What was said of a message that it did not send: the newest counts. In the caller's transaction.
 */
int store_note_channel_error(Store *store, const char *channel, const char *detail, Instant at);

#endif
