/* SPDX-License-Identifier: MIT */
/* Owns the page of one notice: the message as a mail reader would show it, then what became of it.
 * Never fetches. */

#include <stdio.h>

#include "ctl/show.h"
#include "ctl/text.h"

#define DATE_LENGTH 10
#define SECOND_LENGTH 19 /* of "2026-03-05T09:00:00" */

static void print_head(const json_t *notice)
{
        StrBuf state = STRBUF_INIT, reason = STRBUF_INIT, total = STRBUF_INIT;

        show_member("Notice", notice, "notice");
        (void)text_of(notice, "state", &state);
        strbuf_addf(&state, " (%s)", text_of(notice, "reason", &reason));
        show_line("State", strbuf_text(&state));
        show_member("Customer", notice, "account.customer");
        show_member("Step", notice, "step");
        show_line("Invoices", notice_lines(notice, "lines", &total));
        (void)text_of(notice, "total", &total);
        strbuf_addf(&total, " %s", text_of(notice, "account.currency", &reason));
        show_line("Total", strbuf_text(&total));
        show_member("Deadline", notice, "deadline");
        show_member("Channel", notice, "channel");
        show_member("Delivered", notice, "delivered");
        strbuf_release(&state);
        strbuf_release(&reason);
        strbuf_release(&total);
}

static void print_message(const json_t *notice)
{
        StrBuf text = STRBUF_INIT, sum = STRBUF_INIT;
        json_t *attachment;
        size_t i;

        (void)puts("\nMessage");
        show_member("From", notice, "from");
        show_member("To", notice, "to");
        show_member("Subject", notice, "subject");
        show_member("Date", notice, "date");
        json_array_foreach(member(notice, "attachments"), i, attachment)
        {
                (void)text_of(attachment, "name", &text);
                strbuf_addf(&text, "  sha256 %s", text_of(attachment, "sha256", &sum));
                show_line("Attached", strbuf_text(&text));
        }
        strbuf_truncate(&text, 0);
        if (json_is_string(member(notice, "text")))
                text_add_safe(&text, json_string_value(member(notice, "text")), true);
        while (text.length > 0 && text.text[text.length - 1] == '\n')
                strbuf_truncate(&text, text.length - 1);
        (void)printf("\n%s\n", strbuf_text(&text));
        strbuf_release(&text);
        strbuf_release(&sum);
}

/* "2026-03-05T09:00:12+01:00" → "2026-03-05 09:00:12", or as wide. Tries may be seconds apart. */
static void print_second(const json_t *attempt, const char *path, const char *otherwise)
{
        StrBuf text = STRBUF_INIT;
        bool is_time = strlen(text_of(attempt, path, &text)) > SECOND_LENGTH;

        if (is_time)
                text.text[DATE_LENGTH] = ' ';
        (void)printf(
                "  %-*.*s", SECOND_LENGTH, SECOND_LENGTH, is_time ? strbuf_text(&text) : otherwise);
        strbuf_release(&text);
}

/* "1  2026-03-05 09:00:00  2026-03-05 09:00:02  email  retry (retry)  421 too busy" */
static void print_attempt(const json_t *notice, const json_t *attempt)
{
        static const char *const said[] = { "reference", "detail" };
        StrBuf text = STRBUF_INIT, outcome = STRBUF_INIT;

        (void)text_of(attempt, "outcome", &outcome);
        (void)printf("%s", text_of(attempt, "attempt", &text));
        print_second(attempt, "begun", "never begun");
        print_second(attempt, "ended", "");
        (void)printf("  %s", text_of(notice, "channel", &text));
        (void)printf("  %s", outcome.length > 0 ? strbuf_text(&outcome) : "under way");
        if (outcome.length > 0 && strcmp(strbuf_text(&outcome), "sent") != 0)
                (void)printf(" (%s)", text_of(attempt, "reason", &text));
        for (size_t i = 0; i < ELEMENTSOF(said); i++)
                if (*text_of(attempt, said[i], &text))
                        (void)printf("  %s", strbuf_text(&text));
        (void)puts("");
        strbuf_release(&text);
        strbuf_release(&outcome);
}

void show_notice(const Invocation *invocation, const Rows *rows)
{
        const json_t *notice = rows->list[0];
        json_t *attempt;
        size_t i;

        print_head(notice);
        print_message(notice);
        (void)puts("\nTries");
        if (json_array_size(member(notice, "history")) == 0)
                (void)puts("none");
        json_array_foreach(member(notice, "history"), i, attempt) print_attempt(notice, attempt);
}
