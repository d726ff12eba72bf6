/* SPDX-License-Identifier: MIT */
/*
 * Owns the statement of account in a dossier: what was invoiced, and what was paid on it, by day
 * with the balance after each; of what is claimed, and of all that a customer's credit comes from.
 * Nothing stands in it but what is recorded, on the day of which it is. It ends at what is claimed
 * without its charges; below zero where the customer has more to his credit.
 */

#include <errno.h>

#include "engine/dossier-parts.h"
#include "store/facts.h"

#define BY_HAND "ctl-" /* how ids begin that nobody gave (api/pay.c) */

typedef struct Movement {
        Date day;
        size_t order; /* on the same day, as they were found */
        const char *kind, *invoice, *reference;
        int64_t debit, credit;
} Movement;

/* Of one invoice, or of what was paid to the account as a whole. */
typedef struct Folio {
        const Instalment *instalments;
        size_t n;
        const DossierInvoice *claimed; /* or NULL */
        const char *number;            /* or NULL */
        int64_t balance, notes;        /* of which credit notes */
        int64_t granted;
        Date offer_until;     /* the last day on which an offer could be taken */
        Movement last_timely; /* by then, else at all */
        int64_t paid;         /* less what was taken back */
        Date taken_back;      /* the last time */
        Movement write_off;
} Folio;

typedef struct Statement {
        Making *making;
        Folio folio;
        Movement *list; /* grown by doubling, in the arena */
        size_t n, room;
        int64_t balance;
} Statement;

static Date today_of(const Statement *statement)
{
        return statement->making->asked->now->local.day;
}

