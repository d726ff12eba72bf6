/* SPDX-License-Identifier: MIT */
/* sys/log: one line a record on stderr, whatever the values hold. */

#include "sys/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <stdint.h>

#include <cmocka.h>

#define OUTPUT_SIZE 65536

static char output[OUTPUT_SIZE];
static int captured = -1, real_stderr = -1;

static void capture_start(void)
{
        real_stderr = dup(STDERR_FILENO);
        captured = memfd_create("stderr", MFD_CLOEXEC);
        assert_true(real_stderr >= 0 && captured >= 0);
        assert_true(dup2(captured, STDERR_FILENO) >= 0);
}

static const char *capture_end(void)
{
        assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
        ssize_t n = pread(captured, output, OUTPUT_SIZE - 1, 0);
        assert_true(n >= 0);
        output[n] = '\0';
        (void)close(captured);
        (void)close(real_stderr);
        return output;
}

static int without_a_journal(void **state)
{
        log_set_level(LOG_INFO);
        return unsetenv("JOURNAL_STREAM");
}

static void a_record_is_one_line_of_fields(void **state)
{
        LogField fields[] = { { "NOTICE", "17" }, { "STEP", NULL }, { "CHANNEL", "email" } };

        capture_start();
        log_record(LOG_NOTICE, "a4d1", fields, ELEMENTSOF(fields), "notice %d left", 17);
        assert_string_equal(capture_end(),
                "PRIORITY=5 MESSAGE=\"notice 17 left\" MESSAGE_ID=a4d1 NOTICE=17 CHANNEL=email\n");
}

static void what_a_value_holds_stays_in_its_record(void **state)
{
        static const struct {
                const char *value, *text;
        } cases[] = {
                { "plain-value_1.2:3", "plain-value_1.2:3" },
                { "", "\"\"" },
                { "two words", "\"two words\"" },
                { "a=b", "\"a=b\"" },
                { "say \"no\" \\ yes", "\"say \\\"no\\\" \\\\ yes\"" },
                { "a\nPRIORITY=0 forged", "\"a\\nPRIORITY=0 forged\"" },
                { "\r\t", "\"\\x0d\\x09\"" },
                { "\x1b[31mred\x7f", "\"\\x1b[31mred\\x7f\"" },
                { "\xc2\x9b"
                  "31m",
                        "\"\\xc2\\x9b31m\"" }, /* a control of eight bits */
                { "été", "\"été\"" },
                { "\xe9t\xe9", "\"\\xe9t\\xe9\"" }, /* Latin-1 */
                { "cut \xe2\x82", "\"cut \\xe2\\x82\"" },
                { "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" }, /* a surrogate */
                { "a\u202eb", "\"a\\xe2\\x80\\xaeb\"" },   /* right to left */
                { "a\u061cb", "\"a\\xd8\\x9cb\"" },        /* a mark that turns */
                { "a\u2028b", "\"a\\xe2\\x80\\xa8b\"" },
                { "😀", "\"😀\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                LogField field = { "REASON", cases[i].value };
                char expected[256];
                capture_start();
                log_record(LOG_ERR, NULL, &field, 1, "x");
                (void)snprintf(expected, sizeof(expected), "PRIORITY=3 MESSAGE=x REASON=%s\n",
                        cases[i].text);
                assert_string_equal(capture_end(), expected);
        }
}

static void every_byte_there_is_gives_one_printable_line(void **state)
{
        char bytes[256];

        for (int i = 0; i < 255; i++)
                bytes[i] = (char)(i + 1);
        bytes[255] = '\0';
        capture_start();
        log_error("%s", bytes);
        const char *line = capture_end();
        size_t length = strlen(line);
        assert_int_equal(line[length - 1], '\n');
        for (size_t i = 0; i + 1 < length; i++)
                assert_in_range((unsigned char)line[i], 0x20, 0x7e);
}

static void a_long_value_is_cut_and_says_so(void **state)
{
        static char value[20001];

        memset(value, 'x', sizeof(value) - 1);
        capture_start();
        log_error("%s", value);
        const char *line = capture_end();
        assert_in_range(strlen(line), 4096, 4200);
        assert_non_null(strstr(line, "xxx…\"\n"));
}

static void records_below_the_level_are_dropped(void **state)
{
        capture_start();
        log_debug("not seen");
        log_set_level(LOG_ERR);
        log_warning("not seen");
        log_error("seen");
        assert_string_equal(capture_end(), "PRIORITY=3 MESSAGE=seen\n");
}

static void logging_leaves_errno_alone(void **state)
{
        capture_start();
        errno = ENOSPC;
        log_error("x");
        int after = errno;
        (void)capture_end();
        assert_int_equal(after, ENOSPC);
}

static void another_stderr_than_the_journals_gets_the_line(void **state)
{
        struct stat info;
        char name[64];

        /* As systemd sets it, but stderr was redirected since. */
        assert_int_equal(fstat(STDERR_FILENO, &info), 0);
        (void)snprintf(
                name, sizeof(name), "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
        assert_int_equal(setenv("JOURNAL_STREAM", name, 1), 0);
        capture_start();
        log_error("x");
        assert_string_equal(capture_end(), "PRIORITY=3 MESSAGE=x\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_record_is_one_line_of_fields, without_a_journal),
                cmocka_unit_test_setup(what_a_value_holds_stays_in_its_record, without_a_journal),
                cmocka_unit_test_setup(
                        every_byte_there_is_gives_one_printable_line, without_a_journal),
                cmocka_unit_test_setup(a_long_value_is_cut_and_says_so, without_a_journal),
                cmocka_unit_test_setup(records_below_the_level_are_dropped, without_a_journal),
                cmocka_unit_test_setup(logging_leaves_errno_alone, without_a_journal),
                cmocka_unit_test_setup(
                        another_stderr_than_the_journals_gets_the_line, without_a_journal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
