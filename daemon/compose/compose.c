/* SPDX-License-Identifier: MIT */
/*
 * Makes a decision's texts: chooses the template by language, action and form, fills it with the
 * occasion's variables, lays it out. Never decides whether anything is sent. Fails with a sentence
 * that names file and line; nothing half-made is given.
 */

#include "compose/compose.h"

#include <errno.h>
#include <stdio.h>

#include "compose/composer.h"
#include "compose/context.h"

#define MESSAGE_SIZE_MAX ((size_t)512 * 1024)

int composer_new(const Config *config, Composer **ret_composer)
{
        _cleanup_(composer_freep) Composer *composer = calloc(1, sizeof(Composer));

        if (!composer)
                return -ENOMEM;
        composer->config = config;
        int r = library_new(config->templates, &composer->library);
        if (r >= 0)
                r = locales_new(&composer->locales);
        if (r < 0)
                return r;
        *ret_composer = TAKE_PTR(composer);
        return 0;
}

void composer_free(Composer *composer)
{
        if (!composer)
                return;
        library_free(composer->library);
        locales_free(composer->locales);
        free(composer);
}

static const char *arena_printf(Arena *arena, const char *format, ...) _printf_(2, 3);
static const char *arena_printf(Arena *arena, const char *format, ...)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&text, format, arguments);
        va_end(arguments);
        return strbuf_error(&text) < 0 ? "memory is out" : arena_strdup(arena, strbuf_text(&text));
}

static const char *problem_sentence(const TemplateProblem *problem, Arena *arena)
{
        if (problem->line == 0)
                return arena_printf(arena, "%s: %s", problem->file, problem->text);
        return arena_printf(arena, "%s:%u: %s", problem->file, problem->line, problem->text);
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

const char *template_folder(NoticeKind kind, Action action, const Step *step)
{
        if (kind == NOTICE_THANKS)
                return "thanks";
        return step && !is_empty(step->template) ? step->template : action_names[action];
}

/* Notes for the firm's own people and for whom it instructs are in the firm's language. */
static bool speaks_to_customer(const Planned *planned)
{
        if (planned->kind == NOTICE_THANKS)
                return true;
        switch (planned->action) {
        case ACTION_CALL:
        case ACTION_AGENCY:
        case ACTION_LEGAL: return false;
        case ACTION_COURTESY:
        case ACTION_REMIND:
        case ACTION_RESEND:
        case ACTION_DEADLINE:
        case ACTION_SUSPEND:
        case ACTION_RECONNECT:
        case ACTION_MAX: return true;
        }
        return true;
}

/* The tag whose habits the text follows: the reader's own ("fr-BE") if the text is in that
 * language, else the text's. */
static const char *locale_tag(const char *language, const char *const tags[], size_t n)
{
        for (size_t i = 0; i < n; i++) {
                char base[LANGUAGE_SIZE];
                language_base(tags[i] ? tags[i] : "", base);
                if (streq(base, language))
                        return tags[i];
        }
        return language;
}

static LocaleStyle form_style(Form form)
{
        switch (form) {
        case FORM_EMAIL:
        case FORM_WHATSAPP: return STYLE_TEXT;
        case FORM_SMS: return STYLE_PLAIN;
        case FORM_EVENT: return STYLE_DATA;
        }
        return STYLE_TEXT;
}

static int find_template(Composer *composer, const Planned *planned, const Chain *chain, Form form,
        Arena *arena, const LibraryEntry **ret_entry, const char **ret_problem)
{
        const char *folder = template_folder(planned->kind, planned->action, planned->step);
        TemplateProblem problem = { 0 };
        int r = library_find(
                composer->library, chain->languages, chain->n, folder, form, ret_entry, &problem);

        if (r == -ENOENT)
                *ret_problem = arena_printf(arena,
                        "there is no text \"%s\" as %s: no %s/%s/%s, nor in another language",
                        folder, form_names[form], chain->languages[0], folder, form_file(form));
        else if (r < 0)
                *ret_problem = *problem.text ? problem_sentence(&problem, arena) : strerror(-r);
        return r;
}

static int render_entry(Composer *composer, const LibraryEntry *entry, const Value *context,
        StrBuf *output, Arena *arena, const char **ret_problem)
{
        PartialFinder finder = { composer->library, entry };
        TemplateOptions options = library_options(&finder);
        TemplateProblem problem = { 0 };
        int r = template_render(entry->template, context, &options, output, &problem);

        if (r == -ENOMEM)
                *ret_problem = "memory is out";
        else if (r < 0)
                *ret_problem = problem_sentence(&problem, arena);
        return r == -ENOMEM || r >= 0 ? r : -EINVAL;
}

/* From what was rendered to what leaves. */
static int finish_message(const LibraryEntry *entry, Form form, const char *rendered, Arena *arena,
        Message *message, const char **ret_problem)
{
        char *text = layout_text(rendered, form, arena);

        if (!text)
                return -ENOMEM;
        message->language = entry->language;
        message->subject = "";
        message->text = text;
        if (form == FORM_EMAIL &&
                layout_split_subject(text, &message->subject, &message->text) < 0) {
                *ret_problem = arena_printf(arena,
                        "%s: an e-mail begins with a line \"Subject: …\" and an empty line",
                        entry->path);
                return -EINVAL;
        }
        if (!*message->text) {
                *ret_problem = arena_printf(arena, "%s: the text is empty", entry->path);
                return -EINVAL;
        }
        return 0;
}

int composer_compose(Composer *composer, const Occasion *occasion, Form form, Arena *arena,
        Message *ret_message, const char **ret_problem)
{
        _cleanup_(strbuf_release) StrBuf output = { .limit = MESSAGE_SIZE_MAX };
        bool is_for_customer = speaks_to_customer(occasion->planned);
        const char *creditors = composer->config->creditor.language;
        const char *customers = is_for_customer ? occasion->customer->language : creditors;
        const char *const tags[] = { customers, creditors };
        Chain chain = chain_of(customers, creditors);
        const LibraryEntry *entry = NULL;
        const Value *context = NULL;
        Message message = { 0 };

        int r = find_template(
                composer, occasion->planned, &chain, form, arena, &entry, ret_problem);
        if (r < 0)
                return r;
        Speech speech = {
                .language = entry->language,
                .locale = locales_get(
                        composer->locales, locale_tag(entry->language, tags, ELEMENTSOF(tags))),
                .style = form_style(form),
        };
        *ret_problem = "memory is out";
        if (!speech.locale)
                return -ENOMEM;
        r = context_build(composer->config, occasion, &speech, arena, &context);
        if (r >= 0)
                r = render_entry(composer, entry, context, &output, arena, ret_problem);
        if (r >= 0)
                r = finish_message(entry, form, strbuf_text(&output), arena, &message, ret_problem);
        if (r < 0)
                return r;
        *ret_problem = NULL;
        *ret_message = message;
        return 0;
}

const char *composer_amount(
        Composer *composer, const char *language, int64_t minor, const char *currency, Arena *arena)
{
        Locale *locale = locales_get(composer->locales, language);

        return locale ? locale_amount(locale, minor, currency, STYLE_TEXT, arena) : NULL;
}

const char *composer_date(Composer *composer, const char *language, Date date, Arena *arena)
{
        Locale *locale = locales_get(composer->locales, language);

        return locale ? locale_date(locale, date, STYLE_TEXT, arena) : NULL;
}
