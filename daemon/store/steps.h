/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_STEPS_H
#define RELANCED_STORE_STEPS_H

/* Private to store/: what follows from the steps behind an invoice's instalments. */

#include "store/database.h"

int steps_refresh(Store *store, int64_t account, int64_t invoice);

#endif
