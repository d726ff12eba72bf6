/* SPDX-License-Identifier: MIT */
/*
 * Owns what a dossier claims: its invoices with their instalments, documents and charges, and the
 * statement of account. A document that is not surely the customer's is named and not enclosed.
 */

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "base/character.h"
#include "core/credit.h"
#include "engine/charges.h"
#include "engine/dossier-parts.h"
#include "store/report.h"

static bool is_owed(const Instalment *instalment)
{
        return instalment->open > 0 && instalment->status != STATUS_CANCELLED &&
               instalment->status != STATUS_DRAFT;
}

/* What can be demanded: not what falls due later, nor a direct debit that is still collected. */
static bool is_due(const Making *making, const Instalment *instalment)
{
        bool is_collected =
                instalment->method == METHOD_DIRECT_DEBIT && !instalment->collection_failed;

        return is_owed(instalment) && !is_collected && date_is_set(instalment->due) &&
               date_compare(instalment->due, making->asked->now->local.day) < 0;
}

static bool is_asked_for(const Making *making, const Instalment *instalment)
{
        const DossierAsked *asked = making->asked;

        return (asked->invoice == 0 || instalment->invoice == asked->invoice) &&
               (asked->seq == 0 || instalment->seq == asked->seq);
}

/* Which instalments make their invoice a part of it: those of the invoice asked for, or of every
 * one that is due; where nothing is due, that is open. */
static bool is_wanted(const Making *making, const Instalment *instalment)
{
        if (!is_asked_for(making, instalment))
                return false;
        if (making->is_due_only)
                return is_due(making, instalment);
        return making->asked->invoice > 0 || is_owed(instalment);
}

static bool has_instalment(
        const Making *making, const DossierInvoice *invoice, const Instalment *instalment)
{
        if (instalment->status == STATUS_CANCELLED || !is_asked_for(making, instalment))
                return false;
        if (!making->is_due_only || is_due(making, instalment))
                return true;
        return !is_owed(instalment) && !invoice->is_part;
}

/* Whether others of its instalments are left out, and have had a part of what was paid. */
static bool is_part(const Making *making, const Instalment *instalments, size_t n)
{
        bool is_left_out = false;

        if (!making->is_due_only)
                return making->asked->seq > 0 && n > 1;
        for (size_t i = 0; i < n; i++) {
                bool is_whole =
                        instalments[i].open == instalments[i].amount && instalments[i].plan == 0;
                is_left_out = is_left_out || (is_owed(&instalments[i]) && !is_whole &&
                                                     !is_due(making, &instalments[i]));
        }
        return is_left_out;
}

static int add_instalment(Making *making, size_t i, DossierInvoice *invoice)
{
        const Instalment *instalment = &making->account.instalments[i];

        /* A plan's parts stand for what the invoice's own instalments were, and its fee. */
        bool is_replaced = instalment->plan > 0 && making->asked->seq == 0 && !invoice->is_part;
        int64_t *sum = is_replaced ? &invoice->fee : &invoice->amount;
        if (money_add(sum, is_replaced ? instalment->fee : instalment->amount) < 0)
                return -EOVERFLOW;
        if (money_add(&invoice->open, instalment->open) < 0 ||
                money_add(&making->principal, instalment->open) < 0)
                return -EOVERFLOW;
        return 0;
}

static int add_invoice(Making *making, size_t first, size_t n)
{
        const Instalment *instalments = making->account.instalments;
        DossierInvoice invoice = {
                .invoice = instalments[first].invoice,
                .first = first,
                .n = n,
                .is_part = is_part(making, &instalments[first], n),
        };
        bool is_any = false;
        int r = 0;

        for (size_t i = first; i < first + n; i++)
                is_any = is_any || is_wanted(making, &instalments[i]);
        if (!is_any)
                return 0;
        for (size_t i = first; r == 0 && i < first + n; i++)
                if (has_instalment(making, &invoice, &instalments[i]))
                        r = add_instalment(making, i, &invoice);
        if (r == 0)
                r = store_load_invoice(
                        making->engine->store, invoice.invoice, making->arena, &invoice.detail);
        if (r == 0)
                making->invoices[making->n_invoices++] = invoice;
        return r;
}

