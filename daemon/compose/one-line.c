/* SPDX-License-Identifier: MIT */
/* Owns what a text from outside may bring into a message: one line of visible text. */

#include <stdint.h>

#include "base/character.h"
#include "base/parse.h"
#include "compose/context.h"

/* Embeddings, overrides and isolates turn round text that follows them; a byte order mark inside a
 * text is a leftover. */
static bool is_unwanted(uint32_t c)
{
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

const char *text_one_line(const char *text, size_t max_characters, Arena *arena)
{
        static const char ellipsis[] = "…";
        size_t n = 0, size = text ? strlen(text) + sizeof(ellipsis) : 1;
        char *result = arena_alloc(arena, size), *p = result;
        bool wants_space = false;

        while (result && text && *text) {
                size_t length = utf8_length(text, UTF8_MAX);
                const char *character = text;
                uint32_t c = length > 0 ? character_next(&text) : 0;
                text += length == 0;
                if (is_unwanted(c))
                        continue;
                if (c == ' ' || character_is_control(c)) {
                        wants_space = p > result;
                        continue;
                }
                if (max_characters > 0 && n + 1 >= max_characters && *text) {
                        memcpy(p, ellipsis, sizeof(ellipsis));
                        return result;
                }
                if (wants_space) {
                        *p++ = ' ';
                        n++;
                }
                wants_space = false;
                memcpy(p, character, length);
                p += length;
                n++;
        }
        return result;
}
