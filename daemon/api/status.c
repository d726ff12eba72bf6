/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "is all well?". Never changes anything. What needs a person is a sentence in
 * problems; without any, ok is true.
 */

#include <errno.h>

#include "api/routes.h"
#include "api/shapes.h"

#define CHANNELS_TOLD 8

typedef struct DownChannels {
        char *names[CHANNELS_TOLD];
        size_t waiting[CHANNELS_TOLD];
        size_t n;
} DownChannels;

static int count_down(void *owner, const LogRow *row)
{
        DownChannels *down = owner;
        size_t i = 0;

        if (row->state != NOTICE_PENDING || row->reason != REASON_CHANNEL_DOWN)
                return 0;
        while (i < down->n && !streq(down->names[i], row->channel))
                i++;
        if (i == CHANNELS_TOLD)
                return 0;
        if (i == down->n) {
                down->names[i] = strdup(row->channel);
                if (!down->names[i])
                        return -ENOMEM;
                down->n++;
        }
        down->waiting[i]++;
        return 0;
}

static void add_problem(json_t **problems, const char *format, ...) _printf_(2, 3);
static void add_problem(json_t **problems, const char *format, ...)
{
        StrBuf sentence = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&sentence, format, arguments);
        va_end(arguments);
        shape_append(problems, shape_text(strbuf_text(&sentence)));
        strbuf_release(&sentence);
}

static int find_problems(Engine *engine, const StoreStatus *status, json_t **problems)
{
        const LogFilter filter = { .since = INSTANT_NONE, .state = -1, .only_open = true };
        DownChannels down = { 0 };

        if (status->n_notices[NOTICE_UNCERTAIN] > 0)
                add_problem(problems,
                        "%lld notice(s) may have been sent or not: see relancectl log --state "
                        "uncertain",
                        (long long)status->n_notices[NOTICE_UNCERTAIN]);
        int r = store_list_log(engine->store, &filter, count_down, &down);
        for (size_t i = 0; i < down.n; i++) {
                add_problem(problems, "channel '%s' is down: %zu notice(s) wait", down.names[i],
                        down.waiting[i]);
                free(down.names[i]);
        }
        return r;
}

static json_t *count_notices(const StoreStatus *status)
{
        json_t *notices = json_object();

        for (int state = 0; state < (int)ELEMENTSOF(notice_state_names); state++) {
                int64_t n = status->n_notices[state];
                if (state == NOTICE_BEGUN)
                        continue;
                if (state == NOTICE_HANDED)
                        n += status->n_notices[NOTICE_BEGUN];
                shape_put(&notices, notice_state_names[state], json_integer(n));
        }
        return notices;
}

int handle_status(Exchange *exchange)
{
        static const char *const mode_names[] = { "fresh", "real", "simulated" };
        Engine *engine = exchange->engine;
        StoreStatus status;
        int r;

        r = store_get_status(engine->store, &status);
        if (r < 0)
                return r;
        json_t *problems = json_array();
        r = find_problems(engine, &status, &problems);
        if (r < 0) {
                json_decref(problems);
                return r;
        }
        bool is_ok = json_array_size(problems) == 0;
        json_t *shaped = json_object();
        shape_put(&shaped, "ok", json_boolean(is_ok));
        shape_put(&shaped, "creditor", shape_text(engine->config->creditor.name));
        shape_put(&shaped, "mode", json_string(mode_names[status.mode]));
        shape_put(&shaped, "now", shape_instant(engine->zone, exchange->now.instant));
        shape_put(&shaped, "last_wake", shape_instant(engine->zone, status.last_wake));
        shape_put(&shaped, "last_sent", shape_instant(engine->zone, status.last_sent));
        shape_put(&shaped, "newest_payment", shape_date(status.newest_payment));
        shape_put(&shaped, "customers", json_integer(status.n_customers));
        shape_put(&shaped, "open_instalments", json_integer(status.n_open_instalments));
        shape_put(&shaped, "tasks", json_integer(status.n_tasks));
        shape_put(&shaped, "notices", count_notices(&status));
        shape_put(&shaped, "problems", problems);
        reply_add(&exchange->reply, shaped);
        return 0;
}
