/* SPDX-License-Identifier: MIT */
/* Owns finding again what a person has recorded, by its number, and the end of tasks that a person
 * has seen to. Never decides what either means. Fails with -errno; -ENOENT: there is no such
 * thing. */

#include <errno.h>

#include "store/imported.h"
#include "store/persons.h"

int store_find_fact(Store *store, int64_t fact, Arena *arena, FactHead *ret_head)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select f.kind, i.number, k.code, "
                "exists (select 1 from fact w where w.withdraws = f.id) "
                "from fact f left join invoice i on i.id = f.invoice "
                "left join customer k on k.id = f.customer where f.id = ?",
                VALUES(INT(fact)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        const FactHead head = {
                .kind = row_copy(&rows, 0, arena),
                .invoice = row_copy(&rows, 1, arena),
                .customer = row_copy(&rows, 2, arena),
                .is_withdrawn = row_integer(&rows, 3) != 0,
        };
        if (!head.kind || !head.invoice || !head.customer)
                return -ENOMEM;
        *ret_head = head;
        return 0;
}

/* What is known of an account's task: a fact of its customer, and of the invoice if it has one. */
static int record_end(Store *store, int64_t task, const char *note, Instant at, int64_t *ret_fact)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select t.kind, t.account, t.invoice, t.seq, a.customer from task t "
                "left join account a on a.id = t.account where t.id = ?",
                VALUES(INT(task)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        return fact_add(store,
                &(Event){ .kind = "task-done",
                        .at = at,
                        .customer = row_integer(&rows, 4),
                        .account = row_integer(&rows, 1),
                        .invoice = row_integer(&rows, 2),
                        .seq = (int)row_integer(&rows, 3),
                        .date = DATE_NONE,
                        .reference = row_text(&rows, 0),
                        .note = note },
                ret_fact);
}

int store_end_task(Store *store, int64_t task, const char *note, Instant at, int64_t *ret_fact)
{
        int64_t open;
        int r = db_integers(store, "select id from task where id = ? and closed_at is null",
                VALUES(INT(task)), &open, 1);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = db_run(
                store, "update task set closed_at = ? where id = ?", VALUES(TIME(at), INT(task)));
        return r == 0 && ret_fact ? record_end(store, task, note, at, ret_fact) : r;
}
