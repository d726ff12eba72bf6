/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_LOCALE_H
#define RELANCED_COMPOSE_LOCALE_H

/*
 * How people of a language write amounts, dates and lists (ICU). Formatters are made once per
 * language and currency and kept. Results live in the arena; NULL only when memory is out.
 */

#include "base/arena.h"
#include "core/date.h"
#include "core/money.h"

typedef struct Locales Locales;
typedef struct Locale Locale;

int locales_new(Locales **ret_locales);
void locales_free(Locales *locales);
DEFINE_CLEANUP(Locales, locales_free)

/*
 * The locale of a language tag: "fr", "fr-BE", "en_GB". Plain "en" is British, for its
 * unambiguous dates; a tag that ICU does not know is written in ICU's neutral way. Owned by
 * locales; NULL only when memory is out.
 */
Locale *locales_get(Locales *locales, const char *tag);

typedef enum LocaleStyle {
        STYLE_TEXT,  /* "1 200,00 €" with no-break spaces, "1er août 2026" */
        STYLE_PLAIN, /* for SMS: plain spaces, "01/08/2026" ("1 Aug 2026" in English) */
        STYLE_DATA,  /* for programs: "1200.00", "2026-08-01" */
} LocaleStyle;

/* Exact, with all decimals of the currency. */
const char *locale_amount(
        Locale *locale, int64_t minor, const char *currency, LocaleStyle style, Arena *arena);
/* Hundredths of a percent: "2,5 %", "2.5%"; STYLE_DATA: "2.50". */
const char *locale_percent(Locale *locale, int hundredths, LocaleStyle style, Arena *arena);
/* The same with both decimals always, so that rates of a table line up: "2,50 %". */
const char *locale_rate(Locale *locale, int hundredths, Arena *arena);
/* "Germany" of "DE"; the code itself where it is none that ICU knows. */
const char *locale_country(const Locale *locale, const char *code, Arena *arena);
/* DATE_NONE gives "". */
const char *locale_date(Locale *locale, Date date, LocaleStyle style, Arena *arena);
/* "F-1, F-2 et F-3" */
const char *locale_list(Locale *locale, const char *const items[], size_t n, Arena *arena);
/* CLDR's categories of plurals: which of its forms a language uses for n things. */
typedef enum Plural {
        PLURAL_ZERO,
        PLURAL_ONE, /* 0 and 1 in French, 1 in English */
        PLURAL_TWO,
        PLURAL_FEW,
        PLURAL_MANY,
        PLURAL_OTHER,
} Plural;
#define PLURALS 6
extern const char *const plural_names[PLURALS];
Plural locale_plural(Locale *locale, int64_t n);

/* Whether it is written from right to left. */
bool locale_runs_right_to_left(const Locale *locale);

/* Without differences of case, for comparing words; the language does not matter. */
const char *text_fold(const char *text, size_t length, Arena *arena);

#endif
