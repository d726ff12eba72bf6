/* SPDX-License-Identifier: MIT */
/* config/charges: regimes as configured, the shipped rates, and those of the creditor's own. */

#include "config/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "config-folder.h"
#include "core/money.h"
#include "sys/file.h"

#define FIRM                                                                                       \
        "creditor = { name = \"Atelier Dumont\"; };\n"                                             \
        "channels = { paper = { module = \"file\"; }; };\n"

static void write_rates(const char *name, const char *text)
{
        char path[NAME_SIZE];

        (void)snprintf(path, sizeof(path), "%s/rates", folder);
        (void)mkdir(path, 0700);
        (void)snprintf(path, sizeof(path), "rates/%s", name);
        write_text(path, text, strlen(text));
}

static void drop_rates(void)
{
        static const char *const names[] = { "ecb.conf", "boe.conf", "de.conf", "ebc.conf" };
        char path[NAME_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                (void)snprintf(path, sizeof(path), "%s/rates/%s", folder, names[i]);
                (void)unlink(path);
        }
        (void)snprintf(path, sizeof(path), "%s/rates", folder);
        (void)rmdir(path);
}

static int load(const char *text, Config **ret_config, char **ret_said)
{
        _cleanup_(strbuf_release) StrBuf said = STRBUF_INIT;
        Problems problems = { 0 };

        write_text("relanced.conf", text, strlen(text));
        int r = load_named("relanced.conf", &problems, ret_config);
        for (size_t i = 0; i < problems.n; i++) {
                const Problem *problem = &problems.list[i];
                const char *file = problem->file + strlen(folder) + 1;
                strbuf_addf(&said, "%s:%u: %s%s\n", file, problem->line,
                        problem->is_warning ? "warning: " : "", problem->text);
        }
        problems_release(&problems);
        assert_int_equal(strbuf_take(&said, ret_said), 0);
        return r;
}

static Config *load_good(const char *text)
{
        _cleanup_(freep) char *said = NULL;
        Config *config = NULL;

        int r = load(text, &config, &said);
        if (r < 0)
                fail_msg("%s", said);
        return config;
}

/* -1000000: there is none. */
static int find_rate(const Config *config, RateSource source, const char *half_year)
{
        const RateTable *table = &config->charges.tables[source];
        HalfYear wanted;

        assert_int_equal(half_year_parse(half_year, &wanted), 0);
        for (size_t i = 0; i < table->n; i++)
                if (table->rates[i].half_year == wanted)
                        return table->rates[i].hundredths;
        return -1000000;
}

static void regimes_go_by_the_creditors_country_unless_told(void **state)
{
        static const struct {
                const char *more;
                Regime business, consumer, public;
        } cases[] = {
                { "", REGIME_FR_BUSINESS, REGIME_NONE, REGIME_FR_PUBLIC },
                { "charges = { };", REGIME_FR_BUSINESS, REGIME_NONE, REGIME_FR_PUBLIC },
                { "charges = { business = \"EU\"; public = \"none\"; };", REGIME_EU, REGIME_NONE,
                        REGIME_NONE },
                { "charges = { consumer = \"auto\"; };", REGIME_FR_BUSINESS, REGIME_NONE,
                        REGIME_FR_PUBLIC },
                { "charges = { consumer = \"DE\"; business = \"GB\"; public = \"BE\"; };",
                        REGIME_GB, REGIME_DE, REGIME_BE },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
                strbuf_addf(&text, FIRM "%s", cases[i].more);
                Config *config = load_good(strbuf_text(&text));
                const Regime *regimes = config->charges.regimes;
                assert_int_equal(regimes[KIND_BUSINESS], cases[i].business);
                assert_int_equal(regimes[KIND_CONSUMER], cases[i].consumer);
                assert_int_equal(regimes[KIND_PUBLIC], cases[i].public);
                config_free(config);
        }
        Config *config = load_good("creditor = { name = \"A\"; country = \"BE\"; };\n");
        assert_int_equal(config->charges.regimes[KIND_BUSINESS], REGIME_BE);
        config_free(config);
}

static void fixed_sums_are_read(void **state)
{
        Config *config = load_good(
                FIRM "charges = { fixed = ( { currency = \"SEK\"; amount = \"450.00\"; } ); };\n");

        assert_int_equal(config->charges.fixed.n, 1);
        assert_string_equal(config->charges.fixed.list[0].currency, "SEK");
        assert_int_equal(config->charges.fixed.list[0].minor, 45000);
        config_free(config);
}

static int hundredths(const char *percent)
{
        int64_t value = 0;

        assert_int_equal(money_parse(percent, "EUR", &value), 0);
        return (int)value;
}

