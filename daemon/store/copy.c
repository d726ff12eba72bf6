/* SPDX-License-Identifier: MIT */
/*
 * Owns copies of the store: SQLite's own, page by page into a database of its own, which it keeps
 * up to date with what this process writes meanwhile. Never opens the store's files a second time.
 * A copy is a store that was closed; one that fails leaves no file.
 */

#include <errno.h>
#include <fcntl.h>

#include "store/database.h"

/* 2 MiB: a few milliseconds. */
#define PAGES_PER_STEP 512

struct StoreCopy {
        char *path;
        sqlite3 *db; /* the copy's */
        sqlite3_backup *backup;
        bool is_complete;
};

void store_copy_free(StoreCopy *copy)
{
        if (!copy)
                return;
        (void)sqlite3_backup_finish(copy->backup);
        (void)sqlite3_close(copy->db);
        if (copy->path && !copy->is_complete)
                (void)unlink(copy->path);
        free(copy->path);
        free(copy);
}

/* Nobody else reads it before it is complete, so it needs no journal and no waiting. */
static int open_copy(Store *store, StoreCopy *copy)
{
        int result = sqlite3_open_v2(
                copy->path, &copy->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

        if (result == SQLITE_OK)
                result = sqlite3_exec(copy->db,
                        "pragma locking_mode = exclusive; pragma journal_mode = off;"
                        "pragma synchronous = off;",
                        NULL, NULL, NULL);
        if (result != SQLITE_OK)
                return db_error(result);
        copy->backup = sqlite3_backup_init(copy->db, "main", store->db, "main");
        return copy->backup ? 0 : db_error(sqlite3_errcode(copy->db));
}

int store_copy_new(Store *store, const char *path, StoreCopy **ret_copy)
{
        _cleanup_(store_copy_freep) StoreCopy *copy = calloc(1, sizeof(*copy));
        char *own_path = strdup(path);

        if (!copy || !own_path) {
                free(own_path);
                return -ENOMEM;
        }
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        int r = fd < 0 ? -errno : 0;
        if (r == 0) {
                (void)close(fd);
                copy->path = TAKE_PTR(own_path);
                r = open_copy(store, copy);
        }
        free(own_path);
        if (r == 0)
                *ret_copy = TAKE_PTR(copy);
        return r;
}

/* One file, that says of itself that it was closed. */
static int finish_copy(StoreCopy *copy)
{
        int result = sqlite3_backup_finish(TAKE_PTR(copy->backup));

        if (result == SQLITE_OK)
                result = sqlite3_exec(copy->db,
                        "pragma journal_mode = delete;"
                        "update meta set is_open = 0 where id = 1",
                        NULL, NULL, NULL);
        int closed = sqlite3_close(TAKE_PTR(copy->db));
        if (result == SQLITE_OK)
                result = closed;
        copy->is_complete = result == SQLITE_OK;
        return db_error(result);
}

int store_copy_step(StoreCopy *copy)
{
        int result = sqlite3_backup_step(copy->backup, PAGES_PER_STEP);

        if (result == SQLITE_DONE)
                return finish_copy(copy);
        return result == SQLITE_OK ? 1 : db_error(result);
}
