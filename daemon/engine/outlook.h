/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_OUTLOOK_H
#define RELANCED_ENGINE_OUTLOOK_H

/*
 * What would leave for one account, wake by wake, if nobody pays and nobody speaks: decided by
 * decide() as a wake does, and taken as sent. Nothing is written. The daemon's own course is
 * followed: its configured wakes, and the openings within a day that something due waits for.
 */

#include "core/apply.h"
#include "engine/horizon.h"
#include "store/accounts.h"
#include "store/report.h"

/* A notice that may have been sent, until it is settled (DESIGN 5.6). */
typedef struct Underway {
        const Notice *notice;
        const Contact *contact;
        Instant settled; /* not before */
} Underway;

typedef struct RunningPlan {
        int64_t plan;
        Heritage heritage;
} RunningPlan;

/* What an instalment waits for, if it is a person. */
typedef struct Wait {
        Judgement judgement; /* judgement_task() has it, if it waits */
        Instant since;       /* the wake that finds so; INSTANT_NONE: it does not wait */
} Wait;

typedef struct Outlook {
        Horizon *horizon;
        Account account;
        Instant at;   /* of the wake that is next; INSTANT_NONE: nothing follows */
        LogRow *rows; /* notices as in the log, without a number, wake by wake; in the arena */
        size_t n_rows, n_room;
        Underway *underway; /* what may have been sent and is not settled; in the arena */
        size_t n_underway;
        RunningPlan *plans; /* that may break; in the arena */
        size_t n_plans;
        Wait *waits;  /* of each instalment, as of the last wake */
        Arena *arena; /* of all that is kept */
        Arena scratch;
} Outlook;

/* The account is copied; its texts, the arena and the horizon outlive the outlook. Takes what is on
 * its way already as it will be sent. -errno of the store. */
int outlook_begin(Outlook *outlook, Horizon *horizon, const Account *account, Arena *arena);
/* One wake: 1: another follows; 0: nothing more leaves before the horizon's end; -errno. An account
 * that cannot be decided (R23) ends. */
int outlook_step(Outlook *outlook);
void outlook_release(Outlook *outlook);

/* Room for one more row, with what all of the account's have in common; NULL: memory is out. */
LogRow *outlook_add_row(Outlook *outlook);

#endif
