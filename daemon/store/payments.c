/* SPDX-License-Identifier: MIT */
/* Owns facts about money. A known id with other content is a new fact that withdraws the old one;
 * balances change once, by the difference. Fails with -errno, in the caller's transaction. */

#include <errno.h>

#include "store/balances.h"
#include "store/imported.h"
#include "store/outbox.h"
#include "store/words.h"

const char *const fact_kind_names[5] = { "payment", "credit", "refund", "chargeback", "write-off" };

/* The fact that an id stands for today; id 0: none. */
typedef struct KnownFact {
        int64_t id, account, invoice, amount;
        int kind; /* FactKind */
        Date date;
        bool is_same_reference, is_withdrawn;
} KnownFact;

typedef struct Placing {
        Store *store;
        const PaymentRow *row;
        int64_t customer, account, invoice; /* account 0: to be made; invoice 0: none */
        KnownFact known;
} Placing;

static int place_on_invoice(Placing *placing)
{
        const PaymentRow *row = placing->row;
        InvoiceFound found;
        int64_t customer;

        int r = invoice_find(placing->store, row->invoice, &found);
        if (r <= 0)
                return r < 0 ? r : PUT_UNKNOWN_INVOICE;
        if (!is_empty(row->customer)) {
                r = customer_find(placing->store, row->customer, &customer);
                if (r <= 0)
                        return r < 0 ? r : PUT_UNKNOWN_CUSTOMER;
                if (customer != found.customer)
                        return PUT_OTHER_CUSTOMER;
        }
        if (!streq(found.currency, row->currency))
                return PUT_OTHER_CURRENCY;
        placing->customer = found.customer;
        placing->account = found.account;
        placing->invoice = found.invoice;
        return PUT_ADDED;
}

/* Only a document can be written off. */
static int place_on_account(Placing *placing)
{
        const PaymentRow *row = placing->row;

        if (is_empty(row->customer) || row->kind == FACT_WRITE_OFF)
                return PUT_NO_TARGET;
        int r = customer_find(placing->store, row->customer, &placing->customer);
        if (r <= 0)
                return r < 0 ? r : PUT_UNKNOWN_CUSTOMER;
        r = account_find(placing->store, placing->customer, row->currency, &placing->account);
        return r < 0 ? r : PUT_ADDED;
}

static int read_known(const Rows *rows, const PaymentRow *row, KnownFact *known)
{
        const char *reference = row_text(rows, 6);
        int kind = 0;

        while (kind < (int)ELEMENTSOF(fact_kind_names) &&
                !streq(row_text(rows, 1), fact_kind_names[kind]))
                kind++;
        if (kind == (int)ELEMENTSOF(fact_kind_names))
                return -EUCLEAN;
        *known = (KnownFact){
                .id = row_integer(rows, 0),
                .kind = kind,
                .account = row_integer(rows, 2),
                .invoice = row_integer(rows, 3),
                .date = row_date(rows, 4),
                .amount = row_integer(rows, 5),
                .is_same_reference =
                        streq(reference ? reference : "", row->reference ? row->reference : ""),
                .is_withdrawn = row_integer(rows, 7) != 0,
        };
        return 0;
}

static int find_known(Placing *placing)
{
        ROWS(rows);

        if (is_empty(placing->row->id))
                return 0;
        int r = rows_open(&rows, placing->store,
                "select f.id, f.kind, f.account, f.invoice, f.date, f.amount, f.reference, "
                "exists (select 1 from fact w where w.withdraws = f.id) from fact f "
                "where f.external_id = ? order by f.id desc limit 1",
                VALUES(TEXT(placing->row->id)));
        if (r == 0)
                r = rows_next(&rows);
        return r <= 0 ? r : read_known(&rows, placing->row, &placing->known);
}

static bool is_same(const Placing *placing)
{
        const KnownFact *known = &placing->known;
        const PaymentRow *row = placing->row;

        return known->id != 0 && known->kind == (int)row->kind &&
               known->account == placing->account && known->invoice == placing->invoice &&
               known->amount == row->amount && date_compare(known->date, row->date) == 0 &&
               known->is_same_reference;
}

static int insert_fact(const Placing *placing, Instant at)
{
        const PaymentRow *row = placing->row;
        const Value none = { .type = SQLITE_NULL };

        return db_run(placing->store,
                "insert into fact (kind, at, account, invoice, date, amount, external_id, "
                "reference, withdraws) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                VALUES(TEXT(fact_kind_names[row->kind]), TIME(at), INT(placing->account),
                        placing->invoice != 0 ? INT(placing->invoice) : none, DAY(row->date),
                        INT(row->amount), is_empty(row->id) ? none : TEXT(row->id),
                        TEXT(row->reference ? row->reference : ""),
                        placing->known.id != 0 ? INT(placing->known.id) : none));
}

/* Both sums first, then what is open: a corrected date must not reopen anything. */
static int change_balances(const Placing *placing, Date today)
{
        const PaymentRow *row = placing->row;
        const KnownFact *known = &placing->known;
        Date day;

        int r = balance_reopening_day(placing->store, row->date, today, &day);
        if (r == 0 && known->id != 0)
                r = balance_add_fact(placing->store, known->account, known->invoice,
                        (FactKind)known->kind, -known->amount);
        if (r == 0)
                r = balance_add_fact(
                        placing->store, placing->account, placing->invoice, row->kind, row->amount);
        if (r == 0 && known->id != 0 &&
                (known->account != placing->account || known->invoice != placing->invoice))
                r = balance_refresh(placing->store, known->account, known->invoice, day);
        if (r == 0)
                r = balance_refresh(placing->store, placing->account, placing->invoice, day);
        if (r == 0 && known->id != 0 && known->invoice != 0)
                r = words_refresh_invoice(placing->store, known->account, known->invoice);
        return r;
}

/* R19: what is dated ahead says no more than that it came in today. */
static int put_fact(Placing *placing, Instant at, Date today)
{
        const PaymentRow *row = placing->row;
        int r = 0;

        if (placing->account == 0)
                r = account_get(
                        placing->store, placing->customer, row->currency, &placing->account);
        if (r == 0)
                r = insert_fact(placing, at);
        if (r == 0)
                r = change_balances(placing, today);
        if (r == 0)
                r = store_close_paid_tasks(placing->store, placing->account, at);
        if (r == 0 && row->kind == FACT_PAYMENT && !row->is_by_hand)
                r = db_run(placing->store,
                        "update meta set newest_payment = ?1 "
                        "where id = 1 and coalesce(newest_payment < ?1, 1)",
                        VALUES(DAY(date_compare(row->date, today) > 0 ? today : row->date)));
        return r;
}

int store_put_payment(Store *store, const PaymentRow *row, Instant at, Date today)
{
        Placing placing = { .store = store, .row = row };
        int r = !is_empty(row->invoice) ? place_on_invoice(&placing) : place_on_account(&placing);

        if (r < 0 || r >= PUT_REFUSED)
                return r;
        r = find_known(&placing);
        if (r < 0)
                return r;
        if (is_same(&placing))
                return PUT_SAME;
        /* A person took it back: what comes now stands for itself. */
        if (placing.known.is_withdrawn)
                placing.known = (KnownFact){ 0 };
        r = db_savepoint(store);
        if (r < 0)
                return r;
        r = db_end_savepoint(store, true, put_fact(&placing, at, today));
        if (r < 0)
                return r;
        return placing.known.id != 0 ? PUT_CHANGED : PUT_ADDED;
}
