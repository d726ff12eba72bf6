/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_TRANSFER_H
#define RELANCED_EMAIL_TRANSFER_H

/* What the files of a session share: the session, and a letter's way through it. */

#include "channels/email/courier.h"
#include "channels/email/dialogue.h"
#include "channels/email/verdict.h"

/* A letter that was given to libESMTP. */
typedef struct Transfer {
        struct Transfer *next;
        struct Session *session;
        Letter *letter;
        struct smtp_message *message; /* of libESMTP, as these: */
        struct smtp_recipient *customer;
        struct smtp_recipient *cc[CC_MAX], *copy; /* each may be NULL */
        bool is_accepted;                         /* MAIL was */
        bool is_read;                             /* its text was given */
        bool is_decided, is_whole;                /* whether it goes was asked; it goes */
        int64_t read_us;
        bool is_refused;     /* begin() was not granted */
        const char *stopped; /* why it did not go, though nobody refused it; or NULL */
} Transfer;

typedef struct Session {
        Courier *courier;
        struct smtp_session *smtp;
        Dialogue dialogue;
        int fd;              /* of the connection; -1: none */
        Transfer *transfers; /* not yet finished, in order */
        unsigned n_messages, n_answered;
        bool is_closing; /* it gets no more messages */
        bool is_reached; /* a connection was made */
        bool is_tls_begun, is_tls;
        bool is_deaf; /* bytes of the server do not wake libESMTP */
        bool is_authenticated;
        bool is_told;    /* the steps of this message are logged */
        bool is_polite;  /* QUIT was said: the end is no accident */
        int64_t said_us; /* when something was last said */
        int64_t mark_us; /* when the last message ended */
        int auth_code;   /* the last refusal of AUTH */
        char auth_text[DIALOGUE_TEXT_MAX];
        /* What went wrong with all of it: the first thing counts. */
        bool is_faulty;
        enum relanced_outcome_kind fault_kind;
        StrBuf fault;
} Session;

/* At debug level. */
void session_log(Session *session, const char *format, ...) _printf_(2, 3);

/* Something is wrong with the session; ignored after the first time. */
void session_fault(Session *session, enum relanced_outcome_kind kind, const char *format, ...)
        _printf_(3, 4);

/* The library is woken when so many bytes have come in, or the connection ends. */
void session_hear_from(Session *session, int bytes);
/* Whether what is written waits for more; it ends before the gate, which listens to the server. */
void session_hold_back(Session *session, bool is_held);

/* Ends the connection from within libESMTP's callbacks. */
void session_cut(Session *session);

/* Gives libESMTP a letter, at the end of its list. False: no memory; the letter went back. */
bool transfer_add(Session *session, Letter *letter);

/* Finishes the letter with what became of it, or, if it never began, puts it back. */
void transfer_end(Transfer *transfer);

/* libESMTP's monitor. */
void session_monitor(const char *bytes, int length, int is_writing, void *owner);

#endif
