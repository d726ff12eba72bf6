/* SPDX-License-Identifier: MIT */
/* Owns reading an invoice's history as its charges need it: instalments of all times, and every
 * fact about money that still stands. Never reckons. Fails with -errno. */

#include "store/ledger.h"

#include <errno.h>

#include "base/parse.h"
#include "store/database.h"
#include "store/facts.h"

#define FACT_STANDS "not exists (select 1 from fact w where w.withdraws = f.id)"

static const char parts_sql[] =
        "select i.seq, i.due, i.amount, i.status, i.method, i.collection_failed, i.policy, "
        "coalesce(t.fee, 0), coalesce(t.granted, 0), t.taken, t.plan, p.at, r.at "
        "from instalment i "
        "left join terms t on i.has_terms and t.account = i.account and t.invoice = i.invoice "
        "and t.seq = i.seq "
        "left join fact p on p.id = t.plan "
        "left join fact r on r.id = t.replaced_by "
        "where i.account = ? and i.invoice = ? order by i.seq";

static const char changes_sql[] =
        "select f.date, f.kind, f.amount from fact f where f.invoice = ? and f.amount >= 0 "
        "and f.kind in ('payment', 'credit', 'refund', 'chargeback', 'write-off') "
        "and " FACT_STANDS " order by f.date, f.id";

static int read_part(const Rows *rows, Arena *arena, LedgerPart *part)
{
        int64_t amount = row_integer(rows, 2);

        *part = (LedgerPart){
                .seq = (int)row_integer(rows, 0),
                .status = (InvoiceStatus)row_integer(rows, 3),
                .method = (Method)row_integer(rows, 4),
                .collection_failed = row_integer(rows, 5) != 0,
                .policy = row_copy(rows, 6, arena),
                .granted = row_integer(rows, 8),
                .planned = row_instant(rows, 11),
                .replaced = row_instant(rows, 12),
                .part = { .due = row_date(rows, 1),
                        .since = DATE_NONE,
                        .until = DATE_NONE,
                        .plan = row_integer(rows, 10),
                        .amount = amount,
                        .kept = amount - row_integer(rows, 9),
                        .fee = row_integer(rows, 7) },
        };
        return part->policy ? 0 : -ENOMEM;
}

static int load_parts(Store *store, int64_t account, int64_t invoice, Arena *arena, Ledger *ledger)
{
        ROWS(rows);
        int64_t n;
        int r = db_integers(store,
                "select count(*) from instalment where account = ? and invoice = ?",
                VALUES(INT(account), INT(invoice)), &n, 1);

        if (r < 0)
                return r;
        if (n == 0)
                return -ENOENT;
        ledger->parts = arena_alloc_array(arena, (size_t)n, sizeof(*ledger->parts));
        if (!ledger->parts)
                return -ENOMEM;
        r = rows_open(&rows, store, parts_sql, VALUES(INT(account), INT(invoice)));
        while (r >= 0 && ledger->n_parts < (size_t)n && (r = rows_next(&rows)) > 0)
                r = read_part(&rows, arena, &ledger->parts[ledger->n_parts++]);
        return MIN(r, 0);
}

static ChangeKind change_of(FactKind kind)
{
        switch (kind) {
        case FACT_PAYMENT: return CHANGE_PAYMENT;
        case FACT_CREDIT: return CHANGE_CREDIT;
        case FACT_REFUND:
        case FACT_CHARGEBACK: return CHANGE_UNDONE;
        case FACT_WRITE_OFF: return CHANGE_WRITE_OFF;
        }
        return CHANGE_PAYMENT;
}

static int load_changes(Store *store, int64_t invoice, Arena *arena, Ledger *ledger)
{
        ROWS(rows);
        int64_t n;
        int r = db_integers(
                store, "select count(*) from fact where invoice = ?", VALUES(INT(invoice)), &n, 1);

        if (r < 0)
                return r;
        ledger->changes = arena_alloc_array(arena, (size_t)n, sizeof(*ledger->changes));
        if (!ledger->changes)
                return -ENOMEM;
        r = rows_open(&rows, store, changes_sql, VALUES(INT(invoice)));
        while (r >= 0 && ledger->n_changes < (size_t)n && (r = rows_next(&rows)) > 0) {
                int kind;
                r = parse_name(
                        row_text(&rows, 1), fact_kind_names, ELEMENTSOF(fact_kind_names), &kind);
                if (r < 0)
                        return -EUCLEAN;
                ledger->changes[ledger->n_changes++] = (Change){ row_date(&rows, 0),
                        change_of((FactKind)kind), row_integer(&rows, 2) };
        }
        return MIN(r, 0);
}

static int load_settled(Store *store, int64_t invoice, Ledger *ledger)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select f.at from fact f where f.invoice = ? and f.kind = 'waive' "
                "and " FACT_STANDS " order by f.at desc, f.id desc limit 1",
                VALUES(INT(invoice)));

        ledger->settled = INSTANT_NONE;
        if (r >= 0 && (r = rows_next(&rows)) > 0)
                ledger->settled = row_instant(&rows, 0);
        return MIN(r, 0);
}

int store_load_ledger(
        Store *store, int64_t account, int64_t invoice, Arena *arena, Ledger *ret_ledger)
{
        Ledger ledger = { 0 };
        int r = load_parts(store, account, invoice, arena, &ledger);

        if (r == 0)
                r = load_changes(store, invoice, arena, &ledger);
        if (r == 0)
                r = load_settled(store, invoice, &ledger);
        if (r == 0)
                *ret_ledger = ledger;
        return r;
}
