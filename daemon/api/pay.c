/* SPDX-License-Identifier: MIT */
/*
 * Owns the payment that a person records. Its fact is one transaction; the service that comes back
 * with it (R16) is asked for at once, and by the next wake where that fails. Never takes a payment
 * for one that is known already: it says that it looks like one, and how to take it back.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#include "api/recording.h"
#include "api/shapes.h"
#include "base/parse.h"
#include "core/money.h"
#include "engine/agency.h"
#include "engine/reconnect.h"
#include "store/facts.h"

#define PAYMENT_ID_SIZE 48

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

/* 0, or 1: refused. What is taken back may have a later value date (R12); of money that came in, a
 * day that is yet to come is one only with force. */
static int parse_day(Exchange *exchange, FactKind kind, Date *date)
{
        bool is_taken_back = kind == FACT_REFUND || kind == FACT_CHARGEBACK;

        *date = exchange->now.local.day;
        if (is_taken_back || recording_flag(exchange, "force"))
                return exchange_get_date(exchange, "date", date);
        return recording_past_day(exchange, "date", date);
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
        if (parse_day(exchange, row->kind, &row->date) > 0)
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
        return recording_end(store, put >= PUT_REFUSED ? -EINVAL : MIN(put, 0));
}

/* The fact of a payment that was just recorded, the one before that says the same, and what was
 * paid and taken back of the invoice. */
typedef struct Alike {
        const PaymentRow *row;
        int64_t fact, before;
        int64_t paid, undone;
} Alike;

static int find_alike(void *owner, const FactReport *fact)
{
        Alike *alike = owner;
        const PaymentRow *row = alike->row;

        if (!fact->is_withdrawn && streq(fact->kind, fact_kind_names[FACT_PAYMENT]))
                (void)money_add(&alike->paid, fact->amount);
        else if (!fact->is_withdrawn &&
                 (streq(fact->kind, fact_kind_names[FACT_REFUND]) ||
                         streq(fact->kind, fact_kind_names[FACT_CHARGEBACK])))
                (void)money_add(&alike->undone, fact->amount);
        if (streq(fact->id, row->id))
                alike->fact = fact->fact;
        else if (!fact->is_withdrawn && streq(fact->kind, fact_kind_names[row->kind]) &&
                 fact->amount == row->amount && date_compare(fact->date, row->date) == 0)
                alike->before = fact->fact;
        return 0;
}

/* What is right to record and still seldom meant, a sentence each. */
static void add_warnings(StrBuf *text, const Alike *alike, const Owed *before, const Owed *after)
{
        const PaymentRow *row = alike->row;
        bool comes_in = row->kind == FACT_PAYMENT || row->kind == FACT_CREDIT;
        bool is_taken_back = row->kind == FACT_REFUND || row->kind == FACT_CHARGEBACK;
        char sum[MONEY_TEXT_SIZE];

        if (alike->before > 0)
                strbuf_addf(text,
                        "The same amount of the same day was recorded before, as fact %" PRId64
                        ": if this is that one, take one of them back.",
                        alike->before);
        if (comes_in && after->open == 0 && row->amount > before->open)
                strbuf_addf(text,
                        "%sThat is %s %s more than was open: it is the customer's credit now, and "
                        "is taken off what else is asked for.",
                        text->length > 0 ? " " : "",
                        money_format(row->amount - before->open, row->currency, sum),
                        row->currency);
        if (is_taken_back && alike->undone > alike->paid)
                strbuf_addf(text,
                        "%sMore is taken back now than was paid of this invoice, by %s %s: of "
                        "what is paid later, so much will not count.",
                        text->length > 0 ? " " : "",
                        money_format(alike->undone - alike->paid, row->currency, sum),
                        row->currency);
}

static int answer(Exchange *exchange, const PaymentRow *row, const Owed *before, const Owed *after)
{
        Alike alike = { .row = row };
        StrBuf warning = STRBUF_INIT;
        int r = store_list_facts(exchange->engine->store, row->invoice, find_alike, &alike);

        if (r < 0)
                return r;
        json_t *shaped = json_object();
        shape_put(&shaped, "recorded", json_string("payment"));
        shape_put(&shaped, "id", json_string(row->id));
        shape_put(&shaped, "invoice", shape_text(row->invoice));
        shape_put(&shaped, "kind", json_string(fact_kind_names[row->kind]));
        shape_put(&shaped, "date", shape_date(row->date));
        shape_put(&shaped, "currency", json_string(row->currency));
        shape_put(&shaped, "amount", shape_money(row->amount, row->currency));
        shape_put(&shaped, "open_before", shape_money(before->open, row->currency));
        shape_put(&shaped, "open", shape_money(after->open, row->currency));
        add_warnings(&warning, &alike, before, after);
        if (warning.length > 0)
                shape_put(&shaped, "warning", json_string(strbuf_text(&warning)));
        strbuf_release(&warning);
        return recording_answer(exchange, shaped, alike.fact, NULL);
}

int handle_pay(Exchange *exchange)
{
        Store *store = exchange->engine->store;
        const char *number = exchange_get(exchange, "invoice");
        char id[PAYMENT_ID_SIZE];
        Owed before = { 0 }, after = { 0 };
        int r;

        r = store_list_invoices(store, NULL, number, add_owed, &before);
        if (r == -ENOENT || (r == 0 && before.n == 0))
                return recording_no_target(exchange, &(Target){ .invoice = number });
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
                r = store_list_invoices(store, NULL, number, add_owed, &after);
        if (r < 0)
                return r;
        /* The payment stands; what cannot be done now is done by the next wake. */
        (void)engine_tell_agency(exchange->engine, before.account);
        (void)engine_reconnect(exchange->engine, before.account);
        return answer(exchange, &row, &before, &after);
}
