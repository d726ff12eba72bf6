/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_SHEET_H
#define RELANCED_INTAKE_SHEET_H

/*
 * A CSV file of facts → its kind and its rows, column by column (DESIGN 4.2). Judges the shape:
 * header, number of fields, UTF-8. What the values mean is row.h's business, on the daemon's side.
 */

#include "intake/columns.h"
#include "intake/csv.h"

/* Called as the file is read; what a call returns other than 0 ends the reading. */
typedef struct SheetSink {
        void *owner;
        /* Once, before anything else, unless the kind cannot be told. */
        int (*kind)(void *owner, FileKind kind);
        /* text: what, and what was expected; without file and line. */
        int (*problem)(void *owner, bool is_warning, unsigned line, const char *text);
        /* fields by the layout's columns; a column that the file lacks is empty. UTF-8, no NUL. */
        int (*row)(void *owner, unsigned line, bool has_line_end, const CsvField *fields);
        /* After its problems: a row that is left out. key: its id or number, NULL: unreadable. */
        int (*skipped)(void *owner, unsigned line, const char *key);
} SheetSink;

/* 0: read to its end (or refused, and told so); else what the sink gave or the source failed
 * with, -ENOMEM. */
int sheet_read(CsvSource source, void *source_owner, const SheetSink *sink);

#endif
