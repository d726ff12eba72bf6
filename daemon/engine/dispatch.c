/* SPDX-License-Identifier: MIT */
/*
 * Owns the turn (DESIGN 5.3): all that workers said since the last one becomes one transaction, and
 * only after its commit is any of them told to go. When the store cannot record, everything that
 * asks is told no, what was finished is kept, and nothing is handed out until writing works again.
 */

#include "engine/dispatch.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "engine/outlet.h"
#include "engine/protocol.h"
#include "engine/recheck.h"
#include "engine/recover.h"
#include "engine/settle.h"
#include "engine/workers.h"
#include "sys/log.h"
#include "sys/message-ids.h"

#define ORPHAN_POLL_USEC (USEC_PER_SEC / 4)
#define RESUME_USEC USEC_PER_SEC
#define RESUME_LONGEST_USEC (60 * USEC_PER_SEC)
#define ACCURACY_USEC 1000

void dispatch_request_turn(Dispatch *dispatch)
{
        if (dispatch->turn)
                (void)sd_event_source_set_enabled(dispatch->turn, SD_EVENT_ONESHOT);
}

int dispatch_add_word(Dispatch *dispatch, const Word *word)
{
        if (dispatch->n_words == dispatch->n_words_room) {
                size_t room = MAX(dispatch->n_words_room * 2, (size_t)64);
                Word *grown = reallocarray(dispatch->words, room, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                dispatch->words = grown;
                dispatch->n_words_room = room;
        }
        dispatch->words[dispatch->n_words++] = *word;
        dispatch_request_turn(dispatch);
        return 0;
}

static int cancel(Dispatch *dispatch, const Notice *notice, Reason reason, const Now *now)
{
        Store *store = dispatch->engine->store;
        int r = 0;

        if (notice->state == NOTICE_BEGUN) /* it is still at its worker, who asks again */
                r = store_mark_retry(
                        store, notice->id, REASON_RETRY, NULL, INSTANT_NONE, now->instant);
        if (r == 0)
                r = store_mark_cancelled(store, notice->id, reason);
        if (r == 0)
                journal_notice(&dispatch->journal, LOG_INFO, MESSAGE_NOTICE_CANCELLED, notice->id,
                        "cancelled at the moment of sending");
        if (reason == REASON_OUTSIDE_WINDOW || reason == REASON_DAY_OVER)
                dispatch->engine->has_lapsed = true;
        return r;
}

/* Whether the question is about the attempt that the notice is at: to be begun, or begun and asked
 * about once more, because the first answer has grown old. */
static bool is_current(const Notice *notice, uint32_t attempt)
{
        if (notice->state == NOTICE_HANDED)
                return (uint32_t)notice->attempts + 1 == attempt;
        return notice->state == NOTICE_BEGUN && (uint32_t)notice->attempts == attempt;
}

/* What begins makes of a fresh store one that has sent, whoever queued it and whatever was killed
 * since. One that is of the other kind sends nothing. */
static int mark_begun(Engine *engine, int64_t notice, const Now *now)
{
        bool is_simulated = clock_is_simulated(&engine->clock);

        int r = store_set_mode(engine->store, is_simulated ? STORE_SIMULATED : STORE_REAL);
        return r < 0 ? r : store_mark_begun(engine->store, notice, now->instant);
}

/* R9 and the begun state, which the commit makes durable before anybody is told. */
static int record_begin(Dispatch *dispatch, Word *word, const Now *now, Arena *arena)
{
        Engine *engine = dispatch->engine;
        Notice notice;
        Contact contact;
        Reason reason;

        word->is_go = false;
        if (word->worker->state >= WORKER_STOPPING)
                return 0;
        int r = store_load_notice(
                engine->store, (int64_t)word->record.notice, false, arena, &notice);
        if (r < 0)
                return r;
        if (!is_current(&notice, word->record.attempt))
                return 0;
        r = store_load_contact(engine->store, notice.contact, arena, &contact);
        if (r < 0)
                return r;
        const Recheck recheck = { &notice, &contact, now, true, arena };
        r = recheck_notice(engine, &recheck, &reason);
        if (r == RECHECK_CANCEL)
                return cancel(dispatch, &notice, reason, now);
        if (r == 0 && notice.state == NOTICE_HANDED)
                r = mark_begun(engine, notice.id, now);
        word->is_go = r == 0;
        return r;
}

/* Surely not sent because dispatch closes or the store could not record it, which is no fault of
 * its channel. */
static bool was_turned_away(const Dispatch *dispatch, const Word *word)
{
        const FlightRecord *record = &word->record;
        const Parcel *parcel = worker_find_parcel(word->worker, record->notice, record->attempt);

        return (dispatch->is_closing || (parcel && parcel->is_refused)) && !word->is_go &&
               record->kind == RELANCED_RETRY && record->retry_after_s == 0;
}

static int record_finish(Dispatch *dispatch, const Word *word, const Now *now)
{
        if (was_turned_away(dispatch, word))
                return settle_unsent(dispatch->engine, &word->record, now, &dispatch->journal);
        return settle_outcome(dispatch->engine, &word->record, now, &dispatch->journal);
}

static int record_words(Dispatch *dispatch, const Now *now)
{
        Arena arena = ARENA_INIT;
        int r = 0;

        for (size_t i = 0; r == 0 && i < dispatch->n_words; i++) {
                if (dispatch->words[i].is_finish)
                        r = record_finish(dispatch, &dispatch->words[i], now);
        }
        for (size_t i = 0; r == 0 && i < dispatch->n_words; i++) {
                arena_reset(&arena);
                if (!dispatch->words[i].is_finish)
                        r = record_begin(dispatch, &dispatch->words[i], now, &arena);
        }
        arena_release(&arena);
        return r;
}

static int record_gone(Dispatch *dispatch, const Now *now)
{
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers; worker; worker = worker->next) {
                        if (worker->state != WORKER_GONE)
                                continue;
                        int r = recover_worker(dispatch, worker, now, &worker->is_held);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static int record(Dispatch *dispatch)
{
        Store *store = dispatch->engine->store;
        Now now = engine_now(dispatch->engine);

        int r = store_begin(store);
        if (r == 0)
                r = record_words(dispatch, &now);
        if (r == 0)
                r = record_gone(dispatch, &now);
        if (r == 0)
                r = outlets_put_alerts(dispatch, &now);
        if (r == 0)
                r = store_commit(store);
        if (r < 0) {
                store_rollback(store);
                journal_forget(&dispatch->journal);
                return r;
        }
        journal_write(&dispatch->journal, dispatch->engine);
        outlets_clear_alerts(dispatch);
        return 0;
}

static void answer(const Word *word, bool is_go)
{
        Worker *worker = word->worker;
        Parcel *parcel = worker_find_parcel(worker, word->record.notice, word->record.attempt);
        const Packet packet = {
                .type = PACKET_ANSWER,
                .notice = word->record.notice,
                .attempt = word->record.attempt,
                .is_go = is_go,
        };

        worker->progress_usec = clock_monotonic_usec();
        if (parcel && is_go)
                worker_begin_parcel(worker, parcel);
        if (worker->state < WORKER_STOPPING && packet_ship(worker->fd, &packet, NULL, 0) < 0)
                worker_kill(worker, false);
}

/* Whether an outcome shows that its channel works: something was done with the message, and not
 * before the channel went down. */
static bool shows_life(const Outlet *outlet, const Parcel *parcel)
{
        return parcel && parcel->begun > 0 && (!outlet->is_down || parcel->is_probe);
}

/* What an outcome says of its channel as a whole. */
static void note_outcome(Outlet *outlet, const FlightRecord *record, const Parcel *parcel)
{
        outlet->n_deaths = 0;
        switch (record->kind) {
        case RELANCED_SENT:
        case RELANCED_REFUSED_ADDRESS:
        case RELANCED_REFUSED_MESSAGE:
        case RELANCED_UNCERTAIN:
                if (shows_life(outlet, parcel))
                        outlet_up(outlet);
                break;
        case RELANCED_CHANNEL_DOWN:
                outlet_down(outlet, record->retry_after_s,
                        *record->detail ? record->detail : "it says so itself");
                break;
        case RELANCED_RETRY:
                if (outlet->is_down)
                        outlet_down(outlet, record->retry_after_s, "");
                break;
        }
}

static void finish_parcel(Dispatch *dispatch, const Word *word)
{
        Worker *worker = word->worker;
        Parcel *parcel = worker_find_parcel(worker, word->record.notice, word->record.attempt);

        note_outcome(worker->outlet, &word->record, parcel);
        if (parcel)
                worker_remove_parcel(worker, parcel);
        dispatch_clear_suspect(dispatch, (int64_t)word->record.notice);
}

/* Who was with a worker that crashed is suspected, unless it had left and is uncertain now. */
static void note_crash(Dispatch *dispatch, const Worker *worker)
{
        for (size_t i = 0; worker->is_crash && i < worker->n_parcels; i++) {
                Suspect *suspect = dispatch_find_suspect(dispatch, worker->parcels[i].notice);
                if (worker->parcels[i].has_left)
                        continue;
                if (suspect)
                        suspect->n_crashes++;
                else
                        (void)dispatch_add_suspect(dispatch, worker->parcels[i].notice);
        }
}

/* After the commit: their messages are settled, or wait for the flight file. */
static void bury_workers(Dispatch *dispatch)
{
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers, *next; worker; worker = next) {
                        next = worker->next;
                        if (worker->state != WORKER_GONE)
                                continue;
                        if (worker->is_held) {
                                if (recover_wait(dispatch, worker) < 0)
                                        continue;
                        } else if (worker->flight) {
                                (void)unlink(worker->flight);
                        }
                        note_crash(dispatch, worker);
                        worker_free(worker);
                        dispatch->is_wanted = true;
                }
        }
}

