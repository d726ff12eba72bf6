/* SPDX-License-Identifier: MIT */
/*
 * Owns the host that a channel module sees: messages as they arrive, begin as a question to the
 * daemon that may be asked ahead, and the flight file, where each step is written before it is
 * taken: asked, leaving, the outcome. Runs in the worker process, blocking and single-threaded; has
 * no database and opens no file but the module. When the daemon is gone nothing may begin any more,
 * and what had begun is still written to the flight file.
 */

#include "engine/worker.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "engine/flight.h"
#include "engine/module.h"
#include "engine/protocol.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/process.h"

/* "Go" to a question older than this when begin() is called is not taken: R9 is about the moment of
 * sending. */
#define ANSWER_LASTS_USEC (USEC_PER_SEC / 5)

typedef enum AnswerState {
        ANSWER_NONE,
        ANSWER_AWAITED,
        ANSWER_GO,
        ANSWER_NO
} AnswerState;

/* One message, from its arrival to its finish. */
typedef struct Taken {
        struct Taken *next;
        Arena arena; /* holds the packet that message points into */
        Packet packet;
        AnswerState answer; /* to the last question whether it may begin */
        int64_t asked_usec; /* when that was asked */
        bool is_noted;      /* in the flight file, as asked */
        bool is_closed;     /* begin() was called */
        bool is_begun;      /* and has let it go */
} Taken;

typedef struct Host {
        struct relanced_host host; /* first: what the module holds */
        int fd, flight_fd;
        int arrived_fd; /* an eventfd, readable while there is an arrived message */
        bool is_over;   /* the daemon sends no more */
        const struct relanced_channel *channel;
        void *state;
        Taken *arrived, **arrived_tail;
        Taken *taken;
} Host;

static void taken_free(Taken *taken)
{
        if (!taken)
                return;
        for (size_t i = 0; i < taken->packet.message.n_attachments; i++) {
                if (taken->packet.attachments[i].fd >= 0)
                        (void)close(taken->packet.attachments[i].fd);
        }
        Arena arena = taken->arena;
        arena_release(&arena);
        free(taken);
}
DEFINE_CLEANUP(Taken, taken_free)

static void host_send(Host *host, const Packet *packet)
{
        if (packet_ship(host->fd, packet, NULL, 0) < 0)
                host->is_over = true;
}

static void host_log(Host *host, enum relanced_level level, const char *text)
{
        char cut[1024];
        size_t length = strnlen(text, sizeof(cut) - 1);

        memcpy(cut, text, length);
        cut[length] = 0;
        host_send(host, &(Packet){ .type = PACKET_LOG, .level = level, .text = cut });
}

/* First on paper, then told: the daemon may die in between, or this process may. */
static void host_report(Host *host, const Taken *taken, const struct relanced_outcome *outcome)
{
        const struct relanced_message *message = &taken->packet.message;
        FlightRecord record = flight_record(message->notice, message->attempt, outcome);

        if (flight_append(host->flight_fd, &record) < 0)
                host_log(
                        host, RELANCED_ERROR, "an outcome could not be written to the flight file");
        host_send(host, &(Packet){
                                .type = PACKET_FINISH,
                                .notice = message->notice,
                                .attempt = message->attempt,
                                .is_go = taken->is_begun,
                                .outcome = { .kind = outcome->kind,
                                        .retry_after_s = outcome->retry_after_s,
                                        .reference = record.reference,
                                        .detail = record.detail },
                        });
}

static void taken_attach(Taken *taken, const int *fds, size_t n_fds)
{
        for (size_t i = 0; i < n_fds; i++) {
                if (i < taken->packet.message.n_attachments)
                        taken->packet.attachments[i].fd = fds[i];
                else
                        (void)close(fds[i]);
        }
}

/* The message's bytes, put where OPEN said. NULL, or why there are none. */
static const char *render(const Host *host, const struct relanced_message *message)
{
        const struct relanced_channel *channel = host->channel;
        _cleanup_(freep) char *bytes = NULL;
        size_t length = 0;

        if (!channel->render)
                return "its module makes none; the module email does";
        if (channel->check_address && channel->check_address(host->state, message->to) < 0)
                return ADDRESS_REFUSED;
        if (channel->render(host->state, message, &bytes, &length) < 0)
                return "the channel cannot send such a message";
        int r = fd_write_all(host->flight_fd, bytes, length);
        return r < 0 ? strerror(-r) : NULL;
}

