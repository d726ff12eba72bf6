/* SPDX-License-Identifier: MIT */
/*
 * Owns the requests and answers of a gateway that the configuration describes: a request from
 * templates, the answer read by rules. A code that outcomes knows goes first, then success, then
 * the HTTP status alone: an answer that is not as described may well be that of a message taken.
 */

#include <errno.h>

#include "channels/http/json.h"
#include "channels/sms/rules.h"
#include "channels/sms/sms.h"

/* What libcurl sets itself, and must. */
static const char *const own_headers[] = { "Host", "Content-Length", "Transfer-Encoding",
        "Connection", "Expect", "Accept-Encoding" };

/* The next line of an option, cut out of what is left; NULL: none. */
static char *next_line(char **rest)
{
        char *line = *rest;

        if (!line || !*line)
                return NULL;
        *rest = strchr(line, '\n');
        if (*rest)
                *(*rest)++ = 0;
        return line;
}

static bool is_header_name(const char *name, size_t length)
{
        static const char marks[] = "!#$%&'*+-.^_`|~";

        for (size_t i = 0; i < length; i++) {
                char c = name[i];
                if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            strchr(marks, c)))
                        return false;
        }
        return length > 0;
}

static int check_header(Sms *sms, const char *line, StrBuf *fault)
{
        static const char content_type[] = "Content-Type:";
        size_t length = strcspn(line, ":");

        if (!line[length] || !is_header_name(line, length)) {
                strbuf_addf(fault, "headers: \"%s\" is not of the form \"Name: value\"", line);
                return -EINVAL;
        }
        for (size_t i = 0; i < ELEMENTSOF(own_headers); i++) {
                if (strlen(own_headers[i]) != length ||
                        strncasecmp(own_headers[i], line, length) != 0)
                        continue;
                strbuf_addf(fault, "headers: %s is set by relanced itself", own_headers[i]);
                return -EINVAL;
        }
        if (strncasecmp(line, content_type, sizeof(content_type) - 1) == 0)
                sms->body_place = strcasestr(line, "application/json") ? FILL_JSON
                                  : strcasestr(line, "application/x-www-form-urlencoded")
                                          ? FILL_URL
                                          : FILL_PLAIN;
        return fill_check(line, FILL_HEADER, fault);
}

static int check_headers(Sms *sms, StrBuf *fault)
{
        _cleanup_(freep) char *copy = strdup(sms->values[SMS_HEADERS]);
        char *rest = copy;

        if (!copy)
                return -ENOMEM;
        sms->body_place = FILL_URL; /* what libcurl declares by itself */
        for (char *line; (line = next_line(&rest));) {
                int r = check_header(sms, line, fault);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A body that is no JSON even with harmless words would be refused message by message. */
static bool is_json_once_filled(const char *template)
{
        FillWords words = { .is_unicode = false };
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < WORDS; i++)
                words.values[i] = "1";
        fill_out(&text, template, FILL_JSON, &words);
        _cleanup_(http_json_freep) HttpJson *json = http_json_read(strbuf_text(&text), text.length);
        strbuf_release(&text);
        return json;
}

static int check_body(const Sms *sms, StrBuf *fault)
{
        const char *body = sms->values[SMS_BODY];
        bool is_get = streq(sms->values[SMS_METHOD], "GET");

        if (!is_get && !streq(sms->values[SMS_METHOD], "POST"))
                strbuf_add(fault, "method must be POST or GET");
        else if (is_get && *body)
                strbuf_add(fault, "body: a GET has none, its words belong into url");
        else if (fill_check(body, sms->body_place, fault) < 0)
                strbuf_add(fault, " (body)");
        else if (sms->body_place == FILL_PLAIN && *body)
                strbuf_add(fault, "body: its Content-Type in headers must be application/json or "
                                  "application/x-www-form-urlencoded");
        else if (sms->body_place == FILL_JSON && *body && !is_json_once_filled(body))
                strbuf_add(fault, "body is not JSON once its placeholders are filled in");
        return fault->length > 0 ? -EINVAL : 0;
}

static int check_url(const Sms *sms, StrBuf *fault)
{
        const char *url = sms->values[SMS_URL];
        const char *path = strstr(url, "://");
        size_t host = path ? strcspn(path + 3, "/?#") : 0;

        if (path && memmem(path + 3, host, "{{", 2))
                strbuf_add(fault, "url: the host may not be a placeholder");
        else if (fill_check(url, FILL_URL, fault) < 0)
                strbuf_add(fault, " (url)");
        return fault->length > 0 ? -EINVAL : 0;
}

static int check_answers(const Sms *sms, StrBuf *fault)
{
        const struct {
                SmsOption option;
                const char *name;
                int (*check)(const char *lines, StrBuf *fault);
        } rules[] = {
                { SMS_SUCCESS, "success", rules_check_success },
                { SMS_REFERENCE, "reference", rules_check_places },
                { SMS_ERROR, "error", rules_check_places },
                { SMS_OUTCOMES, "outcomes", rules_check_outcomes },
        };

        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                if (rules[i].check(sms->values[rules[i].option], fault) < 0) {
                        strbuf_addf(fault, " (%s)", rules[i].name);
                        return -EINVAL;
                }
        }
        if (!*sms->values[SMS_SUCCESS])
                strbuf_add(fault, "success must say how an accepted message is told");
        return fault->length > 0 ? -EINVAL : 0;
}

