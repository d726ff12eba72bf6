/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_ROUTES_H
#define RELANCED_API_ROUTES_H

/*
 * A request and its answer, without any socket. Every command of relancectl that needs the store is
 * one row of the table in routes.c and one handler.
 */

#include "api/api.h"
#include "api/reply.h"
#include "api/request.h"
#include "base/arena.h"
#include "engine/engine.h"
#include "store/report.h"

typedef struct Exchange {
        Engine *engine;
        Config *config; /* that the answer began with, held; the engine may have another by now */
        Right right;    /* its client's */
        const char *route; /* static text, once it is answered */
        Now now;           /* read once, when the request is answered */
        Request request;
        Reply reply;
        Arena arena; /* the handler's, until exchange_free() */
        /* Set by a handler that cannot answer yet: asked again after each turn of the loop, until
         * it clears itself. */
        int (*resume)(struct Exchange *exchange);
        bool is_busy; /* resume has more to do at once; else it waits for what others do */
        /* Follows: its lines leave as they come, until resume clears itself or its client goes.
         * Set with the first answer; it is not asked while its client is slow to read. */
        bool is_live;
        int (*end_page)(struct Exchange *exchange); /* after a listing's last page, or NULL */
        int64_t contact;                            /* what resume waits for */
        void *work; /* the same, of a handler that has more to keep */
        void (*free_work)(void *work);
} Exchange;

Exchange *exchange_new(Engine *engine); /* with every right; NULL: memory is out */
void exchange_free(Exchange *exchange);
DEFINE_CLEANUP(Exchange, exchange_free)

/* Ends what its handler has under way; exchange_free() does so, too. */
void exchange_stop(Exchange *exchange);

/* What can be said of the request before its body is there: whether there is such a route, for that
 * method and with that right. False: it is refused, the reply stands. */
bool exchange_admit(Exchange *exchange);
/* Answers the request: afterwards the reply stands, or resume is set. */
void exchange_answer(Exchange *exchange);
/* Asks resume again; true: the reply stands. */
bool exchange_resume(Exchange *exchange);

/* One handler per route. 0 with a reply (a refusal is one), or -errno. */
int handle_status(Exchange *exchange);
int handle_metrics(Exchange *exchange);
int handle_import(Exchange *exchange);
int handle_invoices(Exchange *exchange);
int handle_customers(Exchange *exchange);
int handle_notices(Exchange *exchange);
int handle_tasks(Exchange *exchange);
int handle_log(Exchange *exchange);
int handle_show(Exchange *exchange);
int handle_explain(Exchange *exchange);
int handle_forecast(Exchange *exchange);
int handle_preview(Exchange *exchange);
int handle_send(Exchange *exchange);
int handle_wake(Exchange *exchange);
int handle_pay(Exchange *exchange);
int handle_hold(Exchange *exchange);
int handle_release(Exchange *exchange);
int handle_dispute(Exchange *exchange);
int handle_promise(Exchange *exchange);
int handle_plan(Exchange *exchange);
int handle_reply(Exchange *exchange);
int handle_skip(Exchange *exchange);
int handle_policy(Exchange *exchange);
int handle_waive(Exchange *exchange);
int handle_opt_out(Exchange *exchange);
int handle_approve(Exchange *exchange);
int handle_refuse(Exchange *exchange);
int handle_done(Exchange *exchange);
int handle_undo(Exchange *exchange);
int handle_pause(Exchange *exchange);
int handle_resume(Exchange *exchange);
int handle_contact(Exchange *exchange);
int handle_settle(Exchange *exchange);
int handle_backup(Exchange *exchange);
int handle_dossier(Exchange *exchange);
int handle_channels(Exchange *exchange);
int handle_test(Exchange *exchange);

/* What a store was made for by its first sending it keeps for good. 0; 1: refused. */
int exchange_claim(Exchange *exchange);
/* Lets leave what is ready, also in a process that has sent nothing yet. */
int exchange_dispatch(Exchange *exchange);

/* The handlers' shared words. */
static inline const char *exchange_get(const Exchange *exchange, const char *name)
{
        return request_get(&exchange->request, name);
}

/* Gives a listing page by page, from its first one on; takes it over. */
int exchange_page(Exchange *exchange, Pager *pager);

/* 404 "there is no invoice 'X'". Always 0. */
int exchange_no_invoice(Exchange *exchange, const char *number);
int exchange_no_customer(Exchange *exchange, const char *code);
int exchange_knows_customer(const Exchange *exchange, const char *code, bool *ret_is_known);
/* The index of the channel of that name, or -1 and 404 with the name that was meant. */
int exchange_find_channel(Exchange *exchange, const char *name);

/* Reads a day. 0; positive: it was no day and is refused; the default is what *date holds. */
int exchange_get_date(Exchange *exchange, const char *name, Date *date);

#endif
