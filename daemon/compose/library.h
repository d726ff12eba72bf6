/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_LIBRARY_H
#define RELANCED_COMPOSE_LIBRARY_H

/*
 * Templates by language, folder and form: the user's folder first, then the shipped one, each read
 * and compiled once. "fr" + "remind" + e-mail = fr/remind/email.txt; partials lie in
 * fr/partials/NAME.txt (NAME.json for events), and for want of one there in en/partials.
 */

#include "compose/template.h"
#include "core/policy.h"

#define LANGUAGE_SIZE 16
#define LANGUAGES_MAX 32

typedef struct Library Library;

/* A file of templates: there, malformed or missing. Owned by the library. */
typedef struct LibraryEntry LibraryEntry;
struct LibraryEntry {
        LibraryEntry *next;
        char *key;  /* "fr/remind/email.txt" */
        char *path; /* where it was found */
        char language[LANGUAGE_SIZE];
        bool is_data;            /* an event's */
        Template *template;      /* NULL: missing or malformed */
        TemplateProblem problem; /* of a malformed one: text not empty */
        bool is_checked;         /* for composer_check() */
};

/* user_folder may be "". Without a shipped folder, only the user's is looked in. */
int library_new(const char *user_folder, Library **ret_library);
void library_free(Library *library);
DEFINE_CLEANUP(Library, library_free)

/* Languages in which a text is looked for, best first. */
#define CHAIN_MAX 3
typedef struct Chain {
        char languages[CHAIN_MAX][LANGUAGE_SIZE];
        size_t n;
} Chain;

/* first and second may be "" or tags with a region; English ends every chain. */
Chain chain_of(const char *first, const char *second);

/* The language of a tag, lower case: "fr-FR" → "fr"; "" when it is none. */
void language_base(const char *tag, char language[static LANGUAGE_SIZE]);

/* "email.txt" … */
const char *form_file(Form form);
/* "email" … */
extern const char *const form_names[4];

/*
 * The text in the first language of the chain that has it. 0 and an entry with a template; -ENOENT;
 * -EINVAL and *ret_problem: found, but malformed or not readable; -ENOMEM.
 */
int library_find(Library *library, const Chain *chain, const char *folder, Form form,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem);

/* How to render or check an entry: strict, escaped as its form needs, with the partials of its
 * language. finder must live as long as the options. */
typedef struct PartialFinder {
        Library *library;
        const LibraryEntry *entry;
} PartialFinder;
TemplateOptions library_options(PartialFinder *finder);

/* Languages that have a folder, user's or shipped, in alphabetical order; at most max. */
size_t library_languages(Library *library, char (*languages)[LANGUAGE_SIZE], size_t max);

/* The tone list of a language: the user's tone/LANGUAGE.txt, else the shipped one; free().
 * -ENOENT: neither has one. */
int library_read_tone(
        const Library *library, const char *language, char **ret_path, char **ret_text);

/* Everything that was looked for so far, the newest first. */
LibraryEntry *library_entries(Library *library);

#endif
