/* SPDX-License-Identifier: MIT */
/* config/config: what is said of a bad file, and that nothing but words comes of a broken one. The
 * bad ones are in tests/integration/bad-config, each beside what is expected of it. */

#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "config-folder.h"
#include "sys/file.h"

#define ROOT RELANCED_SOURCE_ROOT

static void add_problems(const Problems *problems, StrBuf *text)
{
        for (size_t i = 0; i < problems->n; i++) {
                const Problem *problem = &problems->list[i];
                strbuf_addf(text, "%s:%u: %s%s\n", problem->file, problem->line,
                        problem->is_warning ? "warning: " : "", problem->text);
        }
}

static void check_bad_config(const char *name)
{
        _cleanup_(strbuf_release) StrBuf said = STRBUF_INIT;
        _cleanup_(freep) char *expected = NULL;
        char expected_name[NAME_SIZE];
        Problems problems = { 0 };
        Config *config = NULL;
        size_t length;

        int stem = (int)(strlen(name) - strlen(".conf"));
        (void)snprintf(expected_name, sizeof(expected_name), "%.*s.expected", stem, name);
        assert_int_equal(file_read(expected_name, 1 << 20, &expected, &length), 0);
        int r = config_load(name, &problems, &config);
        add_problems(&problems, &said);
        assert_string_equal(strbuf_text(&said), expected);
        assert_int_equal(r, problems.n_errors > 0 ? -EINVAL : 0);
        assert_int_equal(config != NULL, r == 0);
        config_free(config);
        problems_release(&problems);
}

static void every_bad_configuration_gets_exactly_the_expected_words(void **state)
{
        size_t n = 0;

        assert_int_equal(chdir(ROOT "/tests/integration/bad-config"), 0);
        DIR *entries = opendir(".");
        assert_non_null(entries);
        for (const struct dirent *entry; (entry = readdir(entries));) {
                const char *dot = strrchr(entry->d_name, '.');
                if (!dot || !streq(dot, ".conf"))
                        continue;
                check_bad_config(entry->d_name);
                n++;
        }
        closedir(entries);
        assert_true(n > 50);
}

static void many_mistakes_in_one_file_are_told_in_one_run_and_in_order(void **state)
{
        static const char text[] =
                "limits = { contact_gap_day = 3; };\n"
                "creditor = { name = \"A\"; country = \"ZZ\"; };\n"
                "stat = \"x\";\n"
                "channels = { email = { module = \"file\"; workers = 0; }; };\n"
                "policies = { standard = { steps = (\n"
                "  { id = \"a\"; action = \"remind\"; after_due = 3; send = [ \"emial\" ]; },\n"
                "  { id = \"a\"; action = \"reminds\"; after_due = \"3\"; send = [ \"email\" ]; "
                "},\n"
                "  { id = \"b\"; action = \"remind\"; send = [ \"email\" ]; } ); }; };\n"
                "assign = ( { policy = \"standart\"; } );\n";
        static const struct {
                unsigned line;
                const char *part;
        } expected[] = {
                { 1, "limits.contact_gap_day; did you mean \"contact_gap_days\"?" },
                { 2, "creditor.country = \"ZZ\" is unknown" },
                { 3, "unknown key stat; did you mean \"state\"?" },
                { 4, "channels.email.workers = 0 is out of range" },
                { 6, "no channel \"emial\"; did you mean \"email\"?" },
                { 7, "did you mean \"remind\"?" },
                { 7, "after_due must be a whole number from 0 to 3650, not a text" },
                { 7, "two steps have the id \"a\"" },
                { 8, "no timing" },
                { 9, "no policy \"standart\"; did you mean \"standard\"?" },
        };
        Problems problems = { 0 };
        Config *config = NULL;

        write_text("bad.conf", text, strlen(text));
        assert_int_equal(load_named("bad.conf", &problems, &config), -EINVAL);
        assert_null(config);
        assert_int_equal(problems.n, ELEMENTSOF(expected));
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                assert_int_equal(problems.list[i].line, expected[i].line);
                if (!strstr(problems.list[i].text, expected[i].part))
                        fail_msg("line %u: %s", expected[i].line, problems.list[i].text);
        }
        problems_release(&problems);
}

static void what_cannot_be_read_is_told_and_named(void **state)
{
        static const struct {
                const char *path;
                int r;
                const char *part;
        } cases[] = {
                { "/nowhere/relanced.conf", -ENOENT, "No such file" },
                { "/tmp", -EINVAL, "no regular file" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Problems problems = { 0 };
                Config *config = NULL;
                assert_int_equal(config_load(cases[i].path, &problems, &config), cases[i].r);
                assert_int_equal(problems.n_errors, 1);
                assert_string_equal(problems.list[0].file, cases[i].path);
                assert_non_null(strstr(problems.list[0].text, cases[i].part));
                problems_release(&problems);
        }
}

/* Whatever the file ends with: words, no configuration or a whole one, and no other harm. */
static void a_file_that_was_cut_anywhere_does_no_harm(void **state)
{
        _cleanup_(freep) char *text = NULL;
        size_t length;

        assert_int_equal(
                file_read(ROOT "/config/example/relanced.conf", 1 << 20, &text, &length), 0);
        for (size_t n = 0; n < length; n += 7) {
                Problems problems = { 0 };
                Config *config = NULL;
                write_text("cut.conf", text, n);
                int r = load_named("cut.conf", &problems, &config);
                assert_true(r == 0 ? config != NULL : r == -EINVAL && problems.n_errors > 0);
                config_free(config);
                problems_release(&problems);
        }
}

static int make_folder(void **state)
{
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
        static const char *const names[] = { "bad.conf", "cut.conf" };
        char path[NAME_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
                (void)remove(path);
        }
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_bad_configuration_gets_exactly_the_expected_words),
                cmocka_unit_test(many_mistakes_in_one_file_are_told_in_one_run_and_in_order),
                cmocka_unit_test(what_cannot_be_read_is_told_and_named),
                cmocka_unit_test(a_file_that_was_cut_anywhere_does_no_harm),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
