/* SPDX-License-Identifier: MIT */
/* Owns the start of workers and the packets between them and the daemon. Never waits for a worker
 * and never ends one: who started it does. A worker that cannot be executed exits with 127. */

#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/macros.h"
#include "sys/file.h"

/* TZ=…; the longest zone name is far below this. */
#define TZ_TEXT_SIZE 256

/* Asks for SIGKILL at the parent's death; false if it has died before that could be asked. */
static bool die_with_parent(pid_t parent)
{
        return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

bool child_begin(pid_t parent)
{
        return die_with_parent(parent) && setsid() >= 0;
}

void child_reset_signals(void)
{
        sigset_t none;

        for (int number = 1; number < NSIG; number++)
                (void)signal(number, SIG_DFL); /* refused for a few, which cannot be changed */
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The socket becomes descriptor 3, stdin reads nothing, stdout goes where stderr goes (what the
 * daemon prints on stdout is not to be mixed with a module's), all others are closed. The socket
 * moves first: it may itself stand at 0–2. */
static bool arrange_descriptors(int socket_fd)
{
        if (socket_fd == WORKER_FD) {
                if (fcntl(socket_fd, F_SETFD, 0) < 0)
                        return false;
        } else if (dup2(socket_fd, WORKER_FD) < 0) {
                return false;
        }
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0)
                return false;
        if ((fcntl(STDERR_FILENO, F_GETFD) < 0 || socket_fd == STDERR_FILENO) &&
                dup2(null, STDERR_FILENO) < 0)
                return false;
        return dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && close_range(WORKER_FD + 1, ~0U, 0) == 0;
}

/* In the child, between fork and exec. */
static void __attribute__((noreturn))
run_worker(pid_t parent, int socket_fd, char *const arguments[], char *const environment[])
{
        if (child_begin(parent) && arrange_descriptors(socket_fd)) {
                child_reset_signals();
                (void)execve("/proc/self/exe", arguments, environment);
        }
        _exit(EXIT_NOT_STARTED);
}

int process_start_worker(const char *kind, pid_t *ret_pid, int *ret_fd)
{
        char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        char language[] = "LANG=C.UTF-8", name[] = "relanced", option[] = "--worker";
        char zone_text[TZ_TEXT_SIZE];
        const char *zone = getenv("TZ");
        bool has_zone = zone && strlen(zone) < sizeof(zone_text) - sizeof("TZ=");
        char *environment[] = { path, language, has_zone ? zone_text : NULL, NULL };
        _cleanup_(freep) char *kind_copy = strdup(kind);
        char *arguments[] = { name, option, kind_copy, NULL };
        pid_t parent = getpid();
        int pair[2];

        if (!kind_copy)
                return -ENOMEM;
        if (has_zone)
                (void)snprintf(zone_text, sizeof(zone_text), "TZ=%s", zone);
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        pid_t pid = fork();
        if (pid == 0) {
                (void)close(pair[0]); /* or it could stay open as one of 0–2 */
                run_worker(parent, pair[1], arguments, environment);
        }
        int r = pid < 0 ? -errno : 0;
        (void)close(pair[1]);
        if (r < 0) {
                (void)close(pair[0]);
                return r;
        }
        *ret_pid = pid;
        *ret_fd = pair[0];
        return 0;
}

int process_become_worker(void)
{
        struct ucred maker;
        socklen_t size = sizeof(maker);

        /* The daemon made the socket pair, so the socket knows whose child this ought to be. */
        if (getsockopt(WORKER_FD, SOL_SOCKET, SO_PEERCRED, &maker, &size) < 0)
                return -errno;
        if (fcntl(WORKER_FD, F_SETFD, FD_CLOEXEC) < 0)
                return -errno;
        if (!die_with_parent(maker.pid))
                (void)raise(SIGKILL);
        return 0;
}

int packet_send(int socket_fd, const void *bytes, size_t length, const int *fds, size_t n_fds)
{
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(PACKET_FDS_MAX * sizeof(int))];
        } control = { 0 };
        struct iovec content = { .iov_base = (void *)bytes, .iov_len = length };
        struct msghdr message = { .msg_iov = &content, .msg_iovlen = 1 };
        ssize_t n;

        if (length == 0 || n_fds > PACKET_FDS_MAX)
                return -EINVAL;
        if (length > PACKET_SIZE_MAX)
                return -EMSGSIZE;
        if (n_fds > 0) {
                message.msg_control = control.bytes;
                message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
                struct cmsghdr *header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
                memcpy(CMSG_DATA(header), fds, n_fds * sizeof(int));
        }
        do
                n = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return errno == ECONNRESET ? -EPIPE : -errno;
        return 0;
}

/* Keeps the first max_fds of the descriptors that came, closes the others; how many were kept. */
static size_t take_fds(struct msghdr *message, int *fds, size_t max_fds)
{
        size_t n_kept = 0;

        for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
                header = CMSG_NXTHDR(message, header)) {
                if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                        continue;
                size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                for (size_t i = 0; i < n; i++) {
                        int fd;
                        memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
                        if (n_kept < max_fds)
                                fds[n_kept++] = fd;
                        else
                                (void)close(fd);
                }
        }
        return n_kept;
}

ssize_t packet_receive(
        int socket_fd, void *bytes, size_t size, int *fds, size_t max_fds, size_t *ret_n_fds)
{
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(PACKET_FDS_MAX * sizeof(int))];
        } control;
        struct iovec content = { .iov_base = bytes, .iov_len = size };
        struct msghdr message = {
                .msg_iov = &content,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = sizeof(control.bytes),
        };
        ssize_t n;

        /* A peer that went with packets of ours unread shows as ECONNRESET once, before the packets
         * that it had sent. */
        do
                n = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
        while (n < 0 && (errno == EINTR || errno == ECONNRESET));
        if (n < 0)
                return -errno;
        bool is_whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
        size_t n_fds = take_fds(&message, fds, is_whole ? max_fds : 0);
        if (!is_whole)
                return (message.msg_flags & MSG_TRUNC) != 0 ? -EMSGSIZE : -EBADMSG;
        if (ret_n_fds)
                *ret_n_fds = n_fds;
        return n;
}

int memory_file(const char *name, const void *bytes, size_t length, int *ret_fd)
{
        int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

        _cleanup_(closep) int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        int r = fd_write_all(fd, bytes, length);
        if (r < 0)
                return r;
        if (fcntl(fd, F_ADD_SEALS, seals) < 0 || lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}
