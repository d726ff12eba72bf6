/* SPDX-License-Identifier: MIT */
/* Owns the calendar of wakes. An hour that two of them share (both in a spring gap) is one wake.
 * Cannot fail: config/ refuses a firm that never wakes. */

#include "engine/schedule.h"

#define LONGEST_PAUSE_DAYS 8 /* a week, and the day that has begun */

static bool is_wake_day(const Config *config, Date day)
{
        return config->wake_days & (1U << date_weekday(day));
}

Instant schedule_next(const Config *config, const Zone *zone, Instant after)
{
        Date today = zone_local(zone, after).day;

        for (int i = 0; i <= LONGEST_PAUSE_DAYS; i++) {
                Date day = date_add(today, i);
                for (size_t k = 0; is_wake_day(config, day) && k < config->n_wake_minutes; k++) {
                        Instant at = zone_instant(zone, day, config->wake_minutes[k]);
                        if (at.usec > after.usec)
                                return at;
                }
        }
        assert(!"no wake is configured");
        return INSTANT_NONE;
}

/* Looks from tomorrow on: where a clock goes back over midnight, tomorrow has been there before. */
Instant schedule_last(const Config *config, const Zone *zone, Instant at)
{
        Date tomorrow = date_add(zone_local(zone, at).day, 1);

        for (int i = 0; i <= LONGEST_PAUSE_DAYS + 1; i++) {
                Date day = date_add(tomorrow, -i);
                for (size_t k = config->n_wake_minutes; is_wake_day(config, day) && k > 0; k--) {
                        Instant last = zone_instant(zone, day, config->wake_minutes[k - 1]);
                        if (last.usec <= at.usec)
                                return last;
                }
        }
        assert(!"no wake is configured");
        return INSTANT_NONE;
}
