/* SPDX-License-Identifier: MIT */
/*
 * Owns the child process: its making, the permission to run, its output, its end. Never waits
 * beyond the limit, whatever the program does; all that can fail is made before the program may
 * run.
 */

#include "channels/hook/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "base/macros.h"

#define CHUNK_BYTES 16384
#define CHUNKS_LEFT_MAX 16 /* more than a pipe holds: of a program that has ended */
#define EXIT_NOT_STARTED 127

/* What the child is given, and the parent closes after the fork. */
typedef struct Gifts {
        int input, output, error, wire;
} Gifts;

static void close_fd(int *fd)
{
        closep(fd);
        *fd = -1;
}

static void gifts_close(Gifts *gifts)
{
        close_fd(&gifts->input);
        close_fd(&gifts->output);
        close_fd(&gifts->error);
        close_fd(&gifts->wire);
}

static bool write_all(int fd, const char *text, size_t length)
{
        while (length > 0) {
                ssize_t n = write(fd, text, length);
                if (n < 0 && errno != EINTR)
                        return false;
                text += MAX(n, 0);
                length -= (size_t)MAX(n, 0);
        }
        return true;
}

/* A file in memory rather than a pipe: nobody has to feed a program that reads slowly or never. It
 * ends with a newline, as what reads lines expects. */
