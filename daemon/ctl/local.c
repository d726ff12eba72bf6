/* SPDX-License-Identifier: MIT */
/* Owns the commands that are done without any daemon: check, help, completion. */

#include "ctl/local.h"

#include <errno.h>
#include <stdio.h>

#include "ctl/launch.h"
#include "ctl/text.h"

static int print(StrBuf *text)
{
        bool is_whole = strbuf_error(text) == 0 && fputs(strbuf_text(text), stdout) != EOF;

        strbuf_release(text);
        return is_whole && fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int run_check(const Invocation *invocation)
{
        const char *config = invocation->n_words > 0 ? invocation->words[0] : invocation->config;
        const char *const arguments[] = { "--config", config ? config : CONFIG_DEFAULT, "--check",
                invocation->at ? "--at" : NULL, invocation->at, NULL };

        int r = launch_replace(arguments);
        text_complain("relanced cannot be started: %s", strerror(-r));
        return EXIT_REFUSED;
}

int run_help(const Invocation *invocation)
{
        const char *name = invocation->n_words > 0 ? invocation->words[0] : NULL;
        const Command *command = name ? command_find(name) : NULL;
        StrBuf text = STRBUF_INIT;

        if (name && !command) {
                text_complain("unknown command '%s': see relancectl help", name);
                return EXIT_USAGE;
        }
        if (command)
                command_help(command, &text);
        else
                command_overview(&text);
        return print(&text);
}

int run_completion(const Invocation *invocation)
{
        StrBuf text = STRBUF_INIT;

        command_bash_completion(&text);
        return print(&text);
}
