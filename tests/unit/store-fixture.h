/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_STORE_FIXTURE_H
#define RELANCED_TESTS_STORE_FIXTURE_H

/* A store in a folder of its own, and short ways to fill it. Included after cmocka. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/decide.h"
#include "store/accounts.h"
#include "store/facts.h"
#include "store/persons.h"
#include "store/outbox.h"
#include "store/report.h"

typedef struct Fixture {
        char folder[64], state[96], cache[96];
        Store *store;
        Arena arena;
} Fixture;

#define NOON ((Instant){ INT64_C(1772701200) * USEC_PER_SEC }) /* 2026-03-05T09:00Z */
#define TODAY ((Date){ 20517 })                                /* 2026-03-05 */

#define assert_ok(call) assert_int_equal((call), 0)

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        return remove(path);
}

static inline void fixture_open(Fixture *fixture)
{
        assert_int_equal(
                store_open(fixture->state, fixture->cache, &fixture->store, NULL), STORE_OPENED);
}

static inline void fixture_close(Fixture *fixture)
{
        store_close(fixture->store);
        fixture->store = NULL;
}

static inline int fixture_setup(void **state)
{
        Fixture *fixture = calloc(1, sizeof(*fixture));

        assert_non_null(fixture);
        snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/relanced-store-XXXXXX");
        assert_non_null(mkdtemp(fixture->folder));
        snprintf(fixture->state, sizeof(fixture->state), "%s/state", fixture->folder);
        snprintf(fixture->cache, sizeof(fixture->cache), "%s/cache", fixture->folder);
        assert_ok(store_create(fixture->state, fixture->cache));
        fixture_open(fixture);
        *state = fixture;
        return 0;
}

static inline int fixture_teardown(void **state)
{
        Fixture *fixture = *state;

        store_close(fixture->store);
        arena_release(&fixture->arena);
        (void)nftw(fixture->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(fixture);
        return 0;
}

static inline void begin(Fixture *fixture)
{
        assert_ok(store_begin(fixture->store));
}

static inline void commit(Fixture *fixture)
{
        assert_ok(store_commit(fixture->store));
}

static inline CustomerRow customer_row(const char *id)
{
        return (CustomerRow){
                .id = id,
                .name = "Boulangerie Martin",
                .kind = KIND_BUSINESS,
                .relation = RELATION_GOODS,
                .language = "fr",
                .timezone = "",
                .country = "FR",
                .email = "martin@example.org",
                .phone = "+33123456789",
                .whatsapp = "",
                .policy = "",
                .tags = "",
                .contact_name = "",
                .cc = "",
                .address = "3 rue Neuve",
                .postcode = "69001",
                .city = "Lyon",
                .registration = "",
                .whatsapp_opt_in = DATE_NONE,
        };
}

/* Due twenty days before TODAY. */
static inline InvoiceRow invoice_row(const char *number, const char *customer, int64_t amount)
{
        return (InvoiceRow){
                .number = number,
                .customer = customer,
                .currency = "EUR",
                .document = "",
                .payment_url = "",
                .contract = "",
                .policy = "",
                .issued = date_add(TODAY, -50),
                .due = date_add(TODAY, -20),
                .delivered = DATE_NONE,
                .discount_until = DATE_NONE,
                .amount = amount,
                .method = METHOD_TRANSFER,
                .status = STATUS_OPEN,
        };
}

static inline PaymentRow payment_row(const char *id, const char *invoice, int64_t amount)
{
        return (PaymentRow){
                .id = id,
                .invoice = invoice,
                .customer = "",
                .currency = "EUR",
                .reference = "",
                .date = TODAY,
                .amount = amount,
                .kind = FACT_PAYMENT,
        };
}

/* A copy, from its first step to its last. */
static inline int copy_store(Fixture *fixture, const char *path)
{
        StoreCopy *copy = NULL;
        int r = store_copy_new(fixture->store, path, &copy);

        while (r == 0 && (r = store_copy_step(copy)) > 0)
                r = 0;
        store_copy_free(copy);
        return r;
}

/* A transaction of one call each. */
static inline int put_customer(Fixture *fixture, const CustomerRow *row)
{
        begin(fixture);
        int r = store_put_customer(fixture->store, row, NOON);
        commit(fixture);
        return r;
}

static inline int put_payment(Fixture *fixture, const PaymentRow *row)
{
        begin(fixture);
        int r = store_put_payment(fixture->store, row, NOON, TODAY);
        commit(fixture);
        return r;
}

/* One file of invoices. puts[i] of each row; the number withdrawn at its end. */
static inline size_t import_invoices(Fixture *fixture, const InvoiceRow *rows, size_t n, int *puts)
{
        int64_t run;
        size_t n_withdrawn;

        begin(fixture);
        assert_ok(store_import_begin(fixture->store, "invoices.csv", NOON, TODAY, &run));
        for (size_t i = 0; i < n; i++)
                puts[i] = store_put_invoice(fixture->store, run, &rows[i], NOON);
        assert_ok(store_import_end(fixture->store, run, &n_withdrawn));
        commit(fixture);
        return n_withdrawn;
}

static inline int put_invoice(Fixture *fixture, const InvoiceRow *row)
{
        int put;

        (void)import_invoices(fixture, row, 1, &put);
        return put;
}

/* The customer's only account, whole. */
static inline Account load_account(Fixture *fixture, const char *customer)
{
        int64_t *accounts;
        size_t n;
        Account account;

        assert_ok(store_find_accounts(fixture->store, customer, &fixture->arena, &accounts, &n));
        assert_int_equal(n, 1);
        assert_ok(store_load_account(fixture->store, accounts[0], 0, &fixture->arena, &account));
        return account;
}

/* Customer C-1 with invoices F-1 (1200.00) and F-2 (300.00). */
static inline Account fill(Fixture *fixture)
{
        const CustomerRow customer = customer_row("C-1");
        const InvoiceRow rows[] = { invoice_row("F-1", "C-1", 120000),
                invoice_row("F-2", "C-1", 30000) };
        int puts[2];

        assert_int_equal(put_customer(fixture, &customer), PUT_ADDED);
        assert_int_equal(import_invoices(fixture, rows, 2, puts), 0);
        assert_int_equal(puts[0], PUT_ADDED);
        assert_int_equal(puts[1], PUT_ADDED);
        return load_account(fixture, "C-1");
}

static inline void count_finding(void *owner, const char *finding)
{
        print_message("%s\n", finding);
        ++*(int *)owner;
}

/* Everything that is kept follows from its sources. */
static inline void assert_verified(Fixture *fixture)
{
        int n = 0;

        assert_ok(store_verify(fixture->store, count_finding, &n));
        assert_int_equal(n, 0);
}

#endif
