/* SPDX-License-Identifier: MIT */
/* Owns what commands that do something say about it, and the exit codes that follow from answers.
 * Never fetches. */

#include <stdio.h>

#include "ctl/show.h"
#include "ctl/text.h"

/* "3 rows", ", 1 error" */
static void print_count(const json_t *row, const char *what, bool is_first)
{
        json_int_t n = json_integer_value(member(row, what));
        size_t length = strlen(what);
        bool is_plural = n != 1 || what[length - 1] != 's';

        (void)printf("%s %" JSON_INTEGER_FORMAT " %.*s", is_first ? "" : ",", n,
                (int)(is_plural ? length : length - 1), what);
}

/* Those that the file has no row for any more: nobody is asked for them from now on. */
static void print_withdrawn(const json_t *row)
{
        StrBuf number = STRBUF_INIT, due = STRBUF_INIT, amount = STRBUF_INIT,
               currency = STRBUF_INIT;
        json_t *each;
        size_t i;

        json_array_foreach(member(row, "withdrawn_instalments"), i, each)
        {
                const char *day = text_of(each, "due", &due);
                (void)printf("  withdrawn: %s, instalment %" JSON_INTEGER_FORMAT "%s%s, %s %s\n",
                        text_of(each, "invoice", &number),
                        json_integer_value(member(each, "instalment")), *day ? ", due " : "", day,
                        text_of(each, "amount", &amount), text_of(each, "currency", &currency));
        }
        strbuf_release(&number);
        strbuf_release(&due);
        strbuf_release(&amount);
        strbuf_release(&currency);
}

void show_import(const Invocation *invocation, const Rows *rows)
{
        static const char *const counts[] = { "rows", "added", "changed", "same", "withdrawn",
                "errors", "warnings" };
        StrBuf text = STRBUF_INIT, kind = STRBUF_INIT;

        for (size_t i = 0; i < rows->n; i++) {
                const json_t *row = rows->list[i];
                if (member(row, "problem")) {
                        (void)fprintf(stderr, "%s%s\n", text_of(row, "problem", &text),
                                json_is_true(member(row, "warning")) ? " (warning)" : "");
                        continue;
                }
                (void)printf("%s:", text_of(row, "file", &text));
                (void)printf(" %s:", *text_of(row, "kind", &kind) ? kind.text : "unknown");
                for (size_t j = 0; j < ELEMENTSOF(counts); j++)
                        if (j == 0 || json_integer_value(member(row, counts[j])) > 0)
                                print_count(row, counts[j], j == 0);
                (void)puts("");
                print_withdrawn(row);
        }
        strbuf_release(&text);
        strbuf_release(&kind);
}

int judge_import(const Rows *rows)
{
        for (size_t i = 0; i < rows->n; i++)
                if (json_integer_value(member(rows->list[i], "errors")) > 0)
                        return EXIT_REFUSED;
        return EXIT_DONE;
}

int judge_status(const Rows *rows)
{
        if (rows->n > 0 && json_is_true(member(rows->list[0], "ok")))
                return EXIT_DONE;
        text_complain("something needs a person");
        return EXIT_REFUSED;
}

void show_sent(const Invocation *invocation, const Rows *rows)
{
        show_log_rows(rows->list, rows->n);
}

int judge_sent(const Rows *rows)
{
        StrBuf state = STRBUF_INIT, reason = STRBUF_INIT;
        int code = EXIT_REFUSED;

        for (size_t i = 0; i < rows->n && code != EXIT_DONE; i++)
                if (strcmp(text_of(rows->list[i], "state", &state), "sent") == 0)
                        code = EXIT_DONE;
        if (code != EXIT_DONE && rows->n > 0)
                text_complain("it has not left: %s (%s); relancectl tasks may say what to do",
                        strbuf_text(&state), text_of(rows->list[rows->n - 1], "reason", &reason));
        strbuf_release(&state);
        strbuf_release(&reason);
        return code;
}

void show_woken(const Invocation *invocation, const Rows *rows)
{
        static const char *const counts[] = { "notices", "cancelled", "tasks" };
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < rows->n; i++) {
                const json_t *row = rows->list[i];
                (void)printf("Looked at");
                print_count(row, "accounts", true);
                print_count(row, "instalments", false);
                (void)printf(":");
                for (size_t j = 0; j < ELEMENTSOF(counts); j++)
                        print_count(row, counts[j], j == 0);
                (void)puts("");
                if (*text_of_time(row, "opening", &text))
                        (void)printf("Something waits for its sending window, until %s.\n",
                                strbuf_text(&text));
        }
        strbuf_release(&text);
}

/* What a wake counts that is not well, as a complaint of one and of many. */
static const struct {
        const char *path, *one, *many;
} faults[] = {
        { "failed", "account could not be decided or written to: see relancectl tasks",
                "accounts could not be decided or written to: see relancectl tasks" },
        { "stuck",
                "channel is suspended or waits for an earlier worker to end; its messages wait: "
                "see relancectl tasks",
                "channels are suspended or wait for an earlier worker to end; their messages wait: "
                "see relancectl tasks" },
};

int judge_woken(const Rows *rows)
{
        int code = rows->n > 0 ? EXIT_DONE : EXIT_REFUSED;

        for (size_t i = 0; i < rows->n; i++)
                for (size_t j = 0; j < ELEMENTSOF(faults); j++) {
                        json_int_t n = json_integer_value(member(rows->list[i], faults[j].path));
                        if (n <= 0)
                                continue;
                        text_complain("%" JSON_INTEGER_FORMAT " %s", n,
                                n == 1 ? faults[j].one : faults[j].many);
                        code = EXIT_REFUSED;
                }
        return code;
}

void show_verified(const Invocation *invocation, const Rows *rows)
{
        const json_t *row = rows->n > 0 ? rows->list[0] : NULL;
        StrBuf text = STRBUF_INIT;

        if (!json_is_true(member(row, "verified")))
                return;
        (void)printf("Every notice is as it was written down: %s entries.\n",
                text_of(row, "entries", &text));
        (void)printf("The last one's hash: %s\n", text_of(row, "head", &text));
        strbuf_release(&text);
}

int judge_verified(const Rows *rows)
{
        const json_t *row = rows->n > 0 ? rows->list[0] : NULL;
        StrBuf entry = STRBUF_INIT, notice = STRBUF_INIT, problem = STRBUF_INIT;

        if (json_is_true(member(row, "verified")))
                return EXIT_DONE;
        (void)text_of(row, "notice", &notice);
        if (*text_of(row, "entry", &entry))
                text_complain("entry %s of the log (notice %s): %s", strbuf_text(&entry),
                        strbuf_text(&notice), text_of(row, "problem", &problem));
        else
                text_complain(
                        "notice %s: %s", strbuf_text(&notice), text_of(row, "problem", &problem));
        strbuf_release(&entry);
        strbuf_release(&notice);
        strbuf_release(&problem);
        return EXIT_REFUSED;
}
