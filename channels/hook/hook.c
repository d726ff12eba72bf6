/* SPDX-License-Identifier: MIT */
/*
 * Owns the channel `hook`: one program of the firm's, called with each event as JSON on its
 * standard input, to suspend and reconnect a service and whatever else a firm wants to be told. No
 * shell is involved. How it ends is the outcome:
 *
 *         exit code 0        sent; the first line it printed is the reference
 *         exit code 75       not now (EX_TEMPFAIL): it is called again later
 *         another exit code  refused: a person is told, with the last line it wrote to stderr
 *         killed by a signal, or at the time limit    uncertain: it may have done its work
 *         it cannot be started                        the channel is suspended: it did not run
 *
 * A program that is not the owner's alone is not run. Its environment is PATH, LANG,
 * RELANCED_NOTICE and RELANCED_ATTEMPT; a notice that comes again has a higher attempt.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/macros.h"
#include "base/parse.h"
#include "channels/channel.h"
#include "channels/hook/program.h"

#define DETAIL_SIZE 480
#define NUMBER_TEXT_SIZE 48

enum {
        VALUE_RUN,
        VALUE_ARGUMENTS,
        VALUE_TIMEOUT,
};

typedef struct Hook {
        char **arguments; /* [0]: the program; all in one block with text */
        char *text;
        unsigned limit_ms;
} Hook;

typedef struct Verdict {
        struct relanced_outcome outcome;
        char reference[LINE_MAX_BYTES + 1];
        char detail[DETAIL_SIZE];
} Verdict;

static char problem[DETAIL_SIZE]; /* of open(); outlives it */

static void hook_close(void *state)
{
        Hook *hook = state;

        free(hook->arguments);
        free(hook->text);
        free(hook);
}