static int gateway_open(Sms *sms, StrBuf *fault)
{
        int r = check_url(sms, fault);

        if (r == 0)
                r = check_headers(sms, fault);
        if (r == 0)
                r = check_body(sms, fault);
        return r == 0 ? check_answers(sms, fault) : r;
}

static void gateway_ask(const Sms *sms, const FillWords *words, HttpRequest *request)
{
        request->method = streq(sms->values[SMS_METHOD], "GET") ? "GET" : "POST";
        fill_out(&request->url, sms->values[SMS_URL], FILL_URL, words);
        fill_out(&request->headers, sms->values[SMS_HEADERS], FILL_HEADER, words);
        strbuf_add_char(&request->headers, '\n');
        fill_out(&request->body, sms->values[SMS_BODY], sms->body_place, words);
}

static bool judge_by_code(
        const Sms *sms, const Answer *answer, const HttpReply *reply, HttpVerdict *verdict)
{
        RuledOutcome ruled;
        StrBuf excerpt = STRBUF_INIT;

        if (!answer_outcome(answer, sms->values[SMS_ERROR], sms->values[SMS_OUTCOMES], &ruled))
                return false;
        verdict->outcome.kind = ruled.kind;
        if (ruled.kind == RELANCED_RETRY || ruled.kind == RELANCED_CHANNEL_DOWN)
                verdict->outcome.retry_after_s = MAX(ruled.retry_after_s, reply->retry_after_s);
        http_add_excerpt(&excerpt, reply);
        http_set_detail(verdict, "HTTP %ld with the code %s, as outcomes says%s", reply->status,
                ruled.code, strbuf_text(&excerpt));
        strbuf_release(&excerpt);
        return true;
}

static bool judge_success(
        const Sms *sms, const Answer *answer, const HttpReply *reply, HttpVerdict *verdict)
{
        StrBuf reference = STRBUF_INIT;
        const char *place = sms->values[SMS_REFERENCE];
        bool is_success = answer_is_success(answer, sms->values[SMS_SUCCESS]) &&
                          (!*place || answer_reference(answer, place, &reference));

        if (is_success) {
                verdict->outcome.kind = RELANCED_SENT;
                if (*place)
                        http_set_reference(verdict, strbuf_text(&reference));
                http_set_detail(verdict, "the gateway has taken it (HTTP %ld)", reply->status);
        }
        strbuf_release(&reference);
        return is_success;
}

static void gateway_judge(const Sms *sms, const HttpReply *reply, HttpVerdict *verdict)
{
        _cleanup_(answer_freep) Answer *answer = answer_new(reply);

        if (!answer || (!judge_by_code(sms, answer, reply, verdict) &&
                               !judge_success(sms, answer, reply, verdict)))
                http_judge_by_class(reply, verdict);
}

const SmsProvider sms_gateway = { "http", gateway_open, gateway_ask, gateway_judge };
