/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_RECOVER_H
#define RELANCED_ENGINE_RECOVER_H

/*
 * What processes have left that are no workers of ours any more (DESIGN 5.4, 5.5), private to
 * engine/. As long as one of them holds its flight file, the notices it may have wait: they are
 * neither handed out again nor called uncertain.
 */

#include "engine/dispatch.h"

/* At start: settles what an earlier run left handed and begun, in transactions of its own. */
int recover_start(Dispatch *dispatch);

/* What a worker that is gone had, in the caller's transaction. *ret_is_held: a process it has left
 * behind holds the flight file; then recover_wait() takes it over after the commit. */
int recover_worker(Dispatch *dispatch, Worker *worker, const Now *now, bool *ret_is_held);
int recover_wait(Dispatch *dispatch, Worker *worker);

/* Looks whether what is waited for has come free; settles it in transactions of its own. */
int recover_poll(Dispatch *dispatch, int64_t now_usec);
/* Whether anything is waited for; with_overdue: even what is waited for longer than it may take. */
bool recover_is_waiting(const Dispatch *dispatch, bool with_overdue);

void recover_release(Dispatch *dispatch);

#endif
