/* SPDX-License-Identifier: MIT */
/*
 * Fills a new store: fill-store STATE CACHE CUSTOMERS INSTALMENTS [DAYS | told]. Each customer gets
 * the same number of invoices, due so many days after today (default: from 30 on, so that a wake
 * reads everything and sends nothing). told: a fifth of them are five days late and reminded
 * yesterday, and persons have said something of one in seven, and of one customer in 25 (words and
 * tell_of_customer() below). Goes through the store's own import, 10,000 rows a transaction.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/parse.h"
#include "store/accounts.h"
#include "store/facts.h"
#include "store/persons.h"

#define ROWS_PER_TRANSACTION 10000
#define NOW ((Instant){ INT64_C(1772701200) * USEC_PER_SEC }) /* 2026-03-05T09:00Z */
#define TODAY ((Date){ 20517 })                               /* that day */
#define DAYS_TO_DUE 30
#define LATE_OF 5 /* told: one in so many is late */
#define DAYS_LATE 5

static int put_customer(Store *store, int64_t n)
{
        char code[32], email[64], phone[32];

        snprintf(code, sizeof(code), "C-%06" PRId64, n);
        snprintf(email, sizeof(email), "compta@client-%06" PRId64 ".example", n);
        snprintf(phone, sizeof(phone), "+336%08" PRId64, n);
        const CustomerRow row = {
                .id = code,
                .name = "Boulangerie Martin et fils",
                .kind = n % 10 == 0 ? KIND_CONSUMER : KIND_BUSINESS,
                .relation = n % 3 == 0 ? RELATION_SERVICE : RELATION_GOODS,
                .language = "fr",
                .timezone = "",
                .country = "FR",
                .email = email,
                .phone = phone,
                .whatsapp = "",
                .policy = "",
                .tags = "",
                .contact_name = "Service comptable",
                .cc = "",
                .address = "12 rue des Lilas",
                .postcode = "69003",
                .city = "Lyon",
                .registration = "",
                .whatsapp_opt_in = DATE_NONE,
        };
        int r = store_put_customer(store, &row, NOW);
        return r < 0 ? r : r == PUT_ADDED ? 0 : -EEXIST;
}

/* Of the order: how many, and when they are due (DATE_NONE: from DAYS_TO_DUE on). */
typedef struct Order {
        int64_t n_customers, n_instalments;
        Date due;
        bool is_told;
} Order;

#define NUMBER "F-2026-%07" PRId64

static bool is_late(const Order *order, int64_t n)
{
        return order->is_told && n % LATE_OF == 0;
}

static int put_invoice(Store *store, int64_t run, int64_t n, const Order *order)
{
        Date due = date_is_set(order->due) ? order->due
                   : is_late(order, n)     ? date_add(TODAY, -DAYS_LATE)
                                           : date_add(TODAY, DAYS_TO_DUE + (int)(n % 60));
        char number[32], code[32], document[48];

        snprintf(number, sizeof(number), NUMBER, n);
        snprintf(code, sizeof(code), "C-%06" PRId64, n % order->n_customers);
        snprintf(document, sizeof(document), "2026/F-2026-%07" PRId64 ".pdf", n);
        const InvoiceRow row = {
                .number = number,
                .customer = code,
                .currency = "EUR",
                .document = document,
                .payment_url = "",
                .contract = "",
                .policy = "",
                .issued = date_add(date_compare(due, TODAY) < 0 ? due : TODAY, -(int)(n % 25)),
                .due = due,
                .delivered = DATE_NONE,
                .discount_until = order->is_told && n % 10 == 1 ? date_add(TODAY, 8) : DATE_NONE,
                .discount_percent_hundredths = order->is_told && n % 10 == 1 ? 200 : 0,
                .amount = 1000 + n * 7919 % 1000000,
                .method = METHOD_TRANSFER,
                .status = STATUS_OPEN,
        };
        int r = store_put_invoice(store, run, &row, NOW);
        return r < 0 ? r : r == PUT_ADDED ? 0 : -EEXIST;
}

static int say_promise(Store *store, const char *invoice)
{
        const Promise promise = { invoice, date_add(TODAY, 9), 0, 3, false, "by telephone" };
        int64_t fact;

        return store_promise(store, &promise, NOW, &fact);
}

static int say_dispute(Store *store, const char *invoice)
{
        return store_dispute(store, invoice, "quality", "two doors do not close", NOW);
}

static int say_hold(Store *store, const char *invoice)
{
        return store_hold(store, &(Target){ .invoice = invoice }, date_add(TODAY, 12), "", NOW);
}

static int say_plan(Store *store, const char *invoice)
{
        const Date days[] = { date_add(TODAY, 10), date_add(TODAY, 40), date_add(TODAY, 70) };
        const PlanOrder order = { invoice, ELEMENTSOF(days), days, 0, "plan", NULL };
        int64_t fact;

        return store_plan(store, &order, NOW, TODAY, &fact);
}

