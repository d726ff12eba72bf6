/* SPDX-License-Identifier: MIT */
/*
 * Owns the public holidays of countries and of the parts that have days of their own, as they have
 * been since 2000: data alone, for the engine in calendar.c. What law gives to single towns, and
 * the local days that Spain, Italy and Switzerland have in great number, are left to the
 * configuration. Nothing here can fail.
 */

#include "core/calendar-rules.h"

/* clang-format off */
#define FIXED(m, d) { .kind = HOLIDAY_FIXED, .month = (m), .day = (d) }
#define FIXED_SINCE(m, d, y) { .kind = HOLIDAY_FIXED, .month = (m), .day = (d), .since = (y) }
#define FIXED_UNTIL(m, d, y) { .kind = HOLIDAY_FIXED, .month = (m), .day = (d), .until = (y) }
/* With a substitute so many days after a Saturday, after a Sunday. */
#define MOVED(m, d, saturday, sunday) \
        { .kind = HOLIDAY_FIXED, .month = (m), .day = (d), \
          .after_saturday = (saturday), .after_sunday = (sunday) }
#define EASTER(n) { .kind = HOLIDAY_EASTER, .day = (n) }
#define WEEKDAY_FROM(w, m, d) \
        { .kind = HOLIDAY_WEEKDAY, .weekday = (w), .month = (m), .day = (d) }
#define FIRST_MONDAY(m) WEEKDAY_FROM(MONDAY, m, 1)
#define LAST_MONDAY_OF_31(m) WEEKDAY_FROM(MONDAY, m, 25)
/* A single day of one year. */
#define ONCE(y, m, d) \
        { .kind = HOLIDAY_FIXED, .month = (m), .day = (d), .since = (y), .until = (y) }
#define WORKED_ONCE(y, m, d) \
        { .kind = HOLIDAY_FIXED, .month = (m), .day = (d), .since = (y), .until = (y), \
          .is_worked = true }

#define GOOD_FRIDAY EASTER(-2)
#define EASTER_SUNDAY EASTER(0)
#define EASTER_MONDAY EASTER(1)
#define ASCENSION EASTER(39)
#define WHIT_SUNDAY EASTER(49)
#define WHIT_MONDAY EASTER(50)
#define CORPUS_CHRISTI EASTER(60)
#define EPIPHANY FIXED(1, 6)
#define ASSUMPTION FIXED(8, 15)
#define REFORMATION FIXED(10, 31)
#define ALL_SAINTS FIXED(11, 1)

/* Code du travail L3133-1. */
static const HolidayRule rules_fr[] = {
        FIXED(1, 1), EASTER_MONDAY, FIXED(5, 1), FIXED(5, 8), ASCENSION, WHIT_MONDAY, FIXED(7, 14),
        ASSUMPTION, ALL_SAINTS, FIXED(11, 11), FIXED(12, 25),
};

/* Alsace-Moselle: ordinance of 16 August 1892, Code du travail L3134-13. Good Friday is one where
 * there is a Protestant church and another one, which is to say nearly everywhere. */
static const HolidayRule rules_alsace_moselle[] = { GOOD_FRIDAY, FIXED(12, 26) };

/* The abolition of slavery: Code du travail L3422-2, decree 83-1003 as amended in 2012. */
static const HolidayRule rules_gp[] = { FIXED(5, 27) };
static const HolidayRule rules_mq[] = { FIXED(5, 22) };
static const HolidayRule rules_gf[] = { FIXED(6, 10) };
static const HolidayRule rules_re[] = { FIXED(12, 20) };
static const HolidayRule rules_yt[] = { FIXED(4, 27) };
static const HolidayRule rules_bl[] = { FIXED(10, 9) };
static const HolidayRule rules_mf[] = { FIXED_UNTIL(5, 27, 2017), FIXED_SINCE(5, 28, 2018) };

static const HolidayRule rules_be[] = {
        FIXED(1, 1), EASTER_MONDAY, FIXED(5, 1), ASCENSION, WHIT_MONDAY, FIXED(7, 21), ASSUMPTION,
        ALL_SAINTS, FIXED(11, 11), FIXED(12, 25),
};

/* The federal day and those that every canton keeps. */
static const HolidayRule rules_ch[] = { FIXED(1, 1), ASCENSION, FIXED(8, 1), FIXED(12, 25) };

static const HolidayRule rules_lu[] = {
        FIXED(1, 1), EASTER_MONDAY, FIXED(5, 1), FIXED_SINCE(5, 9, 2019), ASCENSION, WHIT_MONDAY,
        FIXED(6, 23), ASSUMPTION, ALL_SAINTS, FIXED(12, 25), FIXED(12, 26),
};

static const HolidayRule rules_de[] = {
        FIXED(1, 1), GOOD_FRIDAY, EASTER_MONDAY, FIXED(5, 1), ASCENSION, WHIT_MONDAY, FIXED(10, 3),
        FIXED(12, 25), FIXED(12, 26),
        ONCE(2017, 10, 31), /* 500 years of the Reformation */
};

