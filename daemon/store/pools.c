/* SPDX-License-Identifier: MIT */
/*
 * Owns what a notice says is enough: the sum it asks for less what its discounts leave off. Who
 * pays that in time, on one of its invoices, on several or on the account, has settled them all;
 * credit counts as it does in the sum asked. As with the grants of one invoice (grants.h) nothing
 * is remembered: all of it follows from notices and facts. Fails with -errno, in the caller's
 * transaction.
 */

#include "store/pools.h"

#include <errno.h>

#include "core/money.h"
#include "store/grants.h"

/* A sent notice that leaves something off: by an offer, or by an invoice's own discount. */
#define NOTICES                                                                                    \
        "contact c where c.account = ?1 and c.kind = 0 and c.is_counted = 1 "                      \
        "and c.is_complete = 1 and (c.offer_until is not null or exists (select 1 "                \
        "from contact_line o cross join invoice e on e.id = o.invoice where o.contact = c.id "     \
        "and e.discount_percent_hundredths > 0 and e.discount_until >= c.day)) "

/* Rows of one number, in their order. */
static int load_list(Pool *pool, const char *sql, const Value *values, size_t n_values,
        int64_t **ret_list, size_t *ret_n)
{
        ROWS(rows);
        int64_t *list = NULL;
        size_t n = 0, room = 0;
        int r = rows_open(&rows, pool->store, sql, values, n_values);

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                if (n == room) {
                        room = MAX(2 * room, (size_t)16);
                        int64_t *larger = arena_alloc_array(pool->arena, room, sizeof(*list));
                        if (!larger)
                                return -ENOMEM;
                        if (n > 0)
                                memcpy(larger, list, n * sizeof(*list));
                        list = larger;
                }
                list[n++] = row_integer(&rows, 0);
        }
        *ret_list = list;
        *ret_n = n;
        return r;
}

/* Once, however often it is named. */
static int load_invoice(Pool *pool, int64_t id)
{
        for (size_t i = 0; i < pool->n; i++)
                if (pool->invoices[i].id == id)
                        return 0;

        PooledInvoice *invoice = &pool->invoices[pool->n++];
        *invoice = (PooledInvoice){ .id = id };
        int r = balance_load(pool->store, pool->account, id, pool->arena, &invoice->balance);
        if (r < 0)
                return r;
        Share *stored = arena_alloc_array(pool->arena, invoice->balance.n, sizeof(Share));
        if (!stored)
                return -ENOMEM;
        if (invoice->balance.n > 0)
                memcpy(stored, invoice->balance.shares, invoice->balance.n * sizeof(Share));
        invoice->stored = stored;
        return 0;
}

/* Where notices say what is enough, what is left over elsewhere is credit for them. */
int pool_load(Store *store, int64_t account, int64_t invoice, Arena *arena, Pool *ret_pool)
{
        Pool pool = { .store = store, .arena = arena, .account = account };
        int64_t *named, *credited;
        size_t n_named, n_credited = 0;
        int r = load_list(&pool,
                "select distinct l.invoice from contact_line l where l.contact in "
                "(select c.id from " NOTICES ")",
                VALUES(INT(account)), &named, &n_named);

        if (r == 0 && n_named > 0)
                r = load_list(&pool,
                        "select distinct t.invoice from instalment t cross join invoice i "
                        "on i.id = t.invoice where t.account = ?1 and i.left_over > 0",
                        VALUES(INT(account)), &credited, &n_credited);
        if (r < 0)
                return r;
        pool.invoices = arena_alloc_array(arena, n_named + n_credited + 1, sizeof(PooledInvoice));
        if (!pool.invoices)
                return -ENOMEM;
        if (invoice != 0)
                r = load_invoice(&pool, invoice);
        for (size_t i = 0; i < n_named && r == 0; i++)
                r = load_invoice(&pool, named[i]);
        for (size_t i = 0; i < n_credited && r == 0; i++)
                r = load_invoice(&pool, credited[i]);
        *ret_pool = pool;
        return r;
}

