/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_SCHEDULE_H
#define RELANCED_ENGINE_SCHEDULE_H

/* When the daemon wakes: the days and hours of the configuration on the creditor's clock. Pure but
 * for the zone's data. */

#include "config/config.h"
#include "sys/zone.h"

/* The first wake after that instant; an hour that a spring gap swallows is the first instant after
 * the gap, one that autumn shows twice is its first. Never INSTANT_NONE: there is a wake on one day
 * of the week at least. */
Instant schedule_next(const Config *config, const Zone *zone, Instant after);
/* The latest wake at or before that instant. */
Instant schedule_last(const Config *config, const Zone *zone, Instant at);

#endif
