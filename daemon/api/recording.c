/* SPDX-License-Identifier: MIT */
/* Owns what is common to all that a person records: see recording.h. Never records anything itself.
 * What makes no sense is refused with a sentence that says what was expected. */

#include "api/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "api/shapes.h"
#include "core/ladder.h"
#include "store/accounts.h"

#define CUSTOMER_PREFIX "customer:"
#define NOTE_MAX 2000

Target target_of(const char *text)
{
        size_t length = strlen(CUSTOMER_PREFIX);

        if (strncmp(text, CUSTOMER_PREFIX, length) == 0)
                return (Target){ .customer = text + length };
        return (Target){ .invoice = text };
}

int recording_no_target(Exchange *exchange, const Target *target)
{
        bool is_customer = false;

        if (target->customer)
                return exchange_no_customer(exchange, target->customer);
        int r = exchange_knows_customer(exchange, target->invoice, &is_customer);
        if (r < 0)
                return r;
        if (is_customer)
                return reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                        "there is no invoice '%s', but a customer of that id: did you "
                        "mean " CUSTOMER_PREFIX "%s?",
                        target->invoice, target->invoice);
        return exchange_no_invoice(exchange, target->invoice);
}

int recording_note(Exchange *exchange, const char **ret_note)
{
        const char *note = exchange_get(exchange, "note");

        *ret_note = note ? note : "";
        if (strlen(*ret_note) <= NOTE_MAX)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "the note is too long: at most %d bytes", NOTE_MAX);
        return 1;
}

bool recording_flag(const Exchange *exchange, const char *name)
{
        return exchange_get(exchange, name) != NULL;
}

int recording_coming_day(Exchange *exchange, const char *name, Date *date)
{
        char text[DATE_TEXT_SIZE], today[DATE_TEXT_SIZE];

        if (exchange_get_date(exchange, name, date) > 0)
                return 1;
        if (!date_is_set(*date) || date_compare(*date, exchange->now.local.day) >= 0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                "%s '%s' has passed: expected today, %s, or later", name, date_format(*date, text),
                date_format(exchange->now.local.day, today));
        return 1;
}

int recording_past_day(Exchange *exchange, const char *name, Date *date)
{
        char text[DATE_TEXT_SIZE], today[DATE_TEXT_SIZE];

        if (exchange_get_date(exchange, name, date) > 0)
                return 1;
        if (date_compare(*date, exchange->now.local.day) <= 0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                "%s '%s' is yet to come: expected today, %s, or earlier", name,
                date_format(*date, text), date_format(exchange->now.local.day, today));
        return 1;
}

int recording_end(Store *store, int result)
{
        int r = result == 0 ? store_commit(store) : result;

        if (r != 0)
                store_rollback(store);
        return r;
}

int recording_load(Exchange *exchange, const char *number, Recorded *ret_recorded)
{
        Store *store = exchange->engine->store;
        int64_t account;
        int r = store_find_invoice(store, number, &account, &ret_recorded->invoice);

        if (r == -ENOENT) {
                r = recording_no_target(exchange, &(Target){ .invoice = number });
                return r < 0 ? r : 1;
        }
        return r < 0 ? r
                     : store_load_account(
                               store, account, 0, &exchange->arena, &ret_recorded->account);
}

const Step *recording_next_step(
        const Exchange *exchange, const Account *account, const Instalment *instalment)
{
        const Policy *policy =
                rulebook_policy_of(&exchange->engine->config->book, account, instalment);
        int next = policy ? ladder_next(policy, account, instalment, exchange->now.local.day) : -1;

        return next < 0 ? NULL : &policy->steps[next];
}

void recording_put_effect(Exchange *exchange, json_t **shaped, const char *effect)
{
        Engine *engine = exchange->engine;
        const char *wake = effect ? strstr(effect, WAKE) : NULL;
        StrBuf sentence = STRBUF_INIT;

        if (wake) {
                strbuf_add_bytes(&sentence, effect, (size_t)(wake - effect));
                strbuf_add(&sentence, engine->service ? "within a minute" : "at the next wake");
                strbuf_add(&sentence, wake + strlen(WAKE));
                engine_expect_wake(engine);
        }
        shape_put(shaped, "effect", shape_text(wake ? strbuf_text(&sentence) : effect));
        strbuf_release(&sentence);
}

static int put_answer(
        Exchange *exchange, json_t *shaped, int64_t fact, const char *effect, json_t *undo)
{
        recording_put_effect(exchange, &shaped, effect);
        shape_put(&shaped, "fact", json_integer(fact));
        shape_put(&shaped, "undo", undo);
        reply_add(&exchange->reply, shaped);
        return 0;
}

int recording_answer(Exchange *exchange, json_t *shaped, int64_t fact, const char *effect)
{
        char undo[48];

        (void)snprintf(undo, sizeof(undo), "relancectl undo %" PRId64, fact);
        return put_answer(exchange, shaped, fact, effect, json_string(undo));
}

int recording_answer_final(Exchange *exchange, json_t *shaped, int64_t fact, const char *effect)
{
        return put_answer(exchange, shaped, fact, effect, json_null());
}
