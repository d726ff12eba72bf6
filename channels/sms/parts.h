/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SMS_PARTS_H
#define RELANCED_SMS_PARTS_H

/*
 * How many short messages a text takes (3GPP TS 23.038 and 23.040). In the GSM alphabet 160
 * characters, or 153 a part, where ^ { } \ [ ] ~ | € and a page feed count double and are not torn;
 * else UCS-2, 70, or 67 a part, where a character outside the basic plane counts double and is not
 * torn.
 */

#include <stdbool.h>
#include <stddef.h>

typedef struct SmsSize {
        bool is_unicode;
        size_t parts; /* 0: an empty text */
} SmsSize;

/* Of valid UTF-8. */
SmsSize sms_size(const char *text);

/* Whether there is nothing to read: white space alone, visible or not. */
bool sms_is_blank(const char *text);

#endif
