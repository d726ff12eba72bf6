/* SPDX-License-Identifier: MIT */
/* sys/process: workers start clean, die with their parent, and packets arrive whole or not. The
 * workers here are this program itself, as --worker KIND. */

#include "sys/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "sys/file.h"

#define TEXT_SIZE 4096

extern char **environ;

static int end_status(pid_t pid)
{
        int status = -1;

        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static unsigned open_descriptors(void)
{
        DIR *folder = opendir("/proc/self/fd");
        unsigned n = 0;

        assert_non_null(folder);
        while (readdir(folder))
                n++;
        (void)closedir(folder);
        return n;
}

/* Workers */

static int echo_worker(void)
{
        char bytes[PACKET_SIZE_MAX];
        size_t n_fds;
        ssize_t n;
        int fds[4];

        while ((n = packet_receive(WORKER_FD, bytes, sizeof(bytes), fds, 4, &n_fds)) > 0) {
                if (packet_send(WORKER_FD, bytes, (size_t)n, fds, n_fds) < 0)
                        return EXIT_FAILURE;
                for (size_t i = 0; i < n_fds; i++)
                        (void)close(fds[i]);
        }
        return n == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool is_null_device(int fd)
{
        struct stat info;

        return fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3);
}

/* What a worker sees of the world, as text. */
static int report_worker(void)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        struct sigaction action;
        sigset_t blocked;
        int n_open = 0, signal_of_parent = 0;

        for (int fd = 0; fd < 1024; fd++)
                n_open += fcntl(fd, F_GETFD) >= 0;
        strbuf_addf(&text, "open %d", n_open);
        strbuf_addf(&text, " null %d", is_null_device(STDIN_FILENO));
        strbuf_addf(&text, " leads %d", getsid(0) == getpid());
        (void)sigprocmask(SIG_SETMASK, NULL, &blocked);
        strbuf_addf(&text, " blocked %d", sigismember(&blocked, SIGUSR1));
        (void)sigaction(SIGPIPE, NULL, &action);
        strbuf_addf(&text, " ignored %d", action.sa_handler == SIG_IGN);
        (void)prctl(PR_GET_PDEATHSIG, &signal_of_parent);
        strbuf_addf(&text, " death %d", signal_of_parent == SIGKILL);
        strbuf_addf(&text, " cloexec %d", fcntl(WORKER_FD, F_GETFD) == FD_CLOEXEC);
        for (char **variable = environ; *variable; variable++)
                strbuf_addf(&text, " %.*s", (int)strcspn(*variable, "="), *variable);
        return packet_send(WORKER_FD, text.text, text.length, NULL, 0) < 0;
}

static int hang_worker(void)
{
        if (packet_send(WORKER_FD, "ready", 5, NULL, 0) < 0)
                return EXIT_FAILURE;
        for (;;)
                (void)pause();
}

static int worker_main(const char *kind)
{
        if (process_become_worker() < 0)
                return EXIT_FAILURE;
        if (streq(kind, "echo"))
                return echo_worker();
        return streq(kind, "report") ? report_worker() : hang_worker();
}

/* Starting */

static void a_worker_talks_over_its_socket_and_ends_with_it(void **state)
{
        char bytes[TEXT_SIZE];
        pid_t pid = 0;
        int fd = -1;

        assert_int_equal(process_start_worker("echo", &pid, &fd), 0);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        assert_int_equal(packet_send(fd, "hello", 5, NULL, 0), 0);
        assert_int_equal(packet_receive(fd, bytes, sizeof(bytes), NULL, 0, NULL), 5);
        assert_memory_equal(bytes, "hello", 5);
        assert_int_equal(close(fd), 0);
        assert_int_equal(end_status(pid), 0);
}

