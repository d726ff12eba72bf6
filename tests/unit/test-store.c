/* SPDX-License-Identifier: MIT */
/* The life of a store: made, opened, locked, told apart when it is not right, backed up. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store-fixture.h"

#include "store/database.h"
#include "sys/file.h"

static const char *path_in(const char *folder, const char *name, char path[static 160])
{
        snprintf(path, 160, "%s/%s", folder, name);
        return path;
}

static void write_at(const char *path, off_t offset, const void *bytes, size_t length)
{
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, bytes, length, offset), (ssize_t)length);
        assert_ok(close(fd));
}

static int try_open(Fixture *fixture)
{
        Store *store = NULL;
        int r = store_open(fixture->state, fixture->cache, &store, NULL);

        store_close(store);
        return r;
}

static void a_store_is_never_made_over_another(void **state)
{
        Fixture *fixture = *state;

        assert_int_equal(store_create(fixture->state, fixture->cache), -EEXIST);
        fixture_close(fixture);
        assert_int_equal(store_create(fixture->state, fixture->cache), -EEXIST);
        assert_int_equal(try_open(fixture), STORE_OPENED);
}

static void a_log_without_its_database_is_not_an_empty_place(void **state)
{
        Fixture *fixture = *state;
        char path[160];

        fixture_close(fixture);
        assert_ok(unlink(path_in(fixture->state, "relanced.db", path)));
        write_at(path_in(fixture->state, "relanced.db-wal", path), 0, "x", 1);
        assert_int_equal(store_create(fixture->state, fixture->cache), -EEXIST);
        assert_int_equal(try_open(fixture), STORE_MISSING);
}

static void what_is_missing_is_not_made(void **state)
{
        Fixture *fixture = *state;
        char path[160];

        fixture_close(fixture);
        assert_ok(unlink(path_in(fixture->state, "relanced.db", path)));
        assert_int_equal(try_open(fixture), STORE_MISSING);
        assert_int_equal(access(path, F_OK), -1);
        snprintf(fixture->state, sizeof(fixture->state), "%s/nowhere", fixture->folder);
        assert_int_equal(try_open(fixture), STORE_MISSING);
        assert_int_equal(access(fixture->state, F_OK), -1);
}

static void a_second_open_in_this_process_is_refused_with_our_pid(void **state)
{
        Fixture *fixture = *state;
        Store *store = NULL;
        int pid = 0;

        assert_int_equal(store_open(fixture->state, fixture->cache, &store, &pid), STORE_LOCKED);
        assert_null(store);
        assert_int_equal(pid, getpid());
}

static void a_second_open_in_another_process_is_refused_with_the_holders_pid(void **state)
{
        Fixture *fixture = *state;
        int status;
        pid_t child = fork();

        if (child == 0) {
                Store *store = NULL;
                int pid = 0;
                int r = store_open(fixture->state, fixture->cache, &store, &pid);
                _exit(r == STORE_LOCKED && pid == getppid() ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

/* As when a daemon is killed while it starts a worker, which has the lock until it notices. */
static void a_lock_that_a_dead_holder_left_behind_is_waited_for(void **state)
{
        Fixture *fixture = *state;
        Store *store = NULL;
        int pid = 0, status;

        fixture_close(fixture);
        pid_t holder = fork();
        if (holder == 0) {
                if (store_open(fixture->state, fixture->cache, &store, &pid) == 0 && fork() == 0) {
                        (void)poll(NULL, 0, 50);
                        _exit(0);
                }
                (void)raise(SIGKILL);
        }
        assert_int_equal(waitpid(holder, &status, 0), holder);
        assert_ok(store_open(fixture->state, fixture->cache, &store, &pid));
        store_close(store);
}

