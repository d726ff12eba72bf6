/* SPDX-License-Identifier: MIT */
/* Owns customers as files give them. A changed row changes the columns that differ from the row
 * imported before, and nothing else (facts.h). Fails with -errno, in the caller's transaction. */

#include <errno.h>

#include "store/facts.h"
#include "store/imported.h"

enum {
        COLUMN_KIND = 1,
        COLUMN_RELATION = 2,
        COLUMN_EMAIL = 6,
        COLUMN_WHATSAPP = 8,
        COLUMN_OPT_IN = 11
};

#define ADDRESS_COLUMNS (7U << COLUMN_EMAIL | 1U << COLUMN_OPT_IN)

/* The order is that of the texts kept in imported_customer: new ones go to the end. */
static const char *const column_names[] = { "name", "kind", "relation", "language", "timezone",
        "country", "email", "phone", "whatsapp", "policy", "tags", "whatsapp_opt_in",
        "contact_name", "cc", "address", "postcode", "city", "registration" };

static const char update_sql[] =
        "update customer set name = iif(?, ?, name), kind = iif(?, ?, kind), "
        "relation = iif(?, ?, relation), language = iif(?, ?, language), "
        "timezone = iif(?, ?, timezone), country = iif(?, ?, country), "
        "email = iif(?, ?, email), phone = iif(?, ?, phone), "
        "whatsapp = iif(?, ?, whatsapp), policy = iif(?, ?, policy), "
        "tags = iif(?, ?, tags), whatsapp_opt_in = iif(?, ?, whatsapp_opt_in), "
        "contact_name = iif(?, ?, contact_name), cc = iif(?, ?, cc), "
        "address = iif(?, ?, address), postcode = iif(?, ?, postcode), "
        "city = iif(?, ?, city), registration = iif(?, ?, registration) where id = ?";

#define N_COLUMNS ELEMENTSOF(column_names)
_Static_assert(N_COLUMNS <= IMPORTED_COLUMNS_MAX, "columns of a customer");

static void imported_row(const CustomerRow *row, ImportedRow *imported)
{
        const char *texts[N_COLUMNS] = { row->name, customer_kind_names[row->kind],
                relation_names[row->relation], row->language, row->timezone, row->country,
                row->email, row->phone, row->whatsapp, row->policy, row->tags,
                date_format(row->whatsapp_opt_in, imported->buffers[0]), row->contact_name, row->cc,
                row->address, row->postcode, row->city, row->registration };

        imported->names = column_names;
        imported->n = N_COLUMNS;
        for (size_t i = 0; i < N_COLUMNS; i++)
                imported->texts[i] = texts[i] ? texts[i] : "";
}

static Value column_value(const CustomerRow *row, const ImportedRow *imported, size_t column)
{
        if (column == COLUMN_KIND)
                return INT(row->kind);
        if (column == COLUMN_RELATION)
                return INT(row->relation);
        if (column == COLUMN_OPT_IN)
                return DAY(row->whatsapp_opt_in);
        return TEXT(imported->texts[column]);
}

static int remember(Store *store, int64_t customer, const ImportedRow *imported)
{
        _cleanup_(strbuf_release) StrBuf packed = STRBUF_INIT;

        imported_pack(imported, &packed);
        if (strbuf_error(&packed) < 0)
                return strbuf_error(&packed);
        return db_run(store,
                "insert into imported_customer (customer, columns) values (?, ?) "
                "on conflict do update set columns = excluded.columns",
                VALUES(INT(customer), BLOB(packed.text, packed.length)));
}

static int add_customer(
        Store *store, const CustomerRow *row, const ImportedRow *imported, Instant at)
{
        Value values[N_COLUMNS + 1] = { TEXT(row->id) };
        int64_t id;

        for (size_t i = 0; i < N_COLUMNS; i++)
                values[i + 1] = column_value(row, imported, i);
        int r = db_insert(store,
                "insert into customer (code, name, kind, relation, language, timezone, country, "
                "email, phone, whatsapp, policy, tags, whatsapp_opt_in, contact_name, cc, address, "
                "postcode, city, registration) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values, ELEMENTSOF(values), &id);
        if (r == 0)
                r = remember(store, id, imported);
        if (r == 0)
                r = event_add(store,
                        &(Event){
                                .kind = "customer", .at = at, .customer = id, .date = DATE_NONE });
        return r < 0 ? r : PUT_ADDED;
}

/* Refusals of addresses that are still the customer's stand. */
static int addresses_changed(Store *store, int64_t customer)
{
        int r = db_run(store,
                "delete from refusal where customer = ?1 and address not in "
                "(select email from customer where id = ?1 union all "
                "select phone from customer where id = ?1 union all "
                "select whatsapp from customer where id = ?1)",
                VALUES(INT(customer)));

        return r < 0 ? r : customer_free(store, customer);
}

static int change_customer(Store *store, int64_t id, const CustomerRow *row,
        const ImportedRow *imported, uint32_t differs)
{
        Value values[2 * N_COLUMNS + 1];

        for (size_t i = 0; i < N_COLUMNS; i++) {
                values[2 * i] = INT(differs >> i & 1);
                values[2 * i + 1] = column_value(row, imported, i);
        }
        values[2 * N_COLUMNS] = INT(id);
        int r = db_run(store, update_sql, values, ELEMENTSOF(values));
        if (r == 0 && (differs & ADDRESS_COLUMNS))
                r = addresses_changed(store, id);
        return r < 0 ? r : remember(store, id, imported);
}

/* 0: the row is as it was imported before. */
static int compare_customer(Store *store, int64_t id, const ImportedRow *imported, StrBuf *changes,
        uint32_t *ret_differs)
{
        ROWS(rows);
        int r = rows_open(&rows, store, "select columns from imported_customer where customer = ?",
                VALUES(INT(id)));

        if (r == 0)
                r = rows_next(&rows);
        if (r < 0)
                return r;
        *ret_differs =
                imported_compare(imported, r > 0 ? sqlite3_column_blob(rows.statement, 0) : NULL,
                        r > 0 ? (size_t)sqlite3_column_bytes(rows.statement, 0) : 0, changes);
        return strbuf_error(changes);
}

int store_put_customer(Store *store, const CustomerRow *row, Instant at)
{
        _cleanup_(strbuf_release) StrBuf changes = STRBUF_INIT;
        ImportedRow imported;
        uint32_t differs = 0;
        int64_t id;

        imported_row(row, &imported);
        int r = customer_find(store, row->id, &id);
        if (r <= 0)
                return r < 0 ? r : add_customer(store, row, &imported, at);
        r = compare_customer(store, id, &imported, &changes, &differs);
        if (r < 0 || differs == 0)
                return r < 0 ? r : PUT_SAME;
        r = change_customer(store, id, row, &imported, differs);
        if (r == 0)
                r = event_add(store, &(Event){ .kind = "change",
                                             .at = at,
                                             .customer = id,
                                             .date = DATE_NONE,
                                             .changes = strbuf_text(&changes) });
        return r < 0 ? r : PUT_CHANGED;
}
