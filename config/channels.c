/* SPDX-License-Identifier: MIT */
/* Owns the channels: which form and address each has, and the options of its module, which only
 * that module can judge. Problems go to the reader. */

#include "config/parts.h"

#include <errno.h>

#include "base/strbuf.h"
#include "core/decide.h"

typedef struct Options {
        Reader *reader;
        ChannelOption *list;
        size_t n;
} Options;

/* The forms that a channel's or module's name stands for, and the address each goes to. */
static const struct {
        const char *name;
        Form form;
        AddressColumn address;
} known_forms[] = {
        { "email", FORM_EMAIL, ADDRESS_EMAIL },
        { "sms", FORM_SMS, ADDRESS_PHONE },
        { "phone", FORM_SMS, ADDRESS_PHONE },
        { "whatsapp", FORM_WHATSAPP, ADDRESS_WHATSAPP },
        { "hook", FORM_EVENT, ADDRESS_NONE },
};

static int find_form(const char *name)
{
        for (size_t i = 0; name && i < ELEMENTSOF(known_forms); i++)
                if (streq(known_forms[i].name, name))
                        return (int)i;
        return -1;
}

static Form form_of_address(int address)
{
        if (address == ADDRESS_PHONE)
                return FORM_SMS;
        return address == ADDRESS_WHATSAPP ? FORM_WHATSAPP : FORM_EMAIL;
}

/* The form is the module's, else the name's, else the address's; the address is the column that the
 * channel's name means, else its module's, else e-mail (DESIGN 4.3). */
static void set_form(Channel *channel, const ChannelValues *values)
{
        int by_name = find_form(channel->name), by_module = find_form(values->module);
        int first = by_module >= 0 ? by_module : by_name;

        channel->form = first >= 0 ? known_forms[first].form : form_of_address(values->address);
        if (values->address != KEY_UNSET)
                channel->address = (AddressColumn)values->address;
        else if (channel->form == FORM_EVENT)
                channel->address = ADDRESS_NONE;
        else if (by_name >= 0 && known_forms[by_name].address != ADDRESS_NONE)
                channel->address = known_forms[by_name].address;
        else
                channel->address = by_module >= 0 ? known_forms[by_module].address : ADDRESS_EMAIL;
}

static void option_error(Reader *reader, const Node *node, const char *text, const char *found)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        node_add_path(node, &path);
        reader_error(reader, node, "%s %s%s", strbuf_text(&path), text, found);
}

/* { credential = "smtp" } or { file = "/etc/relanced/secret" } */
static bool read_secret(Reader *reader, const Node *node, ChannelOption *option)
{
        const Node *secret = node->n_children == 1 ? &node->children[0] : NULL;

        if (!secret || secret->type != NODE_TEXT || !*secret->text ||
                (!streq(secret->name, "credential") && !streq(secret->name, "file"))) {
                option_error(reader, node,
                        "must be a value, or a secret: { credential = \"name\" } or "
                        "{ file = \"path\" }",
                        "");
                return false;
        }
        option->kind = streq(secret->name, "file") ? OPTION_FILE : OPTION_CREDENTIAL;
        option->value = secret->text;
        return reader_is_text(reader, secret);
}

/* A copy that lives as long as the configuration. */
static const char *keep_text(Reader *reader, const StrBuf *text)
{
        char *kept = reader_alloc(reader, text->length + 1, 1);

        if (strbuf_error(text) < 0)
                reader->error = -ENOMEM;
        if (kept)
                memcpy(kept, strbuf_text(text), text->length);
        return kept;
}

static const char *number_text(Reader *reader, int64_t number)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "%lld", (long long)number);
        return keep_text(reader, &text);
}

/* [ "one", "two" ]: a line for each. Every item that is none is told. */
static bool read_texts(Reader *reader, const Node *list, ChannelOption *option)
{
        _cleanup_(strbuf_release) StrBuf lines = STRBUF_INIT;
        bool is_good = true;

        for (size_t i = 0; i < list->n_children; i++) {
                const Node *item = &list->children[i];
                if (item->type != NODE_TEXT) {
                        option_error(reader, item, "must be a text in quotes, not ",
                                node_type_name(item->type));
                        is_good = false;
                } else if (!*item->text) {
                        option_error(reader, item, "is empty", "");
                        is_good = false;
                } else if (!reader_is_text(reader, item)) {
                        is_good = false;
                }
                strbuf_addf(&lines, "%s%s", i > 0 ? "\n" : "", is_good ? item->text : "");
        }
        option->kind = OPTION_TEXTS;
        option->value = is_good ? keep_text(reader, &lines) : NULL;
        return option->value;
}

