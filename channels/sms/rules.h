/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SMS_RULES_H
#define RELANCED_SMS_RULES_H

/*
 * How a configured gateway's answer is read. A place in the answer is
 *
 *         http       its HTTP status
 *         word.N     the Nth word of a plain text, from 0: "ERR: 114, no route" → ERR 114 no route
 *         any other  a path in JSON: "messages.0.message-id", "messages.*.status"
 *
 * success is a list of "PLACE = VALUE …", all of which must hold; error a list of places to look
 * for a code, the first with one that outcomes knows counts; outcomes a list of "CODE … = KIND
 * [SECONDS]". A value or code is a word, a range of numbers "200-299", or "*" for any.
 */

#include "channels/http/http.h"

typedef struct Answer Answer;

/* NULL: no memory. It borrows the reply. */
Answer *answer_new(const HttpReply *reply);
void answer_free(Answer *answer);
DEFINE_CLEANUP(Answer, answer_free)

/* Each of these takes an option's lines. 0; -EINVAL and what is wrong. */
int rules_check_success(const char *lines, StrBuf *fault);
int rules_check_places(const char *lines, StrBuf *fault);
int rules_check_outcomes(const char *lines, StrBuf *fault);

/* Whether the answer is as success says. */
bool answer_is_success(const Answer *answer, const char *success);

/* The value of a place. false: there is none. */
bool answer_reference(const Answer *answer, const char *place, StrBuf *ret);

typedef struct RuledOutcome {
        enum relanced_outcome_kind kind;
        unsigned retry_after_s;
        char code[64];
} RuledOutcome;

/* What the answer's code means. false: it has none that outcomes knows, or several that differ. */
bool answer_outcome(
        const Answer *answer, const char *error, const char *outcomes, RuledOutcome *ret);

#endif
