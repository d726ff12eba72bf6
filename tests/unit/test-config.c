/* SPDX-License-Identifier: MIT */
/* The configuration: what a good file says, what is said of a bad one, and that nothing but words
 * comes of a broken one. The bad ones are in tests/integration/bad-config, each beside what is
 * expected of it. */

#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "config/codes.h"
#include "sys/file.h"

#define ROOT RELANCED_SOURCE_ROOT
#define FIRM "creditor = { name = \"A\"; };\n"
#define EMAIL "channels = { email = { module = \"file\"; }; };\n"
#define NAME_SIZE 300

static char folder[] = "/tmp/relanced-config-XXXXXX";

static void write_text(const char *name, const char *text, size_t length)
{
        char path[NAME_SIZE];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, length), length);
        close(fd);
}

static int load_named(const char *name, Problems *problems, Config **ret_config)
{
        char path[NAME_SIZE];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
        return config_load(path, problems, ret_config);
}

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

static void add_problems(const Problems *problems, StrBuf *text)
{
        for (size_t i = 0; i < problems->n; i++) {
                const Problem *problem = &problems->list[i];
                strbuf_addf(text, "%s:%u: %s%s\n", problem->file, problem->line,
                        problem->is_warning ? "warning: " : "", problem->text);
        }
}

/* Bad files */

static void check_bad_config(const char *name)
{
        _cleanup_(strbuf_release) StrBuf said = STRBUF_INIT;
        _cleanup_(freep) char *expected = NULL;
        char expected_name[NAME_SIZE];
        Problems problems = { 0 };
        Config *config = NULL;
        size_t length;

        int stem = (int)(strlen(name) - strlen(".conf"));
        (void)snprintf(expected_name, sizeof(expected_name), "%.*s.expected", stem, name);
        assert_int_equal(file_read(expected_name, 1 << 20, &expected, &length), 0);
        int r = config_load(name, &problems, &config);
        add_problems(&problems, &said);
        assert_string_equal(strbuf_text(&said), expected);
        assert_int_equal(r, problems.n_errors > 0 ? -EINVAL : 0);
        assert_int_equal(config != NULL, r == 0);
        config_free(config);
        problems_release(&problems);
}

static void every_bad_configuration_gets_exactly_the_expected_words(void **state)
{
        size_t n = 0;

        assert_int_equal(chdir(ROOT "/tests/integration/bad-config"), 0);
        DIR *entries = opendir(".");
        assert_non_null(entries);
        for (const struct dirent *entry; (entry = readdir(entries));) {
                const char *dot = strrchr(entry->d_name, '.');
                if (!dot || !streq(dot, ".conf"))
                        continue;
                check_bad_config(entry->d_name);
                n++;
        }
        closedir(entries);
        assert_true(n > 50);
}

static void many_mistakes_in_one_file_are_told_in_one_run_and_in_order(void **state)
{
        static const char text[] =
                "limits = { contact_gap_day = 3; };\n"
                "creditor = { name = \"A\"; country = \"ZZ\"; };\n"
                "stat = \"x\";\n"
                "channels = { email = { module = \"file\"; workers = 0; }; };\n"
                "policies = { standard = { steps = (\n"
                "  { id = \"a\"; action = \"remind\"; after_due = 3; send = [ \"emial\" ]; },\n"
                "  { id = \"a\"; action = \"reminds\"; after_due = \"3\"; send = [ \"email\" ]; "
                "},\n"
                "  { id = \"b\"; action = \"remind\"; send = [ \"email\" ]; } ); }; };\n"
                "assign = ( { policy = \"standart\"; } );\n";
        static const struct {
                unsigned line;
                const char *part;
        } expected[] = {
                { 1, "limits.contact_gap_day; did you mean \"contact_gap_days\"?" },
                { 2, "creditor.country = \"ZZ\" is unknown" },
                { 3, "unknown key stat; did you mean \"state\"?" },
                { 4, "channels.email.workers = 0 is out of range" },
                { 6, "no channel \"emial\"; did you mean \"email\"?" },
                { 7, "did you mean \"remind\"?" },
                { 7, "after_due must be a whole number from 0 to 3650, not a text" },
                { 7, "two steps have the id \"a\"" },
                { 8, "no timing" },
                { 9, "no policy \"standart\"; did you mean \"standard\"?" },
        };
        Problems problems = { 0 };
        Config *config = NULL;

        write_text("bad.conf", text, strlen(text));
        assert_int_equal(load_named("bad.conf", &problems, &config), -EINVAL);
        assert_null(config);
        assert_int_equal(problems.n, ELEMENTSOF(expected));
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                assert_int_equal(problems.list[i].line, expected[i].line);
                if (!strstr(problems.list[i].text, expected[i].part))
                        fail_msg("line %u: %s", expected[i].line, problems.list[i].text);
        }
        problems_release(&problems);
}

