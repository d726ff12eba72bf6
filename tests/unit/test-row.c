/* SPDX-License-Identifier: MIT */
/* Tests of intake/row: what each column of a file of facts must hold, and what is said if not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "core/date.h"
#include "intake/row.h"

static const Policy policies[] = { { .name = "standard" }, { .name = "subscription" } };
static const Rulebook book = { .policies = policies, .n_policies = ELEMENTSOF(policies) };

static void on_report(void *owner, const char *text)
{
        StrBuf *heard = owner;

        strbuf_addf(heard, "%s\n", text);
}

/* One field of a row that is good but for it. */
typedef struct Case {
        size_t column;
        const char *value;
        const char *expected; /* what is reported, NULL: nothing */
} Case;

static const char *const good_customer[CUSTOMER_COLUMNS] = {
        [CUSTOMER_ID] = "C-1",
        [CUSTOMER_NAME] = "Dupont SARL",
};
static const char *const good_invoice[INVOICE_COLUMNS] = {
        [INVOICE_NUMBER] = "F-1",
        [INVOICE_CUSTOMER] = "C-1",
        [INVOICE_ISSUED] = "2026-01-05",
        [INVOICE_DUE] = "2026-02-05",
        [INVOICE_AMOUNT] = "1200.00",
        [INVOICE_CURRENCY] = "EUR",
};
static const char *const good_payment[PAYMENT_COLUMNS] = {
        [PAYMENT_ID] = "P-1",
        [PAYMENT_INVOICE] = "F-1",
        [PAYMENT_DATE] = "2026-02-05",
        [PAYMENT_AMOUNT] = "200,5",
        [PAYMENT_CURRENCY] = "EUR",
};

/* Copies a good row, "" where it has nothing, and sets one field of it. */
static void fill(const char *fields[COLUMNS_MAX], const char *const good[], size_t n)
{
        for (size_t i = 0; i < COLUMNS_MAX; i++)
                fields[i] = i < n && good[i] ? good[i] : "";
}

typedef union AnyRow {
        CustomerRow customer;
        InvoiceRow invoice;
        PaymentRow payment;
} AnyRow;

static int read_row(FileKind kind, const char *fields[COLUMNS_MAX], Arena *arena, AnyRow *ret_row,
        StrBuf *heard)
{
        RowCheck check = { &book, "FR", arena, on_report, heard, 0, false };

        switch (kind) {
        case FILE_CUSTOMERS: return row_read_customer(&check, fields, &ret_row->customer);
        case FILE_INVOICES: return row_read_invoice(&check, fields, &ret_row->invoice);
        case FILE_PAYMENTS: return row_read_payment(&check, fields, &ret_row->payment);
        }
        return -1;
}

static void check_cases(FileKind kind, const char *const good[], const Case *cases, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                const char *fields[COLUMNS_MAX];
                Arena arena = ARENA_INIT;
                StrBuf heard = STRBUF_INIT;
                AnyRow row;

                fill(fields, good, layouts[kind].n_columns);
                fields[cases[i].column] = cases[i].value;
                int r = read_row(kind, fields, &arena, &row, &heard);
                if (!streq(strbuf_text(&heard), cases[i].expected ? cases[i].expected : ""))
                        print_message("%s \"%s\"\n", layouts[kind].columns[cases[i].column],
                                cases[i].value);
                assert_string_equal(
                        strbuf_text(&heard), cases[i].expected ? cases[i].expected : "");
                assert_int_equal(r, cases[i].expected ? ROW_REFUSED : 0);
                strbuf_release(&heard);
                arena_release(&arena);
        }
}

