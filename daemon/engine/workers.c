/* SPDX-License-Identifier: MIT */
/*
 * Owns worker processes: the greeting (load, describe, open), every packet they send, their time
 * limits and their end. A worker that breaks the protocol is killed like one that hangs. Never
 * touches the store: what counts is kept as words for the turn.
 */

#include "engine/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "engine/options.h"
#include "engine/outlet.h"
#include "engine/protocol.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/message-ids.h"
#include "sys/process.h"

#define START_USEC (30 * USEC_PER_SEC)
#define STOP_USEC (10 * USEC_PER_SEC)
#define FAREWELL_USEC USEC_PER_SEC /* of all workers together, when the loop is over */
#define IDLE_USEC (60 * USEC_PER_SEC)
#define GRACE_USEC (5 * USEC_PER_SEC) /* for a module that ends what hangs by itself */
#define SOCKET_SIZE (512 * 1024)      /* wished for */
#define ANSWER_COST ((size_t)1024)    /* of an answer in the socket, with the kernel's own part */
#define PACKETS_A_TIME ((size_t)256)
#define PACKETS_LEFT_MAX ((size_t)4096) /* more than a socket holds: of a process that has ended */
#define LAST_MOMENT_MS 20               /* the loop waits that long, once for a worker that fails */
#define DEATHS_MAX 10U /* in a row, without a finished message: the channel is broken */

Parcel *worker_find_parcel(Worker *worker, uint64_t notice, uint32_t attempt)
{
        for (size_t i = 0; i < worker->n_parcels; i++) {
                Parcel *parcel = &worker->parcels[i];
                if ((uint64_t)parcel->notice == notice && parcel->attempt == attempt)
                        return parcel;
        }
        return NULL;
}

/* The message that may have begun longest ago, or NULL. */
static const Parcel *oldest_begun(const Worker *worker)
{
        const Parcel *oldest = NULL;

        for (size_t i = 0; i < worker->n_parcels; i++) {
                const Parcel *parcel = &worker->parcels[i];
                if (parcel->begun > 0 && (!oldest || parcel->begun < oldest->begun))
                        oldest = parcel;
        }
        return oldest;
}

void worker_remove_parcel(Worker *worker, Parcel *parcel)
{
        if (parcel == oldest_begun(worker))
                worker->oldest_usec = clock_monotonic_usec();
        worker->n_fds -= parcel->n_fds;
        *parcel = worker->parcels[--worker->n_parcels];
}

void worker_begin_parcel(Worker *worker, Parcel *parcel)
{
        if (parcel->begun > 0)
                return;
        if (!oldest_begun(worker))
                worker->oldest_usec = clock_monotonic_usec();
        parcel->begun = ++worker->n_begun;
}

size_t worker_room(const Worker *worker)
{
        int n_unread = 0;

        (void)ioctl(worker->fd, SIOCOUTQ, &n_unread);
        size_t taken = (size_t)n_unread + worker->n_unsent + (worker->n_parcels + 1) * ANSWER_COST;
        return taken < worker->socket_size ? worker->socket_size - taken : 0;
}

/* A process that was killed closes its socket a moment before it has ended. */
static bool has_ended(const Worker *worker)
{
        struct pollfd poller = { .fd = worker->pid_fd, .events = POLLIN };

        return poll(&poller, 1, LAST_MOMENT_MS) > 0;
}

void worker_kill(Worker *worker, bool is_late)
{
        if (worker->state >= WORKER_ENDING)
                return;
        worker->state = WORKER_ENDING;
        worker->is_late = is_late;
        worker->is_crash = !is_late;
        worker->is_killed = is_late || !has_ended(worker);
        worker->io = sd_event_source_disable_unref(worker->io);
        (void)kill(-worker->pid, SIGKILL); /* what it has started, too */
        (void)kill(worker->pid, SIGKILL);
}

void worker_stop(Worker *worker)
{
        if (worker->state >= WORKER_STOPPING)
                return;
        worker->state = WORKER_STOPPING;
        worker->progress_usec = clock_monotonic_usec();
        (void)shutdown(worker->fd, SHUT_WR);
}

