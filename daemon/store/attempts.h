/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_ATTEMPTS_H
#define RELANCED_STORE_ATTEMPTS_H

/* Private to store/: what is kept of each try of a notice. */

#include "store/outbox.h"

/* Of a try that did not send it: to be called before the notice itself is changed. Nothing is
 * written of a notice that is neither handed nor begun: its last try is kept already. */
int attempt_add(Store *store, int64_t notice, NoticeState outcome, Reason reason,
        const char *detail, Instant at);

#endif
