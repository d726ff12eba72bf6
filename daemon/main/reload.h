/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_RELOAD_H
#define RELANCED_MAIN_RELOAD_H

/* The configuration read again while the daemon runs: the file, its templates and its channels are
 * checked as `relanced --check` does, on the loop and beside everything else. Nothing of the firm
 * that runs changes until the result is taken. */

#include "main/firm.h"

typedef struct Reload Reload;

/* done(owner) is called once, never from inside. The firm outlives the reload. -errno. */
int reload_start(const Firm *firm, void (*done)(void *owner), void *owner, Reload **ret_reload);
void reload_free(Reload *reload); /* also before it is done */
DEFINE_CLEANUP(Reload, reload_free)

/* Once done: why the new configuration cannot be taken, a line "file:line: text" for each mistake;
 * NULL: it can. A folder that a running daemon cannot change (state, cache) is one. */
const char *reload_problem(const Reload *reload);
/* Puts the new configuration and composer in the place of the firm's and its engine's, and frees
 * those, while there is no dispatch and no wake. -errno: the firm is as it was. */
int reload_take(Reload *reload, Firm *firm);

#endif
