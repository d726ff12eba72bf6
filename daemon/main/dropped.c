/* SPDX-License-Identifier: MIT */
/* Owns the list of what was dropped. Opens files only to ask whether somebody is writing to them,
 * and only regular ones: opening anything else can have effects. Fails with -errno, never logs. */

#include "main/dropped.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

/* More are looked at when these are gone. Each look is one turn of the loop. */
#define DROPPED_MAX 2500

static void dropped_free(Dropped *dropped, size_t n)
{
        for (size_t i = 0; i < n; i++)
                free(dropped[i].name);
        free(dropped);
}

void dropped_release(DroppedList *list)
{
        dropped_free(list->list, list->n);
        *list = (DroppedList){ 0 };
}

static bool is_passed_over(const char *name, const char *const except[])
{
        static const char *const endings[] = { ".part", ".tmp", ".crdownload", "~" };
        size_t length = strlen(name);

        if (*name == '.')
                return true;
        for (size_t i = 0; i < ELEMENTSOF(endings); i++) {
                size_t n = strlen(endings[i]);
                if (length >= n && streq(name + length - n, endings[i]))
                        return true;
        }
        for (; *except; except++)
                if (streq(name, *except))
                        return true;
        return false;
}

int dropped_stamp(int folder_fd, const char *name, DroppedStamp *ret_stamp)
{
        struct stat status;

        if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
                return -errno;
        *ret_stamp = (DroppedStamp){
                .device = status.st_dev,
                .inode = status.st_ino,
                .mode = status.st_mode,
                .size = status.st_size,
                .modified = status.st_mtim,
                .changed = status.st_ctim,
        };
        return 0;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
        return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool dropped_is_same(const DroppedStamp *a, const DroppedStamp *b)
{
        return a->device == b->device && a->inode == b->inode && a->mode == b->mode &&
               a->size == b->size && is_same_time(&a->modified, &b->modified) &&
               is_same_time(&a->changed, &b->changed);
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(((const Dropped *)a)->name, ((const Dropped *)b)->name);
}

static Dropped *find(const DroppedList *list, const char *name)
{
        const Dropped key = { .name = (char *)name };

        if (list->n == 0)
                return NULL;
        return bsearch(&key, list->list, list->n, sizeof(key), compare_names);
}

/* A lease for reading is only given while nobody has the file open for writing. Who opens it just
 * then makes the kernel send a signal: one that does nothing. Where there are no leases for us, the
 * quiet has to do. */
static bool is_being_written(int folder_fd, const Dropped *dropped)
{
        int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        bool is_written = false;

        if (!S_ISREG(dropped->stamp.mode))
                return false;
        int fd = openat(folder_fd, dropped->name, flags);
        if (fd < 0)
                return false;
        if (fcntl(fd, F_SETSIG, SIGURG) == 0) {
                is_written = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;
                (void)fcntl(fd, F_SETLEASE, F_UNLCK);
        }
        (void)close(fd);
        return is_written;
}

/* One more of the folder, with what was known of it. 0; 1: it is gone already. */
static int add(DroppedList *list, const DroppedList *before, int folder_fd, const char *name,
        int64_t now_usec)
{
        Dropped *grown = reallocarray(list->list, list->n + 1, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        list->list = grown;
        Dropped *added = &grown[list->n];
        *added = (Dropped){ .since_usec = now_usec };
        if (dropped_stamp(folder_fd, name, &added->stamp) < 0)
                return 1;
        added->name = strdup(name);
        if (!added->name)
                return -ENOMEM;
        list->n++;
        const Dropped *known = find(before, name);
        if (known && dropped_is_same(&known->stamp, &added->stamp)) {
                added->since_usec = known->since_usec;
                added->is_left = known->is_left;
        }
        bool is_quiet = now_usec - added->since_usec >= DROPPED_QUIET_USEC;
        added->is_ready = !added->is_left && is_quiet && !is_being_written(folder_fd, added);
        list->n_ready += added->is_ready;
        list->n_left += added->is_left;
        return 0;
}

int dropped_look(DroppedList *list, int folder_fd, const char *const except[], int64_t now_usec)
{
        DroppedList now = { 0 };
        struct dirent *entry;
        int r = 0;

        int own_fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (own_fd < 0)
                return -errno;
        DIR *dir = fdopendir(own_fd);
        if (!dir) {
                r = -errno;
                (void)close(own_fd);
                return r;
        }
        while (r >= 0 && now.n < DROPPED_MAX && (entry = readdir(dir)))
                if (!is_passed_over(entry->d_name, except))
                        r = add(&now, list, folder_fd, entry->d_name, now_usec);
        (void)closedir(dir);
        if (r < 0) {
                dropped_release(&now);
                return r;
        }
        if (now.n > 0)
                qsort(now.list, now.n, sizeof(*now.list), compare_names);
        dropped_release(list);
        *list = now;
        return 0;
}

void dropped_leave(DroppedList *list, const char *name)
{
        Dropped *dropped = find(list, name);

        if (!dropped || dropped->is_left)
                return;
        list->n_ready -= dropped->is_ready;
        list->n_left++;
        dropped->is_ready = false;
        dropped->is_left = true;
}
