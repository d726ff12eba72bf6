/* SPDX-License-Identifier: MIT */
/* What keeps everything from leaving until a person resumes (R18, R20, a pause). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "firm-fixture.h"

#include "engine/guards.h"
#include "engine/worker.h"
#include "sys/process.h"

#define HOURS(n) ((int64_t)(n)*3600 * USEC_PER_SEC)
#define TEST(name) cmocka_unit_test_setup_teardown(name, firm_setup, firm_teardown)

static void a_jump_is_what_the_clock_that_never_jumps_does_not_confirm(void **state)
{
        static const struct {
                const char *what;
                int64_t wall_hours, boot_hours; /* since the wake before */
                const char *boot_before, *boot_now;
                int hours;
                bool has_jumped;
        } cases[] = {
                { "time passed", 24, 24, "a", "a", 24, false },
                { "asleep for a month", 720, 720, "a", "a", 24, false },
                { "set forward", 30 + 24, 24, "a", "a", 24, true },
                { "set forward by as much as is allowed", 48, 24, "a", "a", 24, false },
                { "set back", -30, 5, "a", "a", 24, true },
                { "set back a little", 2, 5, "a", "a", 24, false },
                { "off for a month", 720, 1, "a", "b", 24, false },
                { "back after a restart", -25, 1, "a", "b", 24, true },
                { "a little back after a restart", -23, 1, "a", "b", 24, false },
                { "no clock was noted", 720, 1, "", "a", 24, false },
                { "no clock was noted, and back", -25, 1, "", "a", 24, true },
                { "boots have no number", 720, 1, "", "", 24, false },
                { "the guard is off", 720, 1, "a", "a", 0, false },
                { "two hours, of one", 4, 2, "a", "a", 1, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                ClockReading before = { .wall = NOON, .clock.boottime_usec = HOURS(3) };
                ClockReading now = { .wall = { NOON.usec + HOURS(cases[i].wall_hours) },
                        .clock.boottime_usec = HOURS(3 + cases[i].boot_hours) };
                snprintf(before.clock.boot, sizeof(before.clock.boot), "%s", cases[i].boot_before);
                snprintf(now.clock.boot, sizeof(now.clock.boot), "%s", cases[i].boot_now);
                if (clock_has_jumped(&before, &now, cases[i].hours) != cases[i].has_jumped)
                        fail_msg("%s", cases[i].what);
        }
}

static unsigned guards_of(Firm *firm)
{
        return engine_now(firm->engine).guards;
}

static void move_days(Firm *firm, int days)
{
        firm->engine->clock.fixed.usec += HOURS(24 * days);
}

static void allow_days(Firm *firm, int days)
{
        firm->config->book.limits.stale_after_days = days;
}

static void a_wake_after_too_long_sends_nothing_until_a_person_resumes(void **state)
{
        Firm *firm = *state;

        allow_days(firm, 7);
        wake(firm);
        add_customer(firm, "C-1", "sent", "F-1");
        move_days(firm, 8);
        for (int i = 0; i < 2; i++) {
                assert_int_equal(wake(firm).n_notices, 0);
                assert_int_equal(guards_of(firm), GUARD_BIT(GUARD_STALE));
                assert_tasks(firm, "stale -");
                move_days(firm, 1);
                firm_restart(firm);
                allow_days(firm, 7);
        }
        assert_ok(engine_resume(firm->engine));
        assert_int_equal(guards_of(firm), 0);
        assert_tasks(firm, "");
        move_days(firm, 2); /* from a Saturday to a Monday */
        assert_int_equal(wake(firm).n_notices, 1);
}

static void a_wake_is_stale_after_more_days_than_are_allowed(void **state)
{
        static const struct {
                int allowed, days;
                bool is_stale;
        } cases[] = { { 7, 7, false }, { 7, 8, true }, { 1, 1, false }, { 1, 2, true },
                { 0, 400, false } };
        Firm *firm = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                allow_days(firm, 0);
                wake(firm);
                allow_days(firm, cases[i].allowed);
                move_days(firm, cases[i].days);
                wake(firm);
                assert_int_equal(guards_of(firm) != 0, cases[i].is_stale);
                assert_ok(engine_resume(firm->engine));
        }
}

static void the_first_wake_of_all_is_never_stale(void **state)
{
        Firm *firm = *state;

        allow_days(firm, 1);
        move_days(firm, 400);
        wake(firm);
        assert_int_equal(guards_of(firm), 0);
}

static void a_dry_run_notices_and_keeps_nothing(void **state)
{
        Firm *firm = *state;
        WakeResult result;

        allow_days(firm, 7);
        wake(firm);
        add_customer(firm, "C-1", "sent", "F-1");
        move_days(firm, 8);
        begin(&firm->base);
        assert_ok(engine_wake(firm->engine, true, &result));
        store_rollback(firm->base.store);
        assert_int_equal(result.n_notices, 0);
        assert_int_equal(guards_of(firm), 0);
        assert_tasks(firm, "");
}

static void a_pause_cancels_what_has_not_left_and_a_resume_decides_it_again(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        assert_int_equal(wake(firm).n_notices, 1);
        for (int i = 0; i < 2; i++)
                assert_ok(engine_pause(firm->engine, "on holiday"));
        assert_tasks(firm, "paused -");
        WakeResult result = wake(firm);
        assert_int_equal(result.n_cancelled, 1);
        assert_int_equal(result.n_notices, 0);
        assert_ok(engine_resume(firm->engine));
        assert_int_equal(wake(firm).n_notices, 1);
        assert_notices(firm, "F-1", "wild cancelled paused, wild pending due");
}

