/* SPDX-License-Identifier: MIT */
/* Owns the GSM alphabet and the counting of parts. Never fails. */

#include "base/gsm.h"

#include "base/character.h"

/* Beside letters, digits and what stands in the ranges below. */
static const uint16_t basic[] = { '@', 0xa3, '$', 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2, 0xc7, '\n',
        0xd8, 0xf8, '\r', 0xc5, 0xe5, 0x394, '_', 0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3,
        0x398, 0x39e, 0xc6, 0xe6, 0xdf, 0xc9, 0xa4, 0xa1, 0xc4, 0xd6, 0xd1, 0xdc, 0xa7, 0xbf, 0xe4,
        0xf6, 0xf1, 0xfc, 0xe0 };
static const uint16_t extension[] = { '\f', '^', '{', '}', '\\', '[', '~', ']', '|', 0x20ac };

static bool contains(const uint16_t *table, size_t n, uint32_t c)
{
        for (size_t i = 0; i < n; i++)
                if (table[i] == c)
                        return true;
        return false;
}

/* Septets that a character takes, 0: it is not in the alphabet. */
static size_t gsm_width(uint32_t c)
{
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= ' ' && c <= '?');

        if (is_plain || contains(basic, ELEMENTSOF(basic), c))
                return 1;
        return contains(extension, ELEMENTSOF(extension), c) ? 2 : 0;
}

bool gsm_has(uint32_t c)
{
        return gsm_width(c) > 0;
}

static size_t ucs2_width(uint32_t c)
{
        return c > 0xffff ? 2 : 1;
}

static bool is_gsm(const char *text)
{
        while (*text)
                if (gsm_width(character_next(&text)) == 0)
                        return false;
        return true;
}

/* Parts of at most size units, no character torn. */
static size_t count(const char *text, size_t (*width)(uint32_t), size_t alone, size_t size)
{
        size_t total = 0, parts = 0, used = size;

        while (*text) {
                size_t n = width(character_next(&text));
                total += n;
                if (used + n > size) {
                        parts++;
                        used = 0;
                }
                used += n;
        }
        return total <= alone ? total > 0 : parts;
}

GsmSize gsm_size(const char *text)
{
        if (is_gsm(text))
                return (GsmSize){ false, count(text, gsm_width, 160, 153) };
        return (GsmSize){ true, count(text, ucs2_width, 70, 67) };
}

/* White space of Unicode, and what is not seen at all. */
static bool is_invisible(uint32_t c)
{
        return c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x1680 || c == 0x180e ||
               (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
               (c >= 0x205f && c <= 0x2064) || c == 0x3000 || c == 0xfeff;
}

bool gsm_is_blank(const char *text)
{
        while (*text)
                if (!is_invisible(character_next(&text)))
                        return false;
        return true;
}
