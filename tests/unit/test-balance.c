/* SPDX-License-Identifier: MIT */
/* core/balance: R10, what is open on an invoice. */

#include "core/balance.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHARES_MAX 4
#define NO_DUE 0 /* stands for DATE_NONE in the tables */

typedef struct Case {
        const char *what;
        size_t n;
        int due[SHARES_MAX]; /* days, or NO_DUE */
        int64_t amount[SHARES_MAX];
        FactSums sums;
        int64_t open[SHARES_MAX];
        int64_t left_over;
} Case;

static const Case cases[] = {
        { "nothing happened", 1, { 10 }, { 100 }, { 0 }, { 100 }, 0 },
        { "part paid", 1, { 10 }, { 100 }, { .payments = 40 }, { 60 }, 0 },
        { "paid to the cent", 1, { 10 }, { 100 }, { .payments = 100 }, { 0 }, 0 },
        { "over-paid: the rest is credit", 1, { 10 }, { 100 }, { .payments = 130 }, { 0 }, 30 },
        { "a refund undoes a payment", 1, { 10 }, { 100 }, { .payments = 100, .undone = 30 },
                { 30 }, 0 },
        { "more undone than paid: never above the amount", 1, { 10 }, { 100 },
                { .payments = 50, .undone = 80 }, { 100 }, 0 },
        { "what is undone never undoes a credit", 1, { 10 }, { 100 },
                { .payments = 50, .credits = 20, .undone = 80 }, { 80 }, 0 },
        { "a credit closes as a payment does", 1, { 10 }, { 100 },
                { .payments = 50, .credits = 50 }, { 0 }, 0 },
        { "an over-payment that was refunded is no credit", 1, { 10 }, { 100 },
                { .payments = 150, .undone = 50 }, { 0 }, 0 },
        { "the oldest due is paid first", 3, { 30, 10, 20 }, { 100, 100, 100 }, { .payments = 150 },
                { 100, 0, 50 }, 0 },
        { "equal due dates are paid in order", 3, { 10, 10, 10 }, { 100, 100, 100 },
                { .payments = 150 }, { 0, 50, 100 }, 0 },
        { "an instalment without a due date is the youngest", 2, { NO_DUE, 10 }, { 100, 100 },
                { .payments = 150 }, { 50, 0 }, 0 },
        { "a credit note is not open, it is credit", 1, { 10 }, { -70 }, { 0 }, { 0 }, 70 },
        { "an amount of nothing is not open", 1, { 10 }, { 0 }, { .payments = 5 }, { 0 }, 5 },
        { "a negative instalment does not pay its sisters", 2, { 10, 20 }, { -30, 100 },
                { .payments = 60 }, { 0, 40 }, 30 },
        { "a write-off closes what is open", 2, { 10, 20 }, { 100, 100 },
                { .payments = 30, .is_written_off = true }, { 0, 0 }, 0 },
        { "a write-off keeps what was over-paid", 1, { 10 }, { 100 },
                { .payments = 130, .is_written_off = true }, { 0 }, 30 },
        { "an invoice of nothing leaves it all over", 0, { 0 }, { 0 }, { .payments = 5 }, { 0 },
                5 },
        { "sums reach the end of the range", 1, { 10 }, { INT64_MAX }, { .payments = INT64_MAX },
                { 0 }, 0 },
        { "sums below the range of payments alone", 1, { 10 }, { 1 }, { .undone = INT64_MAX },
                { 1 }, 0 },
};

static void open_is_what_the_facts_leave(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *c = &cases[i];
                Share shares[SHARES_MAX];
                int64_t left_over = -1;

                for (size_t k = 0; k < c->n; k++)
                        shares[k] = (Share){
                                .due = c->due[k] == NO_DUE ? DATE_NONE : (Date){ c->due[k] },
                                .amount = c->amount[k],
                                .open = -1,
                        };
                assert_int_equal(balance_invoice(shares, c->n, &c->sums, &left_over), 0);
                for (size_t k = 0; k < c->n; k++)
                        if (shares[k].open != c->open[k])
                                fail_msg("%s: share %zu is open %jd", c->what, k,
                                        (intmax_t)shares[k].open);
                if (left_over != c->left_over)
                        fail_msg("%s: left over %jd", c->what, (intmax_t)left_over);
        }
}

