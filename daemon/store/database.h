/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_DATABASE_H
#define RELANCED_STORE_DATABASE_H

/* Private to store/: SQLite, wrapped. Statements are constants, prepared once and kept; values are
 * typed; errors are the store's. */

#include <sqlite3.h>

#include "base/arena.h"
#include "core/date.h"
#include "store/store.h"

#define STATEMENT_SLOTS 512 /* a power of two, well above the number of statements there are */

typedef struct CachedStatement {
        const char *sql; /* its address is its name */
        sqlite3_stmt *statement;
} CachedStatement;

struct Store {
        sqlite3 *db;
        char *path;
        int lock_fd, fence_fd; /* fence_fd -1: the fence is left alone */
        char uuid[33];
        int64_t generation;
        bool is_in_transaction;
        bool is_lazy;              /* commits do not wait for the disk */
        bool is_unsynced;          /* there were such since the last store_sync() */
        bool is_sent_changed;      /* the transaction changes what was sent */
        bool is_marked_open;       /* meta.is_open */
        bool is_mark_ours;         /* cleared when the store is closed */
        int64_t last_run;          /* of imports, in this process */
        struct ImportRun *runs;    /* those under way */
        size_t n_last_instalments; /* of the page read last: a hint for the next */
        CachedStatement statements[STATEMENT_SLOTS];
};

extern const char *const schema_versions[];
extern const int schema_n_versions;

typedef struct Value {
        int type; /* SQLITE_INTEGER, SQLITE_TEXT, SQLITE_BLOB, SQLITE_NULL */
        int64_t integer;
        const void *bytes;
        size_t length;
} Value;

#define INT(x) ((Value){ .type = SQLITE_INTEGER, .integer = (int64_t)(x) })
#define BLOB(x, n) ((Value){ .type = SQLITE_BLOB, .bytes = (x), .length = (n) })

static inline Value TEXT(const char *text)
{
        return text ? (Value){ .type = SQLITE_TEXT, .bytes = text, .length = strlen(text) }
                    : (Value){ .type = SQLITE_NULL };
}

static inline Value DAY(Date date)
{
        return date_is_set(date) ? INT(date.days) : (Value){ .type = SQLITE_NULL };
}

static inline Value TIME(Instant instant)
{
        return instant_is_set(instant) ? INT(instant.usec) : (Value){ .type = SQLITE_NULL };
}

/* The two last arguments of the calls below. */
#define VALUES(...)                                                                                \
        (const Value[]){ __VA_ARGS__ }, sizeof((const Value[]){ __VA_ARGS__ }) / sizeof(Value)
#define NO_VALUES NULL, 0

/* An SQLite result as -errno; 0 for SQLITE_OK, ROW, DONE. */
int db_error(int result);

/* Without values and cache, for schema and pragmas. */
int db_execute(Store *store, const char *sql);

/* A statement that changes something: refused with -EIO outside a transaction, or in one that an
 * error has already ended. */
int db_run(Store *store, const char *sql, const Value *values, size_t n);
/* As db_run(), and the id of the row it inserted. */
int db_insert(Store *store, const char *sql, const Value *values, size_t n, int64_t *ret_id);

/* A statement that reads. One statement cannot be open twice. */
typedef struct Rows {
        sqlite3_stmt *statement;
        bool is_cached;
} Rows;

int rows_open(Rows *rows, Store *store, const char *sql, const Value *values, size_t n);
/* For listings that call back: not shared with anybody. */
int rows_open_private(Rows *rows, Store *store, const char *sql, const Value *values, size_t n);
int rows_next(Rows *rows); /* 1: a row; 0: no more; -errno */
void rows_close(Rows *rows);
#define ROWS(name) _cleanup_(rows_close) Rows name = { 0 }

/* The first row's integer columns: 1, 0 (no row), or -errno. NULL reads as 0. */
int db_integers(
        Store *store, const char *sql, const Value *values, size_t n, int64_t *ret, int n_ret);

static inline int64_t row_integer(const Rows *rows, int column)
{
        return sqlite3_column_int64(rows->statement, column);
}

static inline bool row_is_null(const Rows *rows, int column)
{
        return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

/* Until the next row; NULL for NULL. */
static inline const char *row_text(const Rows *rows, int column)
{
        return (const char *)sqlite3_column_text(rows->statement, column);
}

Date row_date(const Rows *rows, int column);
Instant row_instant(const Rows *rows, int column);
/* In the arena; "" for NULL and empty texts; NULL only when memory is out. */
const char *row_copy(const Rows *rows, int column, Arena *arena);
/* The same, but NULL for NULL; *is_out_of_memory tells the two apart. */
const char *row_copy_or_null(const Rows *rows, int column, Arena *arena, bool *is_out_of_memory);

/* Part of a transaction that can be taken back alone. */
int db_savepoint(Store *store);
/* Keeps it (r ≥ 0 and keep) or takes it back; gives r, or the error of doing so. */
int db_end_savepoint(Store *store, bool keep, int r);

/* For single calls that may stand inside the caller's transaction or alone. */
int db_join(Store *store, bool *ret_is_own);
int db_leave(Store *store, bool is_own, int r);

void db_finalize_statements(Store *store);

#endif
