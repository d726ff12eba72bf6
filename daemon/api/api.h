/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_API_H
#define RELANCED_API_API_H

/*
 * Requests about one firm, answered: GET and POST /v1/… on a Unix socket, JSON lines out
 * (DESIGN 4.1). Routes are one table.
 */

#include "engine/engine.h"

typedef struct Api Api;

/* What a socket lets its clients do: the right is the socket, whoever may open it has it. */
typedef enum Right {
        RIGHT_READ,    /* look at everything, change nothing */
        RIGHT_OPERATE, /* everything */
        RIGHT_REPORT,  /* hand in what happened outside: files of facts; read nothing of them */
} Right;
#define RIGHTS 3
extern const char *const right_names[RIGHTS]; /* "read" …: names of sockets and descriptors */

/* On the engine's loop, where each request is answered in a turn of its own, a page at a time. */
int api_new(Engine *engine, Api **ret_api);
/* Serves one more listening socket; the descriptor is taken over. At most 32 connections at once
 * and 256 new ones a second for each socket; when all are taken, those that have not said what they
 * want for the longest make room. */
int api_listen(Api *api, int listen_fd, Right right);
/* No new request is taken; those that were are answered still. */
void api_close(Api *api);
/* Every request that was taken is answered, or its client is gone. */
bool api_is_idle(const Api *api);
void api_free(Api *api);
DEFINE_CLEANUP(Api, api_free)

/* Of a daemon that cannot start: all who have connected to the (non-blocking) socket are told why,
 * with 503. */
void api_refuse(int listen_fd, const char *sentence);

/* Runs the loop until the one client that this process was started for is gone: its connections
 * are closed, or it never came within 10 s. */
int api_run_until_closed(Api *api);

#endif