static void host_render(Host *host, const Taken *taken)
{
        const char *fault = render(host, &taken->packet.message);

        host_send(host, &(Packet){
                                .type = PACKET_RENDERED,
                                .is_go = fault == NULL,
                                .text = fault ? fault : "",
                        });
}

static void host_arrive(Host *host, Taken *taken)
{
        const struct relanced_message *message = &taken->packet.message;
        const struct relanced_channel *channel = host->channel;

        if (channel->check_address && channel->check_address(host->state, message->to) < 0) {
                static const struct relanced_outcome refused = {
                        .kind = RELANCED_REFUSED_ADDRESS,
                        .detail = ADDRESS_REFUSED,
                };
                host_report(host, taken, &refused);
                taken_free(taken);
                return;
        }
        if (!host->arrived)
                (void)eventfd_write(host->arrived_fd, 1);
        *host->arrived_tail = taken;
        host->arrived_tail = &taken->next;
}

/* To a message that the module may have finished without waiting for it. */
static void host_answer(Host *host, const Packet *packet)
{
        for (Taken *taken = host->taken; taken; taken = taken->next) {
                if (taken->packet.message.notice == packet->notice &&
                        taken->packet.message.attempt == packet->attempt)
                        taken->answer = packet->is_go ? ANSWER_GO : ANSWER_NO;
        }
}

/* Receives one packet and keeps what it brings. 0; < 0: over. */
static int host_receive(Host *host)
{
        int fds[PACKET_FDS_MAX];
        size_t n_fds;
        _cleanup_(taken_freep) Taken *taken = calloc(1, sizeof(*taken));

        if (!taken || host->is_over)
                return -ECONNRESET;
        int r = packet_fetch(host->fd, true, &taken->arena, &taken->packet, fds, &n_fds);
        if (r <= 0) {
                host->is_over = true;
                return -ECONNRESET;
        }
        taken_attach(taken, fds, n_fds);
        if (taken->packet.type == PACKET_MESSAGE)
                host_arrive(host, TAKE_PTR(taken));
        else if (taken->packet.type == PACKET_RENDER)
                host_render(host, taken);
        else if (taken->packet.type == PACKET_ANSWER)
                host_answer(host, &taken->packet);
        return 0;
}

/* Whether a packet can be read within wait_ms (-1: for ever). */
static bool host_wait(Host *host, int wait_ms)
{
        struct pollfd poller = { .fd = host->fd, .events = POLLIN };
        int r;

        do
                r = poll(&poller, 1, wait_ms);
        while (r < 0 && errno == EINTR);
        return r > 0;
}

static int module_next(
        struct relanced_host *self, const struct relanced_message **message, int wait_ms)
{
        Host *host = (Host *)self;
        int64_t until_usec = clock_monotonic_usec() + wait_ms * INT64_C(1000);
        eventfd_t n;

        if (host->is_over) /* what has arrived could not begin any more */
                return -ECONNRESET;
        while (!host->arrived) {
                if (!host_wait(host, wait_ms))
                        return 0;
                if (host_receive(host) < 0)
                        return -ECONNRESET;
                if (wait_ms > 0)
                        wait_ms = (int)(MAX(until_usec - clock_monotonic_usec(), 0) / 1000);
        }
        Taken *taken = host->arrived;
        host->arrived = taken->next;
        if (!host->arrived) {
                host->arrived_tail = &host->arrived;
                (void)eventfd_read(host->arrived_fd, &n);
        }
        taken->next = host->taken;
        host->taken = taken;
        *message = &taken->packet.message;
        return 1;
}

static Taken **host_find(Host *host, const struct relanced_message *message)
{
        Taken **at = &host->taken;

        while (*at && &(*at)->packet.message != message)
                at = &(*at)->next;
        return at;
}

/* Asks the daemon whether the message may begin, unless its answer is awaited. It is noted before:
 * that shows, when this process dies, that this file would tell if the message had left. */
