/* SPDX-License-Identifier: MIT */
/*
 * Owns R24's arithmetic and the table of what each law asks. Exact whole numbers until the one
 * rounding at the end. Never guesses a rate: one that is missing is told. Never changes a balance.
 */

#include "core/charges.h"

#include <errno.h>
#include <stdio.h>

#include "base/parse.h"
#include "core/money.h"

#define DAYS_OF_YEAR 365 /* always: no law here says 366 */
/* An amount × hundredths of a percent × days, of so many parts of a minor unit. */
#define SCALE ((__int128)DAYS_OF_YEAR * 100 * 100)

/* A fixed sum for a debt of at least that much: the last row that fits counts. */
typedef struct FixedSum {
        char currency[CURRENCY_SIZE];
        int64_t from, minor;
} FixedSum;

typedef struct Terms {
        const char *law[2]; /* where it says so: the interest; that and the fixed sum */
        RateSource source;
        int margin, consumer_margin; /* hundredths of a point, over the reference rate */
        int step;       /* the reference rate is rounded up to a multiple of this; 0: it is not */
        bool is_frozen; /* the rate of the half-year in which interest began stays */
        FixedSum fixed[3];
} Terms;

const char *const regime_names[REGIMES] = {
        [REGIME_NONE] = "none",
        [REGIME_FR_BUSINESS] = "FR-business",
        [REGIME_FR_PUBLIC] = "FR-public",
        [REGIME_EU] = "EU",
        [REGIME_GB] = "GB",
        [REGIME_BE] = "BE",
        [REGIME_DE] = "DE",
};

#define GB_ACT "Late Payment of Commercial Debts (Interest) Act 1998"
#define GB_RATE "SI 2002/1675, art. 4"
#define FORTY_EUR                                                                                  \
        {                                                                                          \
                "EUR", 0, 4000                                                                     \
        }

static const Terms terms[REGIMES] = {
        [REGIME_NONE] = { { "", "" } },
        [REGIME_FR_BUSINESS] = { { "C. com. L441-10 II", "C. com. L441-10 II, D441-5" }, RATES_ECB,
                1000, 1000, 0, false, { FORTY_EUR } },
        [REGIME_FR_PUBLIC] = { { "Code de la commande publique R2192-31",
                                       "Code de la commande publique R2192-31, D2192-35" },
                RATES_ECB, 800, 800, 0, true, { FORTY_EUR } },
        [REGIME_EU] = { { "Directive 2011/7/EU, art. 2(6), 3(3)",
                                "Directive 2011/7/EU, art. 2(6), 3(3), 6" },
                RATES_ECB, 800, 800, 0, false, { FORTY_EUR } },
        [REGIME_GB] = { { GB_ACT "; " GB_RATE, GB_ACT ", s. 5A; " GB_RATE }, RATES_BOE, 800, 800, 0,
                true, { { "GBP", 0, 4000 }, { "GBP", 100000, 7000 }, { "GBP", 1000000, 10000 } } },
        [REGIME_BE] = { { "Loi du 2 août 2002, art. 5", "Loi du 2 août 2002, art. 5, 6" },
                RATES_ECB, 800, 800, 50, false, { FORTY_EUR } },
        [REGIME_DE] = { { "BGB § 288 Abs. 1, 2", "BGB § 288 Abs. 1, 2, 5" }, RATES_DE, 900, 500, 0,
                false, { FORTY_EUR } },
};

/* Which law a country has made of the directive: a customer is bound by that one. */
static const struct {
        const char *country;
        bool is_public;
        const char *law[2];
} national[] = {
        { "ES", false, { "Ley 3/2004, art. 7", "Ley 3/2004, arts. 7 y 8" } },
        { "ES", true, { "Ley 3/2004, art. 7", "Ley 3/2004, arts. 7 y 8" } },
        { "IT", false, { "D.Lgs. 231/2002, art. 5", "D.Lgs. 231/2002, artt. 5 e 6" } },
        { "IT", true, { "D.Lgs. 231/2002, art. 5", "D.Lgs. 231/2002, artt. 5 e 6" } },
        { "NL", false, { "art. 6:119a BW", "art. 6:119a en 6:96 BW" } },
        { "NL", true, { "art. 6:119b BW", "art. 6:119b en 6:96 BW" } },
};

