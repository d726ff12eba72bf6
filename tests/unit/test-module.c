/* SPDX-License-Identifier: MIT */
/* Modules as they are loaded, and channels' options against their tables. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "engine/module.h"
#include "engine/options.h"
#include "sys/file.h"

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

static const struct relanced_option table[] = {
        { "path", RELANCED_DIRECTORY, NULL, 0, 0, "where" },
        { "delay_ms", RELANCED_INTEGER, "0", 0, 100, "how long" },
        { "is_loud", RELANCED_BOOLEAN, "false", 0, 0, "" },
        { "server", RELANCED_NETWORK, "localhost", 0, 0, "" },
        { "password", RELANCED_SECRET, "", 0, 0, "" },
        { "run", RELANCED_PROGRAM, "/bin/true", 0, 0, "" },
        { NULL },
};

/* The first problem, or "" and the values. */
static char *resolve(
        const ChannelOption *options, size_t n, Arena *arena, struct relanced_value **ret_values)
{
        const ChannelConfig channel = {
                .name = "paper",
                .module = "file",
                .file = "/etc/relanced.conf",
                .line = 9,
                .options = options,
                .n_options = n,
        };
        Problems problems = { 0 };

        int r = options_resolve(
                &channel, "/etc/relanced/relanced.conf", table, arena, &problems, ret_values);
        assert_int_equal(r, problems.n_errors > 0 ? -EINVAL : 0);
        char *text = arena_strdup(arena, problems.n > 0 ? problems.list[0].text : "");
        problems_release(&problems);
        return text;
}

static void defaults_are_filled_in_and_paths_made_absolute(void **state)
{
        static const ChannelOption given[] = { { "path", OPTION_TEXT, "out", "f", 1 },
                { "delay_ms", OPTION_INTEGER, "7", "f", 2 } };
        static const char *const expected[] = { "/etc/relanced/out", "7", "false", "localhost", "",
                "/bin/true" };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_string_equal(resolve(given, 2, &arena, &values), "");
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                assert_string_equal(values[i].name, table[i].name);
                assert_string_equal(values[i].value, expected[i]);
        }
        assert_null(values[ELEMENTSOF(expected)].name);
        arena_release(&arena);
}

static void every_wrong_option_has_its_sentence(void **state)
{
        static const struct {
                ChannelOption option;
                const char *word;
        } cases[] = {
                { { "pathh", OPTION_TEXT, "x", "f", 1 }, "did you mean path?" },
                { { "delay_ms", OPTION_INTEGER, "101", "f", 1 }, "between 0 and 100" },
                { { "delay_ms", OPTION_TEXT, "7", "f", 1 }, "a whole number" },
                { { "is_loud", OPTION_INTEGER, "1", "f", 1 }, "true or false" },
                { { "server", OPTION_BOOLEAN, "true", "f", 1 }, "host name" },
                { { "password", OPTION_TEXT, "hunter2", "f", 1 }, "credential" },
                { { "password", OPTION_CREDENTIAL, "smtp", "f", 1 }, "no credential smtp" },
                { { "password", OPTION_FILE, "/nonexistent", "f", 1 }, "/nonexistent" },
                { { "path", OPTION_FILE, "/tmp", "f", 1 }, "a folder" },
                { { "run", OPTION_TEXT, "/nonexistent", "f", 1 }, "cannot be run" },
        };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_non_null(strstr(resolve(NULL, 0, &arena, &values), "needs the option path"));
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const ChannelOption given[] = { cases[i].option,
                        { "path", OPTION_TEXT, "/tmp", "f", 2 } };
                const char *said = resolve(given, 2, &arena, &values);
                assert_non_null(strstr(said, cases[i].word));
                assert_null(strstr(said, "hunter2"));
        }
        arena_release(&arena);
}

static void a_secret_is_read_from_a_closed_file_alone(void **state)
{
        char path[] = "/tmp/relanced-secret-XXXXXX";
        ChannelOption given[] = { { "path", OPTION_TEXT, "/tmp", "f", 1 },
                { "password", OPTION_FILE, path, "f", 2 } };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        int fd = mkstemp(path);
        assert_int_equal(fd_write_all(fd, "hunter2\n", 8), 0);
        assert_string_equal(resolve(given, 2, &arena, &values), "");
        assert_string_equal(values[4].value, "hunter2");
        assert_int_equal(fchmod(fd, 0640), 0);
        assert_non_null(strstr(resolve(given, 2, &arena, &values), "chmod 600"));
        assert_int_equal(fchmod(fd, 0600), 0);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_non_null(strstr(resolve(given, 2, &arena, &values), "empty"));
        (void)close(fd);
        (void)unlink(path);
        assert_int_equal(symlink("/etc/passwd", path), 0);
        assert_non_null(strstr(resolve(given, 2, &arena, &values), "link"));
        (void)unlink(path);
        arena_release(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_module_of_this_abi_is_loaded),
                cmocka_unit_test(a_module_of_another_abi_is_refused_with_both_numbers),
                cmocka_unit_test(what_is_no_module_is_refused),
                cmocka_unit_test(defaults_are_filled_in_and_paths_made_absolute),
                cmocka_unit_test(every_wrong_option_has_its_sentence),
                cmocka_unit_test(a_secret_is_read_from_a_closed_file_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