static void what_cannot_be_read_is_told_and_named(void **state)
{
        static const struct {
                const char *path;
                int r;
                const char *part;
        } cases[] = {
                { "/nowhere/relanced.conf", -ENOENT, "No such file" },
                { "/tmp", -EINVAL, "no regular file" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Problems problems = { 0 };
                Config *config = NULL;
                assert_int_equal(config_load(cases[i].path, &problems, &config), cases[i].r);
                assert_int_equal(problems.n_errors, 1);
                assert_string_equal(problems.list[0].file, cases[i].path);
                assert_non_null(strstr(problems.list[0].text, cases[i].part));
                problems_release(&problems);
        }
}

/* Whatever the file ends with: words, no configuration or a whole one, and no other harm. */
static void a_file_that_was_cut_anywhere_does_no_harm(void **state)
{
        _cleanup_(freep) char *text = NULL;
        size_t length;

        assert_int_equal(
                file_read(ROOT "/config/example/relanced.conf", 1 << 20, &text, &length), 0);
        for (size_t n = 0; n < length; n++) {
                Problems problems = { 0 };
                Config *config = NULL;
                write_text("cut.conf", text, n);
                int r = load_named("cut.conf", &problems, &config);
                assert_true(r == 0 ? config != NULL : r == -EINVAL && problems.n_errors > 0);
                config_free(config);
                problems_release(&problems);
        }
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
        assert_string_equal(config->cache, "/var/lib/relanced/cache");
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

static void a_ladder_is_read_to_the_letter(void **state)
{
        Config *config = load_good(FIRM
                "channels = { email = { module = \"file\"; }; sms = { module = \"file\"; };\n"
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
                "  { id = \"t\"; action = \"call\"; after_due = 40; } ); }; };\n");
        const Policy *policy = rulebook_find_policy(&config->book, "standard");
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
        } steps[] = {
                { "c", ACTION_COURTESY, TRIGGER_BEFORE_DUE, 0, -1, 0, ATTACH_NONE,
                        UNCERTAIN_ASSUME_SENT, NULL, 1, false, false, false },
                { "i", ACTION_REMIND, TRIGGER_AFTER_ISSUE, 30, 0, 0, ATTACH_OVERDUE, UNCERTAIN_ASK,
                        "soft", 1, true, true, false },
                { "r", ACTION_RESEND, TRIGGER_AFTER_DUE, 10, -1, 0, ATTACH_OWN,
                        UNCERTAIN_ASSUME_SENT, NULL, 2, false, false, false },
                { "d", ACTION_DEADLINE, TRIGGER_AFTER_PREVIOUS, 7, -1, 8, ATTACH_NONE,
                        UNCERTAIN_ASK, NULL, 1, false, false, true },
                { "s", ACTION_SUSPEND, TRIGGER_AFTER_DEADLINE, 1, -1, 0, ATTACH_NONE, UNCERTAIN_ASK,
                        NULL, 1, false, false, false },
                { "t", ACTION_CALL, TRIGGER_AFTER_DUE, 40, -1, 0, ATTACH_NONE, UNCERTAIN_ASK, NULL,
                        0, false, false, false },
        };

        assert_int_equal(policy->n_steps, ELEMENTSOF(steps));
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                const Step *step = &policy->steps[i];
                assert_string_equal(step->id, steps[i].id);
                assert_int_equal(step->action, steps[i].action);
                assert_int_equal(step->trigger, steps[i].trigger);
                assert_int_equal(step->days, steps[i].days);
                assert_int_equal(step->min_gap_days, steps[i].min_gap_days);
                assert_int_equal(step->deadline_days, steps[i].deadline_days);
                assert_int_equal(step->attach, steps[i].attach);
                assert_int_equal(step->on_uncertain, steps[i].on_uncertain);
                assert_true(streq_or_null(step->template, steps[i].template));
                assert_int_equal(step->n_routes, steps[i].n_routes);
                assert_int_equal(step->end_of_month, steps[i].end_of_month);
                assert_int_equal(step->needs_approval, steps[i].approve);
                assert_int_equal(step->has_charges, steps[i].charges);
        }
        assert_int_equal(policy->steps[2].routes[1].n_channels, 2);
        assert_int_equal(policy->steps[2].routes[1].channels[0], 2);
        assert_int_equal(policy->steps[2].routes[1].channels[1], 1);
        assert_int_equal(amounts_get(&policy->steps[3].min_total, "EUR"), 1550);
        assert_int_equal(amounts_get(&policy->tolerance, "JPY"), 100);
        assert_int_equal(policy->min_gap_days, 4);
        assert_int_equal(policy->reopen_gap_days, 0);
        assert_true(policy->lists_upcoming);
        assert_int_equal(policy->n_thanks_routes, 1);
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
        assert_string_equal(rules[2].amount->currency, "");
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
        };
        Config *config = load_good(FIRM
                "sending = { from = \"08:00\"; to = \"24:00\"; holidays = \"none\"; };\n"
                "channels = { email = { module = \"smtp\"; workers = 2; in_flight = 64;\n"
                "  rate_per_minute = 30; timeout_s = 5; sending = { days = \"sat-mon\"; };\n"
                "  server = \"localhost\"; port = 25; big = -200000000; loud = true;\n"
                "  password = { credential = \"smtp\"; }; token = { file = \"/etc/token\"; }; };\n"
                "  sms = { module = \"file\"; }; };\n");
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

