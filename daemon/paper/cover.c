/* SPDX-License-Identifier: MIT */
/* Owns the first page of a dossier: who, how much, as of when, and what is in it. */

#include "paper/press.h"

#define HALF_WIDTH ((TEXT_WIDTH - 24) / 2)

static void draw_title(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        Mark mark = { .width = TEXT_WIDTH, .face = FACE_DISPLAY, .ink = INK_ACCENT, .tag = "H1" };

        sheet_down(sheet, 16);
        sheet_flow(sheet, &mark, press_title(press, PAPER_DOSSIER_PDF));
        sheet_down(sheet, 5);
        mark = (Mark){ .width = TEXT_WIDTH, .face = FACE_LETTERHEAD, .ink = INK_TEXT };
        mark.x = MARGIN;
        mark.y = sheet_y(sheet);
        mark.lines_max = 4;
        sheet_down(sheet, sheet_put(sheet, &mark, dossier->customer.name) + 4);
        const char *made = press_say(press, "made", press_date(press, dossier->made.day), NULL);
        press_paragraph(press, sheet, FACE_SMALL, made);
        sheet_down(sheet, 14);
}

/* The sum, and beside it what it is made of. */
static void draw_sum(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        double top = sheet_y(sheet);
        Area area = { MARGIN, top, TEXT_WIDTH, 64 };
        Mark mark = { MARGIN + 14, top + 12, TEXT_WIDTH - 28, FACE_LABEL, INK_GREY, ALIGN_START, 1,
                NULL };

        sheet_fill(sheet, &area, INK_TINT);
        sheet_fill(sheet, &(Area){ area.x, area.y, 3, area.height }, INK_ACCENT);
        sheet_put(sheet, &mark,
                press_say(press, "claim.asked", press_date(press, dossier->as_of), NULL));
        mark.y += 13;
        mark.face = FACE_FIGURE;
        mark.ink = INK_ACCENT;
        sheet_put(sheet, &mark, press_money(press, dossier->claim.total));
        sheet_move_to(sheet, top + area.height + 8);
        draw_claim(press, sheet);
        sheet_down(sheet, 22);
}

static double draw_party(Press *press, Sheet *sheet, const Party *party, const char *key, Mark mark)
{
        const struct {
                const char *key, *value;
        } rows[] = {
                { "party.id", party->id },
                { "party.registration", party->registration },
                { "party.vat", party->vat },
                { "party.email", party->email },
                { "party.phone", party->phone },
        };

        mark.face = FACE_LABEL;
        mark.ink = INK_ACCENT;
        mark.y += sheet_put(sheet, &mark, press_say(press, key, NULL)) + 5;
        mark.face = FACE_TEXT;
        mark.ink = INK_TEXT;
        mark.lines_max = 4;
        mark.y += draw_address(press, sheet, party, mark) + 4;
        mark.face = FACE_SMALL;
        mark.ink = INK_GREY;
        mark.lines_max = 2;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].value)
                        mark.y += sheet_put(sheet, &mark,
                                press_say(press, "pair", press_say(press, rows[i].key, NULL),
                                        rows[i].value, NULL));
        return mark.y;
}

static void draw_parties(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        Mark mark = { MARGIN, sheet_y(sheet), HALF_WIDTH, FACE_TEXT, INK_TEXT, ALIGN_START, 1,
                NULL };

        double left = draw_party(press, sheet, &dossier->creditor, "party.creditor", mark);
        mark.x = MARGIN + TEXT_WIDTH - HALF_WIDTH;
        double right = draw_party(press, sheet, &dossier->customer, "party.customer", mark);
        sheet_move_to(sheet, MAX(left, right) + 16);
        if (!dossier->recipient)
                return;
        mark.x = MARGIN;
        mark.y = sheet_y(sheet);
        sheet_move_to(
                sheet, draw_party(press, sheet, dossier->recipient, "party.recipient", mark) + 16);
}

static void draw_contents(Press *press, Sheet *sheet)
{
        const char *text;
        size_t page;
        Mark mark = { MARGIN, 0, TEXT_WIDTH, FACE_LABEL, INK_ACCENT, ALIGN_START, 1, NULL };

        sheet_room(sheet, 110);
        sheet_down(sheet, 4);
        mark.y = sheet_y(sheet);
        sheet_down(sheet, sheet_put(sheet, &mark, press_say(press, "section.contents", NULL)) + 5);
        for (size_t i = 0; (text = sheet_section(sheet, i, &page)); i++) {
                mark = (Mark){ MARGIN, sheet_y(sheet), TEXT_WIDTH, FACE_TEXT, INK_TEXT, ALIGN_START,
                        1, NULL };
                sheet_rule(sheet, MARGIN, mark.y, TEXT_WIDTH, INK_RULE);
                mark.y += 3.5;
                sheet_link_begin(sheet, i);
                double height = sheet_put(sheet, &mark, text);
                sheet_link_end(sheet);
                mark.align = ALIGN_END;
                sheet_put(sheet, &mark, press_integer(press, (int64_t)page));
                sheet_down(sheet, height + 7);
        }
}

void draw_cover(Press *press, Sheet *sheet)
{
        draw_title(press, sheet);
        draw_sum(press, sheet);
        draw_parties(press, sheet);
        draw_contents(press, sheet);
}
