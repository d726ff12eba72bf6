/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_CHARACTER_H
#define RELANCED_BASE_CHARACTER_H

/* The characters of well-formed UTF-8, and what some of them do to the text around them. */

#include <stdint.h>

#include "base/macros.h"

/* The character at *text, which is not at its end; *text moves behind it. */
uint32_t character_next(const char **text);

/* Controls of C0 and C1, DEL, and the line and paragraph separators. */
bool character_is_control(uint32_t c);

/* Embeddings, overrides, isolates and their ends, direction marks and byte order: what is not seen
 * and moves what is. */
bool character_turns(uint32_t c);

/* Whether a text is a file name that any archive and any system can have: UTF-8 of 1 to 200 bytes,
 * no separator of folders, none of : * ? " < > |, no leading dot, nothing of the above. */
bool file_name_is_plain(const char *name);

#endif
