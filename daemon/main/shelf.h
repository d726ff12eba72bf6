/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_SHELF_H
#define RELANCED_MAIN_SHELF_H

/* Files put away for people: never over another one, and what is wrong with one beside it. */

#include "base/macros.h"

#define SHELF_PROBLEMS ".problems.txt"

/*
 * Moves a file from one folder to another. Where its name is taken, it gets the time before its
 * extension, then a number, too: "invoices.2026-11-22T0931-2.csv". problems (NULL: none) becomes
 * NAME.problems.txt beside it, and is there before the file is. -errno: nothing has changed.
 */
typedef struct Shelving {
        int from_fd, to_fd;
        const char *name;
        const char *time; /* "2026-11-22T0931" */
        const char *problems;
} Shelving;
int shelf_put(const Shelving *shelving);

#endif
