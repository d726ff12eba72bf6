/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SMS_FILL_H
#define RELANCED_SMS_FILL_H

/*
 * Placeholders of a configured request: {{to}} {{to_digits}} {{text}} {{from}} {{username}}
 * {{password}} {{token}} {{basic}} {{notice}} {{message_id}} {{language}}, and {{unicode?A:B}}: A
 * where the text needs UCS-2, else B. Each is escaped for the place it stands in; everything else
 * is taken as it is.
 */

#include "base/strbuf.h"

typedef enum FillPlace {
        FILL_PLAIN,  /* not escaped */
        FILL_URL,    /* percent-encoded: a URL's path or query, a form's body */
        FILL_HEADER, /* one line; the message's text may not stand there */
        FILL_JSON    /* within a string's quotes */
} FillPlace;

typedef enum FillWord {
        WORD_TO,
        WORD_TO_DIGITS,
        WORD_TEXT,
        WORD_FROM,
        WORD_USERNAME,
        WORD_PASSWORD,
        WORD_TOKEN,
        WORD_BASIC,
        WORD_NOTICE,
        WORD_MESSAGE_ID,
        WORD_LANGUAGE,
        WORDS
} FillWord;

typedef struct FillWords {
        const char *values[WORDS];
        bool is_unicode;
} FillWords;

bool fill_is_needed(const char *template);

/* 0; -EINVAL: fault gets "{{tpo}} is no placeholder: did you mean {{to}}?", … */
int fill_check(const char *template, FillPlace place, StrBuf *fault);

/* Of a checked template. */
void fill_out(StrBuf *out, const char *template, FillPlace place, const FillWords *words);

#endif
