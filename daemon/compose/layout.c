/* SPDX-License-Identifier: MIT */
/* Owns the last touch on rendered texts: blank lines, ends, and what a form cannot carry. Never
 * changes words. */

#include <errno.h>

#include "compose/composer.h"

#define SUBJECT "Subject:"

/* Typography that would turn an SMS of 160 characters into one of 70. */
static const struct {
        const char *typographic, *plain;
} replacements[] = {
        { "\xC2\xA0", " " },     /* no-break space */
        { "\xE2\x80\xAF", " " }, /* narrow no-break space */
        { "\xE2\x80\x98", "'" }, /* single quotes */
        { "\xE2\x80\x99", "'" },
        { "\xE2\x80\x9C", "\"" }, /* double quotes */
        { "\xE2\x80\x9D", "\"" },
        { "\xC2\xAB", "\"" },
        { "\xC2\xBB", "\"" },
        { "\xE2\x80\x93", "-" }, /* dashes */
        { "\xE2\x80\x94", "-" },
        { "\xE2\x88\x92", "-" },
        { "\xE2\x80\xA6", "..." }, /* ellipsis */
        { "\xC5\x93", "oe" },
        { "\xC5\x92", "OE" },
};

static const char *plain_character(const char *text, size_t *ret_length)
{
        if ((unsigned char)*text < 0x80)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(replacements); i++) {
                size_t length = strlen(replacements[i].typographic);
                if (strncmp(text, replacements[i].typographic, length) != 0)
                        continue;
                *ret_length = length;
                return replacements[i].plain;
        }
        return NULL;
}

/* One line, its words separated by one space. A replacement is never longer than the bytes it
 * replaces, so text has room. */
static void lay_out_line(const char *rendered, char *text)
{
        char *p = text;
        bool wants_space = false;

        while (*rendered) {
                size_t length = 1;
                const char *plain = plain_character(rendered, &length);
                const char *from = plain ? plain : rendered;
                bool is_space = (unsigned char)*from <= ' ' || *from == 0x7F;
                if (wants_space && !is_space && p > text)
                        *p++ = ' ';
                wants_space = is_space;
                for (size_t n = plain ? strlen(plain) : 1; n > 0 && !is_space; n--)
                        *p++ = *from++;
                rendered += length;
        }
        *p = '\0';
}

/* Lines as they are, without blanks at their ends, and no two empty ones in a row. */
static void lay_out_lines(const char *rendered, char *text)
{
        char *p = text;
        size_t n_newlines = 0, n_blanks = 0;

        for (; *rendered; rendered++) {
                if (*rendered == '\n') {
                        n_newlines++;
                        n_blanks = 0;
                        continue;
                }
                if (*rendered == ' ' || *rendered == '\t') {
                        n_blanks++;
                        continue;
                }
                if ((unsigned char)*rendered < ' ' || *rendered == 0x7F)
                        continue;
                for (size_t n = p > text ? MIN(n_newlines, (size_t)2) : 0; n > 0; n--)
                        *p++ = '\n';
                for (; n_blanks > 0; n_blanks--)
                        *p++ = ' ';
                n_newlines = 0;
                *p++ = *rendered;
        }
        *p = '\0';
}

char *layout_text(const char *rendered, Form form, Arena *arena)
{
        char *text = arena_alloc(arena, strlen(rendered) + 1);

        if (!text)
                return NULL;
        if (form == FORM_SMS)
                lay_out_line(rendered, text);
        else
                lay_out_lines(rendered, text);
        return text;
}

int layout_split_subject(char *laid_out, const char **ret_subject, const char **ret_text)
{
        char *break_at = strstr(laid_out, "\n\n");

        if (strncmp(laid_out, SUBJECT, strlen(SUBJECT)) != 0 || !break_at)
                return -EINVAL;
        char *subject = laid_out + strlen(SUBJECT);
        while (*subject == ' ')
                subject++;
        if (strchr(subject, '\n') != break_at || subject == break_at)
                return -EINVAL;
        *break_at = '\0';
        *ret_subject = subject;
        *ret_text = break_at + 2;
        return 0;
}