static void host_ask(Host *host, Taken *taken)
{
        const struct relanced_message *message = &taken->packet.message;

        if (taken->answer == ANSWER_AWAITED)
                return;
        if (!taken->is_noted)
                (void)flight_note(host->flight_fd,
                        &(FlightNote){ message->notice, message->attempt, FLIGHT_ASKED });
        taken->is_noted = true;
        taken->answer = ANSWER_AWAITED;
        taken->asked_usec = clock_monotonic_usec();
        host_send(host, &(Packet){ .type = PACKET_BEGIN,
                                .notice = message->notice,
                                .attempt = message->attempt });
}

/* Whether begin() called at that time can do with the answer there is. "No" stays no. */
static bool has_answer(const Taken *taken, int64_t called_usec)
{
        return taken->answer == ANSWER_NO ||
               (taken->answer == ANSWER_GO && called_usec - taken->asked_usec <= ANSWER_LASTS_USEC);
}

static void module_ask(struct relanced_host *self, const struct relanced_message *message)
{
        Host *host = (Host *)self;
        Taken *taken = *host_find(host, message);

        if (taken && !taken->is_closed && !has_answer(taken, clock_monotonic_usec()))
                host_ask(host, taken);
}

/* Also asks, so that who waits for an answer that has grown old meanwhile gets a new one. */
static int module_is_answered(struct relanced_host *self, const struct relanced_message *message)
{
        Host *host = (Host *)self;
        Taken *taken = *host_find(host, message);

        while (!host->is_over && host_wait(host, 0))
                (void)host_receive(host);
        module_ask(self, message);
        return !taken || taken->is_closed || host->is_over ||
               has_answer(taken, clock_monotonic_usec());
}

/* From here on the message counts as one that may have left. What cannot be noted does not go. */
static int host_let_go(Host *host, Taken *taken)
{
        const struct relanced_message *message = &taken->packet.message;

        int r = flight_note(host->flight_fd,
                &(FlightNote){ message->notice, message->attempt, FLIGHT_LEAVING });
        if (r < 0) {
                host_log(host, RELANCED_ERROR, "a message does not go: its flight file is full");
                return r;
        }
        taken->is_begun = true;
        return 0;
}

static int module_begin(struct relanced_host *self, const struct relanced_message *message)
{
        Host *host = (Host *)self;
        Taken *taken = *host_find(host, message);
        int64_t called_usec = clock_monotonic_usec();

        if (!taken || taken->is_closed)
                return -EALREADY;
        taken->is_closed = true;
        while (!has_answer(taken, called_usec)) {
                host_ask(host, taken);
                int r = host_receive(host);
                if (r < 0)
                        return r;
        }
        return taken->answer == ANSWER_GO ? host_let_go(host, taken) : -ECANCELED;
}

static void module_finish(struct relanced_host *self, const struct relanced_message *message,
        const struct relanced_outcome *outcome)
{
        Host *host = (Host *)self;
        Taken **at = host_find(host, message), *taken = *at;

        if (!taken)
                return;
        host_report(host, taken, outcome);
        *at = taken->next;
        taken_free(taken);
}

static void module_log(struct relanced_host *self, enum relanced_level level, const char *text)
{
        host_log((Host *)self, level, text);
}

static int fail(Host *host, const char *text)
{
        host_send(host, &(Packet){ .type = PACKET_FAILED, .text = text });
        return EXIT_FAILURE;
}

/* Loads the module the daemon names and tells what it is. 0, or an exit status. */
static int host_load(Host *host, Arena *arena)
{
        int fds[PACKET_FDS_MAX], status = 0;
        size_t n_fds;
        Packet packet;
        StrBuf problem = STRBUF_INIT;

        int r = packet_fetch(host->fd, true, arena, &packet, fds, &n_fds);
        if (r <= 0 || packet.type != PACKET_LOAD)
                return EXIT_FAILURE;
        if (module_load(packet.text, &host->channel, &problem) < 0)
                status = fail(host, strbuf_text(&problem));
        else
                host_send(host,
                        &(Packet){ .type = PACKET_DESCRIPTION,
                                .name = host->channel->name,
                                .help = host->channel->help,
                                .form = host->channel->form,
                                .options = (struct relanced_option *)host->channel->options });
        strbuf_release(&problem);
        return status;
}

