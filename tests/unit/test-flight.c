/* SPDX-License-Identifier: MIT */
/* Flight files: what was written is read back, torn or not, and only when nobody holds the file. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-id128.h>

#include "engine/flight.h"
#include "put-file.h"

#define BOOT "4c3b2a190807f6e5d4c3b2a190807f6e"
#define NEXT_BOOT "0123456789abcdef0123456789abcdef"

/* What the kernel tells of this boot; NULL: it is hidden. */
static const char *kernel_boot = BOOT;

/* In the place of the library's. */
__attribute__((visibility("default"))) int sd_id128_get_boot(sd_id128_t *ret)
{
        return kernel_boot ? sd_id128_from_string(kernel_boot, ret) : -ENOENT;
}

typedef struct Fixture {
        char folder[64];
        char *path;
        int fd;
} Fixture;

static int setup(void **state)
{
        Fixture *fixture = calloc(1, sizeof(*fixture));

        snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/relanced-flight-XXXXXX");
        assert_non_null(mkdtemp(fixture->folder));
        assert_int_equal(flight_create(fixture->folder, "email", &fixture->path, &fixture->fd), 0);
        *state = fixture;
        return 0;
}

static int teardown(void **state)
{
        Fixture *fixture = *state;

        if (fixture->fd >= 0)
                (void)close(fixture->fd);
        (void)unlink(fixture->path);
        (void)rmdir(fixture->folder);
        free(fixture->path);
        free(fixture);
        return 0;
}

static void append(Fixture *fixture, uint64_t notice, enum relanced_outcome_kind kind)
{
        const struct relanced_outcome outcome = { kind, 30, "ref-1", "said the gateway" };
        const FlightRecord record = flight_record(notice, 1, &outcome);

        assert_int_equal(flight_append(fixture->fd, &record), 0);
}

static void note(Fixture *fixture, uint64_t notice, FlightStep step)
{
        assert_int_equal(flight_note(fixture->fd, &(FlightNote){ notice, 1, step }), 0);
}

static off_t size_of(const Fixture *fixture)
{
        struct stat status;

        assert_int_equal(stat(fixture->path, &status), 0);
        return status.st_size;
}

static void let_go(Fixture *fixture)
{
        (void)close(fixture->fd);
        fixture->fd = -1;
}

static void what_is_written_is_read(void **state)
{
        Fixture *fixture = *state;
        FlightLog log;

        append(fixture, 7, RELANCED_SENT);
        append(fixture, 8, RELANCED_RETRY);
        let_go(fixture);
        assert_int_equal(flight_read(fixture->path, &log), 0);
        assert_int_equal(log.n, 2);
        const FlightRecord *record = flight_find(&log, 8, 1);
        assert_non_null(record);
        assert_int_equal(record->kind, RELANCED_RETRY);
        assert_int_equal(record->retry_after_s, 30);
        assert_string_equal(record->reference, "ref-1");
        assert_string_equal(record->detail, "said the gateway");
        assert_null(flight_find(&log, 8, 2));
        assert_null(flight_find(&log, 9, 1));
        flight_log_release(&log);
}

static void a_file_that_is_held_is_not_read(void **state)
{
        Fixture *fixture = *state;
        FlightLog log;

        append(fixture, 7, RELANCED_SENT);
        assert_int_equal(flight_read(fixture->path, &log), FLIGHT_HELD);
        let_go(fixture);
        assert_int_equal(flight_read(fixture->path, &log), 0);
        flight_log_release(&log);
}

static void a_child_that_was_given_the_file_holds_it(void **state)
{
        Fixture *fixture = *state;
        FlightLog log;
        int pipe_fds[2];

        assert_int_equal(pipe(pipe_fds), 0);
        pid_t pid = fork();
        if (pid == 0) {
                char byte;
                (void)close(pipe_fds[1]);
                _exit(read(pipe_fds[0], &byte, 1) == 0 ? 0 : 1);
        }
        (void)close(pipe_fds[0]);
        let_go(fixture);
        assert_int_equal(flight_read(fixture->path, &log), FLIGHT_HELD);
        (void)close(pipe_fds[1]);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(flight_read(fixture->path, &log), 0);
        flight_log_release(&log);
}

