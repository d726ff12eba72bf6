/* SPDX-License-Identifier: MIT */
/*
 * Renders compiled templates, and checks them against a sample. Owns name lookup, escaping and the
 * bounds on depth and work. Never reads data as syntax. Fails with the first problem (rendering) or
 * reports them all (checking).
 */

#include <errno.h>

#include "base/parse.h"
#include "compose/template-node.h"

/* The stack of contexts a name is looked up in, innermost first. */
typedef struct Scope Scope;
struct Scope {
        const Value *value;
        const Scope *outer;
};

typedef struct Renderer {
        const TemplateOptions *options;
        StrBuf *output; /* NULL while checking */
        TemplateProblem *problem;
        void (*report)(void *owner, const TemplateProblem *problem);
        void *report_owner;
        unsigned depth, work;
} Renderer;

/* Where in what: the template, and the indentation that its lines get. */
typedef struct Place {
        const Template *template;
        const char *indent;
        size_t indent_length;
} Place;

static int shown(size_t length)
{
        return (int)MIN(length, (size_t)60);
}

/* While checking a problem is reported and the walk goes on; else it ends the rendering. */
#define renderer_fail(renderer, place, node, error, ...)                                           \
        (template_problem(                                                                         \
                 (renderer)->problem, (place)->template->name, (node)->line, __VA_ARGS__),         \
                renderer_failed(renderer, error))

static int renderer_failed(Renderer *renderer, int error)
{
        if (!renderer->report || error != -EINVAL)
                return error;
        renderer->report(renderer->report_owner, renderer->problem);
        return 0;
}

/* The first part of a dotted name is looked for outwards, the others only inside what was found. */
static const Value *scope_find(const Scope *scope, const char *name, size_t length)
{
        if (length == 1 && *name == '.')
                return scope->value;
        const char *end = name + length;
        const char *dot = memchr(name, '.', length);
        size_t part = (size_t)((dot ? dot : end) - name);
        const Value *value = NULL;
        for (; scope && !value; scope = scope->outer)
                value = value_get(scope->value, name, part);
        while (value && dot) {
                name = dot + 1;
                dot = memchr(name, '.', (size_t)(end - name));
                part = (size_t)((dot ? dot : end) - name);
                value = value_get(value, name, part);
        }
        return value;
}

/* The member's name of what an item of a list has, where a list is asked for it: "number" of
 * "invoices.number". NULL: it is not so. */
static const char *of_an_item(const Scope *scope, const char *name, size_t length)
{
        const char *dot = memrchr(name, '.', length);
        const Value *list = dot ? scope_find(scope, name, (size_t)(dot - name)) : NULL;

        return list && list->kind == VALUE_LIST ? dot + 1 : NULL;
}

/* The name that could have been meant: of the scopes, or of the object before the last dot, and how
 * much of name stands before it then. */
static const char *scope_nearest(
        const Scope *scope, const char *name, size_t length, size_t *ret_before)
{
        const char *names[128];
        char last[64];
        size_t n = 0;
        const char *dot = memrchr(name, '.', length);
        const char *part = dot ? dot + 1 : name;
        size_t part_length = length - (size_t)(part - name);
        const Value *object = dot ? scope_find(scope, name, (size_t)(dot - name)) : NULL;
        Scope only = { .value = object };

        *ret_before = object ? (size_t)(part - name) : 0;
        if (part_length >= sizeof(last))
                return NULL;
        memcpy(last, part, part_length);
        last[part_length] = '\0';
        for (const Scope *s = object ? &only : scope; s; s = s->outer) {
                const Value *member = s->value->kind == VALUE_OBJECT ? s->value->first : NULL;
                for (; member && n < ELEMENTSOF(names); member = member->next)
                        names[n++] = member->name;
        }
        return nearest_name(last, names, n);
}

static int renderer_find(Renderer *renderer, const Place *place, const Scope *scope,
        const Node *node, const Value **ret_value)
{
        *ret_value = scope_find(scope, node->text, node->length);
        if (*ret_value || !renderer->options->is_strict)
                return 0;
        const char *member = of_an_item(scope, node->text, node->length);
        if (member) {
                int list = shown((size_t)(member - node->text - 1));
                return renderer_fail(renderer, place, node, -EINVAL,
                        "unknown variable \"%.*s\": write {{#%.*s}}{{%.*s}}{{/%.*s}}",
                        shown(node->length), node->text, list, node->text,
                        shown(node->length - (size_t)(member - node->text)), member, list,
                        node->text);
        }
        size_t before;
        const char *nearest = scope_nearest(scope, node->text, node->length, &before);
        return renderer_fail(renderer, place, node, -EINVAL, "unknown variable \"%.*s\"%s%.*s%s%s",
                shown(node->length), node->text, nearest ? "; did you mean \"" : "",
                nearest ? (int)before : 0, node->text, nearest ? nearest : "",
                nearest ? "\"?" : "");
}

