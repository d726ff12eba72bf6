/* SPDX-License-Identifier: MIT */
/* Any bytes as a request: values that are text, or a sentence that says why not. */

#include "api/request.h"

#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

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
