/* SPDX-License-Identifier: MIT */
/* What HTTP channels share: forms of text, what is blotted out, Retry-After, what a status means,
 * places in JSON, and how long an answer of the host lies unheard. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "channels/http/json.h"
#include "channels/http/transfer.h"
#include "sys/clock.h"

static void a_text_is_escaped_for_where_it_stands(void **state)
{
        static const struct {
                void (*add)(StrBuf *out, const char *text);
                const char *text, *escaped;
        } cases[] = {
                { http_add_url_encoded, "aZ09-._~", "aZ09-._~" },
                { http_add_url_encoded, "a b+c&d=é/?#%", "a%20b%2Bc%26d%3D%C3%A9%2F%3F%23%25" },
                { http_add_url_encoded, "\n\x7f", "%0A%7F" },
                { http_add_json_escaped, "a\"b\\c\nd\té", "a\\\"b\\\\c\\nd\\u0009é" },
                { http_add_json_escaped, "\r\x7f/", "\\u000d\\u007f/" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf out = STRBUF_INIT;
                cases[i].add(&out, cases[i].text);
                assert_string_equal(strbuf_text(&out), cases[i].escaped);
                strbuf_release(&out);
        }
}

static void base64_is_that_of_rfc_4648(void **state)
{
        static const char *const cases[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
                { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
                { "foobar", "Zm9vYmFy" }, { "\xff\xfe\xfd", "//79" }, { "\xfb\xef\xbe", "++++" } };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf out = STRBUF_INIT;
                http_add_base64(&out, cases[i][0], strlen(cases[i][0]));
                assert_string_equal(strbuf_text(&out), cases[i][1]);
                strbuf_release(&out);
        }
}

static void a_detail_is_one_line_of_utf8(void **state)
{
        static const char *const cases[][2] = {
                { "a b", "a b" },
                { "  a \t\r\n b\x7f ", "a b" },
                { "\x1b[31mred\xc2\x9b", "[31mred" },
                { "bad \xff\xfe\xc3 .", "bad ??? ." },
                { "\xe2\x82\xac \xf0\x9f\x98\x80", "€ 😀" },
                { "\xc0\x80 overlong", "?? overlong" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                HttpVerdict verdict = { 0 };
                http_set_detail(&verdict, "%s", cases[i][0]);
                assert_string_equal(verdict.outcome.detail, cases[i][1]);
        }
}

static void a_long_detail_is_cut_between_characters(void **state)
{
        static const char *const units[] = { "x", "é", "€", "😀", "\xff", "\n x" };

        for (size_t i = 0; i < ELEMENTSOF(units); i++) {
                HttpVerdict verdict = { 0 };
                StrBuf text = STRBUF_INIT;
                for (size_t n = 0; n < 1000; n++)
                        strbuf_add(&text, units[i]);
                http_set_detail(&verdict, "%s", strbuf_text(&text));
                http_set_reference(&verdict, strbuf_text(&text));
                strbuf_release(&text);
                size_t length = strlen(verdict.detail);
                assert_true(length < HTTP_DETAIL_MAX && length > HTTP_DETAIL_MAX - 9);
                assert_string_equal(verdict.detail + length - strlen("…"), "…");
                assert_true(strlen(verdict.reference) < HTTP_REFERENCE_MAX);
        }
}

static void no_form_of_a_secret_is_told(void **state)
{
        static const char *const secrets[] = { "p4ss/wörd & more", "", "tok_123456789", NULL };
        static const char *const cases[][2] = {
                { "nothing", "nothing" }, { "password p4ss/wörd & more!", "password ***!" },
                { "p4ss%2Fw%C3%B6rd%20%26%20more", "***" },
                { "p4ss%2fw%c3%b6rd%20%26%20more", "***" }, { "p4ss%2Fw%C3%B6rd+%26+more", "***" },
                { "tok_123456789tok_123456789", "******" }, { "tok_12345", "tok_12345" },
                { "the token tok_1234…", "the token ***…" }, { "the token t…", "the token t…" },
                { "to +33612345678, 33612345678, %2B33612345678", "to +***, ***, %2B***" },
                { "Basic bWU6dG9rXzEyMzQ1Njc4OQ==", "Basic bWU6***OQ==" }, /* me:tok_123456789 */
                { "Basic eDp0b2tfMTIzNDU2Nzg5", "Basic eDp0***" },         /* x:tok_123456789 */
        };
        HttpBlots *blots = blots_new(secrets);
        char text[64];

        assert_non_null(blots);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                (void)snprintf(text, sizeof(text), "%s", cases[i][0]);
                blots_apply(blots, "+33612345678", text, sizeof(text));
                assert_string_equal(text, cases[i][1]);
        }
        blots_free(blots);
}