/* Any key of a channel that is not relanced's own is an option of its module. */
static void read_option(void *owner, const Node *node)
{
        Options *options = owner;
        Reader *reader = options->reader;
        ChannelOption option = { .name = node->name, .file = node->file, .line = node->line };
        bool is_good = false;

        switch (node->type) {
        case NODE_TEXT:
                option.kind = OPTION_TEXT;
                option.value = node->text;
                is_good = reader_is_text(reader, node);
                break;
        case NODE_NUMBER:
                option.kind = OPTION_INTEGER;
                if (number_is_too_large(node->number)) {
                        option_error(reader, node, "is too large", "");
                        break;
                }
                option.value = number_text(reader, node->number);
                is_good = option.value;
                break;
        case NODE_BOOLEAN:
                option.kind = OPTION_BOOLEAN;
                option.value = node->number ? "true" : "false";
                is_good = true;
                break;
        case NODE_GROUP: is_good = read_secret(reader, node, &option); break;
        case NODE_LIST: is_good = read_texts(reader, node, &option); break;
        case NODE_DECIMAL:
                option_error(reader, node,
                        "must be a text, a whole number, true or false, a list of texts, or a "
                        "secret, not ",
                        node_type_name(node->type));
                break;
        }
        if (!is_good) {
                option.kind = OPTION_FAULTY;
                option.value = "";
        }
        options->list[options->n++] = option;
}

/* They would do nothing: that is a mistake. */
static void refuse_sms_keys(Reader *reader, const Node *node)
{
        static const char *const names[] = { "max_parts", "transliterate" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const Node *member = node_member(node, names[i]);
                if (member)
                        option_error(reader, member, "is for channels that send SMS", "");
        }
}

/* R5 holds whatever a window says. Away from the creditor's zone it may still be open. */
static void check_night(
        Reader *reader, const Node *node, const Channel *channel, const Window *window)
{
        if (channel->form != FORM_SMS && channel->form != FORM_WHATSAPP)
                return;
        if (window->from_minute >= NIGHT_BEGINS || window->to_minute <= NIGHT_ENDS)
                reader_warning(reader, node,
                        "the channel \"%s\" may send at night alone, and no SMS or WhatsApp leaves "
                        "between 20:00 and 08:00 of the customer's day: nobody near you would get "
                        "one",
                        channel->name);
}

static void read_channel(
        Reader *reader, const Node *node, Config *config, Channel *channel, ChannelConfig *more)
{
        Options options = { .reader = reader };
        ChannelValues values = { 0 };

        reader_preset(SECTION_CHANNEL, &values);
        options.list = reader_alloc(reader, node->n_children, sizeof(*options.list));
        if (!options.list)
                return;
        reader_read(reader, node, SECTION_CHANNEL, &values, read_option, &options);
        if (values.module && !*values.module)
                reader_error(reader, node_member(node, "module"), "channels.%s.module is empty",
                        node->name);
        *more = (ChannelConfig){ .name = node->name,
                .module = values.module ? values.module : "",
                .file = node->file,
                .line = node->line,
                .workers = values.workers,
                .in_flight = values.in_flight,
                .rate_per_minute = values.rate_per_minute,
                .timeout_s = values.timeout_s,
                .max_parts = values.max_parts,
                .transliterates = values.transliterate,
                .options = options.list,
                .n_options = options.n };
        channel->name = node->name;
        set_form(channel, &values);
        if (channel->form != FORM_SMS)
                refuse_sms_keys(reader, node);
        if (!values.sending) {
                check_night(reader, node, channel, &config->book.sending);
                return;
        }
        Window *window = reader_alloc(reader, 1, sizeof(*window));
        if (!window)
                return;
        *window = config->book.sending;
        read_window(reader, values.sending, config->creditor.country, window);
        channel->window = window;
        check_night(reader, values.sending, channel, window);
}

/* The first that writes e-mails (R17). */
static Route handover_route(const Rulebook *book)
{
        for (size_t i = 0; i < book->n_channels; i++)
                if (book->channels[i].form == FORM_EMAIL)
                        return (Route){ 1, { (unsigned char)i } };
        return (Route){ 0 };
}

void read_channels(Reader *reader, const FileValues *file, Config *config)
{
        const Node *group = file->channels;
        size_t n = group ? group->n_children : 0;

        if (n > CHANNELS_MAX) {
                reader_error(reader, group, "channels has %zu channels: there can be %d", n,
                        CHANNELS_MAX);
                n = CHANNELS_MAX;
        }
        Channel *channels = reader_alloc(reader, n, sizeof(*channels));
        ChannelConfig *more = reader_alloc(reader, n, sizeof(*more));
        if (!channels || !more)
                return;
        config->book.channels = channels;
        config->channels = more;
        for (size_t i = 0; i < n; i++) {
                const Node *node = &group->children[i];
                size_t k = config->book.n_channels++;
                channels[k].name = more[k].name = node->name;
                if (node->type == NODE_GROUP)
                        read_channel(reader, node, config, &channels[k], &more[k]);
                else
                        reader_error(reader, node, "channels.%s must be a group { … }, not %s",
                                node->name, node_type_name(node->type));
        }
        config->book.handover = handover_route(&config->book);
}
