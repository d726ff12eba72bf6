/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_COMMANDS_H
#define RELANCED_CTL_COMMANDS_H

/*
 * The commands of relancectl: one table, from which parsing, usage, help and completion come. Pure:
 * nothing here runs a command.
 */

#include "base/strbuf.h"

/* Exit codes (DESIGN 4.1). */
enum {
        EXIT_DONE = 0,
        EXIT_REFUSED = 1,
        EXIT_USAGE = 2,
        EXIT_NOT_FOUND = 3,
        EXIT_UNREACHABLE = 4
};

#define COMMAND_ARGUMENTS_MAX 3
#define COMMAND_OPTIONS_MAX 9
#define COMMAND_WORDS_MAX 1000

typedef struct CommandArgument {
        const char *shown;     /* "INVOICE" */
        const char *parameter; /* its name in the request */
        bool is_optional, is_repeated;
        bool may_be_empty;
        const char *const *choices; /* ends with NULL; or NULL: any text */
} CommandArgument;

typedef struct CommandOption {
        const char *name;  /* without -- */
        const char *shown; /* "DATE"; NULL: takes no value, and "1" stands for given */
        const char *help;
        bool is_required;
        const char *const *choices;
        bool is_sent; /* names a configuration that goes with the request, as one text */
        bool is_ours; /* is no part of the request */
        char letter;  /* "-o" means the same; or 0 */
} CommandOption;

typedef struct Invocation Invocation;
typedef struct Rows Rows;

typedef struct Command {
        const char *name;
        CommandArgument arguments[COMMAND_ARGUMENTS_MAX];
        CommandOption options[COMMAND_OPTIONS_MAX];
        const char *help;   /* one line */
        const char *detail; /* more, for `help COMMAND`; or NULL */
        /* Either a request to the daemon … */
        const char *path; /* "/v1/log"; with a slash at the end the first argument follows */
        bool is_post;
        bool is_real;           /* what it does cannot be simulated: no --at */
        bool has_files;         /* its arguments are files, whose contents are sent */
        bool is_saved;          /* the answer becomes the file that --output names, or the first
                                   argument where there is no such option */
        const char *for_people; /* a value that is asked for, too, unless JSON is: "waiting" */
        bool is_slow;           /* may take many minutes before anything of its answer comes */
        void (*show)(const Invocation *invocation, const Rows *rows); /* the answer, for people */
        /* With the option "follow": the same of each line, as it comes. */
        void (*show_next)(const Invocation *invocation, const Rows *rows);
        /* In the place of show, where the answer becomes something else: an exit code. */
        int (*make)(const Invocation *invocation, const Rows *rows);
        int (*judge)(const Rows *rows); /* its exit code; NULL: any answer is EXIT_DONE */
        const char *judged_with;        /* the only option with which judge is asked; or NULL */
        /* … or something done here: an exit code. */
        int (*run)(const Invocation *invocation);
        /* The option with which alone it is done here, and needs neither arguments nor others. */
        const char *run_with;
} Command;

struct Invocation {
        const Command *command;
        const char *config, *socket, *at; /* NULL: not given */
        bool is_json, wants_help, wants_version;
        const char *words[COMMAND_WORDS_MAX]; /* the arguments */
        size_t n_words;
        const char *options[COMMAND_OPTIONS_MAX]; /* as in the command's table; NULL: not given */
        const char *sent_name, *sent_text;        /* what goes with a POST as a file, or NULL */
};

/* An option that every command takes. */
typedef struct GlobalOption {
        const char *name, *shown, *help; /* shown NULL: takes no value */
} GlobalOption;

const GlobalOption *command_globals(size_t *ret_n);
const Command *command_find(const char *name);
/* All of them; *ret_n. */
const Command *command_list(size_t *ret_n);

/* Global options stand before the command or after it. 0; or EXIT_USAGE, and *problem says what is
 * wrong. Texts are those of argv. */
int command_parse(int argc, char *argv[], Invocation *invocation, StrBuf *problem);

/* The option's value, or NULL. */
const char *invocation_option(const Invocation *invocation, const char *name);
/* Whether the exit code depends on what the answer says. */
bool invocation_is_judged(const Invocation *invocation);
/* Whether it is done here. */
bool invocation_is_local(const Invocation *invocation);
/* The file that a saved answer becomes. */
const char *invocation_output(const Invocation *invocation);
/* Whether the answer has no end: each line counts as it comes. */
bool invocation_follows(const Invocation *invocation);

void command_usage(const Command *command, StrBuf *text); /* one line, without newline */
void command_help(const Command *command, StrBuf *text);
void command_overview(StrBuf *text);
void command_bash_completion(StrBuf *text);

#endif