/* What the Länder add; days of single municipalities are left out. */
static const HolidayRule rules_de_bw[] = { EPIPHANY, CORPUS_CHRISTI, ALL_SAINTS };
static const HolidayRule rules_de_be[] = {
        FIXED_SINCE(3, 8, 2019), ONCE(2020, 5, 8), ONCE(2025, 5, 8), ONCE(2028, 6, 17),
};
static const HolidayRule rules_de_bb[] = { EASTER_SUNDAY, WHIT_SUNDAY, REFORMATION };
static const HolidayRule rules_de_he[] = { CORPUS_CHRISTI };
static const HolidayRule rules_de_mv[] = { FIXED_SINCE(3, 8, 2023), REFORMATION };
static const HolidayRule rules_de_north[] = { FIXED_SINCE(10, 31, 2018) };
static const HolidayRule rules_de_rhine[] = { CORPUS_CHRISTI, ALL_SAINTS };
static const HolidayRule rules_de_sl[] = { CORPUS_CHRISTI, ASSUMPTION, ALL_SAINTS };
/* Repentance and Prayer: the Wednesday before 23 November. */
static const HolidayRule rules_de_sn[] = { REFORMATION, WEEKDAY_FROM(WEDNESDAY, 11, 16) };
static const HolidayRule rules_de_st[] = { EPIPHANY, REFORMATION };
static const HolidayRule rules_de_th[] = { FIXED_SINCE(9, 20, 2019), REFORMATION };

/* The nation's; a day on a Sunday moves in some communities only. */
static const HolidayRule rules_es[] = {
        FIXED(1, 1), EPIPHANY, GOOD_FRIDAY, FIXED(5, 1), ASSUMPTION, FIXED(10, 12), ALL_SAINTS,
        FIXED(12, 6), FIXED(12, 8), FIXED(12, 25),
};

/* Easter Sunday too is one by law (L. 260/1949); 4 October again from 2026 (L. 151/2025). */
static const HolidayRule rules_it[] = {
        FIXED(1, 1), EPIPHANY, EASTER_SUNDAY, EASTER_MONDAY, FIXED(4, 25), FIXED(5, 1),
        FIXED_SINCE(6, 2, 2001), ASSUMPTION, FIXED_SINCE(10, 4, 2026), ALL_SAINTS, FIXED(12, 8),
        FIXED(12, 25), FIXED(12, 26),
        ONCE(2011, 3, 17), /* 150 years of unity */
};

/* Algemene termijnenwet, article 3; the Queen's day until 2013, the King's since. */
static const HolidayRule rules_nl[] = {
        FIXED(1, 1), EASTER_MONDAY,
        { .kind = HOLIDAY_NOT_ON_SUNDAY, .month = 4, .day = 30, .until = 2013 },
        { .kind = HOLIDAY_NOT_ON_SUNDAY, .month = 4, .day = 27, .since = 2014 },
        FIXED(5, 5), ASCENSION, WHIT_MONDAY, FIXED(12, 25), FIXED(12, 26),
};

/* England and Wales: a bank holiday on a weekend has a substitute day after it; those of Christmas
 * and Boxing Day make room for each other. Jubilees took the spring holiday into June. */
static const HolidayRule rules_gb[] = {
        MOVED(1, 1, 2, 1), GOOD_FRIDAY, EASTER_MONDAY, FIRST_MONDAY(5), LAST_MONDAY_OF_31(5),
        LAST_MONDAY_OF_31(8), MOVED(12, 25, 2, 2), MOVED(12, 26, 2, 2),
        WORKED_ONCE(2002, 5, 27), ONCE(2002, 6, 3), ONCE(2002, 6, 4),
        ONCE(2011, 4, 29),
        WORKED_ONCE(2012, 5, 28), ONCE(2012, 6, 4), ONCE(2012, 6, 5),
        WORKED_ONCE(2020, 5, 4), ONCE(2020, 5, 8),
        WORKED_ONCE(2022, 5, 30), ONCE(2022, 6, 2), ONCE(2022, 6, 3),
        ONCE(2022, 9, 19), ONCE(2023, 5, 8),
};

/* Scotland: as England, without Easter Monday and with August at its other end; 1 and 2 January
 * make room for each other. Saint Andrew's since the Act of 2007. */
static const HolidayRule rules_gb_sct[] = {
        { .kind = HOLIDAY_EASTER, .day = 1, .is_worked = true },
        { .kind = HOLIDAY_WEEKDAY, .weekday = MONDAY, .month = 8, .day = 25, .is_worked = true },
        MOVED(1, 1, 2, 2), MOVED(1, 2, 2, 2), FIRST_MONDAY(8),
        { .kind = HOLIDAY_FIXED, .month = 11, .day = 30, .since = 2007,
          .after_saturday = 2, .after_sunday = 1 },
        ONCE(2026, 6, 15),
};

static const HolidayRule rules_gb_nir[] = { MOVED(3, 17, 2, 1), MOVED(7, 12, 2, 1) };