static void a_worker_starts_clean(void **state)
{
        char text[TEXT_SIZE] = "";
        sigset_t blocked;
        pid_t pid = 0;
        int fd = -1, leaked = dup(STDERR_FILENO); /* not close-on-exec */

        assert_int_equal(setenv("SECRET", "x", 1), 0);
        assert_int_equal(setenv("TZ", "Europe/Paris", 1), 0);
        (void)signal(SIGPIPE, SIG_IGN);
        (void)sigemptyset(&blocked);
        (void)sigaddset(&blocked, SIGUSR1);
        (void)sigprocmask(SIG_BLOCK, &blocked, NULL);
        assert_int_equal(process_start_worker("report", &pid, &fd), 0);
        (void)sigprocmask(SIG_UNBLOCK, &blocked, NULL);
        (void)signal(SIGPIPE, SIG_DFL);
        assert_true(packet_receive(fd, text, sizeof(text) - 1, NULL, 0, NULL) > 0);
        assert_string_equal(
                text, "open 4 null 1 leads 1 blocked 0 ignored 0 death 1 cloexec 1 PATH LANG TZ");
        assert_int_equal(unsetenv("TZ"), 0);
        (void)close(fd);
        (void)close(leaked);
        assert_int_equal(end_status(pid), 0);
}

static void a_worker_starts_whatever_descriptors_are_free(void **state)
{
        /* With 0–2 closed the socket pair itself gets these numbers; with 3 free, that one. */
        for (int first = 0; first <= 4; first++) {
                pid_t child = fork();
                if (child == 0) {
                        char bytes[8];
                        pid_t pid;
                        int fd, status;
                        (void)close_range((unsigned)first, ~0U, 0);
                        if (process_start_worker("echo", &pid, &fd) < 0 ||
                                packet_send(fd, "hello", 5, NULL, 0) < 0 ||
                                packet_receive(fd, bytes, sizeof(bytes), NULL, 0, NULL) != 5)
                                _exit(1);
                        (void)close(fd);
                        _exit(waitpid(pid, &status, 0) != pid || status != 0);
                }
                assert_true(child > 0);
                assert_int_equal(end_status(child), 0);
        }
}

