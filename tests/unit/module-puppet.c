/* SPDX-License-Identifier: MIT */
/* A channel module for tests that is moved by words, the text of each message: it takes the message
 * and does what they say about it or, with a number, about that of an earlier one. What the host
 * answers is told as a log line. A message without words waits for words of others. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "channels/channel.h"

#define MESSAGES_MAX 16

static const struct relanced_message *kept[MESSAGES_MAX];

static void tell(struct relanced_host *host, const char *word, int value)
{
        char line[64];

        snprintf(line, sizeof(line), "%s %d", word, value);
        host->log(host, RELANCED_DEBUG, line);
}

static void sleep_ms(unsigned ms)
{
        nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 }, NULL);
}

/* Takes a message that is there within ms. */
static void take(struct relanced_host *host, int ms)
{
        const struct relanced_message *message;
        int r = host->next(host, &message, ms);

        if (r > 0)
                kept[message->notice % MESSAGES_MAX] = message;
        tell(host, "next", r);
}

static void move(struct relanced_host *host, const char *word, unsigned number)
{
        const struct relanced_message *message = kept[number % MESSAGES_MAX];
        struct relanced_outcome outcome = { RELANCED_SENT, 0, "ref", NULL };
        struct pollfd poller = { .fd = host->fd, .events = POLLIN };

        if (!strcmp(word, "ask"))
                host->ask(host, message);
        else if (!strcmp(word, "answered"))
                tell(host, word, host->is_answered(host, message));
        else if (!strcmp(word, "begin"))
                tell(host, word, host->begin(host, message) == 0);
        else if (!strcmp(word, "poll"))
                tell(host, word, poll(&poller, 1, (int)number));
        else if (!strcmp(word, "next"))
                take(host, (int)number);
        else if (!strcmp(word, "sleep"))
                sleep_ms(number);
        else if (!strcmp(word, "retry"))
                outcome.kind = RELANCED_RETRY;
        else if (!strcmp(word, "abort"))
                abort();
        if (!strcmp(word, "retry") || !strcmp(word, "sent"))
                host->finish(host, message, &outcome);
}

static int puppet_open(const struct relanced_value *values, void **state, const char **error)
{
        return 0;
}

static int puppet_check_address(void *state, const char *address)
{
        return strcmp(address, "bad") == 0 ? -1 : 0;
}

static int puppet_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;

        while (host->next(host, &message, -1) > 0) {
                char words[256], word[16]; /* a copy: the message ends when it is finished */
                const char *at = words;
                unsigned number;
                int length;
                snprintf(words, sizeof(words), "%s", message->text);
                kept[message->notice % MESSAGES_MAX] = message;
                while (sscanf(at, "%15[a-z] %u%n ", word, &number, &length) == 2) {
                        move(host, word, number);
                        at += length;
                        at += strspn(at, " ");
                }
        }
        return 0;
}

/* "no" cannot be. */
static int puppet_render(
        void *state, const struct relanced_message *message, char **ret, size_t *ret_length)
{
        if (strcmp(message->text, "no") == 0)
                return -1;
        *ret = strdup(message->text);
        *ret_length = *ret ? strlen(*ret) : 0;
        return *ret ? 0 : -1;
}

static const struct relanced_option options[] = { { NULL } };

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "puppet", "moved by words", RELANCED_ANY, options,
        puppet_open, puppet_check_address, puppet_deliver, NULL, NULL, puppet_render };
