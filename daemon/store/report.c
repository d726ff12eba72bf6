/* SPDX-License-Identifier: MIT */
/* Owns tasks and facts as people look at them, and the store's status. Never writes. */

#include "store/report.h"

#include <errno.h>

#include "store/pager.h"

static const char *text_or_empty(const char *text)
{
        return text ? text : "";
}

typedef struct TaskPager {
        Pager pager;
        int (*row)(void *owner, const TaskReport *row);
        void *owner;
        int64_t after;
} TaskPager;

#define TASK_COLUMNS                                                                               \
        "select t.id, t.notice, t.kind, k.code, i.number, t.sentence, t.commands, t.seq, t.since "
#define TASK_NAMES                                                                                 \
        "left join account a on a.id = t.account left join customer k on k.id = a.customer "       \
        "left join invoice i on i.id = t.invoice "

static TaskReport read_task(const Rows *rows)
{
        return (TaskReport){
                .task = row_integer(rows, 0),
                .notice = row_integer(rows, 1),
                .kind = row_text(rows, 2),
                .customer = row_text(rows, 3),
                .invoice = row_text(rows, 4),
                .sentence = row_text(rows, 5),
                .commands = row_text(rows, 6),
                .seq = (int)row_integer(rows, 7),
                .since = row_instant(rows, 8),
        };
}

static int step_tasks(Pager *pager, bool *ret_more)
{
        TaskPager *list = (TaskPager *)pager;
        size_t n = 0;
        ROWS(rows);
        int r = rows_open(&rows, pager->store,
                TASK_COLUMNS "from task t indexed by task_open_by_id " TASK_NAMES
                             "where t.closed_at is null and t.id > ?1 order by t.id limit ?2",
                VALUES(INT(list->after), INT(PAGE_ROWS)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const TaskReport given = read_task(&rows);
                list->after = given.task;
                n++;
                r = list->row(list->owner, &given);
        }
        *ret_more = n == PAGE_ROWS;
        return r;
}

int store_page_tasks(Store *store, int (*row)(void *owner, const TaskReport *row), void *owner,
        Pager **ret_pager)
{
        TaskPager *list = malloc(sizeof(*list));

        if (!list)
                return -ENOMEM;
        *list = (TaskPager){ .pager = { store, step_tasks }, .row = row, .owner = owner };
        *ret_pager = &list->pager;
        return 0;
}

int store_list_tasks(Store *store, int (*row)(void *owner, const TaskReport *row), void *owner)
{
        Pager *pager = NULL;
        int r = store_page_tasks(store, row, owner, &pager);

        return pager_run(pager, r);
}

int store_list_invoice_tasks(Store *store, int64_t account, int64_t invoice,
        int (*row)(void *owner, const TaskReport *row), void *owner)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                TASK_COLUMNS "from task t " TASK_NAMES
                             "where t.account = ?1 and t.closed_at is null "
                             "and (t.invoice in (0, ?2) "
                             "or t.kind in ('document', 'no-document', 'template')) order by t.id",
                VALUES(INT(account), INT(invoice)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const TaskReport given = read_task(&rows);
                r = row(owner, &given);
        }
        return r;
}

#define FACT_COLUMNS                                                                               \
        "select f.at, f.date, f.kind, f.external_id, f.reference, f.note, a.currency, "            \
        "f.changes, f.amount, exists (select 1 from fact w where w.withdraws = f.id), "            \
        "f.id, f.invoice is null, f.withdraws "

static int give_facts(Rows *rows, int (*row)(void *owner, const FactReport *row), void *owner)
{
        int r;

        while ((r = rows_next(rows)) > 0) {
                const FactReport given = {
                        .at = row_instant(rows, 0),
                        .date = row_date(rows, 1),
                        .kind = row_text(rows, 2),
                        .id = text_or_empty(row_text(rows, 3)),
                        .reference = text_or_empty(row_text(rows, 4)),
                        .note = text_or_empty(row_text(rows, 5)),
                        .currency = row_text(rows, 6),
                        .changes = text_or_empty(row_text(rows, 7)),
                        .amount = row_integer(rows, 8),
                        .is_withdrawn = row_integer(rows, 9) != 0,
                        .fact = row_integer(rows, 10),
                        .is_of_customer = row_integer(rows, 11) != 0,
                        .withdraws = row_integer(rows, 12),
                };
                r = row(owner, &given);
                if (r != 0)
                        break;
        }
        return r;
}

int store_list_facts(Store *store, const char *invoice,
        int (*row)(void *owner, const FactReport *row), void *owner)
{
        ROWS(rows);
        int64_t found[3];
        int r = db_integers(store,
                "select i.id, i.account, a.customer from invoice i "
                "cross join account a on a.id = i.account where i.number = ?",
                VALUES(TEXT(invoice)), found, 3);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = rows_open_private(&rows, store,
                FACT_COLUMNS "from (select id from fact where invoice = ?1 union all "
                             "select id from fact where customer = ?3 and invoice is null "
                             "and kind in ('hold', 'release', 'reply', 'opt-out', 'contact')) p "
                             "cross join fact f on f.id = p.id "
                             "cross join account a on a.id = ?2 order by f.id",
                VALUES(INT(found[0]), INT(found[1]), INT(found[2])));
        return r < 0 ? r : give_facts(&rows, row, owner);
}

int store_list_account_facts(
        Store *store, int64_t account, int (*row)(void *owner, const FactReport *row), void *owner)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                FACT_COLUMNS "from fact f indexed by fact_account "
                             "cross join account a on a.id = f.account "
                             "where f.account = ? and f.invoice is null and f.kind in "
                             "('payment', 'credit', 'refund', 'chargeback') order by f.id",
                VALUES(INT(account)));

        return r < 0 ? r : give_facts(&rows, row, owner);
}
