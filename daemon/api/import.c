/* SPDX-License-Identifier: MIT */
/*
 * Owns the import of uploaded files: what went wrong, line by line, then a summary per file. Never
 * reads a file's content itself (intake does), and never holds the loop. A row in error is part of
 * the answer, not a failure. A client that goes away ends its import; what was put stays.
 */

#include <errno.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "engine/reconnect.h"
#include "intake/intake.h"
#include "sys/log.h"
#include "sys/message-ids.h"

typedef struct ImportWork {
        Config *config; /* held: a reload may take another one meanwhile */
        ImportFile *files;
        size_t n;
        ImportResult *results;
        json_t **withdrawn; /* by file: an array */
        Import *import;
        bool is_done;
        int result;
        int64_t reconnected; /* accounts looked at, up to this one */
} ImportWork;

static void work_free(void *owner)
{
        ImportWork *work = owner;

        import_free(work->import);
        for (size_t i = 0; work->withdrawn && i < work->n; i++)
                json_decref(work->withdrawn[i]);
        config_free(work->config);
        free(work);
}

static void add_problem(void *owner, size_t i, bool is_warning, const char *text)
{
        Exchange *exchange = owner;
        json_t *shaped = json_object();

        shape_put(&shaped, "problem", shape_text(text));
        shape_put(&shaped, "warning", json_boolean(is_warning));
        reply_add(&exchange->reply, shaped);
}

static void add_withdrawn(void *owner, size_t i, const WithdrawnRow *row)
{
        const Exchange *exchange = owner;
        ImportWork *work = exchange->work;
        json_t *shaped = json_object();

        shape_put(&shaped, "invoice", shape_text(row->number));
        shape_put(&shaped, "instalment", json_integer(row->seq));
        shape_put(&shaped, "due", shape_date(row->due));
        shape_put(&shaped, "amount", shape_money(row->amount, row->currency));
        shape_put(&shaped, "currency", shape_text(row->currency));
        shape_append(&work->withdrawn[i], shaped);
}

/* Takes withdrawn over. */
static json_t *shape_result(const ImportFile *file, const ImportResult *result, json_t *withdrawn)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "file", shape_text(file->name));
        shape_put(&shaped, "kind", shape_given(result->kind));
        shape_put(&shaped, "rows", json_integer(result->n_rows));
        shape_put(&shaped, "added", json_integer(result->n_added));
        shape_put(&shaped, "changed", json_integer(result->n_changed));
        shape_put(&shaped, "same", json_integer(result->n_same));
        shape_put(&shaped, "withdrawn", json_integer(result->n_withdrawn));
        shape_put(&shaped, "withdrawn_instalments", withdrawn);
        shape_put(&shaped, "errors", json_integer(result->n_errors));
        shape_put(&shaped, "warnings", json_integer(result->n_warnings));
        return shaped;
}

static void on_done(void *owner, int result)
{
        Exchange *exchange = owner;
        ImportWork *work = exchange->work;

        work->is_done = true;
        work->result = result;
}

static void log_imported(const ImportResult *result)
{
        StrBuf text = STRBUF_INIT;

        import_result_describe(result, &text);
        log_record(LOG_INFO, MESSAGE_IMPORT_DONE, NULL, 0, "import: %s", strbuf_text(&text));
        strbuf_release(&text);
}

/* First the rows, then the services that may come back because of them (R16). */
static int resume_import(Exchange *exchange)
{
        ImportWork *work = exchange->work;

        if (!work->is_done)
                return 0;
        exchange->is_busy = true;
        /* What cannot be queued now is queued by the next wake. */
        if (work->result == 0 && engine_reconnect_some(exchange->engine, &work->reconnected) > 0)
                return 0;
        exchange->is_busy = false;
        exchange->resume = NULL;
        if (work->result < 0)
                return reply_fail(&exchange->reply, work->result,
                        "the import stopped; what was recorded before stays");
        for (size_t i = 0; i < exchange->request.n_files; i++) {
                reply_add(&exchange->reply, shape_result(&work->files[i], &work->results[i],
                                                    TAKE_PTR(work->withdrawn[i])));
                log_imported(&work->results[i]);
        }
        return 0;
}

static int start_import(Exchange *exchange, ImportWork *work)
{
        const ImportOrder order = {
                .context = { .store = exchange->engine->store,
                        .config = work->config,
                        .at = exchange->now.instant,
                        .today = exchange->now.local.day,
                        .message = add_problem,
                        .withdrawn = add_withdrawn,
                        .owner = exchange },
                .files = work->files,
                .n = exchange->request.n_files,
                .results = work->results,
                .done = on_done,
                .owner = exchange,
        };

        return import_new(exchange->engine->event, &order, &work->import);
}

int handle_import(Exchange *exchange)
{
        const Request *request = &exchange->request;
        size_t n = request->n_files;
        ImportWork *work;

        if (n == 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "no file was sent");
        work = calloc(1, sizeof(*work));
        if (!work)
                return -ENOMEM;
        exchange->work = work;
        exchange->free_work = work_free;
        work->config = config_hold(exchange->engine->config);
        work->files = arena_alloc_array(&exchange->arena, n, sizeof(*work->files));
        work->results = arena_alloc_array(&exchange->arena, n, sizeof(*work->results));
        work->withdrawn = arena_alloc_array(&exchange->arena, n, sizeof(json_t *));
        if (!work->files || !work->results || !work->withdrawn)
                return -ENOMEM;
        work->n = n;
        for (size_t i = 0; i < n; i++) {
                work->files[i] = (ImportFile){ request->files[i].name, request->files[i].fd };
                work->withdrawn[i] = json_array();
        }
        int r = start_import(exchange, work);
        if (r == 0)
                exchange->resume = resume_import;
        return r;
}
