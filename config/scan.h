/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_SCAN_H
#define RELANCED_CONFIG_SCAN_H

/* A look at the words of a configuration's text, without understanding it: see source.h. */

#include "config/source.h"

/* What the end of a line is inside of. */
typedef enum ScanState {
        SCAN_PLAIN,
        SCAN_TEXT,
        SCAN_COMMENT
} ScanState;

/* The state after a line that began in state. */
ScanState scan_line(ScanState state, const char *line, size_t length);

/* Reports what is wrong with the words of source->text, renames keys that are given twice in it,
 * and sets is_broken and is_unfit. 0 or -ENOMEM. */
int scan_source(Source *source, Problems *problems);

#endif
