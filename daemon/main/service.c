/* SPDX-License-Identifier: MIT */
/*
 * Owns the life of the running daemon: start, signals, another configuration, end. Never decides
 * and never sends; those it has started do. What keeps it from running is told in a sentence.
 */

#include "main/service.h"

#include <errno.h>
#include <signal.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "api/api.h"
#include "engine/service.h"
#include "main/inbox.h"
#include "main/notify.h"
#include "main/pulse.h"
#include "main/reload.h"
#include "main/sockets.h"
#include "main/waker.h"
#include "store/outbox.h"
#include "sys/log.h"
#include "sys/message-ids.h"

/* Of the 20 s that the end may take; the rest is for what has to be killed. */
#define END_USEC (18 * USEC_PER_SEC)

typedef enum ReloadPhase {
        RELOAD_NONE,
        RELOAD_CHECKING,
        RELOAD_CHECKED,
        RELOAD_CLOSING, /* it is right: once dispatch and the wake have ended, it is taken */
} ReloadPhase;

typedef struct Daemon {
        Firm *firm;
        Engine *engine;
        Service service;
        Api *api;
        Waker *waker;
        Inbox *inbox;
        ClockWatch clock_watch;
        Reload *reload;
        ReloadPhase reload_phase;
        bool is_reload_wanted; /* once more, after the one under way */
        char *config_problem;
        bool is_idle; /* nothing was on its way out after the last turn */
} Daemon;

/* A wake never begins while its configuration is about to be exchanged, and knows of all payments
 * that are there; a file that is written to for ever does not keep it from beginning. */
static bool may_wake(void *owner, bool is_late)
{
        const Daemon *daemon = owner;

        return daemon->reload_phase != RELOAD_CLOSING && (is_late || inbox_is_idle(daemon->inbox));
}

static void on_inbox_idle(void *owner)
{
        Daemon *daemon = owner;

        waker_look(daemon->waker);
}

/* What a wake has queued makes of a fresh store one that really sends. */
static int claim(Daemon *daemon)
{
        int64_t pending;
        size_t n;

        int r = store_list_state(daemon->engine->store, NOTICE_PENDING, 0, &pending, 1, &n);
        if (r < 0)
                return r;
        return firm_claim(daemon->firm, n > 0) == EXIT_DONE ? 0 : -EPERM;
}

static void on_wake(void *owner, bool has_ended)
{
        Daemon *daemon = owner;

        if (has_ended && claim(daemon) == 0)
                (void)engine_dispatch(daemon->engine);
        notify_status(daemon->engine);
}

static int request_wake(void *owner, uint64_t *ret_n_wakes)
{
        Daemon *daemon = owner;

        if (daemon->service.is_stopping)
                return -EBUSY;
        *ret_n_wakes = waker_request(daemon->waker);
        return 0;
}

static void expect_wake(void *owner)
{
        Daemon *daemon = owner;

        waker_expect(daemon->waker);
}

static void on_reload_checked(void *owner)
{
        Daemon *daemon = owner;

        daemon->reload_phase = RELOAD_CHECKED;
}

/* What was refused is shown until a better configuration is taken. */
static void end_reload(Daemon *daemon, const char *problem)
{
        free(daemon->config_problem);
        daemon->config_problem = problem ? strdup(problem) : NULL;
        daemon->service.config_problem = daemon->config_problem;
        if (!problem)
                daemon->service.configured = clock_now(&daemon->engine->clock);
        reload_free(TAKE_PTR(daemon->reload));
        daemon->reload_phase = RELOAD_NONE;
        daemon->service.is_reloading = false;
        notify_ready(daemon->engine);
}

static void begin_reload(Daemon *daemon)
{
        daemon->is_reload_wanted = false;
        daemon->service.is_reloading = true;
        daemon->reload_phase = RELOAD_CHECKING;
        notify_reloading();
        int r = reload_start(daemon->firm, on_reload_checked, daemon, &daemon->reload);
        if (r < 0)
                end_reload(daemon, strerror(-r));
}

