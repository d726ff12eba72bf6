/* SPDX-License-Identifier: MIT */
/*
 * Owns reading the files of a configuration and joining them to one text (@include); what is wrong
 * with that text is scan.c's to find. A file that cannot be included is a problem and the rest goes
 * on. Never logs.
 *
 * libconfig's own @include is not used: it takes names from the working directory and ends the
 * process when it meets a folder.
 */

#include "config/source.h"

#include <errno.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "config/scan.h"
#include "sys/file.h"

#define FILE_LIMIT ((size_t)1024 * 1024)
#define TEXT_LIMIT ((size_t)4 * 1024 * 1024)
#define DEPTH_MAX 10

typedef struct Joiner {
        Arena *arena;
        Problems *problems;
        StrBuf text;
        SourceLine *lines; /* malloc'ed while it grows */
        size_t n_lines, size_lines;
        bool is_unfit;
} Joiner;

/* A file being read, and the one that includes it. */
typedef struct Frame {
        const struct Frame *by;
        const char *file;
        unsigned line; /* being read */
        int depth;
} Frame;

static int joiner_add_line(Joiner *joiner, const Frame *frame, const char *line, size_t length)
{
        if (joiner->n_lines == joiner->size_lines) {
                size_t size = MAX((size_t)256, joiner->size_lines * 2);
                SourceLine *lines = reallocarray(joiner->lines, size, sizeof(*lines));
                if (!lines)
                        return -ENOMEM;
                joiner->lines = lines;
                joiner->size_lines = size;
        }
        joiner->lines[joiner->n_lines++] = (SourceLine){ frame->file, frame->line };
        /* A carriage return before the end of a line says nothing. */
        if (length > 0 && line[length - 1] == '\r')
                length--;
        strbuf_add_bytes(&joiner->text, line, length);
        strbuf_add_char(&joiner->text, '\n');
        return strbuf_error(&joiner->text);
}

/* The name in `@include "name"` and where it ends, or NULL: the line says something else. */
static const char *include_name(
        const char *line, size_t length, size_t *ret_length, size_t *ret_end)
{
        static const char word[] = "@include";
        size_t i = 0;

        while (i < length && (line[i] == ' ' || line[i] == '\t'))
                i++;
        if (length - i < sizeof(word) || memcmp(line + i, word, sizeof(word) - 1) != 0)
                return NULL;
        i += sizeof(word) - 1;
        while (i < length && (line[i] == ' ' || line[i] == '\t'))
                i++;
        if (i == length || line[i] != '"')
                return NULL;
        const char *name = line + i + 1, *quote = memchr(name, '"', length - i - 1);
        if (!quote)
                return NULL;
        *ret_length = (size_t)(quote - name);
        *ret_end = (size_t)(quote + 1 - line);
        return name;
}

static int joiner_add_file(Joiner *joiner, const Frame *by, const char *path, int depth);

/* A problem of the file that is included stands where it is included. */
static int joiner_include(Joiner *joiner, const Frame *frame, const char *name, size_t length)
{
        _cleanup_(freep) char *path = NULL, *copy = strndup(name, length);

        if (!copy)
                return -ENOMEM;
        if (frame->depth > DEPTH_MAX) {
                problems_add(joiner->problems, false, frame->file, frame->line,
                        "@include is not followed in a text that is no file");
                return 0;
        }
        if (length == 0 || frame->depth >= DEPTH_MAX) {
                problems_add(joiner->problems, false, frame->file, frame->line,
                        length == 0 ? "@include names no file"
                                    : "@include goes deeper than 10 files here");
                return 0;
        }
        int r = path_from_file(frame->file, copy, &path);
        if (r < 0)
                return r;
        for (const Frame *f = frame; f; f = f->by)
                if (streq(f->file, path)) {
                        problems_add(joiner->problems, false, frame->file, frame->line,
                                "@include \"%s\": that file is being read already", copy);
                        return 0;
                }
        r = joiner_add_file(joiner, frame, path, frame->depth + 1);
        if (r == -ENOMEM || r == -E2BIG)
                return r;
        if (r < 0)
                problems_add(joiner->problems, false, frame->file, frame->line,
                        "@include \"%s\" cannot be read: %s", copy,
                        r == -EINVAL ? "it is no regular file" : strerror(-r));
        return 0;
}

