/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_MONEY_H
#define RELANCED_CORE_MONEY_H

/*
 * Amounts are int64_t minor units (cents) of an ISO 4217 currency that stands beside them; never
 * floating point. Every operation that can overflow says so.
 */

#include <stdint.h>

#include "base/macros.h"

#define CURRENCY_SIZE 4 /* three letters and NUL */
#define MONEY_TEXT_SIZE 32

/* Digits after the decimal point (EUR 2, JPY 0, TND 3); -EINVAL: not a currency of ISO 4217. */
int currency_exponent(const char *currency);

/*
 * "1200", "1200.5", "1200,50", "-3.00" → minor units. No thousands separators, no exponent, not
 * more decimals than the currency has. -EINVAL (malformed, unknown currency), -ERANGE (does not
 * fit).
 */
int money_parse(const char *text, const char *currency, int64_t *ret_minor);

/* "1200.00": a dot, all decimals of the currency. Writes into text and returns it. */
const char *money_format(int64_t minor, const char *currency, char text[static MONEY_TEXT_SIZE]);

/* That many hundredths of a percent (0 to 10000) of an amount ≥ 0, rounded half up. */
int64_t money_percent(int64_t minor, int hundredths);

/* 0 or -EOVERFLOW; *sum is not touched on overflow. */
int money_add(int64_t *sum, int64_t minor);

#endif
