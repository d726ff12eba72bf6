/* SPDX-License-Identifier: MIT */
/*
 * Owns flight files from the moment their worker is gone. A file is read only under its lock, its
 * outcomes are committed, then it is removed: a crash in between reads it again, and what was
 * settled already is passed over. Fails as the store does; a file that cannot be read stays.
 */

#include "engine/recover.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "engine/settle.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/message-ids.h"

#define PATIENCE_USEC (300 * USEC_PER_SEC)

/* Notices of a channel that wait for flight files which some process still holds. */
struct Orphans {
        Orphans *next;
        char *channel;
        char **paths;
        FlightLog *logs; /* of the paths, while all are free */
        size_t n_paths;
        int64_t *notices;
        size_t n_notices;
        int64_t since_usec;
        bool is_overdue; /* said so */
};

static void orphans_free(Orphans *orphans)
{
        if (!orphans)
                return;
        for (size_t i = 0; i < orphans->n_paths; i++) {
                free(orphans->paths[i]);
                flight_log_release(&orphans->logs[i]);
        }
        free(orphans->channel);
        free(orphans->paths);
        free(orphans->logs);
        free(orphans->notices);
        free(orphans);
}
DEFINE_CLEANUP(Orphans, orphans_free)

static int orphans_new(const char *channel, Orphans **ret_orphans)
{
        _cleanup_(orphans_freep) Orphans *orphans = calloc(1, sizeof(*orphans));

        if (!orphans || !(orphans->channel = strdup(channel)))
                return -ENOMEM;
        orphans->since_usec = clock_monotonic_usec();
        *ret_orphans = TAKE_PTR(orphans);
        return 0;
}

static int orphans_add_path(Orphans *orphans, const char *path)
{
        size_t n = orphans->n_paths + 1;
        char **paths = reallocarray(orphans->paths, n, sizeof(*paths));

        if (!paths)
                return -ENOMEM;
        orphans->paths = paths;
        FlightLog *logs = reallocarray(orphans->logs, n, sizeof(*logs));
        if (!logs)
                return -ENOMEM;
        orphans->logs = logs;
        char *copy = strdup(path);
        if (!copy)
                return -ENOMEM;
        paths[n - 1] = copy;
        logs[n - 1] = FLIGHT_LOG_INIT;
        orphans->n_paths = n;
        return 0;
}

static int orphans_add_notice(Orphans *orphans, int64_t notice)
{
        int64_t *grown = reallocarray(orphans->notices, orphans->n_notices + 1, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        orphans->notices = grown;
        grown[orphans->n_notices++] = notice;
        return 0;
}

static void orphans_release_logs(Orphans *orphans)
{
        for (size_t i = 0; i < orphans->n_paths; i++)
                flight_log_release(&orphans->logs[i]);
}

/* What no worker of ours can have written is kept for a person to look at and tells nothing: what
 * had begun stays uncertain. */
static int set_aside(const Orphans *orphans, const char *path)
{
        const LogField fields[] = { { "CHANNEL", orphans->channel } };
        StrBuf aside = STRBUF_INIT;

        strbuf_addf(&aside, "%s.unreadable", path);
        int r = strbuf_error(&aside);
        if (r == 0 && rename(path, strbuf_text(&aside)) < 0)
                r = -errno;
        if (r == 0)
                log_record(LOG_ERR, NULL, fields, ELEMENTSOF(fields),
                        "%s is no flight file; it is set aside as %s", path, strbuf_text(&aside));
        strbuf_release(&aside);
        return r;
}

/* Takes the locks of all files, or of none. 0, FLIGHT_HELD, -errno. */
static int orphans_lock(Orphans *orphans)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < orphans->n_paths; i++) {
                r = flight_read(orphans->paths[i], &orphans->logs[i]);
                if (r == -EBADMSG)
                        r = set_aside(orphans, orphans->paths[i]);
                else if (r == -ENOENT)
                        r = 0;
        }
        if (r != 0)
                orphans_release_logs(orphans);
        return r;
}

/* What a flight file says counts, but for how long to wait: "not sent" may only mean that there was
 * no daemon any more to let it begin. */
static int settle_record(Dispatch *dispatch, const FlightRecord *record, const Now *now)
{
        if (record->kind == RELANCED_RETRY)
                return settle_unsent(dispatch->engine, record, now, &dispatch->journal);
        return settle_outcome(dispatch->engine, record, now, &dispatch->journal);
}

/* Begun, and surely not sent: whoever had it died before it could leave. */
static int settle_stayed(Dispatch *dispatch, int64_t notice, uint32_t attempt, const Now *now)
{
        const FlightRecord record = {
                .notice = (uint64_t)notice,
                .attempt = attempt,
                .kind = RELANCED_RETRY,
        };

        return settle_unsent(dispatch->engine, &record, now, &dispatch->journal);
}

