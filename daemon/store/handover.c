/* SPDX-License-Identifier: MIT */
/* Owns the question whether a person has to tell an agency that what is owed has changed. That she
 * was told is a fact, so that whatever came before it is not told twice; a change of the account's
 * credit is one, too, of each invoice whose file is out. Never opens the task. */

#include "store/handover.h"

#include <errno.h>

#include "store/imported.h"
#include "store/persons.h"

#define TOLD "tell-agency"
#define MONEY "'payment', 'credit', 'refund', 'chargeback', 'write-off'"

int store_is_handed_over(Store *store, int64_t account, bool *ret_is_handed_over)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from instalment where account = ? and is_handed_over = 1 limit 1",
                VALUES(INT(account)), &one, 1);

        if (r < 0)
                return r;
        *ret_is_handed_over = r > 0;
        return 0;
}

int store_find_asked_until(Store *store, int64_t invoice, int seq, Date *ret_day)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select max(c.deadline) from contact_line l cross join contact c "
                "on c.id = l.contact and c.kind = 0 and c.is_counted = 1 "
                "where l.invoice = ? and l.seq = ?",
                VALUES(INT(invoice), INT(seq)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_day = row_date(&rows, 0);
        return 0;
}

/* As imported_compare() writes what a file has changed: an amount, or whether it stands at all. */
#define CHANGES(column) "'; ' || f.changes like '%; " column ": %'"
#define IS_CORRECTED "f.kind = 'change' and (" CHANGES("amount") " or " CHANGES("status") ")"

int store_has_handover_news(Store *store, int64_t account, int64_t invoice, bool *ret_has_news)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from fact f left join fact w on w.id = f.withdraws "
                "where f.invoice = ?2 and (f.kind in (" MONEY ", 'withdrawn', '" FACT_ACCOUNT_CREDIT
                "') "
                "or w.kind in (" MONEY ") or " IS_CORRECTED ") "
                "and f.at > (select min(at) from done where account = ?1 and invoice = ?2 "
                "and action in (6, 7) and is_skip = 0) "
                "and f.id > coalesce((select max(id) from fact where invoice = ?2 "
                "and kind = '" TOLD "'), 0) limit 1",
                VALUES(INT(account), INT(invoice)), &one, 1);

        if (r < 0)
                return r;
        *ret_has_news = r > 0;
        return 0;
}

int store_note_handover_news(Store *store, int64_t invoice, Instant at)
{
        return event_add(
                store, &(Event){ .kind = TOLD, .at = at, .invoice = invoice, .date = DATE_NONE });
}

/* What has changed it is the latest fact. A file that is on its way is out, too. */
int handover_note_credit(Store *store, int64_t account, int64_t more)
{
        return db_run(store,
                "insert into fact (kind, at, invoice, amount) "
                "select '" FACT_ACCOUNT_CREDIT
                "', (select at from fact where id = (select max(id) from fact)), "
                "t.invoice, ?2 from instalment t where t.account = ?1 and t.open > 0 "
                "and (t.is_handed_over = 1 or (t.is_in_flight or t.is_uncertain) "
                "and exists (select 1 from contact_line l cross join contact c on c.id = l.contact "
                "where l.invoice = t.invoice and l.seq = t.seq and c.action in (6, 7) "
                "and (c.is_in_flight or c.is_uncertain))) group by t.invoice",
                VALUES(INT(account), INT(more)));
}

int store_take_back_approval(Store *store, int64_t invoice, int seq, Instant at, Date today)
{
        int64_t approval, fact;
        int r = db_integers(store,
                "select max(f.id) from fact f where f.invoice = ? and f.kind = 'approve' "
                "and coalesce(f.seq, 0) in (0, ?) "
                "and not exists (select 1 from fact w where w.withdraws = f.id)",
                VALUES(INT(invoice), INT(seq)), &approval, 1);

        if (r <= 0 || approval == 0)
                return MIN(r, 0);
        r = store_withdraw(store, approval, at, today, &fact);
        return MIN(r, 0);
}
