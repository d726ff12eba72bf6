/* SPDX-License-Identifier: MIT */
/*
 * Owns the table of commands and the reading of a command line. Never does I/O. What cannot be
 * understood is told in a sentence with the nearest thing that could have been meant.
 */

#include "ctl/commands.h"

#include "base/parse.h"
#include "ctl/local.h"
#include "ctl/show.h"

static const char *const kinds[] = { "payment", "credit", "refund", "chargeback", "write-off",
        NULL };
static const char *const reasons[] = { "delivery-late", "not-delivered", "defective", "quality",
        "price", "wrong-invoice", "other", NULL };
static const char *const states[] = { "pending", "handed", "sent", "failed", "uncertain",
        "cancelled", NULL };
static const char *const outcomes[] = { "sent", "failed", NULL };
static const char *const shells[] = { "bash", NULL };

#define INVOICE                                                                                    \
        {                                                                                          \
                "INVOICE", "invoice"                                                               \
        }
#define TARGET                                                                                     \
        {                                                                                          \
                "INVOICE|customer:ID", "target"                                                    \
        }
#define NOTE                                                                                       \
        {                                                                                          \
                "note", "TEXT", "a note for those who look later"                                  \
        }

static const Command commands[] = {
        { "status", .help = "whether all is well, on one screen", .path = "/v1/status",
                .show = show_status, .judge = judge_status,
                .detail = "For monitoring: exits with 0 when all is well, 1 when something needs a "
                          "person now\n(the first lines say what), 4 when a daemon that should "
                          "answer does not." },
        { "import", { { "FILE", "file", .is_repeated = true } },
                .help = "read customers, invoices and payments (CSV)", .path = "/v1/import",
                .is_post = true, .is_slow = true, .show = show_import, .judge = judge_import,
                .detail =
                        "The kind of a file is told by its header. Importing a file twice changes "
                        "nothing. Rows in\nerror are told with file and line, the others count; "
                        "then the exit code is 1." },
        { "invoices", .help = "every invoice and what is open", .path = "/v1/invoices",
                .show = show_invoices },
        { "customers", .help = "every customer, address and balance", .path = "/v1/customers",
                .show = show_customers },
        { "notices", .help = "what is on its way out (not final)", .path = "/v1/notices",
                .show = show_log },
        { "tasks", .help = "what only a person may do", .path = "/v1/tasks", .show = show_tasks },
        { "show", { { "INVOICE|NOTICE", "invoice" } },
                .help = "everything about one invoice, or one notice", .path = "/v1/show/",
                .show = show_page,
                .detail = "NOTICE is a notice's number in the log: its message as it was sent, and "
                          "every try. Where an\ninvoice has that number, notice:NUMBER means the "
                          "notice." },
        { "explain", { INVOICE }, .help = "why it was chased or not, and what comes next",
                .path = "/v1/explain/", .show = show_explain },
        { "preview", { INVOICE },
                { { "step", "STEP", "another step than the next" },
                        { "channel", "CHANNEL", "by this channel alone" } },
                .help = "the message that would go out", .path = "/v1/preview/",
                .show = show_preview },
        { "pay", { INVOICE, { "AMOUNT", "amount" } },
                { { "date", "DATE", "the day it was paid (default: today)" },
                        { "kind", "KIND", "what it is (default: payment)", .choices = kinds } },
                .help = "record a payment", .path = "/v1/pay/", .is_post = true,
                .show = show_recorded },
        { "hold", { TARGET },
                { { "until", "DATE", "its last day (default: until released)" }, NOTE },
                .help = "do not chase for a while", .path = "/v1/hold/", .is_post = true,
                .show = show_recorded },
        { "release", { TARGET }, .help = "end holds and disputes", .path = "/v1/release/",
                .is_post = true, .show = show_recorded,
                .detail = "Chasing goes on from the next day." },
        { "dispute", { INVOICE },
                { { "reason", "REASON", "what the customer says", .is_required = true,
                          .choices = reasons },
                        NOTE },
                .help = "record that the customer disputes it", .path = "/v1/dispute/",
                .is_post = true, .show = show_recorded },
        { "contact", { { "CUSTOMER", "customer" } },
                { { "email", "ADDRESS", "the e-mail address" },
                        { "phone", "NUMBER", "the phone that gets SMS" },
                        { "whatsapp", "NUMBER", "the WhatsApp number" } },
                .help = "correct addresses of a customer", .path = "/v1/contact/", .is_post = true,
                .show = show_recorded,
                .detail = "An empty value (--phone '') removes an address." },
        { "send", { INVOICE }, { { "step", "STEP", "another step than the next" } },
                .help = "send its next notice now", .path = "/v1/send/", .is_post = true,
                .is_slow = true, .show = show_sent, .judge = judge_sent,
                .detail = "The sending window and every other guard hold as always." },
        { "wake", .help = "go through the accounts now, and send what is due", .path = "/v1/wake",
                .is_post = true, .is_slow = true, .show = show_woken, .judge = judge_woken,
                .detail = "What relanced does by itself at the configured hours. The sending "
                          "window and\nevery other guard hold as always; waking twice sends "
                          "nothing twice." },
        { "settle", { { "NOTICE", "notice" }, { "sent|failed", "outcome", .choices = outcomes } },
                .help = "say what became of an uncertain notice", .path = "/v1/settle/",
                .is_post = true, .show = show_recorded,
                .detail = "sent: its step is done. failed: it surely did not leave, and its step "
                          "is decided again." },
        { "log", .help = "every notice and what became of it",
                .options = { { "since", "TIME", "from that day or minute on" },
                        { "until", "TIME", "before that minute; up to that day, which counts" },
                        { "customer", "ID", "of one customer" },
                        { "invoice", "INVOICE", "that ask for one invoice, or only list it" },
                        { "step", "STEP", "of one step: of the notice's lead, as listed" },
                        { "channel", "CHANNEL", "by one channel" },
                        { "state", "STATE", "in one state", .choices = states },
                        { "follow", NULL, "go on with a line for each change, until Ctrl-C" } },
                .path = "/v1/log", .show = show_log, .show_next = show_log_line,
                .detail = "TIME is YYYY-MM-DD or YYYY-MM-DDTHH:MM on the creditor's clock, or RFC "
                          "3339; it is compared\nwith when a notice was sent, else decided. "
                          "--until 2026-03-31 includes all of that day;\n--until 2026-03-31T12:00 "
                          "ends before noon.\n\n"
                          "With --follow and --since, what there is comes first. It needs a daemon "
                          "that runs, and\nexits with 4 when that one ends. Who reads too slowly "
                          "is told how many changes were\nmissed; with --json: {\"lost\": N}." },
        { "channels", { { "CHANNEL", "channel", .is_optional = true } },
                .help = "how every channel stands; all about one", .path = "/v1/channels",
                .show = show_channels, .judge = judge_channels,
                .detail = "With CHANNEL, or --json, its options too; of a secret only where it "
                          "comes from. Exits\nwith 1 when a module or its options are wrong; the "
                          "others are listed all the same." },
        { "test", { { "CHANNEL", "channel" } },
                { { "to", "ADDRESS",
                        "where it goes: yours, or a colleague's; any text for a "
                        "channel without addresses",
                        .is_required = true } },
                .help = "send a test by a channel, and see what happens", .path = "/v1/test/",
                .is_post = true, .is_real = true, .is_slow = true, .show = show_test,
                .judge = judge_test,
                .detail = "The message says that it is a test and that nothing is owed. It leaves "
                          "for real and at\nonce, outside the sending window too, on a "
                          "simulated store too (so there is no --at), by a\nsuspended channel "
                          "too: if it gets through, the suspension is over. No invoice, customer "
                          "or\nnotice is touched, and it counts as no contact.\n\n"
                          "Exits with 0 only if the other side has taken it on; with 1 when it "
                          "was not sent or may or\nmay not have been (the last line says which), "
                          "2 usage, 3 no such channel." },
        { "check", { { "FILE", "file", .is_optional = true } },
                .help = "check a configuration (default: the service's)", .run = run_check,
                .detail =
                        "Of passwords and folders that your account may not read it says so: only "
                        "root, or the\nservice's own user, can check those." },
        { "backup", { { "FILE", "file" } }, .help = "a consistent copy of the store",
                .path = "/v1/backup", .is_saved = true, .is_slow = true,
                .detail = "FILE must not exist yet." },
        { "help", { { "COMMAND", "command", .is_optional = true } }, .help = "this, or one command",
                .run = run_help },
        { "completion", { { "bash", "shell", .choices = shells } },
                .help = "a completion script for the shell", .run = run_completion },
};

