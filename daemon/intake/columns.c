/* SPDX-License-Identifier: MIT */
/* Owns the names of columns. Never reads a value. */

#include "intake/columns.h"

#include <errno.h>
#include <strings.h>

static const char *const customer_columns[] = {
        [CUSTOMER_ID] = "id",
        [CUSTOMER_NAME] = "name",
        [CUSTOMER_KIND] = "kind",
        [CUSTOMER_RELATION] = "relation",
        [CUSTOMER_LANGUAGE] = "language",
        [CUSTOMER_TIMEZONE] = "timezone",
        [CUSTOMER_COUNTRY] = "country",
        [CUSTOMER_EMAIL] = "email",
        [CUSTOMER_PHONE] = "phone",
        [CUSTOMER_WHATSAPP] = "whatsapp",
        [CUSTOMER_POLICY] = "policy",
        [CUSTOMER_TAGS] = "tags",
        [CUSTOMER_CONTACT_NAME] = "contact_name",
        [CUSTOMER_CC] = "cc",
        [CUSTOMER_ADDRESS] = "address",
        [CUSTOMER_POSTCODE] = "postcode",
        [CUSTOMER_CITY] = "city",
        [CUSTOMER_REGISTRATION] = "registration",
        [CUSTOMER_WHATSAPP_OPT_IN] = "whatsapp_opt_in",
};

static const char *const invoice_columns[] = {
        [INVOICE_NUMBER] = "number",
        [INVOICE_CUSTOMER] = "customer",
        [INVOICE_ISSUED] = "issued",
        [INVOICE_DUE] = "due",
        [INVOICE_AMOUNT] = "amount",
        [INVOICE_CURRENCY] = "currency",
        [INVOICE_DOCUMENT] = "document",
        [INVOICE_PAYMENT_URL] = "payment_url",
        [INVOICE_CONTRACT] = "contract",
        [INVOICE_DELIVERED] = "delivered",
        [INVOICE_METHOD] = "method",
        [INVOICE_STATUS] = "status",
        [INVOICE_POLICY] = "policy",
        [INVOICE_DISCOUNT_PERCENT] = "discount_percent",
        [INVOICE_DISCOUNT_UNTIL] = "discount_until",
};

static const char *const payment_columns[] = {
        [PAYMENT_ID] = "id",
        [PAYMENT_INVOICE] = "invoice",
        [PAYMENT_CUSTOMER] = "customer",
        [PAYMENT_DATE] = "date",
        [PAYMENT_AMOUNT] = "amount",
        [PAYMENT_CURRENCY] = "currency",
        [PAYMENT_KIND] = "kind",
        [PAYMENT_REFERENCE] = "reference",
};

#define BIT(i) (UINT32_C(1) << (i))

const Layout layouts[FILE_KINDS] = {
        [FILE_CUSTOMERS] = { "customers", customer_columns, ELEMENTSOF(customer_columns),
                BIT(CUSTOMER_ID) | BIT(CUSTOMER_NAME) },
        [FILE_INVOICES] = { "invoices", invoice_columns, ELEMENTSOF(invoice_columns),
                BIT(INVOICE_NUMBER) | BIT(INVOICE_CUSTOMER) | BIT(INVOICE_ISSUED) |
                        BIT(INVOICE_DUE) | BIT(INVOICE_AMOUNT) | BIT(INVOICE_CURRENCY) },
        [FILE_PAYMENTS] = { "payments", payment_columns, ELEMENTSOF(payment_columns),
                BIT(PAYMENT_ID) | BIT(PAYMENT_DATE) | BIT(PAYMENT_AMOUNT) | BIT(PAYMENT_CURRENCY) },
};

int layout_find(const Layout *layout, const char *name)
{
        for (size_t i = 0; i < layout->n_columns; i++)
                if (strcasecmp(layout->columns[i], name) == 0)
                        return (int)i;
        return -1;
}

/* How many of the names a layout knows; a required one counts twice. 0 when less than half of the
 * required ones are there: the resemblance is then an accident. */
static unsigned layout_score(const Layout *layout, const char *const names[], size_t n)
{
        uint32_t known = 0;

        for (size_t i = 0; i < n; i++) {
                int column = layout_find(layout, names[i]);
                if (column >= 0)
                        known |= BIT(column);
        }
        unsigned n_required = (unsigned)__builtin_popcount(layout->required);
        unsigned n_there = (unsigned)__builtin_popcount(known & layout->required);
        if (2 * n_there < n_required)
                return 0;
        return (unsigned)__builtin_popcount(known) + n_there;
}

int columns_tell_kind(const char *const names[], size_t n)
{
        unsigned most = 0;
        int kind = -ENOENT;

        for (int i = 0; i < FILE_KINDS; i++) {
                unsigned score = layout_score(&layouts[i], names, n);
                if (score <= most)
                        continue;
                most = score;
                kind = i;
        }
        return kind;
}
