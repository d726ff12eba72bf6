/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_CALENDAR_RULES_H
#define RELANCED_CORE_CALENDAR_RULES_H

/*
 * What a calendar is made of, for who makes one: the table of the shipped ones (calendar-rules.c)
 * and the configuration. Who only asks includes calendar.h.
 */

#include "core/calendar.h"

typedef enum HolidayKind {
        HOLIDAY_FIXED,            /* month, day */
        HOLIDAY_EASTER,           /* day: days after Easter Sunday */
        HOLIDAY_WEEKDAY,          /* the first such weekday from month, day on; within that month */
        HOLIDAY_NOT_ON_SUNDAY,    /* month, day; the Saturday before instead of a Sunday */
        HOLIDAY_MONDAY_OR_FRIDAY, /* month, day if a Friday, else the first Monday from it on */
} HolidayKind;

typedef struct HolidayRule {
        HolidayKind kind;
        int month, day;
        Weekday weekday;  /* of HOLIDAY_WEEKDAY */
        int since, until; /* years, both inclusive; 0: without end */
        /* Of HOLIDAY_FIXED: days from a Saturday, from a Sunday, to the substitute in the same
         * year; 0: none. */
        int after_saturday, after_sunday;
        bool is_worked; /* the day is no holiday after all */
} HolidayRule;

/* Of the rules that name a day the last one decides; where none does, the calendar it is like. */
struct Calendar {
        const char *name;
        const char *title; /* in English, for the manual; NULL for one of the configuration */
        const Calendar *like;
        const HolidayRule *rules;
        size_t n_rules;
        bool has_weekends; /* Saturdays and Sundays are no working days */
};

#endif
