/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_VALUE_H
#define RELANCED_COMPOSE_VALUE_H

/*
 * What a template is rendered with: a small tree of texts, flags, lists and objects in an arena.
 * A value is a child of at most one other. Texts are not copied: they live as long as the tree.
 *
 * Building never fails on the spot: when memory runs out the values are NULL, which every function
 * accepts, and is_incomplete tells at the end.
 */

#include "base/arena.h"

typedef enum ValueKind {
        VALUE_NOTHING,
        VALUE_FLAG,
        VALUE_TEXT,
        VALUE_LIST,
        VALUE_OBJECT
} ValueKind;

typedef struct Value Value;
struct Value {
        ValueKind kind;
        bool is_set;                /* of a flag */
        bool is_unbroken;           /* of a text: on a page it stays on one line */
        const char *text;           /* of a text, never NULL */
        const char *name;           /* as a member of an object; else NULL */
        Value *first, *last, *next; /* children of a list or object in order; the next sibling */
};

typedef struct ValueMaker {
        Arena *arena;
        bool is_incomplete; /* memory ran out */
} ValueMaker;

Value *value_object(ValueMaker *maker);
Value *value_list(ValueMaker *maker);
Value *value_nothing(ValueMaker *maker);
Value *value_flag(ValueMaker *maker, bool is_set);
/* NULL and "" give nothing's value: a text that is not given is false in a section. */
Value *value_text(ValueMaker *maker, const char *text);
/* The same of what is read as one, blanks and all: a telephone number, an IBAN. */
Value *value_unbroken(ValueMaker *maker, const char *text);

/* name must outlive the object; a name given twice is found as first given. */
void value_set(Value *object, const char *name, Value *member);
void value_append(Value *list, Value *item);

/* The member of that name of an object; NULL: it has none, or is no object. */
const Value *value_get(const Value *object, const char *name, size_t length);

/* Whether a section of it is rendered: not nothing, an unset flag, an empty text or list. */
bool value_is_true(const Value *value);

#endif
