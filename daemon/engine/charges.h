/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_CHARGES_H
#define RELANCED_ENGINE_CHARGES_H

/* The charges of an invoice of the store, by the configuration's rules (R24). */

#include "core/charges.h"
#include "engine/engine.h"

/*
 * Of which invoice of an account, as of the end of which day. With a seq, the share of that
 * instalment, for a file that claims it alone: its own interest. The fixed sum, and the interest of
 * instalments that are not open, go with the oldest open one: files of the others never claim them
 * again.
 */
typedef struct ChargesAsked {
        const Account *account;
        int64_t invoice;
        Date today;
        int seq; /* 0: the whole invoice */
} ChargesAsked;

/* 0; CHARGES_NO_RATE and *ret_missing; -ENOENT, -EOVERFLOW, -ENOMEM. */
int engine_charges(const Engine *engine, const ChargesAsked *asked, Arena *arena,
        Charges *ret_charges, MissingRate *ret_missing);

/* The same with its reckoning; periods[i].part stands for the instalment (*ret_seqs)[part]. */
int engine_charge_sheet(const Engine *engine, const ChargesAsked *asked, Arena *arena,
        ChargeSheet *ret_sheet, const int **ret_seqs, MissingRate *ret_missing);

/* Which rate is missing and where to add it, in the creditor's language; NULL: memory is out. */
const char *missing_rate_sentence(const Config *config, const MissingRate *missing, Arena *arena);

/* Whether a notice tells of charges: its step asks for it, or it hands a file over. */
bool shows_charges(const Planned *planned);

#endif
