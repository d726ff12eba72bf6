/* SPDX-License-Identifier: MIT */
/* Owns the choice of the one line that is kept, and what of it may be shown. Cannot fail. */

#include "channels/hook/line.h"

#include "base/parse.h"

static bool is_control(char c)
{
        return (unsigned char)c < 0x20 || c == 0x7F;
}

static void keep(Line *line, const char *bytes, size_t length)
{
        size_t n = MIN(length, LINE_MAX_BYTES - line->length);

        memcpy(line->text + line->length, bytes, n);
        line->length += n;
}

void line_take(Line *line, const char *bytes, size_t length)
{
        const char *end = bytes + length;

        while (bytes < end && !(line->keeps_first && line->is_ended)) {
                const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
                const char *stop = newline ? newline : end;
                if (line->is_ended && stop > bytes) { /* a later one begins */
                        line->is_ended = false;
                        line->length = 0;
                }
                keep(line, bytes, (size_t)(stop - bytes));
                if (newline && line->length > 0)
                        line->is_ended = true;
                bytes = newline ? newline + 1 : end;
        }
}

/* How many bytes the character at text has, 0 if it is none or of the controls U+0080 … U+009F. */
static size_t shown_length(const char *text, size_t length)
{
        size_t n = utf8_length(text, length);

        return n == 2 && text[0] == '\xC2' && (unsigned char)text[1] < 0xA0 ? 0 : n;
}

void line_show(const Line *line, char ret_text[static LINE_MAX_BYTES + 1])
{
        char *out = ret_text;

        for (size_t i = 0, n; i < line->length; i += n) {
                const char *at = line->text + i;
                n = 1;
                if ((unsigned char)*at < 0x80) {
                        if (!is_control(*at))
                                *out++ = *at;
                        continue;
                }
                n = shown_length(at, line->length - i);
                if (n > 0)
                        memcpy(out, at, n);
                else
                        *out = '?';
                n = MAX(n, 1U);
                out += n;
        }
        *out = '\0';
}
