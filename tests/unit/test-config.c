/* SPDX-License-Identifier: MIT */
/* config/config: what a good file says, to the letter, and what is shipped. */

#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config-folder.h"
#include "sys/file.h"

#define ROOT RELANCED_SOURCE_ROOT
#define FIRM "creditor = { name = \"A\"; };\n"
#define EMAIL "channels = { email = { module = \"file\"; }; };\n"

/* The configuration of a text that is without errors. */
static Config *load_good(const char *text)
{
        Problems problems = { 0 };
        Config *config = NULL;

        write_text("good.conf", text, strlen(text));
        int r = load_named("good.conf", &problems, &config);
        for (size_t i = 0; i < problems.n && r < 0; i++)
                print_error("%u: %s\n", problems.list[i].line, problems.list[i].text);
        assert_int_equal(r, 0);
        assert_int_equal(problems.n_errors, 0);
        problems_release(&problems);
        return config;
}

/* Good files */

static void a_name_is_enough_and_the_rest_has_defaults(void **state)
{
        assert_int_equal(unsetenv("CACHE_DIRECTORY"), 0);
        Config *config = load_good(FIRM);
        const Rulebook *book = &config->book;
        static const Limits limits = { 3, 60, 7, 0, 24, 24, 5 };

        assert_string_equal(config->creditor.name, "A");
        assert_string_equal(config->creditor.country, "FR");
        assert_string_equal(config->creditor.timezone, "Europe/Paris");
        assert_string_equal(config->creditor.language, "fr");
        assert_string_equal(config->creditor.currency, "EUR");
        assert_string_equal(config->creditor.iban, "");
        assert_int_equal(config->creditor.n_address, 0);
        assert_string_equal(config->state, "/var/lib/relanced");
        assert_string_equal(config->documents, "/var/lib/relanced/documents");
        assert_string_equal(config->cache, access("/var/cache/relanced", F_OK) == 0
                                                   ? "/var/cache/relanced"
                                                   : "/var/lib/relanced/cache");
        assert_string_equal(config->templates, "");
        assert_int_equal(config->wake_days, WINDOW_ALL_DAYS);
        assert_int_equal(config->n_wake_minutes, 2);
        assert_int_equal(config->wake_minutes[0], 9 * 60);
        assert_int_equal(config->wake_minutes[1], 14 * 60);
        assert_int_equal(book->sending.days, 0x1F);
        assert_int_equal(book->sending.from_minute, 9 * 60);
        assert_int_equal(book->sending.to_minute, 18 * 60);
        assert_ptr_equal(book->sending.calendar, calendar_find("FR"));
        assert_memory_equal(&book->limits, &limits, sizeof(limits));
        assert_int_equal(book->n_rules, 1);
        assert_ptr_equal(book->rules[0].policy, rulebook_find_policy(book, "standard"));
        config_free(config);
}

static void a_bank_account_is_read_however_it_is_typed(void **state)
{
        Config *config = load_good("creditor = { name = \"A\"; bic = \"agrifrpp\";\n"
                                   "  iban = \"fr76\u00a03000 6000\u202f0112 3456 7890 189\"; };\n"
                                   "channels = { email = { module = \"file\"; };\n"
                                   "  sms = { module = \"file\"; }; };");

        assert_string_equal(config->creditor.iban, "FR76 3000 6000 0112 3456 7890 189");
        assert_string_equal(config->creditor.bic, "AGRIFRPP");
        config_free(config);
}

static void the_policy_of_a_file_without_policies_uses_the_channels_there_are(void **state)
{
        Config *config = load_good(FIRM
                "channels = { email = { module = \"file\"; }; sms = { module = \"file\"; }; };");
        const Policy *policy = rulebook_find_policy(&config->book, "standard");
        static const char *const ids[] = { "courtesy", "reminder", "resend", "deadline", "agency",
                "legal" };
        static const unsigned n_routes[] = { 1, 1, 2, 2, 0, 0 };

        assert_int_equal(policy->n_steps, ELEMENTSOF(ids));
        for (size_t i = 0; i < ELEMENTSOF(ids); i++) {
                assert_string_equal(policy->steps[i].id, ids[i]);
                assert_int_equal(policy->steps[i].n_routes, n_routes[i]);
        }
        /* "whatsapp|sms" without a channel "whatsapp" */
        assert_int_equal(policy->steps[2].routes[1].n_channels, 1);
        assert_int_equal(policy->steps[2].routes[1].channels[0], 1);
        assert_int_equal(amounts_get(&policy->tolerance, "EUR"), 100);
        config_free(config);
}

