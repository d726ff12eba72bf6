/* SPDX-License-Identifier: MIT */
/*
 * Owns when the daemon wakes and the steps of the wake under way. All it remembers stands in the
 * store: a configured hour has had its wake when the last one began at or after it. A wake that
 * fails is told and tried again after a pause.
 */

#include "main/waker.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "engine/schedule.h"
#include "sys/log.h"
#include "sys/message-ids.h"
#include "sys/turn.h"

#define ACCURACY_USEC 1000
#define RETRY_USEC (60 * USEC_PER_SEC)
#define PATIENCE_USEC (600 * USEC_PER_SEC)
#define PATIENCE_ASKED_USEC (30 * USEC_PER_SEC) /* a person is waiting */
/* A last wake further ahead than this was one of a clock that ran wrong: it tells nothing. */
#define AHEAD_MAX_USEC (24 * 3600 * USEC_PER_SEC)

/* A wake to come, or under way. */
typedef struct Plan {
        Instant at;
        const char *why;
} Plan;

struct Waker {
        WakerOrder order;
        sd_event_source *timer;
        Turn *step;
        Instant last;         /* hours up to here have had their wake */
        Instant expected;     /* the next configured hour, while it is waited for */
        Instant opening;      /* that something waits for, or INSTANT_NONE */
        Instant soon;         /* when to decide afresh what has changed, or INSTANT_NONE */
        int64_t retry_usec;   /* a wake that failed is not tried again before; 0: none has */
        int64_t blocked_usec; /* since when a due one may not begin; 0: none is due */
        bool is_wanted;       /* by a person */
        bool is_closed;
        Wake *wake;
};

static Instant now_of(const Waker *waker)
{
        return clock_now(&waker->order.engine->clock);
}

static bool find_due(const Waker *waker, Instant now, Plan *ret_plan)
{
        const Engine *engine = waker->order.engine;
        Instant slot = schedule_last(engine->config, engine->zone, now);
        bool is_expected = slot.usec == waker->expected.usec;

        if (waker->is_wanted)
                *ret_plan = (Plan){ now, "asked-for" };
        else if (waker->retry_usec > clock_monotonic_usec())
                return false;
        else if (slot.usec > waker->last.usec)
                *ret_plan = (Plan){ slot, is_expected ? "configured" : "missed" };
        else if (instant_is_set(waker->opening) && waker->opening.usec <= now.usec)
                *ret_plan = (Plan){ waker->opening, "opening" };
        else if (instant_is_set(waker->soon) && waker->soon.usec <= now.usec)
                *ret_plan = (Plan){ waker->soon, "afresh" };
        else
                return false;
        return true;
}

static Instant find_next(Waker *waker, Instant now)
{
        const Engine *engine = waker->order.engine;
        Instant from = { MAX(now.usec, waker->last.usec) };
        Instant next = schedule_next(engine->config, engine->zone, from);

        waker->expected = next;
        if (instant_is_set(waker->opening) && waker->opening.usec < next.usec)
                next = waker->opening;
        if (instant_is_set(waker->soon) && waker->soon.usec < next.usec)
                next = waker->soon;
        int64_t pause_usec = waker->retry_usec - clock_monotonic_usec();
        return pause_usec > 0 ? (Instant){ MIN(next.usec, now.usec + pause_usec) } : next;
}

static void arm(Waker *waker, Instant at)
{
        waker->order.service->next_wake = at;
        (void)sd_event_source_set_time(waker->timer, (uint64_t)at.usec);
        (void)sd_event_source_set_enabled(waker->timer, SD_EVENT_ONESHOT);
}

static int64_t patience_usec(const Waker *waker)
{
        return waker->is_wanted ? PATIENCE_ASKED_USEC : PATIENCE_USEC;
}

/* Asked until it is granted. */
static bool may_begin(Waker *waker)
{
        int64_t now_usec = clock_monotonic_usec();

        if (waker->blocked_usec == 0)
                waker->blocked_usec = now_usec;
        bool is_late = now_usec - waker->blocked_usec >= patience_usec(waker);
        if (!waker->order.may_begin(waker->order.owner, is_late))
                return false;
        waker->blocked_usec = 0;
        return true;
}

static int begin(Waker *waker, const Plan *plan)
{
        waker->is_wanted = false;
        waker->soon = INSTANT_NONE; /* what changes from here on may be too late for this one */
        int r = wake_new(waker->order.engine, false, &waker->wake);
        if (r < 0)
                return r;
        wake_plan(waker->wake, plan->at, plan->why);
        waker->order.service->is_waking = true;
        turn_want(waker->step);
        return 0;
}

