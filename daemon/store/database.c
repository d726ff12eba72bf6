/* SPDX-License-Identifier: MIT */
/* Owns prepared statements, bound values and the meaning of SQLite's results. Never decides, never
 * logs. Every failure is -errno: -ENOSPC, -EIO, -ENOMEM, -EUCLEAN (the file contradicts itself),
 * -EBUSY, -EROFS, -EEXIST (a constraint). */

#include "store/database.h"

#include <errno.h>
#include <limits.h>

#include "core/decide.h"
#include "store/facts.h"
#include "store/outbox.h"

/* Numbers that stand in the file, also spelled out in SQL: these enums only grow at their end. */
_Static_assert(KIND_PUBLIC == 2 && RELATION_SERVICE == 1, "customer");
_Static_assert(STATUS_OPEN == 0 && STATUS_DRAFT == 1 && STATUS_DISPUTED == 2 &&
                       STATUS_CANCELLED == 3 && METHOD_DIRECT_DEBIT == 3,
        "instalment");
_Static_assert(ACTION_REMIND == 1 && ACTION_RESEND == 2 && ACTION_DEADLINE == 3 &&
                       ACTION_SUSPEND == 5 && ACTION_AGENCY == 6 && ACTION_LEGAL == 7 &&
                       ACTION_RECONNECT == 8,
        "action");
_Static_assert(NOTICE_CONTACT == 0 && NOTICE_SUSPEND == 1 && NOTICE_RECONNECT == 2 &&
                       NOTICE_THANKS == 3 && NOTICE_PROMISE_CONFIRMED == 4 &&
                       NOTICE_PROMISE_REMINDER == 5 && NOTICE_PLAN_CONFIRMED == 6 &&
                       NOTICE_HANDOVER == 7,
        "contact.kind");
_Static_assert(NOTICE_PENDING == 0 && NOTICE_HANDED == 1 && NOTICE_BEGUN == 2 && NOTICE_SENT == 3 &&
                       NOTICE_FAILED == 4 && NOTICE_UNCERTAIN == 5 && NOTICE_CANCELLED == 6,
        "notice.state");
_Static_assert(UNCERTAIN_ASK == 2 && FORM_EVENT == 3, "notice");
_Static_assert(STORE_FRESH == 0 && STORE_REAL == 1 && STORE_SIMULATED == 2, "meta.mode");
_Static_assert(GUARD_PAUSED == 0 && GUARD_RESTORED == 3, "meta.guards");

int db_error(int result)
{
        switch (result & 0xFF) {
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE: return 0;
        case SQLITE_NOMEM: return -ENOMEM;
        case SQLITE_FULL: return -ENOSPC;
        case SQLITE_IOERR: return result == SQLITE_IOERR_NOMEM ? -ENOMEM : -EIO;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return -EUCLEAN;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return -EBUSY;
        case SQLITE_READONLY:
        case SQLITE_PERM: return -EROFS;
        case SQLITE_CONSTRAINT: return -EEXIST;
        case SQLITE_TOOBIG: return -E2BIG;
        case SQLITE_ERROR: /* no such table or column: not the schema this code was made for */
        case SQLITE_SCHEMA: return -EUCLEAN;
        default: return -EIO;
        }
}

