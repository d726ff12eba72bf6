/* SPDX-License-Identifier: MIT */
/*
 * Owns the life of the running daemon: start, what it tells systemd, signals, end. Never decides
 * and never sends; those it has started do. What keeps it from starting was told before.
 */

#include "main/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "api/api.h"
#include "engine/service.h"
#include "main/pulse.h"
#include "main/sockets.h"
#include "main/waker.h"
#include "store/report.h"
#include "sys/log.h"
#include "sys/message-ids.h"

typedef struct Daemon {
        Firm *firm;
        Engine *engine;
        Service service;
        Api *api;
        Waker *waker;
} Daemon;

static bool may_wake(void *owner)
{
        return true;
}

/* "next wake 2026-03-05 09:00; 3 notices wait" */
static void tell_status(Daemon *daemon)
{
        LocalTime at = zone_local(daemon->engine->zone, daemon->service.next_wake);
        char day[DATE_TEXT_SIZE];

        (void)sd_notifyf(false, "STATUS=%s, next wake %s %02d:%02d",
                daemon->service.is_waking ? "Waking" : "Idle", date_format(at.day, day),
                at.minute / 60, at.minute % 60);
}

/* What a wake has queued makes of a fresh store one that really sends. */
static int claim(Daemon *daemon)
{
        StoreStatus status;

        int r = store_get_status(daemon->engine->store, &status);
        if (r < 0)
                return r;
        bool is_sending = status.n_notices[NOTICE_PENDING] > 0;
        return firm_claim(daemon->firm, is_sending) == EXIT_DONE ? 0 : -EPERM;
}

static void on_wake(void *owner)
{
        Daemon *daemon = owner;

        if (!daemon->service.is_waking && claim(daemon) == 0)
                (void)engine_dispatch(daemon->engine);
        tell_status(daemon);
}

static int request_wake(void *owner, uint64_t *ret_n_wakes)
{
        Daemon *daemon = owner;

        if (daemon->service.is_stopping)
                return -EBUSY;
        *ret_n_wakes = waker_request(daemon->waker);
        return 0;
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *owner)
{
        Daemon *daemon = owner;

        daemon->service.is_stopping = true;
        (void)sd_notify(false, "STOPPING=1\nSTATUS=Stopping");
        waker_close(daemon->waker);
        return sd_event_exit(daemon->engine->event, 0);
}

static int add_signals(Daemon *daemon)
{
        sd_event *event = daemon->engine->event;

        int r = sd_event_add_signal(
                event, NULL, SIGTERM | SD_EVENT_SIGNAL_PROCMASK, on_end, daemon);
        if (r >= 0)
                r = sd_event_add_signal(
                        event, NULL, SIGINT | SD_EVENT_SIGNAL_PROCMASK, on_end, daemon);
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
                .on_end = on_wake,
                .owner = daemon,
        };

        int r = add_signals(daemon);
        if (r == 0)
                r = sd_event_set_watchdog(daemon->engine->event, true);
        if (r >= 0)
                r = engine_start_dispatch(daemon->engine);
        if (r == 0)
                r = listen_all(daemon, sockets);
        if (r == 0)
                r = waker_new(&order, &daemon->waker);
        if (r < 0)
                return r;
        (void)sd_notify(false, "READY=1");
        waker_look(daemon->waker);
        return 0;
}

static int run(Daemon *daemon, Sockets *sockets)
{
        Pulse pulse = { .engine = daemon->engine, .times = &daemon->service.loop };

        int r = start(daemon, sockets);
        if (r < 0) {
                complain(NULL, "the service cannot start: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        r = pulse_run(&pulse);
        if (r < 0)
                complain(NULL, "the service has failed: %s", strerror(-r));
        return r < 0 ? EXIT_REFUSED : EXIT_DONE;
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
                        .owner = &daemon,
                },
        };
        Sockets sockets = SOCKETS_NONE;

        int status = sockets_open(firm->config, &sockets);
        if (status == EXIT_DONE) {
                firm->engine->service = &daemon.service;
                status = run(&daemon, &sockets);
                firm->engine->service = NULL;
        }
        waker_free(daemon.waker);
        api_free(daemon.api);
        sockets_release(&sockets);
        return status;
}
