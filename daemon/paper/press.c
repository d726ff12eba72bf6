/* SPDX-License-Identifier: MIT */
/* Owns how words, sums and days get onto the papers, and which papers make which PDF. */

#include "paper/press.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define IBAN_GROUP 4
#define KEPT_TOGETHER 64.0
#define NO_BREAK_SPACE "\u00A0"

/* Never NULL: what memory had no room for is empty, and the print fails in the end. */
static const char *kept(Press *press, const char *text)
{
        if (!text)
                press->error = -ENOMEM;
        return text ? text : "";
}

const char *press_say(Press *press, const char *key, ...)
{
        const char *values[VALUES_MAX];
        size_t n = 0;
        va_list list;

        va_start(list, key);
        for (const char *value; n < VALUES_MAX && (value = va_arg(list, const char *)); n++)
                values[n] = value;
        va_end(list);
        return kept(press, word_fill(press->language, key, values, n, press->arena));
}

const char *press_money(Press *press, int64_t minor)
{
        return kept(press, locale_amount(press->locale, minor, press->dossier->currency, STYLE_TEXT,
                                   press->arena));
}

const char *press_money_or_none(Press *press, int64_t minor)
{
        return minor == 0 ? "" : press_money(press, minor);
}

/* A day is not broken over two lines. */
const char *press_date(Press *press, Date date)
{
        const char *text = locale_date(press->locale, date, STYLE_TEXT, press->arena);
        _cleanup_(strbuf_release) StrBuf whole = STRBUF_INIT;

        for (const char *p = text ? text : ""; *p; p++)
                if (*p == ' ')
                        strbuf_add(&whole, NO_BREAK_SPACE);
                else
                        strbuf_add_char(&whole, *p);
        return kept(press, text ? arena_strdup(press->arena, strbuf_text(&whole)) : NULL);
}

const char *press_day(Press *press, Date date)
{
        if (!date_is_set(date))
                return "";
        return kept(press, locale_date(press->locale, date, STYLE_PLAIN, press->arena));
}

const char *press_clock(Press *press, const Moment *moment)
{
        char text[sizeof("23:59 +01:00")];
        int offset = abs(moment->offset_minutes);

        (void)snprintf(text, sizeof(text), "%02u:%02u %c%02u:%02u",
                (unsigned)moment->minute / 60 % 100, (unsigned)moment->minute % 60,
                moment->offset_minutes < 0 ? '-' : '+', (unsigned)offset / 60 % 100,
                (unsigned)offset % 60);
        return kept(press, arena_strdup(press->arena, text));
}

const char *press_moment(Press *press, const Moment *moment)
{
        if (moment->minute < 0)
                return press_date(press, moment->day);
        return press_say(
                press, "at", press_date(press, moment->day), press_clock(press, moment), NULL);
}

const char *press_integer(Press *press, int64_t n)
{
        char text[24];

        (void)snprintf(text, sizeof(text), "%" PRId64, n);
        return kept(press, arena_strdup(press->arena, text));
}

const char *press_percent(Press *press, int64_t hundredths)
{
        int rate = (int)MIN(MAX(hundredths, (int64_t)0), (int64_t)1000000);

        return kept(press, locale_rate(press->locale, rate, press->arena));
}

const char *press_country(Press *press, const char *code)
{
        return kept(press, locale_country(press->home, code, press->arena));
}

const char *press_name(Press *press, const char *group, const char *name)
{
        char key[64];

        (void)snprintf(key, sizeof(key), "%s.%s", group, name);
        return word_find(press->language, key) ? press_say(press, key, NULL) : name;
}

const char *press_join(Press *press, const char *between, const char *const parts[], size_t n)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < n; i++)
                if (!is_empty(parts[i])) {
                        strbuf_add(&text, text.length > 0 ? between : "");
                        strbuf_add(&text, parts[i]);
                }
        return kept(press,
                strbuf_error(&text) < 0 ? NULL : arena_strdup(press->arena, strbuf_text(&text)));
}

const char *press_iban(Press *press, const char *iban)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        size_t n = 0;

        for (const char *p = iban; *p; p++) {
                if (*p == ' ')
                        continue;
                if (n > 0 && n % IBAN_GROUP == 0)
                        strbuf_add(&text, NO_BREAK_SPACE);
                strbuf_add_char(&text, *p);
                n++;
        }
        return kept(press,
                strbuf_error(&text) < 0 ? NULL : arena_strdup(press->arena, strbuf_text(&text)));
}