static void end(Waker *waker, int result)
{
        Service *service = waker->order.service;
        Instant last;

        service->is_waking = false;
        service->n_wakes++;
        service->wake_error = result;
        service->result =
                waker->wake ? *wake_result(waker->wake) : (WakeResult){ .opening = INSTANT_NONE };
        wake_free(TAKE_PTR(waker->wake));
        if (result == 0)
                result = store_get_last_wake(waker->order.engine->store, &last);
        waker->retry_usec = result < 0 ? clock_monotonic_usec() + RETRY_USEC : 0;
        if (result == 0) {
                waker->last = last;
                waker->opening = service->result.opening;
        } else {
                log_record(LOG_ERR, MESSAGE_WAKE_FAILED, NULL, 0,
                        "the wake has stopped: %s; it is tried again in a minute",
                        strerror(-result));
        }
        waker->order.on_change(waker->order.owner, true);
}

void waker_look(Waker *waker)
{
        Instant now = now_of(waker);
        Plan due;

        if (waker->wake || waker->is_closed)
                return;
        if (instant_is_set(waker->last) && waker->last.usec - now.usec > AHEAD_MAX_USEC)
                waker->last = now;
        if (!find_due(waker, now, &due)) {
                arm(waker, find_next(waker, now));
        } else if (!may_begin(waker)) {
                arm(waker, (Instant){ now.usec + patience_usec(waker) });
        } else {
                int r = begin(waker, &due);
                if (r < 0) {
                        end(waker, r);
                        arm(waker, find_next(waker, now));
                }
        }
        waker->order.on_change(waker->order.owner, false);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *owner)
{
        waker_look(owner);
        return 0;
}

static void on_step(void *owner)
{
        Waker *waker = owner;

        waker->order.engine->doing = "a wake";
        int r = wake_step(waker->wake);
        if (r > 0) {
                turn_want(waker->step);
                return;
        }
        end(waker, r);
        waker_look(waker);
}

static int add_sources(Waker *waker)
{
        sd_event *event = waker->order.engine->event;

        int r = sd_event_add_time(
                event, &waker->timer, CLOCK_REALTIME, 0, ACCURACY_USEC, on_timer, waker);
        if (r >= 0)
                r = sd_event_source_set_enabled(waker->timer, SD_EVENT_OFF);
        return r < 0 ? r : turn_new(event, on_step, waker, &waker->step);
}

/* A firm that has never woken can have missed what came since it was first watched over. */
static int find_last(Waker *waker)
{
        Store *store = waker->order.engine->store;
        Instant since;

        int r = store_get_last_wake(store, &waker->last);
        if (r == 0)
                r = store_watch(store, now_of(waker), &since);
        if (r == 0 && !instant_is_set(waker->last))
                waker->last = since;
        return r;
}

int waker_new(const WakerOrder *order, Waker **ret_waker)
{
        _cleanup_(waker_freep) Waker *waker = malloc(sizeof(*waker));

        if (!waker)
                return -ENOMEM;
        *waker = (Waker){
                .order = *order,
                .opening = INSTANT_NONE,
                .soon = INSTANT_NONE,
                .expected = INSTANT_NONE,
        };
        int r = find_last(waker);
        if (r == 0)
                r = add_sources(waker);
        if (r < 0)
                return r;
        *ret_waker = TAKE_PTR(waker);
        return 0;
}

void waker_free(Waker *waker)
{
        if (!waker)
                return;
        wake_free(waker->wake);
        sd_event_source_disable_unref(waker->timer);
        turn_free(waker->step);
        free(waker);
}

uint64_t waker_request(Waker *waker)
{
        uint64_t n = waker->order.service->n_wakes + 1;

        if (waker->wake) /* it may be past what this one is wanted for */
                n++;
        waker->is_wanted = true;
        waker_look(waker);
        return n;
}

void waker_expect(Waker *waker)
{
        Instant soon = { now_of(waker).usec + RETRY_USEC };

        if (!instant_is_set(waker->soon) || waker->soon.usec > soon.usec)
                waker->soon = soon;
        waker_look(waker);
}

void waker_close(Waker *waker)
{
        waker->is_closed = true;
        turn_cancel(waker->step);
        wake_free(TAKE_PTR(waker->wake));
        waker->order.service->is_waking = false;
        (void)sd_event_source_set_enabled(waker->timer, SD_EVENT_OFF);
}
