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

#define MESSAGE_SIZE_MAX ((size_t)4 * 1024 * 1024)

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
        return strbuf_error(&text) < 0 ? NULL : arena_strdup(arena, strbuf_text(&text));
}

static const char *problem_sentence(const TemplateProblem *problem, Arena *arena)
{
        if (problem->line == 0)
                return arena_printf(arena, "%s: %s", problem->file, problem->text);
        return arena_printf(arena, "%s:%u: %s", problem->file, problem->line, problem->text);
}

const char *template_folder(NoticeKind kind, Action action, const Step *step)
{
        if (occasion_names[kind])
                return occasion_names[kind];
        return step && !is_empty(step->template) ? step->template : action_names[action];
}

/* Notes for the firm's own people and for whom it instructs are in the firm's language. */
static bool speaks_to_customer(const Planned *planned)
{
        if (occasion_names[planned->kind])
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

/* One message being made. */
typedef struct Writer {
        Composer *composer;
        Form form;
        Arena *arena;
        const char *folder, *fields;
        const LibraryEntry *entry;
        Message message;
        const char *problem; /* of an error */
} Writer;

static int writer_find(Writer *writer, const Planned *planned, const Chain *chain)
{
        const char *folder = template_folder(planned->kind, planned->action, planned->step);
        TemplateProblem problem = { 0 };
        int r = library_find(
                writer->composer->library, chain, folder, writer->form, &writer->entry, &problem);

        writer->folder = folder;

        if (r == -ENOENT)
                writer->problem = arena_printf(writer->arena,
                        "there is no text \"%s\" as %s: no %s/%s/%s, nor in another language",
                        folder, form_names[writer->form], chain->languages[0], folder,
                        form_file(writer->form));
        else if (r == -EINVAL)
                writer->problem = problem_sentence(&problem, writer->arena);
        return r;
}

static int writer_render(Writer *writer, const Value *context, StrBuf *output)
{
        PartialFinder finder = { writer->composer->library, writer->entry };
        TemplateOptions options = library_options(&finder);
        TemplateProblem problem = { 0 };
        int r = template_render(writer->entry->template, context, &options, output, &problem);

        if (r == -ENOMEM || r >= 0)
                return r;
        writer->problem = problem_sentence(&problem, writer->arena);
        return -EINVAL;
}

/* From what was rendered to what leaves. */
static int writer_finish(Writer *writer, const char *rendered)
{
        char *text = layout_text(rendered, writer->form, writer->arena);
        Message message = {
                .language = writer->entry->language,
                .subject = "",
                .text = text,
                .template_name = writer->folder,
                .fields = writer->fields,
        };

        if (!text)
                return -ENOMEM;
        if (writer->form == FORM_EMAIL &&
                layout_split_subject(text, &message.subject, &message.text) < 0) {
                writer->problem = arena_printf(writer->arena,
                        "%s: an e-mail begins with a line \"Subject: …\" and an empty line",
                        writer->entry->path);
                return -EINVAL;
        }
        if (!*message.text) {
                writer->problem =
                        arena_printf(writer->arena, "%s: the text is empty", writer->entry->path);
                return -EINVAL;
        }
        writer->message = message;
        return 0;
}

static int writer_write(Writer *writer, const Occasion *occasion)
{
        _cleanup_(strbuf_release) StrBuf output = { .limit = MESSAGE_SIZE_MAX };
        const char *creditors = writer->composer->config->creditor.language;
        const char *customers =
                speaks_to_customer(occasion->planned) ? occasion->customer->language : creditors;
        const char *const tags[] = { customers, creditors };
        Chain chain = chain_of(customers, creditors);
        const Value *context = NULL;

        int r = writer_find(writer, occasion->planned, &chain);
        if (r < 0)
                return r;
        const char *language = writer->entry->language;
        Speech speech = {
                .language = language,
                .locale = locales_get(
                        writer->composer->locales, locale_tag(language, tags, ELEMENTSOF(tags))),
                .style = form_style(writer->form),
        };
        if (!speech.locale)
                return -ENOMEM;
        r = context_build(writer->composer->config, occasion, &speech, writer->arena, &context);
        if (r >= 0 && writer->form == FORM_WHATSAPP) {
                writer->fields = context_fields(context, writer->arena);
                r = writer->fields ? 0 : -ENOMEM;
        }
        if (r >= 0)
                r = writer_render(writer, context, &output);
        return r < 0 ? r : writer_finish(writer, strbuf_text(&output));
}

int composer_compose(Composer *composer, const Occasion *occasion, Form form, Arena *arena,
        Message *ret_message, const char **ret_problem)
{
        Writer writer = {
                .composer = composer,
                .form = form,
                .arena = arena,
                .problem = "there is not enough memory",
        };
        int r = writer_write(&writer, occasion);

        if (r < 0)
                *ret_problem = writer.problem ? writer.problem : "there is not enough memory";
        else
                *ret_message = writer.message;
        return r;
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
