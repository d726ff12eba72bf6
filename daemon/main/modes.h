/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_MODES_H
#define RELANCED_MAIN_MODES_H

/* What relanced may be asked to do; each gives the exit status. */

#include "main/arguments.h"

int mode_run(const Arguments *arguments);

#endif
