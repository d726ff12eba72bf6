/* SPDX-License-Identifier: MIT */
/*
 * Owns the test of a channel by a person: a message that is marked as a test leaves by the real
 * module, and everything that happens on the way is told. It is about no customer and touches no
 * notice; it keeps to no sending window, since somebody has asked for it now. It works on a
 * suspended channel, and one that gets through ends the suspension; another one is its last error.
 * The loop goes on meanwhile.
 */

#include <errno.h>

#include "api/routes.h"
#include "api/sample.h"
#include "api/shapes.h"
#include "base/email.h"
#include "engine/service.h"
#include "engine/standing.h"
#include "engine/trial.h"
#include "intake/field.h"
#include "store/channels.h"
#include "sys/log.h"
#include "sys/message-ids.h"

typedef struct Test {
        size_t channel;
        const char *to;
        struct relanced_message message;
        Trial *trial;
} Test;

/* What an outcome means to who asked, and what to do. */
static const struct {
        const char *meaning, *advice;
} words[] = {
        [RELANCED_SENT] = { "the test has left: the other side has taken it on",
                "look whether it has arrived: taken on is not yet delivered" },
        [RELANCED_RETRY] = { "the test was surely not sent; another time it may be",
                "the answer says why; if it stays so, look at the other side and at the network" },
        [RELANCED_REFUSED_ADDRESS] = { "the test was surely not sent: this address is refused",
                "check the address; if it is right, ask the other side why it refuses it" },
        [RELANCED_REFUSED_MESSAGE] = { "the test was surely not sent: its text or sender is "
                                       "refused",
                "the answer says why: often the sender (from) or the template is not allowed" },
        [RELANCED_CHANNEL_DOWN] = { "the test was surely not sent, and nothing will leave by this "
                                    "channel until somebody acts",
                "correct what the answer names (server and port, user name and password, "
                "certificate, credit), then test again" },
        [RELANCED_UNCERTAIN] = { "the test may have been sent or not: there is no clear answer",
                "look whether it has arrived; a notice would be uncertain now, and not repeated "
                "before that is settled" },
};

static const char *const level_names[] = { NULL, NULL, NULL, "error", "warning", NULL, "info",
        "debug" };

static void test_free(void *work)
{
        Test *test = work;

        trial_free(test->trial);
        free(test);
}

static json_t *shape_step(const TrialStep *step)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "step", json_string(step_names[step->kind]));
        shape_put(&shaped, "ok", json_boolean(step->is_good));
        shape_put(&shaped, "ms", json_integer(step->usec / 1000));
        if (step->kind == STEP_SAID && level_names[step->level])
                shape_put(&shaped, "level", json_string(level_names[step->level]));
        shape_put(&shaped, "text", shape_text(step->text));
        return shaped;
}

static void add_untold(Exchange *exchange, size_t n)
{
        StrBuf text = STRBUF_INIT;
        json_t *shaped = json_object();

        strbuf_addf(&text, "%zu more lines are not shown", n);
        shape_put(&shaped, "step", json_string(step_names[STEP_SAID]));
        shape_put(&shaped, "ok", json_true());
        shape_put(&shaped, "text", shape_text(strbuf_text(&text)));
        reply_add(&exchange->reply, shaped);
        strbuf_release(&text);
}

/* Kept as the channel's last error. A store that cannot keep it has no part in the answer. */
static void keep_error(Exchange *exchange, const Test *test)
{
        const struct relanced_outcome *outcome = &trial_report(test->trial)->outcome;
        const ChannelConfig *channel = &exchange->config->channels[test->channel];
        Store *store = exchange->engine->store;
        StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "in a test: %s",
                is_empty(outcome->detail) ? outcome_names[outcome->kind] : outcome->detail);
        int r = store_begin(store);
        if (r == 0)
                r = store_note_channel_error(
                        store, channel->name, strbuf_text(&text), exchange->now.instant);
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store);
        strbuf_release(&text);
}

/* A test that got through ends a suspension, another one leaves its reason: what there is to say
 * of that, or NULL. */
static const char *record(Exchange *exchange, const Test *test)
{
        bool was_suspended = false;

        if (trial_report(test->trial)->outcome.kind != RELANCED_SENT) {
                keep_error(exchange, test);
                return NULL;
        }
        if (exchange->config != exchange->engine->config)
                return "the configuration has changed since: test again whether the channel works";
        int r = engine_heal_channel(
                exchange->engine, test->channel, &exchange->now, &was_suspended);
        if (r < 0)
                return "the channel stays suspended: the store could not record that it works";
        return was_suspended ? "the channel was suspended and works again" : NULL;
}

