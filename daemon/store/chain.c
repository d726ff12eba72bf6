/* SPDX-License-Identifier: MIT */
/*
 * Owns the entries of the log's chain: how one is added, in the transaction of what it tells, and
 * how they are read back. Never changes one, and never looks at a whole text when something is
 * sent: the digest of a message is made when its texts are.
 */

#include "store/chain.h"

#include <errno.h>

#include "store/append.h"
#include "store/outbox.h"
#include "store/record.h"
#include "sys/file.h"

static const char no_hash[SHA256_TEXT_SIZE] =
        "0000000000000000000000000000000000000000000000000000000000000000";

int store_get_chain_head(Store *store, ChainHead *ret_head)
{
        ChainHead head = { 0 };
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select entry, hash from chain where entry = (select max(entry) from chain)",
                NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r < 0)
                return r;
        const char *hash = r > 0 ? row_text(&rows, 1) : no_hash;
        head.n_entries = r > 0 ? row_integer(&rows, 0) : 0;
        if (strlen(hash) != sizeof(head.hash) - 1)
                return -EUCLEAN;
        memcpy(head.hash, hash, sizeof(head.hash));
        *ret_head = head;
        return 0;
}

int store_get_message_record(Store *store, int64_t notice, StrBuf *record)
{
        return record_message(store, notice, record);
}

static int digest_of(StrBuf *record, char digest[static SHA256_TEXT_SIZE])
{
        int r = strbuf_error(record);

        if (r == 0)
                bytes_sha256(strbuf_text(record), record->length, digest);
        return r;
}

int chain_note_message(Store *store, int64_t notice)
{
        _cleanup_(strbuf_release) StrBuf record = STRBUF_INIT;
        char digest[SHA256_TEXT_SIZE];
        int r = record_message(store, notice, &record);

        if (r == 0)
                r = digest_of(&record, digest);
        if (r < 0)
                return r == -ENOENT ? -EUCLEAN : r;
        return db_run(store, "update notice set digest = ? where id = ?",
                VALUES(TEXT(digest), INT(notice)));
}

static int insert_entry(Store *store, const Entry *entry, const char *previous)
{
        _cleanup_(strbuf_release) StrBuf record = STRBUF_INIT;
        char hash[SHA256_TEXT_SIZE];

        record_entry(entry, previous, &record);
        int r = digest_of(&record, hash);
        if (r < 0)
                return r;
        return db_run(store,
                "insert into chain (entry, notice, event, at, begun, attempt, reason, reference, "
                "detail, message, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                VALUES(INT(entry->entry), INT(entry->notice), TEXT(entry->event), TIME(entry->at),
                        TIME(entry->begun), INT(entry->attempt), TEXT(entry->reason),
                        TEXT(entry->reference), TEXT(entry->detail), TEXT(entry->message),
                        TEXT(hash)));
}

/* What an earlier try was told is not said of the one that sent it. */
int chain_append(Store *store, int64_t notice, const char *event, Instant at)
{
        ChainHead head;
        ROWS(rows);
        int r = store_get_chain_head(store, &head);

        if (r == 0)
                r = rows_open(&rows, store,
                        "select begun_at, attempts, reason, reference, "
                        "iif(state = 3, '', detail), digest from notice where id = ?",
                        VALUES(INT(notice)));
        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        const Entry entry = {
                .entry = head.n_entries + 1,
                .notice = notice,
                .event = event,
                .at = at,
                .begun = row_instant(&rows, 0),
                .attempt = row_integer(&rows, 1),
                .reason = row_text(&rows, 2),
                .reference = row_text(&rows, 3),
                .detail = row_text(&rows, 4),
                .message = row_text(&rows, 5),
        };
        return entry.message ? insert_entry(store, &entry, head.hash) : -EUCLEAN;
}

/* Every notice gets its digest; those that have come to an end, an entry in the order of their
 * numbers: when it happened stands in it, but not when it was written down. */
int chain_upgrade(Store *store)
{
        int64_t notice[2] = { 0, 0 };
        int r;

        while ((r = db_integers(store,
                        "select id, state from notice where id > ? order by id limit 1",
                        VALUES(INT(notice[0])), notice, 2)) > 0) {
                r = chain_note_message(store, notice[0]);
                if (r == 0 && (notice[1] == NOTICE_SENT || notice[1] == NOTICE_FAILED ||
                                      notice[1] == NOTICE_UNCERTAIN))
                        r = chain_append(
                                store, notice[0], notice_state_names[notice[1]], INSTANT_NONE);
                if (r < 0)
                        return r;
        }
        return r;
}

int store_list_notices_about(
        Store *store, int64_t invoice, int (*row)(void *owner, int64_t notice), void *owner)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select distinct n.id from contact_line l "
                "cross join notice n on n.contact = l.contact where l.invoice = ? order by n.id",
                VALUES(INT(invoice)));

        while (r == 0 && (r = rows_next(&rows)) > 0)
                r = row(owner, row_integer(&rows, 0));
        return r;
}

int store_list_chain(
        Store *store, int64_t notice, int (*row)(void *owner, const ChainEntry *entry), void *owner)
{
        _cleanup_(strbuf_release) StrBuf record = STRBUF_INIT;
        ROWS(rows);
        Entry entry;
        int r = rows_open_private(&rows, store,
                SELECT_ENTRIES "where e.notice = ? order by e.entry", VALUES(INT(notice)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const char *previous = record_read_entry(&rows, &entry);
                strbuf_truncate(&record, 0);
                record_entry(&entry, previous ? previous : no_hash, &record);
                r = strbuf_error(&record);
                const ChainEntry given = {
                        .entry = entry.entry,
                        .event = entry.event,
                        .previous = previous ? previous : no_hash,
                        .hash = row_text(&rows, ENTRY_HASH),
                        .record = strbuf_text(&record),
                        .at = entry.at,
                };
                if (r == 0)
                        r = row(owner, &given);
        }
        return r;
}
