/* SPDX-License-Identifier: MIT */
/* Owns the pages of relancectl: one invoice, its explanation. Never fetches. */

#include <stdio.h>

#include "ctl/show.h"
#include "ctl/text.h"

void show_line(const char *label, const char *value)
{
        if (*value)
                (void)printf("%-16s%s\n", label, value);
}

void show_member(const char *label, const json_t *row, const char *path)
{
        StrBuf text = STRBUF_INIT;

        show_line(label, text_of_time(row, path, &text));
        strbuf_release(&text);
}

void show_dispute(const char *label, const json_t *dispute)
{
        StrBuf text = STRBUF_INIT, more = STRBUF_INIT;

        if (*text_of(dispute, "reason", &text)) {
                if (*text_of(dispute, "note", &more))
                        strbuf_addf(&text, ": %s", strbuf_text(&more));
                strbuf_addf(&text, " (fact %s)", text_of(dispute, "fact", &more));
                show_line(label, strbuf_text(&text));
        }
        strbuf_release(&text);
        strbuf_release(&more);
}

static void print_amount(const char *label, const json_t *row, const char *path)
{
        StrBuf text = STRBUF_INIT, currency = STRBUF_INIT;

        (void)text_of(row, path, &text);
        strbuf_addf(&text, " %s", text_of(row, "currency", &currency));
        show_line(label, strbuf_text(&text));
        strbuf_release(&text);
        strbuf_release(&currency);
}

/* What paying late has cost so far, where it has cost anything. */
static void show_charges(const json_t *row)
{
        StrBuf interest = STRBUF_INIT, fixed = STRBUF_INIT;

        if (*text_of(row, "charges_error", &fixed))
                (void)printf("  Charges: %s\n", strbuf_text(&fixed));
        bool has_interest = strpbrk(text_of(row, "charges.interest", &interest), "123456789");
        bool has_fixed = strpbrk(text_of(row, "charges.fixed", &fixed), "123456789");
        if (has_interest)
                (void)printf("  Charges, beside what is open: %s of interest", interest.text);
        if (has_fixed)
                (void)printf("%s a fixed sum of %s",
                        has_interest ? "," : "  Charges, beside what is open:", fixed.text);
        if (has_interest || has_fixed)
                (void)puts(".");
        strbuf_release(&interest);
        strbuf_release(&fixed);
}

/* What else holds it, and what a person can do, with what to type. */
static void show_more(const json_t *row)
{
        StrBuf text = STRBUF_INIT;
        json_t *more, *command;
        size_t i, k;

        json_array_foreach(member(row, "also"), i, more)
        {
                (void)printf("  Also: %s", text_of(more, "sentence", &text));
                (void)printf(" [%s]\n", text_of(more, "reason", &text));
        }
        json_array_foreach(member(row, "tasks"), i, more)
        {
                (void)printf("  Task %s", text_of(more, "task", &text));
                (void)printf(", for a person (%s):\n", text_of(more, "kind", &text));
                json_array_foreach(member(more, "commands"), k, command)(void)
                        printf("   $ %s\n", text_of(command, "", &text));
        }
        strbuf_release(&text);
}

/* One instalment of explain. */
static void show_judgement(const json_t *row)
{
        const json_t *next = member(row, "next");
        json_int_t late = json_integer_value(member(row, "days_late"));
        StrBuf text = STRBUF_INIT;
        json_t *done;
        size_t i;

        (void)printf("%s", text_of(row, "invoice", &text));
        (void)printf(", instalment %s: ", text_of(row, "instalment", &text));
        (void)printf("%s open", text_of(row, "open", &text));
        if (late > 0)
                (void)printf(", %" JSON_INTEGER_FORMAT " %s late", late, late > 1 ? "days" : "day");
        if (*text_of(row, "policy", &text))
                (void)printf(", policy %s", strbuf_text(&text));
        (void)printf(".\n  %s", text_of(row, "sentence", &text));
        (void)printf(" [%s]\n", text_of(row, "reason", &text));
        json_array_foreach(member(row, "done"), i, done)
        {
                (void)printf("  Done: %s", text_of(done, "step", &text));
                (void)printf(" on %s.\n", text_of_time(done, "at", &text));
        }
        if (json_is_object(next)) {
                (void)printf("  Next: %s", text_of(next, "step", &text));
                if (*text_of_time(next, "at", &text))
                        (void)printf(", on %s if nothing changes", strbuf_text(&text));
                else if (*text_of(next, "earliest", &text))
                        (void)printf(", from %s on, when nothing holds it", strbuf_text(&text));
                (void)puts(".");
        }
        show_more(row);
        show_charges(row);
        strbuf_release(&text);
}

void show_explain(const Invocation *invocation, const Rows *rows)
{
        for (size_t i = 0; i < rows->n; i++)
                show_judgement(rows->list[i]);
}

