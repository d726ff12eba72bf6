/* SPDX-License-Identifier: MIT */
/* A channel's options against its module's table: where each gets its value, and what is said. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "engine/options.h"
#include "put-file.h"

static const struct relanced_option table[] = {
        { "path", RELANCED_DIRECTORY, NULL, 0, 0, "where" },
        { "delay_ms", RELANCED_INTEGER, "0", 0, 100, "how long" },
        { "is_loud", RELANCED_BOOLEAN, "false", 0, 0, "" },
        { "server", RELANCED_NETWORK, "localhost", 0, 0, "" },
        { "password", RELANCED_SECRET, "", 0, 0, "" },
        { "run", RELANCED_PROGRAM, "/bin/true", 0, 0, "" },
        { "headers", RELANCED_TEXTS, "", 0, 0, "" },
        { "from", RELANCED_TEXT, "=email", 0, 0, "" },
        { "from_name", RELANCED_TEXT, "=name", 0, 0, "" },
        { "call", RELANCED_TEXT, "=phone", 0, 0, "" },
        { "country", RELANCED_TEXT, "=country", 0, 0, "" },
        { "copy_to", RELANCED_TEXT, "=copy_to", 0, 0, "" },
        { "timeout_s", RELANCED_INTEGER, "60", 1, 3600, "" },
        { "in_flight", RELANCED_INTEGER, "8", 1, 64, "" },
        { "workers", RELANCED_INTEGER, "1", 1, 16, "" },
        { "rate_per_minute", RELANCED_INTEGER, "0", 0, 100000, "" },
        { NULL },
};

static const Config config = {
        .path = "/etc/relanced/relanced.conf",
        .creditor = { .name = "Atelier Dumont",
                .email = "compta@atelier-dumont.example",
                .phone = "+33 1 23 45 67 89",
                .country = "FR",
                .copy_to = "" },
};

/* All problems, a line for each, or "" and the values. */
static const char *resolve_by(const struct relanced_option *options, const ChannelOption *given,
        size_t n, Arena *arena, struct relanced_value **ret_values)
{
        const ChannelConfig channel = {
                .name = "paper",
                .module = "file",
                .file = "/etc/relanced.conf",
                .line = 9,
                .workers = 2,
                .in_flight = 16,
                .rate_per_minute = 0,
                .timeout_s = 30,
                .options = given,
                .n_options = n,
        };
        Problems problems = { 0 };
        StrBuf text = STRBUF_INIT;

        int r = options_resolve(&config, &channel, options, arena, &problems, ret_values);
        assert_int_equal(r, problems.n_errors > 0 ? -EINVAL : 0);
        for (size_t i = 0; i < problems.n; i++)
                strbuf_addf(&text, "%s:%u: %s\n", problems.list[i].file, problems.list[i].line,
                        problems.list[i].text);
        const char *copy = arena_strdup(arena, strbuf_text(&text));
        strbuf_release(&text);
        problems_release(&problems);
        return copy;
}

static const char *resolve(
        const ChannelOption *given, size_t n, Arena *arena, struct relanced_value **ret_values)
{
        return resolve_by(table, given, n, arena, ret_values);
}

static void each_option_gets_its_value_from_where_it_stands(void **state)
{
        static const ChannelOption given[] = { { "path", OPTION_TEXT, "out", "f", 1 },
                { "delay_ms", OPTION_INTEGER, "7", "f", 2 },
                { "headers", OPTION_TEXTS, "A: b\nC: d", "f", 3 },
                { "from_name", OPTION_TEXT, "=email", "f", 4 } };
        static const char *const expected[] = { "/etc/relanced/out", "7", "false", "localhost", "",
                "/bin/true", "A: b\nC: d", "compta@atelier-dumont.example", "=email",
                "+33 1 23 45 67 89", "FR", "", "30", "16", "2", "0" };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_string_equal(resolve(given, ELEMENTSOF(given), &arena, &values), "");
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                assert_string_equal(values[i].name, table[i].name);
                assert_string_equal(values[i].value, expected[i]);
        }
        assert_null(values[ELEMENTSOF(expected)].name);
        arena_release(&arena);
}

static void a_single_text_is_a_list_of_one(void **state)
{
        static const ChannelOption given[] = { { "path", OPTION_TEXT, "/tmp", "f", 1 },
                { "headers", OPTION_TEXT, "A: b", "f", 2 } };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_string_equal(resolve(given, ELEMENTSOF(given), &arena, &values), "");
        assert_string_equal(values[6].value, "A: b");
        arena_release(&arena);
}

