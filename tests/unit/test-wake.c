/* SPDX-License-Identifier: MIT */
/* Wakes on a real store: what is queued, cancelled, a task. Nothing is sent here. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "firm-fixture.h"
#include "store/database.h"

#define HOURS(n) ((int64_t)(n)*3600 * USEC_PER_SEC)

static void move_clock(Firm *firm, int hours)
{
        firm->engine->clock.fixed.usec += HOURS(hours);
}

static void what_is_due_is_queued_once_a_day(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        assert_int_equal(wake(firm).n_notices, 1);
        for (int i = 0; i < 5; i++)
                assert_int_equal(wake(firm).n_notices, 0);
        assert_notices(firm, "F-1", "wild pending due");
        assert_verified(&firm->base);
}

static void a_notice_that_has_not_left_its_day_is_decided_again(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        move_clock(firm, 24);
        WakeResult result = wake(firm);
        assert_int_equal(result.n_cancelled, 1);
        assert_int_equal(result.n_notices, 1);
        assert_notices(firm, "F-1", "wild cancelled day-over, wild pending due");
}

static void what_was_paid_is_cancelled(void **state)
{
        Firm *firm = *state;
        const PaymentRow payment = payment_row("P-1", "F-1", 120000);

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        assert_int_equal(put_payment(&firm->base, &payment), PUT_ADDED);
        assert_int_equal(wake(firm).n_cancelled, 1);
        assert_notices(firm, "F-1", "wild cancelled paid");
}

static void what_was_paid_in_part_is_asked_for_anew(void **state)
{
        Firm *firm = *state;
        const PaymentRow payment = payment_row("P-1", "F-1", 20000);

        add_customer(firm, "C-1", "sent", "F-1");
        wake(firm);
        assert_int_equal(put_payment(&firm->base, &payment), PUT_ADDED);
        assert_int_equal(wake(firm).n_cancelled, 1);
        assert_notices(firm, "F-1", "wild cancelled changed, wild pending due");
}

static void nothing_is_queued_outside_the_window(void **state)
{
        Firm *firm = *state;

        add_customer(firm, "C-1", "sent", "F-1");
        move_clock(firm, 10);
        assert_int_equal(wake(firm).n_notices, 0);
        assert_notices(firm, "F-1", "");
}

static void a_route_that_opens_later_waits_for_its_hour_and_keeps_it(void **state)
{
        Firm *firm = *state;
        int64_t ids[4];
        size_t n;

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; "
                "send = [ \"paper\", \"late\" ]; }",
                "");
        add_customer(firm, "C-1", "sent", "F-1");
        assert_int_equal(wake(firm).n_notices, 2);
        assert_notices(firm, "F-1", "paper pending due, late pending due");
        Instant now = firm->engine->clock.fixed;
        assert_ok(store_list_ready(firm->base.store, "late", now, ids, 4, &n));
        assert_int_equal(n, 0);
        now.usec += HOURS(5);
        assert_ok(store_list_ready(firm->base.store, "late", now, ids, 4, &n));
        assert_int_equal(n, 1);
        assert_int_equal(wake(firm).n_cancelled, 0);
}

static void a_text_that_cannot_be_made_is_a_task_and_stops_nobody_else(void **state)
{
        Firm *firm = *state;
        const Account account =
                (add_customer(firm, "C-1", "sent", "F-1"), load_account(&firm->base, "C-1"));

        firm_configure(firm,
                "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild\" ]; "
                "template = \"nowhere\"; }",
                "");
        assert_true(account.id > 0);
        WakeResult result = wake(firm);
        assert_int_equal(result.n_failed, 1);
        assert_int_equal(result.n_notices, 0);
        assert_tasks(firm, "template -");
        assert_int_equal(wake(firm).n_tasks, 0);
}

/* A document in the firm's folder. */
static void write_document(const Firm *firm, const char *name, const char *text)
{
        char path[160];

        snprintf(path, sizeof(path), "%s/documents", firm->base.folder);
        (void)mkdir(path, 0700);
        snprintf(path, sizeof(path), "%s/documents/%s", firm->base.folder, name);
        assert_ok(put_file(path, text, strlen(text)));
}

