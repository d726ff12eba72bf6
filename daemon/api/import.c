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

        reply_add(&exchange->reply,
                json_pack("{s:o, s:b}", "problem", shape_text(text), "warning", is_warning));
}

static json_t *shape_result(const ImportFile *file, const ImportResult *result)
{
        return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "file",
                shape_text(file->name), "kind", shape_given(result->kind), "rows",
                (json_int_t)result->n_rows, "added", (json_int_t)result->n_added, "changed",
                (json_int_t)result->n_changed, "same", (json_int_t)result->n_same, "withdrawn",
                (json_int_t)result->n_withdrawn, "errors", (json_int_t)result->n_errors, "warnings",
                (json_int_t)result->n_warnings);
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
        r = intake_import(exchange->engine->store, exchange->engine->config, files, n,
                exchange->now.instant, add_problem, exchange, results);
        if (r < 0)
                return reply_fail(
                        &exchange->reply, r, "the import stopped; what was recorded before stays");
        for (size_t i = 0; i < n; i++)
                reply_add(&exchange->reply, shape_result(&files[i], &results[i]));
        return 0;
}
