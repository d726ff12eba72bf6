/* SPDX-License-Identifier: MIT */
/* Owns the check of channels: each module is loaded, described and opened in a worker, as dispatch
 * does it, so that no module's code ever runs in the daemon. Nothing is written or sent: a channel
 * that would make a folder is not opened. */

#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "engine/options.h"
#include "engine/protocol.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/process.h"

#define ANSWER_MS 10000

typedef struct Check {
        const Config *config;
        const ChannelConfig *channel;
        Form form; /* the configuration's */
        Problems *problems;
} Check;

static void add_error(const Check *check, const char *text)
{
        problems_add(check->problems, false, check->channel->file, check->channel->line,
                "channel %s: %s", check->channel->name, text);
}

/* The configuration and the module must mean the same kind of message. */
static void check_form(const Check *check, enum relanced_form form)
{
        static const enum relanced_form forms[] = {
                [FORM_EMAIL] = RELANCED_EMAIL,
                [FORM_SMS] = RELANCED_SMS,
                [FORM_WHATSAPP] = RELANCED_WHATSAPP,
                [FORM_EVENT] = RELANCED_EVENT,
        };

        if (form != RELANCED_ANY && form != forms[check->form])
                add_error(check, "its module carries another form of message: name the channel "
                                 "after its module, or set address to the column it writes to");
}

/* One packet before that instant: as packet_fetch(), 0 also when the time is over. */
static int fetch(int fd, int64_t end_usec, Arena *arena, Packet *ret_packet)
{
        struct pollfd poller = { .fd = fd, .events = POLLIN };
        int fds[PACKET_FDS_MAX], r;
        size_t n_fds = 0;

        do {
                int64_t left_usec = MAX(end_usec - clock_monotonic_usec(), INT64_C(0));
                r = poll(&poller, 1, (int)(left_usec / 1000));
        } while (r < 0 && errno == EINTR);
        if (r > 0)
                r = packet_fetch(fd, false, arena, ret_packet, fds, &n_fds);
        for (size_t i = 0; i < n_fds; i++)
                (void)close(fds[i]);
        return r;
}

/* Waits for the module's answer, whatever it logs before. 0, or the sentence has been added. */
static int await(const Check *check, int fd, PacketType type, Arena *arena, Packet *ret_packet)
{
        int64_t end_usec = clock_monotonic_usec() + INT64_C(1000) * ANSWER_MS;
        int r;

        do
                r = fetch(fd, end_usec, arena, ret_packet);
        while (r > 0 && ret_packet->type == PACKET_LOG);
        if (r > 0 && ret_packet->type == type)
                return 0;
        if (r > 0 && ret_packet->type == PACKET_FAILED)
                add_error(check, ret_packet->text);
        else
                add_error(check, type == PACKET_DESCRIPTION
                                         ? "its module ended or hung while it was loaded"
                                         : "its module ended or hung while it was opened");
        return -EINVAL;
}

/* A worker makes the folders that are not there yet. */
static bool has_folders(const struct relanced_option *options, const struct relanced_value *values)
{
        for (size_t i = 0; options[i].name; i++)
                if (options[i].type == RELANCED_DIRECTORY && access(values[i].value, F_OK) < 0)
                        return false;
        return true;
}

/* What only the module can judge. It is opened as for sending, and given no message. */
static int try_open(const Check *check, int fd, struct relanced_value *values, Arena *arena)
{
        const Packet order = { .type = PACKET_OPEN, .values = values };
        _cleanup_(closep) int flight_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        Packet packet;

        if (flight_fd < 0)
                return -errno;
        int r = packet_ship(fd, &order, &flight_fd, 1);
        /* A worker that is gone cannot be told anything, and says so by its silence. */
        return r == -ENOMEM ? r : await(check, fd, PACKET_READY, arena, &packet);
}

static int describe(const Check *check, const char *path, int fd)
{
        const Packet load = { .type = PACKET_LOAD, .text = path };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;
        Packet packet;

        int r = packet_ship(fd, &load, NULL, 0);
        if (r == 0)
                r = await(check, fd, PACKET_DESCRIPTION, &arena, &packet);
        if (r == 0) {
                check_form(check, packet.form);
                r = options_resolve(check->config, check->channel, packet.options, &arena,
                        check->problems, &values);
        }
        if (r == 0 && has_folders(packet.options, values))
                r = try_open(check, fd, values, &arena);
        arena_release(&arena);
        return r == -EINVAL ? 0 : r;
}

static int check_channel(const Check *check)
{
        _cleanup_(freep) char *path = NULL;
        pid_t pid;
        int fd;

        if (is_empty(check->channel->module)) /* told with the file's mistakes */
                return 0;
        int r = module_path(check->channel->module, &path);
        if (r == -ENOENT || r == -EINVAL) {
                problems_add(check->problems, false, check->channel->file, check->channel->line,
                        "channel %s: there is no module '%s'", check->channel->name,
                        check->channel->module);
                return 0;
        }
        if (r == 0)
                r = process_start_worker("channel", &pid, &fd);
        if (r < 0)
                return r;
        r = describe(check, path, fd);
        (void)close(fd);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        return r;
}

int engine_check_channels(const Config *config, Problems *problems)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < config->book.n_channels; i++) {
                const Check check = {
                        .config = config,
                        .channel = &config->channels[i],
                        .form = config->book.channels[i].form,
                        .problems = problems,
                };
                r = check_channel(&check);
        }
        return r;
}
