/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of a command line by the table of commands. Never does I/O. What cannot be
 * understood is told in a sentence with the nearest thing that could have been meant.
 */

#include "base/parse.h"
#include "ctl/commands.h"

#define GLOBALS_MAX 16
#define COMMANDS_MAX 64

static size_t count_options(const Command *command)
{
        size_t n = 0;

        while (command && n < COMMAND_OPTIONS_MAX && command->options[n].name)
                n++;
        return n;
}

static bool is_named(const char *known, const char *name, size_t length)
{
        return strlen(known) == length && strncmp(known, name, length) == 0;
}

/* Where an option's value goes; NULL: there is no such option. */
static const char **find_value(
        Invocation *invocation, const char *name, size_t length, bool *ret_is_flag)
{
        const Command *command = invocation->command;
        static const char *const value_names[] = { "config", "socket", "at" };
        const char **values[] = { &invocation->config, &invocation->socket, &invocation->at };

        *ret_is_flag = false;
        for (size_t i = 0; i < ELEMENTSOF(values); i++)
                if (is_named(value_names[i], name, length))
                        return values[i];
        for (size_t i = 0; i < count_options(command); i++)
                if (is_named(command->options[i].name, name, length)) {
                        *ret_is_flag = !command->options[i].shown;
                        return &invocation->options[i];
                }
        return NULL;
}

static bool *find_flag(Invocation *invocation, const char *name)
{
        if (streq(name, "json"))
                return &invocation->is_json;
        if (streq(name, "version"))
                return &invocation->wants_version;
        return streq(name, "help") ? &invocation->wants_help : NULL;
}

static int unknown_option(const Invocation *invocation, const char *option, StrBuf *problem)
{
        const char *names[GLOBALS_MAX + COMMAND_OPTIONS_MAX];
        _cleanup_(freep) char *name = strndup(option + 2, strcspn(option + 2, "="));
        size_t n = 0, n_globals;
        const GlobalOption *globals = command_globals(&n_globals);

        for (size_t i = 0; i < MIN(n_globals, (size_t)GLOBALS_MAX); i++)
                names[n++] = globals[i].name;
        for (size_t i = 0; i < count_options(invocation->command); i++)
                names[n++] = invocation->command->options[i].name;
        strbuf_addf(problem, "unknown option '%s'", option);
        const char *nearest = name ? nearest_name(name, names, n) : NULL;
        if (nearest)
                strbuf_addf(problem, ": did you mean --%s?", nearest);
        return EXIT_USAGE;
}

/* argv[*at] begins with --. */
static int parse_option(Invocation *invocation, char *argv[], int *at, StrBuf *problem)
{
        const char *option = argv[*at], *name = option + 2;
        size_t length = strcspn(name, "=");
        bool *flag = find_flag(invocation, name), is_flag;
        const char **value = find_value(invocation, name, length, &is_flag);

        if (flag) {
                *flag = true;
                return 0;
        }
        if (!value)
                return unknown_option(invocation, option, problem);
        if (*value) {
                strbuf_addf(problem, "option --%.*s is given twice", (int)length, name);
                return EXIT_USAGE;
        }
        if (is_flag && name[length] == '=') {
                strbuf_addf(problem, "option --%.*s takes no value", (int)length, name);
                return EXIT_USAGE;
        }
        if (is_flag) {
                *value = "1";
                return 0;
        }
        if (name[length] == '=') {
                *value = name + length + 1;
                return 0;
        }
        if (!argv[*at + 1]) {
                strbuf_addf(problem, "option %s needs a value", option);
                return EXIT_USAGE;
        }
        *value = argv[++*at];
        return 0;
}

/* The command's option that "-o" stands for, or NULL. */
static const CommandOption *find_letter(const Invocation *invocation, const char *word)
{
        if (word[0] != '-' || !word[1] || word[2])
                return NULL;
        for (size_t i = 0; i < count_options(invocation->command); i++)
                if (invocation->command->options[i].letter == word[1])
                        return &invocation->command->options[i];
        return NULL;
}

/* argv[*at] is such a letter, as if its option were written out. */
static int parse_letter(Invocation *invocation, char *argv[], int *at, StrBuf *problem)
{
        _cleanup_(strbuf_release) StrBuf option = STRBUF_INIT;
        char *written[] = { NULL, argv[*at + 1], NULL };
        int from = 0;

        strbuf_addf(&option, "--%s", find_letter(invocation, argv[*at])->name);
        written[0] = option.text;
        int r = written[0] ? parse_option(invocation, written, &from, problem) : EXIT_USAGE;
        *at += from;
        return r;
}

static int parse_command(Invocation *invocation, const char *name, StrBuf *problem)
{
        const char *names[COMMANDS_MAX];
        size_t n;
        const Command *commands = command_list(&n);

        invocation->command = command_find(name);
        if (invocation->command)
                return 0;
        n = MIN(n, (size_t)COMMANDS_MAX);
        for (size_t i = 0; i < n; i++)
                names[i] = commands[i].name;
        strbuf_addf(problem, "unknown command '%s'", name);
        const char *nearest = nearest_name(name, names, n);
        if (nearest)
                strbuf_addf(problem, ": did you mean '%s'?", nearest);
        return EXIT_USAGE;
}

