/* SPDX-License-Identifier: MIT */
/* Owns the reading of a header and the shape of rows. Never judges a value; passes errors on. */

#include "intake/sheet.h"

#include <ctype.h>
#include <errno.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "intake/quote.h"

#define KEY_COLUMN 0 /* id or number: the first in every layout */
#define KEY_SIZE_MAX 64

typedef struct Sheet {
        const SheetSink *sink;
        const Layout *layout;
        size_t n_fields;             /* of the header */
        int columns[CSV_FIELDS_MAX]; /* of each field; -1: ignored */
        char *names[CSV_FIELDS_MAX]; /* of each field, lower case */
        size_t n_names;
        bool is_refused;
} Sheet;

static void sheet_release(Sheet *sheet)
{
        for (size_t i = 0; i < sheet->n_names; i++)
                free(sheet->names[i]);
}

/* Tells the text of a buffer, and empties it. */
static int sheet_tell(Sheet *sheet, bool is_warning, unsigned line, StrBuf *text)
{
        int r = strbuf_error(text);

        if (r == 0)
                r = sheet->sink->problem(sheet->sink->owner, is_warning, line, strbuf_text(text));
        strbuf_release(text);
        return r;
}

static int sheet_refuse(Sheet *sheet, unsigned line, const char *text)
{
        sheet->is_refused = true;
        return sheet->sink->problem(sheet->sink->owner, false, line, text);
}

/* Copies the header's names, in lower case and without blanks around. */
static int header_names(Sheet *sheet, const CsvRecord *record)
{
        sheet->n_fields = record->n_fields;
        if (record->n_fields > CSV_FIELDS_MAX)
                return sheet_refuse(sheet, record->line,
                        "more than 256 columns; is it a table of "
                        "customers, invoices or payments?");
        for (size_t i = 0; i < record->n_fields; i++) {
                const char *text = record->fields[i].text;
                size_t length = record->fields[i].length;

                if (!utf8_is_valid(text, length))
                        return sheet_refuse(sheet, record->line,
                                "the header is not UTF-8 text; save the file as CSV UTF-8");
                while (length > 0 && strchr(" \t\r\n", text[length - 1]))
                        length--;
                size_t blanks = strspn(text, " \t\r\n");
                text += MIN(blanks, length);
                length -= MIN(blanks, length);
                char *name = strndup(text, length);
                if (!name)
                        return -ENOMEM;
                for (char *p = name; *p; p++)
                        *p = (char)tolower((unsigned char)*p);
                sheet->names[sheet->n_names++] = name;
        }
        return 0;
}

static int header_tell_kind(Sheet *sheet, unsigned line)
{
        int kind = columns_tell_kind((const char *const *)sheet->names, sheet->n_names);

        if (kind < 0)
                return sheet_refuse(sheet, line,
                        "these are the columns neither of customers (id, name, …), of invoices "
                        "(number, customer, issued, due, amount, currency, …) nor of payments (id, "
                        "invoice, customer, date, amount, currency, …); expected a header row");
        sheet->layout = &layouts[kind];
        return sheet->sink->kind(sheet->sink->owner, (FileKind)kind);
}

static int header_unknown(Sheet *sheet, unsigned line, const char *name)
{
        StrBuf text = STRBUF_INIT;
        const char *nearest = nearest_name(name, sheet->layout->columns, sheet->layout->n_columns);

        if (!*name) /* a separator too many at the end of the header */
                return 0;
        strbuf_add(&text, "column ");
        quote_add(&text, name, strlen(name));
        strbuf_addf(&text, " is not known of %s and is ignored", sheet->layout->name);
        if (nearest)
                strbuf_addf(&text, "; the nearest known one is \"%s\"", nearest);
        return sheet_tell(sheet, true, line, &text);
}