static void the_shipped_configurations_are_without_fault(void **state)
{
        static const char *const paths[] = { ROOT "/config/relanced.conf",
                ROOT "/config/example/relanced.conf" };

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                Problems problems = { 0 };
                Config *config = NULL;
                assert_int_equal(config_load(paths[i], &problems, &config), 0);
                assert_int_equal(problems.n, 0);
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

/* Notations */

static void days_of_the_week_are_read(void **state)
{
        static const struct {
                const char *text;
                int days; /* -1: refused */
        } cases[] = {
                { "mon-fri", 0x1F },
                { "mon-sun", 0x7F },
                { "mon,wed,fri", 0x15 },
                { "sat-mon", 0x61 },
                { "sun", 0x40 },
                { "mon-wed, sat", 0x27 },
                { "tue-tue", 2 },
                { "", -1 },
                { "mon,", -1 },
                { ",mon", -1 },
                { "mon-", -1 },
                { "Mon", -1 },
                { "monday", -1 },
                { "mon-fri-sun", -1 },
                { "mo", -1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                unsigned days = 0xFFFF;
                int r = days_parse(cases[i].text, &days);
                assert_int_equal(r, cases[i].days < 0 ? -EINVAL : 0);
                assert_int_equal(days, cases[i].days < 0 ? 0xFFFF : cases[i].days);
        }
}

static void codes_are_told_from_what_is_none(void **state)
{
        static const char *const bad_emails[] = { "", "a", "@b.example", "a@", "a@b@c", "a b@c.d",
                "a@b.", "a@.b", "a@b..c", "<a@b.c>", "a@b.c,d@e.f", "\xC3\xA9@b.c" };

        assert_true(country_is_known("FR") && country_is_known("ZW") && country_is_known("AD"));
        assert_false(country_is_known("fr") || country_is_known("F") || country_is_known("R G"));
        assert_false(country_is_known("") || country_is_known("UK") || country_is_known("F "));
        assert_true(language_is_known("fr") && language_is_known("en") && language_is_known("zu"));
        assert_false(language_is_known("FR") || language_is_known("fre"));
        assert_true(iban_is_valid("FR7630006000011234567890189"));
        assert_true(iban_is_valid("GB29 NWBK 6016 1331 9268 19"));
        assert_false(iban_is_valid("FR7630006000011234567890198"));
        assert_false(iban_is_valid("") || iban_is_valid("FR76"));
        assert_true(email_is_plausible("compta@atelier-dumont.example"));
        for (size_t i = 0; i < ELEMENTSOF(bad_emails); i++)
                assert_false(email_is_plausible(bad_emails[i]));
}

static int make_folder(void **state)
{
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
        static const char *const names[] = { "good.conf", "bad.conf", "cut.conf", "here.conf",
                "parts/one.conf", "parts/two.conf", "parts" };
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
                cmocka_unit_test(every_bad_configuration_gets_exactly_the_expected_words),
                cmocka_unit_test(many_mistakes_in_one_file_are_told_in_one_run_and_in_order),
                cmocka_unit_test(what_cannot_be_read_is_told_and_named),
                cmocka_unit_test(a_file_that_was_cut_anywhere_does_no_harm),
                cmocka_unit_test(a_name_is_enough_and_the_rest_has_defaults),
                cmocka_unit_test(the_policy_of_a_file_without_policies_uses_the_channels_there_are),
                cmocka_unit_test(a_ladder_is_read_to_the_letter),
                cmocka_unit_test(rules_choose_by_everything_they_name),
                cmocka_unit_test(a_channel_knows_its_form_and_its_column),
                cmocka_unit_test(a_channel_keeps_the_options_of_its_module),
                cmocka_unit_test(paths_are_seen_from_the_folder_of_the_file),
                cmocka_unit_test(a_path_without_a_folder_is_seen_from_the_working_directory),
                cmocka_unit_test(an_included_file_is_seen_from_the_folder_of_the_one_that_names_it),
                cmocka_unit_test(wakes_are_in_order_whatever_the_order_they_are_given_in),
                cmocka_unit_test(the_shipped_configurations_are_without_fault),
                cmocka_unit_test(the_shipped_configuration_shows_every_key),
                cmocka_unit_test(days_of_the_week_are_read),
                cmocka_unit_test(codes_are_told_from_what_is_none),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
