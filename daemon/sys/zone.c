/* SPDX-License-Identifier: MIT */
/* Owns the only use of GLib's time zones. A zone once made is kept in a list for the life of the
 * process; not for use from several threads. A name that is no file of the system's zone data is
 * no zone: GLib by itself would take "Paris1" for a POSIX rule and complain about other files. */

#include "sys/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <stdio.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define SECONDS_PER_DAY INT64_C(86400)
/* No zone has ever been further from UTC. */
#define OFFSET_MAX (INT64_C(16) * 3600)

struct Zone {
        Zone *next;
        GTimeZone *zone;
        char name[];
};

static Zone *zones;

static bool is_zone_name(const char *name)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789_+-/";

        return *name && *name != '/' && !name[strspn(name, allowed)];
}

static bool is_zone_file(const char *name)
{
        static const char magic[] = { 'T', 'Z', 'i', 'f' };
        const char *folder = getenv("TZDIR");
        char path[PATH_MAX], start[sizeof(magic)];

        int length = snprintf(path, sizeof(path), "%s/%s", folder ? folder : ZONE_FOLDER, name);
        if (length < 0 || (size_t)length >= sizeof(path))
                return false;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        return fd >= 0 && read(fd, start, sizeof(start)) == (ssize_t)sizeof(start) &&
               memcmp(start, magic, sizeof(magic)) == 0;
}

static Zone *zone_new(const char *name)
{
        size_t size = strlen(name) + 1;
        Zone *zone = malloc(sizeof(Zone) + size);

        if (!zone)
                return NULL;
        *zone = (Zone){ .zone = g_time_zone_new_identifier(name) };
        if (!zone->zone) {
                free(zone);
                return NULL;
        }
        memcpy(zone->name, name, size);
        return zone;
}

const Zone *zone_find(const char *name)
{
        for (Zone *zone = zones; zone; zone = zone->next)
                if (streq(zone->name, name))
                        return zone;
        if (!is_zone_name(name) || (!streq(name, "UTC") && !is_zone_file(name)))
                return NULL;
        Zone *zone = zone_new(name);
        if (!zone)
                return NULL;
        zone->next = zones;
        zones = zone;
        return zone;
}

/* Between two changes of a zone's offset lies an interval; intervals are numbered in time. */
static int interval_at(const Zone *zone, int64_t seconds)
{
        return g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, seconds);
}

static int64_t interval_offset(const Zone *zone, int interval)
{
        return g_time_zone_get_offset(zone->zone, interval);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
        return a / b - (a % b < 0);
}

LocalTime zone_local(const Zone *zone, Instant instant)
{
        int64_t seconds = floor_divide(instant.usec, USEC_PER_SEC);
        int64_t offset = interval_offset(zone, interval_at(zone, seconds));
        int64_t day = floor_divide(seconds + offset, SECONDS_PER_DAY);

        return (LocalTime){
                .day = { (int32_t)day },
                .minute = (int)((seconds + offset - day * SECONDS_PER_DAY) / 60),
                .offset_minutes = (int)floor_divide(offset, 60),
        };
}

/* The first second after low, up to high, that is no longer in low's interval. */
static int64_t interval_end(const Zone *zone, int64_t low, int64_t high)
{
        int interval = interval_at(zone, low);

        while (high - low > 1) {
                int64_t middle = low + (high - low) / 2;
                if (interval_at(zone, middle) == interval)
                        low = middle;
                else
                        high = middle;
        }
        return high;
}

Instant zone_next_change(const Zone *zone, Instant after, Instant until)
{
        int64_t low = floor_divide(after.usec, USEC_PER_SEC);
        int64_t high = floor_divide(until.usec, USEC_PER_SEC);

        if (high <= low || interval_at(zone, low) == interval_at(zone, high))
                return INSTANT_NONE;
        return (Instant){ interval_end(zone, low, high) * USEC_PER_SEC };
}

/* Walks the intervals from one that is surely early enough. In each, the clock shows the wanted
 * time at one instant if at all: before the interval's start means it was leapt over there. */
Instant zone_instant(const Zone *zone, Date day, int minute)
{
        int64_t wanted = day.days * SECONDS_PER_DAY + minute * INT64_C(60);
        int64_t start = wanted - OFFSET_MAX;

        for (;;) {
                int interval = interval_at(zone, start);
                int64_t instant = wanted - interval_offset(zone, interval);
                if (instant <= start)
                        return (Instant){ start * USEC_PER_SEC };
                if (interval_at(zone, instant) == interval)
                        return (Instant){ instant * USEC_PER_SEC };
                start = interval_end(zone, start, instant);
        }
}

int zone_parse_time(const Zone *zone, const char *text, Instant *ret_instant)
{
        char date_text[DATE_TEXT_SIZE] = "";
        int minute = 0;
        Date date;

        if (instant_parse(text, ret_instant) == 0)
                return 0;
        memcpy(date_text, text, strnlen(text, sizeof(date_text) - 1));
        if (date_parse(date_text, &date) < 0)
                return -EINVAL;
        const char *rest = text + strlen(date_text);
        if (*rest && (*rest != 'T' || minute_parse(rest + 1, &minute) < 0))
                return -EINVAL;
        *ret_instant = zone_instant(zone, date, minute);
        return 0;
}
