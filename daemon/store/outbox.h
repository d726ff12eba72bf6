/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_OUTBOX_H
#define RELANCED_STORE_OUTBOX_H

/* Contacts and their notices (DESIGN 5): one decision, and a notice per route taken. States:
 * pending → handed → begun → sent | failed | pending (retry) | uncertain, and cancelled from
 * pending or handed. The store refuses any other step with -EPERM, and keeps every flag of
 * instalments and accounts that follows. Every call that writes needs the caller's transaction. */

#include "base/arena.h"
#include "core/policy.h"
#include "core/reason.h"
#include "store/store.h"

typedef enum NoticeState {
        NOTICE_PENDING,
        NOTICE_HANDED,
        NOTICE_BEGUN,
        NOTICE_SENT,
        NOTICE_FAILED,
        NOTICE_UNCERTAIN,
        NOTICE_CANCELLED
} NoticeState;
extern const char *const notice_state_names[7];

typedef struct ContactLine {
        int64_t invoice;
        int seq;
        const char *step; /* NULL: only listed */
        Action action;    /* of that step */
        int64_t open;
        bool prints_deadline; /* the contact's deadline binds this instalment (R6) */
        int64_t discount;     /* that its step's offer leaves off, or 0 */
} ContactLine;

typedef struct Attachment {
        const char *name, *document, *sha256; /* file name shown; path beneath documents */
        int64_t size;
} Attachment;

/* One decision. Also how a contact is read back. */
typedef struct Contact {
        int64_t id; /* out */
        int64_t account;
        int kind; /* NoticeKind of core/decide.h */
        Action action;
        const char *step, *policy; /* of the lead; step NULL: reconnect or an occasion */
        const char *occasion;      /* of core/decide.h's occasion_names, or NULL */
        const char *subject_key;   /* of an occasion: the invoice's number, a promise's fact … */
        int64_t lead_invoice;
        int lead_seq;
        Instant at;
        Date day; /* the creditor's civil day of at */
        int64_t total;
        Date deadline;
        Date offer_until; /* last day of its lines' discounts, or DATE_NONE */
        Reason reason;
        OnUncertain on_uncertain;
        bool is_forced; /* by a person */
        const ContactLine *lines;
        size_t n_lines;
        const Attachment *attachments;
        size_t n_attachments;
} Contact;

/* A message. Below "out" is the store's. html, fields and what mails alone have may be NULL. */
typedef struct Notice {
        const char *channel, *to, *language, *message_id, *subject, *text, *html;
        const char *template_name, *fields;         /* its folder; lines "name=value" (WhatsApp) */
        const char *cc, *references, *payment_code; /* as in channels/channel.h */
        bool may_chat;                              /* likewise */
        Form form;
        unsigned route, alternative;  /* of the contact's step */
        Instant date;                 /* the Date header of every copy */
        Instant not_before;           /* its channel's opening, or INSTANT_NONE */
        int64_t id, contact, account; /* out */
        NoticeState state;
        Reason reason;
        int attempts;
        Instant next_try; /* INSTANT_NONE: as soon as it may */
        Instant begun_at;
        Date day; /* of the contact */
} Notice;

/*
 * Decision, texts and keys at once. ids are given to contact->id and notices[i].id. Positive
 * OUTBOX_DUPLICATE: a line's (instalment, step, occurrence, channel) or the occasion is already in
 * the outbox; nothing was written.
 */
#define OUTBOX_DUPLICATE 1
int store_add_contact(Store *store, Contact *contact, Notice *notices, size_t n);
/* The next alternative of a route, after the one before was refused. Also OUTBOX_DUPLICATE. */
int store_add_notice(Store *store, int64_t contact, Notice *notice);

/* Pending notices of a channel that may be tried at now, oldest first: ids, at most max. */
int store_list_ready(
        Store *store, const char *channel, Instant now, int64_t *ids, size_t max, size_t *ret_n);
/* The next instant at which a pending notice that is not ready now will be; INSTANT_NONE: none. */
int store_next_ready(Store *store, Instant now, Instant *ret_instant);
/* All notices in a state, above after, by id. */
int store_list_state(
        Store *store, NoticeState state, int64_t after, int64_t *ids, size_t max, size_t *ret_n);

/* -ENOENT. with_body: texts too. */
int store_load_notice(Store *store, int64_t id, bool with_body, Arena *arena, Notice *ret_notice);
int store_load_contact(Store *store, int64_t id, Arena *arena, Contact *ret_contact);

int store_mark_handed(Store *store, const int64_t *ids, size_t n);
/* at, in all of these: when it is recorded. Every try is counted when it begins or ends unbegun. */
int store_mark_begun(Store *store, int64_t id, Instant at);
int store_mark_unhanded(Store *store, const int64_t *ids, size_t n, Instant at); /* → pending */
/* → sent, as of when it began (day). Completes the lines' steps (R4), once for a contact. */
int store_mark_sent(
        Store *store, int64_t id, Reason reason, Instant at, Date day, const char *reference);
int store_keep_answer(Store *store, int64_t id, const char *detail); /* of what it sent */
/* handed, begun or uncertain → failed. */
int store_mark_failed(Store *store, int64_t id, Reason reason, const char *detail, Instant at);
/* handed or begun → pending, not before next_try. */
int store_mark_retry(
        Store *store, int64_t id, Reason reason, const char *detail, Instant next_try, Instant at);
int store_mark_uncertain(Store *store, int64_t id, Reason reason, const char *detail, Instant at);
int store_mark_cancelled(Store *store, int64_t id, Reason reason);
/* uncertain → pending with the same Message-ID and texts (on_uncertain = resend). */
int store_mark_resend(Store *store, int64_t id);

/* A channel refused this address of this customer: not again until the contact changes (R4). */
int store_refuse_address(Store *store, int64_t customer, const char *channel, const char *address,
        const char *detail);
/* Whether a notice of the contact may still reach or has reached somebody: one is pending, handed,
 * begun, uncertain or sent. -ENOENT. */
int store_contact_is_hopeful(Store *store, int64_t contact, bool *ret_is_hopeful);
/* No route is left: what carries the lead's step, or is to be reconnected, stands aside (R4). */
int store_stand_aside(Store *store, int64_t contact);

typedef struct Task {
        const char *kind, *sentence, *commands; /* commands: one per line, {task}: its number */
        int64_t account, invoice, notice;       /* 0: none */
        int seq;                                /* 0: none */
} Task;
/* Opens a task unless the same (kind, account, invoice, seq, notice) is open. */
int store_open_task(Store *store, const Task *task, Instant at, bool *ret_is_new);
/* Closes an account's open tasks of the kinds that every wake asks for again and that are not among
 * those kept (same kind, invoice, seq): their cause is gone. */
int store_keep_tasks(Store *store, int64_t account, const Task *kept, size_t n, Instant at);
int store_close_task(Store *store, const char *kind, int64_t notice, Instant at);
/* Nobody is asked to call about what is paid, to adopt it or to hand it over. */
int store_close_paid_tasks(Store *store, int64_t account, Instant at);

#endif
