/* SPDX-License-Identifier: MIT */
/* Plans (R15): their parts, how payments are shared among them, how they break, and that an undone
 * one leaves nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "store/database.h"
#include "words-fixture.h"

static void assert_day(Date day, Date expected)
{
        assert_int_equal(day.days, expected.days);
}

static void assert_open(Fixture *fixture, const char *number, const int64_t *open, int n)
{
        for (int seq = 1; seq <= n; seq++) {
                const Instalment *instalment = look(fixture, number, seq);
                if (open[seq - 1] < 0) {
                        assert_null(instalment);
                        continue;
                }
                assert_non_null(instalment);
                assert_int_equal(instalment->open, open[seq - 1]);
        }
        assert_verified(fixture);
}
#define ASSERT_OPEN(number, ...)                                                                   \
        assert_open(fixture, number, (const int64_t[]){ __VA_ARGS__ },                             \
                sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

static void break_plan(Fixture *fixture, int64_t plan, int day)
{
        Account account = load_account(fixture, "C-1");

        begin(fixture);
        assert_ok(store_break_plan(fixture->store, account.id, plan, DAY_AFTER(day), AT_DAY(day)));
        commit(fixture);
        assert_verified(fixture);
}

/* A person's mark on a step of an instalment of C-1. */
typedef struct Marked {
        const char *number;
        int seq;
        const char *step;
        Action action;
        int day;
        bool is_skip;
} Marked;

static int64_t mark(Fixture *fixture, const Marked *marked)
{
        Account account = load_account(fixture, "C-1");
        const StepMark mark = { account.id, find(&account, marked->number, marked->seq)->invoice,
                marked->seq, marked->step, marked->action, "why" };
        int64_t fact;

        begin(fixture);
        assert_ok((marked->is_skip ? store_skip : store_mark_done)(
                fixture->store, &mark, AT_DAY(marked->day), DAY_AFTER(marked->day), &fact));
        commit(fixture);
        return fact;
}

static void odd_cents_and_the_fee_are_on_the_first_part(void **state)
{
        static const struct {
                int64_t paid, fee;
                int n_parts;
                int64_t parts[4];
        } cases[] = {
                { 0, 0, 3, { 10000, 10000, 10000 } },
                { 0, 1500, 3, { 11500, 10000, 10000 } },
                { 10000, 0, 3, { 6668, 6666, 6666 } },
                { 10000, 250, 4, { 5250, 5000, 5000, 5000 } },
                { 29999, 1, 1, { 2 } },
        };
        Fixture *fixture = *state;

        fill(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t paid = cases[i].paid > 0 ? pay(fixture, "F-2", cases[i].paid, 0) : 0;
                int64_t fact = plan(fixture, "F-2", cases[i].n_parts, cases[i].fee);
                const Instalment *replaced = look(fixture, "F-2", 1);
                assert_int_equal(replaced->open, 0);
                assert_true(replaced->is_replaced);
                assert_int_equal(replaced->plan, 0);
                for (int k = 0; k < cases[i].n_parts; k++) {
                        const Instalment *part = look(fixture, "F-2", 2 + k);
                        assert_int_equal(part->amount, cases[i].parts[k]);
                        assert_int_equal(part->open, cases[i].parts[k]);
                        assert_day(part->due, DAY_AFTER(10 + 30 * k));
                        assert_string_equal(part->policy, "plan");
                        assert_int_equal(part->plan, fact);
                        assert_int_equal(part->fee, k == 0 ? cases[i].fee : 0);
                        assert_false(part->is_replaced);
                        assert_day(part->imported_on, TODAY);
                }
                assert_verified(fixture);
                undo(fixture, fact);
                assert_null(look(fixture, "F-2", 2));
                assert_false(look(fixture, "F-2", 1)->is_replaced);
                assert_int_equal(look(fixture, "F-2", 1)->open, 30000 - cases[i].paid);
                if (paid != 0)
                        undo(fixture, paid);
        }
}

static void what_was_paid_stays_where_it_was_and_parts_are_paid_in_turn(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        pay(fixture, "F-2", 6000, 0);
        plan(fixture, "F-2", 3, 900);
        ASSERT_OPEN("F-2", 0, 8900, 8000, 8000);
        pay(fixture, "F-2", 8000, 1);
        ASSERT_OPEN("F-2", 0, 900, 8000, 8000);
        pay(fixture, "F-2", 900, 2);
        pay(fixture, "F-2", 10000, 3);
        ASSERT_OPEN("F-2", 0, 0, 0, 6000);
        PaymentRow back = payment_row("P-1", "F-2", 20900);
        back.kind = FACT_CHARGEBACK;
        put_payment(fixture, &back);
        ASSERT_OPEN("F-2", 6000, 4900, 8000, 8000);
        pay(fixture, "F-2", 27000, 4);
        ASSERT_OPEN("F-2", 0, 0, 0, 0);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 100);
}

