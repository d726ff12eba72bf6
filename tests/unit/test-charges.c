/* SPDX-License-Identifier: MIT */
/* core/charges: R24, interest and fixed sums. */

#include "core/charges.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/money.h"

#define CHANGES_MAX 4
#define PARTS_MAX 3

/* The rates in force, as published; 2026-S2 is left out on purpose, as what is still to come. */
#define HALF(year, half) (2 * (year) + (half)-1)
static const ReferenceRate ecb[] = {
        { HALF(2015, 1), 5 },
        { HALF(2015, 2), 5 },
        { HALF(2016, 1), 5 },
        { HALF(2016, 2), 0 },
        { HALF(2023, 1), 250 },
        { HALF(2023, 2), 400 },
        { HALF(2024, 1), 450 },
        { HALF(2024, 2), 425 },
        { HALF(2025, 1), 315 },
        { HALF(2025, 2), 215 },
        { HALF(2026, 1), 215 },
};
static const ReferenceRate boe[] = {
        { HALF(2024, 1), 525 },
        { HALF(2024, 2), 525 },
        { HALF(2025, 1), 475 },
        { HALF(2025, 2), 425 },
        { HALF(2026, 1), 375 },
};
static const ReferenceRate de[] = {
        { HALF(2016, 1), -83 },
        { HALF(2016, 2), -88 },
        { HALF(2024, 1), 362 },
        { HALF(2024, 2), 337 },
        { HALF(2025, 1), 227 },
        { HALF(2025, 2), 127 },
        { HALF(2026, 1), 127 },
};

static const ChargeRules no_rules = {
        .tables = {
                [RATES_ECB] = { ecb, ELEMENTSOF(ecb) },
                [RATES_BOE] = { boe, ELEMENTSOF(boe) },
                [RATES_DE] = { de, ELEMENTSOF(de) },
        },
};

static Date day(const char *text)
{
        Date date = DATE_NONE;

        if (text)
                assert_int_equal(date_parse(text, &date), 0);
        return date;
}

static ChargeRules rules_of(Regime regime)
{
        ChargeRules rules = no_rules;

        for (size_t i = 0; i < ELEMENTSOF(rules.regimes); i++)
                rules.regimes[i] = regime;
        return rules;
}

typedef struct Case {
        const char *what;
        Regime regime;
        CustomerKind kind;
        const char *currency, *today, *settled;
        struct {
                const char *due;
                int64_t amount;
                const char *since, *until;
                int64_t plan, kept, fee, forgone;
                bool is_exempt;
        } parts[PARTS_MAX];
        struct {
                const char *day;
                ChangeKind kind;
                int64_t amount;
        } changes[CHANGES_MAX];
        int64_t interest, fixed;
        const char *missing;
} Case;

#define FR REGIME_FR_BUSINESS
#define BUSINESS KIND_BUSINESS

