/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_TRANSLITERATE_H
#define RELANCED_COMPOSE_TRANSLITERATE_H

/*
 * Texts of any script in the letters of the GSM alphabet (ICU), so that an SMS holds 160 characters
 * and not 70: "Łódź" is "Lodz", "Жуков" is "Zhukov", "北京" is "bei jing". What the alphabet has
 * stays: é, ü, €. So do links and e-mail addresses, which have to be exact, and letters that ICU
 * knows no others for; small pictures vanish.
 */

#include "base/arena.h"

typedef struct Transliterator Transliterator;

/* Nothing is loaded before it is needed. */
int transliterator_new(Transliterator **ret_transliterator);
void transliterator_free(Transliterator *transliterator);
DEFINE_CLEANUP(Transliterator, transliterator_free)

/* text is one line. currency is written in place of a currency's sign that the alphabet lacks.
 * Lives in the arena, or is text itself; NULL: memory is out. */
const char *transliterate_line(
        Transliterator *transliterator, const char *text, const char *currency, Arena *arena);

#endif
