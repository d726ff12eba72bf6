/* SPDX-License-Identifier: MIT */
/* Owns tasks: what only a person can do, and channels' refusals of addresses. A task is unique
 * while it is open. Never decides that one is needed. */

#include <errno.h>

#include "base/strbuf.h"
#include "store/accounts.h"
#include "store/database.h"
#include "store/outbox.h"

int store_open_task(Store *store, const Task *task, Instant at, bool *ret_is_new)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from task where kind = ? and account = ? and invoice = ? and seq = ? "
                "and notice = ? and closed_at is null",
                VALUES(TEXT(task->kind), INT(task->account), INT(task->invoice), INT(task->seq),
                        INT(task->notice)),
                &one, 1);

        if (r > 0) {
                if (ret_is_new)
                        *ret_is_new = false;
                return 0;
        }
        if (r == 0)
                r = db_run(store,
                        "insert into task (id, kind, account, invoice, seq, notice, sentence, "
                        "commands, since) select next, ?1, ?2, ?3, ?4, ?5, ?6, "
                        "replace(?7, '{task}', next), ?8 "
                        "from (select coalesce(max(id), 0) + 1 as next from task)",
                        VALUES(TEXT(task->kind), INT(task->account), INT(task->invoice),
                                INT(task->seq), INT(task->notice), TEXT(task->sentence),
                                TEXT(task->commands ? task->commands : ""), TIME(at)));
        if (r == 0 && ret_is_new)
                *ret_is_new = true;
        return r;
}

static bool is_kept(const Rows *rows, const Task *kept, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (streq(row_text(rows, 1), kept[i].kind) &&
                        row_integer(rows, 2) == kept[i].invoice &&
                        row_integer(rows, 3) == kept[i].seq)
                        return true;
        return false;
}

static int close_task(Store *store, int64_t id, Instant at)
{
        return db_run(
                store, "update task set closed_at = ? where id = ?", VALUES(TIME(at), INT(id)));
}

int store_keep_tasks(Store *store, int64_t account, const Task *kept, size_t n, Instant at)
{
        _cleanup_(strbuf_release) StrBuf ids = STRBUF_INIT;
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select id, kind, invoice, seq from task where account = ? and closed_at is null "
                "and +kind in ('no-address', 'all-routes-refused', 'unknown-policy', 'approve', "
                "'adopt', 'call', 'agency', 'legal', 'no-recipient', 'rate', 'reopened', "
                "'dispute', 'dossier', 'no-document', 'template', 'sum', 'promise-broken', "
                "'plan-broken')",
                VALUES(INT(account)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                int64_t id = row_integer(&rows, 0);
                if (!is_kept(&rows, kept, n))
                        strbuf_add_bytes(&ids, &id, sizeof(id));
        }
        rows_close(&rows);
        if (r == 0)
                r = strbuf_error(&ids);
        for (size_t i = 0; i < ids.length / sizeof(int64_t) && r == 0; i++) {
                int64_t id;
                memcpy(&id, ids.text + i * sizeof(id), sizeof(id));
                r = close_task(store, id, at);
        }
        return r;
}

int store_find_tasked(Store *store, const Account *accounts, size_t n, bool *ret_is_tasked)
{
        ROWS(rows);
        size_t i = 0;
        int r = rows_open(&rows, store,
                "select distinct account from task where closed_at is null "
                "and account between ? and ? order by account",
                VALUES(INT(accounts[0].id), INT(accounts[n - 1].id)));

        memset(ret_is_tasked, 0, n * sizeof(*ret_is_tasked));
        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                int64_t account = row_integer(&rows, 0);
                while (i < n && accounts[i].id < account)
                        i++;
                if (i < n && accounts[i].id == account)
                        ret_is_tasked[i] = true;
        }
        return r;
}

int store_close_task(Store *store, const char *kind, int64_t notice, Instant at)
{
        return db_run(store,
                "update task set closed_at = ? where kind = ? and notice = ? "
                "and closed_at is null",
                VALUES(TIME(at), TEXT(kind), INT(notice)));
}

int store_refuse_address(Store *store, int64_t customer, const char *channel, const char *address,
        const char *detail)
{
        return db_run(store,
                "insert into refusal (customer, channel, address, detail) values (?, ?, ?, ?) "
                "on conflict do update set detail = excluded.detail",
                VALUES(INT(customer), TEXT(channel), TEXT(address), TEXT(detail ? detail : "")));
}

int store_close_paid_tasks(Store *store, int64_t account, Instant at)
{
        return db_run(store,
                "update task set closed_at = ?2 where account = ?1 and closed_at is null "
                "and kind in ('call', 'approve', 'adopt', 'agency', 'legal') "
                "and exists (select 1 from instalment t where t.account = task.account "
                "and t.invoice = task.invoice and t.seq = task.seq and t.open <= 0)",
                VALUES(INT(account), TIME(at)));
}
