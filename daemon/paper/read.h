/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_READ_H
#define RELANCED_PAPER_READ_H

/* JSON into structures, by tables: a Shape says which member goes where, as what, and whether it
 * must be there. Pure but for the arena. */

#include <stddef.h>

#include "base/arena.h"
#include "core/money.h"

typedef enum FieldKind {
        FIELD_TEXT,    /* const char *: one line; an integer is taken as its digits */
        FIELD_PROSE,   /* const char *: of several lines */
        FIELD_FILE,    /* const char *: a plain file name */
        FIELD_DIGEST,  /* const char *: 64 hexadecimal digits */
        FIELD_LINES,   /* Lines: texts of one line; empty ones are left out */
        FIELD_DATE,    /* Date */
        FIELD_MOMENT,  /* Moment: an instant with its offset */
        FIELD_DAY,     /* Moment: that, or a day alone, whose minute is -1 */
        FIELD_MONEY,   /* int64_t: minor units */
        FIELD_RATE,    /* int64_t: hundredths of a percent */
        FIELD_INTEGER, /* int64_t */
        FIELD_OBJECT,  /* the structure itself */
        FIELD_POINTER, /* a pointer to the structure, NULL where it is absent */
        FIELD_LIST,    /* a pointer to the first of them; how many: at offset_n */
        FIELD_KINDS
} FieldKind;

struct Shape;

typedef struct Field {
        const char *member;
        FieldKind kind;
        bool is_required;
        size_t offset, offset_n;
        const struct Shape *shape; /* of OBJECT, POINTER, LIST */
} Field;

typedef struct Shape {
        size_t size;
        const Field *fields;
        size_t n;
} Shape;

/*
 * Fills the structure of that shape, zeroed before, from a JSON object; money is of the currency
 * that its member "currency" names. -EINVAL: *ret_problem, in the arena, says where and what.
 * -ENOMEM.
 */
int shape_read(const Shape *shape, const char *text, size_t length, Arena *arena, void *ret_object,
        const char **ret_problem);

#endif
