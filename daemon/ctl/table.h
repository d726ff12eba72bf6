/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_TABLE_H
#define RELANCED_CTL_TABLE_H

/* Tables in the terminal. */

#include <stddef.h>

#include "base/macros.h"

typedef struct TableColumn {
        const char *name;
        bool is_right;   /* numbers */
        bool may_shrink; /* cut off where the terminal is too narrow */
} TableColumn;

typedef struct Table Table;

/* NULL: memory is out. */
Table *table_new(const TableColumn *columns, size_t n);
void table_free(Table *table);
DEFINE_CLEANUP(Table, table_free)

/* Starts a row, then sets its cells; texts are copied. Memory that runs out leaves cells empty. */
void table_add_row(Table *table);
void table_set(Table *table, size_t column, const char *text);

/* Prints it on stdout; as wide as it is where that is no terminal. */
void table_print(Table *table);

#endif
