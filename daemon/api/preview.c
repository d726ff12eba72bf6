/* SPDX-License-Identifier: MIT */
/*
 * Owns the preview: the very texts that a step would send now, whatever the hour. Never queues one.
 */

#include <errno.h>

#include "api/forced.h"
#include "api/shapes.h"

typedef struct Preview {
        const ForcedPlan *plan;
        const Contact *contact;
        const char *number; /* of the invoice that was asked for */
} Preview;

static int find_channel(const Rulebook *book, const char *name)
{
        for (size_t i = 0; i < book->n_channels; i++)
                if (streq(book->channels[i].name, name))
                        return (int)i;
        return -1;
}

/* 0, or 1: refused. The planned notice, by that channel alone if one is asked for. */
static int choose_channel(Exchange *exchange, Planned *planned, Route *route)
{
        const Rulebook *book = &exchange->engine->config->book;
        const char *name = exchange_get(exchange, "channel");
        StrBuf known = STRBUF_INIT;

        if (!name)
                return 0;
        int channel = find_channel(book, name);
        if (channel < 0) {
                for (size_t i = 0; i < book->n_channels; i++)
                        strbuf_addf(&known, "%s%s", i > 0 ? ", " : "", book->channels[i].name);
                (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                        "there is no channel '%s': there are %s", name,
                        known.length > 0 ? strbuf_text(&known) : "none");
                strbuf_release(&known);
                return 1;
        }
        *route = (Route){ .n_channels = 1, .channels = { (unsigned char)channel } };
        planned->routes = route;
        planned->n_routes = 1;
        planned->chosen[0] = 0;
        return 0;
}

static json_t *shape_attachments(const Contact *contact)
{
        json_t *list = json_array();

        for (size_t i = 0; i < contact->n_attachments; i++) {
                const Attachment *attachment = &contact->attachments[i];
                json_t *shaped = json_object();
                shape_put(&shaped, "name", shape_text(attachment->name));
                shape_put(&shaped, "document", shape_text(attachment->document));
                shape_put(&shaped, "size", json_integer(attachment->size));
                shape_append(&list, shaped);
        }
        return list;
}

static json_t *shape_preview(const Preview *preview, const Notice *notice)
{
        const Account *account = &preview->plan->account;
        const Planned *planned = preview->plan->planned;
        json_t *shaped = json_object();

        shape_put(&shaped, "invoice", shape_text(preview->number));
        shape_put(&shaped, "account", shape_account(account->code, account->currency));
        shape_put(&shaped, "step", shape_text(planned->step ? planned->step->id : NULL));
        shape_put(&shaped, "action", json_string(action_names[planned->action]));
        shape_put(&shaped, "channel", shape_text(notice->channel));
        shape_put(&shaped, "to", shape_given(notice->to));
        shape_put(&shaped, "language", shape_text(notice->language));
        shape_put(&shaped, "total", shape_money(planned->total, account->currency));
        shape_put(&shaped, "deadline", shape_date(planned->deadline));
        shape_put(&shaped, "subject", shape_text(notice->subject ? notice->subject : ""));
        shape_put(&shaped, "text", shape_text(notice->text));
        shape_put(&shaped, "html", shape_given(notice->html));
        shape_put(&shaped, "attachments", shape_attachments(preview->contact));
        return shaped;
}

int handle_preview(Exchange *exchange)
{
        ForcedPlan plan;
        Planned planned;
        Route route;
        Composed composed = { 0 };
        int r;

        r = forced_plan(exchange, true, &plan);
        if (r != 0)
                return MIN(r, 0);
        planned = *plan.planned;
        if (choose_channel(exchange, &planned, &route) > 0)
                return 0;
        r = engine_compose(exchange->engine, &plan.account, &planned, &exchange->now,
                &exchange->arena, &composed);
        if (r < 0)
                return MIN(0, forced_no_text(exchange, composed.problem, r));
        if (composed.n == 0)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "no channel of this step can reach customer '%s'", plan.account.code);
        const Preview preview = { &plan, &composed.contact, exchange_get(exchange, "invoice") };
        for (size_t i = 0; i < composed.n; i++)
                reply_add(&exchange->reply, shape_preview(&preview, &composed.notices[i]));
        return 0;
}
