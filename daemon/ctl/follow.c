/* SPDX-License-Identifier: MIT */
/* Owns what is particular about an answer that never ends. Never fetches. */

#include "ctl/follow.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/show.h"
#include "ctl/text.h"

/* Every line that came was written out: nothing is lost, and nothing is left to be done. */
static void on_interrupt(int signal)
{
        _exit(EXIT_DONE);
}

static int give_line(const Invocation *invocation, const char *line, size_t length)
{
        json_t *row = json_loadb(line, length, 0, NULL);
        const Rows rows = { &row, 1 };

        if (!row)
                return -EBADMSG;
        invocation->command->show_next(invocation, &rows);
        json_decref(row);
        return 0;
}

static int take(void *owner, const char *lines, size_t length)
{
        int r = 0;

        while (r == 0 && length > 0) {
                const char *newline = memchr(lines, '\n', length);
                size_t n = newline ? (size_t)(newline - lines) + 1 : length;
                r = give_line(owner, lines, n);
                lines += n;
                length -= n;
        }
        return r == 0 && fflush(stdout) == EOF ? -errno : r;
}

void follow_begin(const Invocation *invocation, Sink *sink)
{
        const struct sigaction action = { .sa_handler = on_interrupt };

        (void)sigaction(SIGINT, &action, NULL);
        if (sink->fd >= 0)
                return;
        sink->take = take;
        sink->owner = (void *)invocation;
}

int follow_end(int r)
{
        if (r < 0 && r != -EPIPE) {
                text_complain("%s",
                        r == -EBADMSG ? "the daemon's answer is not understood" : strerror(-r));
                return EXIT_REFUSED;
        }
        text_complain("the daemon has ended: there is nothing to follow any more");
        return EXIT_UNREACHABLE;
}
