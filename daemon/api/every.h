/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_EVERY_H
#define RELANCED_API_EVERY_H

/* The days on which a plan's parts fall due: a first one, and how far apart they are. Pure. */

#include "core/date.h"

typedef enum EveryUnit {
        EVERY_DAYS,
        EVERY_WEEKS,
        EVERY_MONTHS
} EveryUnit;

typedef struct Every {
        int n; /* > 0, at most a year */
        EveryUnit unit;
} Every;

/* "10d", "2w", "1m", a year at most; -EINVAL. */
int every_parse(const char *text, Every *ret_every);

/*
 * The day of part i = 0, 1, …: the first one's, i periods later. Months keep the day of the month,
 * or take the last one of a shorter month; from a last day of a month on, it is always the last.
 */
Date every_day(const Every *every, Date first, int i);

#endif
