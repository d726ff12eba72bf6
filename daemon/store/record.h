/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_RECORD_H
#define RELANCED_STORE_RECORD_H

/*
 * Private to store/: the texts that digests are made of. A record is lines "name value" in a fixed
 * order, UTF-8; what is not there has no line, and a backslash, a newline and a carriage return
 * within a value are written \\, \n and \r. relanced-dossier(5) describes both records; what is
 * once written never changes, another version has another first line.
 */

#include "base/strbuf.h"
#include "store/database.h"

/* Of what a notice says and to whom: its texts by their SHA-256. -ENOENT. */
int record_message(Store *store, int64_t notice, StrBuf *record);

/* An entry of the chain; detail "" and reference NULL where there is none. */
typedef struct Entry {
        int64_t entry, notice, attempt;
        const char *event, *reason, *reference, *detail;
        Instant at, begun;
        const char *message; /* digest of the record above */
} Entry;
/* For listings of entries: what stands before "where"; reading a row gives the hash of the entry
 * before, or NULL, and the row's own is its column ENTRY_HASH. Texts are the row's. */
#define SELECT_ENTRIES                                                                             \
        "select e.entry, e.notice, e.event, e.at, e.begun, e.attempt, e.reason, e.reference, "     \
        "e.detail, e.message, e.hash, p.hash from chain e "                                        \
        "left join chain p on p.entry = e.entry - 1 "
#define ENTRY_HASH 10
const char *record_read_entry(const Rows *rows, Entry *ret_entry);
/* previous: the hash of the entry before; of the first one, 64 zeros. */
void record_entry(const Entry *entry, const char *previous, StrBuf *record);

#endif
