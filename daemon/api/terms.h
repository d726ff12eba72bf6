/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_TERMS_H
#define RELANCED_API_TERMS_H

/* What was agreed or said of an invoice and still counts, as JSON. */

#include <jansson.h>

#include "api/routes.h"

/* Adds to an object that is being built: promise, plan, offer, granted, replaced; null where there
 * is none. */
void shape_put_terms(json_t **shaped, const Instalment *instalment, const char *currency);

/* The last dispute of an invoice that was neither taken back nor released: fact, reason, note,
 * since; null where there is none. 0 and a new reference, or -errno. */
int terms_find_dispute(const Exchange *exchange, const char *invoice, json_t **ret_shaped);

/* The last day that a notice which asked for the instalment has given, while it has not passed,
 * else DATE_NONE. */
int terms_find_asked_until(const Exchange *exchange, int64_t invoice, int seq, Date *ret_day);

#endif