static const Case customer_cases[] = {
        { CUSTOMER_ID, "", "id: is empty; expected the customer's id\n" },
        { CUSTOMER_ID, "  ", "id: is empty; expected the customer's id\n" },
        { CUSTOMER_ID, "C\x01",
                "id: \"C\\x01\" holds a control character; expected "
                "printable text\n" },
        { CUSTOMER_ID, "12345678901234567890123456789012345678901234567890123456789012345",
                "id: \"123456789012345678901234567890123456789012345678901234567890…\" is "
                "too long; expected at most 64 bytes\n" },
        { CUSTOMER_NAME, "", "name: is empty; expected the customer's name\n" },
        { CUSTOMER_NAME, "a\x1B[1m",
                "name: \"a\\x1B[1m\" holds a control character; expected printable "
                "text\n" },
        { CUSTOMER_NAME, "Dupont\nSARL", NULL },
        { CUSTOMER_KIND, "consumer", NULL },
        { CUSTOMER_KIND, "buisness",
                "kind: \"buisness\" is unknown; expected business, consumer or public\n" },
        { CUSTOMER_RELATION, "service", NULL },
        { CUSTOMER_RELATION, "x",
                "relation: \"x\" is unknown; expected goods or "
                "service\n" },
        { CUSTOMER_LANGUAGE, "fr_be", NULL },
        { CUSTOMER_LANGUAGE, "French",
                "language: \"French\" is no language; expected two letters, such as fr, "
                "or fr-FR\n" },
        { CUSTOMER_TIMEZONE, "Europe/Paris", NULL },
        { CUSTOMER_TIMEZONE, "Europe/Pari",
                "timezone: \"Europe/Pari\" is no known time zone; expected a name such as "
                "Europe/Paris\n" },
        { CUSTOMER_TIMEZONE, "../../../etc/localtime",
                "timezone: \"../../../etc/localtime\" is no known time zone; expected a "
                "name such as Europe/Paris\n" },
        { CUSTOMER_COUNTRY, "be", NULL },
        { CUSTOMER_COUNTRY, "FRA",
                "country: \"FRA\" is no country; expected two letters of ISO 3166, such "
                "as FR\n" },
        { CUSTOMER_EMAIL, "a@b.example", NULL },
        { CUSTOMER_EMAIL, "a@b.example\r\nBcc: c@d.example",
                "email: \"a@b.example\\x0D\\x0ABcc: c@d.example\" is no e-mail address (it holds a "
                "control character); expected one address, such as name@example.com\n" },
        { CUSTOMER_EMAIL, "pr\u00E9nom@b.example",
                "email: \"pr\u00E9nom@b.example\" is no e-mail address (the part before its @ may "
                "hold plain ASCII letters only); expected one address, such as "
                "name@example.com\n" },
        { CUSTOMER_EMAIL, "a@soci\u00E9t\u00E9.example", NULL },
        { CUSTOMER_PHONE, "06 12 34 56 78", NULL },
        { CUSTOMER_PHONE, "none",
                "phone: \"none\" is no telephone number (it may hold digits, blanks and . - / ( ) "
                "alone; an extension cannot be kept); expected digits, with + and the country code "
                "ahead, such as +33612345678\n" },
        { CUSTOMER_PHONE, "06 12 34 56",
                "phone: \"06 12 34 56\" is no telephone number (it is too short); expected digits, "
                "with + and the country code ahead, such as +33612345678\n" },
        { CUSTOMER_WHATSAPP, "x1234",
                "whatsapp: \"x1234\" is no telephone number (it may hold digits, blanks and . - / "
                "( "
                ") alone; an extension cannot be kept); expected digits, with + and the country "
                "code ahead, such as +33612345678\n" },
        { CUSTOMER_POLICY, "subscription", NULL },
        { CUSTOMER_POLICY, "standart",
                "policy: \"standart\" is no policy of the configuration; the nearest is "
                "\"standard\"\n" },
        { CUSTOMER_POLICY, "vip",
                "policy: \"vip\" is no policy of the configuration; expected one of those "
                "under \"policies\"\n" },
        { CUSTOMER_CC, "a@b.example; c@d.example", NULL },
        { CUSTOMER_CC, "a@b.example, nobody",
                "cc: \"a@b.example, nobody\" is no list of e-mail addresses (it has no @); "
                "expected addresses separated by commas\n" },
        { CUSTOMER_ADDRESS, "12 rue des Lilas\r\nBât. B", NULL },
        { CUSTOMER_ADDRESS, "12\x02",
                "address: \"12\\x02\" holds a control character; expected printable "
                "text\n" },
        { CUSTOMER_WHATSAPP_OPT_IN, "2026-01-05", NULL },
        { CUSTOMER_WHATSAPP_OPT_IN, "yes",
                "whatsapp_opt_in: \"yes\" is no date; expected YYYY-MM-DD\n" },
};

