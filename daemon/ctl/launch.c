/* SPDX-License-Identifier: MIT */
/*
 * Owns the private relanced: a listening socket in a folder of our own that is gone before the
 * first request, a process in a session of its own (so that Ctrl-C ends the question, not a
 * sending), and what it had to say when it failed. Never opens the store.
 */

#include "ctl/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "ctl/folder.h"
#include "ctl/text.h"

#define LISTEN_FD 3 /* as of sd_listen_fds(3) */
#define ARGUMENTS_MAX 8
#define CONNECT_PATIENCE_S 5
#define GREETING_MAX 8192
#define MESSAGES_MAX ((size_t)64 * 1024)

static int open_handle(const char *path, int *ret_fd)
{
        _cleanup_(closep) int fd = open(path, O_PATH | O_CLOEXEC);
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0)
                return -errno;
        if (!S_ISSOCK(status.st_mode))
                return S_ISDIR(status.st_mode) ? -EISDIR : -ENOTSOCK;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* Whether somebody listens there who lets us in: a connection that is closed again. */
static int knock(int handle)
{
        const struct timeval patience = { .tv_sec = CONNECT_PATIENCE_S };
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
                return -errno;
        (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", handle);
        return connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int socket_find(const char *path, int *ret_fd)
{
        _cleanup_(closep) int fd = -1;

        int r = open_handle(path, &fd);
        if (r == 0)
                r = knock(fd);
        if (r < 0)
                return r;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int listen_at(const char *path, int *ret_fd)
{
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        if (fd < 0)
                return -errno;
        (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
                listen(fd, SOMAXCONN) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* A listening socket that nobody else can reach: its name is gone when this returns. */
static int make_sockets(int *ret_listen_fd, int *ret_fd)
{
        char folder[FOLDER_SIZE], path[FOLDER_SIZE + sizeof("/socket")];
        _cleanup_(closep) int listen_fd = -1;
        int r = folder_new(folder);

        if (r < 0)
                return r;
        (void)snprintf(path, sizeof(path), "%s/socket", folder);
        r = listen_at(path, &listen_fd);
        if (r == 0)
                r = open_handle(path, ret_fd);
        (void)unlink(path);
        (void)rmdir(folder);
        if (r < 0)
                return r;
        *ret_listen_fd = TAKE_FD(listen_fd);
        return 0;
}

/* "/usr/bin/relancectl" → "/usr/bin/relanced", "/usr/bin/../sbin/relanced". */
static void replace_beside(const char *const places[], char *const argv[])
{
        char self[4096];
        ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

        if (n <= 0)
                return;
        self[n] = '\0';
        char *slash = strrchr(self, '/');
        if (!slash)
                return;
        slash[1] = '\0';
        for (size_t i = 0; places[i]; i++) {
                StrBuf path = STRBUF_INIT;
                strbuf_addf(&path, "%s%s", self, places[i]);
                (void)execv(strbuf_text(&path), argv);
                strbuf_release(&path);
        }
}

static void fill_arguments(
        const char *argv[static ARGUMENTS_MAX + 2], const char *const arguments[])
{
        for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
                argv[i + 1] = arguments[i];
}

int launch_replace(const char *const arguments[])
{
        static const char *const places[] = { "relanced", "../sbin/relanced", NULL };
        const char *argv[ARGUMENTS_MAX + 2] = { "relanced" };

        fill_arguments(argv, arguments);
        replace_beside(places, (char *const *)argv);
        (void)execv("/usr/sbin/relanced", (char *const *)argv);
        (void)execvp("relanced", (char *const *)argv);
        return -errno;
}

int launch_replace_paper(const char *const arguments[])
{
        static const char *const places[] = { "relanced-paper",
                "../" RELANCED_LIBEXECDIR "/relanced/relanced-paper", NULL };
        const char *argv[ARGUMENTS_MAX + 2] = { "relanced-paper" };

        fill_arguments(argv, arguments);
        replace_beside(places, (char *const *)argv);
        return -errno;
}

/* In the child: never returns. Its stdout, stderr and listening socket. */
static void become_private(const char *config, const char *at, const int fds[static 3])
{
        const char *const arguments[] = { "--config", config, "--private", at ? "--at" : NULL, at,
                NULL };
        char pid[32];

        (void)setsid();
        (void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
        int null_fd = open("/dev/null", O_RDONLY);
        int kept[3]; /* not closed on exec, and none where another one goes */
        bool is_kept = true;
        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                kept[i] = fcntl(fds[i], F_DUPFD, LISTEN_FD + 1);
                is_kept = is_kept && kept[i] >= 0;
        }
        if (null_fd < 0 || !is_kept || dup2(null_fd, STDIN_FILENO) < 0 ||
                dup2(kept[0], STDOUT_FILENO) < 0 || dup2(kept[1], STDERR_FILENO) < 0 ||
                dup2(kept[2], LISTEN_FD) < 0 || close_range(LISTEN_FD + 1, ~0U, 0) < 0 ||
                unsetenv("LISTEN_FDNAMES") < 0 || setenv("LISTEN_FDS", "1", true) < 0 ||
                setenv("LISTEN_PID", pid, true) < 0)
                _exit(126);
        int r = launch_replace(arguments);
        text_complain("relanced cannot be started: %s", strerror(-r));
        _exit(127);
}

int launch_private(const char *config, const char *at, Launched *ret_launched)
{
        _cleanup_(closep) int listen_fd = -1, fd = -1, messages_fd = -1;
        int greeting[2];

        int r = make_sockets(&listen_fd, &fd);
        if (r < 0)
                return r;
        messages_fd = memfd_create("relanced-messages", MFD_CLOEXEC);
        if (messages_fd < 0 || pipe2(greeting, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_(closep) int said = greeting[0], says = greeting[1];
        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                become_private(config, at, (const int[]){ says, messages_fd, listen_fd });
        *ret_launched = (Launched){ pid, TAKE_FD(fd), TAKE_FD(said), TAKE_FD(messages_fd) };
        return 0;
}

Greeting launched_greeting(Launched *launched, StrBuf *path)
{
        static const char held[] = "held ";
        char text[GREETING_MAX];
        size_t length = 0;
        ssize_t n;

        while (length < sizeof(text) &&
                (n = read(launched->greeting_fd, text + length, sizeof(text) - length)) != 0) {
                if (n < 0 && errno != EINTR)
                        return GREETING_NONE;
                length += (size_t)MAX(n, 0);
                if (memchr(text, '\n', length))
                        break;
        }
        char *newline = memchr(text, '\n', length);
        if (!newline)
                return GREETING_NONE;
        *newline = '\0';
        if (streq(text, "serves"))
                return GREETING_SERVES;
        if (strncmp(text, held, strlen(held)) != 0)
                return GREETING_NONE;
        strbuf_add(path, text + strlen(held));
        return strbuf_error(path) == 0 ? GREETING_HELD : GREETING_NONE;
}

static int wait_for(pid_t pid)
{
        int status = 0;

        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int launched_wait(Launched *launched)
{
        closep(&launched->socket_fd);
        launched->socket_fd = -1;
        if (launched->pid <= 0)
                return 0;
        int status = wait_for(launched->pid);
        launched->pid = 0;
        return status;
}

static void become_reader(const char *const arguments[], int fd)
{
        if (dup2(fd, STDOUT_FILENO) < 0)
                _exit(126);
        int r = launch_replace(arguments);
        text_complain("relanced cannot be started: %s", strerror(-r));
        _exit(127);
}

static int read_all(int fd, StrBuf *output)
{
        char bytes[8192];
        ssize_t n;

        while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
                if (n < 0 && errno != EINTR)
                        return -errno;
                strbuf_add_bytes(output, bytes, (size_t)MAX(n, 0));
        }
        return strbuf_error(output);
}

int launch_read(const char *const arguments[], StrBuf *output)
{
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_(closep) int said = ends[0], says = ends[1];
        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                become_reader(arguments, says);
        closep(&says);
        says = -1;
        int r = read_all(said, output);
        closep(&said);
        said = -1;
        int status = wait_for(pid);
        return r < 0 ? r : status;
}

void launched_relay(Launched *launched)
{
        _cleanup_(freep) char *text = calloc(1, MESSAGES_MAX + 1);
        StrBuf safe = STRBUF_INIT;

        if (!text || pread(launched->messages_fd, text, MESSAGES_MAX, 0) < 0)
                return;
        text_add_safe(&safe, text, true);
        if (safe.length > 0 && safe.text[safe.length - 1] != '\n')
                strbuf_add_char(&safe, '\n');
        (void)fputs(strbuf_text(&safe), stderr);
        strbuf_release(&safe);
}

void launched_release(Launched *launched)
{
        closep(&launched->socket_fd);
        closep(&launched->greeting_fd);
        closep(&launched->messages_fd);
        *launched = LAUNCHED_NONE;
}
