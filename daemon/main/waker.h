/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_WAKER_H
#define RELANCED_MAIN_WAKER_H

/*
 * The daemon's wakes: one timer for whatever comes first, the configured hour or the opening of a
 * window that something waits for (R5); what was missed while the daemon was down or the machine
 * asleep is made up for by one wake; none is run twice. A wake goes on step by step beside
 * everything else. Keeps the wake's part of Service.
 */

#include "engine/engine.h"
#include "engine/service.h"

typedef struct Waker Waker;

typedef struct WakerOrder {
        Engine *engine;
        Service *service;
        /* A wake that is due begins when this says so; else waker_look() asks again. is_late: it
         * has waited for ten minutes, or for half of one where a person asked for it. */
        bool (*may_begin)(void *owner, bool is_late);
        /* A wake has begun, has ended, or is planned for another time. */
        void (*on_change)(void *owner, bool has_ended);
        void *owner;
} WakerOrder;

/* -errno */
int waker_new(const WakerOrder *order, Waker **ret_waker);
void waker_free(Waker *waker);
DEFINE_CLEANUP(Waker, waker_free)

/* Plans anew, after a change of the clock, the configuration, or of what may_begin says: what is
 * due begins. */
void waker_look(Waker *waker);
/* Something must be decided afresh, not at once (a notice came too late, a person has approved or
 * resumed): a wake in a minute at the latest, which finds the next opening for it. */
void waker_expect(Waker *waker);
/* A person's wish, as Service.request_wake. */
uint64_t waker_request(Waker *waker);
/* No wake begins any more; one that is under way is broken off between two steps: what it has
 * queued stays, and the next start makes up for it. */
void waker_close(Waker *waker);

#endif
