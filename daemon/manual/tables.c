/* SPDX-License-Identifier: MIT */
/*
 * Owns what the manual says of keys, calendars, options, variables, commands, reasons and messages:
 * it is read from the tables that the program itself works by. Never has a text of its own about
 * one of them. What cannot be read is an error of the build.
 */

#include "manual/tables.h"

#include <errno.h>
#include <stdio.h>

#include "compose/context.h"
#include "config/keys.h"
#include "core/calendar-rules.h"
#include "core/reason.h"
#include "ctl/commands.h"
#include "engine/module.h"
#include "manual/roff.h"
#include "sys/file.h"

#define SOURCE_LIMIT ((size_t)1024 * 1024)
#define ID_LENGTH 32

/* Keys of the configuration */

static void put_words(const char *const *words, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                (void)fputs(i > 0 ? ", " : "", stdout);
                roff_put(words[i]);
        }
}

static void put_range(int64_t min, int64_t max)
{
        if (max > min)
                (void)printf(", %lld to %lld", (long long)min, (long long)max);
}

static void put_default(const char *preset)
{
        if (!preset) {
                (void)fputs("; must be given", stdout);
        } else if (*preset) {
                (void)fputs("; default: ", stdout);
                roff_put(preset);
        }
}

/* ".It Ic limits.contact_gap_days Pq "whole number, 0 to 90; default: 3"" */
static void put_key(const Key *key)
{
        roff_list_item("Ic", key->about.name);
        (void)fputs(" Pq \"", stdout);
        roff_put(key->about.type);
        (void)fputs(key->n_choices > 0 ? ": " : "", stdout);
        put_words(key->choices, key->n_choices);
        put_range(key->about.min, key->about.max);
        put_default(key->about.preset);
        (void)puts("\"");
        roff_put_sentence(key->about.help);
}

/* Whether the key stands directly in the group of that name; "": in the file itself. */
static bool key_is_in(const Key *key, const char *group)
{
        const char *name = key_name(key);
        size_t length = strlen(group), before = (size_t)(name - key->about.name);

        return before == (length > 0 ? length + 1 : 0) &&
               strncmp(key->about.name, group, length) == 0;
}

static int put_keys(const char *group, const Sources *sources)
{
        bool is_found = false;
        size_t n;
        const Key *keys = keys_all(&n);

        roff_list_begin();
        for (size_t i = 0; i < n; i++) {
                if (!key_is_in(&keys[i], group))
                        continue;
                put_key(&keys[i]);
                is_found = true;
        }
        roff_list_end();
        return is_found ? 0 : -ENOENT;
}

/* Calendars */

static int put_calendars(const char *argument, const Sources *sources)
{
        size_t n;
        const Calendar *const *all = calendar_all(&n);

        (void)puts(".Bl -tag -width weekdays -compact");
        for (size_t i = 0; i < n; i++) {
                roff_list_item("Li", all[i]->name);
                (void)puts("");
                roff_put(all[i]->title);
                (void)puts("");
        }
        roff_list_end();
        return 0;
}

static void put_calendar_names(void)
{
        size_t n;
        const Calendar *const *all = calendar_all(&n);

        for (size_t i = 0; i < n; i++)
                (void)printf("calendar\t%s\n", all[i]->name);
}

/* Options of a channel's module */

static const char *const option_types[] = {
        [RELANCED_TEXT] = "text",
        [RELANCED_TEXTS] = "list of texts",
        [RELANCED_INTEGER] = "whole number",
        [RELANCED_BOOLEAN] = "true or false",
        [RELANCED_SECRET] = "credential or closed file",
        [RELANCED_DIRECTORY] = "folder",
        [RELANCED_PROGRAM] = "program",
        [RELANCED_NETWORK] = "host name or URL",
};

static void put_option(const struct relanced_option *option)
{
        StrBuf preset = STRBUF_INIT;
        bool is_of_creditor = option->preset && *option->preset == '=';

        if (is_of_creditor)
                strbuf_addf(&preset, "creditor.%s", option->preset + 1);
        roff_list_item("Ic", option->name);
        (void)printf(" Pq \"%s", option_types[option->type]);
        put_range(option->min, option->max);
        put_default(is_of_creditor ? strbuf_text(&preset) : option->preset);
        (void)puts("\"");
        roff_put_sentence(option->help ? option->help : "");
        strbuf_release(&preset);
}

static int load(const char *path, const struct relanced_channel **ret_channel)
{
        StrBuf problem = STRBUF_INIT;

        int r = module_load(path, ret_channel, &problem);
        if (r < 0)
                (void)fprintf(stderr, "manual: %s\n", strbuf_text(&problem));
        strbuf_release(&problem);
        return r;
}

