/* SPDX-License-Identifier: MIT */
/*
 * Owns the backup: a consistent copy of the store, made in the cache folder and gone from there
 * before it is sent. Never opens the store's own files.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "api/routes.h"
#include "sys/file.h"

static int copy_store(Exchange *exchange, const char *path, int *ret_fd, int64_t *ret_size)
{
        _cleanup_(closep) int fd = -1;
        struct stat status;
        int r;

        (void)unlink(path); /* left by a process that died meanwhile */
        r = store_backup(exchange->engine->store, path);
        if (r == 0)
                fd = open(path, O_RDONLY | O_CLOEXEC);
        if (r == 0 && (fd < 0 || fstat(fd, &status) < 0))
                r = -errno;
        (void)unlink(path);
        if (r < 0)
                return r;
        *ret_fd = TAKE_FD(fd);
        *ret_size = status.st_size;
        return 0;
}

int handle_backup(Exchange *exchange)
{
        const char *folder = exchange->engine->config->cache;
        _cleanup_(freep) char *path = NULL;
        int64_t size;
        int fd, r;

        r = folder_make(folder, 0700);
        if (r < 0)
                return reply_fail(&exchange->reply, r, "the cache folder cannot be made");
        if (asprintf(&path, "%s/backup-%ld.tmp", folder, (long)getpid()) < 0)
                return -ENOMEM;
        r = copy_store(exchange, path, &fd, &size);
        if (r < 0)
                return reply_fail(&exchange->reply, r, "the store could not be copied");
        reply_set_file(&exchange->reply, "application/vnd.sqlite3", fd, size);
        return 0;
}