int db_execute(Store *store, const char *sql)
{
        return db_error(sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

static int bind_values(sqlite3_stmt *statement, const Value *values, size_t n)
{
        assert((size_t)sqlite3_bind_parameter_count(statement) == n);
        for (size_t i = 0; i < n; i++) {
                const Value *v = &values[i];
                int at = (int)i + 1, result = SQLITE_OK;
                if (v->type == SQLITE_INTEGER)
                        result = sqlite3_bind_int64(statement, at, v->integer);
                else if (v->type == SQLITE_NULL)
                        result = sqlite3_bind_null(statement, at);
                else if (v->length > INT_MAX)
                        return -E2BIG;
                else if (v->type == SQLITE_TEXT)
                        result = sqlite3_bind_text(
                                statement, at, v->bytes, (int)v->length, SQLITE_STATIC);
                else
                        result = sqlite3_bind_blob(
                                statement, at, v->bytes, (int)v->length, SQLITE_STATIC);
                if (result != SQLITE_OK)
                        return db_error(result);
        }
        return 0;
}

static CachedStatement *cache_slot(Store *store, const char *sql)
{
        size_t i = ((uintptr_t)sql >> 3) * UINT64_C(0x9E3779B97F4A7C15) >> 40;

        for (size_t n = 0; n < STATEMENT_SLOTS; n++, i++) {
                CachedStatement *slot = &store->statements[i & (STATEMENT_SLOTS - 1)];
                if (slot->sql == sql || !slot->sql)
                        return slot;
        }
        assert(!"more statements than slots");
        return NULL;
}

static int cached_statement(Store *store, const char *sql, sqlite3_stmt **ret_statement)
{
        CachedStatement *slot = cache_slot(store, sql);

        if (!slot->sql) {
                int result = sqlite3_prepare_v3(
                        store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->statement, NULL);
                if (result != SQLITE_OK)
                        return db_error(result);
                slot->sql = sql;
        }
        assert(!sqlite3_stmt_busy(slot->statement));
        *ret_statement = slot->statement;
        return 0;
}

void db_finalize_statements(Store *store)
{
        for (size_t i = 0; i < STATEMENT_SLOTS; i++)
                sqlite3_finalize(store->statements[i].statement);
        memset(store->statements, 0, sizeof(store->statements));
}

int rows_open(Rows *rows, Store *store, const char *sql, const Value *values, size_t n)
{
        sqlite3_stmt *statement = NULL;
        int r = cached_statement(store, sql, &statement);

        if (r < 0)
                return r;
        *rows = (Rows){ .statement = statement, .is_cached = true };
        return bind_values(statement, values, n);
}

int rows_open_private(Rows *rows, Store *store, const char *sql, const Value *values, size_t n)
{
        sqlite3_stmt *statement;
        int result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

        if (result != SQLITE_OK)
                return db_error(result);
        *rows = (Rows){ .statement = statement };
        return bind_values(statement, values, n);
}

int rows_next(Rows *rows)
{
        int result = sqlite3_step(rows->statement);

        return result == SQLITE_ROW ? 1 : db_error(result);
}

void rows_close(Rows *rows)
{
        if (rows->is_cached)
                (void)sqlite3_reset(rows->statement);
        else
                (void)sqlite3_finalize(rows->statement);
        *rows = (Rows){ 0 };
}

int db_run(Store *store, const char *sql, const Value *values, size_t n)
{
        ROWS(rows);

        if (!store->is_in_transaction || sqlite3_get_autocommit(store->db))
                return -EIO;
        int r = rows_open(&rows, store, sql, values, n);
        return r < 0 ? r : rows_next(&rows);
}

int db_insert(Store *store, const char *sql, const Value *values, size_t n, int64_t *ret_id)
{
        int r = db_run(store, sql, values, n);

        if (r < 0)
                return r;
        *ret_id = sqlite3_last_insert_rowid(store->db);
        return 0;
}

int db_integers(
        Store *store, const char *sql, const Value *values, size_t n, int64_t *ret, int n_ret)
{
        ROWS(rows);
        int r = rows_open(&rows, store, sql, values, n);

        if (r < 0)
                return r;
        r = rows_next(&rows);
        if (r <= 0)
                return r;
        for (int i = 0; i < n_ret; i++)
                ret[i] = row_integer(&rows, i);
        return 1;
}

Date row_date(const Rows *rows, int column)
{
        return row_is_null(rows, column) ? DATE_NONE
                                         : (Date){ sqlite3_column_int(rows->statement, column) };
}

Instant row_instant(const Rows *rows, int column)
{
        return row_is_null(rows, column) ? INSTANT_NONE : (Instant){ row_integer(rows, column) };
}

const char *row_copy(const Rows *rows, int column, Arena *arena)
{
        const char *text = row_text(rows, column);

        if (is_empty(text))
                return "";
        return arena_strndup(arena, text, (size_t)sqlite3_column_bytes(rows->statement, column));
}

const char *row_copy_or_null(const Rows *rows, int column, Arena *arena, bool *is_out_of_memory)
{
        if (row_is_null(rows, column))
                return NULL;
        const char *copy = row_copy(rows, column, arena);
        if (!copy)
                *is_out_of_memory = true;
        return copy;
}

int db_savepoint(Store *store)
{
        return db_run(store, "savepoint part", NO_VALUES);
}

int db_end_savepoint(Store *store, bool keep, int r)
{
        if (sqlite3_get_autocommit(store->db))
                return r < 0 ? r : -EIO;
        if (r < 0 || !keep) {
                int undone = db_run(store, "rollback to part", NO_VALUES);
                if (r >= 0 && undone < 0)
                        r = undone;
        }
        int released = db_run(store, "release part", NO_VALUES);
        return r >= 0 && released < 0 ? released : r;
}

int db_join(Store *store, bool *ret_is_own)
{
        *ret_is_own = !store->is_in_transaction;
        return *ret_is_own ? store_begin(store) : 0;
}

int db_leave(Store *store, bool is_own, int r)
{
        if (!is_own)
                return r;
        if (r >= 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}
