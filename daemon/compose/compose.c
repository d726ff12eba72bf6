/* SPDX-License-Identifier: MIT */
/*
 * Makes a decision's texts: chooses the template by language, action and form, fills it with the
 * occasion's variables, lays it out. Never decides whether anything is sent. Fails with a sentence
 * that names file and line; nothing half-made is given.
 */

#include "compose/compose.h"

#include <errno.h>
#include <stdio.h>

#include "base/gsm.h"
#include "compose/composer.h"
#include "compose/context.h"
#include "compose/template-node.h"

#define CODE_IMAGE "src=\"cid:pay\""
#define MESSAGE_SIZE_MAX ((size_t)4 * 1024 * 1024)

int composer_new(const Config *config, Composer **ret_composer)
{
        _cleanup_(composer_freep) Composer *composer = calloc(1, sizeof(Composer));

        if (!composer)
                return -ENOMEM;
        composer->config = config;
        int r = library_new(config->templates, config->creditor.language, &composer->library);
        if (r >= 0)
                r = locales_new(&composer->locales);
        if (r >= 0)
                r = transliterator_new(&composer->transliterator);
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
        transliterator_free(composer->transliterator);
        free(composer);
}

static const char *problem_sentence(const TemplateProblem *problem, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        const char *file = problem->file ? problem->file : "";
        const char *separator = *file ? ": " : "";

        if (problem->line > 0)
                strbuf_addf(&text, "%s:%u: %s", file, problem->line, problem->text);
        else
                strbuf_addf(&text, "%s%s%s", file, separator, problem->text);
        return strbuf_error(&text) < 0 ? NULL : arena_strdup(arena, strbuf_text(&text));
}

const char *template_folder(NoticeKind kind, Action action, const Step *step)
{
        if (occasion_names[kind])
                return occasion_names[kind];
        return step && !is_empty(step->template) ? step->template : action_names[action];
}

bool notice_is_for_customer(const Planned *planned)
{
        if (planned->recipient)
                return false;
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

static int writer_find(Writer *writer)
{
        const char *creditors = writer->composer->config->creditor.language;
        Chain chain = chain_of(writer->customers, creditors);
        int r = library_find(writer->composer->library, &chain, writer->folder, writer->form,
                &writer->entry, &writer->problem);

        if (r == -ENOENT)
                template_problem(&writer->problem, NULL, 0,
                        "there is no text \"%s\" as %s: no %s/%s/%s, nor in another language",
                        writer->folder, form_names[writer->form], chain.languages[0],
                        writer->folder, form_file(writer->form));
        return r;
}

static int writer_render(Writer *writer, const LibraryEntry *entry, Markup markup,
        const Value *context, const char **ret_rendered)
{
        _cleanup_(strbuf_release) StrBuf output = { .limit = MESSAGE_SIZE_MAX };
        PartialFinder finder = { writer->composer->library, entry, markup };
        TemplateOptions options = library_options(&finder);
        int r = template_render(entry->template, context, &options, &output, &writer->problem);

        if (r < 0)
                return r == -ENOMEM ? r : -EINVAL;
        *ret_rendered = arena_strdup(writer->arena, strbuf_text(&output));
        return *ret_rendered ? 0 : -ENOMEM;
}

/* From what was rendered to what leaves. */
static int writer_finish(Writer *writer, const char *rendered, const Occasion *occasion)
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
                template_problem(&writer->problem, writer->entry->path, 1,
                        "an e-mail begins with a line \"Subject: …\" and an empty line");
                return -EINVAL;
        }
        if (writer->form == FORM_SMS && occasion->transliterates) {
                message.text = transliterate_line(writer->composer->transliterator, text,
                        occasion->account->currency, writer->arena);
                if (!message.text)
                        return -ENOMEM;
        }
        if (!*message.text) {
                template_problem(&writer->problem, writer->entry->path, 0, "the text is empty");
                return -EINVAL;
        }
        writer->message = message;
        return 0;
}

static int writer_write_text(Writer *writer, const Occasion *occasion, const Value *context)
{
        const char *rendered;
        int r = writer_render(writer, writer->entry, writer->entry->markup, context, &rendered);

        return r < 0 ? r : writer_finish(writer, rendered, occasion);
}

static bool is_too_long(const Writer *writer, const Occasion *occasion)
{
        return writer->form == FORM_SMS && occasion->max_parts > 0 &&
               gsm_size(writer->message.text).parts > (size_t)occasion->max_parts;
}

/* The short text in the place of one that is too long, if there is one; without what it says where
 * there is room, if that too is too long. */
