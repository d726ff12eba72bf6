/* SPDX-License-Identifier: MIT */
/* Owns the fence's file and format: "uuid generation\n" at a fixed length, so that one small write
 * replaces the whole. Never logs; fails with -errno. */

#include "store/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "sys/file.h"

#define UUID_LENGTH 32
#define GENERATION_LENGTH 20
#define FENCE_LENGTH (UUID_LENGTH + 1 + GENERATION_LENGTH + 1)

int fence_open(const char *cache_folder, int *ret_fd)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;
        int r = folder_make(cache_folder, 0700);

        if (r < 0)
                return r;
        strbuf_addf(&path, "%s/fence", cache_folder);
        if (strbuf_error(&path) < 0)
                return strbuf_error(&path);
        int fd = open(strbuf_text(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

int64_t fence_read(int fd, const char *uuid)
{
        char text[FENCE_LENGTH + 1] = "";
        int64_t fenced;

        if (pread(fd, text, FENCE_LENGTH, 0) != FENCE_LENGTH || text[FENCE_LENGTH - 1] != '\n' ||
                memcmp(text, uuid, UUID_LENGTH) != 0)
                return -1;
        text[FENCE_LENGTH - 1] = '\0';
        return parse_int64(text + UUID_LENGTH + 1, 0, INT64_MAX, &fenced) == 0 ? fenced : -1;
}

int fence_write(int fd, const char *uuid, int64_t generation)
{
        char text[FENCE_LENGTH + 1];

        snprintf(text, sizeof(text), "%.32s %020" PRId64 "\n", uuid, generation);
        ssize_t n = pwrite(fd, text, FENCE_LENGTH, 0);
        if (n < 0)
                return -errno;
        return n == FENCE_LENGTH ? 0 : -EIO;
}
