/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_PARSE_H
#define RELANCED_BASE_PARSE_H

/* Text to values, strictly: the whole text is the value, or -EINVAL (-ERANGE when out of bounds)
 * and the result is not touched. Nothing here depends on a locale. */

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* A decimal integer, optional sign, min ≤ value ≤ max. */
int parse_int64(const char *text, int64_t min, int64_t max, int64_t *ret_value);
int parse_int(const char *text, int min, int max, int *ret_value);

/* yes/no/true/false/1/0, any case. */
int parse_bool(const char *text, bool *ret_value);

/* Index of text in names[0..n), or -EINVAL. */
int parse_name(const char *text, const char *const names[], size_t n, int *ret_index);

/* How many bytes, 1 to UTF8_MAX, the well-formed character has (RFC 3629: no surrogates, nothing
 * overlong) that text begins with; 0: it begins with none, or with a NUL. Reads at most length
 * bytes, and nothing behind a NUL. */
#define UTF8_MAX ((size_t)4)
size_t utf8_length(const char *text, size_t length);

/* Whether length bytes are such characters. */
bool utf8_is_valid(const char *text, size_t length);

/* The number of single-character edits (Levenshtein) from a to b; texts over 63 bytes are "far". */
unsigned edit_distance(const char *a, const char *b);

/* The name nearest to text, or NULL when none is near enough to be meant (more than a third of its
 * letters, and more than 2, differ). */
const char *nearest_name(const char *text, const char *const names[], size_t n);

#endif