static void files_that_are_no_store_are_told_apart(void **state)
{
        Fixture *fixture = *state;
        char path[160], garbage[8192];
        static const struct {
                const char *what;
                off_t size; /* cut to; -1: not */
                off_t offset;
                size_t length;
                const char *bytes;
                int opened;
        } cases[] = {
                { "empty", 0, 0, 0, "", STORE_CORRUPT },
                { "cut inside the header", 60, 0, 0, "", STORE_CORRUPT },
                { "cut after the first page", 4096, 0, 0, "", STORE_CORRUPT },
                { "not SQLite", -1, 0, 16, "this is not one\n", STORE_CORRUPT },
                { "page size of nonsense", -1, 16, 2, "\x13\x37", STORE_CORRUPT },
                { "another program's", -1, 68, 4, "\0\0\0\1", STORE_FOREIGN },
                { "of a later version", -1, 60, 4, "\0\0\x03\xE7", STORE_NEWER },
                { "of no version", -1, 60, 4, "\0\0\0\0", STORE_CORRUPT },
        };

        fixture_close(fixture);
        path_in(fixture->state, "relanced.db", path);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        static char whole[1024 * 1024];
        ssize_t n = read(fd, whole, sizeof(whole));
        assert_true(n > 4096 && n < (ssize_t)sizeof(whole));
        assert_ok(close(fd));
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                print_message("%s\n", cases[i].what);
                write_at(path, 0, whole, (size_t)n);
                if (cases[i].size >= 0)
                        assert_ok(truncate(path, cases[i].size));
                write_at(path, cases[i].offset, cases[i].bytes, cases[i].length);
                assert_int_equal(try_open(fixture), cases[i].opened);
        }
        memset(garbage, 0xA5, sizeof(garbage));
        write_at(path, 0, garbage, sizeof(garbage));
        assert_int_equal(try_open(fixture), STORE_CORRUPT);
        write_at(path, 0, whole, (size_t)n);
        assert_int_equal(try_open(fixture), STORE_OPENED);
}

static void a_damaged_page_of_the_small_tables_is_seen_at_start(void **state)
{
        Fixture *fixture = *state;
        char path[160], zeros[4096] = { 0 };

        fixture_close(fixture);
        write_at(path_in(fixture->state, "relanced.db", path), 4096, zeros, sizeof(zeros));
        assert_int_equal(try_open(fixture), STORE_CORRUPT);
}

/* A copy of the folder as it stands while the store is open is what a killed process leaves. */
static void copy_file(const char *from, const char *to)
{
        static char bytes[8 * 1024 * 1024];
        int fd = open(from, O_RDONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        ssize_t n = read(fd, bytes, sizeof(bytes));
        assert_true(n >= 0 && n < (ssize_t)sizeof(bytes));
        assert_ok(close(fd));
        write_at(to, 0, bytes, (size_t)n);
}

static void copy_as_killed(Fixture *fixture, const char *to)
{
        static const char *const names[] = { "relanced.db", "relanced.db-wal" };
        char from_path[160], to_path[160];

        assert_ok(mkdir(to, 0700));
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                copy_file(path_in(fixture->state, names[i], from_path),
                        path_in(to, names[i], to_path));
}

static void what_was_committed_outlives_a_kill(void **state)
{
        Fixture *fixture = *state;
        char killed[96];

        fill(fixture);
        snprintf(killed, sizeof(killed), "%s/killed", fixture->folder);
        copy_as_killed(fixture, killed);
        fixture_close(fixture);
        memcpy(fixture->state, killed, sizeof(killed));
        fixture_open(fixture);
        assert_int_equal(load_account(fixture, "C-1").n_instalments, 2);
        assert_verified(fixture);
}

static void a_log_that_was_deleted_or_emptied_is_missed(void **state)
{
        Fixture *fixture = *state;
        char killed[96], path[160];

        fill(fixture);
        snprintf(killed, sizeof(killed), "%s/killed", fixture->folder);
        copy_as_killed(fixture, killed);
        fixture_close(fixture);
        memcpy(fixture->state, killed, sizeof(killed));
        assert_ok(truncate(path_in(killed, "relanced.db-wal", path), 0));
        assert_int_equal(try_open(fixture), STORE_CORRUPT);
        assert_int_equal(try_open(fixture), STORE_CORRUPT);
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(try_open(fixture), STORE_CORRUPT);
}

/* Sends a notice of F-1, so that what was sent changes. */
static void send_something(Fixture *fixture, const char *step)
{
        Account account = load_account(fixture, "C-1");
        const ContactLine line = { .invoice = account.instalments[0].invoice,
                .seq = 1,
                .step = step,
                .action = ACTION_REMIND,
                .open = 120000 };
        Contact contact = { .account = account.id,
                .action = ACTION_REMIND,
                .step = step,
                .policy = "standard",
                .lead_invoice = line.invoice,
                .lead_seq = 1,
                .at = NOON,
                .day = TODAY,
                .total = 120000,
                .deadline = DATE_NONE,
                .reason = REASON_DUE,
                .lines = &line,
                .n_lines = 1 };
        Notice notice = { .channel = "email",
                .to = "martin@example.org",
                .language = "fr",
                .message_id = step,
                .template_name = "remind",
                .subject = "s",
                .text = "t",
                .date = NOON,
                .not_before = INSTANT_NONE };

        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &contact, &notice, 1));
        assert_ok(store_mark_handed(fixture->store, &notice.id, 1));
        assert_ok(store_mark_begun(fixture->store, notice.id, NOON));
        commit(fixture);
        begin(fixture);
        assert_ok(store_mark_sent(fixture->store, notice.id, REASON_DUE, NOON, TODAY, NULL));
        commit(fixture);
}

