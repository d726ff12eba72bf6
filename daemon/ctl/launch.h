/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_LAUNCH_H
#define RELANCED_CTL_LAUNCH_H

/* relanced itself: found beside this program, started for the time of one command. */

#include <sys/types.h>

#include "base/strbuf.h"

/* A relanced that serves one connection: ours. */
typedef struct Launched {
        pid_t pid;       /* 0: none */
        int socket_fd;   /* where it listens, as of socket_find(); -1: nowhere */
        int greeting_fd; /* its stdout */
        int messages_fd; /* what it wrote on stderr */
} Launched;

#define LAUNCHED_NONE ((Launched){ .socket_fd = -1, .greeting_fd = -1, .messages_fd = -1 })

/* at may be NULL. 0 or -errno. */
int launch_private(const char *config, const char *at, Launched *ret_launched);

/* What it says first, before it has taken anything from us. */
typedef enum Greeting {
        GREETING_SERVES,
        GREETING_HELD, /* a daemon has its store: asked at the path */
        GREETING_NONE, /* it has ended, or is about to */
} Greeting;
Greeting launched_greeting(Launched *launched, StrBuf *path);

/* Closes what is left and waits for its end: its exit status, or 128 + signal. */
int launched_wait(Launched *launched);
/* Tells what it wrote, line by line, and frees the rest. */
void launched_relay(Launched *launched);
void launched_release(Launched *launched);

/* What relanced says on stdout when it is run with these arguments, to its end; stderr is ours. Its
 * exit status, 128 + signal, or -errno. */
int launch_read(const char *const arguments[], StrBuf *output);

/* Becomes relanced with these arguments (NULL at the end; earlier NULLs end them too). Only
 * returns on failure: -errno. */
int launch_replace(const char *const arguments[]);

/* The same of relanced-paper. */
int launch_replace_paper(const char *const arguments[]);

/*
 * A handle (O_PATH) of the socket at the path, where somebody listens who lets us in; it need not
 * stay there. -EACCES: not for this account; -ENOENT, -ECONNREFUSED: nobody listens; -ENOTSOCK;
 * -EISDIR: it is a folder; -EAGAIN: it did not take a connection for a few seconds.
 */
int socket_find(const char *path, int *ret_fd);

#endif
