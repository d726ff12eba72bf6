/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_EXPLAIN_H
#define RELANCED_API_EXPLAIN_H

/* What the rules say of an invoice, for people. */

#include "api/routes.h"

/*
 * An array with one object per instalment (DESIGN 4.1: explain), given to done, which takes it
 * over: at once or in a later turn, as to know when the next step leaves may take a while. Uses the
 * exchange's work. 0, what done gives, or -errno; -ENOENT: no such invoice.
 */
int explain_invoice(
        Exchange *exchange, const char *number, int (*done)(Exchange *exchange, json_t *explained));

/* Adds the sentence of an instalment's judgement, in the creditor's language. */
void explain_sentence(const Exchange *exchange, const Account *account, size_t instalment,
        const Judgement *judgement, StrBuf *sentence);

#endif
