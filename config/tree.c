/* SPDX-License-Identifier: MIT */
/* Owns the walk through a tree of values; see tree.h for the contract. Never fails. */

#include "config/tree.h"

#include "base/strbuf.h"

const char *node_type_name(NodeType type)
{
        switch (type) {
        case NODE_TEXT: return "a text";
        case NODE_NUMBER: return "a number";
        case NODE_DECIMAL: return "a decimal number";
        case NODE_BOOLEAN: return "true or false";
        case NODE_GROUP: return "a group { … }";
        case NODE_LIST: return "a list";
        }
        return "nothing";
}

const Node *node_member(const Node *node, const char *name)
{
        for (size_t i = 0; i < node->n_children; i++)
                if (node->children[i].name && streq(node->children[i].name, name))
                        return &node->children[i];
        return NULL;
}

void node_add_path(const Node *node, StrBuf *path)
{
        if (!node->parent)
                return;
        node_add_path(node->parent, path);
        const Node *id = node->name ? NULL : node_member(node, "id");
        const char *name = id && id->type == NODE_TEXT ? id->text : node->name;
        if (name)
                strbuf_addf(path, "%s%s", path->length > 0 ? "." : "", name);
        else
                strbuf_addf(path, "[%zu]", (size_t)(node - node->parent->children) + 1);
}
