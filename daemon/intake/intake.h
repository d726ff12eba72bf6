/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_INTAKE_H
#define RELANCED_INTAKE_INTAKE_H

/*
 * Files of facts into the store (DESIGN 4.2). A worker process without any right reads the foreign
 * file and sends back records of named text fields; this side checks each field and puts the rows.
 * A row in error is reported and the others go on (R23).
 */

#include "base/strbuf.h"
#include "config/config.h"
#include "store/facts.h"

typedef struct ImportFile {
        const char *name; /* as the user knows it: for messages only */
        int fd;           /* open for reading; not taken over */
} ImportFile;

typedef struct ImportResult {
        size_t n_rows, n_added, n_changed, n_same, n_withdrawn, n_errors, n_warnings;
        const char *kind; /* "customers", "invoices", "payments", or "" when it could not be told */
} ImportResult;

/* The numbers in words, for the log: "a file of invoices: 10 rows, 8 added, …". */
void import_result_describe(const ImportResult *result, StrBuf *text);

/* What all files of an import share. */
typedef struct ImportContext {
        Store *store;
        const Config *config;
        Instant at;
        Date today; /* the creditor's civil day of at */
        /* Called for every problem of files[i]: "file:line: what, and what was expected". */
        void (*message)(void *owner, size_t i, bool is_warning, const char *text);
        /* Called for each instalment that files[i] has no row for any more, as it is withdrawn; of
         * a file that lacks very many for the first of them. NULL: nobody asks. */
        void (*withdrawn)(void *owner, size_t i, const WithdrawnRow *row);
        void *owner;
} ImportContext;

/*
 * Imports files in the order their kinds need (customers, invoices, payments), whatever order they
 * are given in; each is read from its beginning, those of one kind as they are given. On an
 * sd-event loop that does not wait for it: each turn takes some milliseconds and is a transaction
 * of its own, so others may write in between. results[i] is filled for files[i].
 *
 * done(owner, result) is called once, never from inside import_new(), and may free the import: 0
 * even when rows were in error, and what counts is durable then; -errno: the store failed, what was
 * committed before stays. What the context, the files and the results name outlives the import.
 */
typedef struct sd_event sd_event;
typedef struct Import Import;
typedef struct ImportOrder {
        ImportContext context;
        const ImportFile *files;
        size_t n;
        ImportResult *results;
        void (*done)(void *owner, int result);
        void *owner;
} ImportOrder;
int import_new(sd_event *event, const ImportOrder *order, Import **ret_import);
/* Before it is done: ends it, and done() is not called; what was put so far stays. */
void import_free(Import *import);
DEFINE_CLEANUP(Import, import_free)

/* The worker's side: reads requests from the socket until it closes. Returns an exit status. */
int intake_worker_main(int socket_fd);

#endif
