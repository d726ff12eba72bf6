/* SPDX-License-Identifier: MIT */
/*
 * Owns what each column of a file of facts must hold, and the sentence that says so. Never touches
 * the store, never logs; fails with -ENOMEM only.
 */

#include "intake/row.h"

#include <errno.h>

#include "base/email.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "core/date.h"
#include "core/money.h"
#include "intake/field.h"
#include "intake/quote.h"
#include "sys/zone.h"

#define KEY_SIZE_MAX ((size_t)64)
#define TEXT_SIZE_MAX ((size_t)10 * 1024)

/* A field being read, without blanks around. */
typedef struct Cell {
        RowCheck *check;
        const char *column;
        const char *text;
} Cell;

static const char *trimmed(Arena *arena, const char *text)
{
        size_t length;

        text += strspn(text, " \t\r\n");
        length = strlen(text);
        if (length == 0 || !strchr(" \t\r\n", text[length - 1]))
                return text;
        while (length > 0 && strchr(" \t\r\n", text[length - 1]))
                length--;
        return arena_strndup(arena, text, length);
}

/* A row being read. */
typedef struct Row {
        RowCheck *check;
        const Layout *layout;
        const char *const *fields;
} Row;

static Row row_begin(RowCheck *check, FileKind kind, const char *const fields[])
{
        check->n_errors = 0;
        check->is_out_of_memory = false;
        return (Row){ check, &layouts[kind], fields };
}

static int row_end(const Row *row)
{
        if (row->check->is_out_of_memory)
                return -ENOMEM;
        return row->check->n_errors > 0 ? ROW_REFUSED : 0;
}

static Cell cell_of(const Row *row, size_t column)
{
        const char *text = trimmed(row->check->arena, row->fields[column]);

        if (!text)
                row->check->is_out_of_memory = true;
        return (Cell){ row->check, row->layout->columns[column], text ? text : "" };
}

static void cell_report(Cell cell, StrBuf *what)
{
        cell.check->n_errors++;
        if (strbuf_error(what))
                cell.check->is_out_of_memory = true;
        else
                cell.check->report(cell.check->owner, strbuf_text(what));
        strbuf_release(what);
}

/* Reports `column: "value" what`. */
static void cell_refuse(Cell cell, const char *format, ...) _printf_(2, 3);
static void cell_refuse(Cell cell, const char *format, ...)
{
        StrBuf what = STRBUF_INIT;
        va_list arguments;

        strbuf_addf(&what, "%s: ", cell.column);
        if (*cell.text) {
                quote_add(&what, cell.text, strlen(cell.text));
                strbuf_add_char(&what, ' ');
        }
        va_start(arguments, format);
        strbuf_vaddf(&what, format, arguments);
        va_end(arguments);
        cell_report(cell, &what);
}

/* Room for the normal form of the cell's text, which is never longer than that. */
static char *cell_room(Cell cell)
{
        char *room = arena_alloc(cell.check->arena, strlen(cell.text) + 1);

        if (!room)
                cell.check->is_out_of_memory = true;
        return room;
}

/* Whether there is something to read; a required cell that is empty is reported. */
static bool cell_is_given(Cell cell, const char *expected)
{
        if (*cell.text)
                return true;
        if (expected)
                cell_refuse(cell, "is empty; expected %s", expected);
        return false;
}

/* The text as one of the normal forms of field.h gives it; "" when it is empty or refused. */
static const char *cell_normal(
        Cell cell, int (*normalise)(const char *, char *), const char *complaint)
{
        char *room;

        if (!*cell.text)
                return "";
        room = cell_room(cell);
        if (!room)
                return "";
        if (normalise(cell.text, room) == 0)
                return room;
        cell_refuse(cell, "%s", complaint);
        return "";
}

/* Free text on one line. */
static const char *cell_text(Cell cell, const char *expected)
{
        if (!cell_is_given(cell, expected))
                return "";
        if (strlen(cell.text) > TEXT_SIZE_MAX) {
                cell_refuse(cell, "is too long; expected at most %zu bytes", TEXT_SIZE_MAX);
                return "";
        }
        return cell_normal(
                cell, line_normalise, "holds a control character; expected printable text");
}

static const char *text_of(const Row *row, size_t column, const char *expected)
{
        return cell_text(cell_of(row, column), expected);
}

