/* SPDX-License-Identifier: MIT */
/*
 * Compiles Mustache. Owns the syntax: delimiters, tags, which tags stand alone on their line and so
 * leave no trace of it. Never renders (render.c), never reads a file. Fails with the first problem
 * and its line.
 */

#include "compose/template.h"

#include <errno.h>
#include <stdio.h>

#include "base/parse.h"
#include "compose/template-node.h"

#define DELIMITER_MAX 16

typedef struct Delimiter {
        char text[DELIMITER_MAX + 1];
        size_t length;
} Delimiter;

/* A tag in the source: [begin, end) with its delimiters, [name, name + length) trimmed. */
typedef struct Tag {
        char sigil; /* one of # ^ / > ! = & { or 0: a variable */
        const char *begin, *end, *name;
        size_t length;
        unsigned line;
        bool is_alone;
        const char *line_begin, *line_end; /* is_alone: what it takes with it */
} Tag;

typedef struct Compiler {
        Template *template;
        const char *position, *end;
        const char *counted; /* line is that of this place */
        unsigned line;
        Delimiter open, close;
        size_t sections[TEMPLATE_DEPTH_MAX]; /* open ones: indices of their nodes */
        size_t n_sections;
        bool is_at_line_start;
        TemplateProblem *problem;
} Compiler;

void template_problem(
        TemplateProblem *problem, const char *file, unsigned line, const char *format, ...)
{
        va_list arguments;

        problem->file = file;
        problem->line = line;
        va_start(arguments, format);
        (void)vsnprintf(problem->text, sizeof(problem->text), format, arguments);
        va_end(arguments);
}

#define compiler_fail(compiler, at, ...)                                                           \
        (template_problem((compiler)->problem, (compiler)->template->name, at, __VA_ARGS__),       \
                -EINVAL)

/* For messages: a name of any length. */
static int shown(size_t length)
{
        return (int)MIN(length, (size_t)60);
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
        return is_blank(c) || c == '\n' || c == '\r';
}

/* The line of a place at or after the last one asked for. */
static unsigned compiler_line(Compiler *compiler, const char *place)
{
        for (; compiler->counted < place; compiler->counted++)
                compiler->line += *compiler->counted == '\n';
        return compiler->line;
}

static int compiler_add(Compiler *compiler, const Node *node)
{
        Template *template = compiler->template;

        if (template->n == template->size) {
                size_t size = MAX(template->size * 2, (size_t)32);
                Node *nodes = reallocarray(template->nodes, size, sizeof(Node));
                if (!nodes)
                        return -ENOMEM;
                template->nodes = nodes;
                template->size = size;
        }
        Node *added = &template->nodes[template->n++];
        *added = *node;
        added->starts_line = compiler->is_at_line_start;
        compiler->is_at_line_start = false;
        return 0;
}

/* A tag alone on its line leaves no line: its node begins none, and what follows still does. */
static int compiler_add_for(Compiler *compiler, const Tag *tag, const Node *node)
{
        if (!tag->is_alone)
                return compiler_add(compiler, node);
        compiler->is_at_line_start = false;
        int r = compiler_add(compiler, node);
        compiler->is_at_line_start = true;
        return r;
}

/* Literal text, a node for each line. */
static int compiler_add_text(Compiler *compiler, const char *from, const char *to)
{
        while (from < to) {
                const char *newline = memchr(from, '\n', (size_t)(to - from));
                const char *end = newline ? newline + 1 : to;
                Node node = {
                        .kind = NODE_TEXT,
                        .line = compiler_line(compiler, from),
                        .text = from,
                        .length = (size_t)(end - from),
                };
                int r = compiler_add(compiler, &node);
                if (r < 0)
                        return r;
                compiler->is_at_line_start = newline != NULL;
                from = end;
        }
        return 0;
}

static bool name_is_valid(const char *name, size_t length)
{
        if (length == 1 && *name == '.')
                return true;
        for (size_t i = 0; i < length; i++) {
                if (is_space(name[i]) || strchr("{}<>$#^/&=!", name[i]))
                        return false;
                bool is_edge = i == 0 || i == length - 1 || name[i - 1] == '.';
                if (name[i] == '.' && is_edge)
                        return false;
        }
        return length > 0;
}

/* {{=<% %>=}}: the tag's name holds both new delimiters. */
static int compiler_set_delimiters(Compiler *compiler, const Tag *tag)
{
        const char *p = tag->name, *end = tag->name + tag->length;
        Delimiter *delimiters[2] = { &compiler->open, &compiler->close };

        for (size_t i = 0; i < 2; i++) {
                const char *begin = p;
                while (p < end && !is_space(*p) && *p != '=')
                        p++;
                size_t length = (size_t)(p - begin);
                if (length == 0 || length > DELIMITER_MAX)
                        return compiler_fail(compiler, tag->line,
                                "a change of delimiters is written {{=<< >>=}}");
                *delimiters[i] = (Delimiter){ .length = length };
                memcpy(delimiters[i]->text, begin, length);
                while (p < end && is_space(*p))
                        p++;
        }
        if (p < end)
                return compiler_fail(
                        compiler, tag->line, "a change of delimiters names two of them");
        return 0;
}

