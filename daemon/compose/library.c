/* SPDX-License-Identifier: MIT */
/*
 * Owns the files of templates and what was compiled of them. Never renders. A file that is missing
 * or malformed is remembered as such: a running daemon tells the same of it every time, and sees a
 * corrected one after a reload.
 */

#include "compose/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "sys/file.h"

#define TEMPLATE_FILE_MAX ((size_t)256 * 1024)
#define PARTIALS "partials"

struct Library {
        char *folders[2]; /* the user's, the shipped; NULL: none */
        char *tones[2];
        LibraryEntry *entries;
};

const char *const form_names[4] = {
        [FORM_EMAIL] = "email",
        [FORM_SMS] = "sms",
        [FORM_WHATSAPP] = "whatsapp",
        [FORM_EVENT] = "event",
};

const char *form_file(Form form)
{
        static const char *const files[4] = {
                [FORM_EMAIL] = "email.txt",
                [FORM_SMS] = "sms.txt",
                [FORM_WHATSAPP] = "whatsapp.txt",
                [FORM_EVENT] = "event.json",
        };

        return files[form];
}

static void entry_free(LibraryEntry *entry)
{
        template_free(entry->template);
        free(entry->path);
        free(entry->key);
        free(entry);
}

void library_free(Library *library)
{
        if (!library)
                return;
        for (LibraryEntry *entry = library->entries, *next; entry; entry = next) {
                next = entry->next;
                entry_free(entry);
        }
        for (size_t i = 0; i < 2; i++) {
                free(library->folders[i]);
                free(library->tones[i]);
        }
        free(library);
}

static int find_shipped(const char *what, char **ret_folder)
{
        int r = data_folder(what, ret_folder);

        return r == -ENOENT ? 0 : r;
}

int library_new(const char *user_folder, Library **ret_library)
{
        _cleanup_(library_freep) Library *library = calloc(1, sizeof(Library));

        if (!library)
                return -ENOMEM;
        if (!is_empty(user_folder)) {
                library->folders[0] = strdup(user_folder);
                if (!library->folders[0] ||
                        asprintf(&library->tones[0], "%s/tone", user_folder) < 0)
                        return -ENOMEM;
        }
        int r = find_shipped("templates", &library->folders[1]);
        if (r >= 0)
                r = find_shipped("tone", &library->tones[1]);
        if (r < 0)
                return r;
        *ret_library = TAKE_PTR(library);
        return 0;
}

void language_base(const char *tag, char language[static LANGUAGE_SIZE])
{
        size_t n = 0;

        for (; tag[n] && tag[n] != '-' && tag[n] != '_'; n++) {
                char c = (char)(tag[n] | 0x20);
                if (c < 'a' || c > 'z' || n + 1 == LANGUAGE_SIZE) {
                        language[0] = '\0';
                        return;
                }
                language[n] = c;
        }
        language[n] = '\0';
}

static void chain_add(Chain *chain, const char *tag)
{
        char language[LANGUAGE_SIZE];

        language_base(tag ? tag : "", language);
        for (size_t i = 0; i < chain->n; i++)
                if (streq(chain->languages[i], language))
                        return;
        if (*language)
                memcpy(chain->languages[chain->n++], language, LANGUAGE_SIZE);
}

Chain chain_of(const char *first, const char *second)
{
        Chain chain = { .n = 0 };

        chain_add(&chain, first);
        chain_add(&chain, second);
        chain_add(&chain, "en");
        return chain;
}

/* A name that stays in its folder. */
static bool is_plain_name(const char *name, size_t length)
{
        return length > 0 && length < 128 && *name != '.' && !memchr(name, '/', length);
}

/* 0; -ENOENT; another error, and then entry->problem tells. */
static int entry_read(LibraryEntry *entry, const char *folder)
{
        _cleanup_(freep) char *text = NULL;
        char *path = NULL;
        size_t length;

        if (asprintf(&path, "%s/%s", folder, entry->key) < 0)
                return -ENOMEM;
        int r = file_read(path, TEMPLATE_FILE_MAX, &text, &length);
        if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM) {
                free(path);
                return r == -ENOMEM ? r : -ENOENT;
        }
        entry->path = path;
        if (r >= 0)
                return template_compile(path, text, length, &entry->template, &entry->problem);
        entry->problem.file = path;
        (void)snprintf(entry->problem.text, sizeof(entry->problem.text), "cannot be read: %s",
                r == -EINVAL  ? "it is not a regular file"
                : r == -EFBIG ? "it is larger than 256 KiB"
                              : strerror(-r));
        return r;
}