static const char ladder_text[] =
        FIRM "channels = { email = { module = \"file\"; }; sms = { module = \"file\"; };\n"
             "  whatsapp = { module = \"file\"; }; hook = { module = \"file\"; }; };\n"
             "policies = { standard = {\n"
             "  tolerance = ( { currency = \"EUR\"; amount = \"1.00\"; },\n"
             "                { currency = \"JPY\"; amount = \"100\"; } );\n"
             "  min_gap_days = 4; reopen_gap_days = 0; list_upcoming = true; thanks = [ "
             "\"email\" ];\n"
             "  steps = (\n"
             "  { id = \"c\"; action = \"courtesy\"; before_due = 0; send = [ \"email\" ]; },\n"
             "  { id = \"i\"; action = \"remind\"; after_issue = 30; end_of_month = true;\n"
             "    min_gap_days = 0; template = \"soft\"; attach = \"overdue\"; approve = true;\n"
             "    send = ( \"email\" ); on_uncertain = \"ask\"; },\n"
             "  { id = \"r\"; action = \"resend\"; after_due = 10;\n"
             "    send = [ \"email\", \"whatsapp | sms\" ]; },\n"
             "  { id = \"d\"; action = \"deadline\"; after_previous = 7; deadline_days = 8;\n"
             "    charges = true; send = [ \"email\" ]; offer = { percent = 2; valid_days = 5; "
             "};\n"
             "    min_total = ( { currency = \"EUR\"; amount = \"15,50\"; } ); },\n"
             "  { id = \"s\"; action = \"suspend\"; after_deadline = 1; send = [ \"hook\" ]; "
             "},\n"
             "  { id = \"t\"; action = \"call\"; after_due = 40; } ); }; };\n";

static const struct {
        const char *id;
        Action action;
        Trigger trigger;
        int days, min_gap_days, deadline_days;
        Attach attach;
        OnUncertain on_uncertain;
        const char *template;
        unsigned n_routes;
        bool end_of_month, approve, charges;
} ladder[] = {
        { "c", ACTION_COURTESY, TRIGGER_BEFORE_DUE, 0, -1, 0, ATTACH_NONE, UNCERTAIN_ASSUME_SENT,
                NULL, 1, false, false, false },
        { "i", ACTION_REMIND, TRIGGER_AFTER_ISSUE, 30, 0, 0, ATTACH_OVERDUE, UNCERTAIN_ASK, "soft",
                1, true, true, false },
        { "r", ACTION_RESEND, TRIGGER_AFTER_DUE, 10, -1, 0, ATTACH_OWN, UNCERTAIN_ASSUME_SENT, NULL,
                2, false, false, false },
        { "d", ACTION_DEADLINE, TRIGGER_AFTER_PREVIOUS, 7, -1, 8, ATTACH_NONE, UNCERTAIN_ASK, NULL,
                1, false, false, true },
        { "s", ACTION_SUSPEND, TRIGGER_AFTER_DEADLINE, 1, -1, 0, ATTACH_NONE, UNCERTAIN_ASK, NULL,
                1, false, false, false },
        { "t", ACTION_CALL, TRIGGER_AFTER_DUE, 40, -1, 0, ATTACH_NONE, UNCERTAIN_ASK, NULL, 0,
                false, false, false },
};

static void a_ladder_is_read_to_the_letter(void **state)
{
        Config *config = load_good(ladder_text);
        const Policy *policy = rulebook_find_policy(&config->book, "standard");
        assert_int_equal(policy->n_steps, ELEMENTSOF(ladder));
        for (size_t i = 0; i < ELEMENTSOF(ladder); i++) {
                const Step *step = &policy->steps[i];
                assert_string_equal(step->id, ladder[i].id);
                assert_int_equal(step->action, ladder[i].action);
                assert_int_equal(step->trigger, ladder[i].trigger);
                assert_int_equal(step->days, ladder[i].days);
                assert_int_equal(step->min_gap_days, ladder[i].min_gap_days);
                assert_int_equal(step->deadline_days, ladder[i].deadline_days);
                assert_int_equal(step->attach, ladder[i].attach);
                assert_int_equal(step->on_uncertain, ladder[i].on_uncertain);
                assert_true(streq_or_null(step->template, ladder[i].template));
                assert_int_equal(step->n_routes, ladder[i].n_routes);
                assert_int_equal(step->end_of_month, ladder[i].end_of_month);
                assert_int_equal(step->needs_approval, ladder[i].approve);
                assert_int_equal(step->has_charges, ladder[i].charges);
        }
        assert_int_equal(policy->steps[2].routes[1].n_channels, 2);
        assert_int_equal(policy->steps[2].routes[1].channels[0], 2);
        assert_int_equal(policy->steps[2].routes[1].channels[1], 1);
        assert_int_equal(policy->steps[2].offer_percent, 0);
        assert_int_equal(policy->steps[3].offer_percent, 2);
        assert_int_equal(policy->steps[3].offer_days, 5);
        assert_int_equal(amounts_get(&policy->steps[3].min_total, "EUR"), 1550);
        assert_int_equal(amounts_get(&policy->tolerance, "JPY"), 100);
        assert_int_equal(policy->min_gap_days, 4);
        assert_int_equal(policy->reopen_gap_days, 0);
        assert_true(policy->lists_upcoming);
        assert_int_equal(policy->n_thanks_routes, 1);
        config_free(config);
}

