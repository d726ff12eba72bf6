/* SPDX-License-Identifier: MIT */
/* Files through real workers (this program run again as --worker), and hostile workers in their
 * place, into a store that only writes down what it is asked. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <systemd/sd-event.h>

#include "base/strbuf.h"
#include "intake/intake.h"
#include "intake/job.h"
#include "intake/wire.h"
#include "store/facts.h"
#include "sys/process.h"

/* The store: its calls as text; what it answers, by what the row names. */
struct Store {
        StrBuf calls;
        bool is_open; /* a transaction */
        size_t n_commits, n_rows, n_syncs;
        size_t n_ends;   /* calls of store_import_end() before the last */
        size_t fails_at; /* the n-th row fails with -ENOSPC; 0: none */
};

const char *const fact_kind_names[5] = { "payment", "credit", "refund", "chargeback", "write-off" };

int store_begin_lazily(Store *store)
{
        assert_false(store->is_open);
        store->is_open = true;
        return 0;
}

int store_sync(Store *store)
{
        assert_false(store->is_open);
        store->n_syncs++;
        return 0;
}

int store_commit(Store *store)
{
        assert_true(store->is_open);
        store->is_open = false;
        store->n_commits++;
        return 0;
}

void store_rollback(Store *store)
{
        store->is_open = false;
        strbuf_add(&store->calls, "rollback\n");
}

int store_import_begin(
        Store *store, const char *file_name, Instant at, Date today, int64_t *ret_run)
{
        assert_true(store->is_open);
        strbuf_addf(&store->calls, "begin %s\n", file_name);
        *ret_run = 7;
        return 0;
}

int store_import_end(Store *store, int64_t run, size_t *ret_withdrawn)
{
        assert_true(store->is_open);
        assert_int_equal(run, 7);
        if (store->n_ends > 0) {
                store->n_ends--;
                strbuf_add(&store->calls, "end a little\n");
                *ret_withdrawn = 2;
                return 1;
        }
        strbuf_add(&store->calls, "end\n");
        *ret_withdrawn = 0;
        return 0;
}

void store_import_watch(Store *store, int64_t run, WithdrawnTold told, void *owner)
{
        fail_msg("nobody asks what is withdrawn");
}

void store_import_drop(Store *store, int64_t run)
{
        assert_int_equal(run, 7);
}

static int store_row(Store *store, const char *key, Put put)
{
        assert_true(store->is_open);
        if (++store->n_rows == store->fails_at)
                return -ENOSPC;
        if (store->n_rows <= 100)
                strbuf_addf(&store->calls, "put %s\n", key);
        return put;
}

int store_put_customer(Store *store, const CustomerRow *row, Instant at)
{
        return store_row(store, row->id, PUT_ADDED);
}

int store_put_invoice(Store *store, int64_t run, const InvoiceRow *row, Instant at)
{
        bool is_known = row->customer[2] != '9';

        assert_int_equal(run, 7);
        return store_row(store, row->number,
                !is_known                     ? PUT_UNKNOWN_CUSTOMER
                : streq(row->currency, "USD") ? PUT_OTHER_CURRENCY
                : streq(row->customer, "C-8") ? PUT_OTHER_CUSTOMER
                                              : PUT_CHANGED);
}

int store_is_row_doubled(Store *store, int64_t run, const InvoiceRow *row)
{
        assert_true(store->is_open);
        assert_int_equal(run, 7);
        assert_true(row->customer[2] != '9');
        return 0;
}

int store_skip_invoice(Store *store, int64_t run, const char *number)
{
        assert_true(store->is_open);
        assert_int_equal(run, 7);
        strbuf_addf(&store->calls, "skip %s\n", number);
        return 0;
}

int store_put_payment(Store *store, const PaymentRow *row, Instant at, Date today)
{
        return store_row(
                store, row->id, streq(row->invoice, "F-9") ? PUT_UNKNOWN_INVOICE : PUT_SAME);
}