static unsigned guards_of(Fixture *fixture)
{
        unsigned guards;

        fixture_open(fixture);
        assert_ok(store_get_guards(fixture->store, &guards));
        fixture_close(fixture);
        return guards;
}

static void a_restored_backup_is_held_back_until_a_person_resumes(void **state)
{
        Fixture *fixture = *state;
        char backup[160], path[160];

        fill(fixture);
        send_something(fixture, "reminder");
        assert_ok(copy_store(fixture, path_in(fixture->folder, "copy", backup)));
        send_something(fixture, "resend");
        fixture_close(fixture);
        assert_int_equal(guards_of(fixture), 0);
        assert_ok(rename(backup, path_in(fixture->state, "relanced.db", path)));
        for (int i = 0; i < 2; i++)
                assert_int_equal(guards_of(fixture), GUARD_BIT(GUARD_RESTORED));
        fixture_open(fixture);
        begin(fixture);
        assert_ok(store_set_guards(fixture->store, 0));
        commit(fixture);
        fixture_close(fixture);
        assert_int_equal(guards_of(fixture), 0);
}

static void without_its_fence_nothing_is_known_against_a_backup(void **state)
{
        Fixture *fixture = *state;
        char backup[160], path[160];

        fill(fixture);
        send_something(fixture, "reminder");
        assert_ok(copy_store(fixture, path_in(fixture->folder, "copy", backup)));
        send_something(fixture, "resend");
        fixture_close(fixture);
        assert_ok(rename(backup, path_in(fixture->state, "relanced.db", path)));
        assert_ok(unlink(path_in(fixture->cache, "fence", path)));
        assert_int_equal(guards_of(fixture), 0);
}

static void facts_alone_do_not_move_the_fence(void **state)
{
        Fixture *fixture = *state;
        char backup[160], path[160];

        fill(fixture);
        send_something(fixture, "reminder");
        assert_ok(copy_store(fixture, path_in(fixture->folder, "copy", backup)));
        const CustomerRow later = customer_row("C-2");
        assert_int_equal(put_customer(fixture, &later), PUT_ADDED);
        fixture_close(fixture);
        assert_ok(rename(backup, path_in(fixture->state, "relanced.db", path)));
        assert_int_equal(guards_of(fixture), 0);
}

static void another_stores_fence_and_garbage_in_it_do_not_count(void **state)
{
        Fixture *fixture = *state;
        char path[160];
        static const char *const texts[] = { "", "x",
                "0123456789abcdef0123456789abcdef "
                "00000000000000099999\n" };

        fixture_close(fixture);
        path_in(fixture->cache, "fence", path);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                assert_ok(truncate(path, 0));
                write_at(path, 0, texts[i], strlen(texts[i]));
                assert_int_equal(guards_of(fixture), 0);
        }
}

/* Some of it is copied already, some is not. */
static void a_backup_has_what_is_written_while_it_is_made(void **state)
{
        Fixture *fixture = *state;
        char backup[160], path[160], code[16];
        StoreCopy *copy = NULL;
        int n_steps = 0, r;

        fill(fixture);
        begin(fixture);
        for (int i = 0; i < 30000; i++) {
                snprintf(code, sizeof(code), "D-%05d", i);
                const CustomerRow customer = customer_row(code);
                assert_int_equal(store_put_customer(fixture->store, &customer, NOON), PUT_ADDED);
        }
        commit(fixture);
        assert_ok(store_copy_new(fixture->store, path_in(fixture->folder, "copy", backup), &copy));
        for (; (r = store_copy_step(copy)) > 0; n_steps++) {
                const PaymentRow payment = payment_row("P-1", "F-1", 1000 + n_steps);
                snprintf(code, sizeof(code), "%c-%d", 'A' + n_steps % 26, n_steps);
                const CustomerRow customer = customer_row(code);
                assert_int_equal(put_customer(fixture, &customer), PUT_ADDED);
                assert_true(put_payment(fixture, &payment) <= PUT_CHANGED);
        }
        assert_int_equal(r, 0);
        assert_true(n_steps >= 2);
        store_copy_free(copy);
        fixture_close(fixture);
        assert_ok(rename(backup, path_in(fixture->state, "relanced.db", path)));
        fixture_open(fixture);
        assert_int_equal(load_account(fixture, "C-1").instalments[0].open, 120000 - 999 - n_steps);
        assert_verified(fixture);
}

