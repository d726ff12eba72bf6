/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_TABLE_H
#define RELANCED_PAPER_TABLE_H

/* A table on sheets: columns as wide as what is in them, the rest shared by those that may break;
 * its head again on each page; no row is cut. Texts must stay until it is drawn. */

#include "paper/sheet.h"

#define COLUMNS_MAX 8

typedef struct Column {
        const char *title;
        Align align;
        bool is_flexible; /* breaks, and takes what room there is */
} Column;

typedef enum RowStyle {
        ROW_PLAIN,
        ROW_MINOR, /* belongs to the one above: small, grey */
        ROW_CODE,  /* the same, and its first cell over the whole width: a digest */
        ROW_SUM,   /* bold, under a line; its words go on over the empty cells after them */
        ROW_STYLES
} RowStyle;

typedef struct Row {
        const char *cells[COLUMNS_MAX]; /* NULL: empty */
        RowStyle style;
} Row;

typedef struct Table {
        const Column *columns;
        size_t n_columns;
        Row *rows;
        size_t n_rows, size_rows;
        double x, width; /* 0: the whole text's */
        bool has_no_head;
        int error;
} Table;

/* cells: as many as there are columns. An error sticks and shows when it is drawn. */
void table_add(Table *table, Arena *arena, RowStyle style, const char *const cells[]);

/* From where the sheet is on; moves it below. 0, or -ENOMEM. */
int table_draw(const Table *table, Sheet *sheet);

#endif
