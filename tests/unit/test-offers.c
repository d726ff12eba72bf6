/* SPDX-License-Identifier: MIT */
/* Offers: what a sent notice leaves on its instalments, which payments take them, and what takes a
 * grant back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "store/database.h"
#include "words-fixture.h"

static int64_t credit(Fixture *fixture, const char *invoice, int64_t amount, int day, FactKind kind)
{
        PaymentRow row = payment_row("", invoice, amount);
        int64_t fact;

        row.date = DAY_AFTER(day);
        row.kind = kind;
        begin(fixture);
        assert_int_equal(
                store_put_payment(fixture->store, &row, AT_DAY(day), DAY_AFTER(day)), PUT_ADDED);
        assert_ok(store_last_fact(fixture->store, &fact));
        commit(fixture);
        return fact;
}

/* A notice with an offer good through a day; n: how many before it, for its step's name. */
static int64_t add_offer(
        Fixture *fixture, const char *number, int seq, int64_t discount, int until, int n)
{
        static const char *const steps[] = { "first", "second", "third" };
        Account account = load_account(fixture, "C-1");
        const ContactLine line = { .invoice = find(&account, number, seq)->invoice,
                .seq = seq,
                .step = steps[n],
                .action = ACTION_REMIND,
                .discount = discount };
        const Contact contact = { .account = account.id,
                .kind = NOTICE_CONTACT,
                .action = ACTION_REMIND,
                .step = steps[n],
                .policy = "standard",
                .deadline = DATE_NONE,
                .offer_until = DAY_AFTER(until),
                .reason = REASON_DUE };

        return add_notice(fixture, contact, &line);
}

static void offer(Fixture *fixture, const char *number, int seq, int64_t discount, int until, int n)
{
        send_notice(fixture, add_offer(fixture, number, seq, discount, until, n));
        assert_verified(fixture);
}

static void assert_state(
        Fixture *fixture, const char *number, int seq, int64_t open, int64_t granted)
{
        assert_int_equal(look(fixture, number, seq)->open, open);
        assert_int_equal(look(fixture, number, seq)->granted, granted);
        assert_verified(fixture);
}

static void a_payment_in_time_of_enough_settles_the_rest(void **state)
{
        static const struct {
                int64_t paid;
                int day;
                int64_t open, granted;
        } cases[] = {
                { 28500, 9, 0, 1500 },
                { 28500, 10, 0, 1500 },
                { 28500, 11, 1500, 0 },
                { 28499, 10, 1501, 0 },
                { 29000, 5, 0, 1000 },
                { 30000, 5, 0, 0 },
                { 31000, 5, 0, 0 },
                { 1, 5, 29999, 0 },
        };
        Fixture *fixture = *state;

        fill(fixture);
        offer(fixture, "F-2", 1, 1500, 10, 0);
        assert_int_equal(look(fixture, "F-2", 1)->offer_discount, 1500);
        assert_int_equal(look(fixture, "F-2", 1)->offer_until.days, DAY_AFTER(10).days);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t paid = pay(fixture, "F-2", cases[i].paid, cases[i].day);
                assert_state(fixture, "F-2", 1, cases[i].open, cases[i].granted);
                assert_true(look(fixture, "F-2", 1)->has_payment);
                undo(fixture, paid);
                assert_state(fixture, "F-2", 1, 30000, 0);
        }
        assert_int_equal(load_account(fixture, "C-1").unassigned, 0);
}

static void what_undoes_the_payment_takes_the_grant_back(void **state)
{
        static const FactKind kinds[] = { FACT_REFUND, FACT_CHARGEBACK };
        Fixture *fixture = *state;

        fill(fixture);
        offer(fixture, "F-2", 1, 1500, 10, 0);
        begin(fixture);
        assert_ok(store_set_last_wake(fixture->store, NOON));
        commit(fixture);
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                int64_t paid = pay(fixture, "F-2", 28500, 8);
                assert_state(fixture, "F-2", 1, 0, 1500);
                int64_t back = credit(fixture, "F-2", 100, 20, kinds[i]);
                assert_state(fixture, "F-2", 1, 1600, 0);
                if (i == 0)
                        assert_int_equal(
                                look(fixture, "F-2", 1)->reopened_on.days, DAY_AFTER(20).days);
                assert_int_equal(look(fixture, "F-2", 1)->reopened_from, 0);
                undo(fixture, back);
                assert_state(fixture, "F-2", 1, 0, 1500);
                /* In time no more. */
                back = credit(fixture, "F-2", 28500, 20, kinds[i]);
                int64_t late = pay(fixture, "F-2", 28500, 21);
                assert_state(fixture, "F-2", 1, 1500, 0);
                undo(fixture, late);
                undo(fixture, back);
                undo(fixture, paid);
        }
}

