/* SPDX-License-Identifier: MIT */
/*
 * Owns the check of a configuration's words: numbers, texts, comments, brackets, and keys given
 * twice in one group. Never says what a key means. Fails only for want of memory.
 *
 * libconfig stops at the first key given twice, so all but the first are renamed in the text and
 * the tree leaves them out; it cuts numbers to 32 bits and takes 010 for ten, without a word.
 */

#include "config/scan.h"

#include <errno.h>
#include <stdint.h>

#define DEPTH_MAX 32
#define DIGITS_MAX 9 /* every such number fits in 32 bits */
#define HEX_DIGITS_MAX 7

typedef struct Name {
        size_t at, length; /* in the text, as it was written */
        unsigned line, depth, n_again;
} Name;

typedef struct Bracket {
        char open;
        unsigned line;
} Bracket;

typedef struct Scanner {
        Source *source;
        Problems *problems;
        char *p, *end;
        unsigned line;
        Bracket brackets[DEPTH_MAX];
        unsigned depth;
        Name *names; /* of the groups that are open, the innermost last */
        size_t n_names, size_names;
        Name pending; /* the last word; a key if "=" or ":" comes next */
        char last;    /* the last token: a mark, 'a' for a word, '"' for a text, 0 for others */
        char *comma;  /* where the last comma is */
} Scanner;

static bool is_name_start(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_name_part(char c)
{
        return is_name_start(c) || is_digit(c) || c == '-' || c == '_';
}

static const char *skip_text(const char *p, const char *end)
{
        while (p < end && *p != '"')
                p += *p == '\\' && p + 1 < end ? 2 : 1;
        return p;
}

ScanState scan_line(ScanState state, const char *line, size_t length)
{
        const char *p = line, *end = line + length;

        while (p < end) {
                if (state == SCAN_COMMENT) {
                        const char *close = memmem(p, (size_t)(end - p), "*/", 2);
                        if (!close)
                                return SCAN_COMMENT;
                        p = close + 2;
                        state = SCAN_PLAIN;
                } else if (state == SCAN_TEXT) {
                        p = skip_text(p, end);
                        if (p >= end)
                                return SCAN_TEXT;
                        p++;
                        state = SCAN_PLAIN;
                } else if (*p == '#' || (*p == '/' && p + 1 < end && p[1] == '/')) {
                        return SCAN_PLAIN;
                } else if (*p == '/' && p + 1 < end && p[1] == '*') {
                        p += 2;
                        state = SCAN_COMMENT;
                } else {
                        if (*p == '"')
                                state = SCAN_TEXT;
                        p++;
                }
        }
        return state;
}

static void scanner_error(Scanner *scanner, unsigned line, const char *format, ...) _printf_(3, 4);
static void scanner_error(Scanner *scanner, unsigned line, const char *format, ...)
{
        SourceLine place = source_place(scanner->source, line);
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&text, format, arguments);
        va_end(arguments);
        problems_add(scanner->problems, false, place.file, place.line, "%s", strbuf_text(&text));
}

static void scanner_comment(Scanner *scanner)
{
        unsigned first = scanner->line;

        scanner->p += 2;
        while (scanner->p + 1 < scanner->end && !(scanner->p[0] == '*' && scanner->p[1] == '/'))
                if (*scanner->p++ == '\n')
                        scanner->line++;
        if (scanner->p + 1 < scanner->end) {
                scanner->p += 2;
                return;
        }
        scanner_error(scanner, first, "a comment begins here with /* and never ends");
        scanner->source->is_broken = true;
        scanner->p = scanner->end;
}

/* libconfig cuts a number to 32 bits: a longer one becomes the largest, which no key takes. */
static void scanner_shorten(char *start, const char *end)
{
        static const char largest[] = SOURCE_TOO_LARGE_TEXT;

        memset(start, ' ', (size_t)(end - start));
        memcpy(start, largest, sizeof(largest) - 1);
}

