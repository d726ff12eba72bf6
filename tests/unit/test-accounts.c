/* SPDX-License-Identifier: MIT */
/* Reading accounts: pages, whole accounts, details, and how SQLite goes about it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "store/database.h"
#include "store/pager.h"

#define N_CUSTOMERS 600

static void fill_many(Fixture *fixture)
{
        int64_t run;
        size_t n_withdrawn;
        int r;

        begin(fixture);
        assert_ok(store_import_begin(fixture->store, "f", NOON, TODAY, &run));
        for (int i = 0; i < N_CUSTOMERS; i++) {
                char code[16], number[16];
                snprintf(code, sizeof(code), "C-%d", i);
                CustomerRow customer = customer_row(code);
                assert_int_equal(store_put_customer(fixture->store, &customer, NOON), PUT_ADDED);
                for (int k = 0; k < i % 4; k++) {
                        snprintf(number, sizeof(number), "F-%d-%d", i, k);
                        InvoiceRow row = invoice_row(number, code, 100 + k);
                        row.currency = k == 2 ? "USD" : "EUR";
                        assert_int_equal(
                                store_put_invoice(fixture->store, run, &row, NOON), PUT_ADDED);
                }
        }
        while ((r = store_import_end(fixture->store, run, &n_withdrawn)) > 0)
                continue;
        assert_ok(r);
        commit(fixture);
}

static void pages_give_every_account_once_with_its_own_instalments(void **state)
{
        Fixture *fixture = *state;
        AccountPage page = { .n = 1 };
        int64_t after = 0;
        size_t n_accounts = 0, n_instalments = 0, n_pages = 0;

        fill_many(fixture);
        while (page.n > 0) {
                arena_reset(&fixture->arena);
                assert_ok(store_page_accounts(fixture->store, after, &fixture->arena, &page));
                assert_true(page.n <= PAGE_ACCOUNTS);
                for (size_t i = 0; i < page.n; i++) {
                        const Account *account = &page.accounts[i];
                        assert_true(account->id > after);
                        after = account->id;
                        assert_int_not_equal(account->n_instalments, 0);
                        for (size_t k = 0; k < account->n_instalments; k++) {
                                const Instalment *one = &account->instalments[k];
                                /* F-12-0 is C-12's. */
                                size_t length = strlen(account->code + 2);
                                assert_memory_equal(one->number + 2, account->code + 2, length);
                                assert_int_equal(one->number[2 + length], '-');
                                assert_string_equal(account->currency,
                                        one->number[3 + length] == '2' ? "USD" : "EUR");
                                assert_int_equal(one->open, one->amount);
                        }
                        n_instalments += account->n_instalments;
                }
                n_accounts += page.n;
                n_pages++;
        }
        assert_int_equal(n_accounts, N_CUSTOMERS / 4 * 4);
        assert_int_equal(n_instalments, N_CUSTOMERS / 4 * 6);
        assert_int_equal(n_pages, (n_accounts + PAGE_ACCOUNTS - 1) / PAGE_ACCOUNTS + 1);
}

static void every_column_reaches_decide(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        InvoiceRow row = invoice_row("F-1", "C-1", 5000);
        AccountPage page;

        row.policy = "vip";
        row.method = METHOD_DIRECT_DEBIT;
        row.status = STATUS_DRAFT;
        put_customer(fixture, &customer);
        put_invoice(fixture, &row);
        assert_ok(store_page_accounts(fixture->store, 0, &fixture->arena, &page));
        assert_int_equal(page.n, 1);
        const Account *account = page.accounts;
        assert_string_equal(account->code, "C-1");
        assert_string_equal(account->name, "Boulangerie Martin");
        assert_string_equal(account->country, "FR");
        assert_string_equal(account->language, "fr");
        assert_string_equal(account->currency, "EUR");
        assert_string_equal(account->addresses[ADDRESS_NONE], "");
        assert_string_equal(account->addresses[ADDRESS_EMAIL], "martin@example.org");
        assert_string_equal(account->addresses[ADDRESS_WHATSAPP], "");
        assert_false(date_is_set(account->whatsapp_opt_in));
        assert_false(date_is_set(account->last_contact));
        assert_false(date_is_set(account->last_pressed));
        const Instalment *instalment = account->instalments;
        assert_string_equal(instalment->number, "F-1");
        assert_string_equal(instalment->policy, "vip");
        assert_int_equal(instalment->seq, 1);
        assert_int_equal(instalment->amount, 5000);
        assert_int_equal(instalment->method, METHOD_DIRECT_DEBIT);
        assert_int_equal(instalment->status, STATUS_DRAFT);
        assert_int_equal(instalment->issued.days, row.issued.days);
        assert_int_equal(instalment->due.days, row.due.days);
        assert_false(date_is_set(instalment->held_until));
        assert_false(date_is_set(instalment->reopened_on));
        assert_int_equal(instalment->n_done, 0);
}

