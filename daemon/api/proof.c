/* SPDX-License-Identifier: MIT */
/* Owns the verdict on the log's chain: a page in each turn of the loop, while others work. Never
 * decides what is wrong. Fails with the store's errors. */

#include "api/proof.h"

#include <errno.h>

#include "api/shapes.h"
#include "store/chain.h"

static json_t *shape_number(int64_t number)
{
        return number > 0 ? json_integer((json_int_t)number) : json_null();
}

static void add_verdict(Exchange *exchange, const ChainReport *report)
{
        json_t *line = json_object();

        shape_put(&line, "verified", json_boolean(!report->finding));
        shape_put(&line, "entries", json_integer((json_int_t)report->head.n_entries));
        shape_put(&line, "head", shape_text(report->head.hash));
        shape_put(&line, "entry", shape_number(report->entry));
        shape_put(&line, "notice", shape_number(report->notice));
        shape_put(&line, "problem", shape_text(report->finding));
        reply_add(&exchange->reply, line);
}

static int resume_walk(Exchange *exchange)
{
        int r = chain_walk_step(exchange->work);

        if (r > 0)
                return 0;
        exchange->is_busy = false;
        exchange->resume = NULL;
        if (r == 0)
                add_verdict(exchange, chain_walk_report(exchange->work));
        return r;
}

static void free_walk(void *work)
{
        chain_walk_free(work);
}

int proof_answer(Exchange *exchange)
{
        ChainWalk *walk = NULL;
        int r = store_walk_chain(exchange->engine->store, &walk);

        if (r < 0)
                return r;
        exchange->work = walk;
        exchange->free_work = free_walk;
        exchange->is_busy = true;
        exchange->resume = resume_walk;
        return 0;
}
