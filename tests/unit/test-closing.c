/* SPDX-License-Identifier: MIT */
/* The way out of dispatch, with real workers: this program is run again as --worker. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "engine/flight.h"
#include "engine/worker.h"
#include "engine/workers.h"
#include "firm-fixture.h"
#include "sys/process.h"

#define STEP_WILD "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; }"
#define STEP_PAPER "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"paper\" ]; }"

static void turn(Firm *firm)
{
        assert_true(sd_event_run(firm->engine->event, UINT64_MAX) >= 0);
}

static void run_until_closed(Firm *firm)
{
        while (!engine_is_closed(firm->engine))
                turn(firm);
}

/* The message that waits at the gate ends, now or as soon as it comes there. */
static void open_gate(Firm *firm)
{
        char path[128];

        snprintf(path, sizeof(path), "%s/left.gate", firm->base.folder);
        assert_ok(put_file(path, "", 0));
}

static size_t count_state(Firm *firm, NoticeState state)
{
        int64_t ids[64];
        size_t n;

        assert_ok(store_list_state(firm->base.store, state, 0, ids, ELEMENTSOF(ids), &n));
        return n;
}

static int count_flight(void *owner, const char *path, const char *channel)
{
        ++*(size_t *)owner;
        return 0;
}

static size_t count_flights(Firm *firm)
{
        char folder[128];
        size_t n = 0;

        snprintf(folder, sizeof(folder), "%s/flight", firm->base.state);
        assert_ok(flight_list(folder, count_flight, &n));
        return n;
}

/* What leaves tells nobody: the loop goes on and is asked now and then. */
static void wait_for_left(Firm *firm, size_t n)
{
        while (count_left(firm) < n)
                assert_true(sd_event_run(firm->engine->event, 1000) >= 0);
}

/* As the next start does it: everything is recovered and goes on. */
static void start_again(Firm *firm)
{
        engine_end_dispatch(firm->engine);
        assert_null(firm->engine->dispatch);
        drain(firm);
}

static void with_no_dispatch_there_is_nothing_to_close(void **state)
{
        Firm *firm = *state;

        engine_close_dispatch(firm->engine);
        assert_true(engine_is_closed(firm->engine));
        assert_true(engine_is_idle(firm->engine));
        engine_end_dispatch(firm->engine);
        assert_ok(engine_dispatch(firm->engine));
}

static void without_workers_dispatch_is_closed_at_once(void **state)
{
        Firm *firm = *state;

        assert_ok(engine_start_dispatch(firm->engine));
        assert_false(engine_is_closed(firm->engine));
        engine_close_dispatch(firm->engine);
        assert_true(engine_is_closed(firm->engine));
}

static void workers_without_a_message_end_and_leave_nothing(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        drain(firm);
        assert_int_equal(count_flights(firm), 1);
        engine_close_dispatch(firm->engine);
        assert_false(engine_is_closed(firm->engine));
        run_until_closed(firm);
        assert_int_equal(count_flights(firm), 0);
}

static void a_worker_that_is_only_starting_ends_as_well(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        assert_ok(engine_start_dispatch(firm->engine));
        while (firm->engine->dispatch->outlets[0].n_workers == 0)
                turn(firm);
        engine_close_dispatch(firm->engine);
        run_until_closed(firm);
        assert_notices(firm, "F-1", "wild pending due");
        start_again(firm);
        assert_notices(firm, "F-1", "wild sent due");
}

/* One message has left and waits for its answer, nine more are with the worker. */
static void close_behind_a_gate(Firm *firm)
{
        char code[8], number[8];

        firm_configure(firm, STEP_WILD, "workers = 1; in_flight = 10;");
        add_customer(firm, "C-1", "gated", "F-1");
        for (int i = 2; i <= 10; i++) {
                snprintf(code, sizeof(code), "C-%d", i);
                snprintf(number, sizeof(number), "F-%d", i);
                add_customer(firm, code, "sent", number);
        }
        wake(firm);
        assert_ok(engine_start_dispatch(firm->engine));
        wait_for_left(firm, 1);
        assert_int_equal(count_state(firm, NOTICE_BEGUN), 1);
        engine_close_dispatch(firm->engine);
}