/* The entry of that key, read if it was never looked for. NULL: memory is out. */
static LibraryEntry *library_get(
        Library *library, const char *key, const char *language, bool is_data)
{
        for (LibraryEntry *entry = library->entries; entry; entry = entry->next)
                if (streq(entry->key, key))
                        return entry;
        LibraryEntry *entry = calloc(1, sizeof(LibraryEntry));
        if (!entry)
                return NULL;
        entry->key = strdup(key);
        entry->is_data = is_data;
        (void)snprintf(entry->language, sizeof(entry->language), "%s", language);
        int r = entry->key ? -ENOENT : -ENOMEM;
        for (size_t i = 0; i < 2 && r == -ENOENT; i++)
                if (library->folders[i])
                        r = entry_read(entry, library->folders[i]);
        if (r == -ENOMEM) {
                entry_free(entry);
                return NULL;
        }
        entry->next = library->entries;
        library->entries = entry;
        return entry;
}

static int library_look(Library *library, const char *language, const char *folder,
        const char *file, const LibraryEntry **ret_entry)
{
        _cleanup_(freep) char *key = NULL;
        const char *dot = strrchr(file, '.');

        if (asprintf(&key, "%s/%s/%s", language, folder, file) < 0) {
                key = NULL;
                return -ENOMEM;
        }
        LibraryEntry *entry = library_get(library, key, language, dot && streq(dot, ".json"));
        if (!entry)
                return -ENOMEM;
        *ret_entry = entry;
        if (entry->template)
                return 0;
        return *entry->problem.text ? -EINVAL : -ENOENT;
}

int library_find(Library *library, const Chain *chain, const char *folder, Form form,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        if (!is_plain_name(folder, strlen(folder)))
                return -ENOENT;
        for (size_t i = 0; i < chain->n; i++) {
                const LibraryEntry *entry = NULL;
                int r = library_look(library, chain->languages[i], folder, form_file(form), &entry);
                if (r == -ENOENT)
                        continue;
                if (r == -EINVAL)
                        *ret_problem = entry->problem;
                if (r >= 0)
                        *ret_entry = entry;
                return r;
        }
        return -ENOENT;
}

static int find_partial(void *owner, const char *name, size_t length, const Template **ret_partial,
        TemplateProblem *ret_problem)
{
        const PartialFinder *finder = owner;
        const char *languages[] = { finder->entry->language, "en" };
        char file[160];

        if (!is_plain_name(name, length))
                return -ENOENT;
        (void)snprintf(file, sizeof(file), "%.*s.%s", (int)length, name,
                finder->entry->is_data ? "json" : "txt");
        for (size_t i = 0; i < ELEMENTSOF(languages); i++) {
                const LibraryEntry *entry = NULL;
                int r = library_look(finder->library, languages[i], PARTIALS, file, &entry);
                if (r == -ENOENT)
                        continue;
                if (r == -EINVAL)
                        *ret_problem = entry->problem;
                if (r >= 0)
                        *ret_partial = entry->template;
                return r;
        }
        return -ENOENT;
}

TemplateOptions library_options(PartialFinder *finder)
{
        return (TemplateOptions){
                .escape = finder->entry->is_data ? ESCAPE_JSON : ESCAPE_NONE,
                .is_strict = true,
                .find_partial = find_partial,
                .owner = finder,
        };
}

static int compare_languages(const void *a, const void *b)
{
        return strcmp(a, b);
}

/* Folders that are named as a language is; "tone" is not one, as its partials and mails are not. */
static size_t add_languages(
        const char *folder, char (*languages)[LANGUAGE_SIZE], size_t n, size_t max)
{
        DIR *listing = opendir(folder);

        if (!listing)
                return n;
        for (struct dirent *item; n < max && (item = readdir(listing));) {
                char language[LANGUAGE_SIZE];
                bool is_known = false;
                size_t length = strlen(item->d_name);
                language_base(item->d_name, language);
                if (length < 2 || length > 3 || !streq(language, item->d_name))
                        continue;
                for (size_t i = 0; i < n && !is_known; i++)
                        is_known = streq(languages[i], language);
                if (!is_known)
                        memcpy(languages[n++], language, LANGUAGE_SIZE);
        }
        (void)closedir(listing);
        return n;
}

size_t library_languages(Library *library, char (*languages)[LANGUAGE_SIZE], size_t max)
{
        size_t n = 0;

        for (size_t i = 0; i < 2; i++)
                if (library->folders[i])
                        n = add_languages(library->folders[i], languages, n, max);
        qsort(languages, n, LANGUAGE_SIZE, compare_languages);
        return n;
}

int library_read_tone(
        const Library *library, const char *language, char **ret_path, char **ret_text)
{
        for (size_t i = 0; i < 2; i++) {
                _cleanup_(freep) char *path = NULL;
                size_t length;
                if (!library->tones[i])
                        continue;
                if (asprintf(&path, "%s/%s.txt", library->tones[i], language) < 0) {
                        path = NULL;
                        return -ENOMEM;
                }
                int r = file_read(path, TEMPLATE_FILE_MAX, ret_text, &length);
                if (r == -ENOENT || r == -ENOTDIR)
                        continue;
                *ret_path = TAKE_PTR(path);
                return r;
        }
        return -ENOENT;
}

LibraryEntry *library_entries(Library *library)
{
        return library->entries;
}
