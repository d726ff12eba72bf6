/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_CALENDAR_H
#define RELANCED_CORE_CALENDAR_H

/*
 * Working days and sending windows (R5, R6). A calendar is a set of rules for public holidays, of a
 * country ("FR"), of a part of it with days of its own ("GB-SCT"), or of the configuration; "none"
 * is the calendar in which every day is a working day, "weekdays" has no holidays but weekends.
 */

#include "core/date.h"

typedef struct Calendar Calendar;

/* The shipped calendar of that name, or NULL. Static, never freed. */
const Calendar *calendar_find(const char *name);
/* All shipped ones: "none", "weekdays", then countries, each followed by its parts. */
const Calendar *const *calendar_all(size_t *ret_n);

bool calendar_is_holiday(const Calendar *calendar, Date day);
/* Monday to Friday and no public holiday; any day in the calendar "none", and in one that is like
 * it any but its own holidays. */
bool calendar_is_working_day(const Calendar *calendar, Date day);
/* The day itself if it is a working day, else the first one after it (R6). Where there is none
 * within 400 days, the day itself. */
Date calendar_working_day_from(const Calendar *calendar, Date day);

/* When messages may leave: from ≤ now < to on the given weekdays that are no public holiday. */
typedef struct Window {
        unsigned days;   /* bit 0 = Monday … bit 6 = Sunday */
        int from_minute; /* 0–1439 */
        int to_minute;   /* 1–1440, after from */
        const Calendar *calendar;
} Window;

#define WINDOW_ALL_DAYS 0x7FU

bool window_is_open(const Window *window, LocalTime now);
/* The day and minute (zone of from) at which the window is open next, from itself included; the
 * offset is that of from. false: it does not open within 400 days. */
bool window_next_opening(const Window *window, LocalTime from, LocalTime *ret_opening);

#endif