/* No substitutes: who works on one has another day off, which is hers alone. */
static const HolidayRule rules_ie[] = {
        FIXED(1, 1),
        { .kind = HOLIDAY_MONDAY_OR_FRIDAY, .month = 2, .day = 1, .since = 2023 },
        FIXED(3, 17), EASTER_MONDAY, FIRST_MONDAY(5), FIRST_MONDAY(6), FIRST_MONDAY(8),
        LAST_MONDAY_OF_31(10), FIXED(12, 25), FIXED(12, 26),
        ONCE(2022, 3, 18),
};

#define CALENDAR(code, name_, title_) \
        static const Calendar code = { .name = (name_), .title = (title_), .rules = rules_##code, \
                .n_rules = ELEMENTSOF(rules_##code), .has_weekends = true }
#define PART(code, name_, title_, like_, rules_) \
        static const Calendar code = { .name = (name_), .title = (title_), .like = &(like_), \
                .rules = (rules_), .n_rules = ELEMENTSOF(rules_), .has_weekends = true }

static const Calendar none = { .name = "none", .title = "every day is a working day" };
static const Calendar weekdays = {
        .name = "weekdays", .title = "Monday to Friday, no public holidays", .has_weekends = true
};
CALENDAR(be, "BE", "Belgium");
CALENDAR(ch, "CH", "Switzerland: what all cantons keep");
CALENDAR(de, "DE", "Germany: what all Länder keep");
PART(de_bb, "DE-BB", "Brandenburg", de, rules_de_bb);
PART(de_be, "DE-BE", "Berlin", de, rules_de_be);
PART(de_bw, "DE-BW", "Baden-Württemberg", de, rules_de_bw);
PART(de_by, "DE-BY", "Bavaria, without 15 August", de, rules_de_bw);
PART(de_hb, "DE-HB", "Bremen", de, rules_de_north);
PART(de_he, "DE-HE", "Hesse", de, rules_de_he);
PART(de_hh, "DE-HH", "Hamburg", de, rules_de_north);
PART(de_mv, "DE-MV", "Mecklenburg-Vorpommern", de, rules_de_mv);
PART(de_ni, "DE-NI", "Lower Saxony", de, rules_de_north);
PART(de_nw, "DE-NW", "North Rhine-Westphalia", de, rules_de_rhine);
PART(de_rp, "DE-RP", "Rhineland-Palatinate", de, rules_de_rhine);
PART(de_sh, "DE-SH", "Schleswig-Holstein", de, rules_de_north);
PART(de_sl, "DE-SL", "Saarland", de, rules_de_sl);
PART(de_sn, "DE-SN", "Saxony", de, rules_de_sn);
PART(de_st, "DE-ST", "Saxony-Anhalt", de, rules_de_st);
PART(de_th, "DE-TH", "Thuringia", de, rules_de_th);
CALENDAR(es, "ES", "Spain: the nation's");
CALENDAR(fr, "FR", "France, the metropole");
PART(fr_alsace, "FR-6AE", "Alsace", fr, rules_alsace_moselle);
PART(fr_moselle, "FR-57", "Moselle", fr, rules_alsace_moselle);
PART(fr_bas_rhin, "FR-67", "Bas-Rhin", fr, rules_alsace_moselle);
PART(fr_haut_rhin, "FR-68", "Haut-Rhin", fr, rules_alsace_moselle);
PART(gp, "GP", "Guadeloupe", fr, rules_gp);
PART(mq, "MQ", "Martinique", fr, rules_mq);
PART(gf, "GF", "French Guiana", fr, rules_gf);
PART(re, "RE", "La Réunion", fr, rules_re);
PART(yt, "YT", "Mayotte", fr, rules_yt);
PART(bl, "BL", "Saint-Barthélemy", fr, rules_bl);
PART(mf, "MF", "Saint-Martin", fr, rules_mf);
CALENDAR(gb, "GB", "England and Wales");
PART(gb_sct, "GB-SCT", "Scotland", gb, rules_gb_sct);
PART(gb_nir, "GB-NIR", "Northern Ireland", gb, rules_gb_nir);
CALENDAR(ie, "IE", "Ireland");
CALENDAR(it, "IT", "Italy");
CALENDAR(lu, "LU", "Luxembourg");
CALENDAR(nl, "NL", "Netherlands");

static const Calendar *const calendars[] = {
        &none, &weekdays, &be, &ch, &de, &de_bb, &de_be, &de_bw, &de_by, &de_hb, &de_he, &de_hh,
        &de_mv, &de_ni, &de_nw, &de_rp, &de_sh, &de_sl, &de_sn, &de_st, &de_th, &es, &fr,
        &fr_alsace, &fr_moselle, &fr_bas_rhin, &fr_haut_rhin, &gp, &mq, &gf, &re, &yt, &bl, &mf,
        &gb, &gb_sct, &gb_nir, &ie, &it, &lu, &nl,
};
/* clang-format on */

const Calendar *const *calendar_all(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(calendars);
        return calendars;
}