/* Which column each field is. */
static int header_columns(Sheet *sheet, unsigned line, uint32_t *ret_there)
{
        for (size_t i = 0; i < sheet->n_names; i++) {
                StrBuf text = STRBUF_INIT;
                int r, column = layout_find(sheet->layout, sheet->names[i]);

                sheet->columns[i] = column;
                if (column < 0) {
                        r = header_unknown(sheet, line, sheet->names[i]);
                } else if (*ret_there & (UINT32_C(1) << column)) {
                        strbuf_addf(&text, "column \"%s\" stands twice; expected once",
                                sheet->names[i]);
                        sheet->is_refused = true;
                        r = sheet_tell(sheet, false, line, &text);
                } else {
                        *ret_there |= UINT32_C(1) << column;
                        r = 0;
                }
                if (r != 0)
                        return r;
        }
        return 0;
}

static int header_missing(Sheet *sheet, unsigned line, uint32_t there)
{
        const Layout *layout = sheet->layout;

        for (size_t i = 0; i < layout->n_columns; i++) {
                StrBuf text = STRBUF_INIT;
                const char *nearest;

                if ((there & (UINT32_C(1) << i)) || !(layout->required & (UINT32_C(1) << i)))
                        continue;
                sheet->is_refused = true;
                nearest = nearest_name(
                        layout->columns[i], (const char *const *)sheet->names, sheet->n_names);
                strbuf_addf(&text, "column \"%s\" is missing; %s need it", layout->columns[i],
                        layout->name);
                if (nearest && layout_find(layout, nearest) < 0)
                        strbuf_addf(&text, " (the nearest one here is \"%s\")", nearest);
                int r = sheet_tell(sheet, false, line, &text);
                if (r != 0)
                        return r;
        }
        if (layout == &layouts[FILE_PAYMENTS] &&
                !(there & (UINT32_C(1) << PAYMENT_INVOICE | UINT32_C(1) << PAYMENT_CUSTOMER)))
                return sheet_refuse(sheet, line,
                        "columns \"invoice\" and \"customer\" are both "
                        "missing; payments need one of them");
        return 0;
}

static const char *fault_sentence(CsvFault fault, bool has_line_end)
{
        switch (fault) {
        case CSV_FAULT_NONE: break;
        case CSV_FAULT_TOO_LONG: return "the line is longer than 60 KiB; expected one record";
        case CSV_FAULT_OPEN_QUOTE:
                return has_line_end ? "a quoted field is not closed within 60 KiB; expected a "
                                      "closing quote"
                                    : "a quoted field is not closed before the file ends; it seems "
                                      "truncated";
        case CSV_FAULT_STRAY_QUOTE:
                return "a quote stands within a field; expected the whole field in quotes and "
                       "every quote within it doubled";
        }
        return "";
}

static int sheet_header(Sheet *sheet, CsvReader *reader)
{
        const CsvRecord *record;
        uint32_t there = 0;
        int r = csv_reader_next(reader, &record);

        if (r <= 0)
                return r;
        if (record->fault)
                return sheet_refuse(
                        sheet, record->line, fault_sentence(record->fault, record->has_line_end));
        r = header_names(sheet, record);
        if (r == 0 && !sheet->is_refused)
                r = header_tell_kind(sheet, record->line);
        if (r == 0 && sheet->layout)
                r = header_columns(sheet, record->line, &there);
        if (r == 0 && sheet->layout)
                r = header_missing(sheet, record->line, there);
        return r;
}

/* The record's key as it stands, NULL when it cannot be read. */
static const char *record_key(const Sheet *sheet, const CsvRecord *record)
{
        for (size_t i = 0; i < MIN(record->n_fields, sheet->n_fields); i++) {
                const CsvField *field = &record->fields[i];
                if (sheet->columns[i] != KEY_COLUMN)
                        continue;
                if (field->length == 0 || field->length > KEY_SIZE_MAX ||
                        !utf8_is_valid(field->text, field->length) || has_control(field->text))
                        return NULL;
                return field->text;
        }
        return NULL;
}

