/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_WORDS_OF_H
#define RELANCED_PAPER_WORDS_OF_H

/* The words of each language, for words.c alone. */

#include "paper/words.h"

extern const Word words_de[], words_en[], words_es[], words_fr[], words_it[], words_nl[];
extern const size_t n_words_de, n_words_en, n_words_es, n_words_fr, n_words_it, n_words_nl;

#endif