/* A share that a notice asks for. */
typedef struct Asked {
        PooledInvoice *invoice;
        size_t i;
} Asked;

/* What a notice of a day asks for. */
typedef struct Demand {
        Pool *pool;
        Asked *asked;
        size_t n;
        Date day;
} Demand;

static void add_asked(Demand *demand, int64_t invoice, int64_t seq)
{
        for (size_t i = 0; i < demand->pool->n; i++) {
                PooledInvoice *pooled = &demand->pool->invoices[i];
                for (size_t k = 0; pooled->id == invoice && k < pooled->balance.n; k++)
                        if (pooled->balance.seqs[k] == seq)
                                demand->asked[demand->n++] = (Asked){ pooled, k };
        }
}

/* What is not due yet, and no step asks for, is only listed. */
static int load_demand(Pool *pool, int64_t contact, Demand *ret_demand)
{
        Demand demand = { .pool = pool };
        int64_t row[2];
        ROWS(rows);
        int r = db_integers(pool->store,
                "select c.day, (select count(*) from contact_line l where l.contact = c.id) "
                "from contact c where c.id = ?",
                VALUES(INT(contact)), row, 2);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        demand.day = (Date){ (int32_t)row[0] };
        demand.asked = arena_alloc_array(pool->arena, (size_t)row[1], sizeof(Asked));
        if (!demand.asked)
                return -ENOMEM;
        r = rows_open(&rows, pool->store,
                "select l.invoice, l.seq from contact_line l cross join instalment t "
                "on t.account = ?1 and t.invoice = l.invoice and t.seq = l.seq "
                "where l.contact = ?2 and (l.step is not null or t.due < ?3) order by l.position",
                VALUES(INT(pool->account), INT(contact), DAY(demand.day)));
        while (r >= 0 && demand.n < (size_t)row[1] && (r = rows_next(&rows)) > 0)
                add_asked(&demand, row_integer(&rows, 0), row_integer(&rows, 1));
        *ret_demand = demand;
        return MIN(r, 0);
}

static bool is_asked_of(const Demand *demand, const PooledInvoice *invoice)
{
        for (size_t i = 0; i < demand->n; i++)
                if (demand->asked[i].invoice == invoice)
                        return true;
        return false;
}

/* What a day leaves to pay of what is asked for, and the money that stands then. */
typedef struct Rest {
        int64_t missing, money;
} Rest;

static int add_invoice(Demand *demand, PooledInvoice *invoice, Date day, bool is_over, Rest *rest)
{
        FactSums sums = { .is_written_off = invoice->balance.sums.is_written_off };
        int64_t left_over;
        int r = grants_load_sums(
                demand->pool->store, demand->pool->account, invoice->id, day, is_over, &sums);

        if (r == 0)
                r = balance_invoice(invoice->balance.shares, invoice->balance.n, &sums, &left_over);
        if (r == 0)
                r = money_add(&rest->missing, -left_over);
        if (r < 0 || !is_asked_of(demand, invoice))
                return r;
        return money_add(&rest->money, sums.payments - sums.undone);
}

static int find_rest(Demand *demand, Date day, bool is_over, Rest *ret_rest)
{
        const Pool *pool = demand->pool;
        FactSums sums = { 0 };
        int64_t unassigned;
        Rest rest = { 0 };
        int r = grants_load_sums(pool->store, pool->account, 0, day, is_over, &sums);

        if (r == 0)
                r = balance_unassigned(&sums, &unassigned);
        if (r < 0)
                return r;
        rest = (Rest){ -unassigned, sums.payments - sums.undone };
        for (size_t i = 0; i < pool->n && r == 0; i++)
                r = add_invoice(demand, &pool->invoices[i], day, is_over, &rest);
        for (size_t i = 0; i < demand->n && r == 0; i++) {
                const Asked *asked = &demand->asked[i];
                r = money_add(&rest.missing, asked->invoice->balance.shares[asked->i].open);
        }
        *ret_rest = rest;
        return r;
}