static bool is_folder_option(const struct relanced_channel *channel, const char *name)
{
        for (const struct relanced_option *option = channel->options; option && option->name;
                option++)
                if (streq(option->name, name))
                        return option->type == RELANCED_DIRECTORY;
        return false;
}

/* Folders a channel writes into need not be there before its first message. */
static int host_make_folders(Host *host, const struct relanced_value *values)
{
        for (; values && values->name; values++) {
                if (!is_folder_option(host->channel, values->name))
                        continue;
                int r = folder_make(values->value, 0750);
                if (r == 0)
                        continue;
                StrBuf problem = STRBUF_INIT;
                strbuf_addf(&problem, "%s cannot be made: %s", values->value, strerror(-r));
                int status = fail(host, strbuf_text(&problem));
                strbuf_release(&problem);
                return status;
        }
        return 0;
}

/* Opens the module with the values and the flight file the daemon sends. 0, or an exit status;
 * a daemon that only wanted the description closes instead: success. */
static int host_open(Host *host, Arena *arena, bool *ret_is_open)
{
        int fds[PACKET_FDS_MAX];
        size_t n_fds;
        Packet packet;
        const char *error = NULL;

        *ret_is_open = false;
        int r = packet_fetch(host->fd, true, arena, &packet, fds, &n_fds);
        if (r == 0)
                return EXIT_SUCCESS;
        if (r < 0 || packet.type != PACKET_OPEN || n_fds != 1)
                return EXIT_FAILURE;
        host->flight_fd = fds[0];
        int status = host_make_folders(host, packet.values);
        if (status != 0)
                return status;
        if (host->channel->open(packet.values, &host->state, &error) != 0)
                return fail(host, error ? error : "the module could not open");
        *ret_is_open = true;
        host_send(host, &(Packet){ .type = PACKET_READY });
        return 0;
}

/* What a module took and did not finish: told as what it is. */
static void host_finish_rest(Host *host)
{
        while (host->taken) {
                struct relanced_outcome outcome = {
                        .kind = host->taken->is_begun ? RELANCED_UNCERTAIN : RELANCED_RETRY,
                        .detail = "the module returned without finishing it",
                };
                module_finish(&host->host, &host->taken->packet.message, &outcome);
        }
        for (Taken *taken = host->arrived, *next; taken; taken = next) {
                next = taken->next;
                taken_free(taken);
        }
        host->arrived = NULL;
}

/* What a module waits for beside its own sockets: packets, and messages that arrived while it
 * waited for an answer. */
static int host_watch(Host *host)
{
        struct epoll_event event = { .events = EPOLLIN };

        host->arrived_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        host->host.fd = epoll_create1(EPOLL_CLOEXEC);
        if (host->arrived_fd < 0 || host->host.fd < 0 ||
                epoll_ctl(host->host.fd, EPOLL_CTL_ADD, host->arrived_fd, &event) < 0 ||
                epoll_ctl(host->host.fd, EPOLL_CTL_ADD, host->fd, &event) < 0)
                return fail(host, "out of descriptors");
        return 0;
}

int channel_worker_main(int socket_fd)
{
        Arena arena = ARENA_INIT;
        bool is_open = false;
        Host host = {
                .host = { .next = module_next,
                        .ask = module_ask,
                        .is_answered = module_is_answered,
                        .begin = module_begin,
                        .finish = module_finish,
                        .log = module_log },
                .fd = socket_fd,
                .flight_fd = -1,
        };

        host.arrived_tail = &host.arrived;
        int status = host_load(&host, &arena);
        if (status == 0)
                status = host_watch(&host);
        if (status == 0)
                status = host_open(&host, &arena, &is_open);
        if (is_open) {
                if (host.channel->deliver(host.state, &host.host) < 0)
                        status = EXIT_FAILURE;
                host_finish_rest(&host);
                if (host.channel->close)
                        host.channel->close(host.state);
        }
        arena_release(&arena);
        return status;
}
