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

/* Days compare as numbers with the missing one last: it is the youngest. */
static int64_t due_rank(Date due)
{
        return date_is_set(due) ? due.days : INT64_MAX;
}

/* The least rank above after; false if there is none. */
static bool next_rank(const Share *shares, size_t n, int64_t after, int64_t *ret_rank)
{
        bool is_found = false;

        for (size_t i = 0; i < n; i++) {
                int64_t rank = due_rank(shares[i].due);
                if (rank <= after || (is_found && rank >= *ret_rank))
                        continue;
                *ret_rank = rank;
                is_found = true;
        }
        return is_found;
}

int balance_invoice(Share *shares, size_t n, const FactSums *sums, int64_t *ret_left_over)
{
        int64_t left, notes = 0, whole, rank = INT64_MIN;

        if (sums_paid(sums, &left) < 0 || add_credit_notes(shares, n, &notes) < 0 ||
                __builtin_add_overflow(left, notes, &whole))
                return -EOVERFLOW;
        /* A round for each due date: invoices have few, and the order of the shares stays. */
        while (next_rank(shares, n, rank, &rank)) {
                for (size_t i = 0; i < n; i++) {
                        if (due_rank(shares[i].due) != rank)
                                continue;
                        int64_t owed = MAX(shares[i].amount, 0);
                        int64_t paid = MIN(owed, left);
                        shares[i].open = sums->is_written_off ? 0 : owed - paid;
                        left -= paid;
                }
        }
        *ret_left_over = left + notes;
        return 0;
}

int balance_unassigned(const FactSums *sums, int64_t *ret_credit)
{
        return sums_paid(sums, ret_credit);
}
