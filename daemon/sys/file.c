/* SPDX-License-Identifier: MIT */
/* Owns whole-file reads and writes, digests, and opening what a stranger named. Never logs, never
 * follows a link beneath a folder; fails with the errno of the call that failed. */

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/strbuf.h"

#define CHUNK_SIZE ((size_t)16 * 1024)

/* The size of a regular file of at most limit bytes. */
static int check_regular(int fd, size_t limit)
{
        struct stat info;

        if (fstat(fd, &info) < 0)
                return -errno;
        if (!S_ISREG(info.st_mode))
                return -EINVAL;
        return (uintmax_t)info.st_size > limit ? -EFBIG : 0;
}

int file_read(const char *path, size_t limit, char **ret_text, size_t *ret_length)
{
        _cleanup_(strbuf_release) StrBuf text = { .limit = SIZE_MAX / 2 };
        char chunk[CHUNK_SIZE];
        ssize_t n;

        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        int r = check_regular(fd, limit);
        if (r < 0)
                return r;
        while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if ((size_t)n > limit - text.length)
                        return -EFBIG; /* it grew */
                strbuf_add_bytes(&text, chunk, (size_t)n);
        }
        size_t length = text.length;
        r = strbuf_take(&text, ret_text);
        if (r < 0)
                return r;
        if (ret_length)
                *ret_length = length;
        return 0;
}

int fd_write_all(int fd, const void *bytes, size_t length)
{
        const char *p = bytes;

        while (length > 0) {
                ssize_t n = write(fd, p, length);
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0) {
                        p += n;
                        length -= (size_t)n;
                }
        }
        return 0;
}

int fd_read_begin(int fd, void *bytes, size_t size, size_t *ret_length)
{
        char *p = bytes;
        size_t length = 0;

        while (length < size) {
                ssize_t n = pread(fd, p + length, size - length, (off_t)length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                length += (size_t)n;
        }
        *ret_length = length;
        return 0;
}

/* The folder part of a path: "a/b" → "a", "b" → ".", "/b" → "/". */
static int path_folder(const char *path, char **ret_folder)
{
        const char *slash = strrchr(path, '/');
        char *folder = !slash          ? strdup(".")
                       : slash == path ? strdup("/")
                                       : strndup(path, (size_t)(slash - path));

        if (!folder)
                return -ENOMEM;
        *ret_folder = folder;
        return 0;
}

/* Moves *folder_fd into its folder of that name, which must not be a link. */
static int enter_folder(int *folder_fd, const char *name)
{
        struct stat info;

        int fd = openat(*folder_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        (void)close(*folder_fd);
        *folder_fd = fd;
        if (fstat(fd, &info) < 0)
                return -errno;
        return S_ISLNK(info.st_mode) ? -ELOOP : S_ISDIR(info.st_mode) ? 0 : -ENOTDIR;
}

/* Takes the next component of a path: "", "." and ".." are none. */
static int next_component(const char **path, char name[static NAME_MAX + 1])
{
        size_t length = strcspn(*path, "/");

        if (length > NAME_MAX)
                return -ENAMETOOLONG;
        memcpy(name, *path, length);
        name[length] = '\0';
        if (!*name || streq(name, ".") || streq(name, ".."))
                return -EINVAL;
        *path += length;
        return 0;
}

int file_open_beneath(const char *folder, const char *name, size_t limit, int *ret_fd)
{
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
        char part[NAME_MAX + 1];

        _cleanup_(closep) int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (at < 0)
                return -errno;
        int r = next_component(&name, part);
        while (r == 0 && *name == '/') {
                r = enter_folder(&at, part);
                name++;
                if (r == 0)
                        r = next_component(&name, part);
        }
        if (r < 0)
                return r;
        _cleanup_(closep) int fd = openat(at, part, flags);
        if (fd < 0)
                return errno == ENXIO ? -EINVAL : -errno; /* a socket */
        r = check_regular(fd, limit);
        if (r < 0)
                return r;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

Digest *digest_new(void)
{
        return (Digest *)g_checksum_new(G_CHECKSUM_SHA256);
}

void digest_add(Digest *digest, const void *bytes, size_t length)
{
        for (const unsigned char *p = bytes; length > 0;) {
                size_t n = MIN(length, CHUNK_SIZE);
                g_checksum_update((GChecksum *)digest, p, (gssize)n);
                p += n;
                length -= n;
        }
}

void digest_end(Digest *digest, char text[static SHA256_TEXT_SIZE])
{
        memcpy(text, g_checksum_get_string((GChecksum *)digest), SHA256_TEXT_SIZE);
        g_checksum_free((GChecksum *)digest);
}

int file_sha256_until(int fd, int64_t length, char text[static SHA256_TEXT_SIZE])
{
        unsigned char chunk[CHUNK_SIZE];
        Digest *digest = digest_new();
        int64_t at = 0;
        ssize_t n = 1;

        while (at < length && n != 0) {
                n = pread(fd, chunk, (size_t)MIN(length - at, (int64_t)sizeof(chunk)), at);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0) {
                        int r = -errno;
                        digest_end(digest, text);
                        return r;
                }
                digest_add(digest, chunk, (size_t)n);
                at += n;
        }
        digest_end(digest, text);
        return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

int file_sha256(int fd, char text[static SHA256_TEXT_SIZE])
{
        return file_sha256_until(fd, INT64_MAX, text);
}

void bytes_sha256(const void *bytes, size_t length, char text[static SHA256_TEXT_SIZE])
{
        Digest *digest = digest_new();

        digest_add(digest, bytes, length);
        digest_end(digest, text);
}

static int make_one_folder(const char *path, mode_t mode)
{
        struct stat info;

        if (mkdir(path, mode) == 0)
                return 0;
        if (errno != EEXIST)
                return -errno;
        if (stat(path, &info) < 0)
                return -errno;
        return S_ISDIR(info.st_mode) ? 0 : -ENOTDIR;
}

int folder_make(const char *path, unsigned mode)
{
        _cleanup_(freep) char *prefix = strdup(path);

        if (!prefix)
                return -ENOMEM;
        for (char *p = prefix; *p; p++) {
                if (p == prefix || *p != '/')
                        continue;
                *p = '\0';
                int r = make_one_folder(prefix, mode);
                *p = '/';
                if (r < 0)
                        return r;
        }
        return make_one_folder(prefix, mode);
}

int path_from_file(const char *base_path, const char *name, char **ret_path)
{
        _cleanup_(freep) char *folder = NULL;
        char *path = NULL;

        if (*name == '/' || !strchr(base_path, '/')) {
                path = strdup(name);
        } else {
                int r = path_folder(base_path, &folder);
                if (r < 0)
                        return r;
                const char *between = folder[strlen(folder) - 1] == '/' ? "" : "/";
                if (asprintf(&path, "%s%s%s", folder, between, name) < 0)
                        path = NULL;
        }
        if (!path)
                return -ENOMEM;
        *ret_path = path;
        return 0;
}
