/* SPDX-License-Identifier: MIT */
/*
 * Owns the statement of account in a dossier: what was invoiced, and what was paid on it, by day
 * with the balance after each. It ends at what is claimed without its charges; what no fact
 * explains (a discount that was taken, an instalment by itself) is a line of its own.
 */

#include <errno.h>

#include "engine/dossier-parts.h"
#include "store/facts.h"

typedef struct Movement {
        Date day;
        size_t order; /* on the same day, as they were found */
        const char *kind, *invoice, *reference;
        int64_t debit, credit;
} Movement;

typedef struct Statement {
        Making *making;
        const DossierInvoice *invoice;
        Movement *list; /* grown by doubling, in the arena */
        size_t n, room;
        int64_t balance; /* of the invoice at hand */
} Statement;

static int add(Statement *statement, Movement movement)
{
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
        movement.order = statement->n;
        statement->list[statement->n++] = movement;
        return money_add(&statement->balance, movement.debit - movement.credit);
}

static bool is_debit(const char *kind)
{
        return streq(kind, fact_kind_names[FACT_REFUND]) ||
               streq(kind, fact_kind_names[FACT_CHARGEBACK]);
}

static int add_fact(void *owner, const FactReport *fact)
{
        Statement *statement = owner;
        Arena *arena = statement->making->arena;
        int kind;

        if (fact->is_of_customer || fact->is_withdrawn || fact->amount == 0)
                return 0;
        for (kind = FACT_PAYMENT; kind <= FACT_WRITE_OFF; kind++)
                if (streq(fact->kind, fact_kind_names[kind]))
                        break;
        if (kind > FACT_WRITE_OFF)
                return 0;
        Movement movement = {
                .day = date_is_set(fact->date)
                               ? fact->date
                               : zone_local(statement->making->engine->zone, fact->at).day,
                .kind = fact_kind_names[kind],
                .invoice = statement->invoice->detail.number,
                .reference = arena_strdup(arena, fact->reference),
        };
        if (is_debit(fact->kind))
                movement.debit = fact->amount;
        else
                movement.credit = fact->amount;
        return movement.reference ? add(statement, movement) : -ENOMEM;
}

/* What was paid too much is to the account's credit, not the invoice's. */
static int add_overpaid(Statement *statement)
{
        const Movement movement = {
                .day = statement->making->asked->now->local.day,
                .kind = "on-account",
                .invoice = statement->invoice->detail.number,
                .debit = -statement->balance,
        };

        return statement->balance >= 0 ? 0 : add(statement, movement);
}

/* What facts do not explain: an offer that was taken, a plan's fee. */
static int add_rest(Statement *statement)
{
        const DossierInvoice *invoice = statement->invoice;
        int64_t rest = invoice->open - statement->balance;
        const Movement movement = {
                .day = statement->making->asked->now->local.day,
                .kind = rest > 0 ? "fee" : "credit",
                .invoice = invoice->detail.number,
                .debit = MAX(rest, 0),
                .credit = MAX(-rest, 0),
        };

        return rest == 0 ? 0 : add(statement, movement);
}

static int add_invoice(Statement *statement, const DossierInvoice *invoice)
{
        const Instalment *first = &statement->making->account.instalments[invoice->first];
        Date day = date_is_set(first->issued) ? first->issued : first->due;
        const Movement issued = {
                .day = date_is_set(day) ? day : statement->making->asked->now->local.day,
                .kind = "invoice",
                .invoice = invoice->detail.number,
                .debit = invoice->amount,
        };

        statement->invoice = invoice;
        statement->balance = 0;
        int r = add(statement, issued);
        /* Of one instalment among others it is not known which payments it has had. */
        if (r == 0 && !invoice->is_part)
                r = store_list_facts(statement->making->engine->store, invoice->detail.number,
                        add_fact, statement);
        if (r >= 0)
                r = add_overpaid(statement);
        return r < 0 ? r : add_rest(statement);
}

static int add_credit(Statement *statement)
{
        const Movement movement = {
                .day = statement->making->asked->now->local.day,
                .kind = "on-account",
                .credit = statement->making->credit,
        };

        return movement.credit == 0 ? 0 : add(statement, movement);
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
        int r = 0;

        for (size_t i = 0; r == 0 && i < making->n_invoices; i++)
                r = add_invoice(&statement, &making->invoices[i]);
        if (r == 0)
                r = add_credit(&statement);
        if (r == 0 && statement.n > 0)
                qsort(statement.list, statement.n, sizeof(*statement.list), compare);
        if (r == 0)
                r = put_lines(&statement, &list);
        shape_put(&making->root, "statement", list);
        return r;
}
