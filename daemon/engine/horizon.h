/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_HORIZON_H
#define RELANCED_ENGINE_HORIZON_H

/* Time to come under one configuration, the engine's own or another: when it would wake, and what
 * decide() would be told then. Reads the store, never writes. */

#include "engine/engine.h"

/* Rising, each once. */
typedef struct InstantSet {
        Instant *list;
        size_t n, n_room;
} InstantSet;

/* When a day begins, and its first configured wake, or else the next one. */
typedef struct Morning {
        Instant midnight, wake; /* INSTANT_NONE: not looked for yet */
} Morning;

/* Of an instant that was asked for before: all accounts are decided at the same few. */
#define KNOWN_TIMES 1024
typedef struct KnownTime {
        Instant at;
        LocalTime local;
        Instant next; /* configured wake at that instant or later; INSTANT_NONE: not looked for */
} KnownTime;

typedef struct Horizon {
        Engine engine; /* the store under these rules: without loop, composer and dispatch */
        Now start;
        Instant until;     /* the first instant that is not looked at */
        Instant last_wake; /* before the start, or INSTANT_NONE */
        Instant stale;     /* the wake that finds the firm stale (R18), or INSTANT_NONE */
        Morning *mornings; /* by day since start */
        size_t n_mornings;
        KnownTime times[KNOWN_TIMES];
        InstantSet openings; /* at which it wakes beside the configured hours (R5) */
        InstantSet found;    /* the same, as they show while accounts are gone through */
        bool has_underway;   /* notices that have neither an outcome nor been cancelled */
} Horizon;

/* From the engine's now on; config outlives the horizon. -EINVAL: its time zone is unknown. */
int horizon_init(Horizon *horizon, Engine *engine, const Config *config, int days);
void horizon_release(Horizon *horizon);
/* As though a person had resumed: no guard holds. */
void horizon_resume(Horizon *horizon);

/* The same minute, that many days after the start. */
Instant horizon_after(const Horizon *horizon, int days);

/* GUARD_BIT()s that hold from the first wake on. */
unsigned horizon_guards(Horizon *horizon);
/* What decide() is told at that instant. */
Now horizon_now(Horizon *horizon, Instant at);
/* The first wake at that instant or later; the first one of that day or a later one. Never
 * INSTANT_NONE. */
Instant horizon_wake(Horizon *horizon, Instant from);
Instant horizon_morning(Horizon *horizon, Date day);

/*
 * An account waits for that opening, at which all accounts are decided. Once all have been gone
 * through, horizon_agrees() says whether the openings that were found are those that were known;
 * else they are known from then on, and all are to be gone through again. -ENOMEM.
 */
int horizon_note_opening(Horizon *horizon, Instant opening);
/* Takes over what another horizon of the same rules has found out. */
void horizon_take_openings(Horizon *horizon, Horizon *from);
bool horizon_agrees(Horizon *horizon);

#endif
