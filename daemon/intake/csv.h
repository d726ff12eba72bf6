/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_CSV_H
#define RELANCED_INTAKE_CSV_H

/*
 * Bytes of a CSV file → records of fields, one at a time and in constant memory. RFC 4180: fields
 * may be quoted, a quote within is doubled, a quoted field may hold separators and line ends.
 * Lines end with LF, CR LF or CR; blank lines are skipped; a byte order mark is skipped; the first
 * line tells whether comma or semicolon separates. Blanks around an unquoted field are dropped.
 *
 * A malformed record is given as such, with the line it begins on, and reading goes on with the
 * line after that one: one forgotten quote costs one row. The result never depends on how the
 * source cuts the bytes.
 */

#include <sys/types.h>

#include "base/macros.h"

/* A longer record is malformed. With what is sent beside it, it fits into one packet. */
#define CSV_RECORD_SIZE_MAX ((size_t)60 * 1024)
/* Fields beyond are counted, not kept. */
#define CSV_FIELDS_MAX 256

typedef struct CsvReader CsvReader;

/* Up to size bytes; 0: the end; -errno. */
typedef ssize_t (*CsvSource)(void *owner, void *bytes, size_t size);

/* What the first bytes say. */
typedef enum CsvStart {
        CSV_START_TEXT,
        CSV_START_EMPTY, /* nothing but blank lines */
        CSV_START_UTF16,
        CSV_START_BINARY, /* a spreadsheet, a PDF, an archive */
} CsvStart;

typedef enum CsvFault {
        CSV_FAULT_NONE,
        CSV_FAULT_TOO_LONG,    /* over CSV_RECORD_SIZE_MAX, on one line */
        CSV_FAULT_OPEN_QUOTE,  /* a quote is opened and not closed: to the end, or for too long */
        CSV_FAULT_STRAY_QUOTE, /* in an unquoted field, or not doubled within a quoted one */
} CsvFault;

typedef struct CsvField {
        const char *text; /* followed by a NUL; may hold others: a file may hold anything */
        size_t length;
} CsvField;

typedef struct CsvRecord {
        unsigned line; /* of its first byte; the file's first is 1 */
        CsvFault fault;
        bool has_line_end; /* false only for a last line that ends with the file */
        /* All fields; of a malformed record those before the fault. */
        size_t n_fields;
        CsvField fields[CSV_FIELDS_MAX]; /* valid until the next call */
} CsvRecord;

/* -ENOMEM. */
int csv_reader_new(CsvSource source, void *owner, CsvReader **ret_reader);
void csv_reader_free(CsvReader *reader);
DEFINE_CLEANUP(CsvReader, csv_reader_free)

/* To be called first, once. A CsvStart, or what the source failed with. */
int csv_reader_start(CsvReader *reader);

/* 1 and *ret_record (the reader's); 0 at the end; -ENOMEM or what the source failed with. */
int csv_reader_next(CsvReader *reader, const CsvRecord **ret_record);

#endif
