/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_WASTE_H
#define RELANCED_API_WASTE_H

/* Unnamed files that nobody needs any more. To let go of a large one at once takes the system a
 * while; here it is done piece by piece, in turns of the loop. */

#include "sys/turn.h"

typedef struct Waste Waste;

int waste_new(sd_event *event, Waste **ret_waste); /* -errno */
/* Lets go of what is left. */
void waste_free(Waste *waste);
DEFINE_CLEANUP(Waste, waste_free)

/* Takes the descriptor over; -1 is fine. */
void waste_add(Waste *waste, int fd);

#endif
