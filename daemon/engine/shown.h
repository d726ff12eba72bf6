/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_SHOWN_H
#define RELANCED_ENGINE_SHOWN_H

/* A channel's options as people may see them. */

#include "base/strbuf.h"
#include "channels/channel.h"
#include "config/config.h"

/*
 * An option of the module's table, in text: its value (NULL: it could not be resolved), of a secret
 * only where it comes from ("credential smtp"), "" where there is none. Lines of a list are joined
 * by commas. Whether the configuration gives it.
 */
bool option_show(const ChannelConfig *channel, const struct relanced_option *option,
        const char *value, StrBuf *text);

#endif