const char *regime_source(Regime regime, const char *country, CustomerKind kind, bool has_fixed)
{
        for (size_t i = 0; regime == REGIME_EU && i < ELEMENTSOF(national); i++)
                if (streq(national[i].country, country) &&
                        national[i].is_public == (kind == KIND_PUBLIC))
                        return national[i].law[has_fixed];
        return terms[regime].law[has_fixed];
}

const char *const rate_source_names[RATE_SOURCES] = {
        [RATES_ECB] = "ecb",
        [RATES_BOE] = "boe",
        [RATES_DE] = "de",
};

static bool is_in_union(const char *country)
{
        static const char countries[] = " AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV "
                                        "MT NL PL PT RO SE SI SK ";
        char word[8];

        (void)snprintf(word, sizeof(word), " %.2s ", country);
        return strlen(country) == 2 && strstr(countries, word);
}

Regime regime_of_country(const char *country, CustomerKind kind)
{
        static const struct {
                const char *country;
                Regime regime, public_regime;
        } rows[] = {
                { "FR", REGIME_FR_BUSINESS, REGIME_FR_PUBLIC },
                { "GB", REGIME_GB, REGIME_GB },
                { "BE", REGIME_BE, REGIME_BE },
                { "DE", REGIME_DE, REGIME_DE },
        };

        if (kind == KIND_CONSUMER)
                return REGIME_NONE;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (streq(rows[i].country, country))
                        return kind == KIND_PUBLIC ? rows[i].public_regime : rows[i].regime;
        return is_in_union(country) ? REGIME_EU : REGIME_NONE;
}

HalfYear half_year_of(Date day)
{
        int year, month, of_month;

        date_split(day, &year, &month, &of_month);
        return 2 * year + (month > 6);
}

static Date half_year_last_day(HalfYear half_year)
{
        return half_year % 2 ? date_of(half_year / 2, 12, 31) : date_of(half_year / 2, 6, 30);
}

int half_year_parse(const char *text, HalfYear *ret_half_year)
{
        char year[5] = "";
        int number;

        if (strlen(text) != HALF_YEAR_TEXT_SIZE - 1 || text[4] != '-' || text[5] != 'S' ||
                (text[6] != '1' && text[6] != '2'))
                return -EINVAL;
        memcpy(year, text, 4);
        if (strspn(year, "0123456789") != 4 || parse_int(year, 1, 9999, &number) < 0)
                return -EINVAL;
        *ret_half_year = 2 * number + (text[6] - '1');
        return 0;
}

const char *half_year_format(HalfYear half_year, char text[static HALF_YEAR_TEXT_SIZE])
{
        (void)snprintf(text, HALF_YEAR_TEXT_SIZE, "%04u-S%u", (unsigned)half_year / 2 % 10000,
                (unsigned)half_year % 2 + 1);
        return text;
}

const char *missing_rate_format(
        const MissingRate *missing, char text[static MISSING_RATE_TEXT_SIZE])
{
        char half_year[HALF_YEAR_TEXT_SIZE];

        (void)snprintf(text, MISSING_RATE_TEXT_SIZE, "%s %s", rate_source_names[missing->source],
                half_year_format(missing->half_year, half_year));
        return text;
}

/* Interest on one base at one rate: a period, exact. */
typedef struct Piece {
        ChargePeriod period;
        HalfYear half_year; /* of its rate */
        __int128 interest;  /* × SCALE */
} Piece;

/* One invoice being reckoned. */
typedef struct Reckoning {
        const ChargeRules *rules;
        const Claim *claim;
        const Terms *terms;
        Date today;
        Share *shares;     /* one for each part */
        Date *began;       /* of each part: the first day that bears interest, or DATE_NONE */
        Date late;         /* the first of all these, or DATE_NONE */
        int64_t late_open; /* what was open of the invoice on that day */
        __int128 interest; /* × SCALE */
        Arena *arena;
        bool is_listed; /* what interest is made of is kept, in the order of days */
        Piece *pieces;
        size_t n_pieces, size_pieces;
        MissingRate missing;
} Reckoning;

/* A time in which nothing changes: its days, both inclusive. */
typedef struct Span {
        Date first, last;
} Span;

