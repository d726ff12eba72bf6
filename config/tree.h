/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_TREE_H
#define RELANCED_CONFIG_TREE_H

/* A configuration as a tree of values, each with its place: what libconfig read, in plain data. */

#include "config/source.h"

typedef enum NodeType {
        NODE_TEXT,
        NODE_NUMBER,  /* whole */
        NODE_DECIMAL, /* has a point or an exponent: no key wants one */
        NODE_BOOLEAN,
        NODE_GROUP, /* { … } */
        NODE_LIST,  /* ( … ) or [ … ] */
} NodeType;

typedef struct Node Node;
struct Node {
        const Node *parent; /* NULL: the root */
        const char *name;   /* NULL: the root, or an element of a list */
        NodeType type;
        const char *text;
        int64_t number; /* of a boolean: 0 or 1 */
        const Node *children;
        size_t n_children;
        const char *file;
        unsigned line;
};

/* "a text", "a whole number" … */
const char *node_type_name(NodeType type);

/* The member of that name, or NULL. */
const Node *node_member(const Node *node, const char *name);

/* Where it stands, for a person: "policies.standard.steps.reminder.after_due"; an element of a list
 * goes by its id if it has one, else by its number from 1. Adds to path. */
void node_add_path(const Node *node, StrBuf *path);

#endif
