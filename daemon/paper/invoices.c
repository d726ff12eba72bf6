/* SPDX-License-Identifier: MIT */
/* Owns the list of invoices, what they rest on, and the statement of account. */

#include <errno.h>

#include "paper/press.h"

/* Of a plan, beside the invoice's own amount. */
static int64_t fee_of(Press *press, const PaperInvoice *invoice)
{
        int64_t fee = 0;

        for (size_t i = 0; i < invoice->n_instalments; i++)
                if (money_add(&fee, invoice->instalments[i].fee) < 0)
                        press->error = -EOVERFLOW;
        return fee;
}

/* What a plan replaced is in its parts: it has no sums of its own. */
static void add_instalment(Press *press, Table *table, const PaperInstalment *part)
{
        bool is_replaced = part->plan && streq(part->plan, "replaced");
        int64_t paid = part->amount;

        if (money_add(&paid, -part->open) < 0)
                press->error = -EOVERFLOW;
        table_add(table, press->arena, ROW_MINOR,
                (const char *[]){
                        press_say(press, is_replaced ? "invoices.replaced" : "invoices.instalment",
                                press_integer(press, part->instalment), NULL),
                        "", press_day(press, part->due),
                        part->days_late > 0 ? press_integer(press, part->days_late) : "",
                        is_replaced ? "" : press_money(press, part->amount),
                        is_replaced ? "" : press_money_or_none(press, paid),
                        is_replaced ? "" : press_money(press, part->open) });
}

static void add_instalments(Press *press, Table *table, const PaperInvoice *invoice)
{
        int64_t fee = fee_of(press, invoice);

        if (fee > 0)
                table_add(table, press->arena, ROW_MINOR,
                        (const char *[]){ press_say(press, "invoices.fee", NULL), "", "", "",
                                press_money(press, fee), "", "" });
        for (size_t i = 0; i < invoice->n_instalments && invoice->n_instalments > 1; i++)
                add_instalment(press, table, &invoice->instalments[i]);
}

static const char *days_late(Press *press, const PaperInvoice *invoice)
{
        Date today = press->dossier->as_of;
        bool is_late = invoice->open > 0 && date_is_set(invoice->due) &&
                       date_compare(invoice->due, today) < 0;

        return is_late ? press_integer(press, date_difference(today, invoice->due)) : "";
}

static const char *number_words(Press *press, const PaperInvoice *invoice)
{
        if (!streq_or_null(invoice->aside, "disputed"))
                return invoice->number;
        return press_say(press, "invoices.disputed", invoice->number, NULL);
}

static void draw_amounts(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        const Column columns[] = {
                { press_say(press, "column.invoice", NULL), ALIGN_START, true },
                { press_say(press, "column.issued", NULL), ALIGN_START, false },
                { press_say(press, "column.due", NULL), ALIGN_START, false },
                { press_say(press, "column.days-late", NULL), ALIGN_END, false },
                { press_say(press, "column.amount", NULL), ALIGN_END, false },
                { press_say(press, "column.paid", NULL), ALIGN_END, false },
                { press_say(press, "column.open", NULL), ALIGN_END, false },
        };
        Table table = { .columns = columns, .n_columns = ELEMENTSOF(columns) };
        int64_t amount = 0, paid = 0, open = 0;

        for (size_t i = 0; i < dossier->n_invoices; i++) {
                const PaperInvoice *invoice = &dossier->invoices[i];
                if (money_add(&amount, invoice->amount) < 0 ||
                        money_add(&amount, fee_of(press, invoice)) < 0 ||
                        money_add(&paid, invoice->paid) < 0 || money_add(&open, invoice->open) < 0)
                        press->error = -EOVERFLOW;
                table_add(&table, press->arena, ROW_PLAIN,
                        (const char *[]){ number_words(press, invoice),
                                press_day(press, invoice->issued), press_day(press, invoice->due),
                                days_late(press, invoice), press_money(press, invoice->amount),
                                press_money_or_none(press, invoice->paid),
                                press_money(press, invoice->open) });
                add_instalments(press, &table, invoice);
        }
        table_add(&table, press->arena, ROW_SUM,
                (const char *[]){ press_say(press, "invoices.total", NULL), "", "", "",
                        press_money(press, amount), press_money(press, paid),
                        press_money(press, open) });
        press_table(press, sheet, &table);
}

