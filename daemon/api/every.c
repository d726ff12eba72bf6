/* SPDX-License-Identifier: MIT */
/* Owns the counting of a plan's days. Never looks at a clock or a calendar of holidays: a part is
 * due on its day, whatever day that is. Fails with -EINVAL. */

#include "api/every.h"

#include <errno.h>
#include <stdio.h>

#include "base/parse.h"

int every_parse(const char *text, Every *ret_every)
{
        static const char units[] = "dwm"; /* by EveryUnit */
        static const int most[] = { 366, 52, 12 };
        size_t length = strlen(text);
        char number[8];

        if (length < 2 || length > sizeof(number))
                return -EINVAL;
        const char *unit = strchr(units, text[length - 1]);
        (void)snprintf(number, sizeof(number), "%.*s", (int)(length - 1), text);
        Every every = { .unit = unit ? (EveryUnit)(unit - units) : EVERY_DAYS };
        if (!unit || parse_int(number, 1, most[every.unit], &every.n) < 0)
                return -EINVAL;
        *ret_every = every;
        return 0;
}

static Date months_later(Date first, int n)
{
        int year, month, day;
        bool is_last = date_compare(first, date_end_of_month(first)) == 0;

        date_split(first, &year, &month, &day);
        int months = year * 12 + month - 1 + n;
        Date last = date_end_of_month(date_of(months / 12, months % 12 + 1, 1));
        if (is_last || !date_is_valid(months / 12, months % 12 + 1, day))
                return last;
        return date_of(months / 12, months % 12 + 1, day);
}

Date every_day(const Every *every, Date first, int i)
{
        switch (every->unit) {
        case EVERY_DAYS: return date_add(first, i * every->n);
        case EVERY_WEEKS: return date_add(first, 7 * i * every->n);
        case EVERY_MONTHS: return months_later(first, i * every->n);
        }
        return first;
}
