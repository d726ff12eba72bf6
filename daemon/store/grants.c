/* SPDX-License-Identifier: MIT */
/*
 * Owns which facts take an offer: those dated by its last day. Nothing is remembered of a payment
 * that took one: it is weighed again with every fact, so that a chargeback takes the grant back.
 * The arithmetic is core/balance.h's. Fails with -errno, in the caller's transaction.
 */

#include "store/grants.h"

#include <errno.h>

#include "core/money.h"
#include "store/flags.h"

static bool is_open_to(const Offer *offer, Date day)
{
        return offer->discount > 0 && date_is_set(offer->until) &&
               date_compare(offer->until, day) >= 0;
}

/* The next last day of an offer after a day (DATE_NONE: the first one), or DATE_NONE. */
static Date next_until(const Offer *offers, size_t n, Date after)
{
        Date next = DATE_NONE;

        for (size_t i = 0; i < n; i++)
                if (is_open_to(&offers[i], after) && date_compare(offers[i].until, after) > 0 &&
                        (!date_is_set(next) || date_compare(offers[i].until, next) < 0))
                        next = offers[i].until;
        return next;
}

#define STANDS "not exists (select 1 from fact w where w.withdraws = f.id)"

#define SUMS_THROUGH_A_DAY                                                                         \
        "select coalesce(sum(iif(kind = 'payment' and date <= ?2, amount, 0)), 0), "               \
        "coalesce(sum(iif(kind = 'credit' and (?3 or date <= ?2), amount, 0)), 0), "               \
        "coalesce(sum(iif(kind in ('refund', 'chargeback') and date <= ?2, amount, 0)), 0) "       \
        "from fact f where " STANDS

/* Sums that the balances have added up already: they fit. */
int grants_load_sums(
        Store *store, int64_t account, int64_t invoice, Date day, bool is_over, FactSums *sums)
{
        int64_t row[3];
        int r = invoice != 0 ? db_integers(store, SUMS_THROUGH_A_DAY " and invoice = ?1",
                                       VALUES(INT(invoice), DAY(day), INT(is_over)), row, 3)
                             : db_integers(store,
                                       SUMS_THROUGH_A_DAY " and account = ?1 and invoice is null",
                                       VALUES(INT(account), DAY(day), INT(is_over)), row, 3);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        sums->payments = row[0];
        sums->credits = row[1];
        sums->undone = row[2];
        return 0;
}

/*
 * What was paid in time and kept. What undoes a payment takes what is paid beyond the offer first,
 * then what came later: so it takes from what came in time only where it leaves less than that of
 * all that was there on its day, and what comes after it is late.
 */
static int load_timely(Store *store, int64_t invoice, Date until, FactSums *sums)
{
        FactSums kept = { 0 };
        ROWS(rows);
        int r = grants_load_sums(store, 0, invoice, until, false, sums);

        if (r < 0)
                return r;
        sums->payments = MAX(sums->payments - sums->undone, 0);
        sums->undone = 0;
        r = rows_open(&rows, store,
                "select distinct date from fact f where invoice = ? and date > ? "
                "and kind in ('refund', 'chargeback') and " STANDS,
                VALUES(INT(invoice), DAY(until)));
        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                r = grants_load_sums(store, 0, invoice, row_date(&rows, 0), true, &kept);
                int64_t paid = MAX(kept.payments - kept.undone, 0);
                r = money_add(&paid, kept.credits - sums->credits);
                sums->payments = MIN(sums->payments, paid);
        }
        return r;
}

int64_t grants_discount(const InvoiceBalance *balance, size_t i, Date until)
{
        const Offer *sent = &balance->offers[i], *early = &balance->early[i];
        int64_t discount = is_open_to(sent, until) ? sent->discount : 0;

        if (is_open_to(early, until))
                discount = MAX(discount, early->discount);
        return MAX(discount - balance->shares[i].granted, 0);
}

static Date earlier_set(Date a, Date b)
{
        if (!date_is_set(a) || !date_is_set(b))
                return date_is_set(a) ? a : b;
        return date_compare(a, b) < 0 ? a : b;
}

Date grants_next_day(const InvoiceBalance *balance, Date after)
{
        return earlier_set(next_until(balance->offers, balance->n, after),
                next_until(balance->early, balance->n, after));
}

/* Nothing is left off for who has all of the money back. */
int grants_weigh(Store *store, int64_t invoice, InvoiceBalance *balance)
{
        FactSums timely = balance->sums;
        int r = 0;

        for (size_t i = 0; i < balance->n; i++)
                balance->shares[i].granted = 0;
        if (balance->sums.payments <= balance->sums.undone)
                return 0;
        for (Date until = grants_next_day(balance, DATE_NONE); date_is_set(until) && r == 0;
                until = grants_next_day(balance, until)) {
                r = load_timely(store, invoice, until, &timely);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < balance->n; i++)
                        balance->shares[i].discount = grants_discount(balance, i, until);
                r = balance_grant(balance->shares, balance->n, &timely);
        }
        return r;
}

static int refresh_offer(Store *store, int64_t account, const Rows *line)
{
        const Value key[] = { INT(account), INT(row_integer(line, 0)), INT(row_integer(line, 1)) };
        int r = db_run(store,
                "insert into terms (account, invoice, seq, offer_until, offer_discount) "
                "select ?1, l.invoice, l.seq, c.offer_until, l.discount from contact_line l "
                "cross join contact c on c.id = l.contact where l.invoice = ?2 and l.seq = ?3 "
                "and l.contact = " LAST_OFFER("?2", "?3",
                        "0") " "
                             "and exists (select 1 from instalment t where t.account = ?1 "
                             "and t.invoice = ?2 and t.seq = ?3) "
                             "on conflict do update set offer_until = excluded.offer_until, "
                             "offer_discount = excluded.offer_discount",
                key, 3);

        if (r == 0)
                r = flags_mark_terms(
                        store, account, row_integer(line, 0), (int)row_integer(line, 1));
        return r < 0 ? r : balance_refresh(store, account, row_integer(line, 0), DATE_NONE);
}

int grants_refresh_offers(Store *store, int64_t account, int64_t contact)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select invoice, seq from contact_line where contact = ? and discount > 0",
                VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                r = refresh_offer(store, account, &rows);
        return r < 0 ? r : balance_refresh(store, account, 0, DATE_NONE);
}