static int compiler_open_section(Compiler *compiler, const Tag *tag)
{
        Node node = {
                .kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED,
                .line = tag->line,
                .text = tag->name,
                .length = tag->length,
        };

        if (compiler->n_sections == TEMPLATE_DEPTH_MAX)
                return compiler_fail(
                        compiler, tag->line, "sections nest more than %d deep", TEMPLATE_DEPTH_MAX);
        compiler->sections[compiler->n_sections++] = compiler->template->n;
        return compiler_add_for(compiler, tag, &node);
}

static int compiler_close_section(Compiler *compiler, const Tag *tag)
{
        static const Node nothing = { .kind = NODE_TEXT, .text = "" };

        if (compiler->n_sections == 0)
                return compiler_fail(compiler, tag->line, "{{/%.*s}} closes no section",
                        shown(tag->length), tag->name);
        size_t index = compiler->sections[--compiler->n_sections];
        const Node *section = &compiler->template->nodes[index];
        if (section->length != tag->length || memcmp(section->text, tag->name, tag->length) != 0)
                return compiler_fail(compiler, tag->line,
                        "{{/%.*s}} where {{/%.*s}} is expected, for the section of line %u",
                        shown(tag->length), tag->name, shown(section->length), section->text,
                        section->line);
        /* The indentation of a line belongs to where the line begins: inside. */
        if (compiler->is_at_line_start && !tag->is_alone) {
                int r = compiler_add(compiler, &nothing);
                if (r < 0)
                        return r;
        }
        compiler->template->nodes[index].end = compiler->template->n;
        return 0;
}

static int compiler_add_partial(Compiler *compiler, const Tag *tag)
{
        Node node = {
                .kind = NODE_PARTIAL,
                .line = tag->line,
                .text = tag->name,
                .length = tag->length,
        };

        if (tag->is_alone) {
                node.indent = tag->line_begin;
                node.indent_length = (size_t)(tag->begin - tag->line_begin);
        }
        return compiler_add_for(compiler, tag, &node);
}

static int compiler_add_tag(Compiler *compiler, const Tag *tag)
{
        Node node = {
                .kind = tag->sigil ? NODE_RAW_VARIABLE : NODE_VARIABLE,
                .line = tag->line,
                .text = tag->name,
                .length = tag->length,
        };

        if (tag->sigil == '!')
                return 0;
        if (tag->sigil == '=')
                return compiler_set_delimiters(compiler, tag);
        if (!name_is_valid(tag->name, tag->length))
                return compiler_fail(compiler, tag->line, "\"%.*s\" is not a name",
                        shown(tag->length), tag->name);
        switch (tag->sigil) {
        case '#':
        case '^': return compiler_open_section(compiler, tag);
        case '/': return compiler_close_section(compiler, tag);
        case '>': return compiler_add_partial(compiler, tag);
        }
        return compiler_add(compiler, &node);
}

/* Whether nothing else but blanks is on the tag's lines. */
static void tag_look_around(Tag *tag, const char *source, const char *end)
{
        const char *before = tag->begin, *after = tag->end;

        while (before > source && is_blank(before[-1]))
                before--;
        while (after < end && is_blank(*after))
                after++;
        if (after < end && *after == '\r')
                after++;
        bool ends_line = after == end || *after == '\n';
        if (!ends_line || (before > source && before[-1] != '\n'))
                return;
        tag->is_alone = true;
        tag->line_begin = before;
        tag->line_end = after < end ? after + 1 : end;
}

/* The tag that begins at tag->begin. */
static int compiler_read_tag(Compiler *compiler, Tag *tag)
{
        const char *p = tag->begin + compiler->open.length;
        char closing[DELIMITER_MAX + 2];

        while (p < compiler->end && is_space(*p))
                p++;
        if (p < compiler->end && *p && strchr("#^/>!=&{", *p))
                tag->sigil = *p++;
        const char *extra = tag->sigil == '=' ? "=" : tag->sigil == '{' ? "}" : "";
        int closing_length =
                snprintf(closing, sizeof(closing), "%s%s", extra, compiler->close.text);
        const char *close = memmem(p, (size_t)(compiler->end - p), closing, (size_t)closing_length);
        if (!close)
                return compiler_fail(compiler, compiler_line(compiler, tag->begin),
                        "a tag is not closed by \"%s\"", closing);
        tag->end = close + closing_length;
        while (p < close && is_space(*p))
                p++;
        while (close > p && is_space(close[-1]))
                close--;
        tag->name = p;
        tag->length = (size_t)(close - p);
        if (tag->sigil && strchr("#^/>!=", tag->sigil))
                tag_look_around(tag, compiler->template->source, compiler->end);
        return 0;
}

