/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_DOSSIER_H
#define RELANCED_PAPER_DOSSIER_H

/*
 * What the papers are about, as the JSON of paper.h says it: one C member for each of JSON. Texts
 * are clean for drawing: single lines without control characters, right-to-left names isolated;
 * those that were absent are NULL, dates DATE_NONE, sums 0. Everything lives in the arena.
 */

#include "base/arena.h"
#include "core/date.h"
#include "core/money.h"

/* An instant, and what the creditor's clock showed then. */
typedef struct Moment {
        Instant instant; /* INSTANT_NONE: absent */
        Date day;
        int minute; /* of that day */
        int offset_minutes;
} Moment;

typedef struct Lines {
        const char **list;
        size_t n;
} Lines;

/* Creditor, customer or recipient. */
typedef struct Party {
        const char *id, *name, *contact_name, *kind, *country, *registration, *vat, *iban, *bic;
        const char *email, *phone, *language;
        Lines address;
} Party;

typedef struct Sums {
        int64_t principal, credit, interest, fixed, charges, total;
        int64_t unclaimed;   /* charges that are not asked for, as nothing else is */
        int64_t credit_left; /* to the customer's credit, and not taken off */
} Sums;

typedef struct PaperDocument {
        const char *name, *sha256;
} PaperDocument;

typedef struct PaperInstalment {
        int64_t instalment, amount, open, days_late, fee;
        const char *plan; /* "part", "replaced" or NULL */
        Date due;
} PaperInstalment;

typedef struct PaperPeriod {
        Date from, to;
        int64_t instalment, days, base, hundredths, sum; /* hundredths of a percent a year */
} PaperPeriod;

typedef struct PaperCharges {
        int64_t interest, fixed;
        const char *regime, *source;
        const PaperPeriod *periods;
        size_t n_periods;
} PaperCharges;

typedef struct PaperInvoice {
        const char *number, *contract, *delivered, *aside;
        Date issued, due;
        int64_t amount, paid, open;
        const PaperDocument *document; /* or NULL */
        const PaperCharges *charges;   /* or NULL */
        const PaperInstalment *instalments;
        size_t n_instalments;
} PaperInvoice;

typedef struct PaperEntry {
        Date date;
        const char *kind, *invoice, *reference;
        int64_t debit, credit, balance;
} PaperEntry;

typedef struct PaperLine {
        const char *invoice;
} PaperLine;

typedef struct PaperLink {
        const char *entry, *previous, *hash;
} PaperLink;

typedef struct PaperNotice {
        const char *notice, *step, *action, *occasion, *channel, *to, *state, *reason, *reference;
        const char *delivered, *subject, *text, *sha256; /* text: of several lines */
        Moment at, delivered_at;
        Date deadline;
        int64_t total;
        const PaperLink *chain;
        const PaperLine *lines;
        size_t n_lines;
} PaperNotice;

typedef struct PaperFact {
        Moment at, date; /* at: when it was recorded, or absent */
        const char *kind, *invoice, *sentence, *note;
} PaperFact;

typedef struct PaperChain {
        int64_t entries;
        const char *head;
} PaperChain;

typedef struct PaperLetter {
        Date deadline;
        const char *follows;
} PaperLetter;

typedef struct Dossier {
        const char *format, *purpose, *language, *currency;
        Moment made;
        Date as_of;
        Party creditor, customer;
        const Party *recipient; /* or NULL */
        Sums claim;
        const PaperLetter *letter; /* or NULL */
        const PaperChain *chain;   /* or NULL */
        const PaperInvoice *invoices;
        const PaperEntry *statement;
        const PaperNotice *notices;
        const PaperFact *facts;
        size_t n_invoices, n_statement, n_notices, n_facts;
} Dossier;

/*
 * -EINVAL: the JSON is not as paper.h says, and *ret_problem, in the arena, is where and what:
 * "invoices[2].due: is not a day (YYYY-MM-DD)". It holds no value. -ENOMEM.
 */
int dossier_parse(const char *text, size_t length, Arena *arena, Dossier *ret_dossier,
        const char **ret_problem);

#endif
