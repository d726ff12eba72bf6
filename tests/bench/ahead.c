/* SPDX-License-Identifier: MIT */
/* A channel that costs nothing, for the benchmark of begin and finish: it keeps up to `ahead`
 * messages, asks for each as it takes it, and lets them go in order. With 1 it asks when it
 * must. */
#include <string.h>

#include "channels/channel.h"

#define AHEAD_MAX 256

static size_t ahead;

static int ahead_open(const struct relanced_value *values, void **state, const char **error)
{
        for (const char *digit = values[0].value; *digit; digit++)
                ahead = ahead * 10 + (size_t)(*digit - '0');
        return 0;
}

static int ahead_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *queue[AHEAD_MAX];
        size_t n = 0;

        for (;;) {
                int r = 0;
                while (n < ahead && (r = host->next(host, &queue[n], n > 0 ? 0 : -1)) > 0) {
                        if (ahead > 1)
                                host->ask(host, queue[n]);
                        n++;
                }
                if (r < 0 || n == 0)
                        return 0;
                struct relanced_outcome outcome = { RELANCED_SENT, 0, "250 ok", NULL };
                if (host->begin(host, queue[0]) < 0)
                        outcome.kind = RELANCED_RETRY;
                host->finish(host, queue[0], &outcome);
                memmove(queue, queue + 1, --n * sizeof(*queue));
        }
}

static const struct relanced_option options[] = {
        { "ahead", RELANCED_INTEGER, "1", 1, AHEAD_MAX, "messages asked for ahead" },
        { NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "ahead", "asks ahead", RELANCED_EMAIL, options,
        ahead_open, NULL, ahead_deliver, NULL, NULL, NULL };
