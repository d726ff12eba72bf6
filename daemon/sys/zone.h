/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_ZONE_H
#define RELANCED_SYS_ZONE_H

/*
 * Time zones by IANA name, from the system's zone data (GTimeZone; ICU's own is outdated). From
 * 2038 on GLib 2.74 puts Europe/Dublin, whose winter time is negative, too far east; all others
 * agree with libc to 2060.
 */

#include "core/date.h"

typedef struct Zone Zone;

/* The zone of that name ("Europe/Paris", "UTC"), made once and kept for the life of the process;
 * NULL: there is no such zone. */
const Zone *zone_find(const char *name);

LocalTime zone_local(const Zone *zone, Instant instant);
/* The instant at which the zone's clock shows that day and minute; inside a spring gap, the first
 * instant after it; shown twice in autumn, the first time. minute may be 1440. */
Instant zone_instant(const Zone *zone, Date day, int minute);

/* The first instant after one, up to another, at which the zone's clock is set; INSTANT_NONE: it is
 * not set in between. */
Instant zone_next_change(const Zone *zone, Instant after, Instant until);

/* RFC 3339 with an offset, or "YYYY-MM-DD[THH:MM]" on the zone's clock (no time: 00:00). -EINVAL */
int zone_parse_time(const Zone *zone, const char *text, Instant *ret_instant);

#endif
