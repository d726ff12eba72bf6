/* SPDX-License-Identifier: MIT */
/*
 * Owns the answers about the brake: pause stops all sending, resume ends that and every alarm that
 * has stopped it (R18, R20). What both do is the engine's.
 */

#include "api/recording.h"
#include "api/shapes.h"

int handle_pause(Exchange *exchange)
{
        const char *note;

        if (recording_note(exchange, &note) > 0)
                return 0;
        if (exchange->now.guards & GUARD_BIT(GUARD_PAUSED))
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "it is paused already: relancectl resume ends that");
        int r = engine_pause(exchange->engine, note);
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

int handle_resume(Exchange *exchange)
{
        json_t *ended = json_array();
        int r = engine_resume(exchange->engine);

        for (Guard guard = 0; guard < GUARDS; guard++)
                if (exchange->now.guards & GUARD_BIT(guard))
                        shape_append(&ended, json_string(guard_names[guard]));
        if (r < 0) {
                json_decref(ended);
                return r;
        }
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("resume"));
        shape_put(&shaped, "ended", ended);
        recording_put_effect(exchange, &shaped,
                exchange->now.guards != 0 ? "What is due leaves " WAKE "." : NULL);
        reply_add(&exchange->reply, shaped);
        return 0;
}