/* Cut at any byte, the whole records before the cut are there and nothing else. */
static void a_torn_record_is_passed_over(void **state)
{
        Fixture *fixture = *state;

        append(fixture, 1, RELANCED_SENT);
        off_t one = size_of(fixture);
        append(fixture, 2, RELANCED_SENT);
        off_t whole = size_of(fixture);
        let_go(fixture);
        for (off_t size = whole; size >= 0; size--) {
                FlightLog log;
                assert_int_equal(truncate(fixture->path, size), 0);
                assert_int_equal(flight_read(fixture->path, &log), 0);
                assert_int_equal(log.n, (size == whole) + (size >= one));
                flight_log_release(&log);
        }
}

static void a_torn_record_does_not_hide_the_next(void **state)
{
        Fixture *fixture = *state;
        FlightLog log;

        append(fixture, 1, RELANCED_SENT);
        assert_int_equal(ftruncate(fixture->fd, size_of(fixture) - 5), 0);
        append(fixture, 2, RELANCED_SENT);
        let_go(fixture);
        assert_int_equal(flight_read(fixture->path, &log), 0);
        assert_int_equal(log.n, 1);
        assert_non_null(flight_find(&log, 2, 1));
        flight_log_release(&log);
}

static void flip(const Fixture *fixture, off_t at)
{
        unsigned char byte;
        int fd = open(fixture->path, O_RDWR | O_CLOEXEC);

        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 4;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        (void)close(fd);
}

static void a_flipped_bit_is_no_record(void **state)
{
        Fixture *fixture = *state;
        off_t begin = size_of(fixture);

        append(fixture, 1, RELANCED_SENT);
        let_go(fixture);
        for (off_t at = begin; at < size_of(fixture); at++) {
                FlightLog log;
                flip(fixture, at);
                assert_int_equal(flight_read(fixture->path, &log), 0);
                assert_int_equal(log.n, 0);
                flight_log_release(&log);
                flip(fixture, at);
        }
}

/* 1 was only asked, 2 was leaving, 3 has an outcome, 4 never asked. */
static void write_steps(Fixture *fixture)
{
        note(fixture, 1, FLIGHT_ASKED);
        note(fixture, 2, FLIGHT_ASKED);
        note(fixture, 2, FLIGHT_LEAVING);
        note(fixture, 3, FLIGHT_ASKED);
        note(fixture, 3, FLIGHT_LEAVING);
        append(fixture, 3, RELANCED_SENT);
}

/* Which of the notices 0 … 9 had surely not left, as bits. */
static unsigned unsent(const char *path, const char *other_path)
{
        FlightLog logs[2] = { FLIGHT_LOG_INIT, FLIGHT_LOG_INIT };
        unsigned bits = 0;

        assert_int_equal(flight_read(path, &logs[0]), 0);
        if (other_path)
                (void)flight_read(other_path, &logs[1]);
        for (uint64_t notice = 0; notice < 10; notice++) {
                bool is_unsent = flight_proves_unsent(logs, other_path ? 2 : 1, notice, 1);
                assert_false(flight_proves_unsent(logs, other_path ? 2 : 1, notice, 2));
                bits |= (unsigned)is_unsent << notice;
        }
        flight_log_release(&logs[0]);
        flight_log_release(&logs[1]);
        return bits;
}

static void what_was_asked_and_not_leaving_has_not_left(void **state)
{
        Fixture *fixture = *state;

        write_steps(fixture);
        let_go(fixture);
        assert_int_equal(unsent(fixture->path, NULL), 1 << 1);
}

