/* SPDX-License-Identifier: MIT */
/* Any bytes as a packet of an intake worker: what is taken from it lies within it and is text. */

#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"
#include "intake/columns.h"
#include "intake/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_text(const char *text, const uint8_t *bytes, size_t size)
{
        const char *first = (const char *)bytes, *end = first + size;

        assert(text >= first && text < end && memchr(text, '\0', (size_t)(end - text)));
        assert(utf8_is_valid(text, strlen(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        const char *fields[COLUMNS_MAX], *text;
        size_t offset = 0, before = 0;
        WireItem item;

        while (wire_next(bytes, size, &offset, &item) > 0) {
                assert(offset > before && offset <= size);
                before = offset;
                if (wire_text(&item, &text) == 0)
                        check_text(text, bytes, size);
                for (size_t n = 1; n <= COLUMNS_MAX; n++) {
                        if (wire_row(&item, fields, n) < 0)
                                continue;
                        for (size_t i = 0; i < n; i++)
                                check_text(fields[i], bytes, size);
                }
        }
        return 0;
}
