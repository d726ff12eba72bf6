/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_CHAIN_H
#define RELANCED_STORE_CHAIN_H

/*
 * The log as a proof: each thing that became of a notice (sent, failed, uncertain, retry) is an
 * entry, whose hash is the SHA-256 of the entry's record; a record names the hash of the entry
 * before it, and the digest of the message's own record, texts included. Who has one hash can tell
 * whether anything up to its entry was changed since. relanced-dossier(5) has the records' form.
 */

#include "base/strbuf.h"
#include "core/date.h"
#include "store/store.h"
#include "sys/file.h"

typedef struct ChainHead {
        int64_t n_entries;
        char hash[SHA256_TEXT_SIZE]; /* of the last one; 64 zeros where there is none */
} ChainHead;
int store_get_chain_head(Store *store, ChainHead *ret_head);

/* Numbers of the notices about an invoice, ascending. */
int store_list_notices_about(
        Store *store, int64_t invoice, int (*row)(void *owner, int64_t notice), void *owner);
/* An entry as who wants to prove something needs it. */
typedef struct ChainEntry {
        int64_t entry;
        const char *event, *previous, *hash, *record;
        Instant at; /* INSTANT_NONE: of before there was a chain */
} ChainEntry;
/* A notice's, oldest first; texts are valid during the call. A callback's non-zero result ends it
 * and is returned. */
int store_list_chain(Store *store, int64_t notice, int (*row)(void *owner, const ChainEntry *entry),
        void *owner);
/* The record of what a notice says; its SHA-256 stands in each of its entries. -ENOENT. */
int store_get_message_record(Store *store, int64_t notice, StrBuf *record);

/*
 * A walk over all of it, a few milliseconds at a time: that every entry has its hash, follows the
 * one before and still says what its notice and its texts say; and that nothing was sent without
 * an entry. It ends at the first thing that does not agree.
 */
typedef struct ChainWalk ChainWalk;
typedef struct ChainReport {
        ChainHead head;        /* up to where it agrees */
        int64_t entry, notice; /* what does not: 0 where there is none */
        const char *finding;   /* what is wrong with it, static text; NULL: nothing */
} ChainReport;
int store_walk_chain(Store *store, ChainWalk **ret_walk);
/* 1: there is more; 0: it is over and the report stands; -errno. */
int chain_walk_step(ChainWalk *walk);
const ChainReport *chain_walk_report(const ChainWalk *walk);
void chain_walk_free(ChainWalk *walk);
DEFINE_CLEANUP(ChainWalk, chain_walk_free)

#endif
