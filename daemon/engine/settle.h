/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_SETTLE_H
#define RELANCED_ENGINE_SETTLE_H

/*
 * What an outcome makes of a notice (DESIGN 4.4, 5): one case for each, in the caller's
 * transaction. Records go to the journal. All return 0 or -errno of the store.
 */

#include "engine/engine.h"
#include "engine/flight.h"
#include "engine/journal.h"

/* A channel's word on one attempt. What the store no longer waits for is passed over: an attempt
 * that was settled already, a notice that was cancelled. */
int settle_outcome(Engine *engine, const FlightRecord *record, const Now *now, Journal *journal);

/* The same of an attempt that was surely not sent and may be made again at once. */
int settle_unsent(Engine *engine, const FlightRecord *record, const Now *now, Journal *journal);

/* The worker that had the notice is gone and left no word: handed → pending, begun → uncertain. */
int settle_lost(Engine *engine, int64_t notice, const Now *now, Journal *journal);

/* A notice that had not left and whose handling ended its worker too often: failed, and a task. */
int settle_poison(Engine *engine, int64_t notice, const Now *now, Journal *journal);

/* A person knows what became of an uncertain notice: it was sent, or it surely was not and its step
 * is decided afresh. -ENOENT; -EPERM: it is not uncertain. */
int settle_by_person(
        Engine *engine, int64_t notice, bool is_sent, const Now *now, Journal *journal);

/* Uncertain notices older than limits.uncertain_hours, as their step says (DESIGN 5.6). */
int settle_overdue_uncertain(Engine *engine, const Now *now, Journal *journal);

#endif
