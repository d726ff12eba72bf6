/* SPDX-License-Identifier: MIT */
/*
 * Owns invoices as files give them: rows of one number are its instalments in order, an import is a
 * run over one file. The places taken in a run stand in a temporary table, so that importing the
 * same file again writes nothing. Fails with -errno, in the caller's transaction.
 */

#include <errno.h>
#include <stdio.h>

#include "core/money.h"
#include "store/balances.h"
#include "store/imported.h"
#include "store/words.h"

#define BIT(column) (1U << (column))
#define INSTALMENT_COLUMNS (BIT(COLUMN_DOCUMENT) - 1)
#define BALANCE_COLUMNS                                                                            \
        (BIT(COLUMN_DUE) | BIT(COLUMN_AMOUNT) | BIT(COLUMN_STATUS) | BIT(COLUMN_PERCENT) |         \
                BIT(COLUMN_UNTIL))

/* Places looked at by one call of store_import_end(): a few milliseconds. */
#define PAGE_PLACES 500

const char *const invoice_column_names[INVOICE_COLUMNS] = { "issued", "due", "amount", "status",
        "method", "policy", "document", "payment_url", "contract", "delivered", "discount_percent",
        "discount_until" };
_Static_assert(INVOICE_COLUMNS <= IMPORTED_COLUMNS_MAX, "columns of an invoice");

/* One row on its way into the store. */
typedef struct Putting {
        Store *store;
        const InvoiceRow *row;
        ImportedRow imported;
        Instant at;
        int64_t customer;
        const ImportRun *run;
        InvoiceFound found;
        int seq, place; /* its number; its place in the file */
} Putting;

static const char *text_or_empty(const char *text)
{
        return text ? text : "";
}

static void fill_imported(Putting *putting)
{
        const InvoiceRow *row = putting->row;
        ImportedRow *imported = &putting->imported;
        char(*buffers)[sizeof(imported->buffers[0])] = imported->buffers;
        int percent = row->discount_percent_hundredths;

        snprintf(buffers[5], sizeof(buffers[5]), "%d.%02d", percent / 100, percent % 100);
        const char *texts[INVOICE_COLUMNS] = {
                [COLUMN_ISSUED] = date_format(row->issued, buffers[0]),
                [COLUMN_DUE] = date_format(row->due, buffers[1]),
                [COLUMN_AMOUNT] = money_format(row->amount, row->currency, buffers[2]),
                [COLUMN_STATUS] = invoice_status_names[row->status],
                [COLUMN_METHOD] = method_names[row->method],
                [COLUMN_POLICY] = row->policy,
                [COLUMN_DOCUMENT] = row->document,
                [COLUMN_PAYMENT_URL] = row->payment_url,
                [COLUMN_CONTRACT] = row->contract,
                [COLUMN_DELIVERED] = date_format(row->delivered, buffers[3]),
                [COLUMN_PERCENT] = percent != 0 ? buffers[5] : "",
                [COLUMN_UNTIL] = date_format(row->discount_until, buffers[4]),
        };
        imported->names = invoice_column_names;
        imported->n = INVOICE_COLUMNS;
        for (size_t i = 0; i < INVOICE_COLUMNS; i++)
                imported->texts[i] = text_or_empty(texts[i]);
}

/* The next place of that number in this run: 1, 2, … */
static int take_place(Store *store, int64_t run, const char *number, int *ret_seq)
{
        int64_t n;

        if (!store->is_in_transaction)
                return -EIO;
        int r = db_integers(store,
                "insert into place (run, number, n) values (?, ?, 1) "
                "on conflict do update set n = n + 1 returning n",
                VALUES(INT(run), TEXT(number)), &n, 1);
        if (r < 0)
                return r;
        *ret_seq = (int)n;
        return 0;
}

int store_skip_invoice(Store *store, int64_t run, const char *number)
{
        int seq;

        return take_place(store, run, number, &seq);
}

/* The row speaks of another invoice than the one of that number: which instalments this one has, it
 * does not say. */
static int keep_instalments(Store *store, int64_t run, const char *number)
{
        return db_run(store, "update place set is_of_another = 1 where run = ? and number = ?",
                VALUES(INT(run), TEXT(number)));
}