static void tell(Dispatch *dispatch)
{
        for (size_t i = 0; i < dispatch->n_words; i++) {
                const Word *word = &dispatch->words[i];
                if (word->is_finish) {
                        finish_parcel(dispatch, word);
                        dispatch->is_wanted = true;
                } else {
                        answer(word, word->is_go);
                }
        }
        dispatch->n_words = 0;
        bury_workers(dispatch);
}

void dispatch_refuse_words(Dispatch *dispatch)
{
        size_t n = 0;

        for (size_t i = 0; i < dispatch->n_words; i++) {
                const Word *word = &dispatch->words[i];
                if (word->is_finish) {
                        dispatch->words[n++] = *word;
                        continue;
                }
                Parcel *parcel =
                        worker_find_parcel(word->worker, word->record.notice, word->record.attempt);
                if (parcel)
                        parcel->is_refused = true;
                answer(word, false);
        }
        dispatch->n_words = n;
}

static void stop(Dispatch *dispatch, int error)
{
        int64_t wait = RESUME_USEC << MIN(dispatch->n_stops, 6U);

        dispatch->resume_usec = clock_monotonic_usec() + MIN(wait, RESUME_LONGEST_USEC);
        dispatch->stop_error = error;
        dispatch->n_stops++;
        if (!dispatch->is_stopped)
                log_record(LOG_CRIT, MESSAGE_DISPATCH_STOPPED, NULL, 0,
                        "nothing is sent any more: the store cannot record it: %s",
                        strerror(-error));
        dispatch->is_stopped = true;
}

