/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_CHARGES_H
#define RELANCED_CORE_CHARGES_H

/* R24: what paying late costs: interest on the falling balance of an invoice, by dated rates, and a
 * fixed sum once. A sub-ledger: nothing here changes what is open. Pure. */

#include "base/arena.h"
#include "core/account.h"
#include "core/balance.h"
#include "core/policy.h"

/* Whose law: its rate and fixed sums are a row of the table in charges.c. */
typedef enum Regime {
        REGIME_NONE,
        REGIME_FR_BUSINESS,
        REGIME_FR_PUBLIC,
        REGIME_EU,
        REGIME_GB,
        REGIME_BE,
        REGIME_DE,
        REGIMES
} Regime;
extern const char *const regime_names[REGIMES]; /* "none", "FR-business" … */

/* What the law says by itself where a country's creditor has agreed nothing else. */
Regime regime_of_country(const char *country, CustomerKind kind);

/* A table of reference rates; its name is that of its file. */
typedef enum RateSource {
        RATES_ECB, /* main refinancing rate on the first day of the half-year */
        RATES_BOE, /* Bank Rate on the eve of the half-year */
        RATES_DE,  /* base rate of BGB 247 */
        RATE_SOURCES
} RateSource;
extern const char *const rate_source_names[RATE_SOURCES]; /* "ecb", "boe", "de" */

/* Counted from the year 0: 2 × year, and 1 more for the second half. */
typedef int HalfYear;
#define HALF_YEAR_TEXT_SIZE sizeof("2026-S1")
HalfYear half_year_of(Date day);
/* "YYYY-S1", "YYYY-S2" and nothing else; -EINVAL. */
int half_year_parse(const char *text, HalfYear *ret_half_year);
const char *half_year_format(HalfYear half_year, char text[static HALF_YEAR_TEXT_SIZE]);

typedef struct ReferenceRate {
        HalfYear half_year;
        int hundredths; /* of a percentage point, may be negative */
} ReferenceRate;

typedef struct RateTable {
        const ReferenceRate *rates; /* by half-year, each once */
        size_t n;
} RateTable;

/* As configured. */
typedef struct ChargeRules {
        Regime regimes[3]; /* by CustomerKind */
        RateTable tables[RATE_SOURCES];
        Amounts fixed; /* the creditor's own fixed sums; they go before those of the regime */
} ChargeRules;

/* What changed the balance of an invoice. On its day it counts already, on the next one the balance
 * is another. */
typedef enum ChangeKind {
        CHANGE_PAYMENT,
        CHANGE_CREDIT,
        CHANGE_UNDONE, /* a refund, a chargeback */
        CHANGE_WRITE_OFF
} ChangeKind;

typedef struct Change {
        Date day;
        ChangeKind kind;
        int64_t amount; /* ≥ 0 */
} Change;

/* An instalment: owed from the day after since, if that is set, to the day until, if that is: a
 * plan ends the ones and begins the others (R15). */
typedef struct Part {
        Date due; /* DATE_NONE: is never late */
        Date since, until;
        int64_t plan; /* the plan it is a part of, 0: none: as Share says */
        int64_t amount;
        int64_t kept;    /* of amount: what was paid on it when a plan ended it */
        int64_t fee;     /* of amount: bears no interest, paid last */
        int64_t forgone; /* no more than that open counts as nothing: tolerance, an offer (R10) */
        bool is_exempt;  /* never bears anything: its lateness is not the customer's (R22) */
} Part;

typedef struct Claim {
        const char *currency;
        CustomerKind kind;
        const Part *parts;
        size_t n_parts;
        const Change *changes; /* by day */
        size_t n_changes;
        Date settled_until; /* all charges to that day were paid or waived; or DATE_NONE */
} Claim;

typedef struct Charges {
        int64_t interest, fixed; /* ≥ 0, minor units */
} Charges;

/* Which rate is not known. */
typedef struct MissingRate {
        RateSource source;
        HalfYear half_year;
} MissingRate;
#define MISSING_RATE_TEXT_SIZE 32
/* "ecb 2027-S1" */
const char *missing_rate_format(
        const MissingRate *missing, char text[static MISSING_RATE_TEXT_SIZE]);

/*
 * The charges as of the end of a day: simple interest for every day after the due date on what was
 * open on it, at the rate of its half-year (or, where the law freezes it, of the one in which the
 * interest of that instalment began) / 365, rounded once, half up; and the fixed sum as soon as
 * anything was late. Positive CHARGES_NO_RATE: a rate that is needed is not in its table; only
 * *ret_missing is written. -EOVERFLOW, -ENOMEM. arena: for the time of the call.
 */
#define CHARGES_NO_RATE 1
int charges_of(const ChargeRules *rules, const Claim *claim, Date today, Arena *arena,
        Charges *ret_charges, MissingRate *ret_missing);

/* Days, both inclusive, on which base and rate of one part are the same. */
typedef struct ChargePeriod {
        size_t part;
        Date from, to;
        int64_t base;
        int hundredths; /* of a percent a year */
        int64_t sum;
} ChargePeriod;

typedef struct ChargeSheet {
        Charges charges;
        Regime regime;
        const ChargePeriod *periods; /* by part and day, none over two half-years; in the arena */
        size_t n;
} ChargeSheet;

/* charges_of() with its reckoning. Only the total is rounded: the sum of a period is the rounded
 * interest to its end less that to the end before, so that they add up to it. */
int charges_sheet(const ChargeRules *rules, const Claim *claim, Date today, Arena *arena,
        ChargeSheet *ret_sheet, MissingRate *ret_missing);

/* Where the law of a creditor's country has it: "C. com. L441-10 II, D441-5"; "" for none. */
const char *regime_source(Regime regime, const char *country, CustomerKind kind, bool has_fixed);

#endif