static const Case cases[] = {
        { "on the due date nothing is late", FR, BUSINESS, "EUR", "2026-01-31", NULL,
                { { "2026-01-31", 100000 } }, { { 0 } }, 0, 0, NULL },
        /* 1000 × 12.15 % × 1 / 365 = 0.3329 */
        { "the day after the due date is the first that counts", FR, BUSINESS, "EUR", "2026-02-01",
                NULL, { { "2026-01-31", 100000 } }, { { 0 } }, 33, 4000, NULL },
        /* × 10 = 3.3288 */
        { "ten days late", FR, BUSINESS, "EUR", "2026-02-10", NULL, { { "2026-01-31", 100000 } },
                { { 0 } }, 333, 4000, NULL },
        { "a payment on the due date is in time", FR, BUSINESS, "EUR", "2026-02-10", NULL,
                { { "2026-01-31", 100000 } }, { { "2026-01-31", CHANGE_PAYMENT, 100000 } }, 0, 0,
                NULL },
        { "a payment one day late owes that day, and the fixed sum, for good", FR, BUSINESS, "EUR",
                "2026-05-10", NULL, { { "2026-01-31", 100000 } },
                { { "2026-02-01", CHANGE_PAYMENT, 100000 } }, 33, 4000, NULL },
        { "the payment day itself counts", FR, BUSINESS, "EUR", "2026-05-10", NULL,
                { { "2026-01-31", 100000 } }, { { "2026-02-10", CHANGE_PAYMENT, 100000 } }, 333,
                4000, NULL },
        /* (1000 × 10 + 400 × 10) × 12.15 % / 365 = 4.6603 */
        { "interest falls with the balance, from the day after a part payment", FR, BUSINESS, "EUR",
                "2026-02-20", NULL, { { "2026-01-31", 100000 } },
                { { "2026-02-10", CHANGE_PAYMENT, 60000 } }, 466, 4000, NULL },
        { "a credit note lowers the balance as a payment does", FR, BUSINESS, "EUR", "2026-02-20",
                NULL, { { "2026-01-31", 100000 } }, { { "2026-02-10", CHANGE_CREDIT, 60000 } }, 466,
                4000, NULL },
        /* 10 days of 1000, then 5 of 0, then 5 of 1000 */
        { "what is charged back bears interest again", FR, BUSINESS, "EUR", "2026-02-20", NULL,
                { { "2026-01-31", 100000 } },
                { { "2026-02-10", CHANGE_PAYMENT, 100000 },
                        { "2026-02-15", CHANGE_UNDONE, 100000 } },
                499, 4000, NULL },
        { "a write-off ends it", FR, BUSINESS, "EUR", "2026-05-20", NULL,
                { { "2026-01-31", 100000 } }, { { "2026-02-10", CHANGE_WRITE_OFF, 0 } }, 333, 4000,
                NULL },
        { "a payment of more than that makes nothing negative", FR, BUSINESS, "EUR", "2026-05-20",
                NULL, { { "2026-01-31", 100000 } }, { { "2026-02-10", CHANGE_PAYMENT, 900000 } },
                333, 4000, NULL },
        /* 1000 × (10 × 13.15 + 10 × 12.15) % / 365 = 6.9315 */
        { "the rate changes with the half-year", FR, BUSINESS, "EUR", "2025-07-10", NULL,
                { { "2025-06-20", 100000 } }, { { 0 } }, 693, 4000, NULL },
        /* 1000 × (10 × 11.15 + 10 × 10.15) % / 365 */
        { "the directive asks eight points", REGIME_EU, BUSINESS, "EUR", "2025-07-10", NULL,
                { { "2025-06-20", 100000 } }, { { 0 } }, 584, 4000, NULL },
        /* 1000 × 20 × 11.15 % / 365 */
        { "a French public body: frozen at the half-year in which interest began", REGIME_FR_PUBLIC,
                KIND_PUBLIC, "EUR", "2025-07-10", NULL, { { "2025-06-20", 100000 } }, { { 0 } },
                611, 4000, NULL },
        { "frozen at the day after the due date, not at the due date", REGIME_FR_PUBLIC,
                KIND_PUBLIC, "EUR", "2025-07-10", NULL, { { "2025-06-30", 100000 } }, { { 0 } },
                278, 4000, NULL },
        { "frozen rates need no later one", REGIME_FR_PUBLIC, KIND_PUBLIC, "EUR", "2027-06-21",
                NULL, { { "2026-06-20", 100000 } }, { { 0 } }, 10178, 4000, NULL },
        { "frozen when it began, though the payment came back later", REGIME_FR_PUBLIC, KIND_PUBLIC,
                "EUR", "2025-07-30", NULL, { { "2025-06-10", 100000 } },
                { { "2025-06-20", CHANGE_PAYMENT, 100000 },
                        { "2025-07-20", CHANGE_UNDONE, 100000 } },
                611, 4000, NULL },
        { "paid in time and charged back in the next half-year: it began there", REGIME_FR_PUBLIC,
                KIND_PUBLIC, "EUR", "2025-07-30", NULL, { { "2025-06-10", 100000 } },
                { { "2025-06-10", CHANGE_PAYMENT, 100000 },
                        { "2025-07-20", CHANGE_UNDONE, 100000 } },
                278, 4000, NULL },
        /* 4.25 → 4.50 + 8 = 12.50 */
        { "Belgium rounds up to the next half point", REGIME_BE, BUSINESS, "EUR", "2024-07-10",
                NULL, { { "2024-06-30", 100000 } }, { { 0 } }, 342, 4000, NULL },
        { "Belgium leaves a whole half point", REGIME_BE, BUSINESS, "EUR", "2023-01-11", NULL,
                { { "2023-01-01", 100000 } }, { { 0 } }, 288, 4000, NULL },
        { "Belgium: nothing stays nothing", REGIME_BE, BUSINESS, "EUR", "2016-07-10", NULL,
                { { "2016-06-30", 100000 } }, { { 0 } }, 219, 4000, NULL },
        /* 8.12 % */
        { "Germany: a base rate below zero", REGIME_DE, BUSINESS, "EUR", "2016-07-10", NULL,
                { { "2016-06-30", 100000 } }, { { 0 } }, 222, 4000, NULL },
        /* 1.27 + 5 = 6.27 % */
        { "Germany: consumers five points, and no fixed sum", REGIME_DE, KIND_CONSUMER, "EUR",
                "2026-02-10", NULL, { { "2026-01-31", 100000 } }, { { 0 } }, 172, 0, NULL },
        { "consumers owe no fixed sum under any law", FR, KIND_CONSUMER, "EUR", "2026-02-10", NULL,
                { { "2026-01-31", 100000 } }, { { 0 } }, 333, 0, NULL },
        /* 12.75 % all the way */
        { "Britain: frozen, by the rate on the eve of the half-year", REGIME_GB, BUSINESS, "GBP",
                "2025-07-10", NULL, { { "2025-06-20", 99999 } }, { { 0 } }, 699, 4000, NULL },
        { "Britain: 70 from 1000 on", REGIME_GB, BUSINESS, "GBP", "2025-07-10", NULL,
                { { "2025-06-20", 100000 } }, { { 0 } }, 699, 7000, NULL },
        { "Britain: 100 from 10000 on", REGIME_GB, BUSINESS, "GBP", "2025-06-21", NULL,
                { { "2025-06-20", 1000000 } }, { { 0 } }, 349, 10000, NULL },
        { "Britain: the size is what was open when it became late", REGIME_GB, BUSINESS, "GBP",
                "2025-06-21", NULL, { { "2025-06-20", 1000000 } },
                { { "2025-06-02", CHANGE_PAYMENT, 1 } }, 349, 7000, NULL },
        { "no fixed sum is known in that currency", REGIME_EU, BUSINESS, "USD", "2026-02-10", NULL,
                { { "2026-01-31", 100000 } }, { { 0 } }, 278, 0, NULL },
        { "without a regime nothing is asked", REGIME_NONE, BUSINESS, "EUR", "2030-02-10", NULL,
                { { "2026-01-31", 100000 } }, { { 0 } }, 0, 0, NULL },
        { "no due date, no lateness", FR, BUSINESS, "EUR", "2030-02-10", NULL, { { NULL, 100000 } },
                { { 0 } }, 0, 0, NULL },
        { "a credit note bears nothing", FR, BUSINESS, "EUR", "2030-02-10", NULL,
                { { "2026-01-31", -100000 } }, { { 0 } }, 0, 0, NULL },
        /* 300 × 20 + 700 × 10 days at 12.15 % */
        { "each instalment from its own due date, the fixed sum once", FR, BUSINESS, "EUR",
                "2026-02-20", NULL, { { "2026-01-31", 30000 }, { "2026-02-10", 70000 } }, { { 0 } },
                433, 4000, NULL },
        { "a payment goes to the oldest instalment", FR, BUSINESS, "EUR", "2026-02-20", NULL,
                { { "2026-01-31", 30000 }, { "2026-02-10", 70000 } },
                { { "2026-01-15", CHANGE_PAYMENT, 30000 } }, 233, 4000, NULL },
        /* 0.13 + 0.13 would be 0.26; 0.1332 × 2 = 0.2663 */
        { "rounded once, for the invoice", FR, BUSINESS, "EUR", "2026-02-01", NULL,
                { { "2026-01-31", 40000 }, { "2026-01-31", 40000 } }, { { 0 } }, 27, 4000, NULL },
        { "a half is rounded up", FR, BUSINESS, "EUR", "2016-08-01", NULL,
                { { "2016-07-31", 1825 } }, { { 0 } }, 1, 4000, NULL },
        { "less than a half is not", FR, BUSINESS, "EUR", "2016-08-01", NULL,
                { { "2016-07-31", 1824 } }, { { 0 } }, 0, 4000, NULL },
        { "what is forgone counts for nothing", FR, BUSINESS, "EUR", "2026-02-20", NULL,
                { { "2026-01-31", 100000, .forgone = 10000 } },
                { { "2026-01-31", CHANGE_PAYMENT, 90000 } }, 0, 0, NULL },
        { "more than what is forgone counts whole", FR, BUSINESS, "EUR", "2026-02-20", NULL,
                { { "2026-01-31", 100000, .forgone = 9999 } },
                { { "2026-02-10", CHANGE_PAYMENT, 90000 } }, 366, 4000, NULL },
        { "what is exempt bears nothing, and takes its payments all the same", FR, BUSINESS, "EUR",
                "2026-02-20", NULL,
                { { "2026-01-30", 30000, .is_exempt = true }, { "2026-02-10", 70000 } },
                { { "2026-02-01", CHANGE_PAYMENT, 30000 } }, 233, 4000, NULL },
        { "waived: nothing is left of it", FR, BUSINESS, "EUR", "2026-02-20", "2026-02-20",
                { { "2026-01-31", 100000 } }, { { 0 } }, 0, 0, NULL },
        { "waived: interest goes on after that day, the fixed sum does not come back", FR, BUSINESS,
                "EUR", "2026-02-20", "2026-02-10", { { "2026-01-31", 100000 } }, { { 0 } }, 333, 0,
                NULL },
        { "waived before anything was late: that waives nothing", FR, BUSINESS, "EUR", "2026-02-10",
                "2026-01-31", { { "2026-01-31", 100000 } }, { { 0 } }, 333, 4000, NULL },
        /* 10 days of the whole, then the first part is late for 5 */
        { "a plan ends the old interest, its parts are late by their own days", FR, BUSINESS, "EUR",
                "2026-03-06", NULL,
                { { "2026-01-31", 100000, .until = "2026-02-10" },
                        { "2026-03-01", 50000, .since = "2026-02-10" },
                        { "2026-04-01", 50000, .since = "2026-02-10" } },
                { { 0 } }, 416, 4000, NULL },
        { "what was paid before a plan pays none of its parts", FR, BUSINESS, "EUR", "2026-03-06",
                NULL,
                { { "2026-01-31", 100000, .until = "2026-02-10", .kept = 40000 },
                        { "2026-03-01", 30000, .since = "2026-02-10" },
                        { "2026-04-01", 30000, .since = "2026-02-10" } },
                { { "2026-02-10", CHANGE_PAYMENT, 40000 } }, 383, 4000, NULL },
        { "a plan that falls due before what it replaced takes nothing of what was paid on that",
                FR, BUSINESS, "EUR", "2026-03-11", NULL,
                { { "2026-05-31", 100000, .until = "2026-02-10", .kept = 40000 },
                        { "2026-03-01", 60000, .since = "2026-02-10", .plan = 7 } },
                { { "2026-02-01", CHANGE_PAYMENT, 40000 } }, 200, 4000, NULL },
        { "the fee of a plan bears no interest", FR, BUSINESS, "EUR", "2026-03-11", NULL,
                { { "2026-01-31", 100000, .until = "2026-01-20" },
                        { "2026-03-01", 101500, .since = "2026-01-20", .fee = 1500 } },
                { { 0 } }, 333, 4000, NULL },
        { "a rate of the future is missing", FR, BUSINESS, "EUR", "2026-07-01", NULL,
                { { "2026-06-20", 100000 } }, { { 0 } }, 0, 0, "ecb 2026-S2" },
        { "a rate of the past is missing", REGIME_BE, BUSINESS, "EUR", "2026-02-10", NULL,
                { { "2017-06-20", 100000 } }, { { 0 } }, 0, 0, "ecb 2017-S1" },
        { "a frozen rate is missing", REGIME_GB, BUSINESS, "GBP", "2026-07-11", NULL,
                { { "2026-06-30", 100000 } }, { { 0 } }, 0, 0, "boe 2026-S2" },
        { "the German one is", REGIME_DE, BUSINESS, "EUR", "2027-02-11", NULL,
                { { "2026-12-31", 100000 } }, { { 0 } }, 0, 0, "de 2027-S1" },
        { "a rate that no day needs may be missing", FR, BUSINESS, "EUR", "2026-12-11", NULL,
                { { "2026-06-20", 100000 } }, { { "2026-06-30", CHANGE_PAYMENT, 100000 } }, 333,
                4000, NULL },
        { "waived days need no rate", FR, BUSINESS, "EUR", "2026-02-10", "2025-12-31",
                { { "2017-06-20", 100000 } }, { { 0 } }, 1365, 0, NULL },
};