static int put_options(const char *name, const Sources *sources)
{
        const struct relanced_channel *channel = NULL;

        for (char *const *path = sources->modules; *path; path++) {
                int r = load(*path, &channel);
                if (r < 0)
                        return r;
                if (!streq(channel->name, name))
                        continue;
                roff_list_begin();
                for (const struct relanced_option *each = channel->options; each->name; each++)
                        put_option(each);
                roff_list_end();
                return 0;
        }
        return -ENOENT;
}

/* Variables of templates */

static void put_variable(const Variable *variable)
{
        roff_list_item("Va", variable->name);
        (void)fputs(" Pq \"", stdout);
        switch (variable->type) {
        case VARIABLE_TEXT: roff_put(variable->sample); break;
        case VARIABLE_FLAG: (void)fputs("flag", stdout); break;
        case VARIABLE_LIST: (void)fputs("list", stdout); break;
        case VARIABLE_LINES: (void)fputs("list of texts", stdout); break;
        }
        (void)puts("\"");
        roff_put_sentence(variable->help);
}

/* Those that stand directly in the group of that name; "": in none. */
static int put_variables(const char *group, const Sources *sources)
{
        bool is_found = false;
        size_t n, length = strlen(group);
        const Variable *variables = context_variables(&n);

        roff_list_begin();
        for (size_t i = 0; i < n; i++) {
                const char *dot = strrchr(variables[i].name, '.');
                size_t before = dot ? (size_t)(dot - variables[i].name) : 0;
                if (before != length || strncmp(variables[i].name, group, length) != 0)
                        continue;
                put_variable(&variables[i]);
                is_found = true;
        }
        roff_list_end();
        return is_found ? 0 : -ENOENT;
}

/* Commands */

static size_t count_choices(const char *const *choices)
{
        size_t n = 0;

        while (choices && choices[n])
                n++;
        return n;
}

static size_t count_options(const Command *command)
{
        size_t n = 0;

        while (n < COMMAND_OPTIONS_MAX && command->options[n].name)
                n++;
        return n;
}

static void put_flag(const char *name, const char *shown)
{
        (void)printf(" Fl \\-%s", name);
        if (shown)
                (void)printf(" Ar %s", shown);
}

/* ".It Cm log Oo Fl -since Ar TIME Oc" */
static void put_usage(const Command *command)
{
        (void)printf(".It Cm %s", command->name);
        for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX && command->arguments[i].shown; i++) {
                const CommandArgument *argument = &command->arguments[i];
                (void)printf(argument->is_optional ? " Oo Ar %s Oc" : " Ar %s", argument->shown);
                (void)fputs(argument->is_repeated ? " ..." : "", stdout);
        }
        for (size_t i = 0; i < count_options(command); i++) {
                const CommandOption *option = &command->options[i];
                bool is_alone = command->run_with && strcmp(option->name, command->run_with) == 0;
                bool is_free = !option->is_required && !is_alone;
                (void)fputs(is_alone ? " |" : is_free ? " Oo" : "", stdout);
                put_flag(option->name, option->shown);
                (void)fputs(is_free ? " Oc" : "", stdout);
        }
        (void)puts("");
}

static void put_command_option(const CommandOption *option)
{
        size_t n = count_choices(option->choices);

        (void)fputs(".It", stdout);
        put_flag(option->name, option->shown);
        (void)puts("");
        roff_put_sentence(option->help);
        if (n > 0) {
                (void)fputs("One of: ", stdout);
                put_words(option->choices, n);
                (void)puts(".");
        }
}

static int put_commands(const char *argument, const Sources *sources)
{
        size_t n;
        const Command *commands = command_list(&n);

        roff_list_begin();
        for (size_t i = 0; i < n; i++) {
                put_usage(&commands[i]);
                roff_put_sentence(commands[i].help);
                if (commands[i].detail)
                        roff_put_paragraphs(commands[i].detail);
                if (count_options(&commands[i]) == 0)
                        continue;
                roff_list_begin();
                for (size_t k = 0; k < count_options(&commands[i]); k++)
                        put_command_option(&commands[i].options[k]);
                roff_list_end();
        }
        roff_list_end();
        return 0;
}

static int put_globals(const char *argument, const Sources *sources)
{
        size_t n;
        const GlobalOption *globals = command_globals(&n);

        roff_list_begin();
        for (size_t i = 0; i < n; i++) {
                (void)fputs(".It", stdout);
                put_flag(globals[i].name, globals[i].shown);
                (void)puts("");
                roff_put_sentence(globals[i].help);
        }
        roff_list_end();
        return 0;
}

