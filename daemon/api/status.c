/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "is all well?". Never changes anything. What needs a person is a sentence in
 * problems; without any, ok is true.
 */

#include <errno.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "engine/schedule.h"
#include "engine/standing.h"
#include "store/channels.h"

/* A wake that is under way, or a timer that comes a little later, is no problem. */
#define WAKE_LATE_USEC (INT64_C(15) * 60 * USEC_PER_SEC)

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

static void add_suspended(
        const Zone *zone, const char *name, const ChannelStanding *standing, json_t **problems)
{
        char day[DATE_TEXT_SIZE];
        StrBuf since = STRBUF_INIT;

        if (instant_is_set(standing->since)) {
                LocalTime local = zone_local(zone, standing->since);
                strbuf_addf(&since, " since %s %02d:%02d", date_format(local.day, day),
                        local.minute / 60, local.minute % 60);
        }
        add_problem(problems,
                "channel '%s' is suspended%s: %s (%lld notice(s) wait). When that is put right: "
                "relancectl test %s --to ADDRESS",
                name, strbuf_text(&since), standing->why, (long long)standing->n_waiting, name);
        strbuf_release(&since);
}

/* A server that cannot be reached suspends nothing: it may be there at the next try. A second
 * failure is worth a look. */
static int add_waiting(
        Exchange *exchange, const char *name, const ChannelStanding *standing, json_t **problems)
{
        ChannelReport report;

        if (standing->n_retried == 0)
                return 0;
        int r = store_get_channel(exchange->engine->store, name, &exchange->arena, &report);
        if (r < 0)
                return r;
        add_problem(problems, "channel '%s': %lld notice(s) wait for another try: %s", name,
                (long long)standing->n_retried, report.error);
        return 0;
}

/* What is wrong with each channel, and each one's state in a word. */
static int look_at_channels(Exchange *exchange, json_t **problems, json_t **channels)
{
        const Rulebook *book = &exchange->engine->config->book;
        ChannelStanding standing;

        for (size_t i = 0; i < book->n_channels; i++) {
                const char *name = book->channels[i].name;
                int r = engine_get_standing(
                        exchange->engine, i, &exchange->now, &exchange->arena, &standing);
                if (r < 0)
                        return r;
                if (standing.is_suspended)
                        add_suspended(exchange->engine->zone, name, &standing, problems);
                else
                        r = add_waiting(exchange, name, &standing, problems);
                if (r < 0)
                        return r;
                json_t *channel = json_object();
                shape_put(&channel, "channel", shape_text(name));
                shape_put(&channel, "state",
                        json_string(standing.is_suspended    ? "suspended"
                                    : standing.n_retried > 0 ? "retrying"
                                                             : "ready"));
                shape_append(channels, channel);
        }
        return 0;
}

/* A store that really sends, and that nobody wakes: there is no daemon, and no timer either. */
static void look_for_missed_wake(
        const Exchange *exchange, const StoreStatus *status, json_t **problems)
{
        const Engine *engine = exchange->engine;
        char day[DATE_TEXT_SIZE], missed_day[DATE_TEXT_SIZE];

        if (engine->service || status->mode != STORE_REAL || !instant_is_set(status->last_wake))
                return;
        Instant now = exchange->now.instant;
        Instant missed = schedule_last(engine->config, engine->zone, now);
        if (status->last_wake.usec >= missed.usec || now.usec - missed.usec < WAKE_LATE_USEC)
                return;
        LocalTime last = zone_local(engine->zone, status->last_wake);
        LocalTime due = zone_local(engine->zone, missed);
        add_problem(problems,
                "the last wake was at %s %02d:%02d, and there was none at %s %02d:%02d: is the "
                "service running? (systemctl status relanced)",
                date_format(last.day, day), last.minute / 60, last.minute % 60,
                date_format(due.day, missed_day), due.minute / 60, due.minute % 60);
}

static int find_problems(
        Exchange *exchange, const StoreStatus *status, json_t **problems, json_t **channels)
{
        if (status->n_notices[NOTICE_UNCERTAIN] > 0)
                add_problem(problems,
                        "%lld notice(s) may have been sent or not: see relancectl log --state "
                        "uncertain",
                        (long long)status->n_notices[NOTICE_UNCERTAIN]);
        look_for_missed_wake(exchange, status, problems);
        return look_at_channels(exchange, problems, channels);
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
        json_t *problems = json_array(), *channels = json_array();
        r = find_problems(exchange, &status, &problems, &channels);
        if (r < 0) {
                json_decref(problems);
                json_decref(channels);
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
        shape_put(&shaped, "channels", channels);
        shape_put(&shaped, "problems", problems);
        reply_add(&exchange->reply, shaped);
        return 0;
}