/* Dispatch has closed and no wake is under way. */
static int exchange_config(Daemon *daemon)
{
        engine_end_dispatch(daemon->engine);
        int r = reload_take(daemon->reload, daemon->firm);
        end_reload(daemon, r < 0 ? strerror(-r) : NULL);
        r = engine_start_dispatch(daemon->engine);
        if (r < 0)
                return r;
        waker_look(daemon->waker);
        return 0;
}

static int go_on_reloading(Daemon *daemon)
{
        const char *problem;
        int r = 0;

        switch (daemon->reload_phase) {
        case RELOAD_CHECKED:
                problem = reload_problem(daemon->reload);
                if (problem) {
                        end_reload(daemon, problem);
                        break;
                }
                daemon->reload_phase = RELOAD_CLOSING;
                engine_close_dispatch(daemon->engine);
                break;
        case RELOAD_CLOSING:
                if (engine_is_closed(daemon->engine) && !daemon->service.is_waking)
                        r = exchange_config(daemon);
                break;
        case RELOAD_NONE:
        case RELOAD_CHECKING: break;
        }
        /* Also when one has just ended: there may be no other turn for hours. */
        if (daemon->reload_phase == RELOAD_NONE && daemon->is_reload_wanted && r == 0)
                begin_reload(daemon);
        return r;
}

/* Whether what systemd is told of has changed. */
static bool has_changed(Daemon *daemon)
{
        Service *service = &daemon->service;
        size_t n_failed = service->n_failed;
        bool was_idle = daemon->is_idle;

        inbox_count(daemon->inbox, &service->n_waiting, &service->n_failed);
        daemon->is_idle = engine_is_idle(daemon->engine);
        return (daemon->is_idle && !was_idle) || service->n_failed != n_failed;
}

/* What others do tells nobody when it is over: it is looked for after each turn. */
static int after_turn(void *owner)
{
        Daemon *daemon = owner;

        if (daemon->service.is_stopping)
                return engine_is_closed(daemon->engine) && api_is_idle(daemon->api)
                               ? sd_event_exit(daemon->engine->event, 0)
                               : 0;
        if (daemon->engine->has_lapsed) {
                daemon->engine->has_lapsed = false;
                waker_expect(daemon->waker);
        }
        if (has_changed(daemon))
                notify_status(daemon->engine);
        return go_on_reloading(daemon);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *owner)
{
        Daemon *daemon = owner;

        daemon->is_reload_wanted = true; /* begins after this turn, or after the one under way */
        return 0;
}

static int on_patience_over(sd_event_source *source, uint64_t usec, void *owner)
{
        Daemon *daemon = owner;

        log_warning("what is under way does not end in time: it is broken off");
        return sd_event_exit(daemon->engine->event, 0);
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *owner)
{
        Daemon *daemon = owner;

        if (daemon->service.is_stopping)
                return 0;
        daemon->service.is_stopping = true;
        notify_stopping();
        waker_close(daemon->waker);
        inbox_close(daemon->inbox);
        api_close(daemon->api);
        engine_close_dispatch(daemon->engine);
        int r = sd_event_add_time_relative(daemon->engine->event, NULL, CLOCK_MONOTONIC, END_USEC,
                0, on_patience_over, daemon);
        return MIN(r, 0);
}

/* Timers follow by themselves what the clock shows; what was planned by it is planned anew. */
static int on_clock(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Daemon *daemon = owner;
        int64_t set_usec = clock_watch_read(&daemon->clock_watch);

        if (llabs(set_usec) >= USEC_PER_SEC)
                log_record(LOG_NOTICE, MESSAGE_CLOCK_CHANGED, NULL, 0,
                        "the clock was set %s by %lld s: wakes are planned anew",
                        set_usec > 0 ? "forward" : "back",
                        (long long)llabs(set_usec / USEC_PER_SEC));
        waker_look(daemon->waker);
        return engine_dispatch(daemon->engine);
}