static void settled_instalments_are_in_the_account_but_in_no_page(void **state)
{
        Fixture *fixture = *state;
        PaymentRow payment = payment_row("P-1", "F-1", 0);
        AccountPage page;

        Account account = fill(fixture);
        payment.amount = account.instalments[0].open;
        assert_int_equal(put_payment(fixture, &payment), PUT_ADDED);
        begin(fixture);
        assert_ok(store_settle_instalment(
                fixture->store, account.id, account.instalments[0].invoice, 1, true));
        commit(fixture);
        assert_ok(store_page_accounts(fixture->store, 0, &fixture->arena, &page));
        assert_int_equal(page.n, 1);
        assert_int_equal(page.accounts[0].n_instalments, 1);
        assert_string_equal(page.accounts[0].instalments[0].number, "F-2");
        account = load_account(fixture, "C-1");
        assert_int_equal(account.n_instalments, 2);
        assert_true(account.instalments[0].is_settled);
}

/* What was too little to ask for may be asked for under another policy. */
static void what_is_open_is_in_a_page_though_it_was_settled(void **state)
{
        Fixture *fixture = *state;
        AccountPage page;

        Account account = fill(fixture);
        begin(fixture);
        assert_ok(store_settle_instalment(
                fixture->store, account.id, account.instalments[0].invoice, 1, true));
        commit(fixture);
        assert_ok(store_page_accounts(fixture->store, 0, &fixture->arena, &page));
        assert_int_equal(page.accounts[0].n_instalments, 2);
        assert_true(page.accounts[0].instalments[0].is_settled);
        begin(fixture);
        assert_ok(store_settle_instalment(
                fixture->store, account.id, account.instalments[0].invoice, 1, false));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(account.instalments[0].is_settled);
}

static void what_does_not_exist_is_told(void **state)
{
        Fixture *fixture = *state;
        Account account;
        InvoiceDetail invoice;
        CustomerDetail customer;
        int64_t *accounts, id, other;
        size_t n;

        fill(fixture);
        assert_int_equal(
                store_load_account(fixture->store, 99, 0, &fixture->arena, &account), -ENOENT);
        assert_int_equal(
                store_find_accounts(fixture->store, "X", &fixture->arena, &accounts, &n), -ENOENT);
        assert_int_equal(store_find_invoice(fixture->store, "X", &id, &other), -ENOENT);
        assert_int_equal(
                store_load_invoice(fixture->store, 99, &fixture->arena, &invoice), -ENOENT);
        assert_int_equal(
                store_load_customer(fixture->store, 99, &fixture->arena, &customer), -ENOENT);
}

