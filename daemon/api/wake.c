/* SPDX-License-Identifier: MIT */
/*
 * Owns the wake by a person's will. In a running daemon it is one of the daemon's own, asked for
 * and waited for, and what it queues leaves beside everything else. Without one it is a step of it
 * at a time here, and answered when nothing more can leave. No guard is skipped: whoever wakes
 * twice gets the same.
 */

#include <errno.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "engine/dossiers.h"
#include "engine/service.h"
#include "store/outbox.h"

static int reply_result(Exchange *exchange, const WakeResult *result)
{
        const Zone *zone = exchange->engine->zone;
        json_t *shaped = json_object();

        shape_put(&shaped, "accounts", json_integer((json_int_t)result->n_accounts));
        shape_put(&shaped, "instalments", json_integer((json_int_t)result->n_instalments));
        shape_put(&shaped, "contacts", json_integer((json_int_t)result->n_contacts));
        shape_put(&shaped, "notices", json_integer((json_int_t)result->n_notices));
        shape_put(&shaped, "cancelled", json_integer((json_int_t)result->n_cancelled));
        shape_put(&shaped, "tasks", json_integer((json_int_t)result->n_tasks));
        shape_put(&shaped, "failed", json_integer((json_int_t)result->n_failed));
        shape_put(&shaped, "stuck", json_integer((json_int_t)engine_count_stuck(exchange->engine)));
        shape_put(&shaped, "opening", shape_instant(zone, result->opening));
        reply_add(&exchange->reply, shaped);
        exchange->resume = NULL;
        return 0;
}

static int reply_failure(Exchange *exchange, int error)
{
        exchange->resume = NULL;
        return reply_fail(&exchange->reply, error, "the wake has stopped");
}

/* A daemon's wake: ended or not, whoever asked for it. */
typedef struct Awaited {
        uint64_t n_wakes;
} Awaited;

static int resume_awaited(Exchange *exchange)
{
        const Service *service = exchange->engine->service;
        const Awaited *awaited = exchange->work;

        if (service->n_wakes >= awaited->n_wakes && service->wake_error < 0)
                return reply_failure(exchange, service->wake_error);
        if (service->n_wakes >= awaited->n_wakes)
                return reply_result(exchange, &service->result);
        if (!service->is_stopping)
                return 0;
        exchange->resume = NULL;
        return reply_refuse(&exchange->reply, REPLY_REFUSED, "the daemon is about to end");
}

static int ask_service(Exchange *exchange)
{
        Service *service = exchange->engine->service;
        Awaited *awaited = calloc(1, sizeof(*awaited));

        if (!awaited)
                return -ENOMEM;
        exchange->work = awaited;
        exchange->free_work = free;
        exchange->resume = resume_awaited;
        int r = service->request_wake(service->owner, &awaited->n_wakes);
        return r == -EBUSY ? resume_awaited(exchange) : r;
}

static int resume_sending(Exchange *exchange)
{
        return engine_is_idle(exchange->engine)
                       ? reply_result(exchange, wake_result(exchange->work))
                       : 0;
}

/* A store from which nothing leaves stays what it is. */
static int start_sending(Exchange *exchange)
{
        int64_t pending;
        size_t n;

        int r = store_list_state(exchange->engine->store, NOTICE_PENDING, 0, &pending, 1, &n);
        if (r == 0 && n > 0)
                r = exchange_claim(exchange);
        if (r == 0)
                r = exchange_dispatch(exchange);
        if (r == 0) {
                exchange->resume = resume_sending;
                return resume_sending(exchange);
        }
        exchange->resume = NULL;
        return MIN(r, 0);
}

static void free_wake(void *wake)
{
        wake_free(wake);
}

static int resume_steps(Exchange *exchange);

static int begin_steps(Exchange *exchange)
{
        Wake *wake;
        int r = wake_new(exchange->engine, false, &wake);

        if (r < 0)
                return r;
        wake_plan(wake, exchange->now.instant, "asked-for");
        exchange_stop(exchange);
        exchange->work = wake;
        exchange->free_work = free_wake;
        exchange->is_busy = true;
        exchange->resume = resume_steps;
        return 0;
}

/* What was ready to be handed over but for its dossier goes at once, by a further wake. */
static int resume_dossiers(Exchange *exchange)
{
        Dossiers *dossiers = exchange->engine->dossiers;

        if (!dossiers_is_idle(dossiers))
                return 0;
        return dossiers_take_news(dossiers) ? begin_steps(exchange) : start_sending(exchange);
}

static int resume_steps(Exchange *exchange)
{
        int r = wake_step(exchange->work);

        exchange->is_busy = r > 0;
        if (r < 0)
                return reply_failure(exchange, r);
        if (r > 0)
                return 0;
        exchange->resume = resume_dossiers;
        return resume_dossiers(exchange);
}

int handle_wake(Exchange *exchange)
{
        return exchange->engine->service ? ask_service(exchange) : begin_steps(exchange);
}
