/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_GRANTS_H
#define RELANCED_STORE_GRANTS_H

/* Private to store/: offers of a discount for paying soon, of a step or of the invoice itself, and
 * what they leave off once they are taken. */

#include "store/balances.h"

/* SQL: the contact that made an instalment's last offer, and was sent; except: one that does not
 * count. */
#define LAST_OFFER(invoice, seq, except)                                                           \
        "(select y.contact from contact_line y cross join contact z on z.id = y.contact "          \
        "where y.invoice = " invoice " and y.seq = " seq " and y.discount > 0 "                    \
        "and z.is_complete = 1 and z.id <> " except " order by y.contact desc limit 1)"

/* Sets granted of all shares from the facts that stand. -EOVERFLOW. */
int grants_weigh(Store *store, int64_t invoice, InvoiceBalance *balance);

/* Payments of an invoice (0: the account) and what undoes them through a day; credits through it
 * or, once the offer is over, all: what was not owed cannot be late. */
int grants_load_sums(
        Store *store, int64_t account, int64_t invoice, Date day, bool is_over, FactSums *sums);

/* What a share's offers that run on a day leave off beyond what was granted: of two the better one
 * is good. */
int64_t grants_discount(const InvoiceBalance *balance, size_t i, Date until);

/* The next last day of any offer after a day (DATE_NONE: the first), or DATE_NONE. */
Date grants_next_day(const InvoiceBalance *balance, Date after);

/* After a contact with an offer was sent: the offer is its instalments', and what was paid already
 * may take it. */
int grants_refresh_offers(Store *store, int64_t account, int64_t contact);

#endif