/* A refund of what was paid too much leaves what the offer asks for. */
static void a_payment_that_was_too_much_takes_the_offer_with_its_refund(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        offer(fixture, "F-2", 1, 1500, 10, 0);
        pay(fixture, "F-2", 30000, 5);
        assert_state(fixture, "F-2", 1, 0, 0);
        credit(fixture, "F-2", 1500, 12, FACT_REFUND);
        assert_state(fixture, "F-2", 1, 0, 1500);
}

/* 285.00 in time settles F-2 of 300.00. */
static void what_is_undone_is_first_what_was_too_much_then_what_came_later(void **state)
{
        static const struct {
                struct {
                        FactKind kind;
                        int64_t amount;
                        int day;
                } facts[3];
                int64_t open, granted, unassigned;
        } cases[] = {
                { { { FACT_PAYMENT, 30000, 20 }, { FACT_REFUND, 30000, 22 } }, 0, 1500, 0 },
                { { { FACT_PAYMENT, 30000, 20 }, { FACT_CHARGEBACK, 30000, 20 } }, 0, 1500, 0 },
                { { { FACT_PAYMENT, 30000, 20 }, { FACT_REFUND, 30001, 22 } }, 1501, 0, 0 },
                { { { FACT_PAYMENT, 1000, 20 }, { FACT_REFUND, 900, 22 } }, 0, 1500, 100 },
                { { { FACT_CREDIT, 6000, 20 }, { FACT_REFUND, 5700, 22 } }, 0, 1500, 300 },
                { { { FACT_REFUND, 5700, 20 }, { FACT_CREDIT, 6000, 22 } }, 0, 1500, 300 },
                { { { FACT_CREDIT, 6000, 20 }, { FACT_REFUND, 6001, 22 } }, 1501, 0, 0 },
                { { { FACT_CREDIT, 30000, 20 }, { FACT_REFUND, 28500, 22 } }, 0, 0, 0 },
                { { { FACT_REFUND, 28500, 20 }, { FACT_PAYMENT, 28500, 22 } }, 1500, 0, 0 },
                { { { FACT_PAYMENT, 500, 20 }, { FACT_REFUND, 28500, 22 },
                          { FACT_PAYMENT, 28000, 23 } },
                        1500, 0, 0 },
                { { { FACT_REFUND, 28500, 8 }, { FACT_PAYMENT, 28500, 9 } }, 0, 1500, 0 },
        };
        Fixture *fixture = *state;
        int64_t facts[3];

        fill(fixture);
        offer(fixture, "F-2", 1, 1500, 10, 0);
        pay(fixture, "F-2", 28500, 7);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t n = 0;
                for (; n < 3 && cases[i].facts[n].amount > 0; n++)
                        facts[n] = credit(fixture, "F-2", cases[i].facts[n].amount,
                                cases[i].facts[n].day, cases[i].facts[n].kind);
                assert_state(fixture, "F-2", 1, cases[i].open, cases[i].granted);
                assert_int_equal(load_account(fixture, "C-1").unassigned, cases[i].unassigned);
                while (n > 0)
                        undo(fixture, facts[--n]);
        }
}

static void credits_count_by_their_day_but_take_no_offer_alone(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        offer(fixture, "F-2", 1, 1500, 10, 0);
        int64_t first = credit(fixture, "F-2", 28500, 5, FACT_CREDIT);
        assert_state(fixture, "F-2", 1, 1500, 0);
        undo(fixture, first);
        credit(fixture, "F-2", 5000, 5, FACT_CREDIT);
        pay(fixture, "F-2", 23500, 6);
        assert_state(fixture, "F-2", 1, 0, 1500);
        credit(fixture, "F-2", 400, 30, FACT_CREDIT);
        assert_state(fixture, "F-2", 1, 0, 1500);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 400);
}

