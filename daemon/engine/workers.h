/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_WORKERS_H
#define RELANCED_ENGINE_WORKERS_H

/* The life of channel workers, private to engine/: started, greeted, listened to, ended. */

#include "engine/dispatch.h"

/* Starts one more worker of the outlet. -errno: it could not be, and the outlet is down. */
int worker_start(Outlet *outlet);
/* Nothing is said to it any more, no message and no answer: what it has and may not begin yet it
 * gives back, what has begun it finishes; then it ends by itself. */
void worker_stop(Worker *worker);
/* At once. is_late: because it was silent for too long. */
void worker_kill(Worker *worker, bool is_late);
/* Kills what is over its time and stops what has been idle for long. */
void worker_check_time(Worker *worker, int64_t now_usec);
/* When worker_check_time() has something to do next; INT64_MAX: never. */
int64_t worker_next_check(const Worker *worker);

/* The parcel of that notice and attempt, or NULL. */
Parcel *worker_find_parcel(Worker *worker, uint64_t notice, uint32_t attempt);
void worker_remove_parcel(Worker *worker, Parcel *parcel);
/* It may begin; also when it may already. */
void worker_begin_parcel(Worker *worker, Parcel *parcel);
/* Bytes that a message may have now to be sure that it and all answers go through the socket. */
size_t worker_room(const Worker *worker);

/* Takes it off its outlet; kills and waits if the process still runs. */
void worker_free(Worker *worker);
/* Ends all: those without a message in peace, and without leaving a flight file. */
void workers_end(Dispatch *dispatch);

#endif
