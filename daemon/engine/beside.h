/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_BESIDE_H
#define RELANCED_ENGINE_BESIDE_H

/* What a message has beside its texts: copies, the mails before it, a code to pay by. */

#include "compose/compose.h"
#include "engine/draft.h"

/* The text of the QR code that pays what a notice by that form asks for. NULL: it has none, because
 * it asks for nothing, or for what no SEPA transfer can pay. -ENOMEM. */
int beside_payment_code(const DraftSource *source, Form form, const char **ret_code);

/* The sum that the promise it reminds of was confirmed with; 0: it reminds of none. */
int beside_promised(const DraftSource *source, int64_t *ret_minor);

/* Fills in cc, references and may_chat of a message whose channel, form and address are there. */
int beside_fill(const DraftSource *source, const CustomerDetail *customer, Notice *notice);

#endif
