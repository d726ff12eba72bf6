/* SPDX-License-Identifier: MIT */
/*
 * Owns what a module's options may be and where each gets its value: from the owner, else from the
 * channel's own keys or the creditor, else from the module. A secret is in no message, only its
 * source is named. Every fault is a problem with its line; the rest goes on.
 */

#include "engine/options.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "engine/secret.h"
#include "sys/file.h"

typedef struct Resolver {
        const Config *config;
        const ChannelConfig *channel;
        Arena *arena;
        Problems *problems;
} Resolver;

/* Where a value comes from that stands in the configuration for all modules. */
typedef struct Source {
        const char *name;
        size_t offset;
} Source;

static const Source creditor_presets[] = {
        { "=name", offsetof(Creditor, name) },
        { "=email", offsetof(Creditor, email) },
        { "=phone", offsetof(Creditor, phone) },
        { "=country", offsetof(Creditor, country) },
        { "=copy_to", offsetof(Creditor, copy_to) },
};

static const Source channel_numbers[] = {
        { "workers", offsetof(ChannelConfig, workers) },
        { "in_flight", offsetof(ChannelConfig, in_flight) },
        { "rate_per_minute", offsetof(ChannelConfig, rate_per_minute) },
        { "timeout_s", offsetof(ChannelConfig, timeout_s) },
        { "max_parts", offsetof(ChannelConfig, max_parts) },
};

static const char *const type_words[] = {
        [RELANCED_TEXT] = "a text in quotes",
        [RELANCED_TEXTS] = "a list of texts: [ \"…\", \"…\" ]",
        [RELANCED_INTEGER] = "a whole number",
        [RELANCED_BOOLEAN] = "true or false",
        [RELANCED_DIRECTORY] = "a folder, in quotes",
        [RELANCED_PROGRAM] = "a program, in quotes",
        [RELANCED_NETWORK] = "a host name or URL, in quotes",
};

static void option_error(const Resolver *resolver, const ChannelOption *option, const char *format,
        ...) _printf_(3, 4);
static void option_error(
        const Resolver *resolver, const ChannelOption *option, const char *format, ...)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&text, format, arguments);
        va_end(arguments);
        problems_add(resolver->problems, false, option->file, option->line, "channel %s: %s",
                resolver->channel->name, strbuf_text(&text));
}

static bool kind_fits(OptionKind kind, enum relanced_option_type type)
{
        switch (kind) {
        case OPTION_INTEGER: return type == RELANCED_INTEGER;
        case OPTION_BOOLEAN: return type == RELANCED_BOOLEAN;
        case OPTION_TEXTS: return type == RELANCED_TEXTS;
        case OPTION_CREDENTIAL:
        case OPTION_FILE: return type == RELANCED_SECRET;
        case OPTION_TEXT:
                return type == RELANCED_TEXT || type == RELANCED_TEXTS ||
                       type == RELANCED_DIRECTORY || type == RELANCED_PROGRAM ||
                       type == RELANCED_NETWORK;
        case OPTION_FAULTY: break;
        }
        return false;
}

/* The folder that the configuration's unit loads its credentials from: "credentials" beside
 * relanced.conf, "NAME.credentials" beside NAME.conf. */
static int credentials_of_unit(const Config *config, char **ret_folder)
{
        const char *slash = strrchr(config->path, '/');
        const char *file = slash ? slash + 1 : config->path, *dot = strrchr(file, '.');
        size_t length = dot ? (size_t)(dot - file) : strlen(file);
        _cleanup_(strbuf_release) StrBuf name = STRBUF_INIT;

        if (!streq(file, "relanced.conf")) {
                strbuf_add_bytes(&name, file, length);
                strbuf_add_char(&name, '.');
        }
        strbuf_add(&name, "credentials");
        return path_from_file(config->path, strbuf_text(&name), ret_folder);
}

/*
 * The credential of that name, or the one that the file of that name became in a folder that was
 * loaded as a whole, LoadCredential=relanced:FOLDER: relanced_NAME. Without systemd that folder
 * itself is looked at, which root alone may, so that a check knows what the service will be given.
 * -ENOENT; -ENOMEM.
 */
static int find_credential(const char *name, const char *of_unit, char **ret_path)
{
        static const char *const prefixes[] = { "", "relanced_" };
        const char *given = getenv("CREDENTIALS_DIRECTORY");
        const char *folder = given ? given : of_unit;

        for (size_t i = 0; !strchr(name, '/') && i < ELEMENTSOF(prefixes); i++) {
                _cleanup_(freep) char *path = NULL;
                StrBuf text = STRBUF_INIT;
                strbuf_addf(&text, "%s/%s%s", folder, prefixes[i], name);
                int r = strbuf_take(&text, &path);
                if (r < 0)
                        return r;
                if (access(path, F_OK) < 0)
                        continue;
                *ret_path = TAKE_PTR(path);
                return 0;
        }
        return -ENOENT;
}

