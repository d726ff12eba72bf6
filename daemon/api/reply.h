/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_REPLY_H
#define RELANCED_API_REPLY_H

/*
 * An answer being written: a status and JSON lines, another text, or a file. A long one goes to an
 * unnamed file, so that no listing has to fit in memory; a live one leaves while it is written.
 */

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"

/* What a client can tell apart; relancectl's exit codes are made from these. */
enum {
        REPLY_OK = 200,
        REPLY_BAD_REQUEST = 400,
        REPLY_FORBIDDEN = 403,
        REPLY_NOT_FOUND = 404,
        REPLY_BAD_METHOD = 405,
        REPLY_REFUSED = 409,
        REPLY_TOO_LARGE = 413,
        REPLY_FAILED = 500,
        REPLY_BUSY = 503, /* not now: the same request may do later */
};

typedef struct Reply {
        unsigned status;  /* 0: not answered yet */
        const char *type; /* of the content */
        StrBuf text;
        const char *folder; /* where an unnamed file may be made; NULL: in memory */
        int fd;             /* the content, instead of text; -1: none */
        int64_t fd_size;
        bool is_live; /* what was added stays in text until reply_take() */
        int error;    /* the first failure: sticks */
} Reply;

#define REPLY_INIT ((Reply){ .fd = -1 })

void reply_release(Reply *reply);

/* One more line, which is taken over; NULL counts as memory that ran out. The status is 200 from
 * then on. */
void reply_add(Reply *reply, json_t *line);
/* The same of lines that are written already, each with its newline. */
void reply_add_text(Reply *reply, const char *lines, size_t length);
/* The content is this text, which is taken over and empty afterwards. */
void reply_set_text(Reply *reply, const char *type, StrBuf *text);
/* The content is this file; the descriptor is taken over. */
void reply_set_file(Reply *reply, const char *type, int fd, int64_t size);
/* Forgets what was written and answers {"error": sentence} instead. Always 0. */
int reply_refuse(Reply *reply, unsigned status, const char *format, ...) _printf_(3, 4);
/* The same with format's sentence followed by the words of an errno. Always 0. */
int reply_fail(Reply *reply, int error, const char *what);

/* Ends the writing: status, type and content stand, whatever went wrong before. */
void reply_finish(Reply *reply);

/* Reading what was written. Of a finished answer: its length, and bytes from a place in it; 0 past
 * its end, or -errno. */
int64_t reply_length(const Reply *reply);
ssize_t reply_read(const Reply *reply, int64_t from, char *bytes, size_t size);
/* Of a live one: the next bytes, which it forgets; 0: there are none yet. */
size_t reply_take(Reply *reply, char *bytes, size_t size);

/* An unnamed file in the folder, or in memory where that is not possible. */
int spool_open(const char *folder, int *ret_fd);

#endif
