/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_DIALOGUE_H
#define RELANCED_EMAIL_DIALOGUE_H

/*
 * What client and server say to each other, read along byte by byte as libESMTP's monitor shows it,
 * which is before the library parses it. So that the library only sees a well-behaved server:
 * - words of the EHLO reply that lead it astray are spoilt (CHUNKING, and AUTH's NTLM, CRAM-MD5;
 *   PIPELINING where it would ask three things at once);
 * - a reply is well-formed, of bounded length, and answers something that was said: else `fault` is
 *   set, and all that comes from there on is replaced by empty lines, which no parser takes for a
 *   reply.
 * Pure: no socket, no clock. The body of a message is not shown to it.
 */

#include <stdbool.h>
#include <stddef.h>

#define DIALOGUE_TEXT_MAX 400
#define DIALOGUE_PENDING_MAX 16

/* clang-format off */
typedef enum Verb {
        VERB_CONNECT, VERB_EHLO, VERB_HELO, VERB_STARTTLS, VERB_AUTH, VERB_MAIL, VERB_RCPT,
        VERB_DATA, VERB_DOT, VERB_RSET, VERB_QUIT, VERB_OTHER
} Verb;
/* clang-format on */

typedef struct Dialogue {
        /* A whole reply: the verb it answers, its code, its lines joined by spaces. */
        void (*on_reply)(void *owner, Verb verb, int code, const char *text);
        void *owner;
        bool is_stepwise;  /* the server's PIPELINING is hidden */
        const char *fault; /* what the server did wrong, a sentence without a full stop; or NULL */
        Verb pending[DIALOGUE_PENDING_MAX]; /* said and not yet answered, oldest first */
        size_t n_pending;
        bool is_challenged; /* AUTH goes on: the next line said is part of it */
        /* The line being said, the reply being heard. */
        char said[12];
        size_t said_length, heard; /* heard: bytes since something was said */
        size_t column;
        int code, line_code;
        bool is_last, is_continued;
        char word[12];
        size_t word_length;
        char text[DIALOGUE_TEXT_MAX];
        size_t text_length;
} Dialogue;

/* A connection was made: the server speaks first. */
void dialogue_start(Dialogue *dialogue);

/* The client says bytes. */
void dialogue_said(Dialogue *dialogue, const char *bytes, size_t length);

/* The end of a message is said, unseen. */
void dialogue_said_dot(Dialogue *dialogue);

/* The server says bytes, which may be changed. */
void dialogue_heard(Dialogue *dialogue, char *bytes, size_t length);

/* For a person: "the recipient", "the end of the message". */
const char *verb_meaning(Verb verb);

#endif
