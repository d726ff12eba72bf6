/* SPDX-License-Identifier: MIT */
/*
 * Owns what a person tells of a customer's addresses: one transaction, one fact. They are held to
 * the rules of an import and kept in the same form, so that a file that says the same changes
 * nothing.
 */

#include <errno.h>
#include <stdio.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "base/email.h"
#include "intake/field.h"
#include "store/facts.h"
#include "store/persons.h"

/* The country whose numbers are written without a country code. */
typedef struct Home {
        bool is_found; /* the customer is known */
        char country[3];
} Home;

static int note_home(void *owner, const CustomerReport *row)
{
        Home *home = owner;

        home->is_found = true;
        (void)snprintf(home->country, sizeof(home->country), "%s", row->country);
        return 0;
}

static int refuse(Exchange *exchange, const char *name, const char *fault, const char *expected)
{
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "%s '%s' is not valid: %s; expected %s", name, exchange_get(exchange, name), fault,
                expected);
        return 1;
}

/* NULL leaves an address as it is, "" removes it. 0; 1: refused; -ENOMEM. */
static int read_email(Exchange *exchange, const char **ret_email)
{
        const char *text = exchange_get(exchange, "email");
        const char *fault = is_empty(text) ? NULL : email_fault(text);

        if (fault)
                return refuse(exchange, "email", fault, "one address like name@example.org");
        *ret_email = text;
        return 0;
}

static int read_phone(
        Exchange *exchange, const char *name, const char *country, const char **ret_phone)
{
        const char *text = exchange_get(exchange, name), *fault;
        char phone[PHONE_SIZE];

        *ret_phone = text;
        if (is_empty(text))
                return 0;
        int r = phone_read(text, country, phone, &fault);
        if (r == -EINVAL)
                return refuse(exchange, name, fault, "a number like +33 6 12 34 56 78");
        if (r == 0)
                *ret_phone = arena_strdup(&exchange->arena, phone);
        return r < 0 || !*ret_phone ? -ENOMEM : 0;
}

static int answer(Exchange *exchange, const char *email, const char *phone, const char *whatsapp)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "recorded", json_string("contact"));
        shape_put(&shaped, "customer", shape_text(exchange_get(exchange, "customer")));
        if (email)
                shape_put(&shaped, "email", shape_given(email));
        if (phone)
                shape_put(&shaped, "phone", shape_given(phone));
        if (whatsapp)
                shape_put(&shaped, "whatsapp", shape_given(whatsapp));
        reply_add(&exchange->reply, shaped);
        return 0;
}

static int record(Exchange *exchange, const char *email, const char *phone, const char *whatsapp)
{
        Store *store = exchange->engine->store;
        int r = store_begin(store);

        if (r < 0)
                return r;
        r = store_contact(store, exchange_get(exchange, "customer"), email, phone, whatsapp,
                exchange->now.instant);
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store);
        return r;
}

int handle_contact(Exchange *exchange)
{
        const char *customer = exchange_get(exchange, "customer");
        const char *email, *phone, *whatsapp, *country;
        Home home = { 0 };
        int r = store_list_customers(exchange->engine->store, customer, note_home, &home);

        if (r < 0)
                return r;
        if (!home.is_found)
                return exchange_no_customer(exchange, customer);
        country = *home.country ? home.country : exchange->engine->config->creditor.country;
        r = read_email(exchange, &email);
        if (r == 0)
                r = read_phone(exchange, "phone", country, &phone);
        if (r == 0)
                r = read_phone(exchange, "whatsapp", country, &whatsapp);
        if (r != 0)
                return MIN(r, 0);
        if (!email && !phone && !whatsapp)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                        "nothing to change: give an e-mail address, a phone or a WhatsApp number");
        r = record(exchange, email, phone, whatsapp);
        return r < 0 ? r : answer(exchange, email, phone, whatsapp);
}