static void the_charges_of_an_invoice_are_what_the_law_says(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *c = &cases[i];
                Arena arena = ARENA_INIT;
                Part parts[PARTS_MAX];
                Change changes[CHANGES_MAX];
                Claim claim = { .currency = c->currency,
                        .kind = c->kind,
                        .parts = parts,
                        .changes = changes,
                        .settled_until = day(c->settled) };
                ChargeRules rules = rules_of(c->regime);
                Charges charges = { -1, -1 };
                MissingRate missing;
                char text[MISSING_RATE_TEXT_SIZE] = "";

                for (; claim.n_parts < PARTS_MAX && c->parts[claim.n_parts].amount != 0;
                        claim.n_parts++)
                        parts[claim.n_parts] = (Part){
                                .due = day(c->parts[claim.n_parts].due),
                                .since = day(c->parts[claim.n_parts].since),
                                .until = day(c->parts[claim.n_parts].until),
                                .plan = c->parts[claim.n_parts].plan,
                                .amount = c->parts[claim.n_parts].amount,
                                .kept = c->parts[claim.n_parts].kept,
                                .fee = c->parts[claim.n_parts].fee,
                                .forgone = c->parts[claim.n_parts].forgone,
                                .is_exempt = c->parts[claim.n_parts].is_exempt,
                        };
                for (; claim.n_changes < CHANGES_MAX && c->changes[claim.n_changes].day;
                        claim.n_changes++)
                        changes[claim.n_changes] = (Change){
                                day(c->changes[claim.n_changes].day),
                                c->changes[claim.n_changes].kind,
                                c->changes[claim.n_changes].amount,
                        };
                int r = charges_of(&rules, &claim, day(c->today), &arena, &charges, &missing);
                if (r == CHARGES_NO_RATE)
                        missing_rate_format(&missing, text);
                if (r != (c->missing ? CHARGES_NO_RATE : 0) ||
                        (c->missing ? !streq(text, c->missing)
                                    : charges.interest != c->interest || charges.fixed != c->fixed))
                        fail_msg("%s: %d, %lld and %lld, \"%s\"", c->what, r,
                                (long long)charges.interest, (long long)charges.fixed, text);
                arena_release(&arena);
        }
}

