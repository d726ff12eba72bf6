/* SPDX-License-Identifier: MIT */
/* Work in turns: a call for each that is wanted, and nobody of the same priority is kept out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>

#include <cmocka.h>

#include "sys/turn.h"

typedef struct Worker {
        Turn *turn;
        int n_left, n_done;
} Worker;

static void work(void *owner)
{
        Worker *worker = owner;

        worker->n_done++;
        if (--worker->n_left > 0)
                turn_want(worker->turn);
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        eventfd_t value;
        int *n = owner;

        assert_int_equal(eventfd_read(fd, &value), 0);
        ++*n;
        return 0;
}

static void who_wants_many_turns_keeps_nobody_out(void **state)
{
        sd_event_source *source;
        sd_event *event;
        Worker a = { .n_left = 1000 }, b = { .n_left = 1000 };
        int n = 0, fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(turn_new(event, work, &a, &a.turn), 0);
        assert_int_equal(turn_new(event, work, &b, &b.turn), 0);
        assert_true(sd_event_add_io(event, &source, fd, EPOLLIN, on_input, &n) >= 0);
        assert_true(sd_event_source_set_priority(source, PRIORITY_WORK) >= 0);
        turn_want(a.turn);
        turn_want(b.turn);
        for (int i = 1; i <= 100; i++) {
                assert_int_equal(eventfd_write(fd, 1), 0);
                for (int j = 0; j < 4 && n < i; j++)
                        assert_true(sd_event_run(event, 0) > 0);
                assert_int_equal(n, i);
        }
        assert_in_range(a.n_done, 50, 200);
        assert_in_range(b.n_done, 50, 200);
        sd_event_source_unref(source);
        turn_free(a.turn);
        turn_free(b.turn);
        sd_event_unref(event);
        (void)close(fd);
}

static void a_turn_comes_once_for_being_wanted_and_not_at_all_when_cancelled(void **state)
{
        sd_event *event;
        Worker worker = { .n_left = 1 };

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(turn_new(event, work, &worker, &worker.turn), 0);
        assert_int_equal(sd_event_run(event, 0), 0);
        turn_want(worker.turn);
        turn_want(worker.turn);
        assert_true(sd_event_run(event, 0) > 0);
        assert_int_equal(sd_event_run(event, 0), 0);
        assert_int_equal(worker.n_done, 1);
        turn_want(worker.turn);
        turn_cancel(worker.turn);
        assert_int_equal(sd_event_run(event, 0), 0);
        assert_int_equal(worker.n_done, 1);
        turn_free(worker.turn);
        sd_event_unref(event);
}

static void free_own_turn(void *owner)
{
        turn_free(*(Turn **)owner);
}

static void a_turn_may_free_itself(void **state)
{
        sd_event *event;
        Turn *turn;

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(turn_new(event, free_own_turn, &turn, &turn), 0);
        turn_want(turn);
        assert_true(sd_event_run(event, 0) > 0);
        assert_int_equal(sd_event_run(event, 0), 0);
        sd_event_unref(event);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(who_wants_many_turns_keeps_nobody_out),
                cmocka_unit_test(a_turn_comes_once_for_being_wanted_and_not_at_all_when_cancelled),
                cmocka_unit_test(a_turn_may_free_itself),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
