/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_PRESS_H
#define RELANCED_PAPER_PRESS_H

/*
 * What is being printed: the facts, the language, and the papers that can be made of them. Memory
 * that is out shows as empty words and sticks in error; paper_print() returns it.
 */

#include "compose/locale.h"
#include "paper/annex.h"
#include "paper/dossier.h"
#include "paper/paper.h"
#include "paper/sheet.h"
#include "paper/table.h"
#include "paper/words.h"

typedef struct Press {
        const Dossier *dossier;
        Language language;
        Locale *locale;
        Locale *home; /* the creditor's: the post of his country reads where a letter goes */
        Arena *arena;
        const bool *enclosed;   /* by invoice: its document comes along */
        const AnnexFile *files; /* what a dossier-pdf brings along */
        size_t n_files;
        int error;
} Press;

/* In words and figures of the language; never NULL. */
const char *press_say(Press *press, const char *key, ...) _sentinel_; /* values, then NULL */
const char *press_money(Press *press, int64_t minor);
const char *press_money_or_none(Press *press, int64_t minor); /* "": 0 */
const char *press_date(Press *press, Date date);              /* "1er août 2026" */
const char *press_day(Press *press, Date date);               /* "01/08/2026", for columns */
const char *press_moment(Press *press, const Moment *moment); /* "1er août 2026 à 09:04 +02:00" */
const char *press_clock(Press *press, const Moment *moment);  /* "09:04 +02:00" */
const char *press_integer(Press *press, int64_t n);
const char *press_percent(Press *press, int64_t hundredths);
const char *press_country(Press *press, const char *code);
/* The word for "GROUP.NAME", or name as it is where there is none. */
const char *press_name(Press *press, const char *group, const char *name);
const char *press_join(Press *press, const char *between, const char *const parts[], size_t n);
/* "FR76 3000 …" */
const char *press_iban(Press *press, const char *iban);

const char *press_title(Press *press, PaperKind kind);

/* Texts at the cursor of the sheet. */
void press_paragraph(Press *press, Sheet *sheet, Face face, const char *text);
void press_table(Press *press, Sheet *sheet, const Table *table);

/* blocks.c: what several papers share; each moves the cursor below itself. */
void draw_letterhead(Press *press, Sheet *sheet);
void draw_claim(Press *press, Sheet *sheet);
/* What the customer has to his credit beyond that, if anything. */
void draw_credit_left(Press *press, Sheet *sheet);
/* amount: 0: none is named. */
void draw_payment(Press *press, Sheet *sheet, int64_t amount);
/* Whom a paper that is no letter is about. */
void draw_customer(Press *press, Sheet *sheet);
/* Name and address, as on an envelope; returns the height. */
double draw_address(Press *press, Sheet *sheet, const Party *party, Mark mark);

/* What a formal notice is about: all but what stands aside, with its own claim. 0; -ENOENT: nothing
 * of it is late; -EALREADY: credit covers what it would ask for, and charges are not asked for by
 * themselves (R24); -ENOMEM; -EOVERFLOW. */
int letter_demands(const Dossier *whole, Arena *arena, Dossier *ret_demanded);

/* The papers: each draws itself from the cursor on. */
void draw_letter(Press *press, Sheet *sheet);
void draw_cover(Press *press, Sheet *sheet);
void draw_invoices(Press *press, Sheet *sheet);
void draw_statement(Press *press, Sheet *sheet);
void draw_charges(Press *press, Sheet *sheet);
void draw_chronology(Press *press, Sheet *sheet);

/* One of them, or the dossier of several, as a PDF. 0 or -errno; see sheet_make(). */
int press_print(Press *press, PaperKind kind, StrBuf *ret_pdf);

#endif
