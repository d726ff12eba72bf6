/* SPDX-License-Identifier: MIT */
/* What people drop into the inbox, and what becomes of it: real files, real workers (this program
 * run again), a real store. Waiting ends with what is waited for. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>
#include <systemd/sd-event.h>

#include "intake/intake.h"
#include "main/dropped.h"
#include "main/inbox.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/process.h"

#include "store-fixture.h"

#include "firm-fixture.h"

#define CUSTOMERS "id,name,email\nC-1,Boulangerie Martin,martin@example.org\n"
#define INVOICES "number,customer,issued,due,amount,currency\n"
#define PAYMENTS "id,invoice,date,amount,currency\n"
#define PATIENCE_USEC (60 * USEC_PER_SEC)

typedef struct Desk {
        Firm *firm;
        Inbox *inbox;
        char path[128];
        size_t n_idle;
} Desk;

static void on_idle(void *owner)
{
        ((Desk *)owner)->n_idle++;
}

static void open_desk(Desk *desk)
{
        assert_ok(inbox_new(desk->firm->engine, &desk->inbox));
        inbox_on_idle(desk->inbox, on_idle, desk);
}

static Desk desk_of(void **state)
{
        Desk desk = { .firm = *state };

        snprintf(desk.path, sizeof(desk.path), "%s/inbox", desk.firm->base.state);
        return desk;
}

static const char *in(const Desk *desk, const char *name)
{
        static char paths[4][512];
        static unsigned next;
        char *path = paths[next++ % 4];

        snprintf(path, sizeof(paths[0]), "%s/%s", desk->path, name);
        return path;
}

static const char *beside(const Desk *desk, const char *name, char path[static 160])
{
        snprintf(path, 160, "%s/%s", desk->firm->base.state, name);
        return path;
}

static void drop(const Desk *desk, const char *name, const char *text)
{
        int fd = open(in(desk, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_ok(fd_write_all(fd, text, strlen(text)));
        (void)close(fd);
}

static bool is_there(const Desk *desk, const char *name)
{
        struct stat status;

        return lstat(in(desk, name), &status) == 0;
}

static char *text_of(const Desk *desk, const char *name)
{
        static char *text;

        free(text);
        text = NULL;
        assert_ok(file_read(in(desk, name), 1 << 20, &text, &(size_t){ 0 }));
        return text;
}

static void turn(const Desk *desk)
{
        assert_true(sd_event_run(desk->firm->engine->event, 50000) >= 0);
}

/* Until what was dropped has been taken, or as much of it as can be. */
static void settle(Desk *desk)
{
        int64_t end = clock_monotonic_usec() + PATIENCE_USEC;
        size_t n_idle = desk->n_idle;

        while (desk->n_idle == n_idle) {
                assert_true(clock_monotonic_usec() < end);
                turn(desk);
        }
        assert_true(inbox_is_idle(desk->inbox));
}

static void wait_until_there(Desk *desk, const char *name)
{
        int64_t end = clock_monotonic_usec() + PATIENCE_USEC;

        while (!is_there(desk, name)) {
                assert_true(clock_monotonic_usec() < end);
                turn(desk);
        }
}

static void assert_counts(const Desk *desk, size_t n_waiting, size_t n_failed)
{
        size_t waiting, failed;

        inbox_count(desk->inbox, &waiting, &failed);
        assert_int_equal(waiting, n_waiting);
        assert_int_equal(failed, n_failed);
}

static size_t count_names(const Desk *desk, const char *folder)
{
        DIR *dir = opendir(in(desk, folder));
        size_t n = 0;

        assert_non_null(dir);
        for (struct dirent *entry; (entry = readdir(dir));)
                n += *entry->d_name != '.';
        (void)closedir(dir);
        return n;
}

static int count_invoice(void *owner, const InvoiceReport *row)
{
        ++*(size_t *)owner;
        return 0;
}

static size_t count_invoices(const Desk *desk)
{
        size_t n = 0;

        assert_ok(store_list_invoices(desk->firm->base.store, NULL, NULL, count_invoice, &n));
        return n;
}

static void make_socket(const char *path)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_ok(bind(fd, (struct sockaddr *)&address, sizeof(address)));
        (void)close(fd);
}

