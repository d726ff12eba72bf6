/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_SOURCE_H
#define RELANCED_CONFIG_SOURCE_H

/*
 * The text of a configuration before libconfig sees it: the file and all it includes as one text,
 * with the place every line came from. Finds here what libconfig would pass over, misread or die
 * of: numbers that do not fit or begin with a zero, comments and texts that never end, keys given
 * twice, folders and circles of files under @include.
 */

#include "base/arena.h"
#include "config/config.h"

typedef struct SourceLine {
        const char *file; /* in the arena */
        unsigned line;    /* from 1 */
} SourceLine;

typedef struct Source {
        char *text; /* NUL-terminated, UTF-8 */
        size_t length;
        SourceLine *lines; /* lines[i] is where line i + 1 of the text came from */
        size_t n_lines;
        bool is_broken; /* brackets or quotes do not match: libconfig would stop somewhere, and
                              what is missing from its result may well be in the file */
        bool is_unfit;  /* not to be given to libconfig at all */
} Source;

/* A key that was given twice is renamed to begin with this, so that the rest can be read. */
#define SOURCE_RENAMED '*'

/* What a number that may not fit in 32 bits (more than nine digits) was replaced by. */
#define SOURCE_TOO_LARGE 2147483647
#define SOURCE_TOO_LARGE_TEXT "2147483647"

static inline bool number_is_too_large(int64_t number)
{
        return number == SOURCE_TOO_LARGE || number == -SOURCE_TOO_LARGE;
}

/*
 * @include "name" at the beginning of a line takes the file of that name as seen from the folder of
 * the file it stands in. Everything lives in the arena. 0 (problems may have been added), or -errno
 * when the first file could not be read or memory ran out, also told in problems.
 */
int source_load(const char *path, Arena *arena, Problems *problems, Source *ret_source);

/* The same of a text that is no file. */
int source_of_text(
        const char *name, const char *text, Arena *arena, Problems *problems, Source *ret_source);

/* Where a line of the text came from; lines past the end belong to the last one. */
SourceLine source_place(const Source *source, unsigned line);

#endif
