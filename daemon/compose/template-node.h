/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_TEMPLATE_NODE_H
#define RELANCED_COMPOSE_TEMPLATE_NODE_H

/* What a compiled template is: shared by template.c (compiles) and render.c (renders, checks). */

#include "compose/template.h"

typedef enum NodeKind {
        NODE_TEXT, /* at most one line, with its line break */
        NODE_VARIABLE,
        NODE_RAW_VARIABLE,
        NODE_SECTION,
        NODE_INVERTED,
        NODE_PARTIAL,
} NodeKind;

/* Nodes stand in one array in the order of the source; the children of a section follow it. */
typedef struct Node {
        NodeKind kind;
        bool starts_line; /* an indented partial puts its indentation before it */
        unsigned line;    /* of the source, from 1 */
        const char *text; /* literal, or name; in the template's source */
        size_t length;
        const char *indent; /* of a partial that stands alone on its line */
        size_t indent_length;
        size_t end; /* index after the last child of a section */
} Node;

struct Template {
        char *name, *source;
        Node *nodes;
        size_t n, size;
        bool is_plain; /* template_mark_plain() */
};

void template_problem(TemplateProblem *problem, const char *file, unsigned line, const char *format,
        ...) _printf_(4, 5);

#endif