/* Two parts of 300 that a plan made of what was open of 1000 when 400 had been paid. */
static void what_comes_after_a_plan_pays_its_parts_first(void **state)
{
        static const struct {
                const char *what;
                MoneyFact facts[3]; /* the plan is number 5 */
                int64_t open[3];
        } rows[] = {
                { "what was paid before stays", { { 1, 400 } }, { 0, 300, 300 } },
                { "charged back", { { 1, 400 }, { 6, 400, .is_undone = true } },
                        { 400, 300, 300 } },
                { "charged back, and a part is paid",
                        { { 1, 400 }, { 6, 400, .is_undone = true }, { 7, 300 } },
                        { 400, 0, 300 } },
                { "a part is paid, and then it is charged back",
                        { { 1, 400 }, { 6, 300 }, { 7, 400, .is_undone = true } },
                        { 400, 0, 300 } },
                { "the part itself is charged back",
                        { { 1, 400 }, { 6, 300 }, { 7, 300, .is_undone = true } },
                        { 0, 300, 300 } },
                { "a credit is not undone",
                        { { 1, 400, .is_credit = true }, { 6, 300 },
                                { 7, 350, .is_undone = true } },
                        { 0, 300, 300 } },
                { "all of it is paid", { { 1, 400 }, { 6, 600 } }, { 0, 0, 0 } },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                int64_t before = balance_before_plan(rows[i].facts, 3, 5), left_over;
                FactSums sums = { 0 };
                Share shares[] = {
                        { .due = { 10 }, .amount = 400 },
                        { .plan = 5, .before = before, .due = { 20 }, .amount = 300 },
                        { .plan = 5, .before = before, .due = { 30 }, .amount = 300 },
                };
                for (size_t k = 0; k < 3; k++) {
                        const MoneyFact *fact = &rows[i].facts[k];
                        *(fact->is_undone         ? &sums.undone
                                : fact->is_credit ? &sums.credits
                                                  : &sums.payments) += fact->amount;
                }
                assert_int_equal(balance_invoice(shares, 3, &sums, &left_over), 0);
                for (size_t k = 0; k < 3; k++)
                        if (shares[k].open != rows[i].open[k])
                                fail_msg("%s: share %zu is open %jd", rows[i].what, k,
                                        (intmax_t)shares[k].open);
        }
}

static void sums_that_do_not_fit_are_told_and_nothing_is_written(void **state)
{
        static const struct {
                int64_t amount;
                FactSums sums;
        } wrong[] = {
                { 1, { .payments = INT64_MAX, .credits = 1 } },
                { INT64_MIN, { 0 } },
                { -1, { .payments = INT64_MAX } },
        };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                Share share = { .due = DATE_NONE, .amount = wrong[i].amount, .open = -1 };
                int64_t left_over = -1;
                assert_int_equal(
                        balance_invoice(&share, 1, &wrong[i].sums, &left_over), -EOVERFLOW);
                assert_int_equal(share.open, -1);
                assert_int_equal(left_over, -1);
        }
}

static void facts_without_an_invoice_are_credit_of_the_account(void **state)
{
        static const struct {
                FactSums sums;
                int64_t credit;
        } rows[] = {
                { { 0 }, 0 },
                { { .payments = 100 }, 100 },
                { { .payments = 100, .credits = 20, .undone = 30 }, 90 },
                { { .payments = 10, .credits = 20, .undone = 30 }, 20 },
        };
        int64_t credit = -1;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                assert_int_equal(balance_unassigned(&rows[i].sums, &credit), 0);
                assert_int_equal(credit, rows[i].credit);
        }
        assert_int_equal(
                balance_unassigned(&(FactSums){ .payments = INT64_MAX, .credits = 1 }, &credit),
                -EOVERFLOW);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(open_is_what_the_facts_leave),
                cmocka_unit_test(what_comes_after_a_plan_pays_its_parts_first),
                cmocka_unit_test(sums_that_do_not_fit_are_told_and_nothing_is_written),
                cmocka_unit_test(facts_without_an_invoice_are_credit_of_the_account),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