static const char *cell_lines(Cell cell)
{
        if (strlen(cell.text) > TEXT_SIZE_MAX) {
                cell_refuse(cell, "is too long; expected at most %zu bytes", TEXT_SIZE_MAX);
                return "";
        }
        return cell_normal(
                cell, lines_normalise, "holds a control character; expected printable text");
}

const char *row_key(Arena *arena, const char *field)
{
        const char *text = trimmed(arena, field);

        if (is_empty(text) || strlen(text) > KEY_SIZE_MAX || has_control(text))
                return NULL;
        return text;
}

/* An id or number: taken as it is, or refused. */
static const char *cell_key(Cell cell, const char *expected)
{
        if (!cell_is_given(cell, expected))
                return "";
        if (strlen(cell.text) > KEY_SIZE_MAX)
                cell_refuse(cell, "is too long; expected at most %zu bytes", KEY_SIZE_MAX);
        else if (has_control(cell.text))
                cell_refuse(cell, "holds a control character; expected printable text");
        return cell.text;
}

static Date cell_date(Cell cell, const char *expected)
{
        static const int first_year = 1970, last_year = 2199;
        int year, month, day;
        Date date;

        if (!cell_is_given(cell, expected))
                return DATE_NONE;
        if (date_parse(cell.text, &date) < 0) {
                cell_refuse(cell, "is no date; expected YYYY-MM-DD");
                return DATE_NONE;
        }
        date_split(date, &year, &month, &day);
        if (year < first_year || year > last_year)
                cell_refuse(cell, "is not plausible; expected a day of the years %d to %d",
                        first_year, last_year);
        return date;
}

static int cell_name(Cell cell, const char *const names[], size_t n, int preset)
{
        StrBuf expected = STRBUF_INIT;
        int index;

        if (!*cell.text)
                return preset;
        if (parse_name(cell.text, names, n, &index) == 0)
                return index;
        for (size_t i = 0; i < n; i++)
                strbuf_addf(&expected, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i]);
        cell_refuse(cell, "is unknown; expected %s", strbuf_text(&expected));
        strbuf_release(&expected);
        return preset;
}

/* The currency, or "" (reported). */
static const char *cell_currency(Cell cell)
{
        if (!cell_is_given(cell, "three letters of ISO 4217, such as EUR"))
                return "";
        if (currency_exponent(cell.text) >= 0)
                return cell.text;
        cell_refuse(
                cell, "is no currency of ISO 4217; expected three capital letters, such as EUR");
        return "";
}

static int64_t cell_amount(Cell cell, const char *currency)
{
        int64_t minor = 0;
        int exponent;

        if (!cell_is_given(cell, "an amount, such as 1200.00") || !*currency)
                return 0;
        int r = money_parse(cell.text, currency, &minor);
        if (r == -ERANGE) {
                cell_refuse(cell, "is too large an amount");
        } else if (r < 0) {
                exponent = currency_exponent(currency);
                cell_refuse(cell,
                        "is no amount; expected digits%s without separators of thousands, such as "
                        "%s",
                        exponent == 0 ? " alone," : ", a dot or a comma before the decimals,",
                        exponent == 0   ? "1200"
                        : exponent == 3 ? "1200.000"
                                        : "1200.00");
        }
        return minor;
}

static const char *cell_email(Cell cell)
{
        const char *fault = *cell.text ? email_fault(cell.text) : NULL;

        if (fault)
                cell_refuse(cell,
                        "is no e-mail address (%s); expected one address, such as name@example.com",
                        fault);
        return fault ? "" : cell.text;
}

/* Several addresses, separated by comma, semicolon or blanks → "a@b.example, c@d.example". */
static const char *cell_emails(Cell cell)
{
        StrBuf list = STRBUF_INIT;
        const char *p = cell.text, *fault = NULL;

        while (p += strspn(p, ",; "), *p && !fault) {
                size_t length = strcspn(p, ",; ");
                char *one = arena_strndup(cell.check->arena, p, length);
                cell.check->is_out_of_memory |= !one;
                if (!one)
                        break;
                fault = email_fault(one);
                strbuf_addf(&list, "%s%s", list.length > 0 ? ", " : "", one);
                p += length;
        }
        if (fault)
                cell_refuse(cell,
                        "is no list of e-mail addresses (%s); expected addresses separated by "
                        "commas",
                        fault);
        const char *text = fault ? "" : arena_strdup(cell.check->arena, strbuf_text(&list));
        if (!text || strbuf_error(&list))
                cell.check->is_out_of_memory = true;
        strbuf_release(&list);
        return text ? text : "";
}

