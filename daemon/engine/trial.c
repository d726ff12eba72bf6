/* SPDX-License-Identifier: MIT */
/*
 * Owns the one worker of a trial from its start to its end, and the report. Everything the worker
 * says is checked as dispatch does it; one that breaks the protocol, hangs or dies ends the trial
 * with what is known for sure: before begin nothing was sent, after it the message may have been.
 * Never touches the store and never logs.
 */

#include "engine/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "engine/flight.h"
#include "engine/options.h"
#include "engine/protocol.h"
#include "engine/rendering.h"
#include "engine/shown.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/process.h"

#define START_USEC (30 * USEC_PER_SEC)
#define LOOK_USEC (10 * USEC_PER_SEC) /* the same of a channel that is only looked at */
#define GRACE_USEC (5 * USEC_PER_SEC) /* for a module that ends what hangs by itself, and says so */
#define CLOSE_USEC (2 * USEC_PER_SEC)
#define LAST_MOMENT_MS 250 /* between a process's closed socket and its end, on a busy machine */

typedef enum TrialState {
        STATE_LOADING,
        STATE_OPENING,
        STATE_SENDING,
        STATE_RENDERING,
        STATE_CLOSING, /* the outcome is there; the module may still say good-bye */
        STATE_DONE
} TrialState;

struct Trial {
        TrialOrder order;
        Config *config; /* held: another one may be in use before the trial is over */
        const ChannelConfig *channel;
        TrialState state;
        pid_t pid; /* 0: none */
        int fd, pid_fd, rendering_fd;
        sd_event_source *io, *exit, *timer;
        char *flight;      /* path of its flight file, or NULL */
        Arena arena;       /* of the options' values */
        Arena description; /* the packet with the module's table */
        Arena scratch;     /* one packet: a module that talks without end fills no memory */
        Problems problems;
        Steps steps;
        size_t address_place; /* where the step of the address belongs */
        bool is_address_told;
        TrialReport report;
};

const char *const outcome_names[6] = { "sent", "retry", "refused-address", "refused-message",
        "channel-down", "uncertain" };

/* A module looks at the address before it sees the message, and says nothing of it: what it does
 * next tells. */
static void tell_address(Trial *trial, bool is_good)
{
        if (trial->is_address_told)
                return;
        trial->is_address_told = true;
        steps_insert(&trial->steps, trial->address_place, STEP_ADDRESS, is_good,
                is_good ? "the module can write to it" : "the module cannot write to it");
}

/* Ends the worker; its wait status, -1: it had not ended by itself within wait_ms. */
static int end_worker(Trial *trial, int wait_ms)
{
        struct pollfd poller = { .fd = trial->pid_fd, .events = POLLIN };
        int status = -1;

        trial->io = sd_event_source_disable_unref(trial->io);
        trial->exit = sd_event_source_disable_unref(trial->exit);
        trial->timer = sd_event_source_disable_unref(trial->timer);
        if (trial->pid > 0) {
                bool has_ended = trial->pid_fd >= 0 && poll(&poller, 1, wait_ms) > 0;
                (void)kill(-trial->pid, SIGKILL); /* what it has started, too */
                (void)kill(trial->pid, SIGKILL);
                while (waitpid(trial->pid, &status, 0) < 0 && errno == EINTR)
                        ;
                status = has_ended ? status : -1;
                trial->pid = 0;
        }
        closep(&trial->fd);
        closep(&trial->pid_fd);
        trial->fd = trial->pid_fd = -1;
        return status;
}

/* The end, with what is known for sure. */
static void conclude(Trial *trial, enum relanced_outcome_kind kind, const char *detail)
{
        trial->report.outcome = (struct relanced_outcome){ .kind = kind,
                .detail = steps_keep(&trial->steps, detail) };
        (void)end_worker(trial, 0);
        trial->state = STATE_DONE;
}

static void keep_outcome(Trial *trial, const struct relanced_outcome *outcome)
{
        trial->report.is_own_word = true;
        trial->report.outcome = *outcome;
        trial->report.outcome.reference = steps_keep(&trial->steps, outcome->reference);
        trial->report.outcome.detail = steps_keep(&trial->steps, outcome->detail);
}