static void a_copy_that_is_given_up_leaves_nothing(void **state)
{
        Fixture *fixture = *state;
        char backup[160];
        StoreCopy *copy = NULL;

        fill(fixture);
        assert_ok(store_copy_new(fixture->store, path_in(fixture->folder, "copy", backup), &copy));
        store_copy_free(copy);
        assert_int_equal(access(backup, F_OK), -1);
        assert_ok(store_sync(fixture->store));
        assert_verified(fixture);
}

static void a_backup_is_whole_and_never_overwrites(void **state)
{
        Fixture *fixture = *state;
        char backup[160], path[160];

        fill(fixture);
        path_in(fixture->folder, "copy", backup);
        assert_ok(copy_store(fixture, backup));
        assert_int_equal(copy_store(fixture, backup), -EEXIST);
        fixture_close(fixture);
        assert_ok(rename(backup, path_in(fixture->state, "relanced.db", path)));
        fixture_open(fixture);
        assert_int_equal(load_account(fixture, "C-1").n_instalments, 2);
        assert_verified(fixture);
}

static void a_mode_is_taken_once_for_good(void **state)
{
        Fixture *fixture = *state;
        StoreMode mode;

        assert_ok(store_get_mode(fixture->store, &mode));
        assert_int_equal(mode, STORE_FRESH);
        assert_ok(store_set_mode(fixture->store, STORE_SIMULATED));
        assert_ok(store_set_mode(fixture->store, STORE_SIMULATED));
        assert_int_equal(store_set_mode(fixture->store, STORE_REAL), -EPERM);
        assert_int_equal(store_set_mode(fixture->store, STORE_FRESH), -EPERM);
        fixture_close(fixture);
        fixture_open(fixture);
        assert_ok(store_get_mode(fixture->store, &mode));
        assert_int_equal(mode, STORE_SIMULATED);
}

static void the_last_wake_is_kept(void **state)
{
        Fixture *fixture = *state;
        Instant instant;

        assert_ok(store_get_last_wake(fixture->store, &instant));
        assert_false(instant_is_set(instant));
        assert_ok(store_set_last_wake(fixture->store, NOON));
        begin(fixture);
        assert_ok(store_set_last_wake(fixture->store, (Instant){ 1 }));
        store_rollback(fixture->store);
        fixture_close(fixture);
        fixture_open(fixture);
        assert_ok(store_get_last_wake(fixture->store, &instant));
        assert_int_equal(instant.usec, NOON.usec);
}

static void what_is_rolled_back_has_not_happened(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow row = customer_row("C-1");
        int64_t *accounts;
        size_t n;

        begin(fixture);
        assert_int_equal(store_put_customer(fixture->store, &row, NOON), PUT_ADDED);
        store_rollback(fixture->store);
        store_rollback(fixture->store);
        assert_int_equal(store_find_accounts(fixture->store, "C-1", &fixture->arena, &accounts, &n),
                -ENOENT);
}

static void nothing_is_written_outside_a_transaction(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow row = customer_row("C-1");

        assert_int_equal(store_put_customer(fixture->store, &row, NOON), -EIO);
        assert_int_equal(put_customer(fixture, &row), PUT_ADDED);
}

static void a_full_disk_ends_the_transaction_and_nothing_else(void **state)
{
        Fixture *fixture = *state;
        struct rlimit limit, small;
        char code[32];
        int r = 0;

        fill(fixture);
        signal(SIGXFSZ, SIG_IGN);
        assert_ok(getrlimit(RLIMIT_FSIZE, &limit));
        small = limit;
        small.rlim_cur = 256 * 1024;
        assert_ok(setrlimit(RLIMIT_FSIZE, &small));
        /* Page after page, until they have to be written. */
        begin(fixture);
        for (int i = 0; i < 20000 && r >= 0; i++) {
                snprintf(code, sizeof(code), "D-%d", i);
                const CustomerRow row = customer_row(code);
                r = store_put_customer(fixture->store, &row, NOON);
        }
        int committed = store_commit(fixture->store);
        assert_true(r == -EIO || r == -ENOSPC || committed == -EIO || committed == -ENOSPC);
        store_rollback(fixture->store);
        assert_ok(setrlimit(RLIMIT_FSIZE, &limit));
        assert_int_equal(load_account(fixture, "C-1").n_instalments, 2);
        const CustomerRow row = customer_row("C-2");
        assert_int_equal(put_customer(fixture, &row), PUT_ADDED);
        assert_verified(fixture);
}