/* Some are there when it starts, payments first by name. */
static void all_that_is_dropped_goes_where_it_belongs(void **state)
{
        Desk desk = desk_of(state);
        static const char *const left[] = { ".hidden.csv", "x.csv.part", "x.tmp", "x.crdownload",
                "x.csv~" };
        static const struct {
                const char *name, *problems;
        } failed[] = {
                { "bad.csv", "bad.csv:3: due: \"2026-02-30\" is no date" },
                { "bad.csv", "1 of its 2 rows count all the same" },
                { "empty.csv", "empty.csv:1: the file is empty; expected a header row" },
                { "fifo", "fifo: it is no file" },
                { "folder", "folder: it is a folder" },
                { "letter.txt", "letter.txt:1: " },
                { "link.csv", "link.csv: it is a symbolic link" },
                { "new\nline.csv", "\"new\\x0Aline.csv\":1: " },
                { "socket", "socket: it is no file" },
        };

        assert_ok(mkdir(desk.path, 0700));
        drop(&desk, "a-payments.csv", PAYMENTS "P-1,F-1,2026-03-01,10.00,EUR\n");
        drop(&desk, "b-invoices.csv", INVOICES "F-1,C-1,2026-01-05,2026-02-05,10.00,EUR\n");
        drop(&desk, "c-customers.csv", CUSTOMERS);
        drop(&desk, "bad.csv",
                INVOICES "F-2,C-1,2026-01-05,2026-02-05,10.00,EUR\n"
                         "F-3,C-1,2026-01-05,2026-02-30,10.00,EUR\n");
        drop(&desk, "warned.csv", "id,name,nickname\nC-2,Garage Petit,G\n");
        drop(&desk, "empty.csv", "");
        drop(&desk, "letter.txt", "Dear all\n");
        drop(&desk, "new\nline.csv", "Dear all\n");
        assert_ok(mkdir(in(&desk, "folder"), 0700));
        assert_ok(mkfifo(in(&desk, "fifo"), 0600));
        assert_ok(symlink("/etc/passwd", in(&desk, "link.csv")));
        make_socket(in(&desk, "socket"));
        for (size_t i = 0; i < ELEMENTSOF(left); i++)
                drop(&desk, left[i], CUSTOMERS);
        open_desk(&desk);
        assert_false(inbox_is_idle(desk.inbox));
        settle(&desk);
        assert_counts(&desk, 0, 8);
        assert_true(is_there(&desk, "done/a-payments.csv"));
        assert_true(is_there(&desk, "done/b-invoices.csv"));
        assert_true(is_there(&desk, "done/c-customers.csv"));
        assert_non_null(strstr(text_of(&desk, "done/warned.csv.problems.txt"),
                "warning: warned.csv:1: column \"nickname\" is not known"));
        assert_int_equal(count_names(&desk, "done"), 5);
        for (size_t i = 0; i < ELEMENTSOF(failed); i++) {
                char name[64];
                snprintf(name, sizeof(name), "failed/%s", failed[i].name);
                assert_true(is_there(&desk, name));
                snprintf(name, sizeof(name), "failed/%s.problems.txt", failed[i].name);
                const char *problems = text_of(&desk, name);
                if (!strstr(problems, failed[i].problems))
                        print_message("%s", problems);
                assert_non_null(strstr(problems, failed[i].problems));
        }
        for (size_t i = 0; i < ELEMENTSOF(left); i++)
                assert_true(is_there(&desk, left[i]));
        assert_int_equal(count_invoices(&desk), 2);
        inbox_free(desk.inbox);
}

static void a_name_that_is_taken_gets_the_time_and_then_a_number(void **state)
{
        Desk desk = desk_of(state);
        static const char *const names[] = { "done/c.csv", "done/c.2026-03-05T0900.csv",
                "done/c.2026-03-05T0900-2.csv", "done/c.2026-03-05T0900-3.csv" };
        char text[128];

        open_desk(&desk);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                snprintf(text, sizeof(text), "id,name\nC-%zu,Martin\n", i);
                drop(&desk, "c.csv", text);
                settle(&desk);
                assert_string_equal(text_of(&desk, names[i]), text);
        }
        inbox_free(desk.inbox);
}

/* Of letters, and of bytes that are in no character. */
static void names_as_long_as_a_folder_takes_find_a_place(void **state)
{
        Desk desk = desk_of(state);
        static const struct {
                int byte;
                const char *ending;
        } cases[] = { { 'n', ".csv" }, { 0x80, ".csv" }, { 0x80, "" }, { 0xFF, "" } };
        char name[NAME_MAX + 1];

        open_desk(&desk);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t length = NAME_MAX - strlen(cases[i].ending);
                memset(name, cases[i].byte, length);
                memcpy(name + length, cases[i].ending, strlen(cases[i].ending) + 1);
                drop(&desk, name, "id,name\nC-1\n");
                settle(&desk);
                assert_int_equal(count_names(&desk, "failed"), 2 * (i + 1));
        }
        inbox_free(desk.inbox);
}

