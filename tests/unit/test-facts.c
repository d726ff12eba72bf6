/* SPDX-License-Identifier: MIT */
/* Facts: what files and persons say, and the balances that follow. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "store/database.h"

static int64_t count_rows(Fixture *fixture, const char *sql)
{
        int64_t n;

        assert_int_equal(db_integers(fixture->store, sql, NO_VALUES, &n, 1), 1);
        return n;
}

static const Instalment *find(const Account *account, const char *number, int seq)
{
        for (size_t i = 0; i < account->n_instalments; i++)
                if (streq(account->instalments[i].number, number) &&
                        account->instalments[i].seq == seq)
                        return &account->instalments[i];
        fail_msg("no instalment %s %d", number, seq);
        return NULL;
}

static int64_t open_of(Fixture *fixture, const char *number, int seq)
{
        Account account = load_account(fixture, "C-1");

        return find(&account, number, seq)->open;
}

static void the_same_files_twice_change_nothing(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 120000),
                invoice_row("F-2", "C-1", 30000) };
        const PaymentRow payment = payment_row("P-1", "F-1", 5000);
        static const char rows_sql[] =
                "select (select count(*) from fact) + (select count(*) from customer) + "
                "(select count(*) from invoice) + (select count(*) from imported_customer) + "
                "(select count(*) from imported_instalment) + (select count(*) from account)";
        int puts[2];

        fill(fixture);
        assert_int_equal(put_payment(fixture, &payment), PUT_ADDED);
        int64_t n = count_rows(fixture, rows_sql);
        assert_int_equal(put_customer(fixture, &customer), PUT_SAME);
        assert_int_equal(import_invoices(fixture, rows, 2, puts), 0);
        assert_int_equal(puts[0], PUT_SAME);
        assert_int_equal(puts[1], PUT_SAME);
        assert_int_equal(put_payment(fixture, &payment), PUT_SAME);
        assert_int_equal(count_rows(fixture, rows_sql), n);
        assert_int_equal(count_rows(fixture, "select count(*) from place"), 0);
        assert_verified(fixture);
}

/* Two files at once, turn by turn, one of them given up: each counts its own places. */
static void imports_that_overlap_do_not_disturb_each_other(void **state)
{
        Fixture *fixture = *state;
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 120000),
                invoice_row("F-2", "C-1", 30000) };
        int64_t first, second, third;
        size_t n_withdrawn;

        fill(fixture);
        begin(fixture);
        assert_ok(store_import_begin(fixture->store, "a.csv", NOON, TODAY, &first));
        assert_int_equal(store_put_invoice(fixture->store, first, &rows[0], NOON), PUT_SAME);
        commit(fixture);
        begin(fixture);
        assert_ok(store_import_begin(fixture->store, "b.csv", NOON, TODAY, &second));
        assert_int_equal(store_put_invoice(fixture->store, second, &rows[0], NOON), PUT_SAME);
        commit(fixture);
        begin(fixture);
        assert_ok(store_import_begin(fixture->store, "c.csv", NOON, TODAY, &third));
        assert_int_equal(store_put_invoice(fixture->store, third, &rows[1], NOON), PUT_SAME);
        store_import_drop(fixture->store, third);
        assert_int_equal(store_put_invoice(fixture->store, first, &rows[0], NOON), PUT_ADDED);
        assert_ok(store_import_end(fixture->store, first, &n_withdrawn));
        assert_int_equal(n_withdrawn, 0);
        assert_int_equal(store_put_invoice(fixture->store, first, &rows[0], NOON), -EINVAL);
        assert_int_equal(store_put_invoice(fixture->store, third, &rows[0], NOON), -EINVAL);
        commit(fixture);
        begin(fixture);
        assert_ok(store_import_end(fixture->store, second, &n_withdrawn));
        assert_int_equal(n_withdrawn, 1);
        commit(fixture);
        assert_verified(fixture);
}

