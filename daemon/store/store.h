/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_STORE_H
#define RELANCED_STORE_STORE_H

/*
 * The truth: one SQLite database, opened by exactly one process. This header has its life; what is
 * in it stands in accounts.h (what a wake reads), facts.h (what happened), outbox.h (what is sent)
 * and report.h (what people look at). Nothing above the store knows SQL.
 *
 * Errors: -errno; -EUCLEAN: the database contradicts itself; -ENOSPC, -EIO: as of the disk, and the
 * transaction is gone.
 */

#include <sys/types.h>

#include "core/date.h"

typedef struct Store Store;

/* Why a store could not be opened; all but STORE_OPENED leave *ret_store alone. */
typedef enum StoreOpened {
        STORE_OPENED,
        STORE_MISSING, /* never started over from an empty one: --init makes it */
        STORE_LOCKED,  /* by another process: see store_holder() */
        STORE_CORRUPT,
        STORE_NEWER,   /* of a later version of relanced */
        STORE_FOREIGN, /* not a database of relanced */
} StoreOpened;

typedef enum StoreMode {
        STORE_FRESH,     /* has never sent */
        STORE_REAL,      /* has really sent */
        STORE_SIMULATED, /* --at was used: never sends for real */
} StoreMode;

/* Makes an empty store in the folder (made if missing). -EEXIST: there is one already. */
int store_create(const char *state_folder, const char *cache_folder);

/* Opens, locks, migrates, checks the small tables and the fence: a store older than it is a backup
 * that was put back, and GUARD_RESTORED is set (R20). A StoreOpened or -errno. ret_pid may be NULL;
 * 0 = not known. */
int store_open(const char *state_folder, const char *cache_folder, Store **ret_store, int *ret_pid);
/* Who has the store open, as far as it says so: for who finds it locked. What a process that was
 * killed has left behind is never told. */
typedef struct StoreHolder {
        pid_t pid;         /* 0: not known, or nobody */
        char socket[4096]; /* path where it can be asked anything; "": nowhere */
} StoreHolder;
void store_holder(const char *state_folder, StoreHolder *ret_holder);
/* Tells others where this process can be asked: an absolute path. 0 or -errno. */
int store_announce(Store *store, const char *socket_path);
void store_close(Store *store);
DEFINE_CLEANUP(Store, store_close)

/* Transactions do not nest. After -ENOSPC or -EIO inside one, it is gone: only roll back. */
int store_begin(Store *store);
/* The same for what may be lost by a power cut: its commit does not wait for the disk. The next
 * durable commit makes it durable, too. */
int store_begin_lazily(Store *store);
/* Durable when it returns 0 (WAL, synchronous=FULL). Advances the generation and the fence when
 * anything that was sent changed. */
int store_commit(Store *store);
void store_rollback(Store *store); /* fine without a transaction */
/* Makes durable what was committed lazily; 0 at once where there is nothing. */
int store_sync(Store *store);

int store_get_mode(Store *store, StoreMode *ret_mode);
/* fresh → real or simulated, for good; -EPERM for any other change. */
int store_set_mode(Store *store, StoreMode mode);

/* The last wake (real or simulated), or INSTANT_NONE. */
int store_get_last_wake(Store *store, Instant *ret_instant);
int store_set_last_wake(Store *store, Instant instant);
/* Why nothing leaves: GUARD_BIT()s of core/decide.h, from when it was noticed until a person
 * resumes. */
int store_get_guards(Store *store, unsigned *ret_guards);
int store_set_guards(Store *store, unsigned guards);
/* The newest day of a payment that came by a file (R19), or DATE_NONE. */
int store_get_newest_payment(Store *store, Date *ret_day);
/* The clock that runs through suspend, and which boot of the machine it counts from, at the last
 * wake (R20); boot "": none was noted. */
typedef struct WakeClock {
        int64_t boottime_usec;
        char boot[40];
} WakeClock;
int store_get_wake_clock(Store *store, WakeClock *ret_clock);
int store_set_wake_clock(Store *store, const WakeClock *clock);
/* When a daemon first watched over it: now, if none ever has. */
int store_watch(Store *store, Instant now, Instant *ret_since);

/*
 * A consistent copy of all of it in a new file (-EEXIST if there is one), a few megabytes at a
 * time: what is written to the store in between is in the copy, too. No copy outlives the store;
 * one that is freed before its end leaves nothing.
 */
typedef struct StoreCopy StoreCopy;
int store_copy_new(Store *store, const char *path, StoreCopy **ret_copy);
/* 1: there is more to do; 0: the copy is complete, though not yet synced; -errno. Needs to be
 * outside any transaction. */
int store_copy_step(StoreCopy *copy);
void store_copy_free(StoreCopy *copy);
DEFINE_CLEANUP(StoreCopy, store_copy_free)

/* Recomputes every balance and flag, runs SQLite's own check; calls found once per finding. */
int store_verify(Store *store, void (*found)(void *owner, const char *finding), void *owner);

#endif