/* Wherever a byte is wrong, also in the head: nothing is proved, least of all too much. */
static void a_file_that_is_not_whole_proves_nothing(void **state)
{
        Fixture *fixture = *state;

        write_steps(fixture);
        let_go(fixture);
        for (off_t at = 0; at < size_of(fixture); at++) {
                flip(fixture, at);
                assert_int_equal(unsent(fixture->path, NULL), 0);
                flip(fixture, at);
        }
        assert_int_equal(unsent(fixture->path, NULL), 1 << 1);
}

/* Between two records nobody sees the cut; what was not even asked there is not spoken of. */
static void a_file_cut_short_proves_nothing_of_what_is_behind_the_cut(void **state)
{
        Fixture *fixture = *state;
        off_t begin = size_of(fixture);

        write_steps(fixture);
        let_go(fixture);
        for (off_t size = size_of(fixture) - 1; size >= 0; size--) {
                bool is_between = size >= begin && (size - begin) % FLIGHT_NOTE_MAX == 0;
                assert_int_equal(truncate(fixture->path, size), 0);
                unsigned bits = unsent(fixture->path, NULL);
                assert_int_equal(bits & (1U << 4), 0);
                if (!is_between)
                        assert_int_equal(bits, 0);
        }
}

static void one_file_does_not_speak_for_another(void **state)
{
        Fixture *fixture = *state;
        Fixture other = { 0 };

        write_steps(fixture);
        let_go(fixture);
        assert_int_equal(flight_create(fixture->folder, "email", &other.path, &other.fd), 0);
        assert_int_equal(unsent(fixture->path, other.path), 0); /* it is held */
        note(&other, 1, FLIGHT_ASKED);
        note(&other, 1, FLIGHT_LEAVING);
        note(&other, 2, FLIGHT_ASKED);
        note(&other, 5, FLIGHT_ASKED);
        let_go(&other);
        assert_int_equal(unsent(fixture->path, other.path), 1 << 5);
        assert_int_equal(unlink(other.path), 0);
        assert_int_equal(unsent(fixture->path, other.path), 0);
        free(other.path);
}

/* A backup that was put back tells of an earlier time. */
static void a_copy_proves_nothing_and_keeps_its_outcomes(void **state)
{
        Fixture *fixture = *state;
        _cleanup_(freep) char *text = NULL;
        size_t length;
        FlightLog log;

        write_steps(fixture);
        let_go(fixture);
        assert_int_equal(file_read(fixture->path, 1 << 20, &text, &length), 0);
        assert_int_equal(put_file(fixture->path, text, length), 0);
        assert_int_equal(unsent(fixture->path, NULL), 0);
        assert_int_equal(flight_read(fixture->path, &log), 0);
        assert_int_equal(log.n, 1);
        assert_non_null(flight_find(&log, 3, 1));
        flight_log_release(&log);
}

static void pass_boot(const char *boot)
{
        if (boot)
                assert_int_equal(setenv("RELANCED_BOOT_ID", boot, 1), 0);
        else
                assert_int_equal(unsetenv("RELANCED_BOOT_ID"), 0);
}

