/* SPDX-License-Identifier: MIT */
/*
 * Owns the page of one notice. All of it stands in the store, but the sender: that is the one which
 * the channel is configured with now. Never changes anything.
 */

#include "api/message.h"

#include "api/shapes.h"
#include "engine/draft.h"

typedef struct Page {
        Exchange *exchange;
        json_t *shaped, *history;
} Page;

static int page_row(void *owner, const LogRow *row)
{
        Page *page = owner;

        page->shaped = shape_log(page->exchange->engine->zone, row);
        shape_put(&page->shaped, "detail", shape_given(row->detail));
        return 0;
}

static json_t *shape_outcome(NoticeState outcome)
{
        switch (outcome) {
        case NOTICE_PENDING: return json_string("retry");
        case NOTICE_SENT:
        case NOTICE_FAILED:
        case NOTICE_UNCERTAIN: return json_string(notice_state_names[outcome]);
        case NOTICE_HANDED:
        case NOTICE_BEGUN:
        case NOTICE_CANCELLED: return json_null();
        }
        return json_null();
}

static int page_attempt(void *owner, const AttemptReport *row)
{
        Page *page = owner;
        const Zone *zone = page->exchange->engine->zone;
        json_t *shaped = json_object();

        shape_put(&shaped, "attempt", json_integer(row->attempt));
        shape_put(&shaped, "begun", shape_instant(zone, row->begun));
        shape_put(&shaped, "ended", shape_instant(zone, row->ended));
        shape_put(&shaped, "outcome", shape_outcome(row->outcome));
        shape_put(&shaped, "reason", json_string(reason_code(row->reason)));
        shape_put(&shaped, "reference", shape_given(row->reference));
        shape_put(&shaped, "detail", shape_given(row->detail));
        shape_append(&page->history, shaped);
        return 0;
}

/* Documents go with some forms of message only. */
static json_t *shape_attachments(const Notice *notice, const Contact *contact)
{
        json_t *list = json_array();

        for (size_t i = 0; i < contact->n_attachments && form_takes_documents(notice->form); i++) {
                const Attachment *attachment = &contact->attachments[i];
                json_t *shaped = json_object();
                shape_put(&shaped, "name", shape_text(attachment->name));
                shape_put(&shaped, "document", shape_text(attachment->document));
                shape_put(&shaped, "size", json_integer(attachment->size));
                shape_put(&shaped, "sha256", shape_text(attachment->sha256));
                shape_append(&list, shaped);
        }
        return list;
}

/* What the channel's module is configured to write from. */
static json_t *shape_sender(const Config *config, const Notice *notice)
{
        for (size_t i = 0; i < config->book.n_channels; i++) {
                const ChannelConfig *channel = &config->channels[i];
                if (!streq(channel->name, notice->channel))
                        continue;
                for (size_t k = 0; k < channel->n_options; k++)
                        if (streq(channel->options[k].name, "from") &&
                                channel->options[k].kind == OPTION_TEXT)
                                return shape_given(channel->options[k].value);
        }
        return notice->form == FORM_EMAIL ? shape_given(config->creditor.email) : json_null();
}

int message_show(Exchange *exchange, int64_t id)
{
        Engine *engine = exchange->engine;
        Page page = { .exchange = exchange, .history = json_array() };
        Notice notice;
        Contact contact;

        int r = store_get_log(engine->store, id, NULL, page_row, &page);
        if (r == 0)
                r = store_list_attempts(engine->store, id, page_attempt, &page);
        if (r == 0)
                r = store_load_notice(engine->store, id, true, &exchange->arena, &notice);
        if (r == 0)
                r = store_load_contact(engine->store, notice.contact, &exchange->arena, &contact);
        if (r < 0) {
                json_decref(page.shaped);
                json_decref(page.history);
                return r;
        }
        shape_put(&page.shaped, "from", shape_sender(engine->config, &notice));
        shape_put(&page.shaped, "date", shape_instant(engine->zone, notice.date));
        shape_put(&page.shaped, "message_id", shape_given(notice.message_id));
        shape_put(&page.shaped, "language", shape_given(notice.language));
        shape_put(&page.shaped, "text", shape_text(notice.text));
        shape_put(&page.shaped, "html", shape_given(notice.html));
        shape_put(&page.shaped, "attachments", shape_attachments(&notice, &contact));
        shape_put(&page.shaped, "history", page.history);
        reply_add(&exchange->reply, page.shaped);
        return 0;
}