static void each_column_of_customers_is_checked(void **state)
{
        check_cases(FILE_CUSTOMERS, good_customer, customer_cases, ELEMENTSOF(customer_cases));
}

#define AMOUNT_SENTENCE                                                                            \
        "is no amount; expected digits, a dot or a comma before the decimals, without separators " \
        "of thousands, such as 1200.00\n"
static const Case invoice_cases[] = {
        { INVOICE_NUMBER, "", "number: is empty; expected the invoice's number\n" },
        { INVOICE_CUSTOMER, "", "customer: is empty; expected the customer's id\n" },
        { INVOICE_ISSUED, "", "issued: is empty; expected YYYY-MM-DD\n" },
        { INVOICE_ISSUED, "05/01/2026",
                "issued: \"05/01/2026\" is no date; expected YYYY-MM-DD\n" },
        { INVOICE_DUE, "", NULL },
        { INVOICE_DUE, "2026-02-30", "due: \"2026-02-30\" is no date; expected YYYY-MM-DD\n" },
        { INVOICE_DUE, "2024-02-29", NULL },
        { INVOICE_DUE, "2026-2-3", "due: \"2026-2-3\" is no date; expected YYYY-MM-DD\n" },
        { INVOICE_DUE, "0026-02-03",
                "due: \"0026-02-03\" is not plausible; expected a day of the years 1970 "
                "to 2199\n" },
        { INVOICE_AMOUNT, "", "amount: is empty; expected an amount, such as 1200.00\n" },
        { INVOICE_AMOUNT, "1200,5", NULL },
        { INVOICE_AMOUNT, "-30.00", NULL },
        { INVOICE_AMOUNT, "0", NULL },
        { INVOICE_AMOUNT, "12a", "amount: \"12a\" " AMOUNT_SENTENCE },
        { INVOICE_AMOUNT, "1 200,00", "amount: \"1 200,00\" " AMOUNT_SENTENCE },
        { INVOICE_AMOUNT, "1,200.00", "amount: \"1,200.00\" " AMOUNT_SENTENCE },
        { INVOICE_AMOUNT, "12.345", "amount: \"12.345\" " AMOUNT_SENTENCE },
        { INVOICE_AMOUNT, "1e3", "amount: \"1e3\" " AMOUNT_SENTENCE },
        { INVOICE_AMOUNT, "99999999999999999999",
                "amount: \"99999999999999999999\" is too large an amount\n" },
        { INVOICE_CURRENCY, "",
                "currency: is empty; expected three letters of ISO 4217, such as EUR\n" },
        { INVOICE_CURRENCY, "EURO",
                "currency: \"EURO\" is no currency of ISO 4217; expected three capital "
                "letters, such as EUR\n" },
        { INVOICE_DOCUMENT, "2026/F-1.pdf", NULL },
        { INVOICE_DOCUMENT, "../F-1.pdf",
                "document: \"../F-1.pdf\" is no path within the documents folder; "
                "expected one such as 2026/F-1.pdf, without \"..\" and not beginning with "
                "\"/\"\n" },
        { INVOICE_PAYMENT_URL, "https://pay.example/1", NULL },
        { INVOICE_PAYMENT_URL, "pay.example",
                "payment_url: \"pay.example\" is no web address; expected one that begins "
                "with https:// or http://, without blanks, quotes or accented letters (a blank is "
                "%20)\n" },
        { INVOICE_METHOD, "direct_debit", NULL },
        { INVOICE_METHOD, "cash",
                "method: \"cash\" is unknown; expected transfer, card, cheque or "
                "direct_debit\n" },
        { INVOICE_STATUS, "draft", NULL },
        { INVOICE_STATUS, "paid",
                "status: \"paid\" is unknown; expected open, draft, disputed or "
                "cancelled\n" },
        { INVOICE_DISCOUNT_PERCENT, "2,5", NULL },
        { INVOICE_DISCOUNT_PERCENT, "2 %",
                "discount_percent: \"2 %\" is no percentage; expected 0 to 100 with at "
                "most two decimals, such as 2.5\n" },
        { INVOICE_DISCOUNT_UNTIL, "soon",
                "discount_until: \"soon\" is no date; expected YYYY-MM-DD\n" },
};

