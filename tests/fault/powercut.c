/* SPDX-License-Identifier: MIT */
/*
 * A disk whose power can be cut, for the kill test: preloaded into relanced and its workers.
 *
 * It owns a shadow of the state folder ($FAULT_SHADOW beside $FAULT_STATE) that holds what a disk
 * would hold after a power cut: a file is copied there, whole, each time it is synced, and what was
 * written since is not in it. Files that are only added to (the flight files) are also copied after
 * one write in eight, as a kernel writes back what it likes: so they are there and lack their end.
 * Unlinks and renames are taken over at once, as a journaling file system orders them. The test
 * kills everything and goes on from the shadow, with another boot id ($FAULT_BOOT).
 *
 *   $FAULT_DROP     syncs count for nothing: a disk that lies, so that the test can be seen to fail
 *   $FAULT_ORPHANS  workers are not killed with their parent
 *
 * Workers get a clean environment, so the variables are handed on at exec. It never tells the
 * program of an error of its own: it ends the process, loudly.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define REAL(name) ((typeof(&name))real_symbol(#name))

static void *real_symbol(const char *name)
{
        void *symbol = dlsym(RTLD_NEXT, name);
        if (!symbol)
                abort();
        return symbol;
}

EXPORT int sd_id128_get_boot(sd_id128_t *ret)
{
        const char *boot = getenv("FAULT_BOOT");
        return boot ? sd_id128_from_string(boot, ret) : REAL(sd_id128_get_boot)(ret);
}

static void die(const char *what, const char *path)
{
        (void)fprintf(stderr, "powercut: %s %s: %s\n", what, path, strerror(errno));
        _exit(99);
}

/* Where path lives in the shadow; false: it is not beneath the state folder. */
static int shadow_path(const char *path, char shadow[static PATH_MAX])
{
        const char *state = getenv("FAULT_STATE"), *root = getenv("FAULT_SHADOW");
        size_t length = state ? strlen(state) : 0;
        if (!root || strncmp(path, state, length) != 0 || path[length] != '/')
                return 0;
        return snprintf(shadow, PATH_MAX, "%s%s", root, path + length) < PATH_MAX;
}

static void make_folders(char *path)
{
        for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                if (mkdir(path, 0700) < 0 && errno != EEXIST)
                        die("mkdir", path);
                *slash = '/';
        }
}

static void copy_content(const char *from_path, const char *to_path)
{
        char buffer[1 << 16];
        int from = open(from_path, O_RDONLY | O_CLOEXEC);
        int to = open(to_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (from < 0 || to < 0)
                die("open", to_path);
        ssize_t n;
        while ((n = read(from, buffer, sizeof(buffer))) > 0)
                if (REAL(write)(to, buffer, (size_t)n) != n)
                        die("write", to_path);
        if (n < 0)
                die("read", from_path);
        (void)close(from);
        (void)close(to);
}

/* The file behind fd is on the disk as it is now. A kill in the middle leaves the old copy. */
static void take_over(int fd)
{
        char link[64], path[PATH_MAX], shadow[PATH_MAX], fresh[PATH_MAX + 32];
        struct stat status;
        if (getenv("FAULT_DROP") || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
                return;
        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof(path) - 1);
        if (length < 0)
                die("readlink", link);
        path[length] = '\0';
        if (status.st_nlink == 0 || !shadow_path(path, shadow))
                return;
        make_folders(shadow);
        (void)snprintf(fresh, sizeof(fresh), "%s.%d.fresh", shadow, (int)getpid());
        copy_content(link, fresh);
        if (REAL(rename)(fresh, shadow) < 0)
                die("rename", shadow);
}

EXPORT int fsync(int fd)
{
        take_over(fd);
        return 0;
}

EXPORT int fdatasync(int fd)
{
        take_over(fd);
        return 0;
}

/* A file opened with O_DSYNC or O_SYNC is synced by each write; one that is only added to is
 * written back now and then. */
static void take_over_if_written_back(int fd)
{
        static unsigned seed;
        int saved_errno = errno;
        int flags = fcntl(fd, F_GETFL);
        if (seed == 0)
                seed = (unsigned)getpid();
        if (flags >= 0 && ((flags & O_DSYNC) || ((flags & O_APPEND) && rand_r(&seed) % 8 == 0)))
                take_over(fd);
        errno = saved_errno;
}

EXPORT ssize_t write(int fd, const void *bytes, size_t length)
{
        ssize_t n = REAL(write)(fd, bytes, length);
        take_over_if_written_back(fd);
        return n;
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
        ssize_t n = REAL(pwrite)(fd, bytes, length, offset);
        take_over_if_written_back(fd);
        return n;
}

EXPORT int unlink(const char *path)
{
        char shadow[PATH_MAX];
        if (!getenv("FAULT_DROP") && shadow_path(path, shadow))
                (void)REAL(unlink)(shadow);
        return REAL(unlink)(path);
}

EXPORT int rename(const char *from, const char *to)
{
        char shadow_from[PATH_MAX], shadow_to[PATH_MAX];
        if (!getenv("FAULT_DROP") && shadow_path(from, shadow_from) && shadow_path(to, shadow_to))
                (void)REAL(rename)(shadow_from, shadow_to);
        return REAL(rename)(from, to);
}

EXPORT int prctl(int option, ...)
{
        va_list list;
        va_start(list, option);
        unsigned long a = va_arg(list, unsigned long), b = va_arg(list, unsigned long),
                      c = va_arg(list, unsigned long), d = va_arg(list, unsigned long);
        va_end(list);
        if (option == PR_SET_PDEATHSIG && getenv("FAULT_ORPHANS"))
                return 0;
        return REAL(prctl)(option, a, b, c, d);
}

/* The environment with our own variables added; never freed: an exec follows. */
static char **with_our_variables(char *const environment[])
{
        static const char *const names[] = { "LD_PRELOAD", "FAULT_STATE", "FAULT_SHADOW",
                "FAULT_DROP", "FAULT_ORPHANS", "FAULT_BOOT" };
        size_t n = 0;
        while (environment[n])
                n++;
        char **all = calloc(n + sizeof(names) / sizeof(*names) + 1, sizeof(*all));
        if (!all)
                abort();
        memcpy(all, environment, n * sizeof(*all));
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                const char *value = getenv(names[i]);
                if (value && asprintf(&all[n++], "%s=%s", names[i], value) < 0)
                        abort();
        }
        return all;
}

EXPORT int execve(const char *path, char *const arguments[], char *const environment[])
{
        return REAL(execve)(path, arguments, with_our_variables(environment));
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
        const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
        return REAL(posix_spawn)(
                pid, path, actions, attributes, arguments, with_our_variables(environment));
}