static int remember(Putting *putting)
{
        _cleanup_(strbuf_release) StrBuf packed = STRBUF_INIT;

        imported_pack(&putting->imported, &packed);
        if (strbuf_error(&packed) < 0)
                return strbuf_error(&packed);
        return db_run(putting->store,
                "insert into imported_instalment (invoice, seq, columns, place) "
                "values (?, ?, ?, nullif(?, ?2)) "
                "on conflict do update set columns = excluded.columns",
                VALUES(INT(putting->found.invoice), INT(putting->seq),
                        BLOB(packed.text, packed.length), INT(putting->place)));
}

static int add_event(const Putting *putting, const char *kind, const char *changes)
{
        return event_add(putting->store, &(Event){ .kind = kind,
                                                 .at = putting->at,
                                                 .invoice = putting->found.invoice,
                                                 .seq = putting->seq,
                                                 .date = changes ? DATE_NONE : putting->row->due,
                                                 .amount = changes ? 0 : putting->row->amount,
                                                 .reference = putting->run->file,
                                                 .changes = changes });
}

static int insert_invoice(Putting *putting)
{
        const InvoiceRow *row = putting->row;
        int r = account_get(
                putting->store, putting->customer, row->currency, &putting->found.account);

        if (r < 0)
                return r;
        return db_insert(putting->store,
                "insert into invoice (account, number, document, payment_url, contract, delivered, "
                "discount_percent_hundredths, discount_until) values (?, ?, ?, ?, ?, ?, ?, ?)",
                VALUES(INT(putting->found.account), TEXT(row->number),
                        TEXT(putting->imported.texts[COLUMN_DOCUMENT]),
                        TEXT(putting->imported.texts[COLUMN_PAYMENT_URL]),
                        TEXT(putting->imported.texts[COLUMN_CONTRACT]), DAY(row->delivered),
                        INT(row->discount_percent_hundredths), DAY(row->discount_until)),
                &putting->found.invoice);
}

/* What a person said of the customer or of the invoice holds for what comes later, too. */
static int hear_words(const Putting *putting)
{
        int64_t is_held = 0;
        int r = db_integers(putting->store, "select is_held from customer where id = ?",
                VALUES(INT(putting->customer)), &is_held, 1);

        if (r < 0 || (putting->seq == 1 && !is_held))
                return MIN(r, 0);
        return words_refresh_invoice(
                putting->store, putting->found.account, putting->found.invoice);
}

/* A collection that has failed stays so. */
static int insert_instalment(Putting *putting)
{
        const InvoiceRow *row = putting->row;
        int r = db_run(putting->store,
                "insert into instalment (account, invoice, seq, number, issued, due, amount, open, "
                "status, method, policy, collection_failed, "
                "has_payment, imported_on) select ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, "
                "i.n_chargebacks > 0, i.payments > i.undone, ?11 from invoice i where i.id = ?2",
                VALUES(INT(putting->found.account), INT(putting->found.invoice), INT(putting->seq),
                        TEXT(row->number), DAY(row->issued), DAY(row->due), INT(row->amount),
                        INT(row->status), INT(row->method),
                        TEXT(putting->imported.texts[COLUMN_POLICY]), DAY(putting->run->today)));

        if (r == 0)
                r = remember(putting);
        if (r == 0)
                r = add_event(putting, "invoice", NULL);
        if (r == 0)
                r = hear_words(putting);
        if (r == 0)
                r = balance_refresh(
                        putting->store, putting->found.account, putting->found.invoice, DATE_NONE);
        return r;
}

static int change_instalment(Putting *putting, uint32_t differs)
{
        const InvoiceRow *row = putting->row;
        const InvoiceFound *found = &putting->found;

#define HAS(column) INT(differs >> (column)&1)
        return db_run(putting->store,
                "update instalment set issued = iif(?, ?, issued), due = iif(?, ?, due), "
                "amount = iif(?, ?, amount), status = iif(?, ?, status), "
                "method = iif(?, ?, method), policy = iif(?, ?, policy), is_settled = 0 "
                "where account = ? and invoice = ? and seq = ?",
                VALUES(HAS(COLUMN_ISSUED), DAY(row->issued), HAS(COLUMN_DUE), DAY(row->due),
                        HAS(COLUMN_AMOUNT), INT(row->amount), HAS(COLUMN_STATUS), INT(row->status),
                        HAS(COLUMN_METHOD), INT(row->method), HAS(COLUMN_POLICY),
                        TEXT(putting->imported.texts[COLUMN_POLICY]), INT(found->account),
                        INT(found->invoice), INT(putting->seq)));
}