static int find_rate(Reckoning *reckoning, HalfYear half_year, int *ret_hundredths)
{
        const Terms *of = reckoning->terms;
        const RateTable *table = &reckoning->rules->tables[of->source];
        bool is_consumer = reckoning->claim->kind == KIND_CONSUMER;

        for (size_t i = 0; i < table->n; i++) {
                int rate = table->rates[i].hundredths;
                if (table->rates[i].half_year != half_year)
                        continue;
                if (of->step > 0) /* up, also below zero */
                        rate += (of->step - rate % of->step) % of->step;
                *ret_hundredths = MAX(rate + (is_consumer ? of->consumer_margin : of->margin), 0);
                return 0;
        }
        reckoning->missing = (MissingRate){ of->source, half_year };
        return CHARGES_NO_RATE;
}

static int note_piece(Reckoning *reckoning, const Piece *piece)
{
        if (reckoning->n_pieces == reckoning->size_pieces) {
                size_t size = MAX(2 * reckoning->size_pieces, 16U);
                Piece *pieces = arena_alloc_array(reckoning->arena, size, sizeof(Piece));
                if (!pieces)
                        return -ENOMEM;
                if (reckoning->n_pieces > 0)
                        memcpy(pieces, reckoning->pieces, reckoning->n_pieces * sizeof(Piece));
                reckoning->pieces = pieces;
                reckoning->size_pieces = size;
        }
        reckoning->pieces[reckoning->n_pieces++] = *piece;
        return 0;
}

/* Interest on what of a part is the same on all days of a span that lies in one half-year. */
static int add_interest(
        Reckoning *reckoning, size_t part, int64_t base, HalfYear half_year, Span span)
{
        int days = date_difference(span.last, span.first) + 1, rate = 0;
        int r = find_rate(reckoning, half_year, &rate);

        if (r != 0)
                return r;
        __int128 interest = (__int128)base * rate * days;
        if (__builtin_add_overflow(reckoning->interest, interest, &reckoning->interest))
                return -EOVERFLOW;
        if (!reckoning->is_listed)
                return 0;
        ChargePeriod period = { part, span.first, span.last, base, rate, 0 };
        return note_piece(reckoning, &(Piece){ period, half_year, interest });
}

static int add_span(Reckoning *reckoning, size_t part, int64_t base, Span span)
{
        HalfYear began = half_year_of(reckoning->began[part]);
        int r = 0;

        span.first = date_later(span.first, date_add(reckoning->claim->settled_until, 1));
        if (date_compare(span.first, span.last) > 0)
                return 0;
        if (reckoning->terms->is_frozen)
                return add_interest(reckoning, part, base, began, span);
        while (r == 0 && date_compare(span.first, span.last) <= 0) {
                HalfYear half_year = half_year_of(span.first);
                Span piece = { span.first, half_year_last_day(half_year) };
                if (date_compare(piece.last, span.last) > 0)
                        piece.last = span.last;
                r = add_interest(reckoning, part, base, half_year, piece);
                span.first = date_add(piece.last, 1);
        }
        return r;
}

/* What of a part bears interest. */
static int64_t part_base(const Part *part, int64_t open)
{
        if (part->is_exempt || open <= part->forgone)
                return 0;
        return MAX(open - part->fee, 0);
}

static void note_late(Reckoning *reckoning, Date day)
{
        if (date_is_set(reckoning->late) && date_compare(reckoning->late, day) <= 0)
                return;
        reckoning->late = day;
        reckoning->late_open = 0;
        for (size_t i = 0; i < reckoning->claim->n_parts; i++)
                if (money_add(&reckoning->late_open, reckoning->shares[i].open) < 0)
                        reckoning->late_open = INT64_MAX;
}

/* A part over a span, in which its share's open is what it is. */
static int add_part(Reckoning *reckoning, size_t i, Span span)
{
        const Part *part = &reckoning->claim->parts[i];
        int64_t base = part_base(part, reckoning->shares[i].open);

        bool has_ended = date_is_set(part->until) && date_compare(part->until, span.first) < 0;
        span.first = date_later(span.first, date_add(part->due, 1));
        if (!date_is_set(part->due) || has_ended || base == 0 ||
                date_compare(span.first, span.last) > 0)
                return 0;
        if (!date_is_set(reckoning->began[i]))
                reckoning->began[i] = span.first;
        note_late(reckoning, span.first);
        return add_span(reckoning, i, base, span);
}

/* How a part counts on the days after that one. A plan ends what it replaces, but for what was paid
 * on it, and that is paid before the plan's parts. */
