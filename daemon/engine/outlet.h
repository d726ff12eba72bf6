/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_OUTLET_H
#define RELANCED_ENGINE_OUTLET_H

/* The state of a channel as a whole and the task that tells of it, private to engine/. */

#include "engine/dispatch.h"

/* Suspends the channel with one alert, however many messages meet the same wall. */
void outlet_down(Outlet *outlet, uint32_t retry_after_s, const char *detail);
/* Takes it up again: a message got through. */
void outlet_up(Outlet *outlet);
/* Writes the alerts of all outlets as tasks, in the caller's transaction; after its commit they
 * are forgotten. */
int outlets_put_alerts(Dispatch *dispatch, const Now *now);
void outlets_clear_alerts(Dispatch *dispatch);
/* Finds the tasks that an earlier run opened; those of channels that are no more are over. */
int outlets_find_alerts(Dispatch *dispatch);
/* Why the channel is suspended, if the task is its alert; else NULL. Points into the row. */
#define CHANNEL_DOWN_TASK "channel-down"
const char *alert_reason(const TaskReport *row, const char *channel);

#endif
