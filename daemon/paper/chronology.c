/* SPDX-License-Identifier: MIT */
/* Owns the chronology: what was sent, word for word, and what was said, in the order of time; and
 * how the register proves it. */

#include "paper/press.h"

#include <errno.h>

#define DAY_WIDTH 92.0
#define EVENT_X (MARGIN + DAY_WIDTH + 10)
#define EVENT_WIDTH (TEXT_WIDTH - DAY_WIDTH - 10)
#define LABEL_WIDTH 104.0

/* A notice, or a fact. */
typedef struct Event {
        const Moment *at;
        const PaperNotice *notice; /* NULL: a fact */
        const PaperFact *fact;
        size_t index;
} Event;

/* By day and hour; without an hour first, facts before notices, else as they came. */
static int event_compare(const void *a, const void *b)
{
        const Event *x = a, *y = b;
        int order = date_compare(x->at->day, y->at->day);

        if (order == 0 && x->at->minute >= 0 && y->at->minute >= 0)
                order = (x->at->instant.usec > y->at->instant.usec) -
                        (x->at->instant.usec < y->at->instant.usec);
        else if (order == 0)
                order = (x->at->minute > y->at->minute) - (x->at->minute < y->at->minute);
        return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static const Moment *when(const PaperFact *fact)
{
        return instant_is_set(fact->at.instant) ? &fact->at : &fact->date;
}

static Event *sort_events(Press *press, size_t *ret_n)
{
        const Dossier *dossier = press->dossier;
        size_t n = 0;
        Event *events = arena_alloc_array(
                press->arena, dossier->n_facts + dossier->n_notices, sizeof(Event));

        if (!events) {
                press->error = -ENOMEM;
                return NULL;
        }
        for (size_t i = 0; i < dossier->n_facts; i++, n++)
                events[n] = (Event){ when(&dossier->facts[i]), NULL, &dossier->facts[i], n };
        for (size_t i = 0; i < dossier->n_notices; i++, n++)
                events[n] = (Event){ &dossier->notices[i].at, &dossier->notices[i], NULL, n };
        qsort(events, n, sizeof(Event), event_compare);
        *ret_n = n;
        return events;
}

static void draw_when(Press *press, Sheet *sheet, const Moment *at)
{
        Mark mark = { MARGIN, sheet_y(sheet), DAY_WIDTH, FACE_STRONG, INK_TEXT, ALIGN_START, 2,
                NULL };

        mark.y += sheet_put(sheet, &mark, press_date(press, at->day));
        mark.face = FACE_SMALL;
        mark.ink = INK_GREY;
        if (at->minute >= 0)
                sheet_put(sheet, &mark, press_clock(press, at));
}

/* "Address    someone@example.org", over as many lines as it takes. */
static void draw_pair(Press *press, Sheet *sheet, const char *label, const char *value)
{
        bool is_code = strlen(value) == 64 && strspn(value, "0123456789abcdef") == 64;
        Mark mark = { EVENT_X, sheet_y(sheet), LABEL_WIDTH - 8, FACE_SMALL, INK_GREY, ALIGN_START,
                2, NULL };
        Mark side = { EVENT_X + LABEL_WIDTH, sheet_y(sheet) + (is_code ? 1.4 : 0),
                EVENT_WIDTH - LABEL_WIDTH, is_code ? FACE_CODE : FACE_SMALL, INK_TEXT, ALIGN_START,
                8, NULL };
        double height = MAX(sheet_height(sheet, &mark, label), sheet_height(sheet, &side, value));

        if (sheet_free(sheet) < height) {
                sheet_break(sheet);
                mark.y = side.y = sheet_y(sheet);
        }
        sheet_put(sheet, &mark, label);
        sheet_put(sheet, &side, value);
        sheet_move_to(sheet, mark.y + height + 1.4);
}

static const char *outcome_of(Press *press, const PaperNotice *notice)
{
        /* Why it was sent is what the notice says itself. */
        const char *reason = streq(notice->state, "sent") ? NULL : notice->reason;
        const char *parts[] = { press_name(press, "state", notice->state), reason };

        return press_join(press, " – ", parts, ELEMENTSOF(parts));
}

static const char *delivery_of(Press *press, const PaperNotice *notice)
{
        const char *parts[2] = {
                notice->delivered ? press_name(press, "delivered", notice->delivered) : NULL
        };

        if (date_is_set(notice->delivered_at.day))
                parts[1] = press_moment(press, &notice->delivered_at);
        return press_join(press, ", ", parts, ELEMENTSOF(parts));
}

/* Each invoice once. */
static const char *invoices_of(Press *press, const PaperNotice *notice)
{
        const char **numbers = arena_alloc_array(press->arena, notice->n_lines, sizeof(char *));
        size_t n = 0;

        for (size_t i = 0; numbers && i < notice->n_lines; i++) {
                bool is_new = true;
                for (size_t k = 0; k < n; k++)
                        is_new &= !streq(numbers[k], notice->lines[i].invoice);
                if (is_new)
                        numbers[n++] = notice->lines[i].invoice;
        }
        return press_join(press, ", ", numbers, n);
}

static void draw_particulars(Press *press, Sheet *sheet, const PaperNotice *notice)
{
        const struct {
                const char *key, *value;
        } rows[] = {
                { "chronology.address", notice->to },
                { "chronology.subject", notice->subject },
                { "chronology.invoices", invoices_of(press, notice) },
                { "chronology.total", press_money_or_none(press, notice->total) },
                { "chronology.deadline", date_is_set(notice->deadline)
                                                 ? press_date(press, notice->deadline)
                                                 : NULL },
                { "chronology.outcome", outcome_of(press, notice) },
                { "chronology.delivery", delivery_of(press, notice) },
                { "chronology.reference", notice->reference },
                { "chronology.sha256", notice->sha256 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (!is_empty(rows[i].value))
                        draw_pair(press, sheet, press_say(press, rows[i].key, NULL), rows[i].value);
        if (notice->chain)
                draw_pair(press, sheet,
                        press_say(press, "chronology.chain", notice->chain->entry, NULL),
                        notice->chain->hash);
}

static const char *notice_title(Press *press, const PaperNotice *notice)
{
        const char *what = notice->occasion ? press_name(press, "occasion", notice->occasion)
                           : notice->action ? press_name(press, "action", notice->action)
                                            : NULL;
        const char *parts[] = { what,
                press_say(press, "chronology.channel",
                        press_name(press, "channel", notice->channel), NULL) };

        return press_join(press, " – ", parts, ELEMENTSOF(parts));
}

static void draw_notice(Press *press, Sheet *sheet, const PaperNotice *notice)
{
        Mark mark = { .x = EVENT_X,
                .width = EVENT_WIDTH,
                .face = FACE_STRONG,
                .ink = INK_ACCENT,
                .tag = "H3" };

        sheet_flow(sheet, &mark, notice_title(press, notice));
        sheet_down(sheet, 3);
        draw_particulars(press, sheet, notice);
        if (!notice->text)
                return;
        sheet_down(sheet, 6);
        mark = (Mark){ .x = EVENT_X + 10,
                .width = EVENT_WIDTH - 10,
                .face = FACE_SMALL,
                .ink = INK_TEXT,
                .has_bar = true,
                .tag = "BlockQuote" };
        sheet_flow(sheet, &mark, notice->text);
}

static void draw_fact(Press *press, Sheet *sheet, const PaperFact *fact)
{
        const char *title[] = { press_name(press, "fact", fact->kind), fact->invoice };
        Mark mark = { .x = EVENT_X,
                .width = EVENT_WIDTH,
                .face = FACE_STRONG,
                .ink = INK_ACCENT,
                .tag = "H3" };

        sheet_flow(sheet, &mark, press_join(press, " – ", title, ELEMENTSOF(title)));
        mark = (Mark){ .x = EVENT_X, .width = EVENT_WIDTH, .face = FACE_TEXT };
        sheet_flow(sheet, &mark, fact->sentence);
        mark.face = FACE_SMALL;
        mark.ink = INK_GREY;
        if (fact->note)
                sheet_flow(sheet, &mark, fact->note);
}

static void draw_proof(Press *press, Sheet *sheet)
{
        const PaperChain *chain = press->dossier->chain;

        if (!chain)
                return;
        sheet_heading(sheet, 1, press_say(press, "section.proof", NULL));
        press_paragraph(press, sheet, FACE_TEXT, press_say(press, "proof.hash", NULL));
        press_paragraph(press, sheet, FACE_TEXT, press_say(press, "proof.chain", NULL));
        if (!chain->head)
                return;
        press_paragraph(press, sheet, FACE_TEXT,
                press_say(press, "proof.head", press_integer(press, chain->entries), NULL));
        sheet_flow(sheet, &(Mark){ .width = TEXT_WIDTH, .face = FACE_CODE }, chain->head);
}

void draw_chronology(Press *press, Sheet *sheet)
{
        size_t n = 0;
        Event *events = sort_events(press, &n);

        sheet_heading(sheet, 1, press_say(press, "section.chronology", NULL));
        press_paragraph(press, sheet, FACE_SMALL,
                press_say(press, n > 0 ? "chronology.note" : "chronology.empty", NULL));
        for (size_t i = 0; i < n; i++) {
                sheet_room(sheet, 80);
                if (!sheet_is_at_top(sheet))
                        sheet_rule(sheet, MARGIN, sheet_y(sheet), TEXT_WIDTH, INK_RULE);
                sheet_down(sheet, 7);
                draw_when(press, sheet, events[i].at);
                if (events[i].notice)
                        draw_notice(press, sheet, events[i].notice);
                else
                        draw_fact(press, sheet, events[i].fact);
                sheet_down(sheet, 12);
        }
        sheet_down(sheet, 18);
        draw_proof(press, sheet);
}
