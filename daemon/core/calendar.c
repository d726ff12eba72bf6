/* SPDX-License-Identifier: MIT */
/* Owns how a rule is held against a day, and what follows: working days and windows. Knows no
 * country: the rules are data (calendar-rules.c, or the configuration). Nothing here can fail. */

#include "core/calendar.h"

#include "core/calendar-rules.h"

#define SEARCH_DAYS 400 /* longer than any stretch of closed days of an openable window */

/* A day as rules see it. */
typedef struct Day {
        Date date;
        int year, month, day_of_month;
        int after_easter; /* days from the Easter Sunday of its year; 0 beyond the calendar */
        Weekday weekday;
} Day;

static Day day_of(Date date)
{
        Day day = { .date = date, .weekday = date_weekday(date) };

        date_split(date, &day.year, &day.month, &day.day_of_month);
        if (day.year >= 1 && day.year <= 9999)
                day.after_easter = date_difference(date, date_easter(day.year));
        return day;
}

const Calendar *calendar_find(const char *name)
{
        size_t n;
        const Calendar *const *all = calendar_all(&n);

        for (size_t i = 0; i < n; i++)
                if (streq(all[i]->name, name))
                        return all[i];
        return NULL;
}

static bool is_on(const Day *day, int month, int day_of_month)
{
        return day->month == month && day->day_of_month == day_of_month;
}

/* The first such weekday from a day of the month on. */
static bool is_first_from(const Day *day, Weekday weekday, int month, int day_of_month)
{
        return day->weekday == weekday && day->month == month &&
               day->day_of_month >= day_of_month && day->day_of_month < day_of_month + 7;
}

static bool is_in_force(const HolidayRule *rule, int year)
{
        return year >= rule->since && (rule->until == 0 || year <= rule->until);
}

/* Whether a rule names a day, substitutes aside. */
static bool rule_names(const HolidayRule *rule, const Day *day)
{
        if (!is_in_force(rule, day->year))
                return false;
        switch (rule->kind) {
        case HOLIDAY_FIXED: return is_on(day, rule->month, rule->day);
        case HOLIDAY_EASTER: return day->after_easter == rule->day;
        case HOLIDAY_WEEKDAY: return is_first_from(day, rule->weekday, rule->month, rule->day);
        case HOLIDAY_NOT_ON_SUNDAY:
                return (day->weekday != SUNDAY && is_on(day, rule->month, rule->day)) ||
                       (day->weekday == SATURDAY && is_on(day, rule->month, rule->day - 1));
        case HOLIDAY_MONDAY_OR_FRIDAY:
                /* The Monday after such a Friday is three days on. */
                return (day->weekday == FRIDAY && is_on(day, rule->month, rule->day)) ||
                       (is_first_from(day, MONDAY, rule->month, rule->day) &&
                               day->day_of_month != rule->day + 3);
        }
        assert(false);
        return false;
}

static int substitute_after(const HolidayRule *rule, Weekday weekday)
{
        return weekday == SATURDAY ? rule->after_saturday
               : weekday == SUNDAY ? rule->after_sunday
                                   : 0;
}

static bool rule_gives_substitute(const HolidayRule *rule, const Day *day)
{
        if ((rule->after_saturday == 0 && rule->after_sunday == 0) || !is_in_force(rule, day->year))
                return false;
        Date named = date_of(day->year, rule->month, rule->day);
        int n = date_difference(day->date, named);
        return n > 0 && n == substitute_after(rule, date_weekday(named));
}

bool calendar_is_holiday(const Calendar *calendar, Date date)
{
        while (calendar && calendar->n_rules == 0)
                calendar = calendar->like;
        if (!calendar)
                return false;
        Day day = day_of(date);
        if (day.year < 1 || day.year > 9999)
                return false;
        for (; calendar; calendar = calendar->like)
                for (size_t i = calendar->n_rules; i > 0; i--) {
                        const HolidayRule *rule = &calendar->rules[i - 1];
                        if (rule_names(rule, &day) || rule_gives_substitute(rule, &day))
                                return !rule->is_worked;
                }
        return false;
}

bool calendar_is_working_day(const Calendar *calendar, Date day)
{
        if (calendar->has_weekends && date_weekday(day) > FRIDAY)
                return false;
        return !calendar_is_holiday(calendar, day);
}

Date calendar_working_day_from(const Calendar *calendar, Date day)
{
        for (int i = 0; i <= SEARCH_DAYS; i++)
                if (calendar_is_working_day(calendar, date_add(day, i)))
                        return date_add(day, i);
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
