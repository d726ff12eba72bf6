/* SPDX-License-Identifier: MIT */
/*
 * Owns the files of templates and what was compiled of them. Never renders. A file that is missing
 * or malformed is remembered as such: a running daemon tells the same of it every time, and sees a
 * corrected one after a reload.
 */

#include "compose/library.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "compose/typography.h"
#include "sys/file.h"

#define TEMPLATE_FILE_MAX ((size_t)256 * 1024)
#define PARTIALS "partials"
#define LEVELS 2 /* the user's files, the shipped ones */
#define BUCKETS 512U

/* The partial of that name for texts of that language and markup, as it was found before: a message
 * asks for fifty. */
typedef struct Known Known;
struct Known {
        Known *next;
        const LibraryEntry *entry;
        Markup markup;
        char language[LANGUAGE_SIZE];
        size_t length;
        char name[];
};

struct Library {
        char *folders[LEVELS]; /* the user's, the shipped; NULL: none */
        char *tones[LEVELS];
        char creditors[LANGUAGE_SIZE]; /* language; "": none */
        LibraryEntry *entries;         /* all */
        LibraryEntry *buckets[BUCKETS];
        Known *known[BUCKETS];
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
        for (size_t i = 0; i < BUCKETS; i++)
                for (Known *known = library->known[i], *next; known; known = next) {
                        next = known->next;
                        free(known);
                }
        for (size_t i = 0; i < LEVELS; i++) {
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

int library_new(const char *user_folder, const char *creditors_language, Library **ret_library)
{
        _cleanup_(library_freep) Library *library = calloc(1, sizeof(Library));

        if (!library)
                return -ENOMEM;
        language_base(creditors_language ? creditors_language : "", library->creditors);
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

/* Texts are plain and set as their language is; pages and data are as they are. */
static int entry_compile(LibraryEntry *entry, const char *text, size_t length)
{
        _cleanup_(freep) char *set = NULL;
        int r = 0;

        if (entry->markup != MARKUP_DATA)
                r = typography_set(entry->language, text, length, &set, &length);
        if (r >= 0)
                r = template_compile(
                        entry->path, set ? set : text, length, &entry->template, &entry->problem);
        if (r >= 0 && entry->markup == MARKUP_TEXT)
                template_mark_plain(entry->template);
        return r;
}

/* 0; -ENOENT; another error, and then entry->problem tells. */
static int entry_read(LibraryEntry *entry)
{
        _cleanup_(freep) char *text = NULL;
        size_t length;

        int r = file_read(entry->path, TEMPLATE_FILE_MAX, &text, &length);
        if (r >= 0)
                return entry_compile(entry, text, length);
        if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
                return r == -ENOMEM ? r : -ENOENT;
        entry->problem.file = entry->path;
        (void)snprintf(entry->problem.text, sizeof(entry->problem.text), "cannot be read: %s",
                r == -EINVAL  ? "it is not a regular file"
                : r == -EFBIG ? "it is larger than 256 KiB"
                              : strerror(-r));
        return r;
}

/* FNV-1a. */
static size_t bucket_of(const char *text, size_t length)
{
        uint32_t hash = 2166136261U;

        for (; length > 0; text++, length--)
                hash = (hash ^ (unsigned char)*text) * 16777619U;
        return hash % BUCKETS;
}

/* A file that may be there. */
typedef struct Place {
        size_t level;
        const char *language; /* "": of any */
        const char *folder;   /* "remind", "partials" */
        const char *file;
        Markup markup;
} Place;

static LibraryEntry *entry_new(const Place *place, const char *path)
{
        LibraryEntry *entry = calloc(1, sizeof(LibraryEntry));

        if (!entry)
                return NULL;
        entry->path = strdup(path);
        entry->level = place->level;
        entry->markup = place->markup;
        (void)snprintf(entry->language, sizeof(entry->language), "%s", place->language);
        if (!entry->path || entry_read(entry) == -ENOMEM) {
                entry_free(entry);
                return NULL;
        }
        return entry;
}

/* The entry of that place, read if it was never looked for. -ENOENT: there is no such file. */
static int library_look(Library *library, const Place *place, const LibraryEntry **ret_entry)
{
        char path[PATH_MAX];

        if (!library->folders[place->level])
                return -ENOENT;
        int length = snprintf(path, sizeof(path), "%s/%s%s%s/%s", library->folders[place->level],
                place->language, *place->language ? "/" : "", place->folder, place->file);
        if (length >= (int)sizeof(path))
                return -ENOENT;
        LibraryEntry **bucket = &library->buckets[bucket_of(path, (size_t)length)],
                     *entry = *bucket;
        while (entry && !streq(entry->path, path))
                entry = entry->next_in_bucket;
        if (!entry) {
                entry = entry_new(place, path);
                if (!entry)
                        return -ENOMEM;
                entry->next = library->entries;
                library->entries = entry;
                entry->next_in_bucket = *bucket;
                *bucket = entry;
        }
        *ret_entry = entry;
        if (entry->template)
                return 0;
        return *entry->problem.text ? -EINVAL : -ENOENT;
}

/* The first of the places that has a file. */
static int library_look_along(Library *library, const Place places[], size_t n,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        const LibraryEntry *entry = NULL;
        int r = -ENOENT;

        for (size_t i = 0; i < n && r == -ENOENT; i++)
                r = library_look(library, &places[i], &entry);
        if (r == -EINVAL)
                *ret_problem = entry->problem;
        if (r >= 0)
                *ret_entry = entry;
        return r;
}

int library_find(Library *library, const Chain *chain, const char *folder, Form form,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        Place places[CHAIN_MAX * LEVELS];
        size_t n = 0;

        if (!is_plain_name(folder, strlen(folder)))
                return -ENOENT;
        for (size_t i = 0; i < chain->n; i++)
                for (size_t level = 0; level < LEVELS; level++)
                        places[n++] = (Place){ level, chain->languages[i], folder, form_file(form),
                                form == FORM_EVENT ? MARKUP_DATA : MARKUP_TEXT };
        return library_look_along(library, places, n, ret_entry, ret_problem);
}

int library_find_page(Library *library, const LibraryEntry *text, const char *folder,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        Place place = { text->level, text->language, folder, "email.html", MARKUP_HTML };

        return library_look_along(library, &place, 1, ret_entry, ret_problem);
}

int library_find_short(Library *library, const LibraryEntry *text, const char *folder,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        Place places[LEVELS];

        for (size_t level = 0; level < LEVELS; level++)
                places[level] =
                        (Place){ level, text->language, folder, "sms-short.txt", MARKUP_TEXT };
        return library_look_along(library, places, LEVELS, ret_entry, ret_problem);
}

static int library_look_for_partial(PartialFinder *finder, const char *name, size_t length,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        static const char *const endings[] = { "txt", "html", "json" };
        const Chain chain = chain_of(finder->entry->language, finder->library->creditors);
        const Markup markups[] = { finder->markup, MARKUP_TEXT };
        size_t n_markups = finder->markup == MARKUP_HTML ? 2 : 1, n = 0;
        char files[2][160];
        Place places[LEVELS * (1 + CHAIN_MAX) * 2];

        if (!is_plain_name(name, length))
                return -ENOENT;
        for (size_t i = 0; i < n_markups; i++)
                (void)snprintf(files[i], sizeof(files[i]), "%.*s.%s", (int)length, name,
                        endings[markups[i]]);
        for (size_t l = 0; l < chain.n; l++)
                for (size_t level = 0; level < LEVELS; level++)
                        for (size_t i = 0; i < n_markups; i++) {
                                places[n++] = (Place){ level, chain.languages[l], PARTIALS,
                                        files[i], markups[i] };
                                if (l == 0) /* beside the text's own language, before others */
                                        places[n++] = (Place){ level, "", PARTIALS, files[i],
                                                markups[i] };
                        }
        return library_look_along(finder->library, places, n, ret_entry, ret_problem);
}

static bool is_known(
        const Known *known, const PartialFinder *finder, const char *name, size_t length)
{
        return known->length == length && known->markup == finder->markup &&
               memcmp(known->name, name, length) == 0 &&
               streq(known->language, finder->entry->language);
}

static int library_remember(
        PartialFinder *finder, const char *name, size_t length, const LibraryEntry *entry)
{
        Known **bucket = &finder->library->known[bucket_of(name, length)];
        Known *known = calloc(1, sizeof(Known) + length);

        if (!known)
                return -ENOMEM;
        known->entry = entry;
        known->markup = finder->markup;
        known->length = length;
        memcpy(known->language, finder->entry->language, LANGUAGE_SIZE);
        memcpy(known->name, name, length);
        known->next = *bucket;
        *bucket = known;
        return 0;
}

int library_find_partial(PartialFinder *finder, const char *name, size_t length,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem)
{
        const Known *known = finder->library->known[bucket_of(name, length)];

        while (known && !is_known(known, finder, name, length))
                known = known->next;
        if (known) {
                *ret_entry = known->entry;
                return 0;
        }
        int r = library_look_for_partial(finder, name, length, ret_entry, ret_problem);
        return r < 0 ? r : library_remember(finder, name, length, *ret_entry);
}

static int find_partial(void *owner, const char *name, size_t length, const Template **ret_partial,
        TemplateProblem *ret_problem)
{
        const LibraryEntry *entry = NULL;
        int r = library_find_partial(owner, name, length, &entry, ret_problem);

        if (r >= 0)
                *ret_partial = entry->template;
        return r;
}

TemplateOptions library_options(PartialFinder *finder)
{
        static const Escape escapes[] = {
                [MARKUP_TEXT] = ESCAPE_NONE,
                [MARKUP_HTML] = ESCAPE_HTML,
                [MARKUP_DATA] = ESCAPE_JSON,
        };

        return (TemplateOptions){
                .escape = escapes[finder->markup],
                .is_strict = true,
                .is_chomping = true,
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

        for (size_t i = 0; i < LEVELS; i++)
                if (library->folders[i])
                        n = add_languages(library->folders[i], languages, n, max);
        qsort(languages, n, LANGUAGE_SIZE, compare_languages);
        return n;
}

int library_read_tone(
        const Library *library, const char *language, char **ret_path, char **ret_text)
{
        for (size_t i = 0; i < LEVELS; i++) {
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

bool library_has_read(const Library *library, const char *path)
{
        const LibraryEntry *entry = library->buckets[bucket_of(path, strlen(path))];

        while (entry && !streq(entry->path, path))
                entry = entry->next_in_bucket;
        return entry && (entry->template || *entry->problem.text);
}

LibraryEntry *library_entries(Library *library)
{
        return library->entries;
}
