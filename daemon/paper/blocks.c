/* SPDX-License-Identifier: MIT */
/* Owns the blocks that several papers share: the head of the firm's paper, an address, what is
 * claimed, where to pay. */

#include "paper/press.h"

#define HEAD_TOP (12 * MILLIMETRE)
#define HEAD_LEFT_WIDTH (TEXT_WIDTH * 0.62)
#define BOX_PADDING 10.0
#define LABEL_WIDTH 110.0
#define ADDRESS_LINES_MAX 9

static double draw_firm(Press *press, Sheet *sheet)
{
        const Party *creditor = &press->dossier->creditor;
        Mark mark = { MARGIN, HEAD_TOP, HEAD_LEFT_WIDTH, FACE_LETTERHEAD, INK_ACCENT, ALIGN_START,
                2, NULL };

        mark.y += sheet_put(sheet, &mark, creditor->name) + 2;
        mark.face = FACE_SMALL;
        mark.ink = INK_GREY;
        mark.lines_max = 3;
        const char *address = press_join(press, " · ", creditor->address.list, creditor->address.n);
        return mark.y + sheet_put(sheet, &mark, address);
}

static double draw_firm_contact(Press *press, Sheet *sheet)
{
        const Party *creditor = &press->dossier->creditor;
        const char *lines[] = { creditor->phone, creditor->email };
        Mark mark = { MARGIN + HEAD_LEFT_WIDTH, HEAD_TOP + 4, TEXT_WIDTH - HEAD_LEFT_WIDTH,
                FACE_SMALL, INK_GREY, ALIGN_END, 2, NULL };

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                if (lines[i])
                        mark.y += sheet_put(sheet, &mark, lines[i]) + 1;
        return mark.y;
}

void draw_letterhead(Press *press, Sheet *sheet)
{
        double left = draw_firm(press, sheet), right = draw_firm_contact(press, sheet);
        double y = MAX(left, right) + 7;

        sheet_fill(sheet, &(Area){ MARGIN, y, TEXT_WIDTH, 1.4 }, INK_ACCENT);
        sheet_move_to(sheet, y + 24);
}

double draw_address(Press *press, Sheet *sheet, const Party *party, Mark mark)
{
        bool is_person = streq_or_null(party->name, party->contact_name);
        const char *lines[ADDRESS_LINES_MAX] = { party->name,
                is_person ? NULL : party->contact_name };
        double top = mark.y;
        size_t n = 2;

        for (size_t i = 0; i < party->address.n && n < ADDRESS_LINES_MAX - 1; i++)
                lines[n++] = party->address.list[i];
        if (party->country && !streq_or_null(party->country, press->dossier->creditor.country))
                lines[n++] = press_country(press, party->country);
        for (size_t i = 0; i < n; i++)
                if (!is_empty(lines[i])) {
                        mark.y += sheet_put(sheet, &mark, lines[i]);
                        mark.lines_max = 2;
                }
        return mark.y - top;
}

void draw_customer(Press *press, Sheet *sheet)
{
        const Party *customer = &press->dossier->customer;
        Mark mark = { MARGIN, sheet_y(sheet), TEXT_WIDTH, FACE_LABEL, INK_ACCENT, ALIGN_START, 1,
                NULL };

        mark.y += sheet_put(sheet, &mark, press_say(press, "party.customer", NULL)) + 4;
        mark.face = FACE_TEXT;
        mark.ink = INK_TEXT;
        mark.lines_max = 4;
        mark.y += draw_address(press, sheet, customer, mark) + 2;
        mark.face = FACE_SMALL;
        mark.ink = INK_GREY;
        if (customer->id)
                mark.y += sheet_put(sheet, &mark,
                        press_say(press, "pair", press_say(press, "party.id", NULL), customer->id,
                                NULL));
        sheet_move_to(sheet, mark.y + 20);
}

