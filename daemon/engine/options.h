/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_OPTIONS_H
#define RELANCED_ENGINE_OPTIONS_H

/* A channel's options as configured, against its module's table. */

#include "base/arena.h"
#include "channels/channel.h"
#include "config/config.h"

/*
 * The values for the module's open(), in the table's order: as given, else the channel's own key of
 * that name (timeout_s …), the creditor's ("=email") or the default; paths absolute (relative ones
 * lie beside the configuration), secrets read. They live in the arena. Every problem is added to
 * problems; 0, -EINVAL (an error among them), -ENOMEM.
 */
int options_resolve(const Config *config, const ChannelConfig *channel,
        const struct relanced_option *table, Arena *arena, Problems *problems,
        struct relanced_value **ret_values);

#endif
