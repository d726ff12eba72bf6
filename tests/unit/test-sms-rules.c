/* SPDX-License-Identifier: MIT */
/* The small languages of a configured gateway: placeholders, and rules for its answers. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "channels/sms/fill.h"
#include "channels/sms/rules.h"

static const FillWords words = {
        .values = {
                [WORD_TO] = "+336", [WORD_TO_DIGITS] = "336", [WORD_TEXT] = "a \"b\"\n{{to}}",
                [WORD_FROM] = "D & Co", [WORD_USERNAME] = "u", [WORD_PASSWORD] = "p\r\nX: y",
                [WORD_TOKEN] = "t", [WORD_BASIC] = "dTpw", [WORD_NOTICE] = "7",
                [WORD_MESSAGE_ID] = "m@x", [WORD_LANGUAGE] = "fr",
        },
        .is_unicode = true,
};

static void placeholders_are_filled_in_and_escaped(void **state)
{
        static const struct {
                FillPlace place;
                const char *template, *filled;
        } cases[] = {
                { FILL_PLAIN, "", "" },
                { FILL_PLAIN, "no } { }} placeholder", "no } { }} placeholder" },
                { FILL_PLAIN, "{{from}}-{{ notice }}", "D & Co-7" },
                { FILL_URL, "?t={{text}}&f={{from}}",
                        "?t=a%20%22b%22%0A%7B%7Bto%7D%7D&f=D%20%26%20Co" },
                { FILL_HEADER, "X: {{password}}", "X: p  X: y" },
                { FILL_JSON, "{\"t\":\"{{text}}\"}", "{\"t\":\"a \\\"b\\\"\\n{{to}}\"}" },
                { FILL_JSON, "{\"n\":{{notice}}}", "{\"n\":7}" },
                { FILL_URL, "{{unicode?2:1}}{{unicode?:x}}{{unicode?y:}}", "2y" },
                { FILL_URL, "{{to}}{{to_digits}}{{basic}}{{token}}{{username}}{{language}}",
                        "%2B336336dTpwtufr" },
                { FILL_URL, "{{message_id}}", "m%40x" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf out = STRBUF_INIT, fault = STRBUF_INIT;
                assert_int_equal(fill_check(cases[i].template, cases[i].place, &fault), 0);
                fill_out(&out, cases[i].template, cases[i].place, &words);
                assert_string_equal(strbuf_text(&out), cases[i].filled);
                strbuf_release(&out);
                strbuf_release(&fault);
        }
}

static void a_placeholder_that_is_none_is_named(void **state)
{
        static const struct {
                FillPlace place;
                const char *template, *fault;
        } cases[] = {
                { FILL_URL, "{{txt}}", "{{txt}} is no placeholder: did you mean {{text}}?" },
                { FILL_URL, "{{ }}", "{{}} is no placeholder" },
                { FILL_URL, "{{}}", "{{}} is no placeholder" },
                { FILL_URL, "{{unicode}}", "{{unicode}} is no placeholder" },
                { FILL_URL, "{{unicode?x}}", "{{unicode?x}} is no placeholder" },
                { FILL_URL, "a{{to}}b{{to", "a {{ is not closed by }}" },
                { FILL_HEADER, "X: {{text}}", "{{text}} may not stand in a header" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf fault = STRBUF_INIT;
                assert_int_equal(fill_check(cases[i].template, cases[i].place, &fault), -EINVAL);
                assert_string_equal(strbuf_text(&fault), cases[i].fault);
                strbuf_release(&fault);
        }
}

static const struct {
        const char *body, *success;
        bool is_success;
} successes[] = {
        { "", "http = 200", true },
        { "", "http = 201", false },
        { "", "http = 201 202 200", true },
        { "", "http = 200-299", true },
        { "", "http = 100-199 300-", false },
        { "{\"s\": 0}", "s = 0", true },
        { "{\"s\": \"0\"}", "http = 200\ns = 0", true },
        { "{\"s\": 0}", "http = 200\ns = 1", false },
        { "{\"s\": true}", "s = true", true },
        { "{\"s\": null}", "s = *", false },
        { "{\"s\": \"x\"}", "s = *", true },
        { "{\"s\": \"a b\"}", "s = a b", false },
        { "[{\"s\": 0}, {\"s\": 0}]", "*.s = 0", true },
        { "[{\"s\": 0}, {\"s\": 1}]", "*.s = 0", false },
        { "[]", "*.s = 0", false },
        { "s = 0", "s = 0", false },
        { "OK 12", "word.0 = OK", true },
        { "  OK: 12", "word.1 = 10-19", true },
        { "OK", "word.1 = *", false },
        { "", "word.0 = *", false },
};

static void success_is_what_every_line_says(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(successes); i++) {
                HttpReply reply = { .status = 200,
                        .body = successes[i].body,
                        .length = strlen(successes[i].body) };
                _cleanup_(answer_freep) Answer *answer = answer_new(&reply);
                assert_non_null(answer);
                if (answer_is_success(answer, successes[i].success) != successes[i].is_success)
                        fail_msg("case %zu", i);
        }
}

static const struct {
        const char *body, *error, *outcomes;
        int kind; /* -1: none */
        unsigned retry_after_s;
} outcomes[] = {
        { "{\"c\": 5}", "c", "5 = retry", RELANCED_RETRY, 0 },
        { "{\"c\": \"5\"}", "c", "4 5 6=retry 60", RELANCED_RETRY, 60 },
        { "{\"c\": 5}", "c", "1-4 = retry\n5-9 = refused-address", RELANCED_REFUSED_ADDRESS, 0 },
        { "{\"c\": 5}", "c", "5 = refused-message\n* = retry", RELANCED_REFUSED_MESSAGE, 0 },
        { "{\"c\": 6}", "c", "5 = refused-message\n* = uncertain", RELANCED_UNCERTAIN, 0 },
        { "{\"c\": 6}", "c", "5 = refused-message", -1, 0 },
        { "{\"c\": null}", "c", "* = retry", -1, 0 },
        { "{\"d\": \"x\"}", "c\nd", "x = channel-down 7", RELANCED_CHANNEL_DOWN, 7 },
        { "{\"c\": 6, \"d\": \"x\"}", "c\nd", "x = channel-down", RELANCED_CHANNEL_DOWN, 0 },
        { "[5, 5]", "*", "5 = retry", RELANCED_RETRY, 0 },
        { "[5, 6]", "*", "5 6 = retry", RELANCED_RETRY, 0 },
        { "[5, 6]", "*", "5 = retry\n6 = refused-message", -1, 0 },
        { "[0, 5]", "*", "5 = retry", -1, 0 },
        { "[5, 0]", "*", "5 = retry", -1, 0 },
        { "ERR|114", "word.1", "114 = refused-address", RELANCED_REFUSED_ADDRESS, 0 },
        { "", "http", "200 = retry", RELANCED_RETRY, 0 },
        { "", "", "* = retry", -1, 0 },
        { "{\"c\": 5}", "c", "", -1, 0 },
};

static void a_code_means_what_the_first_line_that_has_it_says(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(outcomes); i++) {
                HttpReply reply = {
                        .status = 200, .body = outcomes[i].body, .length = strlen(outcomes[i].body)
                };
                _cleanup_(answer_freep) Answer *answer = answer_new(&reply);
                RuledOutcome ruled = { 0 };
                assert_non_null(answer);
                bool is_known =
                        answer_outcome(answer, outcomes[i].error, outcomes[i].outcomes, &ruled);
                if (is_known != (outcomes[i].kind >= 0) ||
                        (is_known && ((int)ruled.kind != outcomes[i].kind ||
                                             ruled.retry_after_s != outcomes[i].retry_after_s)))
                        fail_msg("case %zu", i);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(placeholders_are_filled_in_and_escaped),
                cmocka_unit_test(a_placeholder_that_is_none_is_named),
                cmocka_unit_test(success_is_what_every_line_says),
                cmocka_unit_test(a_code_means_what_the_first_line_that_has_it_says),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