/* The worker is gone without a word after it was told to go: its flight file may know more. */
static void conclude_begun(Trial *trial, const char *why)
{
        const struct relanced_message *message = trial->order.message;
        FlightLog log = FLIGHT_LOG_INIT;
        bool is_read = flight_read(trial->flight, &log) == 0;
        const FlightRecord *record =
                is_read ? flight_find(&log, message->notice, message->attempt) : NULL;

        conclude(trial, RELANCED_UNCERTAIN, why);
        if (record)
                keep_outcome(trial, &(struct relanced_outcome){
                                            .kind = record->kind,
                                            .retry_after_s = record->retry_after_s,
                                            .reference = record->reference,
                                            .detail = record->detail,
                                    });
        else if (is_read && flight_proves_unsent(&log, 1, message->notice, message->attempt))
                trial->report.outcome.kind = RELANCED_RETRY;
        flight_log_release(&log);
}

/* The channel cannot be used as it is configured: told with file and line. */
static void refuse(Trial *trial, StepKind kind, size_t first_problem)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = first_problem; i < trial->problems.n; i++) {
                const Problem *problem = &trial->problems.list[i];
                strbuf_truncate(&text, 0);
                if (problem->file && problem->line > 0)
                        strbuf_addf(&text, "%s:%u: ", problem->file, problem->line);
                strbuf_add(&text, problem->text);
                steps_add(&trial->steps, kind, problem->is_warning, strbuf_text(&text));
        }
        strbuf_release(&text);
        conclude(trial, RELANCED_CHANNEL_DOWN,
                trial->problems.n > first_problem ? trial->problems.list[first_problem].text
                                                  : "there is not enough memory");
}

static void refuse_because(Trial *trial, StepKind kind, const char *why)
{
        size_t first = trial->problems.n;

        problems_add(&trial->problems, false, trial->channel->file, trial->channel->line,
                "channel %s: %s", trial->channel->name, why);
        refuse(trial, kind, first);
}

/* Something about the worker itself went wrong. */
static void fail(Trial *trial, const char *why)
{
        (void)end_worker(trial, 0);
        switch (trial->state) {
        case STATE_LOADING: refuse_because(trial, STEP_MODULE, why); break;
        case STATE_OPENING: refuse_because(trial, STEP_WORKER, why); break;
        case STATE_SENDING:
                if (trial->report.is_begun)
                        conclude_begun(trial, why);
                else
                        conclude(trial, RELANCED_RETRY, why);
                break;
        case STATE_RENDERING: conclude(trial, RELANCED_RETRY, why); break;
        case STATE_CLOSING: /* the outcome stands */
        case STATE_DONE: trial->state = STATE_DONE; break;
        }
}

static void arm(Trial *trial, int64_t usec)
{
        (void)sd_event_source_set_time_relative(trial->timer, (uint64_t)usec);
        (void)sd_event_source_set_enabled(trial->timer, SD_EVENT_ONESHOT);
}

static int64_t patience_usec(const Trial *trial)
{
        const struct relanced_option *option = trial->report.options;

        while (option->name && !streq(option->name, "timeout_s"))
                option++;
        return trial->channel->timeout_s * USEC_PER_SEC + (option->name ? GRACE_USEC : 0);
}

/* Of a test that was cut short with its daemon. */
static int remove_leftover(void *owner, const char *path, const char *channel)
{
        FlightLog log = FLIGHT_LOG_INIT;

        if (flight_read(path, &log) != FLIGHT_HELD)
                (void)unlink(path);
        flight_log_release(&log);
        return 0;
}

static int make_flight(Trial *trial, int *ret_fd)
{
        if (trial->order.is_rendered) {
                int r = rendering_open(&trial->rendering_fd);
                *ret_fd = trial->rendering_fd;
                return r;
        }
        if (trial->order.message) {
                (void)flight_list(trial->order.folder, remove_leftover, NULL);
                return flight_create(
                        trial->order.folder, trial->channel->name, &trial->flight, ret_fd);
        }
        *ret_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        return *ret_fd < 0 ? -errno : 0;
}

