/* SPDX-License-Identifier: MIT */
/* Lines that come in one order and are given in another: by key, then as they came, however many
 * runs and files that takes. */

#include "api/sorter.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *line_of(int64_t key, int64_t number)
{
        return json_pack("{s:I, s:I}", "key", (json_int_t)key, "number", (json_int_t)number);
}

static int64_t some_key(int64_t i, int64_t n_keys)
{
        return (int64_t)((uint64_t)i * UINT64_C(0x9E3779B97F4A7C15) % (uint64_t)n_keys) -
               n_keys / 2;
}

/* All lines, which are given n at a time. */
static void fill(int64_t n_lines, int64_t n_keys, size_t n, Reply *reply)
{
        _cleanup_(sorter_freep) Sorter *sorter = sorter_new(NULL);
        int r;

        assert_non_null(sorter);
        for (int64_t i = 0; i < n_lines; i++) {
                int64_t key = some_key(i, n_keys);
                assert_int_equal(sorter_add(sorter, key, line_of(key, i)), 0);
        }
        assert_int_equal(sorter_end(sorter), 0);
        while ((r = sorter_give(sorter, n, reply)) > 0)
                ;
        assert_int_equal(r, 0);
        reply_finish(reply);
        assert_int_equal(reply->status, REPLY_OK);
}

static void assert_sorted(const Reply *reply, int64_t n_lines)
{
        size_t size = (size_t)reply_length(reply);
        char *text = malloc(size + 1);
        int64_t last_key = INT64_MIN, last_number = -1, n = 0;

        assert_non_null(text);
        assert_int_equal(reply_read(reply, 0, text, size), (ssize_t)size);
        text[size] = '\0';
        for (char *line = text; *line; line = strchr(line, '\n') + 1, n++) {
                int64_t key, number;
                assert_int_equal(
                        sscanf(line, "{\"key\":%" SCNd64 ",\"number\":%" SCNd64, &key, &number), 2);
                assert_true(key > last_key || (key == last_key && number > last_number));
                last_key = key;
                last_number = number;
        }
        assert_int_equal(n, n_lines);
        free(text);
}

static void lines_are_given_by_key_and_those_of_one_key_as_they_came(void **state)
{
        static const struct {
                int64_t n_lines, n_keys;
                size_t n;
        } cases[] = {
                { 1, 1, 1 },
                { 2, 1, 10 },
                { 100, 7, 3 },
                { 4096, 100, 500 },
                { 4097, 4097, 500 },
                { 40000, 60, 777 },
                { 40000, 1000000, 40000 },
        };

        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                Reply reply = REPLY_INIT;
                fill(cases[i].n_lines, cases[i].n_keys, cases[i].n, &reply);
                assert_sorted(&reply, cases[i].n_lines);
                reply_release(&reply);
        }
}

static void a_sorter_without_a_line_gives_none(void **state)
{
        _cleanup_(sorter_freep) Sorter *sorter = sorter_new(NULL);
        Reply reply = REPLY_INIT;

        assert_int_equal(sorter_end(sorter), 0);
        assert_int_equal(sorter_give(sorter, 10, &reply), 0);
        assert_int_equal(reply_length(&reply), 0);
        reply_release(&reply);
}

static void a_line_that_memory_is_short_of_is_an_error(void **state)
{
        _cleanup_(sorter_freep) Sorter *sorter = sorter_new(NULL);

        assert_true(sorter_add(sorter, 1, NULL) < 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_given_by_key_and_those_of_one_key_as_they_came),
                cmocka_unit_test(a_sorter_without_a_line_gives_none),
                cmocka_unit_test(a_line_that_memory_is_short_of_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