static int add_sources(Daemon *daemon)
{
        static const struct {
                int number;
                sd_event_signal_handler_t handle;
        } signals[] = { { SIGTERM, on_end }, { SIGINT, on_end }, { SIGHUP, on_hangup } };
        sd_event *event = daemon->engine->event;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(signals); i++)
                r = sd_event_add_signal(event, NULL, signals[i].number, signals[i].handle, daemon);
        if (r >= 0)
                r = clock_watch_open(&daemon->clock_watch);
        if (r >= 0)
                r = sd_event_add_io(event, NULL, daemon->clock_watch.fd, EPOLLIN, on_clock, daemon);
        if (r >= 0)
                r = sd_event_set_watchdog(event, true);
        return MIN(r, 0);
}

static int listen_all(Daemon *daemon, Sockets *sockets)
{
        int r = api_new(daemon->engine, &daemon->api);

        for (size_t i = 0; r == 0 && i < sockets->n; i++) {
                r = api_listen(daemon->api, sockets->list[i].fd, sockets->list[i].right);
                sockets->list[i].fd = -1;
        }
        if (r == 0 && sockets->announced)
                r = store_announce(daemon->engine->store, sockets->announced);
        return r;
}

static int start(Daemon *daemon, Sockets *sockets)
{
        const WakerOrder order = {
                .engine = daemon->engine,
                .service = &daemon->service,
                .may_begin = may_wake,
                .on_change = on_wake,
                .owner = daemon,
        };

        int r = add_sources(daemon);
        if (r == 0)
                r = claim(daemon);
        if (r == 0)
                r = engine_start_dispatch(daemon->engine);
        if (r == 0)
                r = inbox_new(daemon->engine, &daemon->inbox);
        if (r == 0)
                r = waker_new(&order, &daemon->waker);
        if (r == 0)
                r = listen_all(daemon, sockets);
        if (r < 0)
                return r;
        inbox_on_idle(daemon->inbox, on_inbox_idle, daemon);
        waker_look(daemon->waker);
        log_record(LOG_INFO, MESSAGE_SERVICE_STARTED, NULL, 0,
                "relanced " RELANCED_VERSION " is running");
        notify_ready(daemon->engine);
        return 0;
}

static int run(Daemon *daemon, Sockets *sockets)
{
        Pulse pulse = {
                .engine = daemon->engine,
                .times = &daemon->service.loop,
                .after_turn = after_turn,
                .owner = daemon,
        };

        int r = start(daemon, sockets);
        if (r < 0) {
                complain(NULL, "the service cannot start: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        r = pulse_run(&pulse);
        if (r < 0)
                complain(NULL, "the service has failed: %s", strerror(-r));
        engine_end_dispatch(daemon->engine);
        log_record(LOG_INFO, MESSAGE_SERVICE_STOPPED, NULL, 0, "relanced has stopped");
        return r < 0 ? EXIT_REFUSED : EXIT_DONE;
}

void service_hold_signals(void)
{
        sigset_t set;

        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGTERM);
        (void)sigaddset(&set, SIGINT);
        (void)sigaddset(&set, SIGHUP);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int service_run(Firm *firm)
{
        Instant now = clock_now(&firm->clock);
        Daemon daemon = {
                .firm = firm,
                .engine = firm->engine,
                .service = {
                        .started = now,
                        .configured = now,
                        .next_wake = INSTANT_NONE,
                        .result = { .opening = INSTANT_NONE },
                        .request_wake = request_wake,
                        .expect_wake = expect_wake,
                        .owner = &daemon,
                },
                .clock_watch = CLOCK_WATCH_NONE,
        };
        Sockets sockets = SOCKETS_NONE;

        int status = sockets_open(firm->config, &sockets);
        if (status == EXIT_DONE) {
                firm->engine->service = &daemon.service;
                status = run(&daemon, &sockets);
                firm->engine->service = NULL;
        }
        api_free(daemon.api);
        inbox_free(daemon.inbox);
        waker_free(daemon.waker);
        reload_free(daemon.reload);
        closep(&daemon.clock_watch.fd);
        free(daemon.config_problem);
        sockets_release(&sockets);
        return status;
}
