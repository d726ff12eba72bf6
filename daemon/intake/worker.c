/* SPDX-License-Identifier: MIT */
/*
 * Owns the worker's process: gives its rights away, receives one file, reads it to its end and
 * says what it holds. It never opens anything by name, writes nothing but packets, and needs no
 * reply: when nobody takes the packets it waits in send(). Fails with an exit status; what it could
 * not read it says with END.
 */

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "intake/intake.h"
#include "intake/sheet.h"
#include "intake/wire.h"
#include "sys/process.h"

/* A sanitizer's shadow memory is larger than any useful limit. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_MAX RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_MAX RLIM_INFINITY
#endif
#endif
#ifndef MEMORY_MAX
#define MEMORY_MAX ((rlim_t)512 * 1024 * 1024)
#endif
#define DESCRIPTORS_MAX 16
/* Sent from here on: some fifty rows, so that the daemon's loop turns in between. */
#define PACKET_SIZE_USUAL ((size_t)4 * 1024)

typedef struct Worker {
        int socket_fd, file_fd;
        const Layout *layout;
        WirePacket packet;
} Worker;

static int limit_set(int resource, rlim_t most)
{
        struct rlimit limit = { most, most };

        return setrlimit((__rlimit_resource_t)resource, &limit) < 0 ? -errno : 0;
}

static int worker_give_up_rights(void)
{
        int r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;

        if (r == 0)
                r = limit_set(RLIMIT_NOFILE, DESCRIPTORS_MAX);
        if (r == 0)
                r = limit_set(RLIMIT_FSIZE, 0);
        if (r == 0)
                r = limit_set(RLIMIT_CORE, 0);
        if (r == 0 && MEMORY_MAX != RLIM_INFINITY)
                r = limit_set(RLIMIT_AS, MEMORY_MAX);
        return r;
}

static ssize_t worker_source(void *owner, void *bytes, size_t size)
{
        Worker *worker = owner;
        ssize_t n;

        do
                n = read(worker->file_fd, bytes, size);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -errno : n;
}

static int worker_flush(Worker *worker)
{
        int r = 0;

        if (worker->packet.length > 0)
                r = packet_send(
                        worker->socket_fd, worker->packet.bytes, worker->packet.length, NULL, 0);
        worker->packet.length = 0;
        return r;
}

static int worker_flush_full(Worker *worker)
{
        return worker->packet.length < PACKET_SIZE_USUAL ? 0 : worker_flush(worker);
}

static int worker_value(Worker *worker, WireType type, unsigned value)
{
        int r = wire_add_value(&worker->packet, type, value) ? 0 : -EMSGSIZE;

        return r < 0 ? r : worker_flush(worker);
}

static int worker_text(Worker *worker, WireType type, unsigned line, const char *text)
{
        if (!wire_add_text(&worker->packet, type, line, text))
                return -EMSGSIZE;
        return worker_flush_full(worker);
}

static int on_kind(void *owner, FileKind kind)
{
        Worker *worker = owner;

        worker->layout = &layouts[kind];
        return worker_value(worker, WIRE_KIND, kind);
}

static int on_problem(void *owner, bool is_warning, unsigned line, const char *text)
{
        return worker_text(owner, is_warning ? WIRE_WARNING : WIRE_ERROR, line, text);
}

static int on_skipped(void *owner, unsigned line, const char *key)
{
        return worker_text(owner, WIRE_SKIPPED, line, key ? key : "");
}

static int on_row(void *owner, unsigned line, bool has_line_end, const CsvField *fields)
{
        Worker *worker = owner;
        size_t n = worker->layout->n_columns;
        int r;

        if (!wire_add_row(&worker->packet, line, has_line_end, fields, n)) {
                r = worker_flush(worker);
                if (r < 0)
                        return r;
                if (!wire_add_row(&worker->packet, line, has_line_end, fields, n))
                        return -EMSGSIZE;
        }
        return worker_flush_full(worker);
}

/* 1: the file came; 0: the daemon is gone. */
static int worker_receive(Worker *worker)
{
        char nothing[16];
        size_t n_fds = 0;
        ssize_t n = packet_receive(
                worker->socket_fd, nothing, sizeof(nothing), &worker->file_fd, 1, &n_fds);

        if (n < 0)
                return (int)n;
        if (n_fds == 0)
                return 0;
        /* From its beginning, wherever whoever wrote it left off; a pipe has none. */
        (void)lseek(worker->file_fd, 0, SEEK_SET);
        return 1;
}

int intake_worker_main(int socket_fd)
{
        static Worker worker;
        SheetSink sink = { &worker, on_kind, on_problem, on_row, on_skipped };
        int r = process_become_worker();

        worker.socket_fd = socket_fd;
        if (r == 0)
                r = worker_give_up_rights();
        if (r == 0)
                r = worker_receive(&worker);
        if (r <= 0)
                return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        r = sheet_read(worker_source, &worker, &sink);
        if (r < 0 && worker_flush(&worker) < 0)
                return EXIT_FAILURE;
        r = worker_value(&worker, WIRE_END, (unsigned)-r);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
