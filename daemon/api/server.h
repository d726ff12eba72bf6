/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_SERVER_H
#define RELANCED_API_SERVER_H

/* What the files of the HTTP side share: server.c takes turns, listener.c owns a socket and its
 * connections, client.c one connection. */

#include "api/client.h"
#include "api/waste.h"

#define CLIENTS_MAX 32  /* of a socket, at once */
#define FOLLOWERS_MAX 8 /* of them, whose answers have no end */

typedef struct sd_event_source sd_event_source;

/* One listening socket. */
typedef struct Listener {
        Api *api;
        Right right;
        int fd;
        struct MHD_Daemon *daemon;
        sd_event_source *knock;      /* someone wants to connect */
        sd_event_source *retry;      /* knocking is listened to again */
        sd_event_source *io, *timer; /* libmicrohttpd's */
        Turn *soon;
        Client *clients[CLIENTS_MAX];
        size_t n_clients;
        int64_t tokens_usec; /* a connection costs 1 s / CONNECTIONS_PER_S of it */
        int64_t filled_usec; /* when that was counted */
        bool is_short;       /* of descriptors or memory: told once */
} Listener;

struct Api {
        Engine *engine;
        Config *config; /* held for the name of the folder of uploads, which stays the same */
        Listener *listeners[RIGHTS];
        size_t n_listeners;
        UploadRoom room;
        Waste *waste;          /* files of exchanges that are over */
        Turn *work;            /* while there are exchanges that want one */
        sd_event_source *post; /* after each turn of the loop, while exchanges wait for others */
        uint64_t n_tickets;
        size_t n_connections;
        bool had_client;
        bool is_asking; /* this turn of the loop was only a question */
        bool is_closed; /* nothing new is taken */
        bool is_over;   /* the client that this process was started for is gone */
};

/* Takes the descriptor over. -errno. */
int listener_new(Api *api, int fd, Right right, Listener **ret_listener);
void listener_close(Listener *listener); /* nothing new */
void listener_free(Listener *listener);
/* libmicrohttpd has something to do: in a turn of its own. */
void listener_run_soon(Listener *listener);
size_t listener_count_followers(const Listener *listener);

/* The exchange of the client wants a turn, after those that wanted one before. */
void api_want_turn(Client *client);
/* The exchange waits for what others do. */
void api_wait_for_others(Client *client);
void api_count_connection(Api *api, int change);

#endif
