/* SPDX-License-Identifier: MIT */
/* How a channel stands: in a daemon that runs, in one that was started anew, and after a message
 * got through. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "engine/standing.h"
#include "engine/worker.h"
#include "firm-fixture.h"
#include "sys/process.h"

#define WILD 0
#define PAPER 1

static ChannelStanding standing_of(Firm *firm, size_t channel)
{
        Now now = engine_now(firm->engine);
        ChannelStanding standing;

        assert_ok(engine_get_standing(firm->engine, channel, &now, &firm->base.arena, &standing));
        return standing;
}

static bool heal(Firm *firm, size_t channel)
{
        Now now = engine_now(firm->engine);
        bool was_suspended;

        assert_ok(engine_heal_channel(firm->engine, channel, &now, &was_suspended));
        return was_suspended;
}

/* A notice has met a channel that is down. */
static void suspend(Firm *firm)
{
        add_customer(firm, "C-1", "down", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild pending channel-down");
}

static void a_suspended_channel_says_since_when_why_and_until_when(void **state)
{
        Firm *firm = *state;

        assert_false(standing_of(firm, WILD).is_suspended);
        suspend(firm);
        ChannelStanding standing = standing_of(firm, WILD);
        assert_true(standing.is_suspended);
        assert_int_equal(standing.since.usec, NOON.usec);
        assert_true(standing.next_try.usec > NOON.usec);
        assert_string_equal(standing.why, "as asked");
        assert_int_equal(standing.n_waiting, 1);
        assert_false(standing_of(firm, PAPER).is_suspended);
}

static void it_is_suspended_for_a_process_that_comes_later_too(void **state)
{
        Firm *firm = *state;

        suspend(firm);
        firm_restart(firm);
        ChannelStanding standing = standing_of(firm, WILD);
        assert_true(standing.is_suspended);
        assert_int_equal(standing.since.usec, NOON.usec);
        assert_false(instant_is_set(standing.next_try));
        assert_string_equal(standing.why, "as asked");
}

static void healing_ends_the_suspension_and_its_task(void **state)
{
        Firm *firm = *state;

        for (int is_restarted = 0; is_restarted < 2; is_restarted++) {
                if (is_restarted == 0)
                        suspend(firm);
                else
                        drain(firm); /* runs into it again */
                assert_tasks(firm, "channel-down -");
                if (is_restarted)
                        firm_restart(firm);
                assert_false(heal(firm, PAPER));
                assert_tasks(firm, "channel-down -");
                assert_true(heal(firm, WILD));
                assert_tasks(firm, "");
                assert_false(standing_of(firm, WILD).is_suspended);
                assert_false(heal(firm, WILD));
        }
}

static void what_waited_leaves_when_the_running_channel_is_healed(void **state)
{
        Firm *firm = *state;

        suspend(firm);
        begin(&firm->base);
        assert_ok(store_contact(firm->base.store, "C-1", "sent@example.org", NULL, NULL, NOON));
        commit(&firm->base);
        wake(firm);
        assert_true(heal(firm, WILD));
        drain(firm);
        assert_notices(firm, "F-1", "wild cancelled changed, wild sent due");
}

#define with_firm(test) cmocka_unit_test_setup_teardown(test, firm_setup, firm_teardown)

int main(int argc, char *argv[])
{
        if (argc == 3 && process_become_worker() == 0)
                return channel_worker_main(WORKER_FD);
        const struct CMUnitTest tests[] = {
                with_firm(a_suspended_channel_says_since_when_why_and_until_when),
                with_firm(it_is_suspended_for_a_process_that_comes_later_too),
                with_firm(healing_ends_the_suspension_and_its_task),
                with_firm(what_waited_leaves_when_the_running_channel_is_healed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
