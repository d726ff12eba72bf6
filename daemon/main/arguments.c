/* SPDX-License-Identifier: MIT */
/* Owns the command line of relanced and the way it speaks to whoever typed it. */

#include "main/arguments.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

#include "sys/log.h"

#define CONFIG_DEFAULT "/etc/relanced/relanced.conf"

enum {
        OPTION_CONFIG = 1,
        OPTION_CHECK,
        OPTION_INIT,
        OPTION_ONCE,
        OPTION_AT,
        OPTION_DRY_RUN,
        OPTION_PRIVATE,
        OPTION_JOIN,
        OPTION_WORKER,
        OPTION_HELP,
        OPTION_VERSION
};

static const struct option options[] = {
        { "config", required_argument, NULL, OPTION_CONFIG },
        { "check", no_argument, NULL, OPTION_CHECK },
        { "init", no_argument, NULL, OPTION_INIT },
        { "once", no_argument, NULL, OPTION_ONCE },
        { "at", required_argument, NULL, OPTION_AT },
        { "dry-run", no_argument, NULL, OPTION_DRY_RUN },
        { "private", no_argument, NULL, OPTION_PRIVATE },
        { "join", no_argument, NULL, OPTION_JOIN },
        { "worker", required_argument, NULL, OPTION_WORKER },
        { "help", no_argument, NULL, OPTION_HELP },
        { "version", no_argument, NULL, OPTION_VERSION },
        { NULL, 0, NULL, 0 },
};

static char complaint[4096];

const char *last_complaint(void)
{
        return complaint;
}

void complain(const char *message_id, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(complaint, sizeof(complaint), format, arguments);
        va_end(arguments);
        if (message_id && getenv("JOURNAL_STREAM"))
                log_record(LOG_ERR, message_id, NULL, 0, "%s", complaint);
        else
                (void)fprintf(stderr, "relanced: %s\n", complaint);
}

void arguments_help(void)
{
        (void)fputs(
                "relanced chases unpaid invoices: politely, unattended, by the rules you set.\n"
                "\n"
                "usage: relanced [--config FILE] [--check | --init | --once] [--at TIME] "
                "[--dry-run]\n"
                "\n"
                "  --config FILE  the configuration; default " CONFIG_DEFAULT "\n"
                "  --check        tells every mistake of the configuration and ends\n"
                "  --init         makes an empty store and ends\n"
                "  --once         one wake, sends what is due, ends\n"
                "  --dry-run      with --once: tells what would leave, changes nothing\n"
                "  --at TIME      acts as though it were TIME (2026-03-05T09:00, or RFC 3339); "
                "with\n"
                "                 --once, --dry-run, --check; a store it was used on never sends\n"
                "                 without it any more. Its channels are as real as the\n"
                "                 configuration says: play with the module \"file\", or with\n"
                "                 --dry-run\n"
                "  --version, --help\n"
                "\n"
                "With RELANCED_LOG=debug in its environment the log has every step of the "
                "channels, "
                "too.\n"
                "Ends with 0: done, 1: refused or failed, 2: the command line is wrong.\n"
                "Everything else is asked of relancectl. More: relanced(8), "
                "relanced.conf(5).\n",
                stdout);
}

/* Whether mode is the first one asked for. */
static bool set_mode(Arguments *arguments, Mode mode)
{
        bool is_first = arguments->mode == MODE_DAEMON || arguments->mode == mode;

        arguments->mode = mode;
        return is_first;
}

static bool take_option(int option, Arguments *arguments)
{
        switch (option) {
        case OPTION_CONFIG: arguments->config = optarg; return true;
        case OPTION_AT: arguments->at = optarg; return true;
        case OPTION_DRY_RUN: arguments->is_dry_run = true; return true;
        case OPTION_CHECK: return set_mode(arguments, MODE_CHECK);
        case OPTION_INIT: return set_mode(arguments, MODE_INIT);
        case OPTION_ONCE: return set_mode(arguments, MODE_ONCE);
        case OPTION_PRIVATE: return set_mode(arguments, MODE_PRIVATE);
        case OPTION_JOIN: return set_mode(arguments, MODE_JOIN);
        case OPTION_WORKER: arguments->worker = optarg; return set_mode(arguments, MODE_WORKER);
        case OPTION_HELP: return set_mode(arguments, MODE_HELP);
        case OPTION_VERSION: return set_mode(arguments, MODE_VERSION);
        }
        return false;
}

static bool fits(const Arguments *arguments, const char **ret_problem)
{
        Mode mode = arguments->mode;

        if (arguments->is_dry_run && mode != MODE_ONCE && mode != MODE_CHECK) {
                *ret_problem = "--dry-run goes with --once";
                return false;
        }
        if (arguments->at && mode != MODE_ONCE && mode != MODE_CHECK && mode != MODE_PRIVATE) {
                *ret_problem = "--at goes with --once, --dry-run or --check";
                return false;
        }
        return true;
}

int arguments_parse(int argc, char *argv[], Arguments *ret_arguments)
{
        Arguments arguments = { .mode = MODE_DAEMON, .config = CONFIG_DEFAULT };
        const char *problem = "--check, --init and --once go one at a time";
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                if (option == '?') /* getopt has said what */
                        return EXIT_USAGE;
                if (!take_option(option, &arguments)) {
                        complain(NULL, "%s", problem);
                        return EXIT_USAGE;
                }
        }
        if (optind < argc) {
                complain(NULL, "what is '%s'? see relanced --help", argv[optind]);
                return EXIT_USAGE;
        }
        if (arguments.is_dry_run && arguments.mode == MODE_DAEMON)
                arguments.mode = MODE_ONCE;
        if (!fits(&arguments, &problem)) {
                complain(NULL, "%s", problem);
                return EXIT_USAGE;
        }
        *ret_arguments = arguments;
        return 0;
}
