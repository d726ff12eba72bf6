/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_HTTP_TRANSFER_H
#define RELANCED_HTTP_TRANSFER_H

/* One request under way, private to channels/http: request.c prepares its handle, reply.c tells
 * what came of it, http.c drives many of them, blot.c keeps secrets out of what is told. */

#include <curl/curl.h>

#include "channels/http/http.h"

#define HTTP_HEADERS_MAX ((size_t)64 * 1024)
#define HTTP_LOG_MAX 480

#define HTTP_SOCKETS_MAX 1024

typedef struct HttpBlots HttpBlots;

/* The descriptors that connections have, or had: libcurl does not say which one a request is to
 * go out on, but its port. */
typedef struct HttpSockets {
        bool is_used[HTTP_SOCKETS_MAX];
        int end;
} HttpSockets;

/* What all transfers share. */
typedef struct HttpDelivery {
        const HttpProvider *provider;
        const HttpSettings *settings;
        void *state;
        struct relanced_host *host;
        HttpBlots *blots;
        HttpSockets *sockets;
} HttpDelivery;

typedef struct HttpTransfer {
        const HttpDelivery *delivery;
        HttpExchange exchange; /* message: NULL while nothing is under way */
        HttpRequest request;
        CURL *easy;
        struct curl_slist *headers;
        curl_mime *mime;
        int64_t file_offset;
        StrBuf body;         /* of the answer */
        size_t header_bytes; /* of the answer */
        bool is_waiting;     /* for begin() to be answered; not with libcurl yet */
        bool is_started;     /* with libcurl */
        bool has_begun, is_refused, is_repeated;
        bool is_spoilt; /* the kept connection was not as it was left */
        char error[CURL_ERROR_SIZE];
} HttpTransfer;

/* Sets the handle up for transfer->request. 0, -ENOMEM; -EINVAL: no such URL may be asked. */
int transfer_prepare(HttpTransfer *transfer);
/* Forgets the request, keeps the handle. */
void transfer_reset(HttpTransfer *transfer);

/* Tells a step at debug level, with the URL; its query is left out, and what is secret. */
void transfer_log(const HttpTransfer *transfer, const char *step);

/* What libcurl's result means. Texts live as long as the transfer is not reset. */
HttpReply transfer_reply(HttpTransfer *transfer, CURLcode result);

/* Retry-After as seconds: digits bounded to 1 … 86400, else as libcurl reads a date. */
unsigned http_retry_after(const char *value, int64_t seconds_to_date);

/* The forms in which secrets may come back. NULL: no memory. */
HttpBlots *blots_new(const char *const *secrets);
void blots_free(HttpBlots *blots);
/* Overwrites every form of a secret, and of the number that to names, with "***". The text never
 * grows past size. A text that ends with "…" may end within a secret. */
void blots_apply(const HttpBlots *blots, const char *to, char *text, size_t size);

#endif
