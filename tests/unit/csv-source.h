/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_CSV_SOURCE_H
#define RELANCED_TESTS_CSV_SOURCE_H

/* A CsvSource over bytes in memory, cut where a test wants it. */

#include <sys/types.h>

#include "base/macros.h"

typedef struct Bytes {
        const char *bytes;
        size_t length, offset;
        size_t cut;  /* no read goes across this offset; 0: none */
        size_t step; /* no read gives more; 0: no bound */
        int error;   /* given instead of the end */
} Bytes;

static inline ssize_t bytes_source(void *owner, void *bytes, size_t size)
{
        Bytes *from = owner;
        size_t n = MIN(size, from->length - from->offset);

        if (from->offset < from->cut)
                n = MIN(n, from->cut - from->offset);
        if (from->step > 0)
                n = MIN(n, from->step);
        if (n == 0)
                return from->error;
        memcpy(bytes, from->bytes + from->offset, n);
        from->offset += n;
        return (ssize_t)n;
}

#endif
