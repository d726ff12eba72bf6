/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_CLIENT_H
#define RELANCED_API_CLIENT_H

/* One connection with its one request, from the first byte to the last of the answer. */

#include "api/routes.h"
#include "api/upload.h"

typedef struct Listener Listener;
typedef struct sd_event_source sd_event_source;

typedef enum ClientState {
        CLIENT_ASKING,    /* has not said all of what it wants */
        CLIENT_UPLOADING, /* its head is there, its body is not */
        CLIENT_WAITING,   /* for the answer */
        CLIENT_READING,   /* the answer is leaving */
} ClientState;

typedef struct Client {
        Listener *listener;
        struct MHD_Connection *connection;
        int fd; /* libmicrohttpd's */
        ClientState state;
        int64_t since_usec; /* in this state; of one who reads: since it took something */
        Exchange *exchange; /* NULL until the first line is there */
        Upload upload;
        sd_event_source *hangup;
        uint64_t ticket; /* the order of turns */
        bool wants_turn;
        bool waits;        /* for what others do */
        bool is_asked;     /* its next turn is the question whether they have done it */
        bool is_begun;     /* the exchange was asked once */
        bool is_suspended; /* libmicrohttpd leaves it alone */
        bool is_gone;      /* nobody will read an answer */
} Client;

/* libmicrohttpd has a new connection. NULL: memory is out. */
Client *client_new(Listener *listener, struct MHD_Connection *connection);
void client_free(Client *client);

/* The raw target, before anything decodes it. -ENOMEM; what is wrong with it is told later. */
int client_ask(Client *client, const char *target);
/* libmicrohttpd's access handler. False: the connection is of no use. */
bool client_receive(Client *client, const char *method, const char *bytes, size_t *size);

/* One turn of its exchange. */
void client_answer(Client *client);
/* The connection ends, whatever it is at. */
void client_drop(Client *client);

/* When it may be dropped to make room, on the monotonic clock; INT64_MAX: not. is_crowded: many
 * linger. */
int64_t client_patience_usec(const Client *client, bool is_crowded);
/* It has taken nothing of its answer for a while, or there is nothing to take. */
bool client_lingers(const Client *client, int64_t now_usec);

#endif