static void fixed_sums_of_the_creditor_go_before_those_of_the_law(void **state)
{
        static const Amount own[] = { { "SEK", 45000 }, { "EUR", 1500 } };
        static const struct {
                const char *currency;
                int64_t fixed;
        } expected[] = { { "SEK", 45000 }, { "EUR", 1500 }, { "USD", 0 } };
        ChargeRules rules = rules_of(REGIME_EU);
        const Part part = { day("2026-01-31"), DATE_NONE, DATE_NONE, .amount = 100000 };

        rules.fixed = (Amounts){ own, ELEMENTSOF(own) };
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                Arena arena = ARENA_INIT;
                const Claim claim = { .currency = expected[i].currency,
                        .parts = &part,
                        .n_parts = 1,
                        .settled_until = DATE_NONE };
                Charges charges;
                MissingRate missing;
                assert_int_equal(
                        charges_of(&rules, &claim, day("2026-02-10"), &arena, &charges, &missing),
                        0);
                assert_int_equal(charges.fixed, expected[i].fixed);
                arena_release(&arena);
        }
}

static void sums_that_do_not_fit_are_told(void **state)
{
        Arena arena = ARENA_INIT;
        const Part part = { day("2015-01-31"), DATE_NONE, DATE_NONE, .amount = INT64_MAX };
        const Part parts[] = { part, part };
        Claim claim = {
                .currency = "EUR", .parts = parts, .n_parts = 1, .settled_until = DATE_NONE
        };
        ChargeRules rules = rules_of(FR);
        Charges charges;
        MissingRate missing;

        /* 9.2 × 10^18 × 10.05 % for half a year fits; ten half-years of the same would not. */
        assert_int_equal(
                charges_of(&rules, &claim, day("2015-06-30"), &arena, &charges, &missing), 0);
        claim.n_parts = 2;
        rules.regimes[0] = REGIME_FR_PUBLIC;
        assert_int_equal(charges_of(&rules, &claim, day("2075-06-30"), &arena, &charges, &missing),
                -EOVERFLOW);
        arena_release(&arena);
}

