/* SPDX-License-Identifier: MIT */
/*
 * Owns what a module's options may be, and the reading of secrets: a systemd credential, or a file
 * that belongs to root or this user and is closed to everybody else. A secret is in no message and
 * no log, only its source is named.
 */

#include "engine/options.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "sys/file.h"

#define SECRET_SIZE_MAX 16384

typedef struct Resolver {
        const ChannelConfig *channel;
        const char *config_path;
        Arena *arena;
        Problems *problems;
} Resolver;

static const char *const type_words[] = {
        [RELANCED_TEXT] = "text in quotes",
        [RELANCED_TEXTS] = "a list of texts: [ \"…\", \"…\" ]",
        [RELANCED_INTEGER] = "a whole number",
        [RELANCED_BOOLEAN] = "true or false",
        [RELANCED_SECRET] = "{ credential = \"NAME\"; } or { file = \"PATH\"; }",
        [RELANCED_DIRECTORY] = "a folder, in quotes",
        [RELANCED_PROGRAM] = "a program, in quotes",
        [RELANCED_NETWORK] = "a host name or URL, in quotes",
};

static bool kind_fits(OptionKind kind, enum relanced_option_type type)
{
        switch (kind) {
        case OPTION_INTEGER: return type == RELANCED_INTEGER;
        case OPTION_BOOLEAN: return type == RELANCED_BOOLEAN;
        case OPTION_CREDENTIAL:
        case OPTION_FILE: return type == RELANCED_SECRET;
        case OPTION_TEXT:
                return type == RELANCED_TEXT || type == RELANCED_DIRECTORY ||
                       type == RELANCED_PROGRAM || type == RELANCED_NETWORK;
        }
        return false;
}

/* Why a secret's file is not to be used, or NULL. */
static const char *secret_fault(const struct stat *status, bool is_credential)
{
        if (!S_ISREG(status->st_mode))
                return "is not a regular file";
        if (status->st_size > SECRET_SIZE_MAX)
                return "is too large for a secret";
        if (is_credential) /* systemd guards the folder */
                return NULL;
        if (status->st_uid != 0 && status->st_uid != geteuid())
                return "must be owned by root or by the user relanced runs as";
        if (status->st_mode & 077)
                return "must be closed to group and others: chmod 600";
        return NULL;
}

/* The content without the newline at its end. 0, or -EINVAL and *ret_fault (static). */
static int secret_read(
        const char *path, bool is_credential, char **ret_text, const char **ret_fault)
{
        struct stat status;
        char text[SECRET_SIZE_MAX + 1];
        size_t length = 0;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

        if (fd < 0 || fstat(fd, &status) < 0) {
                *ret_fault = errno == ELOOP ? "is a symbolic link" : strerror(errno);
                return -EINVAL;
        }
        *ret_fault = secret_fault(&status, is_credential);
        if (*ret_fault)
                return -EINVAL;
        for (ssize_t n; length < SECRET_SIZE_MAX; length += (size_t)n) {
                n = read(fd, text + length, SECRET_SIZE_MAX - length);
                if (n <= 0)
                        break;
        }
        if (length > 0 && text[length - 1] == '\n')
                length--;
        *ret_fault = length == 0 ? "is empty" : memchr(text, 0, length) ? "holds a NUL" : NULL;
        *ret_text = *ret_fault ? NULL : strndup(text, length);
        explicit_bzero(text, sizeof(text));
        if (*ret_fault)
                return -EINVAL;
        return *ret_text ? 0 : -ENOMEM;
}

