/* SPDX-License-Identifier: MIT */
/*
 * Owns the forms in which a secret may come back from a gateway that echoes the request: as it is,
 * percent-encoded, in a form, in JSON, in base64 by itself or within "user:password". What is told
 * of an answer goes through here, whoever wrote it. Pure.
 */

#include "channels/http/transfer.h"

#define MARK "***"
#define FORMS_MAX 8 /* of one secret */

struct HttpBlots {
        char **forms; /* to a NULL */
        size_t n;
};

static void add_form(HttpBlots *blots, StrBuf *form)
{
        if (form->length > 0 && strbuf_take(form, &blots->forms[blots->n]) == 0)
                blots->n++;
        strbuf_release(form);
}

/* As forms have it: a blank is "+". */
static void add_form_encoded(StrBuf *out, const char *secret)
{
        for (; *secret; secret++) {
                if (*secret == ' ')
                        strbuf_add_char(out, '+');
                else
                        http_add_url_encoded(out, (const char[]){ *secret, 0 });
        }
}

static void add_lower_percent(StrBuf *out, const char *encoded)
{
        for (int n_hex = 0; *encoded; encoded++) {
                char c = *encoded;
                strbuf_add_char(out, n_hex > 0 && c >= 'A' && c <= 'F' ? (char)(c + 32) : c);
                n_hex = c == '%' ? 2 : n_hex - (n_hex > 0);
        }
}

/* Within a longer text a secret begins at any of three places of a group of base64; the groups that
 * hold nothing else are the same each time. */
static void add_base64_core(StrBuf *out, const char *secret, size_t skip)
{
        size_t length = strlen(secret);

        if (length >= skip + 3)
                http_add_base64(out, secret + skip, (length - skip) / 3 * 3);
}

static void add_forms(HttpBlots *blots, const char *secret)
{
        StrBuf form = STRBUF_INIT, encoded = STRBUF_INIT;

        strbuf_add(&form, secret);
        add_form(blots, &form);
        http_add_url_encoded(&encoded, secret);
        strbuf_add(&form, strbuf_text(&encoded));
        add_form(blots, &form);
        add_lower_percent(&form, strbuf_text(&encoded));
        add_form(blots, &form);
        add_form_encoded(&form, secret);
        add_form(blots, &form);
        http_add_json_escaped(&form, secret);
        add_form(blots, &form);
        for (size_t skip = 0; skip < 3; skip++) {
                add_base64_core(&form, secret, skip);
                add_form(blots, &form);
        }
        strbuf_release(&encoded);
}

HttpBlots *blots_new(const char *const *secrets)
{
        HttpBlots *blots = calloc(1, sizeof(*blots));
        size_t n = 0;

        while (secrets && secrets[n])
                n++;
        if (blots)
                blots->forms = calloc(n * FORMS_MAX + 1, sizeof(*blots->forms));
        if (!blots || !blots->forms) {
                blots_free(blots);
                return NULL;
        }
        for (size_t i = 0; i < n; i++)
                if (*secrets[i])
                        add_forms(blots, secrets[i]);
        return blots;
}

void blots_free(HttpBlots *blots)
{
        if (!blots)
                return;
        for (size_t i = 0; i < blots->n; i++)
                free(blots->forms[i]);
        free(blots->forms);
        free(blots);
}

/* How many bytes at text are this form, or the beginning of it that a cut text ends with. */
static size_t match(const char *text, const char *form, bool is_cut)
{
        size_t n = 0;

        while (form[n] && text[n] == form[n])
                n++;
        bool is_whole = !form[n];
        bool is_rest = is_cut && n >= 3 && streq(text + n, "…");
        return is_whole || is_rest ? n : 0;
}

static size_t match_any(const HttpBlots *blots, const char *number, const char *text, bool is_cut)
{
        size_t most = strlen(number) >= 7 ? match(text, number, is_cut) : 0;

        for (size_t i = 0; i < blots->n; i++)
                most = MAX(most, match(text, blots->forms[i], is_cut));
        return most;
}

void blots_apply(const HttpBlots *blots, const char *to, char *text, size_t size)
{
        StrBuf out = { .limit = size - 1 };
        size_t length = strlen(text);
        bool is_cut = length >= strlen("…") && streq(text + length - strlen("…"), "…");

        for (const char *at = text; *at;) {
                size_t n = match_any(blots, *to == '+' ? to + 1 : to, at, is_cut);
                if (n > 0)
                        strbuf_add(&out, MARK);
                else
                        strbuf_add_char(&out, *at);
                at += MAX(n, (size_t)1);
        }
        memcpy(text, strbuf_text(&out), out.length + 1);
        strbuf_release(&out);
}