/* Everything that was kept is recorded, and new messages have been handed out. */
static void resume(Dispatch *dispatch)
{
        log_notice("the store can record again, sending goes on");
        dispatch->is_stopped = false;
        dispatch->n_stops = 0;
}

bool dispatch_has_news(const Dispatch *dispatch)
{
        if (dispatch->n_words > 0)
                return true;
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                const Outlet *outlet = &dispatch->outlets[i];
                if (outlet->alert || outlet->is_task_over)
                        return true;
                for (const Worker *worker = outlet->workers; worker; worker = worker->next) {
                        if (worker->state == WORKER_GONE)
                                return true;
                }
        }
        return false;
}

static void run_turn(Dispatch *dispatch)
{
        bool was_stopped = dispatch->is_stopped;
        int r = 0;

        if (was_stopped && clock_monotonic_usec() < dispatch->resume_usec) {
                dispatch_refuse_words(dispatch);
                return;
        }
        if (was_stopped || dispatch_has_news(dispatch)) {
                r = record(dispatch);
                if (r == 0)
                        tell(dispatch);
        }
        if (r == 0 && (was_stopped || dispatch->is_wanted)) {
                dispatch->is_wanted = false;
                r = dispatch->is_closing ? 0 : dispatch_hand_out(dispatch);
        }
        if (r < 0) {
                stop(dispatch, r);
                dispatch_refuse_words(dispatch);
        } else if (was_stopped) {
                resume(dispatch);
        }
}

/* When a notice that waits for its time is ready; never, with a clock that stands still or where
 * nothing is handed out any more. */
static int64_t next_ready_usec(Dispatch *dispatch, int64_t now_usec)
{
        Instant now = clock_now(&dispatch->engine->clock), next;

        if (dispatch->is_closing || clock_is_simulated(&dispatch->engine->clock) ||
                store_next_ready(dispatch->engine->store, now, &next) < 0 || !instant_is_set(next))
                return INT64_MAX;
        return now_usec + MIN(next.usec - now.usec, 3600 * USEC_PER_SEC);
}

