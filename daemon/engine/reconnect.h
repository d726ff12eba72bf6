/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_RECONNECT_H
#define RELANCED_ENGINE_RECONNECT_H

/*
 * What a fact sets going at once (R16): a service comes back when nothing suspended of its account
 * is open any more. Nothing else leaves because of a fact: a reminder right after an import would
 * chase somebody whose payment comes five minutes later.
 */

#include "engine/engine.h"

/* After a fact about one account: queues its reconnect, if there is one to queue, and lets it
 * leave where there is a dispatch. Needs to be outside any transaction, here and below. -errno of
 * the store. */
int engine_reconnect(Engine *engine, int64_t account);

/* After many facts: the reconnects of the next few accounts with suspended instalments. 1: there
 * are more, call again in another turn; 0: all were looked at. *after begins at 0. */
int engine_reconnect_some(Engine *engine, int64_t *after);

#endif
