/* SPDX-License-Identifier: MIT */
/* Owns every reading of a clock in the program, which cannot fail: they always exist on Linux. A
 * change of the clock is told by a timer that never ends and is cancelled by it. */

#include "sys/clock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <systemd/sd-id128.h>
#include <time.h>
#include <unistd.h>

#define NEVER_SECONDS (INT64_C(200) * 366 * 86400) /* year 2170: not soon, and no overflow */

static int64_t read_clock(clockid_t id)
{
        struct timespec now;

        int r = clock_gettime(id, &now);
        assert(r == 0);
        (void)r;
        return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

Instant clock_now(const Clock *clock)
{
        if (clock_is_simulated(clock))
                return clock->fixed;
        return (Instant){ read_clock(CLOCK_REALTIME) };
}

int64_t clock_monotonic_usec(void)
{
        return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_boottime_usec(void)
{
        return read_clock(CLOCK_BOOTTIME);
}

/* A unit with ProcSubset=pid hides the kernel's number, and passes it on. */
int clock_get_boot(char text[static BOOT_TEXT_SIZE])
{
        sd_id128_t boot;

        int r = sd_id128_get_boot(&boot);
        const char *passed = r < 0 ? getenv("RELANCED_BOOT_ID") : NULL;
        if (passed)
                r = sd_id128_from_string(passed, &boot);
        if (r < 0)
                return r;
        (void)sd_id128_to_string(boot, text);
        return 0;
}

/* Sleep is in both, so that what is left is what somebody has set. */
static int64_t offset_usec(void)
{
        return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
}

static int watch_on(const ClockWatch *watch)
{
        const struct itimerspec never = { .it_value.tv_sec = NEVER_SECONDS };

        return timerfd_settime(
                       watch->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0
                       ? -errno
                       : 0;
}

int clock_watch_open(ClockWatch *ret_watch)
{
        ClockWatch watch = { .offset_usec = offset_usec() };

        watch.fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        if (watch.fd < 0)
                return -errno;
        int r = watch_on(&watch);
        if (r < 0) {
                closep(&watch.fd);
                return r;
        }
        *ret_watch = watch;
        return 0;
}

int64_t clock_watch_read(ClockWatch *watch)
{
        int64_t before = watch->offset_usec;
        uint64_t ignored;

        (void)!read(watch->fd, &ignored, sizeof(ignored)); /* -1: cancelled, as it should be */
        (void)watch_on(watch);
        watch->offset_usec = offset_usec();
        return watch->offset_usec - before;
}
