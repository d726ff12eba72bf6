/* SPDX-License-Identifier: MIT */
/* Owns the loading of e164.cc, once and when the first number is read. Never unloads it; fails for
 * good when it cannot be loaded. */

#include "intake/phone.h"

#include <dlfcn.h>

#include "base/strbuf.h"
#include "intake/e164.h"
#include "sys/file.h"

/* It lies beside the folder of the channel modules: in a prefix and in a build tree. */
#define PATH_FROM_MODULES "../e164.so"

static E164 *load(void)
{
        _cleanup_(freep) char *modules = NULL;
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        if (data_folder("modules", &modules) < 0)
                return NULL;
        strbuf_addf(&path, "%s/%s", modules, PATH_FROM_MODULES);
        void *handle =
                strbuf_error(&path) < 0 ? NULL : dlopen(strbuf_text(&path), RTLD_NOW | RTLD_LOCAL);
        return handle ? (E164 *)dlsym(handle, E164_SYMBOL) : NULL;
}

PhoneFault phone_to_e164(const char *digits, const char *country, char *ret_phone)
{
        static E164 *e164;
        static bool is_tried;

        if (!is_tried)
                e164 = load();
        is_tried = true;
        return e164 ? e164(digits, country, ret_phone) : PHONE_NO_LIBRARY;
}
