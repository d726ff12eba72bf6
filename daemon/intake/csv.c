/* SPDX-License-Identifier: MIT */
/*
 * Owns the use of libcsv and the count of lines, which libcsv does not keep: it is fed one line at
 * a time, and reports every unquoted line end (CSV_REPALL_NL), so that after each line it is known
 * whether a record ended with it. The bytes of an unfinished record stay in the buffer, so that
 * reading can go on behind the first line of a malformed one. Never judges a value, never logs;
 * fails with -ENOMEM or what its source fails with.
 */

#include "intake/csv.h"

#include <csv.h>
#include <errno.h>

#include "base/strbuf.h"

#define READ_SIZE ((size_t)32 * 1024)
#define BUFFER_SIZE (CSV_RECORD_SIZE_MAX + READ_SIZE)
#define PARSER_OPTIONS (CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL)

struct CsvReader {
        CsvSource source;
        void *owner;
        bool is_at_end; /* the source gave its last byte */
        char buffer[BUFFER_SIZE];
        size_t begin, end; /* what of the buffer is not consumed yet */
        unsigned line;     /* of buffer[begin] */
        struct csv_parser parser;
        bool is_complete; /* the record's end was reported */
        StrBuf text;      /* the record's fields, a NUL behind each */
        CsvRecord record;
        size_t offsets[CSV_FIELDS_MAX]; /* of the fields in text */
};

int csv_reader_new(CsvSource source, void *owner, CsvReader **ret_reader)
{
        CsvReader *reader = malloc(sizeof(*reader));

        if (!reader)
                return -ENOMEM;
        reader->source = source;
        reader->owner = owner;
        reader->is_at_end = false;
        reader->begin = reader->end = 0;
        reader->line = 1;
        reader->is_complete = false;
        reader->text = STRBUF_INIT;
        (void)csv_init(&reader->parser, PARSER_OPTIONS);
        csv_set_blk_size(&reader->parser, 4096);
        *ret_reader = reader;
        return 0;
}

void csv_reader_free(CsvReader *reader)
{
        if (!reader)
                return;
        csv_free(&reader->parser);
        strbuf_release(&reader->text);
        free(reader);
}

/* Reads once more behind end. 0 also when nothing came: then the source is at its end. */
static int reader_fill(CsvReader *reader)
{
        if (BUFFER_SIZE - reader->end < READ_SIZE) {
                memmove(reader->buffer, reader->buffer + reader->begin,
                        reader->end - reader->begin);
                reader->end -= reader->begin;
                reader->begin = 0;
        }
        assert(reader->end < BUFFER_SIZE);
        size_t room = MIN(BUFFER_SIZE - reader->end, READ_SIZE);
        ssize_t n = reader->source(reader->owner, reader->buffer + reader->end, room);
        if (n < 0)
                return (int)n;
        reader->is_at_end = n == 0;
        reader->end += (size_t)n;
        return 0;
}

/* Makes at least size bytes available, fewer only at the end. size is well below BUFFER_SIZE. */
static int reader_want(CsvReader *reader, size_t size)
{
        int r = 0;

        while (r == 0 && !reader->is_at_end && reader->end - reader->begin < size)
                r = reader_fill(reader);
        return r;
}

/* The length of the line at text with its end, 0 if it does not end within size bytes. A CR in the
 * very last byte counts as a whole line end. */
static size_t line_length(const char *text, size_t size)
{
        size_t i = 0;

        while (i < size && text[i] != '\n' && text[i] != '\r')
                i++;
        if (i == size)
                return 0;
        return text[i] == '\r' && i + 1 < size && text[i + 1] == '\n' ? i + 2 : i + 1;
}

/*
 * Finds the line that begins skip bytes into the unconsumed ones. 1 and its length with its end;
 * 0 and what is left: it ends with the file; -E2BIG: with it the record would be too long.
 */