static void add_document(Firm *firm, const char *customer, const char *number)
{
        CustomerRow who = customer_row(customer);
        InvoiceRow invoice = invoice_row(number, customer, 120000);

        invoice.document = "copy.pdf";
        assert_int_equal(put_customer(&firm->base, &who), PUT_ADDED);
        assert_int_equal(put_invoice(&firm->base, &invoice), PUT_ADDED);
}

static void send_copies(Firm *firm)
{
        firm_configure(firm,
                "{ id = \"resend\"; action = \"resend\"; after_due = 3; send = [ \"wild\" ]; "
                "attach = \"own\"; }",
                "");
}

static void a_missing_document_holds_its_notice_until_it_is_there(void **state)
{
        Firm *firm = *state;

        send_copies(firm);
        add_document(firm, "C-1", "F-1");
        add_customer(firm, "C-2", "sent", "F-2");
        WakeResult result = wake(firm);
        assert_int_equal(result.n_notices, 1);
        assert_int_equal(result.n_failed, 1);
        assert_tasks(firm, "no-document F-1");
        write_document(firm, "copy.pdf", "%PDF-1.4 copy");
        assert_int_equal(wake(firm).n_notices, 1);
        assert_tasks(firm, "");
}

static void a_document_of_two_customers_is_a_task_and_no_attachment(void **state)
{
        Firm *firm = *state;

        send_copies(firm);
        add_document(firm, "C-1", "F-1");
        add_document(firm, "C-2", "F-2");
        write_document(firm, "copy.pdf", "%PDF-1.4 copy");
        assert_int_equal(wake(firm).n_notices, 2);
        assert_tasks(firm, "document F-1, document F-2");
}

/* F-1 of two parts with one document; the step of the older one is done. */
static void add_parts(Firm *firm)
{
        CustomerRow who = customer_row("C-1");
        InvoiceRow rows[] = { invoice_row("F-1", "C-1", 10000), invoice_row("F-1", "C-1", 5000) };
        int puts[2];
        int64_t fact;

        rows[0].document = rows[1].document = "copy.pdf";
        rows[1].due = date_add(rows[0].due, 5);
        assert_int_equal(put_customer(&firm->base, &who), PUT_ADDED);
        (void)import_invoices(&firm->base, rows, 2, puts);
        const Account account = load_account(&firm->base, "C-1");
        const StepMark mark = { account.id, account.instalments[0].invoice, 1, "resend",
                ACTION_RESEND, "" };
        begin(&firm->base);
        assert_ok(store_skip(firm->base.store, &mark, NOON, TODAY, &fact));
        commit(&firm->base);
}

static void a_part_brings_its_document_beside_an_older_part_that_is_only_listed(void **state)
{
        Firm *firm = *state;
        int64_t counts[2];

        send_copies(firm);
        write_document(firm, "copy.pdf", "%PDF-1.4 copy");
        add_parts(firm);
        assert_int_equal(wake(firm).n_notices, 1);
        assert_int_equal(db_integers(firm->base.store,
                                 "select (select count(*) from contact_line), "
                                 "(select count(*) from attachment)",
                                 NO_VALUES, counts, 2),
                1);
        assert_int_equal(counts[0], 2);
        assert_int_equal(counts[1], 1);
}

static void a_document_that_changed_since_it_was_decided_on_is_a_task(void **state)
{
        Firm *firm = *state;

        send_copies(firm);
        add_document(firm, "C-1", "F-1");
        write_document(firm, "copy.pdf", "%PDF-1.4 copy");
        assert_int_equal(wake(firm).n_notices, 1);
        assert_tasks(firm, "");
        write_document(firm, "copy.pdf", "%PDF-1.4 another");
        move_clock(firm, 24);
        assert_int_equal(wake(firm).n_notices, 1);
        assert_tasks(firm, "document F-1");
}

static void a_customer_without_an_address_is_a_task_until_there_is_one(void **state)
{
        Firm *firm = *state;
        CustomerRow customer = customer_row("C-1");
        const InvoiceRow invoice = invoice_row("F-1", "C-1", 120000);

        customer.email = "";
        assert_int_equal(put_customer(&firm->base, &customer), PUT_ADDED);
        assert_int_equal(put_invoice(&firm->base, &invoice), PUT_ADDED);
        wake(firm);
        assert_tasks(firm, "no-address F-1");
        begin(&firm->base);
        assert_ok(store_contact(firm->base.store, "C-1", "sent@example.org", NULL, NULL,
                firm->engine->clock.fixed));
        commit(&firm->base);
        assert_int_equal(wake(firm).n_notices, 1);
        assert_tasks(firm, "");
}

