/* SPDX-License-Identifier: MIT */
/*
 * Owns what stands at the head of a dossier (who, to whom, how much, as of when) and the order of
 * its parts. Never writes to the store. What cannot be claimed for want of a rate is told in words.
 */

#include "engine/dossier.h"

#include <errno.h>

#include "engine/dossier-parts.h"
#include "store/chain.h"
#include "sys/file.h"

#define TITLE_MAX 60

/* Where the postcode comes after the town, on a line of its own or beside it. */
#define POSTCODE_BELOW " GB IE GG IM JE ZA "
#define POSTCODE_BESIDE " US CA AU NZ IN SG "

const char *const dossier_purpose_names[DOSSIER_PURPOSES] = { "agency", "court" };

static void put_creditor(Making *making)
{
        const Creditor *creditor = &making->engine->config->creditor;
        json_t *party = json_object(), *lines = json_array();

        for (size_t i = 0; i < creditor->n_address; i++)
                shape_append(&lines, shape_given(creditor->address[i]));
        shape_put(&party, "name", shape_given(creditor->name));
        shape_put(&party, "address", lines);
        shape_put(&party, "country", shape_given(creditor->country));
        shape_put(&party, "registration", shape_given(creditor->registration));
        shape_put(&party, "vat", shape_given(creditor->vat));
        shape_put(&party, "iban", shape_given(creditor->iban));
        shape_put(&party, "bic", shape_given(creditor->bic));
        shape_put(&party, "email", shape_given(creditor->email));
        shape_put(&party, "phone", shape_given(creditor->phone));
        shape_put(&making->root, "creditor", party);
}

/* Whom the configuration names for that purpose, or nobody. */
static void put_recipient(Making *making)
{
        const Rulebook *book = &making->engine->config->book;
        const Recipient *recipient =
                making->asked->purpose == DOSSIER_AGENCY ? &book->agency : &book->legal;
        json_t *party = json_object();

        if (is_empty(recipient->email)) {
                shape_put(&making->root, "recipient", json_null());
                json_decref(party);
                return;
        }
        shape_put(&party, "name",
                shape_given(is_empty(recipient->name) ? recipient->email : recipient->name));
        shape_put(&party, "email", shape_given(recipient->email));
        shape_put(&making->root, "recipient", party);
}

static bool is_one_of(const char *country, const char *countries)
{
        return strlen(country) == 2 && strstr(countries, country);
}

/* "3 rue Neuve", "69001 Lyon": as the post of that country has it. */
static json_t *address_lines(const CustomerDetail *customer, const char *country)
{
        _cleanup_(strbuf_release) StrBuf town = STRBUF_INIT;
        bool is_below = is_one_of(country, POSTCODE_BELOW);
        bool is_after = is_below || is_one_of(country, POSTCODE_BESIDE);
        const char *first = is_after ? customer->city : customer->postcode;
        const char *second = is_after ? customer->postcode : customer->city;
        json_t *lines = json_array();

        if (!is_empty(customer->address))
                shape_append(&lines, shape_given(customer->address));
        if (is_below && !is_empty(first)) {
                shape_append(&lines, shape_given(first));
                first = "";
        }
        strbuf_addf(&town, "%s%s%s", first, *first && *second ? " " : "", second);
        if (town.length > 0)
                shape_append(&lines, shape_given(strbuf_text(&town)));
        return lines;
}

static int put_customer(Making *making)
{
        const Account *account = &making->account;
        const char *country = making->engine->config->creditor.country;
        CustomerDetail customer;
        int r = store_load_customer(
                making->engine->store, account->customer, making->arena, &customer);

        if (r < 0)
                return r;
        json_t *party = json_object();
        shape_put(&party, "id", shape_given(customer.code));
        shape_put(&party, "name", shape_given(customer.name));
        shape_put(&party, "kind", shape_given(customer_kind_names[account->kind]));
        shape_put(&party, "relation", shape_given(relation_names[account->relation]));
        shape_put(&party, "contact_name", shape_given(customer.contact_name));
        shape_put(&party, "address",
                address_lines(&customer, is_empty(customer.country) ? country : customer.country));
        shape_put(&party, "country", shape_given(customer.country));
        shape_put(&party, "language", shape_given(account->language));
        shape_put(&party, "registration", shape_given(customer.registration));
        shape_put(&party, "email", shape_given(account->addresses[ADDRESS_EMAIL]));
        shape_put(&party, "phone", shape_given(account->addresses[ADDRESS_PHONE]));
        shape_put(&making->root, "customer", party);
        return 0;
}