static int record_fault(Sheet *sheet, const CsvRecord *record)
{
        StrBuf text = STRBUF_INIT;

        if (record->fault) {
                strbuf_add(&text, fault_sentence(record->fault, record->has_line_end));
        } else {
                strbuf_addf(&text, "%zu field%s, where the header has %zu", record->n_fields,
                        record->n_fields == 1 ? "" : "s", sheet->n_fields);
                if (!record->has_line_end && record->n_fields < sheet->n_fields)
                        strbuf_add(&text, "; the file ends within this line and seems truncated");
        }
        return sheet_tell(sheet, false, record->line, &text);
}

/* Files the record's fields under their columns, and tells those that are no text. */
static int record_fields(Sheet *sheet, const CsvRecord *record, CsvField *fields, bool *ret_is_bad)
{
        for (size_t i = 0; i < COLUMNS_MAX; i++)
                fields[i] = (CsvField){ "", 0 };
        for (size_t i = 0; i < record->n_fields; i++) {
                const CsvField *field = &record->fields[i];
                StrBuf text = STRBUF_INIT;

                if (sheet->columns[i] < 0)
                        continue;
                fields[sheet->columns[i]] = *field;
                if (utf8_is_valid(field->text, field->length))
                        continue;
                *ret_is_bad = true;
                strbuf_addf(&text, "%s: ", sheet->layout->columns[sheet->columns[i]]);
                quote_add(&text, field->text, field->length);
                strbuf_add(&text, memchr(field->text, '\0', field->length)
                                          ? " holds a NUL byte; expected text"
                                          : " is not UTF-8; save the file as UTF-8");
                int r = sheet_tell(sheet, false, record->line, &text);
                if (r != 0)
                        return r;
        }
        return 0;
}

/* Separators alone: what a spreadsheet writes for a line without content. */
static bool record_is_blank(const CsvRecord *record)
{
        for (size_t i = 0; i < MIN(record->n_fields, (size_t)CSV_FIELDS_MAX); i++)
                if (record->fields[i].length > 0)
                        return false;
        return !record->fault && record->n_fields <= CSV_FIELDS_MAX;
}

static int sheet_record(Sheet *sheet, const CsvRecord *record)
{
        const SheetSink *sink = sheet->sink;
        CsvField fields[COLUMNS_MAX];
        bool is_bad = record->fault || record->n_fields != sheet->n_fields;
        int r;

        if (record_is_blank(record))
                return 0;
        r = is_bad ? record_fault(sheet, record) : record_fields(sheet, record, fields, &is_bad);
        if (r != 0)
                return r;
        if (is_bad)
                return sink->skipped(sink->owner, record->line, record_key(sheet, record));
        return sink->row(sink->owner, record->line, record->has_line_end, fields);
}

static int sheet_start(Sheet *sheet, CsvReader *reader)
{
        int r = csv_reader_start(reader);

        if (r < 0)
                return r;
        switch ((CsvStart)r) {
        case CSV_START_TEXT: return sheet_header(sheet, reader);
        case CSV_START_EMPTY:
                return sheet_refuse(sheet, 1, "the file is empty; expected a header row");
        case CSV_START_UTF16:
                return sheet_refuse(sheet, 1, "the file is UTF-16; save it as CSV UTF-8");
        case CSV_START_BINARY:
                return sheet_refuse(sheet, 1,
                        "the file is a spreadsheet, a PDF or an archive; save it as CSV UTF-8");
        }
        return -EINVAL;
}

int sheet_read(CsvSource source, void *source_owner, const SheetSink *sink)
{
        _cleanup_(csv_reader_freep) CsvReader *reader = NULL;
        _cleanup_(sheet_release) Sheet sheet = { .sink = sink };
        const CsvRecord *record;
        int r = csv_reader_new(source, source_owner, &reader);

        if (r == 0)
                r = sheet_start(&sheet, reader);
        if (r != 0 || sheet.is_refused)
                return r;
        while ((r = csv_reader_next(reader, &record)) > 0) {
                r = sheet_record(&sheet, record);
                if (r != 0)
                        return r;
        }
        return r;
}