/* Interest of a year's thousandth: 3,650,000 minor units bear one for each hundredth of a percent
 * and day. */
static int effective_rate(const Config *config, Regime regime, const char *half_year)
{
        ChargeRules rules = config->charges;
        Part part = { .since = DATE_NONE, .until = DATE_NONE, .amount = 3650000 };
        const Claim claim = { .currency = "EUR",
                .kind = KIND_BUSINESS,
                .parts = &part,
                .n_parts = 1,
                .settled_until = DATE_NONE };
        HalfYear number;
        MissingRate missing;
        Charges charges;
        Arena arena = ARENA_INIT;

        assert_int_equal(half_year_parse(half_year, &number), 0);
        rules.regimes[KIND_BUSINESS] = regime;
        part.due = date_of(number / 2, number % 2 ? 7 : 1, 10);
        int r = charges_of(&rules, &claim, date_add(part.due, 1), &arena, &charges, &missing);
        arena_release(&arena);
        return r == 0 ? (int)charges.interest : -1000000;
}

/* half_year,ecb_mro_on_first_day,fr_L441_10_plus10,eu_directive_plus8,be_rounded_up_plus8,
 * boe_on_eve,uk_plus8 */
static void check_line(const Config *config, char *line)
{
        static const Regime regimes[] = { REGIME_NONE, REGIME_NONE, REGIME_FR_BUSINESS, REGIME_EU,
                REGIME_BE, REGIME_NONE, REGIME_GB };
        const char *half_year = strsep(&line, ",");

        for (size_t column = 1; column < ELEMENTSOF(regimes); column++) {
                const char *percent = strsep(&line, ",");
                int expected = is_empty(percent) ? -1000000 : hundredths(percent), found;
                if (column == 1)
                        found = find_rate(config, RATES_ECB, half_year);
                else if (column == 5)
                        found = find_rate(config, RATES_BOE, half_year);
                else
                        found = effective_rate(config, regimes[column], half_year);
                if (found != expected)
                        fail_msg("%s, column %zu: %d, not %d", half_year, column, found, expected);
        }
}

static void the_shipped_rates_are_those_published(void **state)
{
        _cleanup_(freep) char *path = NULL, *text = NULL;
        const char *shared = getenv("RELANCED_SHARED");
        size_t length;

        if (shared && asprintf(&path, "%s/data/rates/rates-by-half-year.csv", shared) < 0)
                path = NULL;
        if (!path || file_read(path, 1 << 20, &text, &length) < 0) {
                print_message("the table of rates is not at hand: set RELANCED_SHARED\n");
                free(TAKE_PTR(path)); /* skip() jumps over the cleanup */
                skip();
        }
        Config *config = load_good(FIRM);
        char *rest = text;
        size_t n = 0;
        (void)strsep(&rest, "\n");
        for (char *line; (line = strsep(&rest, "\n")) && *line; n++) {
                line[strcspn(line, "\r")] = '\0';
                check_line(config, line);
        }
        assert_true(n > 20);
        config_free(config);
}

/* BGB 247: it has stood 0.88 below that of the ECB since 2013, and moves by as much. */
static void the_german_base_rate_moves_with_that_of_the_ecb(void **state)
{
        Config *config = load_good(FIRM);
        const RateTable *table = &config->charges.tables[RATES_DE];

        assert_true(table->n > 20);
        for (size_t i = 0; i < table->n; i++) {
                char half_year[HALF_YEAR_TEXT_SIZE];
                half_year_format(table->rates[i].half_year, half_year);
                assert_int_equal(
                        table->rates[i].hundredths, find_rate(config, RATES_ECB, half_year) - 88);
        }
        config_free(config);
}

static void own_rates_go_over_the_shipped_ones(void **state)
{
        write_rates(
                "ecb.conf", "rates = [ \"2012-S2 1.00\", \"2026-S2 2.41\", \"2027-S1 2.5\" ];\n");
        Config *config = load_good(FIRM);

        assert_int_equal(find_rate(config, RATES_ECB, "2012-S1"), -1000000);
        assert_int_equal(find_rate(config, RATES_ECB, "2012-S2"), 100);
        assert_int_equal(find_rate(config, RATES_ECB, "2026-S1"), 215);
        assert_int_equal(find_rate(config, RATES_ECB, "2026-S2"), 241);
        assert_int_equal(find_rate(config, RATES_ECB, "2027-S1"), 250);
        assert_int_equal(find_rate(config, RATES_BOE, "2026-S1"), 375);
        const RateTable *table = &config->charges.tables[RATES_ECB];
        for (size_t i = 1; i < table->n; i++)
                assert_true(table->rates[i - 1].half_year < table->rates[i].half_year);
        config_free(config);
        config = load_good(FIRM "rates = \"rates\";\n");
        assert_int_equal(find_rate(config, RATES_ECB, "2027-S1"), 250);
        config_free(config);
}