static int compiler_run(Compiler *compiler)
{
        while (compiler->position < compiler->end) {
                size_t left = (size_t)(compiler->end - compiler->position);
                Tag tag = { .begin = memmem(compiler->position, left, compiler->open.text,
                                    compiler->open.length) };
                if (!tag.begin)
                        break;
                int r = compiler_read_tag(compiler, &tag);
                if (r < 0)
                        return r;
                r = compiler_add_text(
                        compiler, compiler->position, tag.is_alone ? tag.line_begin : tag.begin);
                if (r < 0)
                        return r;
                tag.line = compiler_line(compiler, tag.begin);
                r = compiler_add_tag(compiler, &tag);
                if (r < 0)
                        return r;
                compiler->position = tag.is_alone ? tag.line_end : tag.end;
        }
        int r = compiler_add_text(compiler, compiler->position, compiler->end);
        if (r < 0)
                return r;
        if (compiler->n_sections == 0)
                return 0;
        const Node *section =
                &compiler->template->nodes[compiler->sections[compiler->n_sections - 1]];
        return compiler_fail(compiler, section->line, "the section {{%c%.*s}} is never closed",
                section->kind == NODE_SECTION ? '#' : '^', shown(section->length), section->text);
}

void template_free(Template *template)
{
        if (!template)
                return;
        free(template->nodes);
        free(template->source);
        free(template->name);
        free(template);
}

static bool next_of_kind(const Template *template, NodeKind kind, size_t *position,
        const char **ret_text, size_t *ret_length, unsigned *ret_line)
{
        for (; *position < template->n; (*position)++) {
                const Node *node = &template->nodes[*position];
                if (node->kind != kind)
                        continue;
                *ret_text = node->text;
                *ret_length = node->length;
                *ret_line = node->line;
                (*position)++;
                return true;
        }
        return false;
}

bool template_next_text(const Template *template, size_t *position, const char **ret_text,
        size_t *ret_length, unsigned *ret_line)
{
        return next_of_kind(template, NODE_TEXT, position, ret_text, ret_length, ret_line);
}

bool template_next_partial(const Template *template, size_t *position, const char **ret_name,
        size_t *ret_length, unsigned *ret_line)
{
        return next_of_kind(template, NODE_PARTIAL, position, ret_name, ret_length, ret_line);
}

void template_mark_plain(Template *template)
{
        template->is_plain = true;
}

/* A control character other than a tab and the ends of lines: what a wrong conversion leaves of “…”
 * or “’”, seen by nobody and refused in a mail's header. NULL: there is none. */
static const char *find_control(const char *source, const char *end)
{
        for (const char *p = source; p < end; p++) {
                unsigned char c = (unsigned char)*p;
                bool is_c1 = c == 0xC2 && (unsigned char)p[1] < 0xA0;
                if (is_c1 || c == 0x7F || (c < ' ' && !is_space(*p)))
                        return p;
        }
        return NULL;
}

int template_compile(const char *name, const char *source, size_t length, Template **ret_template,
        TemplateProblem *ret_problem)
{
        static const char mark[] = "\uFEFF"; /* that Windows puts before a text */
        _cleanup_(template_freep) Template *template = calloc(1, sizeof(Template));

        if (!template)
                return -ENOMEM;
        if (length >= strlen(mark) && memcmp(source, mark, strlen(mark)) == 0) {
                source += strlen(mark);
                length -= strlen(mark);
        }
        if (!utf8_is_valid(source, length)) {
                template_problem(ret_problem, name, 0, "is not UTF-8");
                return -EINVAL;
        }
        template->name = strdup(name);
        template->source = strndup(length > 0 ? source : "", length);
        if (!template->name || !template->source)
                return -ENOMEM;
        Compiler compiler = {
                .template = template,
                .position = template->source,
                .end = template->source + length,
                .counted = template->source,
                .line = 1,
                .open = { "{{", 2 },
                .close = { "}}", 2 },
                .is_at_line_start = true,
                .problem = ret_problem,
        };
        const char *control = find_control(compiler.position, compiler.end);
        int r = control ? compiler_fail(&compiler, compiler_line(&compiler, control),
                                  "holds a control character: it was wrongly converted to UTF-8")
                        : compiler_run(&compiler);
        if (r < 0) {
                ret_problem->file = name;
                return r;
        }
        *ret_template = TAKE_PTR(template);
        return 0;
}
