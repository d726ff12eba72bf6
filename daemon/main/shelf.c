/* SPDX-License-Identifier: MIT */
/* Owns the names under which files are put away. A problem's text is synced before its file moves;
 * the folders are the caller's to sync. Fails with -errno, never logs. */

#include "main/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "sys/file.h"

#define TRIES_MAX 1000
#define UTF8_MAX 4 /* bytes of a character */

typedef struct ShelfName {
        char name[NAME_MAX + 1];
        char problems[NAME_MAX + 1];
} ShelfName;

/* As much of a name as leaves room, without half a character. Bytes that are none are cut as they
 * come: a name is never without any. */
static int cut(const char *text, int length, size_t room)
{
        int start = (int)room;

        if ((size_t)length <= room)
                return length;
        while (start > 0 && (int)room - start < UTF8_MAX - 1 &&
                ((unsigned char)text[start] & 0xC0) == 0x80)
                start--;
        return ((unsigned char)text[start] & 0xC0) == 0x80 ? (int)room : start;
}

/* The n-th name to try: as it is, with the time, with time and number. */
static void make_name(const Shelving *shelving, unsigned n, ShelfName *ret_name)
{
        char more[48] = "";
        const char *name = shelving->name, *dot = strrchr(name, '.');

        if (n == 1)
                (void)snprintf(more, sizeof(more), ".%s", shelving->time);
        else if (n > 1)
                (void)snprintf(more, sizeof(more), ".%s-%u", shelving->time, n);
        if (!dot || dot == name || strlen(dot) > NAME_MAX / 2)
                dot = name + strlen(name);
        size_t taken = strlen(dot) + strlen(more) + strlen(SHELF_PROBLEMS);
        int stem = cut(name, (int)(dot - name), NAME_MAX - taken);
        (void)snprintf(ret_name->name, sizeof(ret_name->name), "%.*s%s%s", stem, name, more, dot);
        (void)snprintf(ret_name->problems, sizeof(ret_name->problems), "%.*s%s%s%s", stem, name,
                more, dot, SHELF_PROBLEMS);
}

static int write_problems(int folder_fd, const char *name, const char *text)
{
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

        _cleanup_(closep) int fd = openat(folder_fd, name, flags, 0640);
        if (fd < 0)
                return -errno;
        int r = fd_write_all(fd, text, strlen(text));
        if (r == 0 && fsync(fd) < 0)
                r = -errno;
        if (r < 0)
                (void)unlinkat(folder_fd, name, 0);
        return r;
}

static int put_as(const Shelving *shelving, const ShelfName *name)
{
        int r = 0;

        /* A name whose problems are told already is taken, even if there are none now. */
        if (faccessat(shelving->to_fd, name->problems, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return -EEXIST;
        if (shelving->problems)
                r = write_problems(shelving->to_fd, name->problems, shelving->problems);
        if (r < 0)
                return r;
        if (renameat2(shelving->from_fd, shelving->name, shelving->to_fd, name->name,
                    RENAME_NOREPLACE) == 0)
                return 0;
        r = -errno;
        if (shelving->problems)
                (void)unlinkat(shelving->to_fd, name->problems, 0);
        return r;
}

int shelf_put(const Shelving *shelving)
{
        ShelfName name;
        int r = -EEXIST;

        for (unsigned n = 0; n < TRIES_MAX && r == -EEXIST; n++) {
                make_name(shelving, n, &name);
                r = put_as(shelving, &name);
        }
        return r;
}