static int find_invoices(Making *making)
{
        const Account *account = &making->account;
        size_t n = account->n_instalments, first = 0;
        int r = 0;

        making->invoices = arena_alloc_array(making->arena, n, sizeof(*making->invoices));
        if (!making->invoices)
                return -ENOMEM;
        for (size_t i = 0; making->asked->seq == 0 && i < n; i++)
                making->is_due_only =
                        making->is_due_only || (is_asked_for(making, &account->instalments[i]) &&
                                                       is_due(making, &account->instalments[i]));
        for (size_t i = 1; r == 0 && i <= n; i++) {
                if (i < n && account->instalments[i].invoice == account->instalments[first].invoice)
                        continue;
                r = add_invoice(making, first, i - first);
                first = i;
        }
        return r < 0 ? r : making->n_invoices > 0 ? 0 : -ENOENT;
}

static bool is_claimed(const void *owner, size_t i)
{
        const Making *making = owner;

        for (size_t k = 0; k < making->n_invoices; k++) {
                const DossierInvoice *invoice = &making->invoices[k];
                if (i >= invoice->first && i < invoice->first + invoice->n)
                        return has_instalment(making, invoice, &making->account.instalments[i]);
        }
        return false;
}

/* R10. Left is what nothing that is due has need of. */
static void weigh_credit(Making *making)
{
        const Account *account = &making->account;
        int64_t left = account->unassigned;

        making->credit = credit_of_claim(account, is_claimed, making);
        for (size_t i = 0; left > 0 && i < account->n_instalments; i++)
                if (is_claimed(making, i) || is_due(making, &account->instalments[i]))
                        left -= MIN(left, MAX(account->instalments[i].open, 0));
        making->credit_left = left;
}

/* Whether another file has it, whatever its capitals: not every system tells them apart. */
static bool is_taken(const Making *making, const char *name)
{
        for (size_t i = 0; i < making->dossier->n_documents; i++)
                if (strcasecmp(making->dossier->documents[i].name, name) == 0)
                        return true;
        return false;
}

/* "F-1.pdf" of "2026/F-1.pdf"; one of its own where that is no name for an archive, or another
 * document's. */
static char *document_name(const Making *making, const DossierInvoice *invoice)
{
        const char *slash = strrchr(invoice->detail.document, '/');
        const char *base = slash ? slash + 1 : invoice->detail.document;
        char name[64];

        if (file_name_is_plain(base) && !is_taken(making, base))
                return strdup(base);
        long long id = invoice->invoice;
        (void)snprintf(name, sizeof(name), "document-%lld.pdf", id);
        for (int n = 2; is_taken(making, name); n++)
                (void)snprintf(name, sizeof(name), "document-%lld-%d.pdf", id, n);
        return strdup(name);
}

static int keep_document(
        Making *making, const DossierInvoice *invoice, int fd, const char **ret_name)
{
        Dossier *dossier = making->dossier;
        DossierDocument *grown = reallocarray(
                dossier->documents, dossier->n_documents + 1, sizeof(*dossier->documents));

        if (grown)
                dossier->documents = grown;
        char *name = grown ? document_name(making, invoice) : NULL;
        if (!name) {
                (void)close(fd);
                return -ENOMEM;
        }
        dossier->documents[dossier->n_documents++] = (DossierDocument){ name, fd };
        *ret_name = name;
        return 0;
}

/* Another invoice's document of the same file is the same one. */
static const json_t *same_document(const Making *making, const DossierInvoice *invoice)
{
        for (const DossierInvoice *each = making->invoices; each < invoice; each++)
                if (streq(each->detail.document, invoice->detail.document)) {
                        const json_t *list = json_object_get(making->root, "invoices");
                        return json_object_get(
                                json_array_get(list, (size_t)(each - making->invoices)),
                                "document");
                }
        return NULL;
}

static int put_document(Making *making, const DossierInvoice *invoice, json_t **shaped)
{
        const InvoiceDetail *detail = &invoice->detail;
        const json_t *same = *detail->document ? same_document(making, invoice) : NULL;
        char sha256[SHA256_TEXT_SIZE];
        const char *problem, *name;
        int64_t size;
        int fd;

        if (same) {
                shape_put(shaped, "document", json_deep_copy(same));
                return 0;
        }
        int r = *detail->document == '\0' || detail->n_document_customers > 1
                        ? -ENOENT
                        : document_open(making->engine->config->documents, detail->document, &fd,
                                  &size, sha256, &problem);
        if (r == -ENOMEM || r == -EMFILE || r == -ENFILE || r == -EIO)
                return r; /* it may well be there: nobody is to think that there is none */
        if (r == 0 && *detail->document_sha256 && !streq(detail->document_sha256, sha256)) {
                (void)close(fd);
                r = -ESTALE;
        }
        if (r < 0) {
                shape_put(shaped, "document", json_null());
                return 0;
        }
        r = keep_document(making, invoice, fd, &name);
        if (r < 0)
                return r;
        json_t *document = json_object();
        shape_put(&document, "name", shape_given(name));
        shape_put(&document, "sha256", shape_given(sha256));
        shape_put(&document, "size", json_integer(size));
        shape_put(shaped, "document", document);
        return 0;
}

