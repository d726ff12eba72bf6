/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_GUARDS_H
#define RELANCED_ENGINE_GUARDS_H

/*
 * What keeps everything from leaving until a person resumes: a pause, invoices that nobody had
 * looked at for long (R18), a clock that jumped, a backup that was put back (R20). Noticed when a
 * wake begins (the backup when its store is opened), kept in the store, loud: a task, an alert in
 * the log, the first lines of relancectl status. engine_pause() and engine_resume() stand in
 * engine.h.
 */

#include "engine/engine.h"
#include "engine/journal.h"

/* Both clocks of the machine, read at one time. */
typedef struct ClockReading {
        Instant wall;
        WakeClock clock;
} ClockReading;

ClockReading clock_reading(const Engine *engine);

/*
 * R20: whether the wall clock was moved between the two by more than so many hours. The clock that
 * runs on through sleep confirms what it can: a machine that slept or waited. Across a restart it
 * cannot, and only a clock that went back is sure to be wrong. hours 0: never.
 */
bool clock_has_jumped(const ClockReading *before, const ClockReading *now, int hours);

/* R18: whether a wake at now comes too long after the last one, in whole days of the creditor's. */
bool guards_is_stale(const Engine *engine, Instant last, const Now *now);

/* Notices what holds from this wake on; within the caller's transaction, which *journal is written
 * after. Nothing is noticed at the first wake of all. */
int guards_look(Engine *engine, const Now *now, Journal *journal);
/* What the next wake compares with: the end of a wake that began then. A clock that stands still
 * (--at) leaves none. */
int guards_note_wake(Engine *engine, const ClockReading *began);

/* R19: whether deadlines and worse were held back because payments are too old: a task, kept as
 * long as they are. Within the caller's transaction. */
int guards_note_payments(Engine *engine, bool is_holding, const Now *now, Journal *journal);

/* Tells at once what was noticed when the store was opened, in a transaction of its own. */
int guards_announce(Engine *engine);

#endif
