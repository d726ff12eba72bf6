/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_TELLER_H
#define RELANCED_COMPOSE_TELLER_H

/* Private to compose/: a context being built, one named value after the other. */

#include "compose/context.h"

#define NAME_CHARACTERS 200

/* One occasion being told. */
typedef struct Teller {
        ValueMaker maker;
        Arena *arena;
        const Config *config;
        const Occasion *occasion;
        const Speech *speech;
        Date today;
} Teller;

/* Everything from outside comes in here. */
const char *teller_line(Teller *teller, const char *text, size_t max_characters);

void tell_text(Teller *teller, Value *object, const char *name, const char *text);
void tell_unbroken(Teller *teller, Value *object, const char *name, const char *text);
void tell_url(Teller *teller, Value *object, const char *name, const char *url);
void tell_flag(Teller *teller, Value *object, const char *name, bool is_set);
void tell_nothing(Teller *teller, Value *object, const char *name);
void tell_amount(Teller *teller, Value *object, const char *name, int64_t minor);
/* Nothing for an amount that is not above zero. */
void tell_amount_if_any(Teller *teller, Value *object, const char *name, int64_t minor);
/* Empty for DATE_NONE. */
void tell_date(Teller *teller, Value *object, const char *name, Date date);
void tell_number(Teller *teller, Value *object, const char *name, int64_t number);
/* Nothing for 0. */
void tell_percent(Teller *teller, Value *object, const char *name, int hundredths);
/* Which form of a word goes with a number: one flag of the group is set. */
void tell_plural(Teller *teller, Value *object, const char *name, int64_t number);
/* Late days as figure, their plural, and whether the language says them in the singular. */
void tell_days_late(Teller *teller, Value *object, int days);

/* The names of flags by action: "is_remind". */
extern const char *const action_flags[ACTION_MAX];

/* What was agreed, offered, or follows from paying late (terms.c): of the notice, of a line. */
void tell_terms(Teller *teller, Value *root);
void tell_line_terms(Teller *teller, Value *object, const NoticeLine *line);

#endif