/* In E.164; country: the customer's, "" if none is given. */
static const char *cell_phone(Cell cell, const char *country)
{
        char phone[PHONE_SIZE];
        const char *fault, *text;
        int r;

        if (!*cell.text)
                return "";
        r = phone_read(cell.text, *country ? country : cell.check->country, phone, &fault);
        if (r == -EINVAL)
                cell_refuse(cell,
                        "is no telephone number (%s); expected digits, with + and the country code "
                        "ahead, such as +33612345678",
                        fault);
        if (r < 0) {
                cell.check->is_out_of_memory |= r == -ENOMEM;
                return "";
        }
        text = arena_strdup(cell.check->arena, phone);
        cell.check->is_out_of_memory |= !text;
        return text ? text : "";
}

static const char *cell_zone(Cell cell)
{
        if (!*cell.text || (zone_name_is_plausible(cell.text) && zone_find(cell.text)))
                return cell.text;
        cell_refuse(cell, "is no known time zone; expected a name such as Europe/Paris");
        return "";
}

static const char *cell_policy(Cell cell)
{
        const Rulebook *book = cell.check->book;
        const char **names;
        const char *nearest;

        if (!*cell.text || rulebook_find_policy(book, cell.text))
                return cell.text;
        names = arena_alloc_array(cell.check->arena, book->n_policies, sizeof(*names));
        if (!names) {
                cell.check->is_out_of_memory = true;
                return "";
        }
        for (size_t i = 0; i < book->n_policies; i++)
                names[i] = book->policies[i].name;
        nearest = nearest_name(cell.text, names, book->n_policies);
        if (nearest)
                cell_refuse(
                        cell, "is no policy of the configuration; the nearest is \"%s\"", nearest);
        else
                cell_refuse(cell, "is no policy of the configuration; expected one of those under "
                                  "\"policies\"");
        return "";
}

static const char *cell_document(Cell cell)
{
        if (!*cell.text || path_is_plausible(cell.text))
                return cell.text;
        cell_refuse(cell, "is no path within the documents folder; expected one such as "
                          "2026/F-1.pdf, without \"..\" and not beginning with \"/\"");
        return "";
}

static const char *cell_url(Cell cell)
{
        if (!*cell.text || url_is_plausible(cell.text))
                return cell.text;
        cell_refuse(cell, "is no web address; expected one that begins with https:// or http://, "
                          "without blanks, quotes or accented letters (a blank is %%20)");
        return "";
}

static int cell_percent(Cell cell)
{
        int hundredths = 0;

        if (*cell.text && percent_parse(cell.text, &hundredths) < 0)
                cell_refuse(cell, "is no percentage; expected 0 to 100 with at most two decimals, "
                                  "such as 2.5");
        return hundredths;
}

int row_read_customer(RowCheck *check, const char *const fields[], CustomerRow *ret_row)
{
        Row row = row_begin(check, FILE_CUSTOMERS, fields);
        const char *country = cell_normal(cell_of(&row, CUSTOMER_COUNTRY), country_normalise,
                "is no country; expected two letters of ISO 3166, such as FR");

        *ret_row = (CustomerRow){
                .id = cell_key(cell_of(&row, CUSTOMER_ID), "the customer's id"),
                .name = text_of(&row, CUSTOMER_NAME, "the customer's name"),
                .kind = (CustomerKind)cell_name(cell_of(&row, CUSTOMER_KIND), customer_kind_names,
                        ELEMENTSOF(customer_kind_names), KIND_BUSINESS),
                .relation = (Relation)cell_name(cell_of(&row, CUSTOMER_RELATION), relation_names,
                        ELEMENTSOF(relation_names), RELATION_GOODS),
                .language = cell_normal(cell_of(&row, CUSTOMER_LANGUAGE), language_normalise,
                        "is no language; expected two letters, such as fr, or fr-FR"),
                .timezone = cell_zone(cell_of(&row, CUSTOMER_TIMEZONE)),
                .country = country,
                .email = cell_email(cell_of(&row, CUSTOMER_EMAIL)),
                .phone = cell_phone(cell_of(&row, CUSTOMER_PHONE), country),
                .whatsapp = cell_phone(cell_of(&row, CUSTOMER_WHATSAPP), country),
                .policy = cell_policy(cell_of(&row, CUSTOMER_POLICY)),
                .tags = text_of(&row, CUSTOMER_TAGS, NULL),
                .contact_name = text_of(&row, CUSTOMER_CONTACT_NAME, NULL),
                .cc = cell_emails(cell_of(&row, CUSTOMER_CC)),
                .address = cell_lines(cell_of(&row, CUSTOMER_ADDRESS)),
                .postcode = text_of(&row, CUSTOMER_POSTCODE, NULL),
                .city = text_of(&row, CUSTOMER_CITY, NULL),
                .registration = text_of(&row, CUSTOMER_REGISTRATION, NULL),
                .whatsapp_opt_in = cell_date(cell_of(&row, CUSTOMER_WHATSAPP_OPT_IN), NULL),
        };
        return row_end(&row);
}

