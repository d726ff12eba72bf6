/* SPDX-License-Identifier: MIT */
/*
 * A channel that tells all it is told: its options when it is opened, then each message, on lines
 * "NAME=VALUE" in a file of its own. The first attempt of a message is to be made again.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channels/channel.h"

static FILE *file;

/* Lines of a value begin on the next line with a blank. */
static void tell(const char *name, const char *value)
{
        fprintf(file, "%s=", name);
        for (; *value; value++)
                fprintf(file, *value == '\n' ? "\n " : "%c", *value);
        fputc('\n', file);
}

static int teller_open(const struct relanced_value *values, void **state, const char **error)
{
        (void)state;
        *error = "the file cannot be written";
        file = fopen(values[0].value, "a");
        for (size_t i = 1; file && values[i].name; i++)
                tell(values[i].name, values[i].value);
        return file ? 0 : -1;
}

static void tell_message(const struct relanced_message *message)
{
        fprintf(file, "message=%llu attempt %u\n", (unsigned long long)message->notice,
                message->attempt);
        tell("template", message->template_name);
        tell("to", message->to);
        tell("text", message->text);
        for (size_t i = 0; i < message->n_attachments; i++)
                tell("attachment", message->attachments[i].name);
        for (size_t i = 0; message->fields && message->fields[i].name; i++) {
                fputs("field ", file);
                tell(message->fields[i].name, message->fields[i].value);
        }
        fflush(file);
}

static int teller_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;

        (void)state;
        while (host->next(host, &message, -1) > 0) {
                struct relanced_outcome outcome = { RELANCED_RETRY, 1, NULL, "again" };
                tell_message(message);
                if (message->attempt > 1 && host->begin(host, message) == 0)
                        outcome = (struct relanced_outcome){ .kind = RELANCED_SENT };
                host->finish(host, message, &outcome);
        }
        return 0;
}

static const struct relanced_option options[] = {
        { "out", RELANCED_TEXT, NULL, 0, 0, "the file" },
        { "server", RELANCED_NETWORK, "localhost", 0, 0, "a host" },
        { "headers", RELANCED_TEXTS, "A: b\nC: d", 0, 0, "lines" },
        { "password", RELANCED_SECRET, "", 0, 0, "may be left out" },
        { "from", RELANCED_TEXT, "=email", 0, 0, "" },
        { "from_name", RELANCED_TEXT, "=name", 0, 0, "" },
        { "copy_to", RELANCED_TEXT, "=copy_to", 0, 0, "" },
        { "phone", RELANCED_TEXT, "=phone", 0, 0, "" },
        { "country", RELANCED_TEXT, "=country", 0, 0, "" },
        { "timeout_s", RELANCED_INTEGER, "60", 1, 600, "" },
        { "in_flight", RELANCED_INTEGER, "8", 1, 64, "" },
        { NULL, RELANCED_TEXT, NULL, 0, 0, NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "teller", "tells all it is told", RELANCED_ANY, options,
        teller_open, NULL, teller_deliver, NULL, NULL, NULL };
