/* SPDX-License-Identifier: MIT */
/* sys/clock: the machine's clocks and one that stands still. */

#include "sys/clock.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void a_simulated_clock_stands_still(void **state)
{
        Clock clock = { .fixed = { 1772697600 * USEC_PER_SEC } };

        assert_true(clock_is_simulated(&clock));
        assert_int_equal(clock_now(&clock).usec, 1772697600 * USEC_PER_SEC);
        assert_int_equal(clock_now(&clock).usec, 1772697600 * USEC_PER_SEC);
}

static void the_real_clock_is_the_machines(void **state)
{
        Clock clock = CLOCK_REAL;
        int64_t before = (int64_t)time(NULL) - 1;

        assert_false(clock_is_simulated(&clock));
        Instant now = clock_now(&clock);
        assert_in_range(now.usec / USEC_PER_SEC, before, (int64_t)time(NULL) + 1);
}

static void the_monotonic_clock_never_goes_back(void **state)
{
        int64_t last = clock_monotonic_usec();

        for (int i = 0; i < 1000; i++) {
                int64_t now = clock_monotonic_usec();
                assert_true(now >= last);
                last = now;
        }
}

static void a_clock_that_nobody_sets_tells_nothing(void **state)
{
        ClockWatch watch = CLOCK_WATCH_NONE;

        assert_int_equal(clock_watch_open(&watch), 0);
        struct pollfd ready = { .fd = watch.fd, .events = POLLIN };
        assert_int_equal(poll(&ready, 1, 10), 0);
        assert_in_range(clock_watch_read(&watch) + USEC_PER_SEC, 0, 2 * USEC_PER_SEC);
        (void)close(watch.fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_simulated_clock_stands_still),
                cmocka_unit_test(the_real_clock_is_the_machines),
                cmocka_unit_test(the_monotonic_clock_never_goes_back),
                cmocka_unit_test(a_clock_that_nobody_sets_tells_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