int row_read_invoice(RowCheck *check, const char *const fields[], InvoiceRow *ret_row)
{
        Row row = row_begin(check, FILE_INVOICES, fields);

        *ret_row = (InvoiceRow){
                .number = cell_key(cell_of(&row, INVOICE_NUMBER), "the invoice's number"),
                .customer = cell_key(cell_of(&row, INVOICE_CUSTOMER), "the customer's id"),
                .issued = cell_date(cell_of(&row, INVOICE_ISSUED), "YYYY-MM-DD"),
                .due = cell_date(cell_of(&row, INVOICE_DUE), NULL),
                .currency = cell_currency(cell_of(&row, INVOICE_CURRENCY)),
                .document = cell_document(cell_of(&row, INVOICE_DOCUMENT)),
                .payment_url = cell_url(cell_of(&row, INVOICE_PAYMENT_URL)),
                .contract = text_of(&row, INVOICE_CONTRACT, NULL),
                .delivered = cell_date(cell_of(&row, INVOICE_DELIVERED), NULL),
                .method = (Method)cell_name(cell_of(&row, INVOICE_METHOD), method_names,
                        ELEMENTSOF(method_names), METHOD_TRANSFER),
                .status = (InvoiceStatus)cell_name(cell_of(&row, INVOICE_STATUS),
                        invoice_status_names, ELEMENTSOF(invoice_status_names), STATUS_OPEN),
                .policy = cell_policy(cell_of(&row, INVOICE_POLICY)),
                .discount_percent_hundredths =
                        cell_percent(cell_of(&row, INVOICE_DISCOUNT_PERCENT)),
                .discount_until = cell_date(cell_of(&row, INVOICE_DISCOUNT_UNTIL), NULL),
        };
        ret_row->amount = cell_amount(cell_of(&row, INVOICE_AMOUNT), ret_row->currency);
        return row_end(&row);
}

int row_read_payment(RowCheck *check, const char *const fields[], PaymentRow *ret_row)
{
        Row row = row_begin(check, FILE_PAYMENTS, fields);
        Cell invoice = cell_of(&row, PAYMENT_INVOICE), amount = cell_of(&row, PAYMENT_AMOUNT);

        *ret_row = (PaymentRow){
                .id = cell_key(cell_of(&row, PAYMENT_ID), "the payment's id"),
                .invoice = cell_key(invoice, NULL),
                .customer = cell_key(cell_of(&row, PAYMENT_CUSTOMER), NULL),
                .date = cell_date(cell_of(&row, PAYMENT_DATE), "YYYY-MM-DD"),
                .currency = cell_currency(cell_of(&row, PAYMENT_CURRENCY)),
                .kind = (FactKind)cell_name(cell_of(&row, PAYMENT_KIND), fact_kind_names,
                        ELEMENTSOF(fact_kind_names), FACT_PAYMENT),
                .reference = text_of(&row, PAYMENT_REFERENCE, NULL),
        };
        if (!*ret_row->invoice && !*ret_row->customer)
                cell_refuse(invoice, "is empty, and so is customer; expected one of them");
        size_t n_errors = check->n_errors;
        ret_row->amount = cell_amount(amount, ret_row->currency);
        if (check->n_errors == n_errors && *amount.text && *ret_row->currency &&
                ret_row->amount <= 0)
                cell_refuse(amount, "is not above zero; expected what was paid (kind tells a "
                                    "refund or chargeback)");
        return row_end(&row);
}