static void a_persons_correction_outlives_an_unchanged_file(void **state)
{
        Fixture *fixture = *state;
        CustomerRow customer = customer_row("C-1");

        fill(fixture);
        begin(fixture);
        assert_ok(store_contact(fixture->store, "C-1", "right@example.org", NULL, NULL, NOON));
        commit(fixture);
        assert_int_equal(put_customer(fixture, &customer), PUT_SAME);
        assert_string_equal(
                load_account(fixture, "C-1").addresses[ADDRESS_EMAIL], "right@example.org");
        customer.phone = "+33999999999";
        assert_int_equal(put_customer(fixture, &customer), PUT_CHANGED);
        Account account = load_account(fixture, "C-1");
        assert_string_equal(account.addresses[ADDRESS_EMAIL], "right@example.org");
        assert_string_equal(account.addresses[ADDRESS_PHONE], "+33999999999");
        customer.email = "new@example.org";
        assert_int_equal(put_customer(fixture, &customer), PUT_CHANGED);
        assert_string_equal(
                load_account(fixture, "C-1").addresses[ADDRESS_EMAIL], "new@example.org");
}

static void every_column_of_a_customer_is_kept_and_can_change(void **state)
{
        Fixture *fixture = *state;
        CustomerRow row = { .id = "C-1",
                .name = "a",
                .kind = KIND_PUBLIC,
                .relation = RELATION_SERVICE,
                .language = "b",
                .timezone = "c",
                .country = "d",
                .email = "e",
                .phone = "f",
                .whatsapp = "g",
                .policy = "h",
                .tags = "i",
                .contact_name = "j",
                .cc = "k",
                .address = "l",
                .postcode = "m",
                .city = "n",
                .registration = "o",
                .whatsapp_opt_in = TODAY };
        const CustomerRow plain = customer_row("C-1");
        const InvoiceRow invoice = invoice_row("F-1", "C-1", 100);
        CustomerDetail detail;

        assert_int_equal(put_customer(fixture, &plain), PUT_ADDED);
        assert_int_equal(put_customer(fixture, &row), PUT_CHANGED);
        assert_int_equal(put_customer(fixture, &row), PUT_SAME);
        assert_int_equal(put_invoice(fixture, &invoice), PUT_ADDED);
        Account account = load_account(fixture, "C-1");
        assert_int_equal(account.kind, KIND_PUBLIC);
        assert_int_equal(account.relation, RELATION_SERVICE);
        assert_int_equal(account.whatsapp_opt_in.days, TODAY.days);
        const char *const got[] = { account.name, account.language, account.timezone,
                account.country, account.addresses[ADDRESS_EMAIL], account.addresses[ADDRESS_PHONE],
                account.addresses[ADDRESS_WHATSAPP], account.policy, account.tags };
        for (size_t i = 0; i < ELEMENTSOF(got); i++)
                assert_int_equal(got[i][0], 'a' + (int)i);
        assert_ok(store_load_customer(fixture->store, account.customer, &fixture->arena, &detail));
        const char *const more[] = { detail.contact_name, detail.cc, detail.address,
                detail.postcode, detail.city, detail.registration };
        for (size_t i = 0; i < ELEMENTSOF(more); i++)
                assert_int_equal(more[i][0], 'j' + (int)i);
}

static void rows_of_one_number_are_its_instalments_in_order(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100), invoice_row("F-2", "C-1", 7),
                invoice_row("F-1", "C-1", 200), invoice_row("F-1", "C-1", 300) };
        int puts[4];

        put_customer(fixture, &customer);
        assert_int_equal(import_invoices(fixture, rows, 4, puts), 0);
        Account account = load_account(fixture, "C-1");
        assert_int_equal(account.n_instalments, 4);
        assert_int_equal(find(&account, "F-1", 2)->amount, 200);
        assert_int_equal(find(&account, "F-1", 3)->amount, 300);
        rows[2].amount = 250;
        assert_int_equal(import_invoices(fixture, rows, 4, puts), 0);
        assert_int_equal(puts[0], PUT_SAME);
        assert_int_equal(puts[2], PUT_CHANGED);
        assert_int_equal(open_of(fixture, "F-1", 2), 250);
        assert_verified(fixture);
}

