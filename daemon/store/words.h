/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_WORDS_H
#define RELANCED_STORE_WORDS_H

/* Private to store/: the state that people's words leave, folded from the facts that stand. What a
 * fact adds and what its withdrawal takes back are so the same thing. */

#include "store/database.h"

/* Of an invoice's instalments: hold, dispute, release, promise, approval, adoption, policy, and the
 * status they and its file leave. */
int words_refresh_invoice(Store *store, int64_t account, int64_t invoice);
/* Of the customer alone: hold for what comes later, pause, opt-outs. */
int words_refresh_customer(Store *store, int64_t customer);
/* Of all invoices of a customer. */
int words_refresh_invoices(Store *store, int64_t customer);

/* Whether what is kept is what the fold gives. */
int words_check_invoice(Store *store, int64_t account, int64_t invoice, bool *ret_is_right);
int words_check_customer(Store *store, int64_t customer, bool *ret_is_right);

#endif
