/* SPDX-License-Identifier: MIT */
/* Any bytes as a request: values that are text, or a sentence that says why not; then any target
 * over any socket: a route that takes it, or a refusal. */

#include "api/routes.h"

#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void admit(Request *request)
{
        for (Right right = 0; right < RIGHTS; right++)
                for (int is_post = 0; is_post < 2; is_post++) {
                        _cleanup_(exchange_freep) Exchange *exchange = exchange_new(NULL);
                        if (!exchange)
                                return;
                        exchange->right = right;
                        exchange->request.is_post = is_post;
                        exchange->request.path = strdup(request->path);
                        if (!exchange->request.path)
                                return;
                        bool is_admitted = exchange_admit(exchange);
                        assert(is_admitted == (exchange->reply.status == 0));
                        assert(is_admitted || exchange->reply.status >= REPLY_BAD_REQUEST);
                }
}

/* The first line is the target, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        if (size == 0)
                return 0;
        const uint8_t *end = memchr(bytes, '\n', size);
        size_t length = end ? (size_t)(end - bytes) : size;
        _cleanup_(freep) char *target = strndup((const char *)bytes, length);
        const char *body = end ? (const char *)end + 1 : "";
        const char *problem = NULL;
        Request request = { 0 };

        if (!target)
                return 0;
        int r = request_parse_target(&request, target, &problem);
        if (r == 0)
                admit(&request);
        if (r == 0)
                r = request_parse_body(&request, body, end ? size - length - 1 : 0, &problem);
        if (r == 0)
                r = request_add_encoded(&request, "segment", target, strlen(target));
        else
                assert(problem);
        for (size_t i = 0; i < request.n_parameters; i++) {
                const Parameter *parameter = &request.parameters[i];
                assert(utf8_is_valid(parameter->name, strlen(parameter->name)));
                assert(utf8_is_valid(parameter->value, strlen(parameter->value)));
                assert(request_get(&request, parameter->name) == parameter->value);
        }
        request_release(&request);
        return 0;
}
