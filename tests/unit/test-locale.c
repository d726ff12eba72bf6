/* SPDX-License-Identifier: MIT */
/* locale.c: what people of a language expect to read, against CLDR where its table is at hand. */

#include "compose/locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* needs the four above */
#include <cmocka.h>

#include "base/parse.h"

#define NB "\xC2\xA0"      /* no-break space */
#define NNB "\xE2\x80\xAF" /* narrow no-break space */

typedef struct Fixture {
        Arena arena;
        Locales *locales;
} Fixture;

static int fixture_set_up(void **state)
{
        static Fixture fixture;

        *state = &fixture;
        return locales_new(&fixture.locales);
}

static int fixture_tear_down(void **state)
{
        Fixture *fixture = *state;

        locales_free(fixture->locales);
        arena_release(&fixture->arena);
        return 0;
}

static void amounts_are_exact_and_written_as_the_language_does(void **state)
{
        static const struct {
                const char *tag;
                int64_t minor;
                const char *currency;
                LocaleStyle style;
                const char *expected;
        } cases[] = {
                { "fr", 120000, "EUR", STYLE_TEXT, "1" NNB "200,00" NB "€" },
                { "fr-FR", 5, "EUR", STYLE_TEXT, "0,05" NB "€" },
                { "fr", -120050, "EUR", STYLE_TEXT, "-1" NNB "200,50" NB "€" },
                { "fr_BE", 123456, "EUR", STYLE_TEXT, "1" NNB "234,56" NB "€" },
                { "en", 120000, "EUR", STYLE_TEXT, "€1,200.00" },
                { "en-US", 120000, "USD", STYLE_TEXT, "$1,200.00" },
                { "de-DE", 120000, "EUR", STYLE_TEXT, "1.200,00" NB "€" },
                { "fr", 1200, "JPY", STYLE_TEXT, "1" NNB "200" NB "JPY" },
                { "fr", 1234567, "TND", STYLE_TEXT, "1" NNB "234,567" NB "TND" },
                { "fr", 123456, "HUF", STYLE_TEXT, "1" NNB "234,56" NB "HUF" },
                { "fr", INT64_MAX, "EUR", STYLE_TEXT,
                        "92" NNB "233" NNB "720" NNB "368" NNB "547" NNB "758,07" NB "€" },
                { "fr", 120000, "EUR", STYLE_PLAIN, "1 200,00 €" },
                { "en", 120000, "EUR", STYLE_PLAIN, "€1,200.00" },
                { "fr", 120000, "EUR", STYLE_DATA, "1200.00" },
                { "zz-not-a-language", 120000, "EUR", STYLE_DATA, "1200.00" },
        };
        Fixture *fixture = *state;

        for (size_t round = 0; round < 2; round++) /* made, then kept */
                for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                        Locale *locale = locales_get(fixture->locales, cases[i].tag);
                        assert_string_equal(locale_amount(locale, cases[i].minor, cases[i].currency,
                                                    cases[i].style, &fixture->arena),
                                cases[i].expected);
                }
}

static void dates_are_long_in_texts_and_unambiguous_in_short_ones(void **state)
{
        static const struct {
                const char *tag, *date;
                LocaleStyle style;
                const char *expected;
        } cases[] = {
                { "fr", "2026-08-01", STYLE_TEXT, "1er août 2026" },
                { "fr-CA", "2026-01-01", STYLE_TEXT, "1er janvier 2026" },
                { "fr", "2026-03-11", STYLE_TEXT, "11 mars 2026" },
                { "fr", "2026-03-21", STYLE_TEXT, "21 mars 2026" },
                { "en", "2026-08-01", STYLE_TEXT, "1 August 2026" },
                { "en-US", "2026-08-01", STYLE_TEXT, "August 1, 2026" },
                { "de", "2026-08-01", STYLE_TEXT, "1. August 2026" },
                { "fr", "2026-08-01", STYLE_PLAIN, "01/08/2026" },
                { "en", "2026-08-01", STYLE_PLAIN, "1 Aug 2026" },
                { "de", "2026-08-01", STYLE_PLAIN, "01.08.2026" },
                { "fr", "2026-08-01", STYLE_DATA, "2026-08-01" },
                { "th", "2026-08-01", STYLE_DATA, "2026-08-01" },
        };
        Fixture *fixture = *state;
        Date date;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Locale *locale = locales_get(fixture->locales, cases[i].tag);
                assert_int_equal(date_parse(cases[i].date, &date), 0);
                assert_string_equal(locale_date(locale, date, cases[i].style, &fixture->arena),
                        cases[i].expected);
        }
        Locale *thai = locales_get(fixture->locales, "th");
        assert_non_null(strstr(
                locale_date(thai, date_of(2026, 8, 1), STYLE_TEXT, &fixture->arena), "2026"));
        assert_string_equal(locale_date(thai, DATE_NONE, STYLE_TEXT, &fixture->arena), "");
}

