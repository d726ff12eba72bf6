/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_CLOCK_H
#define RELANCED_SYS_CLOCK_H

/* The only reader of clocks. A clock is the machine's, or stands still at an instant (--at). */

#include "core/date.h"

typedef struct Clock {
        Instant fixed; /* INSTANT_NONE: the machine's clock */
} Clock;

#define CLOCK_REAL ((Clock){ .fixed = INSTANT_NONE })

static inline bool clock_is_simulated(const Clock *clock)
{
        return instant_is_set(clock->fixed);
}

Instant clock_now(const Clock *clock);
/* Never jumps; for durations and retry timers. CLOCK_MONOTONIC, microseconds. */
int64_t clock_monotonic_usec(void);

/* Runs on while the machine sleeps, and counts from its start: CLOCK_BOOTTIME, microseconds. */
int64_t clock_boottime_usec(void);
/* The number of this boot of the machine, 32 hexadecimal digits; -errno where it has none. */
#define BOOT_TEXT_SIZE 33
int clock_get_boot(char text[static BOOT_TEXT_SIZE]);

/* Tells when somebody sets the machine's clock, and when the machine has slept. */
typedef struct ClockWatch {
        int fd;              /* readable when there is something to tell; -1: closed */
        int64_t offset_usec; /* of the clock from the machine's uptime */
} ClockWatch;

#define CLOCK_WATCH_NONE ((ClockWatch){ .fd = -1 })

/* -errno. Its owner closes the descriptor. */
int clock_watch_open(ClockWatch *ret_watch);
/* By how much the clock was set since the last time, and watches on. Sleep does not count. */
int64_t clock_watch_read(ClockWatch *watch);

#endif
