/* SPDX-License-Identifier: MIT */
/* Owns balances: sums of facts by invoice and account, open by instalment, unassigned credit by
 * account. The arithmetic is core/balance.h's. Fails with -errno; after -EOVERFLOW the caller takes
 * its savepoint back. */

#include "store/balances.h"

#include <errno.h>

#include "core/money.h"
#include "store/flags.h"
#include "store/handover.h"
#include "store/pools.h"

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

/* What decide() wants to know beyond balances: whether it was paid, and nothing of it written off
 * (R11), and whether a direct debit came back (R22). */
static int set_marks(
        Store *store, int64_t account, int64_t invoice, const int64_t sums[static SUMS_MAX])
{
        bool is_paid = sums[SUM_PAYMENTS] > sums[SUM_UNDONE] && sums[SUM_WRITE_OFFS] == 0;

        return db_run(store,
                "update instalment set has_payment = ?1, collection_failed = ?2, "
                "is_settled = iif(collection_failed <> ?2, 0, is_settled) "
                "where account = ?3 and invoice = ?4 "
                "and (has_payment <> ?1 or collection_failed <> ?2)",
                VALUES(INT(is_paid), INT(sums[SUM_CHARGEBACKS] > 0), INT(account), INT(invoice)));
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

/* What a plan took beyond what the instalment is by now, corrected or cancelled while the parts go
 * on, pays them. -EOVERFLOW. */
static int read_share(const Rows *rows, InvoiceBalance *balance)
{
        size_t i = balance->n++;
        int64_t taken = row_integer(rows, 6);
        bool is_replaced = row_integer(rows, 8) != 0, is_credit = row_integer(rows, 11) != 0;
        int64_t amount = is_credit ? -taken
                                   : amount_that_counts(row_integer(rows, 2) - taken,
                                             (InvoiceStatus)row_integer(rows, 3));
        bool is_beyond = is_replaced && amount < 0;

        balance->seqs[i] = (int)row_integer(rows, 0);
        balance->shares[i] = (Share){
                .plan = row_integer(rows, 5),
                .due = row_date(rows, 1),
                .amount = is_beyond ? 0 : amount,
                .granted = row_integer(rows, 7),
                .open = row_integer(rows, 4),
        };
        balance->offers[i] = (Offer){ row_date(rows, 9), is_replaced ? 0 : row_integer(rows, 10) };
        balance->is_whole[i] =
                balance->shares[i].plan == 0 && !is_replaced && balance->shares[i].amount > 0;
        return is_beyond ? money_add(&balance->sums.credits, -amount) : 0;
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
        balance->offers = arena_alloc_array(arena, (size_t)n, sizeof(Offer));
        balance->early = arena_alloc_array(arena, (size_t)n, sizeof(Offer));
        balance->is_whole = arena_alloc_array(arena, (size_t)n, sizeof(bool));
        balance->seqs = arena_alloc_array(arena, (size_t)n, sizeof(int));
        if (!balance->shares || !balance->offers || !balance->early || !balance->is_whole ||
                !balance->seqs)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select t.seq, t.due, t.amount, t.status, t.open, m.plan, m.taken, m.granted, "
                "m.replaced_by, m.offer_until, m.offer_discount, "
                "t.status = 3 and m.replaced_by <> 0 and exists (select 1 from terms p "
                "cross join instalment q on q.account = p.account and q.invoice = p.invoice "
                "and q.seq = p.seq where p.account = t.account and p.invoice = t.invoice "
                "and p.plan = m.replaced_by and q.status <> 3) "
                "from instalment t left join terms m on m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq "
                "where t.account = ? and t.invoice = ? order by t.seq",
                VALUES(INT(account), INT(invoice)));
        while (r >= 0 && balance->n < (size_t)n && (r = rows_next(&rows)) > 0)
                r = read_share(&rows, balance);
        return MIN(r, 0);
}

/* A fact that corrects another takes its place, as in words.c. */
static int64_t rank_of(const MoneyFact *movements, const int64_t *ids, size_t n, int64_t withdraws)
{
        while (n-- > 0)
                if (ids[n] == withdraws)
                        return movements[n].rank;
        return 0;
}

static void read_movement(const Rows *rows, MoneyFact *movement)
{
        const char *kind = row_text(rows, 1);

        movement->is_credit = streq(kind, fact_kind_names[FACT_CREDIT]);
        movement->is_undone = streq(kind, fact_kind_names[FACT_REFUND]) ||
                              streq(kind, fact_kind_names[FACT_CHARGEBACK]);
        movement->amount = row_integer(rows, 4) != 0 ? 0 : row_integer(rows, 2);
}

static int load_movements(
        Store *store, int64_t invoice, Arena *arena, MoneyFact **ret_movements, size_t *ret_n)
{
        ROWS(rows);
        int64_t max;
        size_t n = 0;
        int r = db_integers(store, "select count(*) from fact where invoice = ?",
                VALUES(INT(invoice)), &max, 1);

        if (r < 0)
                return r;
        MoneyFact *movements = arena_alloc_array(arena, (size_t)max, sizeof(*movements));
        int64_t *ids = arena_alloc_array(arena, (size_t)max, sizeof(*ids));
        if (!movements || !ids)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select f.id, f.kind, f.amount, f.withdraws, "
                "exists (select 1 from fact w where w.withdraws = f.id) from fact f "
                "where f.invoice = ? and f.kind in ('payment', 'credit', 'refund', 'chargeback') "
                "order by f.id",
                VALUES(INT(invoice)));
        while (r >= 0 && n < (size_t)max && (r = rows_next(&rows)) > 0) {
                int64_t rank = rank_of(movements, ids, n, row_integer(&rows, 3));
                ids[n] = row_integer(&rows, 0);
                movements[n] = (MoneyFact){ .rank = rank != 0 ? rank : ids[n] };
                read_movement(&rows, &movements[n++]);
        }
        *ret_movements = movements;
        *ret_n = n;
        return MIN(r, 0);
}