static void instalments_no_longer_in_the_file_are_withdrawn_and_may_come_back(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100),
                invoice_row("F-1", "C-1", 200) };
        const InvoiceRow other = invoice_row("F-9", "C-1", 1);
        int puts[2];

        put_customer(fixture, &customer);
        import_invoices(fixture, rows, 2, puts);
        assert_int_equal(import_invoices(fixture, &other, 1, puts), 0);
        assert_int_equal(import_invoices(fixture, rows, 1, puts), 1);
        assert_int_equal(import_invoices(fixture, rows, 1, puts), 0);
        Account account = load_account(fixture, "C-1");
        assert_int_equal(find(&account, "F-1", 2)->status, STATUS_CANCELLED);
        assert_int_equal(find(&account, "F-1", 2)->open, 0);
        assert_int_equal(find(&account, "F-1", 1)->status, STATUS_OPEN);
        assert_int_equal(import_invoices(fixture, rows, 2, puts), 0);
        assert_int_equal(puts[1], PUT_CHANGED);
        account = load_account(fixture, "C-1");
        assert_int_equal(find(&account, "F-1", 2)->status, STATUS_OPEN);
        assert_int_equal(find(&account, "F-1", 2)->open, 200);
        assert_verified(fixture);
}

static void a_file_of_another_customers_invoice_withdraws_nothing(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customers[] = { customer_row("C-1"), customer_row("C-2") };
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100),
                invoice_row("F-1", "C-1", 200) };
        const InvoiceRow others[] = { invoice_row("F-1", "C-2", 100),
                invoice_row("F-1", "C-unknown", 100) };
        int puts[2];

        put_customer(fixture, &customers[0]);
        put_customer(fixture, &customers[1]);
        import_invoices(fixture, rows, 2, puts);
        for (size_t i = 0; i < ELEMENTSOF(others); i++) {
                assert_int_equal(import_invoices(fixture, &others[i], 1, puts), 0);
                assert_true(puts[0] >= PUT_REFUSED);
        }
        Account account = load_account(fixture, "C-1");
        assert_int_equal(find(&account, "F-1", 2)->open, 200);
        assert_verified(fixture);
}

static void a_row_in_error_keeps_its_place(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100), invoice_row("F-1", "C-1", 200),
                invoice_row("F-1", "C-1", 300) };
        int64_t run;
        size_t n_withdrawn;
        int puts[3];

        put_customer(fixture, &customer);
        import_invoices(fixture, rows, 3, puts);
        begin(fixture);
        assert_ok(store_import_begin(fixture->store, "f", NOON, TODAY, &run));
        assert_int_equal(store_put_invoice(fixture->store, run, &rows[0], NOON), PUT_SAME);
        assert_ok(store_skip_invoice(fixture->store, run, "F-1"));
        assert_int_equal(store_put_invoice(fixture->store, run, &rows[2], NOON), PUT_SAME);
        assert_ok(store_skip_invoice(fixture->store, run, "F-unknown"));
        assert_ok(store_import_end(fixture->store, run, &n_withdrawn));
        commit(fixture);
        assert_int_equal(n_withdrawn, 0);
}

static void a_refused_row_keeps_its_place_by_itself(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100), invoice_row("F-1", "C-1", 200),
                invoice_row("F-1", "C-1", 300) };
        int puts[3];

        put_customer(fixture, &customer);
        import_invoices(fixture, rows, 3, puts);
        rows[1].currency = "USD";
        assert_int_equal(import_invoices(fixture, rows, 3, puts), 0);
        assert_int_equal(puts[0], PUT_SAME);
        assert_int_equal(puts[1], PUT_OTHER_CURRENCY);
        assert_int_equal(puts[2], PUT_SAME);
}

