/* SPDX-License-Identifier: MIT */
/* Owns the words of a test, in French and for everybody else in English. Never reads the store:
 * nothing of a customer is in it. */

#include "api/sample.h"

#include <errno.h>

#include "api/shapes.h"
#include "base/strbuf.h"
#include "compose/context.h"
#include "engine/draft.h"

#define NAME_CHARACTERS_MAX 80

typedef struct Words {
        const char *language, *subject; /* @ stands for the creditor, # for the channel */
        const char *letter;             /* e-mail: greeting to signature */
        const char *brief;  /* SMS and WhatsApp: in characters that every telephone has */
        const char *number; /* stands for an invoice, where a template at Meta asks for one */
} Words;

static const Words words[] = {
        { "fr", "Essai des relances envoyées par @",
                "Bonjour,\n\n"
                "Ceci est un essai des relances envoyées par @, demandé pour vérifier que les "
                "messages du "
                "canal « # » arrivent.\n\n"
                "Vous ne devez rien et vous n’avez rien à faire.\n",
                "Essai des relances envoyées par @. Vous ne devez rien et n'avez rien à faire.",
                "ESSAI" },
        { "en", "Test of the reminders of @",
                "Hello,\n\n"
                "This is a test of the reminders of @, made to see whether the messages of the "
                "channel “#” arrive.\n\n"
                "You owe nothing, and there is nothing you need to do.\n",
                "Test of the reminders of @. You owe nothing and need not do anything.", "TEST" },
};

static const Words *find_words(const char *language)
{
        return streq(language, "fr") ? &words[0] : &words[1];
}

/* What a program is told: the keys of every event, with nothing in them, and that it is a test. */
static void add_event(const Config *config, const char *text, Date today, StrBuf *out)
{
        static const char *const nothing[] = { "step", "policy", "customer", "currency", "total",
                "deadline" };
        json_t *event = json_object();

        shape_put(&event, "event", json_string("test"));
        shape_put(&event, "date", shape_date(today));
        shape_put(&event, "creditor", shape_text(config->creditor.name));
        shape_put(&event, "text", shape_text(text));
        for (size_t i = 0; i < ELEMENTSOF(nothing); i++)
                shape_put(&event, nothing[i], json_null());
        shape_put(&event, "invoices", json_array());
        char *dump = event ? json_dumps(event, JSON_INDENT(2)) : NULL;
        json_decref(event);
        if (dump)
                strbuf_addf(out, "%s\n", dump);
        else
                out->error = -ENOMEM;
        free(dump);
}

static void add_words(StrBuf *out, const char *pattern, const char *creditor, const char *channel)
{
        for (; *pattern; pattern++) {
                if (*pattern == '@')
                        strbuf_add(out, creditor);
                else if (*pattern == '#')
                        strbuf_add(out, channel);
                else
                        strbuf_add_char(out, *pattern);
        }
}

static const char *keep(StrBuf *text, Arena *arena)
{
        const char *copy = strbuf_error(text) < 0 ? NULL : arena_strdup(arena, strbuf_text(text));

        strbuf_release(text);
        return copy;
}

static void make_text(const Config *config, const Channel *channel, const Words *in,
        const char *creditor, Date today, StrBuf *out)
{
        StrBuf brief = STRBUF_INIT;

        switch (channel->form) {
        case FORM_EMAIL:
                add_words(out, in->letter, creditor, channel->name);
                strbuf_addf(out, "\n%s\n", creditor);
                break;
        case FORM_SMS:
        case FORM_WHATSAPP: add_words(out, in->brief, creditor, channel->name); break;
        case FORM_EVENT:
                add_words(&brief, in->brief, creditor, channel->name);
                add_event(config, strbuf_text(&brief), today, out);
                break;
        }
        strbuf_release(&brief);
}

/* What a template at Meta may ask for: the firm as its own customer, who owes nothing. */
static const struct relanced_value *make_fields(
        const Config *config, const Words *in, const char *creditor, Arena *arena)
{
        const struct relanced_value values[] = {
                { "event", "test" },
                { "language", in->language },
                { "currency", config->creditor.currency },
                { "numbers", in->number },
                { "total", "0" },
                { "creditor.name", creditor },
                { "creditor.email", config->creditor.email },
                { "creditor.phone", config->creditor.phone },
                { "customer.name", creditor },
                { NULL },
        };
        struct relanced_value *fields = arena_alloc(arena, sizeof(values));

        if (fields)
                memcpy(fields, values, sizeof(values));
        return fields;
}

int sample_make(const Config *config, size_t channel, const char *to, Instant now, Arena *arena,
        struct relanced_message *ret_message)
{
        const Channel *described = &config->book.channels[channel];
        const Words *in = find_words(config->creditor.language);
        const Zone *zone = zone_find(config->creditor.timezone);
        const char *creditor = text_one_line(config->creditor.name, NAME_CHARACTERS_MAX, arena);
        StrBuf subject = STRBUF_INIT, text = STRBUF_INIT;

        if (!creditor || !zone)
                return -ENOMEM;
        if (described->form == FORM_EMAIL)
                add_words(&subject, in->subject, creditor, described->name);
        make_text(config, described, in, creditor, zone_local(zone, now).day, &text);
        *ret_message = (struct relanced_message){
                .attempt = 1,
                .to = to,
                .language = in->language,
                .subject = keep(&subject, arena),
                .text = keep(&text, arena),
                .message_id = draft_message_id(config, arena),
                .date = now.usec / USEC_PER_SEC,
                .template_name = "test",
        };
        if (described->form == FORM_WHATSAPP)
                ret_message->fields = make_fields(config, in, creditor, arena);
        return ret_message->subject && ret_message->text && ret_message->message_id ? 0 : -ENOMEM;
}
