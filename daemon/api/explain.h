/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_EXPLAIN_H
#define RELANCED_API_EXPLAIN_H

/* What the rules say of an invoice, for people. */

#include "api/routes.h"

/* An array with one object per instalment (DESIGN 4.1: explain). -ENOENT: no such invoice. */
int explain_invoice(Exchange *exchange, const char *number, json_t **ret_array);

/* Adds the sentence of an instalment's judgement, in the creditor's language. */
void explain_sentence(const Exchange *exchange, const Account *account, size_t instalment,
        const Judgement *judgement, StrBuf *sentence);

/* The first instant from the judgement's not_before on at which its step's message may leave (R5),
 * or INSTANT_NONE: it waits for something else than time. */
Instant explain_next_opening(
        const Exchange *exchange, const Account *account, const Judgement *judgement);

#endif
