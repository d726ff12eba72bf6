/* SPDX-License-Identifier: MIT */
/* Any bytes as a file of facts: read in three ways of cutting them, which must say the same, and
 * every row checked as the daemon would. */

#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "intake/row.h"
#include "intake/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct Input {
        const uint8_t *bytes;
        size_t size, offset, step;
} Input;

typedef struct Heard {
        StrBuf text;
        Arena arena;
        int kind;
        unsigned last_line, n_lines;
        size_t n_rows;
        bool has_errors; /* the row being checked */
} Heard;

static ssize_t on_read(void *owner, void *bytes, size_t size)
{
        Input *input = owner;
        size_t n = MIN(MIN(size, input->step), input->size - input->offset);

        if (n == 0)
                return 0;
        memcpy(bytes, input->bytes + input->offset, n);
        input->offset += n;
        return (ssize_t)n;
}

static int on_kind(void *owner, FileKind kind)
{
        Heard *heard = owner;

        assert(heard->kind < 0 && heard->text.length == 0);
        heard->kind = (int)kind;
        strbuf_addf(&heard->text, "%d\n", heard->kind);
        return 0;
}

static int on_problem(void *owner, bool is_warning, unsigned line, const char *text)
{
        Heard *heard = owner;

        assert(line >= heard->last_line && line <= heard->n_lines);
        assert(*text && utf8_is_valid(text, strlen(text)));
        strbuf_addf(&heard->text, "%d %u %s\n", is_warning, line, text);
        return 0;
}

/* Rows come in ascending order, never more of them than lines. */
static void count_row(Heard *heard, unsigned line)
{
        assert(heard->kind >= 0 && line > heard->last_line && line <= heard->n_lines);
        heard->n_rows++;
        heard->last_line = line;
        assert(heard->n_rows < heard->n_lines);
}

static void on_report(void *owner, const char *text)
{
        Heard *heard = owner;

        assert(*text && utf8_is_valid(text, strlen(text)));
        heard->has_errors = true;
}

static void check_row(Heard *heard, const CsvField *fields)
{
        static const Rulebook book;
        RowCheck check = { &book, "FR", &heard->arena, on_report, heard, 0, false };
        const char *texts[COLUMNS_MAX];
        CustomerRow customer;
        InvoiceRow invoice;
        PaymentRow payment;
        int r = 0;

        for (size_t i = 0; i < COLUMNS_MAX; i++)
                texts[i] = fields[i].text;
        heard->has_errors = false;
        arena_reset(&heard->arena);
        switch ((FileKind)heard->kind) {
        case FILE_CUSTOMERS: r = row_read_customer(&check, texts, &customer); break;
        case FILE_INVOICES: r = row_read_invoice(&check, texts, &invoice); break;
        case FILE_PAYMENTS: r = row_read_payment(&check, texts, &payment); break;
        }
        assert(r == (heard->has_errors ? ROW_REFUSED : 0));
}

static int on_row(void *owner, unsigned line, bool has_line_end, const CsvField *fields)
{
        Heard *heard = owner;

        count_row(heard, line);
        strbuf_addf(&heard->text, "%u %d", line, has_line_end);
        for (size_t i = 0; i < COLUMNS_MAX; i++) {
                assert(strlen(fields[i].text) == fields[i].length);
                assert(utf8_is_valid(fields[i].text, fields[i].length));
                assert(fields[i].length <= CSV_RECORD_SIZE_MAX);
                strbuf_addf(&heard->text, "|%s", fields[i].text);
        }
        strbuf_add_char(&heard->text, '\n');
        check_row(heard, fields);
        return 0;
}

static int on_skipped(void *owner, unsigned line, const char *key)
{
        Heard *heard = owner;

        count_row(heard, line);
        assert(!key || (*key && utf8_is_valid(key, strlen(key))));
        strbuf_addf(&heard->text, "%u -%s\n", line, key ? key : "?");
        return 0;
}

static unsigned count_lines(const uint8_t *bytes, size_t size)
{
        unsigned n = 1;

        for (size_t i = 0; i < size; i++)
                n += bytes[i] == '\n' ||
                     (bytes[i] == '\r' && (i + 1 == size || bytes[i + 1] != '\n'));
        return n;
}

static void hear(const uint8_t *bytes, size_t size, size_t step, Heard *ret_heard)
{
        Input input = { bytes, size, 0, step };
        SheetSink sink = { ret_heard, on_kind, on_problem, on_row, on_skipped };

        *ret_heard = (Heard){ .kind = -1, .n_lines = count_lines(bytes, size) };
        int r = sheet_read(on_read, &input, &sink);
        assert(r == 0);
        assert(strbuf_error(&ret_heard->text) == 0);
        arena_release(&ret_heard->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        Heard whole, cut;

        hear(bytes, size, SIZE_MAX, &whole);
        for (size_t step = 1; step <= 7; step += 6) {
                hear(bytes, size, step, &cut);
                assert(streq(strbuf_text(&whole.text), strbuf_text(&cut.text)));
                strbuf_release(&cut.text);
        }
        strbuf_release(&whole.text);
        return 0;
}
