/* SPDX-License-Identifier: MIT */
/* Requests of clients that may send anything, and answers while they are written. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/reply.h"
#include "api/request.h"
#include "api/shapes.h"

static void a_target_gives_a_path_and_decoded_values(void **state)
{
        static const struct {
                const char *target, *path, *name, *value;
        } cases[] = {
                { "/v1/log", "/v1/log", NULL, NULL },
                { "/v1/log?channel=email", "/v1/log", "channel", "email" },
                { "/v1/log?a=1&channel=e%6Dail&b", "/v1/log", "channel", "email" },
                { "/v1/log?b&a=1", "/v1/log", "b", "" },
                { "/v1/log?since=2026-03-05T09%3A00%2B01%3A00", "/v1/log", "since",
                        "2026-03-05T09:00+01:00" },
                { "/v1/log?customer=A+B", "/v1/log", "customer", "A B" },
                { "/v1/log?customer=%C3%A9t%C3%A9", "/v1/log", "customer", "été" },
                { "/v1/log?&&customer=C&", "/v1/log", "customer", "C" },
                { "/v1/show/2026%2F001", "/v1/show/2026%2F001", NULL, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Request request = { 0 };
                const char *problem = NULL;
                assert_int_equal(request_parse_target(&request, cases[i].target, &problem), 0);
                assert_string_equal(request.path, cases[i].path);
                if (cases[i].name)
                        assert_string_equal(request_get(&request, cases[i].name), cases[i].value);
                request_release(&request);
        }
}

static void a_malformed_target_is_refused_with_a_sentence(void **state)
{
        static const struct {
                const char *target;
                int error;
        } cases[] = {
                { "/v1/log?a=%", -EINVAL },
                { "/v1/log?a=%4", -EINVAL },
                { "/v1/log?a=%zz", -EINVAL },
                { "/v1/log?a=%00", -EINVAL },
                { "/v1/log?a=%ff", -EINVAL },
                { "/v1/log?a=\xff", -EINVAL },
                { "/v1/log?a=%ed%a0%80", -EINVAL },
                { "/v1/log?a=1&a=2", -EEXIST },
                { "/v1/log?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", -E2BIG },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Request request = { 0 };
                const char *problem = NULL;
                assert_int_equal(
                        request_parse_target(&request, cases[i].target, &problem), cases[i].error);
                assert_non_null(problem);
                request_release(&request);
        }
}

static void a_target_beyond_the_limit_is_refused(void **state)
{
        Request request = { 0 };
        const char *problem = NULL;
        _cleanup_(freep) char *target = malloc(REQUEST_TARGET_MAX + 2);

        memset(target, '/', REQUEST_TARGET_MAX + 1);
        target[REQUEST_TARGET_MAX + 1] = '\0';
        assert_int_equal(request_parse_target(&request, target, &problem), -E2BIG);
        assert_non_null(problem);
        request_release(&request);
}

static void a_body_is_an_object_of_texts_or_nothing(void **state)
{
        static const struct {
                const char *body;
                int error;
        } cases[] = {
                { "", 0 },
                { "{}", 0 },
                { "{\"amount\":\"1.00\"}", 0 },
                { "{\"amount\":null}", 0 },
                { " {\"amount\" : \"1\"} \n", 0 },
                { "{\"amount\":1}", -EINVAL },
                { "{\"amount\":true}", -EINVAL },
                { "{\"amount\":{\"a\":\"b\"}}", -EINVAL },
                { "{\"a\":\"1\",\"a\":\"2\"}", -EINVAL },
                { "{\"a\":\"\\u0000\"}", -EINVAL },
                { "{\"a\":\"\xff\"}", -EINVAL },
                { "{\"a\":\"1\"", -EINVAL },
                { "{\"a\":\"1\"} x", -EINVAL },
                { "[]", -EINVAL },
                { "\"a\"", -EINVAL },
                { "amount=1", -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Request request = { 0 };
                const char *problem = NULL;
                int r = request_parse_body(
                        &request, cases[i].body, strlen(cases[i].body), &problem);
                assert_int_equal(r, cases[i].error);
                assert_true((r < 0) == (problem != NULL));
                request_release(&request);
        }
}

static void a_deeply_nested_body_is_refused(void **state)
{
        Request request = { 0 };
        const char *problem = NULL;
        char body[60000];

        memset(body, '[', sizeof(body));
        assert_int_equal(request_parse_body(&request, body, sizeof(body), &problem), -EINVAL);
        request_release(&request);
}

static void a_refusal_forgets_what_was_written_before(void **state)
{
        Reply reply = REPLY_INIT;

        reply_add(&reply, json_pack("{s:i}", "a", 1));
        assert_int_equal(reply_refuse(&reply, REPLY_NOT_FOUND, "there is no '%s'", "x\"\xff"), 0);
        reply_finish(&reply);
        assert_int_equal(reply.status, 404);
        assert_string_equal(
                strbuf_text(&reply.text), "{\"error\":\"there is no 'x\\\"\xEF\xBF\xBD'\"}\n");
        reply_release(&reply);
}

static void a_line_that_could_not_be_made_fails_the_whole_answer(void **state)
{
        Reply reply = REPLY_INIT;

        reply_add(&reply, json_pack("{s:i}", "a", 1));
        reply_add(&reply, NULL);
        reply_add(&reply, json_pack("{s:i}", "b", 2));
        reply_finish(&reply);
        assert_int_equal(reply.status, 500);
        assert_null(strstr(strbuf_text(&reply.text), "\"a\""));
        reply_release(&reply);
}

static void a_long_listing_goes_to_a_file_and_is_whole(void **state)
{
        Reply reply = REPLY_INIT;
        char line[100];
        int64_t length = 0;

        memset(line, 'x', sizeof(line) - 1);
        line[sizeof(line) - 1] = '\0';
        for (int i = 0; i < 30000; i++)
                reply_add(&reply, json_pack("{s:s}", "l", line));
        reply_finish(&reply);
        assert_int_equal(reply.status, 200);
        assert_true(reply.fd >= 0);
        length = lseek(reply.fd, 0, SEEK_END);
        assert_int_equal(length, 30000 * (int64_t)(sizeof(line) - 1 + strlen("{\"l\":\"\"}\n")));
        assert_int_equal(reply.fd_size, length);
        reply_release(&reply);
}

static void texts_that_are_no_utf8_are_repaired(void **state)
{
        static const struct {
                const char *text, *shaped;
        } cases[] = {
                { "été", "été" },
                { "\xe9t\xe9", "\xEF\xBF\xBDt\xEF\xBF\xBD" },
                { "a\xC3", "a\xEF\xBF\xBD" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                json_t *value = shape_text(cases[i].text);
                assert_string_equal(json_string_value(value), cases[i].shaped);
                json_decref(value);
        }
        assert_true(json_is_null(shape_text(NULL)));
        assert_true(json_is_null(shape_given("")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_target_gives_a_path_and_decoded_values),
                cmocka_unit_test(a_malformed_target_is_refused_with_a_sentence),
                cmocka_unit_test(a_target_beyond_the_limit_is_refused),
                cmocka_unit_test(a_body_is_an_object_of_texts_or_nothing),
                cmocka_unit_test(a_deeply_nested_body_is_refused),
                cmocka_unit_test(a_refusal_forgets_what_was_written_before),
                cmocka_unit_test(a_line_that_could_not_be_made_fails_the_whole_answer),
                cmocka_unit_test(a_long_listing_goes_to_a_file_and_is_whole),
                cmocka_unit_test(texts_that_are_no_utf8_are_repaired),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
