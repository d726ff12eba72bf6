/* SPDX-License-Identifier: MIT */
/*
 * Fills a new store: fill-store STATE CACHE CUSTOMERS INSTALMENTS [DAYS]. Each customer gets the
 * same number of invoices, due so many days after today (default: from 30 on, so that a wake reads
 * everything and sends nothing). Goes through the store's own import, 10,000 rows a transaction.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/parse.h"
#include "store/facts.h"

#define ROWS_PER_TRANSACTION 10000
#define NOW ((Instant){ INT64_C(1772701200) * USEC_PER_SEC }) /* 2026-03-05T09:00Z */
#define TODAY ((Date){ 20517 })
#define TODAY ((Date){ 20517 }) /* 2026-03-05 */
#define DAYS_TO_DUE 30

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
} Order;

static int put_invoice(Store *store, int64_t run, int64_t n, const Order *order)
{
        char number[32], code[32], document[48];

        snprintf(number, sizeof(number), "F-2026-%07" PRId64, n);
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
                .issued = date_add(date_is_set(order->due) ? order->due : TODAY, -(int)(n % 25)),
                .due = date_is_set(order->due) ? order->due
                                               : date_add(TODAY, DAYS_TO_DUE + (int)(n % 60)),
                .delivered = DATE_NONE,
                .discount_until = DATE_NONE,
                .amount = 1000 + n * 7919 % 1000000,
                .method = METHOD_TRANSFER,
                .status = STATUS_OPEN,
        };
        int r = store_put_invoice(store, run, &row, NOW);
        return r < 0 ? r : r == PUT_ADDED ? 0 : -EEXIST;
}

static int fill(Store *store, const Order *order)
{
        int64_t run = 0;
        size_t n_withdrawn;
        int r = store_begin(store);

        if (r == 0)
                r = store_import_begin(store, "bench", NOW, TODAY, &run);
        for (int64_t i = 0; i < order->n_customers + order->n_instalments && r == 0; i++) {
                if (i > 0 && i % ROWS_PER_TRANSACTION == 0) {
                        r = store_commit(store);
                        if (r == 0)
                                r = store_begin(store);
                }
                if (r == 0)
                        r = i < order->n_customers
                                    ? put_customer(store, i)
                                    : put_invoice(store, run, i - order->n_customers, order);
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
                (argc == 6 && parse_int64(argv[5], -1000, 1000, &days) < 0)) {
                fprintf(stderr, "usage: fill-store STATE CACHE CUSTOMERS INSTALMENTS [DAYS]\n");
                return 2;
        }
        if (argc == 6)
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
