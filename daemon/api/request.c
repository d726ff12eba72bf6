/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of requests: targets, query strings and JSON bodies of clients that may send
 * anything. Never acts on one, never touches a socket. Fails with -errno and a static sentence; a
 * request that failed is only good for releasing.
 */

#include "api/request.h"

#include <errno.h>
#include <jansson.h>

#include "base/parse.h"

void request_release(Request *request)
{
        free(request->path);
        for (size_t i = 0; i < request->n_parameters; i++) {
                free(request->parameters[i].name);
                free(request->parameters[i].value);
        }
        for (size_t i = 0; i < request->n_files; i++) {
                free(request->files[i].name);
                closep(&request->files[i].fd);
        }
        free(request->files);
        *request = (Request){ 0 };
}

const char *request_get(const Request *request, const char *name)
{
        for (size_t i = 0; i < request->n_parameters; i++)
                if (streq(request->parameters[i].name, name))
                        return request->parameters[i].value;
        return NULL;
}

/* Both texts are taken over, also on failure. */
static int request_add(Request *request, char *name, char *value)
{
        int r = 0;

        if (!name || !value)
                r = -ENOMEM;
        else if (!utf8_is_valid(name, strlen(name)) || !utf8_is_valid(value, strlen(value)))
                r = -EINVAL;
        else if (request_get(request, name))
                r = -EEXIST;
        else if (request->n_parameters == REQUEST_PARAMETERS_MAX)
                r = -E2BIG;
        if (r < 0) {
                free(name);
                free(value);
                return r;
        }
        request->parameters[request->n_parameters++] = (Parameter){ name, value };
        return 0;
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

/* A NUL would cut the text short for whoever reads it: it counts as malformed. */
static int percent_decode(const char *text, size_t length, bool has_plus, char **ret_text)
{
        _cleanup_(freep) char *decoded = malloc(length + 1);
        size_t n = 0;

        if (!decoded)
                return -ENOMEM;
        for (size_t i = 0; i < length; i++) {
                char c = text[i];
                if (c == '%') {
                        if (length - i < 3)
                                return -EINVAL;
                        int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
                        if (high < 0 || low < 0 || high + low == 0)
                                return -EINVAL;
                        c = (char)(high << 4 | low);
                        i += 2;
                } else if (c == '+' && has_plus) {
                        c = ' ';
                }
                decoded[n++] = c;
        }
        decoded[n] = '\0';
        *ret_text = TAKE_PTR(decoded);
        return 0;
}

int request_add_encoded(Request *request, const char *name, const char *value, size_t length)
{
        char *decoded;
        int r = percent_decode(value, length, false, &decoded);

        return r < 0 ? r : request_add(request, strdup(name), decoded);
}

/* "name=value", "name" (an empty value). */
static int request_parse_pair(Request *request, const char *pair, size_t length)
{
        const char *equals = memchr(pair, '=', length);
        size_t name_length = equals ? (size_t)(equals - pair) : length;
        size_t value_length = equals ? length - name_length - 1 : 0;
        _cleanup_(freep) char *name = NULL, *value = NULL;
        int r;

        r = percent_decode(pair, name_length, true, &name);
        if (r < 0)
                return r;
        r = percent_decode(equals ? equals + 1 : "", value_length, true, &value);
        if (r < 0)
                return r;
        return request_add(request, TAKE_PTR(name), TAKE_PTR(value));
}

static const char *problem_text(int error)
{
        switch (error) {
        case -EINVAL: return "a value is not well-formed UTF-8 text";
        case -EEXIST: return "a value is given twice";
        case -E2BIG: return "too many values are given";
        default: return "there is not enough memory";
        }
}

int request_parse_target(Request *request, const char *target, const char **ret_problem)
{
        size_t path_length = strcspn(target, "?");

        if (strlen(target) > REQUEST_TARGET_MAX) {
                *ret_problem = "the address of the request is too long";
                return -E2BIG;
        }
        request->path = strndup(target, path_length);
        if (!request->path) {
                *ret_problem = problem_text(-ENOMEM);
                return -ENOMEM;
        }
        const char *pair = target + path_length;
        while (*pair) {
                size_t length = strcspn(++pair, "&");
                int r = length > 0 ? request_parse_pair(request, pair, length) : 0;
                if (r < 0) {
                        *ret_problem = problem_text(r);
                        return r;
                }
                pair += length;
        }
        return 0;
}

static int request_add_object(Request *request, json_t *object, const char **ret_problem)
{
        const char *name;
        json_t *value;

        json_object_foreach(object, name, value)
        {
                if (json_is_null(value))
                        continue;
                if (!json_is_string(value)) {
                        *ret_problem = "the values of the JSON object must be texts";
                        return -EINVAL;
                }
                int r = request_add(request, strdup(name), strdup(json_string_value(value)));
                if (r < 0) {
                        *ret_problem = problem_text(r);
                        return r;
                }
        }
        return 0;
}

int request_parse_body(Request *request, const char *body, size_t length, const char **ret_problem)
{
        if (length == 0)
                return 0;
        json_t *object = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(object)) {
                json_decref(object);
                *ret_problem = "the body must be a JSON object of texts";
                return -EINVAL;
        }
        int r = request_add_object(request, object, ret_problem);
        json_decref(object);
        return r;
}

int request_add_file(Request *request, const char *name, int fd)
{
        _cleanup_(closep) int owned = fd;
        char *copy;

        if (request->n_files == REQUEST_FILES_MAX)
                return -E2BIG;
        RequestFile *files =
                reallocarray(request->files, request->n_files + 1, sizeof(RequestFile));
        if (!files)
                return -ENOMEM;
        request->files = files;
        copy = strdup(name);
        if (!copy)
                return -ENOMEM;
        files[request->n_files++] = (RequestFile){ copy, TAKE_FD(owned) };
        return 0;
}
