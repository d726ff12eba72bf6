/* SPDX-License-Identifier: MIT */
/* The host as a module sees it: this program plays the daemon, and is run again as the worker with
 * a module that is moved by the texts of its messages. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "engine/flight.h"
#include "engine/protocol.h"
#include "engine/rendering.h"
#include "engine/worker.h"
#include "sys/clock.h"
#include "sys/process.h"

#define PATIENCE_MS 20000
#define TRIES_MAX 20

typedef struct Stage {
        char folder[64];
        char *flight;
        pid_t pid;
        int fd;
        bool is_late; /* an answer grew old on its way, on a busy machine: nothing more counts */
        int n_tries;
        Arena arena;
} Stage;

static void ship(Stage *stage, const Packet *packet, const int *fds, size_t n_fds)
{
        assert_int_equal(packet_ship(stage->fd, packet, fds, n_fds), 0);
}

/* The next packet of the worker. */
static Packet hear(Stage *stage)
{
        struct pollfd poller = { .fd = stage->fd, .events = POLLIN };
        int fds[PACKET_FDS_MAX];
        size_t n_fds;
        Packet packet;

        assert_int_equal(poll(&poller, 1, PATIENCE_MS), 1);
        assert_int_equal(packet_fetch(stage->fd, false, &stage->arena, &packet, fds, &n_fds), 1);
        return packet;
}

/* False: it is too late for anything to be expected. What is asked out of turn is asked again. */
static bool expect(Stage *stage, PacketType type, Packet *ret)
{
        if (stage->is_late)
                return false;
        *ret = hear(stage);
        stage->is_late = ret->type == PACKET_BEGIN && type != PACKET_BEGIN;
        if (stage->is_late)
                return false;
        if (ret->type == PACKET_LOG && type != PACKET_LOG)
                print_message("%s\n", ret->text);
        assert_int_equal(ret->type, type);
        return true;
}

static void expect_begin(Stage *stage, uint64_t notice)
{
        Packet packet;

        if (!expect(stage, PACKET_BEGIN, &packet))
                return;
        assert_int_equal(packet.notice, notice);
        assert_int_equal(packet.attempt, 1);
}

static void expect_told(Stage *stage, const char *text)
{
        Packet packet;

        if (expect(stage, PACKET_LOG, &packet))
                assert_string_equal(packet.text, text);
}

static void expect_finish(Stage *stage, uint64_t notice, enum relanced_outcome_kind kind)
{
        Packet packet;

        if (!expect(stage, PACKET_FINISH, &packet))
                return;
        assert_int_equal(packet.notice, notice);
        assert_int_equal(packet.outcome.kind, kind);
}

static void give_as(Stage *stage, PacketType type, uint64_t notice, const char *words)
{
        const Packet packet = {
                .type = type,
                .message = { .notice = notice,
                        .attempt = 1,
                        .to = notice == 13 ? "bad" : "good",
                        .language = "fr",
                        .subject = "",
                        .text = words,
                        .message_id = "1@x" },
        };

        ship(stage, &packet, NULL, 0);
}

static void give(Stage *stage, uint64_t notice, const char *words)
{
        give_as(stage, PACKET_MESSAGE, notice, words);
}

static void answer(Stage *stage, uint64_t notice, bool is_go)
{
        const Packet packet = {
                .type = PACKET_ANSWER,
                .notice = notice,
                .attempt = 1,
                .is_go = is_go,
        };

        ship(stage, &packet, NULL, 0);
}

static void start_worker(Stage *stage, int flight_fd)
{
        const char *module = getenv("RELANCED_PUPPET_MODULE");

        assert_int_equal(process_start_worker("channel", &stage->pid, &stage->fd), 0);
        ship(stage, &(Packet){ .type = PACKET_LOAD, .text = module }, NULL, 0);
        assert_int_equal(hear(stage).type, PACKET_DESCRIPTION);
        ship(stage, &(Packet){ .type = PACKET_OPEN }, &flight_fd, 1);
        assert_int_equal(hear(stage).type, PACKET_READY);
}

