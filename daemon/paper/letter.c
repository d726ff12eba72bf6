/* SPDX-License-Identifier: MIT */
/*
 * Owns the formal notice: the letter that names the sum, the day and what follows, once and calmly.
 * The address stands where the windows of envelopes of the creditor's country are.
 */

#include <errno.h>

#include "paper/press.h"

#define NOTICES_NAMED 4
#define CLOSING_HEIGHT 64.0 /* the last words, the place for a hand, the name */

/* Of an invoice whose instalments are not told, who asks for the letter knows. */
static bool is_late(const PaperInvoice *invoice)
{
        for (size_t i = 0; i < invoice->n_instalments; i++)
                if (invoice->instalments[i].open > 0 && invoice->instalments[i].days_late > 0)
                        return true;
        return invoice->n_instalments == 0;
}

static int add_to_claim(Sums *claim, const PaperInvoice *invoice)
{
        const PaperCharges none = { 0 };
        const PaperCharges *charges = invoice->charges ? invoice->charges : &none;
        bool fits = money_add(&claim->principal, invoice->open) == 0 &&
                    money_add(&claim->interest, charges->interest) == 0 &&
                    money_add(&claim->fixed, charges->fixed) == 0 &&
                    money_add(&claim->charges, charges->interest) == 0 &&
                    money_add(&claim->charges, charges->fixed) == 0;

        return fits ? 0 : -EOVERFLOW;
}

/* The sums of the invoices that are left; all the credit is taken off of them first. */
static int claim_again(Dossier *dossier)
{
        Sums claim = { 0 };
        int r = 0;

        for (size_t i = 0; r == 0 && i < dossier->n_invoices; i++)
                r = add_to_claim(&claim, &dossier->invoices[i]);
        claim.credit = MIN(dossier->claim.credit, claim.principal);
        claim.total = claim.principal - claim.credit;
        if (r == 0 && money_add(&claim.total, claim.charges) < 0)
                r = -EOVERFLOW;
        dossier->claim = claim;
        return r;
}

int letter_demands(const Dossier *whole, Arena *arena, Dossier *ret_demanded)
{
        PaperInvoice *left = arena_alloc_array(arena, whole->n_invoices + 1, sizeof(*left));
        Dossier demanded = *whole;
        bool is_any_late = false;

        if (!left)
                return -ENOMEM;
        demanded.invoices = left;
        demanded.n_invoices = 0;
        for (size_t i = 0; i < whole->n_invoices; i++) {
                const PaperInvoice *invoice = &whole->invoices[i];
                if (invoice->aside)
                        continue;
                left[demanded.n_invoices++] = *invoice;
                is_any_late = is_any_late || is_late(invoice);
        }
        if (whole->n_invoices > 0 && !is_any_late)
                return -ENOENT;
        int r = demanded.n_invoices < whole->n_invoices ? claim_again(&demanded) : 0;
        if (r == 0 && demanded.claim.principal <= demanded.claim.credit)
                r = -EALREADY;
        if (r == 0)
                *ret_demanded = demanded;
        return r;
}

/* Where the window is, what stands beside it, and where the letter begins, in millimetres of the
 * left edge and the top. */
typedef struct Window {
        const char *countries;
        double left, top, width, side, body;
} Window;

static const Window windows[] = {
        { " FR BE LU ES IT PT GR RO ", 108, 47, 80, 22, 83 }, /* to the right: NF Z 11-001 */
        { "", 25, 52, 80, 125, 95 },                          /* to the left: DIN 5008, form B */
};

static const Window *window_of(const char *country)
{
        for (size_t i = 0; i < ELEMENTSOF(windows) - 1; i++)
                if (country && strlen(country) == 2 && strstr(windows[i].countries, country))
                        return &windows[i];
        return &windows[ELEMENTSOF(windows) - 1];
}

/* The day, and by which number the customer is known. */
static void draw_side(Press *press, Sheet *sheet, const Window *window)
{
        const Dossier *dossier = press->dossier;
        Mark mark = { window->side * MILLIMETRE, window->top * MILLIMETRE, 65 * MILLIMETRE,
                FACE_BODY, INK_TEXT, ALIGN_START, 2, NULL };

        mark.y +=
                sheet_put(sheet, &mark,
                        press_say(press, "letter.date", press_date(press, dossier->as_of), NULL)) +
                3;
        mark.face = FACE_SMALL;
        mark.ink = INK_GREY;
        if (dossier->customer.id)
                sheet_put(sheet, &mark,
                        press_say(press, "pair", press_say(press, "party.id", NULL),
                                dossier->customer.id, NULL));
}