static void rows_that_cannot_be_are_refused(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow other = customer_row("C-2");
        InvoiceRow invoice = invoice_row("F-3", "C-unknown", 100);
        PaymentRow payment = payment_row("P-1", "F-unknown", 100);

        fill(fixture);
        put_customer(fixture, &other);
        assert_int_equal(put_invoice(fixture, &invoice), PUT_UNKNOWN_CUSTOMER);
        invoice = invoice_row("F-1", "C-2", 120000);
        assert_int_equal(put_invoice(fixture, &invoice), PUT_OTHER_CUSTOMER);
        invoice = invoice_row("F-1", "C-1", 120000);
        invoice.currency = "USD";
        assert_int_equal(put_invoice(fixture, &invoice), PUT_OTHER_CURRENCY);
        assert_int_equal(put_payment(fixture, &payment), PUT_UNKNOWN_INVOICE);
        payment.invoice = "F-1";
        payment.currency = "USD";
        assert_int_equal(put_payment(fixture, &payment), PUT_OTHER_CURRENCY);
        payment.currency = "EUR";
        payment.customer = "C-2";
        assert_int_equal(put_payment(fixture, &payment), PUT_OTHER_CUSTOMER);
        payment.customer = "C-unknown";
        assert_int_equal(put_payment(fixture, &payment), PUT_UNKNOWN_CUSTOMER);
        payment.invoice = "";
        assert_int_equal(put_payment(fixture, &payment), PUT_UNKNOWN_CUSTOMER);
        payment.customer = "";
        assert_int_equal(put_payment(fixture, &payment), PUT_NO_TARGET);
        assert_int_equal(open_of(fixture, "F-1", 1), 120000);
}

static void a_payment_goes_to_the_oldest_instalment_and_the_rest_is_credit(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow customer = customer_row("C-1");
        InvoiceRow rows[] = { invoice_row("F-1", "C-1", 100), invoice_row("F-1", "C-1", 200) };
        const PaymentRow payments[] = { payment_row("P-1", "F-1", 250),
                payment_row("P-2", "F-1", 75) };
        PaymentRow unassigned = payment_row("P-3", "", 40);
        int puts[2];

        rows[0].due = TODAY;
        put_customer(fixture, &customer);
        import_invoices(fixture, rows, 2, puts);
        assert_int_equal(put_payment(fixture, &payments[0]), PUT_ADDED);
        assert_int_equal(open_of(fixture, "F-1", 1), 50);
        assert_int_equal(open_of(fixture, "F-1", 2), 0);
        assert_int_equal(put_payment(fixture, &payments[1]), PUT_ADDED);
        assert_int_equal(open_of(fixture, "F-1", 1), 0);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 25);
        unassigned.customer = "C-1";
        assert_int_equal(put_payment(fixture, &unassigned), PUT_ADDED);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 65);
        assert_true(load_account(fixture, "C-1").instalments[0].has_payment);
        assert_verified(fixture);
}

/* An invoice of 1200.00, paid in full nine days ago and settled. */
static void pay_in_full(Fixture *fixture, const char *number, const char *id)
{
        const CustomerRow customer = customer_row("C-1");
        const InvoiceRow invoice = invoice_row(number, "C-1", 120000);
        PaymentRow payment = payment_row(id, number, 120000);

        put_customer(fixture, &customer);
        put_invoice(fixture, &invoice);
        payment.date = date_add(TODAY, -9);
        assert_int_equal(put_payment(fixture, &payment), PUT_ADDED);
        Account account = load_account(fixture, "C-1");
        const Instalment *paid = find(&account, number, 1);
        assert_int_equal(paid->open, 0);
        begin(fixture);
        assert_ok(store_settle_instalment(fixture->store, account.id, paid->invoice, 1, true));
        commit(fixture);
}