/* R15: what had been paid before each plan. */
static int set_before(Store *store, int64_t invoice, Arena *arena, InvoiceBalance *balance)
{
        MoneyFact *movements = NULL;
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < balance->n && r == 0; i++) {
                Share *share = &balance->shares[i];
                if (share->plan == 0)
                        continue;
                if (!movements)
                        r = load_movements(store, invoice, arena, &movements, &n);
                if (r == 0)
                        share->before = balance_before_plan(movements, n, share->plan);
        }
        return r;
}

/* The invoice's own discount for paying early, half up, and shared out so that the shares add up to
 * it. A plan has ended it. */
static void share_early(InvoiceBalance *balance, int percent_hundredths, Date until)
{
        int64_t so_far = 0, given = 0;

        for (size_t i = 0; i < balance->n; i++) {
                balance->early[i] = (Offer){ until, 0 };
                if (!balance->is_whole[i] || money_add(&so_far, balance->shares[i].amount) < 0)
                        continue;
                int64_t off = money_percent(so_far, percent_hundredths);
                balance->early[i].discount = off - given;
                given = off;
        }
}

int balance_load(
        Store *store, int64_t account, int64_t invoice, Arena *arena, InvoiceBalance *ret_balance)
{
        int64_t row[7];
        int r = db_integers(store,
                "select payments, credits, undone, n_write_offs, left_over, "
                "discount_percent_hundredths, coalesce(discount_until, -2147483648) from invoice "
                "where id = ?",
                VALUES(INT(invoice)), row, 7);

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
        if (r == 0)
                r = set_before(store, invoice, arena, &balance);
        if (r < 0)
                return r;
        share_early(&balance, (int)row[5], (Date){ (int32_t)row[6] });
        *ret_balance = balance;
        return 0;
}

/* Only what was closed is reopened: reopened before and still open, it counts from then. What a
 * tolerance had closed is settled, which only the wake knows. */
#define IS_REOPENED                                                                                \
        "?2 is not null and ?1 > open and "                                                        \
        "(reopened_on is null or open <= reopened_from or is_settled)"
static int set_open(Store *store, const int64_t key[static 3], int64_t open, Date reopened_on)
{
        return db_run(store,
                "update instalment set open = ?1, is_settled = iif(?1 > open, 0, is_settled), "
                "reopened_from = iif(" IS_REOPENED ", open, reopened_from), "
                "reopened_on = iif(" IS_REOPENED ", max(coalesce(reopened_on, ?2), ?2), "
                "reopened_on) where account = ?3 and invoice = ?4 and seq = ?5",
                VALUES(INT(open), DAY(reopened_on), INT(key[0]), INT(key[1]), INT(key[2])));
}

static int set_granted(Store *store, const int64_t key[static 3], int64_t granted)
{
        int r = db_run(store,
                "insert into terms (account, invoice, seq, granted) values (?2, ?3, ?4, ?1) "
                "on conflict do update set granted = ?1",
                VALUES(INT(granted), INT(key[0]), INT(key[1]), INT(key[2])));

        return r < 0 ? r : flags_mark_terms(store, key[0], key[1], (int)key[2]);
}

static int write_invoice(const Pool *pool, const PooledInvoice *invoice, Date reopened_on)
{
        const InvoiceBalance *balance = &invoice->balance;
        int64_t n_open = 0;
        int r = 0;

        for (size_t i = 0; i < balance->n && r == 0; i++) {
                const int64_t key[] = { pool->account, invoice->id, balance->seqs[i] };
                const Share *now = &balance->shares[i], *was = &invoice->stored[i];
                n_open += (now->open > 0) - (was->open > 0);
                if (now->open != was->open)
                        r = set_open(pool->store, key, now->open, reopened_on);
                if (r == 0 && now->granted != was->granted)
                        r = set_granted(pool->store, key, now->granted);
        }
        if (r == 0 && n_open != 0)
                r = db_run(pool->store,
                        "update meta set open_instalments = open_instalments + ? where id = 1",
                        VALUES(INT(n_open)));
        if (r == 0 && invoice->left_over != balance->left_over)
                r = db_run(pool->store, "update invoice set left_over = ? where id = ?",
                        VALUES(INT(invoice->left_over), INT(invoice->id)));
        return r;
}

static int refresh_invoices(
        Store *store, int64_t account, int64_t invoice, Date reopened_on, int64_t *ret_more)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        Pool pool;
        int r = pool_load(store, account, invoice, &arena, &pool);

        if (r == 0)
                r = pool_weigh(&pool);
        for (size_t i = 0; r == 0 && i < pool.n; i++) {
                const PooledInvoice *one = &pool.invoices[i];
                r = write_invoice(&pool, one, reopened_on);
                if (r == 0)
                        r = money_add(ret_more, one->left_over - one->balance.left_over);
        }
        return r;
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
        r = db_run(store, "update account set left_over = ?, unassigned = ? where id = ?",
                VALUES(INT(row[3]), INT(unassigned), INT(account)));
        return r < 0 || unassigned == row[4]
                       ? r
                       : handover_note_credit(store, account, unassigned - row[4]);
}

int balance_refresh(Store *store, int64_t account, int64_t invoice, Date reopened_on)
{
        int64_t more_left_over = 0;

        int r = refresh_invoices(store, account, invoice, reopened_on, &more_left_over);
        if (r < 0 || (invoice != 0 && more_left_over == 0))
                return r;
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
