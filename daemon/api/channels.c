/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "how are the channels?": each one's state by the store and by dispatch, its
 * options by its module, which a worker describes while the loop goes on. Never sends and never
 * gives away a secret: only where it comes from. A channel that is wrong is told as it is, and does
 * not keep the others from being told.
 */

#include <errno.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "engine/standing.h"
#include "engine/trial.h"
#include "store/channels.h"

static const char *const form_names[] = {
        [FORM_EMAIL] = "email",
        [FORM_SMS] = "sms",
        [FORM_WHATSAPP] = "whatsapp",
        [FORM_EVENT] = "event",
};

/* The channels asked for, each being described. */
typedef struct Survey {
        const Config *config; /* whose channels they are: kept by the trials */
        size_t channels[CHANNELS_MAX];
        Trial *trials[CHANNELS_MAX];
        size_t n;
} Survey;

static void survey_free(void *work)
{
        Survey *survey = work;

        for (size_t i = 0; i < survey->n; i++)
                trial_free(survey->trials[i]);
        free(survey);
}

static json_t *shape_option(const Trial *trial, size_t i)
{
        const struct relanced_option *option = &trial_report(trial)->options[i];
        bool is_secret = option->type == RELANCED_SECRET;
        StrBuf text = STRBUF_INIT;
        json_t *shaped = json_object();

        bool is_given = trial_show_option(trial, i, &text);
        shape_put(&shaped, "name", shape_text(option->name));
        shape_put(&shaped, "value", is_secret ? json_null() : shape_text(strbuf_text(&text)));
        shape_put(&shaped, "source", is_secret ? shape_given(strbuf_text(&text)) : json_null());
        shape_put(&shaped, "given", json_boolean(is_given));
        shape_put(&shaped, "help", shape_given(option->help));
        strbuf_release(&text);
        return shaped;
}

static json_t *shape_options(const Trial *trial)
{
        const struct relanced_option *options = trial_report(trial)->options;
        json_t *shaped = json_array();

        for (size_t i = 0; options && options[i].name; i++)
                shape_append(&shaped, shape_option(trial, i));
        return shaped;
}

static json_t *shape_problem(const Problem *problem)
{
        StrBuf text = STRBUF_INIT;

        if (problem->file && problem->line > 0)
                strbuf_addf(&text, "%s:%u: ", problem->file, problem->line);
        strbuf_addf(&text, "%s%s", problem->is_warning ? "warning: " : "", problem->text);
        json_t *shaped = shape_text(strbuf_text(&text));
        strbuf_release(&text);
        return shaped;
}

static json_t *shape_problems(const Problems *problems)
{
        json_t *shaped = json_array();

        for (size_t i = 0; i < problems->n; i++)
                shape_append(&shaped, shape_problem(&problems->list[i]));
        return shaped;
}

static json_t *shape_error(const Zone *zone, const ChannelReport *report)
{
        json_t *shaped = json_object();

        if (is_empty(report->error)) {
                json_decref(shaped);
                return json_null();
        }
        shape_put(&shaped, "at", shape_instant(zone, report->error_at));
        shape_put(&shaped, "text", shape_text(report->error));
        return shaped;
}

/* What is known of a channel when its module has been described. */
typedef struct Known {
        size_t channel;
        const Trial *trial;
        ChannelStanding standing;
        ChannelReport report;
} Known;

static const char *state_of(const Known *known)
{
        if (trial_report(known->trial)->problems->n_errors > 0)
                return "faulty";
        if (known->standing.is_suspended)
                return "suspended";
        return instant_is_set(known->report.last_sent) || *known->report.error ? "ready"
                                                                               : "never used";
}

static void put_standing(json_t **shaped, const Zone *zone, const Known *known)
{
        const ChannelStanding *standing = &known->standing;

        shape_put(shaped, "state", json_string(state_of(known)));
        shape_put(shaped, "since", shape_instant(zone, standing->since));
        shape_put(shaped, "why", shape_given(standing->why));
        shape_put(shaped, "next_try", shape_instant(zone, standing->next_try));
        shape_put(shaped, "last_sent", shape_instant(zone, known->report.last_sent));
        shape_put(shaped, "last_error", shape_error(zone, &known->report));
        shape_put(shaped, "waiting", json_integer(standing->n_waiting));
}