static int make_input(const char *text)
{
        size_t length = strlen(text);
        bool is_ended = length > 0 && text[length - 1] == '\n';
        _cleanup_(closep) int fd = memfd_create("event", MFD_CLOEXEC);

        if (fd < 0 || !write_all(fd, text, length) || !(is_ended || write_all(fd, "\n", 1)) ||
                lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static int make_pipe(int *ret_read, int *ret_write)
{
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        *ret_read = ends[0];
        *ret_write = ends[1];
        return fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int make_wire(int *ret_ours, int *ret_theirs)
{
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        *ret_ours = ends[0];
        *ret_theirs = ends[1];
        return 0;
}

static void reset_signals(void)
{
        sigset_t none;

        for (int number = 1; number < NSIG; number++)
                (void)signal(number, SIG_DFL); /* refused for a few, which cannot be changed */
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Between fork and exec. The wire closes at exec; before that it carries the errno back. */
static void __attribute__((noreturn))
be_child(const ProgramOrder *order, const Gifts *gifts, pid_t parent)
{
        char go;

        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && setsid() >= 0 &&
                dup2(gifts->input, STDIN_FILENO) >= 0 && dup2(gifts->output, STDOUT_FILENO) >= 0 &&
                dup2(gifts->error, STDERR_FILENO) >= 0 && chdir("/") == 0 &&
                close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
                reset_signals();
                if (read(gifts->wire, &go, 1) == 1)
                        (void)execve(order->arguments[0], order->arguments, order->environment);
        }
        int error = errno;
        (void)send(gifts->wire, &error, sizeof(error), MSG_NOSIGNAL);
        _exit(EXIT_NOT_STARTED);
}

static int make_channels(const ProgramOrder *order, Program *program, Gifts *gifts)
{
        int r;

        gifts->input = make_input(order->input);
        r = gifts->input < 0 ? gifts->input : 0;
        if (r == 0)
                r = make_pipe(&program->output_fd, &gifts->output);
        if (r == 0)
                r = make_pipe(&program->error_fd, &gifts->error);
        if (r == 0)
                r = make_wire(&program->wire, &gifts->wire);
        if (r < 0)
                return r;
        program->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        return program->timer_fd < 0 ? -errno : 0;
}

int program_prepare(const ProgramOrder *order, Program *ret_program)
{
        Program program = { .pid = -1,
                .wire = -1,
                .pid_fd = -1,
                .timer_fd = -1,
                .output_fd = -1,
                .error_fd = -1,
                .first_output.keeps_first = true };
        Gifts gifts = { -1, -1, -1, -1 };
        pid_t parent = getpid();
        int r = make_channels(order, &program, &gifts);

        if (r == 0) {
                program.pid = fork();
                if (program.pid == 0)
                        be_child(order, &gifts, parent);
                r = program.pid < 0 ? -errno : 0;
        }
        gifts_close(&gifts);
        if (r == 0) {
                program.pid_fd = pidfd_open(program.pid, 0);
                r = program.pid_fd < 0 ? -errno : 0;
        }
        if (r < 0)
                program_release(&program);
        else
                *ret_program = program;
        return r;
}

/* Takes a chunk of its output; false: there is none now, or no more. At the end the descriptor is
 * closed. */
static bool take_output(int *fd, Line *line)
{
        char bytes[CHUNK_BYTES];
        ssize_t n = *fd < 0 ? 0 : read(*fd, bytes, sizeof(bytes));

        if (n > 0)
                line_take(line, bytes, (size_t)n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
                close_fd(fd);
        return n > 0;
}

static void take_wire(Program *program)
{
        int error;

        if (program->wire < 0)
                return;
        ssize_t n = recv(program->wire, &error, sizeof(error), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        program->start_error = n == (ssize_t)sizeof(error) ? error : 0;
        close_fd(&program->wire);
}

/* Until it has ended (true) or the limit has come. */
static bool watch(Program *program)
{
        enum {
                END,
                WIRE,
                OUTPUT,
                ERRORS,
                TIMER,
                SOURCES
        };

        for (;;) {
                struct pollfd watched[SOURCES] = {
                        [END] = { .fd = program->pid_fd, .events = POLLIN },
                        [WIRE] = { .fd = program->wire, .events = POLLIN },
                        [OUTPUT] = { .fd = program->output_fd, .events = POLLIN },
                        [ERRORS] = { .fd = program->error_fd, .events = POLLIN },
                        [TIMER] = { .fd = program->timer_fd, .events = POLLIN },
                };
                if (poll(watched, SOURCES, -1) < 0)
                        continue; /* EINTR */
                if (watched[WIRE].revents)
                        take_wire(program);
                if (watched[OUTPUT].revents)
                        (void)take_output(&program->output_fd, &program->first_output);
                if (watched[ERRORS].revents)
                        (void)take_output(&program->error_fd, &program->last_error);
                if (watched[END].revents)
                        return true;
                if (watched[TIMER].revents)
                        return false;
        }
}

/* What it left in its pipes; they may stay open in something it has started, and ever be filled. */
static void take_rest(Program *program)
{
        take_wire(program);
        for (int i = 0; i < CHUNKS_LEFT_MAX; i++)
                if (!take_output(&program->output_fd, &program->first_output))
                        break;
        for (int i = 0; i < CHUNKS_LEFT_MAX; i++)
                if (!take_output(&program->error_fd, &program->last_error))
                        break;
}

/* Waits for its end, which is near. */
static siginfo_t reap(Program *program)
{
        siginfo_t info = { 0 };

        while (waitid(P_PID, (id_t)program->pid, &info, WEXITED) < 0 && errno == EINTR)
                continue;
        program->pid = -1;
        return info;
}

static void kill_group(const Program *program)
{
        (void)kill(-program->pid, SIGKILL);
        (void)kill(program->pid, SIGKILL);
}

ProgramEnd program_run(const ProgramOrder *order, Program *program, int *ret_value)
{
        const struct itimerspec limit = { .it_value = {
                                                  .tv_sec = order->limit_ms / 1000,
                                                  .tv_nsec = order->limit_ms % 1000 * 1000000L,
                                          } };

        *ret_value = 0;
        if (timerfd_settime(program->timer_fd, 0, &limit, NULL) < 0 ||
                send(program->wire, "g", 1, MSG_NOSIGNAL) < 0) {
                *ret_value = errno;
                kill_group(program);
                (void)reap(program);
                return PROGRAM_NOT_STARTED;
        }
        bool has_ended = watch(program);
        if (!has_ended)
                kill_group(program);
        const siginfo_t info = reap(program);
        take_rest(program);
        if (program->start_error != 0) {
                *ret_value = program->start_error;
                return PROGRAM_NOT_STARTED;
        }
        if (!has_ended)
                return PROGRAM_TOO_LONG;
        *ret_value = info.si_status;
        return info.si_code == CLD_EXITED ? PROGRAM_EXITED : PROGRAM_KILLED;
}

void program_release(Program *program)
{
        if (program->pid > 0) {
                kill_group(program);
                (void)reap(program);
        }
        close_fd(&program->wire);
        close_fd(&program->pid_fd);
        close_fd(&program->timer_fd);
        close_fd(&program->output_fd);
        close_fd(&program->error_fd);
}