static const char *html_entity(char c)
{
        switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        }
        return NULL;
}

static void add_html(StrBuf *output, const char *text, size_t length)
{
        const char *end = text + length, *plain = text;

        for (; text < end; text++) {
                const char *entity = html_entity(*text);
                if (!entity)
                        continue;
                strbuf_add_bytes(output, plain, (size_t)(text - plain));
                strbuf_add(output, entity);
                plain = text + 1;
        }
        strbuf_add_bytes(output, plain, (size_t)(end - plain));
}

/* Whether some of it is Hebrew, Arabic or another script that runs from right to left: U+0590 to
 * U+08FF, U+FB1D to U+FDFF, U+FE70 to U+FEFF, U+10800 to U+10FFF, U+1E800 to U+1EFFF. */
static bool has_right_to_left(const char *text)
{
        static const struct {
                unsigned char lead, from, to; /* of the second byte */
        } ranges[] = {
                { 0xD6, 0x90, 0xBF },
                { 0xD7, 0x80, 0xBF },
                { 0xE0, 0xA0, 0xA3 },
                { 0xEF, 0xAC, 0xB7 },
                { 0xEF, 0xB9, 0xBB },
        };

        for (const char *p = text; *p; p++) {
                unsigned char lead = (unsigned char)p[0], next = (unsigned char)p[1];
                if (lead >= 0xD8 && lead <= 0xDF)
                        return true;
                if (lead == 0xF0 && (next == 0x90 || next == 0x9E) && (unsigned char)p[2] >= 0xA0)
                        return true;
                for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
                        if (lead == ranges[i].lead && next >= ranges[i].from &&
                                next <= ranges[i].to)
                                return true;
        }
        return false;
}

/* A value in running text: one of the other direction must not turn round what follows it. */
static void add_html_value(StrBuf *output, const char *text, bool is_unbroken)
{
        bool is_apart = has_right_to_left(text);

        if (is_unbroken)
                strbuf_add(output,
                        strlen(text) <= HTML_NARROW ? HTML_UNBROKEN : HTML_UNBROKEN_IF_WIDE);
        strbuf_add(output, is_apart ? "<bdi>" : "");
        add_html(output, text, strlen(text));
        strbuf_add(output, is_apart ? "</bdi>" : "");
        strbuf_add(output, is_unbroken ? "</span>" : "");
}

static void add_json(StrBuf *output, const char *text)
{
        for (; *text; text++) {
                unsigned char c = (unsigned char)*text;
                if (c == '"' || c == '\\')
                        strbuf_addf(output, "\\%c", c);
                else if (c < 0x20 || c == 0x7F)
                        strbuf_addf(output, "\\u%04x", c);
                else
                        strbuf_add_char(output, (char)c);
        }
}

static void add_escaped(StrBuf *output, Escape escape, const char *text)
{
        switch (escape) {
        case ESCAPE_NONE: strbuf_add(output, text); return;
        case ESCAPE_HTML: add_html(output, text, strlen(text)); return;
        case ESCAPE_JSON: add_json(output, text); return;
        }
}

static int render_variable(
        Renderer *renderer, const Place *place, const Scope *scope, const Node *node)
{
        const Value *value;
        int r = renderer_find(renderer, place, scope, node, &value);

        if (r < 0 || !value)
                return r;
        bool is_whole = value->kind == VALUE_LIST || value->kind == VALUE_OBJECT;
        if (is_whole && renderer->options->is_strict)
                return renderer_fail(renderer, place, node, -EINVAL,
                        "\"%.*s\" is no text but %s: it needs a section", shown(node->length),
                        node->text, value->kind == VALUE_LIST ? "a list" : "a group of variables");
        if (is_whole || !renderer->output)
                return 0;
        const char *text = value->kind != VALUE_FLAG ? value->text
                           : value->is_set           ? "true"
                                                     : "false";
        Escape escape = renderer->options->escape;
        if (escape == ESCAPE_HTML && place->template->is_plain)
                add_html_value(renderer->output, text, value->is_unbroken);
        else
                add_escaped(
                        renderer->output, node->kind == NODE_VARIABLE ? escape : ESCAPE_NONE, text);
        return 0;
}

static int render_range(
        Renderer *renderer, const Place *place, const Scope *scope, size_t from, size_t to);

static int render_inside(
        Renderer *renderer, const Place *place, const Scope *scope, const Node *section)
{
        size_t first = (size_t)(section - place->template->nodes) + 1;

        return render_range(renderer, place, scope, first, section->end);
}