static void every_wrong_option_has_its_sentence_and_its_place(void **state)
{
        static const struct {
                ChannelOption option;
                const char *said;
        } cases[] = {
                { { "pathh", OPTION_TEXT, "x", "f", 1 },
                        "f:1: channel paper: the module file has no option pathh, did you mean "
                        "path?\n" },
                { { "worker", OPTION_INTEGER, "2", "f", 1 },
                        "f:1: channel paper: the module file has no option worker, did you mean "
                        "workers?\n" },
                { { "delay_ms", OPTION_INTEGER, "101", "f", 2 },
                        "f:2: channel paper: delay_ms must be between 0 and 100\n" },
                { { "delay_ms", OPTION_TEXT, "7", "f", 3 },
                        "f:3: channel paper: delay_ms must be a whole number\n" },
                { { "is_loud", OPTION_INTEGER, "1", "f", 4 },
                        "f:4: channel paper: is_loud must be true or false\n" },
                { { "server", OPTION_BOOLEAN, "true", "f", 5 },
                        "f:5: channel paper: server must be a host name or URL, in quotes\n" },
                { { "from", OPTION_TEXTS, "a\nb", "f", 6 },
                        "f:6: channel paper: from must be a text in quotes\n" },
                { { "headers", OPTION_INTEGER, "1", "f", 7 },
                        "f:7: channel paper: headers must be a list of texts: [ \"…\", \"…\" ]\n" },
                { { "password", OPTION_TEXT, "hunter2", "f", 8 },
                        "f:8: channel paper: password must not stand in this file: write password "
                        "= { credential = \"NAME\"; }; or password = { file = \"PATH\"; };\n" },
                { { "password", OPTION_INTEGER, "71070", "f", 9 },
                        "f:9: channel paper: password must not stand in this file: write password "
                        "= { credential = \"NAME\"; }; or password = { file = \"PATH\"; };\n" },
                { { "password", OPTION_CREDENTIAL, "smtp", "f", 10 },
                        "f:10: channel paper: password: there is no credential smtp that can be "
                        "read from here (a file in /etc/relanced/credentials, or LoadCredential= "
                        "of the unit)\n" },
                { { "password", OPTION_FILE, "missing", "f", 11 },
                        "f:11: channel paper: password: /etc/relanced/missing: No such file or "
                        "directory\n" },
                { { "server", OPTION_FILE, "/tmp", "f", 12 },
                        "f:12: channel paper: server must be a host name or URL, in quotes\n" },
                { { "run", OPTION_TEXT, "/nonexistent", "f", 13 },
                        "f:13: channel paper: run: /nonexistent cannot be run: No such file or "
                        "directory\n" },
                { { "run", OPTION_TEXT, "/etc/passwd", "f", 14 },
                        "f:14: channel paper: run: /etc/passwd cannot be run: Permission "
                        "denied\n" },
                { { "run", OPTION_TEXT, "/usr/bin", "f", 15 },
                        "f:15: channel paper: run: /usr/bin cannot be run: it is not a regular "
                        "file\n" },
        };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        assert_string_equal(resolve(NULL, 0, &arena, &values),
                "/etc/relanced.conf:9: channel paper: its module needs the option path: where\n");
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const ChannelOption given[] = { cases[i].option,
                        { "path", OPTION_TEXT, "/tmp", "f", 99 } };
                assert_string_equal(resolve(given, 2, &arena, &values), cases[i].said);
        }
        arena_release(&arena);
}

static void all_that_is_wrong_is_told_in_one_run(void **state)
{
        static const ChannelOption given[] = { { "port", OPTION_INTEGER, "25", "f", 1 },
                { "delay_ms", OPTION_INTEGER, "-1", "f", 2 },
                { "password", OPTION_TEXT, "hunter2", "f", 3 },
                { "is_loud", OPTION_TEXT, "yes", "f", 4 } };
        static const char *const parts[] = { "f:1: ", "f:2: ", "f:3: ", "f:4: ", "option path" };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;
        const char *said = resolve(given, ELEMENTSOF(given), &arena, &values);

        for (size_t i = 0; i < ELEMENTSOF(parts); i++)
                assert_non_null(strstr(said, parts[i]));
        assert_null(strstr(said, "hunter2"));
        arena_release(&arena);
}