/* One notice, by what the flight files say of it. */
static int settle_by_logs(
        Dispatch *dispatch, const FlightLog *logs, size_t n, int64_t id, const Now *now)
{
        Engine *engine = dispatch->engine;
        Arena arena = ARENA_INIT;
        Notice notice;

        int r = store_load_notice(engine->store, id, false, &arena, &notice);
        uint32_t attempt = r < 0 ? 0 : (uint32_t)notice.attempts + (notice.state == NOTICE_HANDED);
        arena_release(&arena);
        for (size_t i = 0; r == 0 && i < n; i++) {
                const FlightRecord *record = flight_find(&logs[i], (uint64_t)id, attempt);
                if (record)
                        r = settle_record(dispatch, record, now);
        }
        if (r == 0 && flight_proves_unsent(logs, n, (uint64_t)id, attempt))
                r = settle_stayed(dispatch, id, attempt, now);
        return r == 0 ? settle_lost(engine, id, now, &dispatch->journal) : r;
}

static int orphans_settle(Dispatch *dispatch, Orphans *orphans)
{
        Store *store = dispatch->engine->store;
        Now now = engine_now(dispatch->engine);

        int r = store_begin(store);
        for (size_t i = 0; r == 0 && i < orphans->n_notices; i++)
                r = settle_by_logs(
                        dispatch, orphans->logs, orphans->n_paths, orphans->notices[i], &now);
        if (r == 0)
                r = store_commit(store);
        if (r < 0) {
                store_rollback(store);
                journal_forget(&dispatch->journal);
                return r;
        }
        journal_write(&dispatch->journal, dispatch->engine);
        for (size_t i = 0; i < orphans->n_paths; i++)
                (void)unlink(orphans->paths[i]);
        dispatch->is_wanted = true;
        return 0;
}

static int64_t patience_usec(const Dispatch *dispatch, const Orphans *orphans)
{
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                const ChannelConfig *config = dispatch->outlets[i].config;
                if (streq(config->name, orphans->channel))
                        return config->timeout_s * USEC_PER_SEC;
        }
        return PATIENCE_USEC;
}

/* Says once that something is waited for that should be over. */
static void check_overdue(Dispatch *dispatch, Orphans *orphans, int64_t now_usec)
{
        const LogField fields[] = { { "CHANNEL", orphans->channel } };

        if (orphans->is_overdue ||
                now_usec - orphans->since_usec < patience_usec(dispatch, orphans))
                return;
        orphans->is_overdue = true;
        log_record(LOG_ERR, MESSAGE_WORKER_DIED, fields, ELEMENTSOF(fields),
                "channel %s: a process of an earlier worker still runs and holds %s; %zu messages "
                "wait for its end",
                orphans->channel, orphans->paths[0], orphans->n_notices);
}

int recover_poll(Dispatch *dispatch, int64_t now_usec)
{
        Orphans **at = &dispatch->orphans;
        int r;

        while (*at) {
                Orphans *orphans = *at;
                r = orphans_lock(orphans);
                if (r < 0)
                        return r;
                if (r == FLIGHT_HELD) {
                        check_overdue(dispatch, orphans, now_usec);
                        at = &orphans->next;
                        continue;
                }
                r = orphans_settle(dispatch, orphans);
                orphans_release_logs(orphans);
                if (r < 0)
                        return r;
                *at = orphans->next;
                orphans_free(orphans);
        }
        return 0;
}

bool recover_is_waiting(const Dispatch *dispatch, bool with_overdue)
{
        for (const Orphans *orphans = dispatch->orphans; orphans; orphans = orphans->next) {
                if (with_overdue || !orphans->is_overdue)
                        return true;
        }
        return false;
}

/* The group of a channel, made when it is missing. */
static int find_group(Dispatch *dispatch, const char *channel, Orphans **ret_orphans)
{
        Orphans *orphans = dispatch->orphans;

        while (orphans && !streq(orphans->channel, channel))
                orphans = orphans->next;
        if (!orphans) {
                int r = orphans_new(channel, &orphans);
                if (r < 0)
                        return r;
                orphans->next = dispatch->orphans;
                dispatch->orphans = orphans;
        }
        *ret_orphans = orphans;
        return 0;
}

static int found_flight(void *owner, const char *path, const char *channel)
{
        Dispatch *dispatch = owner;
        Orphans *orphans;

        int r = find_group(dispatch, channel, &orphans);
        return r == 0 ? orphans_add_path(orphans, path) : r;
}

