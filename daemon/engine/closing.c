/* SPDX-License-Identifier: MIT */
/*
 * Owns the question whether dispatch has come to rest, and the way out of it. Closing stops every
 * worker: none of them hears a "go" any more, so what has not begun comes back as it was, and what
 * has begun goes on within its channel's time. Whoever is left at the end is killed; what it had is
 * in its flight file for the next start (DESIGN 5.5).
 */

#include "engine/dispatch.h"

#include <systemd/sd-event.h>

#include "engine/recover.h"
#include "engine/workers.h"

static bool is_told(const Dispatch *dispatch, const Worker *worker, const Parcel *parcel)
{
        for (size_t i = 0; i < dispatch->n_words; i++) {
                const Word *word = &dispatch->words[i];
                if (word->worker == worker && word->record.notice == (uint64_t)parcel->notice)
                        return true;
        }
        return false;
}

/* Whether a message is out of which the outcome was not told yet; a told one is in its flight file
 * even when the store cannot have it. */
static bool has_begun(const Dispatch *dispatch)
{
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers; worker; worker = worker->next) {
                        for (size_t k = 0; k < worker->n_parcels; k++) {
                                if (worker->parcels[k].begun > 0 && worker->state < WORKER_ENDING &&
                                        !is_told(dispatch, worker, &worker->parcels[k]))
                                        return true;
                        }
                }
        }
        return false;
}

static bool outlet_is_idle(const Outlet *outlet)
{
        for (const Worker *worker = outlet->workers; worker; worker = worker->next) {
                if (worker->n_parcels > 0 || worker->state == WORKER_ENDING ||
                        worker->state == WORKER_GONE)
                        return false;
        }
        return outlet->is_down || !outlet->has_ready;
}

bool engine_is_idle(const Engine *engine)
{
        const Dispatch *dispatch = engine->dispatch;

        if (!dispatch || dispatch->is_closing)
                return engine_is_closed(engine);
        if (dispatch->is_stopped)
                return !has_begun(dispatch);
        if (dispatch->is_wanted || dispatch_has_news(dispatch) ||
                recover_is_waiting(dispatch, false))
                return false;
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                if (!outlet_is_idle(&dispatch->outlets[i]))
                        return false;
        }
        return true;
}

int engine_run_until_idle(Engine *engine)
{
        while (!engine_is_idle(engine)) {
                int r = sd_event_run(engine->event, UINT64_MAX);
                if (r < 0)
                        return r;
        }
        return engine_stopped_by(engine);
}

int engine_stopped_by(const Engine *engine)
{
        return engine->dispatch && engine->dispatch->is_stopped ? engine->dispatch->stop_error : 0;
}

size_t engine_count_stuck(const Engine *engine)
{
        const Dispatch *dispatch = engine->dispatch;

        if (!dispatch)
                return 0;
        size_t n = recover_is_waiting(dispatch, true);
        for (size_t i = 0; i < dispatch->n_outlets; i++)
                n += dispatch->outlets[i].is_down;
        return n;
}

void engine_close_dispatch(Engine *engine)
{
        Dispatch *dispatch = engine->dispatch;

        if (!dispatch || dispatch->is_closing)
                return;
        dispatch->is_closing = true;
        dispatch_refuse_words(dispatch);
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers; worker; worker = worker->next)
                        worker_stop(worker);
        }
        dispatch_request_turn(dispatch); /* which arms the timer for what is left */
}

bool engine_is_closed(const Engine *engine)
{
        const Dispatch *dispatch = engine->dispatch;

        if (!dispatch)
                return true;
        if (!dispatch->is_closing)
                return false;
        for (size_t i = 0; i < dispatch->n_outlets; i++) {
                for (Worker *worker = dispatch->outlets[i].workers; worker; worker = worker->next) {
                        if (worker->state != WORKER_GONE)
                                return false;
                }
        }
        /* What the store cannot record is in the flight files. */
        return dispatch->is_stopped || !dispatch_has_news(dispatch);
}

void engine_end_dispatch(Engine *engine)
{
        dispatch_free(engine->dispatch);
        engine->dispatch = NULL;
}