static const char *document_words(Press *press, size_t i)
{
        const PaperDocument *document = press->dossier->invoices[i].document;

        if (!document)
                return "";
        return press_say(press, press->enclosed[i] ? "invoices.enclosed" : "invoices.not-enclosed",
                document->name, NULL);
}

/* A day, or what proves the delivery in words. */
static const char *delivery_words(Press *press, const char *delivered)
{
        Date day;

        return !is_empty(delivered) && date_parse(delivered, &day) == 0 ? press_day(press, day)
                                                                        : delivered;
}

static void draw_references(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        const Column columns[] = {
                { press_say(press, "column.invoice", NULL), ALIGN_START, false },
                { press_say(press, "column.contract", NULL), ALIGN_START, true },
                { press_say(press, "column.delivered", NULL), ALIGN_START, true },
                { press_say(press, "column.document", NULL), ALIGN_START, true },
        };
        Table table = { .columns = columns, .n_columns = ELEMENTSOF(columns) };

        for (size_t i = 0; i < dossier->n_invoices; i++) {
                const PaperInvoice *invoice = &dossier->invoices[i];
                if (!invoice->contract && !invoice->delivered && !invoice->document)
                        continue;
                table_add(&table, press->arena, ROW_PLAIN,
                        (const char *[]){ invoice->number, invoice->contract,
                                delivery_words(press, invoice->delivered),
                                document_words(press, i) });
                if (invoice->document) {
                        const char *digest[] = { "SHA-256", invoice->document->sha256 };
                        table_add(&table, press->arena, ROW_CODE,
                                (const char *[]){ press_join(press, " ", digest, 2), "", "", "" });
                }
        }
        if (table.n_rows == 0)
                return;
        sheet_heading(sheet, 2, press_say(press, "section.references", NULL));
        press_table(press, sheet, &table);
}

void draw_invoices(Press *press, Sheet *sheet)
{
        sheet_heading(sheet, 1, press_say(press, "section.invoices", NULL));
        draw_amounts(press, sheet);
        draw_references(press, sheet);
}

static void add_entries(Press *press, Table *table)
{
        const Dossier *dossier = press->dossier;

        for (size_t i = 0; i < dossier->n_statement; i++) {
                const PaperEntry *entry = &dossier->statement[i];
                table_add(table, press->arena, ROW_PLAIN,
                        (const char *[]){ press_day(press, entry->date),
                                press_name(press, "statement", entry->kind), entry->invoice,
                                entry->reference, press_money_or_none(press, entry->debit),
                                press_money_or_none(press, entry->credit),
                                press_money(press, entry->balance) });
        }
        int64_t balance = dossier->statement[dossier->n_statement - 1].balance;
        const char *words =
                press_say(press, balance < 0 ? "statement.balance-credit" : "statement.balance",
                        press_day(press, dossier->as_of), NULL);
        table_add(table, press->arena, ROW_SUM,
                (const char *[]){ words, "", "", "", "", "", press_money(press, balance) });
}

void draw_statement(Press *press, Sheet *sheet)
{
        const Dossier *dossier = press->dossier;
        const Column columns[] = {
                { press_say(press, "column.date", NULL), ALIGN_START, false },
                { press_say(press, "column.operation", NULL), ALIGN_START, true },
                { press_say(press, "column.invoice", NULL), ALIGN_START, true },
                { press_say(press, "column.reference", NULL), ALIGN_START, true },
                { press_say(press, "column.debit", NULL), ALIGN_END, false },
                { press_say(press, "column.credit", NULL), ALIGN_END, false },
                { press_say(press, "column.balance", NULL), ALIGN_END, false },
        };
        Table table = { .columns = columns, .n_columns = ELEMENTSOF(columns) };

        sheet_heading(sheet, 1, press_say(press, "section.statement", NULL));
        press_paragraph(press, sheet, FACE_SMALL,
                press_say(press, "as-of", press_date(press, dossier->as_of), NULL));
        sheet_down(sheet, 4);
        if (dossier->n_statement == 0) {
                press_paragraph(press, sheet, FACE_TEXT, press_say(press, "statement.empty", NULL));
                return;
        }
        add_entries(press, &table);
        press_table(press, sheet, &table);
        sheet_down(sheet, 10);
        press_paragraph(press, sheet, FACE_SMALL, press_say(press, "statement.remark", NULL));
}
