/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer of a daemon that cannot start: the sentence why, to all who have connected
 * already. Left unanswered, their connections would have systemd start it again and again, until it
 * starts it no more. Never waits for long; who says nothing gets his answer all the same.
 */

#include "api/api.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "api/reply.h"

#define CLIENTS_MAX 64
#define PATIENCE_MS 100 /* for a request: to close before it is read would lose the answer */

static void answer(int fd, const char *answer, size_t length)
{
        struct pollfd poller = { .fd = fd, .events = POLLIN };
        char request[16 * 1024];

        if (poll(&poller, 1, PATIENCE_MS) > 0)
                (void)recv(fd, request, sizeof(request), MSG_DONTWAIT);
        (void)send(fd, answer, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)shutdown(fd, SHUT_WR);
}

void api_refuse(int listen_fd, const char *sentence)
{
        StrBuf text = STRBUF_INIT;
        Reply reply = REPLY_INIT;

        (void)reply_refuse(&reply, REPLY_BUSY, "%s", sentence);
        reply_finish(&reply);
        strbuf_addf(&text,
                "HTTP/1.1 %u Service Unavailable\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                "Connection: close\r\n\r\n%s",
                reply.status, reply.type, reply.text.length, strbuf_text(&reply.text));
        for (int n = 0; strbuf_error(&text) == 0 && n < CLIENTS_MAX; n++) {
                _cleanup_(closep) int fd =
                        accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
                if (fd < 0 && errno != ECONNABORTED)
                        break;
                if (fd >= 0)
                        answer(fd, text.text, text.length);
        }
        reply_release(&reply);
        strbuf_release(&text);
}
