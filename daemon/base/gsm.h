/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_GSM_H
#define RELANCED_BASE_GSM_H

/*
 * How many short messages a text takes (3GPP TS 23.038 and 23.040). In the GSM alphabet 160
 * characters, or 153 a part, where ^ { } \ [ ] ~ | € and a page feed count double and are not torn;
 * else UCS-2, 70, or 67 a part, where a character outside the basic plane counts double and is not
 * torn.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct GsmSize {
        bool is_unicode;
        size_t parts; /* 0: an empty text */
} GsmSize;

/* Whether a character is in the GSM alphabet or its extension. */
bool gsm_has(uint32_t c);

/* Of valid UTF-8. */
GsmSize gsm_size(const char *text);

/* Whether there is nothing to read: white space alone, visible or not. */
bool gsm_is_blank(const char *text);

#endif