static void a_plan_needs_something_open_and_none_that_runs(void **state)
{
        Fixture *fixture = *state;
        const Date day = TODAY;
        const PlanOrder tiny = {
                .invoice = "F-2", .n_parts = 30001, .days = &day, .policy = "plan"
        };
        int64_t fact;

        fill(fixture);
        pay(fixture, "F-1", 120000, 0);
        assert_int_equal(try_plan(fixture, "F-1", 3, 0, &fact), SAID_NOTHING_OPEN);
        assert_int_equal(try_plan(fixture, "X", 3, 0, &fact), -ENOENT);
        int64_t first = plan(fixture, "F-2", 3, 0);
        assert_int_equal(try_plan(fixture, "F-2", 2, 0, &fact), SAID_ALREADY);
        undo(fixture, first);
        begin(fixture);
        assert_int_equal(store_plan(fixture->store, &tiny, NOON, TODAY, &fact), -EINVAL);
        store_rollback(fixture->store);
        plan(fixture, "F-2", 2, 0);
        ASSERT_OPEN("F-2", 0, 15000, 15000);
}

static void the_fee_of_a_broken_plan_lapses_to_what_was_paid_of_it(void **state)
{
        static const struct {
                int64_t paid, first, fee;
        } cases[] = {
                { 0, 10000, 0 },
                { 4000, 6000, 0 },
                { 10000, 0, 0 },
                { 10400, 0, 400 },
                { 10900, 0, 900 },
                { 15000, 0, 900 },
        };
        Fixture *fixture = *state;

        fill(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t fact = plan(fixture, "F-2", 3, 900), paid = 0;
                int first = look(fixture, "F-2", 2) ? 2 : 5;
                if (cases[i].paid > 0)
                        paid = pay(fixture, "F-2", cases[i].paid, 1);
                break_plan(fixture, fact, 14);
                assert_int_equal(look(fixture, "F-2", first)->open, cases[i].first);
                assert_int_equal(look(fixture, "F-2", first)->fee, cases[i].fee);
                assert_int_equal(look(fixture, "F-2", first)->amount, 10000 + cases[i].fee);
                assert_day(look(fixture, "F-2", first)->due, DAY_AFTER(10));
                assert_day(look(fixture, "F-2", first + 1)->due, DAY_AFTER(14));
                assert_day(look(fixture, "F-2", first + 2)->due, DAY_AFTER(14));
                for (int k = 0; k < 3; k++) {
                        assert_true(look(fixture, "F-2", first + k)->is_plan_broken);
                        assert_string_equal(look(fixture, "F-2", first + k)->policy, "");
                }
                break_plan(fixture, fact, 20);
                assert_day(look(fixture, "F-2", first + 2)->due, DAY_AFTER(14));
                undo(fixture, fact);
                if (paid != 0)
                        undo(fixture, paid);
        }
}

static void a_broken_plans_parts_go_on_where_the_oldest_instalment_stood(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow rows[] = { invoice_row("F-3", "C-1", 10000), invoice_row("F-3", "C-1", 5000) };
        static const char *const steps[] = { "courtesy", "reminder", "before" };
        int64_t skipped;
        int puts[2];

        fill(fixture);
        rows[0].due = date_add(rows[1].due, 10);
        rows[0].policy = rows[1].policy = "strict";
        import_invoices(fixture, rows, 2, puts);
        (void)mark(fixture, &(Marked){ "F-3", 1, "other", ACTION_CALL, -9, false });
        skipped = mark(fixture, &(Marked){ "F-3", 2, "courtesy", ACTION_COURTESY, -8, true });
        (void)mark(fixture, &(Marked){ "F-3", 2, "reminder", ACTION_REMIND, -5, false });
        int64_t made = plan(fixture, "F-3", 2, 0);
        assert_int_equal(look(fixture, "F-3", 3)->n_done, 0);
        (void)mark(fixture, &(Marked){ "F-3", 3, "before", ACTION_COURTESY, 7, false });
        break_plan(fixture, made, 14);
        const Instalment *part = look(fixture, "F-3", 3);
        assert_int_equal(part->n_done, 3);
        for (size_t i = 0; i < 3; i++)
                assert_string_equal(part->done[i].step, steps[i]);
        assert_true(part->done[0].is_skip);
        assert_string_equal(part->policy, "strict");
        assert_int_equal(look(fixture, "F-3", 4)->n_done, 2);
        (void)mark(fixture, &(Marked){ "F-3", 4, "deadline", ACTION_DEADLINE, 15, false });
        assert_string_equal(look(fixture, "F-3", 4)->done[2].step, "deadline");
        undo(fixture, skipped);
        assert_int_equal(look(fixture, "F-3", 3)->n_done, 2);
        assert_int_equal(look(fixture, "F-3", 2)->n_done, 1);
}

