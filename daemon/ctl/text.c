/* SPDX-License-Identifier: MIT */
/* Owns the way of untrusted text to a terminal; see text.h. Never fails: what cannot be shown is
 * spelled out. */

#include "ctl/text.h"

#include <stdint.h>
#include <stdio.h>

#include "base/character.h"
#include "base/parse.h"

#define DATE_LENGTH 10
#define MINUTE_LENGTH 16 /* of "2026-03-05T09:00" */

static bool is_shown(uint32_t code)
{
        static const struct {
                uint32_t first, last;
        } hidden[] = {
                { 0x00, 0x1F }, { 0x7F, 0x9F }, /* controls */
                { 0x061C, 0x061C }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x2069 },
                { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB },
                { 0xE0000, 0xE007F }, /* invisible or turning the writing */
        };

        for (size_t i = 0; i < ELEMENTSOF(hidden); i++)
                if (code >= hidden[i].first && code <= hidden[i].last)
                        return false;
        return true;
}

static void add_spelled(StrBuf *buffer, uint32_t code)
{
        switch (code) {
        case '\n': strbuf_add(buffer, "\\n"); break;
        case '\r': strbuf_add(buffer, "\\r"); break;
        case '\t': strbuf_add(buffer, "\\t"); break;
        case 0x1B: strbuf_add(buffer, "\\e"); break;
        default: strbuf_addf(buffer, "\\u%04x", code);
        }
}

void text_add_safe(StrBuf *buffer, const char *text, bool keeps_newlines)
{
        while (*text) {
                size_t length = utf8_length(text, UTF8_MAX);
                const char *character = text;
                if (length == 0) {
                        strbuf_addf(buffer, "\\x%02x", (unsigned char)*text++);
                        continue;
                }
                uint32_t code = character_next(&text);
                if (is_shown(code) || (code == '\n' && keeps_newlines))
                        strbuf_add_bytes(buffer, character, length);
                else
                        add_spelled(buffer, code);
        }
}

void text_complain(const char *format, ...)
{
        StrBuf sentence = STRBUF_INIT, safe = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&sentence, format, arguments);
        va_end(arguments);
        text_add_safe(&safe, strbuf_text(&sentence), true);
        (void)fprintf(stderr, "relancectl: %s\n", strbuf_text(&safe));
        strbuf_release(&sentence);
        strbuf_release(&safe);
}

json_t *member(const json_t *row, const char *path)
{
        const json_t *at = row;

        while (at && *path) {
                size_t length = strcspn(path, ".");
                _cleanup_(freep) char *name = strndup(path, length);
                at = name ? json_object_get(at, name) : NULL;
                path += length + (path[length] == '.');
        }
        return (json_t *)at;
}

const char *text_of(const json_t *row, const char *path, StrBuf *buffer)
{
        const json_t *value = member(row, path);

        strbuf_truncate(buffer, 0);
        if (json_is_string(value))
                text_add_safe(buffer, json_string_value(value), false);
        else if (json_is_integer(value))
                strbuf_addf(buffer, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else if (json_is_boolean(value))
                strbuf_add(buffer, json_is_true(value) ? "yes" : "no");
        return strbuf_text(buffer);
}

const char *text_of_time(const json_t *row, const char *path, StrBuf *buffer)
{
        const char *text = text_of(row, path, buffer);

        if (strlen(text) > MINUTE_LENGTH && text[DATE_LENGTH] == 'T') {
                buffer->text[DATE_LENGTH] = ' ';
                strbuf_truncate(buffer, MINUTE_LENGTH);
        }
        return strbuf_text(buffer);
}
