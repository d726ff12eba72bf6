/* SPDX-License-Identifier: MIT */
/*
 * Looks through every template a configuration can need before a customer would: missing,
 * malformed, unknown names, words that offend (R26). Reports all it finds, each once; fails only
 * when memory is out.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "compose/composer.h"
#include "compose/context.h"

typedef struct Checker {
        Composer *composer;
        Problems *problems;
        Arena arena;
        const Value *sample;
        bool forms[4];      /* that a configured channel carries */
        const char *policy; /* being looked at, for messages */
        const Step *step;
} Checker;

/* A text that a notice can need. */
typedef struct Need {
        const char *folder;
        const char *what; /* for messages: an action's or an occasion's name */
        bool is_action;
        bool forms[4]; /* that one of its routes carries: must be there */
} Need;

static void report_once(Checker *checker, bool is_warning, const TemplateProblem *problem)
{
        Problems *problems = checker->problems;

        for (size_t i = 0; i < problems->n; i++) {
                const Problem *known = &problems->list[i];
                if (known->line == problem->line && streq_or_null(known->file, problem->file) &&
                        streq_or_null(known->text, problem->text))
                        return;
        }
        problems_add(problems, is_warning, problem->file, problem->line, "%s", problem->text);
}

static void report_error(void *owner, const TemplateProblem *problem)
{
        report_once(owner, false, problem);
}

static void report_missing(Checker *checker, const Need *need, const char *language, Form form)
{
        TemplateProblem problem = { .file = checker->composer->config->path };

        (void)snprintf(problem.text, sizeof(problem.text),
                "policy \"%s\", %s%s: there is no text \"%s\" as %s (%s/%s/%s or in en)",
                checker->policy, need->is_action ? "action " : "", need->what, need->folder,
                form_names[form], language, need->folder, form_file(form));
        report_once(checker, false, &problem);
}

/* An e-mail that renders, but not to a subject and a text. */
static void check_subject(Checker *checker, const LibraryEntry *entry)
{
        _cleanup_(strbuf_release) StrBuf output = STRBUF_INIT;
        PartialFinder finder = { checker->composer->library, entry };
        TemplateOptions options = library_options(&finder);
        TemplateProblem problem = { .file = entry->path, .line = 1 };
        const char *subject, *text;

        if (template_render(entry->template, checker->sample, &options, &output, &problem) < 0)
                return; /* told by template_check() */
        char *laid_out = layout_text(strbuf_text(&output), FORM_EMAIL, &checker->arena);
        if (!laid_out || layout_split_subject(laid_out, &subject, &text) >= 0)
                return;
        (void)snprintf(problem.text, sizeof(problem.text),
                "an e-mail begins with a line \"Subject: …\" and an empty line");
        report_once(checker, false, &problem);
}

static int check_entry(Checker *checker, LibraryEntry *entry, Form form)
{
        PartialFinder finder = { checker->composer->library, entry };
        TemplateOptions options = library_options(&finder);

        if (entry->is_checked)
                return 0;
        entry->is_checked = true;
        int r = template_check(entry->template, checker->sample, &options, report_error, checker);
        if (r >= 0 && form == FORM_EMAIL)
                check_subject(checker, entry);
        return r;
}

/* All forms are checked where they exist; those that a route carries must exist. Every language
 * falls back to the creditor's, so what is missing is told for that one. */
static int check_need(Checker *checker, const Need *need, const char *language)
{
        const char *creditors = checker->composer->config->creditor.language;
        Chain chain = chain_of(language, creditors);
        bool is_creditors = streq(chain.languages[0], chain_of(creditors, "").languages[0]);

        for (Form form = FORM_EMAIL; form <= FORM_EVENT; form++) {
                const LibraryEntry *entry = NULL;
                TemplateProblem problem = { 0 };
                if (!checker->forms[form])
                        continue;
                int r = library_find(
                        checker->composer->library, &chain, need->folder, form, &entry, &problem);
                if (r == -ENOENT && need->forms[form] && is_creditors)
                        report_missing(checker, need, language, form);
                else if (r == -EINVAL)
                        report_once(checker, false, &problem);
                else if (r >= 0)
                        r = check_entry(checker, (LibraryEntry *)entry, form);
                if (r == -ENOMEM)
                        return r;
        }
        return 0;
}

