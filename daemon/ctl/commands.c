/* SPDX-License-Identifier: MIT */
/* Owns the table of commands: what each takes, asks for and is shown by. Never runs one. */

#include "ctl/commands.h"

#include "ctl/local.h"
#include "ctl/show.h"

static const char *const kinds[] = { "payment", "credit", "refund", "chargeback", "write-off",
        NULL };
static const char *const reasons[] = { "delivery-late", "not-delivered", "defective", "quality",
        "price", "wrong-invoice", "other", NULL };
static const char *const states[] = { "pending", "handed", "sent", "failed", "uncertain",
        "cancelled", NULL };
static const char *const outcomes[] = { "sent", "failed", NULL };
static const char *const purposes[] = { "agency", "court", NULL };
static const char *const papers[] = { "zip", "pdf", "letter", "statement", "charges", NULL };
static const char *const formats[] = { "text", "html", "eml", "png", NULL };
static const char *const shells[] = { "bash", NULL };

#define INVOICE                                                                                    \
        {                                                                                          \
                "INVOICE", "invoice"                                                               \
        }
#define TARGET                                                                                     \
        {                                                                                          \
                "INVOICE|customer:ID", "target"                                                    \
        }
#define TASKS                                                                                      \
        {                                                                                          \
                "TASK", "task", .is_repeated = true                                                \
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
                .is_post = true, .has_files = true, .is_slow = true, .show = show_import,
                .judge = judge_import,
                .detail =
                        "The kind of a file is told by its header. Importing a file twice changes "
                        "nothing. Rows in\nerror are told with file and line, the others count; "
                        "then the exit code is 1." },
        { "invoices",
                .options = { { "customer", "ID", "of one customer: those that are open" },
                        { "all", NULL, "with --customer: the closed ones, too" } },
                .help = "every invoice and what is open", .path = "/v1/invoices",
                .show = show_invoices },
        { "customers", .help = "every customer, address and balance", .path = "/v1/customers",
                .show = show_customers },
        { "notices", .help = "what is on its way out (not final)",
                .options = { { "customer", "ID", "of one customer" },
                        { "invoice", "INVOICE", "that ask for one invoice, or only list it" },
                        { "step", "STEP", "of one step: of the notice's lead, as listed" },
                        { "channel", "CHANNEL", "by one channel" } },
                .path = "/v1/notices", .show = show_log },
        { "tasks", .help = "what only a person may do", .path = "/v1/tasks", .show = show_tasks },
        { "show", { { "INVOICE|NOTICE", "invoice" } },
                .help = "everything about one invoice, or one notice", .path = "/v1/show/",
                .show = show_page,
                .detail = "NOTICE is a notice's number in the log: its message as it was sent, and "
                          "every try. Where an\ninvoice has that number, notice:NUMBER means the "
                          "notice." },
        { "explain", { INVOICE }, .help = "why it was chased or not, and what comes next",
                .path = "/v1/explain/", .show = show_explain },
        { "forecast", .help = "what would leave in days to come, if nobody pays",
                .options = { { "days", "N", "how many days, from now on (default: 30)" },
                        { "with", "FILE", "what this configuration would change about it",
                                .is_sent = true },
                        { "customer", "ID", "of one customer" },
                        { "invoice", "INVOICE", "that ask for one invoice, or only list it" },
                        { "resumed", NULL,
                                "as though somebody had resumed, after a pause or an "
                                "alarm" },
                        { "waiting", NULL, "also what would wait for a person, in --json, too" } },
                .path = "/v1/forecast", .is_slow = true, .for_people = "waiting",
                .show = show_forecast,
                .detail =
                        "Every rule is asked as on the day itself: windows, holidays, gaps, holds, "
                        "promises. Nobody\nis thought to pay or to answer, nobody approves; what "
                        "waits for a person stands last.\nNothing is sent and nothing is "
                        "changed.\n\n"
                        "--with FILE compares: which notices would appear, disappear, move, or "
                        "change (another\ndeadline, sum or address) if FILE were the "
                        "configuration; and last which tasks for a\nperson would appear, disappear "
                        "or "
                        "move. Texts are not compared. FILE is read by your\naccount, with all it "
                        "includes; it stays where it is and the service goes on with its\nown. "
                        "What is wrong with it is told as check does." },
        { "preview", { INVOICE },
                { { "step", "STEP", "another step than the next" },
                        { "channel", "CHANNEL", "by this channel alone" },
                        { "format", "FORMAT", "what to show of it (default: text)",
                                .choices = formats },
                        { "output", "FILE", "the file to make; it must not exist yet",
                                .is_ours = true, .letter = 'o' } },
                .help = "the message that would go out", .path = "/v1/preview/",
                .make = make_preview,
                .detail = "As it would be if it went now; nothing is sent. Of a step call: what "
                          "whoever telephones\nhas to know and to ask. Of an e-mail there are also "
                          "its page\n(html), the mail byte for byte as its channel would "
                          "send it, with its documents (eml),\nand the page as a picture (png): "
                          "that is drawn by chromium or wkhtmltoimage, one of\nwhich must be "
                          "installed. With --json, the answer of the daemon: with --output, as "
                          "that file." },
        { "pay", { INVOICE, { "AMOUNT", "amount" } },
                { { "date", "DATE", "the day it was paid (default: today)" },
                        { "kind", "KIND", "what it is (default: payment)", .choices = kinds },
                        { "force", NULL, "also with a date that is yet to come" } },
                .help = "record a payment", .path = "/v1/pay/", .is_post = true,
                .show = show_recorded },
        { "promise", { INVOICE, { "DATE", "date" }, { "AMOUNT", "amount", .is_optional = true } },
                { { "force", NULL, "also beyond the policy's max_promises" }, NOTE },
                .help = "the customer says he will pay by a day", .path = "/v1/promise/",
                .is_post = true, .show = show_recorded,
                .detail = "Until the end of that day it is not chased; from the next day on, if it "
                          "is still open,\nits ladder goes on. AMOUNT: what was promised (default: "
                          "all that is open). A new promise\ntakes the place of the one before." },
        { "plan", { INVOICE },
                { { "parts", "N", "how many parts of equal size", .is_required = true },
                        { "first", "DATE", "the day the first one is due", .is_required = true },
                        { "every", "PERIOD", "how far apart they are: 10d, 2w, 1m (default: 1m)" },
                        { "fee", "AMOUNT", "a fee on top, with the first part" }, NOTE },
                .help = "let the customer pay in parts", .path = "/v1/plan/", .is_post = true,
                .show = show_recorded,
                .detail = "What is open of the invoice becomes N parts under the policy 'plan'. A "
                          "part that is late\nbeyond its grace_days breaks the plan. What is paid "
                          "from now on pays the parts first.\nMonths are of the calendar; a first "
                          "part on the last day of its month puts the others on\nthe last day of "
                          "theirs." },
        { "hold", { TARGET },
                { { "until", "DATE", "its last day (default: until released)" }, NOTE },
                .help = "do not chase for a while", .path = "/v1/hold/", .is_post = true,
                .show = show_recorded },
        { "release", { TARGET }, .help = "end holds, disputes and promises", .path = "/v1/release/",
                .is_post = true, .show = show_recorded,
                .detail = "Chasing goes on from the next day." },
        { "dispute", { INVOICE },
                { { "reason", "REASON", "what the customer says", .is_required = true,
                          .choices = reasons },
                        NOTE },
                .help = "record that the customer disputes it", .path = "/v1/dispute/",
                .is_post = true, .show = show_recorded },
        { "reply", { { "CUSTOMER", "customer" } },
                { { "date", "DATE", "the day it came (default: today)" },
                        { "channel", "CHANNEL", "by which it came" }, NOTE },
                .help = "record that a customer has answered", .path = "/v1/reply/",
                .is_post = true, .show = show_recorded,
                .detail = "He is left alone for limits.reply_pause_days, and a task is opened for "
                          "whoever deals with\nit. Who wrote by WhatsApp just now gets free text "
                          "there for a day, without a template." },
        { "skip", { INVOICE, { "STEP", "step" } },
                { { "note", "TEXT", "why", .is_required = true } },
                .help = "leave its next step out", .path = "/v1/skip/", .is_post = true,
                .show = show_recorded,
                .detail = "It counts as that day's step: the one after it comes another day." },
        { "policy", { INVOICE, { "POLICY", "policy", .may_be_empty = true } },
                .help = "chase it by another policy", .path = "/v1/policy/", .is_post = true,
                .show = show_recorded,
                .detail = "auto, or an empty name: the customer's policy again, else what the "
                          "rules say." },
        { "waive", { INVOICE }, { NOTE }, .help = "ask for no charges of lateness",
                .path = "/v1/waive/", .is_post = true, .show = show_recorded,
                .detail = "The interest and the fixed sum that have come up to today are waived." },
        { "opt-out", { { "CUSTOMER", "customer" }, { "CHANNEL", "channel" } },
                .help = "never write to a customer by a channel again", .path = "/v1/opt-out/",
                .is_post = true, .show = show_recorded },
        { "approve", { TASKS }, { NOTE }, .help = "let go what waits for a person",
                .path = "/v1/approve", .is_post = true, .is_slow = true, .show = show_recorded,
                .judge = judge_answered,
                .detail = "TASK is a task's number, or a kind for all open tasks of that kind: "
                          "`approve adopt`.\nA step with approve = true goes out as any other; an "
                          "agency's or lawyer's file is handed\nover; an old invoice is chased." },
        { "refuse", { TASKS }, { NOTE }, .help = "leave out what waits for a person",
                .path = "/v1/refuse", .is_post = true, .is_slow = true, .show = show_recorded,
                .judge = judge_answered,
                .detail = "TASK: as for approve. The step is skipped, and the ladder goes on after "
                          "it; an old invoice\nis held until it is released." },
        { "done", { TASKS }, { NOTE }, .help = "say that a person has done it", .path = "/v1/done",
                .is_post = true, .is_slow = true, .show = show_recorded, .judge = judge_answered,
                .detail = "TASK: as for approve. The step counts as done, as if it had been sent: "
                          "a call was made, a\nfile was handed over. Of what is only to be known "
                          "the task is closed." },
        { "undo", { { "FACT", "fact" } }, .help = "take back what was recorded",
                .path = "/v1/undo/", .is_post = true, .show = show_recorded,
                .detail = "FACT is the number that every command tells, and that show INVOICE "
                          "lists. Nothing is\nerased: a further fact takes it back, with what "
                          "followed from it. What has been sent\nstays sent." },
        { "pause", .options = { NOTE }, .help = "send nothing at all, until resume",
                .path = "/v1/pause", .is_post = true, .show = show_recorded,
                .detail = "Everything is looked at as always, and nothing leaves." },
        { "resume", .help = "go on after a pause or an alarm", .path = "/v1/resume",
                .is_post = true, .show = show_recorded,
                .detail = "Also what ends an alarm that stopped all sending: no wake for too long, "
                          "a clock that\njumped, a restored backup. See relancectl tasks first." },
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
                        { "follow", NULL, "go on with a line for each change, until Ctrl-C" },
                        { "verify", NULL, "whether it is what was written, entry by entry" } },
                .path = "/v1/log", .show = show_log, .show_next = show_log_line,
                .judge = judge_verified, .judged_with = "verify",
                .detail =
                        "TIME is YYYY-MM-DD or YYYY-MM-DDTHH:MM on the creditor's clock, RFC 3339, "
                        "today or yesterday;\nit is compared with when a notice was sent, else "
                        "decided. --until 2026-03-31 includes all\nof that day; --until "
                        "2026-03-31T12:00 ends before noon.\n\n"
                        "With --follow and --since, what there is comes first. It needs a daemon "
                        "that runs, and\nexits with 4 when that one ends. Who reads too slowly "
                        "is told how many changes were\nmissed; with --json: {\"lost\": N}.\n\n"
                        "What became of each notice is an entry that carries the hash of the one "
                        "before it.\n--verify goes through all of them, with the notices and their "
                        "texts, and names the first\nthat is not as it was written; then it exits "
                        "with 1. See relanced-dossier(5)." },
        { "dossier", { TARGET },
                { { "output", "FILE", "the file; it must not exist yet", .is_required = true,
                          .is_ours = true, .letter = 'o' },
                        { "format", "FORMAT",
                                "all in a ZIP or in one PDF; or one part of it alone "
                                "(default: zip)",
                                .choices = papers },
                        { "for", "WHOM", "whom it is made for (default: court)",
                                .choices = purposes },
                        { "currency", "CODE", "of a customer who owes in several" },
                        { "verify", "FILE", "whether a dossier is still what it was",
                                .is_ours = true } },
                .help = "all about a claim in one file, for an agency or a court",
                .path = "/v1/dossier/", .is_saved = true, .is_slow = true, .run = run_verify,
                .run_with = "verify",
                .detail =
                        "An invoice, or all that is past due of a customer: what is claimed and "
                        "why, the invoices,\nevery message as it was sent, what was agreed; as PDF "
                        "and as JSON, with the hashes of\nall. Nothing is sent and nothing "
                        "changes. See relanced-dossier(5).\n\n--verify needs no daemon and no "
                        "configuration: it compares each file of the ZIP with its\nMANIFEST and "
                        "each message with the log's entries, and exits with 1 at the first that "
                        "is\nnot as it was." },
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

/* The option's value, or NULL. */
const char *invocation_option(const Invocation *invocation, const char *name)
{
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && invocation->command->options[i].name; i++)
                if (streq(invocation->command->options[i].name, name))
                        return invocation->options[i];
        return NULL;
}

bool invocation_is_judged(const Invocation *invocation)
{
        const Command *command = invocation->command;

        return command->judge &&
               (!command->judged_with || invocation_option(invocation, command->judged_with));
}

bool invocation_is_local(const Invocation *invocation)
{
        const Command *command = invocation->command;

        return command->run &&
               (!command->run_with || invocation_option(invocation, command->run_with));
}

const char *invocation_output(const Invocation *invocation)
{
        const char *output = invocation_option(invocation, "output");

        return output ? output : invocation->words[0];
}

bool invocation_follows(const Invocation *invocation)
{
        return invocation->command->show_next && invocation_option(invocation, "follow");
}
