/* SPDX-License-Identifier: MIT */
/* Notices through real workers: this program is run again as --worker, with the file module and a
 * module that does what the address says. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/file.h>
#include <systemd/sd-event.h>

#include "store-fixture.h"

#include "engine/flight.h"
#include "engine/worker.h"
#include "engine/workers.h"
#include "firm-fixture.h"
#include "sys/process.h"

#define HOURS(n) ((int64_t)(n)*3600 * USEC_PER_SEC)

static void what_is_due_leaves_and_is_sent_once(void **state)
{
        Firm *firm = *state;
        char code[8], number[8];

        for (int i = 1; i <= 20; i++) {
                snprintf(code, sizeof(code), "C-%d", i);
                snprintf(number, sizeof(number), "F-%d", i);
                add_customer(firm, code, "sent", number);
        }
        for (int i = 0; i < 3; i++) {
                wake(firm);
                drain(firm);
        }
        assert_int_equal(count_left(firm), 20);
        assert_notices(firm, "F-1", "wild sent due");
        assert_notices(firm, "F-20", "wild sent due");
        assert_verified(&firm->base);
}

static void the_file_module_names_a_message_by_its_notice(void **state)
{
        Firm *firm = *state;
        char path[160];

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"paper\" ]; }",
                "");
        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        snprintf(path, sizeof(path), "%s/paper/%lld.txt", firm->base.folder,
                (long long)only_notice(firm, NOTICE_PENDING));
        drain(firm);
        assert_notices(firm, "F-1", "paper sent due");
        assert_int_equal(access(path, R_OK), 0);
}

static void a_payment_between_decision_and_sending_cancels(void **state)
{
        Firm *firm = *state;
        const PaymentRow payment = payment_row("P-1", "F-1", 120000);

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        assert_int_equal(put_payment(&firm->base, &payment), PUT_ADDED);
        drain(firm);
        assert_notices(firm, "F-1", "wild cancelled paid");
        assert_int_equal(count_left(firm), 0);
}

static void a_new_address_cancels_what_was_written_to_the_old_one(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        begin(&firm->base);
        assert_ok(store_contact(firm->base.store, "C-1", "new@example.org", NULL, NULL, NOON));
        commit(&firm->base);
        drain(firm);
        assert_notices(firm, "F-1", "wild cancelled changed");
}

static void what_is_ready_when_the_window_has_closed_does_not_leave(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        firm->engine->clock.fixed.usec += HOURS(9);
        drain(firm);
        assert_notices(firm, "F-1", "wild cancelled outside-window");
        assert_int_equal(count_left(firm), 0);
}

static void a_refused_address_is_followed_by_the_next_alternative(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "refuse-address", "F-1");
        add_customer(firm, "C-2", "bad", "F-2");
        add_customer(firm, "C-3", "refuse-message", "F-3");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild failed refused-address, paper sent due");
        assert_notices(firm, "F-2", "wild failed refused-address, paper sent due");
        assert_notices(firm, "F-3", "wild failed refused-message, paper sent due");
        assert_tasks(firm, "");
}

static void with_no_route_left_the_instalment_stands_aside(void **state)
{
        Firm *firm = *state;

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; }",
                "");
        add_customer(firm, "C-1", "refuse-message", "F-1");
        add_customer(firm, "C-2", "sent", "F-2");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild failed refused-message");
        assert_notices(firm, "F-2", "wild sent due");
        assert_tasks(firm, "all-routes-refused F-1");
        firm->engine->clock.fixed.usec += HOURS(24);
        assert_int_equal(wake(firm).n_notices, 0);
        assert_tasks(firm, "all-routes-refused F-1");
}

static void what_was_surely_not_sent_waits_for_another_try(void **state)
{
        Firm *firm = *state;
        Instant next;

        add_customer(firm, "C-1", "retry", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild pending retry");
        assert_ok(store_next_ready(firm->base.store, NOON, &next));
        assert_true(next.usec >= NOON.usec + 40 * USEC_PER_SEC);
        assert_true(next.usec <= NOON.usec + 80 * USEC_PER_SEC);
        assert_int_equal(wake(firm).n_cancelled, 0);
}

static void a_channel_that_is_down_gives_one_alert_and_keeps_its_notices(void **state)
{
        Firm *firm = *state;

        for (int i = 0; i < 2; i++) {
                firm_restart(firm);
                if (i == 0)
                        for (int k = 1; k <= 3; k++) {
                                char code[8], number[8];
                                snprintf(code, sizeof(code), "C-%d", k);
                                snprintf(number, sizeof(number), "F-%d", k);
                                add_customer(firm, code, "down", number);
                        }
                wake(firm);
                drain(firm);
                assert_notices(firm, "F-1", "wild pending channel-down");
                assert_int_equal(engine_count_stuck(firm->engine), 1);
                assert_tasks(firm, "channel-down -");
        }
        add_customer(firm, "C-9", "sent", "F-9");
        begin(&firm->base);
        for (int k = 1; k <= 3; k++) {
                char code[8];
                snprintf(code, sizeof(code), "C-%d", k);
                assert_ok(store_contact(
                        firm->base.store, code, "sent@example.org", NULL, NULL, NOON));
        }
        commit(&firm->base);
        firm_restart(firm);
        wake(firm);
        drain(firm);
        assert_int_equal(engine_count_stuck(firm->engine), 0);
        assert_tasks(firm, "");
}

static void a_suspended_channel_is_tried_again_and_heals_by_itself(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "down-once", "F-1");
        add_customer(firm, "C-2", "sent", "F-2");
        wake(firm);
        drain(firm);
        assert_int_equal(engine_count_stuck(firm->engine), 1);
        assert_tasks(firm, "channel-down -");
        while (engine_count_stuck(firm->engine) > 0)
                assert_true(sd_event_run(firm->engine->event, UINT64_MAX) >= 0);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_tasks(firm, "");
}

/* What the gateway takes for its own trouble may be one message's: a country it does not serve. */
static void a_suspended_channel_is_not_tried_with_the_same_message_for_ever(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEPS_DEFAULT, "in_flight = 1;");
        add_customer(firm, "C-1", "down-briefly", "F-1");
        add_customer(firm, "C-2", "sent", "F-2");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild pending channel-down");
        const Outlet *outlet = firm->engine->dispatch->outlets;
        while (!streq(outlet->config->name, "wild"))
                outlet++;
        while (count_left(firm) == 0 && outlet->n_downs < 3)
                assert_true(sd_event_run(firm->engine->event, UINT64_MAX) >= 0);
        assert_int_equal(count_left(firm), 1);
}