static void start_over(Stage *stage)
{
        int flight_fd;

        assert_int_equal(flight_create(stage->folder, "x", &stage->flight, &flight_fd), 0);
        start_worker(stage, flight_fd);
        (void)close(flight_fd);
        stage->is_late = false;
}

static int setup(void **state)
{
        if (!getenv("RELANCED_PUPPET_MODULE"))
                skip();
        Stage *stage = calloc(1, sizeof(*stage));
        snprintf(stage->folder, sizeof(stage->folder), "/tmp/relanced-worker-XXXXXX");
        assert_non_null(mkdtemp(stage->folder));
        start_over(stage);
        *state = stage;
        return 0;
}

static int end_worker(Stage *stage, int signal_number)
{
        int status;

        if (signal_number)
                (void)kill(stage->pid, signal_number);
        (void)close(stage->fd);
        stage->fd = -1;
        assert_int_equal(waitpid(stage->pid, &status, 0), stage->pid);
        stage->pid = 0;
        return status;
}

static void clear(Stage *stage)
{
        if (stage->pid > 0)
                (void)end_worker(stage, SIGKILL);
        (void)unlink(stage->flight);
        free(stage->flight);
}

static int teardown(void **state)
{
        Stage *stage = *state;

        clear(stage);
        (void)rmdir(stage->folder);
        arena_release(&stage->arena);
        free(stage);
        return 0;
}

/* Whether all has to be played again, to another worker. */
static bool was_late(Stage *stage)
{
        if (!stage->is_late)
                return false;
        assert_true(++stage->n_tries < TRIES_MAX);
        clear(stage);
        start_over(stage);
        return true;
}

static void begin_asks_and_waits(void **state)
{
        Stage *stage = *state;

        give(stage, 1, "begin 1 begin 1 sent 1");
        expect_begin(stage, 1);
        answer(stage, 1, true);
        expect_told(stage, "begin 1");
        expect_told(stage, "begin 0"); /* once a message */
        expect_finish(stage, 1, RELANCED_SENT);
        give(stage, 2, "begin 2 retry 2");
        expect_begin(stage, 2);
        answer(stage, 2, false);
        expect_told(stage, "begin 0");
        expect_finish(stage, 2, RELANCED_RETRY);
}

static void what_is_asked_ahead_is_asked_once(void **state)
{
        Stage *stage = *state;

        do {
                give(stage, 1,
                        "ask 1 ask 1 answered 1 answered 1 poll 20000 answered 1 begin 1 sent 1");
                expect_begin(stage, 1);
                expect_told(stage, "answered 0");
                expect_told(stage, "answered 0");
                answer(stage, 1, true);
                expect_told(stage, "poll 1");
                expect_told(stage, "answered 1");
                expect_told(stage, "begin 1");
                expect_finish(stage, 1, RELANCED_SENT);
        } while (was_late(stage));
}

static void answers_in_any_order_find_their_message(void **state)
{
        Stage *stage = *state;

        do {
                give(stage, 1, "ask 1");
                give(stage, 2, "ask 2");
                give(stage, 3, "ask 3 begin 3 answered 2 answered 1 begin 2 begin 1");
                expect_begin(stage, 1);
                expect_begin(stage, 2);
                expect_begin(stage, 3);
                answer(stage, 2, false);
                answer(stage, 1, true);
                answer(stage, 9, true); /* of a message that it never had */
                answer(stage, 3, true);
                expect_told(stage, "begin 1");
                expect_told(stage, "answered 1");
                expect_told(stage, "answered 1");
                expect_told(stage, "begin 0");
                expect_told(stage, "begin 1");
        } while (was_late(stage));
}

static void an_answer_that_comes_with_messages_is_not_lost(void **state)
{
        Stage *stage = *state;

        do {
                give(stage, 1, "ask 1 next 20000 next 20000 next 0 answered 1 begin 1");
                expect_begin(stage, 1);
                give(stage, 2, "");
                answer(stage, 1, true);
                give(stage, 3, "");
                expect_told(stage, "next 1");
                expect_told(stage, "next 1");
                expect_told(stage, "next 0");
                expect_told(stage, "answered 1");
                expect_told(stage, "begin 1");
        } while (was_late(stage));
}

