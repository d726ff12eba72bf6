/* SPDX-License-Identifier: MIT */
/* Listings page by page: everything once and in order, however much there is and whatever happens
 * between two pages, and nothing open meanwhile. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "store-fixture.h"

#include "store/database.h"

#define ROWS_A_PAGE 256
#define N_CUSTOMERS 40
#define N_LARGE 5000 /* instalments of the customer who has most */
#define N_NOTICES 3000

typedef struct Seen {
        Fixture *fixture;
        size_t n, n_page;
        int64_t last_id;
        char last[96]; /* the row before, as a text that sorts as the listing does */
        bool is_sorted;
} Seen;

static void note(Seen *seen, const char *text)
{
        seen->is_sorted = seen->is_sorted && strcmp(seen->last, text) < 0;
        snprintf(seen->last, sizeof(seen->last), "%s", text);
        seen->n++;
        seen->n_page++;
}

static bool any_statement_is_open(const Store *store)
{
        for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(store->db, at));)
                if (sqlite3_stmt_busy(at))
                        return true;
        return false;
}

/* All pages; between[i], if there is one, after the page i. The number of pages. */
static size_t run(Pager *pager, Seen *seen, void (*between)(Seen *seen, size_t page))
{
        bool more = true;
        size_t n = 0;

        seen->is_sorted = true;
        while (more) {
                seen->n_page = 0;
                assert_ok(pager_step(pager, &more));
                assert_true(seen->n_page <= ROWS_A_PAGE);
                assert_false(any_statement_is_open(seen->fixture->store));
                if (between)
                        between(seen, n);
                n++;
        }
        pager_free(pager);
        return n;
}

/* Customers C-000 …, every tenth in two currencies and every seventh without an invoice; C-020 has
 * N_LARGE instalments, in an order that is none. */
static void fill_firm(Fixture *fixture)
{
        Store *store = fixture->store;
        int64_t run_id;
        size_t n_withdrawn;
        int r;

        begin(fixture);
        assert_ok(store_import_begin(store, "invoices.csv", NOON, TODAY, &run_id));
        for (int i = 0; i < N_CUSTOMERS; i++) {
                char code[16], number[32];
                snprintf(code, sizeof(code), "C-%03d", i);
                const CustomerRow customer = customer_row(code);
                assert_int_equal(store_put_customer(store, &customer, NOON), PUT_ADDED);
                for (int k = 0; i % 7 != 0 && k < (i == 20 ? N_LARGE : 5); k++) {
                        snprintf(number, sizeof(number), "F-%03d-%05d", i, k * 7919 % 10007);
                        InvoiceRow row = invoice_row(number, code, 100);
                        row.due = k % 11 == 0 ? DATE_NONE : date_add(TODAY, k * 31 % 90);
                        row.currency = i % 10 == 1 && k % 2 ? "USD" : "EUR";
                        assert_int_equal(store_put_invoice(store, run_id, &row, NOON), PUT_ADDED);
                }
        }
        do {
                r = store_import_end(store, run_id, &n_withdrawn);
                assert_true(r >= 0);
        } while (r > 0);
        commit(fixture);
}

static int see_invoice(void *owner, const InvoiceReport *row)
{
        char text[96], due[DATE_TEXT_SIZE];

        snprintf(text, sizeof(text), "%s %-10s %s %d", row->customer, date_format(row->due, due),
                row->number, row->seq);
        note(owner, text);
        return 0;
}

static void every_instalment_is_given_once_and_in_order(void **state)
{
        Seen seen = { .fixture = *state };
        Pager *pager;
        int64_t n;

        fill_firm(seen.fixture);
        assert_ok(db_integers(seen.fixture->store, "select count(*) from instalment", NO_VALUES, &n,
                          1) -
                  1);
        assert_ok(
                store_page_invoices(seen.fixture->store, NULL, false, see_invoice, &seen, &pager));
        assert_true(run(pager, &seen, NULL) > (size_t)n / ROWS_A_PAGE);
        assert_int_equal(seen.n, n);
        assert_true(seen.is_sorted);
}

/* After the first page of the large customer: one that was given is due later, one that was not is
 * due earlier, and another is paid. */
static void change_large(Seen *seen, size_t page)
{
        if (strncmp(seen->last, "C-020", 5) != 0 || seen->last_id != 0)
                return;
        seen->last_id = 1;
        begin(seen->fixture);
        assert_ok(db_run(seen->fixture->store,
                "update instalment set due = iif(due > 20560, 20500, 20900) "
                "where number glob 'F-020-*'",
                NO_VALUES));
        commit(seen->fixture);
}

