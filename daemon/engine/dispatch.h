/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_DISPATCH_H
#define RELANCED_ENGINE_DISPATCH_H

/*
 * The structures behind engine_dispatch(), private to engine/: outlets (the configured channels),
 * their workers, and what the workers have said and the store does not know yet. All that is said
 * in one turn of the loop is one transaction (dispatch.c); outcomes become states in settle.c; what
 * a process that is no worker of ours any more has left is looked after in recover.c; closing.c
 * knows when dispatch has come to rest, and brings it there.
 */

#include <sys/types.h>

#include "engine/engine.h"
#include "engine/flight.h"
#include "engine/journal.h"
#include "engine/pace.h"
#include "store/report.h"

#define IN_FLIGHT_MAX 256U
#define CRASHES_MAX 3U /* of a worker with a message, until that message is given up */

typedef struct sd_event_source sd_event_source;
typedef struct Outlet Outlet;

/* A message that a worker has. */
typedef struct Parcel {
        int64_t notice;
        uint32_t attempt;
        bool is_probe;   /* handed to find out whether a suspended channel works again */
        bool is_refused; /* was told not to begin because the store could not record it */
        uint64_t begun;  /* counts up as messages of a worker may begin; 0: it may not yet */
        bool has_left;   /* or may have: found out when its worker is gone */
        size_t n_fds;    /* of its attachments */
} Parcel;

typedef enum WorkerState {
        WORKER_LOADING, /* its module */
        WORKER_OPENING, /* the module, with its options */
        WORKER_READY,
        WORKER_STOPPING, /* hears no more and ends by itself, when what it has begun is over */
        WORKER_ENDING,   /* was killed or has closed its socket: what it says does not count */
        WORKER_GONE,     /* the process has ended; what it had is to be settled */
} WorkerState;

typedef struct Worker {
        struct Worker *next;
        Outlet *outlet;
        WorkerState state;
        pid_t pid;
        int fd, pid_fd;
        sd_event_source *io, *exit;
        char *flight; /* path of its flight file, or NULL */
        Parcel parcels[IN_FLIGHT_MAX];
        size_t n_parcels;
        size_t socket_size;     /* bytes that may lie unread in its socket */
        size_t n_unsent;        /* of these, of messages that are about to be sent */
        size_t n_fds;           /* of all parcels */
        unsigned n_handed;      /* since it started */
        uint64_t n_begun;       /* likewise */
        int64_t progress_usec;  /* when it last said anything that counts */
        int64_t oldest_usec;    /* since when its oldest begun message has been that */
        bool keeps_time;        /* its module ends what hangs by itself (option timeout_s) */
        bool is_late, is_crash; /* how it ended: killed for its silence; by its own fault */
        bool is_killed;         /* by us, while it was alive */
        bool is_held;           /* its flight file, by something it has left behind */
} Worker;

/* A configured channel as dispatch sees it. Times are of the monotonic clock. */
struct Outlet {
        struct Dispatch *dispatch;
        const ChannelConfig *config;
        Worker *workers;
        size_t n_workers;
        size_t share; /* most messages for one worker, so that all have some */
        Rate rate;
        bool has_ready;     /* notices that could leave wait for room */
        int64_t ready;      /* one of them */
        bool is_down;       /* suspended; one alert was given */
        unsigned n_downs;   /* in a row */
        unsigned n_deaths;  /* of workers in a row, without a finished message */
        int64_t retry_usec; /* when it may be tried again */
        int64_t again_usec; /* when ready notices that wait for a time may go; 0: none do */
        char *alert;        /* text of a task to open, or NULL */
        int64_t task;       /* the notice its open task is about; 0: none is open */
        bool is_task_over;
};

/* What a worker asked or told in this turn. */
typedef struct Word {
        Worker *worker;
        bool is_finish; /* else it asks to begin */
        bool is_go;     /* the answer to that; of a finish: it had been let go */
        FlightRecord record;
} Word;

/* A notice that was with a worker when it crashed: handed out alone until it is finished. */
typedef struct Suspect {
        int64_t notice;
        unsigned n_crashes;
} Suspect;

typedef struct Orphans Orphans; /* recover.c */

typedef struct Dispatch {
        Engine *engine;
        char *folder; /* of flight files */
        Outlet *outlets;
        size_t n_outlets;
        sd_event_source *timer, *turn;
        Word *words;
        size_t n_words, n_words_room;
        Suspect *suspects;
        size_t n_suspects;
        Orphans *orphans;
        Journal journal;
        bool is_wanted;  /* look for ready notices */
        bool is_stopped; /* the store cannot record: nothing may begin */
        bool is_closing; /* nothing may begin any more (closing.c) */
        int stop_error;
        unsigned n_stops;
        int64_t resume_usec;
} Dispatch;

void dispatch_free(Dispatch *dispatch);
/* Has the turn run soon: something was said, a worker is gone, notices may be ready. */
void dispatch_request_turn(Dispatch *dispatch);
/* Keeps what a worker said for the turn. */
int dispatch_add_word(Dispatch *dispatch, const Word *word);
/* Says no to all who ask; what was finished waits for the store. */
void dispatch_refuse_words(Dispatch *dispatch);
/* Something was said, or has happened, that the store does not know yet. */
bool dispatch_has_news(const Dispatch *dispatch);

/* hand.c: gives ready notices to workers, in one transaction. */
int dispatch_hand_out(Dispatch *dispatch);
Suspect *dispatch_find_suspect(const Dispatch *dispatch, int64_t notice);
int dispatch_add_suspect(Dispatch *dispatch, int64_t notice);
void dispatch_clear_suspect(Dispatch *dispatch, int64_t notice);

#endif
