/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of secrets, and the refusal of those that others could read or write. Says of a
 * file where it is, whose it is and how it is closed; of its content it says nothing, nor does it
 * leave a copy behind but the one it gives.
 */

#include "engine/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>

#include "sys/file.h"

#define SECRET_SIZE_MAX 16384

static void add_user(StrBuf *text, uid_t uid)
{
        char buffer[4096];
        struct passwd entry, *found = NULL;

        if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) == 0 && found)
                strbuf_add(text, found->pw_name);
        else
                strbuf_addf(text, "uid %u", (unsigned)uid);
}

static const char *type_fault(mode_t mode)
{
        static const struct {
                mode_t type;
                const char *fault;
        } faults[] = {
                { S_IFREG, NULL },
                { S_IFLNK, "is a symbolic link: name the file that it leads to" },
                { S_IFDIR, "is a folder, not a file" },
                { S_IFIFO, "is a pipe, not a file" },
        };

        for (size_t i = 0; i < ELEMENTSOF(faults); i++)
                if ((mode & S_IFMT) == faults[i].type)
                        return faults[i].fault;
        return "is not a regular file";
}

/* Why a file is not to be read, or NULL. */
static const char *file_fault(const struct stat *status, bool is_credential)
{
        const char *fault = type_fault(status->st_mode);

        if (fault)
                return fault;
        if (!is_credential && status->st_uid != 0 && status->st_uid != geteuid())
                return "must be owned by root or by the user that relanced runs as: chown";
        if (!is_credential && status->st_mode & 077)
                return "must be closed to group and others: chmod 600";
        return status->st_size > SECRET_SIZE_MAX ? "is too large for a secret" : NULL;
}

/* Cuts the end of the line off. Why the rest is no secret, or NULL. */
static const char *text_fault(const char *text, size_t *length)
{
        if (*length > SECRET_SIZE_MAX)
                return "is too large for a secret";
        if (*length > 0 && text[*length - 1] == '\n')
                --*length;
        if (*length > 0 && text[*length - 1] == '\r')
                --*length;
        if (*length == 0)
                return "is empty";
        for (size_t i = 0; i < *length; i++) {
                if (text[i] == '\0')
                        return "holds a NUL byte";
                if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
                        return "holds more than one line, or a control character";
        }
        return NULL;
}

static int refuse(StrBuf *problem, const char *path, const struct stat *status, const char *fault)
{
        strbuf_addf(problem, "%s: ", path);
        if (status) {
                strbuf_addf(problem, "mode %04o, owner ", (unsigned)status->st_mode & 07777);
                add_user(problem, status->st_uid);
                strbuf_add(problem, ": ");
        }
        strbuf_add(problem, fault);
        return strbuf_error(problem) < 0 ? -ENOMEM : -EINVAL;
}

/* What cannot be opened may still be looked at. */
static int refuse_unopened(StrBuf *problem, const char *path, int error)
{
        struct stat status;

        if (lstat(path, &status) < 0)
                return refuse(problem, path, NULL, strerror(error));
        const char *fault = type_fault(status.st_mode);
        return refuse(problem, path, &status, fault ? fault : strerror(error));
}

int secret_read(const char *path, bool is_credential, char **ret_text, StrBuf *problem)
{
        char text[SECRET_SIZE_MAX + 3]; /* the end of the line, and a byte too many */
        struct stat status;
        size_t length = 0;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

        if (fd < 0 || fstat(fd, &status) < 0)
                return refuse_unopened(problem, path, errno);
        const char *fault = file_fault(&status, is_credential);
        if (fault)
                return refuse(problem, path, &status, fault);
        int r = fd_read_begin(fd, text, sizeof(text), &length);
        fault = r < 0 ? strerror(-r) : text_fault(text, &length);
        char *copy = fault ? NULL : strndup(text, length);
        explicit_bzero(text, sizeof(text));
        if (fault)
                return refuse(problem, path, &status, fault);
        if (!copy)
                return -ENOMEM;
        *ret_text = copy;
        return 0;
}
