/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MANUAL_ROFF_H
#define RELANCED_MANUAL_ROFF_H

/* The program's texts as mdoc(7) on stdout. */

#include "base/macros.h"

/* Text as it is, whatever roff would make of it. */
void roff_put(const char *text);
/* A line of help as a sentence: "never more" becomes "Never more.", "http: a key" "http: a key." */
void roff_put_sentence(const char *text);
/* Sentences as they are; a blank line is a new paragraph. */
void roff_put_paragraphs(const char *text);

void roff_list_begin(void);
/* Without the end of its line. */
void roff_list_item(const char *macro, const char *name);
void roff_list_end(void);

#endif