static int count_invoice(void *owner, const InvoiceReport *row)
{
        note(owner, row->number);
        return 0;
}

static void an_instalment_that_changes_meanwhile_is_given_once(void **state)
{
        Seen seen = { .fixture = *state };
        Pager *pager;
        int64_t n;

        fill_firm(seen.fixture);
        assert_int_equal(db_integers(seen.fixture->store, "select count(*) from instalment",
                                 NO_VALUES, &n, 1),
                1);
        assert_ok(
                store_page_invoices(seen.fixture->store, NULL, false, see_invoice, &seen, &pager));
        (void)run(pager, &seen, change_large);
        assert_int_equal(seen.last_id, 1);
        assert_int_equal(seen.n, n);
        seen = (Seen){ .fixture = *state };
        assert_ok(store_page_invoices(
                seen.fixture->store, "C-020", true, count_invoice, &seen, &pager));
        (void)run(pager, &seen, NULL);
        assert_int_equal(seen.n, N_LARGE);
}

static int see_customer(void *owner, const CustomerReport *row)
{
        char text[96];

        if (streq(row->code, "C-020")) {
                assert_int_equal(row->n_open, N_LARGE);
                assert_int_equal(row->open, N_LARGE * 100);
        }
        if (streq(row->code, "C-021"))
                assert_true(row->n_open == 0 && row->open == 0 && is_empty(row->currency));
        if (streq(row->code, "C-031"))
                assert_int_equal(row->n_open, streq(row->currency, "EUR") ? 3 : 2);
        snprintf(text, sizeof(text), "%s %s", row->code, row->currency);
        note(owner, text);
        return 0;
}

static void every_balance_is_given_once_and_whole(void **state)
{
        Seen seen = { .fixture = *state };
        Pager *pager;

        fill_firm(seen.fixture);
        assert_ok(store_page_customers(seen.fixture->store, NULL, see_customer, &seen, &pager));
        assert_true(run(pager, &seen, NULL) > 2);
        assert_int_equal(seen.n, N_CUSTOMERS + 3); /* C-001, C-011, C-031 */
        assert_true(seen.is_sorted);
}

/* N_NOTICES notices of C-1, by e-mail and SMS in turns; every hundredth by SMS was sent. */
static void fill_outbox(Fixture *fixture)
{
        Account account = fill(fixture);

        begin(fixture);
        for (int i = 0; i < N_NOTICES; i++) {
                char key[16];
                snprintf(key, sizeof(key), "%d", i);
                const ContactLine line = { .invoice = account.instalments[i % 2].invoice,
                        .seq = 1 };
                Contact contact = { .account = account.id,
                        .kind = NOTICE_THANKS,
                        .occasion = "thanks",
                        .subject_key = key,
                        .at = { NOON.usec + i },
                        .day = TODAY,
                        .deadline = DATE_NONE,
                        .reason = REASON_THANKS,
                        .lines = &line,
                        .n_lines = 1 };
                Notice notice = { .channel = i % 2 ? "sms" : "email",
                        .to = "martin@example.org",
                        .language = "fr",
                        .message_id = key,
                        .template_name = "thanks",
                        .subject = "Merci",
                        .text = "Merci",
                        .date = NOON,
                        .not_before = INSTANT_NONE };
                assert_ok(store_add_contact(fixture->store, &contact, &notice, 1));
                if (i % 100 != 99)
                        continue;
                assert_ok(store_mark_handed(fixture->store, &notice.id, 1));
                assert_ok(store_mark_begun(fixture->store, notice.id, NOON));
                assert_ok(store_mark_sent(
                        fixture->store, notice.id, REASON_THANKS, NOON, TODAY, NULL));
        }
        commit(fixture);
}

static int see_notice(void *owner, const LogRow *row)
{
        char text[96];

        snprintf(text, sizeof(text), "%08" PRId64, row->notice);
        note(owner, text);
        return 0;
}

#define ANY .since = INSTANT_NONE, .until = INSTANT_NONE

