/* SPDX-License-Identifier: MIT */
/* Owns what is drawn of a text that others wrote. Pure; never refuses a text, only what in it would
 * reach beyond its place. */

#include "paper/clean.h"

#include <stdint.h>

#include "base/character.h"

#define FIRST_STRONG_ISOLATE "\xE2\x81\xA8"
#define POP_ISOLATE "\xE2\x81\xA9"
#define MAY_BREAK "\xE2\x80\x8B" /* a space of no width */
#define UNBROKEN_MAX ((size_t)200)

static bool is_right_to_left(uint32_t c)
{
        return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
               (c >= 0xFE70 && c <= 0xFEFC) || (c >= 0x10800 && c <= 0x10FFF) ||
               (c >= 0x1E800 && c <= 0x1EFFF);
}

/* What is kept of a text, and where it is. */
typedef struct Kept {
        char *text, *end;
        size_t n_unbroken; /* characters since the last that a line may end at */
} Kept;

static void keep(Kept *kept, const char *character, size_t length)
{
        bool is_space = length == 1 && strchr(" \n", *character);

        kept->n_unbroken = is_space ? 0 : kept->n_unbroken + 1;
        if (kept->n_unbroken > UNBROKEN_MAX) {
                memcpy(kept->end, MAY_BREAK, strlen(MAY_BREAK));
                kept->end += strlen(MAY_BREAK);
                kept->n_unbroken = 1;
        }
        memcpy(kept->end, character, length);
        kept->end += length;
}

/* As the header says; trimmed. *ret_turns: letters run from right to left in it. */
static char *filter(const char *text, bool has_lines, Arena *arena, bool *ret_turns)
{
        size_t size = strlen(text);
        char *clean = arena_alloc(arena, size + size / UNBROKEN_MAX * strlen(MAY_BREAK) + 1);
        Kept kept = { clean, clean, 0 };

        *ret_turns = false;
        if (!clean)
                return NULL;
        while (*text) {
                const char *character = text;
                uint32_t c = character_next(&text);
                bool is_control = character_is_control(c);
                bool is_line_end = c == '\n' || c == 0x2028 || c == 0x2029;
                *ret_turns |= is_right_to_left(c);
                if (character_turns(c) || (has_lines && is_control && !is_line_end && c != '\t'))
                        continue;
                if (has_lines && is_line_end)
                        keep(&kept, "\n", 1);
                else if (!is_control)
                        keep(&kept, character, (size_t)(text - character));
                else if (kept.end > clean && kept.end[-1] != ' ')
                        keep(&kept, " ", 1);
        }
        while (kept.end > clean && strchr(" \n", kept.end[-1]))
                kept.end--;
        *kept.end = 0;
        return clean + strspn(clean, has_lines ? "\n" : " ");
}

const char *clean_line(const char *text, Arena *arena)
{
        bool turns;
        char *clean = filter(text, false, arena, &turns);

        if (!clean || !turns)
                return clean;
        size_t length = strlen(clean);
        char *isolated = arena_alloc(arena, length + 7);
        if (!isolated)
                return NULL;
        memcpy(isolated, FIRST_STRONG_ISOLATE, 3);
        memcpy(isolated + 3, clean, length);
        memcpy(isolated + 3 + length, POP_ISOLATE, 4);
        return isolated;
}

const char *clean_prose(const char *text, Arena *arena)
{
        bool turns;

        return filter(text, true, arena, &turns);
}

void clean_add_utf16(StrBuf *to, const char *text)
{
        strbuf_add(to, "<FEFF");
        while (*text) {
                uint32_t c = character_next(&text);
                if (c < 0x10000)
                        strbuf_addf(to, "%04X", (unsigned)c);
                else
                        strbuf_addf(to, "%04X%04X", 0xD7C0 + (unsigned)(c >> 10),
                                0xDC00 + (unsigned)(c & 0x3FF));
        }
        strbuf_add_char(to, '>');
}