/* What was agreed of an instalment, or offered, and still counts. */
static void show_terms(const json_t *row)
{
        StrBuf text = STRBUF_INIT;

        if (*text_of(row, "promise.until", &text)) {
                (void)printf("      promised until %s", strbuf_text(&text));
                (void)printf(", down to %s", text_of(row, "promise.rest", &text));
                (void)printf(" (fact %s)\n", text_of(row, "promise.fact", &text));
        }
        if (*text_of(row, "plan.fact", &text)) {
                bool is_broken = json_is_true(member(row, "plan.broken"));
                (void)printf("      part of the %splan of fact %s", is_broken ? "broken " : "",
                        strbuf_text(&text));
                if (*text_of(row, "plan.fee", &text))
                        (void)printf(", with a fee of %s", strbuf_text(&text));
                (void)puts("");
        }
        if (*text_of(row, "offer.until", &text)) {
                (void)printf("      offered: %s", text_of(row, "offer.discount", &text));
                (void)printf(" less until %s\n", text_of(row, "offer.until", &text));
        }
        if (*text_of(row, "granted", &text))
                (void)printf("      left off: %s, as the offer was taken\n", strbuf_text(&text));
        if (json_is_true(member(row, "replaced")))
                (void)puts("      replaced by the parts of a plan");
        strbuf_release(&text);
}

static void show_instalments(const json_t *page)
{
        StrBuf text = STRBUF_INIT;
        json_t *row;
        size_t i;

        json_array_foreach(member(page, "instalments"), i, row)
        {
                (void)printf("  %s.", text_of(row, "instalment", &text));
                (void)printf("  due %s", *text_of(row, "due", &text) ? text.text : "(no date)");
                (void)printf("  amount %12s", text_of(row, "amount", &text));
                (void)printf("  open %12s", text_of(row, "open", &text));
                if (json_is_true(member(row, "held")))
                        (void)printf("  held");
                if (json_is_true(member(row, "disputed")))
                        (void)printf("  disputed");
                (void)puts("");
                show_terms(row);
        }
        strbuf_release(&text);
}

static void show_facts(const json_t *page)
{
        static const char *const paths[] = { "date", "kind", "amount", "id", "reference", "note",
                "changes" };
        StrBuf text = STRBUF_INIT;
        json_t *row;
        size_t i;

        json_array_foreach(member(page, "facts"), i, row)
        {
                (void)printf("  %5s", text_of(row, "fact", &text));
                (void)printf("  %s", text_of_time(row, "at", &text));
                for (size_t j = 0; j < ELEMENTSOF(paths); j++)
                        if (*text_of(row, paths[j], &text))
                                (void)printf("  %s", strbuf_text(&text));
                if (*text_of(row, "withdraws", &text))
                        (void)printf("  of fact %s", strbuf_text(&text));
                if (strcmp(text_of(row, "scope", &text), "customer") == 0)
                        (void)printf("  (of the whole customer)");
                (void)puts(json_is_true(member(row, "withdrawn")) ? "  (withdrawn)" : "");
        }
        strbuf_release(&text);
}

/* What the other side said to a notice, where it said no, not yet, or nothing that is clear. */
static void show_said(const json_t *notice)
{
        _cleanup_(strbuf_release) StrBuf number = STRBUF_INIT, detail = STRBUF_INIT;

        (void)text_of(notice, "notice", &number);
        if (*text_of(notice, "detail", &detail))
                (void)printf("  %s: %s\n", strbuf_text(&number), strbuf_text(&detail));
}

static void show_notices(const json_t *page)
{
        const json_t *notices = member(page, "notices");
        size_t n = json_array_size(notices);
        json_t **rows = calloc(MAX(n, (size_t)1), sizeof(json_t *));

        for (size_t i = 0; rows && i < n; i++)
                rows[i] = json_array_get(notices, i);
        if (rows)
                show_log_rows(rows, n);
        for (size_t i = 0; rows && i < n; i++)
                show_said(rows[i]);
        free(rows);
}

static void show_invoice(const json_t *page)
{
        StrBuf text = STRBUF_INIT, name = STRBUF_INIT;
        json_t *row;
        size_t i;

        show_member("Invoice", page, "invoice");
        (void)text_of(page, "customer.id", &text);
        strbuf_addf(&text, ", %s", text_of(page, "customer.name", &name));
        show_line("Customer", strbuf_text(&text));
        show_member("Issued", page, "issued");
        print_amount("Amount", page, "amount");
        print_amount("Open", page, "open");
        show_member("Status", page, "status");
        show_dispute("Disputed", member(page, "dispute"));
        show_member("Document", page, "document");
        (void)puts("\nInstalments");
        show_instalments(page);
        (void)puts("\nWhat the rules say");
        json_array_foreach(member(page, "explained"), i, row) show_judgement(row);
        (void)puts("\nWhat happened");
        show_facts(page);
        (void)puts("\nNotices");
        if (json_array_size(member(page, "notices")) > 0)
                show_notices(page);
        else
                (void)puts("  none");
        strbuf_release(&text);
        strbuf_release(&name);
}

void show_page(const Invocation *invocation, const Rows *rows)
{
        if (rows->n > 0 && member(rows->list[0], "notice"))
                show_notice(invocation, rows);
        else if (rows->n > 0)
                show_invoice(rows->list[0]);
}
