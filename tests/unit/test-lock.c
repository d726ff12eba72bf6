/* SPDX-License-Identifier: MIT */
/* The lock file: who has the store and where it can be asked, whatever stands in the file. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "store-fixture.h"

static StoreHolder look(const Fixture *fixture)
{
        StoreHolder holder;

        memset(&holder, 'x', sizeof(holder));
        store_holder(fixture->state, &holder);
        return holder;
}

static void assert_nobody(const Fixture *fixture)
{
        StoreHolder holder = look(fixture);

        assert_int_equal(holder.pid, 0);
        assert_string_equal(holder.socket, "");
}

static int open_lock_file(const Fixture *fixture)
{
        char path[160];

        snprintf(path, sizeof(path), "%s/relanced.lock", fixture->state);
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        return fd;
}

static void whoever_has_the_store_says_where_it_can_be_asked(void **state)
{
        Fixture *fixture = *state;

        assert_int_equal(look(fixture).pid, getpid());
        assert_string_equal(look(fixture).socket, "");
        assert_ok(store_announce(fixture->store, "/run/relanced/a long name/operate.sock"));
        assert_int_equal(look(fixture).pid, getpid());
        assert_string_equal(look(fixture).socket, "/run/relanced/a long name/operate.sock");
        assert_ok(store_announce(fixture->store, "/s"));
        assert_int_equal(look(fixture).pid, getpid());
        assert_string_equal(look(fixture).socket, "/s");
}

static void a_store_that_is_closed_has_no_holder(void **state)
{
        Fixture *fixture = *state;

        assert_ok(store_announce(fixture->store, "/run/relanced/operate.sock"));
        fixture_close(fixture);
        assert_nobody(fixture);
        fixture_open(fixture);
        assert_int_equal(look(fixture).pid, getpid());
        assert_string_equal(look(fixture).socket, "");
}

static void only_what_a_reader_takes_for_a_path_is_announced(void **state)
{
        Fixture *fixture = *state;
        char path[8192] = "/";

        assert_int_equal(store_announce(fixture->store, "operate.sock"), -EINVAL);
        assert_int_equal(store_announce(fixture->store, ""), -EINVAL);
        assert_int_equal(store_announce(fixture->store, "/a\nb"), -EINVAL);
        memset(path + 1, 'a', sizeof(path) - 2);
        assert_int_equal(store_announce(fixture->store, path), -ENAMETOOLONG);
        path[sizeof(((StoreHolder *)NULL)->socket)] = '\0';
        assert_int_equal(store_announce(fixture->store, path), -ENAMETOOLONG);
        assert_string_equal(look(fixture).socket, "");
        path[sizeof(((StoreHolder *)NULL)->socket) - 1] = '\0';
        assert_ok(store_announce(fixture->store, path));
        assert_string_equal(look(fixture).socket, path);
}

static void what_a_killed_process_left_behind_is_not_believed(void **state)
{
        Fixture *fixture = *state;
        int status;

        fixture_close(fixture);
        pid_t holder = fork();
        if (holder == 0) {
                fixture_open(fixture);
                if (store_announce(fixture->store, "/run/relanced/operate.sock") == 0)
                        (void)raise(SIGKILL);
                _exit(1);
        }
        assert_int_equal(waitpid(holder, &status, 0), holder);
        assert_true(WIFSIGNALED(status));
        assert_nobody(fixture);
        fixture_open(fixture);
        assert_int_equal(look(fixture).pid, getpid());
        assert_string_equal(look(fixture).socket, "");
}

/* Locked by another descriptor than ours, so that any text can stand in it. */
static void whatever_stands_in_a_locked_file_is_read(void **state)
{
        Fixture *fixture = *state;
        static char huge[64 * 1024];
        char half[64], whole[64], relative[64], extra[80];
        int own = getpid();

        memset(huge, '7', sizeof(huge) - 1);
        snprintf(half, sizeof(half), "%d\n/run/re", own);
        snprintf(whole, sizeof(whole), "%d\n/run/a.sock\n", own);
        snprintf(relative, sizeof(relative), "%d\nrun/a.sock\n", own);
        snprintf(extra, sizeof(extra), "%d\n/run/a.sock\nand more\n", own);
        const struct {
                const char *what, *text;
                size_t length;
                int pid;
                const char *socket;
        } cases[] = {
                { "empty", "", 0, 0, "" },
                { "whole", whole, strlen(whole), own, "/run/a.sock" },
                { "of a later version", extra, strlen(extra), own, "/run/a.sock" },
                { "half a path", half, strlen(half), own, "" },
                { "a relative path", relative, strlen(relative), own, "" },
                { "half a pid", "12", 2, 0, "" },
                { "no number", "me\n/run/a.sock\n", 15, 0, "" },
                { "a negative number", "-1\n/run/a.sock\n", 15, 0, "" },
                { "a number that is too large", "99999999999\n/run/a.sock\n", 24, 0, "" },
                { "NUL bytes", "\0\0\0\0\n/run/a.sock\n", 17, 0, "" },
                { "a NUL in the path", "1\n/run\0/a.sock\n", 15, 1, "" },
                { "huge", huge, sizeof(huge) - 1, 0, "" },
                { "garbage", "\xff\xfe\x01", 3, 0, "" },
                { "a dead process", "999999999\n/run/a.sock\n", 22, 0, "" },
        };

        fixture_close(fixture);
        int fd = open_lock_file(fixture);
        assert_ok(flock(fd, LOCK_EX));
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_ok(ftruncate(fd, 0));
                assert_int_equal(pwrite(fd, cases[i].text, cases[i].length, 0), cases[i].length);
                StoreHolder holder = look(fixture);
                if (holder.pid != cases[i].pid || !streq(holder.socket, cases[i].socket))
                        fail_msg("%s: %d %s", cases[i].what, holder.pid, holder.socket);
        }
        assert_ok(close(fd));
        assert_nobody(fixture);
}

static void what_is_no_file_has_no_holder(void **state)
{
        Fixture *fixture = *state;
        char path[160];

        snprintf(path, sizeof(path), "%s/relanced.lock", fixture->state);
        fixture_close(fixture);
        assert_ok(unlink(path));
        assert_nobody(fixture);
        assert_ok(symlink("/etc/passwd", path));
        assert_nobody(fixture);
        assert_ok(unlink(path));
        assert_ok(mkfifo(path, 0600));
        assert_nobody(fixture);
        assert_ok(unlink(path));
}

static void looking_never_keeps_a_daemon_from_its_store(void **state)
{
        Fixture *fixture = *state;
        int status;

        fixture_close(fixture);
        pid_t looker = fork();
        if (looker == 0) {
                for (;;)
                        (void)look(fixture);
        }
        for (int i = 0; i < 100; i++) {
                fixture_open(fixture);
                fixture_close(fixture);
        }
        assert_ok(kill(looker, SIGKILL));
        assert_int_equal(waitpid(looker, &status, 0), looker);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(whoever_has_the_store_says_where_it_can_be_asked),
                TEST(a_store_that_is_closed_has_no_holder),
                TEST(only_what_a_reader_takes_for_a_path_is_announced),
                TEST(what_a_killed_process_left_behind_is_not_believed),
                TEST(whatever_stands_in_a_locked_file_is_read),
                TEST(what_is_no_file_has_no_holder),
                TEST(looking_never_keeps_a_daemon_from_its_store),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
