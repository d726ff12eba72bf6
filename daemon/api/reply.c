/* SPDX-License-Identifier: MIT */
/*
 * Owns answers while they are written. Never sends them. A failure on the way sticks and turns the
 * whole answer into an error, so that nobody takes half a listing for a whole one.
 */

#include "api/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "api/shapes.h"
#include "sys/file.h"

#define TYPE_LINES "application/x-ndjson"
#define TEXT_IN_MEMORY ((size_t)256 * 1024)

int spool_open(const char *folder, int *ret_fd)
{
        int fd = folder ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;

        if (fd < 0)
                fd = memfd_create("relanced-spool", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

void reply_release(Reply *reply)
{
        strbuf_release(&reply->text);
        closep(&reply->fd);
        *reply = REPLY_INIT;
}

static void reply_spill(Reply *reply)
{
        int r = reply->fd < 0 ? spool_open(reply->folder, &reply->fd) : 0;

        if (r == 0)
                r = fd_write_all(reply->fd, strbuf_text(&reply->text), reply->text.length);
        if (r < 0) {
                reply->error = r;
                return;
        }
        reply->fd_size += (int64_t)reply->text.length;
        strbuf_truncate(&reply->text, 0);
}

static int add_bytes(const char *bytes, size_t length, void *buffer)
{
        strbuf_add_bytes(buffer, bytes, length);
        return 0;
}

void reply_add(Reply *reply, json_t *line)
{
        reply->status = REPLY_OK;
        if (!line || json_dump_callback(line, add_bytes, &reply->text, JSON_COMPACT) < 0)
                reply->error = reply->error ? reply->error : -ENOMEM;
        json_decref(line);
        if (reply->error)
                return;
        strbuf_add_char(&reply->text, '\n');
        if (reply->text.length > TEXT_IN_MEMORY && !reply->is_live)
                reply_spill(reply);
}

void reply_add_text(Reply *reply, const char *lines, size_t length)
{
        reply->status = REPLY_OK;
        if (reply->error)
                return;
        strbuf_add_bytes(&reply->text, lines, length);
        if (reply->text.length > TEXT_IN_MEMORY && !reply->is_live)
                reply_spill(reply);
}

void reply_set_text(Reply *reply, const char *type, StrBuf *text)
{
        reply_release(reply);
        reply->status = REPLY_OK;
        reply->type = type;
        reply->text = *text;
        *text = STRBUF_INIT;
}

void reply_set_file(Reply *reply, const char *type, int fd, int64_t size)
{
        reply_release(reply);
        reply->status = REPLY_OK;
        reply->type = type;
        reply->fd = fd;
        reply->fd_size = size;
}

static int reply_set_error(Reply *reply, unsigned status, const char *sentence)
{
        const char *folder = reply->folder;

        reply_release(reply);
        reply->folder = folder;
        reply->status = status;
        json_t *line = json_object();
        shape_put(&line, "error", shape_text(sentence));
        char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
        json_decref(line);
        strbuf_add(&reply->text, text ? text : "{\"error\":\"there is not enough memory\"}");
        strbuf_add_char(&reply->text, '\n');
        free(text);
        return 0;
}

int reply_refuse(Reply *reply, unsigned status, const char *format, ...)
{
        StrBuf sentence = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&sentence, format, arguments);
        va_end(arguments);
        int r = reply_set_error(reply, status, strbuf_text(&sentence));
        strbuf_release(&sentence);
        return r;
}

int reply_fail(Reply *reply, int error, const char *what)
{
        return reply_refuse(reply, REPLY_FAILED, "%s: %s", what, strerror(-error));
}

void reply_finish(Reply *reply)
{
        if (reply->fd >= 0 && reply->text.length > 0 && !reply->error)
                reply_spill(reply);
        int error = reply->error ? reply->error : strbuf_error(&reply->text);
        if (error < 0)
                (void)reply_fail(reply, error, "the answer could not be written");
        if (reply->status == 0)
                reply->status = REPLY_OK; /* a listing without a line */
        if (!reply->type)
                reply->type = TYPE_LINES;
}

int64_t reply_length(const Reply *reply)
{
        return reply->fd >= 0 ? reply->fd_size : (int64_t)reply->text.length;
}

ssize_t reply_read(const Reply *reply, int64_t from, char *bytes, size_t size)
{
        int64_t left = reply_length(reply) - from;

        size = (size_t)MIN(left, (int64_t)size);
        if (left <= 0)
                return 0;
        if (reply->fd < 0) {
                memcpy(bytes, strbuf_text(&reply->text) + from, size);
                return (ssize_t)size;
        }
        ssize_t n = pread(reply->fd, bytes, size, from);
        return n < 0 ? -errno : n;
}

size_t reply_take(Reply *reply, char *bytes, size_t size)
{
        StrBuf *text = &reply->text;

        size = MIN(size, text->length);
        if (size == 0)
                return 0;
        memcpy(bytes, text->text, size);
        memmove(text->text, text->text + size, text->length - size);
        strbuf_truncate(text, text->length - size);
        return size;
}
