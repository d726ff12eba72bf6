/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_HOOK_PROGRAM_H
#define RELANCED_HOOK_PROGRAM_H

/*
 * One run of one program, in two acts: program_prepare() makes a child process that has everything
 * it needs and waits, so that it can still be called off; program_run() lets it run and stays until
 * its end or the limit. The program has its text on standard input (to read or not, as it likes), a
 * session of its own, descriptors 0–2, the folder / and the given environment: nothing else of the
 * caller's. It is killed when the caller dies. What it starts in the background and leaves behind
 * is not waited for.
 */

#include <sys/types.h>

#include "channels/hook/line.h"

typedef struct ProgramOrder {
        char *const *arguments;   /* [0]: its absolute path; to a NULL */
        char *const *environment; /* to a NULL */
        const char *input;
        unsigned limit_ms;
} ProgramOrder;

typedef struct Program {
        pid_t pid;
        int wire;             /* go to the child, the errno of a failed exec from it */
        int pid_fd, timer_fd; /* readable when it has ended; when the limit has come */
        int output_fd, error_fd;
        int start_error;
        Line first_output, last_error; /* its first line on stdout, its last one on stderr */
} Program;

typedef enum ProgramEnd {
        PROGRAM_NOT_STARTED, /* nothing of it has run; the value is the errno */
        PROGRAM_EXITED,      /* the value is its exit code */
        PROGRAM_KILLED,      /* by somebody else; the value is the signal */
        PROGRAM_TOO_LONG,    /* killed with its process group at the limit; the value is 0 */
} ProgramEnd;

/* -errno; then there is no child. */
int program_prepare(const ProgramOrder *order, Program *ret_program);

/* The child has ended afterwards. Still to be released. */
ProgramEnd program_run(const ProgramOrder *order, Program *program, int *ret_value);

/* Calls off a child that was not run, and closes everything. */
void program_release(Program *program);

#endif
