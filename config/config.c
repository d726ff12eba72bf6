/* SPDX-License-Identifier: MIT */
/*
 * Owns libconfig: nothing else sees it. Has a configuration read from its text into a tree of plain
 * values, and the parts of the configuration from the tree. What is wrong with a file is told in
 * one run: where libconfig gives up, what it understood so far is checked all the same, except for
 * what may stand in the rest. Never logs.
 */

#include "config/config.h"

#include <errno.h>
#include <libconfig.h>

#include "base/strbuf.h"
#include "config/parts.h"

/* The configuration and its memory, freed together. */
typedef struct Loaded {
        Config config;
        Arena arena;
        bool is_whole;      /* its text was understood to its end */
        unsigned n_holders; /* beside the first one */
} Loaded;

/* Of DESIGN 4.3; used for what a configuration does without. */
static const char shipped_policies[] =
        "policies = { standard = { tolerance = ( { currency = \"EUR\"; amount = \"1.00\"; } );\n"
        "  steps = (\n"
        "    { id = \"courtesy\"; action = \"courtesy\"; before_due = 3; send = [ \"email\" ]; },\n"
        "    { id = \"reminder\"; action = \"remind\"; after_due = 3; send = [ \"email\" ]; },\n"
        "    { id = \"resend\"; action = \"resend\"; after_due = 10;\n"
        "      send = [ \"email\", \"whatsapp|sms\" ]; },\n"
        "    { id = \"deadline\"; action = \"deadline\"; after_due = 20; deadline_days = 8;\n"
        "      send = [ \"email\", \"sms\" ]; charges = true; },\n"
        "    { id = \"suspend\"; action = \"suspend\"; after_deadline = 1; send = [ \"hook\" ]; "
        "},\n"
        "    { id = \"agency\"; action = \"agency\"; after_due = 45; },\n"
        "    { id = \"legal\"; action = \"legal\"; after_due = 75; } ); };\n"
        "  plan = { steps = (\n"
        "    { id = \"before\"; action = \"courtesy\"; before_due = 3; send = [ \"email\" ]; },\n"
        "    { id = \"late\"; action = \"remind\"; after_due = 1; send = [ \"email|sms\" ]; } ); "
        "}; "
        "};\n";

static void set_value(const config_setting_t *setting, Reader *reader, Node *node)
{
        switch (config_setting_type(setting)) {
        case CONFIG_TYPE_STRING: {
                const char *text = config_setting_get_string(setting);
                node->type = NODE_TEXT;
                node->text = arena_strdup(reader->arena, text ? text : "");
                if (!node->text)
                        reader->error = -ENOMEM;
                break;
        }
        case CONFIG_TYPE_INT:
        case CONFIG_TYPE_INT64:
                node->type = NODE_NUMBER;
                node->number = config_setting_type(setting) == CONFIG_TYPE_INT
                                       ? config_setting_get_int(setting)
                                       : config_setting_get_int64(setting);
                break;
        case CONFIG_TYPE_FLOAT: node->type = NODE_DECIMAL; break;
        case CONFIG_TYPE_BOOL:
                node->type = NODE_BOOLEAN;
                node->number = config_setting_get_bool(setting);
                break;
        case CONFIG_TYPE_GROUP: node->type = NODE_GROUP; break;
        default: node->type = NODE_LIST; break;
        }
}

/* Without a value: libconfig stopped there. Renamed: it was given twice and is told already. */
static bool is_left_out(const config_setting_t *setting)
{
        const char *name = config_setting_name(setting);

        return config_setting_type(setting) == CONFIG_TYPE_NONE ||
               (name && name[0] == SOURCE_RENAMED);
}

static void copy_setting(config_setting_t *setting, const Source *source, const Node *parent,
        Reader *reader, Node *node)
{
        SourceLine place = source_place(source, config_setting_source_line(setting));
        const char *name = config_setting_name(setting);
        size_t n = 0;

        *node = (Node){ .parent = parent,
                .name = arena_strdup(reader->arena, name),
                .file = place.file,
                .line = place.line };
        if (name && !node->name)
                reader->error = -ENOMEM;
        set_value(setting, reader, node);
        if (!config_setting_is_aggregate(setting))
                return;
        unsigned length = (unsigned)config_setting_length(setting);
        Node *children = reader_alloc(reader, length, sizeof(*children));
        for (unsigned i = 0; children && i < length && !reader->error; i++) {
                config_setting_t *child = config_setting_get_elem(setting, i);
                if (!is_left_out(child))
                        copy_setting(child, source, node, reader, &children[n++]);
        }
        node->children = children;
        node->n_children = n;
}

