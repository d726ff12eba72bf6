/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_ROW_H
#define RELANCED_INTAKE_ROW_H

/*
 * Named text fields of a row → a row of facts. Pure: knows no store, so whether a customer or an
 * invoice exists is not its business. Every error of a row is reported, not only the first.
 */

#include "base/arena.h"
#include "core/policy.h"
#include "intake/columns.h"
#include "store/facts.h"

typedef struct RowCheck {
        const Rulebook *book; /* for the names of policies */
        const char *country;  /* the creditor's, where a customer's is not given */
        Arena *arena;         /* the rows' texts live here, or are the fields themselves */
        /* "due: \"2026-02-30\" is no date; expected YYYY-MM-DD" */
        void (*report)(void *owner, const char *text);
        void *owner;
        /* Private. */
        size_t n_errors;
        bool is_out_of_memory;
} RowCheck;

/* The row has errors, all of them reported; *ret_row is not to be used. */
#define ROW_REFUSED 1

/* fields: by column of the layout, "" where the file has none; UTF-8.
 * 0 and *ret_row, ROW_REFUSED, or -ENOMEM. */
int row_read_customer(RowCheck *check, const char *const fields[], CustomerRow *ret_row);
int row_read_invoice(RowCheck *check, const char *const fields[], InvoiceRow *ret_row);
int row_read_payment(RowCheck *check, const char *const fields[], PaymentRow *ret_row);

/* An id or number as it is kept: without blanks around; NULL when it is none (empty, more than 64
 * bytes, control characters) or memory is out. Reports nothing. */
const char *row_key(Arena *arena, const char *field);

#endif