static void scanner_number(Scanner *scanner)
{
        char *start = scanner->p;
        size_t n_digits = 0;

        while (scanner->p < scanner->end && (is_name_part(*scanner->p) || *scanner->p == '.'))
                scanner->p++;
        size_t length = (size_t)(scanner->p - start);
        while (n_digits < length && is_digit(start[n_digits]))
                n_digits++;
        bool is_hex = start[0] == '0' && length > 1 && (start[1] == 'x' || start[1] == 'X');
        bool is_time =
                scanner->p + 1 < scanner->end && scanner->p[0] == ':' && is_digit(scanner->p[1]);
        scanner->last = 0;
        if (is_time) {
                scanner_error(scanner, scanner->line,
                        "a time of day stands in quotes: \"%.*s%.3s\"", (int)MIN(length, 2U), start,
                        scanner->p);
                scanner->source->is_broken = true;
                scanner->p += strspn(scanner->p, ":0123456789");
        } else if (is_hex ? length > 2 + HEX_DIGITS_MAX : n_digits > DIGITS_MAX) {
                scanner_shorten(start, scanner->p);
        } else if (!is_hex && n_digits > 1 && start[0] == '0') {
                scanner_error(scanner, scanner->line,
                        "the number %.*s begins with a zero, and numbers do not", (int)n_digits,
                        start);
        }
}

static void scanner_word(Scanner *scanner)
{
        char *start = scanner->p;

        while (scanner->p < scanner->end && is_name_part(*scanner->p))
                scanner->p++;
        scanner->pending = (Name){ .at = (size_t)(start - scanner->source->text),
                .length = (size_t)(scanner->p - start),
                .line = scanner->line,
                .depth = scanner->depth };
        scanner->last = 'a';
}

/* Makes the key one that no group has: "wake" becomes "*ake", then "**ke". */
static void scanner_rename(Scanner *scanner, Name *first, const Name *again)
{
        char *name = scanner->source->text + again->at;

        first->n_again++;
        if (first->n_again > again->length)
                scanner->source->is_broken = true;
        memset(name, SOURCE_RENAMED, MIN((size_t)first->n_again, again->length));
}

static int scanner_key(Scanner *scanner)
{
        Name *key = &scanner->pending;
        char *text = scanner->source->text;
        int length = (int)MIN(key->length, (size_t)60);

        if (text[key->at] == SOURCE_RENAMED) {
                scanner_error(scanner, key->line, "unknown key \"%.*s\"", length, text + key->at);
                return 0;
        }
        for (size_t i = scanner->n_names; i > 0 && scanner->names[i - 1].depth == key->depth; i--) {
                Name *name = &scanner->names[i - 1];
                if (name->length != key->length ||
                        memcmp(text + name->at, text + key->at, key->length) != 0)
                        continue;
                SourceLine place = source_place(scanner->source, name->line);
                scanner_error(scanner, key->line, "\"%.*s\" is given twice: it is also in %s:%u",
                        length, text + key->at, place.file, place.line);
                scanner_rename(scanner, name, key);
                return 0;
        }
        if (scanner->n_names == scanner->size_names) {
                size_t size = MAX((size_t)64, scanner->size_names * 2);
                Name *names = reallocarray(scanner->names, size, sizeof(*names));
                if (!names)
                        return -ENOMEM;
                scanner->names = names;
                scanner->size_names = size;
        }
        scanner->names[scanner->n_names++] = *key;
        return 0;
}

static bool scanner_takes_text(const Scanner *scanner)
{
        return scanner->last && strchr("=:,([\"", scanner->last);
}

/* A text that runs over the end of its line is one whose closing quote was forgotten: libconfig
 * would complain much later, where the next text begins. It goes on with an empty one. */
static void scanner_open_text(Scanner *scanner, const char *line_end)
{
        scanner_error(scanner, scanner->line,
                "a text begins in this line and does not end in it: is a \" missing?");
        scanner->source->is_broken = true;
        memset(scanner->p, ' ', (size_t)(line_end - scanner->p));
        if (line_end - scanner->p > 1 && scanner_takes_text(scanner))
                memset(scanner->p, '"', 2);
}

/* A text where none can stand: after a key, its "=" is put there if there is room. Else the text is
 * taken out, because libconfig would stop at it (and lose its memory). */
static int scanner_stray_text(Scanner *scanner, char *close)
{
        if (scanner->last == 'a' && scanner->p[-1] == ' ') {
                scanner_error(scanner, scanner->line, "a \"=\" is missing before %.*s",
                        (int)MIN(close + 1 - scanner->p, 60), scanner->p);
                scanner->p[-1] = '=';
                return scanner_key(scanner);
        }
        scanner_error(scanner, scanner->line, "%.*s stands where no text can be",
                (int)MIN(close + 1 - scanner->p, 60), scanner->p);
        memset(scanner->p, ' ', (size_t)(close + 1 - scanner->p));
        return 0;
}