void press_paragraph(Press *press, Sheet *sheet, Face face, const char *text)
{
        static const double belows[FACES] = { [FACE_BODY] = 8, [FACE_DEMAND] = 8 };
        Mark mark = {
                .width = TEXT_WIDTH, .face = face, .ink = face == FACE_SMALL ? INK_GREY : INK_TEXT
        };

        /* A short one stays whole, of a long one no line stands alone. */
        sheet_room(sheet, MIN(sheet_height(sheet, &mark, text), KEPT_TOGETHER));
        sheet_flow(sheet, &mark, text);
        sheet_down(sheet, belows[face] > 0 ? belows[face] : 5);
}

void press_table(Press *press, Sheet *sheet, const Table *table)
{
        int r = table_draw(table, sheet);

        if (r < 0)
                press->error = r;
}

const char *press_title(Press *press, PaperKind kind)
{
        const char *purpose = press->dossier->purpose;

        switch (kind) {
        case PAPER_LETTER: return press_say(press, "title.letter", NULL);
        case PAPER_STATEMENT: return press_say(press, "title.statement", NULL);
        case PAPER_CHARGES: return press_say(press, "title.charges", NULL);
        case PAPER_DOSSIER_PDF:
        case PAPER_DOSSIER_ZIP:
        case PAPER_KINDS: break;
        }
        bool is_known = streq(purpose, "agency") || streq(purpose, "court");
        return press_name(press, "title", is_known ? purpose : "dossier");
}

static void print_letter(Sheet *sheet, void *press)
{
        draw_letter(press, sheet);
}

static void print_statement(Sheet *sheet, void *owner)
{
        Press *press = owner;
        const Dossier *dossier = press->dossier;
        size_t n = dossier->n_statement;

        draw_letterhead(press, sheet);
        draw_customer(press, sheet);
        draw_statement(press, sheet);
        draw_credit_left(press, sheet);
        if (n == 0 || dossier->statement[n - 1].balance > 0)
                draw_payment(press, sheet, n > 0 ? dossier->statement[n - 1].balance : 0);
}

static void print_charges(Sheet *sheet, void *press)
{
        draw_letterhead(press, sheet);
        draw_customer(press, sheet);
        draw_charges(press, sheet);
}

static void print_dossier(Sheet *sheet, void *press)
{
        static void (*const sections[])(Press *, Sheet *) = { draw_invoices, draw_statement,
                draw_charges, draw_chronology };

        draw_letterhead(press, sheet);
        draw_cover(press, sheet);
        for (size_t i = 0; i < ELEMENTSOF(sections); i++) {
                sheet_break(sheet);
                sections[i](press, sheet);
        }
}

/* Who and where the firm is, at the foot of each page. */
static const char *foot_of(Press *press)
{
        const Party *creditor = &press->dossier->creditor;
        const char *parts[] = { creditor->name,
                press_join(press, ", ", creditor->address.list, creditor->address.n),
                creditor->registration,
                creditor->vat ? press_say(press, "pair", press_say(press, "party.vat", NULL),
                                        creditor->vat, NULL)
                              : NULL };

        return press_join(press, " · ", parts, ELEMENTSOF(parts));
}

int press_print(Press *press, PaperKind kind, StrBuf *ret_pdf)
{
        static void (*const printers[PAPER_KINDS])(Sheet *, void *) = {
                [PAPER_LETTER] = print_letter,
                [PAPER_STATEMENT] = print_statement,
                [PAPER_CHARGES] = print_charges,
                [PAPER_DOSSIER_PDF] = print_dossier,
                [PAPER_DOSSIER_ZIP] = print_dossier,
        };
        const Dossier *dossier = press->dossier;
        const char *title = press_title(press, kind);
        const char *whole[] = { title, dossier->customer.name };
        SheetLook look = {
                .title = press_join(press, " – ", whole, ELEMENTSOF(whole)),
                .author = dossier->creditor.name,
                .subject = press_say(press, "as-of", press_date(press, dossier->as_of), NULL),
                .language = dossier->language,
                .head_left = title,
                .head_right = dossier->customer.name,
                .foot = foot_of(press),
                .page_of = word_find(press->language, "page"),
                .made = dossier->made,
        };
        char made[INSTANT_TEXT_SIZE];
        const Annex annex = {
                .language = look.language,
                .title = look.title,
                .author = look.author,
                .subject = look.subject,
                .made = instant_format(look.made.instant, look.made.offset_minutes, made),
                .files = press->files,
                .n_files = kind == PAPER_DOSSIER_PDF ? press->n_files : 0,
        };
        int r = sheet_make(&look, printers[kind], press, ret_pdf);
        if (r == 0)
                r = annex_append(ret_pdf, &annex);
        return r < 0 ? r : press->error;
}
