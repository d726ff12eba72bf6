/* SPDX-License-Identifier: MIT */
/* Owns how text is written for roff: quotes, dashes and accents come out as they went in, under
 * groff and mandoc. Never decides what is said. A full disk shows when stdout is closed. */

#include "manual/roff.h"

#include <stdio.h>

/* The code point of the UTF-8 at *text, which is left behind it. The program's own texts are
 * well-formed. */
static unsigned take_point(const char **text)
{
        const unsigned char *p = (const unsigned char *)*text;
        unsigned length = *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
        unsigned point = *p & (0x7FU >> length);

        for (unsigned i = 1; i < length && p[i]; i++)
                point = point << 6 | (p[i] & 0x3FU);
        *text += length;
        return point;
}

void roff_put(const char *text)
{
        static const char special[] = "\\-'`^~\"";
        static const char *const written[] = { "\\e", "\\-", "\\(aq", "\\(ga", "\\(ha", "\\(ti",
                "\\(dq" };

        if (*text == '.')
                (void)fputs("\\&", stdout);
        while (*text) {
                const char *found = strchr(special, *text);
                if ((unsigned char)*text >= 0x80) {
                        (void)printf("\\[u%04X]", take_point(&text));
                        continue;
                }
                if (found)
                        (void)fputs(written[found - special], stdout);
                else
                        (void)putchar(*text);
                text++;
        }
}

void roff_put_sentence(const char *text)
{
        size_t length = strlen(text), word = strcspn(text, " ");
        bool is_small = *text >= 'a' && *text <= 'z' && word > 0 && text[word - 1] != ':';

        if (is_small)
                (void)putchar(*text - 'a' + 'A');
        roff_put(text + is_small);
        (void)puts(length == 0 || strchr(".:", text[length - 1]) ? "" : ".");
}

/* The length of the first sentence, or of the line where it goes on. */
static size_t sentence_length(const char *text)
{
        size_t n = strcspn(text, "\n");

        for (size_t i = 1; i < n; i++)
                if (text[i] == ' ' && text[i - 1] == '.')
                        return i;
        return n;
}

/* roff wants each sentence to begin a line. */
void roff_put_paragraphs(const char *text)
{
        while (*text) {
                size_t length = sentence_length(text);
                _cleanup_(freep) char *sentence = strndup(text, length);
                if (sentence && length > 0) {
                        roff_put(sentence);
                        (void)puts("");
                } else {
                        (void)puts(".Pp");
                }
                text += length + (text[length] != '\0');
        }
}

void roff_list_begin(void)
{
        (void)puts(".Bl -tag -width Ds");
}

void roff_list_item(const char *macro, const char *name)
{
        (void)printf(".It %s ", macro);
        roff_put(name);
}

void roff_list_end(void)
{
        (void)puts(".El");
}
