/* SPDX-License-Identifier: MIT */
/*
 * Owns the way back: a fact is withdrawn by another, never erased. Never takes back what has been
 * sent. What cannot be withdrawn is refused with what to type instead.
 */

#include <errno.h>

#include "api/recording.h"
#include "api/shapes.h"
#include "base/parse.h"
#include "store/outbox.h"

/* What corrects a fact that cannot be withdrawn. */
static const char *remedy(const char *kind)
{
        static const struct {
                const char *kind, *remedy;
        } remedies[] = {
                { "contact", "relancectl contact corrects the addresses" },
                { "undo", "what was taken back is recorded again by its own command" },
                { "customer", "import a file with the corrected row" },
                { "invoice", "import a file with the corrected row" },
                { "change", "import a file with the corrected row" },
                { "withdrawn", "import a file with the row again" },
                { "plan", "a later plan goes on from it: take that one back first" },
                { "task-done", "the task comes again where its cause does" },
        };

        for (size_t i = 0; i < ELEMENTSOF(remedies); i++)
                if (streq(remedies[i].kind, kind))
                        return remedies[i].remedy;
        return "relanced recorded it by itself";
}

/* Withdraws it, and ends the task that it has opened. */
static int withdraw(Exchange *exchange, int64_t undone, const FactHead *head, int64_t *ret_fact)
{
        Store *store = exchange->engine->store;
        int r = store_withdraw(
                store, undone, exchange->now.instant, exchange->now.local.day, ret_fact);

        if (r != 0 || !streq(head->kind, "reply"))
                return r;
        return store_close_task(store, TASK_REPLY, undone, exchange->now.instant);
}

/* Always 0. */
static int refuse(Exchange *exchange, Said said, const char *fact, const FactHead *head)
{
        if (said == SAID_ALREADY)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "fact %s (%s) has been taken back already", fact, head->kind);
        if (said == SAID_HANDED_OVER) /* what replaces it would be chased as though it were not */
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "fact %s (%s) cannot be taken back: the file of a part was handed over, "
                        "and "
                        "what is agreed now is agreed with whom it was handed to",
                        fact, head->kind);
        return reply_refuse(&exchange->reply, REPLY_REFUSED,
                "fact %s (%s) cannot be taken back: %s", fact, head->kind, remedy(head->kind));
}

static int answer(Exchange *exchange, int64_t undone, const FactHead *head, int64_t fact)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "recorded", json_string("undo"));
        shape_put(&shaped, "undone", json_integer(undone));
        shape_put(&shaped, "kind", shape_text(head->kind));
        shape_put(&shaped, "invoice", shape_given(head->invoice));
        shape_put(&shaped, "customer", *head->invoice ? json_null() : shape_given(head->customer));
        return recording_answer_final(exchange, shaped, fact, EFFECT_UNDONE);
}

int handle_undo(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *text = exchange_get(exchange, "fact");
        int64_t undone, fact;
        FactHead head;

        if (parse_int64(text, 1, INT64_MAX, &undone) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "'%s' is no fact: expected its number, as told when it was recorded, or "
                        "listed by relancectl show INVOICE",
                        text);
        int r = store_find_fact(store, undone, &exchange->arena, &head);
        if (r == -ENOENT)
                return reply_refuse(&exchange->reply, REPLY_NOT_FOUND, "there is no fact %s", text);
        if (r == 0)
                r = store_begin(store);
        if (r == 0)
                r = recording_end(store, withdraw(exchange, undone, &head, &fact));
        if (r > 0)
                return refuse(exchange, (Said)r, text, &head);
        if (r < 0)
                return r;
        engine_expect_wake(exchange->engine);
        return answer(exchange, undone, &head, fact);
}
