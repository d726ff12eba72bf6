/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_LEDGER_H
#define RELANCED_STORE_LEDGER_H

/* What an invoice owed and when that changed: what its charges are reckoned from (R24). */

#include "base/arena.h"
#include "core/charges.h"
#include "store/store.h"

/* An instalment, closed or not; its part lacks what only the configuration knows: what is forgone,
 * and which civil days the two instants are of. */
typedef struct LedgerPart {
        int seq;
        InvoiceStatus status;
        Method method;
        bool collection_failed;
        const char *policy;        /* its own, or "" */
        int64_t granted;           /* left off for good */
        Instant planned, replaced; /* when a plan made it, ended it; or INSTANT_NONE */
        Part part;
} LedgerPart;

typedef struct Ledger {
        LedgerPart *parts; /* by seq */
        size_t n_parts;
        Change *changes; /* what was not withdrawn, by day */
        size_t n_changes;
        Instant settled; /* when its charges were waived last, or INSTANT_NONE */
} Ledger;

/* Lives in the arena. -ENOENT: the account has no such invoice. */
int store_load_ledger(
        Store *store, int64_t account, int64_t invoice, Arena *arena, Ledger *ret_ledger);

#endif
