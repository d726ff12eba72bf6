/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_VERDICT_H
#define RELANCED_EMAIL_VERDICT_H

/* What became of one message, from what the server answered to its parts. Pure; a table. */

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "channels/channel.h"

/* The parts of a transaction, in the order in which they tell of a message that did not leave. */
typedef enum Part {
        PART_RECIPIENT,
        PART_SENDER,
        PART_MESSAGE, /* the reply to DATA, then to the final dot */
        PART_COUNT
} Part;

/* A server's reply, with its enhanced status code (RFC 3463): 550 5.1.10 … The latter may also
 * stand at the beginning of the text, unread. */
typedef struct Answer {
        int code;                   /* 0: none came */
        int class, subject, detail; /* class 0: none was read */
        const char *text;           /* "" without */
} Answer;

typedef struct Transaction {
        Answer answers[PART_COUNT];
        bool is_whole;    /* read to its end, and told to go: the final dot may have arrived */
        bool is_complete; /* libESMTP: the server took it on for the recipient */
} Transaction;

typedef struct Verdict {
        enum relanced_outcome_kind kind;
        Part part;            /* whose answer decided */
        const Answer *answer; /* NULL: none did; it was not sent, the server did not say why */
        const char *meaning;  /* of the answer, for a person: "the mailbox does not exist" */
} Verdict;

/*
 * Sent: whole, 2xx for the message, complete. Uncertain: whole, and the answer to the message is
 * neither that nor 4xx nor 5xx. Otherwise it was not sent, and the first part that was answered
 * with 4xx or 5xx says why; where none was, answer is NULL and kind RETRY.
 */
Verdict verdict_of(const Transaction *transaction);

/* "the server refused the recipient: the mailbox does not exist (550 5.1.1 …)" */
void verdict_explain(const Verdict *verdict, StrBuf *out);

/* The server's own id in its answer to a message ("queued as 4ZB…"), its length in *ret_length; or
 * NULL. */
const char *verdict_reference(const char *text, size_t *ret_length);

#endif
