/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_PUT_FILE_H
#define RELANCED_TESTS_PUT_FILE_H

/* Files that tests make. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "sys/file.h"

/* A new file of that name, whole as soon as it is there; one that was there is another file. */
static inline int put_file(const char *path, const char *bytes, size_t length)
{
        char beside[512];

        (void)snprintf(beside, sizeof(beside), "%s.new", path);
        _cleanup_(closep) int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        int r = fd < 0 ? -errno : fd_write_all(fd, bytes, length);
        return r == 0 && rename(beside, path) < 0 ? -errno : r;
}

#endif
