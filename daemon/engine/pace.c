/* SPDX-License-Identifier: MIT */
/* Owns the numbers of waiting. Jitter keeps a hundred refused messages from coming back as one. */

#include "engine/pace.h"

#include <sys/random.h>

#define SECOND INT64_C(1000000)
#define SHORTEST (60 * SECOND)
#define LONGEST (3600 * SECOND)
#define LONGEST_ASKED_S (24U * 3600)

/* From 80 to 120 per cent. */
static int64_t jitter(int64_t usec)
{
        uint64_t random = 0;

        if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
                return usec;
        return usec - usec / 5 + (int64_t)(random % (uint64_t)(usec / 5 * 2 + 1));
}

static int64_t wait_usec(uint32_t retry_after_s, int64_t own_usec)
{
        if (retry_after_s > 0)
                return (int64_t)MIN(retry_after_s, LONGEST_ASKED_S) * SECOND;
        return jitter(MIN(MAX(own_usec, SHORTEST), LONGEST));
}

int64_t pace_retry_usec(uint32_t retry_after_s, int64_t age_usec)
{
        return wait_usec(retry_after_s, age_usec);
}

int64_t pace_backoff_usec(uint32_t retry_after_s, unsigned n)
{
        return wait_usec(retry_after_s, SHORTEST << MIN(n > 0 ? n - 1 : 0, 10U));
}

size_t rate_allows(const Rate *rate, int64_t now_usec, size_t max)
{
        if (rate->interval_usec == 0)
                return max;
        return now_usec >= rate->next_usec ? MIN(max, 1U) : 0;
}

void rate_spend(Rate *rate, int64_t now_usec, size_t n)
{
        rate->next_usec = now_usec + rate->interval_usec * (int64_t)n;
}