static void what_undoes_a_payment_reopens(void **state)
{
        Fixture *fixture = *state;
        static const struct {
                const char *what;
                bool is_correction; /* of the payment itself */
                FactKind kind;
                int64_t amount, open;
                bool is_reopened, has_failed;
        } cases[] = {
                { "refund", false, FACT_REFUND, 5000, 5000, true, false },
                { "chargeback", false, FACT_CHARGEBACK, 120000, 120000, true, true },
                { "smaller payment", true, FACT_PAYMENT, 100000, 20000, true, false },
                { "payment of another day", true, FACT_PAYMENT, 120000, 0, false, false },
                { "payment that was a credit", true, FACT_CREDIT, 120000, 0, false, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char number[16], id[16], other[16];

                print_message("%s\n", cases[i].what);
                snprintf(number, sizeof(number), "F-%zu", i);
                snprintf(id, sizeof(id), "P-%zu", i);
                snprintf(other, sizeof(other), "X-%zu", i);
                pay_in_full(fixture, number, id);
                PaymentRow row =
                        payment_row(cases[i].is_correction ? id : other, number, cases[i].amount);
                row.kind = cases[i].kind;
                row.date = date_add(TODAY, -2);
                assert_int_equal(put_payment(fixture, &row),
                        cases[i].is_correction ? PUT_CHANGED : PUT_ADDED);
                Account account = load_account(fixture, "C-1");
                const Instalment *instalment = find(&account, number, 1);
                assert_int_equal(instalment->open, cases[i].open);
                assert_int_equal(instalment->is_settled, !cases[i].is_reopened);
                assert_int_equal(date_is_set(instalment->reopened_on), cases[i].is_reopened);
                if (cases[i].is_reopened)
                        assert_int_equal(date_difference(instalment->reopened_on, TODAY), -2);
                assert_int_equal(instalment->reopened_from, 0);
                assert_int_equal(instalment->collection_failed, cases[i].has_failed);
        }
        assert_verified(fixture);
}

static void arrival_counts_once_there_was_a_wake(void **state)
{
        Fixture *fixture = *state;
        const PaymentRow payment = payment_row("P-1", "F-1", 120000);
        const PaymentRow again = payment_row("P-2", "F-1", 1000);
        PaymentRow refund = payment_row("R-1", "F-1", 1000);

        fill(fixture);
        put_payment(fixture, &payment);
        assert_ok(store_set_last_wake(fixture->store, NOON));
        refund.kind = FACT_REFUND;
        refund.date = date_add(TODAY, -5);
        put_payment(fixture, &refund);
        Account account = load_account(fixture, "C-1");
        assert_int_equal(find(&account, "F-1", 1)->reopened_on.days, TODAY.days);
        put_payment(fixture, &again);
        refund.id = "R-2";
        refund.date = date_add(TODAY, 5);
        put_payment(fixture, &refund);
        account = load_account(fixture, "C-1");
        assert_int_equal(date_difference(find(&account, "F-1", 1)->reopened_on, TODAY), 5);
        assert_int_equal(find(&account, "F-1", 1)->reopened_from, 0);
        assert_int_equal(find(&account, "F-1", 1)->open, 1000);
}

static void what_is_open_is_not_reopened(void **state)
{
        Fixture *fixture = *state;
        const PaymentRow payment = payment_row("P-1", "F-1", 120000);
        PaymentRow refund = payment_row("R-1", "F-1", 1000);

        fill(fixture);
        put_payment(fixture, &payment);
        assert_ok(store_set_last_wake(fixture->store, NOON));
        refund.kind = FACT_REFUND;
        put_payment(fixture, &refund);
        refund.id = "R-2";
        refund.date = date_add(TODAY, 5);
        put_payment(fixture, &refund);
        Account account = load_account(fixture, "C-1");
        assert_int_equal(find(&account, "F-1", 1)->reopened_on.days, TODAY.days);
        assert_int_equal(find(&account, "F-1", 1)->reopened_from, 0);
        assert_int_equal(find(&account, "F-1", 1)->open, 2000);
}

static void arrival_counts_in_a_simulated_store_from_the_start(void **state)
{
        Fixture *fixture = *state;
        const PaymentRow payment = payment_row("P-1", "F-1", 120000);
        PaymentRow refund = payment_row("R-1", "F-1", 1000);

        fill(fixture);
        put_payment(fixture, &payment);
        assert_ok(store_set_mode(fixture->store, STORE_SIMULATED));
        refund.kind = FACT_REFUND;
        refund.date = date_add(TODAY, -5);
        put_payment(fixture, &refund);
        Account account = load_account(fixture, "C-1");
        assert_int_equal(find(&account, "F-1", 1)->reopened_on.days, TODAY.days);
}

static void a_payment_may_move_to_another_invoice(void **state)
{
        Fixture *fixture = *state;
        PaymentRow payment = payment_row("P-1", "F-1", 30000);

        fill(fixture);
        put_payment(fixture, &payment);
        payment.invoice = "F-2";
        assert_int_equal(put_payment(fixture, &payment), PUT_CHANGED);
        assert_int_equal(open_of(fixture, "F-1", 1), 120000);
        assert_int_equal(open_of(fixture, "F-2", 1), 0);
        payment.invoice = "";
        payment.customer = "C-1";
        assert_int_equal(put_payment(fixture, &payment), PUT_CHANGED);
        assert_int_equal(open_of(fixture, "F-2", 1), 30000);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 30000);
        assert_int_equal(put_payment(fixture, &payment), PUT_SAME);
        assert_verified(fixture);
}