static void draw_window(Press *press, Sheet *sheet)
{
        const Window *window = window_of(press->dossier->creditor.country);
        Mark mark = { window->left * MILLIMETRE, window->top * MILLIMETRE,
                window->width * MILLIMETRE, FACE_BODY, INK_TEXT, ALIGN_START, 4, NULL };

        draw_side(press, sheet, window);
        double end = mark.y + draw_address(press, sheet, &press->dossier->customer, mark);
        /* Where the sheet is folded for the envelope. */
        sheet_rule(sheet, 4 * MILLIMETRE, 105 * MILLIMETRE, 4 * MILLIMETRE, INK_RULE);
        sheet_rule(sheet, 4 * MILLIMETRE, 210 * MILLIMETRE, 4 * MILLIMETRE, INK_RULE);
        sheet_move_to(sheet, MAX(window->body * MILLIMETRE, end + 16));
}

static void draw_subject(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        const char *subject =
                dossier->n_invoices == 1
                        ? press_say(press, "letter.subject", dossier->invoices[0].number, NULL)
                        : press_say(press, "letter.subject-many",
                                  press_integer(press, (int64_t)dossier->n_invoices), NULL);

        sheet_flow(sheet,
                &(Mark){
                        .width = TEXT_WIDTH, .face = FACE_HEADING, .ink = INK_ACCENT, .tag = "H1" },
                subject);
        sheet_down(sheet, 12);
}

/* Whether it asked for payment and surely left: not what went to an agency, a hook, one's own. */
static bool asked_the_customer(const PaperNotice *notice)
{
        static const char *const actions[] = { "courtesy", "remind", "resend", "deadline" };

        for (size_t i = 0; i < ELEMENTSOF(actions); i++)
                if (streq_or_null(notice->action, actions[i]))
                        return streq(notice->state, "sent");
        return false;
}

/* The days of the last of those. */
static const char *days_written(Press *press)
{
        const Dossier *dossier = press->dossier;
        const char *days[NOTICES_NAMED];
        size_t n = 0;
        Date last = DATE_NONE;

        for (size_t i = dossier->n_notices; i-- > 0 && n < NOTICES_NAMED;) {
                const PaperNotice *notice = &dossier->notices[i];
                if (!asked_the_customer(notice) || date_compare(notice->at.day, last) == 0)
                        continue;
                last = notice->at.day;
                days[NOTICES_NAMED - ++n] = press_date(press, last);
        }
        if (n == 0)
                return NULL;
        return locale_list(press->locale, days + NOTICES_NAMED - n, n, press->arena);
}

static bool has_part_paid(const Dossier *dossier)
{
        for (size_t i = 0; i < dossier->n_invoices; i++)
                if (dossier->invoices[i].paid > 0)
                        return true;
        return false;
}

#define COLUMN_PAID 4
#define COLUMNS_WITH_PAID 6

/* Of all the columns' cells, those of the columns that the table has. */
static void add_row(
        Press *press, Table *table, RowStyle style, const char *cells[COLUMNS_WITH_PAID])
{
        if (table->n_columns < COLUMNS_WITH_PAID)
                cells[COLUMN_PAID] = cells[COLUMN_PAID + 1];
        table_add(table, press->arena, style, cells);
}

/* What is added to the invoices, and the sum. */
static void add_claim(Press *press, Table *table)
{
        const Sums *claim = &press->dossier->claim;
        const struct {
                const char *key;
                int64_t sum;
        } rows[] = {
                { "claim.principal", press->dossier->n_invoices > 1 ? claim->principal : 0 },
                { "claim.credit", -claim->credit },
                { "claim.interest", claim->interest },
                { "claim.fixed", claim->fixed },
        };

        for (size_t i = 0; claim->total != claim->principal && i < ELEMENTSOF(rows); i++)
                if (rows[i].sum != 0)
                        add_row(press, table, ROW_PLAIN,
                                (const char *[]){ press_say(press, rows[i].key, NULL), "", "", "",
                                        "", press_money(press, rows[i].sum) });
        add_row(press, table, ROW_SUM,
                (const char *[]){ press_say(press, "claim.total", NULL), "", "", "", "",
                        press_money(press, claim->total) });
}

