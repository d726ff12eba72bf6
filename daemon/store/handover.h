/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_HANDOVER_H
#define RELANCED_STORE_HANDOVER_H

/* Files that were handed over (R17), what has moved on their invoices since, and those that could
 * not be handed over. */

#include "store/store.h"

/* Whether any instalment of the account was handed over. */
int store_is_handed_over(Store *store, int64_t account, bool *ret_is_handed_over);

/* The last day to pay that a notice of the instalment's account named which asked for it, too, by
 * its own step or another's (R8); DATE_NONE: none did. */
int store_find_asked_until(Store *store, int64_t invoice, int seq, Date *ret_day);

/* Whether what is owed has changed since the invoice's file was handed over, by money for it or for
 * its account or by a correction, that store_note_handover_news() has not noted yet. */
int store_has_handover_news(Store *store, int64_t account, int64_t invoice, bool *ret_has_news);
/* Notes that a person was told: a fact. Needs the caller's transaction, here and below. */
int store_note_handover_news(Store *store, int64_t invoice, Instant at);

/* The account's credit has become more, or less: a fact beside the one that changed it, and no word
 * of a person's. For store/ itself. */
#define FACT_ACCOUNT_CREDIT "account-credit"
int handover_note_credit(Store *store, int64_t account, int64_t more);

/* It could not be sent: the approval is withdrawn, so that a person is asked once more. */
int store_take_back_approval(Store *store, int64_t invoice, int seq, Instant at, Date today);

#endif