static bool problems_has_place(const Problems *problems, SourceLine place)
{
        for (size_t i = 0; i < problems->n; i++)
                if (problems->list[i].line == place.line &&
                        streq_or_null(problems->list[i].file, place.file))
                        return true;
        return false;
}

/* What libconfig says about a text that scan.c did not find broken already. */
static void tell_stopped(const config_t *settings, const Source *source, Reader *reader)
{
        SourceLine place = source_place(source, (unsigned)MAX(config_error_line(settings), 0));
        const char *text = config_error_text(settings);

        if (source->is_broken || problems_has_place(reader->problems, place))
                return;
        if (!text || streq(text, "syntax error"))
                text = "this line, or the end of the one before, cannot be understood: is a \"=\", "
                       "a \";\", a quote or a bracket missing?";
        else if (streq(text, "mismatched element type in array"))
                text = "a list in [ ] has values of different types";
        problems_add(reader->problems, false, place.file, place.line, "%s", text);
}

static void read_tree(const Source *source, Reader *reader, Node *root)
{
        config_t settings;

        config_init(&settings);
        if (!config_read_string(&settings, source->text)) {
                tell_stopped(&settings, source, reader);
                reader->is_partial = true;
        }
        reader->is_partial |= source->is_broken;
        copy_setting(config_root_setting(&settings), source, NULL, reader, root);
        /* What is wrong with the whole file has no line. */
        root->file = reader->shown;
        root->line = 0;
        config_destroy(&settings);
}

bool read_file_tree(Reader *reader, Node *root)
{
        Source source = { 0 };
        int r = source_load(reader->path, reader->arena, reader->problems, &source);

        if (r == -ENOMEM)
                reader->error = r;
        if (r < 0 || source.is_unfit)
                return false;
        reader->n_before = reader->problems->n;
        read_tree(&source, reader, root);
        return !reader->error;
}

static void read_all_policies(Reader *reader, const Node *group, Config *config)
{
        Source source = { 0 };
        Node root = { 0 };

        int r = source_of_text(
                "shipped policies", shipped_policies, reader->arena, reader->problems, &source);
        if (r < 0) {
                reader->error = r;
                return;
        }
        read_tree(&source, reader, &root);
        if (root.n_children > 0)
                read_policies(reader, group, &root.children[0], config);
}

static void read_parts(Reader *reader, const Node *root, Config *config)
{
        FileValues file = { 0 };

        reader_preset(SECTION_FILE, &file);
        reader_read(reader, root, SECTION_FILE, &file, NULL, NULL);
        read_firm(reader, root, &file, config);
        read_charges(reader, root, &file, config);
        read_channels(reader, &file, config);
        check_calendars(reader, file.calendars, &config->book);
        if (config->book.n_channels == 0 && !reader->is_partial)
                reader_warning(reader, file.channels ? file.channels : root,
                        "no channel is configured: nothing can be sent");
        if (file.policies || !node_member(root, "policies"))
                read_all_policies(reader, file.policies, config);
        if (file.policies)
                check_recipients(reader, &file, &config->book);
        if (!node_member(root, "assign") || file.assign)
                read_assign(reader, root, &file, config);
}

/* In the order of the files, the first file first, then by line, then as they were found. */
static void sort_problems(Problems *problems, size_t from, const char *first)
{
        for (size_t i = from + 1; i < problems->n; i++) {
                Problem problem = problems->list[i];
                size_t k = i;
                for (; k > from; k--) {
                        const Problem *before = &problems->list[k - 1];
                        int order = (before->file && !streq(before->file, first)) -
                                    (problem.file && !streq(problem.file, first));
                        if (order == 0 && before->file && problem.file)
                                order = strcmp(before->file, problem.file);
                        if (order < 0 || (order == 0 && before->line <= problem.line))
                                break;
                        problems->list[k] = problems->list[k - 1];
                }
                problems->list[k] = problem;
        }
}

