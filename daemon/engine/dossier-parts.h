/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_DOSSIER_PARTS_H
#define RELANCED_ENGINE_DOSSIER_PARTS_H

/* Private to engine/dossier*.c: a dossier being made. */

#include "compose/locale.h"
#include "engine/dossier.h"
#include "engine/shape.h"
#include "store/accounts.h"
#include "store/report.h"

/* An invoice of which something is claimed. */
typedef struct DossierInvoice {
        int64_t invoice;
        InvoiceDetail detail;
        size_t first, n; /* of the account's instalments: all of the invoice */
        int64_t amount, open;
        int64_t fee;  /* of a plan, beside the amount */
        bool is_part; /* which of its payments are of the instalments in the dossier is not known */
} DossierInvoice;

typedef struct Making {
        Engine *engine;
        const DossierAsked *asked;
        Arena *arena;
        Account account;
        Locale *locale; /* of the creditor's language */
        DossierInvoice *invoices;
        size_t n_invoices;
        size_t at;        /* the invoice whose facts are read */
        bool is_due_only; /* something is due: then nothing else is claimed */
        int64_t principal, interest, fixed;
        int64_t credit;      /* taken off: what these instalments have of the account's */
        int64_t credit_left; /* what neither they nor others that are due have need of */
        Dossier *dossier;
        json_t *root;
} Making;

/* Each adds its members to making->root. -ENODATA: a rate is missing, and it is told. */
int dossier_put_invoices(Making *making);
int dossier_put_statement(Making *making);
int dossier_put_notices(Making *making);
int dossier_put_facts(Making *making);

/* A fact in words, in the creditor's language or in English; 1: it is none that is told. */
int dossier_sentence(const Making *making, const FactReport *fact, StrBuf *sentence);

#endif
