/* SPDX-License-Identifier: MIT */
/* Owns the tables that tie the JSON of paper.h to the structures of dossier.h, and the checks that
 * reach over several members. Pure; refuses what does not add up. */

#include "paper/dossier.h"

#include <errno.h>
#include <stdio.h>

#include "paper/read.h"

#define FORMAT "relanced-dossier-1"

/* clang-format off */
/* A member of JSON and the C member of the same name. */
#define MEMBER(type, kind, name, is_required) \
        { #name, FIELD_##kind, is_required, offsetof(type, name), 0, NULL }
#define MUST(type, kind, name) MEMBER(type, kind, name, true)
#define MAY(type, kind, name) MEMBER(type, kind, name, false)
#define NESTED(type, kind, name, is_required, of) \
        { #name, FIELD_##kind, is_required, offsetof(type, name), 0, &of }
#define LIST(type, name, is_required, of) \
        { #name, FIELD_LIST, is_required, offsetof(type, name), offsetof(type, n_##name), &of }
#define SHAPE(type, list) { sizeof(type), list, ELEMENTSOF(list) }
/* clang-format on */

static const Field party_fields[] = {
        MAY(Party, TEXT, id),
        MUST(Party, TEXT, name),
        MAY(Party, TEXT, contact_name),
        MAY(Party, TEXT, kind),
        MAY(Party, LINES, address),
        MAY(Party, TEXT, country),
        MAY(Party, TEXT, registration),
        MAY(Party, TEXT, vat),
        MAY(Party, TEXT, iban),
        MAY(Party, TEXT, bic),
        MAY(Party, TEXT, email),
        MAY(Party, TEXT, phone),
        MAY(Party, TEXT, language),
};
static const Shape party = SHAPE(Party, party_fields);

static const Field sums_fields[] = {
        MUST(Sums, MONEY, principal),
        MUST(Sums, MONEY, credit),
        MUST(Sums, MONEY, interest),
        MUST(Sums, MONEY, fixed),
        MUST(Sums, MONEY, charges),
        MUST(Sums, MONEY, total),
        MAY(Sums, MONEY, unclaimed),
        MAY(Sums, MONEY, credit_left),
};
static const Shape sums = SHAPE(Sums, sums_fields);

static const Field document_fields[] = {
        MUST(PaperDocument, FILE, name),
        MUST(PaperDocument, DIGEST, sha256),
};
static const Shape document = SHAPE(PaperDocument, document_fields);

static const Field instalment_fields[] = {
        MUST(PaperInstalment, INTEGER, instalment),
        MAY(PaperInstalment, DATE, due),
        MUST(PaperInstalment, MONEY, amount),
        MUST(PaperInstalment, MONEY, open),
        MUST(PaperInstalment, INTEGER, days_late),
        MAY(PaperInstalment, TEXT, plan),
        MAY(PaperInstalment, MONEY, fee),
};
static const Shape instalment = SHAPE(PaperInstalment, instalment_fields);

static const Field period_fields[] = {
        MAY(PaperPeriod, INTEGER, instalment),
        MUST(PaperPeriod, DATE, from),
        MUST(PaperPeriod, DATE, to),
        MUST(PaperPeriod, INTEGER, days),
        MUST(PaperPeriod, MONEY, base),
        { "rate", FIELD_RATE, true, offsetof(PaperPeriod, hundredths), 0, NULL },
        MUST(PaperPeriod, MONEY, sum),
};
static const Shape period = SHAPE(PaperPeriod, period_fields);

static const Field charges_fields[] = {
        MUST(PaperCharges, MONEY, interest),
        MUST(PaperCharges, MONEY, fixed),
        MUST(PaperCharges, TEXT, regime),
        MUST(PaperCharges, TEXT, source),
        LIST(PaperCharges, periods, true, period),
};
static const Shape charges = SHAPE(PaperCharges, charges_fields);

static const Field invoice_fields[] = {
        MUST(PaperInvoice, TEXT, number),
        MAY(PaperInvoice, DATE, issued),
        MAY(PaperInvoice, DATE, due),
        MAY(PaperInvoice, TEXT, contract),
        MAY(PaperInvoice, TEXT, delivered),
        MUST(PaperInvoice, MONEY, amount),
        MUST(PaperInvoice, MONEY, paid),
        MUST(PaperInvoice, MONEY, open),
        MAY(PaperInvoice, TEXT, aside),
        NESTED(PaperInvoice, POINTER, document, false, document),
        LIST(PaperInvoice, instalments, false, instalment),
        NESTED(PaperInvoice, POINTER, charges, false, charges),
};
static const Shape invoice = SHAPE(PaperInvoice, invoice_fields);

static const Field entry_fields[] = {
        MUST(PaperEntry, DATE, date),
        MUST(PaperEntry, TEXT, kind),
        MAY(PaperEntry, TEXT, invoice),
        MAY(PaperEntry, TEXT, reference),
        MAY(PaperEntry, MONEY, debit),
        MAY(PaperEntry, MONEY, credit),
        MUST(PaperEntry, MONEY, balance),
};
static const Shape entry = SHAPE(PaperEntry, entry_fields);

static const Field line_fields[] = { MUST(PaperLine, TEXT, invoice) };
static const Shape line = SHAPE(PaperLine, line_fields);

static const Field link_fields[] = {
        MUST(PaperLink, TEXT, entry),
        MAY(PaperLink, TEXT, previous),
        MUST(PaperLink, TEXT, hash),
};
static const Shape link_shape = SHAPE(PaperLink, link_fields);

static const Field notice_fields[] = {
        MUST(PaperNotice, TEXT, notice),
        MUST(PaperNotice, MOMENT, at),
        MAY(PaperNotice, TEXT, step),
        MAY(PaperNotice, TEXT, action),
        MAY(PaperNotice, TEXT, occasion),
        LIST(PaperNotice, lines, false, line),
        MAY(PaperNotice, MONEY, total),
        MAY(PaperNotice, DATE, deadline),
        MUST(PaperNotice, TEXT, channel),
        MAY(PaperNotice, TEXT, to),
        MUST(PaperNotice, TEXT, state),
        MAY(PaperNotice, TEXT, reason),
        MAY(PaperNotice, TEXT, reference),
        MAY(PaperNotice, TEXT, delivered),
        MAY(PaperNotice, MOMENT, delivered_at),
        MAY(PaperNotice, TEXT, subject),
        MAY(PaperNotice, PROSE, text),
        MAY(PaperNotice, DIGEST, sha256),
        NESTED(PaperNotice, POINTER, chain, false, link_shape),
};
static const Shape notice = SHAPE(PaperNotice, notice_fields);

static const Field fact_fields[] = {
        MAY(PaperFact, MOMENT, at),
        MUST(PaperFact, DAY, date),
        MUST(PaperFact, TEXT, kind),
        MAY(PaperFact, TEXT, invoice),
        MUST(PaperFact, TEXT, sentence),
        MAY(PaperFact, PROSE, note),
};
static const Shape fact = SHAPE(PaperFact, fact_fields);

static const Field chain_fields[] = {
        MUST(PaperChain, INTEGER, entries),
        MAY(PaperChain, TEXT, head),
};
static const Shape chain = SHAPE(PaperChain, chain_fields);

static const Field letter_fields[] = {
        MAY(PaperLetter, DATE, deadline),
        MAY(PaperLetter, TEXT, follows),
};
static const Shape letter = SHAPE(PaperLetter, letter_fields);

static const Field dossier_fields[] = {
        MUST(Dossier, TEXT, format),
        MUST(Dossier, TEXT, purpose),
        MUST(Dossier, MOMENT, made),
        MUST(Dossier, DATE, as_of),
        MUST(Dossier, TEXT, language),
        MUST(Dossier, TEXT, currency),
        NESTED(Dossier, OBJECT, creditor, true, party),
        NESTED(Dossier, POINTER, recipient, false, party),
        NESTED(Dossier, OBJECT, customer, true, party),
        NESTED(Dossier, OBJECT, claim, true, sums),
        NESTED(Dossier, POINTER, letter, false, letter),
        LIST(Dossier, invoices, true, invoice),
        LIST(Dossier, statement, false, entry),
        LIST(Dossier, notices, false, notice),
        LIST(Dossier, facts, false, fact),
        NESTED(Dossier, POINTER, chain, false, chain),
};
static const Shape dossier_shape = SHAPE(Dossier, dossier_fields);

static bool is_purpose(const char *text)
{
        static const char *const purposes[] = { "agency", "court", "statement", "letter" };

        for (size_t i = 0; i < ELEMENTSOF(purposes); i++)
                if (streq(purposes[i], text))
                        return true;
        return false;
}

/* Whether a + b is sum. */
static bool adds_up(int64_t a, int64_t b, int64_t sum)
{
        return money_add(&a, b) == 0 && a == sum;
}

/* NULL, or what does not agree. */
static const char *find_contradiction(const Dossier *dossier)
{
        const Sums *claim = &dossier->claim;
        int64_t asked = claim->principal;

        if (!streq(dossier->format, FORMAT))
                return "format: is not \"" FORMAT "\"";
        if (!is_purpose(dossier->purpose))
                return "purpose: is none of agency, court, statement, letter";
        if (!adds_up(claim->interest, claim->fixed, claim->charges))
                return "claim.charges: is not interest + fixed";
        if (claim->credit < 0 || money_add(&asked, -claim->credit) < 0 ||
                !adds_up(asked, claim->charges, claim->total))
                return "claim.total: is not principal - credit + charges";
        if (claim->unclaimed < 0 || (claim->unclaimed > 0 && claim->total != 0))
                return "claim.unclaimed: is beside a claim";
        if (claim->credit_left < 0)
                return "claim.credit_left: is below zero";
        return NULL;
}

/* One name, one file. */
static bool documents_agree(const Dossier *dossier)
{
        for (size_t i = 0; i < dossier->n_invoices; i++)
                for (size_t k = 0; k < i; k++) {
                        const PaperDocument *a = dossier->invoices[i].document;
                        const PaperDocument *b = dossier->invoices[k].document;
                        if (a && b && streq(a->name, b->name) && !streq(a->sha256, b->sha256))
                                return false;
                }
        return true;
}

int dossier_parse(const char *text, size_t length, Arena *arena, Dossier *ret_dossier,
        const char **ret_problem)
{
        Dossier dossier = { 0 };
        int r = shape_read(&dossier_shape, text, length, arena, &dossier, ret_problem);

        if (r < 0)
                return r;
        const char *problem = find_contradiction(&dossier);
        if (!problem && !documents_agree(&dossier))
                problem = "invoices: one document.name stands for two documents";
        if (problem) {
                *ret_problem = problem;
                return -EINVAL;
        }
        *ret_dossier = dossier;
        return 0;
}