/* Reasons, each with its sentence as it would stand in the log. */
static int put_reasons(const char *argument, const Sources *sources)
{
        const ReasonDetail detail = { .step = "STEP", .date = date_of(2026, 3, 9), .text = "NAME" };

        roff_list_begin();
        for (int i = 0; i < REASON_MAX; i++) {
                StrBuf sentence = STRBUF_INIT;
                reason_sentence((Reason)i, &detail, "en", &sentence);
                roff_list_item("Cm", reason_code((Reason)i));
                (void)puts("");
                roff_put_sentence(strbuf_text(&sentence));
                strbuf_release(&sentence);
        }
        roff_list_end();
        return 0;
}

/* Messages of the log */

/* The subject of the message's entry in the catalog, its fields' names without "@"; an empty one
 * when it has no entry (check-catalog tells). */
static void add_subject(const char *catalog, const char *id, StrBuf *subject)
{
        static const char mark[] = "\nSubject: ";
        const char *entry = strstr(catalog, id);

        if (!entry || strncmp(entry + ID_LENGTH, mark, sizeof(mark) - 1) != 0)
                return;
        for (const char *p = entry + ID_LENGTH + sizeof(mark) - 1; *p && *p != '\n'; p++)
                if (*p != '@')
                        strbuf_add_char(subject, *p);
}

/* A line `#define MESSAGE_NAME "id"`, which is changed. */
static void put_message(char *line, const char *catalog)
{
        static const char define[] = "#define MESSAGE_";
        StrBuf subject = STRBUF_INIT;
        char *name = line + sizeof(define) - 1;
        char *id = strchr(line, '"');

        if (strncmp(line, define, sizeof(define) - 1) != 0 || !id || strlen(id) < ID_LENGTH + 2)
                return;
        id[1 + ID_LENGTH] = '\0';
        id++;
        name[strcspn(name, " ")] = '\0';
        add_subject(catalog, id, &subject);
        roff_list_item("Li", id);
        (void)puts("");
        roff_put(name);
        (void)fputs(": ", stdout);
        roff_put_sentence(strbuf_text(&subject));
        strbuf_release(&subject);
}

static int put_messages(const char *argument, const Sources *sources)
{
        _cleanup_(freep) char *header = NULL, *catalog = NULL;
        size_t length;

        int r = file_read(sources->message_ids, SOURCE_LIMIT, &header, &length);
        if (r == 0)
                r = file_read(sources->catalog, SOURCE_LIMIT, &catalog, &length);
        if (r < 0)
                return r;
        roff_list_begin();
        for (char *line = header; line && *line;) {
                char *end = strchr(line, '\n');
                if (end)
                        *end = '\0';
                put_message(line, catalog);
                line = end ? end + 1 : NULL;
        }
        roff_list_end();
        return 0;
}

int table_put(const char *name, const char *argument, const Sources *sources)
{
        static const struct {
                const char *name;
                int (*put)(const char *argument, const Sources *sources);
        } tables[] = {
                { "keys", put_keys },
                { "calendars", put_calendars },
                { "options", put_options },
                { "variables", put_variables },
                { "commands", put_commands },
                { "globals", put_globals },
                { "reasons", put_reasons },
                { "messages", put_messages },
        };

        for (size_t i = 0; i < ELEMENTSOF(tables); i++)
                if (streq(tables[i].name, name))
                        return tables[i].put(argument, sources);
        return -ENOENT;
}

static void put_variable_names(void)
{
        size_t n;
        const Variable *variables = context_variables(&n);

        for (size_t i = 0; i < n; i++)
                (void)printf("variable\t%s\n", variables[i].name);
}

static void put_command_names(void)
{
        size_t n;
        const Command *commands = command_list(&n);

        for (size_t i = 0; i < n; i++) {
                (void)printf("command\t%s\n", commands[i].name);
                for (size_t k = 0; k < count_options(&commands[i]); k++)
                        (void)printf(
                                "flag\t%s %s\n", commands[i].name, commands[i].options[k].name);
        }
        const GlobalOption *globals = command_globals(&n);
        for (size_t i = 0; i < n; i++)
                (void)printf("global\t%s\n", globals[i].name);
}

int tables_put_names(const Sources *sources)
{
        const struct relanced_channel *channel;
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++)
                (void)printf("key\t%s\n", keys[i].about.name);
        put_calendar_names();
        put_variable_names();
        for (char *const *path = sources->modules; *path; path++) {
                int r = load(*path, &channel);
                if (r < 0)
                        return r;
                (void)printf("module\t%s\n", channel->name);
                for (const struct relanced_option *each = channel->options; each->name; each++)
                        (void)printf("option\t%s %s\n", channel->name, each->name);
        }
        put_command_names();
        for (int i = 0; i < REASON_MAX; i++)
                (void)printf("reason\t%s\n", reason_code((Reason)i));
        return 0;
}