/* The path from the root; links stay as they are. Lives in the arena. */
static const char *absolute_path(const char *path, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        _cleanup_(freep) char *folder = NULL;

        if (path[0] == '/')
                return arena_strdup(arena, path);
        folder = getcwd(NULL, 0);
        if (!folder)
                return NULL;
        strbuf_addf(&text, "%s/%s", folder, path);
        return strbuf_error(&text) < 0 ? NULL : arena_strdup(arena, strbuf_text(&text));
}

/* A file, or a text that is none. */
typedef struct Given {
        const char *shown;  /* as the user knows it */
        const char *text;   /* NULL: it is a file */
        const char *beside; /* of a text: the file that relative paths are seen from */
} Given;

static int load(const Given *given, Problems *problems, Loaded *loaded)
{
        Config *config = &loaded->config;
        Reader reader = { .arena = &loaded->arena, .problems = problems, .shown = given->shown };
        Source source = { 0 };
        Node root = { 0 };

        config->path = reader.path =
                absolute_path(given->text ? given->beside : given->shown, &loaded->arena);
        if (!config->path) {
                problems_add(problems, false, given->shown, 0,
                        "cannot be read: no memory, or no folder");
                return -ENOMEM;
        }
        int r = given->text ? source_of_text(
                                      given->shown, given->text, &loaded->arena, problems, &source)
                            : source_load(given->shown, &loaded->arena, problems, &source);
        if (r < 0)
                return r;
        if (source.is_unfit)
                return 0;
        reader.n_before = problems->n;
        read_tree(&source, &reader, &root);
        if (!reader.error)
                read_parts(&reader, &root, config);
        loaded->is_whole = !reader.is_partial;
        if (reader.error)
                problems_add(problems, false, given->shown, 0, "cannot be read: %s",
                        strerror(-reader.error));
        return reader.error;
}

static int examine(const Given *given, Problems *problems, Config **ret_config)
{
        size_t n_before = problems->n, n_errors = problems->n_errors;
        Loaded *loaded = calloc(1, sizeof(*loaded));

        if (!loaded) {
                problems_add(
                        problems, false, given->shown, 0, "cannot be read: %s", strerror(ENOMEM));
                return -ENOMEM;
        }
        loaded->config.memory = loaded;
        int r = load(given, problems, loaded);
        sort_problems(problems, n_before, given->shown);
        if (r == 0 && problems->n_errors > n_errors)
                r = -EINVAL;
        if (r == 0 || (r == -EINVAL && loaded->is_whole))
                *ret_config = &loaded->config;
        else
                config_free(&loaded->config);
        return r;
}

int config_examine(const char *path, Problems *problems, Config **ret_config)
{
        return examine(&(Given){ .shown = path }, problems, ret_config);
}

static int only_right(int r, Config *config, Config **ret_config)
{
        if (r < 0)
                config_free(config);
        else
                *ret_config = config;
        return r;
}

int config_load(const char *path, Problems *problems, Config **ret_config)
{
        Config *config = NULL;

        int r = config_examine(path, problems, &config);
        return only_right(r, config, ret_config);
}

int config_load_text(const char *name, const char *text, const char *beside, Problems *problems,
        Config **ret_config)
{
        const Given given = { name, text, beside };
        Config *config = NULL;

        int r = examine(&given, problems, &config);
        return only_right(r, config, ret_config);
}

int config_join(const char *path, Problems *problems, char **ret_text)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        Config *config = NULL;
        Problems again = { 0 };
        Source source = { 0 };

        int r = config_load(path, problems, &config);
        if (r < 0)
                return r;
        config_free(config);
        r = source_load(path, &arena, &again, &source);
        problems_release(&again);
        if (r < 0)
                return r;
        char *text = strdup(source.text);
        if (!text)
                return -ENOMEM;
        *ret_text = text;
        return 0;
}

Config *config_hold(const Config *config)
{
        Loaded *loaded = config->memory;

        loaded->n_holders++;
        return &loaded->config;
}

void config_free(Config *config)
{
        if (!config)
                return;
        Loaded *loaded = config->memory;
        if (loaded->n_holders > 0) {
                loaded->n_holders--;
                return;
        }
        arena_release(&loaded->arena);
        free(loaded);
}
