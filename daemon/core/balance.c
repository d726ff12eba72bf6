/* SPDX-License-Identifier: MIT */
/* Owns R10's arithmetic: what is open of each instalment, what is left over. Fails only with
 * -EOVERFLOW, and then has written nothing. */

#include "core/balance.h"

#include <errno.h>

#include "core/money.h"

/* What the facts pay: payments less what was undone, and credits, which nothing undoes. */
static int sums_paid(const FactSums *sums, int64_t *ret_paid)
{
        int64_t paid;

        if (__builtin_sub_overflow(sums->payments, sums->undone, &paid))
                return -EOVERFLOW;
        paid = MAX(paid, 0);
        if (money_add(&paid, sums->credits) < 0)
                return -EOVERFLOW;
        *ret_paid = paid;
        return 0;
}

/* Takes the absolute value of every amount below zero. */
static int add_credit_notes(const Share *shares, size_t n, int64_t *sum)
{
        for (size_t i = 0; i < n; i++)
                if (shares[i].amount < 0 && __builtin_sub_overflow(*sum, shares[i].amount, sum))
                        return -EOVERFLOW;
        return 0;
}

/* Whether it is paid before another; the missing day is the youngest. */
static bool is_paid_before(const Share *a, const Share *b)
{
        if (a->plan != b->plan)
                return a->plan < b->plan;
        if (date_is_set(a->due) != date_is_set(b->due))
                return date_is_set(a->due);
        return date_compare(a->due, b->due) < 0;
}

/* The share that is paid next after *after (NULL: the first of all), or NULL. Those of the same day
 * follow each other as they stand. */
static Share *next_share(Share *shares, size_t n, const Share *after)
{
        Share *next = NULL;

        for (Share *share = shares; share < shares + n; share++) {
                bool is_later = !after || is_paid_before(after, share) ||
                                (!is_paid_before(share, after) && share > after);
                if (is_later && (!next || is_paid_before(share, next)))
                        next = share;
        }
        return next;
}

/* Of the parts of the first plan after that one, or NULL. */
static const Share *next_plan(const Share *shares, size_t n, int64_t plan)
{
        const Share *next = NULL;

        for (const Share *share = shares; share < shares + n; share++)
                if (share->plan > plan && (!next || share->plan < next->plan))
                        next = share;
        return next;
}

/* Pays the shares in order: of that plan alone, or all. Gives what is left. */
static int64_t pay_shares(Share *shares, size_t n, const int64_t *plan, int64_t sum)
{
        for (Share *share = NULL; sum > 0 && (share = next_share(shares, n, share));) {
                if (plan && share->plan != *plan)
                        continue;
                int64_t paid = MIN(share->open, sum);
                share->open -= paid;
                sum -= paid;
        }
        return sum;
}

/* What came before the first plan, then what came before the next one … */
static int64_t pay_in_time(Share *shares, size_t n, int64_t paid)
{
        int64_t plan = 0, spent = 0, left = 0;

        for (const Share *next = NULL;; plan = next->plan) {
                next = next_plan(shares, n, plan);
                int64_t until = next ? MIN(MAX(next->before, spent), paid) : paid;
                left += pay_shares(shares, n, NULL, pay_shares(shares, n, &plan, until - spent));
                spent = until;
                if (!next)
                        return left;
        }
}

/* A round for each share: invoices have few, and the order of the shares stays. */
int balance_invoice(Share *shares, size_t n, const FactSums *sums, int64_t *ret_left_over)
{
        int64_t left, notes = 0, whole;

        if (sums_paid(sums, &left) < 0 || add_credit_notes(shares, n, &notes) < 0 ||
                __builtin_add_overflow(left, notes, &whole))
                return -EOVERFLOW;
        for (size_t i = 0; i < n; i++)
                shares[i].open = MAX(shares[i].amount - shares[i].granted, 0);
        left = pay_in_time(shares, n, left);
        for (size_t i = 0; i < n && sums->is_written_off; i++)
                shares[i].open = 0;
        *ret_left_over = left + notes;
        return 0;
}

static bool has_come_since(const MoneyFact *movements, size_t n, int64_t plan, int64_t amount)
{
        for (size_t i = 0; i < n; i++)
                if (movements[i].rank > plan && movements[i].amount == amount &&
                        !movements[i].is_credit && !movements[i].is_undone)
                        return true;
        return false;
}

int64_t balance_before_plan(const MoneyFact *movements, size_t n, int64_t plan)
{
        FactSums sums = { 0 };
        int64_t paid;

        for (size_t i = 0; i < n; i++) {
                const MoneyFact *movement = &movements[i];
                bool is_before = movement->rank < plan;
                if (movement->is_undone &&
                        (is_before || !has_come_since(movements, n, plan, movement->amount)))
                        sums.undone += movement->amount;
                else if (movement->is_credit && is_before)
                        sums.credits += movement->amount;
                else if (!movement->is_undone && is_before)
                        sums.payments += movement->amount;
        }
        return sums_paid(&sums, &paid) < 0 ? INT64_MAX : paid;
}

static Share *oldest_open(Share *shares, size_t n)
{
        Share *share = NULL;

        while ((share = next_share(shares, n, share)) && share->open == 0)
                ;
        return share;
}

/* Takes at most so much from what the share's offer leaves off, and gives what is still missing. */
static int64_t grant(Share *share, int64_t missing)
{
        int64_t granted = MIN(missing, MIN(share->discount, share->amount - share->granted));

        granted = MAX(granted, 0);
        share->granted += granted;
        return missing - granted;
}

int balance_grant(Share *shares, size_t n, const FactSums *timely)
{
        int64_t left_over, missing, discounts = 0;

        if (timely->payments <= timely->undone || timely->is_written_off)
                return 0;
        int r = balance_invoice(shares, n, timely, &left_over);
        if (r < 0)
                return r;
        Share *last = oldest_open(shares, n);
        if (!last || last->discount == 0)
                return 0;
        for (Share *share = NULL; share != last && (share = next_share(shares, n, share));)
                if (money_add(&discounts, MAX(MIN(share->discount, share->amount), 0)) < 0)
                        return -EOVERFLOW;
        if (last->open > discounts)
                return 0;
        missing = grant(last, last->open);
        for (Share *share = NULL; missing > 0 && (share = next_share(shares, n, share));)
                missing = grant(share, missing);
        return 0;
}

int balance_unassigned(const FactSums *sums, int64_t *ret_credit)
{
        return sums_paid(sums, ret_credit);
}
