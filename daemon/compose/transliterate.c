/* SPDX-License-Identifier: MIT */
/*
 * Owns the way of a text into the GSM alphabet. A text that is in it already is never touched. ICU
 * needs a tenth of a second for the first text of a process that is not, and half a second for the
 * first Chinese one; what it cannot load leaves the text as it was, which is a dearer SMS, not a
 * wrong one.
 */

#include "compose/transliterate.h"

#include <errno.h>
#include <stdint.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

#include "base/gsm.h"
#include "base/macros.h"
#include "base/strbuf.h"

/* As people of these languages write their names in Latin letters, before ICU's way for all. */
#define SCRIPTS u"Russian-Latin/BGN; Greek-Latin/UNGEGN; Any-Latin; NFC"
#define LETTERS u"Latin-ASCII"
#define GROWTH 24 /* letters that a character becomes at most, and more */

struct Transliterator {
        UTransliterator *scripts, *letters; /* NULL: not loaded, or not to be had */
        bool is_loaded;
};

typedef struct Speller {
        Transliterator *transliterator;
        const char *currency;
        StrBuf text;
        bool is_behind_currency; /* a figure does not stick to it */
} Speller;

int transliterator_new(Transliterator **ret_transliterator)
{
        *ret_transliterator = calloc(1, sizeof(Transliterator));
        return *ret_transliterator ? 0 : -ENOMEM;
}

void transliterator_free(Transliterator *transliterator)
{
        if (!transliterator)
                return;
        utrans_close(transliterator->scripts);
        utrans_close(transliterator->letters);
        free(transliterator);
}

static UTransliterator *load(const UChar *name)
{
        UErrorCode error = U_ZERO_ERROR;
        UTransliterator *loaded = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);

        if (U_SUCCESS(error))
                return loaded;
        utrans_close(loaded);
        return NULL;
}

static bool is_ready(Transliterator *transliterator)
{
        if (!transliterator->is_loaded) {
                transliterator->scripts = load(SCRIPTS);
                transliterator->letters = load(LETTERS);
                transliterator->is_loaded = true;
        }
        return transliterator->scripts && transliterator->letters;
}

/* In other letters, as UTF-8 (free()); NULL: it cannot be said so. */
static char *spell(const UTransliterator *way, const char *text, size_t length)
{
        size_t capacity = (length + 1) * GROWTH;
        _cleanup_(freep) UChar *wide = calloc(capacity, sizeof(UChar));
        UErrorCode error = U_ZERO_ERROR;
        int32_t n = 0, limit, n_bytes = 0;

        if (!wide || capacity > INT32_MAX / 4)
                return NULL;
        u_strFromUTF8(wide, (int32_t)capacity, &n, text, (int32_t)length, &error);
        limit = n;
        utrans_transUChars(way, wide, &n, (int32_t)capacity, 0, &limit, &error);
        char *spelled = malloc((size_t)n * 3 + 1);
        if (spelled)
                u_strToUTF8(spelled, n * 3 + 1, &n_bytes, wide, n, &error);
        if (U_SUCCESS(error))
                return spelled;
        free(spelled);
        return NULL;
}

static void add_currency(Speller *speller)
{
        const char *text = strbuf_text(&speller->text);
        bool is_behind_word = *text && text[speller->text.length - 1] != ' ';

        strbuf_addf(&speller->text, "%s%s", is_behind_word ? " " : "", speller->currency);
        speller->is_behind_currency = true;
}

/* What stands for a character that has no letters: a figure, a word, nothing, or itself. */
static void add_other(Speller *speller, UChar32 c, const char *text, size_t length)
{
        int figure = u_charDigitValue(c);

        if (figure >= 0)
                strbuf_addf(&speller->text, "%d", figure);
        else if (U_GET_GC_MASK(c) & U_GC_SC_MASK)
                add_currency(speller);
        else if (U_GET_GC_MASK(c) & U_GC_Z_MASK)
                strbuf_add_char(&speller->text, ' ');
        else if (U_GET_GC_MASK(c) & U_GC_L_MASK)
                strbuf_add_bytes(&speller->text, text, length);
}

static void add_character(Speller *speller, UChar32 c, const char *text, size_t length)
{
        _cleanup_(freep) char *spelled = NULL;

        if (speller->is_behind_currency && u_isdigit(c))
                strbuf_add_char(&speller->text, ' ');
        speller->is_behind_currency = false;
        if (!gsm_has((uint32_t)c))
                spelled = spell(speller->transliterator->letters, text, length);
        if (!spelled)
                strbuf_add_bytes(&speller->text, text, length);
        else if (gsm_size(spelled).is_unicode)
                add_other(speller, c, text, length);
        else
                strbuf_add(&speller->text, spelled);
}

/* Links and addresses have to be exact. */
static bool is_exact(const char *word, size_t length)
{
        return memchr(word, '@', length) || memmem(word, length, "://", 3);
}

static void add_word(Speller *speller, const char *word, size_t length)
{
        _cleanup_(freep) char *spelled = NULL;
        int32_t position = 0, end;

        if (!is_exact(word, length))
                spelled = spell(speller->transliterator->scripts, word, length);
        if (!spelled) {
                strbuf_add_bytes(&speller->text, word, length);
                return;
        }
        for (end = (int32_t)strlen(spelled); position < end;) {
                int32_t start = position;
                UChar32 c;
                U8_NEXT(spelled, position, end, c);
                add_character(speller, c, spelled + start, (size_t)(position - start));
        }
}

/* One space between words, where something has vanished, too. */
static const char *squeeze(const char *text, Arena *arena)
{
        char *line = arena_alloc(arena, strlen(text) + 1), *p = line;

        for (; line && *text; text++)
                if (*text != ' ' || (p > line && text[1] && text[1] != ' '))
                        *p++ = *text;
        return line;
}

const char *transliterate_line(
        Transliterator *transliterator, const char *text, const char *currency, Arena *arena)
{
        Speller speller = { .transliterator = transliterator, .currency = currency };
        const char *line = NULL;

        if (!gsm_size(text).is_unicode || !is_ready(transliterator))
                return text;
        while (*text) {
                size_t length = strcspn(text, " ");
                add_word(&speller, text, length);
                text += length;
                for (; *text == ' '; text++)
                        strbuf_add_char(&speller.text, ' ');
        }
        if (strbuf_error(&speller.text) >= 0)
                line = squeeze(strbuf_text(&speller.text), arena);
        strbuf_release(&speller.text);
        return line;
}
