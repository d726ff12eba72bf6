/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_MODULE_H
#define RELANCED_ENGINE_MODULE_H

/* Loads a channel module. Only ever called in a worker: loading runs the module's code. */

#include "base/macros.h"
#include "base/strbuf.h"
#include "channels/channel.h"

/* 0 and the module, which stays loaded for the life of the process. -ENOENT, -ELIBBAD: not a module
 * (or not a whole one), -EPROTO: of another ABI; then problem gets a
 * sentence. */
int module_load(const char *path, const struct relanced_channel **ret_channel, StrBuf *problem);

#endif
