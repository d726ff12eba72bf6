/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings of invoices and customers, the page of one invoice, and what is meant by the
 * name of something to show. Never changes anything.
 */

#include <errno.h>

#include "api/explain.h"
#include "api/message.h"
#include "api/shapes.h"
#include "api/terms.h"
#include "base/parse.h"
#include "core/money.h"
#include "store/accounts.h"

static int add_invoice(void *owner, const InvoiceReport *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_invoice(row));
        return exchange->reply.error;
}

/* Every invoice; or those of one customer that are open, or all of his. */
int handle_invoices(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *customer = exchange_get(exchange, "customer");
        bool is_known = !customer, only_open = customer && !exchange_get(exchange, "all");
        Pager *pager = NULL;
        int r = is_known ? 0 : exchange_knows_customer(exchange, customer, &is_known);

        if (r == 0 && !is_known)
                return exchange_no_customer(exchange, customer);
        if (r == 0)
                r = store_page_invoices(store, customer, only_open, add_invoice, exchange, &pager);
        return r < 0 ? r : exchange_page(exchange, pager);
}

static int add_customer(void *owner, const CustomerReport *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_customer(row));
        return exchange->reply.error;
}

int handle_customers(Exchange *exchange)
{
        Pager *pager = NULL;
        int r = store_page_customers(exchange->engine->store, NULL, add_customer, exchange, &pager);

        return r < 0 ? r : exchange_page(exchange, pager);
}

typedef struct Page {
        Exchange *exchange;
        json_t *instalments, *facts, *notices, *dispute;
        InvoiceReport head; /* texts are copies in the exchange's arena */
        int64_t amount, open, invoice;
        Account account; /* the invoice's, in the exchange's arena */
} Page;

static const Instalment *page_find(const Page *page, int seq)
{
        for (size_t i = 0; i < page->account.n_instalments; i++)
                if (page->account.instalments[i].invoice == page->invoice &&
                        page->account.instalments[i].seq == seq)
                        return &page->account.instalments[i];
        return NULL;
}

static int page_instalment(void *owner, const InvoiceReport *row)
{
        Page *page = owner;
        Arena *arena = &page->exchange->arena;

        if (json_array_size(page->instalments) == 0) {
                page->head = *row;
                page->head.number = arena_strdup(arena, row->number);
                page->head.customer = arena_strdup(arena, row->customer);
                page->head.customer_name = arena_strdup(arena, row->customer_name);
                page->head.currency = arena_strdup(arena, row->currency);
                page->head.document = arena_strdup(arena, row->document);
        }
        const Instalment *instalment = page_find(page, row->seq);
        bool is_part = instalment && instalment->plan > 0; /* its amount stands already */
        if (money_add(&page->amount, is_part ? 0 : row->amount) < 0 ||
                money_add(&page->open, row->open) < 0)
                return -EOVERFLOW;
        json_t *shaped = shape_invoice(row);
        if (instalment)
                shape_put_terms(&shaped, instalment, row->currency);
        shape_append(&page->instalments, shaped);
        return 0;
}

static int page_fact(void *owner, const FactReport *row)
{
        Page *page = owner;
        shape_append(&page->facts, shape_fact(page->exchange->engine->zone, row));
        return 0;
}

static int page_notice(void *owner, const LogRow *row)
{
        Page *page = owner;
        json_t *shaped = shape_log(page->exchange->engine->zone, row);

        shape_put(&shaped, "detail", shape_given(row->detail));
        shape_append(&page->notices, shaped);
        return 0;
}

/* Takes the page's arrays over. */
static json_t *page_shape(Page *page, json_t *explained)
{
        const InvoiceReport *head = &page->head;
        json_t *shaped = json_object(), *customer = json_object();

        shape_put(&customer, "id", shape_text(head->customer));
        shape_put(&customer, "name", shape_text(head->customer_name));
        shape_put(&shaped, "invoice", shape_text(head->number));
        shape_put(&shaped, "customer", customer);
        shape_put(&shaped, "currency", json_string(head->currency));
        shape_put(&shaped, "issued", shape_date(head->issued));
        shape_put(&shaped, "status", json_string(invoice_status_names[head->status]));
        shape_put(&shaped, "dispute", TAKE_PTR(page->dispute));
        shape_put(&shaped, "document", shape_given(head->document));
        shape_put(&shaped, "amount", shape_money(page->amount, head->currency));
        shape_put(&shaped, "open", shape_money(page->open, head->currency));
        shape_put(&shaped, "instalments", TAKE_PTR(page->instalments));
        shape_put(&shaped, "explained", explained);
        shape_put(&shaped, "facts", TAKE_PTR(page->facts));
        shape_put(&shaped, "notices", TAKE_PTR(page->notices));
        return shaped;
}

static int page_fill(Page *page, const char *number)
{
        Store *store = page->exchange->engine->store;
        const LogFilter filter = {
                .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1, .invoice = number
        };
        int64_t account;
        int r;

        r = store_find_invoice(store, number, &account, &page->invoice);
        if (r == 0)
                r = store_load_account(store, account, 0, &page->exchange->arena, &page->account);
        if (r == 0)
                r = store_list_invoices(store, NULL, number, page_instalment, page);
        if (r < 0)
                return r;
        if (json_array_size(page->instalments) == 0)
                return -ENOENT;
        r = store_list_facts(store, number, page_fact, page);
        if (r < 0)
                return r;
        return store_list_log(store, &filter, page_notice, page);
}

/* Takes explained over. */
static int show_explained(Exchange *exchange, json_t *explained)
{
        const char *number = exchange_get(exchange, "invoice");
        Page page = { .exchange = exchange,
                .instalments = json_array(),
                .facts = json_array(),
                .notices = json_array() };
        int r = page_fill(&page, number);

        if (r == 0)
                r = terms_find_dispute(exchange, number, &page.dispute);
        if (r == 0)
                reply_add(&exchange->reply, page_shape(&page, TAKE_PTR(explained)));
        json_decref(explained);
        json_decref(page.instalments);
        json_decref(page.dispute);
        json_decref(page.facts);
        json_decref(page.notices);
        return r;
}

/* An invoice, whatever its number looks like; else "notice:17" or "17": a notice. */
int handle_show(Exchange *exchange)
{
        const char *name = exchange_get(exchange, "invoice");
        bool is_named = strncmp(name, "notice:", 7) == 0;
        const char *number = is_named ? name + 7 : name;
        int64_t notice;
        int r = is_named ? -ENOENT : explain_invoice(exchange, name, show_explained);

        if (r != -ENOENT)
                return r;
        if (parse_int64(number, 1, INT64_MAX, &notice) < 0)
                return is_named ? reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                                          "'%s' is no notice: expected its number, as in the log",
                                          number)
                                : exchange_no_invoice(exchange, name);
        r = message_show(exchange, notice);
        if (r != -ENOENT)
                return r;
        if (is_named)
                return reply_refuse(
                        &exchange->reply, REPLY_NOT_FOUND, "there is no notice %s", number);
        return reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                "there is no invoice '%s', and no notice of that number", number);
}
