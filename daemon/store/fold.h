/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_FOLD_H
#define RELANCED_STORE_FOLD_H

/* Private to store/: what people's words leave of an invoice's instalments, from its facts alone.
 * Pure: whoever folds has loaded both (words.c). */

#include "core/account.h"
#include "core/balance.h"
#include "store/facts.h"

/* The facts that the fold knows; money first, numbered as FactKind. */
typedef enum Word {
        WORD_MONEY_LAST = FACT_WRITE_OFF,
        WORD_INVOICE,
        WORD_CHANGE,
        WORD_GONE, /* no longer in the file */
        WORD_HOLD,
        WORD_RELEASE,
        WORD_DISPUTE,
        WORD_PROMISE,
        WORD_PLAN,
        WORD_ADOPT,
        WORD_APPROVE,
        WORD_POLICY,
        WORD_REPLY,
        WORDS
} Word;

typedef struct Fact {
        int64_t id;
        int64_t rank; /* its place: a corrected payment stands where the first one stood */
        Word word;
        int seq; /* 0: of all instalments */
        bool is_of_customer, is_withdrawn;
        Date date;
        int64_t amount;
        const char *reference, *changes;
} Fact;

/* What words leave of an instalment. */
typedef struct Left {
        bool is_held, is_disputed, is_adopted;
        InvoiceStatus status;
        Date held_until, released_on, promised_until;
        int64_t promise, promised_rest;
        int n_promises;
        const char *policy, *approved;
} Left;

typedef struct Hold {
        bool is_said;
        Date until; /* DATE_NONE: until released */
} Hold;

/* One instalment as the facts have it so far. */
typedef struct Spoken {
        int seq;
        Date due;
        int64_t amount, plan, replaced_by, taken;
        bool is_plan_broken;
        const char *file_policy, *file_status; /* as the file says today; "" for a part */
        bool is_here;                          /* it has come in, or its plan was made */
        Hold own, customers;                   /* each replaces the one of its kind before it */
        Left left, kept;                       /* by the fold so far; as the store has it */
} Spoken;

typedef struct Fold {
        Fact *facts; /* by rank */
        size_t n_facts;
        Spoken *spoken;       /* by seq */
        Share *shares;        /* room for one of each */
        MoneyFact *movements; /* room for one of each fact */
        size_t n_spoken;
        FactSums sums;     /* of the money so far */
        Date paused_until; /* of the customer, so far */
} Fold;

/* The word of a fact's kind, or -EINVAL: it leaves nothing. */
int fold_find_word(const char *kind, Word *ret_word);
/* From facts, spoken and shares alone; fills left of every instalment. -EUCLEAN: a part of a plan
 * that replaced nothing; -EOVERFLOW. */
int fold_run(Fold *fold);
bool left_is_same_state(const Left *a, const Left *b); /* what stands in the instalment's own row */
bool left_is_same_terms(const Left *a, const Left *b); /* what stands in its terms */

#endif
