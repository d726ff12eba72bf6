/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_IMPORTED_H
#define RELANCED_STORE_IMPORTED_H

/* Private to store/: rows of files as texts, kept to tell what a later file has changed. */

#include "base/strbuf.h"
#include "core/date.h"
#include "store/database.h"
#include "store/facts.h"

#define IMPORTED_COLUMNS_MAX 18

typedef struct ImportedRow {
        const char *const *names; /* of the columns */
        size_t n;
        const char *texts[IMPORTED_COLUMNS_MAX];
        char buffers[6][32]; /* of texts that are made here */
} ImportedRow;

/* An import that is under way. Its places stand in a temporary table; what one that was given up
 * leaves there is removed when the next one begins alone. */
typedef struct ImportRun {
        struct ImportRun *next;
        int64_t id;
        Instant at;
        Date today; /* of at */
        char *file;
        WithdrawnTold told; /* or NULL */
        void *owner;
} ImportRun;
ImportRun *import_run(Store *store, int64_t id); /* NULL: it is over */
void import_runs_release(Store *store);

/* The texts, each followed by a NUL. */
void imported_pack(const ImportedRow *row, StrBuf *packed);
/* Which columns differ from the packed row (bit i: column i), and in words: "email: a → b; …". */
uint32_t imported_compare(
        const ImportedRow *row, const void *packed, size_t length, StrBuf *changes);

/* The columns of an invoice's row, in the order of the texts kept in imported_instalment: new ones
 * go to the end. */
typedef enum InvoiceColumn {
        COLUMN_ISSUED,
        COLUMN_DUE,
        COLUMN_AMOUNT,
        COLUMN_STATUS,
        COLUMN_METHOD,
        COLUMN_POLICY,
        COLUMN_DOCUMENT,
        COLUMN_PAYMENT_URL,
        COLUMN_CONTRACT,
        COLUMN_DELIVERED,
        COLUMN_PERCENT,
        COLUMN_UNTIL,
        INVOICE_COLUMNS
} InvoiceColumn;
extern const char *const invoice_column_names[INVOICE_COLUMNS];

/* A packed row's text, or "" where there is none. */
const char *imported_text(const void *packed, size_t length, size_t column);
/* What the words of imported_compare() say of a column up to COLUMN_POLICY; false: nothing. The
 * texts last as long as changes and are not ended. */
typedef struct ImportedChange {
        const char *was, *now;
        size_t was_length, now_length;
} ImportedChange;
bool imported_find_change(const char *changes, InvoiceColumn column, ImportedChange *ret_change);

/* A fact that is not about money. Unset members are none. */
typedef struct Event {
        const char *kind;
        Instant at;
        int64_t customer, account, invoice;
        int seq;
        Date date;
        int64_t amount;
        const char *reference, *note, *changes;
        int64_t withdraws; /* a fact */
} Event;
int event_add(Store *store, const Event *event);
int fact_add(Store *store, const Event *event, int64_t *ret_fact);

/* The account of a customer in a currency, made if missing. */
int account_get(Store *store, int64_t customer, const char *currency, int64_t *ret_account);
/* The same without making it: 1, 0 (none), -errno. */
int account_find(Store *store, int64_t customer, const char *currency, int64_t *ret_account);
/* 1, 0 (unknown), -errno. */
int customer_find(Store *store, const char *code, int64_t *ret_customer);

typedef struct InvoiceFound {
        int64_t invoice, account, customer;
        char currency[8];
} InvoiceFound;
int invoice_find(Store *store, const char *number, InvoiceFound *ret_found); /* as above */

/* A customer's addresses have changed: what stood aside for want of one is free (R4). */
int customer_free(Store *store, int64_t customer);

#endif
