/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_FIND_H
#define RELANCED_CTL_FIND_H

/*
 * Whom a command asks: the daemon that --socket names, the running one of that configuration, or a
 * private relanced for the time of the command. Two firms are never mixed up: beside --socket and
 * RELANCED_SOCKET, only the lock of the configuration's own store and the folder that its unit uses
 * lead to a running daemon.
 */

#include "ctl/commands.h"
#include "ctl/launch.h"

/* Where is looked first. */
typedef enum Where {
        WHERE_NAMED,    /* at a socket, or in a folder with sockets, that the user named */
        WHERE_STANDARD, /* in the folder of the unit's sockets, then a private relanced */
        WHERE_PRIVATE,  /* a private relanced, or the daemon that has its store */
} Where;

/* Pure. path: of the socket or folder, for the first two. environment: RELANCED_SOCKET or NULL; it
 * stands for --socket where neither that nor --config is given. */
Where where_to_ask(const Invocation *invocation, const char *environment, StrBuf *path);

typedef struct Daemon {
        Launched launched; /* socket_fd: of whoever it is */
        char *closed;      /* a socket that this account may not open, and so another was taken;
                              or NULL */
        bool is_private;
        bool is_service; /* should be one: its configuration has a unit */
        bool is_dead;    /* sockets stand where its unit has them, and nobody listens */
} Daemon;

#define DAEMON_NONE ((Daemon){ .launched = LAUNCHED_NONE })

/* An exit code; what is not EXIT_DONE was told. */
int daemon_find(const Invocation *invocation, Daemon *daemon);
void daemon_release(Daemon *daemon);

/* Says why this account may not do what was refused on another socket than the closed one. */
void daemon_explain_closed(const Daemon *daemon);

#endif
