/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_COLUMNS_H
#define RELANCED_INTAKE_COLUMNS_H

/* The three kinds of CSV files of facts and their columns (DESIGN 4.2). Pure; known to both sides:
 * the worker tells a file's kind by its columns, the daemon reads fields by their place here. */

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* In the order in which they are imported. */
typedef enum FileKind {
        FILE_CUSTOMERS,
        FILE_INVOICES,
        FILE_PAYMENTS
} FileKind;
#define FILE_KINDS 3

typedef enum CustomerColumn {
        CUSTOMER_ID,
        CUSTOMER_NAME,
        CUSTOMER_KIND,
        CUSTOMER_RELATION,
        CUSTOMER_LANGUAGE,
        CUSTOMER_TIMEZONE,
        CUSTOMER_COUNTRY,
        CUSTOMER_EMAIL,
        CUSTOMER_PHONE,
        CUSTOMER_WHATSAPP,
        CUSTOMER_POLICY,
        CUSTOMER_TAGS,
        CUSTOMER_CONTACT_NAME,
        CUSTOMER_CC,
        CUSTOMER_ADDRESS,
        CUSTOMER_POSTCODE,
        CUSTOMER_CITY,
        CUSTOMER_REGISTRATION,
        CUSTOMER_WHATSAPP_OPT_IN,
        CUSTOMER_COLUMNS
} CustomerColumn;

typedef enum InvoiceColumn {
        INVOICE_NUMBER,
        INVOICE_CUSTOMER,
        INVOICE_ISSUED,
        INVOICE_DUE,
        INVOICE_AMOUNT,
        INVOICE_CURRENCY,
        INVOICE_DOCUMENT,
        INVOICE_PAYMENT_URL,
        INVOICE_CONTRACT,
        INVOICE_DELIVERED,
        INVOICE_METHOD,
        INVOICE_STATUS,
        INVOICE_POLICY,
        INVOICE_DISCOUNT_PERCENT,
        INVOICE_DISCOUNT_UNTIL,
        INVOICE_COLUMNS
} InvoiceColumn;

typedef enum PaymentColumn {
        PAYMENT_ID,
        PAYMENT_INVOICE,
        PAYMENT_CUSTOMER,
        PAYMENT_DATE,
        PAYMENT_AMOUNT,
        PAYMENT_CURRENCY,
        PAYMENT_KIND,
        PAYMENT_REFERENCE,
        PAYMENT_COLUMNS
} PaymentColumn;

#define COLUMNS_MAX 19

typedef struct Layout {
        const char *name; /* "customers" */
        const char *const *columns;
        size_t n_columns;
        uint32_t required; /* bit i: a file without column i is refused */
} Layout;

extern const Layout layouts[FILE_KINDS];

/* Which kind has these column names: the one that knows most of them. -ENOENT: none knows enough
 * of them to be meant. */
int columns_tell_kind(const char *const names[], size_t n);

/* The column of that name, whatever its case, or -1. */
int layout_find(const Layout *layout, const char *name);

#endif