static int resolve_credential(Resolver *resolver, const ChannelOption *option, char **ret_path)
{
        _cleanup_(freep) char *of_unit = NULL;

        int r = credentials_of_unit(resolver->config, &of_unit);
        if (r == 0)
                r = find_credential(option->value, of_unit, ret_path);
        if (r != -ENOENT)
                return r;
        option_error(resolver, option,
                "%s: there is no credential %s that can be read from here (a file in %s, or "
                "LoadCredential= of the unit)%s",
                option->name, option->value, of_unit,
                getenv("CREDENTIALS_DIRECTORY") ? "; the service has those that were there when it "
                                                  "started: a new one needs systemctl restart"
                                                : "");
        return -ENOENT;
}

static int resolve_secret(Resolver *resolver, const ChannelOption *option, char **ret_value)
{
        bool is_credential = option->kind == OPTION_CREDENTIAL;
        _cleanup_(strbuf_release) StrBuf problem = STRBUF_INIT;
        _cleanup_(freep) char *path = NULL;

        int r = is_credential ? resolve_credential(resolver, option, &path)
                              : path_from_file(resolver->config->path, option->value, &path);
        if (is_credential && r == -ENOENT) /* which was told */
                return -EINVAL;
        if (r == 0)
                r = secret_read(path, is_credential, ret_value, &problem);
        if (r == -EINVAL)
                option_error(resolver, option, "%s: %s", option->name, strbuf_text(&problem));
        return r;
}

/* Why a program is not to be run, or NULL: what others change would run with relanced's rights. */
static const char *program_fault(const char *path)
{
        struct stat status;

        if (stat(path, &status) < 0)
                return strerror(errno);
        if (!S_ISREG(status.st_mode))
                return "it is not a regular file";
        if (status.st_uid != 0 && status.st_uid != geteuid())
                return "it must be owned by root or by the user relanced runs as";
        if (status.st_mode & (S_IWGRP | S_IWOTH))
                return "group or others may write it: chmod go-w";
        return access(path, X_OK) < 0 ? strerror(errno) : NULL;
}

static int check_program(Resolver *resolver, const ChannelOption *option, const char *path)
{
        const char *fault = program_fault(path);

        if (!fault)
                return 0;
        option_error(resolver, option, "%s: %s cannot be run: %s", option->name, path, fault);
        return -EINVAL;
}

static int check_integer(
        Resolver *resolver, const ChannelOption *given, const struct relanced_option *option)
{
        int64_t number;

        if (parse_int64(given->value, option->min, option->max, &number) == 0)
                return 0;
        option_error(resolver, given, "%s must be between %lld and %lld", option->name,
                (long long)option->min, (long long)option->max);
        return -EINVAL;
}

static int refuse_kind(
        Resolver *resolver, const ChannelOption *given, const struct relanced_option *option)
{
        const char *name = option->name;

        if (option->type == RELANCED_SECRET)
                option_error(resolver, given,
                        "%s must not stand in this file: write %s = { credential = \"NAME\"; }; or "
                        "%s = { file = \"PATH\"; };",
                        name, name, name);
        else
                option_error(resolver, given, "%s must be %s", name, type_words[option->type]);
        return -EINVAL;
}

/* One given value in its final form (free()). */
static int resolve_given(Resolver *resolver, const ChannelOption *given,
        const struct relanced_option *option, char **ret_value)
{
        _cleanup_(freep) char *value = NULL;
        int r = 0;

        if (given->kind == OPTION_FAULTY)
                return -EINVAL;
        if (!kind_fits(given->kind, option->type))
                return refuse_kind(resolver, given, option);
        switch (option->type) {
        case RELANCED_INTEGER: r = check_integer(resolver, given, option); break;
        case RELANCED_SECRET: r = resolve_secret(resolver, given, &value); break;
        case RELANCED_DIRECTORY:
        case RELANCED_PROGRAM:
                r = path_from_file(resolver->config->path, given->value, &value);
                if (r == 0 && option->type == RELANCED_PROGRAM)
                        r = check_program(resolver, given, value);
                break;
        case RELANCED_TEXT:
        case RELANCED_TEXTS:
        case RELANCED_BOOLEAN:
        case RELANCED_NETWORK: break;
        }
        if (r == 0 && !value && !(value = strdup(given->value)))
                r = -ENOMEM;
        if (r == 0)
                *ret_value = TAKE_PTR(value);
        return r;
}

static const ChannelOption *find_given(const ChannelConfig *channel, const char *name)
{
        for (size_t i = 0; i < channel->n_options; i++) {
                if (streq(channel->options[i].name, name))
                        return &channel->options[i];
        }
        return NULL;
}

