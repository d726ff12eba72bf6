/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_INBOX_H
#define RELANCED_MAIN_INBOX_H

/*
 * Files of facts that are dropped into the state folder's inbox/: picked up once nobody has written
 * to them for a moment, imported together (customers, invoices, payments), then moved to done/, or
 * to failed/ with NAME.problems.txt beside it. Hidden names and those of unfinished downloads
 * (".part", ".tmp", ".crdownload", "~") are left alone. What cannot be moved is not imported twice.
 */

#include "engine/engine.h"

typedef struct Inbox Inbox;

/* Makes the folders, watches them on the engine's loop and picks up what is there. -errno. */
int inbox_new(Engine *engine, Inbox **ret_inbox);
void inbox_free(Inbox *inbox);
DEFINE_CLEANUP(Inbox, inbox_free)

/* Nothing that was dropped is still to be imported: a wake waits for that, so that it knows of
 * every payment that is there. */
bool inbox_is_idle(const Inbox *inbox);
/* Called when it has become idle again. */
void inbox_on_idle(Inbox *inbox, void (*call)(void *owner), void *owner);
/* Begins nothing new; what is under way is undone by the free. */
void inbox_close(Inbox *inbox);

/* Files that wait, and files in failed/. */
void inbox_count(const Inbox *inbox, size_t *ret_n_waiting, size_t *ret_n_failed);

#endif