static void each_column_of_invoices_is_checked(void **state)
{
        check_cases(FILE_INVOICES, good_invoice, invoice_cases, ELEMENTSOF(invoice_cases));
}

static const Case payment_cases[] = {
        { PAYMENT_ID, "", "id: is empty; expected the payment's id\n" },
        { PAYMENT_INVOICE, "", "invoice: is empty, and so is customer; expected one of them\n" },
        { PAYMENT_CUSTOMER, "C-1", NULL },
        { PAYMENT_DATE, "", "date: is empty; expected YYYY-MM-DD\n" },
        { PAYMENT_AMOUNT, "0",
                "amount: \"0\" is not above zero; expected what was paid (kind tells a "
                "refund or chargeback)\n" },
        { PAYMENT_AMOUNT, "-5",
                "amount: \"-5\" is not above zero; expected what was paid (kind tells a "
                "refund or chargeback)\n" },
        { PAYMENT_AMOUNT, "x", "amount: \"x\" " AMOUNT_SENTENCE },
        { PAYMENT_CURRENCY, "eur",
                "currency: \"eur\" is no currency of ISO 4217; expected three capital "
                "letters, such as EUR\n" },
        { PAYMENT_KIND, "chargeback", NULL },
        { PAYMENT_KIND, "write-off", NULL },
        { PAYMENT_KIND, "paiement",
                "kind: \"paiement\" is unknown; expected payment, credit, refund, "
                "chargeback or write-off\n" },
};

static void each_column_of_payments_is_checked(void **state)
{
        check_cases(FILE_PAYMENTS, good_payment, payment_cases, ELEMENTSOF(payment_cases));
}

static void every_error_of_a_row_is_reported(void **state)
{
        const char *fields[COLUMNS_MAX];
        Arena arena = ARENA_INIT;
        StrBuf heard = STRBUF_INIT;
        AnyRow row;

        fill(fields, good_invoice, INVOICE_COLUMNS);
        fields[INVOICE_ISSUED] = "yesterday";
        fields[INVOICE_DUE] = "2026-02-30";
        fields[INVOICE_AMOUNT] = "12,345";
        assert_int_equal(read_row(FILE_INVOICES, fields, &arena, &row, &heard), ROW_REFUSED);
        assert_string_equal(strbuf_text(&heard),
                "issued: \"yesterday\" is no date; expected YYYY-MM-DD\n"
                "due: \"2026-02-30\" is no date; expected YYYY-MM-DD\n"
                "amount: \"12,345\" " AMOUNT_SENTENCE);
        strbuf_release(&heard);
        arena_release(&arena);
}

