/* SPDX-License-Identifier: MIT */
/* Owns a person's word on an uncertain notice (DESIGN 5.6). */

#include <errno.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "base/parse.h"

int handle_settle(Exchange *exchange)
{
        static const char *const outcomes[] = { "failed", "sent" };
        const char *text = exchange_get(exchange, "notice");
        const char *outcome = exchange_get(exchange, "outcome");
        int64_t notice;
        int is_sent;

        if (parse_int64(text, 1, INT64_MAX, &notice) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "'%s' is no notice: expected its number, as in the log", text);
        if (!outcome || parse_name(outcome, outcomes, ELEMENTSOF(outcomes), &is_sent) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "what became of it is 'sent' or 'failed'");
        int r = engine_settle(exchange->engine, notice, is_sent == 1, &exchange->now);
        if (r == -ENOENT)
                return reply_refuse(
                        &exchange->reply, REPLY_NOT_FOUND, "there is no notice %s", text);
        if (r == -EPERM)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "notice %s is not uncertain: there is nothing to settle", text);
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("settle"));
        shape_put(&shaped, "notice", json_integer(notice));
        shape_put(&shaped, "state", json_string(outcome));
        reply_add(&exchange->reply, shaped);
        return 0;
}
