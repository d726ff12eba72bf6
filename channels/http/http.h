/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_HTTP_H
#define RELANCED_HTTP_H

/*
 * Messages that leave by HTTP, many at once: what sms and whatsapp have in common, linked into
 * both. http_deliver() is a module's deliver(): it pulls messages, keeps up to in_flight requests
 * under way on kept connections, asks begin() where a request cannot be taken back, and never sends
 * a request twice. Rules for every request: https unless the host is loopback or is_insecure; no
 * redirect, no other protocol, no proxy of the environment; TLS 1.2 or newer, verified; a total
 * deadline; an answer of at most HTTP_REPLY_MAX bytes, which is not decompressed.
 *
 * A provider is two functions, both pure: what to ask next, and what an answer means.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "channels/channel.h"

#define HTTP_REPLY_MAX ((size_t)1024 * 1024)
#define HTTP_DETAIL_MAX 240
#define HTTP_REFERENCE_MAX 132 /* Meta's ids have up to 128 letters */

typedef struct HttpSettings {
        unsigned timeout_s;  /* of one request, from the first name look-up to the last byte */
        unsigned in_flight;  /* requests under way at most */
        bool is_insecure;    /* http to any host */
        const char *ca_file; /* certificates to trust beside the system's; "" none */
} HttpSettings;

/* A form's file: read from the descriptor with pread(), never moved. */
typedef struct HttpFile {
        const char *field, *name, *type;
        int fd;
        int64_t size;
} HttpFile;

/* Made by the provider, zeroed before; what it fills in is released after the request. */
typedef struct HttpRequest {
        const char *method; /* "GET", "POST"; outlives the request */
        StrBuf url;
        StrBuf headers;      /* "Name: value\n" each; without control characters */
        StrBuf body;         /* of POST, unless there is a form */
        StrBuf form;         /* "name=value\n" fields of multipart/form-data */
        HttpFile file;       /* of the form; fd is the message's, used if file.field is set */
        bool is_irrevocable; /* begin() is asked before its first byte; else it may be repeated */
} HttpRequest;

/* An answer, or the reason why there is none. */
typedef struct HttpReply {
        long status;            /* 0: no status line was read */
        const char *body;       /* ends with NUL; "" without; cut at HTTP_REPLY_MAX */
        size_t length;          /* of the body, which may hold a NUL itself */
        bool is_whole;          /* all of it was read, within the limits, uncompressed */
        bool has_begun;         /* begin() was granted: the request may have arrived */
        bool is_refused;        /* begin() was not granted */
        bool is_certificate;    /* the server's certificate was not good, or ca_file is not */
        unsigned retry_after_s; /* of the header, bounded to 1 … 86400; 0: none or nonsense. 1 where
                                   another connection is all that is needed */
        const char *failure;    /* in words, "" when all was read */
} HttpReply;

typedef struct HttpExchange {
        const struct relanced_message *message;
        unsigned stage;                /* 0, 1, …: requests made before for this message */
        char note[HTTP_REFERENCE_MAX]; /* the provider's own, kept between stages: a media id */
} HttpExchange;

enum {
        HTTP_DONE = 0,
        HTTP_SEND = 1
};

/* Texts of the outcome: static, or in these. Zeroed before. */
typedef struct HttpVerdict {
        struct relanced_outcome outcome;
        char reference[HTTP_REFERENCE_MAX];
        char detail[HTTP_DETAIL_MAX];
} HttpVerdict;

typedef struct HttpProvider {
        /* HTTP_SEND and the request; HTTP_DONE and the verdict (surely not sent). */
        int (*ask)(void *state, HttpExchange *exchange, HttpRequest *request, HttpVerdict *verdict);
        /* Of an answer that is_whole; any other is judged by http_judge_by_class() alone.
         * HTTP_SEND: another stage follows, ask() is called again; HTTP_DONE and the verdict. */
        int (*judge)(
                void *state, HttpExchange *exchange, const HttpReply *reply, HttpVerdict *verdict);
} HttpProvider;

/* NULL, or why the URL is not to be used: "must begin with https://", … (static). */
const char *http_url_fault(const char *url, bool is_insecure);

/* NULL, or why the file is not to be used as HttpSettings.ca_file: "must be an absolute path", …
 * (static, or of strerror()). What stands in it is found out when it is needed. */
const char *http_ca_file_fault(const char *path);

/* As relanced_channel.deliver(). secrets (to a NULL), also in their percent-encoded and base64
 * forms, and the recipient's number are blotted out of every text that leaves. */
int http_deliver(const HttpProvider *provider, const HttpSettings *settings,
        const char *const *secrets, void *state, struct relanced_host *host);

/*
 * What an answer means when the provider's own words do not say:
 *
 *         no request left, begin() refused                → RETRY
 *         a certificate that is not good                  → CHANNEL_DOWN
 *         begun, and no status line                       → UNCERTAIN
 *         408 425 429 503                                 → RETRY: these say "not now, not taken"
 *         301 307 308 401-405 407 410 426 501             → CHANNEL_DOWN: password, credit, URL
 *         other 4xx                                       → REFUSED_MESSAGE; RETRY if not whole
 *         2xx, and all else: 302 303 500 502 504 …        → UNCERTAIN: a gateway or a proxy may say
 *                                                           so after the message was taken
 *
 * UNCERTAIN is RETRY where begin() was not asked. retry_after_s is the header's. The detail says
 * that it was judged by its HTTP status alone. A provider's own well-formed code goes first.
 */
void http_judge_by_class(const HttpReply *reply, HttpVerdict *verdict);

/* Rows of a provider's table: its code → kind. */
typedef struct HttpCode {
        int64_t first, last; /* inclusive */
        enum relanced_outcome_kind kind;
        unsigned retry_after_s; /* at least so much; 0: the daemon's own back-off */
        const char *meaning;    /* "the token has expired" */
} HttpCode;

/* The first row that has the code, or NULL. */
const HttpCode *http_code_find(const HttpCode *table, size_t n, int64_t code);

/* The outcome's detail and reference, as one clean line of UTF-8, cut to size. */
void http_set_detail(HttpVerdict *verdict, const char *format, ...) _printf_(2, 3);
void http_set_reference(HttpVerdict *verdict, const char *reference);
/* ": " and the answer's first words, as text, for a detail; nothing where there are none. */
void http_add_excerpt(StrBuf *out, const HttpReply *reply);

/* Adds text as it may stand in a URL's query or path or in a form; in a JSON string (no quotes);
 * in base64. */
void http_add_url_encoded(StrBuf *out, const char *text);
void http_add_json_escaped(StrBuf *out, const char *text);
void http_add_base64(StrBuf *out, const char *bytes, size_t length);

#endif
