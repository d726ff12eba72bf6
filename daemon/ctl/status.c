/* SPDX-License-Identifier: MIT */
/*
 * Owns the screen of `relancectl status`: whether all is well in the first line, then what is not,
 * then the figures. Never more than a screen: problems that find no room are counted. A figure that
 * the daemon does not give is left out.
 */

#include <stdio.h>
#include <wchar.h>

#include "ctl/show.h"
#include "ctl/text.h"

#define SCREEN_LINES 23 /* the prompt takes one more */
#define SCREEN_COLUMNS 80
#define LABEL_COLUMNS 16
#define FIGURE_LINES_MAX 3
#define PROBLEM_LINES_MAX 4

/* Lines of at most a screen's width. */
typedef struct Page {
        StrBuf text;
        size_t n_lines;
} Page;

/* How many bytes of the text fit into so many columns, cut behind a space if there is one. */
static size_t fitting(const char *text, size_t columns)
{
        size_t n = 0, n_words = 0, used = 0;
        mbstate_t state = { 0 };

        while (text[n] && text[n] != '\n') {
                wchar_t wide = L' ';
                size_t length = mbrtowc(&wide, text + n, MB_CUR_MAX, &state);
                if (length == 0 || length > MB_CUR_MAX) {
                        length = 1;
                        state = (mbstate_t){ 0 };
                }
                used += (size_t)MAX(wcwidth(wide), 0);
                if (used > columns && wide != L' ')
                        return n_words > 0 ? n_words : n;
                n += length;
                if (wide == L' ')
                        n_words = n;
        }
        return n;
}

/* The text in so many lines at most, those after the first as far in as the first one's head. */
static void add_wrapped(
        Page *page, const char *head, size_t indent, const char *text, size_t n_lines)
{
        do {
                size_t n = fitting(text, SCREEN_COLUMNS - 1 - indent), shown = n;
                while (shown > 0 && text[shown - 1] == ' ')
                        shown--;
                strbuf_addf(&page->text, "%-*s", (int)indent, head);
                strbuf_add_bytes(&page->text, text, shown);
                text += n + (text[n] == '\n');
                strbuf_add(&page->text, --n_lines == 0 && *text ? "…\n" : "\n");
                page->n_lines++;
                head = "";
        } while (*text && n_lines > 0);
}

/* "Label     value" unless there is no value. */
static void add_figure(Page *page, const char *label, const StrBuf *value)
{
        if (value->length > 0)
                add_wrapped(page, label, LABEL_COLUMNS, strbuf_text(value), FIGURE_LINES_MAX);
}

/* "2026-03-05 09:00" after words, where there is one. */
static void add_time(StrBuf *value, const char *words, const json_t *row, const char *path)
{
        _cleanup_(strbuf_release) StrBuf time = STRBUF_INIT;

        if (*text_of_time(row, path, &time))
                strbuf_addf(
                        value, "%s%s%s", value->length > 0 ? ", " : "", words, strbuf_text(&time));
}

static void add_count(StrBuf *value, const json_t *row, const char *path, const char *words)
{
        json_int_t n = json_integer_value(member(row, path));

        if (n > 0)
                strbuf_addf(value, "%s%" JSON_INTEGER_FORMAT " %s", value->length > 0 ? ", " : "",
                        n, words);
}

static void describe_daemon(const json_t *row, StrBuf *value)
{
        if (json_is_string(member(row, "running_since")))
                add_time(value, "running since ", row, "running_since");
        else if (member(row, "running_since"))
                strbuf_add(value, "none runs: what is due leaves with relanced --once");
}

static void describe_configuration(const json_t *row, StrBuf *value)
{
        add_time(value, "in use since ", row, "configured");
        if (json_is_string(member(row, "config_problem")))
                strbuf_add(value, ", a newer one is refused");
}

static void describe_wakes(const json_t *row, StrBuf *value)
{
        add_time(value, "last ", row, "last_wake");
        if (value->length == 0)
                strbuf_add(value, "none yet");
        add_time(value, "next ", row, "next_wake");
}

static void describe_notices(const json_t *row, StrBuf *value)
{
        add_count(value, row, "notices.pending", "waiting");
        add_count(value, row, "notices.handed", "leaving");
        add_count(value, row, "notices.sent", "sent in all");
        add_count(value, row, "notices.uncertain", "uncertain");
        add_count(value, row, "notices.failed", "failed");
        add_count(value, row, "notices.cancelled", "cancelled");
        if (value->length == 0)
                strbuf_add(value, "none");
        add_time(value, "the last sent ", row, "last_sent");
}

static void describe_channels(const json_t *row, StrBuf *value)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        json_t *channel;
        size_t i;

        json_array_foreach(member(row, "channels"), i, channel)
        {
                strbuf_addf(value, "%s%s", i > 0 ? ", " : "", text_of(channel, "channel", &text));
                strbuf_addf(value, " %s", text_of(channel, "state", &text));
        }
}

