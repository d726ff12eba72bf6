/* SPDX-License-Identifier: MIT */
/* Owns the shapes of promises, plans, offers and disputes. Never decides what follows from them. */

#include "api/terms.h"

#include "api/shapes.h"
#include "store/handover.h"

static json_t *shape_promise(const Instalment *instalment, const char *currency)
{
        if (instalment->promise == 0 || !date_is_set(instalment->promised_until))
                return json_null();
        json_t *shaped = json_object();
        shape_put(&shaped, "fact", json_integer(instalment->promise));
        shape_put(&shaped, "until", shape_date(instalment->promised_until));
        shape_put(&shaped, "rest", shape_money(instalment->promised_rest, currency));
        return shaped;
}

static json_t *shape_plan(const Instalment *instalment, const char *currency)
{
        if (instalment->plan == 0)
                return json_null();
        json_t *shaped = json_object();
        shape_put(&shaped, "fact", json_integer(instalment->plan));
        bool has_fee = instalment->fee > 0;
        shape_put(&shaped, "fee", has_fee ? shape_money(instalment->fee, currency) : json_null());
        shape_put(&shaped, "broken", json_boolean(instalment->is_plan_broken));
        return shaped;
}

static json_t *shape_offer(const Instalment *instalment, const char *currency)
{
        if (!date_is_set(instalment->offer_until))
                return json_null();
        json_t *shaped = json_object();
        shape_put(&shaped, "until", shape_date(instalment->offer_until));
        shape_put(&shaped, "discount", shape_money(instalment->offer_discount, currency));
        return shaped;
}

void shape_put_terms(json_t **shaped, const Instalment *instalment, const char *currency)
{
        bool has_grant = instalment->granted > 0;

        shape_put(shaped, "promise", shape_promise(instalment, currency));
        shape_put(shaped, "plan", shape_plan(instalment, currency));
        shape_put(shaped, "offer", shape_offer(instalment, currency));
        shape_put(shaped, "granted",
                has_grant ? shape_money(instalment->granted, currency) : json_null());
        shape_put(shaped, "replaced", json_boolean(instalment->is_replaced));
}

typedef struct Disputed {
        const Zone *zone;
        json_t *shaped; /* of the last one, or null */
} Disputed;

static int note_dispute(void *owner, const FactReport *row)
{
        Disputed *disputed = owner;
        bool is_dispute = streq(row->kind, "dispute");

        if (row->is_withdrawn || (!is_dispute && !streq(row->kind, "release")))
                return 0;
        json_decref(disputed->shaped);
        disputed->shaped = is_dispute ? json_object() : json_null();
        if (!is_dispute)
                return 0;
        shape_put(&disputed->shaped, "fact", json_integer(row->fact));
        shape_put(&disputed->shaped, "reason", shape_given(row->reference));
        shape_put(&disputed->shaped, "note", shape_given(row->note));
        shape_put(&disputed->shaped, "since", shape_instant(disputed->zone, row->at));
        return 0;
}

int terms_find_dispute(const Exchange *exchange, const char *invoice, json_t **ret_shaped)
{
        Disputed disputed = { exchange->engine->zone, json_null() };
        int r = store_list_facts(exchange->engine->store, invoice, note_dispute, &disputed);

        if (r < 0) {
                json_decref(disputed.shaped);
                return r;
        }
        *ret_shaped = disputed.shaped;
        return 0;
}

int terms_find_asked_until(const Exchange *exchange, int64_t invoice, int seq, Date *ret_day)
{
        int r = store_find_asked_until(exchange->engine->store, invoice, seq, ret_day);

        if (r == 0 && date_compare(exchange->now.local.day, *ret_day) > 0)
                *ret_day = DATE_NONE;
        return r;
}
