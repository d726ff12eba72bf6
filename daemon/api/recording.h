/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_RECORDING_H
#define RELANCED_API_RECORDING_H

/*
 * What the handlers share that record what a person tells: reading whom it is about, since when and
 * why, ending the transaction, and the answer with the fact's number and the way back.
 */

#include <jansson.h>

#include "api/routes.h"
#include "store/persons.h"

/* When what was recorded takes effect, as an answer says it: with a daemon within a minute, as it
 * is then asked to wake; else when somebody wakes the store. */
#define WAKE "{wake}"
#define EFFECT_NEXT_WAKE "It takes effect " WAKE "."
#define EFFECT_UNDONE "It takes effect " WAKE "; what has left stays sent."

/* The kind of the task that a reply opens; its notice is the reply's fact. */
#define TASK_REPLY "reply"

/* An invoice's number, or customer:ID. */
Target target_of(const char *text);
/* 404, with what was meant where a customer's id stands for an invoice. Always 0. */
int recording_no_target(Exchange *exchange, const Target *target);

/* The note, "" where none is given. 0; 1: refused. */
int recording_note(Exchange *exchange, const char **ret_note);

/* Whether an option without a value is given. */
bool recording_flag(const Exchange *exchange, const char *name);

/* Like exchange_get_date(); a day that has passed, or one that is yet to come, is refused, too. */
int recording_coming_day(Exchange *exchange, const char *name, Date *date);
int recording_past_day(Exchange *exchange, const char *name, Date *date);

/* Ends the transaction that something was recorded in: commits where result is 0. Gives result, or
 * the failure. */
int recording_end(Store *store, int result);

/* A handler's invoice with its account, in the exchange's arena. 0; 1: there is none, and it is
 * refused; -errno. */
typedef struct Recorded {
        Account account;
        int64_t invoice;
} Recorded;
int recording_load(Exchange *exchange, const char *number, Recorded *ret_recorded);

/* The next step of its ladder, whatever holds it; NULL: it has none. */
const Step *recording_next_step(
        const Exchange *exchange, const Account *account, const Instalment *instalment);

/* Adds when it takes effect to an answer that is being built; NULL: at once. */
void recording_put_effect(Exchange *exchange, json_t **shaped, const char *effect);
/* Answers with what was recorded, which is taken over, its effect, the fact's number and how it is
 * taken back. Always 0. */
int recording_answer(Exchange *exchange, json_t *shaped, int64_t fact, const char *effect);
/* The same of a fact that cannot be taken back. */
int recording_answer_final(Exchange *exchange, json_t *shaped, int64_t fact, const char *effect);

#endif