/* While checking, both kinds of section are walked, whatever their value is. */
static int render_section(
        Renderer *renderer, const Place *place, const Scope *scope, const Node *node)
{
        const Value *value;
        int r = renderer_find(renderer, place, scope, node, &value);

        if (r < 0)
                return r;
        bool is_inverted = node->kind == NODE_INVERTED;
        if (renderer->output && value_is_true(value) == is_inverted)
                return 0;
        if (is_inverted || !value)
                return render_inside(renderer, place, scope, node);
        Scope inner = { .value = value, .outer = scope };
        if (value->kind != VALUE_LIST)
                return render_inside(renderer, place, &inner, node);
        for (inner.value = value->first; inner.value && r >= 0; inner.value = inner.value->next)
                r = render_inside(renderer, place, &inner, node);
        return r;
}

/* Takes the last line break back, if it came after that length. */
static void chomp(StrBuf *output, size_t before)
{
        if (output && output->length > before && output->text[output->length - 1] == '\n')
                strbuf_truncate(output, output->length - 1);
}

static int render_partial(
        Renderer *renderer, const Place *place, const Scope *scope, const Node *node)
{
        const TemplateOptions *options = renderer->options;
        const Template *partial = NULL;
        _cleanup_(strbuf_release) StrBuf indent = STRBUF_INIT;
        int r = -ENOENT;

        if (options->find_partial)
                r = options->find_partial(
                        options->owner, node->text, node->length, &partial, renderer->problem);
        if (r == -ENOENT && options->is_strict)
                return renderer_fail(renderer, place, node, -EINVAL, "there is no partial \"%.*s\"",
                        shown(node->length), node->text);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return renderer_failed(renderer, r);
        strbuf_add_bytes(&indent, place->indent, node->indent ? place->indent_length : 0);
        strbuf_add_bytes(&indent, node->indent, node->indent_length);
        if (strbuf_error(&indent) < 0)
                return strbuf_error(&indent);
        Place inner = { partial, strbuf_text(&indent), indent.length };
        size_t before = renderer->output ? renderer->output->length : 0;
        r = render_range(renderer, &inner, scope, 0, partial->n);
        if (r >= 0 && options->is_chomping && !node->indent)
                chomp(renderer->output, before);
        return r;
}

static void render_text(Renderer *renderer, const Place *place, const Node *node)
{
        if (renderer->options->escape == ESCAPE_HTML && place->template->is_plain)
                add_html(renderer->output, node->text, node->length);
        else
                strbuf_add_bytes(renderer->output, node->text, node->length);
}

static int render_node(Renderer *renderer, const Place *place, const Scope *scope, const Node *node)
{
        if (node->starts_line && renderer->output)
                strbuf_add_bytes(renderer->output, place->indent, place->indent_length);
        switch (node->kind) {
        case NODE_TEXT:
                if (renderer->output)
                        render_text(renderer, place, node);
                return 0;
        case NODE_VARIABLE:
        case NODE_RAW_VARIABLE: return render_variable(renderer, place, scope, node);
        case NODE_SECTION:
        case NODE_INVERTED: return render_section(renderer, place, scope, node);
        case NODE_PARTIAL: return render_partial(renderer, place, scope, node);
        }
        return -EINVAL;
}

static int render_range(
        Renderer *renderer, const Place *place, const Scope *scope, size_t from, size_t to)
{
        const Node *nodes = place->template->nodes;
        int r = 0;

        if (from >= to)
                return 0;
        if (renderer->depth == 2 * TEMPLATE_DEPTH_MAX)
                return renderer_fail(renderer, place, &nodes[from], -ELOOP,
                        "sections and partials nest too deep");
        renderer->depth++;
        for (size_t i = from; i < to && r >= 0; i++) {
                const Node *node = &nodes[i];
                if (++renderer->work > TEMPLATE_WORK_MAX)
                        return renderer_fail(renderer, place, node, -E2BIG, "is too much work");
                r = render_node(renderer, place, scope, node);
                if (r >= 0 && renderer->output && strbuf_error(renderer->output) == -E2BIG)
                        return renderer_fail(
                                renderer, place, node, -E2BIG, "the text becomes too long");
                if (node->kind == NODE_SECTION || node->kind == NODE_INVERTED)
                        i = node->end - 1;
        }
        renderer->depth--;
        return r;
}

int template_render(const Template *template, const Value *data, const TemplateOptions *options,
        StrBuf *output, TemplateProblem *ret_problem)
{
        Renderer renderer = { .options = options, .output = output, .problem = ret_problem };
        Place place = { template, "", 0 };
        Scope scope = { .value = data };
        int r = render_range(&renderer, &place, &scope, 0, template->n);

        return r < 0 ? r : strbuf_error(output);
}

int template_check(const Template *template, const Value *sample, const TemplateOptions *options,
        void (*report)(void *owner, const TemplateProblem *problem), void *owner)
{
        TemplateProblem problem;
        Renderer renderer = {
                .options = options,
                .problem = &problem,
                .report = report,
                .report_owner = owner,
        };
        Place place = { template, "", 0 };
        Scope scope = { .value = sample };
        int r = render_range(&renderer, &place, &scope, 0, template->n);

        if (r != -ELOOP && r != -E2BIG)
                return r;
        report(owner, &problem);
        return 0;
}
