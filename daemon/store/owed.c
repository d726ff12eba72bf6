/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings of what is owed: every instalment, and every customer's balance, customer by
 * customer. However many one customer has, no step looks at more than a page of them: what is to be
 * sorted is kept in a heap until it is complete, sums are carried from step to step. Never writes.
 */

#include <errno.h>

#include "core/money.h"
#include "store/pager.h"

/* Where a listing stands among customers, their accounts and the instalments of one. */
typedef struct Place {
        const char *only;          /* customer, or NULL: all */
        char *code;                /* of the customer at hand; NULL before the first */
        int64_t customer, account; /* 0: none is at hand */
        char *currency;            /* of the account at hand; "" before the first */
        int64_t invoice;           /* of the account: the one looked at last */
        int seq;
        size_t n_looks; /* at anything, in this step */
        bool is_over;
} Place;

static void place_release(Place *place)
{
        free(place->code);
        free(place->currency);
}

static int replace_text(char **text, const char *with)
{
        char *copy = strdup(with);

        if (!copy)
                return -ENOMEM;
        free(*text);
        *text = copy;
        return 0;
}

/* By code. 1: it is at hand, without an account yet; 0: there is none any more. */
static int next_customer(Store *store, Place *place)
{
        const char *one = "select id, code from customer where code = ?";
        const char *next = "select id, code from customer where code > ? order by code limit 1";
        const char *before = place->code ? place->code : "";
        ROWS(rows);

        place->n_looks++;
        place->customer = place->account = 0;
        place->is_over = place->only && place->code;
        if (place->is_over)
                return 0;
        int r = rows_open(&rows, store, place->only ? one : next,
                VALUES(TEXT(place->only ? place->only : before)));
        if (r == 0)
                r = rows_next(&rows);
        place->is_over = r == 0;
        if (r <= 0)
                return r;
        place->customer = row_integer(&rows, 0);
        r = replace_text(&place->code, row_text(&rows, 1));
        if (r == 0)
                r = replace_text(&place->currency, "");
        return r < 0 ? r : 1;
}

/* Of the customer, by currency. 1: it is at hand; 0: there is none any more. */
static int next_account(Store *store, Place *place)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select id, currency from account where customer = ?1 and currency > ?2 "
                "order by currency limit 1",
                VALUES(INT(place->customer), TEXT(place->currency)));

        place->n_looks++;
        place->account = place->invoice = 0;
        place->seq = 0;
        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r;
        place->account = row_integer(&rows, 0);
        r = replace_text(&place->currency, row_text(&rows, 1));
        return r < 0 ? r : 1;
}

/* An instalment that waits for its turn in the order of a customer's: by due day (none comes
 * first), number and sequence. */
typedef struct Waiting {
        int64_t account, invoice;
        int seq;
        Date due;
        const char *number;
} Waiting;

typedef struct InvoicePager {
        Pager pager;
        Place place;
        bool only_open;
        int (*row)(void *owner, const InvoiceReport *row);
        void *owner;
        Arena arena;   /* numbers of those that wait */
        Waiting *heap; /* the first of them at its top */
        size_t n, n_room;
        bool is_whole;  /* all of the customer's are in it */
        size_t n_given; /* in this step */
} InvoicePager;

static bool comes_first(const Waiting *a, const Waiting *b)
{
        int order = date_compare(a->due, b->due);

        if (order == 0)
                order = strcmp(a->number, b->number);
        return order != 0 ? order < 0 : a->seq < b->seq;
}

