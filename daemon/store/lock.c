/* SPDX-License-Identifier: MIT */
/*
 * Owns relanced.lock: "PID\n", and once its holder can be asked, "PID\nSOCKET\n". The lock on the
 * file is the truth; what is in it is told only of one that is held, by a process that lives, and
 * may be anything: whatever does not read as it should is not known.
 */

#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "store/database.h"

#define LOCK_PATIENCE_MS 1000
#define LOCK_STEP_MS 10
#define PID_TEXT_MAX 16

static int open_lock(const char *folder, int flags, int *ret_fd)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        strbuf_addf(&path, "%s/relanced.lock", folder);
        int r = strbuf_error(&path);
        if (r < 0)
                return r;
        int fd = open(strbuf_text(&path), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

/* Cuts the line at *at off, which must end with a newline; NULL: it does not, or has a NUL. */
static char *take_line(char **at, const char *end)
{
        char *line = *at, *newline = memchr(line, '\n', (size_t)(end - line));

        if (!newline || memchr(line, '\0', (size_t)(newline - line)))
                return NULL;
        *newline = '\0';
        *at = newline + 1;
        return line;
}

static void read_holder(int fd, StoreHolder *ret_holder)
{
        char text[PID_TEXT_MAX + sizeof(ret_holder->socket)], *at = text;

        *ret_holder = (StoreHolder){ 0 };
        ssize_t n = pread(fd, text, sizeof(text), 0);
        const char *end = text + MAX(n, 0);
        const char *pid = take_line(&at, end);
        if (!pid || parse_int(pid, 1, INT32_MAX, &ret_holder->pid) < 0)
                return;
        const char *socket = take_line(&at, end);
        if (socket && *socket == '/' && strlen(socket) < sizeof(ret_holder->socket))
                memcpy(ret_holder->socket, socket, strlen(socket) + 1);
}

static bool is_dead(const StoreHolder *holder)
{
        return holder->pid > 0 && kill(holder->pid, 0) < 0 && errno == ESRCH;
}

/* A daemon that was killed while it started a worker leaves the lock to it for the moment that it
 * takes to notice; who looks whether it is locked has it for a moment, too: that is waited for. */
static int lock_try(int fd, int *ret_pid)
{
        StoreHolder holder;

        for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited_ms += LOCK_STEP_MS) {
                if (errno != EWOULDBLOCK)
                        return -errno;
                read_holder(fd, &holder);
                *ret_pid = holder.pid;
                bool is_brief = holder.pid == 0 || is_dead(&holder);
                if (!is_brief || waited_ms >= LOCK_PATIENCE_MS)
                        return STORE_LOCKED;
                (void)poll(NULL, 0, LOCK_STEP_MS);
        }
        return 0;
}

int lock_take(const char *state_folder, int *ret_fd, int *ret_pid)
{
        _cleanup_(closep) int fd = -1;
        char text[PID_TEXT_MAX];

        int r = open_lock(state_folder, O_RDWR | O_CREAT, &fd);
        if (r == 0)
                r = lock_try(fd, ret_pid);
        if (r != 0)
                return r;
        int length = snprintf(text, sizeof(text), "%d\n", getpid());
        ssize_t n = ftruncate(fd, 0) < 0 ? -1 : pwrite(fd, text, (size_t)length, 0);
        if (n != length)
                return n < 0 ? -errno : -ENOSPC;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

void lock_release(int *fd)
{
        if (*fd >= 0)
                (void)!ftruncate(*fd, 0); /* the next one writes its own pid anyway */
        closep(fd);
}

void store_holder(const char *state_folder, StoreHolder *ret_holder)
{
        _cleanup_(closep) int fd = -1;

        *ret_holder = (StoreHolder){ 0 };
        if (open_lock(state_folder, O_RDONLY, &fd) < 0)
                return;
        if (flock(fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
                return; /* nobody has it: what it says is of a process that was killed */
        read_holder(fd, ret_holder);
        if (is_dead(ret_holder))
                *ret_holder = (StoreHolder){ 0 };
}

int store_announce(Store *store, const char *socket_path)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        if (*socket_path != '/' || strchr(socket_path, '\n'))
                return -EINVAL;
        if (strlen(socket_path) >= sizeof((StoreHolder){ 0 }.socket))
                return -ENAMETOOLONG;
        strbuf_addf(&text, "%d\n%s\n", getpid(), socket_path);
        int r = strbuf_error(&text);
        if (r < 0)
                return r;
        ssize_t n = pwrite(store->lock_fd, text.text, text.length, 0);
        if (n < 0)
                return -errno;
        if ((size_t)n != text.length)
                return -ENOSPC;
        return ftruncate(store->lock_fd, n) < 0 ? -errno : 0;
}
