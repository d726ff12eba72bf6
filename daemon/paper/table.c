/* SPDX-License-Identifier: MIT */
/* Owns the widths of columns, the heights of rows and where pages end between them. A cell never
 * takes more than CELL_LINES, so that a row always fits a page. */

#include "paper/table.h"

#include <errno.h>

#define CELL_LINES 8
#define GAP 9.0         /* between columns */
#define ROW_PADDING 3.2 /* above and below a row */
#define FLEXIBLE_MIN 70.0

void table_add(Table *table, Arena *arena, RowStyle style, const char *const cells[])
{
        if (table->n_rows == table->size_rows) {
                size_t size = MAX(2 * table->size_rows, 32U);
                Row *rows = arena_alloc_array(arena, size, sizeof(Row));
                if (!rows) {
                        table->error = -ENOMEM;
                        return;
                }
                if (table->n_rows > 0)
                        memcpy(rows, table->rows, table->n_rows * sizeof(Row));
                table->rows = rows;
                table->size_rows = size;
        }
        Row *row = &table->rows[table->n_rows++];
        row->style = style;
        for (size_t i = 0; i < table->n_columns; i++)
                row->cells[i] = cells[i];
}

static double table_width(const Table *table)
{
        return table->width > 0 ? table->width : TEXT_WIDTH;
}

static double table_left(const Table *table)
{
        return table->x > 0 ? table->x : MARGIN;
}

static Face row_face(RowStyle style)
{
        static const Face faces[ROW_STYLES] = {
                [ROW_PLAIN] = FACE_TEXT,
                [ROW_MINOR] = FACE_SMALL,
                [ROW_CODE] = FACE_CODE,
                [ROW_SUM] = FACE_STRONG,
        };

        return faces[style];
}

/* How many columns a cell takes: a sum's words go on over the empty ones that follow. */
static size_t columns_taken(const Table *table, const Row *row, size_t column)
{
        size_t n = 1;

        if (row->style != ROW_SUM || is_empty(row->cells[column]))
                return n;
        while (column + n < table->n_columns && is_empty(row->cells[column + n]))
                n++;
        return n;
}

/* What a column takes if nothing in it breaks. */
static double natural_width(const Table *table, Sheet *sheet, size_t column)
{
        double width = table->has_no_head
                               ? 0
                               : sheet_width(sheet, FACE_LABEL, table->columns[column].title);

        for (size_t i = 0; i < table->n_rows; i++) {
                const Row *row = &table->rows[i];
                const char *cell = row->cells[column];
                if (!is_empty(cell) && row->style != ROW_CODE &&
                        columns_taken(table, row, column) == 1)
                        width = MAX(width, sheet_width(sheet, row_face(row->style), cell));
        }
        return width + 0.5;
}

/*
 * Those that do not break get what they take. The flexible ones share the rest by what they take,
 * and none gets less than FLEXIBLE_MIN. When even that is too wide, all shrink.
 */
static void share_width(const Table *table, Sheet *sheet, double *widths)
{
        double whole = table_width(table) - GAP * (double)(table->n_columns - 1);
        double fixed = 0, flexible = 0;
        size_t n_flexible = 0;

        for (size_t i = 0; i < table->n_columns; i++) {
                widths[i] = natural_width(table, sheet, i);
                if (table->columns[i].is_flexible) {
                        widths[i] = MIN(MAX(widths[i], FLEXIBLE_MIN), whole);
                        flexible += widths[i];
                        n_flexible++;
                } else
                        fixed += widths[i];
        }
        double rest = whole - fixed;
        if (n_flexible == 0 || rest < FLEXIBLE_MIN * (double)n_flexible) {
                for (size_t i = 0; fixed + flexible > whole && i < table->n_columns; i++)
                        widths[i] *= whole / (fixed + flexible);
                return;
        }
        double least = FLEXIBLE_MIN * (double)n_flexible;
        for (size_t i = 0; i < table->n_columns; i++) {
                if (!table->columns[i].is_flexible)
                        continue;
                if (rest < flexible)
                        widths[i] = FLEXIBLE_MIN + (widths[i] - FLEXIBLE_MIN) * (rest - least) /
                                                           (flexible - least);
                else
                        widths[i] *= rest / flexible;
        }
}

static double cell_width(const Table *table, const Row *row, size_t column, const double *widths)
{
        size_t n = columns_taken(table, row, column);
        double width = GAP * (double)(n - 1);

        if (row->style == ROW_CODE)
                return table_width(table);
        for (size_t i = 0; i < n; i++)
                width += widths[column + i];
        return width;
}