static void mistakes_are_told_with_file_and_line(void **state)
{
        static const struct {
                const char *name, *text, *said;
        } cases[] = {
                { "ecb.conf", "rats = 3;\nrates = [ \"2027-S1 2\" ];\n",
                        "rates/ecb.conf:1: unknown key rats; did you mean \"rates\"?\n" },
                { "ecb.conf", "# nothing\n",
                        "rates/ecb.conf:0: rates is missing: a list such as [ \"2026-S1 2.15\" ], "
                        "the oldest first\n" },
                { "de.conf", "rates = \"2027-S1 2\";\n",
                        "rates/de.conf:1: rates must be a list of texts, such as "
                        "[ \"2026-S1 2.15\" ], not a text\n" },
                { "de.conf", "rates = [\n  2 ];\n",
                        "rates/de.conf:2: rates must be a list of texts, such as "
                        "[ \"2026-S1 2.15\" ], not of a number\n" },
                { "boe.conf", "rates = [\n  \"2027-S1 2\",\n  \"2026-S2 2\",\n  \"2027-S1 2\" ];\n",
                        "rates/boe.conf:3: 2026-S2 is out of order: half-years go from the oldest "
                        "on\n"
                        "rates/boe.conf:4: 2027-S1 is given twice\n" },
                { "boe.conf", "rates = [\n  \"2027-01-01 2.15\" ];\n",
                        "rates/boe.conf:2: \"2027-01-01 2.15\" does not begin with a half-year: a "
                        "rate is written as \"2026-S1 2.15\"\n" },
                { "boe.conf", "rates = [\n  \"2027-S1\" ];\n",
                        "rates/boe.conf:2: \"2027-S1\" is no rate in percent from -100.00 to "
                        "100.00: it is written as \"2027-S1 2.15\"\n" },
                { "boe.conf", "rates = [\n  \"2027-S1 2.155\" ];\n",
                        "rates/boe.conf:2: \"2027-S1 2.155\" is no rate in percent from -100.00 "
                        "to 100.00: it is written as \"2027-S1 2.15\"\n" },
                { "boe.conf", "rates = [\n  \"2027-S1 215\" ];\n",
                        "rates/boe.conf:2: \"2027-S1 215\" is no rate in percent from -100.00 to "
                        "100.00: it is written as \"2027-S1 2.15\"\n" },
                { "ebc.conf", "",
                        "rates:0: warning: ebc.conf: no charges go by a table of that name; did "
                        "you mean \"ecb.conf\"?\n" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *said = NULL;
                Config *config = NULL;
                drop_rates();
                write_rates(cases[i].name, cases[i].text);
                int r = load(FIRM, &config, &said);
                assert_string_equal(said, cases[i].said);
                assert_int_equal(r, strstr(said, "warning: ") ? 0 : -EINVAL);
                config_free(config);
        }
        drop_rates();
}

static void a_folder_that_was_named_and_is_not_there_is_told(void **state)
{
        _cleanup_(freep) char *said = NULL;
        Config *config = NULL;

        assert_int_equal(load(FIRM "rates = \"/nonexistent\";\n", &config, &said), -EINVAL);
        assert_string_equal(said, "relanced.conf:3: rates: there is no folder /nonexistent\n");
}

static void consumers_are_warned_about(void **state)
{
        _cleanup_(freep) char *said = NULL;
        Config *config = NULL;

        assert_int_equal(
                load(FIRM "charges = { consumer = \"FR-business\"; };\n", &config, &said), 0);
        assert_non_null(strstr(said, "relanced.conf:3: warning: charges.consumer: \"FR-business\" "
                                     "is a law between firms"));
        config_free(config);
}

static int make_folder(void **state)
{
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
        char path[NAME_SIZE];

        drop_rates();
        (void)snprintf(path, sizeof(path), "%s/relanced.conf", folder);
        (void)unlink(path);
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(regimes_go_by_the_creditors_country_unless_told),
                cmocka_unit_test(fixed_sums_are_read),
                cmocka_unit_test(the_shipped_rates_are_those_published),
                cmocka_unit_test(the_german_base_rate_moves_with_that_of_the_ecb),
                cmocka_unit_test(own_rates_go_over_the_shipped_ones),
                cmocka_unit_test(mistakes_are_told_with_file_and_line),
                cmocka_unit_test(a_folder_that_was_named_and_is_not_there_is_told),
                cmocka_unit_test(consumers_are_warned_about),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
