/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_LIBRARY_H
#define RELANCED_COMPOSE_LIBRARY_H

/*
 * Templates by language, folder and form: the user's folder first, then the shipped one, each read
 * and compiled once. "fr" + "remind" + e-mail = fr/remind/email.txt.
 *
 * Partials lie in fr/partials, or in partials where they are the same in all languages: the user's
 * two, then the shipped two; then, as for texts, those of the creditor's language, then English
 * ones. Texts take NAME.txt, events NAME.json. The HTML of an e-mail takes in each of these folders
 * NAME.html before NAME.txt, so that a text somebody wrote is never passed over for a shipped page.
 */

#include "compose/template.h"
#include "core/policy.h"

#define LANGUAGE_SIZE 16
#define LANGUAGES_MAX 32

typedef struct Library Library;

/* What a file holds, and what is made of it. */
typedef enum Markup {
        MARKUP_TEXT,
        MARKUP_HTML,
        MARKUP_DATA, /* an event's */
} Markup;

/* A file of templates: there, malformed or missing. Owned by the library. */
typedef struct LibraryEntry LibraryEntry;
struct LibraryEntry {
        LibraryEntry *next, *next_in_bucket;
        char *path;
        size_t level;                 /* 0: the user's folder, 1: the shipped one */
        char language[LANGUAGE_SIZE]; /* "": of any */
        Markup markup;
        Template *template;      /* NULL: missing or malformed */
        TemplateProblem problem; /* of a malformed one: text not empty */
        bool is_checked;         /* for composer_check() */
};

/* user_folder may be ""; creditors_language may be a tag with a region. Without a shipped folder,
 * only the user's is looked in. */
int library_new(const char *user_folder, const char *creditors_language, Library **ret_library);
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

/* The page that is to stand beside an e-mail's text in place of what is made from it: email.html of
 * the same language and the same folder, the user's or the shipped one. Returns as above. */
int library_find_page(Library *library, const LibraryEntry *text, const char *folder,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem);

/* The shorter text that may be taken in an SMS's place: sms-short.txt of the same language, the
 * user's or the shipped one. Returns as above. */
int library_find_short(Library *library, const LibraryEntry *text, const char *folder,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem);

/* How to render or check an entry: strict, escaped as the markup needs that is to come out, with
 * the partials of its language. finder must live as long as the options. */
typedef struct PartialFinder {
        Library *library;
        const LibraryEntry *entry;
        Markup markup; /* the entry's, or MARKUP_HTML of one that is a text */
} PartialFinder;
TemplateOptions library_options(PartialFinder *finder);

/* A partial as the finder's entry gets it. Returns as library_find(). */
int library_find_partial(PartialFinder *finder, const char *name, size_t length,
        const LibraryEntry **ret_entry, TemplateProblem *ret_problem);

/* Languages that have a folder, user's or shipped, in alphabetical order; at most max. */
size_t library_languages(Library *library, char (*languages)[LANGUAGE_SIZE], size_t max);

/* The tone list of a language: the user's tone/LANGUAGE.txt, else the shipped one; free().
 * -ENOENT: neither has one. */
int library_read_tone(
        const Library *library, const char *language, char **ret_path, char **ret_text);

/* Whether that file was asked for and is there. */
bool library_has_read(const Library *library, const char *path);

/* Everything that was looked for so far, the newest first. */
LibraryEntry *library_entries(Library *library);

#endif
