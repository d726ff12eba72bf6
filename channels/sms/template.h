/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SMS_TEMPLATE_H
#define RELANCED_SMS_TEMPLATE_H

/*
 * Placeholders of a configured request: {{to}} {{to_digits}} {{text}} {{from}} {{username}}
 * {{password}} {{token}} {{basic}} {{notice}} {{message_id}} {{language}}, and {{unicode?A:B}}: A
 * where the text needs UCS-2, else B. Each is escaped for the place it stands in; everything else
 * is taken as it is.
 */

#include "base/strbuf.h"

typedef enum TemplatePlace {
        TEMPLATE_PLAIN,  /* not escaped */
        TEMPLATE_URL,    /* percent-encoded: a URL's path or query, a form's body */
        TEMPLATE_HEADER, /* one line; the message's text may not stand there */
        TEMPLATE_JSON    /* within a string's quotes */
} TemplatePlace;

typedef enum TemplateWord {
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
} TemplateWord;

typedef struct TemplateWords {
        const char *values[WORDS];
        bool is_unicode;
} TemplateWords;

bool template_has_words(const char *template);

/* 0; -EINVAL: fault gets "{{tpo}} is no placeholder: did you mean {{to}}?", … */
int template_check(const char *template, TemplatePlace place, StrBuf *fault);

/* Of a checked template. */
void template_expand(
        StrBuf *out, const char *template, TemplatePlace place, const TemplateWords *words);

#endif