static void a_plan_whose_file_was_handed_over_is_not_taken_back(void **state)
{
        Fixture *fixture = *state;
        int64_t fact;

        fill(fixture);
        int64_t made = plan(fixture, "F-2", 3, 0);
        break_plan(fixture, made, 12);
        mark(fixture, &(Marked){ "F-2", 3, "call", ACTION_CALL, 13, false });
        int64_t left = mark(fixture, &(Marked){ "F-2", 3, "agency", ACTION_AGENCY, 14, false });
        begin(fixture);
        assert_int_equal(store_withdraw(fixture->store, made, AT_DAY(15), DAY_AFTER(15), &fact),
                SAID_HANDED_OVER);
        store_rollback(fixture->store);
        undo(fixture, left);
        undo(fixture, made);
        assert_int_equal(look(fixture, "F-2", 1)->n_done, 1);
        assert_string_equal(look(fixture, "F-2", 1)->done[0].step, "call");
        assert_verified(fixture);
}

static void after_a_broken_plan_there_may_be_another(void **state)
{
        Fixture *fixture = *state;
        int64_t fact;

        fill(fixture);
        int64_t first = plan(fixture, "F-2", 3, 900);
        pay(fixture, "F-2", 12000, 1);
        break_plan(fixture, first, 50);
        ASSERT_OPEN("F-2", 0, 0, 8900, 10000);
        int64_t second = plan(fixture, "F-2", 2, 100);
        ASSERT_OPEN("F-2", 0, 0, 0, 0, 9550, 9450);
        pay(fixture, "F-2", 1000, 2);
        ASSERT_OPEN("F-2", 0, 0, 0, 0, 8550, 9450);
        assert_int_equal(try_undo(fixture, first, 2), SAID_NOT_UNDONE);
        assert_int_equal(try_undo(fixture, first, 2), SAID_NOT_UNDONE);
        break_plan(fixture, second, 60);
        ASSERT_OPEN("F-2", 0, 0, 0, 0, 8450, 9450);
        undo(fixture, second);
        ASSERT_OPEN("F-2", 0, 0, 7900, 10000, -1, -1);
        undo(fixture, first);
        ASSERT_OPEN("F-2", 17000, -1, -1, -1);
        assert_int_equal(try_undo(fixture, first, 2), SAID_ALREADY);
        assert_int_equal(try_plan(fixture, "F-2", 2, 0, &fact), SAID);
}

static void numbers_of_parts_that_somebody_was_told_of_are_not_given_again(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture);
        char key[24];

        int64_t made = plan(fixture, "F-2", 2, 0);
        snprintf(key, sizeof(key), "%d", (int)made);
        const ContactLine line = { .invoice = find(&account, "F-2", 1)->invoice, .seq = 3 };
        const Contact contact = { .account = account.id,
                .kind = NOTICE_PLAN_CONFIRMED,
                .occasion = occasion_names[NOTICE_PLAN_CONFIRMED],
                .subject_key = key,
                .day = date_of(2026, 3, 5),
                .deadline = DATE_NONE,
                .offer_until = DATE_NONE };
        int64_t notice = add_notice(fixture, contact, &line);
        assert_int_equal(look(fixture, "F-2", 3)->said, 1U << NOTICE_PLAN_CONFIRMED);
        assert_int_equal(look(fixture, "F-2", 3)->said_on.days, date_of(2026, 3, 5).days);
        assert_int_equal(look(fixture, "F-2", 2)->said, 0);
        assert_false(date_is_set(look(fixture, "F-2", 2)->said_on));
        undo(fixture, made);
        send_notice(fixture, notice);
        assert_verified(fixture);
        plan(fixture, "F-2", 2, 0);
        ASSERT_OPEN("F-2", 0, -1, -1, 15000, 15000);
        assert_int_equal(look(fixture, "F-2", 4)->said, 0);
}