static void a_notice_that_asks_to_begin_during_a_pause_is_cancelled(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        assert_ok(engine_pause(firm->engine, NULL));
        drain(firm);
        assert_int_equal(count_left(firm), 0);
        assert_notices(firm, "F-1", "wild cancelled paused");
}

static void a_guards_task_comes_back_as_long_as_it_holds(void **state)
{
        Firm *firm = *state;

        assert_ok(engine_pause(firm->engine, NULL));
        begin(&firm->base);
        assert_ok(store_close_task(firm->base.store, "paused", 0, NOON));
        commit(&firm->base);
        assert_tasks(firm, "");
        wake(firm);
        assert_tasks(firm, "paused -");
}

/* As the wake before left it: so long ago by the wall clock, so long by the other. */
static void set_before(Firm *firm, int64_t wall_hours, int64_t boot_hours)
{
        ClockReading now = clock_reading(firm->engine);
        Instant last = { now.wall.usec - HOURS(wall_hours) };
        WakeClock clock = now.clock;

        clock.boottime_usec -= HOURS(boot_hours);
        begin(&firm->base);
        assert_ok(store_set_last_wake(firm->base.store, last));
        assert_ok(store_set_wake_clock(firm->base.store, &clock));
        commit(&firm->base);
}

static void use_real_clock(Firm *firm)
{
        firm->engine->clock = CLOCK_REAL;
        firm->config->book.limits.clock_jump_hours = 24;
        if (*clock_reading(firm->engine).clock.boot == '\0')
                skip();
}

static void a_clock_that_has_jumped_is_noticed_by_the_next_wake(void **state)
{
        Firm *firm = *state;

        use_real_clock(firm);
        set_before(firm, 72, 72);
        wake(firm);
        assert_int_equal(guards_of(firm), 0);
        set_before(firm, 72, 1);
        wake(firm);
        assert_int_equal(guards_of(firm), GUARD_BIT(GUARD_CLOCK));
        assert_tasks(firm, "clock-jump -");
        assert_ok(engine_resume(firm->engine));
        wake(firm);
        assert_int_equal(guards_of(firm), 0);
}

/* It is told as what it is, and not as a service that was off. */
static void a_clock_that_has_jumped_far_is_no_stale_wake(void **state)
{
        Firm *firm = *state;

        use_real_clock(firm);
        allow_days(firm, 7);
        set_before(firm, 24 * 365, 1);
        wake(firm);
        assert_int_equal(guards_of(firm), GUARD_BIT(GUARD_CLOCK));
}

static void a_clock_that_was_put_right_before_the_resume_is_not_noticed_again(void **state)
{
        Firm *firm = *state;

        use_real_clock(firm);
        set_before(firm, 72, 1);
        wake(firm);
        assert_int_equal(guards_of(firm), GUARD_BIT(GUARD_CLOCK));
        set_before(firm, -72, 1); /* the wake was one of the wrong time */
        assert_ok(engine_resume(firm->engine));
        wake(firm);
        assert_int_equal(guards_of(firm), 0);
}

static void a_clock_that_stands_still_never_jumps(void **state)
{
        Firm *firm = *state;

        firm->config->book.limits.clock_jump_hours = 24;
        wake(firm);
        move_days(firm, 30);
        wake(firm);
        assert_int_equal(guards_of(firm), 0);
}

static void a_backup_that_was_put_back_is_told_at_once_and_once(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        assert_ok(guards_announce(firm->engine));
        assert_tasks(firm, "");
        begin(&firm->base);
        assert_ok(store_set_guards(firm->base.store, GUARD_BIT(GUARD_RESTORED)));
        commit(&firm->base);
        for (int i = 0; i < 2; i++) {
                assert_ok(guards_announce(firm->engine));
                assert_tasks(firm, "restored -");
        }
        assert_int_equal(wake(firm).n_notices, 0);
        assert_ok(engine_resume(firm->engine));
        assert_tasks(firm, "");
        assert_int_equal(wake(firm).n_notices, 1);
}

int main(int n_arguments, char *arguments[])
{
        if (n_arguments > 1 && streq(arguments[1], "--worker"))
                return channel_worker_main(WORKER_FD);

        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_jump_is_what_the_clock_that_never_jumps_does_not_confirm),
                TEST(a_wake_after_too_long_sends_nothing_until_a_person_resumes),
                TEST(a_wake_is_stale_after_more_days_than_are_allowed),
                TEST(the_first_wake_of_all_is_never_stale),
                TEST(a_dry_run_notices_and_keeps_nothing),
                TEST(a_pause_cancels_what_has_not_left_and_a_resume_decides_it_again),
                TEST(a_notice_that_asks_to_begin_during_a_pause_is_cancelled),
                TEST(a_guards_task_comes_back_as_long_as_it_holds),
                TEST(a_clock_that_has_jumped_is_noticed_by_the_next_wake),
                TEST(a_clock_that_has_jumped_far_is_no_stale_wake),
                TEST(a_clock_that_was_put_right_before_the_resume_is_not_noticed_again),
                TEST(a_clock_that_stands_still_never_jumps),
                TEST(a_backup_that_was_put_back_is_told_at_once_and_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
