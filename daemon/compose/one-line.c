/* SPDX-License-Identifier: MIT */
/* Owns what a text from outside may bring into a message: one line of visible text. */

#include <stdint.h>

#include "base/parse.h"
#include "compose/context.h"

/* The bytes of the character at text; 0: it is not UTF-8. */
static size_t character_length(const char *text)
{
        for (size_t length = 1; length <= 4; length++) {
                if (memchr(text, '\0', length))
                        return 0;
                if (utf8_is_valid(text, length))
                        return length;
        }
        return 0;
}

static uint32_t character_at(const char *text, size_t length)
{
        static const unsigned char masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
        uint32_t c = (unsigned char)*text & masks[length];

        for (size_t i = 1; i < length; i++)
                c = c << 6 | ((unsigned char)text[i] & 0x3F);
        return c;
}

/* Controls of C0 and C1, DEL, and the line and paragraph separators. */
static bool is_control(uint32_t c)
{
        return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

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
                size_t length = character_length(text);
                uint32_t c = length > 0 ? character_at(text, length) : 0;
                const char *character = text;
                text += MAX(length, (size_t)1);
                if (is_unwanted(c))
                        continue;
                if (c == ' ' || is_control(c)) {
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
