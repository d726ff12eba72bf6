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

static void add_problem(json_t *problems, const char *format, ...) _printf_(2, 3);
static void add_problem(json_t *problems, const char *format, ...)
{
        StrBuf sentence = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&sentence, format, arguments);
        va_end(arguments);
        (void)json_array_append_new(problems, shape_text(strbuf_text(&sentence)));
        strbuf_release(&sentence);
}

static int find_problems(Engine *engine, const StoreStatus *status, json_t *problems)
{
        const LogFilter filter = { .since = INSTANT_NONE, .state = -1, .only_open = true };
        DownChannels down = { 0 };

        if (status->n_notices[NOTICE_UNCERTAIN] > 0)
                add_problem(problems,
                        "%lld notices may have been sent or not: see relancectl log --state "
                        "uncertain",
                        (long long)status->n_notices[NOTICE_UNCERTAIN]);
        int r = store_list_log(engine->store, &filter, count_down, &down);
        for (size_t i = 0; i < down.n; i++) {
                add_problem(problems, "channel '%s' is down: %zu notices wait", down.names[i],
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
                (void)json_object_set_new(
                        notices, notice_state_names[state], json_integer((json_int_t)n));
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
        r = find_problems(engine, &status, problems);
        if (r < 0) {
                json_decref(problems);
                return r;
        }
        bool is_ok = json_array_size(problems) == 0;
        reply_add(&exchange->reply,
                json_pack("{s:b, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "ok",
                        is_ok, "creditor", shape_text(engine->config->creditor.name), "mode",
                        mode_names[status.mode], "now",
                        shape_instant(engine->zone, exchange->now.instant), "last_wake",
                        shape_instant(engine->zone, status.last_wake), "last_sent",
                        shape_instant(engine->zone, status.last_sent), "newest_payment",
                        shape_date(status.newest_payment), "customers",
                        (json_int_t)status.n_customers, "open_instalments",
                        (json_int_t)status.n_open_instalments, "tasks", (json_int_t)status.n_tasks,
                        "notices", count_notices(&status), "problems", problems));
        return 0;
}
