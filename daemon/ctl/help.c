/* SPDX-License-Identifier: MIT */
/* Owns the texts that are made from the table of commands: usage, help, completion. Pure. */

#include "ctl/commands.h"
#include "ctl/local.h"

#define COLUMN 14

static void add_argument(const CommandArgument *argument, StrBuf *text)
{
        strbuf_addf(text, argument->is_optional ? " [%s]" : " %s", argument->shown);
        if (argument->is_repeated)
                strbuf_add(text, "…");
}

void command_usage(const Command *command, StrBuf *text)
{
        strbuf_add(text, command->name);
        for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX && command->arguments[i].shown; i++)
                add_argument(&command->arguments[i], text);
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                const CommandOption *option = &command->options[i];
                bool is_alone = command->run_with && strcmp(option->name, command->run_with) == 0;
                strbuf_addf(text,
                        is_alone              ? " | --%s%s%s"
                        : option->is_required ? " --%s%s%s"
                                              : " [--%s%s%s]",
                        option->name, option->shown ? " " : "", option->shown ? option->shown : "");
        }
}

static void add_choices(const char *const *choices, StrBuf *text)
{
        for (size_t i = 0; choices && choices[i]; i++)
                strbuf_addf(text, "%s%s", i == 0 ? ": " : " | ", choices[i]);
}

void command_help(const Command *command, StrBuf *text)
{
        strbuf_add(text, "relancectl ");
        command_usage(command, text);
        strbuf_addf(text, "\n\n%s\n", command->help);
        if (command->detail)
                strbuf_addf(text, "%s\n", command->detail);
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                const CommandOption *option = &command->options[i];
                strbuf_addf(text, "%s  --%s%s%s\n      %s", i == 0 ? "\n" : "", option->name,
                        option->shown ? " " : "", option->shown ? option->shown : "", option->help);
                add_choices(option->choices, text);
                strbuf_add_char(text, '\n');
        }
        strbuf_add(text, "\n`relancectl help` lists the options that every command takes.\n");
}

void command_overview(StrBuf *text)
{
        size_t n, n_globals;
        const Command *commands = command_list(&n);
        const GlobalOption *globals = command_globals(&n_globals);

        strbuf_add(text, "relancectl [OPTIONS] COMMAND …: looks at and steers relanced\n\n");
        for (size_t i = 0; i < n; i++)
                strbuf_addf(text, "  %-*s %s\n", COLUMN, commands[i].name, commands[i].help);
        strbuf_add(text, "\nOptions, before or after the command:\n");
        for (size_t i = 0; i < n_globals; i++) {
                StrBuf option = STRBUF_INIT;
                strbuf_addf(&option, "--%s%s%s", globals[i].name, globals[i].shown ? " " : "",
                        globals[i].shown ? globals[i].shown : "");
                strbuf_addf(text, "  %-*s %s\n", COLUMN, strbuf_text(&option), globals[i].help);
                strbuf_release(&option);
        }
        strbuf_add(text, "\nExit codes: 0 done, 1 refused or failed, 2 usage, 3 not found, "
                         "4 no daemon answers,\nor your account may not ask it.\n"
                         "`relancectl help COMMAND` tells more about one; relancectl(1) has all, "
                         "with the\nreasons, states and tasks.\n");
}

/* "a|b|c) words='…' ;;" for what follows an option that takes one of a few words. */
static void add_option_values(const Command *command, StrBuf *text)
{
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                const CommandOption *option = &command->options[i];
                if (!option->choices)
                        continue;
                strbuf_addf(text, "        %s:--%s) words='", command->name, option->name);
                for (size_t j = 0; option->choices[j]; j++)
                        strbuf_addf(text, "%s%s", j > 0 ? " " : "", option->choices[j]);
                strbuf_add(text, "' ;;\n");
        }
}

static void add_words(const Command *command, StrBuf *text)
{
        const CommandArgument *first = &command->arguments[0];
        const char *separator = "";

        strbuf_addf(text, "        %s) words='", command->name);
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                strbuf_addf(text, "%s--%s", separator, command->options[i].name);
                separator = " ";
        }
        for (size_t i = 0; first->shown && first->choices && first->choices[i]; i++) {
                strbuf_addf(text, "%s%s", separator, first->choices[i]);
                separator = " ";
        }
        strbuf_addf(text, "'%s ;;\n",
                first->parameter && strcmp(first->parameter, "file") == 0 ? " files=yes" : "");
}

static void add_names(StrBuf *text)
{
        size_t n;
        const Command *commands = command_list(&n);

        for (size_t i = 0; i < n; i++)
                strbuf_addf(text, "%s%s", i > 0 ? " " : "", commands[i].name);
}

void command_bash_completion(StrBuf *text)
{
        size_t n, n_globals;
        const Command *commands = command_list(&n);
        const GlobalOption *globals = command_globals(&n_globals);

        strbuf_add(text, "# bash completion for relancectl: made by `relancectl completion bash`\n"
                         "_relancectl()\n{\n"
                         "        local current=${COMP_WORDS[COMP_CWORD]}\n"
                         "        local previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                         "        local command= words= files= word i commands='");
        add_names(text);
        strbuf_add(text, "'\n"
                         "        for ((i = 1; i < COMP_CWORD; i++)); do\n"
                         "                word=${COMP_WORDS[i]}\n"
                         "                case $word in\n"
                         "                --config|--socket|--at) ((i++)) ;;\n"
                         "                -*) ;;\n"
                         "                *) command=$word; break ;;\n"
                         "                esac\n"
                         "        done\n"
                         "        case $command:$previous in\n"
                         "        *:--config|*:--socket) files=yes ;;\n"
                         "        help:help) words=$commands ;;\n");
        for (size_t i = 0; i < n; i++)
                add_option_values(&commands[i], text);
        strbuf_add(text, "        *) case $command in\n"
                         "        '') words=$commands ;;\n");
        for (size_t i = 0; i < n; i++)
                add_words(&commands[i], text);
        strbuf_add(text, "        esac\n"
                         "        words+='");
        for (size_t i = 0; i < n_globals; i++)
                strbuf_addf(text, " --%s", globals[i].name);
        strbuf_add(text, "' ;;\n"
                         "        esac\n"
                         "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                         "        if [[ $files ]]; then\n"
                         "                compopt -o filenames\n"
                         "                mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY "
                         "< <(compgen -f -- \"$current\")\n"
                         "        fi\n"
                         "}\n"
                         "complete -F _relancectl relancectl\n");
}
