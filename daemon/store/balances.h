/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_BALANCES_H
#define RELANCED_STORE_BALANCES_H

/* Private to store/: sums of facts and what they leave open (R10, R12), kept in step. */

#include "core/balance.h"
#include "store/database.h"
#include "store/facts.h"

/* Adds an amount (negative: withdraws it) to the sums of an invoice, or of the account when invoice
 * is 0. balance_refresh() must follow. -EOVERFLOW. */
int balance_add_fact(Store *store, int64_t account, int64_t invoice, FactKind kind, int64_t amount);

/*
 * What is open on the invoice's instalments (if invoice is not 0) and the account's credit.
 * Instalments whose open rises are no longer settled; those that were closed are reopened on that
 * day (R12), unless it is DATE_NONE. -EOVERFLOW.
 */
int balance_refresh(Store *store, int64_t account, int64_t invoice, Date reopened_on);

/* The day on which what a fact of that value date uncovers is reopened (R12). */
int balance_reopening_day(Store *store, Date value_date, Date today, Date *ret_day);

/* The invoice's shares as R10 counts them (arena). */
typedef struct Offer {
        Date until;
        int64_t discount; /* 0: there is none */
} Offer;
typedef struct InvoiceBalance {
        FactSums sums;
        int64_t left_over;
        Share *shares;         /* granted and open: as stored, until pool_weigh() */
        Offer *offers, *early; /* of each: the last one sent, its share of the invoice's own */
        bool *is_whole;        /* neither a part of a plan nor replaced by one, nor a credit */
        int *seqs;
        size_t n;
} InvoiceBalance;
int balance_load(
        Store *store, int64_t account, int64_t invoice, Arena *arena, InvoiceBalance *ret_balance);

#endif