/* One timer, for whatever comes first. */
static void arm(Dispatch *dispatch)
{
        int64_t now_usec = clock_monotonic_usec(), next = next_ready_usec(dispatch, now_usec);

        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                const Outlet *outlet = &dispatch->outlets[i];
                for (const Worker *worker = outlet->workers; worker; worker = worker->next)
                        next = MIN(next, worker_next_check(worker));
                if (outlet->again_usec > 0 && !dispatch->is_stopped && !dispatch->is_closing)
                        next = MIN(next, outlet->again_usec);
        }
        if (dispatch->is_stopped)
                next = MIN(next, dispatch->resume_usec);
        if (dispatch->orphans)
                next = MIN(next, now_usec + ORPHAN_POLL_USEC);
        (void)sd_event_source_set_time(dispatch->timer, (uint64_t)next);
        (void)sd_event_source_set_enabled(
                dispatch->timer, next == INT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_turn(sd_event_source *source, void *owner)
{
        Dispatch *dispatch = owner;

        dispatch->engine->doing = "sending";
        run_turn(dispatch);
        arm(owner);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *owner)
{
        Dispatch *dispatch = owner;
        int64_t now_usec = clock_monotonic_usec();

        dispatch->engine->doing = "looking after workers";
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers, *next; worker; worker = next) {
                        next = worker->next;
                        worker_check_time(worker, now_usec);
                }
        }
        int r = dispatch->is_stopped ? 0 : recover_poll(dispatch, now_usec);
        if (r < 0)
                stop(dispatch, r);
        dispatch->is_wanted = true;
        run_turn(dispatch);
        arm(dispatch);
        return 0;
}

static int add_sources(Dispatch *dispatch)
{
        sd_event *event = dispatch->engine->event;

        int r = sd_event_add_time(
                event, &dispatch->timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, on_timer, dispatch);
        if (r >= 0)
                r = sd_event_source_set_enabled(dispatch->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(event, &dispatch->turn, on_turn, dispatch);
        if (r >= 0)
                r = sd_event_source_set_enabled(dispatch->turn, SD_EVENT_OFF);
        return r < 0 ? r : sd_event_source_set_priority(dispatch->turn, PRIORITY_WORK);
}

static int add_outlets(Dispatch *dispatch)
{
        const Config *config = dispatch->engine->config;

        dispatch->outlets = calloc(config->book.n_channels + 1, sizeof(Outlet));
        if (!dispatch->outlets)
                return -ENOMEM;
        dispatch->n_outlets = config->book.n_channels;
        for (size_t i = 0; i < dispatch->n_outlets; i++)
                dispatch->outlets[i] = (Outlet){
                        .dispatch = dispatch,
                        .config = &config->channels[i],
                        .rate = rate_of(config->channels[i].rate_per_minute),
                };
        return 0;
}

void dispatch_free(Dispatch *dispatch)
{
        if (!dispatch)
                return;
        workers_end(dispatch);
        for (size_t i = 0; i < dispatch->n_outlets; i++)
                free(dispatch->outlets[i].alert);
        recover_release(dispatch);
        journal_release(&dispatch->journal);
        sd_event_source_disable_unref(dispatch->timer);
        sd_event_source_disable_unref(dispatch->turn);
        free(dispatch->outlets);
        free(dispatch->words);
        free(dispatch->suspects);
        free(dispatch->folder);
        free(dispatch);
}

int engine_start_dispatch(Engine *engine)
{
        StrBuf folder = STRBUF_INIT;
        Dispatch *dispatch = calloc(1, sizeof(*dispatch));

        if (!dispatch)
                return -ENOMEM;
        dispatch->engine = engine;
        strbuf_addf(&folder, "%s/flight", engine->config->state);
        int r = strbuf_take(&folder, &dispatch->folder);
        if (r == 0)
                r = add_outlets(dispatch);
        if (r == 0)
                r = outlets_find_alerts(dispatch);
        if (r == 0)
                r = add_sources(dispatch);
        if (r >= 0)
                r = recover_start(dispatch);
        if (r < 0) {
                dispatch_free(dispatch);
                return r;
        }
        engine->dispatch = dispatch;
        return engine_dispatch(engine);
}

int engine_dispatch(Engine *engine)
{
        if (!engine->dispatch)
                return 0;
        engine->dispatch->is_wanted = true;
        dispatch_request_turn(engine->dispatch);
        return 0;
}
