/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_DRAFT_H
#define RELANCED_ENGINE_DRAFT_H

/*
 * A planned notice on its way into the outbox: a Contact and a Notice per route, and what came to
 * light about its documents. Made without writing anything, so that a notice that cannot be made
 * leaves nothing behind; put into the store in one go.
 */

#include "engine/engine.h"

/* What a notice is made from. Everything must outlive the draft. */
typedef struct DraftSource {
        Engine *engine;
        const Account *account;
        const Planned *planned;
        const Now *now;
        bool is_forced;  /* a person's wish */
        bool is_preview; /* every route, open or closed */
        Arena *arena;
} DraftSource;

/* Why there can be no message. */
typedef struct DraftProblem {
        const char *kind;     /* of the task that tells: template, no-document, rate */
        const char *sentence; /* NULL: it is none of these that fails, but the store */
        int64_t invoice;      /* whose document or charges they are; 0: a template fails */
        int seq;
} DraftProblem;

/* A document that is left out and that a person has to look at (DESIGN 4.2). */
typedef struct DocumentFault {
        int64_t invoice;
        int seq;
        const char *sentence;
} DocumentFault;

/* A digest to remember for an invoice whose document was never attached before. */
typedef struct DocumentDigest {
        int64_t invoice;
        const char *sha256;
} DocumentDigest;

/* The forms of message that a document can be attached to. */
static inline bool form_takes_documents(Form form)
{
        return form == FORM_EMAIL || form == FORM_WHATSAPP;
}

typedef struct Draft {
        Contact contact;
        Notice *notices;
        size_t n_notices;
        DocumentFault *faults;
        size_t n_faults, n_tasks; /* of the faults, those that draft_put() opened a task for */
        DocumentDigest *digests;
        size_t n_digests;
} Draft;

/* Makes the texts, writes nothing. -ENOENT, -EINVAL: a template fails; -ENODATA: a document that is
 * to be attached cannot be, or charges that are to be told lack a rate (R24): the notice waits for
 * it. Then *ret_problem says why. -EAGAIN: the dossier that goes with it is still to be made. */
int draft_make(const DraftSource *source, Draft *ret_draft, DraftProblem *ret_problem);

/* One message more for a contact that exists: another alternative of a route. -EAGAIN: its channel
 * does not open any more today. */
int draft_make_alternative(const DraftSource *source, const Contact *contact, unsigned route,
        unsigned alternative, Notice *ret_notice, const char **ret_problem);

/* Puts it into the outbox; needs the caller's transaction. 0, OUTBOX_DUPLICATE or -errno. */
int draft_put(const DraftSource *source, Draft *draft);
/* The same in a transaction of its own, and told in the log. */
int draft_queue(const DraftSource *source, Draft *draft);

/* Where a message of it goes: to the agency or lawyer it hands over to, else to the customer. */
const char *draft_address(const Account *account, const Planned *planned, const Channel *channel);

/* Random, so that nobody can tell from it how many notices there are, and unique for good. NULL:
 * there is no memory, or no randomness. */
const char *draft_message_id(const Config *config, Arena *arena);

#endif