static int say_payment(Store *store, const char *invoice)
{
        const PaymentRow row = {
                .id = "",
                .invoice = invoice,
                .customer = "",
                .currency = "EUR",
                .reference = "",
                .date = TODAY,
                .amount = 500,
                .kind = FACT_PAYMENT,
        };
        int r = store_put_payment(store, &row, NOW, TODAY);

        return r < 0 ? r : r == PUT_ADDED ? 0 : -EEXIST;
}

static int mark(Store *store, const char *invoice, const char *step, Action action, Date on)
{
        StepMark mark = { .step = step, .action = action, .note = "" };
        int64_t fact;
        int r = store_find_invoice(store, invoice, &mark.account, &mark.invoice);

        return r < 0 ? r : store_mark_done(store, &mark, NOW, on, &fact);
}

static int say_handed_over(Store *store, const char *invoice)
{
        return mark(store, invoice, "agency", ACTION_AGENCY, TODAY);
}

/* What persons have said of a hundred invoices. */
static int (*const words[100])(Store *store, const char *invoice) = {
        [1] = say_promise,
        [21] = say_promise,
        [41] = say_promise,
        [2] = say_dispute,
        [22] = say_dispute,
        [3] = say_hold,
        [23] = say_hold,
        [4] = say_plan,
        [24] = say_plan,
        [6] = say_payment,
        [16] = say_payment,
        [26] = say_payment,
        [36] = say_payment,
        [46] = say_payment,
        [5] = say_handed_over,
};

/* The ladder of who is late has begun. */
static int tell_of_invoice(Store *store, int64_t n, const Order *order)
{
        Date yesterday = date_add(TODAY, -1);
        char number[32];
        int r = 0;

        snprintf(number, sizeof(number), NUMBER, n);
        if (is_late(order, n))
                r = mark(store, number, "courtesy", ACTION_COURTESY, date_add(TODAY, -8));
        if (is_late(order, n) && r == 0)
                r = mark(store, number, "reminder", ACTION_REMIND, yesterday);
        return r == 0 && words[n % 100] ? words[n % 100](store, number) : r;
}

static int tell_of_customer(Store *store, int64_t n)
{
        char code[32];
        const Answered answered = { code, "is on holiday", "", date_add(TODAY, 5) };
        int64_t fact;

        snprintf(code, sizeof(code), "C-%06" PRId64, n);
        switch (n % 100) {
        case 10:
        case 60: return store_opt_out(store, code, "sms", NOW, &fact);
        case 20: return store_reply(store, &answered, NOW, &fact);
        case 30: return store_hold(store, &(Target){ .customer = code }, DATE_NONE, "", NOW);
        default: return 0;
        }
}

/* Customers, invoices, and then what is told of both. */
static int put_row(Store *store, int64_t run, int64_t i, const Order *order)
{
        int64_t n_rows = order->n_customers + order->n_instalments;

        if (i < order->n_customers)
                return put_customer(store, i);
        if (i < n_rows)
                return put_invoice(store, run, i - order->n_customers, order);
        i -= n_rows;
        return i < order->n_customers ? tell_of_customer(store, i)
                                      : tell_of_invoice(store, i - order->n_customers, order);
}

static int fill(Store *store, const Order *order)
{
        int64_t run = 0, n_rows = order->n_customers + order->n_instalments;
        size_t n_withdrawn;
        int r = store_begin(store);

        if (r == 0)
                r = store_import_begin(store, "bench", NOW, TODAY, &run);
        for (int64_t i = 0; i < (order->is_told ? 2 : 1) * n_rows && r == 0; i++) {
                if (i > 0 && i % ROWS_PER_TRANSACTION == 0) {
                        r = store_commit(store);
                        if (r == 0)
                                r = store_begin(store);
                }
                if (r == 0)
                        r = put_row(store, run, i, order);
        }
        while (r >= 0 && (r = store_import_end(store, run, &n_withdrawn)) > 0)
                continue;
        return r < 0 ? r : store_commit(store);
}

int main(int argc, char *argv[])
{
        _cleanup_(store_closep) Store *store = NULL;
        Order order = { .due = DATE_NONE };
        int64_t days = 0;

        if (argc < 5 || argc > 6 || parse_int64(argv[3], 1, 10000000, &order.n_customers) < 0 ||
                parse_int64(argv[4], 0, 100000000, &order.n_instalments) < 0 ||
                (argc == 6 && !streq(argv[5], "told") &&
                        parse_int64(argv[5], -1000, 1000, &days) < 0)) {
                fprintf(stderr,
                        "usage: fill-store STATE CACHE CUSTOMERS INSTALMENTS [DAYS | told]\n");
                return 2;
        }
        order.is_told = argc == 6 && streq(argv[5], "told");
        if (argc == 6 && !order.is_told)
                order.due = date_add(TODAY, (int)days);
        int r = store_create(argv[1], argv[2]);
        if (r == 0)
                r = store_open(argv[1], argv[2], &store, NULL);
        if (r == 0)
                r = fill(store, &order);
        if (r != 0) {
                fprintf(stderr, "fill-store: %s\n", r < 0 ? strerror(-r) : "cannot open");
                return 1;
        }
        return 0;
}
