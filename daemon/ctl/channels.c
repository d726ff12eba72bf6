/* SPDX-License-Identifier: MIT */
/* Owns how channels and their tests are shown, and the exit codes that follow. Never fetches. */

#include <stdio.h>

#include "ctl/show.h"
#include "ctl/table.h"
#include "ctl/text.h"

/* "suspended since 2026-03-05 09:00" */
static void fill_state(const json_t *row, StrBuf *text)
{
        StrBuf since = STRBUF_INIT;

        (void)text_of(row, "state", text);
        if (strcmp(strbuf_text(text), "suspended") == 0 && *text_of_time(row, "since", &since))
                strbuf_addf(text, " since %s", strbuf_text(&since));
        strbuf_release(&since);
}

static void fill_rate(const json_t *row, StrBuf *text)
{
        (void)text_of(row, "rate_per_minute", text);
        if (strcmp(strbuf_text(text), "0") == 0) {
                strbuf_truncate(text, 0);
                strbuf_add(text, "any");
        } else {
                strbuf_add(text, "/min");
        }
}

static void fill_error(const json_t *row, StrBuf *text)
{
        StrBuf at = STRBUF_INIT;

        (void)text_of(row, "last_error.text", text);
        if (*text_of_time(row, "last_error.at", &at))
                strbuf_addf(text, " (%s)", strbuf_text(&at));
        strbuf_release(&at);
}

static void fill_next_try(const json_t *row, StrBuf *text)
{
        StrBuf state = STRBUF_INIT;

        (void)text_of_time(row, "next_try", text);
        if (text->length == 0 && strcmp(text_of(row, "state", &state), "suspended") == 0)
                strbuf_add(text, "next wake");
        strbuf_release(&state);
}

static void fill_sent(const json_t *row, StrBuf *text)
{
        (void)text_of_time(row, "last_sent", text);
}

typedef struct Line {
        TableColumn column;
        const char *label;                             /* on the page of one channel */
        const char *path;                              /* of the member as it is, */
        void (*fill)(const json_t *row, StrBuf *text); /* or how the text is made from the row */
} Line;

static const Line lines[] = {
        { { "CHANNEL" }, "Channel", "channel" },
        { { "MODULE" }, "Module", "module" },
        { { "FORM" }, "Form", "form" },
        { { "WRITES TO" }, "Writes to", "address" },
        { { "STATE" }, "State", NULL, fill_state },
        { { "NEXT TRY" }, "Next try", NULL, fill_next_try },
        { { "LAST SENT" }, "Last sent", NULL, fill_sent },
        { { "WAITING", .is_right = true }, "Waiting", "waiting" },
        { { "WORKERS", .is_right = true }, "Workers", "workers" },
        { { "IN FLIGHT", .is_right = true }, "In flight", "in_flight" },
        { { "RATE", .is_right = true }, "Rate", NULL, fill_rate },
        { { "LAST ERROR", .may_shrink = true }, "Last error", NULL, fill_error },
};

static const char *text_of_line(const Line *line, const json_t *row, StrBuf *text)
{
        if (!line->fill)
                return text_of(row, line->path, text);
        line->fill(row, text);
        return strbuf_text(text);
}

static void print_table(const Rows *rows)
{
        TableColumn heads[ELEMENTSOF(lines)];
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                heads[i] = lines[i].column;
        _cleanup_(table_freep) Table *table = table_new(heads, ELEMENTSOF(lines));
        if (!table)
                return;
        for (size_t i = 0; i < rows->n; i++) {
                table_add_row(table);
                for (size_t k = 0; k < ELEMENTSOF(lines); k++)
                        table_set(table, k, text_of_line(&lines[k], rows->list[i], &text));
        }
        table_print(table);
        strbuf_release(&text);
}

static void print_problems(const json_t *row)
{
        StrBuf text = STRBUF_INIT;
        json_t *problem;
        size_t i;

        json_array_foreach(member(row, "problems"), i, problem)(void)
                printf("! %s\n", text_of(problem, "", &text));
        strbuf_release(&text);
}

/* "password  credential smtp", "port  25 (default)" */
static void print_options(const json_t *row)
{
        StrBuf name = STRBUF_INIT, value = STRBUF_INIT;
        json_t *option;
        size_t i;

        if (json_array_size(member(row, "options")) > 0)
                (void)puts("\nOptions");
        json_array_foreach(member(row, "options"), i, option)
        {
                bool is_secret = json_is_string(member(option, "source"));
                (void)text_of(option, is_secret ? "source" : "value", &value);
                (void)printf("  %-18s %s%s\n", text_of(option, "name", &name), strbuf_text(&value),
                        json_is_true(member(option, "given")) ? ""
                        : value.length > 0                    ? " (default)"
                                                              : "-");
        }
        strbuf_release(&name);
        strbuf_release(&value);
}

static void print_page(const json_t *row)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                if (*text_of_line(&lines[i], row, &text))
                        (void)printf("%-16s%s\n", lines[i].label, strbuf_text(&text));
        if (*text_of(row, "why", &text))
                (void)printf("%-16s%s\n", "Suspended for", strbuf_text(&text));
        print_options(row);
        strbuf_release(&text);
}

void show_channels(const Invocation *invocation, const Rows *rows)
{
        if (rows->n == 0)
                (void)puts("No channels.");
        else if (invocation->n_words > 0)
                print_page(rows->list[0]);
        else
                print_table(rows);
        for (size_t i = 0; i < rows->n; i++)
                print_problems(rows->list[i]);
}

int judge_channels(const Rows *rows)
{
        for (size_t i = 0; i < rows->n; i++)
                if (json_string_value(member(rows->list[i], "state")) &&
                        strcmp(json_string_value(member(rows->list[i], "state")), "faulty") == 0)
                        return EXIT_REFUSED;
        return EXIT_DONE;
}

static void print_step(const json_t *row)
{
        StrBuf step = STRBUF_INIT, text = STRBUF_INIT;
        bool is_good = json_is_true(member(row, "ok"));
        bool is_said = strcmp(text_of(row, "step", &step), "said") == 0;

        (void)printf("%-4s%-9s%s\n", is_good ? is_said ? "" : "ok" : "!",
                is_said ? "" : strbuf_text(&step), text_of(row, "text", &text));
        strbuf_release(&step);
        strbuf_release(&text);
}

static void print_outcome(const json_t *row)
{
        static const struct {
                const char *label, *path;
        } members[] = {
                { "Answer", "answer" },
                { "Reference", "reference" },
                { "Retry after", "retry_after_s" },
                { "Meaning", "meaning" },
                { "To do", "advice" },
                { "Channel", "suspension" },
        };
        StrBuf text = STRBUF_INIT;

        (void)printf("\nOutcome      %s\n", text_of(row, "outcome", &text));
        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (*text_of(row, members[i].path, &text))
                        (void)printf("%-13s%s\n", members[i].label, strbuf_text(&text));
        strbuf_release(&text);
}

void show_test(const Invocation *invocation, const Rows *rows)
{
        for (size_t i = 0; i < rows->n; i++) {
                if (member(rows->list[i], "outcome"))
                        print_outcome(rows->list[i]);
                else
                        print_step(rows->list[i]);
        }
}

int judge_test(const Rows *rows)
{
        const json_t *last = rows->n > 0 ? rows->list[rows->n - 1] : NULL;
        const char *outcome = json_string_value(member(last, "outcome"));

        return outcome && strcmp(outcome, "sent") == 0 ? EXIT_DONE : EXIT_REFUSED;
}
