/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_SOCKETS_H
#define RELANCED_MAIN_SOCKETS_H

/*
 * Where the running daemon listens, one socket for each right: those that systemd passes, named by
 * their right; else <state>/sockets/{read,operate,report}.sock of its own, in a folder that is made
 * for the owner of the state folder alone.
 */

#include "api/api.h"

#define SOCKETS_MAX 16

typedef struct Socket {
        int fd; /* listens, non-blocking; -1: given away */
        Right right;
} Socket;

typedef struct Sockets {
        Socket list[SOCKETS_MAX];
        size_t n;
        char *announced; /* absolute path for store_announce(); NULL: there is none */
        int folder;      /* of our own sockets; -1: they are systemd's */
} Sockets;

#define SOCKETS_NONE ((Sockets){ .folder = -1 })

/* The caller holds the store's lock: what an earlier daemon left in its folder is dead and removed.
 * An exit status; all that is wrong was told. */
int sockets_open(const Config *config, Sockets *ret_sockets);
/* For a daemon that ends before sockets_open(): whoever has connected to a socket of systemd's is
 * told why. */
void sockets_refuse(const char *sentence);
/* Closes what was not given away and removes our own from their folder. */
void sockets_release(Sockets *sockets);

#endif
