/* SPDX-License-Identifier: MIT */
/* Owns the start of programs that belong to this one. Never waits for one and never ends one. */

#include "sys/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/macros.h"
#include "sys/process.h"

/* Where it may be, as seen from the folder of this program: an installed prefix, the root of a
 * build tree, a test's folder in it. */
static const char *const places[] = {
        "../" RELANCED_LIBEXECDIR "/relanced",
        ".",
        "..",
        "../..",
};

static int find_program(const char *name, char path[static PATH_MAX])
{
        char self[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

        if (length < 0)
                return -errno;
        self[length] = '\0';
        char *slash = strrchr(self, '/');
        if (!slash)
                return -ENOENT;
        *slash = '\0';
        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                int n = snprintf(path, PATH_MAX, "%s/%s/%s", self, places[i], name);
                if (n > 0 && n < PATH_MAX && access(path, X_OK) == 0)
                        return 0;
        }
        return -ENOENT;
}

/* None is closed on exec, and none stands where another one goes. */
static bool arrange(const int *fds, size_t n)
{
        int kept[PROGRAM_FDS_MAX];

        for (size_t i = 0; i < n; i++) {
                kept[i] = fcntl(fds[i], F_DUPFD, (int)n);
                if (kept[i] < 0)
                        return false;
        }
        for (size_t i = 0; i < n; i++)
                if (dup2(kept[i], (int)i) < 0)
                        return false;
        return close_range((unsigned)n, ~0U, 0) == 0;
}

/* In the child, between fork and exec. */
static void __attribute__((noreturn))
run_program(pid_t parent, const char *path, char *const arguments[], const int *fds, size_t n_fds)
{
        static char search[] = "PATH=/usr/local/bin:/usr/bin:/bin", language[] = "LANG=C.UTF-8",
                    zone[] = "TZ=UTC";
        char *const environment[] = { search, language, zone, NULL };

        if (child_begin(parent) && arrange(fds, n_fds)) {
                child_reset_signals();
                (void)execve(path, arguments, environment);
        }
        _exit(EXIT_NOT_STARTED);
}

int program_start(
        const char *name, char *const arguments[], const int *fds, size_t n_fds, pid_t *ret_pid)
{
        char path[PATH_MAX];
        pid_t parent = getpid();

        if (n_fds > PROGRAM_FDS_MAX)
                return -E2BIG;
        int r = find_program(name, path);
        if (r < 0)
                return r;
        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                run_program(parent, path, arguments, fds, n_fds);
        *ret_pid = pid;
        return 0;
}
