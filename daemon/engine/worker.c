/* SPDX-License-Identifier: MIT */
/*
 * Owns the host that a channel module sees: messages as they arrive, begin as a question to the
 * daemon, finish written to the flight file before it is told. Runs in the worker process, blocking
 * and single-threaded; has no database and opens no file but the module. When the daemon is gone
 * nothing may begin any more, and what had begun is still written to the flight file.
 */

#include "engine/worker.h"

#include <errno.h>
#include <poll.h>

#include "engine/flight.h"
#include "engine/module.h"
#include "engine/protocol.h"
#include "sys/file.h"
#include "sys/process.h"

/* One message, from its arrival to its finish. */
typedef struct Taken {
        struct Taken *next;
        Arena arena; /* holds the packet that message points into */
        Packet packet;
        bool is_asked, is_begun; /* begin was asked, and granted */
} Taken;

typedef struct Host {
        struct relanced_host host; /* first: what the module holds */
        int fd, flight_fd;
        bool is_over; /* the daemon sends no more */
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
static void host_report(
        Host *host, uint64_t notice, unsigned attempt, const struct relanced_outcome *outcome)
{
        FlightRecord record = flight_record(notice, attempt, outcome);

        if (flight_append(host->flight_fd, &record) < 0)
                host_log(
                        host, RELANCED_ERROR, "an outcome could not be written to the flight file");
        host_send(host, &(Packet){
                                .type = PACKET_FINISH,
                                .notice = notice,
                                .attempt = attempt,
                                .outcome = { .kind = outcome->kind,
                                        .retry_after_s = outcome->retry_after_s,
                                        .reference = record.reference,
                                        .detail = record.detail },
                        });
}

static void host_arrive(Host *host, Taken *taken, const int *fds, size_t n_fds)
{
        const struct relanced_message *message = &taken->packet.message;
        const struct relanced_channel *channel = host->channel;

        for (size_t i = 0; i < n_fds; i++) {
                if (i < message->n_attachments)
                        taken->packet.attachments[i].fd = fds[i];
                else
                        (void)close(fds[i]);
        }
        if (channel->check_address && channel->check_address(host->state, message->to) < 0) {
                static const struct relanced_outcome refused = {
                        .kind = RELANCED_REFUSED_ADDRESS,
                        .detail = "the channel cannot write to such an address",
                };
                host_report(host, message->notice, message->attempt, &refused);
                taken_free(taken);
                return;
        }
        *host->arrived_tail = taken;
        host->arrived_tail = &taken->next;
}

/* Receives one packet, keeps a message for later. 1 and the packet; 0: a message; < 0: over. */
static int host_receive(Host *host, Packet *ret_packet)
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
        if (taken->packet.type == PACKET_MESSAGE) {
                host_arrive(host, TAKE_PTR(taken), fds, n_fds);
                return 0;
        }
        for (size_t i = 0; i < n_fds; i++)
                (void)close(fds[i]);
        *ret_packet = taken->packet; /* an answer: it holds no text of the arena */
        return 1;
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
        Packet packet;

        if (host->is_over) /* what has arrived could not begin any more */
                return -ECONNRESET;
        while (!host->arrived) {
                if (!host_wait(host, wait_ms))
                        return 0;
                if (host_receive(host, &packet) < 0)
                        return -ECONNRESET;
        }
        Taken *taken = host->arrived;
        host->arrived = taken->next;
        if (!host->arrived)
                host->arrived_tail = &host->arrived;
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

/* begin() is asked when it is called: nothing is gained by asking ahead yet. */
static void module_ask(struct relanced_host *self, const struct relanced_message *message)
{
        (void)self;
        (void)message;
}

static int module_is_answered(struct relanced_host *self, const struct relanced_message *message)
{
        (void)self;
        (void)message;
        return 1;
}

static int module_begin(struct relanced_host *self, const struct relanced_message *message)
{
        Host *host = (Host *)self;
        Taken *taken = *host_find(host, message);
        Packet packet;

        if (!taken || taken->is_asked)
                return -EALREADY;
        taken->is_asked = true;
        host_send(host, &(Packet){ .type = PACKET_BEGIN,
                                .notice = message->notice,
                                .attempt = message->attempt });
        for (;;) {
                int r = host_receive(host, &packet);
                if (r < 0)
                        return r;
                if (r == 0 || packet.type != PACKET_ANSWER || packet.notice != message->notice ||
                        packet.attempt != message->attempt)
                        continue;
                taken->is_begun = packet.is_go;
                return packet.is_go ? 0 : -ECANCELED;
        }
}

static void module_finish(struct relanced_host *self, const struct relanced_message *message,
        const struct relanced_outcome *outcome)
{
        Host *host = (Host *)self;
        Taken **at = host_find(host, message), *taken = *at;

        if (!taken)
                return;
        host_report(host, message->notice, message->attempt, outcome);
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
                        .log = module_log,
                        .fd = socket_fd },
                .fd = socket_fd,
                .flight_fd = -1,
        };

        host.arrived_tail = &host.arrived;
        int status = host_load(&host, &arena);
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
