/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_HTTP_JSON_H
#define RELANCED_HTTP_JSON_H

/*
 * A gateway's answer in JSON, read strictly: one document, no key twice, whole numbers of 64 bits
 * exact. Values are named by a path: "messages.0.message-id"; "messages.*.status" is that of every
 * element.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

typedef struct HttpJson HttpJson;

/* NULL: no JSON, or no memory. */
HttpJson *http_json_read(const char *text, size_t length);
void http_json_free(HttpJson *json);
DEFINE_CLEANUP(HttpJson, http_json_free)

/*
 * Calls back with each text, whole number and truth value at the path, as text that lives as long
 * as the call, until it gives false. The number of calls: 0 where there is no such value, or it is
 * null, a list, an object or a number with a fraction.
 */
size_t http_json_each(const HttpJson *json, const char *path,
        bool (*found)(void *owner, const char *value), void *owner);

/* Whether a path is well-formed: names without blanks, separated by dots. */
bool http_json_is_path(const char *path);

#endif
