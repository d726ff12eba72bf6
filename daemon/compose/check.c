/* SPDX-License-Identifier: MIT */
/*
 * Looks through every template a configuration can need before a customer would: missing,
 * malformed, unknown names, words that offend (R26). Reports all it finds, each once; fails only
 * when memory is out.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/gsm.h"
#include "compose/composer.h"
#include "compose/context.h"
#include "compose/example.h"

typedef struct Checker {
        Composer *composer;
        Problems *problems;
        Arena arena;
        const Value *sample, *frame_sample;
        const Policy *policy; /* being looked at */
} Checker;

/* A text that a notice can need. */
typedef struct Need {
        const char *folder;
        const char *what; /* for messages: an action's or an occasion's name */
        bool is_action;
        ExampleWish example; /* what it is tried with */
        bool forms[4];       /* that one of its routes carries: must be there */
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
                checker->policy->name, need->is_action ? "action " : "", need->what, need->folder,
                form_names[form], language, need->folder, form_file(form));
        report_once(checker, false, &problem);
}

/* Everything that it could stumble over, in whatever situation. */
static int check_names(Checker *checker, const LibraryEntry *entry, Markup markup)
{
        PartialFinder finder = { checker->composer->library, entry, markup };
        TemplateOptions options = library_options(&finder);

        return template_check(entry->template, checker->sample, &options, report_error, checker);
}

/* An e-mail's HTML: of the text, or the page beside it; and the frame, which alone names body. */
static int check_page(Checker *checker, const LibraryEntry *entry, const char *folder)
{
        PartialFinder finder = { checker->composer->library, entry, MARKUP_HTML };
        TemplateOptions options = library_options(&finder);
        TemplateProblem problem = { 0 };
        const LibraryEntry *page = NULL, *frame = NULL;

        int r = library_find_page(checker->composer->library, entry, folder, &page, &problem);
        if (r == -EINVAL)
                report_once(checker, false, &problem);
        else if (r != -ENOMEM)
                r = check_names(checker, page ? page : entry, MARKUP_HTML);
        if (r == -ENOMEM)
                return r;
        r = library_find_partial(&finder, FRAME, strlen(FRAME), &frame, &problem);
        if (r == -EINVAL)
                report_once(checker, false, &problem);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return template_check(
                frame->template, checker->frame_sample, &options, report_error, checker);
}

/* The channel that takes the fewest parts decides. */
static void set_sms(const Config *config, Occasion *occasion)
{
        for (size_t i = 0; i < config->book.n_channels; i++) {
                if (config->book.channels[i].form != FORM_SMS || !config->channels)
                        continue;
                const ChannelConfig *channel = &config->channels[i];
                if (occasion->max_parts == 0 || channel->max_parts < occasion->max_parts)
                        occasion->max_parts = channel->max_parts;
        }
}

/* It would be refused, and what is next in the route taken. */
static void check_length(Checker *checker, const Writer *writer, const Occasion *occasion)
{
        size_t parts = gsm_size(writer->message.text).parts;
        TemplateProblem problem = { .file = writer->entry->path };

        if (writer->form != FORM_SMS || occasion->max_parts <= 0 ||
                parts <= (size_t)occasion->max_parts)
                return;
        (void)snprintf(problem.text, sizeof(problem.text),
                "the example needs %zu parts, %d at most (max_parts): such a text is not sent",
                parts, occasion->max_parts);
        report_once(checker, true, &problem);
}

/* The text as it would leave, in each of the example's cases. */
static int try_entry(Checker *checker, const LibraryEntry *entry, Form form, const Need *need)
{
        ExampleWish wish = need->example;
        int r = 0;

        wish.language = entry->language;
        for (ExampleCase which = EXAMPLE_ONE; which < EXAMPLES && r != -ENOMEM; which++) {
                Arena arena = ARENA_INIT;
                Example example;
                Writer writer = {
                        .composer = checker->composer,
                        .form = form,
                        .arena = &arena,
                        .folder = need->folder,
                        .customers = entry->language,
                        .entry = entry,
                };
                example_make(&example, &wish, which);
                set_sms(checker->composer->config, &example.occasion);
                r = writer_write(&writer, &example.occasion);
                if (r >= 0)
                        check_length(checker, &writer, &example.occasion);
                else if (r != -ENOMEM)
                        report_once(checker, false, &writer.problem);
                arena_release(&arena);
        }
        return r == -ENOMEM ? r : 0;
}

static int check_short(Checker *checker, const LibraryEntry *entry, const Need *need)
{
        const LibraryEntry *shorter = NULL;
        TemplateProblem problem = { 0 };
        int r = library_find_short(
                checker->composer->library, entry, need->folder, &shorter, &problem);

        if (r == -EINVAL)
                report_once(checker, false, &problem);
        if (r < 0 || shorter->is_checked)
                return r == -ENOMEM ? r : 0;
        ((LibraryEntry *)shorter)->is_checked = true;
        r = check_names(checker, shorter, shorter->markup);
        return r < 0 ? r : try_entry(checker, shorter, FORM_SMS, need);
}