static void a_file_that_is_still_being_written_waits(void **state)
{
        Desk desk = desk_of(state);

        open_desk(&desk);
        int fd = open(in(&desk, "c.csv"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_ok(fd_write_all(fd, "id,name\nC-1,Mar", 15));
        int64_t end = clock_monotonic_usec() + 5 * USEC_PER_SEC / 2;
        while (clock_monotonic_usec() < end)
                turn(&desk);
        assert_true(is_there(&desk, "c.csv"));
        assert_false(inbox_is_idle(desk.inbox));
        assert_counts(&desk, 1, 0);
        assert_ok(fd_write_all(fd, "tin\n", 4));
        (void)close(fd);
        settle(&desk);
        assert_true(is_there(&desk, "done/c.csv"));
        assert_false(is_there(&desk, "done/c.csv.problems.txt"));
        inbox_free(desk.inbox);
}

/* Of a file that cannot be put away: on another file system, since root may do anything on one. */
static void what_cannot_be_moved_is_imported_once_and_left_until_it_changes(void **state)
{
        Desk desk = desk_of(state);
        struct stat here, there;
        size_t n_facts;

        if (stat("/dev/shm", &there) < 0 || stat(desk.firm->base.state, &here) < 0 ||
                here.st_dev == there.st_dev)
                skip();
        assert_ok(mkdir(desk.path, 0700));
        assert_ok(symlink("/dev/shm", in(&desk, "done")));
        open_desk(&desk);
        drop(&desk, "c.csv", CUSTOMERS);
        settle(&desk);
        assert_true(is_there(&desk, "c.csv"));
        assert_counts(&desk, 0, 0);
        n_facts = desk.n_idle;
        drop(&desk, "d.csv", "id,name\nC-2,Petit\n");
        settle(&desk);
        assert_int_equal(desk.n_idle, n_facts + 1);
        /* What was in its way is gone, and somebody touches it. */
        assert_ok(unlink(in(&desk, "done")));
        assert_ok(utimensat(AT_FDCWD, in(&desk, "c.csv"), NULL, 0));
        settle(&desk);
        assert_true(is_there(&desk, "done/c.csv"));
        assert_true(is_there(&desk, "d.csv"));
        inbox_free(desk.inbox);
}

static void a_folder_that_is_taken_away_is_made_again(void **state)
{
        Desk desk = desk_of(state);
        char away[160];

        open_desk(&desk);
        assert_ok(rename(desk.path, beside(&desk, "away", away)));
        wait_until_there(&desk, "failed");
        drop(&desk, "c.csv", CUSTOMERS);
        settle(&desk);
        assert_true(is_there(&desk, "done/c.csv"));
        assert_ok(rename(in(&desk, "failed"), beside(&desk, "gone", away)));
        drop(&desk, "d.csv", "id,name\nC-2\n");
        settle(&desk);
        assert_true(is_there(&desk, "failed/d.csv"));
        assert_counts(&desk, 0, 1);
        inbox_free(desk.inbox);
}

static void more_files_than_a_round_takes_are_all_taken(void **state)
{
        Desk desk = desk_of(state);
        char name[32], text[64];

        open_desk(&desk);
        for (int i = 0; i < 260; i++) {
                snprintf(name, sizeof(name), "c-%03d.csv", i);
                snprintf(text, sizeof(text), "id,name\nC-%d,Martin\n", i);
                drop(&desk, name, text);
        }
        settle(&desk);
        assert_int_equal(count_names(&desk, "done"), 260);
        inbox_free(desk.inbox);
}

static void an_inbox_that_ends_in_the_middle_leaves_what_it_had_not_put_away(void **state)
{
        Desk desk = desk_of(state);

        open_desk(&desk);
        for (int i = 0; i < 3; i++) {
                drop(&desk, "c.csv", CUSTOMERS);
                int64_t end = clock_monotonic_usec() + DROPPED_QUIET_USEC;
                while (clock_monotonic_usec() < end)
                        turn(&desk);
                for (int n_turns = 0; n_turns < 4 * i; n_turns++)
                        turn(&desk);
                inbox_free(desk.inbox);
                assert_true(is_there(&desk, "c.csv") || is_there(&desk, "done/c.csv"));
                open_desk(&desk);
        }
        wait_until_there(&desk, "done/c.csv");
        inbox_close(desk.inbox);
        drop(&desk, "d.csv", CUSTOMERS);
        for (int i = 0; i < 30; i++)
                turn(&desk);
        assert_true(is_there(&desk, "d.csv"));
        inbox_free(desk.inbox);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, firm_setup, firm_teardown)

int main(int n_arguments, char *arguments[])
{
        if (n_arguments > 1 && streq(arguments[1], "--worker"))
                return intake_worker_main(WORKER_FD);

        log_set_level(LOG_ERR);
        const struct CMUnitTest tests[] = {
                CASE(all_that_is_dropped_goes_where_it_belongs),
                CASE(a_name_that_is_taken_gets_the_time_and_then_a_number),
                CASE(names_as_long_as_a_folder_takes_find_a_place),
                CASE(a_file_that_is_still_being_written_waits),
                CASE(what_cannot_be_moved_is_imported_once_and_left_until_it_changes),
                CASE(a_folder_that_is_taken_away_is_made_again),
                CASE(more_files_than_a_round_takes_are_all_taken),
                CASE(an_inbox_that_ends_in_the_middle_leaves_what_it_had_not_put_away),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
