/* SPDX-License-Identifier: MIT */
/* Owns the public holidays by country, as rules that hold for any year, and what follows from them:
 * working days and windows. Nation-wide holidays only; holidays of a region or a single past year
 * are left out. Nothing here can fail. */

#include "core/calendar.h"

#define SEARCH_DAYS 400 /* longer than any stretch of closed days of an openable window */

typedef enum RuleKind {
        RULE_FIXED,         /* month, day */
        RULE_EASTER,        /* day: days after Easter Sunday */
        RULE_FIRST_MONDAY,  /* of the month */
        RULE_LAST_MONDAY,   /* of the month */
        RULE_SUNDAY_BEFORE, /* month, day; the Saturday before instead of a Sunday */
        RULE_BRIGID,        /* first Monday of the month, or the first itself if a Friday */
} RuleKind;

typedef struct HolidayRule {
        RuleKind kind;
        int month, day;
        int since; /* first year, 0: any */
        /* Days from a Saturday, from a Sunday, to the substitute; 0: none. */
        int after_saturday, after_sunday;
} HolidayRule;

struct Calendar {
        const char *name;
        const HolidayRule *rules;
        size_t n_rules;
};

#define FIXED(m, d)                                                                                \
        {                                                                                          \
                .kind = RULE_FIXED, .month = (m), .day = (d)                                       \
        }
#define FIXED_SINCE(m, d, year)                                                                    \
        {                                                                                          \
                .kind = RULE_FIXED, .month = (m), .day = (d), .since = (year)                      \
        }
#define EASTER(n)                                                                                  \
        {                                                                                          \
                .kind = RULE_EASTER, .day = (n)                                                    \
        }
#define MONDAY_RULE(which, m)                                                                      \
        {                                                                                          \
                .kind = RULE_##which##_MONDAY, .month = (m)                                        \
        }

#define GOOD_FRIDAY EASTER(-2)
#define EASTER_MONDAY EASTER(1)
#define ASCENSION EASTER(39)
#define WHIT_MONDAY EASTER(50)

/* Code du travail L3133-1. */
static const HolidayRule rules_fr[] = {
        FIXED(1, 1),
        EASTER_MONDAY,
        FIXED(5, 1),
        FIXED(5, 8),
        ASCENSION,
        WHIT_MONDAY,
        FIXED(7, 14),
        FIXED(8, 15),
        FIXED(11, 1),
        FIXED(11, 11),
        FIXED(12, 25),
};

static const HolidayRule rules_be[] = {
        FIXED(1, 1),
        EASTER_MONDAY,
        FIXED(5, 1),
        ASCENSION,
        WHIT_MONDAY,
        FIXED(7, 21),
        FIXED(8, 15),
        FIXED(11, 1),
        FIXED(11, 11),
        FIXED(12, 25),
};

/* The federal day and those that every canton keeps. */
static const HolidayRule rules_ch[] = {
        FIXED(1, 1),
        ASCENSION,
        FIXED(8, 1),
        FIXED(12, 25),
};

static const HolidayRule rules_lu[] = {
        FIXED(1, 1),
        EASTER_MONDAY,
        FIXED(5, 1),
        FIXED_SINCE(5, 9, 2019),
        ASCENSION,
        WHIT_MONDAY,
        FIXED(6, 23),
        FIXED(8, 15),
        FIXED(11, 1),
        FIXED(12, 25),
        FIXED(12, 26),
};

static const HolidayRule rules_de[] = {
        FIXED(1, 1),
        GOOD_FRIDAY,
        EASTER_MONDAY,
        FIXED(5, 1),
        ASCENSION,
        WHIT_MONDAY,
        FIXED(10, 3),
        FIXED(12, 25),
        FIXED(12, 26),
};

static const HolidayRule rules_es[] = {
        FIXED(1, 1),
        FIXED(1, 6),
        GOOD_FRIDAY,
        FIXED(5, 1),
        FIXED(8, 15),
        FIXED(10, 12),
        FIXED(11, 1),
        FIXED(12, 6),
        FIXED(12, 8),
        FIXED(12, 25),
};

/* Easter Sunday too is one by law (L. 260/1949); 4 October again from 2026 (L. 151/2025). */
static const HolidayRule rules_it[] = {
        FIXED(1, 1),
        FIXED(1, 6),
        EASTER(0),
        EASTER_MONDAY,
        FIXED(4, 25),
        FIXED(5, 1),
        FIXED(6, 2),
        FIXED(8, 15),
        FIXED_SINCE(10, 4, 2026),
        FIXED(11, 1),
        FIXED(12, 8),
        FIXED(12, 25),
        FIXED(12, 26),
};

/* Algemene termijnenwet, article 3. */
static const HolidayRule rules_nl[] = {
        FIXED(1, 1),
        EASTER_MONDAY,
        { .kind = RULE_SUNDAY_BEFORE, .month = 4, .day = 27 },
        FIXED(5, 5),
        ASCENSION,
        WHIT_MONDAY,
        FIXED(12, 25),
        FIXED(12, 26),
};

/* England and Wales: a bank holiday on a weekend has a substitute day after it; those of Christmas
 * and Boxing Day make room for each other. */
