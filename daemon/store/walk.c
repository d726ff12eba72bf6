/* SPDX-License-Identifier: MIT */
/*
 * Owns the check of the log's chain, a page at a time: entries in their order, then notices that
 * have none. Never writes, never repairs. What it finds names entries and notices by number only.
 */

#include <errno.h>

#include "store/chain.h"
#include "store/outbox.h"
#include "store/record.h"
#include "sys/file.h"

#define ENTRIES_PER_STEP 64
#define NOTICES_PER_STEP 1024

struct ChainWalk {
        Store *store;
        int64_t last;   /* entries up to here: what comes later is the next walk's */
        int64_t notice; /* looked at, of those without an entry; -1: still among entries */
        ChainReport report;
};

static int found(ChainWalk *walk, const Entry *entry, int64_t notice, const char *finding)
{
        walk->report.entry = entry ? entry->entry : 0;
        walk->report.notice = notice;
        walk->report.finding = finding;
        return 0;
}

/* 1: the notice's record has this digest. */
static int has_digest(Store *store, int64_t notice, const char *digest)
{
        _cleanup_(strbuf_release) StrBuf record = STRBUF_INIT;
        char now[SHA256_TEXT_SIZE];
        int r = record_message(store, notice, &record);

        if (r < 0)
                return r == -ENOENT ? 0 : r;
        bytes_sha256(strbuf_text(&record), record.length, now);
        return digest && streq(now, digest);
}

/* What its last entry says is what the notice says; it may have gone on since a try that did not
 * end it. */
static int is_told(Store *store, const Entry *entry)
{
        int64_t one;

        return db_integers(store,
                "select 1 from notice n where n.id = ?1 and n.digest = ?8 and ("
                "exists (select 1 from chain e where e.notice = ?1 and e.entry > ?9) "
                "or (?2 in ('retry', 'uncertain') and n.state in (0, 1, 2, 6)) "
                "or (n.state = iif(?2 = 'sent', 3, iif(?2 = 'failed', 4, iif(?2 = 'uncertain', "
                "5, -1))) and n.begun_at is ?3 and n.attempts = ?4 and n.reason = ?5 "
                "and n.reference is ?6 and (n.state <> 3 or n.sent_at is ?3) "
                "and (n.state = 3 or n.detail = ?7) "
                "and (n.state <> 3 or ?10 is null or n.ended_at = ?10)))",
                VALUES(INT(entry->notice), TEXT(entry->event), TIME(entry->begun),
                        INT(entry->attempt), TEXT(entry->reason), TEXT(entry->reference),
                        TEXT(entry->detail), TEXT(entry->message), INT(entry->entry),
                        TIME(entry->at)),
                &one, 1);
}

static int check_entry(ChainWalk *walk, const Entry *entry, const char *hash)
{
        _cleanup_(strbuf_release) StrBuf record = STRBUF_INIT;
        ChainHead *head = &walk->report.head;
        char now[SHA256_TEXT_SIZE];

        if (entry->entry != head->n_entries + 1)
                return found(walk, entry, entry->notice,
                        entry->entry > 0 ? "an entry before it is missing"
                                         : "an entry about it is from before the log began");
        record_entry(entry, head->hash, &record);
        int r = strbuf_error(&record);
        if (r < 0)
                return r;
        bytes_sha256(strbuf_text(&record), record.length, now);
        if (!streq(now, hash))
                return found(walk, entry, entry->notice, "it is not what its hash was made of");
        r = has_digest(walk->store, entry->notice, entry->message);
        if (r == 0)
                return found(walk, entry, entry->notice,
                        "the message, or what it was about, is not what it was then");
        if (r > 0)
                r = is_told(walk->store, entry);
        if (r == 0)
                return found(
                        walk, entry, entry->notice, "the notice does not say what became of it");
        if (r < 0)
                return r;
        head->n_entries = entry->entry;
        memcpy(head->hash, now, sizeof(now));
        return 0;
}

/* 1: more entries, or notices to come; 0: something was found. */
static int walk_entries(ChainWalk *walk)
{
        ROWS(rows);
        Entry entry;
        int64_t done = walk->report.head.n_entries;
        int n = 0;
        int r = rows_open(&rows, walk->store,
                SELECT_ENTRIES "where e.entry > ? and e.entry <= ? order by e.entry limit ?",
                VALUES(INT(done > 0 ? done : INT64_MIN), INT(walk->last), INT(ENTRIES_PER_STEP)));

        while (r == 0 && !walk->report.finding && (r = rows_next(&rows)) > 0) {
                (void)record_read_entry(&rows, &entry);
                r = check_entry(walk, &entry, row_text(&rows, ENTRY_HASH));
                n++;
        }
        if (r < 0)
                return r;
        if (n < ENTRIES_PER_STEP)
                walk->notice = 0;
        return !walk->report.finding;
}

static int check_untold(ChainWalk *walk, const Rows *rows)
{
        int64_t notice = row_integer(rows, 0), state = row_integer(rows, 1);
        bool has_ended =
                state == NOTICE_SENT || state == NOTICE_FAILED || state == NOTICE_UNCERTAIN;

        if (has_ended)
                return found(walk, NULL, notice, "no entry says what became of it");
        int r = has_digest(walk->store, notice, row_text(rows, 2));
        return r == 0 ? found(walk, NULL, notice, "its message is not what was decided")
                      : MIN(r, 0);
}

static int walk_notices(ChainWalk *walk)
{
        int64_t last = walk->notice + NOTICES_PER_STEP, newest;
        ROWS(rows);
        int r = db_integers(walk->store, "select max(id) from notice", NO_VALUES, &newest, 1);

        if (r > 0)
                r = rows_open(&rows, walk->store,
                        "select n.id, n.state, n.digest from notice n "
                        "where n.id > ? and n.id <= ? "
                        "and not exists (select 1 from chain e where e.notice = n.id) "
                        "order by n.id",
                        VALUES(INT(walk->notice), INT(last)));
        while (r == 0 && !walk->report.finding && (r = rows_next(&rows)) > 0)
                r = check_untold(walk, &rows);
        walk->notice = last;
        return r < 0 ? r : !walk->report.finding && last < newest;
}

int store_walk_chain(Store *store, ChainWalk **ret_walk)
{
        ChainHead head;
        int r = store_get_chain_head(store, &head);

        if (r < 0)
                return r;
        ChainWalk *walk = malloc(sizeof(*walk));
        if (!walk)
                return -ENOMEM;
        *walk = (ChainWalk){ .store = store, .last = head.n_entries, .notice = -1 };
        memset(walk->report.head.hash, '0', sizeof(walk->report.head.hash) - 1);
        *ret_walk = walk;
        return 0;
}

int chain_walk_step(ChainWalk *walk)
{
        return walk->notice < 0 ? walk_entries(walk) : walk_notices(walk);
}

const ChainReport *chain_walk_report(const ChainWalk *walk)
{
        return &walk->report;
}

void chain_walk_free(ChainWalk *walk)
{
        free(walk);
}
