/* SPDX-License-Identifier: MIT */
/* Owns the commands that are done without any daemon: check, help, completion, the look
 * at a dossier. */

#include "ctl/local.h"

#include <errno.h>
#include <fcntl.h>
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

/* What can read a ZIP is a program of its own. */
int run_verify(const Invocation *invocation)
{
        const char *name = invocation_option(invocation, "verify");
        const char *const arguments[] = { "verify", name, invocation->is_json ? "--json" : NULL,
                NULL };
        _cleanup_(closep) int fd = open(name, O_RDONLY | O_CLOEXEC);

        if (fd < 0 || dup2(fd, STDIN_FILENO) < 0) {
                text_complain("%s: %s", name, strerror(errno));
                return EXIT_REFUSED;
        }
        int r = launch_replace_paper(arguments);
        text_complain("relanced-paper cannot be started: %s", strerror(-r));
        return EXIT_REFUSED;
}
