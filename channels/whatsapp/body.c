/* SPDX-License-Identifier: MIT */
/*
 * Owns the bodies of requests. The same message gives the same bytes, but for the id of a document
 * that is uploaded anew. Nothing is cut: what Meta finds too long it refuses itself, and says so.
 * Fails with a sentence where a template would be left with a hole.
 */

#include "channels/whatsapp/body.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/parse.h"

#define TEXT_MAX 4096 /* characters of a text, and of one under a document */
#define CAPTION_MAX 1024

/* Meta refuses parameters with line ends, tabs or more than four blanks in a row (132012). */
static void add_one_line(StrBuf *line, const char *text)
{
        bool is_blank_due = false;

        for (; *text; text++) {
                if (strchr(" \t\n\r\v\f", *text)) {
                        is_blank_due = line->length > 0;
                        continue;
                }
                if (is_blank_due)
                        strbuf_add_char(line, ' ');
                is_blank_due = false;
                strbuf_add_char(line, *text);
        }
}

static const char *find_field(const struct relanced_message *message, const char *name)
{
        const struct relanced_value *field = message->fields;

        for (; field && field->name; field++)
                if (streq(field->name, name))
                        return field->value ? field->value : "";
        return NULL;
}

/* The value of a template's n-th parameter. */
static int add_parameter(const Draft *draft, size_t n, StrBuf *line, StrBuf *problem)
{
        const char *name = draft->mapping->fields[n];
        const char *value = find_field(draft->message, name);

        if (!value) {
                strbuf_addf(problem,
                        "this message has no field %s, which template %s needs as {{%zu}}", name,
                        draft->mapping->name, n + 1);
                return BODY_REFUSED;
        }
        add_one_line(line, value);
        if (strbuf_error(line))
                return -ENOMEM;
        if (line->length > 0 && utf8_is_valid(strbuf_text(line), line->length))
                return BODY_MADE;
        strbuf_addf(problem,
                "%s is %s here, and template %s needs it as {{%zu}}: WhatsApp takes no template "
                "with a hole",
                name, line->length > 0 ? "not text" : "empty", draft->mapping->name, n + 1);
        return BODY_REFUSED;
}

/* false: memory ran out. The item is the list's, or gone. */
static bool append(json_t *list, json_t *item)
{
        return json_array_append_new(list, item) == 0;
}

static int make_parameters(const Draft *draft, json_t *parameters, StrBuf *problem)
{
        int r = BODY_MADE;

        for (size_t i = 0; r == BODY_MADE && i < draft->mapping->n_fields; i++) {
                _cleanup_(strbuf_release) StrBuf line = STRBUF_INIT;
                r = add_parameter(draft, i, &line, problem);
                if (r == BODY_MADE && !append(parameters, json_pack("{s:s, s:s}", "type", "text",
                                                                  "text", strbuf_text(&line))))
                        r = -ENOMEM;
        }
        return r;
}

static json_t *make_header(const Draft *draft)
{
        return json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}]}", "type", "header", "parameters", "type",
                "document", "document", "id", draft->media_id, "filename", draft->document->name);
}

static int check_document(const Draft *draft, StrBuf *problem)
{
        const struct relanced_attachment *document = draft->document;

        if (!document || utf8_is_valid(document->name, strlen(document->name)))
                return BODY_MADE;
        strbuf_add(problem, "the document's name is not text");
        return BODY_REFUSED;
}

static int make_template(const Draft *draft, json_t **ret_part, StrBuf *problem)
{
        json_auto_t *components = json_array(), *parameters = json_array();
        int r = check_document(draft, problem);

        if (r == BODY_MADE)
                r = make_parameters(draft, parameters, problem);
        if (r != BODY_MADE)
                return r;
        if (draft->document && !append(components, make_header(draft)))
                return -ENOMEM;
        if (draft->mapping->n_fields > 0 &&
                !append(components,
                        json_pack("{s:s, s:O}", "type", "body", "parameters", parameters)))
                return -ENOMEM;
        *ret_part = json_pack("{s:s, s:{s:s, s:s}, s:O*}", "name", draft->mapping->name, "language",
                "policy", "deterministic", "code", draft->code, "components",
                json_array_size(components) > 0 ? components : NULL);
        return *ret_part ? BODY_MADE : -ENOMEM;
}

/* In UTF-16, as whoever counts the fewest. */
bool body_text_fits(const char *text, bool has_document)
{
        size_t n = 0;

        for (; *text; text++)
                if ((*text & 0xc0) != 0x80)
                        n += (unsigned char)*text >= 0xf0 ? 2 : 1;
        return n <= (has_document ? CAPTION_MAX : TEXT_MAX);
}

static int make_free(const Draft *draft, json_t **ret_part, StrBuf *problem)
{
        const struct relanced_attachment *document = draft->document;
        const char *text = draft->message->text;
        int r = check_document(draft, problem);

        if (r != BODY_MADE)
                return r;
        if (*text == '\0' || !utf8_is_valid(text, strlen(text))) {
                strbuf_add(problem, "the message has no text");
                return BODY_REFUSED;
        }
        *ret_part = document ? json_pack("{s:s, s:s, s:s}", "id", draft->media_id, "filename",
                                       document->name, "caption", text)
                             : json_pack("{s:s, s:b}", "body", text, "preview_url", 0);
        return *ret_part ? BODY_MADE : -ENOMEM;
}

static const char *type_of(const Draft *draft)
{
        if (draft->mapping)
                return "template";
        return draft->document ? "document" : "text";
}

/* The notice comes back with receipts. Meta's description knows it of templates alone; a receipt of
 * anything else names the message's id. */
static json_t *make_root(const Draft *draft, const char *type, json_t *part)
{
        const char *to = draft->message->to;
        char notice[sizeof("18446744073709551615")];

        (void)snprintf(notice, sizeof(notice), "%" PRIu64, draft->message->notice);
        return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:O}", "messaging_product", "whatsapp",
                "recipient_type", "individual", "to", *to == '+' ? to + 1 : to, "type", type,
                "biz_opaque_callback_data", draft->mapping ? notice : NULL, type, part);
}

int body_make(const Draft *draft, StrBuf *body, StrBuf *problem)
{
        json_auto_t *part = NULL, *root = NULL;
        int r = draft->mapping ? make_template(draft, &part, problem)
                               : make_free(draft, &part, problem);

        if (r != BODY_MADE)
                return r;
        root = make_root(draft, type_of(draft), part);
        _cleanup_(freep) char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
        if (!text)
                return -ENOMEM;
        strbuf_add(body, text);
        return strbuf_error(body) ? -ENOMEM : BODY_MADE;
}