static void only_what_was_sent_is_an_offer_and_the_last_one_counts(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture), without;

        int64_t pending = add_offer(fixture, "F-2", 1, 1500, 10, 0);
        assert_int_equal(look(fixture, "F-2", 1)->offer_discount, 0);
        assert_false(date_is_set(look(fixture, "F-2", 1)->offer_until));
        pay(fixture, "F-2", 28500, 0);
        assert_state(fixture, "F-2", 1, 1500, 0);
        send_notice(fixture, pending);
        assert_state(fixture, "F-2", 1, 0, 1500);
        offer(fixture, "F-1", 1, 6000, 10, 0);
        offer(fixture, "F-1", 1, 3000, 30, 1);
        assert_int_equal(look(fixture, "F-1", 1)->offer_discount, 3000);
        assert_ok(store_load_account(fixture->store, account.id, 3, &fixture->arena, &without));
        assert_int_equal(find(&without, "F-1", 1)->offer_discount, 6000);
        assert_int_equal(find(&without, "F-1", 1)->offer_until.days, DAY_AFTER(10).days);
        pay(fixture, "F-1", 114000, 9);
        assert_state(fixture, "F-1", 1, 6000, 0);
        pay(fixture, "F-1", 3000, 30);
        assert_state(fixture, "F-1", 1, 0, 3000);
}

/* F-3 of 100.00 and 50.00. */
static void add_instalments(Fixture *fixture)
{
        InvoiceRow rows[] = { invoice_row("F-3", "C-1", 10000), invoice_row("F-3", "C-1", 5000) };
        int puts[2];

        rows[1].due = date_add(rows[0].due, 10);
        import_invoices(fixture, rows, 2, puts);
}

static void two_instalments_may_be_settled_by_one_sum(void **state)
{
        static const struct {
                int64_t paid, open[2], granted[2];
        } cases[] = {
                { 14250, { 0, 0 }, { 500, 250 } },
                { 14249, { 0, 751 }, { 0, 0 } },
                { 9500, { 0, 5000 }, { 500, 0 } },
                { 10000, { 0, 5000 }, { 0, 0 } },
                { 14800, { 0, 0 }, { 0, 200 } },
        };
        Fixture *fixture = *state;

        fill(fixture);
        add_instalments(fixture);
        offer(fixture, "F-3", 1, 500, 10, 0);
        offer(fixture, "F-3", 2, 250, 10, 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t paid = pay(fixture, "F-3", cases[i].paid, 5);
                for (int k = 0; k < 2; k++)
                        assert_state(fixture, "F-3", 1 + k, cases[i].open[k], cases[i].granted[k]);
                undo(fixture, paid);
        }
}

static void an_offer_of_one_instalment_is_none_of_another(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        add_instalments(fixture);
        offer(fixture, "F-3", 1, 6000, 10, 0);
        pay(fixture, "F-3", 10000, 5);
        assert_state(fixture, "F-3", 1, 0, 0);
        assert_state(fixture, "F-3", 2, 5000, 0);
}

static void an_invoices_early_discount_is_granted_half_up(void **state)
{
        static const struct {
                int64_t amount;
                int percent_hundredths;
                int64_t paid;
                int day;
                int64_t open, granted;
        } cases[] = {
                { 10000, 200, 9800, 10, 0, 200 },
                { 10000, 200, 9799, 10, 201, 0 },
                { 10000, 200, 9800, 11, 200, 0 },
                { 1025, 200, 1004, 1, 0, 21 },
                { 1025, 200, 1003, 1, 22, 0 },
                { 1024, 200, 1004, 1, 0, 20 },
                { 1024, 200, 1003, 1, 21, 0 },
                { 10000, 250, 9750, 1, 0, 250 },
                { 10000, 0, 9999, 1, 1, 0 },
        };
        Fixture *fixture = *state;
        char number[16];

        fill(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                snprintf(number, sizeof(number), "E-%zu", i);
                InvoiceRow row = invoice_row(number, "C-1", cases[i].amount);
                row.discount_percent_hundredths = cases[i].percent_hundredths;
                row.discount_until = DAY_AFTER(10);
                put_invoice(fixture, &row);
                assert_state(fixture, number, 1, cases[i].amount, 0);
                pay(fixture, number, cases[i].paid, cases[i].day);
                assert_state(fixture, number, 1, cases[i].open, cases[i].granted);
        }
}

static void an_early_discount_of_instalments_adds_up_and_a_file_may_change_it(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow rows[] = { invoice_row("F-3", "C-1", 1025), invoice_row("F-3", "C-1", 1025) };
        int puts[2];

        fill(fixture);
        for (int i = 0; i < 2; i++) {
                rows[i].discount_percent_hundredths = 200;
                rows[i].discount_until = DAY_AFTER(10);
                rows[i].due = DAY_AFTER(20 + i);
        }
        import_invoices(fixture, rows, 2, puts);
        pay(fixture, "F-3", 2009, 5);
        assert_state(fixture, "F-3", 1, 0, 21);
        assert_state(fixture, "F-3", 2, 0, 20);
        rows[0].discount_until = rows[1].discount_until = DAY_AFTER(4);
        import_invoices(fixture, rows, 2, puts);
        assert_state(fixture, "F-3", 1, 0, 0);
        assert_state(fixture, "F-3", 2, 41, 0);
}