static void a_half_year_is_written_and_read(void **state)
{
        static const char *const bad[] = { "", "2026", "2026-S3", "2026-S0", "2026-s1", "26-S1",
                "2026-S11", "2026 S1", "0000-S1", " 202-S1", "+202-S1", "2026-H1" };
        static const struct {
                const char *day, *half_year;
        } good[] = { { "2026-01-01", "2026-S1" }, { "2026-06-30", "2026-S1" },
                { "2026-07-01", "2026-S2" }, { "2026-12-31", "2026-S2" },
                { "0001-01-01", "0001-S1" }, { "9999-12-31", "9999-S2" } };

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                char text[HALF_YEAR_TEXT_SIZE];
                HalfYear half_year = 0;
                assert_string_equal(
                        half_year_format(half_year_of(day(good[i].day)), text), good[i].half_year);
                assert_int_equal(half_year_parse(good[i].half_year, &half_year), 0);
                assert_int_equal(half_year, half_year_of(day(good[i].day)));
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                HalfYear half_year;
                assert_int_equal(half_year_parse(bad[i], &half_year), -EINVAL);
        }
}

static void the_law_follows_the_creditors_country(void **state)
{
        static const struct {
                const char *country;
                Regime business, public;
        } countries[] = {
                { "FR", REGIME_FR_BUSINESS, REGIME_FR_PUBLIC },
                { "BE", REGIME_BE, REGIME_BE },
                { "DE", REGIME_DE, REGIME_DE },
                { "GB", REGIME_GB, REGIME_GB },
                { "LU", REGIME_EU, REGIME_EU },
                { "IE", REGIME_EU, REGIME_EU },
                { "SE", REGIME_EU, REGIME_EU },
                { "CH", REGIME_NONE, REGIME_NONE },
                { "US", REGIME_NONE, REGIME_NONE },
                { "", REGIME_NONE, REGIME_NONE },
                { " B", REGIME_NONE, REGIME_NONE },
        };

        for (size_t i = 0; i < ELEMENTSOF(countries); i++) {
                const char *country = countries[i].country;
                assert_int_equal(regime_of_country(country, KIND_BUSINESS), countries[i].business);
                assert_int_equal(regime_of_country(country, KIND_PUBLIC), countries[i].public);
                assert_int_equal(regime_of_country(country, KIND_CONSUMER), REGIME_NONE);
        }
}

/* Random invoices, and the same reckoned a day at a time. */
typedef struct Random {
        uint64_t state;
} Random;

static int random_below(Random *random, int n)
{
        random->state = random->state * 6364136223846793005U + 1442695040888963407U;
        return (int)((random->state >> 33) % (unsigned)n);
}

typedef struct World {
        Part parts[PARTS_MAX];
        Change changes[CHANGES_MAX];
        Claim claim;
        ChargeRules rules;
        Date today;
} World;

