/* SPDX-License-Identifier: MIT */
/*
 * Owns the way to an open store: its files (relanced.db and SQLite's -wal beside it), the checks
 * at start, migrations. Never repairs and never starts over from an empty file: whatever is not
 * right is told apart and refused. A backup that was put back is opened, and marked as one.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "core/decide.h"
#include "store/append.h"
#include "store/database.h"
#include "store/fence.h"
#include "store/lock.h"
#include "sys/file.h"

#define APPLICATION_ID 0x524C4E43 /* "RLNC" */
#define WAL_HEADER_SIZE 32
#define BUSY_TIMEOUT_MS 2000
#define CHAIN_VERSION 10
#define MAGIC "SQLite format 3"

/* The log is synced at every commit; 8 MiB of pages keep the whole process small. */
static const char settings[] = "pragma locking_mode = exclusive;"
                               "pragma foreign_keys = on;"
                               "pragma cache_size = -8192;"
                               "pragma mmap_size = 0;"
                               "pragma trusted_schema = off;"
                               "pragma cell_size_check = on;";
static const char log_settings[] = "pragma journal_mode = wal;"
                                   "pragma synchronous = full;"
                                   "pragma journal_size_limit = 16777216;";

static int store_path(const char *folder, const char *name, char **ret_path)
{
        StrBuf path = STRBUF_INIT;

        strbuf_addf(&path, "%s/%s", folder, name);
        int r = strbuf_take(&path, ret_path);
        if (r < 0)
                strbuf_release(&path);
        return r;
}

static int store_alloc(char *path, Store **ret_store)
{
        Store *store = malloc(sizeof(*store));

        if (!store)
                return -ENOMEM;
        *store = (Store){ .path = path, .lock_fd = -1, .fence_fd = -1 };
        *ret_store = store;
        return 0;
}

static int connect_file(Store *store, const char *path, int flags)
{
        /* Nobody asks for SQLite's own count of memory, which costs a lock for each piece. */
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        int result = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

        if (result != SQLITE_OK)
                return db_error(result);
        (void)sqlite3_extended_result_codes(store->db, 1);
        (void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
        return db_execute(store, settings);
}

/* A pragma's or a query's first number; not cached. */
static int read_number(Store *store, const char *sql, int64_t *ret_number)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store, sql, NO_VALUES);

        if (r < 0)
                return r;
        r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_number = row_integer(&rows, 0);
        return 0;
}

/* One schema file, and what of its version is no SQL. */
static int upgrade(Store *store, int version)
{
        _cleanup_(strbuf_release) StrBuf stamp = STRBUF_INIT;
        int r = db_execute(store, schema_versions[version - 1]);

        if (r == 0 && version == CHAIN_VERSION)
                r = chain_upgrade(store);
        strbuf_addf(&stamp, "pragma user_version = %d", version);
        if (r == 0)
                r = strbuf_error(&stamp);
        return r < 0 ? r : db_execute(store, strbuf_text(&stamp));
}

