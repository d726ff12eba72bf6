/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_FLAGS_H
#define RELANCED_STORE_FLAGS_H

/* Private to store/: the flags of contacts, instalments and accounts that follow from the states of
 * notices. Each is recomputed from its sources, never counted up and down. */

#include "store/database.h"

/* After a notice of the contact was added or changed its state. *ret_is_completed (may be NULL):
 * the contact's first notice was sent just now. */
int flags_refresh_contact(Store *store, int64_t contact, bool *ret_is_completed);

/* What is suspended of an invoice, from its contacts and the steps a person did (R16). */
int flags_refresh_suspensions(Store *store, int64_t account, int64_t invoice);

#endif