static void open_module(Trial *trial)
{
        const Packet packet = {
                .type = PACKET_OPEN,
                .values = (struct relanced_value *)trial->report.values,
        };
        int flight_fd = -1;

        trial->state = STATE_OPENING;
        int r = make_flight(trial, &flight_fd);
        if (r == 0)
                r = packet_ship(trial->fd, &packet, &flight_fd, 1);
        if (flight_fd != trial->rendering_fd)
                closep(&flight_fd);
        if (r < 0)
                fail(trial, strerror(-r));
}

/* Whoever only looks makes no folder. */
static bool has_folders(const TrialReport *report)
{
        for (size_t i = 0; report->options[i].name; i++)
                if (report->options[i].type == RELANCED_DIRECTORY &&
                        access(report->values[i].value, F_OK) < 0)
                        return false;
        return true;
}

static void finish_description(Trial *trial)
{
        trial->state = STATE_DONE;
        (void)end_worker(trial, 0);
}

/* The configuration and the module must mean the same kind of message. */
static bool form_fits(const Trial *trial, enum relanced_form form)
{
        static const enum relanced_form forms[] = {
                [FORM_EMAIL] = RELANCED_EMAIL,
                [FORM_SMS] = RELANCED_SMS,
                [FORM_WHATSAPP] = RELANCED_WHATSAPP,
                [FORM_EVENT] = RELANCED_EVENT,
        };

        return form == RELANCED_ANY ||
               form == forms[trial->order.config->book.channels[trial->order.channel].form];
}

static void tell_options(Trial *trial)
{
        StrBuf all = STRBUF_INIT, one = STRBUF_INIT;

        for (size_t i = 0; trial->report.options[i].name; i++)
                if (trial_show_option(trial, i, &one))
                        strbuf_addf(&all, "%s%s = %s", all.length > 0 ? ", " : "",
                                trial->report.options[i].name, strbuf_text(&one));
        steps_add(&trial->steps, STEP_OPTIONS, true, strbuf_text(&all));
        strbuf_release(&all);
        strbuf_release(&one);
}

/* The module is loaded and says what it is. */
static void on_description(Trial *trial, const Packet *packet)
{
        TrialReport *report = &trial->report;
        struct relanced_value *values;
        StrBuf text = STRBUF_INIT;

        trial->description = trial->scratch;
        trial->scratch = ARENA_INIT;
        report->help = packet->help ? packet->help : "";
        report->options = packet->options;
        strbuf_addf(&text, "%s: %s", report->path, report->help);
        steps_add(&trial->steps, STEP_MODULE, true, strbuf_text(&text));
        strbuf_release(&text);
        size_t first_problem = trial->problems.n;
        if (!form_fits(trial, packet->form))
                problems_add(&trial->problems, false, trial->channel->file, trial->channel->line,
                        "channel %s: its module carries another form of message: name the channel "
                        "after its module, or set address to the column it writes to",
                        trial->channel->name);
        int r = options_resolve(trial->order.config, trial->channel, packet->options, &trial->arena,
                &trial->problems, &values);
        if (r < 0 || trial->problems.n_errors > 0) {
                refuse(trial, STEP_OPTIONS, first_problem);
                return;
        }
        report->values = values;
        trial->steps.options = report->options;
        trial->steps.values = values;
        tell_options(trial);
        bool is_sending = trial->order.message && !trial->order.is_rendered;
        if (is_sending || has_folders(report))
                open_module(trial);
        else
                finish_description(trial);
}

static void send_message(Trial *trial)
{
        const Packet packet = { .type = PACKET_MESSAGE, .message = *trial->order.message };
        bool is_sending = !trial->order.is_rendered;

        trial->state = is_sending ? STATE_SENDING : STATE_RENDERING;
        trial->address_place = trial->steps.n;
        arm(trial, patience_usec(trial));
        int r = is_sending ? packet_ship(trial->fd, &packet, NULL, 0)
                           : rendering_ask(trial->fd, trial->order.message);
        if (r < 0)
                fail(trial, strerror(-r));
}

static void on_rendered(Trial *trial, const Packet *packet)
{
        TrialReport *report = &trial->report;
        int r = packet->is_go ? rendering_read(trial->rendering_fd, &trial->arena,
                                        &report->rendered, &report->rendered_length)
                              : 0;

        if (r < 0)
                fail(trial, strerror(-r));
        else if (!packet->is_go)
                conclude(trial, RELANCED_REFUSED_MESSAGE, packet->text);
        else
                finish_description(trial);
}