/* All but its place. */
static Mark cell_mark(const Table *table, const Row *row, size_t column, const double *widths)
{
        static const Ink row_inks[ROW_STYLES] = {
                [ROW_PLAIN] = INK_TEXT,
                [ROW_MINOR] = INK_GREY,
                [ROW_CODE] = INK_GREY,
                [ROW_SUM] = INK_TEXT,
        };

        return (Mark){ .width = cell_width(table, row, column, widths),
                .face = row_face(row->style),
                .ink = row_inks[row->style],
                .align = table->columns[column].align,
                .lines_max = CELL_LINES,
                .tag = "TD" };
}

static void draw_head(const Table *table, Sheet *sheet, const double *widths)
{
        double x = table_left(table), height = 0, y = sheet_y(sheet);
        Mark mark = { .y = y, .face = FACE_LABEL, .ink = INK_GREY, .tag = "TH" };

        if (table->has_no_head)
                return;
        for (size_t i = 0; i < table->n_columns; i++) {
                mark.width = widths[i];
                height = MAX(height, sheet_height(sheet, &mark, table->columns[i].title));
        }
        sheet_begin(sheet, "TR");
        for (size_t i = 0; i < table->n_columns; i++) {
                mark.x = x;
                mark.width = widths[i];
                mark.align = table->columns[i].align;
                mark.y = y + height - sheet_height(sheet, &mark, table->columns[i].title);
                sheet_put(sheet, &mark, table->columns[i].title);
                x += widths[i] + GAP;
        }
        sheet_end(sheet, "TR");
        sheet_rule(sheet, table_left(table), y + height + 3, table_width(table), INK_ACCENT);
        sheet_move_to(sheet, y + height + 4);
}

static bool is_minor(RowStyle style)
{
        return style == ROW_MINOR || style == ROW_CODE;
}

/* Rows that belong to the one above stand close to it. */
static double padding_above(RowStyle style)
{
        return is_minor(style) ? 0 : ROW_PADDING;
}

static double row_height(const Table *table, Sheet *sheet, const Row *row, const double *widths)
{
        double height = 0;

        for (size_t i = 0; i < table->n_columns; i++) {
                Mark mark = cell_mark(table, row, i, widths);
                if (row->cells[i])
                        height = MAX(height, sheet_height(sheet, &mark, row->cells[i]));
        }
        return height + padding_above(row->style) + ROW_PADDING;
}

static void draw_row(const Table *table, Sheet *sheet, const Row *row, const double *widths)
{
        double x = table_left(table), y = sheet_y(sheet) + padding_above(row->style);

        sheet_begin(sheet, "TR");
        for (size_t i = 0; i < table->n_columns; i++) {
                Mark mark = cell_mark(table, row, i, widths);
                mark.x = x;
                mark.y = y;
                sheet_put(sheet, &mark, row->cells[i] ? row->cells[i] : "");
                x += widths[i] + GAP;
        }
        sheet_end(sheet, "TR");
}

/* Above a row that begins something. */
static void draw_line(const Table *table, Sheet *sheet, const Row *row)
{
        static const Ink line_inks[ROW_STYLES] = {
                [ROW_PLAIN] = INK_RULE,
                [ROW_MINOR] = INK_RULE,
                [ROW_CODE] = INK_RULE,
                [ROW_SUM] = INK_ACCENT,
        };

        if (!is_minor(row->style))
                sheet_rule(sheet, table_left(table), sheet_y(sheet), table_width(table),
                        line_inks[row->style]);
}

int table_draw(const Table *table, Sheet *sheet)
{
        double widths[COLUMNS_MAX];

        if (table->error < 0)
                return table->error;
        share_width(table, sheet, widths);
        sheet_room(sheet, 60);
        sheet_begin(sheet, "Table");
        draw_head(table, sheet, widths);
        for (size_t i = 0; i < table->n_rows; i++) {
                const Row *row = &table->rows[i];
                double height = row_height(table, sheet, row, widths);
                /* A sum is not left alone on a page, nor a row without what belongs to it. */
                bool has_more = i + 1 < table->n_rows && table->rows[i + 1].style != ROW_PLAIN;
                double more = has_more ? row_height(table, sheet, &table->rows[i + 1], widths) : 0;
                if (sheet_free(sheet) < height + more && i > 0) {
                        sheet_break(sheet);
                        draw_head(table, sheet, widths);
                } else if (i > 0)
                        draw_line(table, sheet, row);
                draw_row(table, sheet, row, widths);
                sheet_move_to(sheet, sheet_y(sheet) + height);
        }
        sheet_end(sheet, "Table");
        return 0;
}