/* The channel cannot be used: its module or options are wrong. */
static void give_up(Worker *worker, const char *detail)
{
        outlet_down(worker->outlet, 0, detail);
        worker_kill(worker, false);
        worker->is_crash = false;
}

static void log_worker(const Worker *worker, const char *text)
{
        const LogField fields[] = { { "CHANNEL", worker->outlet->config->name } };

        log_record(LOG_ERR, NULL, fields, ELEMENTSOF(fields), "channel %s: %s",
                worker->outlet->config->name, text);
}

static bool has_option(const struct relanced_option *table, const char *name)
{
        for (; table->name; table++) {
                if (streq(table->name, name))
                        return true;
        }
        return false;
}

/* 0 also where the worker has just gone: what that means is told by its end (on_ended). */
static int worker_tell(Worker *worker, const Packet *packet, const int *fds, size_t n_fds)
{
        int r = packet_ship(worker->fd, packet, fds, n_fds);

        return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static int send_options(Worker *worker, const struct relanced_value *values)
{
        const Packet packet = { .type = PACKET_OPEN, .values = (struct relanced_value *)values };
        _cleanup_(closep) int flight_fd = -1;

        int r = flight_create(worker->outlet->dispatch->folder, worker->outlet->config->name,
                &worker->flight, &flight_fd);
        return r < 0 ? r : worker_tell(worker, &packet, &flight_fd, 1);
}

/* Its module is loaded: the options go over, checked against the module's table. */
static void on_description(Worker *worker, const Packet *packet, Arena *arena)
{
        const Outlet *outlet = worker->outlet;
        const Config *config = outlet->dispatch->engine->config;
        struct relanced_value *values;
        Problems problems = { 0 };

        worker->keeps_time = has_option(packet->options, "timeout_s");
        int r = options_resolve(config, outlet->config, packet->options, arena, &problems, &values);
        if (r == 0)
                r = send_options(worker, values);
        if (r == 0)
                worker->state = WORKER_OPENING;
        else
                give_up(worker, problems.n > 0 ? problems.list[0].text : strerror(-r));
        problems_release(&problems);
}

static void on_word(Worker *worker, const Packet *packet)
{
        Parcel *parcel = worker_find_parcel(worker, packet->notice, packet->attempt);
        Word word = {
                .worker = worker,
                .is_finish = packet->type == PACKET_FINISH,
                .is_go = packet->is_go,
        };

        if (!parcel) {
                log_worker(worker, "its worker speaks of a message it does not have");
                worker_kill(worker, false);
                return;
        }
        if (!word.is_finish && worker->state == WORKER_STOPPING) /* it hears that nobody answers */
                return;
        word.record = flight_record(packet->notice, packet->attempt, &packet->outcome);
        if (dispatch_add_word(worker->outlet->dispatch, &word) < 0)
                worker_kill(worker, false);
}

static void on_log(const Worker *worker, const Packet *packet)
{
        const LogField fields[] = { { "CHANNEL", worker->outlet->config->name } };

        log_record((int)packet->level, NULL, fields, ELEMENTSOF(fields), "channel %s: %s",
                worker->outlet->config->name, packet->text);
}

static void on_packet(Worker *worker, const Packet *packet, Arena *arena)
{
        bool is_talking = worker->state == WORKER_READY || worker->state == WORKER_STOPPING;
        bool is_greeting = packet->type == PACKET_DESCRIPTION || packet->type == PACKET_READY ||
                           packet->type == PACKET_FAILED;

        if (packet->type == PACKET_LOG) { /* talk is no progress */
                on_log(worker, packet);
                return;
        }
        worker->progress_usec = clock_monotonic_usec();
        if (worker->state == WORKER_LOADING && packet->type == PACKET_DESCRIPTION) {
                on_description(worker, packet, arena);
        } else if (worker->state < WORKER_READY && packet->type == PACKET_FAILED) {
                give_up(worker, packet->text);
        } else if (worker->state == WORKER_OPENING && packet->type == PACKET_READY) {
                worker->state = WORKER_READY;
                engine_dispatch(worker->outlet->dispatch->engine);
        } else if (is_talking && (packet->type == PACKET_BEGIN || packet->type == PACKET_FINISH)) {
                on_word(worker, packet);
        } else if (worker->state != WORKER_STOPPING || !is_greeting) { /* stopped as it started */
                log_worker(worker, "its worker broke the protocol");
                worker_kill(worker, false);
        }
}

/* What can be read now, as far as max packets: one that never falls silent is not all there is. */
static void worker_listen(Worker *worker, size_t max)
{
        int fds[PACKET_FDS_MAX];
        size_t n_fds;
        Arena arena = ARENA_INIT;

        for (size_t n = 0; n < max && worker->state < WORKER_ENDING; n++) {
                Packet packet;
                arena_reset(&arena);
                int r = packet_fetch(worker->fd, false, &arena, &packet, fds, &n_fds);
                if (r == -EAGAIN)
                        break;
                for (size_t i = 0; i < n_fds; i++)
                        (void)close(fds[i]);
                if (r > 0) {
                        on_packet(worker, &packet, &arena);
                } else if (r == 0 && worker->state == WORKER_STOPPING) {
                        worker->io = sd_event_source_disable_unref(worker->io);
                        break;
                } else {
                        if (r < 0)
                                log_worker(worker, "its worker sent what is no packet");
                        worker_kill(worker, false);
                }
        }
        arena_release(&arena);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        worker_listen(owner, PACKETS_A_TIME);
        return 0;
}

/* A signal that nobody sends but the machine's owner or the kernel is no fault of the module; one
 * of ours says nothing of what the module did before. */
static void note_end(Worker *worker, const siginfo_t *info)
{
        bool is_killed = info->si_code == CLD_KILLED &&
                         (info->si_status == SIGKILL || info->si_status == SIGTERM);
        bool was_told = worker->state == WORKER_STOPPING && info->si_code == CLD_EXITED;

        if (!worker->is_killed)
                worker->is_crash = !is_killed && !was_told;
}

/* The process has ended: what it said last still counts, then the turn settles what it had. */
static int on_ended(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Worker *worker = owner;
        Outlet *outlet = worker->outlet;
        siginfo_t info = { 0 };
        bool was_stopping = worker->state == WORKER_STOPPING;

        if (waitid(P_PID, (id_t)worker->pid, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
                return 0;
        if (worker->state < WORKER_ENDING && worker->io)
                worker_listen(worker, PACKETS_LEFT_MAX);
        note_end(worker, &info);
        worker->state = WORKER_GONE;
        worker->pid = -1;
        worker->exit = sd_event_source_disable_unref(worker->exit);
        worker->io = sd_event_source_disable_unref(worker->io);
        if (!was_stopping && outlet->is_down) { /* it was to find out whether the channel works */
                outlet_down(outlet, 0, "");
        } else if (!was_stopping) {
                const LogField fields[] = { { "CHANNEL", outlet->config->name } };
                log_record(LOG_WARNING, MESSAGE_WORKER_DIED, fields, ELEMENTSOF(fields),
                        "channel %s: its worker %s with %zu messages", outlet->config->name,
                        worker->is_late              ? "was silent for too long and ended"
                        : info.si_code == CLD_EXITED ? "has left"
                                                     : "was killed by a signal",
                        worker->n_parcels);
                if (++outlet->n_deaths >= DEATHS_MAX)
                        outlet_down(outlet, 0, "its workers die, one after the other");
        }
        dispatch_request_turn(outlet->dispatch);
        return 0;
}

static int send_load(Worker *worker)
{
        _cleanup_(freep) char *path = NULL;

        int r = module_path(worker->outlet->config->module, &path);
        if (r < 0)
                return r;
        return worker_tell(worker, &(Packet){ .type = PACKET_LOAD, .text = path }, NULL, 0);
}

/* As large as this user may have it. */
static int widen_socket(Worker *worker)
{
        int size = SOCKET_SIZE;
        socklen_t length = sizeof(size);

        (void)setsockopt(worker->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        if (getsockopt(worker->fd, SOL_SOCKET, SO_SNDBUF, &size, &length) < 0)
                return -errno;
        worker->socket_size = (size_t)size;
        return 0;
}

static int worker_attach(Worker *worker)
{
        sd_event *event = worker->outlet->dispatch->engine->event;

        worker->pid_fd = pidfd_open(worker->pid, 0);
        if (worker->pid_fd < 0 || fcntl(worker->fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        int r = widen_socket(worker);
        if (r == 0)
                r = sd_event_add_io(event, &worker->io, worker->fd, EPOLLIN, on_readable, worker);
        if (r >= 0)
                r = sd_event_add_io(
                        event, &worker->exit, worker->pid_fd, EPOLLIN, on_ended, worker);
        return r < 0 ? r : send_load(worker);
}

int worker_start(Outlet *outlet)
{
        Worker *worker = malloc(sizeof(*worker));

        if (!worker)
                return -ENOMEM;
        *worker = (Worker){
                .outlet = outlet,
                .pid = -1,
                .fd = -1,
                .pid_fd = -1,
                .progress_usec = clock_monotonic_usec(),
                .next = outlet->workers,
        };
        outlet->workers = worker;
        outlet->n_workers++;
        int r = process_start_worker("channel", &worker->pid, &worker->fd);
        if (r == 0)
                r = worker_attach(worker);
        if (r == 0)
                return 0;
        outlet_down(outlet, 0, r == -ENOENT ? "there is no such channel module" : strerror(-r));
        worker_free(worker);
        return r;
}

/* How long a worker with messages may say nothing, and a message be its oldest begun one. */
static int64_t timeout_usec(const Worker *worker)
{
        return worker->outlet->config->timeout_s * USEC_PER_SEC +
               (worker->keeps_time ? GRACE_USEC : 0);
}

int64_t worker_next_check(const Worker *worker)
{
        int64_t next = worker->progress_usec;

        switch (worker->state) {
        case WORKER_LOADING:
        case WORKER_OPENING: return next + START_USEC;
        case WORKER_ENDING:
        case WORKER_GONE: return INT64_MAX;
        case WORKER_STOPPING:
        case WORKER_READY: break;
        }
        if (oldest_begun(worker))
                return MIN(next, worker->oldest_usec) + timeout_usec(worker);
        if (worker->state == WORKER_STOPPING)
                return next + STOP_USEC;
        return next + (worker->n_parcels > 0 ? timeout_usec(worker) : IDLE_USEC);
}

void worker_check_time(Worker *worker, int64_t now_usec)
{
        if (now_usec < worker_next_check(worker))
                return;
        if (worker->state < WORKER_READY)
                give_up(worker, "its worker does not start");
        else if (worker->state == WORKER_READY && worker->n_parcels == 0)
                worker_stop(worker);
        else
                worker_kill(worker, true);
}

void worker_free(Worker *worker)
{
        Outlet *outlet = worker->outlet;
        Worker **at = &outlet->workers;

        while (*at != worker)
                at = &(*at)->next;
        *at = worker->next;
        outlet->n_workers--;
        sd_event_source_disable_unref(worker->io);
        sd_event_source_disable_unref(worker->exit);
        if (worker->pid > 0) {
                (void)kill(-worker->pid, SIGKILL);
                (void)kill(worker->pid, SIGKILL);
                (void)waitpid(worker->pid, NULL, 0);
        }
        if (worker->fd >= 0)
                (void)close(worker->fd);
        if (worker->pid_fd >= 0)
                (void)close(worker->pid_fd);
        free(worker->flight);
        free(worker);
}

/* A moment in which a worker that has nothing to do may close what it has open. */
static void wait_for_end(const Worker *worker, int64_t until_usec)
{
        struct pollfd poller = { .fd = worker->pid_fd, .events = POLLIN };
        int64_t left_usec = MAX(until_usec - clock_monotonic_usec(), INT64_C(0));

        while (poll(&poller, 1, (int)(left_usec / 1000)) < 0 && errno == EINTR)
                continue;
}

void workers_end(Dispatch *dispatch)
{
        int64_t until_usec = clock_monotonic_usec() + FAREWELL_USEC;

        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers; worker; worker = worker->next) {
                        if (worker->n_parcels == 0)
                                worker_stop(worker);
                }
        }
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                while (dispatch->outlets[i].workers) {
                        Worker *worker = dispatch->outlets[i].workers;
                        if (worker->state == WORKER_STOPPING && worker->n_parcels == 0)
                                wait_for_end(worker, until_usec);
                        if (worker->n_parcels == 0 && worker->flight)
                                (void)unlink(worker->flight);
                        worker_free(worker);
                }
        }
}