/* The descriptor speaks of what the host has taken in by itself, too. */
static void a_message_that_came_during_begin_wakes_the_module(void **state)
{
        Stage *stage = *state;

        give(stage, 1, "poll 0 begin 1 poll 0 next 0 poll 0");
        expect_told(stage, "poll 0");
        expect_begin(stage, 1);
        give(stage, 2, "");
        answer(stage, 1, true);
        expect_told(stage, "begin 1");
        expect_told(stage, "poll 1");
        expect_told(stage, "next 1");
        expect_told(stage, "poll 0");
}

static void next_waits_no_longer_than_it_is_told_however_many_answers_come(void **state)
{
        Stage *stage = *state;

        struct pollfd poller = { .fd = stage->fd, .events = POLLIN };
        int64_t end_usec = clock_monotonic_usec() + PATIENCE_MS * INT64_C(1000);

        give(stage, 1, "ask 1 next 100");
        expect_begin(stage, 1);
        do {
                answer(stage, 1, true);
                assert_true(clock_monotonic_usec() < end_usec);
        } while (poll(&poller, 1, 10) == 0);
        expect_told(stage, "next 0");
}

static void an_old_go_is_asked_for_again(void **state)
{
        Stage *stage = *state;

        do {
                give(stage, 1, "ask 1 sleep 300 begin 1 sent 1");
                expect_begin(stage, 1);
                answer(stage, 1, true);
                expect_begin(stage, 1);
                answer(stage, 1, false);
                expect_told(stage, "begin 0");
                expect_finish(stage, 1, RELANCED_SENT);
                give(stage, 2,
                        "ask 2 poll 20000 answered 2 sleep 300 answered 2 poll 20000 begin 2");
                expect_begin(stage, 2);
                answer(stage, 2, true);
                expect_told(stage, "poll 1");
                expect_told(stage, "answered 1");
                expect_begin(stage, 2);
                expect_told(stage, "answered 0");
                answer(stage, 2, true);
                expect_told(stage, "poll 1");
                expect_told(stage, "begin 1");
        } while (was_late(stage));
}

/* A disk that is slower than an answer lasts must not make it ask for ever. */
static void an_answer_that_is_waited_for_counts_however_long_it_takes(void **state)
{
        Stage *stage = *state;

        give(stage, 1, "begin 1");
        expect_begin(stage, 1);
        (void)poll(NULL, 0, 300);
        answer(stage, 1, true);
        expect_told(stage, "begin 1");
}

/* The file that the module's bytes go to lies in the flight file's place. */
static void what_is_rendered_is_shown_and_not_sent(void **state)
{
        static const struct {
                uint64_t notice;
                const char *text, *shown;
        } cases[] = {
                { 0, "Bonjour", "Bonjour" }, { 0, "no", NULL },
                { 13, "Bonjour", NULL }, /* its address can never be written to */
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Stage *stage = *state;
                const char *bytes = NULL;
                size_t length;
                int file_fd;
                (void)end_worker(stage, 0);
                assert_int_equal(rendering_open(&file_fd), 0);
                start_worker(stage, file_fd);
                give_as(stage, PACKET_RENDER, cases[i].notice, cases[i].text);
                Packet packet = hear(stage);
                assert_int_equal(packet.type, PACKET_RENDERED);
                assert_int_equal(packet.is_go, cases[i].shown != NULL);
                assert_int_equal(*packet.text != 0, !packet.is_go);
                if (packet.is_go) {
                        assert_int_equal(
                                rendering_read(file_fd, &stage->arena, &bytes, &length), 0);
                        assert_string_equal(bytes, cases[i].shown);
                }
                (void)close(file_fd);
        }
}

static void no_stays_no(void **state)
{
        Stage *stage = *state;

        give(stage, 1, "ask 1 poll 20000 answered 1 sleep 300 answered 1 begin 1");
        expect_begin(stage, 1);
        answer(stage, 1, false);
        expect_told(stage, "poll 1");
        expect_told(stage, "answered 1");
        expect_told(stage, "answered 1");
        expect_told(stage, "begin 0");
}

