/* SPDX-License-Identifier: MIT */
/*
 * Owns the import of uploaded files: what went wrong, line by line, then a summary per file. Never
 * reads a file's content itself (intake does). A row in error is part of the answer, not a failure.
 */

#include "api/routes.h"
#include "api/shapes.h"
#include "intake/intake.h"

static void add_problem(void *owner, bool is_warning, const char *text)
{
        Exchange *exchange = owner;
        json_t *shaped = json_object();

        shape_put(&shaped, "problem", shape_text(text));
        shape_put(&shaped, "warning", json_boolean(is_warning));
        reply_add(&exchange->reply, shaped);
}

static json_t *shape_result(const ImportFile *file, const ImportResult *result)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "file", shape_text(file->name));
        shape_put(&shaped, "kind", shape_given(result->kind));
        shape_put(&shaped, "rows", json_integer(result->n_rows));
        shape_put(&shaped, "added", json_integer(result->n_added));
        shape_put(&shaped, "changed", json_integer(result->n_changed));
        shape_put(&shaped, "same", json_integer(result->n_same));
        shape_put(&shaped, "withdrawn", json_integer(result->n_withdrawn));
        shape_put(&shaped, "errors", json_integer(result->n_errors));
        shape_put(&shaped, "warnings", json_integer(result->n_warnings));
        return shaped;
}

int handle_import(Exchange *exchange)
{
        const Request *request = &exchange->request;
        size_t n = request->n_files;
        ImportFile *files = arena_alloc_array(&exchange->arena, n, sizeof(*files));
        ImportResult *results = arena_alloc_array(&exchange->arena, n, sizeof(*results));
        int r;

        if (n == 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "no file was sent");
        if (!files || !results)
                return reply_refuse(&exchange->reply, REPLY_FAILED, "there is not enough memory");
        for (size_t i = 0; i < n; i++)
                files[i] = (ImportFile){ request->files[i].name, request->files[i].fd };
        ImportContext context = {
                .store = exchange->engine->store,
                .config = exchange->engine->config,
                .at = exchange->now.instant,
                .today = exchange->now.local.day,
                .message = add_problem,
                .owner = exchange,
        };
        r = intake_import(&context, files, n, results);
        if (r < 0)
                return reply_fail(
                        &exchange->reply, r, "the import stopped; what was recorded before stays");
        for (size_t i = 0; i < n; i++)
                reply_add(&exchange->reply, shape_result(&files[i], &results[i]));
        return 0;
}