static int sort_notice(Dispatch *dispatch, int64_t id)
{
        Arena arena = ARENA_INIT;
        Notice notice;
        Orphans *orphans = NULL;

        int r = store_load_notice(dispatch->engine->store, id, false, &arena, &notice);
        if (r == 0)
                r = find_group(dispatch, notice.channel, &orphans);
        if (r == 0)
                r = orphans_add_notice(orphans, id);
        arena_release(&arena);
        return r;
}

static int sort_notices(Dispatch *dispatch, NoticeState state)
{
        int64_t ids[256], after = 0;
        size_t n;
        int r;

        do {
                r = store_list_state(
                        dispatch->engine->store, state, after, ids, ELEMENTSOF(ids), &n);
                for (size_t i = 0; r == 0 && i < n; i++) {
                        r = sort_notice(dispatch, ids[i]);
                        after = ids[i];
                }
        } while (r == 0 && n > 0);
        return r;
}

int recover_start(Dispatch *dispatch)
{
        int r = folder_make(dispatch->folder, 0700);

        if (r == 0)
                r = flight_list(dispatch->folder, found_flight, dispatch);
        if (r == 0)
                r = sort_notices(dispatch, NOTICE_HANDED);
        if (r == 0)
                r = sort_notices(dispatch, NOTICE_BEGUN);
        return r == 0 ? recover_poll(dispatch, clock_monotonic_usec()) : r;
}

/* A message that was with a silent worker is tried again later, not at once. */
static int settle_late(Dispatch *dispatch, const Parcel *parcel, const Now *now)
{
        const FlightRecord record = {
                .notice = (uint64_t)parcel->notice,
                .attempt = parcel->attempt,
                .kind = RELANCED_RETRY,
                .detail = "the channel did not answer in time",
        };

        return settle_outcome(dispatch->engine, &record, now, &dispatch->journal);
}

/* What a worker had, by its flight file. A crash makes suspects of what it met and what had not
 * left; one that was alone too often is not tried again. */
static int settle_parcel(Dispatch *dispatch, const Worker *worker, const Parcel *parcel,
        const FlightLog *log, const Now *now)
{
        const FlightRecord *record = flight_find(log, (uint64_t)parcel->notice, parcel->attempt);
        const Suspect *suspect = dispatch_find_suspect(dispatch, parcel->notice);

        if (record)
                return settle_record(dispatch, record, now);
        if (parcel->has_left)
                return settle_lost(dispatch->engine, parcel->notice, now, &dispatch->journal);
        if (worker->is_late &&
                !dispatch->is_closing) /* where it may not begin, it need not answer */
                return settle_late(dispatch, parcel, now);
        if (worker->is_crash && suspect && suspect->n_crashes >= CRASHES_MAX - 1)
                return settle_poison(dispatch->engine, parcel->notice, now, &dispatch->journal);
        return settle_stayed(dispatch, parcel->notice, parcel->attempt, now);
}

int recover_worker(Dispatch *dispatch, Worker *worker, const Now *now, bool *ret_is_held)
{
        FlightLog log = FLIGHT_LOG_INIT;
        int r = worker->flight ? flight_read(worker->flight, &log) : 0;

        *ret_is_held = r == FLIGHT_HELD;
        if (r == -ENOENT || r == -EBADMSG) /* not there, or not what we made: it proves nothing */
                r = 0;
        for (size_t i = 0; i < worker->n_parcels; i++) {
                Parcel *parcel = &worker->parcels[i];
                parcel->has_left =
                        parcel->begun > 0 &&
                        !flight_proves_unsent(&log, 1, (uint64_t)parcel->notice, parcel->attempt);
        }
        for (size_t i = 0; r == 0 && i < worker->n_parcels; i++)
                r = settle_parcel(dispatch, worker, &worker->parcels[i], &log, now);
        flight_log_release(&log);
        return MIN(r, 0);
}

int recover_wait(Dispatch *dispatch, Worker *worker)
{
        Orphans *orphans;

        int r = orphans_new(worker->outlet->config->name, &orphans);
        if (r < 0)
                return r;
        orphans->next = dispatch->orphans;
        dispatch->orphans = orphans;
        r = orphans_add_path(orphans, worker->flight);
        for (size_t i = 0; r == 0 && i < worker->n_parcels; i++)
                r = orphans_add_notice(orphans, worker->parcels[i].notice);
        return r;
}

void recover_release(Dispatch *dispatch)
{
        while (dispatch->orphans) {
                Orphans *next = dispatch->orphans->next;
                orphans_free(dispatch->orphans);
                dispatch->orphans = next;
        }
}
