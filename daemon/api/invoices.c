/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings of invoices and customers and the page of one invoice. Never changes anything.
 */

#include <errno.h>

#include "api/explain.h"
#include "api/routes.h"
#include "api/shapes.h"
#include "core/money.h"
#include "store/accounts.h"

static int add_invoice(void *owner, const InvoiceReport *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_invoice(row));
        return exchange->reply.error;
}

int handle_invoices(Exchange *exchange)
{
        return store_list_invoices(
                exchange->engine->store, NULL, NULL, false, add_invoice, exchange);
}

static int add_customer(void *owner, const CustomerReport *row)
{
        Exchange *exchange = owner;

        reply_add(&exchange->reply, shape_customer(row));
        return exchange->reply.error;
}

int handle_customers(Exchange *exchange)
{
        return store_list_customers(exchange->engine->store, NULL, add_customer, exchange);
}

typedef struct Page {
        Exchange *exchange;
        json_t *instalments, *facts, *notices;
        InvoiceReport head; /* texts are copies in the exchange's arena */
        int64_t amount, open;
} Page;

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
        if (money_add(&page->amount, row->amount) < 0 || money_add(&page->open, row->open) < 0)
                return -EOVERFLOW;
        return json_array_append_new(page->instalments, shape_invoice(row)) < 0 ? -ENOMEM : 0;
}

static int page_fact(void *owner, const FactReport *row)
{
        Page *page = owner;
        json_t *fact = shape_fact(page->exchange->engine->zone, row);

        return json_array_append_new(page->facts, fact) < 0 ? -ENOMEM : 0;
}

static int page_notice(void *owner, const LogRow *row)
{
        Page *page = owner;
        json_t *notice = shape_log(page->exchange->engine->zone, row);

        return json_array_append_new(page->notices, notice) < 0 ? -ENOMEM : 0;
}

static json_t *page_shape(Page *page, json_t *explained)
{
        const InvoiceReport *head = &page->head;

        return json_pack("{s:o, s:{s:o, s:o}, s:s, s:o, s:s, s:o, s:o, s:o, s:O, s:o, s:O, s:O}",
                "invoice", shape_text(head->number), "customer", "id", shape_text(head->customer),
                "name", shape_text(head->customer_name), "currency", head->currency, "issued",
                shape_date(head->issued), "status", invoice_status_names[head->status], "document",
                shape_given(head->document), "amount", shape_money(page->amount, head->currency),
                "open", shape_money(page->open, head->currency), "instalments", page->instalments,
                "explained", explained, "facts", page->facts, "notices", page->notices);
}

static int page_fill(Page *page, const char *number)
{
        Store *store = page->exchange->engine->store;
        const LogFilter filter = { .since = INSTANT_NONE, .state = -1, .invoice = number };
        int r;

        r = store_list_invoices(store, NULL, number, false, page_instalment, page);
        if (r < 0)
                return r;
        if (json_array_size(page->instalments) == 0)
                return -ENOENT;
        r = store_list_facts(store, number, page_fact, page);
        if (r < 0)
                return r;
        return store_list_log(store, &filter, page_notice, page);
}

int handle_show(Exchange *exchange)
{
        const char *number = exchange_get(exchange, "invoice");
        Page page = { .exchange = exchange,
                .instalments = json_array(),
                .facts = json_array(),
                .notices = json_array() };
        json_t *explained = NULL;
        int r;

        r = page_fill(&page, number);
        if (r == 0)
                r = explain_invoice(exchange, number, &explained);
        if (r == 0)
                reply_add(&exchange->reply, page_shape(&page, explained));
        else if (r == -ENOENT)
                r = exchange_no_invoice(exchange, number);
        json_decref(page.instalments);
        json_decref(page.facts);
        json_decref(page.notices);
        return r;
}
