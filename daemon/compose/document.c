/* SPDX-License-Identifier: MIT */
/* Owns which file may be attached to a notice. Never reads its meaning. Fails with a sentence for
 * the task that a person gets. */

#include <errno.h>
#include <sys/stat.h>

#include "compose/compose.h"

#define DOCUMENT_SIZE_MAX ((size_t)10 * 1024 * 1024)

/* Relative, and no component that walks up. */
static bool stays_beneath(const char *name)
{
        if (*name == '/')
                return false;
        for (const char *p = name; p; p = strchr(p, '/')) {
                p += *p == '/';
                if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
                        return false;
        }
        return true;
}

static const char *open_problem(int error)
{
        switch (-error) {
        case ENOENT:
        case ENOTDIR: return "is missing";
        case ELOOP: return "is a symbolic link";
        case EFBIG: return "is larger than 10 MiB";
        case EINVAL: return "is not a regular file";
        case EACCES:
        case EPERM: return "may not be read";
        }
        return "cannot be read";
}

int document_open(const char *folder, const char *name, int *ret_fd, int64_t *ret_size,
        char sha256[static SHA256_TEXT_SIZE], const char **ret_problem)
{
        _cleanup_(closep) int fd = -1;
        struct stat info;

        if (is_empty(name)) {
                *ret_problem = "has no name";
                return -EINVAL;
        }
        if (!stays_beneath(name)) {
                *ret_problem = "leaves the documents folder";
                return -EINVAL;
        }
        int r = file_open_beneath(folder, name, DOCUMENT_SIZE_MAX, &fd);
        if (r >= 0)
                r = fstat(fd, &info) < 0 ? -errno : file_sha256(fd, sha256);
        if (r < 0) {
                *ret_problem = open_problem(r);
                return r;
        }
        *ret_size = info.st_size;
        *ret_fd = TAKE_FD(fd);
        return 0;
}
