/* SPDX-License-Identifier: MIT */
/* Owns how foreign values are shown. Pure. */

#include "intake/quote.h"

#include "base/parse.h"

/* The length of the character at text: 1–4, 0 when it is malformed or a control character. */
static size_t printable_length(const char *text, size_t length)
{
        size_t n = utf8_length(text, length);
        char one[UTF8_MAX + 1] = "";

        memcpy(one, text, n);
        return has_control(one) ? 0 : n;
}

void quote_add(StrBuf *buffer, const char *text, size_t length)
{
        size_t i = 0;

        strbuf_add_char(buffer, '"');
        while (i < length && i < QUOTE_MAX) {
                size_t n = printable_length(text + i, length - i);
                if (n > 0)
                        strbuf_add_bytes(buffer, text + i, n);
                else
                        strbuf_addf(buffer, "\\x%02X", (unsigned char)text[i]);
                i += MAX(n, (size_t)1);
        }
        strbuf_add(buffer, i < length ? "…\"" : "\"");
}

bool has_control(const char *text)
{
        for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
                if (*p < 0x20 || *p == 0x7F)
                        return true;
                if (*p == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
                        return true;
        }
        return false;
}