static int reader_line(CsvReader *reader, size_t skip, size_t *ret_length)
{
        size_t searched = skip;

        for (;;) {
                size_t have = MIN(reader->end - reader->begin, CSV_RECORD_SIZE_MAX + 1);
                const char *text = reader->buffer + reader->begin;
                /* What was searched before held no line end, or a CR that may be half of one. */
                size_t n = line_length(text + searched, have - searched);
                bool may_go_on = n > 0 && searched + n == have && text[have - 1] == '\r' &&
                                 have <= CSV_RECORD_SIZE_MAX && !reader->is_at_end;
                if (n > 0 && !may_go_on) {
                        *ret_length = searched + n - skip;
                        return searched + n <= CSV_RECORD_SIZE_MAX ? 1 : -E2BIG;
                }
                if (have > CSV_RECORD_SIZE_MAX)
                        return -E2BIG;
                if (reader->is_at_end) {
                        *ret_length = have - skip;
                        return 0;
                }
                searched = may_go_on ? have - 1 : have;
                int r = reader_fill(reader);
                if (r < 0)
                        return r;
        }
}

static void reader_consume(CsvReader *reader, size_t length, unsigned lines)
{
        reader->begin += length;
        reader->line += lines;
        if (reader->begin == reader->end)
                reader->begin = reader->end = 0;
}

/* Throws away a line of any length. */
static int reader_drop_line(CsvReader *reader)
{
        for (;;) {
                const char *text = reader->buffer + reader->begin;
                size_t have = reader->end - reader->begin, n = line_length(text, have);
                bool may_go_on = n > 0 && n == have && text[n - 1] == '\r' && !reader->is_at_end;
                if (n > 0 && !may_go_on) {
                        reader_consume(reader, n, 1);
                        return 0;
                }
                if (reader->is_at_end) {
                        reader_consume(reader, have, 0);
                        return 0;
                }
                reader_consume(reader, may_go_on ? have - 1 : have, 0);
                int r = reader_fill(reader);
                if (r < 0)
                        return r;
        }
}

static void on_field(void *text, size_t length, void *owner)
{
        CsvReader *reader = owner;
        size_t n = reader->record.n_fields++;

        if (n >= CSV_FIELDS_MAX)
                return;
        reader->offsets[n] = reader->text.length;
        reader->record.fields[n].length = length;
        strbuf_add_bytes(&reader->text, text, length);
        strbuf_add_bytes(&reader->text, "", 1);
}

static void on_record(int terminator, void *owner)
{
        CsvReader *reader = owner;

        reader->is_complete = true;
}

/* Makes the parser forget the record it is in. */
static void parser_reset(struct csv_parser *parser)
{
        (void)csv_set_opts(parser, 0);
        (void)csv_fini(parser, NULL, NULL, NULL);
        (void)csv_set_opts(parser, PARSER_OPTIONS);
}

static int parser_fault(struct csv_parser *parser, CsvFault *ret_fault)
{
        if (csv_error(parser) != CSV_EPARSE)
                return -ENOMEM;
        *ret_fault = CSV_FAULT_STRAY_QUOTE;
        return 0;
}

/*
 * Feeds lines until one ends the record or something is wrong with it (record.fault). *ret_length
 * and *ret_lines: what belongs to it; *ret_first: the length of its first line, 0: it is longer
 * than the buffer.
 */
static int reader_feed(
        CsvReader *reader, size_t *ret_length, unsigned *ret_lines, size_t *ret_first)
{
        size_t fed = 0, first = 0, length = 0;
        unsigned lines = 0;
        CsvRecord *record = &reader->record;
        int r = 0;

        while (!reader->is_complete && !record->fault) {
                r = reader_line(reader, fed, &length);
                if (r == -E2BIG) {
                        record->fault = fed ? CSV_FAULT_OPEN_QUOTE : CSV_FAULT_TOO_LONG;
                        break;
                }
                if (r < 0)
                        return r;
                bool is_last = r == 0;
                const char *line = reader->buffer + reader->begin + fed;
                if (csv_parse(&reader->parser, line, length, on_field, on_record, reader) != length)
                        r = parser_fault(&reader->parser, &record->fault);
                else if (is_last && !reader->is_complete)
                        r = csv_fini(&reader->parser, on_field, on_record, reader);
                else
                        r = 0;
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        record->fault = CSV_FAULT_OPEN_QUOTE;
                record->has_line_end = !is_last;
                fed += length;
                lines += is_last ? 0 : 1;
                first = first ? first : length;
                if (is_last)
                        break;
        }
        *ret_length = fed;
        *ret_lines = lines;
        *ret_first = first;
        return 0;
}

