/* SPDX-License-Identifier: MIT */
/*
 * Owns everything of ICU that writes for people. Never decides what is written, only how. A
 * formatter that ICU cannot make leaves the neutral form (dots and ISO dates): a notice with plain
 * figures is better than none.
 */

#include "compose/locale.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unicode/uchar.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uenum.h>
#include <unicode/ulistformatter.h>
#include <unicode/uloc.h>
#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

#define TEXT_SIZE 256 /* of an amount or a date, in UTF-16 units */
#define DAY_MILLISECONDS 86400000.0
#define DATES_KEPT 128

#define PERCENT "%" /* in place of a currency */
#define RATE "%%"   /* the same */

typedef struct AmountFormatter {
        char currency[CURRENCY_SIZE];
        UNumberFormatter *formatter; /* NULL: ICU has none */
} AmountFormatter;

/* A date as it was written last; what a firm writes on one day has few different ones. */
typedef struct WrittenDate {
        Date date;
        LocaleStyle style;
        char text[56]; /* "": the place is free */
} WrittenDate;

struct Locale {
        Locale *next;
        char tag[64];
        char name[ULOC_FULLNAME_CAPACITY]; /* ICU's */
        AmountFormatter *amounts;
        size_t n_amounts;
        UFormattedNumber *number;
        UDateFormat *date_text, *date_plain;
        UListFormatter *list;
        UPluralRules *plural;
        WrittenDate dates[DATES_KEPT];
};

struct Locales {
        Locale *first;
};

static void locale_free(Locale *locale)
{
        if (!locale)
                return;
        for (size_t i = 0; i < locale->n_amounts; i++)
                unumf_close(locale->amounts[i].formatter);
        free(locale->amounts);
        unumf_closeResult(locale->number);
        udat_close(locale->date_text);
        udat_close(locale->date_plain);
        ulistfmt_close(locale->list);
        uplrules_close(locale->plural);
        free(locale);
}

int locales_new(Locales **ret_locales)
{
        Locales *locales = calloc(1, sizeof(Locales));

        if (!locales)
                return -ENOMEM;
        *ret_locales = locales;
        return 0;
}

void locales_free(Locales *locales)
{
        if (!locales)
                return;
        for (Locale *locale = locales->first, *next; locale; locale = next) {
                next = locale->next;
                locale_free(locale);
        }
        free(locales);
}

static bool locale_speaks(const Locale *locale, const char *language)
{
        size_t length = strlen(language);

        return strncmp(locale->name, language, length) == 0 &&
               (locale->name[length] == '\0' || strchr("_@", locale->name[length]));
}

static void locale_set_name(Locale *locale)
{
        UErrorCode error = U_ZERO_ERROR;
        char name[ULOC_FULLNAME_CAPACITY];
        int32_t length = uloc_getBaseName(locale->tag, name, sizeof(name), &error);

        if (U_FAILURE(error) || length <= 0 || length >= (int32_t)sizeof(name))
                (void)snprintf(name, sizeof(name), "und");
        (void)snprintf(locale->name, sizeof(locale->name), "%.100s%s@calendar=gregorian", name,
                streq(name, "en") ? "_GB" : "");
}

static UDateFormat *open_date_text(const Locale *locale)
{
        UErrorCode error = U_ZERO_ERROR;

        return udat_open(UDAT_NONE, UDAT_LONG, locale->name, u"UTC", -1, NULL, 0, &error);
}

/* Figures only, in the order of the language; English is split about that order, so it names the
 * month. */
static UDateFormat *open_date_plain(const Locale *locale)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar pattern[TEXT_SIZE];

        if (locale_speaks(locale, "en"))
                return udat_open(UDAT_NONE, UDAT_MEDIUM, locale->name, u"UTC", -1, NULL, 0, &error);
        UDateTimePatternGenerator *generator = udatpg_open(locale->name, &error);
        int32_t length = udatpg_getBestPattern(generator, u"yMMdd", -1, pattern, TEXT_SIZE, &error);
        UDateFormat *format = NULL;
        if (U_SUCCESS(error))
                format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale->name, u"UTC", -1, pattern,
                        length, &error);
        udatpg_close(generator);
        return format;
}