static void on_ready(Trial *trial)
{
        steps_add(&trial->steps, STEP_WORKER, true, "the module has opened with them");
        if (trial->order.message)
                send_message(trial);
        else
                finish_description(trial);
}

static bool is_of_message(const Trial *trial, const Packet *packet)
{
        return trial->state == STATE_SENDING && packet->notice == trial->order.message->notice &&
               packet->attempt == trial->order.message->attempt;
}

static void on_begin(Trial *trial, const Packet *packet)
{
        const Packet answer = {
                .type = PACKET_ANSWER,
                .notice = packet->notice,
                .attempt = packet->attempt,
                .is_go = true,
        };

        tell_address(trial, true);
        steps_add(&trial->steps, STEP_BEGIN, true,
                "the module asked whether it may begin, and was told to go");
        trial->report.is_begun = true;
        arm(trial, patience_usec(trial));
        int r = packet_ship(trial->fd, &answer, NULL, 0);
        if (r < 0)
                fail(trial, strerror(-r));
}

static void on_finish(Trial *trial, const Packet *packet)
{
        const struct relanced_outcome *outcome = &packet->outcome;

        tell_address(trial, !streq_or_null(outcome->detail, ADDRESS_REFUSED));
        keep_outcome(trial, outcome);
        trial->state = STATE_CLOSING;
        (void)shutdown(trial->fd, SHUT_WR);
        arm(trial, CLOSE_USEC);
}

static void on_packet(Trial *trial, const Packet *packet)
{
        if (packet->type == PACKET_LOG)
                steps_add_said(&trial->steps, (enum relanced_level)packet->level, packet->text);
        else if (trial->state == STATE_LOADING && packet->type == PACKET_DESCRIPTION)
                on_description(trial, packet);
        else if (trial->state == STATE_LOADING && packet->type == PACKET_FAILED)
                refuse_because(trial, STEP_MODULE, packet->text);
        else if (trial->state == STATE_OPENING && packet->type == PACKET_FAILED)
                refuse_because(trial, STEP_WORKER, packet->text);
        else if (trial->state == STATE_OPENING && packet->type == PACKET_READY)
                on_ready(trial);
        else if (packet->type == PACKET_BEGIN && is_of_message(trial, packet) &&
                 !trial->report.is_begun)
                on_begin(trial, packet);
        else if (packet->type == PACKET_RENDERED && trial->state == STATE_RENDERING)
                on_rendered(trial, packet);
        else if (packet->type == PACKET_FINISH && is_of_message(trial, packet))
                on_finish(trial, packet);
        else
                fail(trial, "its worker broke the protocol");
}

/* The worker is gone, or has closed its end. */
static void on_gone(Trial *trial)
{
        StrBuf why = STRBUF_INIT;
        int status = end_worker(trial, LAST_MOMENT_MS);

        if (trial->state < STATE_SENDING)
                strbuf_addf(&why, "its module ended while it was %s: ",
                        trial->state == STATE_LOADING ? "loaded" : "opened");
        if (status < 0)
                strbuf_add(&why, "its worker fell silent for good");
        else if (WIFSIGNALED(status))
                strbuf_addf(&why, "its worker was killed by signal %d (%s)", WTERMSIG(status),
                        strsignal(WTERMSIG(status)));
        else
                strbuf_addf(&why, "its worker left with exit status %d", WEXITSTATUS(status));
        fail(trial, strbuf_text(&why));
        strbuf_release(&why);
}

/* One packet: the loop comes back for the next. */
static int on_readable(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Trial *trial = owner;
        int fds[PACKET_FDS_MAX];
        size_t n_fds = 0;
        Packet packet;

        arena_reset(&trial->scratch);
        int r = packet_fetch(fd, false, &trial->scratch, &packet, fds, &n_fds);
        for (size_t i = 0; i < n_fds; i++)
                (void)close(fds[i]);
        if (r > 0)
                on_packet(trial, &packet);
        else if (r == 0)
                on_gone(trial);
        else if (r != -EAGAIN)
                fail(trial, "its worker sent what is no packet");
        return 0;
}

