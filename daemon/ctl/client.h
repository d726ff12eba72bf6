/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_CLIENT_H
#define RELANCED_CTL_CLIENT_H

/* One HTTP exchange with relanced over a Unix socket. */

#include "ctl/commands.h"

typedef struct Answer {
        long status; /* of HTTP; 0: none came */
        StrBuf text; /* the content, unless it went to a sink */
} Answer;

/* Where the content of a good answer (200) goes as it comes; where it is lines, whole ones only. */
typedef struct Sink {
        int fd;                                                     /* ≥ 0: written there, or */
        int (*take)(void *owner, const char *lines, size_t length); /* given away: 0 or -errno */
        void *owner;
} Sink;

#define SINK_NONE ((Sink){ .fd = -1 })

/*
 * Asks what the invocation says. socket_fd: as of socket_find(). Without a sink the whole answer is
 * kept. 0: a whole answer came; else *ret_problem (static) says what: -EPIPE, none came or it broke
 * off; -ETIMEDOUT, it did not come in time; other -errno, of our side.
 */
int client_ask(int socket_fd, const Invocation *invocation, const Sink *sink, Answer *ret_answer,
        const char **ret_problem);

/* The address of the request, and the body of a POST ("" for a GET or an upload); for tests. */
int client_target(const Invocation *invocation, StrBuf *target);
int client_body(const Invocation *invocation, char **ret_body);

#endif