static void every_notice_that_matches_is_given_once_and_in_order(void **state)
{
        static const struct {
                LogFilter filter;
                size_t n;
        } cases[] = {
                { { ANY, .state = -1 }, N_NOTICES },
                { { ANY, .state = -1, .channel = "sms" }, N_NOTICES / 2 },
                { { ANY, .state = -1, .invoice = "F-2" }, N_NOTICES / 2 },
                { { ANY, .state = NOTICE_SENT }, N_NOTICES / 100 },
                { { ANY, .state = NOTICE_SENT, .invoice = "F-1" }, 0 },
                { { ANY, .state = NOTICE_PENDING }, N_NOTICES - N_NOTICES / 100 },
                { { ANY, .state = -1, .only_open = true }, N_NOTICES - N_NOTICES / 100 },
                { { ANY, .state = -1, .step = "reminder" }, 0 },
                { { .since = { INT64_C(1772701200) * USEC_PER_SEC + 1000 },
                          .until = { INT64_C(1772701200) * USEC_PER_SEC + 2000 },
                          .state = -1 },
                        990 },
        };

        fill_outbox(*state);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Seen seen = { .fixture = *state };
                Pager *pager;
                assert_ok(store_page_log(
                        seen.fixture->store, &cases[i].filter, see_notice, &seen, &pager));
                (void)run(pager, &seen, NULL);
                print_message("case %zu\n", i);
                assert_int_equal(seen.n, cases[i].n);
                assert_true(seen.is_sorted);
        }
}

/* Everything that waits is cancelled, and something new is queued. */
static void cancel_all(Seen *seen, size_t page)
{
        int64_t ids[ROWS_A_PAGE], after = 0;
        size_t n;

        begin(seen->fixture);
        do {
                assert_ok(store_list_state(
                        seen->fixture->store, NOTICE_PENDING, after, ids, ELEMENTSOF(ids), &n));
                for (size_t i = 0; i < n; i++)
                        assert_ok(store_mark_cancelled(
                                seen->fixture->store, ids[i], REASON_DAY_OVER));
                after = n > 0 ? ids[n - 1] : after;
        } while (n > 0);
        commit(seen->fixture);
}

static void what_changes_between_two_pages_is_given_as_it_is_then(void **state)
{
        const LogFilter pending = { ANY, .state = NOTICE_PENDING }, any = { ANY, .state = -1 };
        Seen seen = { .fixture = *state };
        Pager *pager;

        fill_outbox(seen.fixture);
        assert_ok(store_page_log(seen.fixture->store, &any, see_notice, &seen, &pager));
        (void)run(pager, &seen, cancel_all);
        assert_int_equal(seen.n, N_NOTICES);
        assert_true(seen.is_sorted);
        seen = (Seen){ .fixture = *state };
        assert_ok(store_page_log(seen.fixture->store, &pending, see_notice, &seen, &pager));
        (void)run(pager, &seen, NULL);
        assert_int_equal(seen.n, 0);
}

static int see_task(void *owner, const TaskReport *row)
{
        char text[96];

        snprintf(text, sizeof(text), "%08" PRId64, row->task);
        note(owner, text);
        return 0;
}

static void every_open_task_is_given_once_and_in_order(void **state)
{
        Seen seen = { .fixture = *state };
        Pager *pager;
        bool is_new;

        begin(seen.fixture);
        for (int64_t i = 1; i <= 1000; i++) {
                const Task task = { .kind = "uncertain", .sentence = "", .notice = i };
                assert_ok(store_open_task(seen.fixture->store, &task, NOON, &is_new));
                if (i % 2 == 0)
                        assert_ok(store_close_task(seen.fixture->store, "uncertain", i, NOON));
        }
        commit(seen.fixture);
        assert_ok(store_page_tasks(seen.fixture->store, see_task, &seen, &pager));
        assert_int_equal(run(pager, &seen, NULL), 2);
        assert_int_equal(seen.n, 500);
        assert_true(seen.is_sorted);
}

static int stop(void *owner, const TaskReport *row)
{
        return 7;
}

static void a_listing_can_be_stopped_and_left(void **state)
{
        const Task task = { .kind = "uncertain", .sentence = "" };
        Fixture *fixture = *state;
        Pager *pager;
        bool more, is_new;

        begin(fixture);
        assert_ok(store_open_task(fixture->store, &task, NOON, &is_new));
        commit(fixture);
        assert_ok(store_page_tasks(fixture->store, stop, NULL, &pager));
        assert_int_equal(pager_step(pager, &more), 7);
        pager_free(pager);
        assert_ok(store_page_customers(fixture->store, NULL, see_customer, NULL, &pager));
        pager_free(pager);
        pager_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(every_instalment_is_given_once_and_in_order),
                TEST(an_instalment_that_changes_meanwhile_is_given_once),
                TEST(every_balance_is_given_once_and_whole),
                TEST(every_notice_that_matches_is_given_once_and_in_order),
                TEST(what_changes_between_two_pages_is_given_as_it_is_then),
                TEST(every_open_task_is_given_once_and_in_order),
                TEST(a_listing_can_be_stopped_and_left),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
