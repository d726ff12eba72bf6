/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_HOOK_LINE_H
#define RELANCED_HOOK_LINE_H

/* One line of a program's output, however much it prints: the first or the last that is not empty,
 * cut after LINE_MAX_BYTES. Pure. */

#include <stddef.h>

#include "base/macros.h"

#define LINE_MAX_BYTES ((size_t)200)

typedef struct Line {
        bool keeps_first; /* else the last one is kept */
        bool is_ended;    /* what is kept is a whole line */
        size_t length;
        char text[LINE_MAX_BYTES];
} Line;

void line_take(Line *line, const char *bytes, size_t length);

/* As one line of UTF-8 for a person: control characters left out, what is not UTF-8 as "?". */
void line_show(const Line *line, char ret_text[static LINE_MAX_BYTES + 1]);

#endif
