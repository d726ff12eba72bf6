/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_SHAPE_H
#define RELANCED_ENGINE_SHAPE_H

/*
 * How values look in JSON (DESIGN 4.1): money is a text with a dot, a day YYYY-MM-DD, an instant
 * RFC 3339 with the zone's offset, what is not given null. Each gives a new reference, or NULL when
 * memory is out.
 */

#include <jansson.h>

#include "core/date.h"
#include "sys/zone.h"

/* Bytes that are no UTF-8 become U+FFFD; NULL gives null. */
json_t *shape_text(const char *text);
/* The same, and "" gives null as well. */
json_t *shape_given(const char *text);
json_t *shape_money(int64_t minor, const char *currency);
json_t *shape_date(Date date);
json_t *shape_instant(const Zone *zone, Instant instant);

/* Adds to an object or array that is being built and takes the value over. When memory runs out, on
 * either side, *to is freed and NULL from then on: check once, at the end. */
void shape_put(json_t **object, const char *key, json_t *value);
void shape_append(json_t **array, json_t *value);

#endif
