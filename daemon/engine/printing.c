/* SPDX-License-Identifier: MIT */
/*
 * Owns the process of relanced-paper: what it is given, how long it may take, what its end means.
 * Never waits for it: its end is an event. What it says of itself on stderr names members of the
 * dossier, never a customer; who asked for it is told in a sentence.
 */

#include "engine/printing.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "sys/process.h"
#include "sys/program.h"

#define PROGRAM "relanced-paper"
/* Thousands of invoices are thousands of pages. */
#define PATIENCE_USEC (120 * (uint64_t)USEC_PER_SEC) /* for each MiB of JSON that is begun */
#define MIB (1024U * 1024)
#define SAID_MAX 400
#define FIRST_DOCUMENT_FD 3

struct Printing {
        PrintingOrder order;
        pid_t pid; /* 0: it has ended */
        int pid_fd, said_fd;
        sd_event_source *exit, *timer;
};

/* Neither event comes any more, and its number is nobody's: it is never signalled again. */
static void reap(Printing *printing, siginfo_t *info)
{
        printing->exit = sd_event_source_disable_unref(printing->exit);
        printing->timer = sd_event_source_disable_unref(printing->timer);
        while (printing->pid > 0 && waitid(P_PID, (id_t)printing->pid, info, WEXITED) < 0 &&
                errno == EINTR)
                continue;
        printing->pid = 0;
}

void printing_free(Printing *printing)
{
        siginfo_t info;

        if (!printing)
                return;
        if (printing->pid > 0)
                (void)kill(printing->pid, SIGKILL);
        reap(printing, &info);
        closep(&printing->pid_fd);
        closep(&printing->said_fd);
        free(printing);
}

/* Its last word, as far as it is one printable line. */
static void add_said(const Printing *printing, StrBuf *sentence)
{
        char said[SAID_MAX + 1];
        ssize_t n = pread(printing->said_fd, said, SAID_MAX, 0);

        said[MAX(n, (ssize_t)0)] = '\0';
        said[strcspn(said, "\n")] = '\0';
        for (char *c = said; *c; c++)
                if ((unsigned char)*c < 0x20 || *c == 0x7F)
                        *c = '?';
        if (*said)
                strbuf_addf(sentence, ": %s", said);
}

static int on_ended(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Printing *printing = owner;
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        siginfo_t info = { 0 };

        reap(printing, &info);
        bool is_done = info.si_code == CLD_EXITED && info.si_status == 0;
        if (info.si_code == CLD_EXITED)
                strbuf_addf(&sentence, PROGRAM " ended with %d", info.si_status);
        else
                strbuf_addf(&sentence, PROGRAM " was ended by signal %d", info.si_status);
        if (!is_done)
                add_said(printing, &sentence);
        printing->order.done(printing->order.owner, is_done ? NULL : strbuf_text(&sentence));
        return 0;
}

static int on_late(sd_event_source *source, uint64_t usec, void *owner)
{
        Printing *printing = owner;
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        siginfo_t info;

        (void)kill(printing->pid, SIGKILL);
        reap(printing, &info);
        strbuf_addf(&sentence, PROGRAM " had not done after %llu s and was ended",
                (unsigned long long)(printing->order.patience_usec / USEC_PER_SEC));
        printing->order.done(printing->order.owner, strbuf_text(&sentence));
        return 0;
}

/* "--document", "F-1.pdf=3", … : freed by the caller, one by one. */
static int make_arguments(const PrintingOrder *order, char ***ret_arguments)
{
        size_t n = order->dossier->n_documents;
        char **arguments = calloc(2 * n + 3, sizeof(*arguments));
        bool is_whole = arguments != NULL;

        if (!arguments)
                return -ENOMEM;
        arguments[0] = strdup(PROGRAM);
        arguments[1] = strdup(order->kind);
        for (size_t i = 0; i < n; i++) {
                StrBuf value = STRBUF_INIT;
                strbuf_addf(
                        &value, "%s=%zu", order->dossier->documents[i].name, i + FIRST_DOCUMENT_FD);
                arguments[2 * i + 2] = strdup("--document");
                is_whole = strbuf_take(&value, &arguments[2 * i + 3]) == 0 && is_whole;
                strbuf_release(&value);
        }
        for (size_t i = 0; i < 2 * n + 2; i++)
                is_whole = is_whole && arguments[i];
        *ret_arguments = arguments;
        return is_whole ? 0 : -ENOMEM;
}

static void free_arguments(char **arguments, size_t n_documents)
{
        for (size_t i = 0; arguments && i < 2 * n_documents + 2; i++)
                free(arguments[i]);
        free(arguments);
}

static int start(Printing *printing)
{
        const PrintingOrder *order = &printing->order;
        const Dossier *dossier = order->dossier;
        char **arguments = NULL;
        _cleanup_(closep) int json_fd = -1;

        if (dossier->n_documents + FIRST_DOCUMENT_FD > PROGRAM_FDS_MAX)
                return -E2BIG;
        int *fds = calloc(dossier->n_documents + FIRST_DOCUMENT_FD, sizeof(*fds));
        int r = fds ? memory_file("dossier", dossier->json, dossier->length, &json_fd) : -ENOMEM;
        if (r == 0) {
                fds[0] = json_fd;
                fds[1] = order->into_fd;
                fds[2] = printing->said_fd;
                for (size_t i = 0; i < dossier->n_documents; i++)
                        fds[FIRST_DOCUMENT_FD + i] = dossier->documents[i].fd;
                r = make_arguments(order, &arguments);
        }
        if (r == 0)
                r = program_start(PROGRAM, arguments, fds, dossier->n_documents + FIRST_DOCUMENT_FD,
                        &printing->pid);
        free_arguments(arguments, dossier->n_documents);
        free(fds);
        return r;
}

int printing_new(const PrintingOrder *order, Printing **ret_printing)
{
        _cleanup_(printing_freep) Printing *printing = malloc(sizeof(*printing));

        if (!printing)
                return -ENOMEM;
        *printing = (Printing){ .order = *order, .pid_fd = -1, .said_fd = -1 };
        if (order->patience_usec == 0)
                printing->order.patience_usec = PATIENCE_USEC * (order->dossier->length / MIB + 1);
        printing->said_fd = memfd_create("said", MFD_CLOEXEC);
        int r = printing->said_fd < 0 ? -errno : start(printing);
        if (r < 0)
                return r;
        printing->order.dossier = NULL;
        printing->pid_fd = pidfd_open(printing->pid, 0);
        if (printing->pid_fd < 0)
                return -errno;
        r = sd_event_add_io(
                order->event, &printing->exit, printing->pid_fd, EPOLLIN, on_ended, printing);
        if (r >= 0)
                r = sd_event_add_time_relative(order->event, &printing->timer, CLOCK_MONOTONIC,
                        printing->order.patience_usec, 0, on_late, printing);
        if (r < 0)
                return r;
        *ret_printing = TAKE_PTR(printing);
        return 0;
}
