/* SPDX-License-Identifier: MIT */
/*
 * Owns the question whether the creditor's own templates are all of use: a folder or a file whose
 * name no message asks for is passed over in silence, and its words never reach a customer. Warns,
 * for somebody may keep notes there. A folder that cannot be listed has nothing to be told of.
 */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "compose/composer.h"
#include "sys/file.h"

#define PARTIALS "partials"
#define NAMES_MAX 96

typedef struct Strays {
        Composer *composer;
        Problems *problems;
        const char *names[NAMES_MAX]; /* of messages' folders */
        size_t n_names;
} Strays;

/* One file or folder of a listing, and what is asked of it. */
typedef struct Item {
        const char *path, *name;
        bool is_folder;
} Item;

typedef int LookFunction(Strays *strays, const Item *item);

static int by_name(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

/* Hidden files and an editor's copies are nobody's text. */
static int is_shown(const struct dirent *item)
{
        size_t length = strlen(item->d_name);

        return *item->d_name != '.' && item->d_name[length - 1] != '~';
}

static int look_through(Strays *strays, const char *folder, LookFunction *look)
{
        struct dirent **list = NULL;
        int n = scandir(folder, &list, is_shown, by_name), r = 0;

        if (n < 0)
                return errno == ENOMEM ? -ENOMEM : 0;
        for (int i = 0; i < n; i++) {
                char path[PATH_MAX];
                struct stat info;
                int length = snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
                if (r >= 0 && length < (int)sizeof(path) && stat(path, &info) == 0)
                        r = look(strays, &(Item){ path, list[i]->d_name, S_ISDIR(info.st_mode) });
                free(list[i]);
        }
        free(list);
        return r;
}

static int warn(Strays *strays, const Item *item, const char *what, const char *nearest)
{
        problems_add(strays->problems, true, item->path, 0, "%s: it is not used%s%s%s", what,
                nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
        return strays->problems->is_incomplete ? -ENOMEM : 0;
}

static bool is_one_of(const char *name, const char *const names[], size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (streq(name, names[i]))
                        return true;
        return false;
}

static int look_at_text(Strays *strays, const Item *item)
{
        static const char *const files[] = { "email.txt", "email.html", "sms.txt", "sms-short.txt",
                "whatsapp.txt", "event.json" };

        if (!item->is_folder && is_one_of(item->name, files, ELEMENTSOF(files)))
                return library_has_read(strays->composer->library, item->path)
                               ? 0
                               : warn(strays, item, "beside it is no email.txt of yours", NULL);
        return warn(strays, item, "no message is made from a file of this name",
                nearest_name(item->name, files, ELEMENTSOF(files)));
}

/* Whether texts of other messages, channels or languages name it: the shipped one is there. */
static int is_shipped_partial(const char *name, bool *ret_is)
{
        static const char *const folders[] = { "en/" PARTIALS, PARTIALS };
        static const char *const endings[] = { "txt", "html", "json" };
        const char *dot = strrchr(name, '.');
        _cleanup_(freep) char *shipped = NULL;
        int r = data_folder("templates", &shipped);

        *ret_is = false;
        for (size_t i = 0; r >= 0 && dot && i < ELEMENTSOF(folders); i++)
                for (size_t k = 0; k < ELEMENTSOF(endings); k++) {
                        char path[PATH_MAX];
                        struct stat info;
                        (void)snprintf(path, sizeof(path), "%s/%s/%.*s.%s", shipped, folders[i],
                                (int)(dot - name), name, endings[k]);
                        *ret_is = *ret_is || (is_one_of(dot + 1, endings, ELEMENTSOF(endings)) &&
                                                     stat(path, &info) == 0);
                }
        return r == -ENOENT ? 0 : r;
}

static int look_at_partial(Strays *strays, const Item *item)
{
        bool is_shipped;
        int r = is_shipped_partial(item->name, &is_shipped);

        if (r < 0 || is_shipped || library_has_read(strays->composer->library, item->path))
                return r;
        return warn(strays, item, "no text names a partial {{>...}} of this file", NULL);
}

static int look_at_message(Strays *strays, const Item *item)
{
        if (item->is_folder && streq(item->name, PARTIALS))
                return look_through(strays, item->path, look_at_partial);
        if (item->is_folder && is_one_of(item->name, strays->names, strays->n_names))
                return look_through(strays, item->path, look_at_text);
        if (!item->is_folder)
                return warn(strays, item, "it lies in no message's folder", NULL);
        return warn(strays, item, "no message and no step's template has this name",
                nearest_name(item->name, strays->names, strays->n_names));
}

static bool is_language(const char *name)
{
        char language[LANGUAGE_SIZE];
        size_t length = strlen(name);

        language_base(name, language);
        return length >= 2 && length <= 3 && streq(language, name);
}

static int look_at_tone(Strays *strays, const Item *item)
{
        char language[LANGUAGE_SIZE];
        const char *dot = strrchr(item->name, '.');

        (void)snprintf(
                language, sizeof(language), "%.*s", dot ? (int)(dot - item->name) : 0, item->name);
        if (!item->is_folder && dot && streq(dot, ".txt") && is_language(language))
                return 0;
        return warn(strays, item, "no tone list has this name (fr.txt, en.txt ...)", NULL);
}

static int look_at_language(Strays *strays, const Item *item)
{
        if (!item->is_folder)
                return warn(strays, item, "it lies in no language's folder", NULL);
        if (streq(item->name, PARTIALS))
                return look_through(strays, item->path, look_at_partial);
        if (streq(item->name, "tone"))
                return look_through(strays, item->path, look_at_tone);
        if (is_language(item->name))
                return look_through(strays, item->path, look_at_message);
        return warn(strays, item, "no language has this name (fr, en ...)", NULL);
}

static void add_name(Strays *strays, const char *name)
{
        if (!is_empty(name) && strays->n_names < NAMES_MAX &&
                !is_one_of(name, strays->names, strays->n_names))
                strays->names[strays->n_names++] = name;
}

int strays_check(Composer *composer, Problems *problems)
{
        const Config *config = composer->config;
        Strays strays = { .composer = composer, .problems = problems };

        if (is_empty(config->templates))
                return 0;
        for (int i = 0; i < ACTION_MAX; i++)
                add_name(&strays, action_names[i]);
        for (int i = 0; i < NOTICE_KINDS; i++)
                add_name(&strays, occasion_names[i]);
        for (size_t i = 0; i < config->book.n_policies; i++)
                for (size_t k = 0; k < config->book.policies[i].n_steps; k++)
                        add_name(&strays, config->book.policies[i].steps[k].template);
        return look_through(&strays, config->templates, look_at_language);
}