static void a_dry_run_leaves_no_trace(void **state)
{
        Firm *firm = *state;
        WakeResult result;

        add_customer(firm, "C-1", "sent", "F-1");
        begin(&firm->base);
        assert_ok(engine_wake(firm->engine, true, &result));
        store_rollback(firm->base.store);
        assert_int_equal(result.n_notices, 1);
        assert_notices(firm, "F-1", "");
}

/* A wake that others hold up until the next day queues what is right on that day. */
static void each_page_is_decided_at_its_own_instant(void **state)
{
        Firm *firm = *state;
        _cleanup_(wake_freep) Wake *late = NULL;

        add_customer(firm, "C-1", "sent", "F-1");
        assert_ok(wake_new(firm->engine, false, &late));
        assert_int_equal(wake_step(late), 1);
        assert_int_equal(wake_result(late)->n_accounts, 0);
        move_clock(firm, 24);
        while (wake_step(late) > 0) {
                begin(&firm->base); /* as others on the loop do: nothing is left open */
                commit(&firm->base);
        }
        assert_int_equal(wake_result(late)->n_notices, 1);
        assert_int_equal(wake(firm).n_cancelled, 0);
        move_clock(firm, 24);
        assert_int_equal(wake(firm).n_cancelled, 1);
}

static void a_wake_that_is_broken_off_leaves_what_it_has_committed(void **state)
{
        Firm *firm = *state;
        Wake *wake_job;
        Instant last;

        add_customer(firm, "C-1", "sent", "F-1");
        assert_ok(wake_new(firm->engine, false, &wake_job));
        while (wake_result(wake_job)->n_notices == 0)
                assert_int_equal(wake_step(wake_job), 1);
        wake_free(wake_job);
        assert_notices(firm, "F-1", "wild pending due");
        assert_ok(store_get_last_wake(firm->base.store, &last));
        assert_false(instant_is_set(last)); /* its hour has had no wake yet */
        assert_int_equal(wake(firm).n_notices, 0);
}

static void what_waits_for_a_window_says_when_it_opens(void **state)
{
        static const struct {
                int hours; /* from Thursday, 09:00 */
                const char *opening;
        } cases[] = {
                { 9, "2026-03-06T08:00:00+00:00" },
                { 22, "2026-03-06T08:00:00+00:00" },
                { 33, "2026-03-09T08:00:00+00:00" }, /* a Monday */
                { 72, "2026-03-09T08:00:00+00:00" },
                { 23, "" },
        };
        Firm *firm = *state;
        char text[INSTANT_TEXT_SIZE];

        add_customer(firm, "C-1", "sent", "F-1");
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                firm->engine->clock.fixed = NOON;
                move_clock(firm, cases[i].hours);
                (void)instant_format(wake(firm).opening, 0, text);
                assert_string_equal(text, cases[i].opening);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        what_is_due_is_queued_once_a_day, firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(a_notice_that_has_not_left_its_day_is_decided_again,
                        firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        what_was_paid_is_cancelled, firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        what_was_paid_in_part_is_asked_for_anew, firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        nothing_is_queued_outside_the_window, firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_route_that_opens_later_waits_for_its_hour_and_keeps_it, firm_setup,
                        firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_text_that_cannot_be_made_is_a_task_and_stops_nobody_else, firm_setup,
                        firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_missing_document_holds_its_notice_until_it_is_there, firm_setup,
                        firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_document_of_two_customers_is_a_task_and_no_attachment, firm_setup,
                        firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_part_brings_its_document_beside_an_older_part_that_is_only_listed,
                        firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_document_that_changed_since_it_was_decided_on_is_a_task, firm_setup,
                        firm_teardown),

                cmocka_unit_test_setup_teardown(
                        a_customer_without_an_address_is_a_task_until_there_is_one, firm_setup,
                        firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_dry_run_leaves_no_trace, firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        each_page_is_decided_at_its_own_instant, firm_setup, firm_teardown),
                cmocka_unit_test_setup_teardown(
                        a_wake_that_is_broken_off_leaves_what_it_has_committed, firm_setup,
                        firm_teardown),
                cmocka_unit_test_setup_teardown(
                        what_waits_for_a_window_says_when_it_opens, firm_setup, firm_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