static void a_worker_that_dies_of_a_new_try_is_not_started_again_at_once(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "down-crash", "F-1");
        wake(firm);
        drain(firm);
        const Outlet *outlet = firm->engine->dispatch->outlets;
        while (!streq(outlet->config->name, "wild"))
                outlet++;
        while (outlet->n_downs < 2 || outlet->workers)
                assert_true(sd_event_run(firm->engine->event, UINT64_MAX) >= 0);
        assert_int_equal(outlet->n_downs, 2);
        assert_true(outlet->retry_usec > clock_monotonic_usec() + 60 * USEC_PER_SEC);
        assert_notices(firm, "F-1", "wild pending channel-down");
        assert_tasks(firm, "channel-down -");
}

/* Another message that was under way, an address that never reached the module, one that the module
 * would not send: none of them is a sign of life. */
static void only_a_new_try_shows_that_a_suspended_channel_works(void **state)
{
        static const char *const words[] = { "sent", "bad", "refuse-address", "refuse-message" };

        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                void *other;
                assert_int_equal(firm_setup(&other), 0);
                Firm *firm = other;
                add_customer(firm, "C-1", "down", "F-1");
                add_customer(firm, "C-2", words[i], "F-2");
                wake(firm);
                drain(firm);
                assert_notices(firm, "F-1", "wild pending channel-down");
                assert_int_equal(engine_count_stuck(firm->engine), 1);
                assert_tasks(firm, "channel-down -");
                (void)firm_teardown(&other);
        }
}