static Share part_share(const Part *part, Date day)
{
        Share share = {
                .plan = part->plan, .before = INT64_MAX, .due = part->due, .amount = part->amount
        };

        if (date_is_set(part->since) && date_compare(part->since, day) > 0)
                share.amount = 0;
        else if (date_is_set(part->until) && date_compare(part->until, day) <= 0)
                share.amount = part->kept;
        return share;
}

/* R10 over the parts as they stand after a day. */
static int share_out(Reckoning *reckoning, const FactSums *sums, Date day)
{
        const Claim *claim = reckoning->claim;
        int64_t left_over;

        for (size_t i = 0; i < claim->n_parts; i++)
                reckoning->shares[i] = part_share(&claim->parts[i], day);
        return balance_invoice(reckoning->shares, claim->n_parts, sums, &left_over);
}

static int add_change(FactSums *sums, const Change *change)
{
        switch (change->kind) {
        case CHANGE_PAYMENT: return money_add(&sums->payments, change->amount);
        case CHANGE_CREDIT: return money_add(&sums->credits, change->amount);
        case CHANGE_UNDONE: return money_add(&sums->undone, change->amount);
        case CHANGE_WRITE_OFF: sums->is_written_off = true; return 0;
        }
        return 0;
}

/* The next day after that one on which the balance changes, today at the latest. */
static Date next_turn(const Reckoning *reckoning, size_t change, Date after)
{
        const Claim *claim = reckoning->claim;
        Date turn = reckoning->today;

        if (change < claim->n_changes && date_compare(claim->changes[change].day, turn) < 0)
                turn = claim->changes[change].day;
        for (size_t i = 0; i < claim->n_parts; i++) {
                const Date days[] = { claim->parts[i].since, claim->parts[i].until };
                for (size_t k = 0; k < ELEMENTSOF(days); k++)
                        if (date_is_set(days[k]) && date_compare(days[k], after) > 0 &&
                                date_compare(days[k], turn) < 0)
                                turn = days[k];
        }
        return turn;
}

/* From the first due date on, span by span: nothing is late before. */
static int walk(Reckoning *reckoning)
{
        const Claim *claim = reckoning->claim;
        FactSums sums = { 0 };
        Date day = DATE_NONE;
        size_t change = 0;
        int r = 0;

        for (size_t i = 0; i < claim->n_parts; i++)
                if (date_is_set(claim->parts[i].due) &&
                        (!date_is_set(day) || date_compare(claim->parts[i].due, day) < 0))
                        day = claim->parts[i].due;
        while (r == 0 && date_is_set(day) && date_compare(day, reckoning->today) < 0) {
                for (; r == 0 && change < claim->n_changes &&
                        date_compare(claim->changes[change].day, day) <= 0;
                        change++)
                        r = add_change(&sums, &claim->changes[change]);
                if (r == 0)
                        r = share_out(reckoning, &sums, day);
                Span span = { date_add(day, 1), next_turn(reckoning, change, day) };
                for (size_t i = 0; r == 0 && i < claim->n_parts; i++)
                        r = add_part(reckoning, i, span);
                day = span.last;
        }
        return r;
}

/* None for consumers: the sum is between those who trade. */
static int64_t fixed_sum(const Reckoning *reckoning)
{
        const Claim *claim = reckoning->claim;
        const Amounts *own = &reckoning->rules->fixed;
        int64_t minor = 0;

        if (claim->kind == KIND_CONSUMER || !date_is_set(reckoning->late) ||
                date_compare(reckoning->late, claim->settled_until) <= 0)
                return 0;
        for (size_t i = 0; i < own->n; i++)
                if (streq(own->list[i].currency, claim->currency))
                        return own->list[i].minor;
        for (size_t i = 0; i < ELEMENTSOF(reckoning->terms->fixed); i++) {
                const FixedSum *fixed = &reckoning->terms->fixed[i];
                if (streq(fixed->currency, claim->currency) && reckoning->late_open >= fixed->from)
                        minor = fixed->minor;
        }
        return minor;
}

/* Half up. -EOVERFLOW. */
static int round_interest(__int128 interest, int64_t *ret_minor)
{
        __int128 rounded = interest / SCALE + (2 * (interest % SCALE) >= SCALE);

        if (rounded > INT64_MAX)
                return -EOVERFLOW;
        *ret_minor = (int64_t)rounded;
        return 0;
}

