/* SPDX-License-Identifier: MIT */
/*
 * Owns what stops the chasing and starts it again: hold, release, dispute. Each is one transaction
 * and one fact, and is answered with what was recorded. Never cancels a notice: what no longer
 * holds is found at the moment of sending and at the next wake (R9).
 */

#include <errno.h>

#include "api/recording.h"
#include "api/shapes.h"
#include "base/parse.h"

/* Ends the transaction of a fact that was just recorded, with its number. */
static int end_fact(Store *store, int result, int64_t *ret_fact)
{
        return recording_end(store, result == 0 ? store_last_fact(store, ret_fact) : result);
}

int handle_hold(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const Target target = target_of(exchange_get(exchange, "target"));
        Date until = DATE_NONE;
        const char *note;
        int64_t fact;

        if (recording_coming_day(exchange, "until", &until) > 0 ||
                recording_note(exchange, &note) > 0)
                return 0;
        int r = store_begin(store);
        if (r == 0)
                r = end_fact(store, store_hold(store, &target, until, note, exchange->now.instant),
                        &fact);
        if (r < 0)
                return r == -ENOENT ? recording_no_target(exchange, &target) : r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("hold"));
        shape_put(&shaped, "invoice", shape_text(target.invoice));
        shape_put(&shaped, "customer", shape_text(target.customer));
        shape_put(&shaped, "until", shape_date(until));
        shape_put(&shaped, "note", shape_given(note));
        return recording_answer(exchange, shaped, fact, NULL);
}

static void add_end(json_t **ended, const InvoiceReport *row, const char *what)
{
        json_t *line = json_object();

        shape_put(&line, "invoice", shape_text(row->number));
        shape_put(&line, "instalment", json_integer(row->seq));
        shape_put(&line, "what", json_string(what));
        shape_append(ended, line);
}

typedef struct Ending {
        Date today;
        json_t *ended;
} Ending;

/* What a release ends: told before it is done. */
static int add_ended(void *owner, const InvoiceReport *row)
{
        Ending *ending = owner;

        if (row->is_held)
                add_end(&ending->ended, row, "hold");
        if (row->is_disputed || row->status == STATUS_DISPUTED)
                add_end(&ending->ended, row, "dispute");
        if (date_compare(row->promised_until, ending->today) >= 0)
                add_end(&ending->ended, row, "promise");
        return 0;
}

int handle_release(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const Target target = target_of(exchange_get(exchange, "target"));
        Date today = exchange->now.local.day;
        Ending ending = { today, json_array() };
        int64_t fact;
        int r;

        r = store_list_invoices(store, target.customer, target.invoice, add_ended, &ending);
        if (r == 0)
                r = store_begin(store);
        if (r == 0)
                r = end_fact(
                        store, store_release(store, &target, today, exchange->now.instant), &fact);
        if (r < 0) {
                json_decref(ending.ended);
                return r == -ENOENT ? recording_no_target(exchange, &target) : r;
        }
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("release"));
        shape_put(&shaped, "invoice", shape_text(target.invoice));
        shape_put(&shaped, "customer", shape_text(target.customer));
        shape_put(&shaped, "ended", ending.ended);
        shape_put(&shaped, "free_from", shape_date(date_add(today, 1)));
        return recording_answer(exchange, shaped, fact, NULL);
}

int handle_dispute(Exchange *exchange)
{
        static const char *const reasons[] = { "delivery-late", "not-delivered", "defective",
                "quality", "price", "wrong-invoice", "other" };
        Store *store = exchange->engine->store;
        const char *invoice = exchange_get(exchange, "invoice");
        const char *reason = exchange_get(exchange, "reason"), *note;
        int64_t fact;
        int index;

        if (!reason || parse_name(reason, reasons, ELEMENTSOF(reasons), &index) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "reason '%s' is unknown: expected delivery-late, not-delivered, defective, "
                        "quality, price, wrong-invoice or other",
                        reason ? reason : "");
        if (recording_note(exchange, &note) > 0)
                return 0;
        int r = store_begin(store);
        if (r == 0)
                r = end_fact(store,
                        store_dispute(store, invoice, reason, note, exchange->now.instant), &fact);
        if (r == -ENOENT)
                return recording_no_target(exchange, &(Target){ .invoice = invoice });
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("dispute"));
        shape_put(&shaped, "invoice", shape_text(invoice));
        shape_put(&shaped, "reason", json_string(reason));
        shape_put(&shaped, "note", shape_given(note));
        return recording_answer(exchange, shaped, fact, NULL);
}
