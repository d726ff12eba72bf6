/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_TEMPLATE_H
#define RELANCED_COMPOSE_TEMPLATE_H

/*
 * Mustache (github.com/mustache/spec, the core modules): variables, sections, inverted sections,
 * partials, comments, other delimiters. Compiled once, rendered often. Pure: partials come from a
 * callback, data from a tree of values and is never read as template syntax.
 *
 * Bounds: sections and partials nest TEMPLATE_DEPTH_MAX deep, a rendering visits at most
 * TEMPLATE_WORK_MAX nodes, and its output is as long as the StrBuf's limit allows.
 */

#include "base/strbuf.h"
#include "compose/value.h"

#define TEMPLATE_DEPTH_MAX 32
#define TEMPLATE_WORK_MAX 1000000U

typedef struct Template Template;

/* What is wrong, and where. file is the name of the template concerned and lives as long as it;
 * when compilation failed, as long as the name that was given. */
typedef struct TemplateProblem {
        const char *file;
        unsigned line;
        char text[240];
} TemplateProblem;

/* source is copied. name is what problems call the template, and copied. 0; -EINVAL and
 * *ret_problem: malformed; -ENOMEM. */
int template_compile(const char *name, const char *source, size_t length, Template **ret_template,
        TemplateProblem *ret_problem);
void template_free(Template *template);
/* Its literal texts are no markup. With ESCAPE_HTML they are then escaped as values are, so are its
 * raw variables, a value that is read from right to left is kept to itself (<bdi>), and one that is
 * unbroken stands between HTML_UNBROKEN, if longer than HTML_NARROW bytes HTML_UNBROKEN_IF_WIDE,
 * and "</span>". */
void template_mark_plain(Template *template);
#define HTML_UNBROKEN "<span style=\"white-space:nowrap\">"
#define HTML_UNBROKEN_IF_WIDE "<span class=\"whole\" style=\"white-space:nowrap\">"
#define HTML_NARROW 24 /* what a telephone's screen has room for in any line */
DEFINE_CLEANUP(Template, template_free)

/* What {{x}} does to its value; {{{x}}} and {{&x}} do nothing to it. */
typedef enum Escape {
        ESCAPE_NONE,
        ESCAPE_HTML, /* & < > " */
        ESCAPE_JSON, /* for the inside of a JSON string */
} Escape;

typedef struct TemplateOptions {
        Escape escape;
        /* A name that the data do not know, a value that is no text and a missing partial are
         * errors; otherwise they render as nothing, as the specification has it. */
        bool is_strict;
        /* The line break that ends a partial is left out where the partial stands inside a line. */
        bool is_chomping;
        /* 0; -ENOENT: there is none of that name (not NUL-terminated: length bytes); -EINVAL and
         * *ret_problem: it is malformed; -errno. NULL: there are none at all. */
        int (*find_partial)(void *owner, const char *name, size_t length,
                const Template **ret_partial, TemplateProblem *ret_problem);
        void *owner;
} TemplateOptions;

/* Adds to output. 0; -EINVAL, -ELOOP (too deep), -E2BIG (too long, too much work), each with
 * *ret_problem; -ENOMEM. */
int template_render(const Template *template, const Value *data, const TemplateOptions *options,
        StrBuf *output, TemplateProblem *ret_problem);

/*
 * Looks for everything that strict rendering could stumble over, whatever the data: walks both
 * branches of every section, its partials too, against a sample in which every known name occurs
 * and every list has one item. Each problem is reported, in order. 0 or a fatal -errno.
 */
int template_check(const Template *template, const Value *sample, const TemplateOptions *options,
        void (*report)(void *owner, const TemplateProblem *problem), void *owner);

/* The literal texts in order, each at most one line. *position starts at 0; false: no more. */
bool template_next_text(const Template *template, size_t *position, const char **ret_text,
        size_t *ret_length, unsigned *ret_line);
/* The partials that it names itself, in order. As above. */
bool template_next_partial(const Template *template, size_t *position, const char **ret_name,
        size_t *ret_length, unsigned *ret_line);

#endif
