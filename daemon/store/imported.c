/* SPDX-License-Identifier: MIT */
/* Owns what the importers share: runs, comparison of rows, events, look-ups. Fails with -errno. */

#include "store/imported.h"

#include <errno.h>

ImportRun *import_run(Store *store, int64_t id)
{
        ImportRun *run = store->runs;

        while (run && run->id != id)
                run = run->next;
        return run;
}

static void run_free(ImportRun *run)
{
        free(run->file);
        free(run);
}

void import_runs_release(Store *store)
{
        while (store->runs) {
                ImportRun *run = store->runs;
                store->runs = run->next;
                run_free(run);
        }
}

int store_import_begin(
        Store *store, const char *file_name, Instant at, Date today, int64_t *ret_run)
{
        ImportRun *run = calloc(1, sizeof(*run));
        int r = 0;

        if (!run)
                return -ENOMEM;
        *run = (ImportRun){
                .next = store->runs,
                .id = store->last_run + 1,
                .at = at,
                .today = today,
                .file = strdup(file_name),
        };
        if (!run->file)
                r = -ENOMEM;
        else if (!store->runs)
                r = db_run(store, "delete from place", NO_VALUES);
        if (r < 0) {
                run_free(run);
                return r;
        }
        store->last_run = run->id;
        store->runs = run;
        *ret_run = run->id;
        return 0;
}

void store_import_watch(Store *store, int64_t id, WithdrawnTold told, void *owner)
{
        ImportRun *run = import_run(store, id);

        if (!run)
                return;
        run->told = told;
        run->owner = owner;
}

void store_import_drop(Store *store, int64_t id)
{
        for (ImportRun **at = &store->runs; *at; at = &(*at)->next) {
                ImportRun *run = *at;
                if (run->id != id)
                        continue;
                *at = run->next;
                run_free(run);
                return;
        }
}

void imported_pack(const ImportedRow *row, StrBuf *packed)
{
        for (size_t i = 0; i < row->n; i++)
                strbuf_add_bytes(packed, row->texts[i], strlen(row->texts[i]) + 1);
}

uint32_t imported_compare(
        const ImportedRow *row, const void *packed, size_t length, StrBuf *changes)
{
        const char *p = packed, *end = p + length;
        uint32_t differs = 0;

        for (size_t i = 0; i < row->n; i++) {
                const char *nul = p < end ? memchr(p, '\0', (size_t)(end - p)) : NULL;
                const char *was = nul ? p : "";
                p = nul ? nul + 1 : end;
                if (streq(was, row->texts[i]))
                        continue;
                differs |= UINT32_C(1) << i;
                strbuf_addf(changes, "%s%s: %s → %s", changes->length > 0 ? "; " : "",
                        row->names[i], *was ? was : "–", *row->texts[i] ? row->texts[i] : "–");
        }
        return differs;
}

const char *imported_text(const void *packed, size_t length, size_t column)
{
        const char *p = packed, *end = p + length;

        for (; p < end; column--) {
                if (column == 0)
                        return p;
                p += strnlen(p, (size_t)(end - p)) + 1;
        }
        return "";
}

static const char arrow[] = " → ";

/* Up to the policy no text has a "; " of its own: they are dates, amounts and names. */
bool imported_find_change(const char *changes, InvoiceColumn column, ImportedChange *ret_change)
{
        const char *p = changes;

        assert(column <= COLUMN_POLICY);
        for (InvoiceColumn at = 0; p && at <= column; at++) {
                size_t length = strlen(invoice_column_names[at]);
                if (strncmp(p, invoice_column_names[at], length) != 0 ||
                        strncmp(p + length, ": ", 2) != 0)
                        continue;
                const char *was = p + length + 2, *middle = strstr(was, arrow);
                const char *next = strstr(was, "; ");
                if (at < column) {
                        p = next ? next + 2 : NULL;
                        continue;
                }
                if (!middle)
                        return false;
                const char *now = middle + strlen(arrow);
                *ret_change = (ImportedChange){ was, now, (size_t)(middle - was),
                        next ? (size_t)(next - now) : strlen(now) };
                return true;
        }
        return false;
}

static Value id_value(int64_t id)
{
        return id != 0 ? INT(id) : (Value){ .type = SQLITE_NULL };
}

int fact_add(Store *store, const Event *event, int64_t *ret_fact)
{
        return db_insert(store,
                "insert into fact (kind, at, customer, account, invoice, seq, date, amount, "
                "reference, note, changes, withdraws) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                VALUES(TEXT(event->kind), TIME(event->at), id_value(event->customer),
                        id_value(event->account), id_value(event->invoice), id_value(event->seq),
                        DAY(event->date), INT(event->amount), TEXT(event->reference),
                        TEXT(event->note), TEXT(event->changes), id_value(event->withdraws)),
                ret_fact);
}

int event_add(Store *store, const Event *event)
{
        int64_t fact;

        return fact_add(store, event, &fact);
}

int customer_find(Store *store, const char *code, int64_t *ret_customer)
{
        return db_integers(store, "select id from customer where code = ?", VALUES(TEXT(code)),
                ret_customer, 1);
}

int account_find(Store *store, int64_t customer, const char *currency, int64_t *ret_account)
{
        return db_integers(store, "select id from account where customer = ? and currency = ?",
                VALUES(INT(customer), TEXT(currency)), ret_account, 1);
}

int account_get(Store *store, int64_t customer, const char *currency, int64_t *ret_account)
{
        int r = account_find(store, customer, currency, ret_account);

        if (r != 0)
                return MIN(r, 0);
        return db_insert(store, "insert into account (customer, currency) values (?, ?)",
                VALUES(INT(customer), TEXT(currency)), ret_account);
}

int invoice_find(Store *store, const char *number, InvoiceFound *ret_found)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select i.id, i.account, a.customer, a.currency from invoice i "
                "cross join account a on a.id = i.account where i.number = ?",
                VALUES(TEXT(number)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r;
        const char *currency = row_text(&rows, 3);
        if (!currency || strlen(currency) >= sizeof(ret_found->currency))
                return -EUCLEAN;
        *ret_found = (InvoiceFound){ row_integer(&rows, 0), row_integer(&rows, 1),
                row_integer(&rows, 2), "" };
        memcpy(ret_found->currency, currency, strlen(currency) + 1);
        return 1;
}

int customer_free(Store *store, int64_t customer)
{
        return db_run(store,
                "update instalment set is_aside = 0 "
                "where account in (select id from account where customer = ?) and is_aside = 1",
                VALUES(INT(customer)));
}
