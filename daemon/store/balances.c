/* SPDX-License-Identifier: MIT */
/* Owns balances: sums of facts by invoice and account, open by instalment, unassigned credit by
 * account. The arithmetic is core/balance.h's. Fails with -errno; after -EOVERFLOW the caller takes
 * its savepoint back. */

#include "store/balances.h"

#include <errno.h>

#include "core/money.h"

/* What a fact adds to: payments, credits, undone, n_write_offs, n_chargebacks. */
enum {
        SUM_PAYMENTS,
        SUM_CREDITS,
        SUM_UNDONE,
        SUM_WRITE_OFFS,
        SUM_CHARGEBACKS,
        SUMS_MAX
};

static int add_to_sums(int64_t sums[static SUMS_MAX], FactKind kind, int64_t amount)
{
        int64_t one = amount < 0 ? -1 : 1;

        switch (kind) {
        case FACT_PAYMENT: return money_add(&sums[SUM_PAYMENTS], amount);
        case FACT_CREDIT: return money_add(&sums[SUM_CREDITS], amount);
        case FACT_REFUND: return money_add(&sums[SUM_UNDONE], amount);
        case FACT_CHARGEBACK:
                sums[SUM_CHARGEBACKS] += one;
                return money_add(&sums[SUM_UNDONE], amount);
        case FACT_WRITE_OFF: sums[SUM_WRITE_OFFS] += one; return 0;
        }
        return -EINVAL;
}

/* What decide() wants to know beyond balances: whether money came (R11), and whether a direct debit
 * came back (R22). */
static int set_marks(
        Store *store, int64_t account, int64_t invoice, const int64_t sums[static SUMS_MAX])
{
        return db_run(store,
                "update instalment set has_payment = ?1, collection_failed = ?2, "
                "is_settled = iif(collection_failed <> ?2, 0, is_settled) "
                "where account = ?3 and invoice = ?4 "
                "and (has_payment <> ?1 or collection_failed <> ?2)",
                VALUES(INT(sums[SUM_PAYMENTS] > sums[SUM_UNDONE]), INT(sums[SUM_CHARGEBACKS] > 0),
                        INT(account), INT(invoice)));
}

static int add_to_invoice(
        Store *store, int64_t account, int64_t invoice, FactKind kind, int64_t amount)
{
        int64_t sums[SUMS_MAX];
        int r = db_integers(store,
                "select payments, credits, undone, n_write_offs, n_chargebacks from invoice "
                "where id = ?",
                VALUES(INT(invoice)), sums, SUMS_MAX);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        r = add_to_sums(sums, kind, amount);
        if (r < 0)
                return r;
        r = db_run(store,
                "update invoice set payments = ?, credits = ?, undone = ?, n_write_offs = ?, "
                "n_chargebacks = ? where id = ?",
                VALUES(INT(sums[SUM_PAYMENTS]), INT(sums[SUM_CREDITS]), INT(sums[SUM_UNDONE]),
                        INT(sums[SUM_WRITE_OFFS]), INT(sums[SUM_CHARGEBACKS]), INT(invoice)));
        return r < 0 ? r : set_marks(store, account, invoice, sums);
}

static int add_to_account(Store *store, int64_t account, FactKind kind, int64_t amount)
{
        int64_t sums[SUMS_MAX] = { 0 };
        int r = db_integers(store, "select payments, credits, undone from account where id = ?",
                VALUES(INT(account)), sums, 3);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        r = add_to_sums(sums, kind, amount);
        if (r < 0)
                return r;
        return db_run(store,
                "update account set payments = ?, credits = ?, undone = ? where id = ?",
                VALUES(INT(sums[SUM_PAYMENTS]), INT(sums[SUM_CREDITS]), INT(sums[SUM_UNDONE]),
                        INT(account)));
}

int balance_add_fact(Store *store, int64_t account, int64_t invoice, FactKind kind, int64_t amount)
{
        return invoice != 0 ? add_to_invoice(store, account, invoice, kind, amount)
                            : add_to_account(store, account, kind, amount);
}

/* Nothing is owed on what was cancelled, so what was paid for it is credit; a credit note that is
 * only a draft gives none. */
static int64_t amount_that_counts(int64_t amount, InvoiceStatus status)
{
        if (status == STATUS_CANCELLED || (status == STATUS_DRAFT && amount < 0))
                return 0;
        return amount;
}

static int load_shares(
        Store *store, int64_t account, int64_t invoice, Arena *arena, InvoiceBalance *balance)
{
        ROWS(rows);
        int64_t n;
        int r = db_integers(store,
                "select count(*) from instalment where account = ? and invoice = ?",
                VALUES(INT(account), INT(invoice)), &n, 1);

        if (r < 0)
                return r;
        balance->shares = arena_alloc_array(arena, (size_t)n, sizeof(Share));
        balance->seqs = arena_alloc_array(arena, (size_t)n, sizeof(int));
        if (!balance->shares || !balance->seqs)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select t.seq, t.due, t.amount, t.status, t.open, m.plan, m.taken, m.granted "
                "from instalment t left join terms m on m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq "
                "where t.account = ? and t.invoice = ? order by t.seq",
                VALUES(INT(account), INT(invoice)));
        while (r >= 0 && balance->n < (size_t)n && (r = rows_next(&rows)) > 0) {
                balance->seqs[balance->n] = (int)row_integer(&rows, 0);
                balance->shares[balance->n++] = (Share){
                        .plan = row_integer(&rows, 5),
                        .due = row_date(&rows, 1),
                        .amount = amount_that_counts(row_integer(&rows, 2) - row_integer(&rows, 6),
                                (InvoiceStatus)row_integer(&rows, 3)),
                        .granted = row_integer(&rows, 7),
                        .open = row_integer(&rows, 4),
                };
        }
        return MIN(r, 0);
}

