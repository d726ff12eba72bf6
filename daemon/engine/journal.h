/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_JOURNAL_H
#define RELANCED_ENGINE_JOURNAL_H

/*
 * Log records about notices, kept back until the transaction that made them true is committed: a
 * record never tells of something that was rolled back. Fields come from the store, without any
 * personal data (DESIGN 4.5). Whoever follows the log is told of the same notices.
 */

#include "base/arena.h"
#include "engine/draft.h"
#include "store/report.h"

typedef struct JournalEntry {
        struct JournalEntry *next;
        int priority;
        const char *message_id;
        int64_t notice;    /* 0: none */
        const LogRow *row; /* of the notice; NULL: the store has it */
        const char *customer, *invoice, *channel, *reason; /* without a notice; or NULL */
        const char *text;
} JournalEntry;

typedef struct Journal {
        Arena arena;
        JournalEntry *first, **last;
} Journal;

/* About a notice: NOTICE INVOICE CUSTOMER CHANNEL STEP STATE REASON are read when it is written. */
void journal_notice(
        Journal *journal, int priority, const char *message_id, int64_t notice, const char *text);
/* The same of each notice of a draft that draft_put() has put into the outbox: queued. The draft
 * knows all there is to tell, so that the store is not asked for what it was given just now. */
void journal_queued(Journal *journal, const DraftSource *source, const Draft *draft);
/* About anything else. next, notice and row of the entry are ignored; texts are copied. */
void journal_other(Journal *journal, const JournalEntry *entry);

/* Writes what was kept back, to be called after the commit. */
void journal_write(Journal *journal, Engine *engine);
/* Forgets it, after a rollback. */
void journal_forget(Journal *journal);
void journal_release(Journal *journal);

#endif
