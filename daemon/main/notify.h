/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_NOTIFY_H
#define RELANCED_MAIN_NOTIFY_H

/* What the daemon tells systemd of itself (sd_notify(3)), in sentences that `systemctl status`
 * shows. Without systemd nobody is told. */

#include "engine/engine.h"

/* At the start, and after a reload. */
void notify_ready(const Engine *engine);
/* What comes next, and what waits. */
void notify_status(const Engine *engine);
void notify_reloading(void);
void notify_stopping(void);

#endif
