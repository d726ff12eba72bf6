/* SPDX-License-Identifier: MIT */
/* Owns civil-day arithmetic and the texts of days and instants. Knows no zone and reads no clock.
 * Parsing fails with -EINVAL; nothing else can fail. */

#include "core/date.h"

#include <errno.h>

#define DAYS_PER_ERA 146097  /* 400 years: after that the calendar repeats */
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define MINUTES_PER_DAY 1440
#define SECONDS_PER_DAY INT64_C(86400)

static int64_t floor_divide(int64_t a, int64_t b)
{
        return a / b - (a % b < 0);
}

static bool is_leap_year(int year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
        static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

        return days[month - 1] + (month == 2 && is_leap_year(year));
}

bool date_is_valid(int year, int month, int day)
{
        return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
               day <= days_in_month(year, month);
}

/* Years are counted from March, so that the leap day is the last of its year (Howard Hinnant's
 * days_from_civil). */
Date date_of(int year, int month, int day)
{
        assert(date_is_valid(year, month, day));
        int march_year = year - (month <= 2);
        int era = march_year / 400;
        int year_of_era = march_year - era * 400;
        int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        return (Date){ era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH };
}

void date_split(Date date, int *ret_year, int *ret_month, int *ret_day)
{
        assert(date_is_set(date));
        int64_t days = (int64_t)date.days + DAYS_TO_EPOCH;
        int64_t era = floor_divide(days, DAYS_PER_ERA);
        int day_of_era = (int)(days - era * DAYS_PER_ERA);
        int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                                  day_of_era / (DAYS_PER_ERA - 1)) /
                          365;
        int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int march_month = (5 * day_of_year + 2) / 153;

        *ret_day = day_of_year - (153 * march_month + 2) / 5 + 1;
        *ret_month = march_month < 10 ? march_month + 3 : march_month - 9;
        *ret_year = (int)(year_of_era + era * 400) + (*ret_month <= 2);
}

Weekday date_weekday(Date date)
{
        assert(date_is_set(date));
        int64_t since_monday = (int64_t)date.days + 3; /* 1970-01-01 was a Thursday */
        return (Weekday)(since_monday - floor_divide(since_monday, 7) * 7);
}

Date date_end_of_month(Date date)
{
        int year, month, day;

        date_split(date, &year, &month, &day);
        return date_add(date, days_in_month(year, month) - day);
}

/* The anonymous Gregorian algorithm (Nature, 1876); letters as Meeus has them. */
Date date_easter(int year)
{
        int a = year % 19, b = year / 100, c = year % 100;
        int g = (8 * b + 13) / 25;
        int h = (19 * a + b - b / 4 - g + 15) % 30;
        int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        int m = (a + 11 * h + 19 * l) / 433;
        int month = (h + l - 7 * m + 90) / 25;
        int day = (h + l - 7 * m + 33 * month + 19) % 32;

        return date_of(year, month, day);
}

/* Reads exactly n digits, moving *p past them. */
static bool read_digits(const char **p, int n, int *ret_value)
{
        int value = 0;

        for (int i = 0; i < n; i++, (*p)++) {
                if (**p < '0' || **p > '9')
                        return false;
                value = value * 10 + (**p - '0');
        }
        *ret_value = value;
        return true;
}

static bool read_char(const char **p, char c)
{
        if (**p != c)
                return false;
        (*p)++;
        return true;
}

static bool read_date(const char **p, Date *ret_date)
{
        int year, month, day;

        if (!read_digits(p, 4, &year) || !read_char(p, '-') || !read_digits(p, 2, &month) ||
                !read_char(p, '-') || !read_digits(p, 2, &day) || !date_is_valid(year, month, day))
                return false;
        *ret_date = date_of(year, month, day);
        return true;
}

int date_parse(const char *text, Date *ret_date)
{
        Date date;

        if (!read_date(&text, &date) || *text)
                return -EINVAL;
        *ret_date = date;
        return 0;
}

/* Decimal digits of value into text[0..n). */
static void write_digits(char *text, int n, int value)
{
        for (int i = n - 1; i >= 0; i--, value /= 10)
                text[i] = (char)('0' + value % 10);
}

