/* SPDX-License-Identifier: MIT */
/* Owns the tables of relancectl: invoices, customers, tasks, notices. Never fetches anything. */

#include <stdio.h>

#include "ctl/show.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define COLUMNS_MAX 12

/* How one column of a listing is made from a row. */
typedef struct Column {
        TableColumn column;
        const char *path;                                                /* of the member */
        void (*fill)(const json_t *row, const char *path, StrBuf *text); /* NULL: as it is */
} Column;

static void fill_time(const json_t *row, const char *path, StrBuf *text)
{
        (void)text_of_time(row, path, text);
}

/* An amount and the currency that stands beside it. */
static void fill_money(const json_t *row, const char *path, StrBuf *text)
{
        StrBuf currency = STRBUF_INIT;

        (void)text_of(row, path, text);
        (void)text_of(row, member(row, "account") ? "account.currency" : "currency", &currency);
        if (text->length > 0)
                strbuf_addf(text, " %s", strbuf_text(&currency));
        strbuf_release(&currency);
}

/* "F-1", "F-1/2": an instalment is named where it is not the first. */
static void fill_instalment(const json_t *row, const char *path, StrBuf *text)
{
        json_int_t seq = json_integer_value(member(row, "instalment"));

        (void)text_of(row, path, text);
        if (seq > 1)
                strbuf_addf(text, "/%" JSON_INTEGER_FORMAT, seq);
}

const char *notice_lines(const json_t *row, const char *path, StrBuf *text)
{
        StrBuf one = STRBUF_INIT;
        json_t *line;
        size_t i;

        strbuf_truncate(text, 0);
        json_array_foreach(member(row, path), i, line)
        {
                bool is_listed = json_is_null(member(line, "step"));
                fill_instalment(line, "invoice", &one);
                strbuf_addf(
                        text, is_listed ? "%s(%s)" : "%s%s", i > 0 ? " " : "", strbuf_text(&one));
        }
        strbuf_release(&one);
        return strbuf_text(text);
}

static void fill_lines(const json_t *row, const char *path, StrBuf *text)
{
        (void)notice_lines(row, path, text);
}

static void fill_step(const json_t *row, const char *path, StrBuf *text)
{
        (void)text_of(row, path, text);
        if (text->length == 0)
                (void)text_of(row, "action", text);
        if (text->length == 0)
                (void)text_of(row, "occasion", text);
}

static void fill_state(const json_t *row, const char *path, StrBuf *text)
{
        (void)text_of(row, path, text);
        if (strcmp(strbuf_text(text), "sent") != 0) {
                StrBuf reason = STRBUF_INIT;
                strbuf_addf(text, " (%s)", text_of(row, "reason", &reason));
                strbuf_release(&reason);
        }
}

/* What holds an invoice back. */
static void fill_flags(const json_t *row, const char *path, StrBuf *text)
{
        (void)text_of(row, path, text);
        if (strcmp(strbuf_text(text), "open") == 0)
                strbuf_truncate(text, 0);
        if (json_is_true(member(row, "held")))
                strbuf_add(text, text->length > 0 ? " held" : "held");
        if (json_is_true(member(row, "disputed")) &&
                (text->length == 0 || !strstr(strbuf_text(text), "disputed")))
                strbuf_add(text, text->length > 0 ? " disputed" : "disputed");
}

static void print_listing(const Column *columns, size_t n, json_t *const rows[], size_t n_rows)
{
        TableColumn heads[COLUMNS_MAX];
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < n; i++)
                heads[i] = columns[i].column;
        _cleanup_(table_freep) Table *table = table_new(heads, n);
        if (!table)
                return;
        for (size_t i = 0; i < n_rows; i++) {
                table_add_row(table);
                for (size_t j = 0; j < n; j++) {
                        if (columns[j].fill)
                                columns[j].fill(rows[i], columns[j].path, &text);
                        else
                                (void)text_of(rows[i], columns[j].path, &text);
                        table_set(table, j, strbuf_text(&text));
                }
        }
        table_print(table);
        strbuf_release(&text);
}

void show_invoices(const Invocation *invocation, const Rows *rows)
{
        static const Column columns[] = {
                { { "INVOICE" }, "invoice", fill_instalment },
                { { "CUSTOMER" }, "customer" },
                { { "ISSUED" }, "issued" },
                { { "DUE" }, "due" },
                { { "AMOUNT", .is_right = true }, "amount", fill_money },
                { { "OPEN", .is_right = true }, "open", fill_money },
                { { "LAST STEP" }, "last_step" },
                { { "POLICY" }, "policy" },
                { { "STATUS", .may_shrink = true }, "status", fill_flags },
        };

        if (rows->n == 0)
                (void)puts("No invoices.");
        else
                print_listing(columns, ELEMENTSOF(columns), rows->list, rows->n);
}