static void what_is_finished_without_its_answer_is_over(void **state)
{
        Stage *stage = *state;

        give(stage, 1, "ask 1 retry 1");
        expect_begin(stage, 1);
        expect_finish(stage, 1, RELANCED_RETRY);
        answer(stage, 1, true);
        give(stage, 2, "begin 2");
        expect_begin(stage, 2);
        answer(stage, 2, true);
        expect_told(stage, "begin 1");
}

static void an_address_the_module_refuses_never_reaches_it(void **state)
{
        Stage *stage = *state;

        give(stage, 13, "begin 13");
        expect_finish(stage, 13, RELANCED_REFUSED_ADDRESS);
}

static void without_a_daemon_nothing_begins_and_begin_does_not_wait(void **state)
{
        Stage *stage = *state;
        FlightLog log;

        give(stage, 1, "begin 1");
        give(stage, 2, "ask 2 sleep 100 answered 2 begin 2 retry 2 sent 1");
        expect_begin(stage, 1);
        answer(stage, 1, true);
        expect_told(stage, "begin 1");
        expect_begin(stage, 2);
        int status = end_worker(stage, 0);
        assert_true(WIFEXITED(status));
        assert_int_equal(flight_read(stage->flight, &log), 0);
        assert_int_equal(flight_find(&log, 1, 1)->kind, RELANCED_SENT);
        assert_int_equal(flight_find(&log, 2, 1)->kind, RELANCED_RETRY);
        flight_log_release(&log);
}

/* words of messages 1 and 2; whether 2 has surely not left when the worker is killed after the last
 * of them */
static void the_flight_file_tells_what_had_left(void **state)
{
        static const struct {
                const char *words;
                bool is_begun, is_unsent;
        } cases[] = {
                { "sleep 0", false, false },
                { "ask 2", true, true },
                { "ask 2 poll 20000 answered 2", true, true },
                { "ask 2 begin 2", true, false },
                { "begin 2", true, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                FlightLog log;
                void *other;
                assert_int_equal(setup(&other), 0);
                Stage *stage = other;
                char words[64];
                snprintf(words, sizeof(words), "%s poll 0", cases[i].words);
                do {
                        Packet packet = { .text = "" };
                        give(stage, 2, words);
                        if (cases[i].is_begun) {
                                expect_begin(stage, 2);
                                answer(stage, 2, true);
                        }
                        while (strncmp(packet.text, "poll", 4) != 0 &&
                                expect(stage, PACKET_LOG, &packet))
                                continue;
                } while (was_late(stage));
                (void)end_worker(stage, SIGKILL);
                assert_int_equal(flight_read(stage->flight, &log), 0);
                assert_int_equal(flight_proves_unsent(&log, 1, 2, 1), cases[i].is_unsent);
                assert_true(log.is_whole);
                flight_log_release(&log);
                (void)teardown(&other);
        }
}

#define on_stage(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int n_arguments, char *arguments[])
{
        if (n_arguments > 1 && streq(arguments[1], "--worker"))
                return channel_worker_main(WORKER_FD);

        const struct CMUnitTest tests[] = {
                on_stage(begin_asks_and_waits),
                on_stage(what_is_asked_ahead_is_asked_once),
                on_stage(answers_in_any_order_find_their_message),
                on_stage(an_answer_that_comes_with_messages_is_not_lost),
                on_stage(a_message_that_came_during_begin_wakes_the_module),
                on_stage(next_waits_no_longer_than_it_is_told_however_many_answers_come),
                on_stage(an_old_go_is_asked_for_again),
                on_stage(an_answer_that_is_waited_for_counts_however_long_it_takes),
                on_stage(what_is_rendered_is_shown_and_not_sent),
                on_stage(no_stays_no),
                on_stage(what_is_finished_without_its_answer_is_over),
                on_stage(an_address_the_module_refuses_never_reaches_it),
                on_stage(without_a_daemon_nothing_begins_and_begin_does_not_wait),
                cmocka_unit_test(the_flight_file_tells_what_had_left),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
