/* SPDX-License-Identifier: MIT */
/* Owns how values become JSON. Never knows what they mean. Fails with NULL, and only for want of
 * memory. */

#include "engine/shape.h"

#include "base/parse.h"
#include "base/strbuf.h"
#include "core/money.h"

static void added(json_t **to, json_t *value, int result)
{
        if (result == 0)
                return;
        if (!*to)
                json_decref(value);
        json_decref(*to);
        *to = NULL;
}

void shape_put(json_t **object, const char *key, json_t *value)
{
        added(object, value, *object ? json_object_set_new(*object, key, value) : -1);
}

void shape_append(json_t **array, json_t *value)
{
        added(array, value, *array ? json_array_append_new(*array, value) : -1);
}

static json_t *repaired(const char *text)
{
        _cleanup_(strbuf_release) StrBuf whole = STRBUF_INIT;

        while (*text) {
                size_t length = utf8_length(text, UTF8_MAX);
                if (length > 0)
                        strbuf_add_bytes(&whole, text, length);
                else
                        strbuf_add(&whole, "\xEF\xBF\xBD");
                text += MAX(length, (size_t)1);
        }
        return strbuf_error(&whole) < 0 ? NULL : json_string(strbuf_text(&whole));
}

json_t *shape_text(const char *text)
{
        if (!text)
                return json_null();
        json_t *value = json_string(text);
        return value ? value : repaired(text);
}

json_t *shape_given(const char *text)
{
        return is_empty(text) ? json_null() : shape_text(text);
}

json_t *shape_money(int64_t minor, const char *currency)
{
        char text[MONEY_TEXT_SIZE];

        return json_string(money_format(minor, currency, text));
}

json_t *shape_date(Date date)
{
        char text[DATE_TEXT_SIZE];

        return date_is_set(date) ? json_string(date_format(date, text)) : json_null();
}

json_t *shape_instant(const Zone *zone, Instant instant)
{
        char text[INSTANT_TEXT_SIZE];

        if (!instant_is_set(instant))
                return json_null();
        return json_string(instant_format(instant, zone_local(zone, instant).offset_minutes, text));
}
