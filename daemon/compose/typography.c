/* SPDX-License-Identifier: MIT */
/*
 * Owns the spaces of the languages that set some before punctuation: nobody has a narrow no-break
 * space on the keyboard. It looks at templates, never at what they are filled with: a reference
 * must arrive as the firm wrote it. Fails only for want of memory.
 */

#include "compose/typography.h"

#include <errno.h>

#include "base/strbuf.h"

#define NARROW "\u202f"
#define NO_BREAK "\u00a0"
#define OPENING "«"
#define CLOSING "»"

typedef struct Setter {
        const char *position, *end;
        StrBuf text;
} Setter;

static bool is_next(const Setter *setter, const char *what)
{
        size_t length = strlen(what);

        return (size_t)(setter->end - setter->position) >= length &&
               memcmp(setter->position, what, length) == 0;
}

static void copy(Setter *setter, size_t length)
{
        length = MIN(length, (size_t)(setter->end - setter->position));
        strbuf_add_bytes(&setter->text, setter->position, length);
        setter->position += length;
}

/* From an opening to its closing; without one, the opening alone. */
static void copy_tag(Setter *setter, const char *opening, const char *closing)
{
        const char *found = memmem(setter->position, (size_t)(setter->end - setter->position),
                closing, strlen(closing));

        copy(setter,
                found ? (size_t)(found - setter->position) + strlen(closing) : strlen(opening));
}

/* The bytes of one space of any kind that stands here; 0: there is none. */
static size_t space_length(const Setter *setter)
{
        static const char *const spaces[] = { " ", NO_BREAK, NARROW };

        for (size_t i = 0; i < ELEMENTSOF(spaces); i++)
                if (is_next(setter, spaces[i]))
                        return strlen(spaces[i]);
        return 0;
}

/* Whether a sign follows that a narrow space stands before, and not the beginning of a word. */
static bool is_before_sign(Setter setter, size_t length)
{
        setter.position += length;
        if (is_next(&setter, CLOSING))
                return true;
        if (setter.position == setter.end || !strchr(";:!?", *setter.position))
                return false;
        return setter.position + 1 == setter.end || strchr(" \r\n<{;:!?.", setter.position[1]);
}

static void set_french(Setter *setter)
{
        bool is_quoting = false;

        while (setter->position < setter->end) {
                size_t space = space_length(setter);
                if (space > 0 && (is_quoting || is_before_sign(*setter, space))) {
                        strbuf_add(&setter->text, NARROW);
                        setter->position += space;
                        is_quoting = false;
                        continue;
                }
                is_quoting = is_next(setter, OPENING);
                if (is_next(setter, "{{"))
                        copy_tag(setter, "{{", "}}");
                else if (is_next(setter, "<"))
                        copy_tag(setter, "<", ">");
                else
                        copy(setter, is_quoting ? strlen(OPENING) : 1);
        }
}

int typography_set(const char *language, const char *source, size_t length, char **ret_text,
        size_t *ret_length)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        Setter setter = { source, source + length, STRBUF_INIT };

        if (!streq(language, "fr"))
                return 0;
        set_french(&setter);
        text = setter.text;
        size_t set = text.length;
        int r = strbuf_take(&text, ret_text);
        if (r >= 0)
                *ret_length = set;
        return r;
}
