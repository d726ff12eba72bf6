/* SPDX-License-Identifier: MIT */
/* As channels/file, one file per message that is never overwritten, but it keeps up to `ahead`
 * messages and asks for each to begin as it takes it: most of what has begun has not left yet. With
 * a gate, a message that is under way leaves once there is a file of that name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channels/channel.h"

#define AHEAD_MAX 64

static size_t ahead;
static useconds_t delay_usec;
static const char *gate;

static unsigned number(const char *text)
{
        unsigned value = 0;

        for (; *text; text++)
                value = value * 10 + (unsigned)(*text - '0');
        return value;
}

static int eager_open(const struct relanced_value *values, void **state, const char **error)
{
        *error = "there is no such folder";
        ahead = number(values[1].value);
        delay_usec = number(values[2].value) * 1000;
        gate = values[3].value;
        return chdir(values[0].value);
}

/* The act: half of its time passes before it, half after. */
static enum relanced_outcome_kind leave(const struct relanced_message *message)
{
        char draft[64], name[64];

        snprintf(draft, sizeof(draft), ".%llu.draft", (unsigned long long)message->notice);
        snprintf(name, sizeof(name), "%llu.txt", (unsigned long long)message->notice);
        FILE *file = fopen(draft, "we");
        if (!file || fputs(message->text, file) < 0 || fclose(file) != 0)
                return RELANCED_RETRY;
        while (*gate && access(gate, F_OK) < 0)
                usleep(1000);
        usleep(delay_usec / 2);
        for (int n = 2; link(draft, name) < 0 && errno == EEXIST; n++)
                snprintf(name, sizeof(name), "%llu-%d.txt", (unsigned long long)message->notice, n);
        unlink(draft);
        usleep(delay_usec / 2);
        return RELANCED_SENT;
}

static int eager_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *queue[AHEAD_MAX];
        size_t n = 0;

        for (;;) {
                struct relanced_outcome outcome = { RELANCED_RETRY, 0, NULL, NULL };
                int r = 0;
                while (n < ahead && (r = host->next(host, &queue[n], n > 0 ? 0 : -1)) > 0)
                        host->ask(host, queue[n++]);
                if (r < 0 || n == 0)
                        return 0;
                if (host->begin(host, queue[0]) == 0)
                        outcome.kind = leave(queue[0]);
                host->finish(host, queue[0], &outcome);
                memmove(queue, queue + 1, --n * sizeof(*queue));
        }
}

static const struct relanced_option options[] = {
        { "path", RELANCED_DIRECTORY, NULL, 0, 0, "folder the messages are written to" },
        { "ahead", RELANCED_INTEGER, "16", 1, AHEAD_MAX, "messages asked for ahead" },
        { "delay_ms", RELANCED_INTEGER, "0", 0, 60000, "milliseconds a message takes" },
        { "gate", RELANCED_TEXT, "", 0, 0, "file that messages under way wait for" },
        { NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "eager", "files, asked for ahead", RELANCED_EMAIL,
        options, eager_open, NULL, eager_deliver, NULL, NULL, NULL };