/* Its process has ended: what it said last is read first; the socket may live on in a child. */
static int on_ended(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Trial *trial = owner;
        struct pollfd poller = { .fd = trial->fd, .events = POLLIN };

        if (poll(&poller, 1, 0) > 0)
                return on_readable(source, trial->fd, events, owner);
        on_gone(trial);
        return 0;
}

static int on_late(sd_event_source *source, uint64_t usec, void *owner)
{
        Trial *trial = owner;
        StrBuf why = STRBUF_INIT;

        if (trial->state < STATE_SENDING)
                strbuf_addf(&why, "its module hung while it was %s",
                        trial->state == STATE_LOADING ? "loaded" : "opened");
        else
                strbuf_addf(&why, "its worker gave no answer within %" PRId64 " s and was ended",
                        patience_usec(trial) / USEC_PER_SEC);
        fail(trial, strbuf_text(&why));
        strbuf_release(&why);
        return 0;
}

static int attach(Trial *trial)
{
        sd_event *event = trial->order.event;

        trial->pid_fd = pidfd_open(trial->pid, 0);
        if (trial->pid_fd < 0 || fcntl(trial->fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        int r = sd_event_add_io(event, &trial->io, trial->fd, EPOLLIN, on_readable, trial);
        if (r >= 0)
                r = sd_event_add_io(event, &trial->exit, trial->pid_fd, EPOLLIN, on_ended, trial);
        if (r >= 0) /* after what it said last */
                r = sd_event_source_set_priority(trial->exit, SD_EVENT_PRIORITY_NORMAL + 1);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &trial->timer, CLOCK_MONOTONIC,
                        trial->order.message ? START_USEC : LOOK_USEC, 0, on_late, trial);
        return MIN(r, 0);
}

static void start(Trial *trial)
{
        _cleanup_(freep) char *path = NULL;
        int r = is_empty(trial->channel->module) ? -EINVAL
                                                 : module_path(trial->channel->module, &path);

        if (r == -ENOENT || r == -EINVAL) {
                StrBuf why = STRBUF_INIT;
                strbuf_addf(&why, "there is no module '%s'", trial->channel->module);
                refuse_because(trial, STEP_MODULE, strbuf_text(&why));
                strbuf_release(&why);
                return;
        }
        if (r == 0)
                trial->report.path = steps_keep(&trial->steps, path);
        if (r == 0)
                r = process_start_worker("channel", &trial->pid, &trial->fd);
        if (r == 0)
                r = attach(trial);
        if (r == 0)
                r = packet_ship(trial->fd, &(Packet){ .type = PACKET_LOAD, .text = path }, NULL, 0);
        if (r < 0)
                refuse_because(trial, STEP_MODULE, strerror(-r));
}

int trial_new(const TrialOrder *order, Trial **ret_trial)
{
        Trial *trial = malloc(sizeof(*trial));

        if (!trial)
                return -ENOMEM;
        *trial = (Trial){
                .order = *order,
                .config = config_hold(order->config),
                .channel = &order->config->channels[order->channel],
                .fd = -1,
                .pid_fd = -1,
                .rendering_fd = -1,
                .steps.start_usec = clock_monotonic_usec(),
                .report = { .steps = &trial->steps, .problems = &trial->problems },
        };
        start(trial);
        *ret_trial = trial;
        return 0;
}

void trial_free(Trial *trial)
{
        if (!trial)
                return;
        trial->state = STATE_DONE;
        (void)end_worker(trial, 0);
        if (trial->flight)
                (void)unlink(trial->flight);
        free(trial->flight);
        closep(&trial->rendering_fd);
        problems_release(&trial->problems);
        arena_release(&trial->steps.arena);
        arena_release(&trial->arena);
        arena_release(&trial->description);
        arena_release(&trial->scratch);
        config_free(trial->config);
        free(trial);
}

bool trial_is_done(const Trial *trial)
{
        return trial->state == STATE_DONE;
}

const TrialReport *trial_report(const Trial *trial)
{
        return &trial->report;
}

bool trial_show_option(const Trial *trial, size_t option, StrBuf *text)
{
        const TrialReport *report = &trial->report;

        return option_show(trial->channel, &report->options[option],
                report->values ? report->values[option].value : NULL, text);
}