static void what_may_have_been_sent_is_uncertain_until_it_is_assumed_sent(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "uncertain", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain may-have-been-sent");
        assert_tasks(firm, "uncertain F-1");
        assert_int_equal(wake(firm).n_notices, 0);
        firm->engine->clock.fixed.usec += HOURS(2);
        wake(firm);
        assert_notices(firm, "F-1", "wild sent assumed-sent");
        assert_tasks(firm, "");
}

static void a_deadline_that_is_uncertain_waits_for_a_person(void **state)
{
        Firm *firm = *state;

        firm_configure(firm,
                "{ id = \"last\"; action = \"deadline\"; after_due = 3; deadline_days = 8; "
                "send = [ \"wild\" ]; }",
                "");
        add_customer(firm, "C-1", "uncertain", "F-1");
        wake(firm);
        drain(firm);
        firm->engine->clock.fixed.usec += HOURS(24);
        assert_int_equal(wake(firm).n_notices, 0);
        assert_notices(firm, "F-1", "wild uncertain may-have-been-sent");
}

static void what_is_resent_goes_out_another_day_as_it_was(void **state)
{
        Firm *firm = *state;

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; "
                "on_uncertain = \"resend\"; }",
                "");
        add_customer(firm, "C-1", "uncertain", "F-1");
        wake(firm);
        drain(firm);
        firm->engine->clock.fixed.usec += HOURS(24);
        wake(firm);
        drain(firm);
        assert_int_equal(count_left(firm), 2);
        assert_notices(firm, "F-1", "wild uncertain may-have-been-sent");
}

/* A resend that could not leave at once is still the message of that other day. */
static void what_is_resent_stays_what_it_was_through_a_further_try(void **state)
{
        Firm *firm = *state;

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; "
                "on_uncertain = \"resend\"; }",
                "");
        add_customer(firm, "C-1", "uncertain-once", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain may-have-been-sent");
        int64_t notice = only_notice(firm, NOTICE_UNCERTAIN);
        firm->engine->clock.fixed.usec += HOURS(24);
        wake(firm);
        drain(firm);
        assert_int_equal(only_notice(firm, NOTICE_PENDING), notice);
        firm->engine->clock.fixed.usec += HOURS(2);
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(count_left(firm), 2);
}

static void a_crash_after_begin_is_uncertain_and_stops_nobody_else(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "crash-late", "F-1");
        add_customer(firm, "C-2", "sent", "F-2");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain worker-died");
        assert_notices(firm, "F-2", "wild sent due");
        assert_int_equal(count_left(firm), 2);
}

static void a_message_that_crashes_its_worker_is_given_up_and_the_others_go(void **state)
{
        Firm *firm = *state;

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; }",
                "");
        add_customer(firm, "C-1", "sent", "F-1");
        add_customer(firm, "C-2", "crash-early", "F-2");
        add_customer(firm, "C-3", "sent", "F-3");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_notices(firm, "F-2", "wild failed refused-message");
        assert_notices(firm, "F-3", "wild sent due");
        assert_int_equal(count_left(firm), 2);
        assert_tasks(firm, "all-routes-refused F-2");
}

static void a_worker_that_hangs_is_ended_in_time(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEPS_DEFAULT, "timeout_s = 1;");
        add_customer(firm, "C-1", "hang-late", "F-1");
        add_customer(firm, "C-2", "hang-early", "F-2");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain worker-died");
        assert_notices(firm, "F-2", "wild pending retry");
}

static void a_crash_before_what_was_asked_has_left_is_not_uncertain(void **state)
{
        Firm *firm = *state;

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; }",
                "");
        add_customer(firm, "C-1", "asked-crash", "F-1");
        add_customer(firm, "C-2", "asked-and-sent", "F-2");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild failed refused-message");
        assert_notices(firm, "F-2", "wild sent due");
        assert_tasks(firm, "all-routes-refused F-1");
        assert_int_equal(count_left(firm), 1);
}

