/* SPDX-License-Identifier: MIT */
/* Owns finding accounts and invoices by what people call them, and the details that only a notice
 * needs. Fails with -errno; -ENOENT: there is no such thing. */

#include <errno.h>

#include "store/accounts.h"
#include "store/database.h"

int store_find_accounts(
        Store *store, const char *customer, Arena *arena, int64_t **ret_accounts, size_t *ret_n)
{
        ROWS(rows);
        int64_t id, n_accounts;
        size_t n = 0;

        int r = db_integers(
                store, "select id from customer where code = ?", VALUES(TEXT(customer)), &id, 1);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = db_integers(store, "select count(*) from account where customer = ?", VALUES(INT(id)),
                &n_accounts, 1);
        if (r < 0)
                return r;
        int64_t *accounts = arena_alloc_array(arena, (size_t)n_accounts, sizeof(int64_t));
        if (!accounts)
                return -ENOMEM;
        r = rows_open(&rows, store, "select id from account where customer = ? order by id",
                VALUES(INT(id)));
        while (r >= 0 && n < (size_t)n_accounts && (r = rows_next(&rows)) > 0)
                accounts[n++] = row_integer(&rows, 0);
        if (r < 0)
                return r;
        *ret_accounts = accounts;
        *ret_n = n;
        return 0;
}

int store_find_invoice(Store *store, const char *number, int64_t *ret_account, int64_t *ret_invoice)
{
        int64_t found[2];
        int r = db_integers(store, "select account, id from invoice where number = ?",
                VALUES(TEXT(number)), found, 2);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        *ret_account = found[0];
        *ret_invoice = found[1];
        return 0;
}

#define OVERPAID                                                                                   \
        "from (select distinct invoice from instalment where account = ?) t "                      \
        "cross join invoice i on i.id = t.invoice where i.left_over > 0"

int store_find_overpaid(
        Store *store, int64_t account, Arena *arena, int64_t **ret_invoices, size_t *ret_n)
{
        ROWS(rows);
        int64_t n_invoices;
        size_t n = 0;

        int r = db_integers(
                store, "select count(*) " OVERPAID, VALUES(INT(account)), &n_invoices, 1);
        if (r < 0)
                return r;
        int64_t *invoices = arena_alloc_array(arena, (size_t)n_invoices, sizeof(int64_t));
        if (!invoices)
                return -ENOMEM;
        r = rows_open(&rows, store, "select i.id " OVERPAID, VALUES(INT(account)));
        while (r >= 0 && n < (size_t)n_invoices && (r = rows_next(&rows)) > 0)
                invoices[n++] = row_integer(&rows, 0);
        if (r < 0)
                return r;
        *ret_invoices = invoices;
        *ret_n = n;
        return 0;
}

int store_refused_channels(Store *store, int64_t customer,
        void (*refused)(void *owner, const char *channel, const char *address), void *owner)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select channel, address from refusal where customer = ?1 union all "
                "select channel, '' from opt_out where customer = ?1 order by 1, 2",
                VALUES(INT(customer)));

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                refused(owner, row_text(&rows, 0), row_text(&rows, 1));
        return r;
}

static int read_invoice(const Rows *rows, Arena *arena, InvoiceDetail *detail)
{
        *detail = (InvoiceDetail){
                .number = row_copy(rows, 0, arena),
                .document = row_copy(rows, 1, arena),
                .payment_url = row_copy(rows, 2, arena),
                .contract = row_copy(rows, 3, arena),
                .issued = DATE_NONE,
                .delivered = row_date(rows, 4),
                .discount_percent_hundredths = (int)row_integer(rows, 5),
                .discount_until = row_date(rows, 6),
                .document_sha256 = row_copy(rows, 7, arena),
        };
        return detail->number && detail->document && detail->payment_url && detail->contract &&
                               detail->document_sha256
                       ? 0
                       : -ENOMEM;
}

static int add_part(const Rows *rows, Arena *arena, InvoiceDetail *detail)
{
        PlanPart *parts = arena_alloc_array(arena, detail->n_parts + 1, sizeof(*parts));

        if (!parts)
                return -ENOMEM;
        for (size_t i = 0; i < detail->n_parts; i++)
                parts[i] = detail->parts[i];
        parts[detail->n_parts++] = (PlanPart){ row_integer(rows, 12), (int)row_integer(rows, 13) };
        detail->parts = parts;
        return 0;
}

