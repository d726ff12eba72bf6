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

/* Something about a document that a person has to look at (DESIGN 4.2). */
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

typedef struct Draft {
        Contact contact;
        Notice *notices;
        size_t n_notices;
        DocumentFault *faults;
        size_t n_faults;
        DocumentDigest *digests;
        size_t n_digests;
} Draft;

/* Makes the texts, writes nothing. -ENOENT, -EINVAL: none can be made, *ret_problem says why. */
int draft_make(const DraftSource *source, Draft *ret_draft, const char **ret_problem);

/* One message more for a contact that exists: another alternative of a route. A document that is no
 * longer what was attached is left out. */
int draft_make_alternative(const DraftSource *source, const Contact *contact, unsigned route,
        unsigned alternative, Notice *ret_notice, const char **ret_problem);

/* Puts it into the outbox; needs the caller's transaction. 0, OUTBOX_DUPLICATE or -errno. */
int draft_put(const DraftSource *source, Draft *draft);

#endif
