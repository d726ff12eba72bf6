/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_ARGUMENTS_H
#define RELANCED_MAIN_ARGUMENTS_H

/* The command line of relanced. */

#include "base/macros.h"

enum {
        EXIT_DONE = 0,
        EXIT_REFUSED = 1,
        EXIT_USAGE = 2,
        EXIT_LOCKED = 4,
        EXIT_CONFIG = 78 /* of the daemon: until a person acts, another start would end the same */
};

typedef enum Mode {
        MODE_DAEMON,
        MODE_CHECK,
        MODE_INIT,
        MODE_ONCE,
        MODE_PRIVATE, /* for one command of relancectl, on a socket it has handed over */
        MODE_JOIN,    /* for relancectl: checks a configuration and gives it as one text */
        MODE_WORKER,
        MODE_HELP,
        MODE_VERSION,
} Mode;

typedef struct Arguments {
        Mode mode;
        const char *config;
        const char *at;     /* or NULL */
        const char *worker; /* MODE_WORKER: its kind */
        bool is_dry_run;
} Arguments;

/* 0, or EXIT_USAGE after a sentence on stderr. Texts belong to argv. */
int arguments_parse(int argc, char *argv[], Arguments *ret_arguments);
void arguments_help(void);

/* A sentence on stderr; to the journal with its id, where stderr is connected to one. */
void complain(const char *message_id, const char *format, ...) _printf_(2, 3);
/* The last of these sentences, "" before. */
const char *last_complaint(void);

#endif