static void add_route_forms(const Rulebook *book, const Route *routes, unsigned n, Need *need)
{
        for (unsigned i = 0; i < n; i++)
                for (unsigned k = 0; k < routes[i].n_channels; k++)
                        need->forms[book->channels[routes[i].channels[k]].form] = true;
}

static int check_step(Checker *checker, const Step *step, const char *language)
{
        const Rulebook *book = &checker->composer->config->book;

        if ((int)step->action < 0) /* could not be read, and is told with the file's mistakes */
                return 0;
        Need need = {
                .folder = template_folder(NOTICE_CONTACT, step->action, step),
                .what = action_names[step->action],
                .is_action = true,
        };
        add_route_forms(book, step->routes, step->n_routes, &need);
        bool hands_over = step->action == ACTION_AGENCY || step->action == ACTION_LEGAL;
        if (hands_over && step->n_routes == 0 && book->handover.n_channels > 0)
                add_route_forms(book, &book->handover, 1, &need);
        int r = check_need(checker, &need, language);
        if (r < 0 || step->action != ACTION_SUSPEND)
                return r;
        need.what = action_names[ACTION_RECONNECT];
        need.folder = template_folder(NOTICE_RECONNECT, ACTION_RECONNECT, NULL);
        return check_need(checker, &need, language);
}

/* An occasion's text, by the routes that the policy gives it; without any it has none. */
static int check_occasion(
        Checker *checker, NoticeKind kind, const Route *routes, unsigned n, const char *language)
{
        Need need = { .folder = template_folder(kind, ACTION_REMIND, NULL),
                .what = occasion_names[kind] };

        add_route_forms(&checker->composer->config->book, routes, n, &need);
        return n > 0 ? check_need(checker, &need, language) : 0;
}

static int check_occasions(Checker *checker, const Policy *policy, const char *language)
{
        static const NoticeKind confirmations[] = { NOTICE_PROMISE_CONFIRMED,
                NOTICE_PROMISE_REMINDER, NOTICE_PLAN_CONFIRMED };
        int r = check_occasion(
                checker, NOTICE_THANKS, policy->thanks_routes, policy->n_thanks_routes, language);

        for (size_t i = 0; i < ELEMENTSOF(confirmations) && r >= 0; i++)
                r = check_occasion(checker, confirmations[i], policy->confirm_routes,
                        policy->n_confirm_routes, language);
        return r;
}

static int check_language(Checker *checker, const char *language)
{
        const Rulebook *book = &checker->composer->config->book;
        int r = 0;

        for (size_t i = 0; i < book->n_policies && r >= 0; i++) {
                const Policy *policy = &book->policies[i];
                checker->policy = policy->name;
                for (size_t k = 0; k < policy->n_steps && r >= 0; k++)
                        r = check_step(checker, &policy->steps[k], language);
                if (r >= 0)
                        r = check_occasions(checker, policy, language);
        }
        return r;
}

/* Whether a letter or figure begins here. All beyond ASCII counts as letters but the blocks that
 * hold no-break spaces, quotes and dashes: U+0080 to U+00BF and U+2000 to U+207F. */
static bool is_word_at(const char *text)
{
        unsigned char first = (unsigned char)text[0];

        if (first < 0x80)
                return (first >= '0' && first <= '9') || (first >= 'a' && first <= 'z');
        unsigned char second = (unsigned char)text[1];
        return first != 0xC2 && !(first == 0xE2 && (second == 0x80 || second == 0x81));
}

/* Both folded. A word is whole: "court" is not in "courtois". */
static bool has_word(const char *text, const char *word)
{
        size_t length = strlen(word);

        for (const char *p = text; (p = strstr(p, word)); p++) {
                const char *before = p;
                while (before > text && (*--before & 0xC0) == 0x80)
                        ;
                if ((p == text || !is_word_at(before)) && !is_word_at(p + length))
                        return true;
        }
        return false;
}

/* The word that a line of the tone list holds, folded; "": none. *list moves to the next line. */
static const char *next_word(const char **list, Arena *arena)
{
        const char *line = *list;
        size_t end = strcspn(line, "\n");

        *list = line + end + (line[end] == '\n');
        while (end > 0 && (unsigned char)line[end - 1] <= ' ')
                end--;
        for (; end > 0 && *line == ' '; end--)
                line++;
        return arena_strndup(arena, line, end > 0 && *line != '#' ? end : 0);
}

