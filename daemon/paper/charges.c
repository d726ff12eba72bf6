/* SPDX-License-Identifier: MIT */
/* Owns the charges sheet: how the interest of each invoice came about, period by period. It
 * reckons nothing, it shows. */

#include "paper/press.h"

static void add_period(Press *press, Table *table, const PaperPeriod *period, bool has_parts)
{
        const char *cells[] = { press_integer(press, period->instalment),
                press_day(press, period->from), press_day(press, period->to),
                press_integer(press, period->days), press_money(press, period->base),
                press_percent(press, period->hundredths), press_money(press, period->sum) };

        table_add(table, press->arena, ROW_PLAIN, cells + !has_parts);
}

static void draw_periods(Press *press, Sheet *sheet, const PaperInvoice *invoice)
{
        const PaperCharges *charges = invoice->charges;
        bool has_parts = invoice->n_instalments > 1 && charges->n_periods > 0 &&
                         charges->periods[0].instalment > 0;
        const Column columns[] = {
                { press_say(press, "column.instalment", NULL), ALIGN_START, false },
                { press_say(press, "column.from", NULL), ALIGN_START, true },
                { press_say(press, "column.to", NULL), ALIGN_START, !has_parts },
                { press_say(press, "column.days", NULL), ALIGN_END, false },
                { press_say(press, "column.base", NULL), ALIGN_END, true },
                { press_say(press, "column.rate", NULL), ALIGN_END, !has_parts },
                { press_say(press, "column.sum", NULL), ALIGN_END, true },
        };
        Table table = { .columns = columns + !has_parts,
                .n_columns = ELEMENTSOF(columns) - !has_parts };
        const char *sum[] = { "", press_say(press, "charges.interest", NULL), "", "", "", "",
                press_money(press, charges->interest) };

        for (size_t i = 0; i < charges->n_periods; i++)
                add_period(press, &table, &charges->periods[i], has_parts);
        table_add(&table, press->arena, ROW_SUM, sum + !has_parts);
        sum[1] = press_say(press, "charges.fixed", NULL);
        sum[6] = press_money(press, charges->fixed);
        if (charges->fixed != 0)
                table_add(&table, press->arena, ROW_PLAIN, sum + !has_parts);
        press_table(press, sheet, &table);
}

static void draw_invoice(Press *press, Sheet *sheet, const PaperInvoice *invoice)
{
        sheet_heading(sheet, 2, press_say(press, "charges.invoice", invoice->number, NULL));
        draw_periods(press, sheet, invoice);
        press_paragraph(press, sheet, FACE_SMALL,
                press_say(press, "pair", press_say(press, "charges.source", NULL),
                        press_name(press, "law", invoice->charges->source), NULL));
}

/* What was reckoned, claimed or not. */
static Sums sums_of(const Dossier *dossier)
{
        Sums sums = dossier->claim;

        for (size_t i = 0; sums.unclaimed > 0 && i < dossier->n_invoices; i++) {
                const PaperCharges *charges = dossier->invoices[i].charges;
                (void)money_add(&sums.interest, charges ? charges->interest : 0);
                (void)money_add(&sums.fixed, charges ? charges->fixed : 0);
        }
        (void)money_add(&sums.charges, sums.unclaimed);
        return sums;
}

static void draw_total(Press *press, Sheet *sheet)
{
        static const Column columns[] = { { "", ALIGN_START, true }, { "", ALIGN_END, false } };
        const Sums sums = sums_of(press->dossier);
        Table table = { .columns = columns, .n_columns = 2, .has_no_head = true };
        const struct {
                const char *key;
                int64_t sum;
                RowStyle style;
        } rows[] = {
                { "claim.interest", sums.interest, ROW_PLAIN },
                { "claim.fixed", sums.fixed, ROW_PLAIN },
                { "charges.total", sums.charges, ROW_SUM },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                table_add(&table, press->arena, rows[i].style,
                        (const char *[]){ press_say(press, rows[i].key, NULL),
                                press_money(press, rows[i].sum) });
        sheet_room(sheet, 110);
        sheet_down(sheet, 16);
        press_table(press, sheet, &table);
        if (press->dossier->claim.unclaimed > 0)
                press_paragraph(
                        press, sheet, FACE_TEXT, press_say(press, "charges.unclaimed", NULL));
}

void draw_charges(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        size_t n = 0;

        sheet_heading(sheet, 1, press_say(press, "section.charges", NULL));
        press_paragraph(press, sheet, FACE_SMALL,
                press_say(press, "as-of", press_date(press, dossier->as_of), NULL));
        for (size_t i = 0; i < dossier->n_invoices; i++) {
                if (!dossier->invoices[i].charges)
                        continue;
                if (n++ == 0)
                        press_paragraph(
                                press, sheet, FACE_SMALL, press_say(press, "charges.method", NULL));
                draw_invoice(press, sheet, &dossier->invoices[i]);
        }
        if (n == 0)
                press_paragraph(press, sheet, FACE_TEXT, press_say(press, "charges.none", NULL));
        else
                draw_total(press, sheet);
}
