/* SPDX-License-Identifier: MIT */
/*
 * Owns the order of an import: workers are started until all files have told their kind, then the
 * files are taken in the order customers, invoices, payments. A worker whose turn has not come
 * waits in send() when its socket is full, so nothing is kept here. Works in turns of the loop,
 * each of them a transaction that need not wait for the disk: an import that a power cut interrupts
 * was not answered, and is repeated. Never logs.
 */

#include "intake/intake.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "intake/job.h"
#include "sys/clock.h"
#include "sys/turn.h"

/* After this a turn takes no further packet: a packet is a few milliseconds. */
#define TURN_USEC INT64_C(8000)
#define PATIENCE_USEC (60 * USEC_PER_SEC)
/* Of one import at once. Workers of large files that are in the way of others are ended, and
 * started again when their turn has come. */
#define WORKERS_MAX 8
#define SOCKETS_MAX 200

void import_result_describe(const ImportResult *result, StrBuf *text)
{
        strbuf_addf(text,
                "a file of %s: %zu rows, %zu added, %zu changed, %zu as before, %zu instalments "
                "withdrawn, %zu problems, %zu warnings",
                is_empty(result->kind) ? "an unknown kind" : result->kind, result->n_rows,
                result->n_added, result->n_changed, result->n_same, result->n_withdrawn,
                result->n_errors, result->n_warnings);
}

typedef struct Slot {
        struct Import *import;
        ImportJob *job;
        sd_event_source *io;
} Slot;

struct Import {
        ImportOrder order;
        sd_event *event;
        Turn *turn;                /* what needs no packet */
        sd_event_source *patience; /* nothing that is awaited gave a sign of life */
        Slot *slots;
        Slot *current; /* whose turn it is, or NULL */
};

void import_free(Import *import)
{
        if (!import)
                return;
        turn_free(import->turn);
        sd_event_source_disable_unref(import->patience);
        for (size_t i = 0; import->slots && i < import->order.n; i++) {
                sd_event_source_disable_unref(import->slots[i].io);
                import_job_free(import->slots[i].job);
        }
        free(import->slots);
        sd_event_unref(import->event);
        free(import);
}

/* May free the import. */
static void finish(Import *import, int result)
{
        turn_cancel(import->turn);
        (void)sd_event_source_set_enabled(import->patience, SD_EVENT_OFF);
        for (size_t i = 0; i < import->order.n; i++)
                import->slots[i].io = sd_event_source_disable_unref(import->slots[i].io);
        import->order.done(import->order.owner, result);
}

static void sign_of_life(Import *import)
{
        (void)sd_event_source_set_time_relative(import->patience, PATIENCE_USEC);
        (void)sd_event_source_set_enabled(import->patience, SD_EVENT_ONESHOT);
}

static bool is_awaited(const Slot *slot)
{
        JobState state = import_job_state(slot->job);

        return state == JOB_ASKED || state == JOB_READING;
}

/* Steps of the job whose turn it is, as many as fit into one turn, in one transaction. */
static int work(Import *import)
{
        int64_t end = clock_monotonic_usec() + TURN_USEC;
        ImportJob *job = import->current->job;
        Store *store = import->order.context.store;
        int r = store_begin_lazily(store);

        if (r < 0)
                return r;
        if (import_job_state(job) == JOB_TOLD)
                r = import_job_open(job);
        while (r == 0 && import_job_state(job) != JOB_DONE) {
                r = import_job_step(job);
                if (clock_monotonic_usec() >= end)
                        break;
        }
        if (r >= 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store);
        return r;
}

/* The first file that is still to be asked for its kind. */
static Slot *find_unasked(Import *import)
{
        for (size_t i = 0; i < import->order.n; i++) {
                const ImportJob *job = import->slots[i].job;
                if (import_job_state(job) == JOB_NEW && import_job_kind(job) < 0)
                        return &import->slots[i];
        }
        return NULL;
}

/* After something has happened to a slot's job: what is to be awaited of it, and who is next. */
static void look_after(Slot *slot)
{
        Import *import = slot->import;
        JobState state = import_job_state(slot->job);

        switch (state) {
        case JOB_ASKED:
        case JOB_READING: (void)sd_event_source_set_enabled(slot->io, SD_EVENT_ON); return;
        case JOB_TOLD: (void)sd_event_source_set_enabled(slot->io, SD_EVENT_OFF); break;
        case JOB_NEW:
        case JOB_ENDING:
        case JOB_DONE:
                slot->io = sd_event_source_disable_unref(slot->io);
                import_job_close(slot->job);
                break;
        }
        if (import->current == slot && state == JOB_DONE)
                import->current = NULL;
        turn_want(import->turn);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Slot *slot = owner;
        Import *import = slot->import;
        int r;

        sign_of_life(import);
        /* What is said before the rows needs no store. */
        r = import_job_state(slot->job) == JOB_READING ? work(import) : import_job_step(slot->job);
        if (r < 0)
                finish(import, r);
        else
                look_after(slot);
        return 0;
}

