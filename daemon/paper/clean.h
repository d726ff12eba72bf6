/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_CLEAN_H
#define RELANCED_PAPER_CLEAN_H

/* What strangers wrote (names, addresses, messages), made fit for a page: nothing in it moves other
 * text about, and within 200 characters there is a place where a line may end. NULL only when
 * memory is out. */

#include "base/arena.h"
#include "base/strbuf.h"

/*
 * One line: control characters and line breaks become single spaces, ends are trimmed; marks that
 * turn the direction of what follows are left out, and a text with right-to-left letters is
 * isolated, so that it disturbs neither its neighbours nor the column.
 */
const char *clean_line(const char *text, Arena *arena);

/* Several lines: line ends become \n, tabs spaces; other control characters and those marks are
 * left out, ends are trimmed. */
const char *clean_prose(const char *text, Arena *arena);

/* Well-formed UTF-8 as a text string of PDF: "<FEFF…>", UTF-16 in hexadecimal digits. */
void clean_add_utf16(StrBuf *to, const char *text);

#endif
