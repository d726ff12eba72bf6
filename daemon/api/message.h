/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_MESSAGE_H
#define RELANCED_API_MESSAGE_H

#include "api/routes.h"

/* Answers with one notice: its row of the log, the message as it left or will leave, and every try.
 * 0 or -errno; -ENOENT: there is no such notice. */
int message_show(Exchange *exchange, int64_t notice);

#endif