static int writer_shorten(Writer *writer, const Occasion *occasion, Value *context)
{
        int r = library_find_short(writer->composer->library, writer->entry, writer->folder,
                &writer->entry, &writer->problem);

        if (r == -ENOENT)
                return 0;
        if (r >= 0)
                r = writer_write_text(writer, occasion, context);
        if (r < 0 || !is_too_long(writer, occasion))
                return r;
        context_take_room(context);
        return writer_write_text(writer, occasion, context);
}

/* What stands in the frame: the page that somebody wrote, else the text once more, as HTML. */
static int writer_render_body(Writer *writer, const Value *context, const char **ret_body)
{
        const LibraryEntry *page = NULL;
        const char *rendered, *subject, *text;
        int r = library_find_page(
                writer->composer->library, writer->entry, writer->folder, &page, &writer->problem);

        if (r >= 0)
                return writer_render(writer, page, MARKUP_HTML, context, ret_body);
        if (r != -ENOENT)
                return r;
        r = writer_render(writer, writer->entry, MARKUP_HTML, context, &rendered);
        if (r < 0)
                return r;
        char *laid_out = layout_text(rendered, FORM_EMAIL, writer->arena);
        if (!laid_out)
                return -ENOMEM;
        if (layout_split_subject(laid_out, &subject, &text) < 0)
                text = laid_out; /* not so: writer_finish() has split the same */
        *ret_body = html_of_paragraphs(text, writer->arena);
        return *ret_body ? 0 : -ENOMEM;
}

/* The HTML of an e-mail. Without a frame there is none. */
static int writer_add_page(Writer *writer, Value *context)
{
        ValueMaker maker = { .arena = writer->arena };
        PartialFinder finder = { writer->composer->library, writer->entry, MARKUP_HTML };
        const LibraryEntry *frame = NULL;
        const char *body;
        int r = library_find_partial(&finder, FRAME, strlen(FRAME), &frame, &writer->problem);

        if (r == -ENOENT)
                return 0;
        if (r >= 0)
                r = writer_render_body(writer, context, &body);
        if (r < 0)
                return r;
        value_set(context, "subject", value_text(&maker, writer->message.subject));
        value_set(context, "body", value_text(&maker, body));
        if (maker.is_incomplete)
                return -ENOMEM;
        return writer_render(writer, frame, MARKUP_HTML, context, &writer->message.html);
}

/* Only a page that shows the code's image needs it. */
static void writer_add_code(Writer *writer, const Occasion *occasion)
{
        const char *html = writer->message.html;

        if (html && strstr(html, CODE_IMAGE))
                writer->message.payment_code = occasion->payment_code;
}

int writer_write(Writer *writer, const Occasion *occasion)
{
        const char *const tags[] = { writer->customers,
                writer->composer->config->creditor.language };
        const char *language = writer->entry->language;
        Value *context = NULL;
        Speech speech = {
                .language = language,
                .locale = locales_get(
                        writer->composer->locales, locale_tag(language, tags, ELEMENTSOF(tags))),
                .style = form_style(writer->form),
        };

        if (!speech.locale)
                return -ENOMEM;
        int r = context_build(writer->composer->config, occasion, &speech, writer->arena, &context);
        if (r >= 0 && writer->form == FORM_WHATSAPP) {
                writer->fields = context_fields(context, writer->arena);
                r = writer->fields ? 0 : -ENOMEM;
        }
        if (r >= 0)
                r = writer_write_text(writer, occasion, context);
        if (r >= 0 && is_too_long(writer, occasion))
                r = writer_shorten(writer, occasion, context);
        if (r < 0 || writer->form != FORM_EMAIL)
                return r;
        r = writer_add_page(writer, context);
        writer_add_code(writer, occasion);
        return r;
}

int composer_compose(Composer *composer, const Occasion *occasion, Form form, Arena *arena,
        Message *ret_message, const char **ret_problem)
{
        const Planned *planned = occasion->planned;
        Writer writer = {
                .composer = composer,
                .form = form,
                .arena = arena,
                .folder = template_folder(planned->kind, planned->action, planned->step),
                .customers = notice_is_for_customer(planned) ? occasion->customer->language
                                                             : composer->config->creditor.language,
                .problem = { .text = "there is not enough memory" },
        };

        int r = writer_find(&writer);
        if (r >= 0)
                r = writer_write(&writer, occasion);
        if (r >= 0) {
                *ret_message = writer.message;
                return 0;
        }
        *ret_problem = problem_sentence(&writer.problem, arena);
        if (!*ret_problem)
                *ret_problem = "there is not enough memory";
        return r;
}
