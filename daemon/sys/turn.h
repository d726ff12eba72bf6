/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_TURN_H
#define RELANCED_SYS_TURN_H

/*
 * Work in turns on an sd-event loop: who has more to do than one turn of the loop should take wants
 * another, and has it after all that were ready before. (A source of sd_event_add_defer() counts as
 * ready since it was made: as long as it wants turns, no other source of its priority has one.)
 */

#include "base/macros.h"

typedef struct sd_event sd_event;
typedef struct Turn Turn;

/* Of sources on the loop: all that takes its turn, after what can be read at once. What has the
 * same priority is served in the order in which it became ready. */
#define PRIORITY_WORK 100

/* -errno. call may want another turn, or free the turn. */
int turn_new(sd_event *event, void (*call)(void *owner), void *owner, Turn **ret_turn);
void turn_free(Turn *turn);
DEFINE_CLEANUP(Turn, turn_free)

/* One call, soon; wanting it twice before is wanting it once. */
void turn_want(Turn *turn);
/* Not any more. */
void turn_cancel(Turn *turn);

#endif
