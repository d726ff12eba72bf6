/* SPDX-License-Identifier: MIT */
/* Owns the signals of a process that is no daemon. What does not come to its end in time is broken
 * off: the next start finds out what became of it. */

#include "main/stop.h"

#include <signal.h>
#include <systemd/sd-event.h>

#include "sys/log.h"

#define END_USEC (18 * USEC_PER_SEC) /* of 20 s; the rest is for what has to be killed */

static int on_late(sd_event_source *source, uint64_t usec, void *owner)
{
        Stop *stop = owner;

        log_warning("what is under way does not end in time: it is broken off");
        engine_end_dispatch(stop->engine);
        return sd_event_exit(stop->engine->event, 0);
}

static void begin(Stop *stop)
{
        if (stop->timer)
                return;
        engine_close_dispatch(stop->engine);
        if (sd_event_add_time_relative(stop->engine->event, &stop->timer, CLOCK_MONOTONIC, END_USEC,
                    0, on_late, stop) < 0)
                engine_end_dispatch(stop->engine); /* rather than wait without an end */
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *owner)
{
        Stop *stop = owner;

        if (!stop->is_asked)
                log_notice("told to stop: what has begun is finished, nothing else begins");
        stop->is_asked = true;
        if (stop->api)
                api_close(stop->api);
        begin(stop);
        return 0;
}

int stop_watch(Stop *stop)
{
        static const int numbers[] = { SIGTERM, SIGINT };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(numbers); i++)
                r = sd_event_add_signal(stop->engine->event, &stop->signals[i],
                        numbers[i] | SD_EVENT_SIGNAL_PROCMASK, on_signal, stop);
        return MIN(r, 0);
}

int stop_look(const Stop *stop)
{
        return MIN(sd_event_run(stop->engine->event, 0), 0);
}

void stop_finish(Stop *stop)
{
        begin(stop);
        while (!engine_is_closed(stop->engine) &&
                sd_event_run(stop->engine->event, UINT64_MAX) >= 0)
                continue;
}

void stop_release(Stop *stop)
{
        for (size_t i = 0; i < ELEMENTSOF(stop->signals); i++)
                sd_event_source_disable_unref(stop->signals[i]);
        sd_event_source_disable_unref(stop->timer);
}
