/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_FOLLOW_H
#define RELANCED_CTL_FOLLOW_H

/* Answers without an end, until Ctrl-C. */

#include "ctl/client.h"

/* From here on Ctrl-C ends the program, and well. Lines are shown as they come, unless the sink
 * takes them as they are. The invocation outlives the asking. */
void follow_begin(const Invocation *invocation, Sink *sink);
/* It ended all the same; r as of client_ask(). An exit code. */
int follow_end(int r);

#endif