/* The channel of these tests has in_flight 16; the creditor has no such thing as a bank. */
static void what_a_module_asks_for_and_cannot_have_is_told(void **state)
{
        static const struct {
                struct relanced_option options[2];
                const char *said;
        } cases[] = {
                { { { "in_flight", RELANCED_INTEGER, "4", 1, 4, "" }, { NULL } },
                        "/etc/relanced.conf:9: channel paper: in_flight must be between 1 and "
                        "4\n" },
                { { { "bank", RELANCED_TEXT, "=bank", 0, 0, "" }, { NULL } },
                        "/etc/relanced.conf:9: channel paper: the module file is at fault: its "
                        "option bank is preset to \"=bank\", which a creditor has not\n" },
        };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(
                        resolve_by(cases[i].options, NULL, 0, &arena, &values), cases[i].said);
        arena_release(&arena);
}

static void what_the_file_got_wrong_is_not_missing_too(void **state)
{
        static const ChannelOption given[] = { { "path", OPTION_FAULTY, "", "f", 1 } };
        const ChannelConfig channel = { .name = "paper",
                .module = "file",
                .workers = 1,
                .in_flight = 8,
                .timeout_s = 60,
                .options = given,
                .n_options = 1 };
        struct relanced_value *values;
        Problems problems = { 0 };
        Arena arena = ARENA_INIT;

        assert_int_equal(
                options_resolve(&config, &channel, table, &arena, &problems, &values), -EINVAL);
        assert_int_equal(problems.n, 0);
        problems_release(&problems);
        arena_release(&arena);
}

static void a_secret_comes_from_a_file_or_a_credential(void **state)
{
        char folder[] = "/tmp/relanced-options-XXXXXX", path[64];
        ChannelOption given[] = { { "path", OPTION_TEXT, "/tmp", "f", 1 },
                { "password", OPTION_FILE, path, "f", 2 } };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_non_null(mkdtemp(folder));
        (void)snprintf(path, sizeof(path), "%s/smtp", folder);
        assert_int_equal(put_file(path, "hunter2\n", 8), 0);
        assert_int_equal(chmod(path, 0600), 0);
        assert_string_equal(resolve(given, 2, &arena, &values), "");
        assert_string_equal(values[4].value, "hunter2");
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
        given[1] = (ChannelOption){ "password", OPTION_CREDENTIAL, "smtp", "f", 3 };
        assert_string_equal(resolve(given, 2, &arena, &values), "");
        assert_string_equal(values[4].value, "hunter2");
        given[1] = (ChannelOption){ "password", OPTION_CREDENTIAL, "../smtp", "f", 4 };
        assert_non_null(strstr(resolve(given, 2, &arena, &values), "no credential ../smtp"));
        given[1] = (ChannelOption){ "password", OPTION_CREDENTIAL, "smtp2", "f", 5 };
        assert_non_null(strstr(resolve(given, 2, &arena, &values), "no credential smtp2"));
        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        (void)unlink(path);
        (void)rmdir(folder);
        arena_release(&arena);
}

/* As systemd 252 names what it finds in a folder: LoadCredential=relanced:FOLDER. */
static void a_credential_is_found_by_its_name_in_a_folder_loaded_as_a_whole(void **state)
{
        char folder[] = "/tmp/relanced-options-XXXXXX", own[64], whole[64];
        ChannelOption given[] = { { "path", OPTION_TEXT, "/tmp", "f", 1 },
                { "password", OPTION_CREDENTIAL, "smtp", "f", 2 } };
        struct relanced_value *values;
        Arena arena = ARENA_INIT;

        assert_non_null(mkdtemp(folder));
        (void)snprintf(own, sizeof(own), "%s/smtp", folder);
        (void)snprintf(whole, sizeof(whole), "%s/relanced_smtp", folder);
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
        assert_non_null(strstr(resolve(given, 2, &arena, &values), "no credential smtp"));
        assert_int_equal(put_file(whole, "of the folder\n", 14), 0);
        assert_string_equal(resolve(given, 2, &arena, &values), "");
        assert_string_equal(values[4].value, "of the folder");
        assert_int_equal(put_file(own, "its own\n", 8), 0);
        assert_string_equal(resolve(given, 2, &arena, &values), "");
        assert_string_equal(values[4].value, "its own");
        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        (void)unlink(own);
        (void)unlink(whole);
        (void)rmdir(folder);
        arena_release(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_option_gets_its_value_from_where_it_stands),
                cmocka_unit_test(a_single_text_is_a_list_of_one),
                cmocka_unit_test(every_wrong_option_has_its_sentence_and_its_place),
                cmocka_unit_test(all_that_is_wrong_is_told_in_one_run),
                cmocka_unit_test(what_a_module_asks_for_and_cannot_have_is_told),
                cmocka_unit_test(what_the_file_got_wrong_is_not_missing_too),
                cmocka_unit_test(a_secret_comes_from_a_file_or_a_credential),
                cmocka_unit_test(a_credential_is_found_by_its_name_in_a_folder_loaded_as_a_whole),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