static void promises_and_plans_have_defaults_and_keys(void **state)
{
        static const struct {
                const char *text; /* of the policy beside its steps */
                int max_promises, remind_before_days, grace_days;
        } cases[] = {
                { "", 2, 1, 3 },
                { "max_promises = 0; remind_before_days = 0; grace_days = 0;", 0, 0, 0 },
                { "max_promises = 20; remind_before_days = 60; grace_days = 90;", 20, 60, 90 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[NAME_SIZE];
                (void)snprintf(text, sizeof(text),
                        FIRM EMAIL "policies = { standard = { %s steps = (); }; };\n",
                        cases[i].text);
                Config *config = load_good(text);
                const Policy *policy = rulebook_find_policy(&config->book, "standard");
                assert_int_equal(policy->max_promises, cases[i].max_promises);
                assert_int_equal(policy->remind_before_days, cases[i].remind_before_days);
                assert_int_equal(policy->grace_days, cases[i].grace_days);
                config_free(config);
        }
}

/* Channels: email 0, sms 1, hook 2. Routes as text, for comparison: "0|1 2". */
static const char *routes_text(const Route *routes, unsigned n, char text[static 64])
{
        size_t length = 0;

        text[0] = '\0';
        for (unsigned i = 0; i < n; i++)
                for (unsigned k = 0; k < routes[i].n_channels; k++)
                        length += (size_t)snprintf(text + length, 64 - length, "%s%u",
                                k > 0   ? "|"
                                : i > 0 ? " "
                                        : "",
                                routes[i].channels[k]);
        return text;
}

static void promises_are_confirmed_as_the_first_letter_goes_or_as_the_policy_says(void **state)
{
        static const char remind[] = "{ id = \"r\"; action = \"remind\"; after_due = 9; send = [ "
                                     "\"sms|email\", \"hook\" ]; }";
        static const struct {
                const char *confirm, *before, *routes;
        } cases[] = {
                { "", "", "1|0" },
                { "confirm = [];", "", "" },
                { "confirm = [ \"email\", \"sms\" ];", "", "0 1" },
                { "", "{ id = \"t\"; action = \"call\"; after_due = 1; }, ", "1|0" },
                { "", "{ id = \"t\"; action = \"call\"; after_due = 1; send = [ \"email\" ]; }, ",
                        "1|0" },
                { "",
                        "{ id = \"c\"; action = \"courtesy\"; before_due = 1; send = [ \"email\" "
                        "]; "
                        "}, ",
                        "0" },
                { "",
                        "{ id = \"c\"; action = \"courtesy\"; before_due = 1; send = [ \"hook\" ]; "
                        "}, ",
                        "1|0" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[2 * NAME_SIZE], routes[64];
                (void)snprintf(text, sizeof(text),
                        FIRM "channels = { email = { module = \"file\"; }; sms = { module = "
                             "\"file\"; }; hook = { module = \"file\"; }; };\n"
                             "policies = { standard = { %s steps = ( %s%s ); }; };\n",
                        cases[i].confirm, cases[i].before, remind);
                Config *config = load_good(text);
                const Policy *policy = rulebook_find_policy(&config->book, "standard");
                assert_string_equal(
                        routes_text(policy->confirm_routes, policy->n_confirm_routes, routes),
                        cases[i].routes);
                config_free(config);
        }
}

static void the_parts_of_plans_have_a_ladder_whatever_the_file_has(void **state)
{
#define CHANNEL(name) "channels = { " name " = { module = \"file\"; }; };\n"
#define STANDARD "policies = { standard = { steps = (); }; };\n"
        static const struct {
                const char *text, *late; /* routes of the step "late" */
                size_t n_policies, n_steps;
        } cases[] = {
                { EMAIL, "0", 2, 2 },
                { EMAIL STANDARD, "0", 2, 2 },
                { CHANNEL("sms") STANDARD, "0", 2, 1 },
                { CHANNEL("courriel") STANDARD, "0", 2, 2 },
                { CHANNEL("hook") STANDARD, "", 2, 0 },
                { EMAIL "policies = { standard = { steps = (); }; plan = { steps = (); }; };\n", "",
                        2, 0 },
                { "channels = { sms = { module = \"file\"; }; letter = { module = \"file\"; }; "
                  "};\n" STANDARD,
                        "1|0", 2, 2 },
        };
        char routes[64];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[NAME_SIZE];
                (void)snprintf(text, sizeof(text), FIRM "%s", cases[i].text);
                Config *config = load_good(text);
                const Policy *plan = rulebook_find_policy(&config->book, "plan");
                assert_int_equal(config->book.n_policies, cases[i].n_policies);
                assert_non_null(plan);
                assert_int_equal(plan->n_steps, cases[i].n_steps);
                if (plan->n_steps > 0) {
                        const Step *late = &plan->steps[plan->n_steps - 1];
                        assert_string_equal(late->id, "late");
                        assert_string_equal(
                                routes_text(late->routes, late->n_routes, routes), cases[i].late);
                }
                config_free(config);
        }
}

static void files_go_to_whom_the_file_says_by_the_first_channel_of_email(void **state)
{
        Config *config = load_good(
                FIRM "channels = { sms = { module = \"file\"; }; post = { module = \"file\"; };\n"
                     "  email = { module = \"file\"; }; };\n"
                     "agency = { name = \"Recouvreur\"; email = \"dossiers@r.example\"; };\n"
                     "legal = { name = \"Me B\"; email = \"\"; };\n");
        const Rulebook *book = &config->book;

        assert_string_equal(book->agency.name, "Recouvreur");
        assert_string_equal(book->agency.email, "dossiers@r.example");
        assert_string_equal(book->legal.name, "Me B");
        assert_string_equal(book->legal.email, "");
        assert_int_equal(book->handover.n_channels, 1);
        assert_int_equal(book->handover.channels[0], 1);
        config_free(config);
        config = load_good(FIRM "channels = { sms = { module = \"file\"; }; };\n");
        assert_string_equal(config->book.agency.email, "");
        assert_string_equal(config->book.legal.name, "");
        assert_int_equal(config->book.handover.n_channels, 0);
        config_free(config);
}

static void rules_choose_by_everything_they_name(void **state)
{
        Config *config = load_good(FIRM EMAIL
                "policies = { standard = { steps = (); }; a = { steps = (); }; };\n"
                "assign = (\n"
                "  { when = { kind = \"public\"; relation = \"service\"; tag = \"vip\"; }; policy "
                "= \"a\"; },\n"
                "  { when = { currency = \"USD\"; amount = \"1000.00\"; }; policy = \"a\"; },\n"
                "  { when = { amount = \"500\"; }; policy = \"a\"; },\n"
                "  { policy = \"standard\"; } );\n");
        const AssignRule *rules = config->book.rules;

        assert_int_equal(config->book.n_rules, 4);
        assert_int_equal(rules[0].kind, KIND_PUBLIC);
        assert_int_equal(rules[0].relation, RELATION_SERVICE);
        assert_string_equal(rules[0].tag, "vip");
        assert_null(rules[0].currency);
        assert_null(rules[0].amount);
        assert_string_equal(rules[0].policy->name, "a");
        assert_int_equal(rules[1].kind, -1);
        assert_int_equal(rules[1].relation, -1);
        assert_string_equal(rules[1].currency, "USD");
        assert_string_equal(rules[1].amount->currency, "USD");
        assert_int_equal(rules[1].amount->minor, 100000);
        assert_string_equal(rules[2].amount->currency, "EUR");
        assert_int_equal(rules[2].amount->minor, 50000);
        assert_string_equal(rules[3].policy->name, "standard");
        config_free(config);
}

static void a_channel_knows_its_form_and_its_column(void **state)
{
        static const struct {
                const char *name, *module, *address;
                Form form;
                AddressColumn column;
        } cases[] = {
                { "email", "file", NULL, FORM_EMAIL, ADDRESS_EMAIL },
                { "sms", "file", NULL, FORM_SMS, ADDRESS_PHONE },
                { "whatsapp", "file", NULL, FORM_WHATSAPP, ADDRESS_WHATSAPP },
                { "hook", "file", NULL, FORM_EVENT, ADDRESS_NONE },
                { "paper", "file", NULL, FORM_EMAIL, ADDRESS_EMAIL },
                { "paper", "file", "email", FORM_EMAIL, ADDRESS_EMAIL },
                { "paper", "file", "none", FORM_EMAIL, ADDRESS_NONE },
                { "post", "file", "phone", FORM_SMS, ADDRESS_PHONE },
                { "post", "file", "whatsapp", FORM_WHATSAPP, ADDRESS_WHATSAPP },
                { "orange", "sms", NULL, FORM_SMS, ADDRESS_PHONE },
                { "service", "hook", NULL, FORM_EVENT, ADDRESS_NONE },
                { "email", "hook", NULL, FORM_EVENT, ADDRESS_NONE },
                { "sms", "email", NULL, FORM_EMAIL, ADDRESS_PHONE },
                { "sms", "file", "email", FORM_SMS, ADDRESS_EMAIL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[NAME_SIZE], address[64] = "";
                if (cases[i].address)
                        (void)snprintf(
                                address, sizeof(address), "address = \"%s\";", cases[i].address);
                (void)snprintf(text, sizeof(text),
                        FIRM "channels = { %s = { module = \"%s\"; %s }; };\n", cases[i].name,
                        cases[i].module, address);
                Config *config = load_good(text);
                assert_int_equal(config->book.channels[0].form, cases[i].form);
                assert_int_equal(config->book.channels[0].address, cases[i].column);
                config_free(config);
        }
}

static void a_channel_keeps_the_options_of_its_module(void **state)
{
        static const struct {
                const char *name, *value;
                OptionKind kind;
        } options[] = {
                { "server", "localhost", OPTION_TEXT },
                { "port", "25", OPTION_INTEGER },
                { "big", "-200000000", OPTION_INTEGER },
                { "loud", "true", OPTION_BOOLEAN },
                { "password", "smtp", OPTION_CREDENTIAL },
                { "token", "/etc/token", OPTION_FILE },
                { "headers", "A: b\nC: d, é", OPTION_TEXTS },
                { "alone", "x", OPTION_TEXTS },
                { "none", "", OPTION_TEXTS },
        };
        Config *config = load_good(FIRM
                "sending = { from = \"08:00\"; to = \"24:00\"; holidays = \"none\"; };\n"
                "channels = { email = { module = \"smtp\"; workers = 2; in_flight = 64;\n"
                "  rate_per_minute = 30; timeout_s = 5; sending = { days = \"sat-mon\"; };\n"
                "  server = \"localhost\"; port = 25; big = -200000000; loud = true;\n"
                "  password = { credential = \"smtp\"; }; token = { file = \"/etc/token\"; };\n"
                "  headers = [ \"A: b\", \"C: d, é\" ]; alone = ( \"x\" ); none = []; };\n"
                "  sms = { module = \"file\"; };\n"
                "  short = { module = \"sms\"; max_parts = 2; transliterate = true; }; };\n");
        const ChannelConfig *channel = &config->channels[0];
        const Window *window = config->book.channels[0].window;

        assert_string_equal(channel->name, "email");
        assert_string_equal(channel->module, "smtp");
        assert_int_equal(channel->line, 3);
        assert_int_equal(channel->workers, 2);
        assert_int_equal(channel->in_flight, 64);
        assert_int_equal(channel->rate_per_minute, 30);
        assert_int_equal(channel->timeout_s, 5);
        assert_int_equal(channel->n_options, ELEMENTSOF(options));
        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                assert_string_equal(channel->options[i].name, options[i].name);
                assert_string_equal(channel->options[i].value, options[i].value);
                assert_int_equal(channel->options[i].kind, options[i].kind);
        }
        assert_int_equal(channel->options[0].line, 5);
        /* What its window does not say is as in the creditor's. */
        assert_int_equal(window->days, 0x61);
        assert_int_equal(window->from_minute, 8 * 60);
        assert_int_equal(window->to_minute, 24 * 60);
        assert_ptr_equal(window->calendar, calendar_find("none"));
        assert_null(config->book.channels[1].window);
        assert_string_equal(config->channels[1].name, "sms");
        assert_int_equal(config->channels[1].max_parts, 4);
        assert_false(config->channels[1].transliterates);
        assert_int_equal(config->channels[2].max_parts, 2);
        assert_true(config->channels[2].transliterates);
        config_free(config);
}

static void paths_are_seen_from_the_folder_of_the_file(void **state)
{
        char expected[NAME_SIZE];

        assert_int_equal(chdir("/"), 0);
        Config *config = load_good(FIRM "state = \"state\"; documents = \"../pdf\";\n"
                                        "templates = \"/srv/texts\"; cache = \"c\";\n");
        (void)snprintf(expected, sizeof(expected), "%s/state", folder);
        assert_string_equal(config->state, expected);
        (void)snprintf(expected, sizeof(expected), "%s/../pdf", folder);
        assert_string_equal(config->documents, expected);
        (void)snprintf(expected, sizeof(expected), "%s/c", folder);
        assert_string_equal(config->cache, expected);
        assert_string_equal(config->templates, "/srv/texts");
        config_free(config);

        assert_int_equal(setenv("CACHE_DIRECTORY", "/var/cache/a:/var/cache/b", 1), 0);
        config = load_good(FIRM);
        assert_string_equal(config->cache, "/var/cache/a");
        config_free(config);
        assert_int_equal(unsetenv("CACHE_DIRECTORY"), 0);
}

static void texts_beside_the_file_are_the_users_own(void **state)
{
        char expected[NAME_SIZE];

        (void)snprintf(expected, sizeof(expected), "%s/templates", folder);
        assert_int_equal(mkdir(expected, 0700), 0);
        Config *config = load_good(FIRM);
        assert_string_equal(config->templates, expected);
        config_free(config);
        config = load_good(FIRM "templates = \"/srv/texts\";\n");
        assert_string_equal(config->templates, "/srv/texts");
        config_free(config);
        assert_int_equal(rmdir(expected), 0);
        config = load_good(FIRM);
        assert_string_equal(config->templates, "");
        config_free(config);
}

static void a_path_without_a_folder_is_seen_from_the_working_directory(void **state)
{
        char expected[NAME_SIZE];
        Problems problems = { 0 };
        Config *config = NULL;

        write_text("here.conf", FIRM "state = \"s\";\n", strlen(FIRM "state = \"s\";\n"));
        assert_int_equal(chdir(folder), 0);
        assert_int_equal(config_load("here.conf", &problems, &config), 0);
        (void)snprintf(expected, sizeof(expected), "%s/s", folder);
        assert_string_equal(config->state, expected);
        (void)snprintf(expected, sizeof(expected), "%s/here.conf", folder);
        assert_string_equal(config->path, expected);
        config_free(config);
        problems_release(&problems);
        assert_int_equal(chdir("/"), 0);
}

static void an_included_file_is_seen_from_the_folder_of_the_one_that_names_it(void **state)
{
        static const char main_text[] =
                "@include \"parts/one.conf\"\r\nstate = \"state\";\r\n"
                "/* @include \"nothing.conf\"\n@include \"nothing.conf\" */\n"
                "# @include \"nothing.conf\"\n" EMAIL;
        static const char one[] = "\xEF\xBB\xBF" FIRM "  @include \"two.conf\"\n";
        static const char two[] = "limits = { contact_gap_days = 9; }\n";
        char path[NAME_SIZE];

        (void)snprintf(path, sizeof(path), "%s/parts", folder);
        assert_int_equal(mkdir(path, 0700), 0);
        write_text("parts/one.conf", one, strlen(one));
        write_text("parts/two.conf", two, strlen(two));
        assert_int_equal(chdir("/"), 0);
        Config *config = load_good(main_text);
        assert_string_equal(config->creditor.name, "A");
        assert_int_equal(config->book.limits.contact_gap_days, 9);
        (void)snprintf(path, sizeof(path), "%s/state", folder);
        assert_string_equal(config->state, path);
        config_free(config);
}

static void a_joined_configuration_says_the_same_as_its_files(void **state)
{
        static const char one[] = FIRM "limits = { contact_gap_days = 9; }\n";
        _cleanup_(freep) char *text = NULL;
        char path[NAME_SIZE], beside[NAME_SIZE];
        Problems problems = { 0 };
        Config *config = NULL;

        write_text("here.conf", one, strlen(one));
        write_text("good.conf", "@include \"here.conf\"\n" EMAIL,
                strlen("@include \"here.conf\"\n" EMAIL));
        (void)snprintf(path, sizeof(path), "%s/good.conf", folder);
        (void)snprintf(beside, sizeof(beside), "%s/else/relanced.conf", folder);
        assert_int_equal(config_join(path, &problems, &text), 0);
        assert_null(strstr(text, "@include"));
        assert_int_equal(config_load_text("joined", text, beside, &problems, &config), 0);
        assert_string_equal(config->creditor.name, "A");
        assert_int_equal(config->book.limits.contact_gap_days, 9);
        assert_string_equal(config->path, beside);
        config_free(config);
        problems_release(&problems);
}

static void a_text_that_is_no_file_reads_no_other_file(void **state)
{
        static const struct {
                const char *text, *problem;
                unsigned line;
        } cases[] = {
                { FIRM EMAIL "@include \"/etc/passwd\"\n", "@include is not followed", 3 },
                { FIRM EMAIL "nmae = 1;\n", "unknown key nmae", 3 },
                { "creditor = { name = \"\xFF\"; };\n", "not UTF-8", 1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Problems problems = { 0 };
                Config *config = NULL;
                int r = config_load_text(
                        "sent", cases[i].text, "/etc/relanced/relanced.conf", &problems, &config);
                assert_int_equal(r, -EINVAL);
                assert_null(config);
                assert_true(problems.n > 0);
                assert_string_equal(problems.list[0].file, "sent");
                assert_int_equal(problems.list[0].line, cases[i].line);
                assert_non_null(strstr(problems.list[0].text, cases[i].problem));
                problems_release(&problems);
        }
}

static void a_calendar_of_ones_own_is_like_another_with_days_added_and_removed(void **state)
{
        static const struct {
                const char *calendars, *used;
                int year, month, day;
                bool is_holiday;
        } cases[] = {
                { "a = { add = [ \"12-24\" ]; };", "a", 2026, 12, 24, true },
                { "a = { add = [ \"12-24\" ]; };", "a", 2026, 7, 14, true },
                { "a = { like = \"GB\"; };", "a", 2026, 7, 14, false },
                { "a = { add = [ \"2026-05-15\" ]; };", "a", 2026, 5, 15, true },
                { "a = { add = [ \"2026-05-15\" ]; };", "a", 2027, 5, 15, false },
                { "a = { add = [ \"02-29\" ]; };", "a", 2028, 2, 29, true },
                { "a = { add = [ \"02-29\" ]; };", "a", 2027, 3, 1, false },
                { "a = { add = [ \"easter\", \"easter-2\" ]; };", "a", 2026, 4, 5, true },
                { "a = { add = [ \"easter\", \"easter-2\" ]; };", "a", 2026, 4, 3, true },
                { "a = { remove = [ \"easter+50\" ]; };", "a", 2026, 5, 25, false },
                { "a = { remove = [ \"11-11\" ]; add = [ \"2026-11-11\" ]; };", "a", 2026, 11, 11,
                        true },
                { "a = { add = [ \"2026-11-11\" ]; remove = [ \"11-11\" ]; };", "a", 2027, 11, 11,
                        false },
                { "a = { add = [ \"12-24\" ]; }; b = { like = \"a\"; remove = [ \"05-01\" ]; };",
                        "b", 2026, 12, 24, true },
                { "a = { add = [ \"12-24\" ]; }; b = { like = \"a\"; remove = [ \"05-01\" ]; };",
                        "b", 2026, 5, 1, false },
                { "a = { add = [ \"12-24\" ]; }; b = { like = \"a\"; remove = [ \"05-01\" ]; };",
                        "a", 2026, 5, 1, true },
                /* one that takes the country's place */
                { "FR = { add = [ \"12-24\" ]; };", "", 2026, 12, 24, true },
                { "FR = { add = [ \"12-24\" ]; };", "", 2026, 7, 14, true },
                { "FR = { like = \"FR-57\"; };", "FR", 2026, 12, 26, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[2 * NAME_SIZE];
                (void)snprintf(text, sizeof(text),
                        FIRM EMAIL "calendars = { %s };\nsending = { %s%s%s };\n",
                        cases[i].calendars, *cases[i].used ? "holidays = \"" : "", cases[i].used,
                        *cases[i].used ? "\";" : "");
                Config *config = load_good(text);
                const Calendar *calendar = config->book.sending.calendar;
                if (calendar_is_holiday(calendar, date_of(cases[i].year, cases[i].month,
                                                          cases[i].day)) != cases[i].is_holiday)
                        fail_msg("%zu: %s", i, cases[i].calendars);
                assert_false(calendar_is_working_day(calendar, date_of(2026, 3, 7)));
                config_free(config);
        }
}

static void a_channel_may_keep_a_calendar_of_its_own(void **state)
{
        Config *config = load_good(
                FIRM "calendars = { hotel = { like = \"none\"; add = [ \"05-01\" ]; }; };\n"
                     "sending = { holidays = \"RE\"; };\n"
                     "channels = { email = { module = \"file\"; }; sms = { module = \"file\";\n"
                     "  sending = { days = \"mon-sun\"; holidays = \"hotel\"; }; }; };\n");
        const Calendar *calendar = config->book.channels[1].window->calendar;

        assert_true(calendar_is_working_day(calendar, date_of(2026, 12, 20))); /* a Sunday */
        assert_false(calendar_is_working_day(calendar, date_of(2026, 5, 1)));
        assert_true(calendar_is_holiday(config->book.sending.calendar, date_of(2026, 12, 20)));
        config_free(config);
}

static void wakes_are_in_order_whatever_the_order_they_are_given_in(void **state)
{
        Config *config = load_good(FIRM
                "wake = { days = \"fri-mon,wed\"; at = [ \"14:00\", \"00:00\", \"23:59\" ]; };\n");

        assert_int_equal(config->wake_days, 0x75);
        assert_int_equal(config->n_wake_minutes, 3);
        assert_int_equal(config->wake_minutes[0], 0);
        assert_int_equal(config->wake_minutes[1], 14 * 60);
        assert_int_equal(config->wake_minutes[2], 24 * 60 - 1);
        config_free(config);
}

/* What is shipped */

static void the_shipped_configurations_lack_nothing_but_the_firms_own_name(void **state)
{
        static const struct {
                const char *path;
                size_t n_warnings;
        } cases[] = {
                { ROOT "/config/relanced.conf", 1 },
                { ROOT "/config/example/relanced.conf", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Problems problems = { 0 };
                Config *config = NULL;
                assert_int_equal(config_load(cases[i].path, &problems, &config), 0);
                assert_int_equal(problems.n, cases[i].n_warnings);
                assert_int_equal(problems.n_errors, 0);
                if (problems.n > 0)
                        assert_non_null(strstr(problems.list[0].text, "Your firm"));
                problems_release(&problems);
                config_free(config);
        }
}

/* Whether a text has the word with nothing of a word around it. */
static bool has_word(const char *text, const char *word)
{
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

        for (const char *p = text; (p = strstr(p, word)); p++)
                if ((p == text || !strchr(letters, p[-1])) && !strchr(letters, p[strlen(word)]))
                        return true;
        return false;
}

static void the_shipped_configuration_shows_every_key(void **state)
{
        _cleanup_(freep) char *text = NULL;
        size_t length, n;
        const ConfigKey *keys = config_keys(&n);

        assert_int_equal(file_read(ROOT "/config/relanced.conf", 1 << 20, &text, &length), 0);
        for (size_t i = 0; i < n; i++) {
                const char *dot = strrchr(keys[i].name, '.');
                if (!has_word(text, dot ? dot + 1 : keys[i].name))
                        fail_msg("%s is not in relanced.conf", keys[i].name);
                assert_true(*keys[i].help && *keys[i].type);
                for (size_t k = 0; k < i; k++)
                        assert_string_not_equal(keys[i].name, keys[k].name);
        }
}

static int make_folder(void **state)
{
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
        static const char *const names[] = { "good.conf", "here.conf", "parts/one.conf",
                "parts/two.conf", "parts" };
        char path[NAME_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
                (void)remove(path);
        }
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_name_is_enough_and_the_rest_has_defaults),
                cmocka_unit_test(a_bank_account_is_read_however_it_is_typed),
                cmocka_unit_test(the_policy_of_a_file_without_policies_uses_the_channels_there_are),
                cmocka_unit_test(a_ladder_is_read_to_the_letter),
                cmocka_unit_test(promises_and_plans_have_defaults_and_keys),
                cmocka_unit_test(
                        promises_are_confirmed_as_the_first_letter_goes_or_as_the_policy_says),
                cmocka_unit_test(the_parts_of_plans_have_a_ladder_whatever_the_file_has),
                cmocka_unit_test(files_go_to_whom_the_file_says_by_the_first_channel_of_email),
                cmocka_unit_test(rules_choose_by_everything_they_name),
                cmocka_unit_test(a_channel_knows_its_form_and_its_column),
                cmocka_unit_test(a_channel_keeps_the_options_of_its_module),
                cmocka_unit_test(paths_are_seen_from_the_folder_of_the_file),
                cmocka_unit_test(texts_beside_the_file_are_the_users_own),
                cmocka_unit_test(a_path_without_a_folder_is_seen_from_the_working_directory),
                cmocka_unit_test(an_included_file_is_seen_from_the_folder_of_the_one_that_names_it),
                cmocka_unit_test(a_joined_configuration_says_the_same_as_its_files),
                cmocka_unit_test(a_text_that_is_no_file_reads_no_other_file),
                cmocka_unit_test(
                        a_calendar_of_ones_own_is_like_another_with_days_added_and_removed),
                cmocka_unit_test(a_channel_may_keep_a_calendar_of_its_own),
                cmocka_unit_test(wakes_are_in_order_whatever_the_order_they_are_given_in),
                cmocka_unit_test(the_shipped_configurations_lack_nothing_but_the_firms_own_name),
                cmocka_unit_test(the_shipped_configuration_shows_every_key),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
