/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MANUAL_TABLES_H
#define RELANCED_MANUAL_TABLES_H

/* What the program knows of itself, as tables of a manual page on stdout. */

#include "base/macros.h"

/* Files that are named on the command line. */
typedef struct Sources {
        const char *message_ids, *catalog;
        char *const *modules; /* paths …/NAME.so, ends with NULL */
} Sources;

/* The table that a page calls by that name, with an argument or "". 0; -ENOENT: there is none, or
 * nothing in it; other -errno: it cannot be made. */
int table_put(const char *name, const char *argument, const Sources *sources);

/* Everything that stands in tables, a line each: its kind, a tab, its name (of an option: what
 * it is of and its name). For tests/check. */
int tables_put_names(const Sources *sources);

#endif