/* Why the program is not to be run, or NULL. A link is as good as the file it leads to. */
static const char *program_fault(const char *path)
{
        struct stat status;

        if (path[0] != '/')
                return "is no absolute path";
        if (stat(path, &status) < 0)
                return strerror(errno);
        if (!S_ISREG(status.st_mode))
                return "is not a regular file";
        if (status.st_uid != 0 && status.st_uid != geteuid())
                return "must be owned by root or by the user relanced runs as";
        if (status.st_mode & (S_IWGRP | S_IWOTH))
                return "must not be writable by group or others: chmod go-w";
        if (!(status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
                return "must be executable: chmod +x";
        if (access(path, X_OK) < 0)
                return "may not be executed by the user relanced runs as, or where it is";
        return NULL;
}

/* The program's name and the lines of its arguments as an argv; no line at all is no argument. */
static bool read_arguments(Hook *hook, const char *path, const char *lines)
{
        size_t n = 2, path_size = strlen(path) + 1;

        for (const char *p = lines; *p; p++)
                n += *p == '\n';
        hook->text = malloc(path_size + strlen(lines) + 1);
        hook->arguments = calloc(n + 1, sizeof(*hook->arguments));
        if (!hook->text || !hook->arguments)
                return false;
        char *at = mempcpy(hook->text, path, path_size);
        memcpy(at, lines, strlen(lines) + 1);
        hook->arguments[0] = hook->text;
        n = 1;
        if (!*at)
                return true;
        while (at)
                hook->arguments[n++] = strsep(&at, "\n");
        return true;
}

static int hook_open(const struct relanced_value *values, void **state, const char **error)
{
        const char *path = values[VALUE_RUN].value, *fault = program_fault(path);
        int timeout_s;
        Hook *hook;

        if (fault) {
                (void)snprintf(problem, sizeof(problem), "run: %s %s", path, fault);
                *error = problem;
                return -EINVAL;
        }
        if (parse_int(values[VALUE_TIMEOUT].value, 1, 3600, &timeout_s) < 0) {
                *error = "timeout_s is out of range";
                return -EINVAL;
        }
        *error = "out of memory";
        hook = calloc(1, sizeof(*hook));
        if (!hook)
                return -ENOMEM;
        if (!read_arguments(hook, path, values[VALUE_ARGUMENTS].value)) {
                hook_close(hook);
                return -ENOMEM;
        }
        hook->limit_ms = (unsigned)timeout_s * 1000;
        *state = hook;
        return 0;
}

/* Why a program that may be run was not started. */
static void judge_start(int error, Verdict *verdict)
{
        const char *why = strerror(error);

        verdict->outcome.kind = RELANCED_CHANNEL_DOWN;
        if (error == ENOENT)
                why = "the interpreter that its first line names is not there";
        else if (error == ENOEXEC)
                why = "it is neither a program nor a script that begins with #!";
        else if (error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE ||
                 error == ETXTBSY)
                verdict->outcome.kind = RELANCED_RETRY; /* passes by itself */
        (void)snprintf(
                verdict->detail, sizeof(verdict->detail), "the program cannot be started: %s", why);
}

/* Says how it ended, and the last thing it complained of. */
static void explain(Verdict *verdict, const Program *program, const char *how, int value)
{
        char said[LINE_MAX_BYTES + 1], number[NUMBER_TEXT_SIZE] = "";

        line_show(&program->last_error, said);
        if (value >= 0)
                (void)snprintf(number, sizeof(number), " %d", value);
        (void)snprintf(verdict->detail, sizeof(verdict->detail), "the program %s%s%s%s", how,
                number, *said ? ": " : "", said);
}

static void judge_exit(int code, const Program *program, Verdict *verdict)
{
        switch (code) {
        case EX_OK: verdict->outcome.kind = RELANCED_SENT; return;
        case EX_TEMPFAIL:
                verdict->outcome.kind = RELANCED_RETRY;
                explain(verdict, program, "asked to be called again later with exit code", code);
                return;
        default:
                verdict->outcome.kind = RELANCED_REFUSED_MESSAGE;
                explain(verdict, program, "refused with exit code", code);
        }
}

static void judge_end(ProgramEnd end, int value, const Program *program, Verdict *verdict)
{
        line_show(&program->first_output, verdict->reference);
        verdict->outcome.kind = RELANCED_UNCERTAIN;
        switch (end) {
        case PROGRAM_NOT_STARTED: judge_start(value, verdict); break;
        case PROGRAM_EXITED: judge_exit(value, program, verdict); break;
        case PROGRAM_KILLED: explain(verdict, program, "was ended by signal", value); break;
        case PROGRAM_TOO_LONG:
                explain(verdict, program, "was not done within timeout_s and was ended", -1);
                break;
        }
}

static void call(const ProgramOrder *order, struct relanced_host *host,
        const struct relanced_message *message, Verdict *verdict)
{
        const char *fault = program_fault(order->arguments[0]);
        Program program;
        int value = 0;

        if (fault) {
                verdict->outcome.kind = RELANCED_CHANNEL_DOWN;
                (void)snprintf(verdict->detail, sizeof(verdict->detail), "run: %s %s",
                        order->arguments[0], fault);
                return;
        }
        int r = program_prepare(order, &program);
        if (r < 0) {
                judge_start(-r, verdict);
                return;
        }
        if (host->begin(host, message) == 0) {
                ProgramEnd end = program_run(order, &program, &value);
                judge_end(end, value, &program, verdict);
        }
        program_release(&program);
}

static int hook_deliver(void *state, struct relanced_host *host)
{
        const Hook *hook = state;
        const struct relanced_message *message;

        while (host->next(host, &message, -1) > 0) {
                char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
                char language[] = "LANG=C.UTF-8";
                char notice[NUMBER_TEXT_SIZE], attempt[NUMBER_TEXT_SIZE];
                char *environment[] = { path, language, notice, attempt, NULL };
                const ProgramOrder order = { hook->arguments, environment, message->text,
                        hook->limit_ms };
                Verdict verdict = { .outcome.kind = RELANCED_RETRY };

                (void)snprintf(notice, sizeof(notice), "RELANCED_NOTICE=%llu",
                        (unsigned long long)message->notice);
                (void)snprintf(attempt, sizeof(attempt), "RELANCED_ATTEMPT=%u", message->attempt);
                call(&order, host, message, &verdict);
                verdict.outcome.reference = *verdict.reference ? verdict.reference : NULL;
                verdict.outcome.detail = *verdict.detail ? verdict.detail : NULL;
                host->finish(host, message, &verdict.outcome);
        }
        return 0;
}

static const struct relanced_option options[] = {
        [VALUE_RUN] = { "run", RELANCED_PROGRAM, NULL, 0, 0,
                "the program; gets the event as JSON on its standard input" },
        [VALUE_ARGUMENTS] = { "arguments", RELANCED_TEXTS, "", 0, 0, "its arguments" },
        [VALUE_TIMEOUT] = { "timeout_s", RELANCED_INTEGER, "60", 1, 3600,
                "seconds it may take before it is ended" },
        { NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "hook", "runs a program of yours", RELANCED_EVENT,
        options, hook_open, NULL, hook_deliver, NULL, hook_close, NULL };