void show_customers(const Invocation *invocation, const Rows *rows)
{
        static const Column columns[] = {
                { { "CUSTOMER" }, "customer" },
                { { "NAME", .may_shrink = true }, "name" },
                { { "KIND" }, "kind" },
                { { "EMAIL", .may_shrink = true }, "email" },
                { { "PHONE" }, "phone" },
                { { "OPEN", .is_right = true }, "open", fill_money },
                { { "CREDIT", .is_right = true }, "credit", fill_money },
                { { "INVOICES", .is_right = true }, "open_instalments" },
                { { "LAST CONTACT" }, "last_contact" },
        };

        if (rows->n == 0)
                (void)puts("No customers.");
        else
                print_listing(columns, ELEMENTSOF(columns), rows->list, rows->n);
}

void show_log_rows(json_t *const rows[], size_t n)
{
        static const Column columns[] = {
                { { "NOTICE", .is_right = true }, "notice" },
                { { "AT" }, "at", fill_time },
                { { "CUSTOMER" }, "account.customer" },
                { { "STEP" }, "step", fill_step },
                { { "INVOICES", .may_shrink = true }, "lines", fill_lines },
                { { "TOTAL", .is_right = true }, "total", fill_money },
                { { "DEADLINE" }, "deadline" },
                { { "CHANNEL" }, "channel" },
                { { "TO", .may_shrink = true }, "to" },
                { { "STATE" }, "state", fill_state },
        };

        print_listing(columns, ELEMENTSOF(columns), rows, n);
}

void show_log(const Invocation *invocation, const Rows *rows)
{
        if (invocation_option(invocation, "verify"))
                show_verified(invocation, rows);
        else if (rows->n == 0)
                (void)puts("No notices.");
        else
                show_log_rows(rows->list, rows->n);
}

/* As in the table, but as wide as it is: nobody knows what the next line will be. */
static const struct {
        const char *path;
        void (*fill)(const json_t *row, const char *path, StrBuf *text);
} line_cells[] = {
        { "at", fill_time },
        { "notice", NULL },
        { "account.customer", NULL },
        { "step", fill_step },
        { "lines", fill_lines },
        { "total", fill_money },
        { "channel", NULL },
        { "to", NULL },
        { "state", fill_state },
};

void show_log_line(const Invocation *invocation, const Rows *rows)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < rows->n; i++) {
                const json_t *row = rows->list[i];
                if (member(row, "lost")) {
                        (void)printf(
                                "(%s changes went by too fast)\n", text_of(row, "lost", &text));
                        continue;
                }
                for (size_t j = 0; j < ELEMENTSOF(line_cells); j++) {
                        if (line_cells[j].fill)
                                line_cells[j].fill(row, line_cells[j].path, &text);
                        else
                                (void)text_of(row, line_cells[j].path, &text);
                        if (text.length > 0)
                                (void)printf("%s%s", j > 0 ? "  " : "", strbuf_text(&text));
                }
                (void)puts("");
        }
        strbuf_release(&text);
}

void show_tasks(const Invocation *invocation, const Rows *rows)
{
        StrBuf text = STRBUF_INIT;
        json_t *command;
        size_t j;

        if (rows->n == 0)
                (void)puts("No open tasks.");
        for (size_t i = 0; i < rows->n; i++) {
                const json_t *row = rows->list[i];
                (void)printf("%s%s", i > 0 ? "\n" : "", text_of(row, "task", &text));
                (void)printf("  %s", text_of(row, "kind", &text));
                (void)printf("  since %s", text_of_time(row, "since", &text));
                if (*text_of(row, "customer", &text))
                        (void)printf("  customer %s", strbuf_text(&text));
                fill_instalment(row, "invoice", &text);
                if (text.length > 0)
                        (void)printf("  invoice %s", strbuf_text(&text));
                (void)printf("\n   %s\n", text_of(row, "sentence", &text));
                show_dispute("   Disputed", member(row, "dispute"));
                if (*text_of(row, "dossier", &text))
                        (void)printf("   Dossier: %s\n", strbuf_text(&text));
                if (*text_of(row, "asked_until", &text))
                        (void)printf("   A notice has asked the customer for it by %s.\n",
                                strbuf_text(&text));
                json_array_foreach(member(row, "commands"), j, command)(void)
                        printf("   $ %s\n", text_of(command, "", &text));
        }
        strbuf_release(&text);
}
