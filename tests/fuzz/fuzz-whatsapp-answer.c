/* SPDX-License-Identifier: MIT */
/* Any bytes as an answer of the Cloud API, to a message and to an upload: a verdict with a detail,
 * and "sent" only of a 2xx that has an id. */

#include "channels/whatsapp/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const HttpReply *reply, const HttpVerdict *verdict)
{
        const struct relanced_outcome *outcome = &verdict->outcome;
        bool is_good = reply->status >= 200 && reply->status < 300;

        assert(outcome->kind <= RELANCED_UNCERTAIN);
        assert(outcome->detail && strlen(outcome->detail) < HTTP_DETAIL_MAX);
        assert(!outcome->reference || strlen(outcome->reference) < HTTP_REFERENCE_MAX);
        if (outcome->kind == RELANCED_SENT)
                assert(is_good && outcome->reference && *outcome->reference);
        else if (is_good)
                assert(outcome->kind == RELANCED_UNCERTAIN || !reply->has_begun);
}

/* The first two bytes are the status and the attempt, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        static const long statuses[] = { 200, 201, 302, 400, 401, 429, 500, 503 };
        char id[HTTP_REFERENCE_MAX];

        if (size < 2)
                return 0;
        _cleanup_(freep) char *body = calloc(1, size - 1);
        assert(body);
        memcpy(body, bytes + 2, size - 2);
        HttpReply reply = {
                .status = statuses[bytes[0] % ELEMENTSOF(statuses)],
                .body = body,
                .length = size - 2,
                .is_whole = true,
                .has_begun = true,
                .failure = "",
        };
        HttpVerdict verdict = { 0 }, second = { 0 };
        answer_judge_message(&reply, bytes[1] % 4, &verdict);
        check(&reply, &verdict);
        reply.has_begun = false;
        if (answer_judge_upload(&reply, bytes[1] % 4, id, &second) == HTTP_SEND)
                assert(*id && strlen(id) < HTTP_REFERENCE_MAX);
        else
                check(&reply, &second);
        assert(second.outcome.kind != RELANCED_UNCERTAIN);
        return 0;
}
