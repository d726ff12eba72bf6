/* SPDX-License-Identifier: MIT */
/*
 * Owns the preview: the very texts that a step would send now, whatever the hour. Never queues one.
 */

#include <errno.h>

#include "api/forced.h"
#include "api/mail.h"
#include "api/shapes.h"
#include "base/gsm.h"
#include "base/parse.h"

/* Which messages are looked at, and as what. A picture is drawn of the HTML, by who asks. */
typedef enum Format {
        FORMAT_TEXT,
        FORMAT_HTML,
        FORMAT_EML,
        FORMAT_PNG,
} Format;
static const char *const format_names[] = { "text", "html", "eml", "png" };

typedef struct Preview {
        const Config *config;
        const ForcedPlan *plan;
        const Contact *contact;
        const char *number; /* of the invoice that was asked for */
} Preview;

/* 0, or 1: refused. The planned notice, by that channel alone if one is asked for. */
static int choose_channel(Exchange *exchange, Planned *planned, Route *route)
{
        const char *name = exchange_get(exchange, "channel");

        if (!name)
                return 0;
        int channel = exchange_find_channel(exchange, name);
        if (channel < 0)
                return 1;
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
                bool is_there =
                        !is_empty(attachment->document); /* a dossier may be yet to be made */
                shape_put(&shaped, "document", shape_given(attachment->document));
                shape_put(&shaped, "size", is_there ? json_integer(attachment->size) : json_null());
                shape_append(&list, shaped);
        }
        return list;
}

/* How many parts an SMS may have by its channel; null for other messages. */
static json_t *shape_max_parts(const Config *config, const Notice *notice)
{
        int channel = rulebook_find_channel(&config->book, notice->channel);

        if (notice->form != FORM_SMS || channel < 0)
                return json_null();
        return json_integer(config->channels[channel].max_parts);
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
        shape_put(&shaped, "parts",
                notice->form == FORM_SMS ? json_integer((json_int_t)gsm_size(notice->text).parts)
                                         : json_null());
        shape_put(&shaped, "max_parts", shape_max_parts(preview->config, notice));
        shape_put(&shaped, "html", shape_given(notice->html));
        shape_put(&shaped, "template",
                notice->form == FORM_WHATSAPP && !notice->may_chat
                        ? shape_text(notice->template_name)
                        : json_null());
        shape_put(&shaped, "payment_code", shape_given(notice->payment_code));
        shape_put(&shaped, "attachments", shape_attachments(preview->contact));
        return shaped;
}

static bool has_format(const Notice *notice, Format format)
{
        switch (format) {
        case FORMAT_TEXT: return true;
        case FORMAT_HTML:
        case FORMAT_PNG: return notice->html;
        case FORMAT_EML: return notice->form == FORM_EMAIL;
        }
        return false;
}

static int show_all(Exchange *exchange, const Preview *preview, const Composed *composed)
{
        MailAsked *asked = arena_alloc_array(&exchange->arena, composed->n, sizeof(*asked));
        int format = FORMAT_TEXT;
        size_t n = 0;

        if (!asked)
                return -ENOMEM;
        if (exchange_get(exchange, "format") &&
                parse_name(exchange_get(exchange, "format"), format_names, ELEMENTSOF(format_names),
                        &format) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "format '%s' is unknown: expected text, html, eml or png",
                        exchange_get(exchange, "format"));
        for (size_t i = 0; i < composed->n; i++)
                if (has_format(&composed->notices[i], (Format)format))
                        asked[n++] = (MailAsked){ shape_preview(preview, &composed->notices[i]),
                                &composed->notices[i] };
        if (n == 0)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "this message goes by no e-mail: there is no %s of it",
                        format_names[format]);
        if (format == FORMAT_EML)
                return mail_start(exchange, &composed->contact, asked, n);
        for (size_t i = 0; i < n; i++)
                reply_add(&exchange->reply, asked[i].row);
        return 0;
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
        const Preview preview = { exchange->config, &plan, &composed.contact,
                exchange_get(exchange, "invoice") };
        return show_all(exchange, &preview, &composed);
}
