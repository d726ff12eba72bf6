/* SPDX-License-Identifier: MIT */
/*
 * Owns what a person tells: pay, hold, release, dispute. Each is one transaction and one
 * fact, and is answered with what was recorded. Never cancels a notice: what no longer holds is
 * found at the moment of sending and at the next wake (R9); and sends none, but for a service that
 * comes back with its payment (R16).
 */

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "base/parse.h"
#include "core/money.h"
#include "engine/reconnect.h"
#include "store/facts.h"
#include "store/persons.h"

#define CUSTOMER_PREFIX "customer:"
#define NOTE_MAX 2000
#define PAYMENT_ID_SIZE 48

/* 0, or 1: refused. */
static int check_note(Exchange *exchange)
{
        const char *note = exchange_get(exchange, "note");

        if (!note || strlen(note) <= NOTE_MAX)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "the note is too long: at most %d bytes", NOTE_MAX);
        return 1;
}

/* An invoice's number, or customer:ID. */
static Target target_of(const char *text)
{
        size_t length = strlen(CUSTOMER_PREFIX);

        if (strncmp(text, CUSTOMER_PREFIX, length) == 0)
                return (Target){ .customer = text + length };
        return (Target){ .invoice = text };
}

static int no_target(Exchange *exchange, const Target *target)
{
        if (target->customer)
                return exchange_no_customer(exchange, target->customer);
        return exchange_no_invoice(exchange, target->invoice);
}

/* Ends the transaction that a fact's recording (its result: error) was made in. */
static int end_transaction(Store *store, int error)
{
        int r = error < 0 ? error : store_commit(store);

        if (r < 0)
                store_rollback(store);
        return r;
}

int handle_hold(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *note = exchange_get(exchange, "note");
        const Target target = target_of(exchange_get(exchange, "target"));
        Date until = DATE_NONE;
        int r;

        if (exchange_get_date(exchange, "until", &until) > 0 || check_note(exchange) > 0)
                return 0;
        r = store_begin(store);
        if (r < 0)
                return r;
        r = end_transaction(
                store, store_hold(store, &target, until, note ? note : "", exchange->now.instant));
        if (r == -ENOENT)
                return no_target(exchange, &target);
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("hold"));
        shape_put(&shaped, "invoice", shape_text(target.invoice));
        shape_put(&shaped, "customer", shape_text(target.customer));
        shape_put(&shaped, "until", shape_date(until));
        shape_put(&shaped, "note", shape_given(note));
        reply_add(&exchange->reply, shaped);
        return 0;
}

/* What a release ends: told before it is done. */
static int add_ended(void *owner, const InvoiceReport *row)
{
        json_t **ended = owner;
        const char *const names[] = { row->is_held ? "hold" : NULL,
                row->is_disputed || row->status == STATUS_DISPUTED ? "dispute" : NULL };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                if (!names[i])
                        continue;
                json_t *line = json_object();
                shape_put(&line, "invoice", shape_text(row->number));
                shape_put(&line, "instalment", json_integer(row->seq));
                shape_put(&line, "what", json_string(names[i]));
                shape_append(ended, line);
        }
        return 0;
}

int handle_release(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const Target target = target_of(exchange_get(exchange, "target"));
        Date today = exchange->now.local.day;
        json_t *ended = json_array();
        int r;

        r = store_list_invoices(store, target.customer, target.invoice, false, add_ended, &ended);
        if (r == 0)
                r = store_begin(store);
        if (r == 0)
                r = end_transaction(
                        store, store_release(store, &target, today, exchange->now.instant));
        if (r < 0) {
                json_decref(ended);
                return r == -ENOENT ? no_target(exchange, &target) : r;
        }
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("release"));
        shape_put(&shaped, "invoice", shape_text(target.invoice));
        shape_put(&shaped, "customer", shape_text(target.customer));
        shape_put(&shaped, "ended", ended);
        shape_put(&shaped, "free_from", shape_date(date_add(today, 1)));
        reply_add(&exchange->reply, shaped);
        return 0;
}

int handle_dispute(Exchange *exchange)
{
        static const char *const reasons[] = { "delivery-late", "not-delivered", "defective",
                "quality", "price", "wrong-invoice", "other" };
        Store *store = exchange->engine->store;
        const char *invoice = exchange_get(exchange, "invoice");
        const char *reason = exchange_get(exchange, "reason");
        const char *note = exchange_get(exchange, "note");
        int index, r;

        if (!reason || parse_name(reason, reasons, ELEMENTSOF(reasons), &index) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "reason '%s' is unknown: expected delivery-late, not-delivered, defective, "
                        "quality, price, wrong-invoice or other",
                        reason ? reason : "");
        if (check_note(exchange) > 0)
                return 0;
        r = store_begin(store);
        if (r < 0)
                return r;
        r = end_transaction(store,
                store_dispute(store, invoice, reason, note ? note : "", exchange->now.instant));
        if (r == -ENOENT)
                return exchange_no_invoice(exchange, invoice);
        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("dispute"));
        shape_put(&shaped, "invoice", shape_text(invoice));
        shape_put(&shaped, "reason", json_string(reason));
        shape_put(&shaped, "note", shape_given(note));
        reply_add(&exchange->reply, shaped);
        return 0;
}

