/* SPDX-License-Identifier: MIT */
/*
 * Owns the brake: pause stops all sending, resume ends that and every alarm that has stopped it
 * (R18, R20). Each is one transaction. Never wakes: what is due leaves at the next wake.
 */

#include "api/recording.h"
#include "api/shapes.h"
#include "store/outbox.h"

static int put_pause(Exchange *exchange, const char *note)
{
        Store *store = exchange->engine->store;
        StrBuf sentence = STRBUF_INIT;
        unsigned guards;

        int r = store_get_guards(store, &guards);
        if (r < 0)
                return r;
        if (guards & GUARD_BIT(GUARD_PAUSED))
                return SAID_ALREADY;
        r = store_set_guards(store, guards | GUARD_BIT(GUARD_PAUSED));
        strbuf_addf(
                &sentence, "Nothing is sent: a person has paused it%s%s", *note ? ": " : ".", note);
        const Task task = { .kind = guard_names[GUARD_PAUSED],
                .sentence = strbuf_text(&sentence),
                .commands = "relancectl resume" };
        if (r == 0)
                r = strbuf_error(&sentence);
        if (r == 0)
                r = store_open_task(store, &task, exchange->now.instant, NULL);
        strbuf_release(&sentence);
        return r;
}

int handle_pause(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *note;

        if (recording_note(exchange, &note) > 0)
                return 0;
        int r = store_begin(store);
        if (r == 0)
                r = recording_end(store, put_pause(exchange, note));
        if (r > 0)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "it is paused already: relancectl resume ends that");
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("pause"));
        shape_put(&shaped, "note", shape_given(note));
        shape_put(&shaped, "effect", json_string("Nothing leaves any more, from now on."));
        shape_put(&shaped, "undo", json_string("relancectl resume"));
        reply_add(&exchange->reply, shaped);
        return 0;
}

/* Every alarm ends, and its task with it. */
static int put_resume(Exchange *exchange, json_t **ended)
{
        Store *store = exchange->engine->store;
        unsigned guards;
        int r = store_get_guards(store, &guards);

        for (Guard guard = 0; r == 0 && guard < GUARDS; guard++) {
                if (!(guards & GUARD_BIT(guard)))
                        continue;
                shape_append(ended, json_string(guard_names[guard]));
                r = store_close_task(store, guard_names[guard], 0, exchange->now.instant);
        }
        return r < 0 ? r : store_set_guards(store, 0);
}

int handle_resume(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        json_t *ended = json_array();
        int r = store_begin(store);

        if (r == 0)
                r = recording_end(store, put_resume(exchange, &ended));
        if (r < 0) {
                json_decref(ended);
                return r;
        }
        bool was_stopped = json_array_size(ended) > 0;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("resume"));
        shape_put(&shaped, "ended", ended);
        shape_put(&shaped, "effect",
                was_stopped ? json_string("What is due leaves at the next wake.") : json_null());
        reply_add(&exchange->reply, shaped);
        return 0;
}
