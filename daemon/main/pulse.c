/* SPDX-License-Identifier: MIT */
/* Owns the turns of the loop: waits, calls out, measures. What holds it up says what it is in
 * engine->doing; without a word it is "other work". Fails as sd-event does. */

#include "main/pulse.h"

#include <systemd/sd-event.h>

#define MINUTE_USEC (60 * USEC_PER_SEC)

static void keep_minute(Pulse *pulse, int64_t now_usec)
{
        if (now_usec - pulse->minute_usec < MINUTE_USEC)
                return;
        bool is_next = now_usec - pulse->minute_usec < 2 * MINUTE_USEC;
        pulse->before_longest_usec = is_next ? pulse->minute_longest_usec : 0;
        pulse->minute_longest_usec = 0;
        pulse->minute_usec = now_usec;
        pulse->times->recent_usec = pulse->before_longest_usec;
}

static void note(Pulse *pulse, int64_t usec)
{
        LoopTimes *times = pulse->times;

        times->n_turns++;
        times->n_stalls += usec > LOOP_STALL_USEC;
        if (usec > times->longest_usec) {
                times->longest_usec = usec;
                times->longest = pulse->engine->doing ? pulse->engine->doing : "other work";
        }
        pulse->minute_longest_usec = MAX(pulse->minute_longest_usec, usec);
        times->recent_usec = MAX(pulse->minute_longest_usec, pulse->before_longest_usec);
}

static int turn(Pulse *pulse)
{
        sd_event *event = pulse->engine->event;

        int r = sd_event_prepare(event);
        if (r == 0)
                r = sd_event_wait(event, UINT64_MAX);
        if (r <= 0)
                return r;
        int64_t start_usec = clock_monotonic_usec();
        keep_minute(pulse, start_usec);
        pulse->engine->doing = NULL;
        r = sd_event_dispatch(event);
        if (r >= 0 && sd_event_get_state(event) != SD_EVENT_FINISHED)
                r = pulse->after_turn(pulse->owner);
        note(pulse, clock_monotonic_usec() - start_usec);
        return r;
}

int pulse_run(Pulse *pulse)
{
        int r = 0, status = 0;

        while (r >= 0 && sd_event_get_state(pulse->engine->event) != SD_EVENT_FINISHED)
                r = turn(pulse);
        if (r >= 0)
                r = sd_event_get_exit_code(pulse->engine->event, &status);
        return r < 0 ? r : status;
}