/* R24: charges go with what is open, and are not asked for by themselves. */
static int put_claim(Making *making)
{
        const char *currency = making->account.currency;
        int64_t charges = making->interest, total = making->principal - making->credit;
        bool is_bare = total <= 0;

        if (money_add(&charges, making->fixed) < 0 || (!is_bare && money_add(&total, charges) < 0))
                return -EOVERFLOW;
        json_t *claim = json_object();
        shape_put(&claim, "principal", shape_money(making->principal, currency));
        shape_put(&claim, "credit", shape_money(making->credit, currency));
        shape_put(&claim, "interest", shape_money(is_bare ? 0 : making->interest, currency));
        shape_put(&claim, "fixed", shape_money(is_bare ? 0 : making->fixed, currency));
        shape_put(&claim, "charges", shape_money(is_bare ? 0 : charges, currency));
        shape_put(&claim, "total", shape_money(total, currency));
        shape_put(&claim, "unclaimed", shape_money(is_bare ? charges : 0, currency));
        shape_put(&claim, "credit_left", shape_money(making->credit_left, currency));
        shape_put(&making->root, "claim", claim);
        return 0;
}

static int put_head(Making *making)
{
        const DossierAsked *asked = making->asked;
        const Engine *engine = making->engine;

        shape_put(&making->root, "format", shape_given("relanced-dossier-1"));
        shape_put(&making->root, "purpose", shape_given(dossier_purpose_names[asked->purpose]));
        shape_put(&making->root, "made", shape_instant(engine->zone, asked->now->instant));
        shape_put(&making->root, "as_of", shape_date(asked->now->local.day));
        shape_put(&making->root, "language", shape_given(engine->config->creditor.language));
        put_creditor(making);
        put_recipient(making);
        int r = put_customer(making);
        shape_put(&making->root, "currency", shape_given(making->account.currency));
        return r;
}

static int put_chain(Making *making)
{
        ChainHead head;
        int r = store_get_chain_head(making->engine->store, &head);

        if (r < 0)
                return r;
        json_t *chain = json_object();
        shape_put(&chain, "entries", json_integer(head.n_entries));
        shape_put(&chain, "head", shape_given(head.hash));
        shape_put(&making->root, "chain", chain);
        return 0;
}

/* In the order in which people read them: the claim is known when the invoices are. */
static int put_parts(Making *making)
{
        int r = put_head(making);

        if (r == 0)
                shape_put(&making->root, "claim", json_null());
        if (r == 0)
                r = dossier_put_invoices(making);
        if (r != 0)
                return r;
        r = put_claim(making);
        if (r == 0)
                r = dossier_put_statement(making);
        if (r == 0)
                r = dossier_put_notices(making);
        if (r == 0)
                r = dossier_put_facts(making);
        return r;
}

static int dump(const json_t *root, char **ret_text)
{
        char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;

        if (!text)
                return -ENOMEM;
        *ret_text = text;
        return 0;
}

/* Of all but when it was made, and what else was sent to whomever. */
static int fingerprint(const Making *making)
{
        _cleanup_(freep) char *text = NULL;
        json_t *same = json_copy(making->root);

        if (same)
                (void)json_object_del(same, "made");
        int r = dump(same, &text);
        json_decref(same);
        if (r == 0)
                bytes_sha256(text, strlen(text), making->dossier->fingerprint);
        return r;
}

static int take_text(Making *making)
{
        Dossier *dossier = making->dossier;
        _cleanup_(freep) char *text = NULL;
        int r = fingerprint(making);

        if (r == 0)
                r = put_chain(making);
        if (r == 0)
                r = dump(making->root, &text);
        if (r < 0)
                return r;
        StrBuf whole = STRBUF_INIT;
        strbuf_addf(&whole, "%s\n", text);
        dossier->length = whole.length;
        return strbuf_take(&whole, &dossier->json);
}

/* What a dossier is called: its invoice, else its customer; never a path. */
static int take_title(Making *making)
{
        const char *name = making->asked->invoice > 0 && making->n_invoices > 0
                                   ? making->invoices[0].detail.number
                                   : making->account.code;
        char *title = strndup(name, TITLE_MAX);

        if (!title)
                return -ENOMEM;
        for (char *c = title; *c; c++)
                if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
                            *c) ||
                        (c == title && *c == '.'))
                        *c = '_';
        making->dossier->title = title;
        return 0;
}

int dossier_make(Engine *engine, const DossierAsked *asked, Arena *arena, Dossier *dossier)
{
        Making making = {
                .engine = engine,
                .asked = asked,
                .arena = arena,
                .dossier = dossier,
                .root = json_object(),
        };

        *dossier = (Dossier){ 0 };
        _cleanup_(locales_freep) Locales *locales = NULL;
        int r = locales_new(&locales);
        if (r == 0)
                r = store_load_account(engine->store, asked->account, 0, arena, &making.account);
        if (r == 0) {
                making.locale = locales_get(locales, engine->config->creditor.language);
                r = making.locale ? put_parts(&making) : -ENOMEM;
        }
        if (r == 0)
                r = take_text(&making);
        if (r == 0)
                r = take_title(&making);
        json_decref(making.root);
        return r;
}

void dossier_release(Dossier *dossier)
{
        for (size_t i = 0; i < dossier->n_documents; i++) {
                free(dossier->documents[i].name);
                closep(&dossier->documents[i].fd);
        }
        free(dossier->documents);
        free(dossier->title);
        free(dossier->json);
        *dossier = (Dossier){ 0 };
}
