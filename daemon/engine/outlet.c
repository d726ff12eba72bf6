/* SPDX-License-Identifier: MIT */
/* Owns the state of a channel as a whole: suspended with one alert, however many messages meet the
 * same wall, tried again with growing pauses, taken up again when a message gets through. */

#include "engine/outlet.h"

#include <errno.h>

#include "base/strbuf.h"
#include "engine/pace.h"
#include "sys/log.h"
#include "sys/message-ids.h"

#define SUSPENDED ": the channel is suspended: "
#define PHONE_DIGITS_MIN 8

/* An address, or digits that may be a telephone number. */
static bool is_personal(const char *word, size_t length)
{
        size_t n_digits = 0;

        if (memchr(word, '@', length))
                return true;
        for (size_t i = 0; i < length; i++)
                n_digits += word[i] >= '0' && word[i] <= '9';
        return n_digits >= PHONE_DIGITS_MIN && n_digits + (word[0] == '+') == length;
}

/* A server likes to repeat to whom it does not want to send: no line of the log holds that (DESIGN
 * 4.5). */
static void add_impersonal(StrBuf *text, const char *detail)
{
        static const char between[] = " \t<>()[]{}\"',;:=";

        while (*detail) {
                size_t n_between = strspn(detail, between);
                size_t length = strcspn(detail + n_between, between);
                strbuf_add_bytes(text, detail, n_between);
                if (is_personal(detail + n_between, length))
                        strbuf_add(text, "***");
                else
                        strbuf_add_bytes(text, detail + n_between, length);
                detail += n_between + length;
        }
}

void outlet_down(Outlet *outlet, uint32_t retry_after_s, const char *detail)
{
        const LogField fields[] = { { "CHANNEL", outlet->config->name } };
        _cleanup_(strbuf_release) StrBuf said = STRBUF_INIT;

        int64_t now_usec = clock_monotonic_usec();

        /* Messages that were under way when it went down say nothing new. */
        if (outlet->is_down && now_usec < outlet->retry_usec)
                return;
        outlet->n_downs++;
        outlet->retry_usec = now_usec + pace_backoff_usec(retry_after_s, outlet->n_downs);
        outlet->again_usec = outlet->retry_usec;
        if (outlet->is_down)
                return;
        outlet->is_down = true;
        add_impersonal(&said, detail);
        log_record(LOG_ERR, MESSAGE_CHANNEL_DOWN, fields, ELEMENTSOF(fields),
                "channel %s is suspended: %s", outlet->config->name, strbuf_text(&said));
        free(outlet->alert);
        outlet->alert = strdup(detail);
        outlet->is_task_over = false;
        dispatch_request_turn(outlet->dispatch);
}

void outlet_up(Outlet *outlet)
{
        const LogField fields[] = { { "CHANNEL", outlet->config->name } };

        outlet->n_downs = 0;
        outlet->is_task_over = outlet->task != 0;
        if (outlet->is_task_over) /* it may be an earlier run's */
                dispatch_request_turn(outlet->dispatch);
        if (!outlet->is_down)
                return;
        outlet->is_down = false;
        log_record(LOG_NOTICE, MESSAGE_CHANNEL_UP, fields, ELEMENTSOF(fields),
                "channel %s works again", outlet->config->name);
        outlet->dispatch->is_wanted = true;
        dispatch_request_turn(outlet->dispatch);
}

static int open_alert(const Outlet *outlet, const Now *now)
{
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT, commands = STRBUF_INIT;

        strbuf_addf(&sentence, "%s" SUSPENDED "%s", outlet->config->name, outlet->alert);
        strbuf_addf(&commands, "relancectl channels %s\nrelancectl test %s --to ADDRESS",
                outlet->config->name, outlet->config->name);
        const Task task = {
                .kind = CHANNEL_DOWN_TASK,
                .sentence = strbuf_text(&sentence),
                .commands = strbuf_text(&commands),
                .notice = outlet->ready,
        };
        bool is_new;
        int r = strbuf_error(&sentence);
        if (r == 0)
                r = strbuf_error(&commands);
        return r < 0 ? r
                     : store_open_task(
                               outlet->dispatch->engine->store, &task, now->instant, &is_new);
}

int outlets_put_alerts(Dispatch *dispatch, const Now *now)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < dispatch->n_outlets; i++) {
                const Outlet *outlet = &dispatch->outlets[i];
                if (outlet->is_task_over)
                        r = store_close_task(dispatch->engine->store, CHANNEL_DOWN_TASK,
                                outlet->task, now->instant);
                else if (outlet->alert && outlet->task == 0)
                        r = open_alert(outlet, now);
        }
        return r;
}

void outlets_clear_alerts(Dispatch *dispatch)
{
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                Outlet *outlet = &dispatch->outlets[i];
                if (outlet->is_task_over)
                        outlet->task = 0;
                else if (outlet->alert && outlet->task == 0)
                        outlet->task = outlet->ready;
                outlet->is_task_over = false;
                free(TAKE_PTR(outlet->alert));
        }
}

const char *alert_reason(const TaskReport *row, const char *channel)
{
        size_t length = strlen(channel);

        if (!streq(row->kind, CHANNEL_DOWN_TASK) || strncmp(row->sentence, channel, length) != 0 ||
                strncmp(row->sentence + length, SUSPENDED, strlen(SUSPENDED)) != 0)
                return NULL;
        return row->sentence + length + strlen(SUSPENDED);
}

/* Open alerts, as they are found. */
typedef struct Alerts {
        Dispatch *dispatch;
        int64_t gone[CHANNELS_MAX]; /* of channels that are no longer configured */
        size_t n_gone;
} Alerts;

static int find_alert(void *owner, const TaskReport *row)
{
        Alerts *alerts = owner;
        bool is_known = false;

        if (!streq(row->kind, CHANNEL_DOWN_TASK))
                return 0;
        for (size_t i = 0; i < alerts->dispatch->n_outlets; i++) {
                Outlet *outlet = &alerts->dispatch->outlets[i];
                if (!alert_reason(row, outlet->config->name))
                        continue;
                outlet->task = row->notice;
                is_known = true;
        }
        if (!is_known && alerts->n_gone < ELEMENTSOF(alerts->gone))
                alerts->gone[alerts->n_gone++] = row->notice;
        return 0;
}

static int close_gone(const Alerts *alerts)
{
        Engine *engine = alerts->dispatch->engine;
        Instant now = clock_now(&engine->clock);

        int r = store_begin(engine->store);
        for (size_t i = 0; r == 0 && i < alerts->n_gone; i++)
                r = store_close_task(engine->store, CHANNEL_DOWN_TASK, alerts->gone[i], now);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        return r;
}

int outlets_find_alerts(Dispatch *dispatch)
{
        Alerts alerts = { .dispatch = dispatch };

        int r = store_list_tasks(dispatch->engine->store, find_alert, &alerts);
        return r < 0 || alerts.n_gone == 0 ? r : close_gone(&alerts);
}
