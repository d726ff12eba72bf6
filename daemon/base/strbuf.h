/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_STRBUF_H
#define RELANCED_BASE_STRBUF_H

/*
 * A growing, bounded, NUL-terminated buffer of bytes.
 *
 * Adding to it never fails on the spot: the first failure (-ENOMEM, -E2BIG past the limit) sticks,
 * later additions do nothing, and strbuf_take() or strbuf_error() tells. So a text is built
 * straight through and checked once.
 */

#include <stdarg.h>
#include <stddef.h>

#include "base/macros.h"

#define STRBUF_LIMIT_DEFAULT ((size_t)64 * 1024 * 1024)

typedef struct StrBuf {
        char *text;    /* NULL until something was added; use strbuf_text() to read */
        size_t length; /* bytes, without the NUL */
        size_t size;   /* bytes allocated */
        size_t limit;  /* most bytes of text; 0 = STRBUF_LIMIT_DEFAULT */
        int error;     /* 0 or the first -errno */
} StrBuf;

#define STRBUF_INIT ((StrBuf){ 0 })

/* Frees the text; the buffer is empty and usable again. NULL is fine. */
void strbuf_release(StrBuf *buffer);

void strbuf_add(StrBuf *buffer, const char *text);
void strbuf_add_bytes(StrBuf *buffer, const void *bytes, size_t length);
void strbuf_add_char(StrBuf *buffer, char c);
void strbuf_addf(StrBuf *buffer, const char *format, ...) _printf_(2, 3);
void strbuf_vaddf(StrBuf *buffer, const char *format, va_list arguments) _printf_(2, 0);

/* Cuts to length bytes (no effect if it is shorter). */
void strbuf_truncate(StrBuf *buffer, size_t length);

/* The text so far, never NULL; valid until the next change. */
const char *strbuf_text(const StrBuf *buffer);

int strbuf_error(const StrBuf *buffer);

/*
 * Gives the text to the caller (free()), an empty string if nothing was added; the buffer is empty
 * afterwards. Returns 0, or the sticking error, and then nothing is given.
 */
int strbuf_take(StrBuf *buffer, char **ret_text);

#endif