/* R26: the words of a tone list in a template's own texts. */
static int check_tone_of(Checker *checker, const LibraryEntry *entry, const char *words)
{
        TemplateProblem problem = { .file = entry->path };
        size_t position = 0, length;
        const char *text;

        while (template_next_text(entry->template, &position, &text, &length, &problem.line)) {
                const char *folded = text_fold(text, length, &checker->arena);
                if (!folded)
                        return -ENOMEM;
                for (const char *list = words; *list;) {
                        const char *word = next_word(&list, &checker->arena);
                        if (!word)
                                return -ENOMEM;
                        if (!*word || !has_word(folded, word))
                                continue;
                        (void)snprintf(problem.text, sizeof(problem.text),
                                "\"%.100s\" is a word of the tone list: it may offend", word);
                        report_once(checker, true, &problem);
                }
        }
        return 0;
}

static int check_tone(Checker *checker, const char *language)
{
        _cleanup_(freep) char *path = NULL, *text = NULL;
        int r = library_read_tone(checker->composer->library, language, &path, &text);

        if (r == -ENOENT)
                return 0;
        if (r < 0 && path) {
                problems_add(checker->problems, true, path, 0, "cannot be read: %s", strerror(-r));
                return 0;
        }
        const char *words = r < 0 ? NULL : text_fold(text, strlen(text), &checker->arena);
        if (!words)
                return -ENOMEM;
        LibraryEntry *entry = library_entries(checker->composer->library);
        for (r = 0; entry && r >= 0; entry = entry->next)
                if (entry->template && !entry->is_data && streq(entry->language, language))
                        r = check_tone_of(checker, entry, words);
        return r;
}

static size_t add_language(char (*languages)[LANGUAGE_SIZE], size_t n, const char *tag)
{
        char language[LANGUAGE_SIZE];

        language_base(tag, language);
        for (size_t i = 0; i < n; i++)
                if (streq(languages[i], language))
                        return n;
        if (!*language || n == LANGUAGES_MAX)
                return n;
        memcpy(languages[n], language, LANGUAGE_SIZE);
        return n + 1;
}

static void check_folder(Checker *checker)
{
        TemplateProblem problem = { .file = checker->composer->config->path };
        const char *folder = checker->composer->config->templates;
        struct stat info;

        if (is_empty(folder) || (stat(folder, &info) == 0 && S_ISDIR(info.st_mode)))
                return;
        (void)snprintf(
                problem.text, sizeof(problem.text), "templates: there is no folder %s", folder);
        report_once(checker, false, &problem);
}

/* The creditor's, ours, and whatever has a folder. */
static size_t list_languages(Composer *composer, char (*languages)[LANGUAGE_SIZE])
{
        char found[LANGUAGES_MAX][LANGUAGE_SIZE];
        size_t n = add_language(languages, 0, composer->config->creditor.language);

        n = add_language(languages, n, "en");
        n = add_language(languages, n, "fr");
        size_t n_found = library_languages(composer->library, found, LANGUAGES_MAX);
        for (size_t i = 0; i < n_found; i++)
                n = add_language(languages, n, found[i]);
        return n;
}

int composer_check(Composer *composer, Problems *problems)
{
        Checker checker = { .composer = composer, .problems = problems };
        char languages[LANGUAGES_MAX][LANGUAGE_SIZE];
        const Rulebook *book = &composer->config->book;
        size_t n = list_languages(composer, languages);
        int r = 0;

        check_folder(&checker);
        for (size_t i = 0; i < book->n_channels; i++)
                checker.forms[book->channels[i].form] = true;
        for (LibraryEntry *entry = library_entries(composer->library); entry; entry = entry->next)
                entry->is_checked = false;
        checker.sample = context_sample(&checker.arena);
        if (!checker.sample)
                r = -ENOMEM;
        for (size_t i = 0; i < n && r >= 0; i++)
                r = check_language(&checker, languages[i]);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = check_tone(&checker, languages[i]);
        arena_release(&checker.arena);
        return r == -ENOMEM ? r : 0;
}