static int add(Statement *statement, Movement movement)
{
        if (movement.debit == 0 && movement.credit == 0)
                return 0;
        if (statement->n == statement->room) {
                size_t room = MAX(2 * statement->room, (size_t)64);
                Movement *grown = arena_alloc_array(statement->making->arena, room, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                if (statement->n > 0)
                        memcpy(grown, statement->list, statement->n * sizeof(*grown));
                statement->list = grown;
                statement->room = room;
        }
        movement.invoice = statement->folio.number;
        movement.order = statement->n;
        statement->list[statement->n++] = movement;
        int64_t change = movement.debit - movement.credit;
        int r = money_add(&statement->folio.balance, change);
        return r < 0 ? r : money_add(&statement->balance, change);
}

static bool is_debit(const char *kind)
{
        return streq(kind, fact_kind_names[FACT_REFUND]) ||
               streq(kind, fact_kind_names[FACT_CHARGEBACK]);
}

/* A plan's fee is owed from the day on which it was agreed (R15). */
static int add_fee(Statement *statement, const FactReport *plan, Date day)
{
        const Folio *folio = &statement->folio;
        int r = 0;

        for (size_t i = 0; r == 0 && i < folio->n; i++)
                if (folio->instalments[i].plan == plan->fact &&
                        folio->instalments[i].status != STATUS_CANCELLED)
                        r = add(statement, (Movement){ .day = day,
                                                   .kind = "fee",
                                                   .debit = folio->instalments[i].fee });
        return r;
}

/* The payment that took an offer is the last one within its time. */
static void note_timely(Folio *folio, const Movement *movement)
{
        const Movement *last = &folio->last_timely;
        bool is_timely = date_compare(movement->day, folio->offer_until) <= 0;
        bool was_timely = last->kind && date_compare(last->day, folio->offer_until) <= 0;
        bool is_later = !last->kind || date_compare(movement->day, last->day) >= 0;

        if (is_timely == was_timely ? is_later : is_timely || !last->kind)
                folio->last_timely = *movement;
}

static int add_money(Statement *statement, const FactReport *fact, Date day)
{
        const char *reference = !is_empty(fact->reference)                         ? fact->reference
                                : strncmp(fact->id, BY_HAND, strlen(BY_HAND)) == 0 ? ""
                                                                                   : fact->id;
        Folio *folio = &statement->folio;
        Movement movement = {
                .day = date_is_set(fact->date) ? fact->date : day,
                .reference = arena_strdup(statement->making->arena, reference),
        };
        int kind = FACT_PAYMENT;

        while (kind < FACT_WRITE_OFF && !streq(fact->kind, fact_kind_names[kind]))
                kind++;
        movement.kind = fact_kind_names[kind];
        if (!movement.reference)
                return -ENOMEM;
        if (kind == FACT_WRITE_OFF) {
                folio->write_off = movement;
                return 0;
        }
        if (is_debit(movement.kind)) {
                movement.debit = fact->amount;
                folio->taken_back = date_later(folio->taken_back, movement.day);
        } else {
                movement.credit = fact->amount;
                note_timely(folio, &movement);
        }
        if (kind != FACT_CREDIT && money_add(&folio->paid, movement.credit - movement.debit) < 0)
                return -EOVERFLOW;
        return add(statement, movement);
}

static int add_fact(void *owner, const FactReport *fact)
{
        Statement *statement = owner;
        Date day = zone_local(statement->making->engine->zone, fact->at).day;

        if (fact->is_withdrawn || (fact->is_of_customer && statement->folio.number))
                return 0;
        if (streq(fact->kind, "plan"))
                return add_fee(statement, fact, day);
        for (size_t i = 0; i < ELEMENTSOF(fact_kind_names); i++)
                if (streq(fact->kind, fact_kind_names[i]))
                        return add_money(statement, fact, day);
        return 0;
}

/* R10: what was paid back beyond what had come is not claimed. */
static int add_taken_back(Statement *statement)
{
        const Folio *folio = &statement->folio;

        return add(statement, (Movement){ .day = folio->taken_back,
                                      .kind = "not-claimed",
                                      .credit = MAX(-folio->paid, 0) });
}

static int add_granted(Statement *statement)
{
        Folio *folio = &statement->folio;
        Movement movement = folio->last_timely;

        movement.day = movement.kind ? movement.day : today_of(statement);
        movement.kind = "discount";
        movement.reference = NULL;
        movement.credit = folio->granted;
        return add(statement, movement);
}

/* A write-off closes what is open, whatever it says itself (R10). */
static int add_write_off(Statement *statement)
{
        Movement movement = statement->folio.write_off;

        if (!movement.kind)
                return 0;
        movement.credit = MAX(statement->folio.balance + statement->folio.notes, 0);
        return add(statement, movement);
}

/* What is open of the invoice's other instalments. */
static int add_not_claimed(Statement *statement)
{
        const Folio *folio = &statement->folio;
        int64_t open = 0;

        for (size_t i = 0; i < folio->n; i++)
                if (money_add(&open, folio->instalments[i].open) < 0)
                        return -EOVERFLOW;
        return add(
                statement, (Movement){ .day = today_of(statement),
                                   .kind = "not-claimed",
                                   .credit = open - (folio->claimed ? folio->claimed->open : 0) });
}

/* Whether it is owed, or as a credit note given: as R10 counts them. */
static bool is_counted(const Instalment *instalment)
{
        return instalment->plan == 0 && instalment->status != STATUS_CANCELLED &&
               (instalment->amount >= 0 || instalment->status != STATUS_DRAFT);
}

static int weigh_folio(Statement *statement, int64_t *ret_owed, Date *ret_day)
{
        Folio *folio = &statement->folio;

        *ret_owed = 0;
        *ret_day = DATE_NONE;
        for (size_t i = 0; i < folio->n; i++) {
                const Instalment *each = &folio->instalments[i];
                if (money_add(&folio->granted, each->granted) < 0)
                        return -EOVERFLOW;
                if (each->granted > 0)
                        folio->offer_until = date_later(folio->offer_until, each->offer_until);
                if (!is_counted(each))
                        continue;
                if (money_add(each->amount > 0 ? ret_owed : &folio->notes,
                            each->amount > 0 ? each->amount : -each->amount) < 0)
                        return -EOVERFLOW;
                if (!date_is_set(*ret_day))
                        *ret_day = date_is_set(each->issued) ? each->issued
                                   : date_is_set(each->due)  ? each->due
                                                             : each->imported_on;
        }
        return 0;
}

/* Its own discount for early payment, of which the instalments know nothing. */
static int find_offer(Statement *statement)
{
        Making *making = statement->making;
        InvoiceDetail detail;

        if (statement->folio.granted == 0)
                return 0;
        int r = store_load_invoice(making->engine->store, statement->folio.instalments->invoice,
                making->arena, &detail);
        if (r == 0)
                statement->folio.offer_until =
                        date_later(statement->folio.offer_until, detail.discount_until);
        return r;
}

static int add_issued(Statement *statement)
{
        int64_t owed;
        Date day;
        int r = weigh_folio(statement, &owed, &day);

        if (!date_is_set(day))
                day = today_of(statement);
        if (r == 0)
                r = add(statement, (Movement){ .day = day, .kind = "invoice", .debit = owed });
        return r < 0 ? r
                     : add(statement, (Movement){ .day = day,
                                              .kind = "credit",
                                              .credit = statement->folio.notes });
}

static int add_invoice(Statement *statement, const Folio *folio)
{
        static int (*const rest[])(
                Statement *) = { add_taken_back, add_granted, add_write_off, add_not_claimed };

        statement->folio = *folio;
        int r = add_issued(statement);
        if (r == 0)
                r = find_offer(statement);
        if (r == 0)
                r = store_list_facts(
                        statement->making->engine->store, folio->number, add_fact, statement);
        for (size_t i = 0; r == 0 && i < ELEMENTSOF(rest); i++)
                r = rest[i](statement);
        return r;
}

static const DossierInvoice *find_claimed(const Making *making, int64_t invoice)
{
        for (size_t i = 0; i < making->n_invoices; i++)
                if (making->invoices[i].invoice == invoice)
                        return &making->invoices[i];
        return NULL;
}

static bool has_id(const int64_t *ids, size_t n, int64_t id)
{
        for (size_t i = 0; i < n; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

/* Those that are claimed, and those that left credit. */
static int add_invoices(Statement *statement)
{
        const Making *making = statement->making;
        const Account *account = &making->account;
        int64_t *overpaid = NULL;
        size_t n_overpaid = 0, first = 0;
        int r = 0;

        if (account->unassigned > 0)
                r = store_find_overpaid(
                        making->engine->store, account->id, making->arena, &overpaid, &n_overpaid);
        for (size_t i = 1; r == 0 && i <= account->n_instalments; i++) {
                const Instalment *instalment = &account->instalments[first];
                if (i < account->n_instalments &&
                        account->instalments[i].invoice == instalment->invoice)
                        continue;
                const Folio folio = {
                        .instalments = instalment,
                        .n = i - first,
                        .claimed = find_claimed(making, instalment->invoice),
                        .number = instalment->number,
                        .offer_until = DATE_NONE,
                        .taken_back = DATE_NONE,
                };
                if (folio.claimed || has_id(overpaid, n_overpaid, instalment->invoice))
                        r = add_invoice(statement, &folio);
                first = i;
        }
        return r;
}

/* What no invoice was named for; where an invoice is asked for, only what is left of it counts. */
static int add_loose(Statement *statement)
{
        const Making *making = statement->making;
        size_t n = statement->n;
        int64_t balance = statement->balance;

        statement->folio = (Folio){ .offer_until = DATE_NONE, .taken_back = DATE_NONE };
        int r = store_list_account_facts(
                making->engine->store, making->account.id, add_fact, statement);
        if (r == 0)
                r = add_taken_back(statement);
        if (r == 0 && making->asked->invoice > 0 && statement->folio.balance == 0) {
                statement->n = n;
                statement->balance = balance;
        }
        return r;
}

/* The store's own arithmetic is right whatever is found here: a line says by how much. */
static int add_rest(Statement *statement)
{
        const Making *making = statement->making;
        int64_t rest = making->principal - making->account.unassigned - statement->balance;

        statement->folio = (Folio){ 0 };
        return add(statement, (Movement){ .day = today_of(statement),
                                      .kind = "not-claimed",
                                      .debit = MAX(rest, 0),
                                      .credit = MAX(-rest, 0) });
}

static int compare(const void *one, const void *other)
{
        const Movement *a = one, *b = other;
        int by_day = date_compare(a->day, b->day);

        return by_day != 0 ? by_day : (a->order > b->order) - (a->order < b->order);
}

static int put_lines(Statement *statement, json_t **list)
{
        const char *currency = statement->making->account.currency;
        int64_t balance = 0;

        for (size_t i = 0; i < statement->n; i++) {
                const Movement *movement = &statement->list[i];
                json_t *line = json_object();
                if (money_add(&balance, movement->debit - movement->credit) < 0) {
                        json_decref(line);
                        return -EOVERFLOW;
                }
                shape_put(&line, "date", shape_date(movement->day));
                shape_put(&line, "kind", shape_given(movement->kind));
                shape_put(&line, "invoice", shape_given(movement->invoice));
                shape_put(&line, "reference", shape_given(movement->reference));
                if (movement->debit != 0)
                        shape_put(&line, "debit", shape_money(movement->debit, currency));
                else
                        shape_put(&line, "credit", shape_money(movement->credit, currency));
                shape_put(&line, "balance", shape_money(balance, currency));
                shape_append(list, line);
        }
        return 0;
}

int dossier_put_statement(Making *making)
{
        Statement statement = { .making = making };
        json_t *list = json_array();
        int r = add_invoices(&statement);

        if (r == 0)
                r = add_loose(&statement);
        if (r == 0)
                r = add_rest(&statement);
        if (r == 0 && statement.n > 0)
                qsort(statement.list, statement.n, sizeof(*statement.list), compare);
        if (r == 0)
                r = put_lines(&statement, &list);
        shape_put(&making->root, "statement", list);
        return r;
}