static json_t *shape_channel(const Engine *engine, const Known *known)
{
        const ChannelConfig *config = &engine->config->channels[known->channel];
        const Channel *channel = &engine->config->book.channels[known->channel];
        bool has_address = channel->address != ADDRESS_NONE;
        json_t *shaped = json_object();

        shape_put(&shaped, "channel", shape_text(config->name));
        shape_put(&shaped, "module", shape_text(config->module));
        shape_put(&shaped, "help", shape_given(trial_report(known->trial)->help));
        shape_put(&shaped, "form", json_string(form_names[channel->form]));
        shape_put(&shaped, "address",
                has_address ? json_string(address_column_names[channel->address]) : json_null());
        put_standing(&shaped, engine->zone, known);
        shape_put(&shaped, "workers", json_integer(config->workers));
        shape_put(&shaped, "in_flight", json_integer(config->in_flight));
        shape_put(&shaped, "rate_per_minute", json_integer(config->rate_per_minute));
        shape_put(&shaped, "timeout_s", json_integer(config->timeout_s));
        shape_put(&shaped, "problems", shape_problems(trial_report(known->trial)->problems));
        shape_put(&shaped, "options", shape_options(known->trial));
        return shaped;
}

static int add_channel(Exchange *exchange, size_t channel, const Trial *trial)
{
        Engine *engine = exchange->engine;
        Known known = { .channel = channel, .trial = trial };

        int r = engine_get_standing(
                engine, channel, &exchange->now, &exchange->arena, &known.standing);
        if (r == 0)
                r = store_get_channel(engine->store, engine->config->channels[channel].name,
                        &exchange->arena, &known.report);
        if (r == 0)
                reply_add(&exchange->reply, shape_channel(engine, &known));
        return r;
}

/* The configuration was exchanged meanwhile: it is the channels of this one that count. */
static int start_afresh(Exchange *exchange)
{
        survey_free(TAKE_PTR(exchange->work));
        exchange->free_work = NULL;
        exchange->resume = NULL;
        return handle_channels(exchange);
}

/* Answers once every module was described. */
static int resume_channels(Exchange *exchange)
{
        const Survey *survey = exchange->work;
        int r = 0;

        for (size_t i = 0; i < survey->n; i++)
                if (!trial_is_done(survey->trials[i]))
                        return 0;
        if (survey->config != exchange->engine->config)
                return start_afresh(exchange);
        exchange->resume = NULL;
        for (size_t i = 0; r == 0 && i < survey->n; i++)
                r = add_channel(exchange, survey->channels[i], survey->trials[i]);
        return r;
}

static int start(Exchange *exchange, Survey *survey, size_t channel)
{
        const TrialOrder order = {
                .config = survey->config,
                .channel = channel,
                .event = exchange->engine->event,
        };

        survey->channels[survey->n] = channel;
        int r = trial_new(&order, &survey->trials[survey->n]);
        survey->n += r == 0;
        return r;
}

int handle_channels(Exchange *exchange)
{
        size_t n = exchange->engine->config->book.n_channels;
        const char *name = exchange_get(exchange, "channel");
        int only = name ? exchange_find_channel(exchange, name) : -1;

        if (name && only < 0)
                return 0;
        Survey *survey = calloc(1, sizeof(*survey));
        if (!survey)
                return -ENOMEM;
        survey->config = exchange->engine->config;
        exchange->work = survey;
        exchange->free_work = survey_free;
        int r = only >= 0 ? start(exchange, survey, (size_t)only) : 0;
        for (size_t i = 0; r == 0 && only < 0 && i < n; i++)
                r = start(exchange, survey, i);
        if (r < 0)
                return r;
        exchange->resume = resume_channels;
        return resume_channels(exchange);
}