static void what_has_begun_is_finished_and_nothing_else_begins(void **state)
{
        Firm *firm = *state;

        close_behind_a_gate(firm);
        assert_int_equal(count_state(firm, NOTICE_HANDED), 9);
        for (int i = 0; i < 20; i++) /* until there is nothing to do but to wait */
                assert_true(sd_event_run(firm->engine->event, 0) >= 0);
        assert_int_equal(sd_event_run(firm->engine->event, 100000), 0);
        assert_false(engine_is_closed(firm->engine));
        assert_false(engine_is_idle(firm->engine));
        open_gate(firm);
        run_until_closed(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(count_left(firm), 1);
        assert_int_equal(count_state(firm, NOTICE_PENDING), 9);
        assert_notices(firm, "F-2", "wild pending due");
        assert_int_equal(count_flights(firm), 0);
        assert_verified(&firm->base);
}

static void what_did_not_begin_goes_out_once_when_dispatch_starts_again(void **state)
{
        Firm *firm = *state;

        close_behind_a_gate(firm);
        open_gate(firm);
        run_until_closed(firm);
        start_again(firm);
        assert_int_equal(count_state(firm, NOTICE_SENT), 10);
        assert_int_equal(count_left(firm), 10);
        assert_tasks(firm, "");
}

/* Closed ten times in the midst of it, like a daemon that is reloaded all the time. */
static void nothing_is_lost_or_repeated_however_often_it_starts_again(void **state)
{
        Firm *firm = *state;
        char code[8], number[8];

        firm_configure(firm, STEP_WILD, "workers = 2; in_flight = 4;");
        open_gate(firm);
        for (int i = 1; i <= 40; i++) {
                snprintf(code, sizeof(code), "C-%d", i);
                snprintf(number, sizeof(number), "F-%d", i);
                add_customer(firm, code, i % 4 == 0 ? "asked-late" : "gated", number);
        }
        wake(firm);
        for (int i = 0; i < 10; i++) {
                assert_ok(engine_start_dispatch(firm->engine));
                wait_for_left(firm, count_left(firm) + (size_t)(i % 3));
                engine_close_dispatch(firm->engine);
                run_until_closed(firm);
                assert_int_equal(
                        count_state(firm, NOTICE_PENDING) + count_state(firm, NOTICE_SENT), 40);
                assert_int_equal(count_state(firm, NOTICE_SENT), count_left(firm));
                engine_end_dispatch(firm->engine);
        }
        drain(firm);
        assert_int_equal(count_state(firm, NOTICE_SENT), 40);
        assert_int_equal(count_left(firm), 40);
        assert_verified(&firm->base);
}

/* It had a "go" that has grown old: it has not left, and gets no new one. */
static void what_asked_ahead_and_did_not_leave_goes_back(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEP_WILD, "");
        add_customer(firm, "C-1", "asked-late", "F-1");
        wake(firm);
        run_until_begun(firm, only_notice(firm, NOTICE_PENDING));
        engine_close_dispatch(firm->engine);
        run_until_closed(firm);
        assert_int_equal(count_left(firm), 0);
        assert_int_equal(count_state(firm, NOTICE_PENDING), 1);
        start_again(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(count_left(firm), 1);
}

static void a_payment_while_it_closes_still_cancels(void **state)
{
        Firm *firm = *state;
        const PaymentRow payment = payment_row("P-1", "F-2", 120000);

        close_behind_a_gate(firm);
        assert_int_equal(put_payment(&firm->base, &payment), PUT_ADDED);
        open_gate(firm);
        run_until_closed(firm);
        start_again(firm);
        assert_notices(firm, "F-2", "wild cancelled paid");
        assert_int_equal(count_left(firm), 9);
}

static void what_is_queued_while_it_closes_waits_for_the_next_start(void **state)
{
        Firm *firm = *state;

        close_behind_a_gate(firm);
        add_customer(firm, "C-20", "sent", "F-20");
        wake(firm);
        assert_ok(engine_dispatch(firm->engine));
        open_gate(firm);
        run_until_closed(firm);
        assert_notices(firm, "F-20", "wild pending due");
        start_again(firm);
        assert_notices(firm, "F-20", "wild sent due");
}

static void a_crash_while_it_closes_gives_up_no_message(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEP_WILD, "workers = 1;");
        add_customer(firm, "C-1", "crash-gated", "F-1");
        add_customer(firm, "C-2", "sent", "F-2");
        wake(firm);
        assert_ok(engine_start_dispatch(firm->engine));
        wait_for_left(firm, 1);
        engine_close_dispatch(firm->engine);
        open_gate(firm);
        run_until_closed(firm);
        assert_notices(firm, "F-1", "wild uncertain worker-died");
        assert_notices(firm, "F-2", "wild pending due");
        start_again(firm);
        assert_notices(firm, "F-2", "wild sent due");
        assert_int_equal(count_left(firm), 2);
}