/* As of one invoice: what is undone later takes from what came in time only where it leaves less
 * of all that was there on its day. */
static int find_timely_rest(Demand *demand, Date until, Rest *ret_rest)
{
        Pool *pool = demand->pool;
        int64_t *days;
        size_t n;
        int r = load_list(pool,
                "select f.date from fact f where f.account = ?1 and f.invoice is null "
                "and f.date > ?2 and f.kind in ('refund', 'chargeback') union "
                "select f.date from contact c cross join contact_line l on l.contact = c.id "
                "cross join fact f on f.invoice = l.invoice where c.account = ?1 and c.kind = 0 "
                "and c.is_counted = 1 and f.date > ?2 and f.kind in ('refund', 'chargeback')",
                VALUES(INT(pool->account), DAY(until)), &days, &n);

        if (r == 0)
                r = find_rest(demand, until, false, ret_rest);
        for (size_t i = 0; i < n && r == 0; i++) {
                Rest rest;
                r = find_rest(demand, (Date){ (int32_t)days[i] }, true, &rest);
                if (r < 0)
                        return r;
                ret_rest->missing = MAX(ret_rest->missing, rest.missing);
                ret_rest->money = MIN(ret_rest->money, rest.money);
        }
        return r;
}

/* What a share's discounts that run on a day may still leave off. */
static int64_t discount_of(const Asked *asked, Date until)
{
        const InvoiceBalance *balance = &asked->invoice->balance;
        int64_t discount = grants_discount(balance, asked->i, until);

        return MIN(discount,
                MAX(balance->shares[asked->i].amount - balance->shares[asked->i].granted, 0));
}

static int grant_until(Demand *demand, Date until)
{
        Rest rest;
        int64_t discounts = 0;
        int r = find_timely_rest(demand, until, &rest);

        if (r < 0 || rest.missing <= 0 || rest.money <= 0)
                return r;
        for (size_t i = 0; i < demand->n && r == 0; i++)
                r = money_add(&discounts, discount_of(&demand->asked[i], until));
        if (r < 0 || rest.missing > discounts)
                return r;
        for (size_t i = 0; i < demand->n; i++) {
                const Asked *asked = &demand->asked[i];
                int64_t granted = MIN(rest.missing, discount_of(asked, until));
                asked->invoice->balance.shares[asked->i].granted += granted;
                rest.missing -= granted;
        }
        return 0;
}

static Date next_until(const Demand *demand, Date after)
{
        Date next = DATE_NONE;

        for (size_t i = 0; i < demand->n; i++) {
                Date day = grants_next_day(&demand->asked[i].invoice->balance, after);
                if (date_is_set(day) && (!date_is_set(next) || date_compare(day, next) < 0))
                        next = day;
        }
        return next;
}

/* Discounts that were over before it are none of the notice's. */
static int weigh_notice(Pool *pool, int64_t contact)
{
        Demand demand;
        int r = load_demand(pool, contact, &demand);

        if (r < 0)
                return r;
        Date until = next_until(&demand, date_add(demand.day, -1));
        while (r == 0 && date_is_set(until)) {
                r = grant_until(&demand, until);
                until = next_until(&demand, until);
        }
        return r;
}

int pool_weigh(Pool *pool)
{
        int64_t *contacts;
        size_t n;
        int r = load_list(pool, "select c.id from " NOTICES "order by c.id",
                VALUES(INT(pool->account)), &contacts, &n);

        for (size_t i = 0; i < pool->n && r == 0; i++)
                r = grants_weigh(pool->store, pool->invoices[i].id, &pool->invoices[i].balance);
        for (size_t i = 0; i < n && r == 0; i++)
                r = weigh_notice(pool, contacts[i]);
        for (size_t i = 0; i < pool->n && r == 0; i++) {
                PooledInvoice *invoice = &pool->invoices[i];
                const InvoiceBalance *balance = &invoice->balance;
                r = balance_invoice(
                        balance->shares, balance->n, &balance->sums, &invoice->left_over);
        }
        return r;
}