/* R15: whether it is a plan's part, or a plan has replaced it. */
static const char *plan_of(const Instalment *instalment)
{
        return instalment->plan > 0 ? "part" : instalment->is_replaced ? "replaced" : NULL;
}

static json_t *shape_instalments(const Making *making, const DossierInvoice *invoice)
{
        Date today = making->asked->now->local.day;
        json_t *list = json_array();

        for (size_t i = invoice->first; i < invoice->first + invoice->n; i++) {
                const Instalment *instalment = &making->account.instalments[i];
                if (!has_instalment(making, invoice, instalment))
                        continue;
                int days = date_is_set(instalment->due) && instalment->open > 0
                                   ? date_difference(today, instalment->due)
                                   : 0;
                json_t *shaped = json_object();
                shape_put(&shaped, "instalment", json_integer(instalment->seq));
                shape_put(&shaped, "due", shape_date(instalment->due));
                shape_put(&shaped, "amount",
                        shape_money(instalment->amount, making->account.currency));
                shape_put(&shaped, "open", shape_money(instalment->open, making->account.currency));
                shape_put(&shaped, "days_late", json_integer(MAX(days, 0)));
                shape_put(&shaped, "plan", shape_given(plan_of(instalment)));
                shape_put(&shaped, "fee", shape_money(instalment->fee, making->account.currency));
                shape_append(&list, shaped);
        }
        return list;
}

static json_t *shape_period(const Making *making, const ChargePeriod *period, int seq)
{
        const char *currency = making->account.currency;
        char rate[MONEY_TEXT_SIZE];
        json_t *shaped = json_object();

        shape_put(&shaped, "instalment", json_integer(seq));
        shape_put(&shaped, "from", shape_date(period->from));
        shape_put(&shaped, "to", shape_date(period->to));
        shape_put(&shaped, "days", json_integer(date_difference(period->to, period->from) + 1));
        shape_put(&shaped, "base", shape_money(period->base, currency));
        shape_put(&shaped, "rate", shape_given(money_format(period->hundredths, "EUR", rate)));
        shape_put(&shaped, "sum", shape_money(period->sum, currency));
        return shaped;
}

static void put_sheet(Making *making, const ChargeSheet *sheet, const int *seqs, json_t **shaped)
{
        json_t *charges = json_object(), *periods = json_array();

        for (size_t i = 0; i < sheet->n; i++)
                shape_append(&periods,
                        shape_period(making, &sheet->periods[i], seqs[sheet->periods[i].part]));
        shape_put(&charges, "interest",
                shape_money(sheet->charges.interest, making->account.currency));
        shape_put(&charges, "fixed", shape_money(sheet->charges.fixed, making->account.currency));
        shape_put(&charges, "regime", shape_given(regime_names[sheet->regime]));
        shape_put(&charges, "source",
                json_string(regime_source(sheet->regime, making->engine->config->creditor.country,
                        making->account.kind, sheet->charges.fixed > 0)));
        shape_put(&charges, "periods", periods);
        shape_put(shaped, "charges", charges);
}

/* R24: of the whole invoice, or the share of the instalment that is claimed alone. */
static int put_charges(Making *making, const DossierInvoice *invoice, json_t **shaped)
{
        const ChargesAsked asked = {
                .account = &making->account,
                .invoice = invoice->invoice,
                .today = making->asked->now->local.day,
                .seq = making->asked->seq,
        };
        const Engine *engine = making->engine;
        MissingRate missing;
        ChargeSheet sheet;
        const int *seqs;
        int r = engine_charge_sheet(engine, &asked, making->arena, &sheet, &seqs, &missing);

        if (r == CHARGES_NO_RATE) {
                making->dossier->problem =
                        missing_rate_sentence(engine->config, &missing, making->arena);
                return making->dossier->problem ? -ENODATA : -ENOMEM;
        }
        if (r < 0)
                return r;
        if (money_add(&making->interest, sheet.charges.interest) < 0 ||
                money_add(&making->fixed, sheet.charges.fixed) < 0)
                return -EOVERFLOW;
        if (sheet.charges.interest == 0 && sheet.charges.fixed == 0)
                shape_put(shaped, "charges", json_null());
        else
                put_sheet(making, &sheet, seqs, shaped);
        return 0;
}