/* Of two that hang at the end only the one that has begun may have left. */
static void who_is_left_at_the_end_is_recovered_at_the_next_start(void **state)
{
        static const struct {
                const char *word, *notices;
                size_t n_left;
        } cases[] = {
                { "gated", "wild uncertain worker-died", 1 },
                { "hang-early", "wild pending due", 0 },
                { "asked-hang", "wild pending retry", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                void *other;
                assert_int_equal(firm_setup(&other), 0);
                Firm *firm = other;
                firm_configure(firm, STEP_WILD, "");
                add_customer(firm, "C-1", cases[i].word, "F-1");
                wake(firm);
                assert_ok(engine_start_dispatch(firm->engine));
                int64_t notice = only_notice(firm, NOTICE_PENDING);
                NoticeState reached =
                        streq(cases[i].word, "hang-early") ? NOTICE_HANDED : NOTICE_BEGUN;
                while (state_of(firm, notice) != reached)
                        turn(firm);
                wait_for_left(firm, cases[i].n_left);
                engine_close_dispatch(firm->engine);
                for (int k = 0; k < 5; k++)
                        assert_true(sd_event_run(firm->engine->event, 1000) >= 0);
                assert_false(engine_is_closed(firm->engine));
                engine_end_dispatch(firm->engine);
                assert_ok(engine_start_dispatch(firm->engine)); /* and nothing is handed yet */
                assert_notices(firm, "F-1", cases[i].notices);
                assert_verified(&firm->base);
                (void)firm_teardown(&other);
        }
}

/* timeout_s = 60: a worker that nothing keeps is not waited for as long as that. */
static void a_stopped_worker_has_the_time_of_what_it_has_begun(void **state)
{
        static const struct {
                size_t n_parcels;
                uint64_t begun; /* of its one message */
                int64_t check_s;
        } cases[] = {
                { 0, 0, 110 },
                { 1, 0, 110 },
                { 1, 1, 155 },
        };
        const ChannelConfig config = { .timeout_s = 60 };
        Outlet outlet = { .config = &config };
        _cleanup_(freep) Worker *worker = calloc(1, sizeof(*worker));

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                *worker = (Worker){
                        .outlet = &outlet,
                        .state = WORKER_STOPPING,
                        .n_parcels = cases[i].n_parcels,
                        .parcels = { { .begun = cases[i].begun } },
                        .progress_usec = 100 * USEC_PER_SEC,
                        .oldest_usec = 95 * USEC_PER_SEC,
                };
                assert_int_equal(worker_next_check(worker), cases[i].check_s * USEC_PER_SEC);
        }
}

/* The firm by the configuration that is written now, as a reload exchanges it. */
static void exchange(Firm *firm)
{
        Config *config = firm->config;
        Composer *composer = firm->composer;
        Problems problems = { 0 };
        char path[128];

        engine_close_dispatch(firm->engine);
        run_until_closed(firm);
        engine_end_dispatch(firm->engine);
        snprintf(path, sizeof(path), "%s/relanced.conf", firm->base.folder);
        assert_ok(config_load(path, &problems, &firm->config));
        assert_ok(composer_new(firm->config, &firm->composer));
        assert_ok(engine_set_config(firm->engine, firm->config, firm->composer));
        composer_free(composer);
        config_free(config);
        assert_ok(engine_start_dispatch(firm->engine));
        problems_release(&problems);
}

