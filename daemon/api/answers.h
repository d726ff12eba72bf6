/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_ANSWERS_H
#define RELANCED_API_ANSWERS_H

/* What approve, refuse and done mean for a task, by its kind: one table. */

#include "api/recording.h"

typedef enum Verb {
        VERB_APPROVE,
        VERB_REFUSE,
        VERB_DONE,
        VERBS
} Verb;
extern const char *const verb_names[VERBS];

/* A task as it was listed; texts "" where none. */
typedef struct Asked {
        int64_t task, notice;
        const char *kind, *customer, *invoice;
        int seq;
} Asked;

typedef struct Answer {
        Verb verb;
        const char *note;
        Arena *arena;       /* for the account that is loaded */
        const char *step;   /* out: that was marked, or NULL */
        int64_t fact;       /* out */
        bool is_final;      /* out: it cannot be taken back */
        const char *effect; /* out, or NULL */
        StrBuf refusal;     /* out: why not, and what to type instead */
} Answer;

/* Whether some task is of that kind. *ret_nearest: the kind that may have been meant, or NULL. */
bool answer_knows(const char *kind, const char **ret_nearest);

/* Records the answer in the caller's transaction and closes the task. 0; 1: refused, and nothing
 * was written; -errno. */
int answer_task(Exchange *exchange, const Asked *task, Answer *answer);

#endif