static void an_unchanged_file_changes_nothing_under_a_plan(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow rows[] = { invoice_row("F-2", "C-1", 30000), invoice_row("F-2", "C-1", 700),
                invoice_row("F-2", "C-1", 50) };
        int puts[3];

        fill(fixture);
        plan(fixture, "F-2", 2, 0);
        assert_int_equal(import_invoices(fixture, rows, 1, puts), 0);
        assert_int_equal(puts[0], PUT_SAME);
        ASSERT_OPEN("F-2", 0, 15000, 15000);
        /* A row more has a part's number. */
        assert_int_equal(import_invoices(fixture, rows, 2, puts), 0);
        assert_int_equal(puts[0], PUT_SAME);
        assert_int_equal(puts[1], PUT_ADDED);
        ASSERT_OPEN("F-2", 0, 15000, 15000, 700);
        assert_int_equal(import_invoices(fixture, rows, 2, puts), 0);
        assert_int_equal(puts[1], PUT_SAME);
        assert_int_equal(import_invoices(fixture, rows, 3, puts), 0);
        assert_int_equal(puts[1], PUT_SAME);
        assert_int_equal(puts[2], PUT_ADDED);
        ASSERT_OPEN("F-2", 0, 15000, 15000, 700, 50);
        rows[1].amount = 800;
        assert_int_equal(import_invoices(fixture, rows, 3, puts), 0);
        assert_int_equal(puts[1], PUT_CHANGED);
        ASSERT_OPEN("F-2", 0, 15000, 15000, 800, 50);
        assert_int_equal(import_invoices(fixture, rows, 1, puts), 2);
        ASSERT_OPEN("F-2", 0, 15000, 15000, 0, 0);
        assert_int_equal(import_invoices(fixture, rows, 2, puts), 0);
        assert_int_equal(puts[1], PUT_CHANGED);
        ASSERT_OPEN("F-2", 0, 15000, 15000, 800, 0);
}

static void what_a_file_says_of_an_invoice_is_said_of_its_plan(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow row = invoice_row("F-2", "C-1", 30000);

        fill(fixture);
        int64_t made = plan(fixture, "F-2", 2, 0);
        row.amount = 32000;
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        ASSERT_OPEN("F-2", 2000, 15000, 15000);
        row.amount = 30000;
        row.status = STATUS_DISPUTED;
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        assert_int_equal(look(fixture, "F-2", 2)->status, STATUS_DISPUTED);
        release(fixture, "F-2", 0);
        assert_int_equal(look(fixture, "F-2", 2)->status, STATUS_OPEN);
        row.status = STATUS_CANCELLED;
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        ASSERT_OPEN("F-2", 0, 0, 0);
        assert_int_equal(load_account(fixture, "C-1").unassigned, 0);
        row.status = STATUS_OPEN;
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        ASSERT_OPEN("F-2", 0, 15000, 15000);
        undo(fixture, made);
        ASSERT_OPEN("F-2", 30000, -1);
}

static void holds_and_disputes_of_the_invoice_are_of_its_parts(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        begin(fixture);
        assert_ok(store_dispute(fixture->store, "F-2", "price", "", NOON));
        commit(fixture);
        promise(fixture, "F-2", 5, 0);
        plan(fixture, "F-2", 2, 0);
        assert_true(look(fixture, "F-2", 2)->is_disputed);
        assert_int_equal(look(fixture, "F-2", 2)->promise, 0);
        release(fixture, "F-2", 1);
        assert_false(look(fixture, "F-2", 3)->is_disputed);
        assert_day(look(fixture, "F-2", 3)->released_on, DAY_AFTER(1));
        int64_t vow = promise(fixture, "F-2", 20, 16000);
        assert_int_equal(look(fixture, "F-2", 1)->n_promises, 1);
        assert_int_equal(look(fixture, "F-2", 2)->promise, vow);
        assert_int_equal(look(fixture, "F-2", 2)->promised_rest, 0);
        assert_int_equal(look(fixture, "F-2", 3)->promised_rest, 14000);
        assert_verified(fixture);
}

static void a_composer_is_told_of_the_invoice_as_it_was_issued(void **state)
{
        Fixture *fixture = *state;
        InvoiceDetail detail;

        Account account = fill(fixture);
        plan(fixture, "F-2", 3, 900);
        assert_ok(store_load_invoice(
                fixture->store, find(&account, "F-2", 1)->invoice, &fixture->arena, &detail));
        assert_int_equal(detail.amount, 30000);
        assert_int_equal(detail.n_instalments, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(odd_cents_and_the_fee_are_on_the_first_part),
                TEST(what_was_paid_stays_where_it_was_and_parts_are_paid_in_turn),
                TEST(a_plan_needs_something_open_and_none_that_runs),
                TEST(the_fee_of_a_broken_plan_lapses_to_what_was_paid_of_it),
                TEST(a_broken_plans_parts_go_on_where_the_oldest_instalment_stood),
                TEST(a_plan_whose_file_was_handed_over_is_not_taken_back),
                TEST(after_a_broken_plan_there_may_be_another),
                TEST(numbers_of_parts_that_somebody_was_told_of_are_not_given_again),
                TEST(an_unchanged_file_changes_nothing_under_a_plan),
                TEST(what_a_file_says_of_an_invoice_is_said_of_its_plan),
                TEST(holds_and_disputes_of_the_invoice_are_of_its_parts),
                TEST(a_composer_is_told_of_the_invoice_as_it_was_issued),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