/*
 * Leaves the first line of a malformed record behind; those after it are read again. No line is
 * read a third time: what lies between a quote and the stray one or the bound that ends it has an
 * even number of quotes on every line, so each of those lines ends by itself when read again.
 */
static int reader_recover(CsvReader *reader, unsigned lines, size_t first)
{
        parser_reset(&reader->parser);
        if (first == 0)
                return reader_drop_line(reader);
        reader_consume(reader, first, MIN(lines, 1U));
        return 0;
}

/* The separator that stands more often in the first line, outside quotes. */
static char line_separator(const char *text, size_t length)
{
        size_t commas = 0, semicolons = 0;
        bool is_quoted = false;

        for (size_t i = 0; i < length; i++) {
                if (text[i] == '"')
                        is_quoted = !is_quoted;
                commas += !is_quoted && text[i] == ',';
                semicolons += !is_quoted && text[i] == ';';
        }
        return semicolons > commas ? ';' : ',';
}

static bool starts_with(const CsvReader *reader, const char *bytes, size_t length)
{
        return reader->end - reader->begin >= length &&
               memcmp(reader->buffer + reader->begin, bytes, length) == 0;
}

static bool is_blank_line(const char *text, size_t length)
{
        for (size_t i = 0; i < length; i++)
                if (!strchr(" \t\r\n", text[i]) || !text[i])
                        return false;
        return true;
}

int csv_reader_start(CsvReader *reader)
{
        static const char *const binary[] = { "PK\x03\x04", "%PDF", "\xD0\xCF\x11\xE0",
                "\x1F\x8B\x08" };
        size_t length = 0;
        int r = reader_want(reader, 4);

        if (r < 0)
                return r;
        if (starts_with(reader, "\xFF\xFE", 2) || starts_with(reader, "\xFE\xFF", 2))
                return CSV_START_UTF16;
        for (size_t i = 0; i < ELEMENTSOF(binary); i++)
                if (starts_with(reader, binary[i], strlen(binary[i])))
                        return CSV_START_BINARY;
        if (starts_with(reader, "\xEF\xBB\xBF", 3))
                reader_consume(reader, 3, 0);
        for (;;) {
                r = reader_line(reader, 0, &length);
                if (r == -E2BIG) /* the first record will be the fault */
                        return CSV_START_TEXT;
                if (r < 0)
                        return r;
                const char *text = reader->buffer + reader->begin;
                if (!is_blank_line(text, length))
                        break;
                reader_consume(reader, length, (unsigned)r);
                if (r == 0)
                        return CSV_START_EMPTY;
        }
        csv_set_delim(&reader->parser,
                (unsigned char)line_separator(reader->buffer + reader->begin, length));
        return CSV_START_TEXT;
}

int csv_reader_next(CsvReader *reader, const CsvRecord **ret_record)
{
        CsvRecord *record = &reader->record;

        for (;;) {
                size_t length = 0, first = 0;
                unsigned lines = 0;

                record->line = reader->line;
                record->fault = CSV_FAULT_NONE;
                record->has_line_end = true;
                record->n_fields = 0;
                reader->is_complete = false;
                strbuf_truncate(&reader->text, 0);
                int r = reader_feed(reader, &length, &lines, &first);
                if (r < 0)
                        return r;
                if (strbuf_error(&reader->text))
                        return strbuf_error(&reader->text);
                if (record->fault)
                        r = reader_recover(reader, lines, first);
                else
                        reader_consume(reader, length, lines);
                if (r < 0)
                        return r;
                if (record->fault || record->n_fields > 0)
                        break;
                if (length == 0 || !record->has_line_end) /* the end, or blanks before it */
                        return 0;
        }
        for (size_t i = 0; i < MIN(record->n_fields, (size_t)CSV_FIELDS_MAX); i++)
                record->fields[i].text = strbuf_text(&reader->text) + reader->offsets[i];
        *ret_record = record;
        return 1;
}