static void a_write_off_closes_whatever_its_amount(void **state)
{
        Fixture *fixture = *state;
        PaymentRow row = payment_row("W-1", "F-1", 1);

        fill(fixture);
        row.kind = FACT_WRITE_OFF;
        assert_int_equal(put_payment(fixture, &row), PUT_ADDED);
        assert_int_equal(open_of(fixture, "F-1", 1), 0);
        assert_false(load_account(fixture, "C-1").instalments[0].has_payment);
        row.invoice = "";
        row.customer = "C-1";
        row.id = "W-2";
        assert_int_equal(put_payment(fixture, &row), PUT_NO_TARGET);
}

static void what_was_written_off_and_cancelled_still_takes_money(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow cancelled = invoice_row("F-1", "C-1", 120000);
        PaymentRow write_off = payment_row("W-1", "F-1", 1);
        const PaymentRow payment = payment_row("P-1", "F-1", 1000);

        fill(fixture);
        write_off.kind = FACT_WRITE_OFF;
        assert_int_equal(put_payment(fixture, &write_off), PUT_ADDED);
        cancelled.status = STATUS_CANCELLED;
        assert_int_equal(put_invoice(fixture, &cancelled), PUT_CHANGED);
        assert_int_equal(put_payment(fixture, &payment), PUT_ADDED);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 1000);
        assert_verified(fixture);
}

static void cancelling_and_credit_notes_leave_credit(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow cancelled = invoice_row("F-1", "C-1", 120000);
        InvoiceRow note = invoice_row("A-1", "C-1", -2500);
        const PaymentRow payment = payment_row("P-1", "F-1", 1000);

        fill(fixture);
        put_payment(fixture, &payment);
        cancelled.status = STATUS_CANCELLED;
        assert_int_equal(put_invoice(fixture, &cancelled), PUT_CHANGED);
        assert_int_equal(open_of(fixture, "F-1", 1), 0);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 1000);
        note.status = STATUS_DRAFT;
        assert_int_equal(put_invoice(fixture, &note), PUT_ADDED);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 1000);
        note.status = STATUS_OPEN;
        assert_int_equal(put_invoice(fixture, &note), PUT_CHANGED);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 3500);
        assert_verified(fixture);
}