/* libconfig makes one text of texts that follow each other: in a list, hardly what was meant. */
static void scanner_check_comma(Scanner *scanner)
{
        if (scanner->depth == 0 || scanner->brackets[scanner->depth - 1].open == '{')
                return;
        SourceLine place = source_place(scanner->source, scanner->line);
        problems_add(scanner->problems, true, place.file, place.line,
                "two texts stand here without a comma between them: they are read as one");
}

static int scanner_text(Scanner *scanner)
{
        char *newline = memchr(scanner->p, '\n', (size_t)(scanner->end - scanner->p));
        char *line_end = newline ? newline : scanner->end;
        char *close = scanner->p + (skip_text(scanner->p + 1, line_end) - scanner->p);
        int r = 0;

        if (close >= line_end) {
                scanner_open_text(scanner, line_end);
                close = line_end - 1;
        } else if (scanner->last == '"') {
                scanner_check_comma(scanner);
        } else if (!scanner_takes_text(scanner)) {
                r = scanner_stray_text(scanner, close);
        }
        scanner->last = '"';
        scanner->p = close + 1;
        return r;
}

static void scanner_open(Scanner *scanner, char c)
{
        if (scanner->depth == DEPTH_MAX) {
                if (!scanner->source->is_unfit)
                        scanner_error(
                                scanner, scanner->line, "brackets are nested deeper than 32 here");
                scanner->source->is_unfit = true;
                return;
        }
        scanner->brackets[scanner->depth++] = (Bracket){ c, scanner->line };
}

static void scanner_close(Scanner *scanner, char c)
{
        char open = c == '}' ? '{' : c == ')' ? '(' : '[';

        if (scanner->source->is_unfit)
                return;
        if (scanner->last == ',') {
                scanner_error(
                        scanner, scanner->line, "a comma has nothing after it before \"%c\"", c);
                *scanner->comma = ' ';
        }
        if (scanner->depth == 0) {
                scanner_error(scanner, scanner->line, "\"%c\" closes nothing", c);
                scanner->source->is_broken = true;
                return;
        }
        while (scanner->n_names > 0 && scanner->names[scanner->n_names - 1].depth >= scanner->depth)
                scanner->n_names--;
        Bracket *bracket = &scanner->brackets[--scanner->depth];
        if (bracket->open == open)
                return;
        SourceLine place = source_place(scanner->source, bracket->line);
        scanner_error(scanner, scanner->line, "\"%c\" closes the \"%c\" of %s:%u", c, bracket->open,
                place.file, place.line);
        scanner->source->is_broken = true;
}

static int scanner_mark(Scanner *scanner, char c)
{
        char last = scanner->last;
        int r = 0;

        if (c == '{' || c == '(' || c == '[')
                scanner_open(scanner, c);
        else if (c == '}' || c == ')' || c == ']')
                scanner_close(scanner, c);
        else if ((c == '=' || c == ':') && last == 'a')
                r = scanner_key(scanner);
        if (c == ',')
                scanner->comma = scanner->p;
        scanner->last = c;
        scanner->p++;
        return r;
}

static int scanner_step(Scanner *scanner)
{
        char c = *scanner->p, next = scanner->p + 1 < scanner->end ? scanner->p[1] : '\0';

        if (c == '#' || (c == '/' && next == '/')) {
                char *newline = memchr(scanner->p, '\n', (size_t)(scanner->end - scanner->p));
                scanner->p = newline ? newline : scanner->end;
        } else if (c == '/' && next == '*') {
                scanner_comment(scanner);
        } else if (c == '"') {
                return scanner_text(scanner);
        } else if (is_digit(c)) {
                scanner_number(scanner);
        } else if (is_name_start(c)) {
                scanner_word(scanner);
        } else if (c == '\n' || c == ' ' || c == '\t' || c == '\f') {
                scanner->line += c == '\n';
                scanner->p++;
        } else {
                return scanner_mark(scanner, c);
        }
        return 0;
}

int scan_source(Source *source, Problems *problems)
{
        Scanner scanner = { .source = source,
                .problems = problems,
                .p = source->text,
                .end = source->text + source->length,
                .line = 1 };
        int r = 0;

        while (r == 0 && scanner.p < scanner.end)
                r = scanner_step(&scanner);
        if (scanner.depth > 0 && !source->is_broken && !source->is_unfit) {
                Bracket *bracket = &scanner.brackets[scanner.depth - 1];
                scanner_error(&scanner, bracket->line, "the \"%c\" of this line is never closed",
                        bracket->open);
                source->is_broken = true;
        }
        free(scanner.names);
        return r;
}
