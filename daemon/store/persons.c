/* SPDX-License-Identifier: MIT */
/* Owns what a person says about a customer or an invoice as a whole: holds, disputes, releases,
 * policies, replies, opt-outs, addresses. Each is a fact; the state it leaves is words.c's. Fails
 * with -errno, in the caller's transaction. */

#include "store/persons.h"

#include <errno.h>

#include "store/handover.h"
#include "store/imported.h"
#include "store/words.h"

typedef struct Found {
        int64_t customer, account, invoice; /* a customer, or the two others */
} Found;

static int find_target(Store *store, const Target *target, Found *ret_found)
{
        InvoiceFound invoice;
        int r;

        *ret_found = (Found){ 0 };
        if (target->customer) {
                r = customer_find(store, target->customer, &ret_found->customer);
                return r < 0 ? r : r > 0 ? 0 : -ENOENT;
        }
        r = invoice_find(store, target->invoice, &invoice);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        *ret_found = (Found){ .account = invoice.account, .invoice = invoice.invoice };
        return 0;
}

/* Adds the fact and the state that it leaves. */
static int say(Store *store, const Target *target, Event event, int64_t *ret_fact)
{
        Found found;
        int r = find_target(store, target, &found);

        if (r < 0)
                return r;
        event.customer = found.customer;
        event.invoice = found.invoice;
        r = fact_add(store, &event, ret_fact);
        if (r < 0)
                return r;
        if (found.invoice != 0)
                return words_refresh_invoice(store, found.account, found.invoice);
        r = words_refresh_customer(store, found.customer);
        return r < 0 ? r : words_refresh_invoices(store, found.customer);
}

int store_hold(Store *store, const Target *target, Date until, const char *note, Instant at)
{
        int64_t fact;

        return say(store, target, (Event){ .kind = "hold", .at = at, .date = until, .note = note },
                &fact);
}

static int stop_standing_aside(Store *store, const Target *target)
{
        Found found;
        int r = find_target(store, target, &found);

        if (r < 0)
                return r;
        if (found.customer != 0)
                return customer_free(store, found.customer);
        return db_run(store, "update instalment set is_aside = 0 where account = ? and invoice = ?",
                VALUES(INT(found.account), INT(found.invoice)));
}

int store_release(Store *store, const Target *target, Date today, Instant at)
{
        int64_t fact;
        int r = say(store, target, (Event){ .kind = "release", .at = at, .date = today }, &fact);

        return r < 0 ? r : stop_standing_aside(store, target);
}

int store_dispute(
        Store *store, const char *invoice, const char *reason, const char *note, Instant at)
{
        int64_t fact;

        return say(store, &(Target){ .invoice = invoice },
                (Event){ .kind = "dispute",
                        .at = at,
                        .date = DATE_NONE,
                        .reference = reason,
                        .note = note },
                &fact);
}

int store_last_fact(Store *store, int64_t *ret_fact)
{
        int r = db_integers(store,
                "select id from fact where kind <> '" FACT_ACCOUNT_CREDIT "' "
                "order by id desc limit 1",
                NO_VALUES, ret_fact, 1);

        return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

int store_assign_policy(
        Store *store, const char *invoice, const char *policy, Instant at, int64_t *ret_fact)
{
        return say(store, &(Target){ .invoice = invoice },
                (Event){ .kind = "policy", .at = at, .date = DATE_NONE, .reference = policy },
                ret_fact);
}

int store_waive_charges(
        Store *store, const char *invoice, const char *note, Instant at, int64_t *ret_fact)
{
        return say(store, &(Target){ .invoice = invoice },
                (Event){ .kind = "waive", .at = at, .date = DATE_NONE, .note = note }, ret_fact);
}

int store_reply(Store *store, const Answered *answered, Instant at, int64_t *ret_fact)
{
        return say(store, &(Target){ .customer = answered->customer },
                (Event){ .kind = "reply",
                        .at = at,
                        .date = answered->paused_until,
                        .reference = answered->channel,
                        .note = answered->note },
                ret_fact);
}

int store_has_written(
        Store *store, int64_t customer, const char *channel, Instant since, bool *ret_has_written)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from fact f where f.customer = ? and f.kind = 'reply' "
                "and f.reference = ? and f.at >= ? "
                "and not exists (select 1 from fact w where w.withdraws = f.id) limit 1",
                VALUES(INT(customer), TEXT(channel), TIME(since)), &one, 1);

        if (r < 0)
                return r;
        *ret_has_written = r > 0;
        return 0;
}

int store_opt_out(
        Store *store, const char *customer, const char *channel, Instant at, int64_t *ret_fact)
{
        return say(store, &(Target){ .customer = customer },
                (Event){ .kind = "opt-out", .at = at, .date = DATE_NONE, .reference = channel },
                ret_fact);
}

static void describe(StrBuf *changes, const char *column, const char *was, const char *now)
{
        if (!now || streq(was, now))
                return;
        strbuf_addf(changes, "%s%s: %s → %s", changes->length > 0 ? "; " : "", column,
                *was ? was : "–", *now ? now : "–");
}

static int describe_contact(
        Store *store, int64_t customer, const char *const now[static 3], StrBuf *changes)
{
        ROWS(rows);
        int r = rows_open(&rows, store, "select email, phone, whatsapp from customer where id = ?",
                VALUES(INT(customer)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        describe(changes, "email", row_text(&rows, 0), now[0]);
        describe(changes, "phone", row_text(&rows, 1), now[1]);
        describe(changes, "whatsapp", row_text(&rows, 2), now[2]);
        return strbuf_error(changes);
}

int store_contact(Store *store, const char *customer, const char *email, const char *phone,
        const char *whatsapp, Instant at)
{
        _cleanup_(strbuf_release) StrBuf changes = STRBUF_INIT;
        Found found;

        int r = find_target(store, &(Target){ .customer = customer }, &found);
        if (r == 0)
                r = describe_contact(store, found.customer,
                        (const char *const[]){ email, phone, whatsapp }, &changes);
        if (r == 0)
                r = db_run(store,
                        "update customer set email = coalesce(?, email), "
                        "phone = coalesce(?, phone), whatsapp = coalesce(?, whatsapp) "
                        "where id = ?",
                        VALUES(TEXT(email), TEXT(phone), TEXT(whatsapp), INT(found.customer)));
        if (r == 0)
                r = db_run(store, "delete from refusal where customer = ?",
                        VALUES(INT(found.customer)));
        if (r == 0)
                r = customer_free(store, found.customer);
        if (r == 0)
                r = event_add(store, &(Event){ .kind = "contact",
                                             .at = at,
                                             .customer = found.customer,
                                             .date = DATE_NONE,
                                             .changes = strbuf_text(&changes) });
        return r;
}