static void a_plan_ends_the_offers_of_what_it_replaces(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow row = invoice_row("F-3", "C-1", 10000);

        fill(fixture);
        row.discount_percent_hundredths = 200;
        row.discount_until = DAY_AFTER(10);
        put_invoice(fixture, &row);
        offer(fixture, "F-3", 1, 500, 30, 0);
        int64_t made = plan(fixture, "F-3", 2, 0);
        pay(fixture, "F-3", 9800, 5);
        assert_state(fixture, "F-3", 1, 0, 0);
        assert_state(fixture, "F-3", 3, 200, 0);
        undo(fixture, made);
        assert_state(fixture, "F-3", 1, 0, 200);
}

static int64_t pay_account(Fixture *fixture, int64_t amount, int day, FactKind kind)
{
        PaymentRow row = payment_row("", "", amount);
        int64_t fact;

        row.customer = "C-1";
        row.date = DAY_AFTER(day);
        row.kind = kind;
        begin(fixture);
        assert_int_equal(
                store_put_payment(fixture->store, &row, AT_DAY(day), DAY_AFTER(day)), PUT_ADDED);
        assert_ok(store_last_fact(fixture->store, &fact));
        commit(fixture);
        return fact;
}

/* What F-2 of 300.00 and the account leave to pay, with an offer of 15.00 by the tenth day. */
static void credit_counts_as_in_the_sum_asked(void **state)
{
        static const struct {
                int64_t credit, unassigned, paid;
                int credit_day, day;
                FactKind undoing;
                int64_t undone, granted;
        } cases[] = {
                { .credit = 10000, .paid = 18500, .day = 10, .granted = 1500 },
                { .credit = 10000, .paid = 18499, .day = 10 },
                { .credit = 10000, .paid = 18500, .day = 11 },
                { .credit = 10000, .credit_day = 11, .paid = 18500, .day = 10 },
                { .credit = 10000, .paid = 19000, .day = 10, .granted = 1000 },
                { .credit = 10000, .paid = 20000, .day = 10 },
                { .unassigned = 28500, .day = 10, .granted = 1500 },
                { .unassigned = 28499, .day = 10 },
                { .unassigned = 28500, .day = 11 },
                { .unassigned = 18000, .paid = 10500, .day = 10, .granted = 1500 },
                { .unassigned = 28500, .day = 10, .undoing = FACT_CHARGEBACK, .undone = 1 },
                { .unassigned = 30000,
                        .day = 10,
                        .undoing = FACT_REFUND,
                        .undone = 1500,
                        .granted = 1500 },
        };
        Fixture *fixture = *state;
        int64_t facts[4];

        fill(fixture);
        offer(fixture, "F-2", 1, 1500, 10, 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t n = 0;
                if (cases[i].credit > 0)
                        facts[n++] = pay_account(
                                fixture, cases[i].credit, cases[i].credit_day, FACT_PAYMENT);
                if (cases[i].unassigned > 0)
                        facts[n++] = pay_account(
                                fixture, cases[i].unassigned, cases[i].day, FACT_PAYMENT);
                if (cases[i].paid > 0)
                        facts[n++] = pay(fixture, "F-2", cases[i].paid, cases[i].day);
                if (cases[i].undone > 0)
                        facts[n++] = pay_account(fixture, cases[i].undone, 20, cases[i].undoing);
                assert_state(fixture, "F-2", 1, 30000 - cases[i].paid - cases[i].granted,
                        cases[i].granted);
                while (n > 0)
                        undo(fixture, facts[--n]);
                assert_state(fixture, "F-2", 1, 30000, 0);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(a_payment_in_time_of_enough_settles_the_rest),
                TEST(what_undoes_the_payment_takes_the_grant_back),
                TEST(a_payment_that_was_too_much_takes_the_offer_with_its_refund),
                TEST(what_is_undone_is_first_what_was_too_much_then_what_came_later),
                TEST(credits_count_by_their_day_but_take_no_offer_alone),
                TEST(only_what_was_sent_is_an_offer_and_the_last_one_counts),
                TEST(two_instalments_may_be_settled_by_one_sum),
                TEST(an_offer_of_one_instalment_is_none_of_another),
                TEST(an_invoices_early_discount_is_granted_half_up),
                TEST(an_early_discount_of_instalments_adds_up_and_a_file_may_change_it),
                TEST(credit_counts_as_in_the_sum_asked),
                TEST(a_plan_ends_the_offers_of_what_it_replaces),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