static void an_invoices_details_are_those_of_its_file(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customers[] = { customer_row("C-1"), customer_row("C-2") };
        InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100), invoice_row("F-1", "C-1", 250),
                invoice_row("F-2", "C-2", 7) };
        InvoiceDetail detail;
        int64_t account, invoice;
        int puts[3];

        put_customer(fixture, &customers[0]);
        put_customer(fixture, &customers[1]);
        rows[0].document = rows[1].document = rows[2].document = "a.pdf";
        rows[0].payment_url = "https://pay.example/1";
        rows[0].contract = "K-7";
        rows[0].delivered = TODAY;
        rows[0].discount_percent_hundredths = 250;
        rows[0].discount_until = date_add(TODAY, 3);
        import_invoices(fixture, rows, 3, puts);
        assert_ok(store_find_invoice(fixture->store, "F-1", &account, &invoice));
        begin(fixture);
        assert_ok(store_set_document_sha256(fixture->store, invoice, "feed"));
        commit(fixture);
        assert_ok(store_load_invoice(fixture->store, invoice, &fixture->arena, &detail));
        assert_string_equal(detail.number, "F-1");
        assert_string_equal(detail.document, "a.pdf");
        assert_string_equal(detail.payment_url, "https://pay.example/1");
        assert_string_equal(detail.contract, "K-7");
        assert_int_equal(detail.delivered.days, TODAY.days);
        assert_int_equal(detail.issued.days, rows[0].issued.days);
        assert_int_equal(detail.amount, 350);
        assert_int_equal(detail.n_instalments, 2);
        assert_int_equal(detail.discount_percent_hundredths, 250);
        assert_int_equal(date_difference(detail.discount_until, TODAY), 3);
        assert_int_equal(detail.n_discounts, 2);
        assert_int_equal(detail.discounts[0], 3); /* 2.50 */
        assert_int_equal(detail.discounts[1], 6); /* 8.75 of both */
        assert_string_equal(detail.document_sha256, "feed");
        assert_int_equal(detail.n_document_customers, 2);
        /* Another document has another digest. */
        rows[0].document = "b.pdf";
        import_invoices(fixture, rows, 3, puts);
        assert_int_equal(puts[0], PUT_CHANGED);
        assert_ok(store_load_invoice(fixture->store, invoice, &fixture->arena, &detail));
        assert_string_equal(detail.document_sha256, "");
        assert_int_equal(detail.n_document_customers, 1);
}

/* The reminder of F-1 by two channels, its thanks and a reconnection by a third. */
typedef struct Day {
        Account account;
        ContactLine line;
        Contact reminder, thanks, reconnection;
        Notice notices[4];
} Day;

static void plan_day(Fixture *fixture, Day *day)
{
        static const char *const channels[] = { "a", "b", "c", "c" };

        day->account = fill(fixture);
        day->line = (ContactLine){ .invoice = day->account.instalments[0].invoice,
                .seq = 1,
                .step = "reminder",
                .action = ACTION_REMIND,
                .open = 120000,
                .discount = 100 };
        day->reminder = (Contact){ .account = day->account.id,
                .action = ACTION_REMIND,
                .step = "reminder",
                .policy = "standard",
                .at = NOON,
                .day = TODAY,
                .deadline = DATE_NONE,
                .reason = REASON_DUE,
                .is_forced = true,
                .offer_until = date_add(TODAY, 5),
                .lines = &day->line,
                .n_lines = 1 };
        day->thanks = day->reconnection = day->reminder;
        day->thanks.occasion = "thanks";
        day->thanks.subject_key = "F-1";
        day->thanks.n_lines = 0;
        day->reconnection.kind = NOTICE_RECONNECT;
        day->reconnection.n_lines = 0;
        for (int i = 0; i < 4; i++)
                day->notices[i] = (Notice){ .channel = channels[i],
                        .to = "",
                        .language = "fr",
                        .message_id = "m",
                        .template_name = "remind",
                        .subject = "",
                        .text = "t",
                        .date = NOON,
                        .not_before = INSTANT_NONE };
}

