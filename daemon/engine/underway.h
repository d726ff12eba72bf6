/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_UNDERWAY_H
#define RELANCED_ENGINE_UNDERWAY_H

/* What of an account is on its way already when somebody asks what will leave. */

#include "engine/outlook.h"

/* Pending and handed notices leave if they still hold (R6, R9) and get a row; what has begun is
 * taken as sent. Afterwards nothing of the account is in flight. -errno. */
int underway_begin(Outlook *outlook);
/* What may have been sent is settled as its step says, at the first wake that would do so (DESIGN
 * 5.6). -ENOMEM. */
int underway_settle(Outlook *outlook, const Now *now);

#endif