static void describe_inbox(const json_t *row, StrBuf *value)
{
        add_count(value, row, "inbox.waiting", "waiting");
        add_count(value, row, "inbox.failed", "not understood (why: beside them in inbox/failed)");
        if (value->length == 0 && json_is_object(member(row, "inbox")))
                strbuf_add(value, "empty");
}

static void describe_customers(const json_t *row, StrBuf *value)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        strbuf_add(value, text_of(row, "customers", &text));
        strbuf_addf(value, ", %s open instalments", text_of(row, "open_instalments", &text));
}

static void describe_tasks(const json_t *row, StrBuf *value)
{
        json_int_t n = json_integer_value(member(row, "tasks"));

        strbuf_addf(value, "%" JSON_INTEGER_FORMAT "%s", n, n > 0 ? " (see relancectl tasks)" : "");
}

static void describe_loop(const json_t *row, StrBuf *value)
{
        _cleanup_(strbuf_release) StrBuf what = STRBUF_INIT;
        const json_t *loop = member(row, "loop");

        if (!json_is_object(loop))
                return;
        strbuf_addf(value, "held up for %s ms at most", text_of(loop, "longest_stall_ms", &what));
        if (*text_of(loop, "longest", &what))
                strbuf_addf(value, " (%s)", strbuf_text(&what));
        if (*text_of(loop, "recent_stall_ms", &what))
                strbuf_addf(value, ", %s ms lately", strbuf_text(&what));
        add_count(value, loop, "stalls_over_50_ms", "times over 50 ms");
}

static void describe_mode(const json_t *row, StrBuf *value)
{
        _cleanup_(strbuf_release) StrBuf mode = STRBUF_INIT;

        (void)text_of(row, "mode", &mode);
        if (streq(strbuf_text(&mode), "simulated"))
                strbuf_add(value, "simulated: it sends with --at alone, by the channels as they "
                                  "are");
        else if (streq(strbuf_text(&mode), "fresh"))
                strbuf_add(value, "fresh: nothing was ever sent");
}

static void describe_payment(const json_t *row, StrBuf *value)
{
        add_time(value, "", row, "newest_payment");
}

static void add_figures(Page *page, const json_t *row)
{
        static const struct {
                const char *label;
                void (*describe)(const json_t *row, StrBuf *value);
        } figures[] = {
                { "Daemon", describe_daemon },
                { "Configuration", describe_configuration },
                { "Wakes", describe_wakes },
                { "Notices", describe_notices },
                { "Channels", describe_channels },
                { "Inbox", describe_inbox },
                { "Newest payment", describe_payment },
                { "Customers", describe_customers },
                { "Open tasks", describe_tasks },
                { "Store", describe_mode },
                { "Loop", describe_loop },
        };

        for (size_t i = 0; i < ELEMENTSOF(figures); i++) {
                StrBuf value = STRBUF_INIT;
                figures[i].describe(row, &value);
                add_figure(page, figures[i].label, &value);
                strbuf_release(&value);
        }
}

static void add_verdict(Page *page, const json_t *row)
{
        _cleanup_(strbuf_release) StrBuf line = STRBUF_INIT, text = STRBUF_INIT;
        size_t n = json_array_size(member(row, "problems"));

        if (json_is_true(member(row, "ok")))
                strbuf_add(&line, "All is well");
        else
                strbuf_addf(&line, "%zu %s: something needs a person", n,
                        n == 1 ? "problem" : "problems");
        strbuf_addf(&line, ". %s", text_of(row, "creditor", &text));
        strbuf_addf(&line, ", %s", text_of_time(row, "now", &text));
        add_wrapped(page, "", 0, strbuf_text(&line), 1);
}

/* As many problems as there are lines for, whole; the last line counts the others. */
static void add_problems(Page *page, const json_t *problems, size_t n_lines)
{
        size_t n = json_array_size(problems);

        for (size_t i = 0; i < n; i++) {
                _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
                Page one = { 0 };
                text_add_safe(&sentence, json_string_value(json_array_get(problems, i)), true);
                add_wrapped(&one, "! ", 2, strbuf_text(&sentence), PROBLEM_LINES_MAX);
                bool fits = page->n_lines + one.n_lines + (i + 1 < n) <= n_lines;
                if (fits) {
                        strbuf_add(&page->text, strbuf_text(&one.text));
                        page->n_lines += one.n_lines;
                }
                strbuf_release(&one.text);
                if (fits)
                        continue;
                strbuf_addf(&page->text, "! %s%zu more: see relancectl --json status\n",
                        i > 0 ? "and " : "", n - i);
                page->n_lines++;
                return;
        }
}

void show_status(const Invocation *invocation, const Rows *rows)
{
        const json_t *row = rows->n > 0 ? rows->list[0] : NULL;
        Page top = { 0 }, figures = { 0 };

        if (!row)
                return;
        add_figures(&figures, row);
        add_verdict(&top, row);
        add_problems(&top, member(row, "problems"), SCREEN_LINES - figures.n_lines);
        (void)fputs(strbuf_text(&top.text), stdout);
        (void)fputs(strbuf_text(&figures.text), stdout);
        strbuf_release(&top.text);
        strbuf_release(&figures.text);
}