/* Another document has another digest. */
static int change_invoice(Putting *putting, uint32_t differs)
{
        const InvoiceRow *row = putting->row;
        const char *const *texts = putting->imported.texts;

        return db_run(putting->store,
                "update invoice set document_sha256 = iif(?1, '', document_sha256), "
                "document = iif(?1, ?2, document), payment_url = iif(?3, ?4, payment_url), "
                "contract = iif(?5, ?6, contract), delivered = iif(?7, ?8, delivered), "
                "discount_percent_hundredths = iif(?9, ?10, discount_percent_hundredths), "
                "discount_until = iif(?11, ?12, discount_until) where id = ?13",
                VALUES(HAS(COLUMN_DOCUMENT), TEXT(texts[COLUMN_DOCUMENT]), HAS(COLUMN_PAYMENT_URL),
                        TEXT(texts[COLUMN_PAYMENT_URL]), HAS(COLUMN_CONTRACT),
                        TEXT(texts[COLUMN_CONTRACT]), HAS(COLUMN_DELIVERED), DAY(row->delivered),
                        HAS(COLUMN_PERCENT), INT(row->discount_percent_hundredths),
                        HAS(COLUMN_UNTIL), DAY(row->discount_until), INT(putting->found.invoice)));
#undef HAS
}

static int change_row(Putting *putting, uint32_t differs, const char *changes)
{
        const InvoiceFound *found = &putting->found;
        int r = 0;

        if (differs & INSTALMENT_COLUMNS)
                r = change_instalment(putting, differs);
        if (r == 0 && (differs & ~INSTALMENT_COLUMNS))
                r = change_invoice(putting, differs);
        if (r == 0)
                r = remember(putting);
        if (r == 0)
                r = add_event(putting, "change", changes);
        if (r == 0 && (differs & (BALANCE_COLUMNS | BIT(COLUMN_POLICY))))
                r = words_refresh_invoice(putting->store, found->account, found->invoice);
        if (r == 0 && (differs & BALANCE_COLUMNS))
                r = balance_refresh(putting->store, found->account, found->invoice, DATE_NONE);
        return r;
}

/* 1 and what differs (0: nothing) from this instalment's row as imported before; 0: there was
 * none. */
