/* SPDX-License-Identifier: MIT */
/* Owns the tree of values that templates are rendered with. Never logs, never frees: the arena
 * does. */

#include "compose/value.h"

static Value *value_new(ValueMaker *maker, ValueKind kind)
{
        Value *value = arena_alloc(maker->arena, sizeof(Value));

        if (!value) {
                maker->is_incomplete = true;
                return NULL;
        }
        value->kind = kind;
        value->text = "";
        return value;
}

Value *value_object(ValueMaker *maker)
{
        return value_new(maker, VALUE_OBJECT);
}

Value *value_list(ValueMaker *maker)
{
        return value_new(maker, VALUE_LIST);
}

Value *value_nothing(ValueMaker *maker)
{
        return value_new(maker, VALUE_NOTHING);
}

Value *value_flag(ValueMaker *maker, bool is_set)
{
        Value *value = value_new(maker, VALUE_FLAG);

        if (value)
                value->is_set = is_set;
        return value;
}

Value *value_text(ValueMaker *maker, const char *text)
{
        Value *value = value_new(maker, is_empty(text) ? VALUE_NOTHING : VALUE_TEXT);

        if (value && value->kind == VALUE_TEXT)
                value->text = text;
        return value;
}

Value *value_unbroken(ValueMaker *maker, const char *text)
{
        Value *value = value_text(maker, text);

        if (value)
                value->is_unbroken = true;
        return value;
}

void value_append(Value *list, Value *item)
{
        if (!list || !item)
                return;
        if (list->last)
                list->last->next = item;
        else
                list->first = item;
        list->last = item;
}

void value_set(Value *object, const char *name, Value *member)
{
        if (!object || !member)
                return;
        member->name = name;
        value_append(object, member);
}

const Value *value_get(const Value *object, const char *name, size_t length)
{
        if (!object || object->kind != VALUE_OBJECT)
                return NULL;
        for (const Value *member = object->first; member; member = member->next)
                if (*member->name == *name && strncmp(member->name, name, length) == 0 &&
                        member->name[length] == '\0')
                        return member;
        return NULL;
}

bool value_is_true(const Value *value)
{
        if (!value)
                return false;
        switch (value->kind) {
        case VALUE_NOTHING: return false;
        case VALUE_FLAG: return value->is_set;
        case VALUE_TEXT: return *value->text != '\0';
        case VALUE_LIST: return value->first != NULL;
        case VALUE_OBJECT: return true;
        }
        return false;
}