/* Why no formal notice demands it now (R13, R14), or NULL. */
static const char *aside_of(const Making *making, const DossierInvoice *invoice)
{
        Date today = making->asked->now->local.day;

        for (size_t i = invoice->first; i < invoice->first + invoice->n; i++) {
                const Instalment *instalment = &making->account.instalments[i];
                if (!has_instalment(making, invoice, instalment) || !is_owed(instalment))
                        continue;
                if (instalment->is_disputed || instalment->status == STATUS_DISPUTED)
                        return "disputed";
                if (instalment->is_held &&
                        (!date_is_set(instalment->held_until) ||
                                date_compare(today, instalment->held_until) <= 0))
                        return "held";
                if (date_compare(today, instalment->promised_until) <= 0)
                        return "promised";
        }
        return NULL;
}

/* Where a plan is broken, what it replaced is late since its own day (R15). */
static bool has_broken_plan(const Making *making, const DossierInvoice *invoice)
{
        for (size_t i = invoice->first; i < invoice->first + invoice->n; i++)
                if (making->account.instalments[i].is_plan_broken &&
                        making->account.instalments[i].open > 0)
                        return true;
        return false;
}

/* The instalment that says since when the invoice is late: of what is open the oldest. */
static const Instalment *oldest_of(const Making *making, const DossierInvoice *invoice)
{
        const Instalment *first = NULL, *oldest = NULL;
        bool is_broken = has_broken_plan(making, invoice);

        for (size_t i = invoice->first; i < invoice->first + invoice->n; i++) {
                const Instalment *each = &making->account.instalments[i];
                if (!has_instalment(making, invoice, each))
                        continue;
                first = first ? first : each;
                bool is_open = each->open > 0 || (each->is_replaced && is_broken);
                if (is_open && date_is_set(each->due) &&
                        (!oldest || date_compare(each->due, oldest->due) < 0))
                        oldest = each;
        }
        if (!first)
                first = &making->account.instalments[invoice->first + invoice->n - 1];
        return oldest ? oldest : first;
}

static int put_invoice(Making *making, const DossierInvoice *invoice)
{
        const char *currency = making->account.currency;
        const InvoiceDetail *detail = &invoice->detail;
        const Instalment *oldest = oldest_of(making, invoice);
        json_t *shaped = json_object();

        shape_put(&shaped, "number", shape_given(detail->number));
        shape_put(&shaped, "issued", shape_date(oldest->issued));
        shape_put(&shaped, "due", shape_date(oldest->due));
        shape_put(&shaped, "contract", shape_given(detail->contract));
        shape_put(&shaped, "delivered", shape_date(detail->delivered));
        shape_put(&shaped, "amount", shape_money(invoice->amount, currency));
        shape_put(&shaped, "paid",
                shape_money(MAX(invoice->amount + invoice->fee - invoice->open, 0), currency));
        shape_put(&shaped, "open", shape_money(invoice->open, currency));
        shape_put(&shaped, "aside", shape_given(aside_of(making, invoice)));
        int r = put_document(making, invoice, &shaped);
        shape_put(&shaped, "instalments", shape_instalments(making, invoice));
        if (r == 0)
                r = put_charges(making, invoice, &shaped);
        json_t *list = json_object_get(making->root, "invoices");
        if (r != 0 || !list) {
                json_decref(shaped);
                return r != 0 ? r : -ENOMEM;
        }
        return json_array_append_new(list, shaped) < 0 ? -ENOMEM : 0;
}

int dossier_put_invoices(Making *making)
{
        int r = find_invoices(making);

        if (r == 0)
                weigh_credit(making);
        shape_put(&making->root, "invoices", json_array());
        for (size_t i = 0; r == 0 && i < making->n_invoices; i++)
                r = put_invoice(making, &making->invoices[i]);
        return r;
}
