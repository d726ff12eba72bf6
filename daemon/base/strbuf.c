/* SPDX-License-Identifier: MIT */
/* Owns the growth of buffers; see strbuf.h for the contract. Never logs. */

#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>

static bool strbuf_grow(StrBuf *buffer, size_t more)
{
        size_t limit = buffer->limit ? buffer->limit : STRBUF_LIMIT_DEFAULT;

        if (buffer->error)
                return false;
        if (more > limit || buffer->length > limit - more) {
                buffer->error = -E2BIG;
                return false;
        }
        size_t needed = buffer->length + more + 1;
        if (needed <= buffer->size)
                return true;
        size_t size = MAX(MAX(needed, buffer->size * 2), (size_t)64);
        char *text = realloc(buffer->text, size);
        if (!text) {
                buffer->error = -ENOMEM;
                return false;
        }
        buffer->text = text;
        buffer->size = size;
        return true;
}

void strbuf_release(StrBuf *buffer)
{
        if (!buffer)
                return;
        free(buffer->text);
        *buffer = (StrBuf){ .limit = buffer->limit };
}

void strbuf_add_bytes(StrBuf *buffer, const void *bytes, size_t length)
{
        if (!strbuf_grow(buffer, length))
                return;
        if (length > 0)
                memcpy(buffer->text + buffer->length, bytes, length);
        buffer->length += length;
        buffer->text[buffer->length] = '\0';
}

void strbuf_add(StrBuf *buffer, const char *text)
{
        strbuf_add_bytes(buffer, text, strlen(text));
}

void strbuf_add_char(StrBuf *buffer, char c)
{
        strbuf_add_bytes(buffer, &c, 1);
}

void strbuf_vaddf(StrBuf *buffer, const char *format, va_list arguments)
{
        va_list again;

        va_copy(again, arguments);
        int length = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (length < 0) {
                buffer->error = buffer->error ? buffer->error : -EINVAL;
                return;
        }
        if (!strbuf_grow(buffer, (size_t)length))
                return;
        (void)vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, arguments);
        buffer->length += (size_t)length;
}

void strbuf_addf(StrBuf *buffer, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(buffer, format, arguments);
        va_end(arguments);
}

void strbuf_truncate(StrBuf *buffer, size_t length)
{
        if (length >= buffer->length)
                return;
        buffer->length = length;
        buffer->text[length] = '\0';
}

const char *strbuf_text(const StrBuf *buffer)
{
        return buffer->text ? buffer->text : "";
}

int strbuf_error(const StrBuf *buffer)
{
        return buffer->error;
}

int strbuf_take(StrBuf *buffer, char **ret_text)
{
        strbuf_add_bytes(buffer, NULL, 0);
        if (buffer->error)
                return buffer->error;
        *ret_text = TAKE_PTR(buffer->text);
        strbuf_release(buffer);
        return 0;
}
