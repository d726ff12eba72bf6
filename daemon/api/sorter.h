/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_SORTER_H
#define RELANCED_API_SORTER_H

/* Lines of an answer that are made in one order and given in another: by a key, then as they came.
 * The lines wait in an unnamed file, what is in memory is a few bytes of each. No call takes longer
 * than a moment, however many there are. */

#include "api/reply.h"

typedef struct Sorter Sorter;

/* folder: as in Reply; outlives the sorter. NULL: memory is out. */
Sorter *sorter_new(const char *folder);
void sorter_free(Sorter *sorter);
DEFINE_CLEANUP(Sorter, sorter_free)

/* Takes the line over; NULL counts as memory that ran out. Not after sorter_end(). */
int sorter_add(Sorter *sorter, int64_t key, json_t *line);
/* All are there. */
int sorter_end(Sorter *sorter);
/* Adds at most that many lines to the answer: 1: there may be more; 0: that was all; -errno. */
int sorter_give(Sorter *sorter, size_t n, Reply *reply);

#endif