#define ROUND_AMOUNT INT64_C(3650000) /* interest on multiples of it is whole: nothing is rounded */

static void make_world(World *world, Random *random, int64_t unit)
{
        Date start = day("2023-02-01");

        *world = (World){
                .rules = rules_of((Regime)(1 + random_below(random, REGIMES - 1))),
                .today = date_add(start, random_below(random, 1100)),
        };
        world->claim = (Claim){
                .currency = "EUR",
                .kind = (CustomerKind)random_below(random, 3),
                .parts = world->parts,
                .n_parts = (size_t)(1 + random_below(random, PARTS_MAX)),
                .changes = world->changes,
                .n_changes = (size_t)random_below(random, CHANGES_MAX + 1),
                .settled_until = DATE_NONE,
        };
        if (world->rules.regimes[0] == REGIME_GB) /* known from 2024 on only */
                start = day("2024-02-01");
        if (world->rules.regimes[0] == REGIME_DE)
                start = day("2024-02-01");
        for (size_t i = 0; i < world->claim.n_parts; i++)
                world->parts[i] = (Part){
                        .due = date_add(start, random_below(random, 700)),
                        .since = DATE_NONE,
                        .until = DATE_NONE,
                        .amount = unit * (1 + random_below(random, 900)),
                };
        for (size_t i = 0; i < world->claim.n_changes; i++) {
                start = date_add(start, random_below(random, 300));
                world->changes[i] = (Change){ start, (ChangeKind)random_below(random, 3),
                        unit * random_below(random, 700) };
        }
}

static int64_t whole_interest(const World *world, Date settled, Date today, int64_t *ret_fixed)
{
        Arena arena = ARENA_INIT;
        Claim claim = world->claim;
        Charges charges;
        MissingRate missing;

        claim.settled_until = settled;
        assert_int_equal(charges_of(&world->rules, &claim, today, &arena, &charges, &missing), 0);
        arena_release(&arena);
        if (ret_fixed)
                *ret_fixed = charges.fixed;
        return charges.interest;
}

/* What is open on a day of a part: R10 from the changes of the days before. */
static void open_on(const World *world, Date on, Share *shares)
{
        FactSums sums = { 0 };
        int64_t left_over;

        for (size_t i = 0; i < world->claim.n_parts; i++)
                shares[i] = (Share){ .due = world->parts[i].due, .amount = world->parts[i].amount };
        for (size_t i = 0; i < world->claim.n_changes; i++) {
                const Change *change = &world->changes[i];
                if (date_compare(change->day, on) >= 0)
                        continue;
                sums.payments += change->kind == CHANGE_PAYMENT ? change->amount : 0;
                sums.credits += change->kind == CHANGE_CREDIT ? change->amount : 0;
                sums.undone += change->kind == CHANGE_UNDONE ? change->amount : 0;
        }
        assert_int_equal(balance_invoice(shares, world->claim.n_parts, &sums, &left_over), 0);
}

static int naive_rate(const World *world, HalfYear half_year)
{
        Regime regime = world->rules.regimes[0];
        RateSource source = regime == REGIME_GB   ? RATES_BOE
                            : regime == REGIME_DE ? RATES_DE
                                                  : RATES_ECB;
        const RateTable *table = &world->rules.tables[source];
        int rate = -1;

        for (size_t i = 0; i < table->n; i++)
                if (table->rates[i].half_year == half_year)
                        rate = table->rates[i].hundredths;
        assert_int_not_equal(rate, -1);
        if (regime == REGIME_BE)
                while (rate % 50 != 0)
                        rate++;
        if (regime == REGIME_DE)
                return rate + (world->claim.kind == KIND_CONSUMER ? 500 : 900);
        return rate + (regime == REGIME_FR_BUSINESS ? 1000 : 800);
}

static int64_t naive_interest(const World *world)
{
        bool is_frozen =
                world->rules.regimes[0] == REGIME_GB || world->rules.regimes[0] == REGIME_FR_PUBLIC;
        HalfYear began[PARTS_MAX] = { 0 };
        __int128 sum = 0, scale = 3650000;

        for (Date on = day("2023-01-01"); date_compare(on, world->today) <= 0;
                on = date_add(on, 1)) {
                Share shares[PARTS_MAX];
                open_on(world, on, shares);
                for (size_t i = 0; i < world->claim.n_parts; i++) {
                        if (date_compare(on, shares[i].due) <= 0 || shares[i].open == 0)
                                continue;
                        if (began[i] == 0 || !is_frozen)
                                began[i] = half_year_of(on);
                        sum += (__int128)shares[i].open * naive_rate(world, began[i]);
                }
        }
        return (int64_t)((2 * sum + scale) / (2 * scale));
}