static int resolve_secret(Resolver *resolver, const ChannelOption *option, char **ret_value)
{
        const char *folder = getenv("CREDENTIALS_DIRECTORY"), *fault = NULL;
        bool is_credential = option->kind == OPTION_CREDENTIAL;
        _cleanup_(freep) char *path = NULL;
        StrBuf name = STRBUF_INIT;
        int r;

        if (!is_credential) {
                r = path_from_file(resolver->config_path, option->value, &path);
        } else if (!folder || strchr(option->value, '/')) {
                problems_add(resolver->problems, false, option->file, option->line,
                        "channel %s: %s: there is no credential %s (LoadCredential= of the unit)",
                        resolver->channel->name, option->name, option->value);
                return -EINVAL;
        } else {
                strbuf_addf(&name, "%s/%s", folder, option->value);
                r = strbuf_take(&name, &path);
        }
        if (r < 0)
                return r;
        r = secret_read(path, is_credential, ret_value, &fault);
        if (r == -EINVAL)
                problems_add(resolver->problems, false, option->file, option->line,
                        "channel %s: %s: %s %s", resolver->channel->name, option->name, path,
                        fault);
        return r;
}

static int resolve_program(Resolver *resolver, const ChannelOption *option, char *path)
{
        if (access(path, X_OK) == 0)
                return 0;
        problems_add(resolver->problems, false, option->file, option->line,
                "channel %s: %s: %s cannot be run: %s", resolver->channel->name, option->name, path,
                strerror(errno));
        return -EINVAL;
}

static int check_integer(
        Resolver *resolver, const ChannelOption *given, const struct relanced_option *option)
{
        int64_t number;

        if (parse_int64(given->value, option->min, option->max, &number) == 0)
                return 0;
        problems_add(resolver->problems, false, given->file, given->line,
                "channel %s: %s must be between %lld and %lld", resolver->channel->name,
                option->name, (long long)option->min, (long long)option->max);
        return -EINVAL;
}

/* One given value in its final form (free()). */
static int resolve_one(Resolver *resolver, const ChannelOption *given,
        const struct relanced_option *option, char **ret_value)
{
        _cleanup_(freep) char *value = NULL;
        int r = 0;

        if (!kind_fits(given->kind, option->type)) {
                problems_add(resolver->problems, false, given->file, given->line,
                        "channel %s: %s must be %s", resolver->channel->name, option->name,
                        type_words[option->type]);
                return -EINVAL;
        }
        switch (option->type) {
        case RELANCED_INTEGER: r = check_integer(resolver, given, option); break;
        case RELANCED_SECRET: r = resolve_secret(resolver, given, &value); break;
        case RELANCED_DIRECTORY:
        case RELANCED_PROGRAM:
                r = path_from_file(resolver->config_path, given->value, &value);
                if (r == 0 && option->type == RELANCED_PROGRAM)
                        r = resolve_program(resolver, given, value);
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

static int resolve_option(
        Resolver *resolver, const struct relanced_option *option, struct relanced_value *ret_value)
{
        const ChannelOption *given = find_given(resolver->channel, option->name);
        _cleanup_(freep) char *value = NULL;

        if (given) {
                int r = resolve_one(resolver, given, option, &value);
                if (r < 0)
                        return r;
        } else if (!option->preset) {
                problems_add(resolver->problems, false, resolver->channel->file,
                        resolver->channel->line, "channel %s: its module needs the option %s: %s",
                        resolver->channel->name, option->name, option->help ? option->help : "");
                return -EINVAL;
        }
        *ret_value = (struct relanced_value){
                .name = option->name,
                .value = arena_strdup(resolver->arena, value ? value : option->preset),
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
                problems_add(resolver->problems, false, given->file, given->line,
                        "channel %s: the module %s has no option %s%s%s%s", resolver->channel->name,
                        resolver->channel->module, given->name, nearest ? ", did you mean " : "",
                        nearest ? nearest : "", nearest ? "?" : "");
                r = -EINVAL;
        }
        return r;
}

int options_resolve(const ChannelConfig *channel, const char *config_path,
        const struct relanced_option *table, Arena *arena, Problems *problems,
        struct relanced_value **ret_values)
{
        Resolver resolver = { channel, config_path, arena, problems };
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
