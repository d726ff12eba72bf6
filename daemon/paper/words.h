/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_WORDS_H
#define RELANCED_PAPER_WORDS_H

/*
 * What stands printed on the papers, by key: "title.letter", "statement.payment". A text may have
 * places {1} to {4} for values. French is typeset here: narrow no-break spaces before ; ! ? and
 * within « », no-break ones before a colon.
 */

#include "base/arena.h"

typedef struct Word {
        const char *key, *text;
} Word;

typedef enum Language {
        LANGUAGE_EN,
        LANGUAGE_FR,
        LANGUAGE_DE,
        LANGUAGE_ES,
        LANGUAGE_IT,
        LANGUAGE_NL,
        LANGUAGES
} Language;
extern const char *const language_codes[LANGUAGES];

/* That of a tag ("fr-BE" is French), English for those that are not there. */
Language language_of(const char *tag);
bool language_is_known(const char *tag);

/* The i-th key of all; NULL past the last. */
const char *word_key(size_t i);

/* NULL: the language has no such word. */
const char *word_find(Language language, const char *key);

#define VALUES_MAX 4
/* The word with its values in place, in the arena; the key itself where there is no such word. NULL
 * only when memory is out. */
const char *word_fill(
        Language language, const char *key, const char *const values[], size_t n, Arena *arena);

#endif