static int check_entry(Checker *checker, LibraryEntry *entry, Form form, const Need *need)
{
        if (entry->is_checked)
                return 0;
        entry->is_checked = true;
        int r = check_names(checker, entry, entry->markup);
        if (r >= 0 && form == FORM_SMS)
                r = check_short(checker, entry, need);
        if (r >= 0 && form == FORM_EMAIL)
                r = check_page(checker, entry, need->folder);
        return r < 0 ? r : try_entry(checker, entry, form, need);
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
                int r = library_find(
                        checker->composer->library, &chain, need->folder, form, &entry, &problem);
                if (r == -ENOENT && need->forms[form] && is_creditors)
                        report_missing(checker, need, language, form);
                else if (r == -EINVAL)
                        report_once(checker, false, &problem);
                else if (r >= 0)
                        r = check_entry(checker, (LibraryEntry *)entry, form, need);
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

static NoticeKind step_kind(Action action)
{
        switch (action) {
        case ACTION_SUSPEND: return NOTICE_SUSPEND;
        case ACTION_AGENCY:
        case ACTION_LEGAL: return NOTICE_HANDOVER;
        case ACTION_COURTESY:
        case ACTION_REMIND:
        case ACTION_RESEND:
        case ACTION_DEADLINE:
        case ACTION_CALL:
        case ACTION_RECONNECT:
        case ACTION_MAX: return NOTICE_CONTACT;
        }
        return NOTICE_CONTACT;
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
                .example = {
                        .kind = step_kind(step->action),
                        .action = step->action,
                        .policy = checker->policy,
                        .step = step,
                },
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
        need.example = (ExampleWish){
                .kind = NOTICE_RECONNECT, .action = ACTION_RECONNECT, .policy = checker->policy
        };
        return check_need(checker, &need, language);
}

/* An occasion's text, by the routes that the policy gives it; without any it has none. */
static int check_occasion(
        Checker *checker, NoticeKind kind, const Route *routes, unsigned n, const char *language)
{
        Need need = { .folder = template_folder(kind, ACTION_REMIND, NULL),
                .what = occasion_names[kind],
                .example = { .kind = kind, .policy = checker->policy } };

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

/* What no policy asks for now: the next edit of one may. */
static int check_others(Checker *checker, const char *language)
{
        int r = 0;

        for (Action action = ACTION_COURTESY; action < ACTION_MAX && r >= 0; action++) {
                const Need need = {
                        .folder = action_names[action],
                        .example = { .kind = action == ACTION_RECONNECT ? NOTICE_RECONNECT
                                                                        : step_kind(action),
                                .action = action },
                };
                r = check_need(checker, &need, language);
        }
        for (NoticeKind kind = NOTICE_CONTACT; kind < NOTICE_KINDS && r >= 0; kind++) {
                const Need need = { .folder = occasion_names[kind], .example = { .kind = kind } };
                r = need.folder ? check_need(checker, &need, language) : 0;
        }
        return r;
}

static int check_language(Checker *checker, const char *language)
{
        const Rulebook *book = &checker->composer->config->book;
        int r = 0;

        for (size_t i = 0; i < book->n_policies && r >= 0; i++) {
                const Policy *policy = &book->policies[i];
                checker->policy = policy;
                for (size_t k = 0; k < policy->n_steps && r >= 0; k++)
                        r = check_step(checker, &policy->steps[k], language);
                if (r >= 0)
                        r = check_occasions(checker, policy, language);
        }
        return r < 0 ? r : check_others(checker, language);
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
                if (entry->template && entry->markup != MARKUP_DATA &&
                        streq(entry->language, language))
                        r = check_tone_of(checker, entry, words);
        return r;
}

/* Partials that an entry names and that are not there in its own language. */
static int check_partials_of(Checker *checker, const LibraryEntry *entry)
{
        PartialFinder finder = { checker->composer->library, entry, entry->markup };
        TemplateProblem problem = { .file = entry->path };
        size_t position = 0, length;
        const char *name;
        int r = 0;

        while (r != -ENOMEM &&
                template_next_partial(entry->template, &position, &name, &length, &problem.line)) {
                const LibraryEntry *partial = NULL;
                TemplateProblem malformed;
                r = library_find_partial(&finder, name, length, &partial, &malformed);
                if (r < 0 || !*partial->language || streq(partial->language, entry->language))
                        continue;
                (void)snprintf(problem.text, sizeof(problem.text),
                        "there is no partial \"%.*s\" in %s: the one in %s is taken, so that the "
                        "text is in two languages",
                        (int)MIN(length, (size_t)60), name, entry->language, partial->language);
                report_once(checker, true, &problem);
        }
        return r == -ENOMEM ? r : 0;
}

/* Everything that can be needed has been looked for by now, and no partial more is read. */
static int check_partials(Checker *checker)
{
        LibraryEntry *entry = library_entries(checker->composer->library);
        int r = 0;

        for (; entry && r >= 0; entry = entry->next)
                if (entry->template && entry->markup != MARKUP_DATA && *entry->language)
                        r = check_partials_of(checker, entry);
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

static const Value *sample_of_frame(Arena *arena)
{
        ValueMaker maker = { .arena = arena };
        Value *sample = context_sample(arena);

        value_set(sample, "subject", value_text(&maker, "x"));
        value_set(sample, "body", value_text(&maker, "x"));
        return maker.is_incomplete ? NULL : sample;
}

int composer_check(Composer *composer, Problems *problems)
{
        Checker checker = { .composer = composer, .problems = problems };
        char languages[LANGUAGES_MAX][LANGUAGE_SIZE];
        size_t n = list_languages(composer, languages);
        int r = 0;

        check_folder(&checker);
        for (LibraryEntry *entry = library_entries(composer->library); entry; entry = entry->next)
                entry->is_checked = false;
        checker.sample = context_sample(&checker.arena);
        checker.frame_sample = sample_of_frame(&checker.arena);
        if (!checker.sample || !checker.frame_sample)
                r = -ENOMEM;
        for (size_t i = 0; i < n && r >= 0; i++)
                r = check_language(&checker, languages[i]);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = check_tone(&checker, languages[i]);
        if (r >= 0)
                r = check_partials(&checker);
        if (r >= 0)
                r = strays_check(composer, problems);
        arena_release(&checker.arena);
        return r == -ENOMEM ? r : 0;
}
