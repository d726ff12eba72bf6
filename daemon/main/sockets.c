/* SPDX-License-Identifier: MIT */
/*
 * Owns the listening sockets until they are served: takes over what systemd passes, or makes its
 * own. Never accepts, but to say why nobody will. A descriptor that is not what its name says, or a
 * folder that others could put their own sockets into, is refused in a sentence.
 */

#include "main/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "base/strbuf.h"
#include "main/arguments.h"

#define SOCKET_MODE 0660 /* whoever may enter the folder and is of its group */

static const char *const file_names[RIGHTS] = { "read.sock", "operate.sock", "report.sock" };

/* Of what can be asked anything first. */
static const Right by_use[] = { RIGHT_OPERATE, RIGHT_READ };

static int find_right(const char *name)
{
        for (int right = 0; right < RIGHTS; right++)
                if (streq(right_names[right], name))
                        return right;
        return -1;
}

/* The path a socket is bound to; NULL: none, or one that is of no use to others. */
static char *bound_path(int fd)
{
        struct sockaddr_un address = { 0 };
        socklen_t length = sizeof(address);

        if (getsockname(fd, (struct sockaddr *)&address, &length) < 0 ||
                length <= offsetof(struct sockaddr_un, sun_path) || address.sun_path[0] != '/')
                return NULL;
        return strndup(address.sun_path, sizeof(address.sun_path));
}

static int take_passed(int fd, const char *name, Sockets *sockets)
{
        int right = find_right(name);
        int flags = fcntl(fd, F_GETFL);

        if (right < 0) {
                complain(NULL,
                        "systemd has passed a socket named '%s': its unit needs "
                        "FileDescriptorName=read, operate or report",
                        name);
                return EXIT_REFUSED;
        }
        if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0 || flags < 0 ||
                fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
                complain(NULL,
                        "the socket '%s' that systemd has passed is no listening Unix stream "
                        "socket: its unit needs ListenStream= with a path, and Accept=no",
                        name);
                return EXIT_REFUSED;
        }
        sockets->list[sockets->n++] = (Socket){ fd, (Right)right };
        return EXIT_DONE;
}

static int take_all_passed(size_t n, char *const names[], Sockets *sockets)
{
        if (n > SOCKETS_MAX) {
                complain(NULL, "systemd has passed %zu sockets: at most %d", n, SOCKETS_MAX);
                return EXIT_REFUSED;
        }
        for (size_t i = 0; i < n; i++) {
                int status = take_passed(SD_LISTEN_FDS_START + (int)i, names[i], sockets);
                if (status != EXIT_DONE)
                        return status;
        }
        for (size_t i = 0; i < ELEMENTSOF(by_use) && !sockets->announced; i++)
                for (size_t j = 0; j < sockets->n && !sockets->announced; j++)
                        if (sockets->list[j].right == by_use[i])
                                sockets->announced = bound_path(sockets->list[j].fd);
        return EXIT_DONE;
}

/* Ours, and closed to what others would put into it: the right is who can reach a socket. */
static int open_folder(const char *path, int *ret_fd)
{
        struct stat status;

        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return -errno;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) < 0)
                return -errno;
        if (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
                return -EPERM;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* An address has room for 107 bytes: a longer path is bound by way of its folder's descriptor. */
static int set_address(
        struct sockaddr_un *address, const char *folder_path, int folder, const char *name)
{
        size_t size = sizeof(address->sun_path);

        *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
        int n = snprintf(address->sun_path, size, "%s/%s", folder_path, name);
        if (n >= (int)size)
                n = snprintf(address->sun_path, size, "/proc/self/fd/%d/%s", folder, name);
        return n < 0 || n >= (int)size ? -ENAMETOOLONG : 0;
}

static int listen_in(const char *folder_path, int folder, const char *name, int *ret_fd)
{
        struct sockaddr_un address;

        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || (unlinkat(folder, name, 0) < 0 && errno != ENOENT))
                return -errno;
        int r = set_address(&address, folder_path, folder, name);
        if (r < 0)
                return r;
        if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
                fchmodat(folder, name, SOCKET_MODE, 0) < 0 || listen(fd, SOMAXCONN) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int make_own(const char *path, Sockets *sockets)
{
        int r = open_folder(path, &sockets->folder);
        if (r == -EPERM) {
                complain(NULL,
                        "%s must belong to the user that relanced runs as, and nobody else may "
                        "write to it",
                        path);
                return EXIT_REFUSED;
        }
        for (int right = 0; r == 0 && right < RIGHTS; right++) {
                Socket *own = &sockets->list[sockets->n];
                r = listen_in(path, sockets->folder, file_names[right], &own->fd);
                if (r < 0)
                        break;
                own->right = (Right)right;
                sockets->n++;
        }
        if (r == 0)
                return EXIT_DONE;
        complain(NULL, "no sockets can be made in %s: %s", path, strerror(-r));
        return EXIT_REFUSED;
}

/* The state folder may be named relative to where we stand; who asks stands elsewhere. */
static int make_all_own(const char *state, Sockets *sockets)
{
        _cleanup_(strbuf_release) StrBuf folder = STRBUF_INIT;
        _cleanup_(freep) char *real = realpath(state, NULL);

        strbuf_addf(&folder, "%s/sockets", real ? real : state);
        int status = make_own(strbuf_text(&folder), sockets);
        if (status != EXIT_DONE)
                return status;
        if (asprintf(&sockets->announced, "%s/%s", strbuf_text(&folder),
                    file_names[RIGHT_OPERATE]) < 0)
                sockets->announced = NULL;
        return EXIT_DONE;
}

static void free_names(char **names)
{
        for (size_t i = 0; names && names[i]; i++)
                free(names[i]);
        free(names);
}

int sockets_open(const Config *config, Sockets *ret_sockets)
{
        Sockets sockets = SOCKETS_NONE;
        char **names = NULL;

        int n = sd_listen_fds_with_names(1, &names);
        int status = n > 0 ? take_all_passed((size_t)n, names, &sockets)
                           : make_all_own(config->state, &sockets);
        free_names(names);
        if (status == EXIT_DONE)
                *ret_sockets = sockets;
        else
                sockets_release(&sockets);
        return status;
}

void sockets_refuse(const char *sentence)
{
        int n = sd_listen_fds(1); /* none once they were opened */

        for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + n; fd++) {
                int flags = fcntl(fd, F_GETFL);
                if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0)
                        api_refuse(fd, sentence);
        }
}

void sockets_release(Sockets *sockets)
{
        for (size_t i = 0; i < sockets->n; i++) {
                closep(&sockets->list[i].fd);
                if (sockets->folder >= 0)
                        (void)unlinkat(sockets->folder, file_names[sockets->list[i].right], 0);
        }
        closep(&sockets->folder);
        free(sockets->announced);
        *sockets = SOCKETS_NONE;
}
