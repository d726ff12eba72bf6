/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_PROGRAM_H
#define RELANCED_SYS_PROGRAM_H

/* A program of our own that does one thing and ends: its work comes and goes by descriptors. */

#include <sys/types.h>

#define PROGRAM_FDS_MAX 512

/*
 * Starts the program of that name, which lies beside this one: in the build tree, or in
 * <prefix>/libexec/relanced. fds[i] is its descriptor i, no other is open; its environment is PATH,
 * LANG=C.UTF-8 and TZ=UTC alone; it is killed when the process that started it dies. Descriptors
 * stay open here; who starts it waits for it. It exits with 127 when it cannot be executed.
 * -ENOENT: there is no such program; -E2BIG: too many descriptors.
 */
int program_start(
        const char *name, char *const arguments[], const int *fds, size_t n_fds, pid_t *ret_pid);

#endif