static void countries_are_named_in_the_language(void **state)
{
        static const struct {
                const char *tag, *code, *expected;
        } cases[] = {
                { "fr", "DE", "Allemagne" },
                { "en", "DE", "Germany" },
                { "de", "FR", "Frankreich" },
                { "nl", "ES", "Spanje" },
                { "fr", "??", "??" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(locale_country(locales_get(fixture->locales, cases[i].tag),
                                            cases[i].code, &fixture->arena),
                        cases[i].expected);
}

static void lists_and_plurals_follow_the_language(void **state)
{
        static const char *const items[] = { "F-1", "F-2", "\xF0\x9F\x98\x80" };
        Fixture *fixture = *state;
        Locale *french = locales_get(fixture->locales, "fr");
        Locale *english = locales_get(fixture->locales, "en");
        Arena *arena = &fixture->arena;

        assert_string_equal(locale_list(french, items, 0, arena), "");
        assert_string_equal(locale_list(french, items, 1, arena), "F-1");
        assert_string_equal(locale_list(french, items, 2, arena), "F-1 et F-2");
        assert_string_equal(locale_list(french, items, 3, arena), "F-1, F-2 et \xF0\x9F\x98\x80");
        assert_string_equal(locale_list(english, items, 3, arena), "F-1, F-2 and \xF0\x9F\x98\x80");
        assert_int_equal(locale_plural(french, 0), PLURAL_ONE);
        assert_int_equal(locale_plural(french, 1), PLURAL_ONE);
        assert_int_equal(locale_plural(french, 2), PLURAL_OTHER);
        assert_int_equal(locale_plural(english, 0), PLURAL_OTHER);
        assert_int_equal(locale_plural(english, 1), PLURAL_ONE);
        assert_int_equal(locale_plural(english, 2), PLURAL_OTHER);
}

static void folding_forgets_case_only(void **state)
{
        Fixture *fixture = *state;

        assert_string_equal(text_fold("DETTE ÉchÉance", 16, &fixture->arena), "dette échéance");
        assert_string_equal(text_fold("", 0, &fixture->arena), "");
}

static bool check_amount(Fixture *fixture, char *fields[])
{
        int64_t minor;

        if (*fields[1] == '-' && strspn(fields[1], "-0.") == strlen(fields[1]))
                return false; /* minor units know no negative zero */
        /* CLDR rounds forints to whole ones, we show what is owed. */
        if (streq(fields[3], "HUF") || money_parse(fields[1], fields[3], &minor) < 0)
                return false;
        Locale *locale = locales_get(fixture->locales, fields[2]);
        assert_string_equal(
                locale_amount(locale, minor, fields[3], STYLE_TEXT, &fixture->arena), fields[4]);
        return true;
}

static bool check_date(Fixture *fixture, char *fields[])
{
        char expected[128];
        Date date;
        bool is_first = strncmp(fields[2], "fr", 2) == 0 && strncmp(fields[4], "1 ", 2) == 0;

        assert_int_equal(date_parse(fields[1], &date), 0);
        (void)snprintf(expected, sizeof(expected), "%s%s", is_first ? "1er" : fields[4],
                is_first ? fields[4] + 1 : "");
        Locale *locale = locales_get(fixture->locales, fields[2]);
        assert_string_equal(locale_date(locale, date, STYLE_TEXT, &fixture->arena), expected);
        return true;
}

static bool check_plural(Fixture *fixture, char *fields[])
{
        int n;

        if (parse_int(fields[1], 0, 1000, &n) < 0)
                return false;
        Locale *locale = locales_get(fixture->locales, fields[2]);
        assert_string_equal(plural_names[locale_plural(locale, n)], fields[4]);
        return true;
}

static bool check_list(Fixture *fixture, char *fields[])
{
        const char *items[16];
        size_t n = 0;
        char *rest = fields[1];

        while (rest && n < ELEMENTSOF(items))
                items[n++] = strsep(&rest, "|");
        Locale *locale = locales_get(fixture->locales, fields[2]);
        assert_string_equal(locale_list(locale, items, n, &fixture->arena), fields[4]);
        return true;
}

static void the_table_of_cldr_holds(void **state)
{
        static const struct {
                const char *kind;
                bool (*check)(Fixture *fixture, char *fields[]);
        } kinds[] = { { "money", check_amount }, { "date-long", check_date },
                { "plural", check_plural }, { "list", check_list } };
        const char *shared = getenv("RELANCED_SHARED");
        char path[4096], line[512], nothing[1] = "";
        size_t n = 0;

        (void)snprintf(
                path, sizeof(path), "%s/data/format/intl-expected.tsv", shared ? shared : "");
        FILE *file = fopen(path, "re");
        if (!file) {
                print_message("CLDR's table is not at hand: set RELANCED_SHARED\n");
                skip();
        }
        while (fgets(line, sizeof(line), file)) {
                char *fields[6], *rest = line;
                line[strcspn(line, "\r\n")] = '\0';
                for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                        fields[i] = rest ? strsep(&rest, "\t") : nothing;
                for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                        if (streq(fields[0], kinds[i].kind))
                                n += kinds[i].check(*state, fields);
        }
        (void)fclose(file);
        assert_true(n > 100);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(amounts_are_exact_and_written_as_the_language_does),
                cmocka_unit_test(dates_are_long_in_texts_and_unambiguous_in_short_ones),
                cmocka_unit_test(countries_are_named_in_the_language),
                cmocka_unit_test(lists_and_plurals_follow_the_language),
                cmocka_unit_test(folding_forgets_case_only),
                cmocka_unit_test(the_table_of_cldr_holds),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