static void a_worker_that_asks_ahead_and_hangs_is_ended_in_time(void **state)
{
        Firm *firm = *state;

        firm_configure(firm, STEPS_DEFAULT, "timeout_s = 1;");
        add_customer(firm, "C-1", "asked-hang", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild pending retry");
        assert_int_equal(count_left(firm), 0);
}

static void nothing_happens(Firm *firm)
{
}

static void is_paid(Firm *firm)
{
        const PaymentRow payment = payment_row("P-1", "F-1", 120000);

        assert_int_equal(put_payment(&firm->base, &payment), PUT_ADDED);
}

static void is_held(Firm *firm)
{
        begin(&firm->base);
        const Target target = { .invoice = "F-1" };
        assert_ok(store_hold(firm->base.store, &target, DATE_NONE, "", NOON));
        commit(&firm->base);
}

static void has_another_address(Firm *firm)
{
        begin(&firm->base);
        assert_ok(store_contact(firm->base.store, "C-1", "new@example.org", NULL, NULL, NOON));
        commit(&firm->base);
}

static void window_closes(Firm *firm)
{
        firm->engine->clock.fixed.usec += HOURS(9);
}

/* R9 is about the moment of sending, not about the moment at which it was asked ahead. */
static void what_changes_after_an_early_go_is_seen(void **state)
{
        static const struct {
                void (*happens)(Firm *firm);
                const char *notices;
                size_t n_left;
        } cases[] = {
                { nothing_happens, "wild sent due", 1 },
                { is_paid, "wild cancelled paid", 0 },
                { is_held, "wild cancelled held", 0 },
                { has_another_address, "wild cancelled changed", 0 },
                { window_closes, "wild cancelled outside-window", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                void *other;
                assert_int_equal(firm_setup(&other), 0);
                Firm *firm = other;
                add_customer(firm, "C-1", "asked-late", "F-1");
                wake(firm);
                run_until_begun(firm, only_notice(firm, NOTICE_PENDING));
                cases[i].happens(firm);
                drain(firm);
                assert_notices(firm, "F-1", cases[i].notices);
                assert_int_equal(count_left(firm), cases[i].n_left);
                assert_verified(&firm->base);
                (void)firm_teardown(&other);
        }
}

static void a_module_that_sends_without_begin_is_believed(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "no-begin", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(count_left(firm), 1);
}

static void a_module_that_returns_early_leaves_no_message_behind(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "never-finished", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain may-have-been-sent");
}

static void a_module_that_cannot_open_suspends_its_channel(void **state)
{
        Firm *firm = *state;
        char path[128];

        snprintf(path, sizeof(path), "%s/left", firm->base.folder);
        assert_int_equal(mkdir(path, 0700), 0);
        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild pending due");
        assert_tasks(firm, "channel-down -");
}

/* What an earlier run left: the notice begun, and a flight file. */
static int64_t leave_begun(Firm *firm)
{
        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        int64_t notice = only_notice(firm, NOTICE_PENDING);
        begin(&firm->base);
        assert_ok(store_mark_handed(firm->base.store, &notice, 1));
        assert_ok(store_mark_begun(firm->base.store, notice, NOON));
        commit(&firm->base);
        return notice;
}

static int make_flight(Firm *firm, char **ret_path)
{
        char folder[128];
        int fd;

        snprintf(folder, sizeof(folder), "%s/flight", firm->base.state);
        (void)mkdir(folder, 0700);
        assert_ok(flight_create(folder, "wild", ret_path, &fd));
        return fd;
}

static void what_had_begun_without_a_word_is_uncertain_at_the_next_start(void **state)
{
        Firm *firm = *state;

        leave_begun(firm);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain worker-died");
}

static void what_was_only_handed_is_handed_again(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        int64_t notice = only_notice(firm, NOTICE_PENDING);
        begin(&firm->base);
        assert_ok(store_mark_handed(firm->base.store, &notice, 1));
        commit(&firm->base);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(count_left(firm), 1);
}

static void a_word_in_the_flight_file_counts_after_a_crash(void **state)
{
        Firm *firm = *state;
        _cleanup_(freep) char *path = NULL;
        int64_t notice = leave_begun(firm);
        const struct relanced_outcome sent = { RELANCED_SENT, 0, "r-1", NULL };
        const FlightRecord record = flight_record((uint64_t)notice, 1, &sent);
        const FlightRecord other = flight_record((uint64_t)notice, 2, &sent);

        int fd = make_flight(firm, &path);
        assert_ok(flight_append(fd, &other));
        assert_ok(flight_append(fd, &record));
        (void)close(fd);
        drain(firm);
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(count_left(firm), 0);
}

static void what_got_no_answer_before_the_crash_is_tried_again_at_once(void **state)
{
        Firm *firm = *state;
        _cleanup_(freep) char *path = NULL;
        int64_t notice = leave_begun(firm);
        const struct relanced_outcome unsent = { RELANCED_RETRY, 0, NULL, NULL };
        const FlightRecord record = flight_record((uint64_t)notice, 1, &unsent);

        int fd = make_flight(firm, &path);
        assert_ok(flight_append(fd, &record));
        (void)close(fd);
        drain(firm);
        assert_int_equal(count_left(firm), 1);
        assert_notices(firm, "F-1", "wild sent due");
}

/* What the notes of its flight file make of a notice that had begun when everything died. */
static void what_had_begun_and_not_left_goes_out_at_the_next_start(void **state)
{
        static const struct {
                const char *steps; /* a: asked, l: leaving, A: another attempt asked, t: torn */
                const char *notices;
                size_t n_left;
        } cases[] = {
                { "", "wild uncertain worker-died", 0 },
                { "A", "wild uncertain worker-died", 0 },
                { "a", "wild sent due", 1 },
                { "al", "wild uncertain worker-died", 0 },
                { "at", "wild uncertain worker-died", 0 },
                { "ta", "wild uncertain worker-died", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *path = NULL;
                void *other;
                assert_int_equal(firm_setup(&other), 0);
                Firm *firm = other;
                int64_t notice = leave_begun(firm);
                int fd = make_flight(firm, &path);
                for (const char *step = cases[i].steps; *step; step++) {
                        const FlightNote note = { (uint64_t)notice, *step == 'A' ? 2 : 1,
                                *step == 'l' ? FLIGHT_LEAVING : FLIGHT_ASKED };
                        if (*step == 't')
                                assert_int_equal(write(fd, "torn", 4), 4);
                        else
                                assert_ok(flight_note(fd, &note));
                }
                (void)close(fd);
                drain(firm);
                assert_notices(firm, "F-1", cases[i].notices);
                assert_int_equal(count_left(firm), cases[i].n_left);
                (void)firm_teardown(&other);
        }
}

static void the_word_on_another_attempt_does_not_count(void **state)
{
        Firm *firm = *state;
        _cleanup_(freep) char *path = NULL;
        int64_t notice = leave_begun(firm);
        const struct relanced_outcome refused = { RELANCED_REFUSED_MESSAGE, 0, NULL, NULL };
        const FlightRecord record = flight_record((uint64_t)notice, 2, &refused);

        int fd = make_flight(firm, &path);
        assert_ok(flight_append(fd, &record));
        (void)close(fd);
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain worker-died");
}

/* Nothing makes the removal of a flight file durable: a power cut may bring one back that was made
 * use of, and its messages were handed out again since. */
static void a_flight_file_that_comes_back_says_nothing_of_a_later_try(void **state)
{
        Firm *firm = *state;
        _cleanup_(freep) char *path = NULL, *bytes = NULL;
        const struct relanced_outcome unsent = { RELANCED_RETRY, 0, NULL, NULL };
        size_t length;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        int64_t notice = only_notice(firm, NOTICE_PENDING);
        begin(&firm->base);
        assert_ok(store_mark_handed(firm->base.store, &notice, 1));
        commit(&firm->base);
        const FlightRecord record = flight_record((uint64_t)notice, 1, &unsent);
        int fd = make_flight(firm, &path);
        assert_ok(flight_append(fd, &record));
        (void)close(fd);
        assert_ok(file_read(path, 1 << 20, &bytes, &length));
        assert_ok(engine_start_dispatch(firm->engine));
        firm_restart(firm);
        assert_int_equal(only_notice(firm, NOTICE_PENDING), notice);
        begin(&firm->base);
        assert_ok(store_mark_handed(firm->base.store, &notice, 1));
        assert_ok(store_mark_begun(firm->base.store, notice, NOON));
        commit(&firm->base);
        assert_ok(put_file(path, bytes, length));
        drain(firm);
        assert_notices(firm, "F-1", "wild uncertain worker-died");
        assert_int_equal(count_left(firm), 0);
}

/* The orphan is this program itself, which holds the flight file until the timer sees it free. */
static void what_an_orphan_may_have_waits_for_its_end(void **state)
{
        Firm *firm = *state;
        _cleanup_(freep) char *path = NULL;
        int64_t notice = leave_begun(firm);
        const struct relanced_outcome sent = { RELANCED_SENT, 0, NULL, NULL };
        const FlightRecord record = flight_record((uint64_t)notice, 1, &sent);

        int fd = make_flight(firm, &path);
        assert_ok(engine_start_dispatch(firm->engine));
        assert_false(engine_is_idle(firm->engine));
        assert_int_equal(engine_count_stuck(firm->engine), 1);
        assert_int_equal(only_notice(firm, NOTICE_BEGUN), notice);
        assert_ok(flight_append(fd, &record));
        (void)close(fd);
        assert_ok(engine_run_until_idle(firm->engine));
        assert_notices(firm, "F-1", "wild sent due");
        assert_int_equal(engine_count_stuck(firm->engine), 0);
}

static void no_flight_file_is_left_by_a_run_that_ended_well(void **state)
{
        Firm *firm = *state;
        char path[128];

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        drain(firm);
        firm_stop(firm);
        snprintf(path, sizeof(path), "%s/flight", firm->base.state);
        assert_int_equal(rmdir(path), 0);
        firm_start(firm);
}

static const struct {
        bool keeps_time;
        uint64_t begun; /* of its one message */
        int64_t progress_s, oldest_s, check_s;
} silences[] = {
        { false, 0, 100, 0, 110 },
        { false, 1, 100, 100, 110 },
        { false, 1, 100, 95, 105 }, /* others are finished, this one is not */
        { false, 0, 100, 95, 110 },
        { true, 0, 100, 0, 115 }, /* its module gets the time to end it by itself */
        { true, 1, 100, 95, 110 },
};

static void a_worker_may_be_silent_for_its_timeout(void **state)
{
        const ChannelConfig config = { .timeout_s = 10 };
        Outlet outlet = { .config = &config };
        _cleanup_(freep) Worker *worker = calloc(1, sizeof(*worker));

        for (size_t i = 0; i < ELEMENTSOF(silences); i++) {
                *worker = (Worker){
                        .outlet = &outlet,
                        .state = WORKER_READY,
                        .n_parcels = 1,
                        .parcels = { { .begun = silences[i].begun } },
                        .progress_usec = silences[i].progress_s * USEC_PER_SEC,
                        .oldest_usec = silences[i].oldest_s * USEC_PER_SEC,
                        .keeps_time = silences[i].keeps_time,
                };
                assert_int_equal(worker_next_check(worker), silences[i].check_s * USEC_PER_SEC);
        }
}

/* What is asked ahead waits for its turn: the time of a message begins when those before it are
 * gone. */
static void the_time_of_a_message_begins_when_it_is_the_oldest(void **state)
{
        const ChannelConfig config = { .timeout_s = 10 };
        Outlet outlet = { .config = &config };
        _cleanup_(freep) Worker *worker = calloc(1, sizeof(*worker));

        *worker = (Worker){ .outlet = &outlet, .state = WORKER_READY, .n_parcels = 3 };
        for (int64_t i = 0; i < 3; i++)
                worker->parcels[i] = (Parcel){ .notice = i, .attempt = 1 };
        worker_begin_parcel(worker, &worker->parcels[2]);
        assert_true(worker->oldest_usec > 0);
        worker->oldest_usec = 1;
        worker_begin_parcel(worker, &worker->parcels[0]);
        worker_begin_parcel(worker, &worker->parcels[2]); /* asked about again */
        assert_int_equal(worker->oldest_usec, 1);
        worker_remove_parcel(worker, worker_find_parcel(worker, 0, 1));
        assert_int_equal(worker->oldest_usec, 1);
        worker_begin_parcel(worker, worker_find_parcel(worker, 1, 1));
        worker_remove_parcel(worker, worker_find_parcel(worker, 2, 1));
        assert_true(worker->oldest_usec > 1);
}

static void several_workers_share_the_messages(void **state)
{
        Firm *firm = *state;
        char code[8], number[8];

        firm_configure(firm, STEPS_DEFAULT, "workers = 3; in_flight = 2; rate_per_minute = 60000;");
        for (int i = 1; i <= 30; i++) {
                snprintf(code, sizeof(code), "C-%d", i);
                snprintf(number, sizeof(number), "F-%d", i);
                add_customer(firm, code, "sent", number);
        }
        wake(firm);
        drain(firm);
        assert_int_equal(count_left(firm), 30);
}

#define with_firm(test) cmocka_unit_test_setup_teardown(test, firm_setup, firm_teardown)

int main(int n_arguments, char *arguments[])
{
        if (n_arguments > 1 && streq(arguments[1], "--worker"))
                return channel_worker_main(WORKER_FD);

        const struct CMUnitTest tests[] = {
                with_firm(what_is_due_leaves_and_is_sent_once),
                with_firm(the_file_module_names_a_message_by_its_notice),
                with_firm(a_payment_between_decision_and_sending_cancels),
                with_firm(a_new_address_cancels_what_was_written_to_the_old_one),
                with_firm(what_is_ready_when_the_window_has_closed_does_not_leave),
                with_firm(a_refused_address_is_followed_by_the_next_alternative),
                with_firm(with_no_route_left_the_instalment_stands_aside),
                with_firm(what_was_surely_not_sent_waits_for_another_try),
                with_firm(a_channel_that_is_down_gives_one_alert_and_keeps_its_notices),
                with_firm(a_suspended_channel_is_tried_again_and_heals_by_itself),
                with_firm(a_suspended_channel_is_not_tried_with_the_same_message_for_ever),
                with_firm(a_worker_that_dies_of_a_new_try_is_not_started_again_at_once),
                cmocka_unit_test(only_a_new_try_shows_that_a_suspended_channel_works),
                with_firm(what_may_have_been_sent_is_uncertain_until_it_is_assumed_sent),
                with_firm(a_deadline_that_is_uncertain_waits_for_a_person),
                with_firm(what_is_resent_goes_out_another_day_as_it_was),
                with_firm(what_is_resent_stays_what_it_was_through_a_further_try),
                with_firm(a_crash_after_begin_is_uncertain_and_stops_nobody_else),
                with_firm(a_message_that_crashes_its_worker_is_given_up_and_the_others_go),
                with_firm(a_worker_that_hangs_is_ended_in_time),
                with_firm(a_crash_before_what_was_asked_has_left_is_not_uncertain),
                with_firm(a_worker_that_asks_ahead_and_hangs_is_ended_in_time),
                cmocka_unit_test(what_changes_after_an_early_go_is_seen),
                cmocka_unit_test(what_had_begun_and_not_left_goes_out_at_the_next_start),
                with_firm(a_module_that_sends_without_begin_is_believed),
                with_firm(a_module_that_returns_early_leaves_no_message_behind),
                with_firm(a_module_that_cannot_open_suspends_its_channel),
                with_firm(what_had_begun_without_a_word_is_uncertain_at_the_next_start),
                with_firm(what_was_only_handed_is_handed_again),
                with_firm(a_word_in_the_flight_file_counts_after_a_crash),
                with_firm(a_flight_file_that_comes_back_says_nothing_of_a_later_try),
                with_firm(what_got_no_answer_before_the_crash_is_tried_again_at_once),
                with_firm(the_word_on_another_attempt_does_not_count),
                with_firm(what_an_orphan_may_have_waits_for_its_end),
                with_firm(no_flight_file_is_left_by_a_run_that_ended_well),
                cmocka_unit_test(a_worker_may_be_silent_for_its_timeout),
                cmocka_unit_test(the_time_of_a_message_begins_when_it_is_the_oldest),
                with_firm(several_workers_share_the_messages),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
