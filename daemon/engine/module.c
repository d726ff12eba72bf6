/* SPDX-License-Identifier: MIT */
/*
 * Owns dlopen(). A module is believed only as far as its ABI number, which is its first member in
 * every version; nothing else of it is read before that matches. Fails with a sentence for the
 * owner of the machine.
 */

#include "engine/module.h"

#include <dlfcn.h>
#include <errno.h>

static bool is_whole(const struct relanced_channel *channel)
{
        return !is_empty(channel->name) && channel->form <= RELANCED_EVENT && channel->open &&
               channel->deliver;
}

int module_load(const char *path, const struct relanced_channel **ret_channel, StrBuf *problem)
{
        if (access(path, R_OK) < 0) {
                int r = -errno;
                strbuf_addf(problem, "%s: %s", path, strerror(-r));
                return r;
        }
        void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
                strbuf_addf(problem, "it cannot be loaded: %s", dlerror());
                return -ELIBBAD;
        }
        const struct relanced_channel *channel = dlsym(handle, "relanced_channel");
        if (!channel) {
                strbuf_addf(
                        problem, "%s is not a channel module: it has no relanced_channel", path);
                return -ELIBBAD;
        }
        if (channel->abi != RELANCED_CHANNEL_ABI) {
                strbuf_addf(problem,
                        "%s is made for module ABI %u, this relanced has %u: build it again", path,
                        channel->abi, RELANCED_CHANNEL_ABI);
                return -EPROTO;
        }
        if (!is_whole(channel)) {
                strbuf_addf(
                        problem, "%s is not whole: it needs a name, open() and deliver()", path);
                return -ELIBBAD;
        }
        *ret_channel = channel;
        return 0;
}
