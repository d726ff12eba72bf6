/* SPDX-License-Identifier: MIT */
/* Owns the placeholders of a configured request and their escaping. Pure; what is wrong is told
 * when the channel opens, never when a message leaves. */

#include "channels/sms/fill.h"

#include <errno.h>

#include "base/parse.h"
#include "channels/http/http.h"

static const char *const names[] = {
        [WORD_TO] = "to",
        [WORD_TO_DIGITS] = "to_digits",
        [WORD_TEXT] = "text",
        [WORD_FROM] = "from",
        [WORD_USERNAME] = "username",
        [WORD_PASSWORD] = "password",
        [WORD_TOKEN] = "token",
        [WORD_BASIC] = "basic",
        [WORD_NOTICE] = "notice",
        [WORD_MESSAGE_ID] = "message_id",
        [WORD_LANGUAGE] = "language",
};

/* What stands between {{ and }}. */
typedef struct Placeholder {
        const char *start;  /* of what is within */
        size_t length;      /* of that */
        const char *before; /* text in front of {{ */
        const char *after;  /* behind }} */
} Placeholder;

/* The next one in text. 0: there is none; 1; -EINVAL: it is not closed. */
static int find_next(const char *text, Placeholder *ret)
{
        const char *open = strstr(text, "{{");
        const char *close = open ? strstr(open, "}}") : NULL;

        if (!open)
                return 0;
        if (!close)
                return -EINVAL;
        const char *start = open + 2, *end = close;
        while (start < end && *start == ' ')
                start++;
        while (end > start && end[-1] == ' ')
                end--;
        *ret = (Placeholder){ start, (size_t)(end - start), open, close + 2 };
        return 1;
}

/* {{unicode?A:B}}: A or B. */
static bool find_choice(const Placeholder *at, bool is_unicode, const char **ret, size_t *ret_n)
{
        static const char mark[] = "unicode?";
        size_t n = sizeof(mark) - 1;

        if (at->length <= n || memcmp(at->start, mark, n) != 0)
                return false;
        const char *first = at->start + n;
        const char *colon = memchr(first, ':', at->length - n);
        if (!colon)
                return false;
        *ret = is_unicode ? first : colon + 1;
        *ret_n = (size_t)(is_unicode ? colon - first : at->start + at->length - (colon + 1));
        return true;
}

static int find_word(const Placeholder *at)
{
        for (int i = 0; i < WORDS; i++)
                if (strlen(names[i]) == at->length && !memcmp(names[i], at->start, at->length))
                        return i;
        return -EINVAL;
}

bool fill_is_needed(const char *template)
{
        return strstr(template, "{{");
}

static int fault_unknown(const Placeholder *at, StrBuf *fault)
{
        char name[64] = "";

        memcpy(name, at->start, MIN(at->length, sizeof(name) - 1));
        const char *near = nearest_name(name, names, WORDS);
        strbuf_addf(fault, "{{%s}} is no placeholder", name);
        if (near)
                strbuf_addf(fault, ": did you mean {{%s}}?", near);
        return -EINVAL;
}

int fill_check(const char *template, FillPlace place, StrBuf *fault)
{
        Placeholder at;
        const char *choice;
        size_t n;
        int r;

        while ((r = find_next(template, &at)) > 0) {
                int word = find_word(&at);
                if (word < 0 && !find_choice(&at, true, &choice, &n))
                        return fault_unknown(&at, fault);
                if (word == WORD_TEXT && place == FILL_HEADER) {
                        strbuf_add(fault, "{{text}} may not stand in a header");
                        return -EINVAL;
                }
                template = at.after;
        }
        if (r < 0)
                strbuf_add(fault, "a {{ is not closed by }}");
        return r;
}

static void add_line(StrBuf *out, const char *value)
{
        for (; *value; value++)
                strbuf_add_char(out, (unsigned char)*value < ' ' || *value == 0x7f ? ' ' : *value);
}

static void add_value(StrBuf *out, const char *value, FillPlace place)
{
        switch (place) {
        case FILL_PLAIN: strbuf_add(out, value); break;
        case FILL_URL: http_add_url_encoded(out, value); break;
        case FILL_HEADER: add_line(out, value); break;
        case FILL_JSON: http_add_json_escaped(out, value); break;
        }
}

void fill_out(StrBuf *out, const char *template, FillPlace place, const FillWords *words)
{
        Placeholder at;
        const char *choice;
        size_t n;

        while (find_next(template, &at) > 0) {
                strbuf_add_bytes(out, template, (size_t)(at.before - template));
                int word = find_word(&at);
                if (word >= 0)
                        add_value(out, words->values[word], place);
                else if (find_choice(&at, words->is_unicode, &choice, &n))
                        strbuf_add_bytes(out, choice, n);
                template = at.after;
        }
        strbuf_add(out, template);
}
