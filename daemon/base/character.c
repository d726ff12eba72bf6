/* SPDX-License-Identifier: MIT */
/* Owns what single characters are. Never fails; text that is not well-formed UTF-8 gives characters
 * that mean nothing, and never goes beyond its end. */

#include "base/character.h"

#include "base/parse.h"

#define FILE_NAME_MAX ((size_t)200)

uint32_t character_next(const char **text)
{
        const unsigned char *byte = (const unsigned char *)*text;
        uint32_t c = *byte;
        unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;

        c &= more > 0 ? 0x3FU >> more : 0x7F;
        for (byte++; more > 0 && (*byte & 0xC0) == 0x80; byte++, more--)
                c = c << 6 | (*byte & 0x3F);
        *text = (const char *)byte;
        return c;
}

bool character_is_control(uint32_t c)
{
        return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

bool character_turns(uint32_t c)
{
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
               c == 0x200F || c == 0x061C || c == 0xFEFF;
}

bool file_name_is_plain(const char *name)
{
        size_t length = strlen(name);

        if (length == 0 || length > FILE_NAME_MAX || *name == '.' || !utf8_is_valid(name, length))
                return false;
        while (*name) {
                uint32_t c = character_next(&name);
                bool is_ascii = c > 0 && c < 0x80;
                if (is_ascii && strchr("/\\:*?\"<>|", (int)c))
                        return false;
                if (character_is_control(c) || character_turns(c))
                        return false;
        }
        return true;
}