static void draw_open_invoices(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        const Column paid = { press_say(press, "column.paid", NULL), ALIGN_END, false };
        const Column open = { press_say(press, "column.open", NULL), ALIGN_END, false };
        bool has_paid = has_part_paid(dossier);
        const Column columns[COLUMNS_WITH_PAID] = {
                { press_say(press, "column.invoice", NULL), ALIGN_START, true },
                { press_say(press, "column.issued", NULL), ALIGN_START, false },
                { press_say(press, "column.due", NULL), ALIGN_START, false },
                { press_say(press, "column.amount", NULL), ALIGN_END, false },
                has_paid ? paid : open,
                open,
        };
        Table table = { .columns = columns, .n_columns = COLUMNS_WITH_PAID - !has_paid };

        for (size_t i = 0; i < dossier->n_invoices; i++) {
                const PaperInvoice *invoice = &dossier->invoices[i];
                add_row(press, &table, ROW_PLAIN,
                        (const char *[]){ invoice->number, press_day(press, invoice->issued),
                                press_day(press, invoice->due), press_money(press, invoice->amount),
                                press_money_or_none(press, invoice->paid),
                                press_money(press, invoice->open) });
        }
        add_claim(press, &table);
        press_table(press, sheet, &table);
        sheet_down(sheet, 8);
}

/* Where the law of the first charges stands; of the first with a fixed sum, if there is any. */
static const char *charges_source(const Dossier *dossier)
{
        const PaperCharges *found = NULL;

        for (size_t i = 0; i < dossier->n_invoices; i++) {
                const PaperCharges *charges = dossier->invoices[i].charges;
                if (charges && (!found || (found->fixed == 0 && charges->fixed > 0)))
                        found = charges;
        }
        return found ? found->source : NULL;
}

/* The law of that country, in its own language. */
static bool is_law_of(Language language, const char *country)
{
        static const char *const countries[LANGUAGES] = {
                [LANGUAGE_EN] = " GB IE ",
                [LANGUAGE_FR] = " FR ",
                [LANGUAGE_DE] = " DE ",
                [LANGUAGE_ES] = " ES ",
                [LANGUAGE_IT] = " IT ",
                [LANGUAGE_NL] = " NL ",
        };

        return country && strlen(country) == 2 && strstr(countries[language], country);
}

static void draw_demand(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        const PaperLetter *letter = dossier->letter;
        const char *total = press_money(press, dossier->claim.total);
        const char *demand = letter && date_is_set(letter->deadline)
                                     ? press_say(press, "letter.demand", total,
                                               press_date(press, letter->deadline), NULL)
                                     : press_say(press, "letter.demand-eight-days", total, NULL);
        const char *source = charges_source(dossier);
        const char *then[2] = { NULL };

        if (dossier->claim.charges != 0 && source)
                press_paragraph(press, sheet, FACE_SMALL,
                        press_say(press, "letter.charges", press_date(press, dossier->as_of),
                                press_name(press, "law", source), NULL));
        sheet_down(sheet, 3);
        press_paragraph(press, sheet, FACE_DEMAND, demand);
        if (is_law_of(press->language, dossier->creditor.country))
                then[0] = press_say(press, "letter.law", NULL);
        if (letter && letter->follows)
                then[1] = press_name(press, "letter.follows", letter->follows);
        const char *both = press_join(press, " ", then, ELEMENTSOF(then));
        if (*both)
                press_paragraph(press, sheet, FACE_BODY, both);
}

/* What closes it stays together: no name stands alone on a last page. */
static void draw_closing(Press *press, Sheet *sheet)
{
        const char *contact = press_say(press, "letter.contact", NULL);
        Mark mark = { .width = TEXT_WIDTH, .face = FACE_BODY };

        sheet_room(sheet, sheet_height(sheet, &mark, contact) + CLOSING_HEIGHT);
        press_paragraph(press, sheet, FACE_BODY, contact);
        press_paragraph(press, sheet, FACE_BODY, press_say(press, "letter.closing", NULL));
        sheet_down(sheet, 20);
        press_paragraph(press, sheet, FACE_BODY, press->dossier->creditor.name);
}

void draw_letter(Press *press, Sheet *sheet)
{
        static const char *const openings[2][2] = {
                { "letter.opening", "letter.opening-one" },
                { "letter.opening-part", "letter.opening-part-one" },
        };
        const char *opening =
                openings[has_part_paid(press->dossier)][press->dossier->n_invoices == 1];
        const char *days = days_written(press);

        draw_letterhead(press, sheet);
        draw_window(press, sheet);
        draw_subject(press, sheet);
        press_paragraph(press, sheet, FACE_BODY, press_say(press, "letter.greeting", NULL));
        press_paragraph(press, sheet, FACE_BODY, press_say(press, opening, NULL));
        if (days)
                press_paragraph(
                        press, sheet, FACE_BODY, press_say(press, "letter.before", days, NULL));
        draw_open_invoices(press, sheet);
        draw_demand(press, sheet);
        draw_payment(press, sheet, press->dossier->claim.total);
        draw_closing(press, sheet);
}