/* Where the kernel hides the number of its boot, the unit passes it on (ProcSubset=pid). */
static void a_boot_is_known_by_the_kernel_or_else_by_the_unit(void **state)
{
        Fixture *fixture = *state;
        static const struct {
                const char *kernel, *passed; /* when the file was written */
                const char *later_kernel, *later_passed;
                bool is_same;
        } cases[] = {
                { BOOT, NULL, BOOT, NULL, true },
                { BOOT, NULL, NEXT_BOOT, NULL, false },
                { BOOT, NEXT_BOOT, BOOT, NULL, true },
                { NULL, BOOT, NULL, BOOT, true },
                { NULL, BOOT, NULL, NEXT_BOOT, false },
                { NULL, BOOT, BOOT, NULL, true },
                { BOOT, NULL, NULL, BOOT, true },
                { NULL, NULL, NULL, NULL, false },
                { NULL, "", NULL, "", false },
                { NULL, "this boot", NULL, "this boot", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Fixture file = { 0 };
                kernel_boot = cases[i].kernel;
                pass_boot(cases[i].passed);
                assert_int_equal(flight_create(fixture->folder, "sms", &file.path, &file.fd), 0);
                write_steps(&file);
                let_go(&file);
                kernel_boot = cases[i].later_kernel;
                pass_boot(cases[i].later_passed);
                assert_int_equal(unsent(file.path, NULL), cases[i].is_same ? 1 << 1 : 0);
                assert_int_equal(unlink(file.path), 0);
                free(file.path);
        }
        kernel_boot = BOOT;
        pass_boot(NULL);
}

static void texts_are_cut_to_one_harmless_line(void **state)
{
        static const struct {
                const char *given, *kept;
        } cases[] = {
                { NULL, "" },
                { "fine", "fine" },
                { "two\nlines\x1b[31m", "two?lines?[31m" },
                { "caf\xc3\xa9", "caf\xc3\xa9" },
                { "caf\xe9", "caf?" },
        };
        char long_text[2 * DETAIL_MAX];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const struct relanced_outcome outcome = { RELANCED_SENT, 0, cases[i].given, NULL };
                const FlightRecord record = flight_record(1, 1, &outcome);
                assert_string_equal(record.reference, cases[i].kept);
        }
        for (size_t i = 0; i < sizeof(long_text); i += 2)
                memcpy(long_text + i, "\xc3\xa9", 2);
        long_text[sizeof(long_text) - 1] = 0;
        const struct relanced_outcome outcome = { RELANCED_SENT, 0, long_text, long_text + 1 };
        const FlightRecord record = flight_record(1, 1, &outcome);
        assert_int_equal(strlen(record.reference), REFERENCE_MAX);
        assert_null(strchr(record.reference, '?'));
        assert_true(strlen(record.detail) >= DETAIL_MAX - 1);
}

static int note_channel(void *owner, const char *path, const char *channel)
{
        Fixture *fixture = owner;

        assert_string_equal(path, fixture->path);
        assert_string_equal(channel, "email");
        return 42;
}

static void files_are_found_by_their_channel(void **state)
{
        Fixture *fixture = *state;
        char path[96];

        snprintf(path, sizeof(path), "%s/something.else", fixture->folder);
        int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_int_equal(flight_list(fixture->folder, note_channel, fixture), 42);
        (void)close(fd);
        (void)unlink(path);
}

static void room_for_all_records_is_set_aside(void **state)
{
        Fixture *fixture = *state;
        struct stat status;

        assert_int_equal(fstat(fixture->fd, &status), 0);
        if (status.st_blocks == 0)
                skip(); /* this file system cannot */
        assert_true(status.st_blocks * 512 >= status.st_size + (blkcnt_t)FLIGHT_SIZE_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_written_is_read, setup, teardown),
                cmocka_unit_test_setup_teardown(a_file_that_is_held_is_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_child_that_was_given_the_file_holds_it, setup, teardown),
                cmocka_unit_test_setup_teardown(a_torn_record_is_passed_over, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_torn_record_does_not_hide_the_next, setup, teardown),
                cmocka_unit_test_setup_teardown(a_flipped_bit_is_no_record, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        what_was_asked_and_not_leaving_has_not_left, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_file_that_is_not_whole_proves_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_file_cut_short_proves_nothing_of_what_is_behind_the_cut, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        one_file_does_not_speak_for_another, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_copy_proves_nothing_and_keeps_its_outcomes, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        texts_are_cut_to_one_harmless_line, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_boot_is_known_by_the_kernel_or_else_by_the_unit, setup, teardown),
                cmocka_unit_test_setup_teardown(files_are_found_by_their_channel, setup, teardown),
                cmocka_unit_test_setup_teardown(room_for_all_records_is_set_aside, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
