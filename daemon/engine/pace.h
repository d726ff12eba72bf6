/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_PACE_H
#define RELANCED_ENGINE_PACE_H

/* How long to wait: rates and back-off. Pure but for the jitter. */

#include <stdint.h>

#include "base/macros.h"

/* Before a notice's next try: what the gateway asked for (at most a day), else as long as it has
 * been waiting already, from a minute to an hour, give or take a fifth. */
int64_t pace_retry_usec(uint32_t retry_after_s, int64_t age_usec);

/* Before something that failed n ≥ 1 times in a row is tried again: a minute, doubled each time, to
 * an hour, give or take a fifth; or as asked for. */
int64_t pace_backoff_usec(uint32_t retry_after_s, unsigned n);

/* Messages a minute, evenly. All times are of the monotonic clock. */
typedef struct Rate {
        int64_t interval_usec; /* 0: no limit */
        int64_t next_usec;     /* when the next message may go */
} Rate;

static inline Rate rate_of(int per_minute)
{
        return (Rate){ .interval_usec = per_minute > 0 ? 60000000 / per_minute : 0 };
}

/* How many of at most max messages may go now. */
size_t rate_allows(const Rate *rate, int64_t now_usec, size_t max);
void rate_spend(Rate *rate, int64_t now_usec, size_t n);

#endif