/* What an import is told of, and what it told. */
#define FILES_MAX 40
typedef struct Run {
        Store store;
        StrBuf messages;
        ImportResult results[FILES_MAX];
        sd_event *event;
        size_t n_turns; /* of a neighbour on the loop, while the import was under way */
        size_t n_children_most;
        size_t stop_when_put; /* rows: then the loop ends; 0: never */
        size_t n_done;
        int result;
} Run;

static const Config config;

static void on_message(void *owner, size_t i, bool is_warning, const char *text)
{
        Run *run = owner;

        strbuf_addf(&run->messages, "%s%s\n", is_warning ? "(warning) " : "", text);
}

static void run_release(Run *run)
{
        strbuf_release(&run->store.calls);
        strbuf_release(&run->messages);
}

static ImportContext context_of(Run *run)
{
        return (ImportContext){
                .store = &run->store,
                .config = &config,
                .at = { 0 },
                .today = { 20517 },
                .message = on_message,
                .owner = run,
        };
}

static void on_done(void *owner, int result)
{
        Run *run = owner;

        run->n_done++;
        run->result = result;
        (void)sd_event_exit(run->event, 0);
}

/* Of this process. */
static size_t count_children(void)
{
        char path[64], pids[4096] = "";
        size_t n = 0;

        snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && read(fd, pids, sizeof(pids) - 1) >= 0)
                for (const char *p = pids; *p; p++)
                        n += *p == ' ';
        (void)close(fd);
        return n;
}

