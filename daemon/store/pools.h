/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_POOLS_H
#define RELANCED_STORE_POOLS_H

/* Private to store/: the invoices of an account that are weighed together, as notices have said of
 * them what is enough for all. */

#include "store/balances.h"

typedef struct PooledInvoice {
        int64_t id, left_over; /* left_over: out, of pool_weigh() */
        InvoiceBalance balance;
        const Share *stored; /* as they were loaded */
} PooledInvoice;

typedef struct Pool {
        Store *store;
        Arena *arena;
        int64_t account;
        PooledInvoice *invoices;
        size_t n;
} Pool;

/* Those of the account's notices with a discount, those with credit for them, and the given invoice
 * (first; 0: none). Without such notices the given one alone. */
int pool_load(Store *store, int64_t account, int64_t invoice, Arena *arena, Pool *ret_pool);

/* What is granted, open and left over of each, anew. -EOVERFLOW. */
int pool_weigh(Pool *pool);

#endif