typedef struct Owed {
        char currency[CURRENCY_SIZE];
        int64_t open, account;
        size_t n;
} Owed;

static int add_owed(void *owner, const InvoiceReport *row)
{
        Owed *owed = owner;

        (void)snprintf(owed->currency, sizeof(owed->currency), "%s", row->currency);
        owed->n++;
        owed->account = row->account;
        return money_add(&owed->open, row->open);
}

/* "ctl-20260305T090000-0123456789abcdef": no import and no other command ever gives the same. */
static int make_payment_id(const Exchange *exchange, char id[static PAYMENT_ID_SIZE])
{
        char time[INSTANT_TEXT_SIZE];
        uint64_t random;

        if (getrandom(&random, sizeof(random), 0) != sizeof(random))
                return -EIO;
        (void)instant_format(exchange->now.instant, 0, time);
        (void)snprintf(id, PAYMENT_ID_SIZE, "ctl-%.19s-%016llx", time, (unsigned long long)random);
        return 0;
}

/* 0: *row is complete; 1: refused; -errno. */
static int parse_payment(Exchange *exchange, PaymentRow *row)
{
        const char *kind = exchange_get(exchange, "kind");
        const char *amount = exchange_get(exchange, "amount");
        int index = FACT_PAYMENT;

        if (kind && parse_name(kind, fact_kind_names, ELEMENTSOF(fact_kind_names), &index) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "kind '%s' is unknown: expected payment, credit, refund, chargeback "
                               "or write-off",
                               kind),
                       1;
        row->kind = (FactKind)index;
        row->date = exchange->now.local.day;
        if (exchange_get_date(exchange, "date", &row->date) > 0)
                return 1;
        if (!amount || money_parse(amount, row->currency, &row->amount) < 0 || row->amount <= 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "amount '%s' is not an amount in %s above zero: expected one like "
                               "120.00",
                               amount ? amount : "", row->currency),
                       1;
        return 0;
}

static int record_payment(Exchange *exchange, const PaymentRow *row)
{
        Store *store = exchange->engine->store;
        int r = store_begin(store);

        if (r < 0)
                return r;
        int put = store_put_payment(store, row, exchange->now.instant, exchange->now.local.day);
        if (put >= PUT_REFUSED) {
                store_rollback(store);
                return -EINVAL;
        }
        return end_transaction(store, put);
}

int handle_pay(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *number = exchange_get(exchange, "invoice");
        char id[PAYMENT_ID_SIZE];
        Owed before = { 0 }, after = { 0 };
        int r;

        r = store_list_invoices(store, NULL, number, false, add_owed, &before);
        if (r == -ENOENT || (r == 0 && before.n == 0))
                return exchange_no_invoice(exchange, number);
        if (r < 0)
                return r;
        PaymentRow row = { .id = id,
                .invoice = number,
                .customer = "",
                .is_by_hand = true,
                .reference = "",
                .currency = before.currency };
        r = parse_payment(exchange, &row);
        if (r != 0)
                return MIN(r, 0);
        r = make_payment_id(exchange, id);
        if (r == 0)
                r = record_payment(exchange, &row);
        if (r == -EOVERFLOW)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "amount '%s' is too large",
                        exchange_get(exchange, "amount"));
        if (r == 0)
                r = store_list_invoices(store, NULL, number, false, add_owed, &after);
        if (r < 0)
                return r;
        /* The payment stands; what cannot be queued now is queued by the next wake. */
        (void)engine_reconnect(exchange->engine, before.account);
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("payment"));
        shape_put(&shaped, "id", json_string(id));
        shape_put(&shaped, "invoice", shape_text(number));
        shape_put(&shaped, "kind", json_string(fact_kind_names[row.kind]));
        shape_put(&shaped, "date", shape_date(row.date));
        shape_put(&shaped, "currency", json_string(row.currency));
        shape_put(&shaped, "amount", shape_money(row.amount, row.currency));
        shape_put(&shaped, "open_before", shape_money(before.open, row.currency));
        shape_put(&shaped, "open", shape_money(after.open, row.currency));
        reply_add(&exchange->reply, shaped);
        return 0;
}
