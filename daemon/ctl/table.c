/* SPDX-License-Identifier: MIT */
/* Owns the drawing of tables by libsmartcols; see table.h. Cells must be safe for a terminal. */

#include "ctl/table.h"

#include <libsmartcols/libsmartcols.h>

struct Table {
        struct libscols_table *table;
        struct libscols_line *line;
};

Table *table_new(const TableColumn *columns, size_t n)
{
        _cleanup_(table_freep) Table *table = calloc(1, sizeof(*table));

        if (!table)
                return NULL;
        table->table = scols_new_table();
        if (!table->table)
                return NULL;
        for (size_t i = 0; i < n; i++) {
                int flags = (columns[i].is_right ? SCOLS_FL_RIGHT : 0) |
                            (columns[i].may_shrink ? SCOLS_FL_TRUNC : 0);
                if (!scols_table_new_column(
                            table->table, columns[i].name, columns[i].may_shrink ? 0.1 : 1, flags))
                        return NULL;
        }
        return TAKE_PTR(table);
}

void table_free(Table *table)
{
        if (!table)
                return;
        scols_unref_table(table->table);
        free(table);
}

void table_add_row(Table *table)
{
        table->line = scols_table_new_line(table->table, NULL);
}

void table_set(Table *table, size_t column, const char *text)
{
        if (table->line)
                (void)scols_line_set_data(table->line, column, text);
}

void table_print(Table *table)
{
        (void)scols_print_table(table->table);
}