static void another_configuration_holds_from_then_on(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEP_WILD, "workers = 1;");
        add_customer(firm, "C-1", "gated", "F-1");
        wake(firm);
        assert_ok(engine_start_dispatch(firm->engine));
        wait_for_left(firm, 1);
        firm_write_config(firm, STEP_PAPER, "");
        open_gate(firm);
        exchange(firm);
        add_customer(firm, "C-2", "sent", "F-2");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_notices(firm, "F-2", "paper sent due");
}

static void what_was_decided_by_the_old_one_is_decided_again(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEP_WILD, "");
        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        firm_write_config(firm, STEP_PAPER, "");
        exchange(firm);
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild cancelled changed, paper sent due");
}

/* Its password was corrected: nobody waits for the next try that was planned. */
static void a_suspended_channel_is_tried_at_once_with_another_configuration(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEP_WILD, "");
        add_customer(firm, "C-1", "down-once", "F-1");
        wake(firm);
        drain(firm);
        firm->engine->dispatch->outlets[0].retry_usec += 3600 * USEC_PER_SEC;
        assert_int_equal(engine_count_stuck(firm->engine), 1);
        assert_tasks(firm, "channel-down -");
        begin(&firm->base);
        assert_ok(store_contact(firm->base.store, "C-1", "sent@example.org", NULL, NULL, NOON));
        commit(&firm->base);
        exchange(firm);
        wake(firm);
        drain(firm);
        assert_int_equal(engine_count_stuck(firm->engine), 0);
        assert_tasks(firm, "");
        assert_int_equal(count_state(firm, NOTICE_SENT), 1);
}

/* The configuration without the channel "wild". */
static void remove_wild(Firm *firm)
{
        _cleanup_(freep) char *text = NULL;
        char path[128];
        size_t length;

        firm_write_config(firm, STEP_PAPER, "");
        snprintf(path, sizeof(path), "%s/relanced.conf", firm->base.folder);
        assert_ok(file_read(path, 1 << 16, &text, &length));
        char *line = strstr(text, "  wild = "), *end = strchr(line, '\n');
        memmove(line, end + 1, length - (size_t)(end + 1 - text) + 1);
        assert_ok(put_file(path, text, strlen(text)));
}

static void what_waits_for_a_channel_that_is_no_more_is_decided_again(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEP_WILD, "");
        add_customer(firm, "C-1", "down", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild pending channel-down");
        assert_tasks(firm, "channel-down -");
        remove_wild(firm);
        exchange(firm);
        assert_tasks(firm, "");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild cancelled changed, paper sent due");
}

#define with_firm(test) cmocka_unit_test_setup_teardown(test, firm_setup, firm_teardown)

int main(int n_arguments, char *arguments[])
{
        if (n_arguments > 1 && streq(arguments[1], "--worker"))
                return channel_worker_main(WORKER_FD);

        const struct CMUnitTest tests[] = {
                with_firm(with_no_dispatch_there_is_nothing_to_close),
                with_firm(without_workers_dispatch_is_closed_at_once),
                with_firm(workers_without_a_message_end_and_leave_nothing),
                with_firm(a_worker_that_is_only_starting_ends_as_well),
                with_firm(what_has_begun_is_finished_and_nothing_else_begins),
                with_firm(what_did_not_begin_goes_out_once_when_dispatch_starts_again),
                with_firm(nothing_is_lost_or_repeated_however_often_it_starts_again),
                with_firm(what_asked_ahead_and_did_not_leave_goes_back),
                with_firm(a_payment_while_it_closes_still_cancels),
                with_firm(what_is_queued_while_it_closes_waits_for_the_next_start),
                with_firm(a_crash_while_it_closes_gives_up_no_message),
                cmocka_unit_test(who_is_left_at_the_end_is_recovered_at_the_next_start),
                cmocka_unit_test(a_stopped_worker_has_the_time_of_what_it_has_begun),
                with_firm(another_configuration_holds_from_then_on),
                with_firm(what_was_decided_by_the_old_one_is_decided_again),
                with_firm(a_suspended_channel_is_tried_at_once_with_another_configuration),
                with_firm(what_waits_for_a_channel_that_is_no_more_is_decided_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