static void blotting_never_makes_a_text_longer_than_its_room(void **state)
{
        static const char *const secrets[] = { "a", NULL };
        HttpBlots *blots = blots_new(secrets);
        char text[] = "aaaaaaaaaaaaaaaa";

        assert_non_null(blots);
        blots_apply(blots, "", text, sizeof(text));
        assert_true(strlen(text) < sizeof(text));
        assert_null(strchr(text, 'a'));
        blots_free(blots);
}

static void retry_after_is_bounded(void **state)
{
        static const struct {
                const char *value;
                unsigned seconds;
        } cases[] = {
                { "0", 0 },
                { "1", 1 },
                { "86400", 86400 },
                { "86401", 86400 },
                { "1000000000", 86400 },
                { "18446744073709551617", 86400 },
                { "007", 7 },
                { "", 0 },
                { "-1", 0 },
                { "+1", 0 },
                { "1e9", 0 },
                { "1.5", 0 },
                { " 1", 0 },
                { "soon", 0 },
                { "Wed, 21 Oct 2099 07:28:00 GMT", 77 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(http_retry_after(cases[i].value, 77), cases[i].seconds);
        assert_int_equal(http_retry_after("Wed, 21 Oct 2099 07:28:00 GMT", INT64_MAX), 86400);
        assert_int_equal(http_retry_after("Wed, 21 Oct 1999 07:28:00 GMT", -5), 0);
}

static void what_did_not_begin_is_never_uncertain(void **state)
{
        for (long status = 0; status < 1000; status++) {
                for (int bits = 0; bits < 8; bits++) {
                        HttpReply reply = { .status = status,
                                .body = "",
                                .failure = "broke off",
                                .is_whole = bits & 1,
                                .has_begun = bits & 2,
                                .is_certificate = bits & 4 };
                        HttpVerdict verdict = { 0 };
                        http_judge_by_class(&reply, &verdict);
                        enum relanced_outcome_kind kind = verdict.outcome.kind;
                        assert_true(kind != RELANCED_SENT && *verdict.outcome.detail);
                        assert_true(reply.has_begun || kind != RELANCED_UNCERTAIN);
                        if (reply.has_begun && status < 300)
                                assert_int_equal(kind, RELANCED_UNCERTAIN);
                }
        }
}

static bool collect(void *owner, const char *value)
{
        strbuf_addf(owner, "[%s]", value);
        return ((StrBuf *)owner)->length < 12;
}

static void a_place_in_json_is_found(void **state)
{
        static const char document[] =
                "{\"a\": {\"b-c\": [1, \"two\", {\"d\": true}, null, 1.5, []]}, \"\": 7,"
                " \"n\": 9223372036854775807, \"l\": [{\"x\": 1}, {\"x\": 2}, {}, {\"x\": [3]}],"
                " \"m\": [1000, 2000, 3000, 4000]}";
        static const char *const cases[][2] = {
                { "a.b-c.0", "[1]" },
                { "a.b-c.1", "[two]" },
                { "a.b-c.2.d", "[true]" },
                { "a.b-c.3", "" },
                { "a.b-c.4", "" },
                { "a.b-c.5", "" },
                { "a.b-c.6", "" },
                { "a.b-c.-1", "" },
                { "a.b-c.99999999999", "" },
                { "a", "" },
                { "a.b-c", "" },
                { "b", "" },
                { "n", "[9223372036854775807]" },
                { "l.*.x", "[1][2]" },
                { "m.*", "[1000][2000]" },
                { "n.0", "" },
                { "n.x", "" },
                { "a.b-c.*", "[1][two][true]" },
        };
        _cleanup_(http_json_freep) HttpJson *json = http_json_read(document, sizeof(document) - 1);

        assert_non_null(json);
        for (size_t i = 0; i + 1 < ELEMENTSOF(cases); i++) {
                StrBuf found = STRBUF_INIT;
                http_json_each(json, cases[i][0], collect, &found);
                assert_string_equal(strbuf_text(&found), cases[i][1]);
                strbuf_release(&found);
        }
}

static void what_is_not_strictly_json_is_none(void **state)
{
        static const char *const cases[] = { "", " ", "x", "{", "{\"a\": 1", "{\"a\": 1} x", "1",
                "{\"a\": 1, \"a\": 2}", "{\"a\": 123456789012345678901}", "{'a': 1}", "{\"a\": 01}",
                "{\"a\": \"\\u0000\"}", "{\"a\": \"\xff\"}", "[1,]", "NaN", "\xef\xbb\xbf{}" };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                HttpJson *json = http_json_read(cases[i], strlen(cases[i]));
                if (json)
                        fail_msg("%s", cases[i]);
        }
        assert_null(http_json_read("{}\0", 3));
}

/* A host with one message, which is answered at the n-th look, and whose descriptor never wakes. */
typedef struct ShyHost {
        struct relanced_host host;
        struct relanced_message message;
        unsigned n_given, n_looks, n_finished;
} ShyHost;

#define LOOKS 20

static int shy_next(struct relanced_host *self, const struct relanced_message **message, int ms)
{
        ShyHost *shy = (ShyHost *)self;

        *message = &shy->message;
        return shy->n_given++ == 0 ? 1 : -1;
}

static void shy_ask(struct relanced_host *self, const struct relanced_message *message)
{
}

static int shy_is_answered(struct relanced_host *self, const struct relanced_message *message)
{
        return ++((ShyHost *)self)->n_looks >= LOOKS;
}

static int shy_begin(struct relanced_host *self, const struct relanced_message *message)
{
        return -1;
}

static void shy_finish(struct relanced_host *self, const struct relanced_message *message,
        const struct relanced_outcome *outcome)
{
        ((ShyHost *)self)->n_finished++;
}

static void shy_log(struct relanced_host *self, enum relanced_level level, const char *text)
{
}

static int ask_nobody(
        void *state, HttpExchange *exchange, HttpRequest *request, HttpVerdict *verdict)
{
        request->method = "POST";
        strbuf_add(&request->url, "http://127.0.0.1:1/");
        request->is_irrevocable = true;
        return HTTP_SEND;
}

static int judge_nothing(
        void *state, HttpExchange *exchange, const HttpReply *reply, HttpVerdict *verdict)
{
        return HTTP_DONE;
}

/* It may be read while the host looks for another message's. A second for each look is too long. */
static void an_answer_that_wakes_nobody_is_soon_found(void **state)
{
        static const HttpProvider provider = { ask_nobody, judge_nothing };
        static const HttpSettings settings = { .timeout_s = 10, .in_flight = 1, .ca_file = "" };
        static const char *const no_secrets[] = { NULL };
        ShyHost shy = {
                .host = { shy_next, shy_ask, shy_is_answered, shy_begin, shy_finish, shy_log,
                        eventfd(0, EFD_CLOEXEC) },
                .message = { .to = "", .text = "" },
        };
        int64_t start_usec = clock_monotonic_usec();

        assert_true(shy.host.fd >= 0);
        assert_int_equal(http_deliver(&provider, &settings, no_secrets, NULL, &shy.host), 0);
        assert_int_equal(shy.n_looks, LOOKS);
        assert_int_equal(shy.n_finished, 1);
        assert_true(clock_monotonic_usec() - start_usec < INT64_C(10) * 1000 * 1000);
        (void)close(shy.host.fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_text_is_escaped_for_where_it_stands),
                cmocka_unit_test(base64_is_that_of_rfc_4648),
                cmocka_unit_test(a_detail_is_one_line_of_utf8),
                cmocka_unit_test(a_long_detail_is_cut_between_characters),
                cmocka_unit_test(no_form_of_a_secret_is_told),
                cmocka_unit_test(blotting_never_makes_a_text_longer_than_its_room),
                cmocka_unit_test(retry_after_is_bounded),
                cmocka_unit_test(what_did_not_begin_is_never_uncertain),
                cmocka_unit_test(a_place_in_json_is_found),
                cmocka_unit_test(what_is_not_strictly_json_is_none),
                cmocka_unit_test(an_answer_that_wakes_nobody_is_soon_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