Locale *locales_get(Locales *locales, const char *tag)
{
        UErrorCode error = U_ZERO_ERROR;

        for (Locale *locale = locales->first; locale; locale = locale->next)
                if (strncmp(locale->tag, tag, sizeof(locale->tag) - 1) == 0)
                        return locale;
        Locale *locale = calloc(1, sizeof(Locale));
        if (!locale)
                return NULL;
        (void)snprintf(locale->tag, sizeof(locale->tag), "%s", tag);
        locale_set_name(locale);
        locale->number = unumf_openResult(&error);
        locale->date_text = open_date_text(locale);
        locale->date_plain = open_date_plain(locale);
        error = U_ZERO_ERROR;
        locale->list = ulistfmt_open(locale->name, &error);
        error = U_ZERO_ERROR;
        locale->plural = uplrules_open(locale->name, &error);
        locale->next = locales->first;
        locales->first = locale;
        return locale;
}

static char *utf8_of(const UChar *text, int32_t length, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        int32_t size = 3 * length + 1;
        char *result = arena_alloc(arena, (size_t)size);

        if (result)
                u_strToUTF8(result, size, NULL, text, length, &error);
        return result;
}

/* ICU's result in UTF-8, or the neutral text where it has none. */
static const char *result_of(
        const UChar *text, int32_t length, UErrorCode error, const char *neutral, Arena *arena)
{
        if (U_FAILURE(error) || length <= 0 || length > TEXT_SIZE)
                return arena_strdup(arena, neutral);
        return utf8_of(text, length, arena);
}

/* The skeleton names the decimals: CLDR's own rounding would drop the cents of some currencies. */
static UNumberFormatter *open_amount(const Locale *locale, const char *currency)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar skeleton[64];
        char text[64];
        int exponent = currency_exponent(currency);

        if (exponent < 0)
                return NULL;
        int length = snprintf(text, sizeof(text), "currency/%s %s%.*s", currency,
                exponent > 0 ? "." : "precision-integer", exponent, "0000");
        u_uastrcpy(skeleton, text);
        return unumf_openForSkeletonAndLocale(skeleton, length, locale->name, &error);
}

static UNumberFormatter *open_percent(const Locale *locale, const UChar *skeleton)
{
        UErrorCode error = U_ZERO_ERROR;

        return unumf_openForSkeletonAndLocale(skeleton, -1, locale->name, &error);
}

static UNumberFormatter *open_formatter(const Locale *locale, const char *currency)
{
        if (streq(currency, PERCENT))
                return open_percent(locale, u"percent .##");
        return streq(currency, RATE) ? open_percent(locale, u"percent .00")
                                     : open_amount(locale, currency);
}

static UNumberFormatter *locale_formatter(Locale *locale, const char *currency)
{
        for (size_t i = 0; i < locale->n_amounts; i++)
                if (streq(locale->amounts[i].currency, currency))
                        return locale->amounts[i].formatter;
        AmountFormatter *amounts =
                reallocarray(locale->amounts, locale->n_amounts + 1, sizeof(AmountFormatter));
        if (!amounts)
                return NULL;
        locale->amounts = amounts;
        AmountFormatter *added = &amounts[locale->n_amounts++];
        *added = (AmountFormatter){ .formatter = open_formatter(locale, currency) };
        (void)snprintf(added->currency, sizeof(added->currency), "%s", currency);
        return added->formatter;
}

/* No-break spaces of any width become plain ones. */
static void with_plain_spaces(UChar *text, int32_t length)
{
        for (int32_t i = 0; i < length; i++)
                if (text[i] == 0x00A0 || text[i] == 0x202F || text[i] == 0x2009)
                        text[i] = ' ';
}

