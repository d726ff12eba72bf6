/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_CONTEXT_H
#define RELANCED_COMPOSE_CONTEXT_H

/*
 * What a notice's template may name. The table of variables is the whole truth: templates are
 * checked against it, and the manual page is made from it.
 */

#include "compose/compose.h"
#include "compose/locale.h"
#include "compose/value.h"

typedef enum VariableType {
        VARIABLE_TEXT,  /* empty where not given; a section of it is rendered when it is given */
        VARIABLE_FLAG,  /* for sections; as a variable it is true or false */
        VARIABLE_LIST,  /* of groups: inside its section, its members stand by their own name */
        VARIABLE_LINES, /* a list of texts: {{.}} inside its section */
} VariableType;

typedef struct Variable {
        const char *name; /* "creditor.name"; "invoices.number" inside {{#invoices}} */
        VariableType type;
        const char *sample; /* of a text */
        const char *help;   /* one line */
} Variable;
const Variable *context_variables(size_t *ret_n);

/* All variables with their samples, flags set, one item in each list; NULL: memory is out. */
Value *context_sample(Arena *arena);

/* How a message speaks. */
typedef struct Speech {
        const char *language; /* of the template: "fr" */
        Locale *locale;
        LocaleStyle style; /* STYLE_DATA: amounts, dates and IBAN as programs want them */
} Speech;

/*
 * The variables of one occasion. Every name of the table is there. Texts from outside are one line
 * without control characters or changes of writing direction, at most 200 characters where they are
 * names. 0 or -ENOMEM. The context lives in the arena and points into config and occasion.
 */
int context_build(const Config *config, const Occasion *occasion, const Speech *speech,
        Arena *arena, Value **ret_context);

/* Unsets has_room: a text that says less there is to be made. */
void context_take_room(Value *context);

/* The context's texts and flags by their names ("total", "customer.name"), a line "name=value" for
 * each: a flag is "true" or empty, what is not given is empty, lists are left out. Lives in the
 * arena; NULL: memory is out. */
const char *context_fields(const Value *context, Arena *arena);

/* A text from outside made safe for one line of a message: line breaks, other control characters
 * and bytes that are not UTF-8 become a space, direction overrides vanish. max_characters 0: no
 * limit; else a longer text ends in an ellipsis. NULL only when memory is out. */
const char *text_one_line(const char *text, size_t max_characters, Arena *arena);

#endif
