/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_CODES_H
#define RELANCED_CONFIG_CODES_H

/* Codes and small notations of the configuration, each told from what is none. Pure. */

#include "base/macros.h"

bool country_is_known(const char *code);  /* ISO 3166-1: "FR" */
bool language_is_known(const char *code); /* ISO 639-1: "fr" */
bool iban_is_valid(const char *iban);     /* by its check digits; blanks are fine */

/* "mon-fri", "mon,wed,fri", "sat-mon" → bit 0 = Monday; -EINVAL. */
int days_parse(const char *text, unsigned *ret_days);

#endif
