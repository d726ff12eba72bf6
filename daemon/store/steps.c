/* SPDX-License-Identifier: MIT */
/*
 * Owns what a person says of steps: skipped, done by herself, approved; and of adoption. A step
 * that a person put behind an instalment carries the number of the fact. Never decides which step
 * is next. Fails with -errno, in the caller's transaction.
 */

#include "store/steps.h"

#include <errno.h>

#include "store/imported.h"
#include "store/persons.h"
#include "store/words.h"

static int add_fact(Store *store, const StepMark *mark, const char *kind, Instant at, Date day,
        int64_t *ret_fact)
{
        return fact_add(store,
                &(Event){ .kind = kind,
                        .at = at,
                        .invoice = mark->invoice,
                        .seq = mark->seq,
                        .date = day,
                        .reference = mark->step,
                        .note = mark->note },
                ret_fact);
}

/* Which instalments a mark is about: ?1 account, ?2 invoice, ?3 its number or 0. What a plan has
 * replaced is over. */
#define WHERE_MARKED                                                                               \
        "where t.account = ?1 and t.invoice = ?2 and (t.seq = ?3 or (?3 = 0 "                      \
        "and not exists (select 1 from terms m where m.account = t.account "                       \
        "and m.invoice = t.invoice and m.seq = t.seq and m.replaced_by <> 0)))"

static int check_mark(Store *store, const StepMark *mark)
{
        int64_t one;
        int r = db_integers(store, "select 1 from instalment t " WHERE_MARKED " limit 1",
                VALUES(INT(mark->account), INT(mark->invoice), INT(mark->seq)), &one, 1);

        return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

int steps_refresh(Store *store, int64_t account, int64_t invoice)
{
        return db_run(store,
                "update instalment set "
                "n_done = (select count(*) from done d where d.account = instalment.account "
                "and d.invoice = instalment.invoice and d.seq = instalment.seq), "
                "is_handed_over = exists (select 1 from done d "
                "where d.account = instalment.account and d.invoice = instalment.invoice "
                "and d.seq = instalment.seq and d.action in (6, 7) and d.is_skip = 0) "
                "where account = ? and invoice = ?",
                VALUES(INT(account), INT(invoice)));
}

static int put_behind(
        Store *store, const StepMark *mark, const char *kind, Instant at, Date today, int64_t *ret)
{
        int r = check_mark(store, mark);

        if (r != 0)
                return r;
        r = add_fact(store, mark, kind, at, today, ret);
        if (r == 0)
                r = db_run(store,
                        "insert into done (account, invoice, seq, position, contact, step, action, "
                        "at, day, is_skip, fact) select t.account, t.invoice, t.seq, "
                        "coalesce((select max(d.position) from done d where d.account = t.account "
                        "and d.invoice = t.invoice and d.seq = t.seq), 0) + 1, 0, ?4, ?5, ?6, ?7, "
                        "?8, ?9 from instalment t " WHERE_MARKED,
                        VALUES(INT(mark->account), INT(mark->invoice), INT(mark->seq),
                                TEXT(mark->step), INT(mark->action), TIME(at), DAY(today),
                                INT(streq(kind, "skip")), INT(*ret)));
        return r < 0 ? r : steps_refresh(store, mark->account, mark->invoice);
}

int store_skip(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        return put_behind(store, mark, "skip", at, today, ret_fact);
}

int store_mark_done(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        int r = put_behind(store, mark, "done", at, today, ret_fact);

        if (r != 0 || mark->action != ACTION_SUSPEND)
                return r;
        return db_run(store, "update instalment as t set is_suspended = 1 " WHERE_MARKED,
                VALUES(INT(mark->account), INT(mark->invoice), INT(mark->seq)));
}

static int allow(
        Store *store, const StepMark *mark, const char *kind, Instant at, int64_t *ret_fact)
{
        int r = check_mark(store, mark);

        if (r == 0)
                r = add_fact(store, mark, kind, at, DATE_NONE, ret_fact);
        return r != 0 ? r : words_refresh_invoice(store, mark->account, mark->invoice);
}

int store_approve(Store *store, const StepMark *mark, Instant at, int64_t *ret_fact)
{
        return allow(store, mark, "approve", at, ret_fact);
}

int store_adopt(Store *store, const StepMark *mark, Instant at, int64_t *ret_fact)
{
        return allow(store, mark, "adopt", at, ret_fact);
}