static const Source *find_source(const char *name, const Source *sources, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (streq(sources[i].name, name))
                        return &sources[i];
        return NULL;
}

/* The value of a key that every channel has, as the option of that name gets it. */
static int resolve_number(Resolver *resolver, const Source *source,
        const struct relanced_option *option, char **ret_value)
{
        const char *at = (const char *)resolver->channel + source->offset;
        ChannelOption number = { .name = option->name,
                .file = resolver->channel->file,
                .line = resolver->channel->line };
        StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "%d", *(const int *)at);
        int r = strbuf_take(&text, ret_value);
        number.value = *ret_value;
        return r < 0 ? r : check_integer(resolver, &number, option);
}

/* What an option is that the owner says nothing about. */
static int resolve_preset(
        Resolver *resolver, const struct relanced_option *option, char **ret_value)
{
        const ChannelConfig *channel = resolver->channel;
        const char *preset = option->preset;

        if (!preset) {
                problems_add(resolver->problems, false, channel->file, channel->line,
                        "channel %s: its module needs the option %s: %s", channel->name,
                        option->name, option->help ? option->help : "");
                return -EINVAL;
        }
        if (*preset == '=') {
                const Source *source =
                        find_source(preset, creditor_presets, ELEMENTSOF(creditor_presets));
                if (!source) {
                        problems_add(resolver->problems, false, channel->file, channel->line,
                                "channel %s: the module %s is at fault: its option %s is preset to "
                                "\"%s\", which a creditor has not",
                                channel->name, channel->module, option->name, preset);
                        return -EINVAL;
                }
                preset = *(const char *const *)((const char *)&resolver->config->creditor +
                                                source->offset);
        }
        *ret_value = strdup(preset ? preset : "");
        return *ret_value ? 0 : -ENOMEM;
}

static int resolve_option(
        Resolver *resolver, const struct relanced_option *option, struct relanced_value *ret_value)
{
        const ChannelOption *given = find_given(resolver->channel, option->name);
        const Source *number =
                find_source(option->name, channel_numbers, ELEMENTSOF(channel_numbers));
        _cleanup_(freep) char *value = NULL;
        int r;

        if (number)
                r = resolve_number(resolver, number, option, &value);
        else if (given)
                r = resolve_given(resolver, given, option, &value);
        else
                r = resolve_preset(resolver, option, &value);
        if (r < 0)
                return r;
        *ret_value = (struct relanced_value){
                .name = option->name,
                .value = arena_strdup(resolver->arena, value),
        };
        return ret_value->value ? 0 : -ENOMEM;
}

/* The keys that every channel has, which a mistyped option may have been meant to be. */
static size_t add_channel_keys(const char **names, size_t n)
{
        static const char prefix[] = "channels.NAME.";
        size_t n_keys;
        const ConfigKey *keys = config_keys(&n_keys);

        for (size_t i = 0; i < n_keys; i++)
                if (strncmp(keys[i].name, prefix, sizeof(prefix) - 1) == 0)
                        names[n++] = keys[i].name + sizeof(prefix) - 1;
        return n;
}

/* Every given option that the table does not know. */
static int find_unknown(Resolver *resolver, const struct relanced_option *table, size_t n)
{
        size_t n_keys, n_names;
        int r = 0;

        (void)config_keys(&n_keys);
        const char **names = arena_alloc_array(resolver->arena, n + n_keys, sizeof(*names));
        if (!names)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                names[i] = table[i].name;
        n_names = add_channel_keys(names, n);
        for (size_t i = 0; i < resolver->channel->n_options; i++) {
                const ChannelOption *given = &resolver->channel->options[i];
                int index;
                if (parse_name(given->name, names, n, &index) == 0)
                        continue;
                const char *nearest = nearest_name(given->name, names, n_names);
                option_error(resolver, given, "the module %s has no option %s%s%s%s",
                        resolver->channel->module, given->name, nearest ? ", did you mean " : "",
                        nearest ? nearest : "", nearest ? "?" : "");
                r = -EINVAL;
        }
        return r;
}

int options_resolve(const Config *config, const ChannelConfig *channel,
        const struct relanced_option *table, Arena *arena, Problems *problems,
        struct relanced_value **ret_values)
{
        Resolver resolver = { config, channel, arena, problems };
        size_t n = 0;

        while (table && table[n].name)
                n++;
        struct relanced_value *values = arena_alloc_array(arena, n + 1, sizeof(*values));
        if (!values)
                return -ENOMEM;
        int r = find_unknown(&resolver, table, n);
        for (size_t i = 0; i < n && r != -ENOMEM; i++) {
                int one = resolve_option(&resolver, &table[i], &values[i]);
                r = one < 0 ? one : r;
        }
        if (r < 0)
                return r;
        *ret_values = values;
        return 0;
}