const char *locale_amount(
        Locale *locale, int64_t minor, const char *currency, LocaleStyle style, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar text[TEXT_SIZE];
        char number[MONEY_TEXT_SIZE], neutral[MONEY_TEXT_SIZE + CURRENCY_SIZE + 1];

        money_format(minor, currency, number);
        if (style == STYLE_DATA)
                return arena_strdup(arena, number);
        (void)snprintf(neutral, sizeof(neutral), "%s %.3s", number, currency);
        UNumberFormatter *formatter = locale_formatter(locale, currency);
        if (!formatter || !locale->number)
                return arena_strdup(arena, neutral);
        unumf_formatDecimal(formatter, number, -1, locale->number, &error);
        int32_t length = unumf_resultToString(locale->number, text, TEXT_SIZE, &error);
        if (style == STYLE_PLAIN && U_SUCCESS(error))
                with_plain_spaces(text, length);
        return result_of(text, length, error, neutral, arena);
}

static const char *write_percent(
        Locale *locale, const char *kind, int hundredths, LocaleStyle style, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar text[TEXT_SIZE];
        char number[MONEY_TEXT_SIZE], neutral[MONEY_TEXT_SIZE + 1];

        money_format(hundredths, "EUR", number); /* two decimals */
        if (style == STYLE_DATA)
                return arena_strdup(arena, number);
        (void)snprintf(neutral, sizeof(neutral), "%s%%", number);
        UNumberFormatter *formatter = locale_formatter(locale, kind);
        if (!formatter || !locale->number)
                return arena_strdup(arena, neutral);
        unumf_formatDecimal(formatter, number, -1, locale->number, &error);
        int32_t length = unumf_resultToString(locale->number, text, TEXT_SIZE, &error);
        if (style == STYLE_PLAIN && U_SUCCESS(error))
                with_plain_spaces(text, length);
        return result_of(text, length, error, neutral, arena);
}

const char *locale_percent(Locale *locale, int hundredths, LocaleStyle style, Arena *arena)
{
        return write_percent(locale, PERCENT, hundredths, style, arena);
}

const char *locale_rate(Locale *locale, int hundredths, Arena *arena)
{
        return write_percent(locale, RATE, hundredths, STYLE_TEXT, arena);
}

const char *locale_country(const Locale *locale, const char *code, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar text[TEXT_SIZE];
        char place[8];

        (void)snprintf(place, sizeof(place), "und_%.3s", code);
        int32_t length = uloc_getDisplayCountry(place, locale->name, text, TEXT_SIZE, &error);
        /* A warning says that ICU has no name for it. */
        if (error == U_USING_DEFAULT_WARNING)
                length = 0;
        return result_of(text, length, error, code, arena);
}

static const char *write_date(const Locale *locale, Date date, LocaleStyle style, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar text[TEXT_SIZE] = { 0 };
        char neutral[DATE_TEXT_SIZE];
        UDateFormat *format = style == STYLE_PLAIN ? locale->date_plain : locale->date_text;

        date_format(date, neutral);
        if (!format)
                return arena_strdup(arena, neutral);
        int32_t length =
                udat_format(format, date.days * DAY_MILLISECONDS, text, TEXT_SIZE, NULL, &error);
        const char *result = result_of(text, length, error, neutral, arena);
        /* CLDR does not know that the first of the month is an ordinal in French. */
        if (!result || style != STYLE_TEXT || !locale_speaks(locale, "fr") ||
                strncmp(result, "1 ", 2) != 0)
                return result;
        size_t size = strlen(result) + sizeof("er");
        char *ordinal = arena_alloc(arena, size);
        if (ordinal)
                (void)snprintf(ordinal, size, "1er%s", result + 1);
        return ordinal;
}

