/* SPDX-License-Identifier: MIT */
/* Owns what is shown of an option's value, and that it is never a secret. Pure. */

#include "engine/shown.h"

static const ChannelOption *find_given(const ChannelConfig *channel, const char *name)
{
        for (size_t i = 0; i < channel->n_options; i++)
                if (streq(channel->options[i].name, name))
                        return &channel->options[i];
        return NULL;
}

static void add_lines(StrBuf *text, const char *lines)
{
        for (; *lines; lines++) {
                if (*lines == '\n')
                        strbuf_add(text, ", ");
                else
                        strbuf_add_char(text, *lines);
        }
}

bool option_show(const ChannelConfig *channel, const struct relanced_option *option,
        const char *value, StrBuf *text)
{
        const ChannelOption *given = find_given(channel, option->name);

        strbuf_truncate(text, 0);
        if (given && given->kind == OPTION_CREDENTIAL)
                strbuf_addf(text, "credential %s", given->value);
        else if (given && given->kind == OPTION_FILE)
                strbuf_addf(text, "file %s", given->value);
        else if (option->type == RELANCED_SECRET) /* what stands there is no source */
                return given != NULL;
        else if (value || given)
                add_lines(text, value ? value : given->value);
        else if (!is_empty(option->preset) && *option->preset != '=') /* "=email": the creditor's */
                strbuf_add(text, option->preset);
        return given != NULL;
}
