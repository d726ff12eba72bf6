/* SPDX-License-Identifier: MIT */
/*
 * Owns transactions and the store's own row (mode, last wake, generation). A commit is
 * durable when it returns 0; after -ENOSPC or -EIO the transaction may be gone, which every later
 * write notices (database.c).
 */

#include "store/store.h"

#include <errno.h>

#include "store/database.h"
#include "store/fence.h"
#include "store/imported.h"
#include "store/lock.h"

/* The file itself says that a log stands beside it, so that a log that was deleted is missed. Done
 * once, before the first change: a store that is only read is never written. */
static int mark_open(Store *store)
{
        if (store->is_marked_open)
                return 0;
        int r = db_execute(store, "update meta set is_open = 1 where id = 1");
        if (r < 0)
                return r;
        store->is_marked_open = true;
        return db_execute(store, "pragma wal_checkpoint(passive)");
}

/* Cannot be changed within a transaction; what cannot be made durable is not begun. */
static int set_lazy(Store *store, bool is_lazy)
{
        if (store->is_lazy == is_lazy)
                return 0;
        int r = db_execute(
                store, is_lazy ? "pragma synchronous = normal" : "pragma synchronous = full");
        if (r == 0)
                store->is_lazy = is_lazy;
        return r;
}

static int begin(Store *store, bool is_lazy)
{
        assert(!store->is_in_transaction);
        int r = mark_open(store);
        if (r == 0)
                r = set_lazy(store, is_lazy);
        if (r == 0)
                r = db_execute(store, "begin immediate");
        if (r < 0)
                return r;
        store->is_in_transaction = true;
        store->is_sent_changed = false;
        return 0;
}

int store_begin(Store *store)
{
        return begin(store, false);
}

int store_begin_lazily(Store *store)
{
        return begin(store, true);
}

void store_rollback(Store *store)
{
        store->is_in_transaction = false;
        store->is_sent_changed = false;
        if (!sqlite3_get_autocommit(store->db))
                (void)db_execute(store, "rollback");
}

int store_commit(Store *store)
{
        int r = 0;

        assert(store->is_in_transaction);
        bool is_sent_changed = store->is_sent_changed;
        if (is_sent_changed)
                r = db_run(store, "update meta set generation = generation + 1 where id = 1",
                        NO_VALUES);
        if (r >= 0)
                r = db_run(store, "commit", NO_VALUES);
        store_rollback(store);
        if (r < 0)
                return r;
        store->is_unsynced = store->is_unsynced || store->is_lazy;
        if (!is_sent_changed)
                return 0;
        store->generation++;
        /* The commit stands whatever becomes of the fence: one that lags only guards less. */
        if (store->fence_fd >= 0)
                (void)fence_write(store->fence_fd, store->uuid, store->generation);
        return 0;
}

int store_sync(Store *store)
{
        sqlite3_file *log = NULL;

        assert(!store->is_in_transaction);
        if (!store->is_unsynced)
                return 0;
        int result =
                sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
        if (result == SQLITE_OK && log && log->pMethods)
                result = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
        if (result == SQLITE_OK)
                store->is_unsynced = false;
        return db_error(result);
}

void store_close(Store *store)
{
        if (!store)
                return;
        if (store->db) {
                store_rollback(store);
                db_finalize_statements(store);
                if (store->is_marked_open && store->is_mark_ours)
                        (void)db_execute(store, "update meta set is_open = 0 where id = 1");
                (void)sqlite3_close(store->db);
        }
        closep(&store->fence_fd);
        lock_release(&store->lock_fd);
        import_runs_release(store);
        free(store->path);
        free(store);
}

int store_get_mode(Store *store, StoreMode *ret_mode)
{
        int64_t mode;
        int r = db_integers(store, "select mode from meta where id = 1", NO_VALUES, &mode, 1);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_mode = (StoreMode)mode;
        return 0;
}

int store_set_mode(Store *store, StoreMode mode)
{
        StoreMode now;
        bool is_own;

        int r = store_get_mode(store, &now);
        if (r < 0 || now == mode)
                return r;
        if (now != STORE_FRESH)
                return -EPERM;
        r = db_join(store, &is_own);
        if (r < 0)
                return r;
        r = db_run(store, "update meta set mode = ? where id = 1", VALUES(INT(mode)));
        return db_leave(store, is_own, r);
}

/* A column of the one row there is about the store itself. */
static int read_instant(Store *store, const char *query, Instant *ret_instant)
{
        ROWS(rows);
        int r = rows_open(&rows, store, query, NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_instant = row_instant(&rows, 0);
        return 0;
}

int store_get_last_wake(Store *store, Instant *ret_instant)
{
        return read_instant(store, "select last_wake from meta where id = 1", ret_instant);
}

int store_watch(Store *store, Instant now, Instant *ret_since)
{
        bool is_own;
        int r = read_instant(store, "select watched_since from meta where id = 1", ret_since);

        if (r < 0 || instant_is_set(*ret_since))
                return r;
        *ret_since = now;
        r = db_join(store, &is_own);
        if (r < 0)
                return r;
        r = db_run(store, "update meta set watched_since = ? where id = 1", VALUES(TIME(now)));
        return db_leave(store, is_own, r);
}

int store_set_last_wake(Store *store, Instant instant)
{
        bool is_own;
        int r = db_join(store, &is_own);

        if (r < 0)
                return r;
        r = db_run(store, "update meta set last_wake = ? where id = 1", VALUES(TIME(instant)));
        return db_leave(store, is_own, r);
}

int store_get_guards(Store *store, unsigned *ret_guards)
{
        int64_t guards;
        int r = db_integers(store, "select guards from meta where id = 1", NO_VALUES, &guards, 1);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_guards = (unsigned)guards;
        return 0;
}

int store_set_guards(Store *store, unsigned guards)
{
        bool is_own;
        int r = db_join(store, &is_own);

        if (r < 0)
                return r;
        r = db_run(store, "update meta set guards = ? where id = 1", VALUES(INT(guards)));
        return db_leave(store, is_own, r);
}

int store_get_newest_payment(Store *store, Date *ret_day)
{
        ROWS(rows);
        int r = rows_open(&rows, store, "select newest_payment from meta where id = 1", NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_day = row_date(&rows, 0);
        return 0;
}

int store_get_wake_clock(Store *store, WakeClock *ret_clock)
{
        WakeClock clock = { 0 };
        ROWS(rows);
        int r = rows_open(
                &rows, store, "select wake_boottime, wake_boot from meta where id = 1", NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        const char *boot = row_text(&rows, 1);
        size_t length = boot ? strlen(boot) : sizeof(clock.boot);
        if (length >= sizeof(clock.boot))
                return -EUCLEAN;
        clock.boottime_usec = row_integer(&rows, 0);
        memcpy(clock.boot, boot, length + 1);
        *ret_clock = clock;
        return 0;
}

int store_set_wake_clock(Store *store, const WakeClock *clock)
{
        bool is_own;
        int r = db_join(store, &is_own);

        if (r < 0)
                return r;
        r = db_run(store, "update meta set wake_boottime = ?, wake_boot = ? where id = 1",
                VALUES(INT(clock->boottime_usec), TEXT(clock->boot)));
        return db_leave(store, is_own, r);
}