const char *locale_date(Locale *locale, Date date, LocaleStyle style, Arena *arena)
{
        char neutral[DATE_TEXT_SIZE];

        if (style == STYLE_DATA || !date_is_set(date))
                return arena_strdup(arena, date_format(date, neutral));
        WrittenDate *kept = &locale->dates[(uint32_t)date.days % DATES_KEPT];
        if (*kept->text && kept->date.days == date.days && kept->style == style)
                return arena_strdup(arena, kept->text);
        const char *text = write_date(locale, date, style, arena);
        if (text && strlen(text) < sizeof(kept->text)) {
                *kept = (WrittenDate){ .date = date, .style = style };
                memcpy(kept->text, text, strlen(text) + 1);
        }
        return text;
}

/* Without ICU's help: "a, b, c". */
static const char *list_with_commas(const char *const items[], size_t n, Arena *arena)
{
        size_t size = 1;

        for (size_t i = 0; i < n; i++)
                size += strlen(items[i]) + 2;
        char *result = arena_alloc(arena, size), *p = result;
        for (size_t i = 0; i < n && result; i++)
                p += snprintf(p, size - (size_t)(p - result), "%s%s", i > 0 ? ", " : "", items[i]);
        return result;
}

const char *locale_list(Locale *locale, const char *const items[], size_t n, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        size_t total = 0;

        for (size_t i = 0; i < n; i++)
                total += strlen(items[i]) + 16;
        const UChar **texts = arena_alloc_array(arena, n, sizeof(*texts));
        UChar *room = arena_alloc_array(arena, 2 * total + 1, sizeof(*room));
        if (!texts || !room || total > INT32_MAX / 4)
                return NULL;
        UChar *p = room, *result = room + total;
        for (size_t i = 0; i < n; i++) {
                int32_t length = 0;
                int32_t size = (int32_t)(result - p);
                u_strFromUTF8WithSub(p, size, &length, items[i], -1, 0xFFFD, NULL, &error);
                texts[i] = p;
                p += length + 1;
        }
        if (!locale->list || U_FAILURE(error))
                return list_with_commas(items, n, arena);
        int32_t length = ulistfmt_format(
                locale->list, texts, NULL, (int32_t)n, result, (int32_t)total + 1, &error);
        if (U_FAILURE(error))
                return list_with_commas(items, n, arena);
        return utf8_of(result, length, arena);
}

const char *const plural_names[PLURALS] = { "zero", "one", "two", "few", "many", "other" };

Plural locale_plural(Locale *locale, int64_t n)
{
        UErrorCode error = U_ZERO_ERROR;
        UChar keyword[16];
        char name[16];
        int32_t length = 0;

        if (locale->plural)
                length = uplrules_select(
                        locale->plural, (double)n, keyword, ELEMENTSOF(keyword), &error);
        if (U_FAILURE(error) || length <= 0 || length >= (int32_t)sizeof(name))
                return n == 1 ? PLURAL_ONE : PLURAL_OTHER;
        u_UCharsToChars(keyword, name, length);
        name[length] = '\0';
        for (Plural plural = PLURAL_ZERO; plural < PLURAL_OTHER; plural++)
                if (streq(name, plural_names[plural]))
                        return plural;
        return PLURAL_OTHER;
}

bool locale_runs_right_to_left(const Locale *locale)
{
        return uloc_isRightToLeft(locale->name);
}

const char *text_fold(const char *text, size_t length, Arena *arena)
{
        UErrorCode error = U_ZERO_ERROR;
        int32_t size, n = 0;

        if (length > INT32_MAX / 16)
                return NULL;
        size = (int32_t)length * 3 + 1;
        UChar *wide = arena_alloc_array(arena, (size_t)size, sizeof(UChar));
        UChar *folded = arena_alloc_array(arena, (size_t)size, sizeof(UChar));
        if (!wide || !folded)
                return NULL;
        u_strFromUTF8WithSub(wide, size, &n, text, (int32_t)length, 0xFFFD, NULL, &error);
        n = u_strFoldCase(folded, size, wide, n, U_FOLD_CASE_DEFAULT, &error);
        return U_SUCCESS(error) ? utf8_of(folded, n, arena) : arena_strndup(arena, text, length);
}