static const HolidayRule rules_gb[] = {
        { .kind = RULE_FIXED, .month = 1, .day = 1, .after_saturday = 2, .after_sunday = 1 },
        GOOD_FRIDAY,
        EASTER_MONDAY,
        MONDAY_RULE(FIRST, 5),
        MONDAY_RULE(LAST, 5),
        MONDAY_RULE(LAST, 8),
        { .kind = RULE_FIXED, .month = 12, .day = 25, .after_saturday = 2, .after_sunday = 2 },
        { .kind = RULE_FIXED, .month = 12, .day = 26, .after_saturday = 2, .after_sunday = 2 },
};

static const HolidayRule rules_ie[] = {
        FIXED(1, 1),
        { .kind = RULE_BRIGID, .month = 2, .since = 2023 },
        FIXED(3, 17),
        EASTER_MONDAY,
        MONDAY_RULE(FIRST, 5),
        MONDAY_RULE(FIRST, 6),
        MONDAY_RULE(FIRST, 8),
        MONDAY_RULE(LAST, 10),
        FIXED(12, 25),
        FIXED(12, 26),
};

#define CALENDAR(name, rules)                                                                      \
        {                                                                                          \
                name, rules, ELEMENTSOF(rules)                                                     \
        }

static const Calendar calendars[] = {
        { "none", NULL, 0 },
        CALENDAR("BE", rules_be),
        CALENDAR("CH", rules_ch),
        CALENDAR("DE", rules_de),
        CALENDAR("ES", rules_es),
        CALENDAR("FR", rules_fr),
        CALENDAR("GB", rules_gb),
        CALENDAR("IE", rules_ie),
        CALENDAR("IT", rules_it),
        CALENDAR("LU", rules_lu),
        CALENDAR("NL", rules_nl),
};

static const char *const names[] = {
        "none",
        "BE",
        "CH",
        "DE",
        "ES",
        "FR",
        "GB",
        "IE",
        "IT",
        "LU",
        "NL",
};

static_assert(ELEMENTSOF(names) == ELEMENTSOF(calendars), "a name for each calendar");

const Calendar *calendar_find(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(calendars); i++)
                if (streq(calendars[i].name, name))
                        return &calendars[i];
        return NULL;
}

const char *const *calendar_names(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(names);
        return names;
}

/* The last day on or before this one that is a Monday. */
static Date monday_until(Date date)
{
        return date_add(date, -(int)date_weekday(date));
}

/* The day a rule gives in a year, before any substitute. */
static Date rule_day(const HolidayRule *rule, int year)
{
        Date date;

        switch (rule->kind) {
        case RULE_FIXED: return date_of(year, rule->month, rule->day);
        case RULE_EASTER: return date_add(date_easter(year), rule->day);
        case RULE_FIRST_MONDAY: return monday_until(date_of(year, rule->month, 7));
        case RULE_LAST_MONDAY:
                return monday_until(date_end_of_month(date_of(year, rule->month, 1)));
        case RULE_SUNDAY_BEFORE:
                date = date_of(year, rule->month, rule->day);
                return date_add(date, date_weekday(date) == SUNDAY ? -1 : 0);
        case RULE_BRIGID:
                date = date_of(year, rule->month, 1);
                return date_weekday(date) == FRIDAY ? date : monday_until(date_add(date, 6));
        }
        assert(false);
        return DATE_NONE;
}

static int substitute_after(const HolidayRule *rule, Date date)
{
        Weekday weekday = date_weekday(date);

        return weekday == SATURDAY ? rule->after_saturday
               : weekday == SUNDAY ? rule->after_sunday
                                   : 0;
}

bool calendar_is_holiday(const Calendar *calendar, Date day)
{
        int year, month, day_of_month;

        date_split(day, &year, &month, &day_of_month);
        if (year < 1 || year > 9999)
                return false;
        for (size_t i = 0; i < calendar->n_rules; i++) {
                const HolidayRule *rule = &calendar->rules[i];
                if (year < rule->since)
                        continue;
                Date date = rule_day(rule, year);
                if (date_compare(date, day) == 0 ||
                        date_compare(date_add(date, substitute_after(rule, date)), day) == 0)
                        return true;
        }
        return false;
}

bool calendar_is_working_day(const Calendar *calendar, Date day)
{
        if (calendar->n_rules == 0)
                return true;
        return date_weekday(day) <= FRIDAY && !calendar_is_holiday(calendar, day);
}

Date calendar_working_day_from(const Calendar *calendar, Date day)
{
        while (!calendar_is_working_day(calendar, day))
                day = date_add(day, 1);
        return day;
}

static bool window_has_day(const Window *window, Date day)
{
        return (window->days & 1U << date_weekday(day)) != 0 &&
               !calendar_is_holiday(window->calendar, day);
}

bool window_is_open(const Window *window, LocalTime now)
{
        return now.minute >= window->from_minute && now.minute < window->to_minute &&
               window_has_day(window, now.day);
}

bool window_next_opening(const Window *window, LocalTime from, LocalTime *ret_opening)
{
        for (int i = 0; i <= SEARCH_DAYS; i++) {
                LocalTime opening = {
                        .day = date_add(from.day, i),
                        .minute = i == 0 ? MAX(from.minute, window->from_minute)
                                         : window->from_minute,
                        .offset_minutes = from.offset_minutes,
                };
                if (!window_is_open(window, opening))
                        continue;
                *ret_opening = opening;
                return true;
        }
        return false;
}