static void sums_that_do_not_fit_stop_only_their_row(void **state)
{
        Fixture *fixture = *state;
        PaymentRow payment = payment_row("P-1", "F-1", INT64_MAX - 10);

        fill(fixture);
        assert_int_equal(put_payment(fixture, &payment), PUT_ADDED);
        begin(fixture);
        payment.id = "P-2";
        assert_int_equal(store_put_payment(fixture->store, &payment, NOON, TODAY), -EOVERFLOW);
        payment.id = "P-3";
        payment.amount = 3;
        assert_int_equal(store_put_payment(fixture->store, &payment, NOON, TODAY), PUT_ADDED);
        commit(fixture);
        assert_int_equal(
                count_rows(fixture, "select count(*) from fact where external_id = 'P-2'"), 0);
        assert_verified(fixture);
}

static void facts_are_never_edited(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        begin(fixture);
        assert_int_not_equal(db_run(fixture->store, "update fact set amount = 0", NO_VALUES), 0);
        assert_int_not_equal(db_run(fixture->store, "delete from fact", NO_VALUES), 0);
        store_rollback(fixture->store);
        assert_int_equal(count_rows(fixture, "select count(*) from fact where amount > 0"), 2);
}

static void a_hold_holds_until_it_is_released(void **state)
{
        Fixture *fixture = *state;
        const Target invoice = { .invoice = "F-1" };
        Date until = date_add(TODAY, 10);

        fill(fixture);
        begin(fixture);
        assert_ok(store_hold(fixture->store, &invoice, until, "on holiday", NOON));
        commit(fixture);
        Account account = load_account(fixture, "C-1");
        assert_true(find(&account, "F-1", 1)->is_held);
        assert_int_equal(find(&account, "F-1", 1)->held_until.days, until.days);
        assert_false(find(&account, "F-2", 1)->is_held);
        begin(fixture);
        assert_ok(store_release(fixture->store, &invoice, TODAY, NOON));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(find(&account, "F-1", 1)->is_held);
        assert_int_equal(find(&account, "F-1", 1)->released_on.days, TODAY.days);
        assert_false(date_is_set(find(&account, "F-2", 1)->released_on));
        begin(fixture);
        assert_ok(store_hold(fixture->store, &invoice, date_add(TODAY, 1), "", NOON));
        assert_ok(store_release(fixture->store, &invoice, date_add(TODAY, 5), NOON));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(find(&account, "F-1", 1)->is_held);
        assert_int_equal(find(&account, "F-1", 1)->released_on.days, TODAY.days);
}

static void a_held_customers_later_invoices_are_held_too(void **state)
{
        Fixture *fixture = *state;
        const Target customer = { .customer = "C-1" };
        const InvoiceRow later[] = { invoice_row("F-3", "C-1", 100),
                invoice_row("F-4", "C-1", 100) };

        fill(fixture);
        begin(fixture);
        assert_ok(store_hold(fixture->store, &customer, DATE_NONE, "", NOON));
        commit(fixture);
        put_invoice(fixture, &later[0]);
        Account account = load_account(fixture, "C-1");
        for (size_t i = 0; i < account.n_instalments; i++)
                assert_true(account.instalments[i].is_held);
        begin(fixture);
        assert_ok(store_release(fixture->store, &customer, TODAY, NOON));
        commit(fixture);
        put_invoice(fixture, &later[1]);
        account = load_account(fixture, "C-1");
        assert_int_equal(account.n_instalments, 4);
        for (size_t i = 0; i < account.n_instalments; i++)
                assert_false(account.instalments[i].is_held);
}

static void a_held_or_disputed_invoices_later_instalments_are_too(void **state)
{
        Fixture *fixture = *state;
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 120000),
                invoice_row("F-1", "C-1", 500), invoice_row("F-2", "C-1", 30000),
                invoice_row("F-2", "C-1", 500) };
        Date until = date_add(TODAY, 10);
        int puts[ELEMENTSOF(rows)];

        fill(fixture);
        begin(fixture);
        assert_ok(store_hold(
                fixture->store, &(Target){ .invoice = "F-1" }, until, "on holiday", NOON));
        assert_ok(store_dispute(fixture->store, "F-2", "quality", "", NOON));
        commit(fixture);
        import_invoices(fixture, rows, ELEMENTSOF(rows), puts);
        Account account = load_account(fixture, "C-1");
        assert_true(find(&account, "F-1", 2)->is_held);
        assert_int_equal(find(&account, "F-1", 2)->held_until.days, until.days);
        assert_false(find(&account, "F-1", 2)->is_disputed);
        assert_true(find(&account, "F-2", 2)->is_disputed);
        assert_false(find(&account, "F-2", 2)->is_held);
}

