/* SPDX-License-Identifier: MIT */
/*
 * Owns the course of one command: parse, find or start a daemon, ask, show, exit code (DESIGN 4.1).
 * Every failure is one sentence on stderr; what relanced itself said when it could not serve is
 * passed on as it is.
 */

#include "ctl/run.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/client.h"
#include "ctl/find.h"
#include "ctl/follow.h"
#include "ctl/launch.h"
#include "ctl/local.h"
#include "ctl/show.h"
#include "ctl/text.h"

static void rows_release(Rows *rows)
{
        for (size_t i = 0; i < rows->n; i++)
                json_decref(rows->list[i]);
        free(rows->list);
        *rows = (Rows){ 0 };
}

/* One JSON object per line. 0 or -errno. */
static int parse_rows(const StrBuf *text, Rows *rows)
{
        const char *at = strbuf_text(text);
        size_t size = 0;

        while (*at) {
                size_t length = strcspn(at, "\n");
                if (rows->n == size) {
                        size = MAX(size * 2, (size_t)64);
                        json_t **list = reallocarray(rows->list, size, sizeof(json_t *));
                        if (!list)
                                return -ENOMEM;
                        rows->list = list;
                }
                rows->list[rows->n] = json_loadb(at, length, 0, NULL);
                if (!rows->list[rows->n])
                        return -EBADMSG;
                rows->n++;
                at += length + (at[length] == '\n');
        }
        return 0;
}

static int show_error(const Answer *answer)
{
        Rows rows = { 0 };
        const char *sentence = NULL;

        if (parse_rows(&answer->text, &rows) == 0 && rows.n > 0)
                sentence = json_string_value(json_object_get(rows.list[0], "error"));
        if (sentence)
                text_complain("%s", sentence);
        else
                text_complain("the daemon refused (HTTP status %ld)", answer->status);
        rows_release(&rows);
        if (answer->status == 503) /* it has no room for another, or cannot start */
                return EXIT_UNREACHABLE;
        return answer->status == 404 ? EXIT_NOT_FOUND : EXIT_REFUSED;
}

static int show_answer(const Invocation *invocation, const Answer *answer)
{
        const Command *command = invocation->command;
        Rows rows = { 0 };
        int code = EXIT_DONE;

        if (parse_rows(&answer->text, &rows) < 0) {
                text_complain("the daemon's answer is not understood");
                code = EXIT_REFUSED;
        } else {
                if (invocation->is_json)
                        (void)fputs(strbuf_text(&answer->text), stdout);
                else if (command->make)
                        code = command->make(invocation, &rows);
                else
                        command->show(invocation, &rows);
                if (invocation_is_judged(invocation))
                        code = command->judge(&rows);
        }
        rows_release(&rows);
        return code;
}

/* With --json the file that --output names is not made of the answer: it is the answer. */
static bool is_answer_kept(const Invocation *invocation)
{
        return invocation->is_json && invocation->command->make &&
               invocation_option(invocation, "output");
}

static const char *output_name(const Invocation *invocation)
{
        return is_answer_kept(invocation) ? invocation_option(invocation, "output")
                                          : invocation_output(invocation);
}

