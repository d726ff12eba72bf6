/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_APPEND_H
#define RELANCED_STORE_APPEND_H

/* Private to store/: what makes the chain longer. */

#include "store/database.h"

/* The digest of a notice that was just added, kept with it. */
int chain_note_message(Store *store, int64_t notice);
/* An entry about the notice as it is now, after its change; in the same transaction. */
int chain_append(Store *store, int64_t notice, const char *event, Instant at);
/* Part of the upgrade to the version that has a chain: digests and entries for what is there. */
int chain_upgrade(Store *store);

#endif
