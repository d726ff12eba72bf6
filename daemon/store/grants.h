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

/* After a contact with an offer was sent: the offer is its instalments', and what was paid already
 * may take it. */
int grants_refresh_offers(Store *store, int64_t account, int64_t contact);

#endif