const char *date_format(Date date, char text[static DATE_TEXT_SIZE])
{
        int year, month, day;

        if (!date_is_set(date)) {
                text[0] = '\0';
                return text;
        }
        Date first = date_of(1, 1, 1), last = date_of(9999, 12, 31);
        date.days = MAX(first.days, MIN(last.days, date.days));
        date_split(date, &year, &month, &day);
        memcpy(text, "0000-00-00", DATE_TEXT_SIZE);
        write_digits(text, 4, year);
        write_digits(text + 5, 2, month);
        write_digits(text + 8, 2, day);
        return text;
}

const char *instant_format(Instant instant, int offset_minutes, char text[static INSTANT_TEXT_SIZE])
{
        static const char blank[INSTANT_TEXT_SIZE] = "0000-00-00T00:00:00+00:00";
        int64_t first = date_of(1, 1, 1).days * SECONDS_PER_DAY;
        int64_t last = (date_of(9999, 12, 31).days + 1) * SECONDS_PER_DAY - 1;

        if (!instant_is_set(instant)) {
                text[0] = '\0';
                return text;
        }
        int64_t seconds = floor_divide(instant.usec, USEC_PER_SEC) + offset_minutes * INT64_C(60);
        seconds = MAX(first, MIN(last, seconds));
        int64_t days = floor_divide(seconds, SECONDS_PER_DAY);
        int second = (int)(seconds - days * SECONDS_PER_DAY);
        int offset = offset_minutes < 0 ? -offset_minutes : offset_minutes;

        memcpy(text, blank, INSTANT_TEXT_SIZE);
        (void)date_format((Date){ (int32_t)days }, text);
        text[10] = 'T';
        write_digits(text + 11, 2, second / 3600);
        write_digits(text + 14, 2, second / 60 % 60);
        write_digits(text + 17, 2, second % 60);
        text[19] = offset_minutes < 0 ? '-' : '+';
        write_digits(text + 20, 2, offset / 60);
        write_digits(text + 23, 2, offset % 60);
        return text;
}

/* HH:MM within a day. */
static bool read_minute(const char **p, int *ret_minute)
{
        int hour, minute;

        if (!read_digits(p, 2, &hour) || !read_char(p, ':') || !read_digits(p, 2, &minute) ||
                hour > 23 || minute > 59)
                return false;
        *ret_minute = hour * 60 + minute;
        return true;
}

/* ":SS" and a fraction, which is cut off. A leap second is the first second of the next minute. */
static bool read_second(const char **p, int *ret_second)
{
        if (!read_char(p, ':') || !read_digits(p, 2, ret_second) || *ret_second > 60)
                return false;
        if (!read_char(p, '.'))
                return true;
        if (**p < '0' || **p > '9')
                return false;
        while (**p >= '0' && **p <= '9')
                (*p)++;
        return true;
}

static bool read_offset(const char **p, int *ret_minutes)
{
        char sign = **p;
        int minutes = 0;

        if (!sign)
                return false;
        (*p)++;
        if (sign != 'Z' && sign != 'z' &&
                ((sign != '+' && sign != '-') || !read_minute(p, &minutes)))
                return false;
        *ret_minutes = sign == '-' ? -minutes : minutes;
        return true;
}

int instant_parse(const char *text, Instant *ret_instant)
{
        int minute, second, offset;
        Date date;

        if (!read_date(&text, &date) || (*text != 'T' && *text != 't'))
                return -EINVAL;
        text++;
        if (!read_minute(&text, &minute) || !read_second(&text, &second) ||
                !read_offset(&text, &offset) || *text)
                return -EINVAL;
        int64_t minutes = (int64_t)date.days * MINUTES_PER_DAY + minute - offset;
        *ret_instant = (Instant){ minutes * USEC_PER_MINUTE + second * USEC_PER_SEC };
        return 0;
}

int minute_parse(const char *text, int *ret_minute)
{
        if (streq(text, "24:00")) {
                *ret_minute = MINUTES_PER_DAY;
                return 0;
        }
        int minute;
        if (!read_minute(&text, &minute) || *text)
                return -EINVAL;
        *ret_minute = minute;
        return 0;
}
