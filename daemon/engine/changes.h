/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_CHANGES_H
#define RELANCED_ENGINE_CHANGES_H

/*
 * Which notices have changed, in order, for who follows the log: the last few thousand changes,
 * noted when their transaction is committed. Nobody is called; a follower asks with the number of
 * the change it has seen last.
 */

#include <stdint.h>

#include "base/macros.h"

typedef struct Changes Changes;

int changes_new(Changes **ret_changes); /* -ENOMEM */
void changes_free(Changes *changes);
DEFINE_CLEANUP(Changes, changes_free)

void changes_note(Changes *changes, int64_t notice);
/* The number of the newest change; 0: there was none yet. */
uint64_t changes_newest(const Changes *changes);
/* The notice of the first change after that number, which becomes its number. False: there is none.
 * A notice that has changed again since is passed over: it comes with its last change. *ret_n_lost:
 * changes between the two that are forgotten already. */
bool changes_next(
        const Changes *changes, uint64_t *number, int64_t *ret_notice, uint64_t *ret_n_lost);

#endif
