/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_BALANCE_H
#define RELANCED_CORE_BALANCE_H

/* R10: what is open on an invoice, from its instalments and the sums of its facts. */

#include <stdint.h>

#include "core/date.h"

/* Sums of the facts of one invoice (or, unassigned, of one account), minor units, each ≥ 0. */
typedef struct FactSums {
        int64_t payments;
        int64_t credits;
        int64_t undone; /* refunds and chargebacks: undo payments, never credits */
        bool is_written_off;
} FactSums;

typedef struct Share {
        int64_t plan;     /* the plan it is a part of, 0: none */
        int64_t before;   /* of a part: what the facts pay that came before its plan */
        Date due;         /* DATE_NONE counts as youngest */
        int64_t amount;   /* may be ≤ 0: a credit note */
        int64_t discount; /* what an offer leaves off if it is taken in time */
        int64_t granted;  /* of amount: left off */
        int64_t open;     /* out */
} Share;

/*
 * Fills open of each share (0 ≤ open ≤ amount − granted, 0 for amounts ≤ 0) and gives what is left
 * over: credit for the account, ≥ 0 (overpayment, credit notes). What came since a plan was made
 * pays its parts first, so that who keeps to it is not late with one for what came back of
 * something else (R15); else an earlier plan's shares go first, none's before any, the oldest due
 * first, then in order. 0 or -EOVERFLOW.
 */
int balance_invoice(Share *shares, size_t n, const FactSums *sums, int64_t *ret_left_over);

/*
 * Grants what offers leave off. timely: sums of the facts that count for them, those dated by their
 * last day. The oldest share that these leave open is settled when no more than the discounts of it
 * and of those before it is missing: two shares may be paid by one sum. Adds to granted. 0 or
 * -EOVERFLOW.
 */
int balance_grant(Share *shares, size_t n, const FactSums *timely);

/* A fact about an invoice's money that stands, in the order of ranks. */
typedef struct MoneyFact {
        int64_t rank;
        int64_t amount;            /* ≥ 0 */
        bool is_credit, is_undone; /* neither: a payment */
} MoneyFact;

/* What the facts before a plan pay by now (Share.before). What is undone later is one of these
 * payments, unless one of that very amount has come since. The sums of all must fit. */
int64_t balance_before_plan(const MoneyFact *movements, size_t n, int64_t plan);

/* What facts without an invoice leave as credit on the account, ≥ 0. 0 or -EOVERFLOW. */
int balance_unassigned(const FactSums *sums, int64_t *ret_credit);

#endif
