/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_API_H
#define RELANCED_API_API_H

/*
 * Requests about one firm, answered: GET and POST /v1/… on a Unix socket, JSON lines out
 * (DESIGN 4.1). Routes are one table.
 */

#include "engine/engine.h"

typedef struct Api Api;

/* Serves the listening socket on the engine's loop; the descriptor is taken over. */
int api_new(Engine *engine, int listen_fd, Api **ret_api);
void api_free(Api *api);
DEFINE_CLEANUP(Api, api_free)

/* Runs the loop until the one client that this process was started for is gone: its connections
 * are closed, or it never came within 10 s. */
int api_run_until_closed(Api *api);

#endif