/* A process between us and a worker: it dies when the worker is ready. */
static pid_t start_orphan(void)
{
        int pipe_fds[2];
        pid_t pid = 0, middle;
        int fd;

        assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
        middle = fork();
        if (middle == 0) {
                char bytes[8];
                if (process_start_worker("hang", &pid, &fd) < 0 ||
                        packet_receive(fd, bytes, sizeof(bytes), NULL, 0, NULL) != 5 ||
                        write(pipe_fds[1], &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
                        _exit(1);
                (void)raise(SIGKILL);
        }
        assert_true(middle > 0);
        (void)close(pipe_fds[1]);
        assert_int_equal(read(pipe_fds[0], &pid, sizeof(pid)), sizeof(pid));
        (void)close(pipe_fds[0]);
        assert_int_equal(end_status(middle), SIGKILL);
        return pid;
}

static void a_worker_dies_with_its_parent(void **state)
{
        /* So that the orphan becomes our child, and its end can be awaited. */
        assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        pid_t orphan = start_orphan();
        int status = end_status(orphan);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void a_worker_whose_parent_is_dead_already_dies_at_once(void **state)
{
        pid_t pid = fork();

        if (pid == 0) {
                int pair[2];
                /* The maker of the pair is not the parent, as after the parent's death. */
                if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 || dup2(pair[0], 3) < 0)
                        _exit(1);
                (void)process_become_worker();
                _exit(0);
        }
        int status = end_status(pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void who_was_not_started_as_a_worker_is_told(void **state)
{
        pid_t pid = fork();

        if (pid == 0) {
                (void)close(WORKER_FD);
                int r = process_become_worker();
                int null = open("/dev/null", O_RDONLY);
                _exit(r != -EBADF || dup2(null, WORKER_FD) < 0 ||
                        process_become_worker() != -ENOTSOCK);
        }
        assert_int_equal(end_status(pid), 0);
}

/* Packets */

typedef struct Pair {
        int a, b;
        unsigned n_before;
} Pair;

static int make_pair(void **state)
{
        static Pair pair;
        int fds[2];

        pair.n_before = open_descriptors();
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -1;
        pair.a = fds[0];
        pair.b = fds[1];
        *state = &pair;
        return 0;
}

/* Also shows that no descriptor was left open. */
static int close_pair(void **state)
{
        Pair *pair = *state;

        (void)close(pair->a);
        (void)close(pair->b);
        return open_descriptors() == pair->n_before ? 0 : -1;
}

static void descriptors_travel_with_a_packet_and_close_on_exec(void **state)
{
        Pair *pair = *state;
        char bytes[8], text[8] = "";
        int sent = -1, fds[4];
        size_t n_fds = 0;

        assert_int_equal(memory_file("x", "inside", 6, &sent), 0);
        assert_int_equal(packet_send(pair->a, "p", 1, &sent, 1), 0);
        assert_int_equal(packet_receive(pair->b, bytes, sizeof(bytes), fds, 4, &n_fds), 1);
        assert_int_equal(n_fds, 1);
        assert_int_equal(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
        assert_int_equal(read(fds[0], text, sizeof(text)), 6);
        assert_string_equal(text, "inside");
        (void)close(fds[0]);
        (void)close(sent);
}

static void descriptors_beyond_those_wanted_are_closed(void **state)
{
        Pair *pair = *state;
        int fds[16], got[1];
        char bytes[8];
        size_t n_fds = 9;

        for (size_t i = 0; i < ELEMENTSOF(fds); i++)
                fds[i] = STDERR_FILENO;
        assert_int_equal(packet_send(pair->a, "p", 1, fds, ELEMENTSOF(fds)), 0);
        assert_int_equal(packet_receive(pair->b, bytes, sizeof(bytes), got, 1, &n_fds), 1);
        assert_int_equal(n_fds, 1);
        (void)close(got[0]);
        assert_int_equal(packet_send(pair->a, "p", 1, fds, 2), 0);
        assert_int_equal(packet_receive(pair->b, bytes, sizeof(bytes), NULL, 0, NULL), 1);
}

static void a_packet_that_is_too_long_is_an_error_and_leaves_nothing(void **state)
{
        Pair *pair = *state;
        int fds[] = { STDERR_FILENO, STDERR_FILENO }, got[2];
        char bytes[4];
        size_t n_fds;

        assert_int_equal(packet_send(pair->a, "12345", 5, fds, 2), 0);
        assert_int_equal(packet_send(pair->a, "1234", 4, NULL, 0), 0);
        assert_int_equal(packet_receive(pair->b, bytes, sizeof(bytes), got, 2, &n_fds), -EMSGSIZE);
        assert_int_equal(packet_receive(pair->b, bytes, sizeof(bytes), got, 2, &n_fds), 4);
        assert_int_equal(n_fds, 0);
}

static void more_descriptors_than_fit_are_an_error_and_leave_nothing(void **state)
{
        Pair *pair = *state;
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(20 * sizeof(int))];
        } control = { .header = { .cmsg_len = CMSG_LEN(20 * sizeof(int)),
                              .cmsg_level = SOL_SOCKET,
                              .cmsg_type = SCM_RIGHTS } };
        char byte = 'x';
        struct iovec content = { &byte, 1 };
        struct msghdr message = { .msg_iov = &content,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = sizeof(control.bytes) };
        int fd = STDERR_FILENO, got[16];
        size_t n_fds;

        for (size_t i = 0; i < 20; i++)
                memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &fd, sizeof(int));
        assert_int_equal(sendmsg(pair->a, &message, 0), 1);
        assert_int_equal(packet_receive(pair->b, &byte, 1, got, 16, &n_fds), -EBADMSG);
}

static void what_cannot_be_sent_is_told(void **state)
{
        static char bytes[PACKET_SIZE_MAX + 1];
        Pair *pair = *state;
        int fds[17] = { 0 }, r;

        assert_int_equal(packet_send(pair->a, bytes, 0, NULL, 0), -EINVAL);
        assert_int_equal(packet_send(pair->a, bytes, 1, fds, ELEMENTSOF(fds)), -EINVAL);
        assert_int_equal(packet_send(pair->a, bytes, sizeof(bytes), NULL, 0), -EMSGSIZE);
        assert_int_equal(packet_send(pair->a, bytes, PACKET_SIZE_MAX, NULL, 0), 0);
        assert_int_equal(fcntl(pair->a, F_SETFL, O_NONBLOCK), 0);
        do
                r = packet_send(pair->a, bytes, PACKET_SIZE_MAX, NULL, 0);
        while (r == 0);
        assert_int_equal(r, -EAGAIN);
        (void)close(pair->b);
        assert_int_equal(packet_send(pair->a, "x", 1, NULL, 0), -EPIPE);
        pair->b = dup(STDERR_FILENO);
}

static void what_a_peer_sent_before_it_went_still_arrives(void **state)
{
        Pair *pair = *state;
        char byte;

        assert_int_equal(packet_send(pair->b, "x", 1, NULL, 0), 0);
        assert_int_equal(packet_send(pair->a, "unread", 6, NULL, 0), 0);
        (void)close(pair->b);
        pair->b = dup(STDERR_FILENO);
        assert_int_equal(packet_receive(pair->a, &byte, 1, NULL, 0, NULL), 1);
        assert_int_equal(byte, 'x');
        assert_int_equal(packet_receive(pair->a, &byte, 1, NULL, 0, NULL), 0);
}

static void an_end_is_no_packet(void **state)
{
        Pair *pair = *state;
        char byte;

        assert_int_equal(fcntl(pair->b, F_SETFL, O_NONBLOCK), 0);
        assert_int_equal(packet_receive(pair->b, &byte, 1, NULL, 0, NULL), -EAGAIN);
        assert_int_equal(shutdown(pair->a, SHUT_RDWR), 0);
        assert_int_equal(packet_receive(pair->b, &byte, 1, NULL, 0, NULL), 0);
}

static void a_memory_file_cannot_be_changed(void **state)
{
        _cleanup_(closep) int fd = -1;

        assert_int_equal(memory_file("x", "abc", 3, &fd), 0);
        assert_int_equal(write(fd, "x", 1), -1);
        assert_int_equal(errno, EPERM);
        assert_int_equal(ftruncate(fd, 0), -1);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
}

#define packet_test(f) cmocka_unit_test_setup_teardown(f, make_pair, close_pair)

int main(int argc, char *argv[])
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_worker_talks_over_its_socket_and_ends_with_it),
                cmocka_unit_test(a_worker_starts_clean),
                cmocka_unit_test(a_worker_starts_whatever_descriptors_are_free),
                cmocka_unit_test(a_worker_dies_with_its_parent),
                cmocka_unit_test(a_worker_whose_parent_is_dead_already_dies_at_once),
                cmocka_unit_test(who_was_not_started_as_a_worker_is_told),
                packet_test(descriptors_travel_with_a_packet_and_close_on_exec),
                packet_test(descriptors_beyond_those_wanted_are_closed),
                packet_test(a_packet_that_is_too_long_is_an_error_and_leaves_nothing),
                packet_test(more_descriptors_than_fit_are_an_error_and_leave_nothing),
                packet_test(what_cannot_be_sent_is_told),
                packet_test(what_a_peer_sent_before_it_went_still_arrives),
                packet_test(an_end_is_no_packet),
                cmocka_unit_test(a_memory_file_cannot_be_changed),
        };

        if (argc == 3 && streq(argv[1], "--worker"))
                return worker_main(argv[2]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
