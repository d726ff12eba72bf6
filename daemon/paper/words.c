/* SPDX-License-Identifier: MIT */
/* Owns the choice of the language, and how values and spaces are set into its words. Pure. */

#include "paper/words.h"

#include <strings.h>

#include "base/strbuf.h"
#include "paper/words-of.h"

#define NARROW_NO_BREAK_SPACE "\u202F"
#define NO_BREAK_SPACE "\u00A0"
#define OPENING "«"
#define CLOSING "»"

const char *const language_codes[LANGUAGES] = {
        [LANGUAGE_EN] = "en",
        [LANGUAGE_FR] = "fr",
        [LANGUAGE_DE] = "de",
        [LANGUAGE_ES] = "es",
        [LANGUAGE_IT] = "it",
        [LANGUAGE_NL] = "nl",
};

static const Word *words_of(Language language, size_t *ret_n)
{
        static const struct {
                const Word *words;
                const size_t *n;
        } rows[LANGUAGES] = {
                [LANGUAGE_EN] = { words_en, &n_words_en },
                [LANGUAGE_FR] = { words_fr, &n_words_fr },
                [LANGUAGE_DE] = { words_de, &n_words_de },
                [LANGUAGE_ES] = { words_es, &n_words_es },
                [LANGUAGE_IT] = { words_it, &n_words_it },
                [LANGUAGE_NL] = { words_nl, &n_words_nl },
        };

        *ret_n = *rows[language].n;
        return rows[language].words;
}

/* LANGUAGES: none of them. */
static Language find_language(const char *tag)
{
        Language language = 0;

        for (; language < LANGUAGES; language++) {
                size_t length = strlen(language_codes[language]);
                if (strncasecmp(tag, language_codes[language], length) == 0 &&
                        (!tag[length] || strchr("-_", tag[length])))
                        break;
        }
        return language;
}

bool language_is_known(const char *tag)
{
        return find_language(tag) != LANGUAGES;
}

Language language_of(const char *tag)
{
        return language_is_known(tag) ? find_language(tag) : LANGUAGE_EN;
}

const char *word_key(size_t i)
{
        return i < n_words_en ? words_en[i].key : NULL;
}

const char *word_find(Language language, const char *key)
{
        size_t n;
        const Word *words = words_of(language, &n);

        for (size_t i = 0; i < n; i++)
                if (streq(words[i].key, key))
                        return words[i].text;
        return NULL;
}

/* The space at text, if French wants it to hold together what it stands between. */
static const char *french_space(const char *text, bool is_after_opening)
{
        if (is_after_opening || strchr(";!?", text[1]) || strncmp(text + 1, CLOSING, 2) == 0)
                return text[1] ? NARROW_NO_BREAK_SPACE : " ";
        return text[1] == ':' ? NO_BREAK_SPACE : " ";
}

const char *word_fill(
        Language language, const char *key, const char *const values[], size_t n, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf filled = STRBUF_INIT;
        const char *text = word_find(language, key);

        for (const char *p = text ? text : key; *p; p++) {
                bool is_place =
                        p[0] == '{' && p[1] >= '1' && p[1] <= '0' + VALUES_MAX && p[2] == '}';
                if (is_place) {
                        size_t i = (size_t)(p[1] - '1');
                        strbuf_add(&filled, i < n ? values[i] : "");
                        p += 2;
                } else if (*p == ' ' && language == LANGUAGE_FR) {
                        bool is_after =
                                p - (text ? text : key) >= 2 && strncmp(p - 2, OPENING, 2) == 0;
                        strbuf_add(&filled, french_space(p, is_after));
                } else
                        strbuf_add_char(&filled, *p);
        }
        return strbuf_error(&filled) < 0 ? NULL : arena_strdup(arena, strbuf_text(&filled));
}
