/* SPDX-License-Identifier: MIT */
/* Owns promises of payment (R13): that there are not too many of them, and that a broken one is
 * told once. The state they leave is words.c's. Fails with -errno, in the caller's transaction. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "store/imported.h"
#include "store/persons.h"
#include "store/words.h"

/* What is open of an invoice, and the most promises that one of its open instalments has had. */
typedef struct Standing {
        int64_t n_open, n_promises;
} Standing;

static int load_standing(Store *store, const InvoiceFound *found, Standing *ret_standing)
{
        int64_t row[2];
        int r = db_integers(store,
                "select count(*), coalesce(max(m.n_promises), 0) from instalment t "
                "left join terms m on m.account = t.account and m.invoice = t.invoice "
                "and m.seq = t.seq where t.account = ? and t.invoice = ? and t.open > 0",
                VALUES(INT(found->account), INT(found->invoice)), row, 2);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_standing = (Standing){ row[0], row[1] };
        return 0;
}

int store_promise(Store *store, const Promise *promise, Instant at, int64_t *ret_fact)
{
        InvoiceFound found;
        Standing standing;

        int r = invoice_find(store, promise->invoice, &found);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = load_standing(store, &found, &standing);
        if (r < 0)
                return r;
        if (standing.n_open == 0)
                return SAID_NOTHING_OPEN;
        if (!promise->is_forced && standing.n_promises >= promise->max_promises)
                return SAID_TOO_MANY_PROMISES;
        r = fact_add(store,
                &(Event){ .kind = "promise",
                        .at = at,
                        .invoice = found.invoice,
                        .date = promise->until,
                        .amount = promise->amount,
                        .note = promise->note },
                ret_fact);
        return r < 0 ? r : words_refresh_invoice(store, found.account, found.invoice);
}

int store_is_promise_told(
        Store *store, int64_t account, int64_t invoice, int seq, bool *ret_is_told)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from terms m cross join fact f on f.invoice = m.invoice "
                "and f.kind = 'promise-broken' and f.seq = m.seq "
                "and f.reference = cast(m.promise as text) "
                "where m.account = ? and m.invoice = ? and m.seq = ? limit 1",
                VALUES(INT(account), INT(invoice), INT(seq)), &one, 1);

        if (r < 0)
                return r;
        *ret_is_told = r > 0;
        return 0;
}

int store_is_promise_back(
        Store *store, int64_t account, int64_t invoice, int seq, bool *ret_is_back)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from terms m cross join fact b on b.invoice = m.invoice "
                "and b.kind = 'promise-broken' and b.seq = m.seq "
                "and b.reference = cast(m.promise as text) "
                "where m.account = ?1 and m.invoice = ?2 and m.seq = ?3 "
                "and exists (select 1 from fact p cross join fact w on w.withdraws = p.id "
                "where p.invoice = m.invoice and p.kind = 'promise' and w.id > b.id) "
                "and not exists (select 1 from fact d where d.invoice = m.invoice "
                "and d.kind = 'task-done' and d.reference = 'promise-broken' and d.id > b.id) "
                "and not exists (select 1 from task t where t.kind = 'promise-broken' "
                "and t.account = ?1 and t.invoice = ?2 and t.closed_at is null) limit 1",
                VALUES(INT(account), INT(invoice), INT(seq)), &one, 1);

        if (r < 0)
                return r;
        *ret_is_back = r > 0;
        return 0;
}

/* The event's reference is the promise's number. */
int store_break_promise(Store *store, int64_t account, int64_t invoice, int seq, Instant at)
{
        char reference[24];
        int64_t promised[2];
        bool is_told;

        int r = store_is_promise_told(store, account, invoice, seq, &is_told);
        if (r < 0 || is_told)
                return r;
        r = db_integers(store,
                "select promise, promised_until from terms "
                "where account = ? and invoice = ? and seq = ?",
                VALUES(INT(account), INT(invoice), INT(seq)), promised, 2);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        snprintf(reference, sizeof(reference), "%" PRId64, promised[0]);
        return event_add(store, &(Event){ .kind = "promise-broken",
                                        .at = at,
                                        .invoice = invoice,
                                        .seq = seq,
                                        .date = (Date){ (int32_t)promised[1] },
                                        .reference = reference });
}