/* Room for one worker more; false: not before one of them has told its kind. */
static bool make_room(Import *import)
{
        size_t n_alive = 0, n_open = 0;
        Slot *told = NULL, *told_alive = NULL;

        for (size_t i = 0; i < import->order.n; i++) {
                Slot *slot = &import->slots[i];
                bool is_alive = import_job_is_alive(slot->job);
                n_alive += is_alive;
                n_open += import_job_fd(slot->job) >= 0;
                if (import_job_state(slot->job) != JOB_TOLD || slot == import->current)
                        continue;
                told = slot;
                if (is_alive && !told_alive)
                        told_alive = slot;
        }
        if (n_alive < WORKERS_MAX && n_open < SOCKETS_MAX)
                return true;
        Slot *in_the_way = n_alive >= WORKERS_MAX ? told_alive : told;
        if (!in_the_way)
                return false;
        import_job_park(in_the_way->job);
        look_after(in_the_way);
        return true;
}

/* 1 or -errno. */
static int start(Slot *slot)
{
        Import *import = slot->import;
        size_t i = (size_t)(slot - import->slots);
        int r = 0;

        sign_of_life(import);
        import_job_start(slot->job, import->order.files[i].fd);
        int fd = import_job_fd(slot->job);
        if (fd >= 0)
                r = sd_event_add_io(import->event, &slot->io, fd, EPOLLIN, on_readable, slot);
        if (r == 0 && fd >= 0)
                r = sd_event_source_set_priority(slot->io, PRIORITY_WORK);
        if (r < 0)
                return r;
        look_after(slot);
        return 1;
}

static bool is_asking(const Import *import)
{
        for (size_t i = 0; i < import->order.n; i++)
                if (import_job_state(import->slots[i].job) == JOB_ASKED)
                        return true;
        return false;
}

static Slot *find_next(Import *import)
{
        for (int kind = 0; kind < FILE_KINDS; kind++)
                for (size_t i = 0; i < import->order.n; i++) {
                        const ImportJob *job = import->slots[i].job;
                        if (import_job_state(job) != JOB_DONE && import_job_kind(job) == kind)
                                return &import->slots[i];
                }
        return NULL;
}

/* What is next, when it needs no packet. 1: something was done; 0: all is; -errno. */
static int advance(Import *import)
{
        Slot *slot = find_unasked(import);

        if (slot && make_room(import)) {
                turn_want(import->turn);
                return start(slot);
        }
        if (slot || is_asking(import))
                return 1;
        if (!import->current)
                import->current = find_next(import);
        if (!import->current)
                return 0;
        slot = import->current;
        if (import_job_state(slot->job) == JOB_NEW)
                return make_room(import) ? start(slot) : 1;
        if (import_job_state(slot->job) == JOB_READING)
                return 1;
        int r = work(import);
        if (r < 0)
                return r;
        sign_of_life(import);
        look_after(slot);
        return 1;
}

static void on_turn(void *owner)
{
        Import *import = owner;
        int r = advance(import);

        if (r == 0)
                r = store_sync(import->order.context.store);
        if (r <= 0)
                finish(import, r);
}

static int on_impatient(sd_event_source *source, uint64_t usec, void *owner)
{
        Import *import = owner;

        for (size_t i = 0; i < import->order.n; i++) {
                Slot *slot = &import->slots[i];
                if (!is_awaited(slot))
                        continue;
                import_job_give_up(slot->job, "the program that reads this file gave no sign of "
                                              "life for a minute; the rest of the file is not "
                                              "imported");
                look_after(slot);
        }
        return 0;
}

static int make_jobs(Import *import)
{
        const ImportOrder *order = &import->order;
        int r = 0;

        import->slots = calloc(MAX(order->n, 1), sizeof(*import->slots));
        if (!import->slots)
                return -ENOMEM;
        for (size_t i = 0; i < order->n && r == 0; i++) {
                import->slots[i].import = import;
                r = import_job_new(&order->context, i, order->files[i].name, &order->results[i],
                        &import->slots[i].job);
        }
        return r;
}

int import_new(sd_event *event, const ImportOrder *order, Import **ret_import)
{
        _cleanup_(import_freep) Import *import = calloc(1, sizeof(*import));

        if (!import)
                return -ENOMEM;
        import->order = *order;
        import->event = sd_event_ref(event);
        int r = make_jobs(import);
        if (r == 0)
                r = turn_new(event, on_turn, import, &import->turn);
        if (r == 0)
                r = sd_event_add_time_relative(event, &import->patience, CLOCK_MONOTONIC,
                        PATIENCE_USEC, 0, on_impatient, import);
        /* What has come in time is read first, however late the loop is. */
        if (r >= 0)
                r = sd_event_source_set_priority(import->patience, PRIORITY_WORK + 1);
        if (r < 0)
                return r;
        turn_want(import->turn);
        *ret_import = TAKE_PTR(import);
        return 0;
}