static json_t *shape_outcome(Exchange *exchange, const Test *test)
{
        const TrialReport *report = trial_report(test->trial);
        const struct relanced_outcome *outcome = &report->outcome;
        const char *advice = words[outcome->kind].advice;
        json_t *shaped = json_object();

        if (report->problems->n_errors > 0)
                advice = "correct the configuration where it is wrong, then test again";
        else if (!report->is_own_word && outcome->kind == RELANCED_RETRY)
                advice = "the module itself has failed: if it does so again, tell who made it";
        shape_put(&shaped, "outcome", json_string(outcome_names[outcome->kind]));
        shape_put(&shaped, "channel", shape_text(exchange->config->channels[test->channel].name));
        shape_put(&shaped, "to", shape_given(test->to));
        shape_put(&shaped, "begun", json_boolean(report->is_begun));
        shape_put(&shaped, "answer", shape_given(outcome->detail));
        shape_put(&shaped, "reference", shape_given(outcome->reference));
        shape_put(&shaped, "retry_after_s",
                outcome->retry_after_s > 0 ? json_integer(outcome->retry_after_s) : json_null());
        shape_put(&shaped, "meaning", json_string(words[outcome->kind].meaning));
        shape_put(&shaped, "advice", json_string(advice));
        shape_put(&shaped, "suspension", shape_text(record(exchange, test)));
        return shaped;
}

static void note(const Exchange *exchange, const Test *test)
{
        enum relanced_outcome_kind kind = trial_report(test->trial)->outcome.kind;
        const char *name = exchange->config->channels[test->channel].name;
        const LogField fields[] = {
                { "CHANNEL", name },
                { "STATE", outcome_names[kind] },
        };

        log_record(kind == RELANCED_SENT ? LOG_NOTICE : LOG_WARNING, MESSAGE_CHANNEL_TESTED, fields,
                ELEMENTSOF(fields), "channel %s was tested: %s", name, outcome_names[kind]);
}

static int resume_test(Exchange *exchange)
{
        const Test *test = exchange->work;
        const TrialReport *report = trial_report(test->trial);
        const Service *service = exchange->engine->service;

        if (!trial_is_done(test->trial)) {
                if (!service || !service->is_stopping || report->is_begun)
                        return 0;
                exchange->resume = NULL;
                return reply_refuse(&exchange->reply, REPLY_BUSY,
                        "the daemon is about to end, and nothing was sent: test again once it "
                        "runs");
        }
        exchange->resume = NULL;
        note(exchange, test);
        for (size_t i = 0; i < report->steps->n; i++)
                reply_add(&exchange->reply, shape_step(&report->steps->list[i]));
        if (report->steps->n_untold > 0)
                add_untold(exchange, report->steps->n_untold);
        reply_add(&exchange->reply, shape_outcome(exchange, test));
        return 0;
}

static int refuse_address(
        Exchange *exchange, const Channel *channel, const char *fault, const char *expected)
{
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "--to '%s' is no address for channel %s: %s; expected %s",
                exchange_get(exchange, "to"), channel->name, fault, expected);
        return 1;
}

static int read_phone(Exchange *exchange, const Channel *channel, const char **ret_to)
{
        const char *country = exchange->engine->config->creditor.country, *fault;
        char phone[PHONE_SIZE];
        int r = phone_read(exchange_get(exchange, "to"), country, phone, &fault);

        if (r == -EINVAL)
                return refuse_address(exchange, channel, fault, "a number like +33 6 12 34 56 78");
        if (r == 0)
                *ret_to = arena_strdup(&exchange->arena, phone);
        return r < 0 || !*ret_to ? -ENOMEM : 0;
}

/* As an import would keep it. 0; 1: refused; -ENOMEM. */
static int read_address(Exchange *exchange, const Channel *channel, const char **ret_to)
{
        const char *to = exchange_get(exchange, "to");

        *ret_to = "";
        if (channel->address == ADDRESS_NONE)
                return 0;
        if (is_empty(to)) {
                (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "channel %s needs an address to write to", channel->name);
                return 1;
        }
        if (channel->address != ADDRESS_EMAIL)
                return read_phone(exchange, channel, ret_to);
        const char *fault = email_fault(to);
        *ret_to = to;
        return fault ? refuse_address(exchange, channel, fault, "one address like name@example.org")
                     : 0;
}

int handle_test(Exchange *exchange)
{
        Engine *engine = exchange->engine;
        int channel = exchange_find_channel(exchange, exchange_get(exchange, "channel"));
        const char *to;
        Clock clock = CLOCK_REAL; /* the message really leaves, whatever a store simulates */

        if (channel < 0)
                return 0;
        int r = read_address(exchange, &engine->config->book.channels[channel], &to);
        if (r != 0)
                return MIN(r, 0);
        Test *test = calloc(1, sizeof(*test));
        if (!test)
                return -ENOMEM;
        exchange->work = test;
        exchange->free_work = test_free;
        test->channel = (size_t)channel;
        test->to = to;
        r = sample_make(engine->config, test->channel, to, clock_now(&clock), &exchange->arena,
                &test->message);
        const TrialOrder order = {
                .config = engine->config,
                .channel = test->channel,
                .message = &test->message,
                .folder = engine->config->cache,
                .event = engine->event,
        };
        if (r == 0)
                r = trial_new(&order, &test->trial);
        if (r < 0)
                return r;
        exchange->resume = resume_test;
        return resume_test(exchange);
}
