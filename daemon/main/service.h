/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_SERVICE_H
#define RELANCED_MAIN_SERVICE_H

/* relanced without a mode: runs until SIGTERM or SIGINT, wakes when the configuration says so. */

#include "main/firm.h"

/* Signals wait from here on until service_run() takes them. */
void service_hold_signals(void);

/* An exit status. The firm is open and claimed; it may hold another configuration afterwards. */
int service_run(Firm *firm);

#endif