static void write_day(Fixture *fixture, Day *day)
{
        Store *store = fixture->store;
        Notice *notices = day->notices;
        PaymentRow payment = payment_row("P-1", "F-1", 10);

        begin(fixture);
        payment.customer = "C-1";
        assert_int_equal(store_put_payment(store, &payment, NOON, TODAY), PUT_ADDED);
        assert_ok(store_add_contact(store, &day->reminder, notices, 2));
        assert_ok(store_add_contact(store, &day->thanks, &notices[2], 1));
        assert_ok(store_add_contact(store, &day->reconnection, &notices[3], 1));
        assert_ok(store_mark_handed(store, &notices[0].id, 1));
        assert_ok(store_mark_begun(store, notices[0].id, NOON));
        assert_ok(store_mark_retry(store, notices[0].id, REASON_RETRY, "", NOON, NOON));
        assert_ok(store_mark_handed(store, &notices[0].id, 1));
        assert_ok(store_mark_begun(store, notices[0].id, NOON));
        assert_ok(store_mark_uncertain(store, notices[0].id, REASON_RETRY, "", NOON));
        assert_ok(store_mark_sent(store, notices[0].id, REASON_DUE, NOON, TODAY, "r"));
        assert_ok(store_mark_handed(store, &notices[3].id, 1));
        assert_ok(store_mark_begun(store, notices[3].id, NOON));
        assert_ok(store_mark_sent(store, notices[3].id, REASON_DUE, NOON, TODAY, "r"));
        assert_ok(store_mark_cancelled(store, notices[1].id, REASON_CHANGED));
        assert_ok(store_keep_tasks(store, day->account.id, NULL, 0, NOON));
        assert_ok(store_stand_aside(store, day->reminder.id));
        assert_ok(store_settle_instalment(store, day->account.id, day->line.invoice, 1, true));
        assert_ok(store_set_last_wake(store, NOON));
        commit(fixture);
}

static int pass_notice(void *owner, const LogRow *row)
{
        return 0;
}

static int pass_invoice(void *owner, const InvoiceReport *row)
{
        return 0;
}

static int pass_customer(void *owner, const CustomerReport *row)
{
        return 0;
}

static int pass_task(void *owner, const TaskReport *row)
{
        return 0;
}

static int pass_attempt(void *owner, const AttemptReport *row)
{
        return 0;
}

/* What people look at while the daemon works. */
static void look_at_all(Store *store, int64_t notice)
{
        static const LogFilter filters[] = {
                { .since = NOON, .until = INSTANT_NONE, .state = -1, .customer = "C-1" },
                { .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1, .invoice = "F-1" },
                { .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1, .only_open = true },
        };

        for (size_t i = 0; i < ELEMENTSOF(filters); i++)
                assert_ok(store_list_log(store, &filters[i], pass_notice, NULL));
        assert_ok(store_list_invoices(store, NULL, NULL, pass_invoice, NULL));
        Pager *pager = NULL;
        assert_ok(store_page_invoices(store, "C-1", true, pass_invoice, NULL, &pager));
        assert_ok(pager_run(pager, 0));
        assert_ok(store_list_invoices(store, NULL, "F-1", pass_invoice, NULL));
        assert_ok(store_list_customers(store, NULL, pass_customer, NULL));
        assert_ok(store_list_customers(store, "C-1", pass_customer, NULL));
        assert_ok(store_list_tasks(store, pass_task, NULL));
        assert_ok(store_list_attempts(store, notice, pass_attempt, NULL));
}

/* So that every hot statement has been prepared. */
/* What people say of it, and what follows. */
static void say_all(Fixture *fixture, const Day *day)
{
        Store *store = fixture->store;
        const Date days[] = { date_add(TODAY, 10), date_add(TODAY, 40) };
        const Promise promise = {
                .invoice = "F-1", .until = days[0], .amount = 5, .is_forced = true
        };
        const PlanOrder order = { .invoice = "F-1", .n_parts = 2, .days = days, .policy = "plan" };
        const StepMark mark = { day->account.id, day->line.invoice, 1, "call", ACTION_CALL, "" };
        int64_t fact, plan;

        begin(fixture);
        assert_ok(store_hold(store, &(Target){ .customer = "C-1" }, DATE_NONE, "", NOON));
        assert_ok(store_promise(store, &promise, NOON, &fact));
        assert_ok(store_break_promise(store, day->account.id, day->line.invoice, 1, NOON));
        assert_ok(store_mark_done(store, &mark, NOON, TODAY, &fact));
        assert_ok(store_withdraw(store, fact, NOON, TODAY, &fact));
        assert_ok(store_plan(store, &order, NOON, TODAY, &plan));
        assert_ok(store_break_plan(store, day->account.id, plan, days[1], NOON));
        assert_ok(store_withdraw(store, plan, NOON, TODAY, &fact));
        assert_ok(store_opt_out(store, "C-1", "sms", NOON, &fact));
        assert_ok(store_release(store, &(Target){ .customer = "C-1" }, TODAY, NOON));
        commit(fixture);
}

