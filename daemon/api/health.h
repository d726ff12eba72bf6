/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_HEALTH_H
#define RELANCED_API_HEALTH_H

/* What is known of a firm when it is asked how it is: the same for people (status) and for programs
 * (metrics). */

#include <jansson.h>

#include "api/routes.h"
#include "engine/service.h"
#include "engine/standing.h"

typedef struct Health {
        StoreStatus store;
        ChannelStanding channels[CHANNELS_MAX]; /* as in the configuration */
        size_t n_channels;
        const Service *service; /* of the running daemon; NULL: none runs */
        json_t *problems;       /* a sentence for each thing that needs a person */
} Health;

/* Texts live in the exchange's arena. health_release() also after an error, which is -errno. */
int health_get(Exchange *exchange, Health *ret_health);
void health_release(Health *health);

/* No problem, and none that could not even be told. */
static inline bool health_is_ok(const Health *health)
{
        return health->problems && json_array_size(health->problems) == 0;
}

#endif