static void after_an_error_has_ended_it_a_transaction_takes_nothing_more(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow row = customer_row("C-1");

        begin(fixture);
        assert_int_equal(store_put_customer(fixture->store, &row, NOON), PUT_ADDED);
        assert_ok(db_execute(fixture->store, "rollback"));
        assert_int_equal(store_put_customer(fixture->store, &row, NOON), -EIO);
        assert_int_equal(store_commit(fixture->store), -EIO);
        assert_int_equal(put_customer(fixture, &row), PUT_ADDED);
}

/* The store of an earlier release in the place of the fixture's; then the statements. */
static void make_old_store(Fixture *fixture, const char *name, const char *statements)
{
        _cleanup_(freep) char *dump = NULL;
        char path[160], source[512];
        size_t length;
        sqlite3 *db;

        assert_true(snprintf(source, sizeof(source), "%s/tests/integration/stores/%s",
                            RELANCED_SOURCE_ROOT, name) < (int)sizeof(source));
        assert_ok(file_read(source, 1 << 20, &dump, &length));
        fixture_close(fixture);
        assert_ok(unlink(path_in(fixture->state, "relanced.db", path)));
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, dump, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t read_pragma(Store *store, const char *sql)
{
        ROWS(rows);

        assert_ok(rows_open_private(&rows, store, sql, NO_VALUES));
        assert_int_equal(rows_next(&rows), 1);
        return row_integer(&rows, 0);
}

static void a_store_of_the_first_release_is_brought_up_with_all_that_is_in_it(void **state)
{
        Fixture *fixture = *state;
        Notice notice;

        make_old_store(fixture, "schema-1.sql", "");
        fixture_open(fixture);
        assert_int_equal(read_pragma(fixture->store, "pragma user_version"), schema_n_versions);
        assert_verified(fixture);
        assert_int_equal(load_account(fixture, "C-1").n_instalments, 2);
        assert_int_equal(load_account(fixture, "C-1").instalments[0].open, 100000);
        /* A WhatsApp message that waits: what it was in the first release, and its template. */
        assert_ok(store_load_notice(fixture->store, 3, true, &fixture->arena, &notice));
        assert_int_equal(notice.state, NOTICE_PENDING);
        assert_int_equal(notice.attempts, 1);
        assert_string_equal(
                notice.message_id, "c14d3811497a64f5c292737ed536682d@atelier-dumont.example");
        assert_non_null(strstr(notice.text, "F-2"));
        assert_string_equal(notice.template_name, "remind");
        assert_null(notice.fields);
        fixture_close(fixture);
        fixture_open(fixture); /* nothing is done twice */
        send_something(fixture, "resend");
        assert_verified(fixture);
}

/* What people had said is folded as it stood; and each of their facts can be taken back. */
static void what_a_release_before_promises_was_told_is_kept_and_can_be_taken_back(void **state)
{
        Fixture *fixture = *state;
        int64_t n_facts, n_undone = 0, fact;
        Date newest;

        make_old_store(fixture, "schema-7.sql", "");
        fixture_open(fixture);
        assert_verified(fixture);
        const Account account = load_account(fixture, "C-2");
        assert_int_equal(account.n_instalments, 4);
        for (size_t i = 0; i < account.n_instalments; i++) {
                const Instalment *instalment = &account.instalments[i];
                assert_int_equal(instalment->is_held, !streq(instalment->number, "F-4"));
                assert_false(date_is_set(instalment->imported_on));
                assert_int_equal(instalment->promise, 0);
                assert_string_equal(instalment->approved, "");
        }
        assert_ok(store_get_newest_payment(fixture->store, &newest));
        assert_true(date_is_set(newest));
        n_facts = read_pragma(fixture->store, "select max(id) from fact");
        for (int64_t i = n_facts; i > 0; i--) {
                begin(fixture);
                int r = store_withdraw(fixture->store, i, NOON, TODAY, &fact);
                assert_true(r == SAID || r == SAID_NOT_UNDONE);
                commit(fixture);
                n_undone += r == SAID;
        }
        assert_int_equal(n_undone, 5);
        assert_verified(fixture);
        assert_true(load_account(fixture, "C-3").instalments[0].open > 0);
        assert_false(load_account(fixture, "C-2").instalments[0].is_held);
}

static void what_waits_in_an_old_store_gets_the_name_of_its_template(void **state)
{
        static const struct {
                int kind;
                Action action;
                const char *template_name;
        } cases[] = {
                { NOTICE_CONTACT, ACTION_COURTESY, "courtesy" },
                { NOTICE_CONTACT, ACTION_REMIND, "remind" },
                { NOTICE_CONTACT, ACTION_RESEND, "resend" },
                { NOTICE_CONTACT, ACTION_DEADLINE, "deadline" },
                { NOTICE_CONTACT, ACTION_CALL, "call" },
                { NOTICE_SUSPEND, ACTION_SUSPEND, "suspend" },
                { NOTICE_RECONNECT, ACTION_RECONNECT, "reconnect" },
                { NOTICE_THANKS, ACTION_REMIND, "thanks" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char statement[100];
                Notice notice;
                snprintf(statement, sizeof(statement),
                        "update contact set kind = %d, action = %d where id = 2", cases[i].kind,
                        (int)cases[i].action);
                make_old_store(fixture, "schema-1.sql", statement);
                fixture_open(fixture);
                assert_ok(store_load_notice(fixture->store, 3, true, &fixture->arena, &notice));
                assert_string_equal(notice.template_name, cases[i].template_name);
                /* One that was sent is history. */
                assert_ok(store_load_notice(fixture->store, 1, true, &fixture->arena, &notice));
                assert_string_equal(notice.template_name, "");
        }
}

/* The table is there already: the second version's statements fail half-way. */
static void an_old_store_that_cannot_be_brought_up_stays_as_it_is(void **state)
{
        Fixture *fixture = *state;
        char path[160];
        sqlite3_stmt *statement;
        sqlite3 *db;

        make_old_store(fixture, "schema-1.sql", "alter table body add column fields text");
        assert_int_equal(try_open(fixture), STORE_CORRUPT);
        assert_int_equal(
                sqlite3_open(path_in(fixture->state, "relanced.db", path), &db), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(db,
                                 "select (select user_version from pragma_user_version), "
                                 "(select count(*) from pragma_table_info('body'))",
                                 -1, &statement, NULL),
                SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(statement, 0), 1);
        assert_int_equal(sqlite3_column_int(statement, 1), 5);
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(a_store_is_never_made_over_another),
                TEST(a_log_without_its_database_is_not_an_empty_place),
                TEST(what_is_missing_is_not_made),
                TEST(a_second_open_in_this_process_is_refused_with_our_pid),
                TEST(a_second_open_in_another_process_is_refused_with_the_holders_pid),
                TEST(a_lock_that_a_dead_holder_left_behind_is_waited_for),
                TEST(files_that_are_no_store_are_told_apart),
                TEST(a_store_of_the_first_release_is_brought_up_with_all_that_is_in_it),
                TEST(what_a_release_before_promises_was_told_is_kept_and_can_be_taken_back),
                TEST(what_waits_in_an_old_store_gets_the_name_of_its_template),
                TEST(an_old_store_that_cannot_be_brought_up_stays_as_it_is),
                TEST(a_damaged_page_of_the_small_tables_is_seen_at_start),
                TEST(what_was_committed_outlives_a_kill),
                TEST(a_log_that_was_deleted_or_emptied_is_missed),
                TEST(a_restored_backup_is_held_back_until_a_person_resumes),
                TEST(without_its_fence_nothing_is_known_against_a_backup),
                TEST(facts_alone_do_not_move_the_fence),
                TEST(another_stores_fence_and_garbage_in_it_do_not_count),
                TEST(a_backup_has_what_is_written_while_it_is_made),
                TEST(a_copy_that_is_given_up_leaves_nothing),
                TEST(a_backup_is_whole_and_never_overwrites),
                TEST(a_mode_is_taken_once_for_good),
                TEST(the_last_wake_is_kept),
                TEST(what_is_rolled_back_has_not_happened),
                TEST(nothing_is_written_outside_a_transaction),
                TEST(a_full_disk_ends_the_transaction_and_nothing_else),
                TEST(after_an_error_has_ended_it_a_transaction_takes_nothing_more),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