/* A plan's parts are none of its own. */
static int add_instalment(const Rows *rows, Arena *arena, InvoiceDetail *detail)
{
        if (row_is_null(rows, 9))
                return 0;
        if (row_integer(rows, 12) != 0)
                return add_part(rows, arena, detail);
        if (!date_is_set(detail->issued))
                detail->issued = row_date(rows, 10);
        if (row_integer(rows, 11) == STATUS_CANCELLED)
                return 0;
        detail->n_instalments++;
        return money_add(&detail->amount, row_integer(rows, 9));
}

/* Row by row an instalment, and its invoice with each. */
static int read_with_instalments(
        Store *store, int64_t invoice, Arena *arena, InvoiceDetail *detail, int64_t *ret_account)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select i.number, i.document, i.payment_url, i.contract, i.delivered, "
                "i.discount_percent_hundredths, i.discount_until, i.document_sha256, i.account, "
                "t.amount, t.issued, t.status, m.plan, t.seq from invoice i "
                "left join instalment t on t.account = i.account and t.invoice = i.id "
                "left join terms m on t.has_terms and m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq where i.id = ? order by t.seq",
                VALUES(INT(invoice)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        *ret_account = row_integer(&rows, 8);
        r = read_invoice(&rows, arena, detail);
        if (r == 0)
                r = add_instalment(&rows, arena, detail);
        while (r == 0 && (r = rows_next(&rows)) > 0)
                r = add_instalment(&rows, arena, detail);
        return r;
}

/* Its discount for paying early as balances.c grants it: half up, shared out among the instalments
 * so that the shares add up to it, and ended by a plan. */
static int read_discounts(
        Store *store, int64_t account, int64_t invoice, Arena *arena, InvoiceDetail *detail)
{
        ROWS(rows);
        int64_t n, so_far = 0, given = 0;
        int r = db_integers(store,
                "select max(seq) from instalment where account = ? and invoice = ?",
                VALUES(INT(account), INT(invoice)), &n, 1);

        if (r <= 0)
                return r;
        int64_t *discounts = arena_alloc_array(arena, (size_t)n, sizeof(int64_t));
        if (!discounts)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select i.seq, i.amount from instalment i left join terms t "
                "on t.account = i.account and t.invoice = i.invoice and t.seq = i.seq "
                "where i.account = ? and i.invoice = ? and i.amount > 0 and i.status <> 3 "
                "and coalesce(t.plan, 0) = 0 and coalesce(t.replaced_by, 0) = 0 order by i.seq",
                VALUES(INT(account), INT(invoice)));
        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                if (money_add(&so_far, row_integer(&rows, 1)) < 0)
                        continue;
                int64_t off = money_percent(so_far, detail->discount_percent_hundredths);
                discounts[row_integer(&rows, 0) - 1] = off - given;
                given = off;
        }
        detail->discounts = discounts;
        detail->n_discounts = (int)n;
        return r;
}

int store_load_invoice(Store *store, int64_t invoice, Arena *arena, InvoiceDetail *ret_detail)
{
        InvoiceDetail detail;
        int64_t account, n_customers = 0;

        int r = read_with_instalments(store, invoice, arena, &detail, &account);
        if (r == 0 && detail.discount_percent_hundredths > 0)
                r = read_discounts(store, account, invoice, arena, &detail);
        if (r == 0 && *detail.document)
                r = db_integers(store,
                        "select count(distinct a.customer) from invoice i "
                        "cross join account a on a.id = i.account "
                        "where i.document = ? and i.document <> ''",
                        VALUES(TEXT(detail.document)), &n_customers, 1);
        if (r < 0)
                return r;
        detail.n_document_customers = (int)n_customers;
        *ret_detail = detail;
        return 0;
}

int store_set_document_sha256(Store *store, int64_t invoice, const char *sha256)
{
        bool is_own;
        int r = db_join(store, &is_own);

        if (r < 0)
                return r;
        r = db_run(store, "update invoice set document_sha256 = ? where id = ?",
                VALUES(TEXT(sha256), INT(invoice)));
        return db_leave(store, is_own, r);
}

int store_load_customer(Store *store, int64_t customer, Arena *arena, CustomerDetail *ret_detail)
{
        ROWS(rows);
        const char *texts[10];

        int r = rows_open(&rows, store,
                "select code, name, contact_name, cc, address, postcode, city, country, "
                "registration, language from customer where id = ?",
                VALUES(INT(customer)));
        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        for (int i = 0; i < (int)ELEMENTSOF(texts); i++) {
                texts[i] = row_copy(&rows, i, arena);
                if (!texts[i])
                        return -ENOMEM;
        }
        *ret_detail = (CustomerDetail){ texts[0], texts[1], texts[2], texts[3], texts[4], texts[5],
                texts[6], texts[7], texts[8], texts[9] };
        return 0;
}