void draw_claim(Press *press, Sheet *sheet)
{
        static const Column columns[] = { { "", ALIGN_START, true }, { "", ALIGN_END, false } };
        const Sums *claim = &press->dossier->claim;
        const struct {
                const char *key;
                int64_t sum;
                bool is_always;
        } rows[] = {
                { "claim.principal", claim->principal, true },
                { "claim.credit", -claim->credit, false },
                { "claim.interest", claim->interest, false },
                { "claim.fixed", claim->fixed, false },
        };
        Table table = { .columns = columns, .n_columns = 2, .has_no_head = true };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].sum != 0 || rows[i].is_always)
                        table_add(&table, press->arena, ROW_PLAIN,
                                (const char *[]){ press_say(press, rows[i].key, NULL),
                                        press_money(press, rows[i].sum) });
        table_add(&table, press->arena, ROW_SUM,
                (const char *[]){
                        press_say(press, "claim.total", NULL), press_money(press, claim->total) });
        const int64_t beside[] = { claim->unclaimed, claim->credit_left };
        static const char *const keys[] = { "claim.unclaimed", "claim.credit-left" };
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (beside[i] != 0)
                        table_add(&table, press->arena, ROW_MINOR,
                                (const char *[]){ press_say(press, keys[i], NULL),
                                        press_money(press, beside[i]) });
        press_table(press, sheet, &table);
}

void draw_credit_left(Press *press, Sheet *sheet)
{
        int64_t left = press->dossier->claim.credit_left;

        if (left > 0)
                press_paragraph(press, sheet, FACE_TEXT,
                        press_say(press, "pair", press_say(press, "claim.credit-left", NULL),
                                press_money(press, left), NULL));
}

/* The numbers to give with the transfer. */
static const char *payment_reference(Press *press)
{
        const Dossier *dossier = press->dossier;
        const char *numbers[6];
        size_t n = 0;

        for (size_t i = 0; i < dossier->n_invoices && n < ELEMENTSOF(numbers); i++)
                if (dossier->invoices[i].open > 0)
                        numbers[n++] = dossier->invoices[i].number;
        const char *all = n < ELEMENTSOF(numbers) ? press_join(press, ", ", numbers, n) : "";
        return strlen(all) > 0 && strlen(all) <= 100 ? all : dossier->customer.id;
}

static Mark value_mark(const Sheet *sheet)
{
        return (Mark){ MARGIN + BOX_PADDING + LABEL_WIDTH, sheet_y(sheet) - 1,
                TEXT_WIDTH - 2 * BOX_PADDING - LABEL_WIDTH, FACE_STRONG, INK_TEXT, ALIGN_START, 2,
                NULL };
}

static double pair_height(Sheet *sheet, const char *value)
{
        Mark mark = value_mark(sheet);

        return sheet_height(sheet, &mark, value) + 2;
}

static void draw_pair(Press *press, Sheet *sheet, const char *key, const char *value)
{
        Mark label = { MARGIN + BOX_PADDING, sheet_y(sheet), LABEL_WIDTH, FACE_SMALL, INK_GREY,
                ALIGN_START, 1, NULL };
        Mark mark = value_mark(sheet);

        sheet_put(sheet, &label, press_say(press, key, NULL));
        sheet_put(sheet, &mark, value);
        sheet_down(sheet, pair_height(sheet, value));
}

void draw_payment(Press *press, Sheet *sheet, int64_t amount)
{
        const Party *creditor = &press->dossier->creditor;
        const struct {
                const char *key, *value;
        } rows[] = {
                { "payment.holder", creditor->name },
                { "payment.iban", creditor->iban ? press_iban(press, creditor->iban) : NULL },
                { "payment.bic", creditor->bic },
                { "payment.amount", amount > 0 ? press_money(press, amount) : NULL },
                { "payment.reference", payment_reference(press) },
        };
        double height = 30;

        if (!creditor->iban)
                return;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                height += rows[i].value ? pair_height(sheet, rows[i].value) : 0;
        sheet_room(sheet, height + 14);
        sheet_down(sheet, 3);
        Area area = { MARGIN, sheet_y(sheet), TEXT_WIDTH, height };
        sheet_fill(sheet, &area, INK_TINT);
        sheet_fill(sheet, &(Area){ area.x, area.y, 2, height }, INK_ACCENT);
        Mark title = { MARGIN + BOX_PADDING, area.y + 7, TEXT_WIDTH - 2 * BOX_PADDING, FACE_LABEL,
                INK_ACCENT, ALIGN_START, 1, NULL };
        sheet_put(sheet, &title, press_say(press, "section.payment", NULL));
        sheet_move_to(sheet, area.y + 22);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].value)
                        draw_pair(press, sheet, rows[i].key, rows[i].value);
        sheet_move_to(sheet, area.y + height + 9);
}
