/* SPDX-License-Identifier: MIT */
/* Any bytes as the description of a gateway and as its answer: what is checked can be applied, and
 * a verdict has a detail. The first line is the template, then success, error and outcomes, one
 * line each; the rest is the answer. */

#include "base/gsm.h"
#include "channels/sms/fill.h"
#include "channels/sms/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_fill(const char *template)
{
        static const FillPlace places[] = { FILL_PLAIN, FILL_URL, FILL_HEADER, FILL_JSON };
        FillWords words = { .is_unicode = strlen(template) % 2 == 0 };

        for (size_t i = 0; i < WORDS; i++)
                words.values[i] = template;
        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                StrBuf out = { .limit = 65536 }, fault = STRBUF_INIT;
                int r = fill_check(template, places[i], &fault);
                assert((r == 0) == (fault.length == 0));
                if (r == 0)
                        fill_out(&out, template, places[i], &words);
                strbuf_release(&out);
                strbuf_release(&fault);
        }
}

static void try_size(const char *text)
{
        GsmSize size = gsm_size(text);
        size_t length = strlen(text);

        assert((size.parts == 0) == (length == 0) && size.parts <= length);
        assert(length == 0 || size.parts >= length / (4 * 160));
        (void)gsm_is_blank(text);
}

static void try_rules(
        const char *success, const char *error, const char *outcomes, const HttpReply *reply)
{
        _cleanup_(answer_freep) Answer *answer = answer_new(reply);
        StrBuf fault = STRBUF_INIT, reference = STRBUF_INIT, excerpt = STRBUF_INIT;
        RuledOutcome ruled;
        HttpVerdict verdict = { 0 };

        assert(answer);
        (void)rules_check_success(success, &fault);
        (void)rules_check_places(error, &fault);
        (void)rules_check_outcomes(outcomes, &fault);
        (void)answer_is_success(answer, success);
        if (answer_outcome(answer, error, outcomes, &ruled))
                assert(ruled.kind <= RELANCED_UNCERTAIN && strlen(ruled.code) < sizeof(ruled.code));
        if (answer_reference(answer, error, &reference))
                http_set_reference(&verdict, strbuf_text(&reference));
        http_judge_by_class(reply, &verdict);
        assert(*verdict.detail && strlen(verdict.detail) < HTTP_DETAIL_MAX);
        http_add_excerpt(&excerpt, reply);
        strbuf_release(&fault);
        strbuf_release(&reference);
        strbuf_release(&excerpt);
}

/* Cuts a line off; its tabs stand for newlines. */
static const char *take_line(char **rest)
{
        char *line = strsep(rest, "\n");

        for (char *c = line; c && *c; c++)
                *c = *c == '\t' ? '\n' : *c;
        return line ? line : "";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(freep) char *text = calloc(1, size + 1);
        char *rest = text;

        assert(text);
        if (size > 0)
                memcpy(text, bytes, size);
        const char *template = take_line(&rest);
        const char *success = take_line(&rest), *error = take_line(&rest);
        const char *outcomes = take_line(&rest);
        try_fill(template);
        try_size(template);
        HttpReply reply = { .status = 200,
                .body = rest ? rest : "",
                .failure = "",
                .length = rest ? size - (size_t)(rest - text) : 0,
                .is_whole = true };
        try_rules(success, error, outcomes, &reply);
        return 0;
}
