/* SPDX-License-Identifier: MIT */
/* Owns what a person says about a customer or an invoice: holds, disputes, releases, contacts. Each
 * is a fact, and the state it leaves is kept with it. Fails with -errno, in the caller's
 * transaction. */

#include "store/persons.h"

#include <errno.h>

#include "store/imported.h"

/* Instalments of a target: ?1 a customer or NULL, ?2 an account or NULL, ?3 an invoice or 0. */
#define WHERE_TARGET                                                                               \
        "where account in (select id from account where customer = ?1 union all select ?2) "       \
        "and (?3 = 0 or invoice = ?3)"

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

static int add_event(Store *store, const Found *found, Event event)
{
        event.customer = found->customer;
        event.invoice = found->invoice;
        return event_add(store, &event);
}

int store_hold(Store *store, const Target *target, Date until, const char *note, Instant at)
{
        Found found;
        int r = find_target(store, target, &found);

        if (r == 0)
                r = db_run(store,
                        "update instalment set is_held = 1, held_until = ?4 " WHERE_TARGET,
                        VALUES(INT(found.customer), INT(found.account), INT(found.invoice),
                                DAY(until)));
        if (r == 0)
                r = db_run(store, "update customer set is_held = 1, held_until = ? where id = ?",
                        VALUES(DAY(until), INT(found.customer)));
        if (r == 0)
                r = add_event(store, &found,
                        (Event){ .kind = "hold", .at = at, .date = until, .note = note });
        return r;
}

/* Only what still held or disputed is released on that day: a hold that has run out does not hold
 * the ladder once more. */
int store_release(Store *store, const Target *target, Date today, Instant at)
{
        Found found;
        int r = find_target(store, target, &found);

        if (r == 0)
                r = db_run(store,
                        "update instalment set released_on = iif(is_disputed or status = 2 "
                        "or (is_held and coalesce(held_until >= ?4, 1)), ?4, released_on), "
                        "is_held = 0, held_until = null, is_disputed = 0, "
                        "status = iif(status = 2, 0, status) " WHERE_TARGET,
                        VALUES(INT(found.customer), INT(found.account), INT(found.invoice),
                                DAY(today)));
        if (r == 0)
                r = db_run(store, "update customer set is_held = 0, held_until = null where id = ?",
                        VALUES(INT(found.customer)));
        if (r == 0)
                r = add_event(store, &found, (Event){ .kind = "release", .at = at, .date = today });
        return r;
}

int store_dispute(
        Store *store, const char *invoice, const char *reason, const char *note, Instant at)
{
        Found found;
        int r = find_target(store, &(Target){ .invoice = invoice }, &found);

        if (r == 0)
                r = db_run(store, "update instalment set is_disputed = 1 " WHERE_TARGET,
                        VALUES(INT(found.customer), INT(found.account), INT(found.invoice)));
        if (r == 0)
                r = add_event(store, &found,
                        (Event){ .kind = "dispute",
                                .at = at,
                                .date = DATE_NONE,
                                .reference = reason,
                                .note = note });
        return r;
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
                r = add_event(store, &found,
                        (Event){ .kind = "contact",
                                .at = at,
                                .date = DATE_NONE,
                                .changes = strbuf_text(&changes) });
        return r;
}
