/* SPDX-License-Identifier: MIT */
/*
 * Owns the backup: a consistent copy of the store, made in the cache folder a few megabytes at a
 * time while others work, and gone from there before it is sent. Never opens the store's own files.
 * Only so many are on the disk at once: who may only read must not be able to fill it.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "api/routes.h"
#include "sys/file.h"

#define NAME_PREFIX "backup-"
#define BACKUPS_MAX 2

typedef struct Backup {
        Engine *engine;
        char *path;
        StoreCopy *copy;
} Backup;

static void backup_free(void *owner)
{
        Backup *backup = owner;

        store_copy_free(backup->copy);
        if (backup->path)
                (void)unlink(backup->path);
        backup->engine->n_backups--;
        free(backup->path);
        free(backup);
}

/* What a process before this one left when it was killed: nobody else makes copies here. */
static void remove_left(const char *folder)
{
        char own[64];
        DIR *dir = opendir(folder);

        if (!dir)
                return;
        int length = snprintf(own, sizeof(own), NAME_PREFIX "%d-", (int)getpid());
        for (struct dirent *entry; (entry = readdir(dir));)
                if (strncmp(entry->d_name, NAME_PREFIX, strlen(NAME_PREFIX)) == 0 &&
                        strncmp(entry->d_name, own, (size_t)length) != 0)
                        (void)unlinkat(dirfd(dir), entry->d_name, 0);
        (void)closedir(dir);
}

static int reply_copy(Exchange *exchange, const char *path)
{
        struct stat status;

        _cleanup_(closep) int fd =
                open(path, O_RDWR | O_CLOEXEC); /* it is cut to pieces once it was read */
        if (fd < 0 || fstat(fd, &status) < 0)
                return -errno;
        reply_set_file(&exchange->reply, "application/vnd.sqlite3", TAKE_FD(fd), status.st_size);
        return 0;
}

static int resume_backup(Exchange *exchange)
{
        const Backup *backup = exchange->work;

        int r = store_copy_step(backup->copy);
        if (r > 0)
                return 0;
        exchange->is_busy = false;
        exchange->resume = NULL;
        if (r == 0)
                r = reply_copy(exchange, backup->path);
        (void)unlink(backup->path);
        if (r < 0)
                return reply_fail(&exchange->reply, r, "the store could not be copied");
        return 0;
}

int handle_backup(Exchange *exchange)
{
        const char *folder = exchange->engine->config->cache;
        Backup *backup;
        int r;

        if (exchange->engine->n_backups == BACKUPS_MAX)
                return reply_refuse(&exchange->reply, REPLY_BUSY,
                        "%d backups are being made or fetched already: try later", BACKUPS_MAX);
        r = folder_make(folder, 0700);
        if (r < 0)
                return reply_fail(&exchange->reply, r, "the cache folder cannot be made");
        remove_left(folder);
        backup = calloc(1, sizeof(*backup));
        if (!backup)
                return -ENOMEM;
        backup->engine = exchange->engine;
        backup->engine->n_backups++;
        exchange->work = backup;
        exchange->free_work = backup_free;
        if (asprintf(&backup->path, "%s/" NAME_PREFIX "%d-%p.tmp", folder, (int)getpid(),
                    (void *)exchange) < 0) {
                backup->path = NULL;
                return -ENOMEM;
        }
        r = store_copy_new(exchange->engine->store, backup->path, &backup->copy);
        if (r < 0)
                return reply_fail(&exchange->reply, r, "the store could not be copied");
        exchange->is_busy = true;
        exchange->resume = resume_backup;
        return 0;
}