static void a_dispute_ends_with_its_release(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow imported = invoice_row("F-2", "C-1", 30000);

        fill(fixture);
        imported.status = STATUS_DISPUTED;
        assert_int_equal(put_invoice(fixture, &imported), PUT_CHANGED);
        begin(fixture);
        assert_ok(store_dispute(fixture->store, "F-1", "quality", "two boxes broken", NOON));
        commit(fixture);
        Account account = load_account(fixture, "C-1");
        assert_true(find(&account, "F-1", 1)->is_disputed);
        assert_int_equal(find(&account, "F-2", 1)->status, STATUS_DISPUTED);
        begin(fixture);
        assert_ok(store_release(fixture->store, &(Target){ .invoice = "F-1" }, TODAY, NOON));
        assert_ok(store_release(fixture->store, &(Target){ .invoice = "F-2" }, TODAY, NOON));
        commit(fixture);
        /* The file still says so, as it did before the person spoke. */
        assert_int_equal(put_invoice(fixture, &imported), PUT_SAME);
        account = load_account(fixture, "C-1");
        assert_false(find(&account, "F-1", 1)->is_disputed);
        assert_int_equal(find(&account, "F-2", 1)->status, STATUS_OPEN);
        assert_int_equal(find(&account, "F-2", 1)->released_on.days, TODAY.days);
}

static void unknown_targets_are_told(void **state)
{
        Fixture *fixture = *state;

        begin(fixture);
        assert_int_equal(
                store_hold(fixture->store, &(Target){ .invoice = "X" }, TODAY, "", NOON), -ENOENT);
        assert_int_equal(
                store_release(fixture->store, &(Target){ .customer = "X" }, TODAY, NOON), -ENOENT);
        assert_int_equal(store_dispute(fixture->store, "X", "other", "", NOON), -ENOENT);
        assert_int_equal(store_contact(fixture->store, "X", "", NULL, NULL, NOON), -ENOENT);
        store_rollback(fixture->store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(the_same_files_twice_change_nothing),
                TEST(imports_that_overlap_do_not_disturb_each_other),
                TEST(a_persons_correction_outlives_an_unchanged_file),
                TEST(every_column_of_a_customer_is_kept_and_can_change),
                TEST(rows_of_one_number_are_its_instalments_in_order),
                TEST(instalments_no_longer_in_the_file_are_withdrawn_and_may_come_back),
                TEST(a_file_of_another_customers_invoice_withdraws_nothing),
                TEST(a_row_in_error_keeps_its_place),
                TEST(a_refused_row_keeps_its_place_by_itself),
                TEST(rows_that_cannot_be_are_refused),
                TEST(a_payment_goes_to_the_oldest_instalment_and_the_rest_is_credit),
                TEST(what_undoes_a_payment_reopens),
                TEST(arrival_counts_once_there_was_a_wake),
                TEST(what_is_open_is_not_reopened),
                TEST(arrival_counts_in_a_simulated_store_from_the_start),
                TEST(a_payment_may_move_to_another_invoice),
                TEST(a_write_off_closes_whatever_its_amount),
                TEST(what_was_written_off_and_cancelled_still_takes_money),
                TEST(cancelling_and_credit_notes_leave_credit),
                TEST(sums_that_do_not_fit_stop_only_their_row),
                TEST(facts_are_never_edited),
                TEST(a_hold_holds_until_it_is_released),
                TEST(a_held_customers_later_invoices_are_held_too),
                TEST(a_held_or_disputed_invoices_later_instalments_are_too),
                TEST(a_dispute_ends_with_its_release),
                TEST(unknown_targets_are_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