static int parse_word(Invocation *invocation, const char *word, StrBuf *problem)
{
        if (!invocation->command)
                return parse_command(invocation, word, problem);
        if (invocation->n_words == COMMAND_WORDS_MAX) {
                strbuf_addf(problem, "more than %d arguments", COMMAND_WORDS_MAX);
                return EXIT_USAGE;
        }
        invocation->words[invocation->n_words++] = word;
        return 0;
}

static int check_choice(
        const char *value, const char *const *choices, const char *what, StrBuf *problem)
{
        if (!choices || !value)
                return 0;
        for (size_t i = 0; choices[i]; i++)
                if (streq(choices[i], value))
                        return 0;
        strbuf_addf(problem, "%s '%s' is unknown: expected ", what, value);
        for (size_t i = 0; choices[i]; i++)
                strbuf_addf(problem, "%s%s",
                        i == 0           ? ""
                        : choices[i + 1] ? ", "
                                         : " or ",
                        choices[i]);
        return EXIT_USAGE;
}

static int check_arguments(const Invocation *invocation, StrBuf *problem)
{
        const Command *command = invocation->command;
        bool is_needed = !command->run_with || !invocation_is_local(invocation);
        size_t n = 0;

        for (size_t i = 0; is_needed && i < COMMAND_ARGUMENTS_MAX && command->arguments[i].shown;
                i++) {
                const CommandArgument *argument = &command->arguments[i];
                if (n >= invocation->n_words && !argument->is_optional) {
                        strbuf_addf(problem, "%s is missing", argument->shown);
                        return EXIT_USAGE;
                }
                if (n < invocation->n_words && !*invocation->words[n] && !argument->may_be_empty) {
                        strbuf_addf(problem, "%s is empty", argument->shown);
                        return EXIT_USAGE;
                }
                if (n < invocation->n_words && check_choice(invocation->words[n], argument->choices,
                                                       argument->shown, problem))
                        return EXIT_USAGE;
                n = argument->is_repeated ? invocation->n_words : n + 1;
        }
        if (n >= invocation->n_words)
                return 0;
        strbuf_addf(problem, "'%s' is one argument too many", invocation->words[n]);
        return EXIT_USAGE;
}

/* The option with which a command is done here leaves nothing for the others to say. */
static int check_alone(const Invocation *invocation, StrBuf *problem)
{
        const Command *command = invocation->command;

        if (!command->run_with || !invocation_is_local(invocation))
                return 0;
        for (size_t i = 0; i < count_options(command); i++) {
                const char *name = command->options[i].name;
                if (!invocation->options[i] || streq(name, command->run_with))
                        continue;
                strbuf_addf(problem, "--%s cannot be used with --%s", name, command->run_with);
                return EXIT_USAGE;
        }
        return 0;
}

static int check_options(const Invocation *invocation, StrBuf *problem)
{
        if (check_alone(invocation, problem))
                return EXIT_USAGE;
        for (size_t i = 0; i < count_options(invocation->command); i++) {
                const CommandOption *option = &invocation->command->options[i];
                if (option->is_required && !invocation->options[i] &&
                        !(invocation->command->run_with && invocation_is_local(invocation))) {
                        strbuf_addf(
                                problem, "option --%s %s is missing", option->name, option->shown);
                        return EXIT_USAGE;
                }
                if (check_choice(invocation->options[i], option->choices, option->name, problem))
                        return EXIT_USAGE;
        }
        if (invocation->at && invocation_follows(invocation)) {
                strbuf_add(problem, "--at cannot be used with --follow: it follows what happens "
                                    "now");
                return EXIT_USAGE;
        }
        if (invocation->at && invocation->command->is_real) {
                strbuf_addf(problem, "--at cannot be used here: what %s sends leaves for real, now",
                        invocation->command->name);
                return EXIT_USAGE;
        }
        if (invocation->at && invocation->socket) {
                strbuf_add(problem, "--at cannot be used with a running daemon (--socket)");
                return EXIT_USAGE;
        }
        return 0;
}

int command_parse(int argc, char *argv[], Invocation *invocation, StrBuf *problem)
{
        bool has_options = true;
        int r = 0;

        *invocation = (Invocation){ 0 };
        for (int i = 1; i < argc && r == 0; i++) {
                const char *word = argv[i];
                if (has_options && streq(word, "--"))
                        has_options = false;
                else if (has_options && streq(word, "-h"))
                        invocation->wants_help = true;
                else if (has_options && strncmp(word, "--", 2) == 0)
                        r = parse_option(invocation, argv, &i, problem);
                else if (has_options && find_letter(invocation, word))
                        r = parse_letter(invocation, argv, &i, problem);
                else if (has_options && word[0] == '-' && word[1] && !strchr("0123456789", word[1]))
                        r = unknown_option(invocation, word, problem);
                else
                        r = parse_word(invocation, word, problem);
        }
        if (r != 0 || invocation->wants_help || invocation->wants_version)
                return r;
        if (!invocation->command) {
                strbuf_add(problem, "a command is missing");
                return EXIT_USAGE;
        }
        r = check_arguments(invocation, problem);
        return r != 0 ? r : check_options(invocation, problem);
}
