/* SPDX-License-Identifier: MIT */
/* Modules as they are loaded. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "engine/module.h"

static void assert_refused(const char *path, int expected, const char *word)
{
        const struct relanced_channel *channel = NULL;
        StrBuf problem = STRBUF_INIT;

        assert_int_equal(module_load(path, &channel, &problem), expected);
        assert_null(channel);
        assert_non_null(strstr(strbuf_text(&problem), word));
        strbuf_release(&problem);
}

static const char *module_of(const char *variable)
{
        const char *path = getenv(variable);

        if (!path)
                skip();
        return path;
}

static void a_module_of_this_abi_is_loaded(void **state)
{
        const struct relanced_channel *channel;
        StrBuf problem = STRBUF_INIT;

        assert_int_equal(module_load(module_of("RELANCED_WILD_MODULE"), &channel, &problem), 0);
        assert_string_equal(channel->name, "wild");
        strbuf_release(&problem);
}

static void a_module_of_another_abi_is_refused_with_both_numbers(void **state)
{
        assert_refused(module_of("RELANCED_OLD_MODULE"), -EPROTO, "7777");
}

static void what_is_no_module_is_refused(void **state)
{
        assert_refused("/nonexistent.so", -ENOENT, "/nonexistent.so");
        assert_refused("/etc/passwd", -ELIBBAD, "loaded");
        assert_refused("libm.so.6", -ENOENT, "libm");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_module_of_this_abi_is_loaded),
                cmocka_unit_test(a_module_of_another_abi_is_refused_with_both_numbers),
                cmocka_unit_test(what_is_no_module_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
