/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_FACTS_H
#define RELANCED_STORE_FACTS_H

/*
 * What happened outside. Facts are appended, never edited; the balances they change are kept with
 * them, in the caller's transaction. Every call needs one (store_begin()).
 */

#include "core/account.h"
#include "store/store.h"

/* Texts are "" where a file did not give them. */
typedef struct CustomerRow {
        const char *id, *name;
        CustomerKind kind;
        Relation relation;
        const char *language, *timezone, *country, *email, *phone, *whatsapp, *policy, *tags,
                *contact_name, *cc, *address, *postcode, *city, *registration;
        Date whatsapp_opt_in;
} CustomerRow;

typedef struct InvoiceRow {
        const char *number, *customer, *currency, *document, *payment_url, *contract, *policy;
        Date issued, due, delivered, discount_until;
        int64_t amount;
        Method method;
        InvoiceStatus status;
        int discount_percent_hundredths;
} InvoiceRow;

typedef enum FactKind {
        FACT_PAYMENT,
        FACT_CREDIT,
        FACT_REFUND,
        FACT_CHARGEBACK,
        FACT_WRITE_OFF
} FactKind;
extern const char *const fact_kind_names[5];

typedef struct PaymentRow {
        const char *id, *invoice, *customer, *currency, *reference;
        Date date;
        int64_t amount; /* > 0 */
        FactKind kind;
        bool is_by_hand; /* no word of a bank: says nothing of how fresh payments are (R19) */
} PaymentRow;

/* What a row did. From PUT_REFUSED on it did nothing. */
typedef enum Put {
        PUT_SAME,
        PUT_ADDED,
        PUT_CHANGED,
        PUT_REFUSED,
        PUT_UNKNOWN_CUSTOMER = PUT_REFUSED,
        PUT_UNKNOWN_INVOICE,
        PUT_OTHER_CUSTOMER, /* the invoice is another customer's than the row says */
        PUT_OTHER_CURRENCY, /* instalments or payments of one invoice in two currencies */
        PUT_NO_TARGET,      /* a payment with neither invoice nor customer */
} Put;

/* An import: rows of one file. run tells instalments of this file from earlier ones; several runs
 * may be under way, and each of them last over many transactions. today: the creditor's civil day
 * of at, on which what is new came in (R18). */
int store_import_begin(
        Store *store, const char *file_name, Instant at, Date today, int64_t *ret_run);
/* After the last row: instalments that an invoice of this file no longer has are withdrawn, those
 * of a few hundred invoices at each call. 1: call it again, in this or in another transaction; 0:
 * the run is over. *ret_withdrawn: by this call. */
int store_import_end(Store *store, int64_t run, size_t *ret_withdrawn);
/* Whom store_import_end() tells of each one that it withdraws. The row lasts for the call, which
 * must not touch the store. */
typedef struct WithdrawnRow {
        const char *number, *currency;
        int seq;
        Date due;
        int64_t amount;
} WithdrawnRow;
typedef void (*WithdrawnTold)(void *owner, const WithdrawnRow *row);
void store_import_watch(Store *store, int64_t run, WithdrawnTold told, void *owner);
/* Gives a run up: nothing more is withdrawn. Needs no transaction; fine for one that is over. */
void store_import_drop(Store *store, int64_t run);

/*
 * A changed row changes only the columns that differ from the row imported before, so that a
 * person's correction outlives the next import of an unchanged file. A Put, or -errno; -EOVERFLOW:
 * sums that do not fit, this row did nothing and the transaction stands (R23).
 */
int store_put_customer(Store *store, const CustomerRow *row, Instant at);
/* The next row of that number in this run is its next instalment; a refused row, and one whose sums
 * do not fit, takes its place too. */
int store_put_invoice(Store *store, int64_t run, const InvoiceRow *row, Instant at);
/* 1: the run has given that number two instalments of the same day and amount, as when a row stands
 * twice in its file; 0: it has not; -errno. */
int store_is_row_doubled(Store *store, int64_t run, const InvoiceRow *row);
/* A row that cannot be put at all takes its number's place in the run, so that later ones keep
 * theirs. */
int store_skip_invoice(Store *store, int64_t run, const char *number);
/* Known id with the same content: PUT_SAME; with another: the old fact is withdrawn by the new. An
 * empty id is always new. today: the creditor's civil day of at (R12). */
int store_put_payment(Store *store, const PaymentRow *row, Instant at, Date today);

#endif