/* Schema files after version, each in a transaction of its own. */
static int migrate(Store *store, int version)
{
        while (version < schema_n_versions) {
                int r = db_execute(store, "begin immediate");
                store->is_in_transaction = r == 0;
                if (r == 0)
                        r = upgrade(store, ++version);
                if (r == 0)
                        r = db_execute(store, "commit");
                store_rollback(store);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int sync_path(const char *path, int flags)
{
        _cleanup_(closep) int fd = open(path, flags | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        return fsync(fd) < 0 ? -errno : 0;
}

/* An empty store in a new file, complete and closed. */
static int fill_new_file(const char *path)
{
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(strbuf_release) StrBuf stamp = STRBUF_INIT;

        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        (void)close(fd);
        int r = store_alloc(NULL, &store);
        if (r == 0)
                r = connect_file(store, path, SQLITE_OPEN_READWRITE);
        strbuf_addf(&stamp, "pragma application_id = %d", APPLICATION_ID);
        if (r == 0)
                r = strbuf_error(&stamp);
        if (r == 0)
                r = db_execute(store, strbuf_text(&stamp));
        if (r == 0)
                r = migrate(store, 0);
        return r;
}

int store_create(const char *state_folder, const char *cache_folder)
{
        _cleanup_(freep) char *path = NULL, *wal = NULL, *fresh = NULL;
        _cleanup_(lock_release) int lock_fd = -1;
        _cleanup_(closep) int fence_fd = -1;
        int pid;

        int r = folder_make(state_folder, 0700);
        if (r == 0)
                r = store_path(state_folder, "relanced.db", &path);
        if (r == 0)
                r = store_path(state_folder, "relanced.db-wal", &wal);
        if (r == 0)
                r = store_path(state_folder, "relanced.db.new", &fresh);
        if (r < 0)
                return r;
        r = lock_take(state_folder, &lock_fd, &pid);
        if (r != 0)
                return r == STORE_LOCKED ? -EEXIST : r;
        /* A log without its database is the rest of a store, not an empty place. */
        if (access(path, F_OK) == 0 || access(wal, F_OK) == 0)
                return -EEXIST;
        r = fence_open(cache_folder, &fence_fd);
        if (r == 0)
                r = fill_new_file(fresh);
        if (r == 0)
                r = sync_path(fresh, O_RDONLY);
        if (r == 0 && renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
                r = -errno;
        if (r == 0)
                r = sync_path(state_folder, O_RDONLY | O_DIRECTORY);
        return r;
}

/* Whether the file begins as every SQLite database does. 1, 0 or -errno; -ENOENT: no file. */
static int has_magic(const char *path)
{
        char head[sizeof(MAGIC)] = "";
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

        if (fd < 0)
                return -errno;
        ssize_t n = pread(fd, head, sizeof(head), 0);
        if (n < 0)
                return -errno;
        return n == sizeof(head) && memcmp(head, MAGIC, sizeof(MAGIC)) == 0;
}

static int load_meta(Store *store)
{
        ROWS(rows);
        int r = rows_open_private(
                &rows, store, "select uuid, generation, is_open from meta where id = 1", NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        if (sqlite3_column_bytes(rows.statement, 0) != sizeof(store->uuid) - 1)
                return -EUCLEAN;
        memcpy(store->uuid, row_text(&rows, 0), sizeof(store->uuid));
        store->generation = row_integer(&rows, 1);
        store->is_marked_open = row_integer(&rows, 2) != 0;
        return 0;
}

/* What must be whole before anything is sent: the store's own row, and notices that are under way
 * with their contact and texts. The rest is store_verify()'s. */
static int check_small_tables(Store *store)
{
        int64_t n;
        ROWS(rows);
        int r = rows_open_private(&rows, store, "pragma quick_check(meta)", NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r < 0)
                return r;
        if (r == 0 || !streq(row_text(&rows, 0), "ok"))
                return -EUCLEAN;
        r = read_number(store,
                "select count(*) from notice n left join contact c on c.id = n.contact "
                "left join body b on b.notice = n.id "
                "where n.state in (0, 1, 2, 5) and (c.id is null or b.notice is null)",
                &n);
        return r < 0 ? r : n > 0 ? -EUCLEAN : 0;
}

/* STORE_OPENED when the database is one of ours and not of a later version. */
static int check_kind(Store *store, int *ret_version)
{
        int64_t application, version;
        int r = read_number(store, "pragma application_id", &application);

        if (r == 0)
                r = read_number(store, "pragma user_version", &version);
        if (r < 0)
                return r;
        if (application != APPLICATION_ID)
                return STORE_FOREIGN;
        if (version > schema_n_versions)
                return STORE_NEWER;
        if (version < 1)
                return STORE_CORRUPT;
        *ret_version = (int)version;
        return STORE_OPENED;
}

/* R20: what was sent since the backup is not in it. Noted for good before the fence is passed, so
 * that nothing leaves until a person resumes, whatever happens in between. */
static int note_restored(Store *store, int64_t fenced)
{
        unsigned guards;

        if (fenced <= store->generation)
                return 0;
        int r = store_begin(store);
        if (r < 0)
                return r;
        r = db_run(store, "update meta set generation = ? where id = 1", VALUES(INT(fenced)));
        store->generation = fenced;
        store->is_sent_changed = true;
        if (r == 0)
                r = store_get_guards(store, &guards);
        if (r == 0)
                r = store_set_guards(store, guards | GUARD_BIT(GUARD_RESTORED));
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store);
        return r;
}

static int open_database(Store *store, const char *cache_folder, bool has_wal)
{
        int version;
        int r = connect_file(store, store->path, SQLITE_OPEN_READWRITE);

        if (r == 0)
                r = check_kind(store, &version);
        if (r == 0)
                r = load_meta(store);
        if (r != 0)
                return r;
        /* It was not closed, so its log must be there: what it had is lost. */
        if (store->is_marked_open && !has_wal)
                return STORE_CORRUPT;
        r = fence_open(cache_folder, &store->fence_fd);
        if (r < 0)
                return r;
        r = db_execute(store, log_settings);
        if (r == 0)
                r = migrate(store, version);
        if (r == 0)
                r = check_small_tables(store);
        if (r == 0)
                r = db_execute(store, "create temp table place (run integer not null, "
                                      "number text not null, n integer not null, "
                                      "is_of_another integer not null default 0, "
                                      "primary key (run, number)) strict, without rowid");
        store->is_mark_ours = r == 0;
        if (r == 0)
                r = note_restored(store, fence_read(store->fence_fd, store->uuid));
        if (r == 0)
                r = fence_write(store->fence_fd, store->uuid, store->generation);
        return r;
}

int store_open(const char *state_folder, const char *cache_folder, Store **ret_store, int *ret_pid)
{
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(freep) char *path = NULL, *wal = NULL;
        struct stat wal_stat;
        int pid = 0;

        int r = store_path(state_folder, "relanced.db", &path);
        if (r == 0)
                r = store_path(state_folder, "relanced.db-wal", &wal);
        if (r < 0)
                return r;
        if (access(path, F_OK) < 0)
                return errno == ENOENT || errno == ENOTDIR ? STORE_MISSING : -errno;
        r = store_alloc(NULL, &store);
        if (r < 0)
                return r;
        store->path = TAKE_PTR(path);
        r = lock_take(state_folder, &store->lock_fd, &pid);
        if (r == STORE_LOCKED && ret_pid)
                *ret_pid = pid;
        if (r != 0)
                return r;
        r = has_magic(store->path);
        if (r <= 0)
                return r == -ENOENT ? STORE_MISSING : r < 0 ? r : STORE_CORRUPT;
        bool has_wal = stat(wal, &wal_stat) == 0 && wal_stat.st_size > WAL_HEADER_SIZE;
        r = open_database(store, cache_folder, has_wal);
        if (r == -EUCLEAN)
                return STORE_CORRUPT;
        if (r == -EBUSY) {
                if (ret_pid)
                        *ret_pid = 0;
                return STORE_LOCKED;
        }
        if (r != 0)
                return r;
        *ret_store = TAKE_PTR(store);
        return STORE_OPENED;
}
