/* SPDX-License-Identifier: MIT */
/*
 * A channel whose outcomes are written in a script: in its folder, a line "WHO WORD" for each
 * message it is to meet, WHO a part of the address or *. The first line for that address which was
 * not used yet counts, none: sent. A word is [begun-|acted-]WHAT: without begin(), after it, after
 * the act. WHAT is an outcome or a fault of the module itself. "used" keeps the place in the
 * script, "received" is what the other side has.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "channels/channel.h"

static const struct {
        const char *name;
        struct relanced_outcome outcome;
} outcomes[] = {
        { "sent", { RELANCED_SENT, 0, "ref", NULL } },
        { "retry", { RELANCED_RETRY, 0, NULL, "busy" } },
        { "retry-soon", { RELANCED_RETRY, 1, NULL, "busy" } },
        { "refused-address", { RELANCED_REFUSED_ADDRESS, 0, NULL, "no such recipient" } },
        { "refused-message", { RELANCED_REFUSED_MESSAGE, 0, NULL, "spam" } },
        { "down", { RELANCED_CHANNEL_DOWN, 0, NULL, "wrong password" } },
        { "uncertain", { RELANCED_UNCERTAIN, 0, NULL, "no answer" } },
};

static int scripted_open(const struct relanced_value *values, void **state, const char **error)
{
        (void)state;
        *error = "there is no such folder";
        prctl(PR_SET_PDEATHSIG, 0); /* outlives the daemon, as a process that is stuck would */
        return chdir(values[0].value);
}

/* Whether the line of that number was used before. */
static int is_used(unsigned line)
{
        unsigned number;
        int found = 0;
        FILE *file = fopen("used", "r");

        while (file && !found && fscanf(file, "%u %*s", &number) == 1)
                found = number == line;
        if (file)
                fclose(file);
        return found;
}

static void note(const char *name, const char *format, unsigned long long number, const char *text)
{
        FILE *file = fopen(name, "a");

        fprintf(file, format, number, text);
        fclose(file);
}

/* The word for that address. */
static void find_word(const char *to, char word[64])
{
        char who[64];
        FILE *file = fopen("script", "r");

        for (unsigned line = 1; file && fscanf(file, "%63s %63s", who, word) == 2; line++) {
                if ((*who != '*' && !strstr(to, who)) || is_used(line))
                        continue;
                note("used", "%llu %s\n", line, word);
                fclose(file);
                return;
        }
        if (file)
                fclose(file);
        snprintf(word, 64, "acted-sent");
}

/* What a module must not do. */
static void misbehave(struct relanced_host *host, const char *what)
{
        if (!strcmp(what, "abort"))
                abort();
        if (!strcmp(what, "exit"))
                exit(0);
        while (!strcmp(what, "hang"))
                pause();
        while (!strcmp(what, "chatter")) {
                host->log(host, RELANCED_DEBUG, "still at it");
                usleep(50000);
        }
        while (!strcmp(what, "flood"))
                host->log(host, RELANCED_DEBUG, "still at it");
        if (!strcmp(what, "close")) {
                for (int fd = 0; fd <= 10; fd++)
                        close(fd);
        }
        if (!strcmp(what, "slow")) /* longer than retry-soon */
                usleep(1200000);
        if (!strcmp(what, "freeze")) /* the daemon, which is killed before it can hear of it */
                kill(getppid(), SIGSTOP);
}

static struct relanced_outcome meet(
        struct relanced_host *host, const struct relanced_message *message)
{
        struct relanced_outcome outcome = outcomes[1].outcome;
        char word[64], *what = word;
        int is_acting = 0;

        find_word(message->to, word);
        if (!strncmp(word, "begun-", 6) || !strncmp(word, "acted-", 6)) {
                is_acting = *word == 'a';
                what += 6;
                if (host->begin(host, message) < 0)
                        return outcome;
        }
        if (is_acting)
                note("received", "%llu %s\n", message->notice, message->message_id);
        misbehave(host, what);
        for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++) {
                if (!strcmp(what, outcomes[i].name))
                        return outcomes[i].outcome;
        }
        return is_acting ? outcomes[0].outcome : outcome;
}

static int scripted_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;

        (void)state;
        while (host->next(host, &message, -1) > 0) {
                struct relanced_outcome outcome = meet(host, message);
                host->finish(host, message, &outcome);
        }
        return 0;
}

static const struct relanced_option options[] = {
        { "folder", RELANCED_DIRECTORY, NULL, 0, 0, "where script, used and received lie" },
        { NULL, RELANCED_TEXT, NULL, 0, 0, NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "scripted", "does as it is told", RELANCED_ANY, options,
        scripted_open, NULL, scripted_deliver, NULL, NULL, NULL };