int balance_load(
        Store *store, int64_t account, int64_t invoice, Arena *arena, InvoiceBalance *ret_balance)
{
        int64_t row[5];
        int r = db_integers(store,
                "select payments, credits, undone, n_write_offs, left_over from invoice "
                "where id = ?",
                VALUES(INT(invoice)), row, 5);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        InvoiceBalance balance = {
                .sums = { .payments = row[0],
                        .credits = row[1],
                        .undone = row[2],
                        .is_written_off = row[3] > 0 },
                .left_over = row[4],
        };
        r = load_shares(store, account, invoice, arena, &balance);
        if (r < 0)
                return r;
        *ret_balance = balance;
        return 0;
}

/* Reopened twice, it counts from where it was lowest and from the later day. */
static int set_open(Store *store, const int64_t key[static 3], int64_t open, Date reopened_on)
{
        return db_run(store,
                "update instalment set open = ?1, is_settled = iif(?1 > open, 0, is_settled), "
                "reopened_from = iif(?2 is not null and ?1 > open, "
                "iif(reopened_on is null, open, min(reopened_from, open)), reopened_from), "
                "reopened_on = iif(?2 is not null and ?1 > open, "
                "max(coalesce(reopened_on, ?2), ?2), reopened_on) "
                "where account = ?3 and invoice = ?4 and seq = ?5",
                VALUES(INT(open), DAY(reopened_on), INT(key[0]), INT(key[1]), INT(key[2])));
}

static int refresh_invoice(
        Store *store, int64_t account, int64_t invoice, Date reopened_on, int64_t *ret_more)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        InvoiceBalance balance;
        int64_t left_over, n_open = 0;

        int r = balance_load(store, account, invoice, &arena, &balance);
        if (r < 0)
                return r;
        int64_t *was = arena_alloc_array(&arena, balance.n, sizeof(int64_t));
        if (!was)
                return -ENOMEM;
        for (size_t i = 0; i < balance.n; i++)
                was[i] = balance.shares[i].open;
        r = balance_invoice(balance.shares, balance.n, &balance.sums, &left_over);
        for (size_t i = 0; i < balance.n && r == 0; i++) {
                n_open += (balance.shares[i].open > 0) - (was[i] > 0);
                if (balance.shares[i].open != was[i])
                        r = set_open(store, (int64_t[]){ account, invoice, balance.seqs[i] },
                                balance.shares[i].open, reopened_on);
        }
        if (r == 0 && n_open != 0)
                r = db_run(store,
                        "update meta set open_instalments = open_instalments + ? where id = 1",
                        VALUES(INT(n_open)));
        if (r == 0 && left_over != balance.left_over)
                r = db_run(store, "update invoice set left_over = ? where id = ?",
                        VALUES(INT(left_over), INT(invoice)));
        if (r < 0)
                return r;
        *ret_more = left_over - balance.left_over;
        return 0;
}

static int refresh_account(Store *store, int64_t account, int64_t more_left_over)
{
        int64_t row[5], unassigned;
        int r = db_integers(store,
                "select payments, credits, undone, left_over, unassigned from account "
                "where id = ?",
                VALUES(INT(account)), row, 5);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        const FactSums sums = { .payments = row[0], .credits = row[1], .undone = row[2] };
        r = balance_unassigned(&sums, &unassigned);
        if (r == 0)
                r = money_add(&row[3], more_left_over);
        if (r == 0)
                r = money_add(&unassigned, row[3]);
        if (r < 0 || (more_left_over == 0 && unassigned == row[4]))
                return r;
        return db_run(store, "update account set left_over = ?, unassigned = ? where id = ?",
                VALUES(INT(row[3]), INT(unassigned), INT(account)));
}

int balance_refresh(Store *store, int64_t account, int64_t invoice, Date reopened_on)
{
        int64_t more_left_over = 0;

        if (invoice != 0) {
                int r = refresh_invoice(store, account, invoice, reopened_on, &more_left_over);
                if (r < 0 || more_left_over == 0)
                        return r;
        }
        return refresh_account(store, account, more_left_over);
}

/* R12: the later of value date and arrival. Arrival does not count while a store is still fresh and
 * nothing has ever been decided: then it is a firm's history that comes in. */
int balance_reopening_day(Store *store, Date value_date, Date today, Date *ret_day)
{
        Instant last_wake;
        StoreMode mode;
        int r = store_get_last_wake(store, &last_wake);

        if (r == 0)
                r = store_get_mode(store, &mode);
        if (r < 0)
                return r;
        bool is_history = !instant_is_set(last_wake) && mode == STORE_FRESH;
        *ret_day = is_history ? value_date : date_later(value_date, today);
        return 0;
}