/* Another on the same loop, who may write: no transaction is ever open in its turn. */
static int on_neighbour(sd_event_source *source, uint64_t usec, void *owner)
{
        Run *run = owner;

        assert_false(run->store.is_open);
        run->n_turns++;
        run->n_children_most = MAX(run->n_children_most, count_children());
        if (run->stop_when_put > 0 && run->store.n_rows >= run->stop_when_put)
                return sd_event_exit(run->event, 0);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int run_import(Run *run, const ImportFile *files, size_t n)
{
        sd_event_source *neighbour = NULL;
        Import *import = NULL;
        const ImportOrder order = {
                .context = context_of(run),
                .files = files,
                .n = n,
                .results = run->results,
                .done = on_done,
                .owner = run,
        };

        assert_int_equal(sd_event_new(&run->event), 0);
        assert_true(sd_event_add_time(
                            run->event, &neighbour, CLOCK_MONOTONIC, 0, 0, on_neighbour, run) >= 0);
        assert_true(sd_event_source_set_priority(neighbour, 100) >= 0);
        assert_int_equal(import_new(run->event, &order, &import), 0);
        assert_int_equal(run->n_done, 0);
        assert_true(sd_event_loop(run->event) >= 0);
        import_free(import);
        sd_event_source_unref(neighbour);
        run->event = sd_event_unref(run->event);
        assert_false(run->store.is_open);
        return run->result;
}

static int file_of(const char *bytes, size_t length)
{
        int fd = -1;

        assert_int_equal(memory_file("test", bytes, length, &fd), 0);
        return fd;
}

static int run_files(Run *run, const char *const names[], const char *const texts[], size_t n)
{
        ImportFile files[FILES_MAX] = { 0 };

        for (size_t i = 0; i < n; i++)
                files[i] = (ImportFile){ names[i], file_of(texts[i], strlen(texts[i])) };
        int r = run_import(run, files, n);
        assert_int_equal(run->n_done, 1);
        for (size_t i = 0; i < n; i++)
                (void)close(files[i].fd);
        return r;
}

#define CUSTOMERS "id,name\nC-1,Dupont\n"
#define INVOICES "number,customer,issued,due,amount,currency\n"
#define PAYMENTS "id,invoice,date,amount,currency\n"

static void files_are_taken_in_the_order_their_kinds_need(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        static const char *const names[] = { "p.csv", "i.csv", "c.csv" };
        static const char *const texts[] = { PAYMENTS "P-1,F-1,2026-01-05,5.00,EUR\n",
                INVOICES "F-1,C-1,2026-01-05,,10.00,EUR\nF-1,C-1,2026-01-05,,10.00,EUR\n",
                CUSTOMERS };

        assert_int_equal(run_files(&run, names, texts, 3), 0);
        assert_string_equal(strbuf_text(&run.messages), "");
        assert_string_equal(strbuf_text(&run.store.calls),
                "begin c.csv\nput C-1\nend\nbegin i.csv\nput F-1\nput F-1\nend\nbegin "
                "p.csv\nput P-1\nend\n");
        assert_string_equal(run.results[0].kind, "payments");
        assert_int_equal(run.results[0].n_same, 1);
        assert_string_equal(run.results[1].kind, "invoices");
        assert_int_equal(run.results[1].n_rows, 2);
        assert_int_equal(run.results[1].n_changed, 2);
        assert_string_equal(run.results[2].kind, "customers");
        assert_int_equal(run.results[2].n_added, 1);
        assert_int_equal(run.results[2].n_errors, 0);
}

static const struct {
        const char *file, *messages, *calls;
} rows_in_error[] = {
        { INVOICES "F-1,C-1,2026-01-05,2026-02-30,1O,EUR\nF-1,C-1,2026-01-05,,10,EUR\n",
                "x.csv:2: due: \"2026-02-30\" is no date; expected YYYY-MM-DD\n"
                "x.csv:2: amount: \"1O\" is no amount; expected digits, a dot or a comma "
                "before the decimals, without separators of thousands, such as 1200.00\n",
                "begin x.csv\nskip F-1\nput F-1\nend\n" },
        { INVOICES "F-1,C-99,2026-01-05,,10,EUR\nF-2,C-1,2026-01-05,,10,EUR\n",
                "x.csv:2: customer: \"C-99\" is not known; expected the id of an imported "
                "customer\n",
                "begin x.csv\nput F-1\nput F-2\nend\n" },
        { INVOICES "F-1,C-1,2026-01-05,,10,USD\nF-1,C-8,2026-01-05,,10,EUR\n",
                "x.csv:2: currency: \"USD\" is not the currency of invoice \"F-1\"; expected the "
                "one it "
                "was imported with\n"
                "x.csv:3: customer: \"C-8\" is not the customer of invoice \"F-1\"; expected the "
                "one it "
                "was imported with\n",
                "begin x.csv\nput F-1\nput F-1\nend\n" },
        { INVOICES "F-1,C-1,2026-01-05,,10,EUR,more\nF-2,C-1,2026-01-05,,10,EUR\n",
                "x.csv:2: 7 fields, where the header has 6\n",
                "begin x.csv\nskip F-1\nput F-2\nend\n" },
        { INVOICES "F-\xE9,C-1,2026-01-05,,10,EUR\nF-2,C-1,2026-01-05,,10,EUR\n",
                "x.csv:2: number: \"F-\\xE9\" is not UTF-8; save the file as UTF-8\n"
                "(warning) x.csv: a row could not be read, so no instalment that the file "
                "lacks was withdrawn\n",
                "begin x.csv\nput F-2\n" },
        { INVOICES ",C-1,2026-01-05,,10,EUR\n",
                "x.csv:2: number: is empty; expected the invoice's number\n"
                "(warning) x.csv: a row could not be read, so no instalment that the file "
                "lacks was withdrawn\n",
                "begin x.csv\n" },
        { PAYMENTS "P-1,F-9,2026-01-05,5.00,EUR\nP-2,F-1,2026-01-05,5.00,EU",
                "x.csv:2: invoice: \"F-9\" is not known; expected the number of an "
                "imported invoice\n"
                "x.csv:3: currency: \"EU\" is no currency of ISO 4217; expected three "
                "capital letters, such as EUR\n"
                "(warning) x.csv:3: the file ends within this line and may be truncated\n",
                "begin x.csv\nput P-1\nend\n" },
        { "id,name,x\nC-1,Dupont,1\n",
                "(warning) x.csv:1: column \"x\" is not known of customers and is "
                "ignored\n",
                "begin x.csv\nput C-1\nend\n" },
        { "id,nom\nC-1,Dupont\n",
                "(warning) x.csv:1: column \"nom\" is not known of customers and is "
                "ignored; the nearest known one is \"name\"\n"
                "x.csv:1: column \"name\" is missing; customers need it (the nearest one "
                "here is \"nom\")\n",
                "begin x.csv\nend\n" },
        { "", "x.csv:1: the file is empty; expected a header row\n", "" },
        { "\nid,name\r\n", "", "begin x.csv\nend\n" },
};

static void a_row_in_error_is_told_and_the_others_go_on(void **state)
{
        static const char *const names[] = { "x.csv" };

        for (size_t i = 0; i < ELEMENTSOF(rows_in_error); i++) {
                _cleanup_(run_release) Run run = { 0 };
                assert_int_equal(run_files(&run, names, &rows_in_error[i].file, 1), 0);
                assert_string_equal(strbuf_text(&run.messages), rows_in_error[i].messages);
                assert_string_equal(strbuf_text(&run.store.calls), rows_in_error[i].calls);
        }
}

static void many_rows_are_put_in_turns_that_others_share(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        static const char *const names[] = { "c.csv" };
        StrBuf text = STRBUF_INIT;

        strbuf_add(&text, "id,name\n");
        for (int i = 0; i < 20000; i++)
                strbuf_addf(&text, "C-%d,A name of a plausible length %d\n", i, i);
        const char *texts[] = { strbuf_text(&text) };
        assert_int_equal(run_files(&run, names, texts, 1), 0);
        assert_int_equal(run.results[0].n_added, 20000);
        assert_int_equal(run.store.n_rows, 20000);
        assert_true(run.n_turns > 10);
        assert_int_equal(run.store.n_syncs, 1);
        strbuf_release(&text);
}

static void what_a_long_file_lacks_is_withdrawn_a_little_at_each_call(void **state)
{
        _cleanup_(run_release) Run run = { .store.n_ends = 3 };
        static const char *const names[] = { "i.csv" };
        static const char *const texts[] = { INVOICES "F-1,C-1,2026-01-05,,10.00,EUR\n" };

        assert_int_equal(run_files(&run, names, texts, 1), 0);
        assert_int_equal(run.results[0].n_withdrawn, 6);
        assert_string_equal(strbuf_text(&run.store.calls),
                "begin i.csv\nput F-1\nend a little\nend a little\nend a little\nend\n");
}

/* Every second one is about payments and comes before what is paid. */
static void many_files_are_read_by_few_workers_in_the_order_of_their_kinds(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        static char names[FILES_MAX][16];
        const char *name_list[FILES_MAX], *texts[FILES_MAX];
        StrBuf expected = STRBUF_INIT;

        for (size_t i = 0; i < FILES_MAX; i++) {
                snprintf(names[i], sizeof(names[i]), "%zu.csv", i);
                name_list[i] = names[i];
                texts[i] = i % 2 == 0 ? PAYMENTS "P-1,F-1,2026-01-05,5.00,EUR\n" : CUSTOMERS;
        }
        for (size_t i = 1; i < FILES_MAX; i += 2)
                strbuf_addf(&expected, "begin %s\nput C-1\nend\n", names[i]);
        for (size_t i = 0; i < FILES_MAX; i += 2)
                strbuf_addf(&expected, "begin %s\nput P-1\nend\n", names[i]);
        assert_int_equal(run_files(&run, name_list, texts, FILES_MAX), 0);
        assert_string_equal(strbuf_text(&run.store.calls), strbuf_text(&expected));
        assert_string_equal(strbuf_text(&run.messages), "");
        assert_true(run.n_children_most > 1);
        assert_true(run.n_children_most <= 8);
        strbuf_release(&expected);
}

static void an_import_that_is_given_up_keeps_what_was_put(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        StrBuf text = STRBUF_INIT;

        strbuf_add(&text, "id,name\n");
        for (int i = 0; i < 200000; i++)
                strbuf_addf(&text, "C-%d,A name of a plausible length %d\n", i, i);
        ImportFile file = { "c.csv", file_of(strbuf_text(&text), text.length) };
        run.stop_when_put = 1000;
        (void)run_import(&run, &file, 1);
        assert_int_equal(run.n_done, 0);
        assert_true(run.store.n_commits > 0);
        assert_true(run.results[0].n_added >= 1000);
        assert_true(run.results[0].n_added < 200000);
        assert_int_equal(count_children(), 0);
        (void)close(file.fd);
        strbuf_release(&text);
}

static void no_files_are_an_import_too(void **state)
{
        _cleanup_(run_release) Run run = { .result = -1 };

        assert_int_equal(run_files(&run, NULL, NULL, 0), 0);
}

static void more_problems_than_anyone_reads_are_counted(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        static const char *const names[] = { "c.csv" };
        StrBuf text = STRBUF_INIT;
        size_t n_lines = 0;

        strbuf_add(&text, "id,name\n");
        for (int i = 0; i < 3000; i++)
                strbuf_add(&text, "C-1\n");
        const char *texts[] = { strbuf_text(&text) };
        assert_int_equal(run_files(&run, names, texts, 1), 0);
        assert_int_equal(run.results[0].n_errors, 3000);
        assert_int_equal(run.results[0].n_rows, 3000);
        for (const char *p = strbuf_text(&run.messages); *p; p++)
                n_lines += *p == '\n';
        assert_int_equal(n_lines, 1001);
        assert_non_null(strstr(strbuf_text(&run.messages),
                "\n(warning) c.csv: 2000 more problems of this file are not shown\n"));
        strbuf_release(&text);
}

static void an_error_of_the_store_ends_the_import(void **state)
{
        _cleanup_(run_release) Run run = { .store.fails_at = 2 };
        static const char *const names[] = { "c.csv", "d.csv" };
        static const char *const texts[] = { CUSTOMERS "C-2,Martin\n", CUSTOMERS };

        assert_int_equal(run_files(&run, names, texts, 2), -ENOSPC);
        assert_string_equal(strbuf_text(&run.store.calls), "begin c.csv\nput C-1\nrollback\n");
}

static void a_file_is_read_from_its_beginning(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        ImportFile file = { "c.csv", file_of(CUSTOMERS, strlen(CUSTOMERS)) };

        assert_true(lseek(file.fd, 0, SEEK_END) > 0);
        assert_int_equal(run_import(&run, &file, 1), 0);
        assert_int_equal(run.results[0].n_added, 1);
        (void)close(file.fd);
}

static void what_is_no_file_is_told(void **state)
{
        _cleanup_(run_release) Run run = { 0 };
        ImportFile files[] = { { "none", -1 }, { "folder", open("/", O_RDONLY | O_CLOEXEC) } };

        assert_int_equal(run_import(&run, files, 2), 0);
        assert_string_equal(strbuf_text(&run.messages),
                "none: it cannot be read: Bad file descriptor\n"
                "folder: it cannot be read: Is a directory\n");
        (void)close(files[1].fd);
}

/* A job whose worker is this test: it sends what it likes. */
typedef struct Hostile {
        Run run;
        ImportContext context;
        ImportJob *job;
        int fd;
} Hostile;

static void hostile_begin(Hostile *hostile, pid_t pid, uint64_t items_max)
{
        int pair[2];

        *hostile = (Hostile){ .run.store.is_open = true }; /* one turn, for all of its steps */
        hostile->context = context_of(&hostile->run);
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        ImportResult *result = &hostile->run.results[0];
        assert_int_equal(import_job_new(&hostile->context, 0, "x.csv", result, &hostile->job), 0);
        import_job_attach(hostile->job, pair[0], pid, items_max);
        hostile->fd = pair[1];
}

static void hostile_release(Hostile *hostile)
{
        import_job_free(hostile->job);
        (void)close(hostile->fd);
        run_release(&hostile->run);
}

static JobState hostile_send(Hostile *hostile, const void *bytes, size_t length)
{
        assert_int_equal(packet_send(hostile->fd, bytes, length, NULL, 0), 0);
        assert_int_equal(import_job_step(hostile->job), 0);
        return import_job_state(hostile->job);
}

static const char nonsense[] = "x.csv: the program that reads this file sends nonsense; the rest "
                               "of the file is not imported\n";

static void hostile_open(Hostile *hostile, FileKind kind)
{
        WirePacket packet = { 0 };

        assert_true(wire_add_value(&packet, WIRE_KIND, kind));
        assert_int_equal(hostile_send(hostile, packet.bytes, packet.length), JOB_TOLD);
        assert_int_equal(import_job_kind(hostile->job), kind);
        assert_int_equal(import_job_open(hostile->job), 0);
        assert_int_equal(import_job_state(hostile->job), JOB_READING);
}

static void nonsense_instead_of_a_kind_harms_nobody(void **state)
{
        static unsigned char bytes[PACKET_SIZE_MAX];
        WirePacket packets[5] = { 0 };

        assert_true(wire_add_value(&packets[0], WIRE_KIND, 3));
        assert_true(wire_add_value(&packets[1], WIRE_KIND, 1));
        assert_true(wire_add_value(&packets[1], WIRE_KIND, 1));
        assert_true(wire_add_row(&packets[2], 1, true, NULL, 0));
        assert_true(wire_add_text(&packets[3], WIRE_SKIPPED, 1, "F-1"));
        assert_true(wire_add_text(&packets[4], WIRE_ERROR, 1, "\x1B[31m"));
        for (size_t i = 0; i < ELEMENTSOF(packets) + 1; i++) {
                _cleanup_(hostile_release) Hostile hostile;
                hostile_begin(&hostile, 0, UINT64_MAX);
                memset(bytes, (int)i * 51, sizeof(bytes));
                if (i < ELEMENTSOF(packets))
                        assert_int_equal(
                                hostile_send(&hostile, packets[i].bytes, packets[i].length),
                                JOB_DONE);
                else
                        assert_int_equal(hostile_send(&hostile, bytes, sizeof(bytes)), JOB_DONE);
                assert_string_equal(strbuf_text(&hostile.run.messages), nonsense);
                assert_string_equal(strbuf_text(&hostile.run.store.calls), "");
        }
}

static void nonsense_after_good_rows_keeps_them_and_withdraws_nothing(void **state)
{
        _cleanup_(hostile_release) Hostile hostile;
        WirePacket packet = { 0 };
        CsvField fields[COLUMNS_MAX];

        for (size_t i = 0; i < COLUMNS_MAX; i++)
                fields[i] = (CsvField){ "", 0 };
        fields[CUSTOMER_ID] = fields[CUSTOMER_NAME] = (CsvField){ "C-1", 3 };
        hostile_begin(&hostile, 0, UINT64_MAX);
        hostile_open(&hostile, FILE_CUSTOMERS);
        assert_true(wire_add_row(&packet, 2, true, fields, CUSTOMER_COLUMNS));
        assert_true(wire_add_row(&packet, 3, true, fields, PAYMENT_COLUMNS));
        assert_int_equal(hostile_send(&hostile, packet.bytes, packet.length), JOB_DONE);
        assert_string_equal(strbuf_text(&hostile.run.messages), nonsense);
        assert_string_equal(strbuf_text(&hostile.run.store.calls), "begin x.csv\nput C-1\n");
}

static void more_items_than_the_file_has_bytes_are_nonsense(void **state)
{
        _cleanup_(hostile_release) Hostile hostile;
        WirePacket packet = { 0 };

        hostile_begin(&hostile, 0, 10);
        hostile_open(&hostile, FILE_INVOICES);
        for (int i = 0; i < 10; i++)
                assert_true(wire_add_text(&packet, WIRE_SKIPPED, 1, "F-1"));
        assert_int_equal(hostile_send(&hostile, packet.bytes, packet.length), JOB_DONE);
        assert_int_equal(hostile.run.results[0].n_rows, 9);
}

static void a_packet_too_large_is_nonsense(void **state)
{
        static char bytes[PACKET_SIZE_MAX + 1];
        _cleanup_(hostile_release) Hostile hostile;

        hostile_begin(&hostile, 0, UINT64_MAX);
        assert_int_equal(send(hostile.fd, bytes, sizeof(bytes), 0), sizeof(bytes));
        assert_int_equal(import_job_step(hostile.job), 0);
        assert_int_equal(import_job_state(hostile.job), JOB_DONE);
        assert_string_equal(strbuf_text(&hostile.run.messages), nonsense);
}

static void a_worker_that_crashes_is_told_with_the_line(void **state)
{
        _cleanup_(hostile_release) Hostile hostile;
        WirePacket packet = { 0 };
        pid_t pid = fork();

        if (pid == 0) {
                (void)raise(SIGKILL);
                _exit(0);
        }
        siginfo_t info; /* dead, and not yet waited for */
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
        hostile_begin(&hostile, pid, UINT64_MAX);
        hostile_open(&hostile, FILE_INVOICES);
        assert_true(wire_add_text(&packet, WIRE_SKIPPED, 12, "F-1"));
        assert_int_equal(hostile_send(&hostile, packet.bytes, packet.length), JOB_READING);
        (void)shutdown(hostile.fd, SHUT_RDWR);
        assert_int_equal(import_job_step(hostile.job), 0);
        assert_int_equal(import_job_state(hostile.job), JOB_DONE);
        assert_string_equal(strbuf_text(&hostile.run.messages),
                "x.csv: the program that reads this file was ended by signal 9 after line 12; the "
                "rest of the file is not imported\n");
        assert_string_equal(strbuf_text(&hostile.run.store.calls), "begin x.csv\nskip F-1\n");
}

static void a_worker_that_says_nothing_is_ended_and_its_rows_stay(void **state)
{
        _cleanup_(hostile_release) Hostile hostile;
        pid_t pid = fork();

        if (pid == 0) {
                for (;;)
                        (void)pause();
        }
        hostile_begin(&hostile, pid, UINT64_MAX);
        hostile_open(&hostile, FILE_INVOICES);
        import_job_give_up(hostile.job, "no sign of life");
        assert_int_equal(import_job_state(hostile.job), JOB_DONE);
        assert_string_equal(strbuf_text(&hostile.run.messages), "x.csv: no sign of life\n");
        assert_int_equal(kill(pid, 0), -1);
}

static void a_worker_that_lives_on_without_a_socket_is_ended(void **state)
{
        _cleanup_(hostile_release) Hostile hostile;
        pid_t pid = fork();

        if (pid == 0) {
                for (;;)
                        (void)pause();
        }
        hostile_begin(&hostile, pid, UINT64_MAX);
        (void)shutdown(hostile.fd, SHUT_RDWR);
        assert_int_equal(import_job_step(hostile.job), 0);
        assert_int_equal(import_job_state(hostile.job), JOB_DONE);
        assert_int_equal(kill(pid, 0), -1);
}

int main(int n_arguments, char *arguments[])
{
        if (n_arguments > 1 && streq(arguments[1], "--worker"))
                return intake_worker_main(WORKER_FD);

        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files_are_taken_in_the_order_their_kinds_need),
                cmocka_unit_test(a_row_in_error_is_told_and_the_others_go_on),
                cmocka_unit_test(many_rows_are_put_in_turns_that_others_share),
                cmocka_unit_test(what_a_long_file_lacks_is_withdrawn_a_little_at_each_call),
                cmocka_unit_test(many_files_are_read_by_few_workers_in_the_order_of_their_kinds),
                cmocka_unit_test(an_import_that_is_given_up_keeps_what_was_put),
                cmocka_unit_test(no_files_are_an_import_too),
                cmocka_unit_test(more_problems_than_anyone_reads_are_counted),
                cmocka_unit_test(an_error_of_the_store_ends_the_import),
                cmocka_unit_test(a_file_is_read_from_its_beginning),
                cmocka_unit_test(what_is_no_file_is_told),
                cmocka_unit_test(nonsense_instead_of_a_kind_harms_nobody),
                cmocka_unit_test(nonsense_after_good_rows_keeps_them_and_withdraws_nothing),
                cmocka_unit_test(more_items_than_the_file_has_bytes_are_nonsense),
                cmocka_unit_test(a_packet_too_large_is_nonsense),
                cmocka_unit_test(a_worker_that_crashes_is_told_with_the_line),
                cmocka_unit_test(a_worker_that_says_nothing_is_ended_and_its_rows_stay),
                cmocka_unit_test(a_worker_that_lives_on_without_a_socket_is_ended),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
