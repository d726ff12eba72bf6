/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_ENGINE_H
#define RELANCED_ENGINE_ENGINE_H

/*
 * One running firm: its configuration, store, clock and composer, the wake that turns decisions
 * into notices, and the dispatch that hands them to workers (DESIGN 5). Runs on an sd-event loop;
 * nothing here blocks it but the store.
 */

#include "compose/compose.h"
#include "engine/wake.h"
#include "store/store.h"
#include "sys/clock.h"
#include "sys/turn.h"
#include "sys/zone.h"

typedef struct sd_event sd_event;
typedef struct Dispatch Dispatch;
typedef struct Service Service;
typedef struct Changes Changes;
typedef struct Dossiers Dossiers;

typedef struct Engine {
        const Config *config;
        Store *store;
        Clock clock;
        const Zone *zone; /* the creditor's */
        Composer *composer;
        sd_event *event;
        Dispatch *dispatch; /* NULL until engine_start_dispatch() */
        Changes *changes;   /* notices that have changed, for who follows the log */
        Dossiers *dossiers; /* NULL: files are handed over without one; owned */
        Service *service;   /* of the running daemon, or NULL; not owned */
        bool has_lapsed;    /* a notice came too late: it is to be decided afresh (R5, R6) */
        size_t n_backups;   /* that are being made or fetched */
        const char *doing;  /* what holds the loop right now, for LoopTimes: static text */
        char *problem;      /* of the last engine_queue() */
} Engine;

/* Takes nothing over: config, store and composer must outlive the engine. */
int engine_new(
        const Config *config, Store *store, Composer *composer, Clock clock, Engine **ret_engine);
void engine_free(Engine *engine);
DEFINE_CLEANUP(Engine, engine_free)

/* The creditor's wall clock at the engine's now, and what holds everything: every guard, where the
 * store cannot be read. Read once a tick. */
Now engine_now(const Engine *engine);

/*
 * A person holds everything back (note may be NULL), or lets everything go on that a pause or
 * another guard holds back: each in a transaction of its own. Fine where nothing changes by it.
 */
int engine_pause(Engine *engine, const char *note);
int engine_resume(Engine *engine);
/* After a person's word by which something may have become due (an approval, a resume, an undo): a
 * running daemon decides again within a minute, so that more may be said, or taken back. Nothing
 * where none runs: relancectl wake and relanced --once are for that. */
void engine_expect_wake(Engine *engine);

/* One wake from its first step to its last: for who has nothing else to do. */
int engine_wake(Engine *engine, bool is_dry_run, WakeResult *ret_result);

/* Whom to decide about, and how. */
typedef struct Question {
        int64_t account;
        int64_t except_contact; /* as in store_load_account(); 0: none */
        const Now *now;
        const Forced *forced; /* or NULL */
} Question;

/* The transaction-free half of a wake, for one account: loads it, fills what the store cannot know
 * (customer's clock, refused channels) and decides. All of it lives in the arena. */
int engine_decide(Engine *engine, const Question *question, Arena *arena, Account *ret_account,
        Decision *ret_decision);

/* A planned notice's texts. */
typedef struct Composed {
        Contact contact;
        Notice *notices; /* one per route, whether its channel is open or not */
        size_t n;
        const char *problem; /* out, when its texts cannot be made: as of composer_compose() */
} Composed;

/* For previews. Lives in the arena. */
int engine_compose(Engine *engine, const Account *account, const Planned *planned, const Now *now,
        Arena *arena, Composed *ret_composed);

/* Queues one planned notice for a person (relancectl send), in a transaction of its own. 0;
 * OUTBOX_DUPLICATE; -errno, with *ret_problem (valid until the next call) when its texts cannot be
 * made. */
int engine_queue(Engine *engine, const Account *account, const Planned *planned, const Now *now,
        int64_t *ret_contact, const char **ret_problem);

/* A person says what became of an uncertain notice (DESIGN 5.6), in a transaction of its own.
 * -ENOENT; -EPERM: it is not uncertain. */
int engine_settle(Engine *engine, int64_t notice, bool is_sent, const Now *now);

/* Recovers what an earlier run left (DESIGN 5.5), then hands out and settles notices as the loop
 * runs. Store mode must have been set. */
int engine_start_dispatch(Engine *engine);
/* Looks for ready notices; called after a wake, a send, and by its own timer. */
int engine_dispatch(Engine *engine);
/* Nothing is handed or begun and nothing more can leave now. */
bool engine_is_idle(const Engine *engine);
/* Runs the loop until engine_is_idle(). 0 or -errno (a store that cannot record stops it). */
int engine_run_until_idle(Engine *engine);

/*
 * The way out (SIGTERM, a reload): nothing is handed out any more and who asks to begin is told no,
 * what has begun goes on to its end; workers without a message end by themselves.
 */
void engine_close_dispatch(Engine *engine);
/* After that: no worker is left. */
bool engine_is_closed(const Engine *engine);
/* Ends dispatch: workers that are left are killed, what they had begun is recovered later (DESIGN
 * 5.5). engine_start_dispatch() may follow. */
void engine_end_dispatch(Engine *engine);
/* Another configuration of the same store, with its composer, while there is no dispatch and no
 * wake. What was there before is the caller's again. -EINVAL: its time zone is unknown. */
int engine_set_config(Engine *engine, const Config *config, Composer *composer);

/* Why nothing is sent at all: the -errno of a store that cannot record, until it can again; 0. */
int engine_stopped_by(const Engine *engine);

/* Channels that are suspended, and earlier workers that do not end: why notices may be left. */
size_t engine_count_stuck(const Engine *engine);

/* Loads each configured channel's module in a worker and checks its options and secrets against
 * the module's table. */
int engine_check_channels(const Config *config, Problems *problems);

/* The same on a loop that does not wait for it (engine/check.c). Calls done(owner) once, when
 * all have answered; problems, config and event outlive the check. -errno. */
typedef struct ChannelCheck ChannelCheck;
typedef struct ChannelCheckOrder {
        const Config *config;
        Problems *problems;
        sd_event *event;
        void (*done)(void *owner);
        void *owner;
} ChannelCheckOrder;
int channel_check_new(const ChannelCheckOrder *order, ChannelCheck **ret_check);
void channel_check_free(ChannelCheck *check);
DEFINE_CLEANUP(ChannelCheck, channel_check_free)

#endif
