/* SPDX-License-Identifier: MIT */
/* Owns how a forecast reads: its notices day by day, how many of each step there are, and what
 * waits for a person; or what another configuration would change about both. Never fetches
 * anything. */

#include <stdio.h>

#include "ctl/show.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define DAY_LENGTH 10 /* of "2026-03-05 09:00" */

/* What stands in the column of the step: an occasion is its own reason. */
static const char *step_of(const json_t *row, StrBuf *text)
{
        static const char *const paths[] = { "step", "action", "reason" };

        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                if (*text_of(row, paths[i], text))
                        break;
        return strbuf_text(text);
}

static const char *total_of(const json_t *row, StrBuf *text)
{
        StrBuf currency = STRBUF_INIT;

        (void)text_of(row, "total", text);
        strbuf_addf(text, " %s", text_of(row, "account.currency", &currency));
        strbuf_release(&currency);
        return strbuf_text(text);
}

static bool is_notice(const json_t *row)
{
        return json_is_object(member(row, "account"));
}

/* Of rows one below the other a day is written once. */
static void set_day(Table *table, const json_t *row, const json_t *before, StrBuf *text)
{
        StrBuf last = STRBUF_INIT;

        (void)text_of_time(row, "at", text);
        if (before)
                (void)text_of_time(before, "at", &last);
        bool is_new = strncmp(strbuf_text(text), strbuf_text(&last), DAY_LENGTH) != 0;
        table_set(table, 1, text->length > DAY_LENGTH ? strbuf_text(text) + DAY_LENGTH + 1 : "");
        strbuf_truncate(text, DAY_LENGTH);
        table_set(table, 0, is_new ? strbuf_text(text) : "");
        strbuf_release(&last);
}

/* Of what moves or changes, also the one that is printed now, where that is another. */
static void set_deadline(Table *table, size_t column, const json_t *row, StrBuf *text)
{
        StrBuf was = STRBUF_INIT;

        (void)text_of(row, "deadline", text);
        if (*text_of(row, "deadline_was", &was) &&
                strcmp(strbuf_text(&was), strbuf_text(text)) != 0)
                strbuf_addf(text, ", was %s", strbuf_text(&was));
        table_set(table, column, strbuf_text(text));
        strbuf_release(&was);
}

static void set_notice(Table *table, size_t column, const json_t *row, StrBuf *text)
{
        table_set(table, column++, text_of(row, "account.customer", text));
        table_set(table, column++, step_of(row, text));
        table_set(table, column++, notice_lines(row, "lines", text));
        table_set(table, column++, total_of(row, text));
        set_deadline(table, column++, row, text);
        table_set(table, column++, text_of(row, "channel", text));
        table_set(table, column++, text_of(row, "to", text));
}

#define NOTICE_COLUMNS                                                                             \
        { "CUSTOMER" }, { "STEP" }, { "INVOICES", .may_shrink = true },                            \
                { "TOTAL", .is_right = true }, { "DEADLINE" }, { "CHANNEL" },                      \
        {                                                                                          \
                "TO", .may_shrink = true                                                           \
        }

static void print_notices(const Rows *rows)
{
        static const TableColumn columns[] = { { "DAY" }, { "AT" }, NOTICE_COLUMNS };
        _cleanup_(table_freep) Table *table = table_new(columns, ELEMENTSOF(columns));
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; table && i < rows->n && is_notice(rows->list[i]); i++) {
                table_add_row(table);
                set_day(table, rows->list[i], i > 0 ? rows->list[i - 1] : NULL, &text);
                set_notice(table, 2, rows->list[i], &text);
        }
        if (table)
                table_print(table);
        strbuf_release(&text);
}

static void print_changes(const Rows *rows)
{
        static const TableColumn columns[] = { { "CHANGE" }, { "AT" }, { "WAS" }, NOTICE_COLUMNS };
        _cleanup_(table_freep) Table *table = table_new(columns, ELEMENTSOF(columns));
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; table && i < rows->n && is_notice(rows->list[i]); i++) {
                const json_t *row = rows->list[i];
                table_add_row(table);
                table_set(table, 0, text_of(row, "change", &text));
                table_set(table, 1, text_of_time(row, "at", &text));
                table_set(table, 2, text_of_time(row, "was", &text));
                set_notice(table, 3, row, &text);
        }
        if (table)
                table_print(table);
        strbuf_release(&text);
}

