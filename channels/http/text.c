/* SPDX-License-Identifier: MIT */
/* Owns the forms a text takes on its way into a request and out of an answer: escaped for where it
 * stands, or made one clean line for a person. Pure; failure sticks to the buffer. */

#include "channels/http/http.h"

#include <stdarg.h>

#include "base/parse.h"

#define EXCERPT_MAX 120

static bool is_unreserved(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (c && strchr("-._~", c));
}

void http_add_url_encoded(StrBuf *out, const char *text)
{
        for (; *text; text++) {
                if (is_unreserved(*text))
                        strbuf_add_char(out, *text);
                else
                        strbuf_addf(out, "%%%02X", (unsigned char)*text);
        }
}

void http_add_json_escaped(StrBuf *out, const char *text)
{
        for (; *text; text++) {
                if (*text == '"' || *text == '\\')
                        strbuf_addf(out, "\\%c", *text);
                else if (*text == '\n')
                        strbuf_add(out, "\\n");
                else if ((unsigned char)*text < 0x20 || *text == 0x7f)
                        strbuf_addf(out, "\\u%04x", (unsigned char)*text);
                else
                        strbuf_add_char(out, *text);
        }
}

void http_add_base64(StrBuf *out, const char *bytes, size_t length)
{
        static const char digits[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

        for (size_t at = 0; at < length; at += 3) {
                size_t n = MIN(length - at, (size_t)3);
                unsigned group = (unsigned)(unsigned char)bytes[at] << 16;
                if (n > 1)
                        group |= (unsigned)(unsigned char)bytes[at + 1] << 8;
                if (n > 2)
                        group |= (unsigned char)bytes[at + 2];
                strbuf_add_char(out, digits[group >> 18]);
                strbuf_add_char(out, digits[(group >> 12) & 63]);
                strbuf_add_char(out, n > 1 ? digits[(group >> 6) & 63] : '=');
                strbuf_add_char(out, n > 2 ? digits[group & 63] : '=');
        }
}

static bool is_blank(char c)
{
        return (unsigned char)c <= 0x20 || c == 0x7f;
}

/* C1 controls too: a terminal may obey them. */
static bool is_control(const char *text, size_t n)
{
        return n == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0;
}

/* Runs of white space and control characters become one space, bytes that are no UTF-8 '?'; at most
 * max bytes, the last of them "…" where something was left out. */
static void add_clean(StrBuf *out, const char *text, size_t length, size_t max)
{
        const char *end = text + length;
        size_t start = out->length, n;

        for (; text < end; text += n) {
                n = utf8_length(text, (size_t)(end - text));
                bool is_space = n > 0 && (is_blank(*text) || is_control(text, n));
                if (is_space && (out->length == start || out->text[out->length - 1] == ' '))
                        continue;
                if (out->length - start + MAX(n, (size_t)1) + strlen("…") > max) {
                        strbuf_add(out, "…");
                        return;
                }
                if (is_space)
                        strbuf_add_char(out, ' ');
                else if (n > 0)
                        strbuf_add_bytes(out, text, n);
                else
                        strbuf_add_char(out, '?');
                n = MAX(n, (size_t)1);
        }
        if (out->length > start && out->text[out->length - 1] == ' ')
                strbuf_truncate(out, out->length - 1);
}

static void set_line(char *line, size_t size, const char *text)
{
        StrBuf clean = STRBUF_INIT;

        add_clean(&clean, text, strlen(text), size - 1);
        memcpy(line, strbuf_text(&clean), clean.length + 1);
        strbuf_release(&clean);
}

void http_set_detail(HttpVerdict *verdict, const char *format, ...)
{
        StrBuf text = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&text, format, arguments);
        va_end(arguments);
        set_line(verdict->detail, sizeof(verdict->detail), strbuf_text(&text));
        verdict->outcome.detail = verdict->detail;
        strbuf_release(&text);
}

void http_set_reference(HttpVerdict *verdict, const char *reference)
{
        set_line(verdict->reference, sizeof(verdict->reference), reference);
        verdict->outcome.reference = verdict->reference;
}

/* An HTML page without its tags: what a proxy says is mostly in its title. */
static void add_untagged(StrBuf *out, const char *page, size_t length)
{
        bool is_tag = false;

        for (const char *end = page + length; page < end; page++) {
                if (*page == '<')
                        strbuf_add_char(out, ' ');
                if (!is_tag && *page != '<')
                        strbuf_add_char(out, *page);
                is_tag = *page == '<' || (is_tag && *page != '>');
        }
}

void http_add_excerpt(StrBuf *out, const HttpReply *reply)
{
        StrBuf text = STRBUF_INIT;
        size_t length = MIN(reply->length, (size_t)8 * EXCERPT_MAX), at = 0;

        while (at < length && is_blank(reply->body[at]))
                at++;
        if (at < length && reply->body[at] == '<')
                add_untagged(&text, reply->body + at, length - at);
        else
                strbuf_add_bytes(&text, reply->body + at, length - at);
        size_t before = out->length;
        strbuf_add(out, ": ");
        size_t start = out->length;
        add_clean(out, strbuf_text(&text), text.length, EXCERPT_MAX);
        if (out->length == start)
                strbuf_truncate(out, before);
        strbuf_release(&text);
}