static int heap_push(InvoicePager *list, const Waiting *waiting)
{
        if (list->n == list->n_room) {
                size_t room = MAX(list->n_room * 2, (size_t)PAGE_ROWS);
                Waiting *grown = reallocarray(list->heap, room, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                list->heap = grown;
                list->n_room = room;
        }
        size_t at = list->n++;
        for (; at > 0 && comes_first(waiting, &list->heap[(at - 1) / 2]); at = (at - 1) / 2)
                list->heap[at] = list->heap[(at - 1) / 2];
        list->heap[at] = *waiting;
        return 0;
}

static Waiting heap_pop(InvoicePager *list)
{
        Waiting first = list->heap[0], last = list->heap[--list->n];
        size_t at = 0;

        for (size_t child = 1; child < list->n; child = 2 * at + 1) {
                if (child + 1 < list->n && comes_first(&list->heap[child + 1], &list->heap[child]))
                        child++;
                if (!comes_first(&list->heap[child], &last))
                        break;
                list->heap[at] = list->heap[child];
                at = child;
        }
        list->heap[at] = last;
        return first;
}

/* The next ones of the account at hand, and its end. */
static int read_instalments(InvoicePager *list)
{
        Place *place = &list->place;
        size_t n = 0;
        ROWS(rows);
        int r = rows_open(&rows, list->pager.store,
                "select invoice, seq, due, number from instalment "
                "where account = ?1 and (invoice, seq) > (?2, ?3) "
                "and (not ?4 or (open > 0 and status <> 3)) order by invoice, seq limit ?5",
                VALUES(INT(place->account), INT(place->invoice), INT(place->seq),
                        INT(list->only_open), INT(PAGE_LOOKS)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const Waiting waiting = { place->account, row_integer(&rows, 0),
                        (int)row_integer(&rows, 1), row_date(&rows, 2),
                        row_copy(&rows, 3, &list->arena) };
                place->invoice = waiting.invoice;
                place->seq = waiting.seq;
                n++;
                r = waiting.number ? heap_push(list, &waiting) : -ENOMEM;
        }
        place->n_looks += n;
        if (n < PAGE_LOOKS)
                place->account = 0;
        return r;
}

/* As it is now; nothing, if the filter does not let it through any more. */
static int give_instalment(InvoicePager *list, const Waiting *waiting)
{
        ROWS(rows);
        int r = rows_open(&rows, list->pager.store,
                "select t.number, k.code, k.name, a.currency, i.document, t.policy, "
                "coalesce((select d.step from done d where d.account = t.account "
                "and d.invoice = t.invoice and d.seq = t.seq order by d.position desc limit 1), "
                "''), t.seq, t.issued, t.due, t.amount, t.open, t.account, t.status, t.is_held, "
                "t.is_disputed, (select m.promised_until from terms m where m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq) from instalment t cross join account "
                "a on a.id = t.account "
                "cross join customer k on k.id = a.customer "
                "cross join invoice i on i.id = t.invoice "
                "where t.account = ?1 and t.invoice = ?2 and t.seq = ?3 "
                "and (not ?4 or (t.open > 0 and t.status <> 3))",
                VALUES(INT(waiting->account), INT(waiting->invoice), INT(waiting->seq),
                        INT(list->only_open)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r;
        list->n_given++;
        const InvoiceReport given = {
                .number = row_text(&rows, 0),
                .customer = row_text(&rows, 1),
                .customer_name = row_text(&rows, 2),
                .currency = row_text(&rows, 3),
                .document = row_text(&rows, 4),
                .policy = row_text(&rows, 5),
                .last_step = row_text(&rows, 6),
                .seq = (int)row_integer(&rows, 7),
                .issued = row_date(&rows, 8),
                .due = row_date(&rows, 9),
                .amount = row_integer(&rows, 10),
                .open = row_integer(&rows, 11),
                .account = row_integer(&rows, 12),
                .status = (InvoiceStatus)row_integer(&rows, 13),
                .is_held = row_integer(&rows, 14) != 0,
                .is_disputed = row_integer(&rows, 15) != 0,
                .promised_until = row_date(&rows, 16),
        };
        return list->row(list->owner, &given);
}

/* One small thing: a row given, an account read, another customer. */
static int advance_invoices(InvoicePager *list)
{
        Place *place = &list->place;

        if (list->is_whole && list->n > 0) {
                const Waiting waiting = heap_pop(list);
                place->n_looks++;
                return give_instalment(list, &waiting);
        }
        if (place->account > 0)
                return read_instalments(list);
        if (place->customer > 0 && !list->is_whole) {
                int r = next_account(list->pager.store, place);
                list->is_whole = r == 0;
                return MIN(r, 0);
        }
        arena_reset(&list->arena);
        list->is_whole = false;
        return MIN(next_customer(list->pager.store, place), 0);
}

static int step_invoices(Pager *pager, bool *ret_more)
{
        InvoicePager *list = (InvoicePager *)pager;
        int r = 0;

        list->n_given = list->place.n_looks = 0;
        while (r == 0 && !list->place.is_over && list->n_given < PAGE_ROWS &&
                list->place.n_looks < PAGE_LOOKS)
                r = advance_invoices(list);
        *ret_more = !list->place.is_over;
        return r;
}

static void release_invoices(Pager *pager)
{
        InvoicePager *list = (InvoicePager *)pager;

        place_release(&list->place);
        arena_release(&list->arena);
        free(list->heap);
}

int store_page_invoices(Store *store, const char *customer, bool only_open,
        int (*row)(void *owner, const InvoiceReport *row), void *owner, Pager **ret_pager)
{
        InvoicePager *list = malloc(sizeof(*list));

        if (!list)
                return -ENOMEM;
        *list = (InvoicePager){
                .pager = { store, step_invoices, release_invoices },
                .place.only = customer,
                .only_open = only_open,
                .row = row,
                .owner = owner,
        };
        *ret_pager = &list->pager;
        return 0;
}

/* The instalments of one invoice: there are never many. */
static int list_invoice(InvoicePager *list, const char *number)
{
        ROWS(rows);
        int r = rows_open(&rows, list->pager.store,
                "select t.account, t.invoice, t.seq, t.due, t.number from invoice i "
                "cross join instalment t on t.account = i.account and t.invoice = i.id "
                "where i.number = ?",
                VALUES(TEXT(number)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const Waiting waiting = { row_integer(&rows, 0), row_integer(&rows, 1),
                        (int)row_integer(&rows, 2), row_date(&rows, 3),
                        row_copy(&rows, 4, &list->arena) };
                r = waiting.number ? heap_push(list, &waiting) : -ENOMEM;
        }
        while (r == 0 && list->n > 0) {
                const Waiting waiting = heap_pop(list);
                r = give_instalment(list, &waiting);
        }
        return r;
}

int store_list_invoices(Store *store, const char *customer, const char *invoice,
        int (*row)(void *owner, const InvoiceReport *row), void *owner)
{
        Pager *pager = NULL;
        int r = store_page_invoices(store, customer, false, row, owner, &pager);

        if (r < 0 || !invoice)
                return pager_run(pager, r);
        r = list_invoice((InvoicePager *)pager, invoice);
        pager_free(pager);
        return r;
}

typedef struct CustomerPager {
        Pager pager;
        Place place;
        int (*row)(void *owner, const CustomerReport *row);
        void *owner;
        bool has_account; /* the customer at hand has had one */
        size_t n_open;    /* of the account at hand, so far */
        int64_t open;
        size_t n_given; /* in this step */
} CustomerPager;

/* Not summed in SQL, where one absurd amount would end the listing: it stays at the most there is.
 * 1: the sum is whole; 0: there is more to add. */
static int add_instalments(CustomerPager *list)
{
        Place *place = &list->place;
        size_t n = 0;
        ROWS(rows);
        int r = rows_open(&rows, list->pager.store,
                "select invoice, seq, iif(status <> 3, open, 0) from instalment "
                "where account = ?1 and (invoice, seq) > (?2, ?3) order by invoice, seq limit ?4",
                VALUES(INT(place->account), INT(place->invoice), INT(place->seq), INT(PAGE_LOOKS)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                int64_t open = row_integer(&rows, 2);
                place->invoice = row_integer(&rows, 0);
                place->seq = (int)row_integer(&rows, 1);
                n++;
                r = 0;
                if (open <= 0)
                        continue;
                list->n_open++;
                if (money_add(&list->open, open) < 0)
                        list->open = INT64_MAX;
        }
        place->n_looks += n;
        return r < 0 ? r : n < PAGE_LOOKS;
}

/* With the account at hand, if there is one. */
static int give_customer(CustomerPager *list)
{
        ROWS(rows);
        int r = rows_open(&rows, list->pager.store,
                "select k.code, k.name, k.email, k.phone, k.whatsapp, k.language, k.country, "
                "k.policy, k.tags, k.kind, k.relation, k.whatsapp_opt_in, "
                "coalesce(a.currency, ''), a.unassigned, a.last_contact "
                "from customer k left join account a on a.id = ?2 where k.id = ?1",
                VALUES(INT(list->place.customer), INT(list->place.account)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r;
        list->n_given++;
        const CustomerReport given = {
                .code = row_text(&rows, 0),
                .name = row_text(&rows, 1),
                .email = row_text(&rows, 2),
                .phone = row_text(&rows, 3),
                .whatsapp = row_text(&rows, 4),
                .language = row_text(&rows, 5),
                .country = row_text(&rows, 6),
                .policy = row_text(&rows, 7),
                .tags = row_text(&rows, 8),
                .kind = (CustomerKind)row_integer(&rows, 9),
                .relation = (Relation)row_integer(&rows, 10),
                .whatsapp_opt_in = row_date(&rows, 11),
                .currency = row_text(&rows, 12),
                .unassigned = row_integer(&rows, 13),
                .last_contact = row_date(&rows, 14),
                .n_open = list->n_open,
                .open = list->open,
        };
        return list->row(list->owner, &given);
}

/* One small thing: some instalments added up, a row given, another account or customer. */
static int advance_customers(CustomerPager *list)
{
        Place *place = &list->place;
        int r;

        if (place->account > 0) {
                r = add_instalments(list);
                if (r > 0) {
                        r = give_customer(list);
                        place->account = 0;
                }
                return r;
        }
        list->n_open = 0;
        list->open = 0;
        r = place->customer > 0 ? next_account(list->pager.store, place) : 0;
        if (r != 0) {
                list->has_account = true;
                return MIN(r, 0);
        }
        if (place->customer > 0 && !list->has_account)
                r = give_customer(list);
        list->has_account = false;
        return r != 0 ? r : MIN(next_customer(list->pager.store, place), 0);
}

static int step_customers(Pager *pager, bool *ret_more)
{
        CustomerPager *list = (CustomerPager *)pager;
        int r = 0;

        list->n_given = list->place.n_looks = 0;
        while (r == 0 && !list->place.is_over && list->n_given < PAGE_ROWS &&
                list->place.n_looks < PAGE_LOOKS)
                r = advance_customers(list);
        *ret_more = !list->place.is_over;
        return r;
}

static void release_customers(Pager *pager)
{
        place_release(&((CustomerPager *)pager)->place);
}

int store_page_customers(Store *store, const char *customer,
        int (*row)(void *owner, const CustomerReport *row), void *owner, Pager **ret_pager)
{
        CustomerPager *list = malloc(sizeof(*list));

        if (!list)
                return -ENOMEM;
        *list = (CustomerPager){
                .pager = { store, step_customers, release_customers },
                .place.only = customer,
                .row = row,
                .owner = owner,
        };
        *ret_pager = &list->pager;
        return 0;
}

int store_list_customers(Store *store, const char *customer,
        int (*row)(void *owner, const CustomerReport *row), void *owner)
{
        Pager *pager = NULL;
        int r = store_page_customers(store, customer, row, owner, &pager);

        return pager_run(pager, r);
}