/* How often each name occurs, in the order in which they first do. */
typedef struct Tally {
        json_t *counts;
} Tally;

static void tally_add(Tally *tally, const char *name)
{
        json_int_t n = json_integer_value(json_object_get(tally->counts, name));

        (void)json_object_set_new(tally->counts, name, json_integer(n + 1));
}

static void tally_print(const Tally *tally)
{
        const char *name;
        json_t *count;
        bool is_first = true;

        json_object_foreach(tally->counts, name, count)
        {
                (void)printf("%s%s %" JSON_INTEGER_FORMAT, is_first ? "" : ", ", name,
                        json_integer_value(count));
                is_first = false;
        }
        (void)puts(".");
}

static void print_summary(const Rows *rows, size_t n)
{
        Tally tally = { json_object() };
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < n; i++)
                tally_add(&tally, step_of(rows->list[i], &text));
        (void)printf("\n%zu %s by step: ", n, n == 1 ? "notice," : "notices,");
        tally_print(&tally);
        json_decref(tally.counts);
        strbuf_release(&text);
}

static const char *day_of(const json_t *row, const char *path, StrBuf *text)
{
        (void)text_of_time(row, path, text);
        strbuf_truncate(text, MIN(text->length, (size_t)DAY_LENGTH));
        return strbuf_text(text);
}

static void print_waits(const Rows *rows, size_t first)
{
        StrBuf text = STRBUF_INIT;

        if (first < rows->n)
                (void)puts("\nWaits for a person:");
        for (size_t i = first; i < rows->n; i++) {
                const json_t *row = rows->list[i];
                if (*text_of(row, "change", &text))
                        (void)printf("  %s", strbuf_text(&text));
                (void)printf("  from %s", day_of(row, "since", &text));
                if (*day_of(row, "was", &text))
                        (void)printf(" (was %s)", strbuf_text(&text));
                (void)printf("  %s", text_of(row, "customer", &text));
                (void)printf("  %s", text_of(row, "invoice", &text));
                if (json_integer_value(member(row, "instalment")) > 1)
                        (void)printf("/%s", text_of(row, "instalment", &text));
                (void)printf("  %s:", text_of(row, "kind", &text));
                (void)printf(" %s\n", text_of(row, "sentence", &text));
        }
        strbuf_release(&text);
}

static void show_changes(const Rows *rows)
{
        Tally tally = { json_object() };
        StrBuf text = STRBUF_INIT;

        size_t n = 0;

        for (; n < rows->n && is_notice(rows->list[n]); n++)
                tally_add(&tally, text_of(rows->list[n], "change", &text));
        if (n == 0) {
                (void)puts("It would change nothing about what leaves, and when.");
        } else {
                print_changes(rows);
                (void)fputs("\nChanges: ", stdout);
                tally_print(&tally);
        }
        if (n == rows->n)
                (void)puts("It would change nothing about what waits for a person.");
        print_waits(rows, n);
        json_decref(tally.counts);
        strbuf_release(&text);
}

static void print_guards(const json_t *guards)
{
        StrBuf text = STRBUF_INIT, names = STRBUF_INIT;
        json_t *guard;
        size_t i;

        json_array_foreach(guards, i, guard)
                strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", text_of(guard, "", &text));
        if (names.length > 0)
                (void)printf("All is held back (%s) until somebody resumes: see relancectl tasks. "
                             "With --resumed\nthis tells what would leave then.\n",
                        strbuf_text(&names));
        strbuf_release(&text);
        strbuf_release(&names);
}

/* Of an answer for people the first line tells what holds all back. */
void show_forecast(const Invocation *invocation, const Rows *rows)
{
        const Rows notices = { rows->list + 1, rows->n > 0 ? rows->n - 1 : 0 };
        size_t n = 0;

        if (rows->n == 0)
                return;
        print_guards(member(rows->list[0], "guards"));
        if (invocation->sent_text) {
                show_changes(&notices);
                return;
        }
        while (n < notices.n && is_notice(notices.list[n]))
                n++;
        if (n == 0)
                (void)puts("Nothing would leave.");
        else
                print_notices(&notices);
        if (n > 0)
                print_summary(&notices, n);
        print_waits(&notices, n);
}