static void live_a_day(Fixture *fixture)
{
        Store *store = fixture->store;
        Arena *arena = &fixture->arena;
        Day day = { 0 };
        AccountPage page;
        Account account;
        Contact contact;
        Notice notice;
        InvoiceDetail detail;
        Instant next;
        int64_t ids[8];
        size_t n;

        plan_day(fixture, &day);
        write_day(fixture, &day);
        say_all(fixture, &day);
        assert_ok(store_list_ready(store, "a", NOON, ids, 8, &n));
        assert_ok(store_next_ready(store, NOON, &next));
        assert_ok(store_list_state(store, NOTICE_BEGUN, 0, ids, 8, &n));
        assert_ok(store_load_contact(store, day.reminder.id, arena, &contact));
        assert_ok(store_load_notice(store, day.notices[0].id, true, arena, &notice));
        assert_ok(store_page_accounts(store, 0, arena, &page));
        assert_ok(store_load_account(store, day.account.id, day.reminder.id, arena, &account));
        assert_ok(store_load_invoice(store, day.line.invoice, arena, &detail));
        look_at_all(store, day.notices[0].id);
}

/* Tables of the store are searched; "SCAN waiting", "SCAN page" and "SCAN CONSTANT ROW" are no
 * tables. */
static bool is_full_scan(const char *detail)
{
        static const char *const harmless[] = { "SCAN waiting", "SCAN CONSTANT ROW", "SCAN page" };

        if (strncmp(detail, "SCAN ", 5) != 0)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(harmless); i++)
                if (strncmp(detail, harmless[i], strlen(harmless[i])) == 0)
                        return false;
        return true;
}

static int check_plan(sqlite3 *db, const char *sql)
{
        char text[8192];
        sqlite3_stmt *plan;
        int n_scans = 0;

        assert_true(snprintf(text, sizeof(text), "explain query plan %s", sql) < (int)sizeof(text));
        assert_int_equal(sqlite3_prepare_v2(db, text, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
                const char *detail = (const char *)sqlite3_column_text(plan, 3);
                if (!is_full_scan(detail))
                        continue;
                print_message("%s\n  of %s\n", detail, sql);
                n_scans++;
        }
        sqlite3_finalize(plan);
        return n_scans;
}

static void hot_statements_never_scan_a_table(void **state)
{
        Fixture *fixture = *state;
        size_t n = 0;
        int n_scans = 0;

        live_a_day(fixture);
        for (size_t i = 0; i < STATEMENT_SLOTS; i++) {
                const char *sql = fixture->store->statements[i].sql;
                if (!sql)
                        continue;
                if (strncmp(sql, "delete from place", 17) != 0 && strstr(sql, "point part") == 0)
                        n_scans += check_plan(fixture->store->db, sql);
                n++;
        }
        assert_true(n > 90);
        assert_int_equal(n_scans, 0);
        /* It does see one. */
        assert_int_equal(check_plan(fixture->store->db, "select * from notice"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(pages_give_every_account_once_with_its_own_instalments),
                TEST(every_column_reaches_decide),
                TEST(settled_instalments_are_in_the_account_but_in_no_page),
                TEST(what_is_open_is_in_a_page_though_it_was_settled),
                TEST(what_does_not_exist_is_told),
                TEST(an_invoices_details_are_those_of_its_file),
                TEST(hot_statements_never_scan_a_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
