/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_TEXT_H
#define RELANCED_CTL_TEXT_H

/* What a terminal may be shown: names and messages come from strangers. */

#include <jansson.h>

#include "base/strbuf.h"

/*
 * Adds text with every control character, every character that turns the direction of writing and
 * every broken byte spelled out (\e, \u202e, \x9b); newlines stay where they are kept, else "\n"
 * is spelled out too.
 */
void text_add_safe(StrBuf *buffer, const char *text, bool keeps_newlines);

/* Prints a sentence on stderr after the program's name. */
void text_complain(const char *format, ...) _printf_(1, 2);

/* A member as text, "" where it is null or missing; "yes"/"no" for booleans, digits for integers.
 * path: names joined by dots ("account.customer"). The buffer is overwritten. */
const char *text_of(const json_t *row, const char *path, StrBuf *buffer);

/* "2026-03-05T09:00:00+01:00" → "2026-03-05 09:00"; anything else as it is. Overwrites. */
const char *text_of_time(const json_t *row, const char *path, StrBuf *buffer);

/* The member at the path, or NULL. */
json_t *member(const json_t *row, const char *path);

#endif