static void values_are_kept_in_their_normal_form(void **state)
{
        const char *fields[COLUMNS_MAX];
        Arena arena = ARENA_INIT;
        StrBuf heard = STRBUF_INIT;
        AnyRow row;

        fill(fields, good_customer, CUSTOMER_COLUMNS);
        fields[CUSTOMER_ID] = " C-1 ";
        fields[CUSTOMER_NAME] = "Dupont\r\nSARL";
        fields[CUSTOMER_ADDRESS] = "12 rue des Lilas\r\nBât. B";
        fields[CUSTOMER_LANGUAGE] = "FR_be";
        fields[CUSTOMER_COUNTRY] = "be";
        fields[CUSTOMER_PHONE] = "+32 (0)2 123.45.67";
        fields[CUSTOMER_WHATSAPP] = "0471/12.34.56";
        fields[CUSTOMER_CC] = "a@b.example;c@d.example ";
        fields[CUSTOMER_WHATSAPP_OPT_IN] = "2026-01-05";
        assert_int_equal(read_row(FILE_CUSTOMERS, fields, &arena, &row, &heard), 0);
        assert_string_equal(row.customer.id, "C-1");
        assert_string_equal(row.customer.name, "Dupont SARL");
        assert_string_equal(row.customer.address, "12 rue des Lilas\nBât. B");
        assert_string_equal(row.customer.language, "fr-BE");
        assert_string_equal(row.customer.country, "BE");
        assert_string_equal(row.customer.phone, "+3221234567");
        assert_string_equal(row.customer.whatsapp, "+32471123456");
        assert_string_equal(row.customer.cc, "a@b.example, c@d.example");
        assert_string_equal(row.customer.email, "");
        assert_int_equal(row.customer.kind, KIND_BUSINESS);
        assert_int_equal(row.customer.relation, RELATION_GOODS);
        assert_int_equal(row.customer.whatsapp_opt_in.days, date_of(2026, 1, 5).days);
        fields[CUSTOMER_COUNTRY] = "";
        fields[CUSTOMER_WHATSAPP] = "06 12 34 56 78"; /* of the creditor's country */
        assert_int_equal(read_row(FILE_CUSTOMERS, fields, &arena, &row, &heard), 0);
        assert_string_equal(row.customer.whatsapp, "+33612345678");

        fill(fields, good_invoice, INVOICE_COLUMNS);
        fields[INVOICE_DUE] = "";
        fields[INVOICE_DISCOUNT_PERCENT] = "2,5";
        assert_int_equal(read_row(FILE_INVOICES, fields, &arena, &row, &heard), 0);
        assert_int_equal(row.invoice.amount, 120000);
        assert_int_equal(row.invoice.issued.days, date_of(2026, 1, 5).days);
        assert_false(date_is_set(row.invoice.due));
        assert_int_equal(row.invoice.method, METHOD_TRANSFER);
        assert_int_equal(row.invoice.status, STATUS_OPEN);
        assert_int_equal(row.invoice.discount_percent_hundredths, 250);

        fill(fields, good_payment, PAYMENT_COLUMNS);
        assert_int_equal(read_row(FILE_PAYMENTS, fields, &arena, &row, &heard), 0);
        assert_int_equal(row.payment.amount, 20050);
        assert_int_equal(row.payment.kind, FACT_PAYMENT);
        fields[PAYMENT_CURRENCY] = "JPY";
        fields[PAYMENT_AMOUNT] = "200";
        assert_int_equal(read_row(FILE_PAYMENTS, fields, &arena, &row, &heard), 0);
        assert_int_equal(row.payment.amount, 200);
        assert_int_equal(heard.length, 0);
        arena_release(&arena);
}

static void keys_that_can_be_read(void **state)
{
        Arena arena = ARENA_INIT;

        assert_string_equal(row_key(&arena, "F-1"), "F-1");
        assert_string_equal(row_key(&arena, " F 1\t"), "F 1");
        assert_null(row_key(&arena, ""));
        assert_null(row_key(&arena, " "));
        assert_null(row_key(&arena, "F\n1"));
        arena_release(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_column_of_customers_is_checked),
                cmocka_unit_test(each_column_of_invoices_is_checked),
                cmocka_unit_test(each_column_of_payments_is_checked),
                cmocka_unit_test(every_error_of_a_row_is_reported),
                cmocka_unit_test(values_are_kept_in_their_normal_form),
                cmocka_unit_test(keys_that_can_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