static void it_is_the_sum_of_every_single_day(void **state)
{
        Random random = { 20260312 };

        for (int i = 0; i < 2000; i++) {
                World world;
                uint64_t seed = random.state;
                make_world(&world, &random, 1 + random_below(&random, 1000));
                int64_t interest = whole_interest(&world, DATE_NONE, world.today, NULL);
                int64_t naive = naive_interest(&world);
                if (interest != naive)
                        fail_msg("seed %llu: %lld, and day by day %lld", (unsigned long long)seed,
                                (long long)interest, (long long)naive);
        }
}

static void it_never_falls_as_days_go_by(void **state)
{
        Random random = { 7 };

        for (int i = 0; i < 300; i++) {
                World world;
                int64_t before = 0, fixed_before = 0;
                make_world(&world, &random, 997);
                for (int days = 0; days < 40; days++) {
                        int64_t fixed;
                        int64_t interest = whole_interest(&world, DATE_NONE, world.today, &fixed);
                        assert_true(interest >= before);
                        assert_true(fixed >= fixed_before);
                        before = interest;
                        fixed_before = fixed;
                        world.today = date_add(world.today, 1 + random_below(&random, 3));
                        if (date_compare(world.today, day("2026-06-30")) > 0)
                                break;
                }
        }
}

static void splitting_a_period_changes_nothing_before_rounding(void **state)
{
        Random random = { 11 };

        for (int i = 0; i < 2000; i++) {
                World world;
                make_world(&world, &random, ROUND_AMOUNT);
                Date between = date_add(world.today, -random_below(&random, 900));
                int64_t whole = whole_interest(&world, DATE_NONE, world.today, NULL);
                int64_t first = whole_interest(&world, DATE_NONE, between, NULL);
                int64_t second = whole_interest(&world, between, world.today, NULL);
                assert_int_equal(first + second, whole);
        }
}

static void the_interest_of_two_parts_is_that_of_their_sum_within_rounding(void **state)
{
        Random random = { 13 };

        for (int i = 0; i < 2000; i++) {
                World world, one, other;
                make_world(&world, &random, 991);
                world.claim.n_changes = 0;
                world.claim.n_parts = 2;
                world.parts[1] = world.parts[0];
                world.parts[1].amount = 991 * (1 + random_below(&random, 900));
                one = other = world;
                one.claim.parts = world.parts;
                one.claim.n_parts = 1;
                other.claim.parts = world.parts + 1;
                other.claim.n_parts = 1;
                world.claim.parts = world.parts;
                int64_t sum = whole_interest(&one, DATE_NONE, world.today, NULL) +
                              whole_interest(&other, DATE_NONE, world.today, NULL);
                int64_t whole = whole_interest(&world, DATE_NONE, world.today, NULL);
                assert_true(sum - whole <= 1 && whole - sum <= 1);
        }
}

static const ChargePeriod *sheet_of(const World *world, Arena *arena, ChargeSheet *ret_sheet)
{
        MissingRate missing;

        assert_int_equal(charges_sheet(&world->rules, &world->claim, world->today, arena, ret_sheet,
                                 &missing),
                0);
        return ret_sheet->periods;
}

static void a_sheet_lists_each_period_with_its_days_base_and_rate(void **state)
{
        static const struct {
                const char *from, *to;
                size_t part;
                int64_t base;
                int hundredths;
                int64_t sum;
        } expected[] = {
                { "2025-06-21", "2025-06-30", 0, 100000, 1315, 360 },
                { "2025-07-01", "2025-07-10", 0, 100000, 1215, 333 },
                { "2025-07-11", "2025-07-20", 0, 40000, 1215, 133 },
                { "2025-07-06", "2025-07-20", 1, 50000, 1215, 250 },
        };
        Arena arena = ARENA_INIT;
        const Part parts[] = {
                { day("2025-06-20"), DATE_NONE, DATE_NONE, .amount = 100000 },
                { day("2025-07-05"), DATE_NONE, DATE_NONE, .amount = 50000 },
        };
        const Change change = { day("2025-07-10"), CHANGE_PAYMENT, 60000 };
        World world = { .rules = rules_of(FR),
                .claim = { .currency = "EUR",
                        .parts = parts,
                        .n_parts = 2,
                        .changes = &change,
                        .n_changes = 1,
                        .settled_until = DATE_NONE },
                .today = day("2025-07-20") };
        ChargeSheet sheet;
        const ChargePeriod *period = sheet_of(&world, &arena, &sheet);

        assert_int_equal(sheet.n, ELEMENTSOF(expected));
        assert_int_equal(sheet.regime, FR);
        assert_int_equal(sheet.charges.interest, 360 + 333 + 133 + 250);
        assert_int_equal(sheet.charges.fixed, 4000);
        for (size_t i = 0; i < sheet.n; i++, period++) {
                assert_int_equal(date_compare(period->from, day(expected[i].from)), 0);
                assert_int_equal(date_compare(period->to, day(expected[i].to)), 0);
                assert_int_equal(period->part, expected[i].part);
                assert_int_equal(period->base, expected[i].base);
                assert_int_equal(period->hundredths, expected[i].hundredths);
                assert_int_equal(period->sum, expected[i].sum);
        }
        arena_release(&arena);
}

