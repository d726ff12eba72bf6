/* SPDX-License-Identifier: MIT */
/* The smallest useful channel, to copy: one file per message in a folder, named by its notice. It
 * is whole and on disk before begin(); the act itself is one link(), which never overwrites, so
 * that a message that came twice would be seen: "7.txt", "7-2.txt". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "channels/channel.h" /* outside relanced's own tree: <relanced/channel.h> */

static int folder, delay_usec;
static char problem[512];

static int file_open(const struct relanced_value *values, void **state, const char **error)
{
        for (const char *digit = values[1].value; *digit; digit++)
                delay_usec = delay_usec * 10 + (*digit - '0') * 1000;
        if (chdir(values[0].value) == 0 && access(".", W_OK) == 0 &&
                (folder = open(".", O_RDONLY | O_CLOEXEC)) >= 0)
                return 0;
        snprintf(problem, sizeof(problem), "%s: %s", values[0].value, strerror(errno));
        *error = problem;
        return -1;
}

static int write_draft(FILE *file, const struct relanced_message *message)
{
        char date[sizeof("2026-03-05T09:00:00Z")];
        time_t at = (time_t)message->date;

        strftime(date, sizeof(date), "%FT%TZ", gmtime_r(&at, &(struct tm){ 0 }));
        fprintf(file, "To: %s\nSubject: %s\nMessage-ID: <%s>\nDate: %s\n", message->to,
                message->subject, message->message_id, date);
        for (size_t i = 0; i < message->n_attachments; i++)
                fprintf(file, "Attachment: %s\n", message->attachments[i].name);
        fprintf(file, "\n%s\n", message->text);
        int r = fflush(file) == 0 ? fsync(fileno(file)) : -1;
        return fclose(file) == 0 ? r : -1;
}

static int file_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;
        char draft[64], name[64];

        while (host->next(host, &message, -1) > 0) {
                unsigned long long id = message->notice;
                struct relanced_outcome outcome = { RELANCED_RETRY, 0, NULL, NULL };
                snprintf(draft, sizeof(draft), ".%llu.draft", id);
                snprintf(name, sizeof(name), "%llu.txt", id);
                FILE *file = fopen(draft, "we");
                if (!file || write_draft(file, message) < 0) {
                        outcome.kind = RELANCED_CHANNEL_DOWN;
                        outcome.detail = strerror(errno);
                } else if (host->begin(host, message) == 0) {
                        usleep((useconds_t)delay_usec / 2);
                        for (int n = 2; link(draft, name) < 0 && errno == EEXIST; n++)
                                snprintf(name, sizeof(name), "%llu-%d.txt", id, n);
                        int is_there = access(name, F_OK) == 0 && fsync(folder) == 0;
                        outcome.kind = is_there ? RELANCED_SENT : RELANCED_UNCERTAIN;
                        usleep((useconds_t)delay_usec / 2); /* there, but not yet said to be */
                }
                unlink(draft);
                host->finish(host, message, &outcome);
        }
        return 0;
}

static const struct relanced_option options[] = {
        { "path", RELANCED_DIRECTORY, NULL, 0, 0, "folder the messages are written to" },
        { "delay_ms", RELANCED_INTEGER, "0", 0, 60000, "milliseconds a message takes" },
        { NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "file", "writes each message to a file", RELANCED_ANY,
        options, file_open, NULL, file_deliver, NULL, NULL, NULL };
