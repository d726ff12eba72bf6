/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_DATE_H
#define RELANCED_CORE_DATE_H

/*
 * Days and instants. A Date is a civil day without a zone, an Instant a point in time (UTC); they
 * are different types on purpose. Proleptic Gregorian calendar, years 1 to 9999. Pure: what day an
 * instant falls on depends on a zone, which is sys/zone.h's business.
 */

#include <stdint.h>

#include "base/macros.h"
#include "base/strbuf.h"

typedef struct Date {
        int32_t days; /* since 1970-01-01; INT32_MIN = none */
} Date;

typedef struct Instant {
        int64_t usec; /* since 1970-01-01T00:00Z; INT64_MIN = none */
} Instant;

/* A reading of a wall clock somewhere. */
typedef struct LocalTime {
        Date day;
        int minute;         /* of the day, 0–1439 */
        int offset_minutes; /* east of UTC */
} LocalTime;

#define DATE_NONE ((Date){ INT32_MIN })
#define INSTANT_NONE ((Instant){ INT64_MIN })
#define USEC_PER_SEC INT64_C(1000000)
#define DATE_TEXT_SIZE sizeof("2026-03-05")
#define INSTANT_TEXT_SIZE sizeof("2026-03-05T09:00:00+01:00")

typedef enum Weekday {
        MONDAY,
        TUESDAY,
        WEDNESDAY,
        THURSDAY,
        FRIDAY,
        SATURDAY,
        SUNDAY
} Weekday;

static inline bool date_is_set(Date date)
{
        return date.days != INT32_MIN;
}

static inline bool instant_is_set(Instant instant)
{
        return instant.usec != INT64_MIN;
}

/* < 0, 0, > 0 as a is before, on or after b; DATE_NONE is before every day. */
static inline int date_compare(Date a, Date b)
{
        return (a.days > b.days) - (a.days < b.days);
}

static inline Date date_later(Date a, Date b)
{
        return a.days >= b.days ? a : b;
}

/* n days later (earlier if negative); DATE_NONE stays DATE_NONE. */
static inline Date date_add(Date date, int n)
{
        return date_is_set(date) ? (Date){ date.days + n } : date;
}

/* Whole days from a to b. */
static inline int date_difference(Date b, Date a)
{
        return b.days - a.days;
}

bool date_is_valid(int year, int month, int day);
/* The day must be valid. */
Date date_of(int year, int month, int day);
void date_split(Date date, int *ret_year, int *ret_month, int *ret_day);
Weekday date_weekday(Date date);
Date date_end_of_month(Date date);
/* Gregorian Easter Sunday of a year. */
Date date_easter(int year);

/* "YYYY-MM-DD" and nothing else; -EINVAL. */
int date_parse(const char *text, Date *ret_date);
/* Writes "YYYY-MM-DD" ("" for DATE_NONE) into text[DATE_TEXT_SIZE] and returns it. What date_add()
 * took beyond the years 1 to 9999 shows as the nearest day within. */
const char *date_format(Date date, char text[static DATE_TEXT_SIZE]);

/* RFC 3339 of an instant as a clock offset_minutes east of UTC shows it, whole seconds; "" for
 * INSTANT_NONE. */
const char *instant_format(
        Instant instant, int offset_minutes, char text[static INSTANT_TEXT_SIZE]);
/* RFC 3339 with an offset or Z (fractions are cut off); -EINVAL. */
int instant_parse(const char *text, Instant *ret_instant);

/* "HH:MM", 00:00 to 24:00, as minutes of the day; -EINVAL. */
int minute_parse(const char *text, int *ret_minute);

#endif
