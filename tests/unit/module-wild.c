/* SPDX-License-Identifier: MIT */
/* A channel module for tests that does what the address says: "crash-late@example.org" ends the
 * process right after begin(). What "leaves" is a line of its notice in the file `out`. */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channels/channel.h"

static int out = -1;
static char gate[512];

static int wild_open(const struct relanced_value *values, void **state, const char **error)
{
        (void)snprintf(gate, sizeof(gate), "%s.gate", values[0].value);
        out = open(values[0].value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        *error = "no file to write to";
        return out < 0 ? -1 : 0;
}

static int wild_check_address(void *state, const char *address)
{
        return strncmp(address, "bad@", 4) == 0 ? -1 : 0;
}

static int is(const struct relanced_message *message, const char *word)
{
        size_t length = strlen(word);

        return strncmp(message->to, word, length) == 0 && message->to[length] == '@';
}

static void leave(const struct relanced_message *message)
{
        (void)dprintf(out, "%llu\n", (unsigned long long)message->notice);
}

/* Asks ahead and waits until begin() would not: the message is begun, and has not left. */
static void wait_asked(struct relanced_host *host, const struct relanced_message *message)
{
        struct pollfd poller = { .fd = host->fd, .events = POLLIN };

        while (!host->is_answered(host, message))
                (void)poll(&poller, 1, -1);
        if (is(message, "asked-crash"))
                abort();
        if (is(message, "asked-hang"))
                for (;;)
                        (void)pause();
        if (is(message, "asked-late"))
                (void)usleep(300000); /* longer than an answer lasts */
}

/* A server that takes its time: until the test makes the file. */
static void wait_for_gate(void)
{
        while (access(gate, F_OK) < 0)
                (void)usleep(1000);
}

/* Whether it may go on after begin(). */
static void act(const struct relanced_message *message, struct relanced_outcome *outcome)
{
        leave(message);
        if (is(message, "crash-late"))
                abort();
        if (is(message, "hang-late"))
                for (;;)
                        (void)pause();
        if (is(message, "gated") || is(message, "crash-gated"))
                wait_for_gate();
        if (is(message, "crash-gated"))
                abort();
        if (is(message, "uncertain") || (is(message, "uncertain-once") && message->attempt == 1))
                outcome->kind = RELANCED_UNCERTAIN;
        else
                outcome->kind = RELANCED_SENT;
        outcome->reference = "wild-1";
}

/* A channel that is down for a second; the one that crashes is worse the next time. */
static int is_down_for_once(const struct relanced_message *message)
{
        static int n_times;

        if (!is(message, "down-once") && !is(message, "down-crash"))
                return 0;
        if (n_times > 0 && is(message, "down-crash"))
                abort();
        return n_times++ == 0;
}

static int deliver_one(struct relanced_host *host, const struct relanced_message *message)
{
        struct relanced_outcome outcome = { RELANCED_RETRY, 0, NULL, "as asked" };

        if (is(message, "crash-early"))
                abort();
        if (is(message, "hang-early"))
                for (;;)
                        (void)pause();
        if (strncmp(message->to, "asked-", 6) == 0)
                wait_asked(host, message);
        if (is(message, "refuse-address"))
                outcome.kind = RELANCED_REFUSED_ADDRESS;
        else if (is(message, "refuse-message"))
                outcome.kind = RELANCED_REFUSED_MESSAGE;
        else if (is(message, "down"))
                outcome.kind = RELANCED_CHANNEL_DOWN;
        else if (is(message, "down-briefly"))
                outcome = (struct relanced_outcome){ RELANCED_CHANNEL_DOWN, 1, NULL, "no route" };
        else if (is_down_for_once(message))
                outcome = (struct relanced_outcome){ RELANCED_CHANNEL_DOWN, 1, NULL, "no credit" };
        else if (is(message, "no-begin"))
                act(message, &outcome);
        else if (is(message, "uncertain-once") && message->attempt == 2)
                outcome.detail = "not now";
        else if (!is(message, "retry") && host->begin(host, message) == 0)
                act(message, &outcome);
        if (is(message, "never-finished"))
                return -1;
        host->finish(host, message, &outcome);
        return 0;
}

static int wild_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;

        while (host->next(host, &message, -1) > 0)
                if (deliver_one(host, message) < 0)
                        return -1;
        return 0;
}

static const struct relanced_option options[] = {
        { "out", RELANCED_TEXT, NULL, 0, 0, "file a line is added to for each message" },
        { NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "wild", "does what the address says", RELANCED_ANY,
        options, wild_open, wild_check_address, wild_deliver, NULL, NULL, NULL };