static void the_periods_of_a_sheet_add_up_to_the_interest(void **state)
{
        Random random = { 17 };

        for (int i = 0; i < 2000; i++) {
                Arena arena = ARENA_INIT;
                World world;
                ChargeSheet sheet;
                int64_t sum = 0;
                make_world(&world, &random, 1 + random_below(&random, 1000));
                const ChargePeriod *period = sheet_of(&world, &arena, &sheet), *before = NULL;
                for (size_t k = 0; k < sheet.n; k++, before = period++) {
                        int days = date_difference(period->to, period->from) + 1;
                        int64_t scale = INT64_C(3650000);
                        int64_t own = period->base * period->hundredths * days;
                        sum += period->sum;
                        assert_true(days > 0 && period->base > 0);
                        assert_true(own - period->sum * scale < scale);
                        assert_true(period->sum * scale - own < scale);
                        assert_true(!before || before->part < period->part ||
                                    (before->part == period->part &&
                                            date_compare(before->to, period->from) < 0));
                }
                assert_int_equal(sum, sheet.charges.interest);
                assert_int_equal(sum, naive_interest(&world));
                arena_release(&arena);
        }
}

static void every_law_is_named_and_no_law_is_not(void **state)
{
        static const struct {
                Regime regime;
                const char *country;
                CustomerKind kind;
                bool has_fixed;
                const char *source;
        } laws[] = {
                { REGIME_FR_BUSINESS, "FR", KIND_BUSINESS, true, "C. com. L441-10 II, D441-5" },
                { REGIME_FR_BUSINESS, "FR", KIND_BUSINESS, false, "C. com. L441-10 II" },
                { REGIME_FR_BUSINESS, "ES", KIND_BUSINESS, false, "C. com. L441-10 II" },
                { REGIME_GB, "GB", KIND_BUSINESS, false,
                        "Late Payment of Commercial Debts (Interest) Act 1998; SI 2002/1675, "
                        "art. 4" },
                { REGIME_EU, "ES", KIND_BUSINESS, true, "Ley 3/2004, arts. 7 y 8" },
                { REGIME_EU, "ES", KIND_PUBLIC, false, "Ley 3/2004, art. 7" },
                { REGIME_EU, "IT", KIND_BUSINESS, true, "D.Lgs. 231/2002, artt. 5 e 6" },
                { REGIME_EU, "IT", KIND_BUSINESS, false, "D.Lgs. 231/2002, art. 5" },
                { REGIME_EU, "NL", KIND_BUSINESS, true, "art. 6:119a en 6:96 BW" },
                { REGIME_EU, "NL", KIND_BUSINESS, false, "art. 6:119a BW" },
                { REGIME_EU, "NL", KIND_PUBLIC, true, "art. 6:119b en 6:96 BW" },
                { REGIME_EU, "NL", KIND_PUBLIC, false, "art. 6:119b BW" },
                { REGIME_EU, "PT", KIND_BUSINESS, true, "Directive 2011/7/EU, art. 2(6), 3(3), 6" },
                { REGIME_EU, "FR", KIND_BUSINESS, false, "Directive 2011/7/EU, art. 2(6), 3(3)" },
        };

        for (Regime regime = REGIME_NONE; regime < REGIMES; regime++)
                for (int has_fixed = 0; has_fixed <= 1; has_fixed++)
                        assert_int_equal(
                                *regime_source(regime, "FR", KIND_BUSINESS, has_fixed) == 0,
                                regime == REGIME_NONE);
        for (size_t i = 0; i < ELEMENTSOF(laws); i++)
                assert_string_equal(regime_source(laws[i].regime, laws[i].country, laws[i].kind,
                                            laws[i].has_fixed),
                        laws[i].source);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_charges_of_an_invoice_are_what_the_law_says),
                cmocka_unit_test(a_sheet_lists_each_period_with_its_days_base_and_rate),
                cmocka_unit_test(the_periods_of_a_sheet_add_up_to_the_interest),
                cmocka_unit_test(every_law_is_named_and_no_law_is_not),
                cmocka_unit_test(fixed_sums_of_the_creditor_go_before_those_of_the_law),
                cmocka_unit_test(sums_that_do_not_fit_are_told),
                cmocka_unit_test(a_half_year_is_written_and_read),
                cmocka_unit_test(the_law_follows_the_creditors_country),
                cmocka_unit_test(it_is_the_sum_of_every_single_day),
                cmocka_unit_test(it_never_falls_as_days_go_by),
                cmocka_unit_test(splitting_a_period_changes_nothing_before_rounding),
                cmocka_unit_test(the_interest_of_two_parts_is_that_of_their_sum_within_rounding),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
