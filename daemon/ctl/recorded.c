/* SPDX-License-Identifier: MIT */
/* Owns how an answer is told that says what was recorded: a sentence, what follows from it, and how
 * it is taken back. Never fetches. */

#include <stdio.h>

#include "base/macros.h"
#include "ctl/show.h"
#include "ctl/text.h"

/* What the sentence says of a member, where it has a value. */
typedef struct Phrase {
        const char *path, *before, *after;
        bool is_money; /* the currency follows */
} Phrase;

static const Phrase phrases[] = {
        { "amount", " of ", "", .is_money = true },
        { "date", " on ", "" },
        { "notice", " notice ", "" },
        { "state", " as ", "" },
        { "task", " task ", "" },
        { "undone", " fact ", "" },
        { "kind", " (", ")" },
        { "step", ", step ", "" },
        { "policy", " ", "" },
        { "channel", " of ", "" },
        { "invoice", " for invoice ", "" },
        { "instalment", ", instalment ", "" },
        { "customer", " for customer ", "" },
        { "until", ", until ", "" },
        { "reason", ", reason ", "" },
        { "fee", ", fee ", "", .is_money = true },
        { "free_from", ", free from ", "" },
        { "open", ". Open: ", "", .is_money = true },
};

static void add_phrase(const Phrase *phrase, const json_t *row, StrBuf *sentence)
{
        StrBuf text = STRBUF_INIT, currency = STRBUF_INIT;

        if (*text_of(row, phrase->path, &text)) {
                strbuf_addf(sentence, "%s%s%s", phrase->before, strbuf_text(&text), phrase->after);
                if (phrase->is_money)
                        strbuf_addf(sentence, " %s", text_of(row, "currency", &currency));
        }
        strbuf_release(&text);
        strbuf_release(&currency);
}

/* What is recorded by these is called otherwise in a sentence. */
static const struct {
        const char *name, *noun;
} nouns[] = {
        { "approve", "approval of" },
        { "refuse", "refusal of" },
        { "done", "end of" },
        { "undo", "withdrawal of" },
        { "waive", "waiver of charges" },
        { "contact", "addresses" },
        { "settle", "settlement of" },
};

static const char *noun_of(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(nouns); i++)
                if (strcmp(nouns[i].name, name) == 0)
                        return nouns[i].noun;
        return name;
}

/* "Recorded: promise of 500.00 EUR for invoice F-1, until 2026-03-20." A payment is called by its
 * kind. */
static void add_recorded(const json_t *row, StrBuf *sentence)
{
        StrBuf text = STRBUF_INIT;
        bool is_payment = strcmp(text_of(row, "recorded", &text), "payment") == 0;

        strbuf_addf(sentence, "Recorded: %s",
                is_payment ? text_of(row, "kind", &text) : noun_of(strbuf_text(&text)));
        for (size_t i = 0; i < ELEMENTSOF(phrases); i++)
                if (!is_payment || strcmp(phrases[i].path, "kind") != 0)
                        add_phrase(&phrases[i], row, sentence);
        strbuf_add(sentence, ".");
        strbuf_release(&text);
}

static void show_parts(const json_t *row)
{
        StrBuf text = STRBUF_INIT;
        json_t *part;
        size_t i;

        json_array_foreach(member(row, "parts"), i, part)
        {
                (void)printf("  Instalment %s:", text_of(part, "instalment", &text));
                (void)printf(" %s", text_of(part, "amount", &text));
                (void)printf(", due %s\n", text_of(part, "due", &text));
        }
        strbuf_release(&text);
}

/* Of a release what it ended; of the end of a pause the names of what had stopped the sending. */
static void show_ended(const json_t *row)
{
        const json_t *ended = member(row, "ended");
        StrBuf text = STRBUF_INIT;
        json_t *line;
        size_t i;

        json_array_foreach(ended, i, line)
        {
                (void)printf(
                        "  Ended: %s", text_of(line, json_is_object(line) ? "what" : "", &text));
                if (*text_of(line, "invoice", &text))
                        (void)printf(" of %s", strbuf_text(&text));
                if (*text_of(line, "instalment", &text))
                        (void)printf(", instalment %s", strbuf_text(&text));
                (void)puts("");
        }
        if (json_is_array(ended) && json_array_size(ended) == 0)
                (void)puts("  There was nothing to end.");
        strbuf_release(&text);
}

static void show_fact(const json_t *row)
{
        StrBuf text = STRBUF_INIT;
        bool has_fact = *text_of(row, "fact", &text);

        if (has_fact)
                (void)printf("  Fact %s.", strbuf_text(&text));
        if (*text_of(row, "undo", &text))
                (void)printf("%s To take it back: %s", has_fact ? "" : " ", strbuf_text(&text));
        if (has_fact || text.length > 0)
                (void)puts("");
        strbuf_release(&text);
}

static void show_one(const json_t *row)
{
        static const char *const lines[] = { "effect", "warning" };
        StrBuf text = STRBUF_INIT;

        add_recorded(row, &text);
        (void)puts(strbuf_text(&text));
        show_parts(row);
        show_ended(row);
        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                if (*text_of(row, lines[i], &text))
                        (void)printf("  %s\n", strbuf_text(&text));
        show_fact(row);
        strbuf_release(&text);
}

void show_recorded(const Invocation *invocation, const Rows *rows)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < rows->n; i++)
                if (*text_of(rows->list[i], "refused", &text))
                        text_complain("%s", strbuf_text(&text));
                else
                        show_one(rows->list[i]);
        strbuf_release(&text);
}

int judge_answered(const Rows *rows)
{
        for (size_t i = 0; i < rows->n; i++)
                if (member(rows->list[i], "refused"))
                        return EXIT_REFUSED;
        return EXIT_DONE;
}
