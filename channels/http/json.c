/* SPDX-License-Identifier: MIT */
/* Owns the reading of JSON answers. A document may be nested at will or endless: jansson bounds the
 * depth, the answer's cap the size. Pure. */

#include "channels/http/json.h"

#include <jansson.h>

#include <stdio.h>

typedef struct Search {
        bool (*found)(void *owner, const char *value);
        void *owner;
        size_t n;
        bool is_over;
} Search;

HttpJson *http_json_read(const char *text, size_t length)
{
        return (HttpJson *)json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
}

void http_json_free(HttpJson *json)
{
        json_decref((json_t *)json);
}

bool http_json_is_path(const char *path)
{
        size_t length = strlen(path);

        return length > 0 && !strpbrk(path, " \t\n\"{}=") && path[0] != '.' &&
               path[length - 1] != '.' && !strstr(path, "..");
}

static void tell(Search *search, const char *value)
{
        search->n++;
        search->is_over = !search->found(search->owner, value);
}

static void tell_scalar(Search *search, const json_t *value)
{
        char digits[24];

        if (json_is_string(value)) {
                tell(search, json_string_value(value));
        } else if (json_is_integer(value)) {
                (void)snprintf(
                        digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
                tell(search, digits);
        } else if (json_is_boolean(value)) {
                tell(search, json_is_true(value) ? "true" : "false");
        }
}

/* The element that a part of a path names, or NULL. */
static const json_t *element(const json_t *list, const char *part, size_t length)
{
        size_t index = 0;

        if (length > 9 || strspn(part, "0123456789") < length)
                return NULL;
        for (size_t i = 0; i < length; i++)
                index = index * 10 + (size_t)(part[i] - '0');
        return json_array_get(list, index);
}

static const json_t *member(const json_t *object, const char *part, size_t length)
{
        char name[128];

        if (length >= sizeof(name))
                return NULL;
        memcpy(name, part, length);
        name[length] = 0;
        return json_object_get(object, name);
}

/* As deep as the path, which the configuration gave. */
static void walk(Search *search, const json_t *value, const char *path)
{
        size_t length = strcspn(path, ".");
        const char *rest = path[length] ? path + length + 1 : "";

        if (!value || search->is_over)
                return;
        if (!*path)
                tell_scalar(search, value);
        else if (json_is_object(value))
                walk(search, member(value, path, length), rest);
        else if (!json_is_array(value))
                return;
        else if (length != 1 || *path != '*')
                walk(search, element(value, path, length), rest);
        else
                for (size_t i = 0; i < json_array_size(value) && !search->is_over; i++)
                        walk(search, json_array_get(value, i), rest);
}

size_t http_json_each(const HttpJson *json, const char *path,
        bool (*found)(void *owner, const char *value), void *owner)
{
        Search search = { .found = found, .owner = owner };

        walk(&search, (const json_t *)json, path);
        return search.n;
}