/* What the file holds must be text: libconfig would stop at a NUL without a word. */
static void joiner_check_bytes(Joiner *joiner, const char *file, const char *text, size_t length)
{
        unsigned line = 1;

        for (const char *p = text, *end = text + length; p < end; line++) {
                const char *newline = memchr(p, '\n', (size_t)(end - p));
                size_t n = (size_t)((newline ? newline : end) - p);
                if (memchr(p, '\0', n)) {
                        problems_add(joiner->problems, false, file, line,
                                "there is a NUL byte in this line: the file is damaged");
                        joiner->is_unfit = true;
                } else if (!utf8_is_valid(p, n)) {
                        problems_add(joiner->problems, false, file, line,
                                "this line is not UTF-8: save the file in that encoding");
                        joiner->is_unfit = true;
                }
                p += n + 1;
        }
}

static int joiner_add_text(Joiner *joiner, Frame *frame, const char *text, size_t length)
{
        ScanState state = SCAN_PLAIN;
        const char *end = text + length;

        for (const char *p = text; p < end; frame->line++) {
                const char *newline = memchr(p, '\n', (size_t)(end - p)), *name = NULL;
                size_t n = (size_t)((newline ? newline : end) - p), rest = 0, name_length = 0;
                int r = 0;
                if (state == SCAN_PLAIN)
                        name = include_name(p, n, &name_length, &rest);
                if (name)
                        r = joiner_include(joiner, frame, name, name_length);
                if (r == 0)
                        r = joiner_add_line(joiner, frame, p + rest, n - rest);
                if (r < 0)
                        return r;
                state = scan_line(state, p + rest, n - rest);
                p += n + 1;
        }
        return 0;
}

static int joiner_add_file(Joiner *joiner, const Frame *by, const char *path, int depth)
{
        static const char mark[] = "\xEF\xBB\xBF";
        _cleanup_(freep) char *text = NULL;
        size_t length, skipped = 0;
        Frame frame = { .by = by, .line = 1, .depth = depth };

        int r = file_read(path, FILE_LIMIT, &text, &length);
        if (r < 0)
                return r;
        frame.file = arena_strdup(joiner->arena, path);
        if (!frame.file)
                return -ENOMEM;
        if (length >= sizeof(mark) - 1 && memcmp(text, mark, sizeof(mark) - 1) == 0)
                skipped = sizeof(mark) - 1;
        joiner_check_bytes(joiner, frame.file, text + skipped, length - skipped);
        return joiner_add_text(joiner, &frame, text + skipped, length - skipped);
}

static int joiner_finish(Joiner *joiner, int r, Source *ret_source)
{
        Source source = { .n_lines = joiner->n_lines, .is_unfit = joiner->is_unfit };

        if (r == 0)
                r = strbuf_error(&joiner->text);
        if (r == -E2BIG)
                r = -EFBIG;
        if (r == 0) {
                source.length = joiner->text.length;
                source.text =
                        arena_strndup(joiner->arena, strbuf_text(&joiner->text), source.length);
                source.lines = arena_alloc_array(
                        joiner->arena, MAX(source.n_lines, (size_t)1), sizeof(*source.lines));
                if (!source.text || !source.lines)
                        r = -ENOMEM;
        }
        if (r == 0 && joiner->lines)
                memcpy(source.lines, joiner->lines, source.n_lines * sizeof(*source.lines));
        strbuf_release(&joiner->text);
        free(joiner->lines);
        if (r == 0 && !source.is_unfit)
                r = scan_source(&source, joiner->problems);
        if (r == 0)
                *ret_source = source;
        return r;
}

int source_load(const char *path, Arena *arena, Problems *problems, Source *ret_source)
{
        Joiner joiner = { .arena = arena, .problems = problems, .text = { .limit = TEXT_LIMIT } };

        int r = joiner_finish(&joiner, joiner_add_file(&joiner, NULL, path, 1), ret_source);
        if (r < 0)
                problems_add(problems, false, path, 0, "cannot be read: %s",
                        r == -EINVAL ? "it is no regular file" : strerror(-r));
        return r;
}

int source_of_text(
        const char *name, const char *text, Arena *arena, Problems *problems, Source *ret_source)
{
        Joiner joiner = { .arena = arena, .problems = problems, .text = { .limit = TEXT_LIMIT } };
        Frame frame = { .file = name, .line = 1, .depth = DEPTH_MAX + 1 };

        joiner_check_bytes(&joiner, name, text, strlen(text));
        return joiner_finish(
                &joiner, joiner_add_text(&joiner, &frame, text, strlen(text)), ret_source);
}

SourceLine source_place(const Source *source, unsigned line)
{
        if (source->n_lines == 0)
                return (SourceLine){ 0 };
        size_t i = line == 0 ? 0 : line - 1;
        return source->lines[MIN(i, source->n_lines - 1)];
}