/* An answer that must be looked at before the exit code is known is kept, others are passed on. */
static int choose_output(const Invocation *invocation, int *ret_fd)
{
        const Command *command = invocation->command;

        *ret_fd = -1;
        if (command->is_saved || is_answer_kept(invocation)) {
                *ret_fd = open(
                        output_name(invocation), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                return *ret_fd < 0 ? -errno : 0;
        }
        if (invocation->is_json && !invocation_is_judged(invocation))
                *ret_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        return 0;
}

static int end_saved(const Invocation *invocation, int fd, int code)
{
        const char *name = invocation_output(invocation);
        struct stat status = { 0 };

        if (code == EXIT_DONE && (fsync(fd) < 0 || fstat(fd, &status) < 0)) {
                text_complain("%s: %s", name, strerror(errno));
                code = EXIT_REFUSED;
        }
        if (code != EXIT_DONE) {
                (void)unlink(name);
                return code;
        }
        json_t *row = json_pack("{s:s, s:I}", "file", name, "bytes", (json_int_t)status.st_size);
        if (invocation->is_json && row)
                (void)json_dumpf(row, stdout, JSON_COMPACT), (void)puts("");
        else
                (void)printf("%s: %lld bytes\n", name, (long long)status.st_size);
        json_decref(row);
        return EXIT_DONE;
}

/* Only of a private relanced: how it ended, when that was not well. */
static int explain_end(Launched *launched, int status)
{
        launched_relay(launched);
        if (status > 128)
                text_complain("relanced was ended by signal %d (%s)", status - 128,
                        strsignal(status - 128));
        return status == EXIT_UNREACHABLE ? EXIT_UNREACHABLE : EXIT_REFUSED;
}

/* No whole answer came. */
static int explain_silence(Daemon *daemon, int error, int status, const char *problem)
{
        bool is_theirs = error == -EPIPE || error == -ETIMEDOUT;

        if (daemon->is_private && is_theirs && status != 0)
                return explain_end(&daemon->launched, status);
        text_complain("%s", problem);
        return is_theirs && !daemon->is_private ? EXIT_UNREACHABLE : EXIT_REFUSED;
}

static int exchange(const Invocation *invocation, Daemon *daemon, int into)
{
        Sink sink = SINK_NONE;
        Answer answer = { 0 };
        const char *problem = "";
        int code;

        sink.fd = into;
        if (invocation_follows(invocation))
                follow_begin(invocation, &sink);
        int r = client_ask(daemon->launched.socket_fd, invocation, &sink, &answer, &problem);
        if (r == -ETIMEDOUT)
                daemon->launched.pid = 0; /* it ends by itself, once it can */
        int status = launched_wait(&daemon->launched);
        if (invocation_follows(invocation) && answer.status == 200) {
                code = follow_end(r);
        } else if (r < 0) {
                code = explain_silence(daemon, r, status, problem);
        } else if (answer.status != 200) {
                code = show_error(&answer);
                if (answer.status == 403)
                        daemon_explain_closed(daemon);
        } else {
                code = into >= 0 ? EXIT_DONE : show_answer(invocation, &answer);
                if (status != 0)
                        code = explain_end(&daemon->launched, status);
        }
        strbuf_release(&answer.text);
        return code;
}

/* Why a file cannot be uploaded, or NULL. It is not opened: it may be a pipe. */
static const char *unreadable(const char *name)
{
        struct stat status;

        if (stat(name, &status) < 0 || access(name, R_OK) < 0)
                return strerror(errno);
        return S_ISDIR(status.st_mode) ? "is a folder" : NULL;
}

/* Files that cannot be read are told and left out; the others are imported all the same. */
static int drop_unreadable(Invocation *invocation)
{
        size_t n = 0;

        for (size_t i = 0; i < invocation->n_words; i++) {
                const char *why = unreadable(invocation->words[i]);
                if (why)
                        text_complain("%s: %s", invocation->words[i], why);
                else
                        invocation->words[n++] = invocation->words[i];
        }
        bool is_whole = n == invocation->n_words;
        invocation->n_words = n;
        return is_whole ? EXIT_DONE : EXIT_REFUSED;
}

/* A configuration that goes along is read by us, as one text: the service may not be let to it.
 * What is wrong with it is told by who has read it. */
static int join_sent(Invocation *invocation, StrBuf *text)
{
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && invocation->command->options[i].name; i++) {
                const char *name = invocation->options[i];
                if (!invocation->command->options[i].is_sent || !name)
                        continue;
                const char *const arguments[] = { "--config", name, "--join", NULL };
                int status = launch_read(arguments, text);
                if (status < 0)
                        text_complain("%s: %s", name, strerror(-status));
                if (status != 0)
                        return EXIT_REFUSED;
                invocation->sent_name = name;
                invocation->sent_text = strbuf_text(text);
        }
        return EXIT_DONE;
}

static int ask_daemon(Invocation *invocation)
{
        Daemon daemon = DAEMON_NONE;
        _cleanup_(strbuf_release) StrBuf sent = STRBUF_INIT;
        _cleanup_(closep) int into = -1;
        int code = join_sent(invocation, &sent), worst = EXIT_DONE;

        if (code != EXIT_DONE)
                return code;

        if (invocation->command->has_files) {
                worst = drop_unreadable(invocation);
                if (invocation->n_words == 0)
                        return worst;
        }
        int r = choose_output(invocation, &into);
        if (r < 0) {
                text_complain("%s: %s", output_name(invocation), strerror(-r));
                return EXIT_REFUSED;
        }
        code = daemon_find(invocation, &daemon);
        if (code == EXIT_DONE)
                code = exchange(invocation, &daemon, into);
        if (daemon.is_dead && daemon.is_private && invocation->command->judge == judge_status) {
                text_complain("its service is not running: nobody listens on its sockets");
                code = EXIT_UNREACHABLE;
        }
        daemon_release(&daemon);
        if (invocation->command->is_saved)
                code = end_saved(invocation, into, code);
        else if (is_answer_kept(invocation) && code != EXIT_DONE)
                (void)unlink(output_name(invocation));
        return MAX(code, worst);
}

/* Names and amounts are UTF-8 whatever the locale says. */
static void use_utf8(void)
{
        if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
                (void)setlocale(LC_CTYPE, "C.UTF-8");
}

static int print_help(const Invocation *invocation)
{
        Invocation help = { .n_words = invocation->command ? 1 : 0 };

        if (invocation->command)
                help.words[0] = invocation->command->name;
        return run_help(&help);
}

int ctl_run(int argc, char *argv[])
{
        static Invocation invocation;
        StrBuf problem = STRBUF_INIT;
        int code;

        use_utf8();
        code = command_parse(argc, argv, &invocation, &problem);
        if (code != 0) {
                text_complain("%s", strbuf_text(&problem));
                StrBuf usage = STRBUF_INIT;
                if (invocation.command)
                        command_usage(invocation.command, &usage);
                (void)fprintf(stderr, "usage: relancectl %s\n",
                        invocation.command ? strbuf_text(&usage)
                                           : "[OPTIONS] COMMAND … (see relancectl help)");
                strbuf_release(&usage);
                strbuf_release(&problem);
                return code;
        }
        if (invocation.wants_help)
                return print_help(&invocation);
        if (invocation.wants_version) {
                (void)puts("relancectl " RELANCED_VERSION);
                return EXIT_DONE;
        }
        code = invocation_is_local(&invocation) ? invocation.command->run(&invocation)
                                                : ask_daemon(&invocation);
        if (fflush(stdout) == EOF && code == EXIT_DONE) {
                text_complain("stdout: %s", strerror(errno));
                code = EXIT_REFUSED;
        }
        return code;
}
