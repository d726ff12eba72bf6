/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_REQUEST_H
#define RELANCED_API_REQUEST_H

/*
 * What a client asks, as plain data: a path and named values, wherever they stood (path, query,
 * JSON body), and uploaded files. Pure: a request is built from bytes and read back by name.
 */

#include <stddef.h>

#include "base/macros.h"

#define REQUEST_PARAMETERS_MAX 16
#define REQUEST_TARGET_MAX ((size_t)16 * 1024)
#define REQUEST_BODY_MAX ((size_t)64 * 1024)
#define REQUEST_FILES_MAX 1000

typedef struct Parameter {
        char *name, *value; /* UTF-8 without NUL */
} Parameter;

typedef struct RequestFile {
        char *name; /* as the client calls it: for messages only */
        int fd;     /* its content */
} RequestFile;

typedef struct Request {
        bool is_post; /* else GET */
        char *path;   /* still percent-encoded; NULL until request_parse_target() */
        Parameter parameters[REQUEST_PARAMETERS_MAX];
        size_t n_parameters;
        RequestFile *files;
        size_t n_files;
} Request;

/* Frees all it holds and closes the files. */
void request_release(Request *request);

/*
 * "/v1/log?channel=email" → path and parameters. 0 or -errno; *ret_problem: a static sentence.
 */
int request_parse_target(Request *request, const char *target, const char **ret_problem);

/* A JSON object whose values are texts (or null: not given), or nothing at all. 0 or -errno. */
int request_parse_body(Request *request, const char *body, size_t length, const char **ret_problem);

/* Adds a parameter from percent-encoded text of that length. -EINVAL: malformed; -EEXIST: given
 * twice; -E2BIG: too many. */
int request_add_encoded(Request *request, const char *name, const char *value, size_t length);

/* Takes the descriptor over, also when it fails. */
int request_add_file(Request *request, const char *name, int fd);

/* The value, or NULL when it was not given. */
const char *request_get(const Request *request, const char *name);

#endif