static int compare_row(Putting *putting, StrBuf *changes, uint32_t *ret_differs)
{
        ROWS(rows);
        int r = rows_open(&rows, putting->store,
                "select columns from imported_instalment where invoice = ? and seq = ?",
                VALUES(INT(putting->found.invoice), INT(putting->seq)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r;
        *ret_differs = imported_compare(&putting->imported, sqlite3_column_blob(rows.statement, 0),
                (size_t)sqlite3_column_bytes(rows.statement, 0), changes);
        return strbuf_error(changes) < 0 ? strbuf_error(changes) : 1;
}

/* A row's number is its place in the file, unless a part of a plan has that already. */
static int find_seq(Putting *putting)
{
        const Value invoice = INT(putting->found.invoice), place = INT(putting->place),
                    account = INT(putting->found.account);
        int64_t found[2];
        int r = db_integers(putting->store,
                "select (select o.seq from imported_instalment o where o.invoice = ?1 "
                "and o.place = ?2), exists (select 1 from terms m where m.account = ?3 "
                "and m.invoice = ?1 and m.seq = ?2 and m.plan <> 0) "
                "or exists (select 1 from imported_instalment o where o.invoice = ?1 "
                "and o.seq = ?2 and o.place is not null)",
                VALUES(invoice, place, account), found, 2);

        if (r < 0)
                return r;
        putting->seq = found[0] != 0 ? (int)found[0] : putting->place;
        if (found[0] != 0 || !found[1])
                return 0;
        r = db_integers(putting->store,
                "select max(seq) + 1 from instalment where account = ? and invoice = ?",
                VALUES(account, invoice), found, 1);
        putting->seq = (int)found[0];
        return MIN(r, 0);
}

/* The row's Put if it is known or refused before anything is written; PUT_ADDED: it is new. */
static int look_up(Putting *putting)
{
        const InvoiceRow *row = putting->row;
        int r = customer_find(putting->store, row->customer, &putting->customer);

        if (r <= 0)
                return r < 0 ? r : PUT_UNKNOWN_CUSTOMER;
        r = invoice_find(putting->store, row->number, &putting->found);
        if (r <= 0)
                return r < 0 ? r : PUT_ADDED;
        if (putting->found.customer != putting->customer)
                return PUT_OTHER_CUSTOMER;
        if (!streq(putting->found.currency, row->currency))
                return PUT_OTHER_CURRENCY;
        return PUT_CHANGED;
}

static int add_row(Putting *putting)
{
        int r = db_savepoint(putting->store);

        if (r < 0)
                return r;
        if (putting->found.invoice == 0)
                r = insert_invoice(putting);
        if (r == 0)
                r = insert_instalment(putting);
        r = db_end_savepoint(putting->store, true, r);
        return r < 0 ? r : PUT_ADDED;
}

int store_put_invoice(Store *store, int64_t run, const InvoiceRow *row, Instant at)
{
        _cleanup_(strbuf_release) StrBuf changes = STRBUF_INIT;
        Putting putting = { .store = store, .row = row, .at = at, .run = import_run(store, run) };
        uint32_t differs = 0;

        if (!putting.run)
                return -EINVAL;
        int r = take_place(store, run, row->number, &putting.place);
        if (r == 0)
                r = look_up(&putting);
        if (r >= PUT_REFUSED) {
                int kept = keep_instalments(store, run, row->number);
                return kept < 0 ? kept : r;
        }
        if (r < 0)
                return r;
        putting.seq = putting.place;
        int known = r;
        r = known == PUT_CHANGED ? find_seq(&putting) : 0;
        if (r < 0)
                return r;
        fill_imported(&putting);
        if (known == PUT_ADDED)
                return add_row(&putting);
        r = compare_row(&putting, &changes, &differs);
        if (r <= 0)
                return r < 0 ? r : add_row(&putting);
        if (differs == 0)
                return PUT_SAME;
        r = db_savepoint(store);
        if (r < 0)
                return r;
        r = change_row(&putting, differs, strbuf_text(&changes));
        r = db_end_savepoint(store, true, r);
        return r < 0 ? r : PUT_CHANGED;
}

int store_is_row_doubled(Store *store, int64_t run, const InvoiceRow *row)
{
        int64_t n_alike = 0;
        int r = db_integers(store,
                "select count(*) from place p cross join invoice i on i.number = p.number "
                "cross join imported_instalment o on o.invoice = i.id "
                "and coalesce(o.place, o.seq) <= p.n cross join instalment t "
                "on t.account = i.account and t.invoice = i.id and t.seq = o.seq "
                "where p.run = ? and p.number = ? and p.n > 1 and t.due = ? and t.amount = ?",
                VALUES(INT(run), TEXT(row->number), DAY(row->due), INT(row->amount)), &n_alike, 1);

        return r < 0 ? r : n_alike > 1;
}

typedef struct Surplus {
        int64_t account, invoice;
        int seq;
} Surplus;

/* The next page of places: how many, and the last number. */
static int find_page(Store *store, int64_t run, size_t *ret_n, char **ret_last)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select count(*), max(number) from (select number from place where run = ? "
                "order by number limit ?) as page",
                VALUES(INT(run), INT(PAGE_PLACES)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_n = (size_t)row_integer(&rows, 0);
        *ret_last = *ret_n > 0 ? strdup(row_text(&rows, 1)) : NULL;
        return *ret_n > 0 && !*ret_last ? -ENOMEM : 0;
}

/* Instalments of the numbers up to last that an earlier file gave and this one has no row for. */
static int list_surplus(Store *store, int64_t run, const char *last, StrBuf *list)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select t.account, t.invoice, t.seq from place p "
                "cross join invoice i on i.number = p.number "
                "cross join imported_instalment o on o.invoice = i.id "
                "and coalesce(o.place, o.seq) > p.n "
                "cross join instalment t on t.account = i.account and t.invoice = i.id "
                "and t.seq = o.seq "
                "where p.run = ? and p.number <= ? and not p.is_of_another and t.status <> 3 "
                "order by t.account, t.invoice, t.seq",
                VALUES(INT(run), TEXT(last)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                const Surplus surplus = { row_integer(&rows, 0), row_integer(&rows, 1),
                        (int)row_integer(&rows, 2) };
                strbuf_add_bytes(list, &surplus, sizeof(surplus));
        }
        return r < 0 ? r : strbuf_error(list);
}

/* The row it came from is kept with the status it has now, so that the same row in a later file is
 * a change again. */
static int remember_withdrawn(Store *store, const Surplus *surplus, StrBuf *packed)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select columns from imported_instalment where invoice = ? and seq = ?",
                VALUES(INT(surplus->invoice), INT(surplus->seq)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        const char *p = sqlite3_column_blob(rows.statement, 0);
        const char *end = p + sqlite3_column_bytes(rows.statement, 0);
        for (int column = 0; p < end; column++) {
                size_t length = strnlen(p, (size_t)(end - p));
                strbuf_add(packed,
                        column == COLUMN_STATUS ? invoice_status_names[STATUS_CANCELLED] : p);
                strbuf_add_char(packed, '\0');
                p += length + 1;
        }
        rows_close(&rows);
        if (strbuf_error(packed) < 0)
                return strbuf_error(packed);
        return db_run(store,
                "update imported_instalment set columns = ? where invoice = ? and seq = ?",
                VALUES(BLOB(packed->text, packed->length), INT(surplus->invoice),
                        INT(surplus->seq)));
}

static int tell(Store *store, const ImportRun *run, const Surplus *surplus)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select t.number, a.currency, t.due, t.amount from instalment t "
                "cross join account a on a.id = t.account "
                "where t.account = ? and t.invoice = ? and t.seq = ?",
                VALUES(INT(surplus->account), INT(surplus->invoice), INT(surplus->seq)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        const WithdrawnRow row = { row_text(&rows, 0), row_text(&rows, 1), surplus->seq,
                row_date(&rows, 2), row_integer(&rows, 3) };
        run->told(run->owner, &row);
        return 0;
}

static int withdraw(Store *store, const Surplus *surplus, Instant at)
{
        _cleanup_(strbuf_release) StrBuf packed = STRBUF_INIT;
        int r = db_run(store,
                "update instalment set status = 3 where account = ? and invoice = ? and seq = ?",
                VALUES(INT(surplus->account), INT(surplus->invoice), INT(surplus->seq)));

        if (r == 0)
                r = remember_withdrawn(store, surplus, &packed);
        if (r == 0)
                r = event_add(store, &(Event){ .kind = "withdrawn",
                                             .at = at,
                                             .invoice = surplus->invoice,
                                             .seq = surplus->seq,
                                             .date = DATE_NONE,
                                             .note = "no longer in the imported file" });
        if (r == 0)
                r = words_refresh_invoice(store, surplus->account, surplus->invoice);
        if (r == 0)
                r = balance_refresh(store, surplus->account, surplus->invoice, DATE_NONE);
        return r;
}

static int withdraw_page(Store *store, const ImportRun *run, const char *last, size_t *ret_n)
{
        _cleanup_(strbuf_release) StrBuf list = STRBUF_INIT;
        int r = list_surplus(store, run->id, last, &list);
        size_t n = list.length / sizeof(Surplus);

        for (size_t i = 0; i < n && r == 0; i++) {
                Surplus surplus;
                memcpy(&surplus, list.text + i * sizeof(surplus), sizeof(surplus));
                r = withdraw(store, &surplus, run->at);
                if (r == 0 && run->told)
                        r = tell(store, run, &surplus);
        }
        if (r == 0)
                r = db_run(store, "delete from place where run = ? and number <= ?",
                        VALUES(INT(run->id), TEXT(last)));
        if (r == 0)
                *ret_n = n;
        return r;
}

int store_import_end(Store *store, int64_t id, size_t *ret_withdrawn)
{
        _cleanup_(freep) char *last = NULL;
        const ImportRun *run = import_run(store, id);
        size_t n = 0;

        if (!run)
                return -EINVAL;
        int r = find_page(store, id, &n, &last);
        *ret_withdrawn = 0;
        if (r == 0 && n > 0)
                r = withdraw_page(store, run, last, ret_withdrawn);
        if (r < 0)
                return r;
        if (n == PAGE_PLACES)
                return 1;
        store_import_drop(store, id);
        return 0;
}