static int piece_compare(const void *a, const void *b)
{
        const ChargePeriod *x = &((const Piece *)a)->period, *y = &((const Piece *)b)->period;

        return x->part != y->part ? (x->part > y->part) - (x->part < y->part)
                                  : date_compare(x->from, y->from);
}

/* Whether a change elsewhere is all that parts them. */
static bool pieces_join(const Piece *a, const Piece *b)
{
        return a->period.part == b->period.part && a->period.base == b->period.base &&
               a->half_year == b->half_year &&
               date_compare(date_add(a->period.to, 1), b->period.from) == 0;
}

/* The pieces in order, joined where they can be: how many are left. */
static size_t join_pieces(Piece *pieces, size_t n)
{
        size_t last = 0;

        if (n == 0)
                return 0;
        qsort(pieces, n, sizeof(Piece), piece_compare);
        for (size_t i = 1; i < n; i++) {
                if (pieces_join(&pieces[last], &pieces[i])) {
                        pieces[last].period.to = pieces[i].period.to;
                        pieces[last].interest += pieces[i].interest;
                } else
                        pieces[++last] = pieces[i];
        }
        return last + 1;
}

static int list_periods(Reckoning *reckoning, ChargeSheet *sheet)
{
        size_t n = join_pieces(reckoning->pieces, reckoning->n_pieces);
        ChargePeriod *periods = arena_alloc_array(reckoning->arena, n, sizeof(ChargePeriod));
        __int128 interest = 0;
        int64_t before = 0, until = 0;
        int r = periods ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < n; i++) {
                interest += reckoning->pieces[i].interest;
                r = round_interest(interest, &until);
                periods[i] = reckoning->pieces[i].period;
                periods[i].sum = until - before;
                before = until;
        }
        sheet->periods = periods;
        sheet->n = n;
        return r;
}

static int reckon(Reckoning *reckoning, Charges *ret_charges)
{
        const Claim *claim = reckoning->claim;
        int64_t interest = 0;

        reckoning->shares = arena_alloc_array(reckoning->arena, claim->n_parts, sizeof(Share));
        reckoning->began = arena_alloc_array(reckoning->arena, claim->n_parts, sizeof(Date));
        if (!reckoning->shares || !reckoning->began)
                return -ENOMEM;
        for (size_t i = 0; i < claim->n_parts; i++)
                reckoning->began[i] = DATE_NONE;
        int r = walk(reckoning);
        if (r == 0)
                r = round_interest(reckoning->interest, &interest);
        if (r == 0)
                *ret_charges = (Charges){ interest, fixed_sum(reckoning) };
        return r;
}

static Reckoning reckoning_of(
        const ChargeRules *rules, const Claim *claim, Date today, Arena *arena)
{
        return (Reckoning){
                .rules = rules,
                .claim = claim,
                .terms = &terms[rules->regimes[claim->kind]],
                .today = today,
                .late = DATE_NONE,
                .arena = arena,
        };
}

int charges_of(const ChargeRules *rules, const Claim *claim, Date today, Arena *arena,
        Charges *ret_charges, MissingRate *ret_missing)
{
        Reckoning reckoning = reckoning_of(rules, claim, today, arena);

        if (rules->regimes[claim->kind] == REGIME_NONE) {
                *ret_charges = (Charges){ 0 };
                return 0;
        }
        int r = reckon(&reckoning, ret_charges);
        if (r == CHARGES_NO_RATE)
                *ret_missing = reckoning.missing;
        return r;
}

int charges_sheet(const ChargeRules *rules, const Claim *claim, Date today, Arena *arena,
        ChargeSheet *ret_sheet, MissingRate *ret_missing)
{
        Reckoning reckoning = reckoning_of(rules, claim, today, arena);
        ChargeSheet sheet = { .regime = rules->regimes[claim->kind] };
        int r = 0;

        reckoning.is_listed = true;
        if (sheet.regime != REGIME_NONE)
                r = reckon(&reckoning, &sheet.charges);
        if (r == CHARGES_NO_RATE)
                *ret_missing = reckoning.missing;
        if (r == 0)
                r = list_periods(&reckoning, &sheet);
        if (r == 0)
                *ret_sheet = sheet;
        return r;
}