static const GlobalOption globals[] = {
        { "config", "FILE", "the configuration (default: " CONFIG_DEFAULT ")" },
        { "socket", "PATH", "ask the daemon that listens there (a socket, or their folder)" },
        { "at", "TIME", "act as though it were TIME (simulated stores)" },
        { "json", NULL, "one JSON object per line" },
        { "version", NULL, "print the version" },
        { "help", NULL, "print help" },
};

const Command *command_list(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(commands);
        return commands;
}

const GlobalOption *command_globals(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(globals);
        return globals;
}

const Command *command_find(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(commands); i++)
                if (streq(commands[i].name, name))
                        return &commands[i];
        return NULL;
}

const char *invocation_option(const Invocation *invocation, const char *name)
{
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && invocation->command->options[i].name; i++)
                if (streq(invocation->command->options[i].name, name))
                        return invocation->options[i];
        return NULL;
}

bool invocation_follows(const Invocation *invocation)
{
        return invocation->command->show_next && invocation_option(invocation, "follow");
}

static size_t count_options(const Command *command)
{
        size_t n = 0;

        while (command && n < COMMAND_OPTIONS_MAX && command->options[n].name)
                n++;
        return n;
}

/* Where an option's value goes; NULL: there is no such option. */
static const char **find_value(
        Invocation *invocation, const char *name, size_t length, bool *ret_is_flag)
{
        const Command *command = invocation->command;
        const char **values[] = { &invocation->config, &invocation->socket, &invocation->at };

        *ret_is_flag = false;
        for (size_t i = 0; i < ELEMENTSOF(values); i++)
                if (strlen(globals[i].name) == length && !strncmp(globals[i].name, name, length))
                        return values[i];
        for (size_t i = 0; i < count_options(command); i++)
                if (strlen(command->options[i].name) == length &&
                        !strncmp(command->options[i].name, name, length)) {
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
        const char *names[ELEMENTSOF(globals) + COMMAND_OPTIONS_MAX];
        _cleanup_(freep) char *name = strndup(option + 2, strcspn(option + 2, "="));
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(globals); i++)
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

static int parse_command(Invocation *invocation, const char *name, StrBuf *problem)
{
        const char *names[ELEMENTSOF(commands)];

        invocation->command = command_find(name);
        if (invocation->command)
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(commands); i++)
                names[i] = commands[i].name;
        strbuf_addf(problem, "unknown command '%s'", name);
        const char *nearest = nearest_name(name, names, ELEMENTSOF(names));
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
        size_t n = 0;

        for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX && command->arguments[i].shown; i++) {
                const CommandArgument *argument = &command->arguments[i];
                if (n >= invocation->n_words && !argument->is_optional) {
                        strbuf_addf(problem, "%s is missing", argument->shown);
                        return EXIT_USAGE;
                }
                if (n < invocation->n_words && !*invocation->words[n]) {
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

static int check_options(const Invocation *invocation, StrBuf *problem)
{
        for (size_t i = 0; i < count_options(invocation->command); i++) {
                const CommandOption *option = &invocation->command->options[i];
                if (option->is_required && !invocation->options[i]) {
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
